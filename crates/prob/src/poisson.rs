//! The Poisson distribution.

use crate::count::{at_counts, draw_poisson, is_count, mode, supports};
use crate::event::prepend;
use crate::special::scalar::{bd0, gamma_q};
use crate::special::{deviance, factorial_excess, less_exp};
use crate::{Cdf, Distribution, Factorized, Mode, Moments, ParameterError, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use rand::Rng;

/// Independent Poisson elements with rates λ: counts of what happens λ times on average.
///
/// log p(x) = Σⱼ { xⱼ log λⱼ − λⱼ − log xⱼ! } for xⱼ = 0, 1, 2, …
///
/// It is computed as −bd0(x, λ) − δ(x) − ½ log 2πx (C. Loader, *Fast and Accurate Computation of Binomial Probabilities*,
/// 2000; [`bd0`](crate::special::bd0), [`stirling_error`](crate::special::Special::stirling_error)), whose terms have one
/// sign: a count of 10⁹ loses no digits.
///
/// It keeps the parameterisation it was given, the rate or its logarithm: networks give log λ. A rate of 0 means that there
/// is never anything. Nothing is differentiated by `x`.
///
/// The entropy has no closed form.
///
/// Shapes: rates `[B, D]`; `log_prob` of `x [B, D]` gives `[B]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Distribution, Poisson};
///
/// let p = Poisson::from_log_rate(Tensor::from([[0.0, 2.0_f64.ln()]]));
/// let log_p = p.log_prob(&Tensor::from([[0.0, 2.0]])); // e⁻¹ · 2e⁻²
/// assert!((log_p.item() - (2.0_f64.ln() - 3.0)).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Poisson<V> {
    rate: Rate<V>,
}

/// The parameter, as it was given.
#[derive(Clone, Debug)]
enum Rate<V> {
    /// λ.
    Plain(V),
    /// log λ.
    Log(V),
}

impl<V: Array> Poisson<V> {
    /// From the rate λ ≥ 0.
    pub fn new(rate: V) -> Self {
        Poisson { rate: Rate::Plain(rate) }
    }

    /// From log λ.
    pub fn from_log_rate(log_rate: V) -> Self {
        Poisson { rate: Rate::Log(log_rate) }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If λ is negative or not finite, or log λ is NaN or +∞.
    pub fn validated(self) -> Result<Self, ParameterError> {
        match &self.rate {
            Rate::Plain(r) => {
                ParameterError::check("Poisson", "rate", "finite and not negative", r, |r| r >= 0.0 && r.is_finite())?
            }
            Rate::Log(l) => ParameterError::check("Poisson", "log-rate", "finite or −∞", l, |l| l < f64::INFINITY)?,
        }
        Ok(self)
    }

    /// The rate λ.
    pub fn rate(&self) -> V {
        match &self.rate {
            Rate::Plain(rate) => rate.clone(),
            Rate::Log(l) => l.exp(),
        }
    }

    /// log λ.
    pub fn log_rate(&self) -> V {
        match &self.rate {
            Rate::Plain(rate) => rate.ln(),
            Rate::Log(l) => l.clone(),
        }
    }

    /// log λ, if that is what was given.
    pub(crate) fn given_log_rate(&self) -> Option<&V> {
        match &self.rate {
            Rate::Plain(_) => None,
            Rate::Log(l) => Some(l),
        }
    }

    /// Rates in double precision, so that the draws are the same in either.
    fn rates(&self) -> Vec<f64> {
        match &self.rate {
            Rate::Plain(rate) => rate.value().data().iter().map(|r| r.as_f64()).collect(),
            Rate::Log(l) => l.value().data().iter().map(|l| l.as_f64().exp()).collect(),
        }
    }

    /// Draws of a shape that the rates repeat along.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> Tensor<V::F> {
        let rates = self.rates();
        let rates = rates.iter().cycle().take(shape.size());
        Tensor::new(shape, rates.map(|rate| V::F::of(draw_poisson(*rate, rng))).collect())
    }
}

/// −bd0(x, λ) − δ(x) − ½ log 2πx; ∂/∂λ = x/λ − 1. −∞ and 0 where x is no count, or not 0 though λ is.
#[derive(Debug)]
struct LogMass;

impl<F: Real> Function<F, 2> for LogMass {
    #[inline(always)]
    fn f(&self, [x, rate]: [F; 2]) -> F {
        at_counts(x, -bd0(x, rate) - factorial_excess(x))
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, rate]: [F; 2]) -> F {
        let slope = if x == F::zero() { -F::one() } else { (x - rate) / rate };
        let possible = is_count(x) & ((rate != F::zero()) | (x == F::zero()));
        if (I == 1) & possible { slope } else { F::zero() }
    }
}

/// The same of l = log λ; ∂/∂l = x − eˡ.
#[derive(Debug)]
struct LogMassByLogRate;

impl<F: Real> Function<F, 2> for LogMassByLogRate {
    #[inline(always)]
    fn f(&self, [x, l]: [F; 2]) -> F {
        let (difference, rate) = less_exp(x, F::one(), l);
        // Beyond this the rate may vanish or overflow, and in between log x − l would lose digits.
        let extreme = l.abs() > F::of(40.0);
        let (quotient, shift) = if extreme { (x, l) } else { (x / rate, F::zero()) };
        at_counts(x, -deviance(x, rate, difference, quotient.fast_ln() - shift) - factorial_excess(x))
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, l]: [F; 2]) -> F {
        let possible = is_count(x) & ((l != F::neg_infinity()) | (x == F::zero()));
        if (I == 1) & possible { less_exp(x, F::one(), l).0 } else { F::zero() }
    }
}

/// Q(⌊x⌋ + 1, λ), 0 below 0; ∂/∂λ = −p(⌊x⌋).
#[derive(Debug)]
struct Below;

impl<F: Real> Function<F, 2> for Below {
    #[inline(always)]
    fn f(&self, [x, rate]: [F; 2]) -> F {
        F::of(below(x.as_f64(), rate.as_f64()))
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, rate]: [F; 2]) -> F {
        if I == 1 { F::of(-mass(x.as_f64(), rate.as_f64())) } else { F::zero() }
    }
}

/// The same of l = log λ; ∂/∂l = −λ p(⌊x⌋).
#[derive(Debug)]
struct BelowByLogRate;

impl<F: Real> Function<F, 2> for BelowByLogRate {
    #[inline(always)]
    fn f(&self, [x, l]: [F; 2]) -> F {
        F::of(below(x.as_f64(), l.as_f64().exp()))
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, l]: [F; 2]) -> F {
        let rate = l.as_f64().exp();
        // An infinite rate has no mass at any count.
        if I == 1 && rate < f64::INFINITY { F::of(-rate * mass(x.as_f64(), rate)) } else { F::zero() }
    }
}

/// P(X ≤ x), NaN of NaN.
fn below(x: f64, rate: f64) -> f64 {
    if x < 0.0 {
        return 0.0;
    }
    if x == f64::INFINITY { 1.0 } else { gamma_q(x.floor() + 1.0, rate) }
}

/// p(⌊x⌋).
fn mass(x: f64, rate: f64) -> f64 {
    LogMass.f([x.floor(), rate]).exp()
}

impl<V: Array> Distribution<V> for Poisson<V> {
    fn shape(&self) -> Shape {
        let (Rate::Plain(rate) | Rate::Log(rate)) = &self.rate;
        rate.shape()
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        match &self.rate {
            Rate::Plain(rate) => V::apply(SumOf("Poisson::log_prob", LogMass), &[x, rate]),
            Rate::Log(l) => V::apply(SumOf("Poisson::log_prob", LogMassByLogRate), &[x, l]),
        }
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        supports("Poisson", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.draw(self.shape(), rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Factorized<V> for Poisson<V> {
    #[track_caller]
    fn log_prob_each(&self, x: &V) -> V {
        match &self.rate {
            Rate::Plain(rate) => V::apply(EachOf("Poisson::log_prob_each", LogMass), &[x, rate]),
            Rate::Log(l) => V::apply(EachOf("Poisson::log_prob_each", LogMassByLogRate), &[x, l]),
        }
    }
}

/// λ, both of them.
impl<V: Array> Moments<V> for Poisson<V> {
    fn mean(&self) -> V {
        self.rate()
    }

    fn variance(&self) -> V {
        self.rate()
    }
}

impl<V: Array> Cdf<V> for Poisson<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        match &self.rate {
            Rate::Plain(rate) => V::apply(EachOf("Poisson::cdf", Below), &[x, rate]),
            Rate::Log(l) => V::apply(EachOf("Poisson::cdf", BelowByLogRate), &[x, l]),
        }
    }
}

/// ⌈λ⌉ − 1, and 0 for λ = 0.
impl<V: Array> Mode<V> for Poisson<V> {
    fn mode(&self) -> V {
        let (Rate::Plain(given) | Rate::Log(given)) = &self.rate;
        given.constant(&Tensor::new(given.shape(), self.rates().into_iter().map(|r| V::F::of(mode(r))).collect()))
    }
}
