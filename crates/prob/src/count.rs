//! What distributions over the counts 0, 1, 2, … share.

use crate::SupportError;
use crate::noise::draw_standard_normal;
use autograd::{Real, Tensor};
use rand::{Rng, RngExt};

/// Whether x is 0, 1, 2, …
#[inline(always)]
pub(crate) fn is_count<F: Real>(x: F) -> bool {
    (x >= F::zero()) & (x < F::infinity()) & (x.floor() == x)
}

/// log p(x) of a count, and what it is elsewhere: −∞, NaN of NaN.
#[inline(always)]
pub(crate) fn at_counts<F: Real>(x: F, log_p: F) -> F {
    let outside = if x.is_nan() { x } else { F::neg_infinity() };
    if is_count(x) { log_p } else { outside }
}

/// An error unless all of `x` are counts.
pub(crate) fn supports<F: Real>(who: &str, x: &Tensor<F>) -> Result<(), SupportError> {
    SupportError::check(who, "x", "whole numbers from 0 on", x, is_count)
}

/// A draw from the Poisson distribution with a rate ≥ 0: products of uniform numbers for rates below 12, from there on
/// J. Ahrens and U. Dieter, *Computer Generation of Poisson Deviates from Modified Normal Distributions*, 1982.
///
/// Beyond 10¹⁹, where counts are farther apart in `f64` than the distribution's skewness shows, a normal draw.
pub(crate) fn draw_poisson<R: Rng + ?Sized>(rate: f64, rng: &mut R) -> f64 {
    if rate == 0.0 || rate == f64::INFINITY {
        return rate;
    }
    match rand_distr::Poisson::new(rate) {
        Ok(poisson) => rng.sample(poisson),
        Err(_) => rate + rate.sqrt() * draw_standard_normal(rng),
    }
}

/// The least of the likeliest counts, where p(x) ≥ p(x − 1) for x ≤ `last`.
pub(crate) fn mode(last: f64) -> f64 {
    (last.ceil() - 1.0).max(0.0)
}
