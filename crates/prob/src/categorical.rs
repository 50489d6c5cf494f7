//! The categorical distribution.

use crate::event::{assert_each, expand, sum_event, together};
use crate::special::weigh;
use crate::{Distribution, Entropy, Moments};
use autograd::prelude::*;
use rand::{Rng, RngExt};

/// Independent categorical elements over the classes 0, 1, …, C − 1, with unnormalised log-probabilities l.
///
/// log p(x) = Σⱼ { l\[j, xⱼ\] − log Σ_c exp l\[j, c\] }
///
/// Elements of `x` are class numbers; log p is −∞ at anything else, and nothing is differentiated by `x`. A logit of −∞
/// rules a class out; a row of logits may not consist of −∞, nor contain +∞.
///
/// Shapes: logits `[.., D, C]`; a draw is `[.., D]`, and `log_prob` of `x [.., D]` gives `[..]`. Logits `[C]` are one
/// variable, whose `x` is a number.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Categorical, Distribution};
///
/// let p = Categorical::new(Tensor::from([[0.0, 0.0], [0.0, 3.0_f64.ln()]]));
/// let log_p = p.log_prob(&Tensor::from([0.0, 1.0]));
/// assert!((log_p.item() - (0.5_f64 * 0.75).ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Categorical<V> {
    logits: V,
}

impl<V: Array> Categorical<V> {
    /// From the logits `[.., D, C]`.
    ///
    /// # Panics
    /// If the logits are a number, or if there are no classes.
    #[track_caller]
    pub fn new(logits: V) -> Self {
        let shape = logits.shape();
        assert!(shape.dims().last().is_some_and(|&c| c > 0), "Categorical: needs logits [.., D, C], not {shape}");
        Categorical { logits }
    }

    /// From probabilities, which need not be normalised: l = log p.
    ///
    /// # Panics
    /// As [`new`](Categorical::new).
    #[track_caller]
    pub fn from_probs(probs: V) -> Self {
        Categorical::new(probs.ln())
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Panics
    /// If a logit is NaN or +∞, or a variable has no possible class.
    #[track_caller]
    #[must_use]
    pub fn validated(self) -> Self {
        assert_each("Categorical", "logits", "finite or −∞", &self.logits, |l| l < f64::INFINITY);
        let total = self.logits.logsumexp(-1);
        assert_each("Categorical", "the logits of a variable", "finite for one class at least", &total, f64::is_finite);
        self
    }

    /// The logits as they were given.
    pub fn logits(&self) -> &V {
        &self.logits
    }

    /// log P(x = c), `[.., D, C]`.
    pub fn log_probs(&self) -> V {
        self.logits.log_softmax(-1)
    }

    /// P(x = c), `[.., D, C]`.
    pub fn probs(&self) -> V {
        self.logits.softmax(-1)
    }

    /// C, the number of classes.
    pub fn classes(&self) -> usize {
        let shape = self.logits.shape();
        shape[shape.rank() - 1]
    }

    /// The shape of a draw.
    pub fn shape(&self) -> Shape {
        self.logits.shape().without(self.logits.shape().rank() - 1)
    }

    /// The class numbers 0, 1, … beside each logit.
    fn class_numbers(&self) -> V {
        let shape = self.logits.shape();
        let classes = self.classes();
        self.logits.fill(shape, |x| x.iter_mut().enumerate().for_each(|(i, x)| *x = V::F::of((i % classes) as f64)))
    }
}

impl<V: Array> Distribution<V> for Categorical<V> {
    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        let shape = together("Categorical: x and the logits before their last axis", x.shape(), self.shape());
        let log_probs = expand(self.log_probs(), shape.push(self.classes()));
        let mut index = expand(x.value(), shape);
        let mut penalty = None;
        for i in 0..shape.size() {
            let class = index.data()[i].as_f64();
            if class.fract() != 0.0 || !(0.0..self.classes() as f64).contains(&class) {
                index.data_mut()[i] = V::F::of(0.0);
                penalty.get_or_insert_with(|| Tensor::zeros(shape)).data_mut()[i] = V::F::of(f64::NEG_INFINITY);
            }
        }
        let picked = log_probs.gather(&index);
        sum_event(match penalty {
            None => picked,
            Some(penalty) => picked + x.constant(&penalty),
        })
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        let probs = self.logits.value().softmax(-1);
        let rows: Vec<V::F> =
            probs.data().chunks_exact(self.classes()).map(|row| V::F::of(pick(row, rng) as f64)).collect();
        Tensor::new(self.shape(), rows)
    }
}

/// A class by the inverse of the distribution function. Rounding may leave the last of it to no class: the last
/// possible one takes it.
fn pick<F: Real, R: Rng + ?Sized>(probs: &[F], rng: &mut R) -> usize {
    let mut left = rng.random::<f64>() * probs.iter().map(|p| p.as_f64()).sum::<f64>();
    let mut last = 0;
    for (class, p) in probs.iter().enumerate().filter(|(_, p)| **p > F::zero()) {
        left -= p.as_f64();
        last = class;
        if left < 0.0 {
            break;
        }
    }
    last
}

/// Of the class numbers: useful where they are levels, as of grey.
impl<V: Array> Moments<V> for Categorical<V> {
    fn mean(&self) -> V {
        (self.probs() * self.class_numbers()).sum(-1)
    }

    fn variance(&self) -> V {
        let mean = self.mean().reshape(self.shape().push(1));
        (self.probs() * (self.class_numbers() - mean).square()).sum(-1)
    }
}

/// −Σⱼ Σ_c P(xⱼ = c) log P(xⱼ = c), to which a class that is ruled out adds nothing.
impl<V: Array> Entropy<V> for Categorical<V> {
    fn entropy(&self) -> V {
        let log_probs = self.log_probs();
        sum_event(-weigh(log_probs.exp(), log_probs).sum(-1))
    }
}
