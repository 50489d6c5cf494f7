//! Loops of log-sum-exp and softmax.
//!
//! All of them measure from the greatest element m: Σ eˣ = eᵐ Σ eˣ⁻ᵐ, which neither overflows nor loses everything. Two
//! rules make the limits right without a branch. An element equal to m counts 1, also where m = +∞ and x − m is not a
//! number. Where m = −∞ they measure from 0, and all terms vanish.

use super::reduce::{Split, TILE, fold_max, fold_sum, greater, tiles};
use crate::Real;
use multiversion::multiversion;

/// Where the exponents are measured from, for the greatest element `max`.
#[inline(always)]
fn origin<F: Real>(max: F) -> F {
    if max == F::neg_infinity() { F::zero() } else { max }
}

/// e^(x − origin).
#[inline(always)]
fn term<F: Real>(x: F, origin: F) -> F {
    let e = (x - origin).fast_exp();
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

/// y = ln Σ eˣ along an axis. Keeps each origin and each 1/Σ for the derivative.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn logsumexp<F: Real>(x: &[F], split: Split, y: &mut [F], origins: &mut [F], shares: &mut [F]) {
    let (_, n, inner) = split;
    if inner == 1 {
        for (i, y) in y.iter_mut().enumerate() {
            let row = &x[i * n..(i + 1) * n];
            let origin = origin(fold_max(row));
            let sum = fold_sum(row, |x| term(x, origin));
            (*y, origins[i], shares[i]) = (origin + sum.fast_ln(), origin, share(sum));
        }
        return;
    }
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
    for (i, (m, total)) in origins.iter_mut().zip(totals).enumerate() {
        let row = &x[i * n..(i + 1) * n];
        *m = origin(fold_max(row));
        let m = *m;
        *total = log_total(fold_sum(row, |x| term(x, m)));
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
    for (i, (&m, &total)) in origins.iter().zip(totals).enumerate() {
        let (x, d) = (&x[i * n..(i + 1) * n], &mut d[i * n..(i + 1) * n]);
        let (g, share) = (fold_sum(d, |d| d), (-total).fast_exp());
        d.iter_mut().zip(x).for_each(|(d, &x)| *d -= g * kept(share * term(x, m)));
    }
}

/// y = eˣ/Σ along an axis, or with `LOG` its logarithm x − ln Σ.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn softmax<F: Real, const LOG: bool>(x: &[F], split: Split, y: &mut [F]) {
    let (outer, n, inner) = split;
    if inner == 1 {
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
        return;
    }
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
    // Without `LOG`, the first pass leaves g·y in place of g.
    let first = |g: F, y: F| if LOG { g } else { g * y };
    let second = |g: F, y: F, sum: F| g - if LOG { y.fast_exp() } else { y } * sum;
    if inner == 1 {
        for i in 0..outer {
            let (y, g) = (&y[i * n..(i + 1) * n], &mut g[i * n..(i + 1) * n]);
            g.iter_mut().zip(y).for_each(|(g, &y)| *g = first(*g, y));
            let sum = fold_sum(g, |g| g);
            g.iter_mut().zip(y).for_each(|(g, &y)| *g = second(*g, y, sum));
        }
        return;
    }
    tiles(split, |tile| {
        let mut sums = [F::zero(); TILE];
        let sums = &mut sums[..tile.width];
        for row in tile.rows() {
            sums.iter_mut().zip(&mut g[row.clone()]).zip(&y[row]).for_each(|((sum, g), &y)| {
                *g = first(*g, y);
                *sum += *g;
            });
        }
        for row in tile.rows() {
            g[row.clone()].iter_mut().zip(&y[row]).zip(&*sums).for_each(|((g, &y), &sum)| *g = second(*g, y, sum));
        }
    });
}
