//! The log-normal distribution.

use crate::event::{expand, sum_event};
use crate::limits::by_scale;
use crate::noise::{positive, positive_slope};
use crate::{Cdf, Distribution, Entropy, Mode, Moments, Normal, ParameterError, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use rand::Rng;
use std::f64::consts::{E, FRAC_1_SQRT_2, TAU};

/// Independent log-normal elements: log x ~ N(μ, σ²).
///
/// log p(x) = Σⱼ { −½ ((log xⱼ − μⱼ)/σⱼ)² − log xⱼ − log σⱼ − ½ log 2π } for x > 0
///
/// Draws are normal positive numbers: the least or the greatest where eˣ is beyond, which then does not move.
///
/// Shapes: `loc` and `scale` broadcast, to `[B, D]` say; a draw has that shape, and `log_prob` of `x [.., B, D]` gives
/// `[.., B]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Distribution, LogNormal};
///
/// let p = LogNormal::new(Tensor::from(0.0_f64), Tensor::from(1.0));
/// assert!((p.log_prob(&Tensor::from(1.0)).item() - -0.9189385332046727).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct LogNormal<V> {
    log: Normal<V>,
    scale: V,
}

impl<V: Array> LogNormal<V> {
    /// From the mean μ and the standard deviation σ > 0 of log x.
    ///
    /// # Panics
    /// If the shapes do not broadcast. The values are not looked at: see [`validated`](LogNormal::validated).
    #[track_caller]
    pub fn new(loc: V, scale: V) -> Self {
        LogNormal { log: Normal::new(loc, scale.clone()), scale }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If μ is not finite, or σ not positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        ParameterError::finite("LogNormal", "loc", self.loc())?;
        ParameterError::positive("LogNormal", "scale", &self.scale)?;
        Ok(self)
    }

    /// The mean μ of log x as it was given.
    pub fn loc(&self) -> &V {
        self.log.loc()
    }

    /// The standard deviation σ of log x as it was given.
    pub fn scale(&self) -> &V {
        &self.scale
    }

    /// The distribution of log x.
    pub fn log(&self) -> &Normal<V> {
        &self.log
    }

    /// σ², of the shape of a draw.
    fn square_scale(&self) -> V {
        expand(self.scale.square(), self.shape())
    }
}

/// u = (log x − μ)/σ. The difference may cancel, so that it is taken in double precision.
#[inline(always)]
fn standardized<F: Real>(x: F, loc: F, scale: F) -> F {
    F::of((x.as_f64().ln() - loc.as_f64()) / scale.as_f64())
}

/// Whether x has a density, or is NaN.
#[inline(always)]
fn inside<F: Real>(x: F) -> bool {
    !((x <= F::zero()) | (x == F::infinity()))
}

/// −½ u² − log x − log σ − ½ log 2π, −∞ at 0, ∞ and below 0; ∂/∂x = −(u/σ + 1)/x, ∂/∂μ = u/σ, ∂/∂σ = (u² − 1)/σ, 0
/// outside.
#[derive(Debug)]
struct LogDensity;

impl<F: Real> Function<F, 3> for LogDensity {
    #[inline(always)]
    fn f(&self, [x, loc, scale]: [F; 3]) -> F {
        let u = standardized(x, loc, scale);
        let log_p = F::of(-0.5) * (u * u) - x.fast_ln() - scale.fast_ln() - F::of(0.5 * TAU.ln());
        if inside(x) { log_p } else { F::neg_infinity() }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, loc, scale]: [F; 3]) -> F {
        let u = standardized(x, loc, scale);
        let slope = match I {
            0 => -(u / scale + F::one()) / x,
            1 => u / scale,
            _ => (u * u - F::one()) / scale,
        };
        if inside(x) { slope } else { F::zero() }
    }
}

/// Φ(u), 0 at 0 and below; with the density φ, ∂/∂x = φ(u)/σx, ∂/∂μ = −φ(u)/σ, ∂/∂σ = −u φ(u)/σ.
#[derive(Debug)]
struct Below;

impl<F: Real> Function<F, 3> for Below {
    #[inline(always)]
    fn f(&self, [x, loc, scale]: [F; 3]) -> F {
        let below = F::of(0.5) * (-standardized(x, loc, scale) * F::of(FRAC_1_SQRT_2)).erfc();
        if x <= F::zero() { F::zero() } else { below }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, loc, scale]: [F; 3]) -> F {
        let u = standardized(x, loc, scale);
        let density = (u * F::of(FRAC_1_SQRT_2)).exp_minus_square() * F::of(TAU.sqrt().recip()) / scale;
        let slope = match I {
            0 => density / x,
            1 => -density,
            _ => by_scale(u, density),
        };
        if inside(x) { slope } else { F::zero() }
    }
}

/// eˣ as a normal positive number; the derivative is eˣ, 0 where it is held.
#[derive(Debug)]
struct Draw;

impl<F: Real> Function<F, 1> for Draw {
    #[inline(always)]
    fn f(&self, [x]: [F; 1]) -> F {
        positive(x.fast_exp())
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x]: [F; 1]) -> F {
        let y = x.fast_exp();
        positive_slope(y, y)
    }
}

/// Draws of x, from those of its logarithm.
fn draw<V: Array>(log: &V) -> V {
    V::apply(EachOf("LogNormal::rsample", Draw), &[log])
}

impl<V: Array> Distribution<V> for LogNormal<V> {
    fn shape(&self) -> Shape {
        self.log.shape()
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        V::apply(SumOf("LogNormal::log_prob", LogDensity), &[x, self.loc(), &self.scale])
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::positive("LogNormal", "x", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        draw(&self.log.sample(rng))
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        draw(&self.log.sample_n(n, rng))
    }
}

impl<V: Array> Reparameterized<V> for LogNormal<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        draw(&self.log.rsample(rng))
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        draw(&self.log.rsample_n(n, rng))
    }
}

impl<V: Array> Moments<V> for LogNormal<V> {
    /// exp(μ + ½ σ²).
    fn mean(&self) -> V {
        (self.square_scale() * 0.5 + self.loc()).exp()
    }

    /// (1 − exp −σ²) exp(μ + σ²)², factors of which none is infinite or 0 unless it all is.
    fn variance(&self) -> V {
        let square_scale = self.square_scale();
        (square_scale.clone() + self.loc()).exp().square() * -(-square_scale).exp_m1()
    }
}

impl<V: Array> Cdf<V> for LogNormal<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        V::apply(EachOf("LogNormal::cdf", Below), &[x, self.loc(), &self.scale])
    }
}

/// exp(μ − σ²).
impl<V: Array> Mode<V> for LogNormal<V> {
    fn mode(&self) -> V {
        (self.loc().clone() - self.square_scale()).exp()
    }
}

/// Σⱼ { μⱼ + log σⱼ + ½ log 2πe }.
impl<V: Array> Entropy<V> for LogNormal<V> {
    fn entropy(&self) -> V {
        sum_event(expand(self.loc().clone() + self.scale.ln(), self.shape()) + 0.5 * (TAU * E).ln())
    }
}
