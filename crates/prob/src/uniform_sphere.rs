//! The uniform distribution on a sphere.

use crate::event::{expand, prepend, together};
use crate::noise::fill_unit_vectors;
use crate::special::is_single;
use crate::special::scalar::lgamma;
use crate::{Distribution, Entropy, Moments, SupportError};
use autograd::prelude::*;
use rand::Rng;
use std::f64::consts::{LN_2, PI};

/// Directions without preference: the uniform distribution on the unit sphere S^(p−1) in ℝᵖ, a prior without parameters.
///
/// log p(x) = −log S_p with the sphere's area S_p = 2 π^(p/2)/Γ(p/2), a density with respect to that area
///
/// The shape is that of a draw, whose last axis, of p ≥ 2 elements, holds the vectors; `[p]` is enough, whatever axes `x`
/// has before it. As a vector of length 1 counts what deviates by less than
/// ε^(1/3) in its square, 6·10⁻⁶ in `f64` and 5·10⁻³ in `f32`, so that neither rounding nor data of single precision make a
/// vector impossible; other vectors have log p = −∞.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Distribution, UniformSphere};
///
/// let log_p = UniformSphere::new([3]).log_prob(&Tensor::from([0.6, 0.0, -0.8])).item();
/// assert!((log_p - -(4.0 * std::f64::consts::PI).ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UniformSphere {
    shape: Shape,
}

impl UniformSphere {
    /// The uniform distribution whose draws have the given shape, `[.., p]`.
    ///
    /// # Panics
    /// If the last axis has fewer than 2 elements.
    #[track_caller]
    pub fn new(shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        let is_legal = shape.dims().last().is_some_and(|&p| p >= 2);
        assert!(is_legal, "UniformSphere: needs a shape [.., p] of vectors of 2 elements or more, not {shape}");
        UniformSphere { shape }
    }

    /// The shape of a draw.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// One draw.
    pub fn sample<F: Real, R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<F> {
        let mut x = Tensor::zeros(self.shape);
        fill_unit_vectors(rng, self.dimension(), x.data_mut());
        x
    }

    /// p.
    fn dimension(&self) -> usize {
        self.shape[self.shape.rank() - 1]
    }
}

/// log S_p, the logarithm of the area of the unit sphere in p dimensions.
pub(crate) fn log_area(p: usize) -> f64 {
    let half = 0.5 * p as f64;
    LN_2 + half * PI.ln() - lgamma(half)
}

/// ‖x‖² of each vector of `x [.., p]`.
pub(crate) fn square_lengths<F: Real>(x: &Tensor<F>) -> Tensor<F> {
    x.square().sum(-1)
}

/// Whether a vector of this square length counts as one of length 1, or is NaN.
#[inline(always)]
pub(crate) fn is_unit<F: Real>(square_length: F) -> bool {
    let deviates = (square_length - F::one()).abs() > tolerance();
    !deviates
}

/// ε^(1/3).
#[inline(always)]
fn tolerance<F: Real>() -> F {
    F::of(if is_single::<F>() { 4.921566601151848e-3 } else { 6.055454452393343e-6 })
}

/// What [`supports`](Distribution::supports) says of unit vectors.
pub(crate) fn are_unit<F: Real>(who: &str, x: &Tensor<F>) -> Result<(), SupportError> {
    let tolerance = tolerance::<F>().as_f64();
    let rule = format!("1 within {tolerance:.0e}");
    SupportError::check(who, "‖x‖²", &rule, &square_lengths(x), |square| (square - 1.0).abs() <= tolerance)
}

/// `log_p` where `x` is of length 1, −∞ elsewhere, NaN of NaN.
fn log_density<F: Real>(log_p: f64, x: &Tensor<F>) -> Tensor<F> {
    let mut lengths = square_lengths(x);
    for y in lengths.data_mut().iter_mut().filter(|y| !y.is_nan()) {
        *y = if is_unit(*y) { F::of(log_p) } else { F::neg_infinity() };
    }
    lengths
}

impl<V: Array> Distribution<V> for UniformSphere {
    fn shape(&self) -> Shape {
        self.shape
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        let shape = together("UniformSphere: x and the distribution", x.shape(), self.shape);
        let log_p = log_density(-log_area(self.dimension()), &x.value());
        x.constant(&expand(log_p, shape.without(shape.rank() - 1)))
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        are_unit("UniformSphere", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        UniformSphere::sample(self, rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        UniformSphere::new(prepend(n, self.shape)).sample(rng)
    }
}

impl<F: Real> Moments<Tensor<F>> for UniformSphere {
    /// 0.
    fn mean(&self) -> Tensor<F> {
        Tensor::zeros(self.shape)
    }

    /// 1/p.
    fn variance(&self) -> Tensor<F> {
        Tensor::full(self.shape, F::of(1.0 / self.dimension() as f64))
    }
}

/// log S_p.
impl<F: Real> Entropy<Tensor<F>> for UniformSphere {
    fn entropy(&self) -> Tensor<F> {
        Tensor::full(self.shape.without(self.shape.rank() - 1), F::of(log_area(self.dimension())))
    }
}
