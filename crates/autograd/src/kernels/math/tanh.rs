//! The hyperbolic tangent in `f32`.

use super::exp::exp_nonpositive;
use super::madd;

/// tanh x: near 0 an odd polynomial with the coefficients of Cephes' `tanhf` (S. Moshier, 1992), 1 − 2e/(1 + e) with
/// e = e^−2|x| elsewhere.
#[inline(always)]
pub(super) fn tanh<const FUSED: bool>(x: f32) -> f32 {
    let a = x.abs();
    let e = exp_nonpositive::<FUSED>(-(a + a));
    let far = 1.0 - (e + e) / (1.0 + e);
    let s = a * a;
    let p3 = madd::<FUSED>(-5.704_988_7e-3, s, 2.063_909e-2);
    let p1 = madd::<FUSED>(-5.373_971_7e-2, s, 1.333_144_2e-1);
    let p = madd::<FUSED>(madd::<FUSED>(p3, s * s, p1), s, -3.333_328e-1);
    let near = madd::<FUSED>(p * s, a, a);
    (if a < 0.625 { near } else { far }).copysign(x)
}
