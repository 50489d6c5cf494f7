//! Mixtures of distributions of one family.

use crate::categorical::pick;
use crate::event::{expand, prepend, together};
use crate::{Cdf, Distribution, Moments, ParameterError, SupportError};
use autograd::prelude::*;
use rand::Rng;

/// One of M distributions over vectors, and which one by chance: with the weights π = softmax(logits),
///
/// log p(x) = log Σₘ πₘ pₘ(x)
///
/// The components are one distribution whose parameters have an axis of M before the event's, `[.., M, D]`: rows of
/// [`Normal`](crate::Normal)s, say, or [`MultivariateNormal`](crate::MultivariateNormal)s with a factor `[M, K, K]`. The
/// event is a vector: a mixture over numbers has components `[.., M, 1]`.
///
/// Shapes: `logits [.., M]`, components `[.., M, D]`; the axes before them are equal, or those of one are the last of the
/// other's. A draw is `[.., D]`, and `log_prob` of `x [.., D]` gives `[..]`. A logit of −∞ rules a component out.
///
/// The entropy has no closed form. Draws cannot be differentiated, since a component is picked. For a draw every component is drawn from.
///
/// As a learned prior of an autoencoder (J. Tomczak and M. Welling, *VAE with a VampPrior*, 2018, section 2), whose
/// divergence has no closed form:
///
/// ```
/// use autograd::Tensor;
/// use prob::{Distribution, Key, Mixture, Normal, kl_monte_carlo};
///
/// // Three components in two latent dimensions; in a model these are parameters.
/// let (loc, log_variance) = (Tensor::from([[-2.0_f64, 0.0], [2.0, 0.0], [0.0, 3.0]]), Tensor::zeros([3, 2]));
/// let prior = Mixture::new(Tensor::zeros([3]), Normal::from_log_variance(loc, log_variance));
///
/// // A posterior for each of four images.
/// let q = Normal::new(Tensor::zeros([4, 2]), Tensor::full([4, 2], 0.5));
/// let kl = kl_monte_carlo(&q, &prior, 8, &mut Key::new(0).stream("noise", 0, 0)).value;
/// assert_eq!(kl.shape().dims(), [4]);
///
/// // New latent vectors.
/// let z: Tensor<f64> = prior.sample_n(16, &mut Key::new(0).stream("eval", 0, 0));
/// assert_eq!(z.shape().dims(), [16, 2]);
/// ```
#[derive(Clone, Debug)]
pub struct Mixture<V, P> {
    logits: V,
    components: P,
}

impl<V: Array, P: Distribution<V>> Mixture<V, P> {
    /// From the logits of the weights and the components.
    ///
    /// # Panics
    /// If the shapes do not go together, or if there are no components. The values are not looked at: see
    /// [`validated`](Mixture::validated).
    #[track_caller]
    pub fn new(logits: V, components: P) -> Self {
        let (l, c) = (logits.shape(), components.shape());
        let count = l.dims().last().copied().unwrap_or(0);
        assert!(
            count > 0 && c.rank() >= 2 && c[c.rank() - 2] == count,
            "Mixture: needs logits [.., M] and components [.., M, D], not {l} and {c}"
        );
        let rows = &c.dims()[..c.rank() - 1];
        assert!(
            rows.ends_with(l.dims()) || l.dims().ends_with(rows),
            "Mixture: the leading axes of logits {l} and components {c} do not go together"
        );
        Mixture { logits, components }
    }

    /// The same distribution, its logits checked: for parameters that are written down or read, not computed. The components
    /// have a check of their own.
    ///
    /// # Errors
    /// If a logit is NaN or +∞, or no component is possible.
    pub fn validated(self) -> Result<Self, ParameterError> {
        ParameterError::check("Mixture", "logits", "finite or −∞", &self.logits, |l| l < f64::INFINITY)?;
        let (rule, total) = ("finite for one component at least", self.logits.value().logsumexp(-1));
        ParameterError::check("Mixture", "the logits of a mixture", rule, &total, f64::is_finite)?;
        Ok(self)
    }

    /// The logits as they were given.
    pub fn logits(&self) -> &V {
        &self.logits
    }

    /// The components.
    pub fn components(&self) -> &P {
        &self.components
    }

    /// πₘ, of the shape of the logits.
    pub fn weights(&self) -> V {
        self.logits.softmax(-1)
    }

    /// The shape of all components' draws, `[.., M, D]`.
    fn full(&self) -> Shape {
        let c = self.components.shape();
        together("Mixture", self.logits.shape(), c.without(c.rank() - 1)).push(c[c.rank() - 1])
    }

    /// `x [.., D]` beside every component, `[.., M, D]`.
    #[track_caller]
    fn beside_components(&self, x: &V) -> V {
        let (c, s) = (self.components.shape(), x.shape());
        let (m, d) = (c[c.rank() - 2], c[c.rank() - 1]);
        assert!(s.dims().ends_with(&[d]), "Mixture: needs x [.., {d}], not {s}");
        let rows = s.without(s.rank() - 1);
        expand(x.reshape(rows.push(1).push(d)), rows.push(m).push(d))
    }

    /// Σₘ πₘ yₘ of numbers `y [.., M, D]` that every component has for each element.
    fn average(&self, y: V) -> V {
        let shape = together("Mixture", y.shape(), self.full());
        let weights = expand(self.weights(), shape.without(shape.rank() - 1));
        (expand(y, shape) * weights.reshape(weights.shape().push(1))).sum(-2)
    }

    /// Draws of the shape `[.., D]`.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> Tensor<V::F> {
        let full = self.components.shape();
        let (m, d) = (full[full.rank() - 2], full[full.rank() - 1]);
        let weights = self.weights().value();
        let mut weights = weights.data().chunks_exact(m).cycle();
        let mut draws = Vec::with_capacity(shape.size());
        while draws.len() < shape.size() {
            let all = self.components.sample(rng);
            for components in all.data().chunks_exact(m * d) {
                let picked = pick(weights.next().expect("there are weights"), rng);
                draws.extend_from_slice(&components[picked * d..][..d]);
            }
        }
        Tensor::new(shape, draws)
    }
}

impl<V: Array, P: Distribution<V>> Distribution<V> for Mixture<V, P> {
    fn shape(&self) -> Shape {
        self.full().without(self.full().rank() - 2)
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        let x = self.beside_components(x);
        let log_p = self.components.log_prob(&x);
        assert!(log_p.shape().rank() + 1 >= x.shape().rank(), "Mixture: the components' event must be a vector");
        (log_p + self.logits.log_softmax(-1)).logsumexp(-1)
    }

    /// Every component is asked: a value that one of them does not allow is named, with its place `[.., m, d]`.
    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        self.components.supports(&self.beside_components(&self.logits.constant(x)).value())
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.draw(self.shape(), rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.draw(prepend(n, self.shape()), rng)
    }
}

/// By the law of total variance.
impl<V: Array, P: Distribution<V> + Moments<V>> Moments<V> for Mixture<V, P> {
    /// Σₘ πₘ E\[xₘ\].
    fn mean(&self) -> V {
        self.average(self.components.mean())
    }

    /// Σₘ πₘ { Var\[xₘ\] + (E\[xₘ\] − E\[x\])² }.
    fn variance(&self) -> V {
        let distance = expand(self.components.mean(), self.full()) - self.beside_components(&self.mean());
        self.average(distance.square() + self.components.variance())
    }
}

/// Σₘ πₘ Fₘ.
impl<V: Array, P: Distribution<V> + Cdf<V>> Cdf<V> for Mixture<V, P> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        self.average(self.components.cdf(&self.beside_components(x))).clamp(0.0, 1.0)
    }
}
