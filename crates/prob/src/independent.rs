//! Several events as one.

use crate::{Cdf, Distribution, Entropy, KlTo, Mode, Moments, Reparameterized, SupportError};
use autograd::prelude::*;
use rand::Rng;

/// A distribution whose last axis of events is one event: log p(x) = Σᵢ log pᵢ(xᵢ).
///
/// Distributions of single numbers sum over the last axis by themselves. Where the event is a vector or a matrix, as of
/// [`MultivariateNormal`](crate::MultivariateNormal) or [`OneHotCategorical`](crate::OneHotCategorical), this takes the
/// axis before it: D one-hot vectors `[B, D, C]` with `log_prob` `[B, D]` become one event with `log_prob` `[B]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Distribution, Independent, OneHotCategorical};
///
/// let each = OneHotCategorical::new(Tensor::<f64>::zeros([5, 3, 4]));
/// let x = Tensor::from_fn([5, 3, 4], |i| if i % 4 == 0 { 1.0 } else { 0.0 });
/// assert_eq!(Independent::new(each).log_prob(&x).shape().dims(), [5]);
/// ```
#[derive(Clone, Debug)]
pub struct Independent<P> {
    each: P,
}

impl<P> Independent<P> {
    /// One event out of the last axis of events of `each`. Without such an axis `log_prob`, `entropy` and the divergence
    /// panic.
    pub fn new(each: P) -> Self {
        Independent { each }
    }

    /// The distribution of each.
    pub fn each(&self) -> &P {
        &self.each
    }
}

impl<V: Array, P: Distribution<V>> Distribution<V> for Independent<P> {
    fn shape(&self) -> Shape {
        self.each.shape()
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        events(self.each.log_prob(x))
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        self.each.supports(x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.each.sample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.each.sample_n(n, rng)
    }
}

impl<V: Array, P: Reparameterized<V>> Reparameterized<V> for Independent<P> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.each.rsample(rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.each.rsample_n(n, rng)
    }

    fn rsample_with_log_prob<R: Rng + ?Sized>(&self, rng: &mut R) -> (V, V) {
        let (x, log_p) = self.each.rsample_with_log_prob(rng);
        (x, events(log_p))
    }

    fn rsample_n_with_log_prob<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> (V, V) {
        let (x, log_p) = self.each.rsample_n_with_log_prob(n, rng);
        (x, events(log_p))
    }
}

impl<V: Array, P: Moments<V>> Moments<V> for Independent<P> {
    fn mean(&self) -> V {
        self.each.mean()
    }

    fn variance(&self) -> V {
        self.each.variance()
    }
}

impl<V: Array, P: Cdf<V>> Cdf<V> for Independent<P> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        self.each.cdf(x)
    }
}

impl<V: Array, P: Mode<V>> Mode<V> for Independent<P> {
    fn mode(&self) -> V {
        self.each.mode()
    }
}

impl<V: Array, P: Entropy<V>> Entropy<V> for Independent<P> {
    fn entropy(&self) -> V {
        events(self.each.entropy())
    }
}

/// Σᵢ KL(qᵢ ‖ pᵢ).
impl<V: Array, Q: KlTo<P, V>, P> KlTo<Independent<P>, V> for Independent<Q> {
    #[track_caller]
    fn kl_to(&self, p: &Independent<P>) -> V {
        events(self.each.kl_to(&p.each))
    }
}

/// Σ over the last axis of events.
#[track_caller]
fn events<V: Array>(each: V) -> V {
    assert!(each.shape().rank() > 0, "Independent: needs an axis of events, and there is one event");
    each.sum(-1)
}
