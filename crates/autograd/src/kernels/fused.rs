//! A function of several numbers over arrays, element by element or summed along the last axis, in one pass.
//!
//! Neighbouring elements along which no array begins anew are a row, and worked through in blocks of whole chunks; short sums so
//! share a block. Of an array that moves along the row a block is read in place, its end filled up to a chunk; of one that does
//! not, it is its number again and again, written once for the row. So there is one loop for every way in which arrays repeat,
//! it is a loop of vectors, and the function is compiled into it once. The functions in it are in no closure: where they are
//! long, a closure is not inlined, and then not compiled for the instructions of its caller.
//!
//! With debug assertions there is one version for all processors: a crate with many functions compiles three times as long for
//! three. They differ in the last digits, where a processor has fused multiply-adds.

use super::chunks::LANES;
use super::cut::Cut;
use super::reduce::{fold_sum, join_lanes};
use super::walk::{Row, rows};
use crate::{Real, Shape};
#[cfg(not(debug_assertions))]
use multiversion::multiversion;
use std::ops::Range;

/// Where there is one version, it is that of the least processor.
#[cfg(debug_assertions)]
macro_rules! fuses {
    () => {
        cfg!(any(target_feature = "fma", target_arch = "aarch64"))
    };
}

/// Elements of a block.
const BLOCK: usize = 8 * LANES;

/// A function of N numbers and its derivatives by each, all `#[inline(always)]`: see [`SumOf`](crate::ops::SumOf). Implement it for
/// every [`Real`]: kernels may call it with a number of their own that stands for `f32`.
pub trait Function<F, const N: usize>: Sync {
    /// f(x₀, …, x_N₋₁).
    fn f(&self, x: [F; N]) -> F;
    /// ∂f/∂x_I. The number I is known when this is compiled: a `match` on it is not a branch.
    fn d<const I: usize>(&self, x: [F; N]) -> F;
}

/// A [`Function`] of the numbers of an array type, and of those that stand for them where multiply-adds are fused. Whatever
/// implements that for every [`Real`] is one.
pub trait Formula<F: Real, const N: usize>: Function<F, N> + Function<F::Contracted, N> {}

impl<F: Real, T: Function<F, N> + Function<F::Contracted, N>, const N: usize> Formula<F, N> for T {}

/// The same arrays of the numbers that stand for theirs.
#[inline(always)]
fn contracted<F: Real, const N: usize>(x: [(&[F], Shape); N]) -> [(&[F::Contracted], Shape); N] {
    x.map(|(x, shape)| (F::contracted(x), shape))
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

    /// Writes the numbers of the arrays that do not move into their room, for all blocks of the row.
    #[inline(always)]
    fn repeat(&self, room: &mut [[F; BLOCK]; N]) {
        for (i, room) in room.iter_mut().enumerate() {
            if !self.moves[i] {
                room[..filled(self.len.min(BLOCK))].fill(self.x[i][0]);
            }
        }
    }

    /// A block of each array, filled up.
    #[inline(always)]
    fn block<'b>(&'b self, room: &'b mut [[F; BLOCK]; N], block: Range<usize>) -> [&'b [F]; N] {
        let width = filled(block.len());
        let mut blocks: [&[F]; N] = [&[]; N];
        for (i, room) in room.iter_mut().enumerate() {
            blocks[i] = if self.moves[i] { fill_up(&self.x[i][block.clone()], room) } else { &room[..width] };
        }
        blocks
    }
}

/// How many elements `n` are with the last chunk filled up; one stays one.
#[inline(always)]
fn filled(n: usize) -> usize {
    if n == 1 { 1 } else { n.next_multiple_of(LANES) }
}

/// The block as it is, or with its first element behind it as often as its last chunk takes.
#[inline(always)]
fn fill_up<'b, F: Real>(block: &'b [F], room: &'b mut [F; BLOCK]) -> &'b [F] {
    let (n, width) = (block.len(), filled(block.len()));
    if n == width {
        return block;
    }
    room[..n].copy_from_slice(block);
    room[n..width].fill(block[0]);
    &room[..width]
}

/// The blocks of a part of a row.
#[inline(always)]
fn blocks(part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = part.end;
    part.step_by(BLOCK).map(move |start| start..end.min(start + BLOCK))
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

/// d = g · ∂f/∂x_I.
#[inline(always)]
fn slopes_by<F: Real, T: Function<F, N>, const N: usize, const I: usize>(f: &T, x: &[&[F]; N], g: &[F], d: &mut [F]) {
    let n = d.len();
    let (a, b, c, e) = (array(x, 0, n), array(x, 1, n), array(x, 2, n), array(x, 3, n));
    for (((((d, &g), &a), &b), &c), &e) in d.iter_mut().zip(&g[..n]).zip(a).zip(b).zip(c).zip(e) {
        *d = g * f.d::<I>(first([a, b, c, e]));
    }
}

/// d = g · ∂f/∂xᵢ.
#[inline(always)]
fn slopes<F: Real, T: Function<F, N>, const N: usize>(f: &T, i: usize, x: &[&[F]; N], g: &[F], d: &mut [F]) {
    // The comparisons are constant: derivatives by what is too many are not compiled.
    match i {
        0 => slopes_by::<F, T, N, 0>(f, x, g, d),
        1 if N > 1 => slopes_by::<F, T, N, 1>(f, x, g, d),
        2 if N > 2 => slopes_by::<F, T, N, 2>(f, x, g, d),
        3 if N > 3 => slopes_by::<F, T, N, 3>(f, x, g, d),
        _ => unreachable!("number {i} of {N}"),
    }
}

/// A block, filled up, of the array that has the elements of `g` `each` times.
#[inline(always)]
fn spread<'b, F: Real>(g: &[F], each: usize, block: Range<usize>, room: &'b mut [F; BLOCK]) -> &'b [F] {
    let (mut at, width) = (block.start, filled(block.len()));
    while at < block.end {
        let end = (at - at % each + each).min(block.end);
        room[at - block.start..end - block.start].fill(g[at / each]);
        at = end;
    }
    room[block.len()..width].fill(g[block.start / each]);
    &room[..width]
}

/// Adds a block lane by lane.
#[inline(always)]
fn add_lanes<F: Real>(lanes: &mut [F; LANES], block: &[F]) {
    let (chunks, rest) = block.as_chunks::<LANES>();
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, &y)| *lane += y);
    }
    lanes.iter_mut().zip(rest).for_each(|(lane, &y)| *lane += y);
}

/// y = f(x), where each of `x` broadcasts to `full`, the shape of `y`.
pub(crate) fn each<F: Real, T: Formula<F, N>, const N: usize>(f: &T, x: [(&[F], Shape); N], full: Shape, y: &mut [F]) {
    Cut::new(full).share(x, full, &[], y, &|x, full, _, y| each_part(f, x, full, y));
}

#[cfg_attr(
    not(debug_assertions),
    multiversion(targets(
        "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2",
        "x86_64+avx2+fma+bmi1+bmi2"
    ))
)]
fn each_part<F: Real, T: Formula<F, N>, const N: usize>(f: &T, x: [(&[F], Shape); N], full: Shape, y: &mut [F]) {
    if fuses!() {
        each_by(f, contracted(x), full, F::contracted_mut(y));
    } else {
        each_by(f, x, full, y);
    }
}

#[inline(always)]
fn each_by<F: Real, T: Function<F, N>, const N: usize>(f: &T, x: [(&[F], Shape); N], full: Shape, y: &mut [F]) {
    let (mut room, mut buffer) = ([[F::zero(); BLOCK]; N], [F::zero(); BLOCK]);
    for r in rows(full, x.map(|x| x.1)) {
        let (x, y) = (Arguments::new(&x, &r), &mut y[r.out..r.out + r.len]);
        x.repeat(&mut room);
        for block in blocks(0..r.len) {
            let (n, x, y) = (block.len(), x.block(&mut room, block.clone()), &mut y[block]);
            let whole = n == filled(n);
            values(f, &x, if whole { &mut *y } else { &mut buffer[..filled(n)] });
            if !whole {
                y.copy_from_slice(&buffer[..n]);
            }
        }
    }
}

/// y = Σ f(x) along the last axis of `full`, to which each of `x` broadcasts, in the order of
/// [`fold_sum`](super::reduce::fold_sum).
pub(crate) fn sum<F: Real, T: Formula<F, N>, const N: usize>(f: &T, x: [(&[F], Shape); N], full: Shape, y: &mut [F]) {
    let cut = Cut::new(full);
    let cut = cut.only_if(!cut.is_along_last(full));
    cut.share(x, full, &[], y, &|x, full, _, y| sum_part(f, x, full, y));
}

#[cfg_attr(
    not(debug_assertions),
    multiversion(targets(
        "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2",
        "x86_64+avx2+fma+bmi1+bmi2"
    ))
)]
fn sum_part<F: Real, T: Formula<F, N>, const N: usize>(f: &T, x: [(&[F], Shape); N], full: Shape, y: &mut [F]) {
    if fuses!() {
        sum_by(f, contracted(x), full, F::contracted_mut(y));
    } else {
        sum_by(f, x, full, y);
    }
}

#[inline(always)]
fn sum_by<F: Real, T: Function<F, N>, const N: usize>(f: &T, x: [(&[F], Shape); N], full: Shape, y: &mut [F]) {
    let (mut room, mut buffer) = ([[F::zero(); BLOCK]; N], [F::zero(); BLOCK]);
    y.fill(F::zero());
    let terms = terms(full);
    // As many whole sums as a block holds, or one.
    let span = if terms > BLOCK { terms } else { BLOCK - BLOCK % terms.max(1) };
    for r in rows(full, x.map(|x| x.1)) {
        let x = Arguments::new(&x, &r);
        x.repeat(&mut room);
        for start in (0..r.len).step_by(span) {
            let (part, y) = (start..r.len.min(start + span), &mut y[(r.out + start) / terms..]);
            let mut lanes = [F::zero(); LANES];
            for block in blocks(part.clone()) {
                let n = block.len();
                values(f, &x.block(&mut room, block), &mut buffer[..filled(n)]);
                if terms > BLOCK {
                    add_lanes(&mut lanes, &buffer[..n]);
                }
            }
            if terms > BLOCK {
                y[0] = join_lanes(lanes, |a, b| a + b);
            } else if terms == 1 {
                // One term keeps its sign if it is −0, which 0 + it would not.
                y[..part.len()].copy_from_slice(&buffer[..part.len()]);
            } else {
                for (y, terms) in y.iter_mut().zip(buffer[..part.len()].chunks_exact(terms)) {
                    *y = fold_sum(terms, |x| x);
                }
            }
        }
    }
}

/// How many terms a sum along the last axis has.
fn terms(full: Shape) -> usize {
    full.dims().last().copied().unwrap_or(1)
}

/// d = g · ∂f/∂xᵢ in the shape of xᵢ, the sum over what was repeated; g has a number for each element of `full`, or for each sum along
/// the last axis.
pub(crate) fn vjp<F: Real, T: Formula<F, N>, const N: usize>(
    f: &T,
    i: usize,
    x: [(&[F], Shape); N],
    full: Shape,
    g: &[F],
    d: &mut [F],
) {
    let cut = Cut::new(full);
    let cut = cut.only_if(cut.cuts(x[i].1, full) && !(g.len() < full.size() && cut.is_along_last(full)));
    cut.share(x, full, g, d, &|x, full, g, d| vjp_part(f, i, x, full, g, d));
}

#[cfg_attr(
    not(debug_assertions),
    multiversion(targets(
        "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2",
        "x86_64+avx2+fma+bmi1+bmi2"
    ))
)]
fn vjp_part<F: Real, T: Formula<F, N>, const N: usize>(
    f: &T,
    i: usize,
    x: [(&[F], Shape); N],
    full: Shape,
    g: &[F],
    d: &mut [F],
) {
    if fuses!() {
        vjp_by(f, i, contracted(x), full, F::contracted(g), F::contracted_mut(d));
    } else {
        vjp_by(f, i, x, full, g, d);
    }
}

#[inline(always)]
fn vjp_by<F: Real, T: Function<F, N>, const N: usize>(
    f: &T,
    i: usize,
    x: [(&[F], Shape); N],
    full: Shape,
    g: &[F],
    d: &mut [F],
) {
    let (mut room, mut g_room, mut buffer) = ([[F::zero(); BLOCK]; N], [F::zero(); BLOCK], [F::zero(); BLOCK]);
    let repeats = d.len() != full.size();
    if repeats {
        d.fill(F::zero());
    }
    // For so many elements g has a number.
    let each = full.size() / g.len().max(1);
    for r in rows(full, x.map(|x| x.1)) {
        let g = &g[r.out / each..];
        let (x, d, moves) = (Arguments::new(&x, &r), &mut d[r.at[i]..], r.moves[i] || r.len == 1);
        x.repeat(&mut room);
        let mut lanes = [F::zero(); LANES];
        for block in blocks(0..r.len) {
            let n = block.len();
            let x = x.block(&mut room, block.clone());
            let g = if each > 1 {
                spread(g, each, block.clone(), &mut g_room)
            } else {
                fill_up(&g[block.clone()], &mut g_room)
            };
            let direct = moves && !repeats && n == filled(n);
            let to = if direct { &mut d[block.clone()] } else { &mut buffer[..filled(n)] };
            slopes(f, i, &x, g, to);
            if !moves {
                add_lanes(&mut lanes, &buffer[..n]);
            } else if repeats {
                d[block].iter_mut().zip(&buffer).for_each(|(d, &slope)| *d += slope);
            } else if !direct {
                d[block].copy_from_slice(&buffer[..n]);
            }
        }
        if !moves {
            d[0] += join_lanes(lanes, |a, b| a + b);
        }
    }
}
