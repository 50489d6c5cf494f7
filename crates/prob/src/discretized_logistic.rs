//! The logistic distribution rounded to levels.

mod grid;
mod sums;

use crate::event::{expand, prepend, together};
use crate::limits::{finite, hold};
use crate::{Cdf, Distribution, Entropy, Mode, Moments, ParameterError, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use grid::{NEAR, Ruler, nearest};
use rand::Rng;
use sums::{ElementEntropy, Mean, Variance};

pub(crate) use grid::Grid;

/// Independent elements with the values 0, 1/(L − 1), 2/(L − 1), …, 1: logistic ones, with location μ and scale s, each
/// rounded to the nearest of L levels. With L = 256 it is a likelihood for the grey values of images.
///
/// log p(x) = Σⱼ log { σ((xⱼ + h − μⱼ)/sⱼ) − σ((xⱼ − h − μⱼ)/sⱼ) } with h = ½/(L − 1)
///
/// What lies below the first level counts for it, and what lies above the last for that one: there the lower, or the upper,
/// σ is 0, or 1 (D. P. Kingma et al., *Improving Variational Inference with Inverse Autoregressive Flow*, 2016, equation 14;
/// T. Salimans et al., *PixelCNN++*, 2017, equation 2). It is a probability mass: its logarithm is never above 0.
///
/// `x` has the scale that pixels are given to a network in, so that it is the same array that an encoder takes, and so do
/// μ and s; in terms of the values 2x − 1 of PixelCNN++ they are half as large. A value stands for the level it is nearest to, if
/// it is within a 64th of the step between levels: a quotient k/255 need not be rounded the same way everywhere. log p is
/// −∞ at anything else, and nothing is differentiated by `x`. Probabilities of finite parameters are never 0: where their
/// logarithm is below what the type of the numbers holds, it is held there, and derivatives likewise.
///
/// Shapes: `loc` and `scale` broadcast, to `[B, D]` say; a draw has that shape, and `log_prob` of `x [.., B, D]` gives
/// `[.., B]`.
///
/// ```
/// use autograd::prelude::*;
/// use prob::{DiscretizedLogistic, Distribution};
///
/// let p = DiscretizedLogistic::new(Tensor::from([0.5_f64]), Tensor::from([0.1]), 256);
/// let levels = Tensor::from_fn([256, 1], |k| k as f64 / 255.0);
/// assert!((p.log_prob(&levels).exp().sum_all().item() - 1.0).abs() < 1e-14);
/// ```
#[derive(Clone, Debug)]
pub struct DiscretizedLogistic<V> {
    loc: V,
    scale: V,
    levels: usize,
}

/// The most levels that neighbours of can be told apart in single precision.
const MOST_LEVELS: usize = 1 << 16;

impl<V: Array> DiscretizedLogistic<V> {
    /// From the location μ and the scale s > 0 of the logistic elements, and the number of levels, from 2 to 65536.
    ///
    /// # Panics
    /// If the shapes do not broadcast, or for another number of levels. The values are not looked at: see
    /// [`validated`](DiscretizedLogistic::validated).
    #[track_caller]
    pub fn new(loc: V, scale: V, levels: usize) -> Self {
        DiscretizedLogistic::of("DiscretizedLogistic", loc, scale, levels)
    }

    /// The same for a distribution by another name.
    #[track_caller]
    pub(crate) fn of(who: &str, loc: V, scale: V, levels: usize) -> Self {
        together(&format!("{who}: loc and scale"), loc.shape(), scale.shape());
        assert!((2..=MOST_LEVELS).contains(&levels), "{who}: 2 to {MOST_LEVELS} levels, not {levels}");
        DiscretizedLogistic { loc, scale, levels }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If μ is not finite, or s not positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        self.check("DiscretizedLogistic")?;
        Ok(self)
    }

    /// What is wrong with the parameters, of a distribution by another name too.
    pub(crate) fn check(&self, who: &str) -> Result<(), ParameterError> {
        ParameterError::finite(who, "loc", &self.loc)?;
        ParameterError::positive(who, "scale", &self.scale)
    }

    /// The location μ as it was given.
    pub fn loc(&self) -> &V {
        &self.loc
    }

    /// The scale s as it was given.
    pub fn scale(&self) -> &V {
        &self.scale
    }

    /// L, the number of levels.
    pub fn levels(&self) -> usize {
        self.levels
    }

    /// The levels.
    pub(crate) fn grid(&self) -> Grid {
        let last = (self.levels - 1) as f64;
        Grid { last, log_last: last.ln() }
    }

    /// Draws of a shape that the parameters repeat along.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> Tensor<V::F> {
        let [loc, scale] = [&self.loc, &self.scale].map(|p| expand(p.value(), self.shape()));
        let params = loc.data().iter().zip(scale.data()).cycle();
        let draw = |(m, s): (&V::F, &V::F)| V::F::of(self.grid().draw(m.as_f64(), s.as_f64(), rng));
        Tensor::new(shape, params.take(shape.size()).map(draw).collect())
    }
}

/// log p of an element. With the edges a < b of its level, in multiples of the scale from the location,
/// σ(b) − σ(a) = σ(b) σ(−a) (1 − e^−(b − a)), so that log p = −softplus(−b) − softplus(a) + log(1 − e^−δ) is a sum of
/// negative terms, where δ = b − a = 1/((L − 1) s) needs no difference. At the first level the terms with a fall away, at
/// the last those with b, and at both that with δ.
///
/// −∞ where x is no level. s ∂/∂μ = σ(a) − σ(−b) and s ∂/∂s = a σ(a) − b σ(−b) − δ/(e^δ − 1); with the place c = (a + b)/2
/// of the level, σ(a) − σ(−b) = σ(a) σ(b) (1 − e^−2c) does not cancel. All are 0 by x, and where x is no level.
#[derive(Debug)]
pub(crate) struct LogMass(pub Grid);

impl LogMass {
    /// ∂(log p)/∂μ (I = 0) or ∂(log p)/∂s at a level.
    #[inline(always)]
    pub(crate) fn slope<F: Real, const I: usize>(&self, at: [F; 3]) -> F {
        if I == 0 { self.d::<1>(at) } else { self.d::<2>(at) }
    }

    /// δ.
    #[inline(always)]
    fn width<F: Real>(&self, scale: F) -> F {
        (F::of(self.0.last) * scale).recip()
    }

    /// log(1 − e^−δ), by its first terms where δ may be too small to be a number.
    #[inline(always)]
    fn log_gap<F: Real>(&self, scale: F) -> F {
        let width = self.width(scale);
        let narrow = -scale.fast_ln() - F::of(self.0.log_last) - F::of(0.5) * width;
        if width < F::of(1e-9) { narrow } else { (-width).log1mexp() }
    }

    /// σ(a) − σ(−b).
    #[inline(always)]
    fn pull<F: Real>(ruler: &Ruler<F>, k: F) -> F {
        let c = ruler.at(k + k);
        let sign = if c < F::zero() { -F::one() } else { F::one() };
        let (a, b) = (ruler.at(k + k - F::one()), ruler.at(k + k + F::one()));
        (sign * a).sigmoid() * (sign * b).sigmoid() * -sign * (F::of(-2.0) * c.abs()).fast_exp_m1()
    }

    /// δ/(e^δ − 1).
    #[inline(always)]
    fn gap_slope<F: Real>(&self, scale: F) -> F {
        let width = hold(self.width(scale), F::min_positive_value(), F::of(1000.0));
        width * (-width).fast_exp() / -(-width).fast_exp_m1()
    }
}

impl<F: Real> Function<F, 3> for LogMass {
    #[inline(always)]
    fn f(&self, [x, loc, scale]: [F; 3]) -> F {
        let ((k, inside), ruler) = (self.0.level(x), Ruler::new(self.0, loc, scale));
        let (first, last) = (k == F::zero(), k == F::of(self.0.last));
        let below = if first { F::zero() } else { ruler.at(k + k - F::one()).softplus() };
        let above = if last { F::zero() } else { (-ruler.at(k + k + F::one())).softplus() };
        let gap = if first | last { F::zero() } else { self.log_gap(scale) };
        if inside { gap - below - above } else { F::neg_infinity() }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, loc, scale]: [F; 3]) -> F {
        if I == 0 {
            return F::zero();
        }
        let ((k, inside), ruler) = (self.0.level(x), Ruler::new(self.0, loc, scale));
        let (first, last) = (k == F::zero(), k == F::of(self.0.last));
        let (a, b) = (ruler.at(k + k - F::one()), ruler.at(k + k + F::one()));
        let (from_below, from_above) = (a.sigmoid(), -(-b).sigmoid());
        let slope = if I == 1 {
            let between = if last { from_below } else { LogMass::pull(&ruler, k) };
            if first { from_above } else { between }
        } else {
            let below = if first { F::zero() } else { a * from_below };
            let above = if last { F::zero() } else { b * from_above };
            let gap = if first | last { F::zero() } else { self.gap_slope(scale) };
            below + above - gap
        };
        if inside { finite(slope / scale) } else { F::zero() }
    }
}

/// P(X ≤ x) = σ(b) with the upper edge b of the last level that is not above x, 0 below the first and 1 from the last on;
/// s ∂/∂μ = −σ(b) σ(−b), s ∂/∂s = −b σ(b) σ(−b), and 0 by x.
#[derive(Debug)]
pub(crate) struct Below(pub Grid);

impl Below {
    /// b, and whether x is below the first level or not below the last.
    #[inline(always)]
    fn edge<F: Real>(&self, [x, loc, scale]: [F; 3]) -> (F, bool, bool) {
        let t = x * F::of(self.0.last) + F::of(NEAR);
        let k = nearest(t);
        let k = if k > t { k - F::one() } else { k };
        let b = Ruler::new(self.0, loc, scale).at(k + k + F::one());
        (b, k < F::zero(), k >= F::of(self.0.last))
    }
}

impl<F: Real> Function<F, 3> for Below {
    #[inline(always)]
    fn f(&self, x: [F; 3]) -> F {
        let (b, under, over) = self.edge(x);
        let below = if over { F::one() } else { b.sigmoid() };
        if under { F::zero() } else { below }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, loc, scale]: [F; 3]) -> F {
        let (b, under, over) = self.edge([x, loc, scale]);
        let density = b.sigmoid() * (-b).sigmoid();
        let slope = match I {
            0 => F::zero(),
            1 => -density,
            _ => -b * density,
        };
        if under | over { F::zero() } else { finite(slope / scale) }
    }
}

impl<V: Array> Distribution<V> for DiscretizedLogistic<V> {
    fn shape(&self) -> Shape {
        together("DiscretizedLogistic", self.loc.shape(), self.scale.shape())
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        let mass = SumOf("DiscretizedLogistic::log_prob", LogMass(self.grid()));
        V::apply(mass, &[x, &self.loc, &self.scale])
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        self.grid().check("DiscretizedLogistic", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.draw(self.shape(), rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.draw(prepend(n, self.shape()), rng)
    }
}

/// By sums over the L levels for each element: there is no closed form.
impl<V: Array> Moments<V> for DiscretizedLogistic<V> {
    fn mean(&self) -> V {
        V::apply(EachOf("DiscretizedLogistic::mean", Mean(self.grid())), &[&self.loc, &self.scale])
    }

    fn variance(&self) -> V {
        V::apply(EachOf("DiscretizedLogistic::variance", Variance(self.grid())), &[&self.loc, &self.scale])
    }
}

impl<V: Array> Cdf<V> for DiscretizedLogistic<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        V::apply(EachOf("DiscretizedLogistic::cdf", Below(self.grid())), &[x, &self.loc, &self.scale])
    }
}

/// By a sum over the L levels for each element: there is no closed form.
impl<V: Array> Entropy<V> for DiscretizedLogistic<V> {
    fn entropy(&self) -> V {
        let entropy = SumOf("DiscretizedLogistic::entropy", ElementEntropy(self.grid()));
        V::apply(entropy, &[&self.loc, &self.scale])
    }
}

/// The level nearest to μ, or the first or the last where the scale is so wide that more than its mass lies beyond.
impl<V: Array> Mode<V> for DiscretizedLogistic<V> {
    fn mode(&self) -> V {
        let (mass, shape) = (LogMass(self.grid()), self.shape());
        let last = V::F::of(self.grid().last);
        let [loc, scale] = [&self.loc, &self.scale].map(|p| expand(p.value(), shape));
        let likeliest = |(&m, &s): (&V::F, &V::F)| {
            let (zero, one) = (V::F::of(0.0), V::F::of(1.0));
            let place = hold(m, zero, one) * last;
            // Halfway between two levels rounding may go up.
            let level = nearest(place);
            let middle = if level - place == V::F::of(0.5) { level - one } else { level } / last;
            let better = |best: V::F, x: V::F| if mass.f([x, m, s]) > mass.f([best, m, s]) { x } else { best };
            [middle, one].into_iter().fold(zero, better)
        };
        self.loc.constant(&Tensor::new(shape, loc.data().iter().zip(scale.data()).map(likeliest).collect()))
    }
}
