//! The normal distribution with independent elements.

use crate::event::{expand, full, prepend, sum_event, together};
use crate::limits::{at_finite, by_scale};
use crate::noise::standard_normal;
use crate::{Cdf, Distribution, Entropy, Mode, Moments, ParameterError, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use rand::Rng;
use std::f64::consts::{E, FRAC_1_SQRT_2, PI, TAU};

/// N(μ, diag σ²): independent normal elements.
///
/// log p(x) = Σⱼ { −½ ((xⱼ − μⱼ)/σⱼ)² − log σⱼ − ½ log 2π }
///
/// It keeps the parameterisation it was given, the standard deviation or the log-variance, and computes the other only
/// where a formula needs it: networks give log σ², from which σ = exp(½ log σ²) cannot be negative. (It can underflow:
/// below a log σ² of −170 in `f32`, −1400 in `f64`, σ is 0 and no longer legal.)
///
/// Shapes: `loc` and the scale broadcast, to `[B, K]` say; a draw has that shape, and `log_prob` of `x [.., B, K]` gives
/// `[.., B]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Distribution, Normal};
///
/// let p = Normal::new(Tensor::from(1.0_f64), Tensor::from(2.0));
/// assert!((p.log_prob(&Tensor::from(3.0)).item() - -2.112085713764618).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Normal<V> {
    loc: V,
    spread: Spread<V>,
}

/// The parameter beside μ, as it was given.
#[derive(Clone, Debug)]
enum Spread<V> {
    /// σ.
    Scale(V),
    /// log σ².
    LogVariance(V),
}

impl<V: Array> Normal<V> {
    /// From the mean μ and the standard deviation σ > 0.
    ///
    /// # Panics
    /// If the shapes do not broadcast. The values are not looked at: see [`validated`](Normal::validated).
    #[track_caller]
    pub fn new(loc: V, scale: V) -> Self {
        together("Normal: loc and scale", loc.shape(), scale.shape());
        Normal { loc, spread: Spread::Scale(scale) }
    }

    /// From the mean μ and log σ².
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[track_caller]
    pub fn from_log_variance(loc: V, log_variance: V) -> Self {
        together("Normal: loc and log-variance", loc.shape(), log_variance.shape());
        Normal { loc, spread: Spread::LogVariance(log_variance) }
    }

    /// N(0, I) of the shape of `like`, and on its tape if it has one.
    pub fn standard(like: &V) -> Self {
        let zeros = full(like, like.shape(), 0.0);
        Normal { loc: zeros.clone(), spread: Spread::LogVariance(zeros) }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If μ is not finite, or σ not positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        ParameterError::finite("Normal", "loc", &self.loc)?;
        match &self.spread {
            Spread::Scale(s) => ParameterError::positive("Normal", "scale", s)?,
            Spread::LogVariance(l) => {
                ParameterError::finite("Normal", "log-variance", l)?;
                ParameterError::positive("Normal", "the scale of the log-variance", &self.scale())?;
            }
        }
        Ok(self)
    }

    /// The mean μ as it was given.
    pub fn loc(&self) -> &V {
        &self.loc
    }

    /// The standard deviation σ, of the shape in which its parameter was given.
    pub fn scale(&self) -> V {
        match &self.spread {
            Spread::Scale(scale) => scale.clone(),
            Spread::LogVariance(l) => (l.clone() * 0.5).exp(),
        }
    }

    /// log σ, of the shape in which its parameter was given.
    pub fn log_scale(&self) -> V {
        match &self.spread {
            Spread::Scale(scale) => scale.ln(),
            Spread::LogVariance(l) => l.clone() * 0.5,
        }
    }

    /// log σ², of the shape in which its parameter was given.
    pub fn log_variance(&self) -> V {
        match &self.spread {
            Spread::Scale(scale) => scale.ln() * 2.0,
            Spread::LogVariance(l) => l.clone(),
        }
    }

    /// σ², of the shape in which its parameter was given.
    pub(crate) fn square_scale(&self) -> V {
        match &self.spread {
            Spread::Scale(scale) => scale.square(),
            Spread::LogVariance(l) => l.exp(),
        }
    }

    /// The same distribution over plain numbers.
    fn values(&self) -> Normal<Tensor<V::F>> {
        let spread = match &self.spread {
            Spread::Scale(s) => Spread::Scale(s.value()),
            Spread::LogVariance(l) => Spread::LogVariance(l.value()),
        };
        Normal { loc: self.loc.value(), spread }
    }

    /// z = μ + σ ⊙ u with u ~ N(0, I).
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        standard_normal(&self.loc, shape, rng) * self.scale() + &self.loc
    }
}

/// −½ u² − log σ − ½ log 2π with u = (x − μ)/σ; ∂/∂x = −u/σ, ∂/∂μ = u/σ, ∂/∂σ = (u² − 1)/σ, all 0 at x = ±∞.
#[derive(Debug)]
struct LogDensity;

impl<F: Real> Function<F, 3> for LogDensity {
    #[inline(always)]
    fn f(&self, [x, loc, scale]: [F; 3]) -> F {
        let u = (x - loc) / scale;
        F::of(-0.5) * (u * u) - scale.fast_ln() - F::of(0.5 * TAU.ln())
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, loc, scale]: [F; 3]) -> F {
        let u = (x - loc) / scale;
        let slope = match I {
            0 => -u,
            1 => u,
            _ => u * u - F::one(),
        };
        at_finite(x, slope / scale)
    }
}

/// −½ u² − ½ l − ½ log 2π with u = (x − μ) e^−l/2 and l = log σ²; ∂/∂x = −u e^−l/2, ∂/∂μ = u e^−l/2, ∂/∂l = ½ (u² − 1),
/// all 0 at x = ±∞.
#[derive(Debug)]
struct LogDensityByVariance;

impl<F: Real> Function<F, 3> for LogDensityByVariance {
    #[inline(always)]
    fn f(&self, [x, loc, log_variance]: [F; 3]) -> F {
        let u = (x - loc) * (log_variance * F::of(-0.5)).fast_exp();
        F::of(-0.5) * (u * u + log_variance) - F::of(0.5 * TAU.ln())
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, loc, log_variance]: [F; 3]) -> F {
        let narrowness = (log_variance * F::of(-0.5)).fast_exp();
        let u = (x - loc) * narrowness;
        let slope = match I {
            0 => -u * narrowness,
            1 => u * narrowness,
            _ => F::of(0.5) * (u * u - F::one()),
        };
        at_finite(x, slope)
    }
}

/// Φ(u) = ½ erfc(−u/√2) with u = (x − μ)/σ; with the density φ, ∂/∂x = φ(u)/σ, ∂/∂μ = −φ(u)/σ, ∂/∂σ = −u φ(u)/σ.
#[derive(Debug)]
struct Below;

impl<F: Real> Function<F, 3> for Below {
    #[inline(always)]
    fn f(&self, [x, loc, scale]: [F; 3]) -> F {
        F::of(0.5) * ((loc - x) / scale * F::of(FRAC_1_SQRT_2)).erfc()
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, loc, scale]: [F; 3]) -> F {
        let u = (x - loc) / scale;
        let density = (u * F::of(FRAC_1_SQRT_2)).exp_minus_square() * F::of(TAU.sqrt().recip()) / scale;
        let slope = match I {
            0 => density,
            1 => -density,
            _ => by_scale(u, density),
        };
        at_finite(x, slope)
    }
}

impl<V: Array> Distribution<V> for Normal<V> {
    fn shape(&self) -> Shape {
        let (Spread::Scale(s) | Spread::LogVariance(s)) = &self.spread;
        together("Normal", self.loc.shape(), s.shape())
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        match &self.spread {
            Spread::Scale(s) => V::apply(SumOf("Normal::log_prob", LogDensity), &[x, &self.loc, s]),
            Spread::LogVariance(l) => V::apply(SumOf("Normal::log_prob", LogDensityByVariance), &[x, &self.loc, l]),
        }
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::finite("Normal", "x", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample_n(n, rng)
    }
}

impl<V: Array> Reparameterized<V> for Normal<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Moments<V> for Normal<V> {
    fn mean(&self) -> V {
        expand(self.loc.clone(), self.shape())
    }

    fn variance(&self) -> V {
        expand(self.square_scale(), self.shape())
    }
}

impl<V: Array> Cdf<V> for Normal<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        V::apply(EachOf("Normal::cdf", Below), &[x, &self.loc, &self.scale()])
    }
}

/// μ.
impl<V: Array> Mode<V> for Normal<V> {
    fn mode(&self) -> V {
        self.mean()
    }
}

/// Σⱼ { log σⱼ + ½ log 2πe }.
impl<V: Array> Entropy<V> for Normal<V> {
    fn entropy(&self) -> V {
        sum_event(expand(self.log_scale(), self.shape()) + 0.5 * (2.0 * PI * E).ln())
    }
}
