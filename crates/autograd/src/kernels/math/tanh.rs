//! The hyperbolic tangent in `f32`.

use super::exp::exp;

/// tanh x: near 0 an odd polynomial with the coefficients of Cephes' `tanhf` (S. Moshier, 1992), 1 − 2/(e^2|x| + 1) elsewhere.
#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    let a = x.abs();
    let far = 1.0 - 2.0 / (exp(a + a) + 1.0);
    let s = a * a;
    let p = -5.704_988_7e-3;
    let p = p * s + 2.063_909e-2;
    let p = p * s - 5.373_971_7e-2;
    let p = p * s + 1.333_144_2e-1;
    let p = p * s - 3.333_328e-1;
    let near = p * s * a + a;
    (if a < 0.625 { near } else { far }).copysign(x)
}
