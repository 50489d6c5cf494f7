//! The standard normal distribution.

use crate::event::{expand, prepend, sum_event, together};
use crate::noise::fill_standard_normal;
use crate::{Cdf, Distribution, Entropy, Mode, Moments, Normal, SupportError};
use autograd::ops::{Function, SumOf};
use autograd::prelude::*;
use rand::Rng;
use std::f64::consts::{E, PI, TAU};

/// N(0, I): the usual prior, without parameters and so without a tape.
///
/// log p(x) = Σⱼ { −½ xⱼ² − ½ log 2π }
///
/// The shape is that of a draw; for events of `K` elements `[K]` is enough, whatever axes `x` has before them.
/// It is a distribution over every kind of array at once, so that a draw by itself must be told its numbers' type:
///
/// ```
/// use autograd::Tensor;
/// use prob::{Key, StandardNormal};
///
/// let z: Tensor<f32> = StandardNormal::new([16, 2]).sample(&mut Key::new(0).stream("noise", 0, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandardNormal {
    shape: Shape,
}

impl StandardNormal {
    /// N(0, I) whose draws have the given shape.
    pub fn new(shape: impl Into<Shape>) -> Self {
        StandardNormal { shape: shape.into() }
    }

    /// The shape of a draw.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// One draw.
    pub fn sample<F: Real, R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<F> {
        let mut z = Tensor::zeros(self.shape);
        fill_standard_normal(rng, z.data_mut());
        z
    }
}

/// −½ x² − ½ log 2π; ∂/∂x = −x, 0 at x = ±∞.
#[derive(Debug)]
struct LogDensity;

impl<F: Real> Function<F, 1> for LogDensity {
    #[inline(always)]
    fn f(&self, [x]: [F; 1]) -> F {
        F::of(-0.5) * (x * x) - F::of(0.5 * TAU.ln())
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x]: [F; 1]) -> F {
        if x.abs() == F::infinity() { F::zero() } else { -x }
    }
}

impl<V: Array> Distribution<V> for StandardNormal {
    fn shape(&self) -> Shape {
        self.shape
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        let shape = together("StandardNormal: x and the distribution", x.shape(), self.shape);
        V::apply(SumOf("StandardNormal::log_prob", LogDensity), &[&expand(x.clone(), shape)])
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::finite("StandardNormal", "x", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        StandardNormal::sample(self, rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        StandardNormal::new(prepend(n, self.shape)).sample(rng)
    }
}

impl<V: Array> Cdf<V> for StandardNormal {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        let shape = together("StandardNormal: x and the distribution", x.shape(), self.shape);
        Normal::standard(x).cdf(&expand(x.clone(), shape))
    }
}

impl<F: Real> Moments<Tensor<F>> for StandardNormal {
    /// 0.
    fn mean(&self) -> Tensor<F> {
        Tensor::zeros(self.shape)
    }

    /// 1.
    fn variance(&self) -> Tensor<F> {
        Tensor::ones(self.shape)
    }
}

/// 0.
impl<F: Real> Mode<Tensor<F>> for StandardNormal {
    fn mode(&self) -> Tensor<F> {
        self.mean()
    }
}

/// ½ K log 2πe for each event of K elements.
impl<F: Real> Entropy<Tensor<F>> for StandardNormal {
    fn entropy(&self) -> Tensor<F> {
        sum_event(Tensor::full(self.shape, F::of(0.5 * (2.0 * PI * E).ln())))
    }
}
