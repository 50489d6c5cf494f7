//! Mixtures of logistic distributions rounded to levels.

use crate::categorical::pick;
use crate::discretized_logistic::{Below, DiscretizedLogistic, Grid, LogMass};
use crate::event::{expand, lead, prepend, rows, sum_event, together};
use crate::limits::finite;
use crate::{Cdf, Distribution, Entropy, Mode, Moments, ParameterError, SupportError};
use autograd::ops::{EachOf, Function};
use autograd::prelude::*;
use autograd::{Cotangents, Op, Point, ShapeError};
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

/// One element: of each component the logarithm of its weight, the location and the scale, in `f64` as where levels of one
/// component are summed.
struct Element<'a> {
    mass: LogMass,
    components: [&'a [f64]; 3],
}

impl<'a> Element<'a> {
    /// All of them, from three parameters `[.., D, M]`.
    fn all(grid: Grid, params: &'a [Tensor<f64>; 3]) -> impl Iterator<Item = Element<'a>> {
        let shape = params[0].shape();
        let n = shape[shape.rank() - 1];
        let row = move |i: usize| params.each_ref().map(|p| &p.data()[i * n..][..n]);
        (0..shape.size() / n).map(move |i| Element { mass: LogMass(grid), components: row(i) })
    }

    /// The level x beside the location and the scale of a component.
    fn beside(&self, x: f64, m: usize) -> [f64; 3] {
        [x, self.components[1][m], self.components[2][m]]
    }

    /// log wₘ pₘ(x) of a level x.
    fn log_share(&self, x: f64, m: usize) -> f64 {
        self.components[0][m] + self.mass.f(self.beside(x, m))
    }

    /// log Σₘ wₘ pₘ(x) of a level x.
    fn log_mass(&self, x: f64) -> f64 {
        let shares = || (0..self.components[0].len()).map(|m| self.log_share(x, m));
        let greatest = shares().fold(f64::NEG_INFINITY, f64::max);
        greatest + shares().map(|share| (share - greatest).exp()).sum::<f64>().ln()
    }

    /// ∂(log wₘ pₘ(x)) by log wₘ, μₘ or sₘ.
    fn slope(&self, by: usize, x: f64, m: usize) -> f64 {
        match by {
            0 => 1.0,
            1 => self.mass.slope::<f64, 0>(self.beside(x, m)),
            _ => self.mass.slope::<f64, 1>(self.beside(x, m)),
        }
    }
}

/// −Σ p log p over the levels for each element, of log w, μ and s, all `[.., D, M]`. With p = Σₘ wₘ pₘ the derivative by what
/// moves wₘ pₘ is −Σ wₘ pₘ log p ∂(log wₘ pₘ), but for −∂ Σ p, which is 0 where Σ w is held.
#[derive(Debug)]
struct ElementEntropy(Grid);

impl<F: Real> Op<F> for ElementEntropy {
    fn name(&self) -> &'static str {
        "DiscretizedLogisticMixture::entropy"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        Ok(rows(inputs[0]))
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let params = [0, 1, 2].map(|i| inputs[i].cast::<f64>());
        for (y, element) in y.iter_mut().zip(Element::all(self.0, &params)) {
            let log_masses = self.0.levels().map(|x| element.log_mass(x));
            *y = F::of(log_masses.map(|log_p| -log_p * log_p.exp()).sum());
        }
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let params = [0, 1, 2].map(|i| Tensor::from_fn(at.shape(i), |j| at.x(i)[j].as_f64()));
        let log_masses = |element: &Element<'_>| self.0.levels().map(|x| (x, element.log_mass(x))).collect::<Vec<_>>();
        for by in 0..3 {
            dx.with(by, |d| {
                let rows = d.chunks_exact_mut(params[0].shape()[params[0].shape().rank() - 1]);
                for ((d, element), g) in rows.zip(Element::all(self.0, &params)).zip(&*g) {
                    let log_masses = log_masses(&element);
                    for (m, d) in d.iter_mut().enumerate() {
                        let term =
                            |(x, log_p): &(f64, f64)| element.log_share(*x, m).exp() * log_p * element.slope(by, *x, m);
                        *d = finite(F::of(-log_masses.iter().map(term).sum::<f64>())) * *g;
                    }
                }
            });
        }
    }
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
        (V::apply(below, &[&x, &loc, &scale]) * logits.softmax(-1)).sum(-1).clamp(0.0, 1.0)
    }
}

/// The likeliest of all levels, the least of them where there are several.
impl<V: Array> Mode<V> for DiscretizedLogisticMixture<V> {
    fn mode(&self) -> V {
        let params = [&self.logits, self.components.loc(), self.components.scale()].map(|p| p.value().cast::<f64>());
        let grid = self.components.grid();
        let likeliest = |element: Element<'_>| {
            let better = |best: (f64, f64), x| {
                let log_p = element.log_mass(x);
                if log_p > best.1 { (x, log_p) } else { best }
            };
            V::F::of(grid.levels().fold((0.0, f64::NEG_INFINITY), better).0)
        };
        self.logits.constant(&Tensor::new(self.shape(), Element::all(grid, &params).map(likeliest).collect()))
    }
}

/// By a sum over the L levels for each element: there is no closed form.
impl<V: Array> Entropy<V> for DiscretizedLogisticMixture<V> {
    fn entropy(&self) -> V {
        let (log_weights, grid) = (self.logits.log_softmax(-1), self.components.grid());
        sum_event(V::apply(ElementEntropy(grid), &[&log_weights, self.components.loc(), self.components.scale()]))
    }
}
