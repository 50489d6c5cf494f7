//! Divergences without a closed form, by simulation.

use crate::{Distribution, Reparameterized};
use autograd::prelude::*;
use rand::Rng;

/// An average over draws, and how far it may be from what it estimates.
#[derive(Clone, Debug)]
pub struct Estimate<V: Array> {
    /// The average, one number per event.
    pub value: V,
    /// Its standard error: the standard deviation over draws ÷ √draws; ∞ from a single draw.
    pub standard_error: Tensor<V::F>,
}

impl<V: Array> Estimate<V> {
    /// The average of `samples` values of `draw`, which draws anew each time.
    ///
    /// For what has no function of its own here, such as the divergence of a flow that cannot be inverted:
    ///
    /// ```
    /// use autograd::prelude::*;
    /// use prob::transform::Transform;
    /// use prob::{Distribution, Estimate, Key, Normal, StandardNormal, Transformed};
    ///
    /// struct Cubic; // y = x + x³
    ///
    /// impl<V: Array> Transform<V> for Cubic {
    ///     fn forward_with_log_det(&self, x: &V) -> (V, V) {
    ///         (x.square() * x + x, (x.square() * 3.0).ln_1p().sum(-1))
    ///     }
    /// }
    ///
    /// let q = Transformed::new(Normal::new(Tensor::from([0.0]), Tensor::from([0.5])), Cubic);
    /// let (p, rng) = (StandardNormal::new([1]), &mut Key::new(0).stream("eval", 0, 0));
    /// let kl: Estimate<Tensor<f64>> = Estimate::average(1000, || {
    ///     let (z, log_q) = q.rsample_with_log_prob(rng);
    ///     log_q - p.log_prob(&z)
    /// });
    /// assert!(kl.value.item() > 0.0);
    /// ```
    ///
    /// # Panics
    /// If `samples` is 0.
    #[track_caller]
    pub fn average(samples: usize, draw: impl FnMut() -> V) -> Estimate<V> {
        assert!(samples > 0, "Estimate::average: needs at least one sample");
        let terms: Vec<V> = std::iter::repeat_with(draw).take(samples).collect();
        let standard_error = standard_error(&terms);
        let sum = terms.into_iter().reduce(|sum, term| sum + term).expect("there is a sample");
        Estimate { value: sum / samples as f64, standard_error }
    }
}

/// KL(q ‖ p) = E_q\[log q(z) − log p(z)\] in nats as the average over `samples` draws of z, one number per event.
///
/// The estimate has no bias, and neither has its gradient, which passes through the draws. It may be negative.
/// Where [`kl`](crate::kl) has a closed form, that is exact and cheaper.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Key, Logistic, Normal, kl_monte_carlo};
///
/// let q = Logistic::new(Tensor::from([0.0_f64]), Tensor::from([1.0]));
/// let p = Normal::new(Tensor::from([0.0]), Tensor::from([1.0]));
/// let kl = kl_monte_carlo(&q, &p, 10_000, &mut Key::new(0).stream("eval", 0, 0));
/// let exact = 0.5 * std::f64::consts::TAU.ln() + std::f64::consts::PI.powi(2) / 6.0 - 2.0;
/// assert!((kl.value.item() - exact).abs() < 5.0 * kl.standard_error.item());
/// ```
///
/// # Panics
/// If `samples` is 0, or if the shapes of q and p do not go together.
#[track_caller]
pub fn kl_monte_carlo<V, Q, P, R>(q: &Q, p: &P, samples: usize, rng: &mut R) -> Estimate<V>
where
    V: Array,
    Q: Reparameterized<V>,
    P: Distribution<V>,
    R: Rng + ?Sized,
{
    assert!(samples > 0, "kl_monte_carlo: needs at least one sample");
    Estimate::average(samples, || {
        let (z, log_q) = q.rsample_with_log_prob(rng);
        log_q - p.log_prob(&z)
    })
}

/// √(Σ (t − t̄)² / (n − 1) / n), element by element.
fn standard_error<V: Array>(terms: &[V]) -> Tensor<V::F> {
    let terms: Vec<Tensor<V::F>> = terms.iter().map(V::value).collect();
    let n = terms.len() as f64;
    Tensor::from_fn(terms[0].shape(), |i| {
        let mean = terms.iter().map(|t| t.data()[i].as_f64()).sum::<f64>() / n;
        let squares = terms.iter().map(|t| (t.data()[i].as_f64() - mean).powi(2)).sum::<f64>();
        V::F::of(if n > 1.0 { (squares / (n - 1.0) / n).sqrt() } else { f64::INFINITY })
    })
}
