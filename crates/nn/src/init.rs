//! Initial values of weights.
//!
//! Every function draws from the generator it is given and from nothing else. Numbers are drawn in `f64` and rounded, so
//! that the same generator gives an `f32` model and an `f64` model the same weights up to rounding.
//! Zeros, for biases, are [`Tensor::zeros`].
//!
//! The fans of a weight `[out, in, …]` are fan_in = in · k and fan_out = out · k, where k is the product of the axes past
//! the second: 1 for a linear layer, the kernel's area for a convolution.

use autograd::{Real, Shape, Tensor};
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

/// U(low, high). Rounding to `f32` may give `high` itself.
///
/// # Panics
/// If `low ≤ high` does not hold or one of them is not finite.
#[track_caller]
pub fn uniform<F: Real>(shape: impl Into<Shape>, low: f64, high: f64, rng: &mut (impl Rng + ?Sized)) -> Tensor<F> {
    assert!(low <= high && (high - low).is_finite(), "no uniform distribution between {low} and {high}");
    Tensor::from_fn(shape, |_| F::of(low + (high - low) * rng.random::<f64>()))
}

/// N(mean, std²).
///
/// # Panics
/// If `std` is negative, or if one of the two is not finite.
#[track_caller]
pub fn normal<F: Real>(shape: impl Into<Shape>, mean: f64, std: f64, rng: &mut (impl Rng + ?Sized)) -> Tensor<F> {
    assert!(
        mean.is_finite() && std.is_finite() && std >= 0.0,
        "no normal distribution with mean {mean} and deviation {std}"
    );
    Tensor::from_fn(shape, |_| F::of(mean + std * rng.sample::<f64, _>(StandardNormal)))
}

/// U(−a, a) with a = √(6 / (fan_in + fan_out)), so that the variance is 2 / (fan_in + fan_out).
///
/// X. Glorot and Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*, 2010, (16).
///
/// # Panics
/// If the shape has fewer than two axes, as do the functions below.
#[track_caller]
pub fn glorot_uniform<F: Real>(shape: impl Into<Shape>, rng: &mut (impl Rng + ?Sized)) -> Tensor<F> {
    let shape = shape.into();
    let (fan_in, fan_out) = fans(shape);
    let a = (6.0 / (fan_in + fan_out).max(1.0)).sqrt();
    uniform(shape, -a, a, rng)
}

/// N(0, 2 / (fan_in + fan_out)): the normal twin of [`glorot_uniform`].
#[track_caller]
pub fn glorot_normal<F: Real>(shape: impl Into<Shape>, rng: &mut (impl Rng + ?Sized)) -> Tensor<F> {
    let shape = shape.into();
    let (fan_in, fan_out) = fans(shape);
    normal(shape, 0.0, (2.0 / (fan_in + fan_out).max(1.0)).sqrt(), rng)
}

/// U(−a, a) with a = √(6 / fan_in), so that the variance is 2 / fan_in: for layers that a relu follows.
///
/// K. He, X. Zhang, S. Ren and J. Sun, *Delving deep into rectifiers*, 2015, (10).
#[track_caller]
pub fn he_uniform<F: Real>(shape: impl Into<Shape>, rng: &mut (impl Rng + ?Sized)) -> Tensor<F> {
    let shape = shape.into();
    let a = (6.0 / fans(shape).0.max(1.0)).sqrt();
    uniform(shape, -a, a, rng)
}

/// N(0, 2 / fan_in): the normal twin of [`he_uniform`].
#[track_caller]
pub fn he_normal<F: Real>(shape: impl Into<Shape>, rng: &mut (impl Rng + ?Sized)) -> Tensor<F> {
    let shape = shape.into();
    normal(shape, 0.0, (2.0 / fans(shape).0.max(1.0)).sqrt(), rng)
}

/// (fan_in, fan_out) of a weight.
#[track_caller]
fn fans(shape: Shape) -> (f64, f64) {
    assert!(shape.rank() >= 2, "a weight has at least the axes [out, in]; the shape is {shape}");
    let area: usize = shape.dims()[2..].iter().product();
    ((shape[1] * area) as f64, (shape[0] * area) as f64)
}
