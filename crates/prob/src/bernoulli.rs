//! The Bernoulli distribution.

use crate::event::{assert_each, sum_event};
use crate::special::weigh;
use crate::{Distribution, Entropy, Moments};
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

impl<V: Array> Distribution<V> for Bernoulli<V> {
    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        match impossible(&x.value(), &self.logits.value()) {
            None => sum_event(x.clone() * &self.logits - self.logits.softplus()),
            Some(penalty) => {
                let most = greatest::<V::F>();
                let l = self.logits.clamp(-most, most);
                sum_event(x.clamp(0.0, 1.0) * &l - l.softplus() + x.constant(&penalty))
            }
        }
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        let mut x = self.logits.value().sigmoid();
        for x in x.data_mut() {
            *x = V::F::of(f64::from(rng.random::<f64>() < x.as_f64()));
        }
        x
    }
}

/// The greatest finite number.
fn greatest<F: Real>() -> f64 {
    F::max_value().as_f64()
}

/// What the formula cannot say by itself, where there is any: −∞ where x is outside \[0, 1\] or is ruled out by an
/// infinite logit, 0 elsewhere.
#[track_caller]
fn impossible<F: Real>(x: &Tensor<F>, logits: &Tensor<F>) -> Option<Tensor<F>> {
    let outside = |x: F| x < F::zero() || x > F::one();
    // Folds, not `any`: without an early exit they vectorise, and there is next to never one to take.
    let found = x.data().iter().fold(false, |found, &x| found | outside(x));
    if !logits.data().iter().fold(found, |found, l| found | l.is_infinite()) {
        return None;
    }
    let flag = |a: &Tensor<F>, is: &dyn Fn(F) -> bool| {
        Tensor::from_fn(a.shape(), |i| if is(a.data()[i]) { F::one() } else { F::zero() })
    };
    let never = flag(logits, &|l| l == F::neg_infinity()) * flag(x, &|x| x > F::zero());
    let always = flag(logits, &|l| l == F::infinity()) * flag(x, &|x| x < F::one());
    let count = never + always + flag(x, &outside);
    Some(Tensor::from_fn(count.shape(), |i| if count.data()[i] > F::zero() { F::neg_infinity() } else { F::zero() }))
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
