//! The hyperbolic tangent in `f32`.

use super::exp::exp_nonpositive;

/// tanh x: near 0 an odd polynomial with the coefficients of Cephes' `tanhf` (S. Moshier, 1992), 1 − 2e/(1 + e) with
/// e = e^−2|x| elsewhere.
#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    let a = x.abs();
    let e = exp_nonpositive(-(a + a));
    let far = 1.0 - (e + e) / (1.0 + e);
    let s = a * a;
    let p3 = -5.704_988_7e-3 * s + 2.063_909e-2;
    let p1 = -5.373_971_7e-2 * s + 1.333_144_2e-1;
    let p = (p3 * (s * s) + p1) * s - 3.333_328e-1;
    let near = p * s * a + a;
    (if a < 0.625 { near } else { far }).copysign(x)
}
