//! Reductions in a fixed order: the result depends on the numbers and their shape alone.

use super::chunks::{LANES, filled};
use super::walk::rows;
use crate::{Real, Shape};
use multiversion::multiversion;
use std::ops::Range;

/// Columns that are reduced side by side where the reduced axis is not the last.
pub(crate) const TILE: usize = 64;

/// Rows of a tile that are summed before they join the total, which makes the rounding error of long sums fall.
const BLOCK: usize = 64;

/// An array seen as `[outer, n, inner]`, reduced along the middle: see [`Shape::split`].
pub(crate) type Split = (usize, usize, usize);

/// `step` over all elements in [`LANES`] interleaved partial results, which `join` puts together pairwise.
#[inline(always)]
fn fold<F: Real>(x: &[F], start: F, step: impl Fn(F, F) -> F, join: impl Fn(F, F) -> F) -> F {
    let mut lanes = [start; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = step(*lane, x);
        }
    }
    if !rest.is_empty() {
        let mut stepped = lanes;
        stepped.iter_mut().zip(&filled(rest)).for_each(|(lane, &x)| *lane = step(*lane, x));
        lanes[..rest.len()].copy_from_slice(&stepped[..rest.len()]);
    }
    join_lanes(lanes, join)
}

/// The partial results put together pairwise.
#[inline(always)]
pub(super) fn join_lanes<F: Real>(mut lanes: [F; LANES], join: impl Fn(F, F) -> F) -> F {
    let mut n = LANES / 2;
    while n > 0 {
        for i in 0..n {
            lanes[i] = join(lanes[i], lanes[i + n]);
        }
        n /= 2;
    }
    lanes[0]
}

/// Σ f(x).
#[inline(always)]
pub(crate) fn fold_sum<F: Real>(x: &[F], f: impl Fn(F) -> F) -> F {
    fold(x, F::zero(), |sum, x| sum + f(x), |a, b| a + b)
}

/// The greatest element; −∞ of none, NaN if there is one.
#[inline(always)]
pub(crate) fn fold_max<F: Real>(x: &[F]) -> F {
    fold(x, F::neg_infinity(), greater, greater)
}

/// The greater of two numbers, NaN if either is.
#[inline(always)]
#[allow(clippy::eq_op)]
pub(crate) fn greater<F: Real>(a: F, b: F) -> F {
    if b > a || b != b { b } else { a }
}

/// Up to [`TILE`] neighbouring columns of one block `[n, inner]`.
#[derive(Clone, Copy)]
pub(crate) struct Tile {
    /// Offset of the first column's result.
    pub out: usize,
    /// Number of columns.
    pub width: usize,
    first: usize,
    n: usize,
    inner: usize,
}

impl Tile {
    /// Where the results for these columns lie.
    #[inline(always)]
    pub fn results(&self) -> Range<usize> {
        self.out..self.out + self.width
    }

    /// Where the rows of these columns lie, in order.
    #[inline(always)]
    pub fn rows(self) -> impl Iterator<Item = Range<usize>> {
        (0..self.n).map(move |i| self.first + i * self.inner..self.first + i * self.inner + self.width)
    }
}

/// Calls `f` for all columns, tile by tile.
#[inline(always)]
pub(crate) fn tiles((outer, n, inner): Split, mut f: impl FnMut(Tile)) {
    for o in 0..outer {
        for column in (0..inner).step_by(TILE) {
            let width = TILE.min(inner - column);
            f(Tile { out: o * inner + column, width, first: o * n * inner + column, n, inner });
        }
    }
}

/// Σ x.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn sum<F: Real>(x: &[F]) -> F {
    fold_sum(x, |x| x)
}

/// Σ x².
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn sum_of_squares<F: Real>(x: &[F]) -> F {
    fold_sum(x, |x| x * x)
}

/// Adds `g`, of shape `out`, to `d`, of a shape that broadcasts to `out`: the sum over what was repeated.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn unbroadcast<F: Real>(g: &[F], out: Shape, d: &mut [F], shape: Shape) {
    for r in rows(out, [shape]) {
        let g = &g[r.out..r.out + r.len];
        let d = &mut d[r.at[0]..];
        if r.moves[0] {
            d.iter_mut().zip(g).for_each(|(d, &g)| *d += g);
        } else {
            d[0] += fold_sum(g, |g| g);
        }
    }
}

/// y = Σ x along an axis.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn sum_along<F: Real>(x: &[F], split: Split, y: &mut [F]) {
    let (_, n, inner) = split;
    if inner == 1 {
        for (i, y) in y.iter_mut().enumerate() {
            *y = fold_sum(&x[i * n..(i + 1) * n], |x| x);
        }
        return;
    }
    tiles(split, |tile| {
        let y = &mut y[tile.results()];
        y.fill(F::zero());
        blockwise(tile, y, |sum, row| sum.iter_mut().zip(&x[row]).for_each(|(sum, &x)| *sum += x));
    });
}

/// y = Σ (x − centre)² along an axis, for one centre each.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn squares_along<F: Real>(x: &[F], split: Split, centre: &[F], y: &mut [F]) {
    let (_, n, inner) = split;
    if inner == 1 {
        for (i, (y, &c)) in y.iter_mut().zip(centre).enumerate() {
            *y = fold_sum(&x[i * n..(i + 1) * n], |x| (x - c) * (x - c));
        }
        return;
    }
    tiles(split, |tile| {
        let (y, centre) = (&mut y[tile.results()], &centre[tile.results()]);
        y.fill(F::zero());
        blockwise(tile, y, |sum, row| {
            sum.iter_mut().zip(&x[row]).zip(centre).for_each(|((sum, &x), &c)| *sum += (x - c) * (x - c));
        });
    });
}

/// Adds up the rows of a tile, [`BLOCK`] by [`BLOCK`].
#[inline(always)]
fn blockwise<F: Real>(tile: Tile, total: &mut [F], add_row: impl Fn(&mut [F], Range<usize>)) {
    let mut sum = [F::zero(); TILE];
    let sum = &mut sum[..tile.width];
    for (i, row) in tile.rows().enumerate() {
        if i > 0 && i % BLOCK == 0 {
            total.iter_mut().zip(&*sum).for_each(|(total, &sum)| *total += sum);
            sum.fill(F::zero());
        }
        add_row(sum, row);
    }
    total.iter_mut().zip(&*sum).for_each(|(total, &sum)| *total += sum);
}

/// The greatest element along an axis; NaN if there is one.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn max_along<F: Real>(x: &[F], split: Split, y: &mut [F]) {
    let (_, n, inner) = split;
    if inner == 1 {
        for (i, y) in y.iter_mut().enumerate() {
            *y = fold_max(&x[i * n..(i + 1) * n]);
        }
        return;
    }
    tiles(split, |tile| {
        let y = &mut y[tile.results()];
        y.fill(F::neg_infinity());
        tile.rows().for_each(|row| y.iter_mut().zip(&x[row]).for_each(|(y, &x)| *y = greater(*y, x)));
    });
}

/// d = g, repeated along the axis it was reduced over.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn repeat_along<F: Real>(g: &[F], split: Split, d: &mut [F]) {
    let (_, n, inner) = split;
    if inner == 1 {
        g.iter().enumerate().for_each(|(i, &g)| d[i * n..(i + 1) * n].fill(g));
        return;
    }
    tiles(split, |tile| tile.rows().for_each(|row| d[row].copy_from_slice(&g[tile.results()])));
}

/// d = g·(x − centre), with one `g` and one centre for each result of the reduction.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn centred_along<F: Real>(x: &[F], split: Split, centre: &[F], g: &[F], d: &mut [F]) {
    let (_, n, inner) = split;
    if inner == 1 {
        for (i, (&g, &c)) in g.iter().zip(centre).enumerate() {
            let row = i * n..(i + 1) * n;
            d[row.clone()].iter_mut().zip(&x[row]).for_each(|(d, &x)| *d = g * (x - c));
        }
        return;
    }
    tiles(split, |tile| {
        let (centre, g) = (&centre[tile.results()], &g[tile.results()]);
        for row in tile.rows() {
            let columns = g.iter().zip(centre);
            d[row.clone()].iter_mut().zip(&x[row]).zip(columns).for_each(|((d, &x), (&g, &c))| *d = g * (x - c));
        }
    });
}
