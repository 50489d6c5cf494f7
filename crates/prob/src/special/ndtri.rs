//! Quantiles of the normal distribution.

use super::log_ndtr::log_ndtr;
use super::mills::{exp_minus_half_square, mills};
use super::polynomial::{horner, is_single};
use super::unary;
use autograd::Real;
use std::f64::consts::FRAC_1_SQRT_2;

unary! {
    /// [`ndtri`] of each element.
    Ndtri() "ndtri";
    f(p) = ndtri(p);
    df(p, y) = slope(p, y);
}

/// P(r) with Φ⁻¹(½ + q) = q·P(r), |q| ≤ 3/8, where q² = 9/128·(1 + r).
const CENTRE: [f64; 10] = [
    2.726665,
    0.26436692,
    0.05569419,
    0.01463084,
    0.0042764894,
    0.0013288191,
    0.0004110591,
    0.00013451967,
    6.659013e-05,
    2.3929739e-05,
];

/// P(u) with −Φ⁻¹(p) = s·P(u), s = √(−ln p), where 1/s runs from the greatest s to s(⅛) as u does from −1 to 1; the
/// greatest s is that of the least `f32`.
const TAIL: [f64; 13] = [
    1.159944,
    -0.30801317,
    -0.063137844,
    0.011054433,
    -0.002748826,
    0.0008511985,
    -0.0003153878,
    0.00017324921,
    -9.637188e-05,
    -1.0675146e-05,
    1.778768e-05,
    3.775641e-05,
    -2.5319134e-05,
];

/// The same, less exact, with the s of the least `f64` as the greatest.
const LONG_TAIL: [f64; 10] = [
    1.1912122230633486,
    -0.3250985548647509,
    -0.08129127798068751,
    0.01643830671090206,
    -0.005193042474672063,
    0.0022722078602692994,
    5.127513625905005e-05,
    -0.00046744214209975215,
    -0.0009787827586138927,
    0.0007868760613446427,
];

/// 1/√(149 ln 2), 1/√(1074 ln 2) and 1/√(ln 8).
const ENDS: [f64; 3] = [0.09839978177285792, 0.03665094094240492, 0.6934683460425485];

/// Φ⁻¹(p), the x with Φ(x) = p, with derivative 1/φ(x). ∓∞ at 0 and 1, NaN outside \[0, 1\].
///
/// Polynomials in q² with q = p − ½, or in 1/s with s = √(−ln min(p, 1 − p)); in `f64` they are what a step of Halley's
/// method begins with.
///
/// Relative error within 3.5·10⁻⁷ in `f32`, 4·10⁻¹⁶ in `f64`; of the derivative 4·10⁻⁷ and 5·10⁻¹⁶.
#[inline(always)]
pub fn ndtri<F: Real>(p: F) -> F {
    let q = p - F::of(0.5);
    let tail = lower(p);
    let s = (-tail.fast_ln()).sqrt();
    let centre = q * horner(&CENTRE, q * q * F::of(128.0 / 9.0) - F::one());
    let is_centre = q.abs() <= F::of(0.375);
    if is_single::<F>() {
        let far = s * horner(&TAIL, position(s, ENDS[0])) * q.signum();
        return if is_centre { centre } else { far };
    }
    if is_centre {
        return polished_centre(centre, q);
    }
    polished_tail(-s * horner(&LONG_TAIL, position(s, ENDS[1])), tail) * -q.signum()
}

/// The lesser of p and 1 − p.
#[inline(always)]
fn lower<F: Real>(p: F) -> F {
    if p < F::of(0.5) { p } else { F::one() - p }
}

/// Where 1/s is between `low` and 1/√(ln 8), from −1 to 1.
#[inline(always)]
fn position<F: Real>(s: F, low: f64) -> F {
    let [centre, half] = [0.5 * (ENDS[2] + low), 0.5 * (ENDS[2] - low)];
    (s.recip() - F::of(centre)) * F::of(1.0 / half)
}

/// A step from x to the zero of Φ(x) − ½ − q.
fn polished_centre<F: Real>(x: F, q: F) -> F {
    const SQRT_TAU: f64 = 2.506_628_274_631_000_7;
    let half = F::of(0.5);
    let error = half * (x * F::of(FRAC_1_SQRT_2)).erf() - q;
    let step = error * F::of(SQRT_TAU) / exp_minus_half_square(x);
    x - step / (F::one() + half * x * step)
}

/// A step from x < 0 to the zero of ln Φ(x) − ln p.
fn polished_tail<F: Real>(x: F, p: F) -> F {
    if !x.is_finite() {
        return x;
    }
    let error = log_ndtr(x) - p.fast_ln();
    let m = mills(-x);
    // The derivatives are h = 1/M and −h (h + x).
    x - error * m / (F::one() + F::of(0.5) * error * (F::one() + x * m))
}

/// 1/φ(y) for y = Φ⁻¹(p): Φ(−|y|)/φ(y) is Mills' ratio, in which the rounding of y costs little.
#[inline(always)]
fn slope<F: Real>(p: F, y: F) -> F {
    let slope = mills(y.abs()) / lower(p);
    if y.is_infinite() { F::infinity() } else { slope }
}
