//! The angle θ between a draw and the mean direction, with the density ∝ sin^(p−2) θ·exp(κ cos θ) on [0, π].

use crate::special::quadrature::over_unit_interval;
use crate::special::scalar::bessel_ratio_m1;
use autograd::prelude::*;
use autograd::{Cotangents, Op, Point, ShapeError};
use rand::{Rng, RngExt};
use rand_distr::Gamma;
use std::f64::consts::PI;

/// One draw, by A. Wood's rejection method, written in t = sin² ½θ = ½ (1 − cos θ), which keeps its digits where κ is large.
///
/// What is proposed has tan² ½θ = b times the ratio of two gamma variables of shape ½ (p − 1), with the t₀ that belongs to a
/// ratio of 1; its density over that of the angle is least there. NaN comes of NaN.
pub(super) fn sample<R: Rng + ?Sized>(p: usize, concentration: f64, rng: &mut R) -> f64 {
    let n = (p - 1) as f64;
    let b = n / (2.0 * concentration + n.hypot(2.0 * concentration));
    let peak = b / (1.0 + b);
    let gamma = Gamma::new(0.5 * n, 1.0).expect("p is 2 at least");
    loop {
        let odds = b * (rng.sample(gamma) / rng.sample(gamma));
        let t = odds / (1.0 + odds);
        let ratio = (peak + t - 2.0 * peak * t) / (2.0 * peak * (1.0 - peak));
        let log_accept = 2.0 * concentration * (peak - t) + n * ratio.ln();
        let is_rejected = log_accept < rng.random::<f64>().ln();
        if !is_rejected {
            return 2.0 * odds.sqrt().atan();
        }
    }
}

/// Angles that were drawn, as a function of their concentrations: see [`derivative`].
pub(super) fn differentiable<V: Array>(p: usize, angles: Tensor<V::F>, concentration: &V) -> V {
    V::apply(Angle { p, angles }, &[concentration])
}

/// y = θ, which was drawn with the concentration κ; ∂y/∂κ is that of the distribution function's inverse.
#[derive(Debug)]
struct Angle<F> {
    p: usize,
    angles: Tensor<F>,
}

impl<F: Real> Op<F> for Angle<F> {
    fn name(&self) -> &'static str {
        "angle"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        if inputs[0] == self.angles.shape() { Ok(inputs[0]) } else { Err(ShapeError::new("needs one κ an angle")) }
    }

    fn forward(&self, _: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        y.copy_from_slice(self.angles.data());
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        dx.with(0, |d| {
            for (i, d) in d.iter_mut().enumerate() {
                *d = g[i] * F::of(derivative(self.p, at.x(0)[i].as_f64(), at.y()[i].as_f64()));
            }
        });
    }
}

/// The fall of the density's logarithm between which the rest of an integral begins to count as nothing.
const BOTTOM: [f64; 2] = [40.0, 60.0];

/// ∂θ/∂κ = −(∂F/∂κ)/f(θ) with the density f and the distribution function F, which is −∫₀^θ (cos t − A(κ)) f(t)/f(θ) dt, and
/// as much over the rest of [0, π] with the sign changed. Of the two the one is taken in which cos t − A has one sign.
fn derivative(p: usize, concentration: f64, angle: f64) -> f64 {
    if angle == 0.0 {
        return 0.0;
    }
    let m = p as f64 - 2.0;
    let ratio_m1 = bessel_ratio_m1(0.5 * m, concentration);
    // cos t − A.
    let excess = |t: f64| -2.0 * (0.5 * t).sin().powi(2) - ratio_m1;
    let (side, most) = if excess(angle) > 0.0 { (-1.0, angle) } else { (1.0, PI - angle) };
    // log f(θ) − log f(t) at the distance d from θ.
    let drop = |d: f64| {
        let half = 0.5 * side * d;
        let powers = if m > 0.0 { m * (angle.sin() / (angle + side * d).sin()).ln() } else { 0.0 };
        powers + 2.0 * concentration * (angle + half).sin() * half.sin()
    };
    let end = reach(most, drop);
    let [part] = over_unit_interval(|node| {
        let d = node * end;
        [(-drop(d)).exp() * excess(angle + side * d)]
    });
    side * end * part
}

/// A distance at which `drop`, which rises, is between the bottoms, or about as far; `most` if it is not as high anywhere.
fn reach(most: f64, drop: impl Fn(f64) -> f64) -> f64 {
    let [least, deep] = BOTTOM;
    let (mut below, mut above, mut d) = (0.0, most, most);
    // The drop is between linear and quadratic, seldom steeper: this takes few steps.
    for _ in 0..40 {
        let at = drop(d);
        if at > deep {
            above = d;
        } else if at < least && d < most {
            below = d;
        } else {
            return d;
        }
        let guess = d * (0.5 * (least + deep) / at).sqrt();
        d = if guess > below && guess < above { guess } else { 0.5 * (below + above) };
    }
    above
}
