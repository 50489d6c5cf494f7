//! The hyperbolic tangent.

use super::Bijection;
use autograd::Real;
use std::f64::consts::LN_2;

/// y = tanh x, on (−1, 1); T′ = 1 − tanh² x, whose logarithm is 2 (log 2 − |x| − log(1 + e^−2|x|)) without cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tanh;

impl Bijection for Tanh {
    const NAME: &'static str = "Tanh";
    const IMAGE: &'static str = "between −1 and 1";

    #[inline(always)]
    fn value<F: Real>(self, x: F) -> F {
        x.fast_tanh()
    }

    #[inline(always)]
    fn log_slope<F: Real>(self, x: F) -> F {
        let a = x.abs();
        (F::of(LN_2) - a - (a * F::of(-2.0)).fast_exp().fast_ln_1p_unit()) * F::of(2.0)
    }

    #[inline(always)]
    fn bend<F: Real>(self, x: F) -> F {
        F::of(-2.0) * x.fast_tanh()
    }

    #[inline(always)]
    fn slope<F: Real>(self, x: F) -> F {
        self.log_slope(x).fast_exp()
    }

    #[inline(always)]
    fn undo<F: Real>(self, y: F) -> F {
        (y.fast_ln_1p() - (-y).fast_ln_1p()) * F::of(0.5)
    }

    #[inline(always)]
    fn has<F: Real>(self, y: F) -> bool {
        y.abs() < F::one()
    }
}
