//! The error function and the normal distribution function in `f32`.
//!
//! Near 0 an odd polynomial; elsewhere erfc x = e^−x²·m(x), where m is a polynomial in 2/(2 + x) and the exponential
//! knows x² to more digits than `f32` has. tests/golden/coefficients.py finds both polynomials.

use super::exp::{exp, exp_minus_square};
use std::f32::consts::FRAC_1_SQRT_2;

/// erf x.
#[inline(always)]
pub(super) fn erf(x: f32) -> f32 {
    let a = at_most(4.0, x.abs());
    let far = 1.0 - exp(-a * a) * erfc_scaled(a);
    (if a < 1.0 { erf_near_zero(a) } else { far }).copysign(x)
}

/// erfc x = 1 − erf x.
#[inline(always)]
pub(super) fn erfc(x: f32) -> f32 {
    let a = at_most(10.2, x.abs());
    let tail = exp_minus_square(a, 1.0) * erfc_scaled(a);
    let far = if x < 0.0 { 2.0 - tail } else { tail };
    if a < 0.5 { 1.0 - erf_near_zero(x) } else { far }
}

/// x·Φ(x) with Φ(x) = ½ erfc(−x/√2). In the lower tail x goes to the factor that is not tiny.
#[inline(always)]
pub(super) fn gelu(x: f32) -> f32 {
    let (near, m, e) = normal(x);
    // Where Φ is 0 or 1, x may be infinite.
    let lower = if x < -15.0 { -0.0 } else { x * m * e };
    let far = if x < 0.0 { lower } else { x * (1.0 - m * e) };
    if x.abs() < 0.5 { x * near } else { far }
}

/// Φ(x) + x·φ(x) with φ(x) = e^−x²/2/√(2π).
#[inline(always)]
pub(super) fn gelu_derivative(x: f32) -> f32 {
    const FRAC_1_SQRT_TAU: f32 = 0.398_942_28;
    let (near, m, e) = normal(x);
    let far = if x < 0.0 { m * e } else { 1.0 - m * e };
    let cdf = if x.abs() < 0.5 { near } else { far };
    let x = if x.is_infinite() { 0.0 } else { x };
    cdf + x * e * FRAC_1_SQRT_TAU
}

/// Φ(x) for |x| < ½, and factors of Φ(−|x|) = m·e elsewhere, where e = e^−x²/2 for all x.
#[inline(always)]
fn normal(x: f32) -> (f32, f32, f32) {
    let near = 0.5 + 0.5 * erf_near_zero(x * FRAC_1_SQRT_2);
    let a = at_most(14.5, x.abs());
    (near, 0.5 * erfc_scaled(a * FRAC_1_SQRT_2), exp_minus_square(a, 0.5))
}

/// erf x = x + x·p(x²) for |x| ≤ 1.
#[inline(always)]
fn erf_near_zero(x: f32) -> f32 {
    let s = x * x;
    let p = 7.853_853_5e-5;
    let p = p * s - 8.010_191_4e-4;
    let p = p * s + 5.188_327e-3;
    let p = p * s - 2.685_381e-2;
    let p = p * s + 1.128_358_54e-1;
    let p = p * s - 3.761_262_6e-1;
    let p = p * s + 1.283_791_66e-1;
    x + x * p
}

/// eˣ² erfc x = w·p(1 − 2w) with w = 2/(2 + x), for 0.49 ≤ x ≤ 10.3.
#[inline(always)]
fn erfc_scaled(x: f32) -> f32 {
    let w = 2.0 / (2.0 + x);
    let q = 1.0 - (w + w);
    let p = 5.832_391_3e-5;
    let p = p * q - 2.711_709_2e-4;
    let p = p * q - 4.460_944_6e-4;
    let p = p * q + 1.526_507_8e-3;
    let p = p * q + 3.246_54e-3;
    let p = p * q - 1.075_290_4e-2;
    let p = p * q - 1.822_178_4e-2;
    let p = p * q + 1.397_359_4e-1;
    let p = p * q - 3.435_803_4e-1;
    let p = p * q + 5.107_913_6e-1;
    w * p
}

/// The smaller of the two, and NaN for NaN.
#[inline(always)]
pub(super) fn at_most(limit: f32, x: f32) -> f32 {
    if x > limit { limit } else { x }
}
