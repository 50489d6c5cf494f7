//! The logistic function.

use super::Bijection;
use autograd::Real;

/// y = σ(x) = 1/(1 + e⁻ˣ), on (0, 1); T′ = σ(x) σ(−x), whose logarithm is −|x| − 2 log(1 + e^−|x|).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sigmoid;

impl Bijection for Sigmoid {
    const NAME: &'static str = "Sigmoid";
    const IMAGE: &'static str = "between 0 and 1";

    #[inline(always)]
    fn value<F: Real>(self, x: F) -> F {
        x.sigmoid()
    }

    #[inline(always)]
    fn log_slope<F: Real>(self, x: F) -> F {
        let a = x.abs();
        -a - F::of(2.0) * (-a).fast_exp().fast_ln_1p_unit()
    }

    #[inline(always)]
    fn bend<F: Real>(self, x: F) -> F {
        -(x * F::of(0.5)).fast_tanh()
    }

    #[inline(always)]
    fn slope<F: Real>(self, x: F) -> F {
        x.sigmoid() * (-x).sigmoid()
    }

    #[inline(always)]
    fn undo<F: Real>(self, y: F) -> F {
        y.fast_ln() - (-y).fast_ln_1p()
    }

    #[inline(always)]
    fn has<F: Real>(self, y: F) -> bool {
        (y > F::zero()) & (y < F::one())
    }
}
