//! Noise that does not depend on any parameter.

use crate::limits::hold;
use crate::special::ln_1p_less;
use crate::ziggurat::Ziggurat;
use autograd::prelude::*;
use rand::{Rng, RngExt};
use rand_distr::{Exp1, Open01};

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
    let ziggurat = Ziggurat::new();
    let mut done = 0;
    while let Some((quick, word)) = ziggurat.fill_at_once(rng, &mut out[done..]) {
        done += quick;
        out[done] = F::of(ziggurat.draw(word, rng));
        done += 1;
    }
}

/// One draw of [`fill_standard_normal`], in double precision.
pub(crate) fn draw_standard_normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    Ziggurat::new().draw(rng.next_u64(), rng)
}

/// A constant array of standard normal draws that goes together with `like`.
pub(crate) fn standard_normal<V: Array, R: Rng + ?Sized>(like: &V, shape: Shape, rng: &mut R) -> V {
    like.fill(shape, |u| fill_standard_normal(rng, u))
}

/// L·u with u ~ N(0, I) for matrices L `[.., K, C]`, of a shape `[.., K]` whose last axes are those of L without C: the
/// noise is fresh for each vector.
pub(crate) fn correlated_normal<V: Array, R: Rng + ?Sized>(matrices: &V, shape: Shape, rng: &mut R) -> V {
    let (stack, k, c) = matrices.shape().split(matrices.shape().rank() - 2);
    // Rows of noise stand beside the matrix they belong to, [stack, rows, C], and go back to their place.
    let noise = Shape::new(&[stack, shape.size() / (stack * k).max(1), c]);
    let z = standard_normal(matrices, noise, rng).matmul_t(&matrices.reshape([stack, k, c]));
    z.permute(&[1, 0, 2]).reshape(shape)
}

/// Fills a slice with vectors of `n` elements, each a uniform direction: standard normal draws over their length.
pub(crate) fn fill_unit_vectors<F: Real, R: Rng + ?Sized>(rng: &mut R, n: usize, out: &mut [F]) {
    let mut draws = vec![0.0; n];
    for out in out.chunks_exact_mut(n) {
        let mut length = 0.0;
        while length == 0.0 {
            fill_standard_normal(rng, &mut draws);
            length = draws.iter().map(|u| u * u).sum::<f64>().sqrt();
        }
        out.iter_mut().zip(&draws).for_each(|(x, u)| *x = F::of(u / length));
    }
}

/// Fills a slice with independent draws from the Laplace distribution with location 0 and scale 1: the difference of
/// two exponential draws.
pub(crate) fn fill_standard_laplace<F: Real, R: Rng + ?Sized>(rng: &mut R, out: &mut [F]) {
    for u in out {
        *u = F::of(rng.sample::<f64, _>(Exp1) - rng.sample::<f64, _>(Exp1));
    }
}

/// Replaces every number x of a slice by `f(x, u)` with a u of its own, uniform on [0, 1) in steps of 2⁻⁵³.
///
/// Numbers are drawn some hundreds ahead: the generator's state then stays in registers, and f is computed in vectors.
pub(crate) fn with_uniform<F: Real, R: Rng + ?Sized>(rng: &mut R, x: &mut [F], f: impl Fn(F, f64) -> F) {
    let mut room = [0.0; 256];
    for block in x.chunks_mut(room.len()) {
        let uniform = &mut room[..block.len()];
        uniform.iter_mut().for_each(|u| *u = rng.random());
        block.iter_mut().zip(uniform).for_each(|(x, u)| *x = f(*x, *u));
    }
}

/// Fills a slice with independent draws from the logistic distribution with location 0 and scale 1: the logits of uniform
/// draws.
pub(crate) fn fill_standard_logistic<F: Real, R: Rng + ?Sized>(rng: &mut R, out: &mut [F]) {
    for u in out {
        *u = F::of(standard_logistic(rng));
    }
}

/// One draw of [`fill_standard_logistic`].
pub(crate) fn standard_logistic<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    let p: f64 = rng.sample(Open01);
    (p / (1.0 - p)).ln()
}

/// Fills a slice with independent draws from the standard Gumbel distribution: −log of exponential draws.
pub(crate) fn fill_standard_gumbel<F: Real, R: Rng + ?Sized>(rng: &mut R, out: &mut [F]) {
    for u in out {
        *u = F::of(-rng.sample::<f64, _>(Exp1).ln());
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
/// α = 10⁻³ half of the draws are below 10⁻³⁰⁰. NaN unless α is positive and finite: nothing would ever be accepted.
pub(crate) fn log_standard_gamma<R: Rng + ?Sized>(rng: &mut R, concentration: f64) -> f64 {
    if !(concentration > 0.0 && concentration.is_finite()) {
        return f64::NAN;
    }
    if concentration < 1.0 {
        let log_g = log_standard_gamma(rng, concentration + 1.0);
        return log_g - rng.sample::<f64, _>(Exp1) / concentration;
    }
    let d = concentration - 1.0 / 3.0;
    let c = (9.0 * d).sqrt().recip();
    loop {
        let u = draw_standard_normal(rng);
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

/// eˣ as a normal positive number: see [`positive`].
pub(crate) fn exp_positive<F: Real>(x: f64) -> F {
    positive(F::of(x.exp()))
}

/// The normal positive number that is nearest to x, the least or the greatest where it is beyond, NaN of NaN.
#[inline(always)]
pub(crate) fn positive<F: Real>(x: F) -> F {
    hold(x, F::min_positive_value(), F::max_value())
}

/// The derivative of [`positive`] of an x that has this slope: 0 where it is held.
#[inline(always)]
pub(crate) fn positive_slope<F: Real>(x: F, slope: F) -> F {
    if (x < F::min_positive_value()) | (x > F::max_value()) { F::zero() } else { slope }
}

/// The number of (0, 1) that is nearest to x, not one of its ends, NaN of NaN.
pub(crate) fn in_unit_interval<F: Real>(x: f64) -> F {
    hold(F::of(x), F::min_positive_value(), F::one() - F::epsilon() * F::of(0.5))
}
