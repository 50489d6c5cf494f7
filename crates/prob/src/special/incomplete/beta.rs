//! The incomplete beta function.

use super::Tail;
use super::dual::{Dual, continued_fraction};
use super::integral::{Drop, exp_m1_less, integrate};
use crate::special::deviance::ln_1p_less;
use crate::special::polygamma::{digamma, digamma_less_ln};
use crate::special::scalar::{bd0, stirling_error};
use autograd::ops::{EachOf, Function};
use autograd::{Array, Real};
use std::f64::consts::TAU;

/// I_x(a, b) of each triple of elements, which broadcast: see [`scalar::beta_inc`].
///
/// # Panics
/// If the shapes do not broadcast.
#[must_use]
#[track_caller]
pub fn beta_inc<V: Array>(a: &V, b: &V, x: &V) -> V {
    V::apply(EachOf("beta_inc", BetaInc), &[a, b, x])
}

/// I_x(a, b) as an operation.
#[derive(Debug)]
struct BetaInc;

impl<F: Real> Function<F, 3> for BetaInc {
    #[inline(always)]
    fn f(&self, [a, b, x]: [F; 3]) -> F {
        F::of(scalar::beta_inc(a.as_f64(), b.as_f64(), x.as_f64()))
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a, b, x]: [F; 3]) -> F {
        let (a, b, x) = (a.as_f64(), b.as_f64(), x.as_f64());
        F::of(match I {
            0 | 1 => scalar::beta_inc_derivatives(a, b, x)[I],
            _ => density(a, b, x),
        })
    }
}

/// The functions of numbers.
pub(in crate::special) mod scalar {
    use super::tail;

    /// I_x(a, b) = 1/B(a, b) ∫₀ˣ t^(a−1) (1 − t)^(b−1) dt, the distribution function of the beta distribution. Its
    /// derivative by x is the density, those by a and b are [`beta_inc_derivatives`]. 0 for x ≤ 0, 1 for x ≥ 1; NaN unless
    /// a and b are positive and finite.
    ///
    /// Near 1 it has the relative precision of 1; the upper tail to its own precision is I_{1−x}(b, a).
    ///
    /// Relative error within 2·10⁻¹³.
    pub fn beta_inc(a: f64, b: f64, x: f64) -> f64 {
        beta_inc_of_parts(a, b, [x, 1.0 - x])
    }

    /// [`beta_inc`] of x and y = 1 − x, each with digits of its own.
    pub fn beta_inc_of_parts(a: f64, b: f64, parts: [f64; 2]) -> f64 {
        tail(a, b, parts).map_or_else(|limit| limit, |tail| tail.lower())
    }

    /// ∂I/∂a, which is negative, and ∂I/∂b, which is positive.
    ///
    /// Relative error within 1.2·10⁻¹².
    pub fn beta_inc_derivatives(a: f64, b: f64, x: f64) -> [f64; 2] {
        let derivatives = |tail: super::Tail<2>| tail.lower_slopes().map(|slope| tail.log_kernel.exp() * slope);
        tail(a, b, [x, 1.0 - x]).map_or_else(|limit| [0.0 * limit; 2], derivatives)
    }

    /// ∂x/∂a and ∂x/∂b of a draw x from the beta distribution, −(∂I/∂a)/(∂I/∂x) and −(∂I/∂b)/(∂I/∂x): how the draw moves
    /// with the parameters where its quantile stays.
    ///
    /// Relative error within 1.2·10⁻¹².
    pub fn beta_draw_derivatives(a: f64, b: f64, x: f64) -> [f64; 2] {
        // The kernel of a tail is the density times x (1 − x) over the parameter on its side.
        let derivatives = |tail: super::Tail<2>| {
            let over = if tail.upper { b } else { a };
            tail.lower_slopes().map(|slope| -slope * (x * (1.0 - x) / over))
        };
        tail(a, b, [x, 1.0 - x]).map_or_else(|limit| [0.0 * limit; 2], derivatives)
    }
}

/// Where both parameters are at least this, the tails are integrated.
const LARGE: f64 = 30.0;

/// The tail of x, given with y = 1 − x, with the kernel x^a (1 − x)^b/(a B(a, b)), or b in the place of a for the upper one; I where that is a
/// limit, or NaN.
fn tail(a: f64, b: f64, [x, y]: [f64; 2]) -> Result<Tail<2>, f64> {
    if let Some(limit) = limit(a, b, [x, y]) {
        return Err(limit);
    }
    let is_large = a.min(b) >= LARGE;
    let middle = if is_large { a / (a + b) } else { (a + 1.0) / (a + b + 2.0) };
    let lower = if is_large { lower_integral } else { lower_fraction };
    if x < middle {
        return Ok(lower(a, b, x, y));
    }
    let Tail { log_kernel, value, slopes: [by_b, by_a], .. } = lower(b, a, y, x);
    Ok(Tail { upper: true, log_kernel, value, slopes: [by_a, by_b] })
}

/// I outside the support and at its ends, NaN of what is not legal.
fn limit(a: f64, b: f64, [x, y]: [f64; 2]) -> Option<f64> {
    let legal = |p: f64| p > 0.0 && p.is_finite();
    if !legal(a) || !legal(b) || x.is_nan() {
        Some(f64::NAN)
    } else if x <= 0.0 {
        Some(0.0)
    } else {
        (y <= 0.0).then_some(1.0)
    }
}

/// x^(a−1) (1 − x)^(b−1)/B(a, b), 0 at the ends of the support.
fn density(a: f64, b: f64, x: f64) -> f64 {
    let inside = || (log_kernel(a, b, x, 1.0 - x).exp() * (a / x)) / (1.0 - x);
    limit(a, b, [x, 1.0 - x]).map_or_else(inside, |limit| 0.0 * limit)
}

/// ln (x^a y^b/(a B(a, b))) with y = 1 − x, by C. Loader's saddle point.
fn log_kernel(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let errors = stirling_error(n) - stirling_error(a) - stirling_error(b);
    errors - bd0(a, n * x) - bd0(b, n * y) - 0.5 * ((a / b) * n * TAU).ln()
}

/// ln x + ψ(a + b) − ψ(a), with `excess` = a − (a + b) x known better than x may be: over a, it tells how far x is from the
/// mean.
fn mean_log(a: f64, b: f64, x: f64, excess: f64) -> f64 {
    let n = a + b;
    if a < 1.0 {
        return x.ln() + digamma(n) - digamma(a);
    }
    let ln = if excess.abs() < 0.5 * a { (-excess / a).ln_1p() } else { (n * x / a).ln() };
    ln + digamma_less_ln(n) - digamma_less_ln(a)
}

/// I by its continued fraction (A. DiDonato and A. Morris, *Significant Digit Computation of the Incomplete Beta Function
/// Ratios*, 1992, equation 9), which converges fast for x below (a + 1)/(a + b + 2) and a small parameter; y = 1 − x.
fn lower_fraction(a: f64, b: f64, x: f64, y: f64) -> Tail<2> {
    let [p, q]: [Dual<2>; 2] = [Dual::parameter(a, 0), Dual::parameter(b, 1)];
    let excess = p * y + q * -x;
    let denominator = |m: f64| {
        (q + -m) * (m * x) / (p + (2.0 * m - 1.0))
            + m
            + (p + m) * (excess + (1.0 + m * (1.0 + y))) / (p + (2.0 * m + 1.0))
    };
    let t = p / continued_fraction(p * (excess + 1.0) / (p + 1.0), |m| {
        let m = m as f64;
        let odd = p + (2.0 * m - 1.0);
        ((p + (m - 1.0)) * (p + q + (m - 1.0)) * (q + -m) * (m * x * x) / (odd * odd), denominator(m))
    });
    // The kernel has ψ(a + 1) where that of the integral has ψ(a).
    let by_a =
        if a < 1.0 { x.ln() + digamma(a + b) - digamma(a + 1.0) } else { mean_log(a, b, x, excess.value) - 1.0 / a };
    let logarithms = [by_a, mean_log(b, a, y, -excess.value)];
    let slopes = [0, 1].map(|i| t.slopes[i] + t.value * logarithms[i]);
    Tail { upper: false, log_kernel: log_kernel(a, b, x, y), value: t.value, slopes }
}

/// I as an integral over logit t = logit x − d, where a K = x^a y^b/B(a, b) is the density of logit t at x; y = 1 − x. With
/// n = a + b it falls by a d + n ln(1 − x (1 − e⁻ᵈ)), which is also −b d + n ln(1 + y (eᵈ − 1)): the first cancels for x
/// near 1, the second for x near 0.
fn lower_integral(a: f64, b: f64, x: f64, y: f64) -> Tail<2> {
    let n = a + b;
    let excess = a * y - b * x;
    let [mean_x, mean_y] = [mean_log(a, b, x, excess), mean_log(b, a, y, -excess)];
    let [value, by_a, by_b] = integrate(excess, n * x * y, |d| {
        // ln(t/x) + d = ln((1 − t)/y).
        let (beyond, log_y) = if x < 0.5 {
            let z = x * (-d).exp_m1();
            (ln_1p_less(z) + x * exp_m1_less(-d), -z.ln_1p())
        } else {
            let z = y * d.exp_m1();
            (ln_1p_less(z) + y * exp_m1_less(d), d - z.ln_1p())
        };
        let log_x = log_y - d;
        let factors = [a, a * (mean_x + log_x), a * (mean_y + log_y)];
        Drop { drop: excess * d + n * beyond, slope: a - n * x * log_x.exp(), factors }
    });
    Tail { upper: false, log_kernel: log_kernel(a, b, x, y), value, slopes: [by_a, by_b] }
}
