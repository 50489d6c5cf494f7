//! The exponential.

use super::Bijection;
use autograd::Real;

/// y = eˣ, on (0, ∞); log T′ = x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exp;

impl Bijection for Exp {
    const NAME: &'static str = "Exp";
    const IMAGE: &'static str = "positive and finite";

    #[inline(always)]
    fn value<F: Real>(self, x: F) -> F {
        x.fast_exp()
    }

    #[inline(always)]
    fn log_slope<F: Real>(self, x: F) -> F {
        x
    }

    #[inline(always)]
    fn bend<F: Real>(self, _: F) -> F {
        F::one()
    }

    #[inline(always)]
    fn slope<F: Real>(self, x: F) -> F {
        x.fast_exp()
    }

    #[inline(always)]
    fn undo<F: Real>(self, y: F) -> F {
        y.fast_ln()
    }

    #[inline(always)]
    fn has<F: Real>(self, y: F) -> bool {
        (y > F::zero()) & (y < F::infinity())
    }
}
