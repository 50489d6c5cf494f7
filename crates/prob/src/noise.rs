//! Noise that does not depend on any parameter.

use crate::special::ln_1p_less;
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

/// Fills a slice with independent draws from the exponential distribution with rate 1.
pub(crate) fn fill_standard_exponential<F: Real, R: Rng + ?Sized>(rng: &mut R, out: &mut [F]) {
    for u in out {
        *u = F::of(rng.sample(Exp1));
    }
}

/// ln g of a draw g from the gamma distribution with concentration α and rate 1.
///
/// For α ≥ 1 by G. Marsaglia and W. W. Tsang (*A Simple Method for Generating Gamma Variables*, 2000); for α < 1
/// a draw for α + 1 times U^(1/α), with U uniform on (0, 1). There g itself would often be too small for a number: of
/// α = 10⁻³ half of the draws are below 10⁻³⁰⁰.
pub(crate) fn log_standard_gamma<R: Rng + ?Sized>(rng: &mut R, concentration: f64) -> f64 {
    if concentration < 1.0 {
        let log_g = log_standard_gamma(rng, concentration + 1.0);
        return log_g - rng.sample::<f64, _>(Exp1) / concentration;
    }
    let d = concentration - 1.0 / 3.0;
    let c = (9.0 * d).sqrt().recip();
    loop {
        let u = rng.sample::<f64, _>(StandardNormal);
        let w = c * u;
        if w <= -1.0 {
            continue;
        }
        // g = d v with v = (1 + w)³, of which ln v + 1 − v is wanted where w is small.
        let drop = 3.0 * ln_1p_less(w) - w * w * (3.0 + w);
        if (1.0 - rng.random::<f64>()).ln() < 0.5 * u * u + d * drop {
            return d.ln() + 3.0 * w.ln_1p();
        }
    }
}

/// eˣ as a normal positive number, the least or the greatest where it is beyond.
pub(crate) fn exp_positive<F: Real>(x: f64) -> F {
    F::of(x.exp()).max(F::min_positive_value()).min(F::max_value())
}

/// The number of (0, 1) that is nearest to x, not one of its ends.
pub(crate) fn in_unit_interval<F: Real>(x: f64) -> F {
    F::of(x).max(F::min_positive_value()).min(F::one() - F::epsilon() * F::of(0.5))
}
