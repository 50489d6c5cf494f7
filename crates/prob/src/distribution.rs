//! What a distribution can be asked.

use autograd::{Array, Tensor};
use rand::Rng;

/// A probability distribution over arrays.
///
/// `V` is [`Var`](autograd::Var), where gradients are wanted, or [`Tensor`], where they are not.
pub trait Distribution<V: Array> {
    /// log p(x) in nats, one number per event: the event is the last axis of `x`, and it goes.
    ///
    /// Outside the support it is −∞, never NaN.
    ///
    /// # Panics
    /// If `x` and the parameters do not broadcast.
    #[must_use]
    fn log_prob(&self, x: &V) -> V;

    /// One draw of the shape of the parameters, as plain numbers: nothing is recorded, nothing differentiated.
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F>;
}

/// A distribution whose draws are a differentiable function of its parameters and of noise that does not depend on them
/// (D. P. Kingma and M. Welling, *Auto-Encoding Variational Bayes*, 2014).
///
/// Gradients pass through the draw, so that ∇ E\[f(z)\] is estimated by the gradient of f at a draw.
pub trait Reparameterized<V: Array>: Distribution<V> {
    /// One draw of the shape of the parameters, the noise fresh for each element.
    ///
    /// From the same generator it is, number by number, what [`sample`](Distribution::sample) gives.
    #[must_use]
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V;

    /// `n` independent draws along a new first axis: parameters `[B, K]` give `[n, B, K]`.
    ///
    /// [`log_prob`](Distribution::log_prob) takes them as they are and gives `[n, B]`.
    #[must_use]
    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V;
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

/// Entropy in closed form.
pub trait Entropy<V: Array> {
    /// −E\[log p(x)\] in nats, one number per event.
    #[must_use]
    fn entropy(&self) -> V;
}
