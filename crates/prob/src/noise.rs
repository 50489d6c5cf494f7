//! Noise that does not depend on any parameter.

use autograd::{Array, Real, Shape};
use rand::{Rng, RngExt};
use rand_distr::{Exp1, StandardNormal};

/// Fills a slice with independent draws from N(0, 1), by the ziggurat method.
///
/// Each number takes one or, rarely, more 64-bit words of the generator, the same for `f32` and `f64`; an `f32` draw is
/// the `f64` draw rounded.
///
/// ```
/// let mut u = [0.0f32; 4];
/// prob::fill_standard_normal(&mut prob::Key::new(0).stream("noise", 0, 0), &mut u);
/// assert!(u.iter().all(|u| u.abs() < 10.0));
/// ```
pub fn fill_standard_normal<F: Real, R: Rng + ?Sized>(rng: &mut R, out: &mut [F]) {
    for u in out {
        *u = F::of(rng.sample::<f64, _>(StandardNormal));
    }
}

/// A constant array of standard normal draws that goes together with `like`.
pub(crate) fn standard_normal<V: Array, R: Rng + ?Sized>(like: &V, shape: Shape, rng: &mut R) -> V {
    like.fill(shape, |u| fill_standard_normal(rng, u))
}

/// Fills a slice with independent draws from the Laplace distribution with location 0 and scale 1: the difference of
/// two exponential draws.
pub(crate) fn fill_standard_laplace<F: Real, R: Rng + ?Sized>(rng: &mut R, out: &mut [F]) {
    for u in out {
        *u = F::of(rng.sample::<f64, _>(Exp1) - rng.sample::<f64, _>(Exp1));
    }
}

/// Fills a slice with independent draws from the standard Gumbel distribution: −log of exponential draws.
pub(crate) fn fill_standard_gumbel<F: Real, R: Rng + ?Sized>(rng: &mut R, out: &mut [F]) {
    for u in out {
        *u = F::of(-rng.sample::<f64, _>(Exp1).ln());
    }
}
