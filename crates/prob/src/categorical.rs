//! The categorical distribution.

use crate::event::{lead, prepend, sum_event, together};
use crate::special::weigh;
use crate::{Cdf, Distribution, Entropy, Mode, Moments, ParameterError, SupportError};
use autograd::ops::{Function, SumOf};
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
    /// # Errors
    /// If a logit is NaN or +∞, or a variable has no possible class.
    pub fn validated(self) -> Result<Self, ParameterError> {
        self.check("Categorical")?;
        Ok(self)
    }

    /// What is wrong with the parameters, of a distribution by another name too.
    pub(crate) fn check(&self, who: &str) -> Result<(), ParameterError> {
        ParameterError::check(who, "logits", "finite or −∞", &self.logits, |l| l < f64::INFINITY)?;
        let (rule, total) = ("finite for one class at least", self.logits.value().logsumexp(-1));
        ParameterError::check(who, "the logits of a variable", rule, &total, f64::is_finite)
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

    /// log P(X = x) of each variable, NaN of NaN.
    #[track_caller]
    pub(crate) fn log_mass(&self, x: &V) -> V {
        let (log_p, values) = (self.logits.log_softmax_at(x), x.value());
        if !values.data().iter().any(|x| x.as_f64().is_nan()) {
            return log_p;
        }
        // NaN is no class, and no number may stand for it.
        let unknown = |x: &V::F| if x.as_f64().is_nan() { *x } else { V::F::of(0.0) };
        log_p + x.constant(&Tensor::new(values.shape(), values.data().iter().map(unknown).collect()))
    }

    /// Draws of a shape that the logits repeat along.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> Tensor<V::F> {
        let probs = self.logits.value().softmax(-1);
        let rows = probs.data().chunks_exact(self.classes()).cycle();
        Tensor::new(shape, rows.take(shape.size()).map(|row| V::F::of(pick(row, rng) as f64)).collect())
    }

    /// The class numbers 0, 1, … along the last axis of a shape.
    fn class_numbers(&self, shape: Shape) -> V {
        let classes = self.classes();
        self.logits.fill(shape, |x| x.iter_mut().enumerate().for_each(|(i, x)| *x = V::F::of((i % classes) as f64)))
    }
}

/// A class's term of P(X ≤ x): its probability p if its number k is not above x, with ∂/∂p = 1, and else 0. From the
/// last class on, where the sum of all is 1 but for rounding, that class is counted as 1 and the others as 0, all held.
/// NaN of NaN.
#[derive(Debug)]
struct Below {
    last: f64,
}

impl<F: Real> Function<F, 3> for Below {
    #[inline(always)]
    fn f(&self, [p, k, x]: [F; 3]) -> F {
        let last = F::of(self.last);
        let all = if k == last { F::one() } else { F::zero() };
        let below = if k <= x { p } else { F::zero() };
        let term = if x >= last { all } else { below };
        if x.is_nan() { x } else { term }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [_, k, x]: [F; 3]) -> F {
        let counts = I == 0 && (k <= x) & (x < F::of(self.last));
        if counts { F::one() } else { F::zero() }
    }
}

impl<V: Array> Distribution<V> for Categorical<V> {
    fn shape(&self) -> Shape {
        self.logits.shape().without(self.logits.shape().rank() - 1)
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        together("Categorical: x and the logits before their last axis", x.shape(), self.shape());
        sum_event(self.log_mass(x))
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        let classes = self.classes() as f64;
        let rule = format!("whole numbers from 0 to {}", classes - 1.0);
        SupportError::check("Categorical", "x", &rule, x, |x| x.fract() == 0.0 && (0.0..classes).contains(&x))
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.draw(self.shape(), rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.draw(prepend(n, self.shape()), rng)
    }
}

/// A class by the inverse of the distribution function. Rounding may leave the last of it to no class: the last
/// possible one takes it.
pub(crate) fn pick<F: Real, R: Rng + ?Sized>(probs: &[F], rng: &mut R) -> usize {
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
        (self.probs() * self.class_numbers(self.logits.shape())).sum(-1)
    }

    fn variance(&self) -> V {
        let mean = self.mean().reshape(self.shape().push(1));
        (self.probs() * (self.class_numbers(self.logits.shape()) - mean).square()).sum(-1)
    }
}

/// Σ of the probabilities of the classes that are not above x, which may be any number.
impl<V: Array> Cdf<V> for Categorical<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        let shape = together("Categorical: x and the logits before their last axis", x.shape(), self.shape());
        let [probs, x] = [self.probs(), x.reshape(x.shape().push(1))].map(|a| lead(&a, shape.rank() + 1));
        let numbers = self.class_numbers(Shape::new(&[self.classes()]));
        let below = Below { last: (self.classes() - 1) as f64 };
        // A sum of probabilities may round to more than 1.
        V::apply(SumOf("Categorical::cdf", below), &[&probs, &numbers, &x]).clamp(0.0, 1.0)
    }
}

/// The class of the greatest logit.
impl<V: Array> Mode<V> for Categorical<V> {
    fn mode(&self) -> V {
        let logits = self.logits.value();
        let greatest = |row: &[V::F]| {
            let class = (1..row.len()).fold(0, |best, class| if row[class] > row[best] { class } else { best });
            V::F::of(class as f64)
        };
        let classes = logits.data().chunks_exact(self.classes()).map(greatest).collect();
        self.logits.constant(&Tensor::new(self.shape(), classes))
    }
}

/// −Σⱼ Σ_c P(xⱼ = c) log P(xⱼ = c), to which a class that is ruled out adds nothing.
impl<V: Array> Entropy<V> for Categorical<V> {
    fn entropy(&self) -> V {
        let log_probs = self.log_probs();
        sum_event(-weigh(log_probs.exp(), log_probs).sum(-1))
    }
}
