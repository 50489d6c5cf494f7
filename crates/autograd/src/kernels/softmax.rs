//! Loops of log-sum-exp and softmax.
//!
//! All of them measure from the greatest element m: Σ eˣ = eᵐ Σ eˣ⁻ᵐ, which neither overflows nor loses everything. Two
//! rules make the limits right without a branch. An element equal to m counts 1, also where m = +∞ and x − m is not a
//! number. Where m = −∞ they measure from 0, and all terms vanish.
//!
//! Rows along the last axis are vectors if they are long. Short ones, as of ten classes, are turned and worked on side by
//! side, so that no vector is half empty and there is no sum across one.

use super::reduce::{Split, TILE, fold_max, fold_sum, greater, tiles};
use crate::Real;
use multiversion::multiversion;
use std::ops::Range;

/// Where the exponents are measured from, for the greatest element `max`.
#[inline(always)]
fn origin<F: Real>(max: F) -> F {
    if max == F::neg_infinity() { F::zero() } else { max }
}

/// e^(x − origin).
#[inline(always)]
fn term<F: Real>(x: F, origin: F) -> F {
    let e = (x - origin).fast_exp_nonpositive();
    if x == origin { F::one() } else { e }
}

/// 1/Σ; 0 where there is no term to share out.
#[inline(always)]
fn share<F: Real>(sum: F) -> F {
    if sum == F::zero() { F::zero() } else { sum.recip() }
}

/// ln Σ; 0 where there is no term.
#[inline(always)]
fn log_total<F: Real>(sum: F) -> F {
    if sum == F::zero() { F::zero() } else { sum.fast_ln() }
}

/// Rows of at most so many elements are short.
const SHORT: usize = 32;

/// Short rows, as many as stand in a tile side by side, turned into columns.
struct Turned<F>([F; SHORT * TILE]);

impl<F: Real> Turned<F> {
    #[inline(always)]
    fn new() -> Self {
        Turned([F::zero(); SHORT * TILE])
    }

    /// The rows of `n` elements as an array `[n, rows]`.
    #[inline(always)]
    fn turn(&mut self, rows: &[F], n: usize) -> &mut [F] {
        let width = rows.len() / n;
        for (i, row) in rows.chunks_exact(n).enumerate() {
            row.iter().enumerate().for_each(|(k, &x)| self.0[k * width + i] = x);
        }
        &mut self.0[..rows.len()]
    }

    /// Calls `put` with the elements of rows and those of the array `[n, rows]` that belong there.
    #[inline(always)]
    fn turn_back(&self, n: usize, rows: &mut [F], put: impl Fn(&mut F, F)) {
        let width = rows.len() / n;
        for (i, row) in rows.chunks_exact_mut(n).enumerate() {
            row.iter_mut().enumerate().for_each(|(k, x)| put(x, self.0[k * width + i]));
        }
    }
}

/// The numbers of the rows that are turned together.
#[inline(always)]
fn together(rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows).step_by(TILE).map(move |first| first..rows.min(first + TILE))
}

/// Whether an array consists of short rows along its last axis.
#[inline(always)]
fn short((_, n, inner): Split) -> bool {
    inner == 1 && (1..=SHORT).contains(&n)
}

/// y = ln Σ eˣ along an axis. Keeps each origin and each 1/Σ for the derivative.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn logsumexp<F: Real>(x: &[F], split: Split, y: &mut [F], origins: &mut [F], shares: &mut [F]) {
    let (_, n, inner) = split;
    if short(split) {
        let mut turned = Turned::new();
        for rows in together(y.len()) {
            let x = turned.turn(&x[rows.start * n..rows.end * n], n);
            let (y, origins, shares) = (&mut y[rows.clone()], &mut origins[rows.clone()], &mut shares[rows.clone()]);
            logsumexp_columns(x, (1, n, rows.len()), y, origins, shares);
        }
    } else if inner == 1 {
        for (i, y) in y.iter_mut().enumerate() {
            let row = &x[i * n..(i + 1) * n];
            let origin = origin(fold_max(row));
            let sum = fold_sum(row, |x| term(x, origin));
            (*y, origins[i], shares[i]) = (origin + sum.fast_ln(), origin, share(sum));
        }
    } else {
        logsumexp_columns(x, split, y, origins, shares);
    }
}

/// [`logsumexp`] along another axis than the last.
#[inline(always)]
fn logsumexp_columns<F: Real>(x: &[F], split: Split, y: &mut [F], origins: &mut [F], shares: &mut [F]) {
    tiles(split, |tile| {
        let (y, origins, shares) = (&mut y[tile.results()], &mut origins[tile.results()], &mut shares[tile.results()]);
        origins.fill(F::neg_infinity());
        tile.rows().for_each(|row| origins.iter_mut().zip(&x[row]).for_each(|(m, &x)| *m = greater(*m, x)));
        origins.iter_mut().for_each(|m| *m = origin(*m));
        shares.fill(F::zero());
        for row in tile.rows() {
            shares.iter_mut().zip(&x[row]).zip(&*origins).for_each(|((sum, &x), &m)| *sum += term(x, m));
        }
        for ((y, sum), &m) in y.iter_mut().zip(shares).zip(&*origins) {
            *y = m + sum.fast_ln();
            *sum = share(*sum);
        }
    });
}

/// A share eˣ/Σ of the whole, 0 where it is below √(smallest normal number), 10⁻¹⁹ in `f32`.
///
/// Beside the others, of which one is at least 1/n, such a share is nothing; but what is multiplied by it on the way
/// back ends among the subnormal numbers, which a processor takes a hundred times as long over.
#[inline(always)]
fn kept<F: Real>(share: F) -> F {
    if share < F::min_positive_value().sqrt() { F::zero() } else { share }
}

/// d = g · eˣ/Σ along an axis, from what [`logsumexp`] kept.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn logsumexp_vjp<F: Real>(x: &[F], split: Split, origins: &[F], shares: &[F], g: &[F], d: &mut [F]) {
    let (_, n, inner) = split;
    if short(split) {
        let mut turned = Turned::new();
        for rows in together(g.len()) {
            let x = turned.turn(&x[rows.start * n..rows.end * n], n);
            for x in x.chunks_exact_mut(rows.len()) {
                let each = g[rows.clone()].iter().zip(&origins[rows.clone()]).zip(&shares[rows.clone()]);
                x.iter_mut().zip(each).for_each(|(x, ((&g, &m), &share))| *x = g * kept(share * term(*x, m)));
            }
            turned.turn_back(n, &mut d[rows.start * n..rows.end * n], |d, x| *d = x);
        }
        return;
    }
    if inner == 1 {
        for (i, &g) in g.iter().enumerate() {
            let (row, origin, share) = (i * n..(i + 1) * n, origins[i], shares[i]);
            d[row.clone()].iter_mut().zip(&x[row]).for_each(|(d, &x)| *d = g * kept(share * term(x, origin)));
        }
        return;
    }
    tiles(split, |tile| {
        let (origins, shares, g) = (&origins[tile.results()], &shares[tile.results()], &g[tile.results()]);
        for row in tile.rows() {
            for (i, (d, &x)) in d[row.clone()].iter_mut().zip(&x[row]).enumerate() {
                *d = g[i] * kept(shares[i] * term(x, origins[i]));
            }
        }
    });
}

/// For each row of `n` elements, where exponents are measured from and ln Σ e^(x − origin).
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn log_totals<F: Real>(x: &[F], n: usize, origins: &mut [F], totals: &mut [F]) {
    if !short((origins.len(), n, 1)) {
        for (i, (m, total)) in origins.iter_mut().zip(totals).enumerate() {
            let row = &x[i * n..(i + 1) * n];
            *m = origin(fold_max(row));
            let m = *m;
            *total = log_total(fold_sum(row, |x| term(x, m)));
        }
        return;
    }
    let mut turned = Turned::new();
    for rows in together(origins.len()) {
        let x = turned.turn(&x[rows.start * n..rows.end * n], n);
        let (origins, totals) = (&mut origins[rows.clone()], &mut totals[rows.clone()]);
        origins.fill(F::neg_infinity());
        for x in x.chunks_exact(rows.len()) {
            origins.iter_mut().zip(x).for_each(|(m, &x)| *m = greater(*m, x));
        }
        origins.iter_mut().for_each(|m| *m = origin(*m));
        totals.fill(F::zero());
        for x in x.chunks_exact(rows.len()) {
            totals.iter_mut().zip(x).zip(&*origins).for_each(|((sum, &x), &m)| *sum += term(x, m));
        }
        totals.iter_mut().for_each(|sum| *sum = log_total(*sum));
    }
}

/// x − origin − ln Σ for one element x, the logarithm of its share.
#[inline(always)]
pub(crate) fn log_share<F: Real>(x: F, origin: F, total: F) -> F {
    if x == origin { -total } else { x - origin - total }
}

/// d ← d − eˣ/Σ · Σ d for each row of `n` elements, from what [`log_totals`] found: the derivative of the log-shares, of
/// which `d` holds the cotangents.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn log_shares_vjp<F: Real>(x: &[F], n: usize, origins: &[F], totals: &[F], d: &mut [F]) {
    if !short((origins.len(), n, 1)) {
        for (i, (&m, &total)) in origins.iter().zip(totals).enumerate() {
            let (x, d) = (&x[i * n..(i + 1) * n], &mut d[i * n..(i + 1) * n]);
            let (g, share) = (fold_sum(d, |d| d), (-total).fast_exp());
            d.iter_mut().zip(x).for_each(|(d, &x)| *d -= g * kept(share * term(x, m)));
        }
        return;
    }
    let (mut turned, mut sums, mut shares) = (Turned::new(), [F::zero(); TILE], [F::zero(); TILE]);
    for rows in together(origins.len()) {
        let (x, d) = (&x[rows.start * n..rows.end * n], &mut d[rows.start * n..rows.end * n]);
        let (sums, shares) = (&mut sums[..rows.len()], &mut shares[..rows.len()]);
        sums.iter_mut().zip(d.chunks_exact(n)).for_each(|(sum, d)| *sum = d.iter().fold(F::zero(), |sum, &d| sum + d));
        shares.iter_mut().zip(&totals[rows.clone()]).for_each(|(share, &total)| *share = (-total).fast_exp());
        for x in turned.turn(x, n).chunks_exact_mut(rows.len()) {
            let each = sums.iter().zip(&origins[rows.clone()]).zip(&*shares);
            x.iter_mut().zip(each).for_each(|(x, ((&g, &m), &share))| *x = g * kept(share * term(*x, m)));
        }
        turned.turn_back(n, d, |d, x| *d -= x);
    }
}

/// y = eˣ/Σ along an axis, or with `LOG` its logarithm x − ln Σ.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn softmax<F: Real, const LOG: bool>(x: &[F], split: Split, y: &mut [F]) {
    let (outer, n, inner) = split;
    if short(split) {
        let (mut turned_x, mut turned_y) = (Turned::new(), Turned::new());
        for rows in together(outer) {
            let (x, y) = (&x[rows.start * n..rows.end * n], &mut y[rows.start * n..rows.end * n]);
            softmax_columns::<F, LOG>(turned_x.turn(x, n), (1, n, rows.len()), &mut turned_y.0[..x.len()]);
            turned_y.turn_back(n, y, |y, turned| *y = turned);
        }
    } else if inner == 1 {
        for i in 0..outer {
            let (x, y) = (&x[i * n..(i + 1) * n], &mut y[i * n..(i + 1) * n]);
            let origin = origin(fold_max(x));
            if LOG {
                let total = log_total(fold_sum(x, |x| term(x, origin)));
                y.iter_mut().zip(x).for_each(|(y, &x)| *y = log_share(x, origin, total));
            } else {
                y.iter_mut().zip(x).for_each(|(y, &x)| *y = term(x, origin));
                let share = share(fold_sum(y, |y| y));
                y.iter_mut().for_each(|y| *y *= share);
            }
        }
    } else {
        softmax_columns::<F, LOG>(x, split, y);
    }
}

/// [`softmax`] along another axis than the last.
#[inline(always)]
fn softmax_columns<F: Real, const LOG: bool>(x: &[F], split: Split, y: &mut [F]) {
    tiles(split, |tile| {
        let (mut origins, mut sums) = ([F::neg_infinity(); TILE], [F::zero(); TILE]);
        let (origins, sums) = (&mut origins[..tile.width], &mut sums[..tile.width]);
        tile.rows().for_each(|row| origins.iter_mut().zip(&x[row]).for_each(|(m, &x)| *m = greater(*m, x)));
        origins.iter_mut().for_each(|m| *m = origin(*m));
        for row in tile.rows() {
            let columns = sums.iter_mut().zip(&*origins);
            columns.zip(&x[row.clone()]).zip(&mut y[row]).for_each(|(((sum, &m), &x), y)| {
                *y = term(x, m);
                *sum += *y;
            });
        }
        sums.iter_mut().for_each(|sum| *sum = if LOG { log_total(*sum) } else { share(*sum) });
        for row in tile.rows() {
            let columns = sums.iter().zip(&*origins);
            columns.zip(&x[row.clone()]).zip(&mut y[row]).for_each(|(((&sum, &m), &x), y)| {
                *y = if LOG { log_share(x, m, sum) } else { *y * sum };
            });
        }
    });
}

/// g ← y·(g − Σ g·y) along an axis, the derivative of softmax; with `LOG` g − eʸ·Σ g, that of its logarithm.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn softmax_vjp<F: Real, const LOG: bool>(y: &[F], split: Split, g: &mut [F]) {
    let (outer, n, inner) = split;
    if short(split) {
        let (mut turned_y, mut turned_g) = (Turned::new(), Turned::new());
        for rows in together(outer) {
            let (y, g) = (&y[rows.start * n..rows.end * n], &mut g[rows.start * n..rows.end * n]);
            softmax_vjp_columns::<F, LOG>(turned_y.turn(y, n), (1, n, rows.len()), turned_g.turn(g, n));
            turned_g.turn_back(n, g, |g, turned| *g = turned);
        }
    } else if inner == 1 {
        for i in 0..outer {
            let (y, g) = (&y[i * n..(i + 1) * n], &mut g[i * n..(i + 1) * n]);
            g.iter_mut().zip(y).for_each(|(g, &y)| *g = weighed::<F, LOG>(*g, y));
            let sum = fold_sum(g, |g| g);
            g.iter_mut().zip(y).for_each(|(g, &y)| *g = centred::<F, LOG>(*g, y, sum));
        }
    } else {
        softmax_vjp_columns::<F, LOG>(y, split, g);
    }
}

/// What the first pass leaves in place of g: g·y, with `LOG` g itself.
#[inline(always)]
fn weighed<F: Real, const LOG: bool>(g: F, y: F) -> F {
    if LOG { g } else { g * y }
}

/// What the second pass leaves, from the sum of the first.
#[inline(always)]
fn centred<F: Real, const LOG: bool>(g: F, y: F, sum: F) -> F {
    g - if LOG { y.fast_exp() } else { y } * sum
}

/// [`softmax_vjp`] along another axis than the last.
#[inline(always)]
fn softmax_vjp_columns<F: Real, const LOG: bool>(y: &[F], split: Split, g: &mut [F]) {
    tiles(split, |tile| {
        let mut sums = [F::zero(); TILE];
        let sums = &mut sums[..tile.width];
        for row in tile.rows() {
            sums.iter_mut().zip(&mut g[row.clone()]).zip(&y[row]).for_each(|((sum, g), &y)| {
                *g = weighed::<F, LOG>(*g, y);
                *sum += *g;
            });
        }
        for row in tile.rows() {
            g[row.clone()].iter_mut().zip(&y[row]).zip(&*sums).for_each(|((g, &y), &sum)| {
                *g = centred::<F, LOG>(*g, y, sum);
            });
        }
    });
}
