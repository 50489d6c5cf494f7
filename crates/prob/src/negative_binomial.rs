//! The negative binomial distribution.

mod parts;

use crate::count::{draw_poisson, mode, supports};
use crate::event::{expand, prepend, together};
use crate::noise::log_standard_gamma;
use crate::special::scalar::{beta_inc_derivatives, beta_inc_of_parts};
use crate::{Cdf, Distribution, Factorized, Mode, Moments, ParameterError, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use parts::Parts;
use rand::Rng;

/// Independent negative binomial elements: how often trials succeed, each with probability σ(l) = 1/(1 + e⁻ˡ), before
/// they have failed r times.
///
/// log p(x) = Σⱼ { log Γ(xⱼ + rⱼ) − log Γ(rⱼ) − log xⱼ! + xⱼ log σ(lⱼ) + rⱼ log σ(−lⱼ) } for xⱼ = 0, 1, 2, …
///
/// The total count r > 0 need not be whole: a draw is one from the Poisson distribution whose rate is one from the gamma
/// distribution with shape r and mean μ = r eˡ. So it is the distribution of counts that vary more than Poisson counts
/// do, Var\[x\] = μ + μ²/r, and for r → ∞ it is theirs. Models of counts give μ and r, the inverse dispersion:
/// [`from_mean`](NegativeBinomial::from_mean). What was given is kept.
///
/// With n = x + r it is computed as −bd0(x, n σ(l)) − bd0(r, n σ(−l)) and what Stirling's formula lacks (C. Loader, *Fast
/// and Accurate Computation of Binomial Probabilities*, 2000), terms of one sign that are known to rounding, for counts and
/// total counts of any size. Nothing is differentiated by `x`.
///
/// The entropy has no closed form.
///
/// Shapes: `total_count` and the other parameter broadcast, to `[B, D]` say; `log_prob` of `x [B, D]` gives `[B]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Distribution, NegativeBinomial};
///
/// let p = NegativeBinomial::new(Tensor::from([2.0]), Tensor::from([0.0]));
/// let log_p = p.log_prob(&Tensor::from([3.0])); // 4 ways to place 3 successes before the second failure
/// assert!((log_p.item() - (4.0 / 32.0_f64).ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct NegativeBinomial<V> {
    total_count: V,
    success: Success<V>,
}

/// The parameter beside r, as it was given.
#[derive(Clone, Debug)]
enum Success<V> {
    /// l.
    Logits(V),
    /// μ = r eˡ.
    Mean(V),
}

impl<V: Array> NegativeBinomial<V> {
    /// From the total count r > 0 of failures and the logits l of success.
    ///
    /// # Panics
    /// If the shapes do not broadcast. The values are not looked at: see [`validated`](NegativeBinomial::validated).
    #[track_caller]
    pub fn new(total_count: V, logits: V) -> Self {
        together("NegativeBinomial: total_count and logits", total_count.shape(), logits.shape());
        NegativeBinomial { total_count, success: Success::Logits(logits) }
    }

    /// From the mean μ ≥ 0 and the total count r > 0, which is also called the inverse dispersion: the variance is
    /// μ + μ²/r. A ratio μ/r below the type's normal numbers, 10⁻³⁸ in single precision, counts as 0.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[track_caller]
    pub fn from_mean(mean: V, total_count: V) -> Self {
        together("NegativeBinomial: mean and total_count", mean.shape(), total_count.shape());
        NegativeBinomial { total_count, success: Success::Mean(mean) }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If r is not positive and finite, l is NaN or +∞, or μ negative or not finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        let who = "NegativeBinomial";
        ParameterError::positive(who, "total_count", &self.total_count)?;
        match &self.success {
            Success::Logits(l) => {
                ParameterError::check(who, "logits", "finite or −∞", l, |l| l < f64::INFINITY)?;
            }
            Success::Mean(m) => {
                let legal = |m: f64| m >= 0.0 && m.is_finite();
                ParameterError::check(who, "mean", "finite and not negative", m, legal)?;
            }
        }
        Ok(self)
    }

    /// The total count r as it was given.
    pub fn total_count(&self) -> &V {
        &self.total_count
    }

    /// The logits l of success, log(μ/r).
    pub fn logits(&self) -> V {
        match &self.success {
            Success::Logits(l) => l.clone(),
            Success::Mean(m) => m.ln() - self.total_count.ln(),
        }
    }

    /// eˡ = μ/r, the odds of success.
    fn odds(&self) -> V {
        match &self.success {
            Success::Logits(l) => l.exp(),
            Success::Mean(m) => m.clone() / &self.total_count,
        }
    }

    /// r and eˡ of each element in double precision, so that the draws are the same in either.
    fn parameters(&self) -> Vec<(f64, f64)> {
        let shape = Distribution::<V>::shape(self);
        let double = |x: &V| expand(x.value().cast::<f64>(), shape);
        let (r, other) = (double(&self.total_count), double(self.given()));
        let odds = |(&r, &other): (&f64, &f64)| match self.success {
            Success::Logits(_) => (r, other.exp()),
            Success::Mean(_) => (r, other / r),
        };
        r.data().iter().zip(other.data()).map(odds).collect()
    }

    /// The parameter beside r.
    fn given(&self) -> &V {
        let (Success::Logits(given) | Success::Mean(given)) = &self.success;
        given
    }

    /// Draws of a shape that the parameters repeat along.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> Tensor<V::F> {
        let parameters = self.parameters();
        let draw = |(r, odds): &(f64, f64)| V::F::of(draw(*r, *odds, rng));
        Tensor::new(shape, parameters.iter().cycle().take(shape.size()).map(draw).collect())
    }
}

/// A Poisson draw whose rate is a gamma draw.
fn draw<R: Rng + ?Sized>(r: f64, odds: f64, rng: &mut R) -> f64 {
    let unit = log_standard_gamma(rng, r).exp();
    draw_poisson(if unit == 0.0 { 0.0 } else { unit * odds }, rng)
}

/// log p of x, r and l; ∂/∂l = x q − r p.
#[derive(Debug)]
struct LogMass;

impl<F: Real> Function<F, 3> for LogMass {
    #[inline(always)]
    fn f(&self, [x, r, l]: [F; 3]) -> F {
        Parts::by_logits(x, r, l).log_mass()
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, r, l]: [F; 3]) -> F {
        let parts = Parts::by_logits(x, r, l);
        parts.where_possible(match I {
            0 => F::zero(),
            1 => parts.by_count(),
            _ => parts.excess,
        })
    }
}

/// log p of x, μ and r; ∂/∂μ = q (x/μ − 1).
#[derive(Debug)]
struct LogMassByMean;

impl<F: Real> Function<F, 3> for LogMassByMean {
    #[inline(always)]
    fn f(&self, [x, mean, r]: [F; 3]) -> F {
        Parts::by_mean(x, mean, r).log_mass()
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, mean, r]: [F; 3]) -> F {
        let parts = Parts::by_mean(x, mean, r);
        parts.where_possible(match I {
            0 => F::zero(),
            1 => parts.q * if x == F::zero() { -F::one() } else { (x - mean) / mean },
            _ => parts.by_count_at_mean(mean),
        })
    }
}

/// I_q(r, ⌊x⌋ + 1), 0 below 0; ∂/∂l = −(r + ⌊x⌋) p(⌊x⌋) σ(l).
#[derive(Debug)]
struct Below;

impl<F: Real> Function<F, 3> for Below {
    #[inline(always)]
    fn f(&self, [x, r, l]: [F; 3]) -> F {
        F::of(below(x.as_f64(), r.as_f64(), probabilities(l.as_f64())))
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, r, l]: [F; 3]) -> F {
        let (x, r, l) = (x.as_f64(), r.as_f64(), l.as_f64());
        F::of(match I {
            0 => 0.0,
            1 => below_by_count(x, r, probabilities(l)),
            _ => -probabilities(l)[0] * weighted_mass(x, r, LogMass.f([x.floor(), r, l])),
        })
    }
}

/// The same of μ and r; ∂/∂μ = −(r + ⌊x⌋) p(⌊x⌋)/(μ + r).
#[derive(Debug)]
struct BelowByMean;

impl<F: Real> Function<F, 3> for BelowByMean {
    #[inline(always)]
    fn f(&self, [x, mean, r]: [F; 3]) -> F {
        let (mean, r) = (mean.as_f64(), r.as_f64());
        F::of(below(x.as_f64(), r, [mean / (mean + r), r / (mean + r)]))
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, mean, r]: [F; 3]) -> F {
        let (x, mean, r) = (x.as_f64(), mean.as_f64(), r.as_f64());
        let by_mean = -weighted_mass(x, r, LogMassByMean.f([x.floor(), mean, r])) / (mean + r);
        F::of(match I {
            0 => 0.0,
            1 => by_mean,
            // l = log μ − log r moves, too.
            _ => below_by_count(x, r, [mean / (mean + r), r / (mean + r)]) - by_mean * (mean / r),
        })
    }
}

/// σ(l) and σ(−l).
#[inline(always)]
fn probabilities<F: Real>(l: F) -> [F; 2] {
    [l.sigmoid(), (-l).sigmoid()]
}

/// P(X ≤ x) with the probabilities of success and failure, which have digits of their own. NaN of NaN.
fn below(x: f64, r: f64, [p, q]: [f64; 2]) -> f64 {
    let next = x.floor() + 1.0;
    if x < 0.0 {
        0.0
    } else if x == f64::INFINITY {
        1.0
    } else {
        beta_inc_of_parts(r, next, [q, p])
    }
}

/// ∂/∂r of it.
fn below_by_count(x: f64, r: f64, [p, q]: [f64; 2]) -> f64 {
    let next = x.floor() + 1.0;
    if x < 0.0 || x == f64::INFINITY {
        0.0
    } else if q < p {
        beta_inc_derivatives(r, next, q)[0]
    } else {
        -beta_inc_derivatives(next, r, p)[1]
    }
}

/// (r + ⌊x⌋) p(⌊x⌋).
fn weighted_mass(x: f64, r: f64, log_mass: f64) -> f64 {
    if log_mass == f64::NEG_INFINITY { 0.0 } else { (r + x.floor()) * log_mass.exp() }
}

impl<V: Array> Distribution<V> for NegativeBinomial<V> {
    fn shape(&self) -> Shape {
        together("NegativeBinomial", self.total_count.shape(), self.given().shape())
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        const NAME: &str = "NegativeBinomial::log_prob";
        match &self.success {
            Success::Logits(l) => V::apply(SumOf(NAME, LogMass), &[x, &self.total_count, l]),
            Success::Mean(m) => V::apply(SumOf(NAME, LogMassByMean), &[x, m, &self.total_count]),
        }
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        supports("NegativeBinomial", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.draw(self.shape(), rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Factorized<V> for NegativeBinomial<V> {
    #[track_caller]
    fn log_prob_each(&self, x: &V) -> V {
        const NAME: &str = "NegativeBinomial::log_prob_each";
        match &self.success {
            Success::Logits(l) => V::apply(EachOf(NAME, LogMass), &[x, &self.total_count, l]),
            Success::Mean(m) => V::apply(EachOf(NAME, LogMassByMean), &[x, m, &self.total_count]),
        }
    }
}

impl<V: Array> Moments<V> for NegativeBinomial<V> {
    /// μ = r eˡ.
    fn mean(&self) -> V {
        match &self.success {
            Success::Logits(l) => l.exp() * &self.total_count,
            Success::Mean(m) => expand(m.clone(), Distribution::<V>::shape(self)),
        }
    }

    /// μ (1 + eˡ) = μ + μ²/r.
    fn variance(&self) -> V {
        (self.odds() + 1.0) * self.mean()
    }
}

impl<V: Array> Cdf<V> for NegativeBinomial<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        match &self.success {
            Success::Logits(l) => V::apply(EachOf("NegativeBinomial::cdf", Below), &[x, &self.total_count, l]),
            Success::Mean(m) => V::apply(EachOf("NegativeBinomial::cdf", BelowByMean), &[x, m, &self.total_count]),
        }
    }
}

/// ⌈(r − 1) eˡ⌉ − 1, and 0 for r ≤ 1.
impl<V: Array> Mode<V> for NegativeBinomial<V> {
    fn mode(&self) -> V {
        let modes = self.parameters().into_iter().map(|(r, odds)| V::F::of(mode((r - 1.0) * odds)));
        self.given().constant(&Tensor::new(self.shape(), modes.collect()))
    }
}
