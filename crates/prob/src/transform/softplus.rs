//! The softplus function.

use super::Bijection;
use autograd::Real;

/// y = log(1 + eˣ), on (0, ∞); T′ = σ(x). Back, x = y + log(1 − e⁻ʸ).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Softplus;

impl Bijection for Softplus {
    const NAME: &'static str = "Softplus";
    const IMAGE: &'static str = "positive and finite";

    #[inline(always)]
    fn value<F: Real>(self, x: F) -> F {
        x.softplus()
    }

    #[inline(always)]
    fn log_slope<F: Real>(self, x: F) -> F {
        -(-x).softplus()
    }

    #[inline(always)]
    fn bend<F: Real>(self, x: F) -> F {
        (-x).sigmoid()
    }

    #[inline(always)]
    fn slope<F: Real>(self, x: F) -> F {
        x.sigmoid()
    }

    #[inline(always)]
    fn undo<F: Real>(self, y: F) -> F {
        y + (-y).log1mexp()
    }

    #[inline(always)]
    fn has<F: Real>(self, y: F) -> bool {
        (y > F::zero()) & (y < F::infinity())
    }
}
