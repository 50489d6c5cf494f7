//! The Bernoulli distribution.

use crate::event::{assert_each, sum_event};
use crate::special::weigh;
use crate::{Distribution, Entropy, Moments};
use autograd::ops::{Binary, SumOf};
use autograd::prelude::*;
use rand::{Rng, RngExt};

/// Independent Bernoulli elements with logits l: P(x = 1) = σ(l) = 1/(1 + e⁻ˡ).
///
/// log p(x) = Σⱼ { xⱼ lⱼ − softplus(lⱼ) }
///
/// It is a probability mass for x ∈ {0, 1}. Between 0 and 1 the formula is kept, so that grey values can be used as soft
/// targets (it is then the negative cross-entropy, not a density); elsewhere log p is −∞. Logits of ±∞ mean certainty.
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
    /// # Panics
    /// If a logit is NaN.
    #[track_caller]
    #[must_use]
    pub fn validated(self) -> Self {
        assert_each("Bernoulli", "logits", "numbers", &self.logits, |l| !l.is_nan());
        self
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

impl<F: Real> Binary<F> for LogMass {
    #[inline(always)]
    fn f(&self, x: F, l: F) -> F {
        let m = if l > F::zero() { F::one() - x } else { x };
        let loss = if m == F::zero() { F::zero() } else { m * l.abs() };
        let loss = if (x < F::zero()) | (x > F::one()) { F::infinity() } else { loss };
        -loss - (-l.abs()).fast_exp().fast_ln_1p_unit()
    }

    #[inline(always)]
    fn da(&self, x: F, l: F) -> F {
        let slope = hold(l, -F::max_value(), F::max_value());
        if (x < F::zero()) | (x > F::one()) { F::zero() * slope } else { slope }
    }

    #[inline(always)]
    fn db(&self, x: F, l: F) -> F {
        let slope = hold(x, F::zero(), F::one()) - l.sigmoid();
        if l.abs() == F::infinity() { F::zero() * slope } else { slope }
    }
}

/// x held between `low` and `high`, NaN of NaN.
#[inline(always)]
fn hold<F: Real>(x: F, low: F, high: F) -> F {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

impl<V: Array> Distribution<V> for Bernoulli<V> {
    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        V::apply(SumOf("Bernoulli::log_prob", LogMass), &[x, &self.logits])
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        let mut x = self.logits.value().sigmoid();
        for x in x.data_mut() {
            *x = V::F::of(f64::from(rng.random::<f64>() < x.as_f64()));
        }
        x
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

/// Σⱼ { −σ(lⱼ) log σ(lⱼ) − σ(−lⱼ) log σ(−lⱼ) }, 0 for certainty.
impl<V: Array> Entropy<V> for Bernoulli<V> {
    fn entropy(&self) -> V {
        let (yes, no) = (self.logits.clone(), -self.logits.clone());
        sum_event(-(weigh(yes.sigmoid(), yes.log_sigmoid()) + weigh(no.sigmoid(), no.log_sigmoid())))
    }
}
