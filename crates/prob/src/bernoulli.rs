//! The Bernoulli distribution.

use crate::event::{expand, prepend, sum_event};
use crate::limits::{finite, hold};
use crate::noise::with_uniform;
use crate::special::weigh;
use crate::{Cdf, Distribution, Entropy, Factorized, Mode, Moments, ParameterError, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use rand::Rng;

/// Independent Bernoulli elements with logits l: P(x = 1) = σ(l) = 1/(1 + e⁻ˡ).
///
/// log p(x) = Σⱼ { xⱼ lⱼ − softplus(lⱼ) }
///
/// It is a probability mass for x ∈ {0, 1}, the support. Between 0 and 1, where every other distribution would give −∞, the
/// formula is kept, so that grey values can be used as soft targets, as is usual for images: it is then the negative
/// cross-entropy, neither a probability nor a density ([`ContinuousBernoulli`](crate::ContinuousBernoulli) is one).
/// [`supports`](Distribution::supports) tells them apart. Elsewhere log p is −∞. Logits of ±∞ mean certainty.
///
/// Shapes: logits `[B, D]`; `log_prob` of `x [B, D]` gives `[B]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Bernoulli, Distribution};
///
/// let p = Bernoulli::new(Tensor::from([[0.0, 100.0, -100.0]]));
/// let log_p = p.log_prob(&Tensor::from([[1.0, 1.0, 0.0]]));
/// assert!((log_p.item() - 0.5f64.ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Bernoulli<V> {
    logits: V,
}

impl<V: Array> Bernoulli<V> {
    /// From the logits.
    pub fn new(logits: V) -> Self {
        Bernoulli { logits }
    }

    /// From probabilities in \[0, 1\]: l = log p − log(1 − p).
    pub fn from_probs(probs: V) -> Self {
        Bernoulli { logits: probs.ln() - (-probs).ln_1p() }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If a logit is NaN.
    pub fn validated(self) -> Result<Self, ParameterError> {
        ParameterError::check("Bernoulli", "logits", "numbers", &self.logits, |l| !l.is_nan())?;
        Ok(self)
    }

    /// The logits.
    pub fn logits(&self) -> &V {
        &self.logits
    }

    /// P(x = 1) = σ(l).
    pub fn probs(&self) -> V {
        self.logits.sigmoid()
    }
}

/// x l − softplus(l) = −m |l| − log(1 + e^−|l|), where m, 1 − x for l > 0 and x elsewhere, is how far x is from the
/// likelier of 0 and 1. Written like this, nothing cancels, and nothing is left of an infinite logit where m = 0.
///
/// −∞ for x outside [0, 1]. ∂/∂l = x − σ(l) and ∂/∂x = l, where x counts as the end of [0, 1] that it is beyond, and what
/// is beyond (x outside [0, 1], l = ±∞) does not move.
#[derive(Debug)]
struct LogMass;

impl<F: Real> Function<F, 2> for LogMass {
    #[inline(always)]
    fn f(&self, [x, l]: [F; 2]) -> F {
        let m = if l > F::zero() { F::one() - x } else { x };
        let loss = if m == F::zero() { F::zero() } else { m * l.abs() };
        let loss = if (x < F::zero()) | (x > F::one()) { F::infinity() } else { loss };
        -loss - (-l.abs()).fast_exp_nonpositive().fast_ln_1p_unit()
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, l]: [F; 2]) -> F {
        if I == 0 {
            let slope = finite(l);
            if (x < F::zero()) | (x > F::one()) { F::zero() * slope } else { slope }
        } else {
            let slope = hold(x, F::zero(), F::one()) - l.sigmoid();
            if l.abs() == F::infinity() { F::zero() * slope } else { slope }
        }
    }
}

/// 0 below 0, σ(−l) from there to 1, and 1, NaN of NaN; ∂/∂l = −σ(l) σ(−l) between, 0 elsewhere and by x.
#[derive(Debug)]
struct Below;

impl<F: Real> Function<F, 2> for Below {
    #[inline(always)]
    fn f(&self, [x, l]: [F; 2]) -> F {
        let below = if x < F::zero() { F::zero() } else { (-l).sigmoid() };
        let inside = if x < F::one() { below } else { x };
        if x >= F::one() { F::one() } else { inside }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, l]: [F; 2]) -> F {
        let between = I == 1 && (x >= F::zero()) & (x < F::one());
        if between { -l.sigmoid() * (-l).sigmoid() } else { F::zero() }
    }
}

impl<V: Array> Bernoulli<V> {
    /// Draws of a shape that the logits repeat along.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> Tensor<V::F> {
        let mut x = expand(self.logits.value().sigmoid(), shape);
        // The sign of u − p as a number: a comparison would be compiled to a branch that nobody can predict.
        with_uniform(rng, x.data_mut(), |p, u| V::F::of(((u - p.as_f64()).to_bits() >> 63) as f64));
        x
    }
}

impl<V: Array> Distribution<V> for Bernoulli<V> {
    fn shape(&self) -> Shape {
        self.logits.shape()
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        V::apply(SumOf("Bernoulli::log_prob", LogMass), &[x, &self.logits])
    }

    /// The support is {0, 1}: soft targets between have a `log_prob`, but not a probability.
    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::check("Bernoulli", "x", "0 or 1", x, |x| x == 0.0 || x == 1.0)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.draw(self.shape(), rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Factorized<V> for Bernoulli<V> {
    #[track_caller]
    fn log_prob_each(&self, x: &V) -> V {
        V::apply(EachOf("Bernoulli::log_prob_each", LogMass), &[x, &self.logits])
    }
}

impl<V: Array> Moments<V> for Bernoulli<V> {
    fn mean(&self) -> V {
        self.probs()
    }

    /// σ(l) σ(−l).
    fn variance(&self) -> V {
        self.probs() * (-self.logits.clone()).sigmoid()
    }
}

impl<V: Array> Cdf<V> for Bernoulli<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        V::apply(EachOf("Bernoulli::cdf", Below), &[x, &self.logits])
    }
}

/// 1 where l > 0, else 0.
impl<V: Array> Mode<V> for Bernoulli<V> {
    fn mode(&self) -> V {
        let logits = self.logits.value();
        let likelier = |l: &V::F| V::F::of(f64::from(l.as_f64() > 0.0));
        self.logits.constant(&Tensor::new(logits.shape(), logits.data().iter().map(likelier).collect()))
    }
}

/// Σⱼ { −σ(lⱼ) log σ(lⱼ) − σ(−lⱼ) log σ(−lⱼ) }, 0 for certainty.
impl<V: Array> Entropy<V> for Bernoulli<V> {
    fn entropy(&self) -> V {
        let (yes, no) = (self.logits.clone(), -self.logits.clone());
        sum_event(-(weigh(yes.sigmoid(), yes.log_sigmoid()) + weigh(no.sigmoid(), no.log_sigmoid())))
    }
}
