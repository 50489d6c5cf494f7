//! A function of several numbers over arrays, element by element or summed along the last axis, in one pass.
//!
//! An array that moves along a row is read in place, chunk by chunk; one that does not is a chunk of its number, read
//! again and again. So there is one loop for every way in which arrays repeat, and it is a loop of vectors.

use super::chunks::{LANES, filled};
use super::reduce::join_lanes;
use super::walk::{Row, lines, rows};
use crate::{Real, Shape};
use multiversion::multiversion;

/// A function of N numbers and its derivatives by each, all `#[inline(always)]`: see [`SumOf`](crate::ops::SumOf).
pub trait Function<F, const N: usize> {
    /// f(x₀, …, x_N₋₁).
    fn f(&self, x: [F; N]) -> F;
    /// ∂f/∂x_I. The number I is known when this is compiled: a `match` on it is not a branch.
    fn d<const I: usize>(&self, x: [F; N]) -> F;
}

/// The elements of one array for a row, in chunks.
struct Operand<'a, F> {
    chunks: &'a [[F; LANES]],
    /// What follows the whole chunks, filled up; all there is of an array that does not move.
    last: [F; LANES],
}

impl<'a, F: Real> Operand<'a, F> {
    #[inline(always)]
    fn new(x: &'a [F], len: usize, moves: bool) -> Self {
        if !moves {
            return Operand { chunks: &[], last: [x[0]; LANES] };
        }
        let (chunks, rest) = x[..len].as_chunks();
        Operand { chunks, last: if rest.is_empty() { [F::zero(); LANES] } else { filled(rest) } }
    }

    #[inline(always)]
    fn chunk(&self, i: usize) -> &[F; LANES] {
        self.chunks.get(i).unwrap_or(&self.last)
    }
}

/// What is computed for a row, chunk by chunk. A trait and no closure, since a closure with a long function in it is not
/// inlined, and then not compiled for the instructions of its caller.
trait Chunks<F> {
    fn chunk(&self, i: usize) -> [F; LANES];
}

/// f(x).
struct Values<'a, F, T, const N: usize> {
    f: &'a T,
    x: [Operand<'a, F>; N],
}

impl<'a, F: Real, T, const N: usize> Values<'a, F, T, N> {
    #[inline(always)]
    fn new(f: &'a T, x: &[(&'a [F], Shape); N], r: &Row<N>) -> Self {
        Values { f, x: std::array::from_fn(|n| Operand::new(&x[n].0[r.at[n]..], r.len, r.moves[n])) }
    }
}

impl<F: Real, T: Function<F, N>, const N: usize> Chunks<F> for Values<'_, F, T, N> {
    #[inline(always)]
    fn chunk(&self, i: usize) -> [F; LANES] {
        let x: [&[F; LANES]; N] = std::array::from_fn(|n| self.x[n].chunk(i));
        let mut y = [F::zero(); LANES];
        for (i, y) in y.iter_mut().enumerate() {
            *y = self.f.f(x.map(|x| x[i]));
        }
        y
    }
}

/// g · ∂f/∂x_I.
struct Slopes<'a, F, T, const N: usize, const I: usize> {
    values: Values<'a, F, T, N>,
    g: Operand<'a, F>,
}

impl<F: Real, T: Function<F, N>, const N: usize, const I: usize> Chunks<F> for Slopes<'_, F, T, N, I> {
    #[inline(always)]
    fn chunk(&self, i: usize) -> [F; LANES] {
        let x: [&[F; LANES]; N] = std::array::from_fn(|n| self.values.x[n].chunk(i));
        let g = self.g.chunk(i);
        let mut d = [F::zero(); LANES];
        for (i, d) in d.iter_mut().enumerate() {
            *d = g[i] * self.values.f.d::<I>(x.map(|x| x[i]));
        }
        d
    }
}

/// Σ over a row of `len` numbers, in the order of [`fold_sum`](super::reduce::fold_sum).
#[inline(always)]
fn sum_row<F: Real>(len: usize, chunks: &impl Chunks<F>) -> F {
    let mut lanes = [F::zero(); LANES];
    for i in 0..len.div_ceil(LANES) {
        let mut chunk = chunks.chunk(i);
        if i == len / LANES {
            // What fills the last chunk is no part of the sum, and −0 leaves any lane as it was.
            chunk[len % LANES..].fill(-F::zero());
        }
        lanes.iter_mut().zip(&chunk).for_each(|(lane, &y)| *lane += y);
    }
    join_lanes(lanes, |a, b| a + b)
}

/// The row itself, or with `ADD` added to what is there.
#[inline(always)]
fn write_row<F: Real, const ADD: bool>(row: &mut [F], chunks: &impl Chunks<F>) {
    for (i, y) in row.chunks_mut(LANES).enumerate() {
        let chunk = chunks.chunk(i);
        if ADD {
            y.iter_mut().zip(&chunk).for_each(|(y, &c)| *y += c);
        } else if let Some(y) = y.as_mut_array::<LANES>() {
            *y = chunk;
        } else {
            y.copy_from_slice(&chunk[..y.len()]);
        }
    }
}

/// The arguments of a row of one element.
#[inline(always)]
fn single<F: Real, const N: usize>(x: &[(&[F], Shape); N], r: &Row<N>) -> [F; N] {
    std::array::from_fn(|n| x[n].0[r.at[n]])
}

/// y = f(x), where each of `x` broadcasts to `full`, the shape of `y`.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn each<F: Real, T: Function<F, N>, const N: usize>(f: &T, x: [(&[F], Shape); N], full: Shape, y: &mut [F]) {
    rows(full, x.map(|x| x.1), |r| {
        if r.len == 1 {
            y[r.out] = f.f(single(&x, &r));
        } else {
            write_row::<F, false>(&mut y[r.out..r.out + r.len], &Values::new(f, &x, &r));
        }
    });
}

/// y = Σ f(x) along the last axis of `full`, to which each of `x` broadcasts.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn sum<F: Real, T: Function<F, N>, const N: usize>(f: &T, x: [(&[F], Shape); N], full: Shape, y: &mut [F]) {
    y.fill(F::zero());
    lines(full, x.map(|x| x.1), |r| {
        y[r.out / r.len] = if r.len == 1 { f.f(single(&x, &r)) } else { sum_row(r.len, &Values::new(f, &x, &r)) };
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
    let repeats = d.len() != full.size();
    if repeats {
        d.fill(F::zero());
    }
    let row = |r: Row<N>| {
        let (d, g) = (&mut d[r.at[I]..], &g[if SUM { r.out / r.len } else { r.out }..]);
        if r.len == 1 {
            let slope = g[0] * f.d::<I>(single(&x, &r));
            d[0] = if repeats { d[0] + slope } else { slope };
            return;
        }
        let slopes = Slopes::<F, T, N, I> { values: Values::new(f, &x, &r), g: Operand::new(g, r.len, !SUM) };
        match (r.moves[I], repeats) {
            (false, _) => d[0] += sum_row(r.len, &slopes),
            (true, true) => write_row::<F, true>(&mut d[..r.len], &slopes),
            (true, false) => write_row::<F, false>(&mut d[..r.len], &slopes),
        }
    };
    if SUM { lines(full, x.map(|x| x.1), row) } else { rows(full, x.map(|x| x.1), row) }
}
