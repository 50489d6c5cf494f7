//! Mixtures of logistic distributions rounded to levels.

use crate::categorical::pick;
use crate::discretized_logistic::{Below, DiscretizedLogistic, LogMass};
use crate::event::{expand, prepend, sum_event, together};
use crate::{Cdf, Distribution, Moments, ParameterError, SupportError};
use autograd::ops::EachOf;
use autograd::prelude::*;
use rand::Rng;

/// Independent elements, each of them one of M [`DiscretizedLogistic`] ones, the component m with probability
/// softmax(l)ₘ: a likelihood for pixels with several peaks (T. Salimans et al., *PixelCNN++*, 2017, equation 2).
///
/// log p(x) = Σⱼ log Σₘ softmax(l\[j\])ₘ p(xⱼ; μ\[j, m\], s\[j, m\])
///
/// A logit of −∞ rules a component out; a row of logits may not consist of −∞, nor contain +∞. All else is said at
/// [`DiscretizedLogistic`]: `x` has the values k/(L − 1), and nothing is differentiated by it.
///
/// Shapes: logits, `loc` and `scale` broadcast to `[.., D, M]`; a draw is `[.., D]`, and `log_prob` of `x [.., D]` gives
/// `[..]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{DiscretizedLogisticMixture, Distribution};
///
/// // Black or white with the same probability, hardly anything between.
/// let (logits, loc, scale) = (Tensor::from([[0.0, 0.0]]), Tensor::from([[0.0, 1.0]]), Tensor::from([[1e-4, 1e-4]]));
/// let p = DiscretizedLogisticMixture::new(logits, loc, scale, 256);
/// assert!((p.log_prob(&Tensor::from([1.0])).item() - 0.5_f64.ln()).abs() < 1e-7);
/// ```
#[derive(Clone, Debug)]
pub struct DiscretizedLogisticMixture<V> {
    /// Of the whole shape, as are the parameters of the components.
    logits: V,
    components: DiscretizedLogistic<V>,
}

impl<V: Array> DiscretizedLogisticMixture<V> {
    /// From the logits, and from the locations, the scales and the number of levels of the components.
    ///
    /// # Panics
    /// If the shapes do not broadcast, or have no axis of components, or for a number of levels that is not from 2 to 65536.
    /// The values are not looked at: see [`validated`](DiscretizedLogisticMixture::validated).
    #[track_caller]
    pub fn new(logits: V, loc: V, scale: V, levels: usize) -> Self {
        let shape = together("DiscretizedLogisticMixture: loc and scale", loc.shape(), scale.shape());
        let shape = together("DiscretizedLogisticMixture: the logits and the components", logits.shape(), shape);
        let components = shape.dims().last().is_some_and(|&m| m > 0);
        assert!(components, "DiscretizedLogisticMixture: needs logits, loc and scale [.., D, M], not {shape}");
        let [logits, loc, scale] = [logits, loc, scale].map(|p| expand(p, shape));
        DiscretizedLogisticMixture {
            logits,
            components: DiscretizedLogistic::of("DiscretizedLogisticMixture", loc, scale, levels),
        }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If a logit is NaN or +∞, or an element has no possible component, or a location is not finite, or a scale not
    /// positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        let (who, total) = ("DiscretizedLogisticMixture", self.logits.value().logsumexp(-1));
        ParameterError::check(who, "logits", "finite or −∞", &self.logits, |l| l < f64::INFINITY)?;
        let rule = "finite for one component at least";
        ParameterError::check(who, "the logits of an element", rule, &total, f64::is_finite)?;
        self.components.check(who)?;
        Ok(self)
    }

    /// The logits, `[.., D, M]`.
    pub fn logits(&self) -> &V {
        &self.logits
    }

    /// The components, with parameters `[.., D, M]`.
    pub fn components(&self) -> &DiscretizedLogistic<V> {
        &self.components
    }

    /// The probabilities of the components, `[.., D, M]`.
    pub fn probs(&self) -> V {
        self.logits.softmax(-1)
    }

    /// `x` and the three parameters with as many axes as each other, the last being that of the components.
    #[track_caller]
    fn aligned(&self, x: &V) -> (V, [V; 3]) {
        together("DiscretizedLogisticMixture: x and the parameters before their last axis", x.shape(), self.shape());
        let (x, params) =
            (x.reshape(x.shape().push(1)), [&self.logits, self.components.loc(), self.components.scale()]);
        let rank = x.shape().rank().max(self.logits.shape().rank());
        (lead(&x, rank), params.map(|p| lead(p, rank)))
    }

    /// Draws of a shape that the parameters repeat along.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> Tensor<V::F> {
        let [probs, loc, scale] = [self.probs(), self.components.loc().clone(), self.components.scale().clone()]
            .map(|p| p.value().cast::<f64>());
        let (grid, n) = (self.components.grid(), loc.data().len() / self.shape().size().max(1));
        let draw = |i: usize| {
            let start = i % self.shape().size() * n;
            let m = start + pick(&probs.data()[start..start + n], rng);
            V::F::of(grid.draw(loc.data()[m], scale.data()[m], rng))
        };
        Tensor::new(shape, (0..shape.size()).map(draw).collect())
    }
}

/// The array with axes of 1 in front, until it has `rank` axes.
fn lead<V: Array>(x: &V, rank: usize) -> V {
    let shape = x.shape();
    let ones = vec![1; rank - shape.rank()];
    x.reshape(Shape::new(&[&ones, shape.dims()].concat()))
}

impl<V: Array> Distribution<V> for DiscretizedLogisticMixture<V> {
    fn shape(&self) -> Shape {
        self.logits.shape().without(self.logits.shape().rank() - 1)
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        let (x, [logits, loc, scale]) = self.aligned(x);
        let mass = EachOf("DiscretizedLogisticMixture::log_prob", LogMass(self.components.grid()));
        sum_event((V::apply(mass, &[&x, &loc, &scale]) + logits.log_softmax(-1)).logsumexp(-1))
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        self.components.grid().check("DiscretizedLogisticMixture", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.draw(self.shape(), rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.draw(prepend(n, self.shape()), rng)
    }
}

/// By sums over the L levels for each component: there is no closed form.
impl<V: Array> Moments<V> for DiscretizedLogisticMixture<V> {
    fn mean(&self) -> V {
        (self.probs() * self.components.mean()).sum(-1)
    }

    /// The mean of the components' variances, and the variance of their means.
    fn variance(&self) -> V {
        let apart = self.components.mean() - self.mean().reshape(self.shape().push(1));
        (self.probs() * (self.components.variance() + apart.square())).sum(-1)
    }
}

impl<V: Array> Cdf<V> for DiscretizedLogisticMixture<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        let (x, [logits, loc, scale]) = self.aligned(x);
        let below = EachOf("DiscretizedLogisticMixture::cdf", Below(self.components.grid()));
        (V::apply(below, &[&x, &loc, &scale]) * logits.softmax(-1)).sum(-1)
    }
}
