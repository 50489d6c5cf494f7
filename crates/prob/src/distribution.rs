//! What a distribution can be asked.

use crate::SupportError;
use crate::event::prepend;
use autograd::{Array, Shape, Tensor};
use rand::Rng;

/// A probability distribution over arrays.
///
/// `V` is [`Var`](autograd::Var), where gradients are wanted, or [`Tensor`], where they are not.
pub trait Distribution<V: Array> {
    /// The shape of a draw: that of the parameters together.
    fn shape(&self) -> Shape;

    /// log p(x) in nats, one number per event: the event is the last axis of `x`, and it goes.
    ///
    /// Outside the support it is −∞, and NaN of NaN alone. There is one exception: [`Bernoulli`](crate::Bernoulli) keeps its
    /// formula between 0 and 1, where grey values are soft targets.
    ///
    /// # Panics
    /// If `x` and the parameters do not broadcast.
    #[must_use]
    fn log_prob(&self, x: &V) -> V;

    /// Whether all of `x` lies in the support, or which element is the first that does not.
    ///
    /// [`log_prob`](Distribution::log_prob) is −∞ there without a word (or, of [`Bernoulli`](crate::Bernoulli), no
    /// probability), so data are asked about once, when they are loaded.
    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError>;

    /// One draw of the shape of the parameters, as plain numbers: nothing is recorded, nothing differentiated.
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F>;

    /// `n` independent draws along a new first axis: parameters `[B, K]` give `[n, B, K]`.
    ///
    /// [`log_prob`](Distribution::log_prob) takes them as they are and gives `[n, B]`.
    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        let shape = self.shape();
        let mut draws = Vec::with_capacity(n * shape.size());
        for _ in 0..n {
            draws.extend_from_slice(self.sample(rng).data());
        }
        Tensor::new(prepend(n, shape), draws)
    }
}

/// A distribution whose draws can be differentiated by its parameters.
///
/// Gradients pass through the draw, so that ∇ E\[f(z)\] is estimated by the gradient of f at a draw. Either a draw is a
/// function of the parameters and of noise that does not depend on them (D. P. Kingma and M. Welling, *Auto-Encoding
/// Variational Bayes*, 2014), or it is drawn in any way and its derivative is that of the distribution function's inverse:
/// ∂z/∂θ = −(∂F(z; θ)/∂θ)/p(z; θ) (M. Figurnov, S. Mohamed and A. Mnih, *Implicit Reparameterization Gradients*, 2018).
pub trait Reparameterized<V: Array>: Distribution<V> {
    /// One draw of the shape of the parameters, the noise fresh for each element.
    ///
    /// From the same generator it is, number by number, what [`sample`](Distribution::sample) gives.
    #[must_use]
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V;

    /// `n` independent draws along a new first axis: parameters `[B, K]` give `[n, B, K]`.
    ///
    /// From the same generator they are what [`sample_n`](Distribution::sample_n) gives.
    #[must_use]
    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V;

    /// [`rsample`](Reparameterized::rsample) as z, and log p(z).
    ///
    /// Bounds want both. A flow has them from one pass, where [`log_prob`](Distribution::log_prob) would invert it.
    #[track_caller]
    #[must_use]
    fn rsample_with_log_prob<R: Rng + ?Sized>(&self, rng: &mut R) -> (V, V) {
        let z = self.rsample(rng);
        let log_p = self.log_prob(&z);
        (z, log_p)
    }

    /// [`rsample_n`](Reparameterized::rsample_n) as z, and log p(z): parameters `[B, K]` give `[n, B, K]` and `[n, B]`.
    #[track_caller]
    #[must_use]
    fn rsample_n_with_log_prob<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> (V, V) {
        let z = self.rsample_n(n, rng);
        let log_p = self.log_prob(&z);
        (z, log_p)
    }
}

/// Mean and variance in closed form.
pub trait Moments<V: Array> {
    /// E\[x\], of the shape of one draw.
    #[must_use]
    fn mean(&self) -> V;

    /// Var\[x\] for each element by itself, of the shape of one draw.
    #[must_use]
    fn variance(&self) -> V;
}

/// The distribution function of each element.
pub trait Cdf<V: Array> {
    /// P(X ≤ x) for each element by itself, of the shape of `x` and the parameters together: nothing is summed.
    ///
    /// # Panics
    /// If `x` and the parameters do not broadcast.
    #[must_use]
    fn cdf(&self, x: &V) -> V;
}

/// The likeliest value.
pub trait Mode<V: Array> {
    /// arg max p(x), of the shape of one draw; the least of them where there are several.
    #[must_use]
    fn mode(&self) -> V;
}

/// Entropy in closed form.
pub trait Entropy<V: Array> {
    /// −E\[log p(x)\] in nats, one number per event.
    #[must_use]
    fn entropy(&self) -> V;
}

/// A distribution whose elements are independent, so that log p(x) is a sum over them.
pub trait Factorized<V: Array>: Distribution<V> {
    /// log p(xⱼ) for each element by itself, of the shape of `x` and the parameters together:
    /// [`log_prob`](Distribution::log_prob) is its sum over the event.
    ///
    /// # Panics
    /// If `x` and the parameters do not broadcast.
    #[must_use]
    fn log_prob_each(&self, x: &V) -> V;
}
