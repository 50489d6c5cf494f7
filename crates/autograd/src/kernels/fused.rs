//! A function of several numbers over arrays, element by element or summed along the last axis, in one pass.
//!
//! A row is worked through in blocks. Of an array that moves along the row a block is read in place; of one that does not,
//! it is its number again and again, written once for the row. So there is one loop for every way in which arrays repeat, and it
//! is a loop of vectors. The functions in it are in no closure: where they are long, a closure is not inlined, and then
//! not compiled for the instructions of its caller.

use super::chunks::{LANES, filled, whole};
use super::reduce::join_lanes;
use super::walk::{Row, lines, rows};
use crate::{Real, Shape};
use multiversion::multiversion;
use std::ops::Range;

/// Elements of a block.
const BLOCK: usize = 8 * LANES;

/// A function of N numbers and its derivatives by each, all `#[inline(always)]`: see [`SumOf`](crate::ops::SumOf).
pub trait Function<F, const N: usize> {
    /// f(x₀, …, x_N₋₁).
    fn f(&self, x: [F; N]) -> F;
    /// ∂f/∂x_I. The number I is known when this is compiled: a `match` on it is not a branch.
    fn d<const I: usize>(&self, x: [F; N]) -> F;
}

/// A row: the arrays from its first elements on, and which of them move.
struct Arguments<'a, F, const N: usize> {
    x: [&'a [F]; N],
    moves: [bool; N],
    len: usize,
}

impl<'a, F: Real, const N: usize> Arguments<'a, F, N> {
    #[inline(always)]
    fn new(x: &[(&'a [F], Shape); N], r: &Row<N>) -> Self {
        Arguments { x: std::array::from_fn(|n| &x[n].0[r.at[n]..]), moves: r.moves, len: r.len }
    }

    /// Of a row of one element.
    #[inline(always)]
    fn single(&self) -> [F; N] {
        std::array::from_fn(|n| self.x[n][0])
    }

    /// Writes the numbers of the arrays that do not move into their room, for all blocks of the row.
    #[inline(always)]
    fn repeat(&self, room: &mut [[F; BLOCK]; N]) {
        for (i, room) in room.iter_mut().enumerate() {
            if !self.moves[i] {
                room[..BLOCK.min(whole(self.len))].fill(self.x[i][0]);
            }
        }
    }

    /// Whole chunks of each array.
    #[inline(always)]
    fn block<'b>(&'b self, room: &'b [[F; BLOCK]; N], block: Range<usize>) -> [&'b [F]; N] {
        let mut blocks: [&[F]; N] = [&[]; N];
        for (i, room) in room.iter().enumerate() {
            blocks[i] = if self.moves[i] { &self.x[i][block.clone()] } else { &room[..block.len()] };
        }
        blocks
    }

    /// What follows the whole chunks of each array, filled up.
    #[inline(always)]
    fn rest(&self) -> [[F; LANES]; N] {
        let mut rests = [[F::zero(); LANES]; N];
        for (i, rest) in rests.iter_mut().enumerate() {
            let x = self.x[i];
            *rest = if self.moves[i] { filled(&x[whole(self.len)..self.len]) } else { [x[0]; LANES] };
        }
        rests
    }
}

/// The arrays as slices: `map` would not always be inlined.
#[inline(always)]
fn slices<F, const N: usize>(x: &[[F; LANES]; N]) -> [&[F]; N] {
    let mut slices: [&[F]; N] = [&[]; N];
    for (slice, x) in slices.iter_mut().zip(x) {
        *slice = x;
    }
    slices
}

/// The blocks of whole chunks in a row.
#[inline(always)]
fn blocks(len: usize) -> impl Iterator<Item = Range<usize>> {
    let whole = whole(len);
    (0..whole).step_by(BLOCK).map(move |start| start..whole.min(start + BLOCK))
}

/// Array n of N, or the last of them; a function of fewer numbers than four does not look at what is too many.
#[inline(always)]
fn array<'a, F, const N: usize>(x: &[&'a [F]; N], n: usize, len: usize) -> &'a [F] {
    &x[if n < N { n } else { N - 1 }][..len]
}

/// The first N of four.
#[inline(always)]
fn first<F: Real, const N: usize>(x: [F; 4]) -> [F; N] {
    let mut y = [x[0]; N];
    y.copy_from_slice(&x[..N]);
    y
}

/// y = f(x).
#[inline(always)]
fn values<F: Real, T: Function<F, N>, const N: usize>(f: &T, x: &[&[F]; N], y: &mut [F]) {
    let n = y.len();
    let (a, b, c, d) = (array(x, 0, n), array(x, 1, n), array(x, 2, n), array(x, 3, n));
    for ((((y, &a), &b), &c), &d) in y.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *y = f.f(first([a, b, c, d]));
    }
}

/// d = g · ∂f/∂x_I; with `SUM` one g, the first, for all.
#[inline(always)]
fn slopes<F: Real, T: Function<F, N>, const N: usize, const I: usize, const SUM: bool>(
    f: &T,
    x: &[&[F]; N],
    g: &[F],
    slopes: &mut [F],
) {
    let n = slopes.len();
    let (a, b, c, d) = (array(x, 0, n), array(x, 1, n), array(x, 2, n), array(x, 3, n));
    let (one, each) = (g[0], if SUM { a } else { &g[..n] });
    for (((((slope, &a), &b), &c), &d), &g) in slopes.iter_mut().zip(a).zip(b).zip(c).zip(d).zip(each) {
        *slope = if SUM { one } else { g } * f.d::<I>(first([a, b, c, d]));
    }
}

/// Adds whole chunks, lane by lane.
#[inline(always)]
fn add_chunks<F: Real>(lanes: &mut [F; LANES], block: &[F]) {
    for chunk in block.as_chunks::<LANES>().0 {
        lanes.iter_mut().zip(chunk).for_each(|(lane, &y)| *lane += y);
    }
}

/// Adds the first `n` lanes.
#[inline(always)]
fn add_rest<F: Real>(lanes: &mut [F; LANES], rest: &[F; LANES], n: usize) {
    for (i, (lane, &y)) in lanes.iter_mut().zip(rest).enumerate() {
        *lane = if i < n { *lane + y } else { *lane };
    }
}

/// y = f(x), where each of `x` broadcasts to `full`, the shape of `y`.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn each<F: Real, T: Function<F, N>, const N: usize>(f: &T, x: [(&[F], Shape); N], full: Shape, y: &mut [F]) {
    let mut room = [[F::zero(); BLOCK]; N];
    rows(full, x.map(|x| x.1), |r| {
        let (x, y) = (Arguments::new(&x, &r), &mut y[r.out..r.out + r.len]);
        if r.len == 1 {
            y[0] = f.f(x.single());
            return;
        }
        x.repeat(&mut room);
        for block in blocks(r.len) {
            values(f, &x.block(&room, block.clone()), &mut y[block]);
        }
        let (rest, mut last) = (&mut y[whole(r.len)..], [F::zero(); LANES]);
        if !rest.is_empty() {
            values(f, &slices(&x.rest()), &mut last);
            rest.copy_from_slice(&last[..rest.len()]);
        }
    });
}

/// y = Σ f(x) along the last axis of `full`, to which each of `x` broadcasts, in the order of
/// [`fold_sum`](super::reduce::fold_sum).
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn sum<F: Real, T: Function<F, N>, const N: usize>(f: &T, x: [(&[F], Shape); N], full: Shape, y: &mut [F]) {
    let (mut room, mut buffer) = ([[F::zero(); BLOCK]; N], [F::zero(); BLOCK]);
    y.fill(F::zero());
    lines(full, x.map(|x| x.1), |r| {
        let (x, y) = (Arguments::new(&x, &r), &mut y[r.out / r.len]);
        if r.len == 1 {
            *y = f.f(x.single());
            return;
        }
        x.repeat(&mut room);
        let mut lanes = [F::zero(); LANES];
        for block in blocks(r.len) {
            let buffer = &mut buffer[..block.len()];
            values(f, &x.block(&room, block), buffer);
            add_chunks(&mut lanes, buffer);
        }
        let (rest, mut last) = (r.len - whole(r.len), [F::zero(); LANES]);
        if rest > 0 {
            values(f, &slices(&x.rest()), &mut last);
            add_rest(&mut lanes, &last, rest);
        }
        *y = join_lanes(lanes, |a, b| a + b);
    });
}

/// d = g · ∂f/∂x_I in the shape of x_I, the sum over what was repeated; with `SUM` g is a number for each row.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn vjp<F: Real, T: Function<F, N>, const N: usize, const I: usize, const SUM: bool>(
    f: &T,
    x: [(&[F], Shape); N],
    full: Shape,
    g: &[F],
    d: &mut [F],
) {
    let (mut room, mut buffer) = ([[F::zero(); BLOCK]; N], [F::zero(); BLOCK]);
    let repeats = d.len() != full.size();
    if repeats {
        d.fill(F::zero());
    }
    let row = |r: Row<N>| {
        let g = if SUM { &g[r.out / r.len..][..1] } else { &g[r.out..r.out + r.len] };
        let (x, d, moves) = (Arguments::new(&x, &r), &mut d[r.at[I]..], r.moves[I]);
        if r.len == 1 {
            let slope = g[0] * f.d::<I>(x.single());
            d[0] = if repeats { d[0] + slope } else { slope };
            return;
        }
        x.repeat(&mut room);
        let mut lanes = [F::zero(); LANES];
        for block in blocks(r.len) {
            let g = if SUM { g } else { &g[block.clone()] };
            let add = repeats || !moves;
            let to = if add { &mut buffer[..block.len()] } else { &mut d[block.clone()] };
            slopes::<F, T, N, I, SUM>(f, &x.block(&room, block.clone()), g, to);
            if !moves {
                add_chunks(&mut lanes, &buffer[..block.len()]);
            } else if add {
                d[block].iter_mut().zip(&buffer).for_each(|(d, &slope)| *d += slope);
            }
        }
        let (whole, mut last) = (whole(r.len), [F::zero(); LANES]);
        if whole < r.len {
            let g = if SUM { [g[0]; LANES] } else { filled(&g[whole..]) };
            slopes::<F, T, N, I, SUM>(f, &slices(&x.rest()), &g, &mut last);
            if !moves {
                add_rest(&mut lanes, &last, r.len - whole);
            } else if repeats {
                d[whole..r.len].iter_mut().zip(&last).for_each(|(d, &slope)| *d += slope);
            } else {
                d[whole..r.len].copy_from_slice(&last[..r.len - whole]);
            }
        }
        if !moves {
            d[0] += join_lanes(lanes, |a, b| a + b);
        }
    };
    if SUM { lines(full, x.map(|x| x.1), row) } else { rows(full, x.map(|x| x.1), row) }
}
