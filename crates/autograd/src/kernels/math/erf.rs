//! The error function and the normal distribution function in `f32`.
//!
//! Near 0 an odd polynomial; elsewhere erfc x = e^−x²·m(x), where the exponential knows x² to more digits
//! than `f32` has and m varies slowly; Φ(x) = ½ erfc(−x/√2). tests/golden/coefficients.py finds the polynomials.

use super::exp::{exp, times_exp_minus_square};
use std::f32::consts::{FRAC_1_SQRT_2, SQRT_2};

/// Past this, x·e^−x²/2 is 0.
const GELU_END: f32 = 15.0;

/// erf x.
#[inline(always)]
pub(super) fn erf<const FUSED: bool>(x: f32) -> f32 {
    let a = at_most(4.0, x.abs());
    let (p, d) = erfc_scaled(a);
    let far = 1.0 - exp::<FUSED>(-a * a) * (p / d);
    (if a < 1.0 { erf_near_zero(a) } else { far }).copysign(x)
}

/// erfc x = 1 − erf x.
#[inline(always)]
pub(super) fn erfc<const FUSED: bool>(x: f32) -> f32 {
    let a = at_most(10.2, x.abs());
    let (p, d) = erfc_scaled(a);
    let tail = times_exp_minus_square::<FUSED>(p, a, 1.0) / d;
    let far = if x < 0.0 { 2.0 - tail } else { tail };
    if a < 0.5 { 1.0 - erf_near_zero(x) } else { far }
}

/// e^−x².
#[inline(always)]
pub(super) fn exp_minus_square<const FUSED: bool>(x: f32) -> f32 {
    times_exp_minus_square::<FUSED>(1.0, at_most(10.2, x.abs()), 1.0)
}

/// x·Φ(x), which is x + (−x)·Φ(−x) for positive x.
#[inline(always)]
pub(super) fn gelu<const FUSED: bool>(x: f32) -> f32 {
    let a = at_most(GELU_END, x.abs());
    let (p, d) = erfc_scaled(a * FRAC_1_SQRT_2);
    // Φ(−a) = ½ p/d·e^−a²/2, where d is 1 or a/√2: a/d is known without rounding.
    let lower = times_exp_minus_square::<FUSED>(-0.5 * p * if d == 1.0 { a } else { SQRT_2 }, a, 0.5);
    let far = if x < 0.0 { lower } else { x + lower };
    if a < FRAC_1_SQRT_2 { x * normal_cdf_near_zero(x) } else { far }
}

/// Φ(x) + x·φ(x) with φ(x) = e^−x²/2/√(2π).
#[inline(always)]
pub(super) fn gelu_derivative<const FUSED: bool>(x: f32) -> f32 {
    const FRAC_1_SQRT_TAU: f32 = 0.398_942_3;
    let a = at_most(GELU_END, x.abs());
    let (p, d) = erfc_scaled(a * FRAC_1_SQRT_2);
    let tail = times_exp_minus_square::<FUSED>(0.5 * p, a, 0.5) / d;
    let far = if x < 0.0 { tail } else { 1.0 - tail };
    let cdf = if a < FRAC_1_SQRT_2 { normal_cdf_near_zero(x) } else { far };
    cdf + times_exp_minus_square::<FUSED>(a * FRAC_1_SQRT_TAU, a, 0.5).copysign(x)
}

/// Φ(x) = ½ + ½ erf(x/√2) for |x| ≤ √2.
#[inline(always)]
fn normal_cdf_near_zero(x: f32) -> f32 {
    0.5 + 0.5 * erf_near_zero(x * FRAC_1_SQRT_2)
}

/// erf x = x + x·p(x²) for |x| ≤ 1.
#[inline(always)]
fn erf_near_zero(x: f32) -> f32 {
    let s = x * x;
    let p = 7.853_853_5e-5;
    let p = p * s - 8.010_191_4e-4;
    let p = p * s + 5.188_327_3e-3;
    let p = p * s - 2.685_381_1e-2;
    let p = p * s + 1.128_358_54e-1;
    let p = p * s - 3.761_262_6e-1;
    let p = p * s + 1.283_791_7e-1;
    x + x * p
}

/// p and d with m(x) = eˣ² erfc x = p/d, for 0.49 ≤ x ≤ 10.3: up to 2 p is a polynomial in x, beyond in 1/x, where d = x.
#[inline(always)]
fn erfc_scaled(x: f32) -> (f32, f32) {
    let (middle, far) = (erfc_scaled_middle(x - 1.25), erfc_scaled_far(1.0 / x - 0.25));
    if x < 2.0 { (middle, 1.0) } else { (far, x) }
}

/// m(u + 5/4).
#[inline(always)]
fn erfc_scaled_middle(u: f32) -> f32 {
    let p = -2.027_33e-5;
    let p = p * u + 6.420_655e-5;
    let p = p * u - 1.611_955_7e-4;
    let p = p * u + 4.672_757_3e-4;
    let p = p * u - 1.326_213_6e-3;
    let p = p * u + 3.555_108_6e-3;
    let p = p * u - 9.081_596_5e-3;
    let p = p * u + 2.201_109_8e-2;
    let p = p * u - 5.021_827_3e-2;
    let p = p * u + 1.067_955_9e-1;
    let p = p * u - 2.088_218_8e-1;
    p * u + 3.678_229_2e-1
}

/// m(1/v)/v with v = u + ¼.
#[inline(always)]
fn erfc_scaled_far(u: f32) -> f32 {
    let p = -1.752_585_9e-1;
    let p = p * u + 3.828_273_4e-1;
    let p = p * u - 2.672_761_7e-1;
    let p = p * u - 2.777_332_4e-2;
    let p = p * u + 2.194_32e-1;
    let p = p * u - 1.677_872_2e-1;
    let p = p * u - 1.194_466_4e-1;
    p * u + 5.479_978_3e-1
}

/// The smaller of the two, and NaN for NaN.
#[inline(always)]
fn at_most(limit: f32, x: f32) -> f32 {
    if x > limit { limit } else { x }
}
