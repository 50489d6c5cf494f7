//! The uniform distribution over classes.

use crate::event::{expand, full, prepend, sum_event, together};
use crate::{Cdf, Distribution, Entropy, Mode, Moments, SupportError};
use autograd::prelude::*;
use rand::{Rng, RngExt};

/// Independent elements, uniform over the classes 0, 1, …, C − 1: the usual prior of discrete latent variables, without
/// parameters and so without a tape.
///
/// log p(x) = −D log C for D elements
///
/// The shape is that of a draw; for events of `D` elements `[D]` is enough, whatever axes `x` has before them. The
/// divergence to it is the same for class numbers and for one-hot vectors.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Categorical, UniformCategorical, kl};
///
/// let q = Categorical::new(Tensor::from([[0.0_f64, f64::NEG_INFINITY], [0.0, 0.0]]));
/// assert_eq!(kl(&q, &UniformCategorical::new([2], 2)).item(), 2.0_f64.ln());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UniformCategorical {
    shape: Shape,
    classes: usize,
}

impl UniformCategorical {
    /// Uniform over `classes` classes; draws have the given shape.
    ///
    /// # Panics
    /// If there are no classes.
    #[track_caller]
    pub fn new(shape: impl Into<Shape>, classes: usize) -> Self {
        assert!(classes > 0, "UniformCategorical: needs at least one class");
        UniformCategorical { shape: shape.into(), classes }
    }

    /// C, the number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The shape of a draw.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Whether x is a class number.
    fn has<F: Real>(&self, x: F) -> bool {
        let x = x.as_f64();
        x.fract() == 0.0 && (0.0..self.classes as f64).contains(&x)
    }
}

impl<V: Array> Distribution<V> for UniformCategorical {
    fn shape(&self) -> Shape {
        self.shape
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        let shape = together("UniformCategorical: x and the distribution", x.shape(), self.shape);
        let log_p = -(self.classes as f64).ln();
        let each = |x: &V::F| {
            let log_p = V::F::of(if self.has(*x) { log_p } else { f64::NEG_INFINITY });
            if x.as_f64().is_nan() { *x } else { log_p }
        };
        let values = x.value();
        let each = x.constant(&Tensor::new(values.shape(), values.data().iter().map(each).collect()));
        sum_event(each + full(x, shape, 0.0))
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        let rule = format!("whole numbers from 0 to {}", self.classes - 1);
        SupportError::check("UniformCategorical", "x", &rule, x, |x| self.has(x))
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        Tensor::from_fn(self.shape, |_| V::F::of(rng.random_range(0..self.classes) as f64))
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        let many = UniformCategorical { shape: prepend(n, self.shape), ..*self };
        Distribution::<V>::sample(&many, rng)
    }
}

/// Of the class numbers.
impl<F: Real> Moments<Tensor<F>> for UniformCategorical {
    /// (C − 1)/2.
    fn mean(&self) -> Tensor<F> {
        Tensor::full(self.shape, F::of(0.5 * (self.classes - 1) as f64))
    }

    /// (C² − 1)/12.
    fn variance(&self) -> Tensor<F> {
        let classes = self.classes as f64;
        Tensor::full(self.shape, F::of((classes - 1.0) * (classes + 1.0) / 12.0))
    }
}

/// 0, the least class.
impl<F: Real> Mode<Tensor<F>> for UniformCategorical {
    fn mode(&self) -> Tensor<F> {
        Tensor::zeros(self.shape)
    }
}

/// Σⱼ log C.
impl<F: Real> Entropy<Tensor<F>> for UniformCategorical {
    fn entropy(&self) -> Tensor<F> {
        sum_event(Tensor::full(self.shape, F::of((self.classes as f64).ln())))
    }
}

/// ⌊x + 1⌋/C, but 0 below 0, and 1 from the last class on; it does not move with x.
impl<V: Array> Cdf<V> for UniformCategorical {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        let shape = together("UniformCategorical: x and the distribution", x.shape(), self.shape);
        let classes = self.classes as f64;
        let below = |x: &V::F| V::F::of((x.as_f64().floor() + 1.0).clamp(0.0, classes) / classes);
        let values = x.value();
        x.constant(&expand(Tensor::new(values.shape(), values.data().iter().map(below).collect()), shape))
    }
}
