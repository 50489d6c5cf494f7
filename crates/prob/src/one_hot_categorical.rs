//! The categorical distribution over one-hot vectors.

use crate::others::sum_of_others;
use crate::special::weigh;
use crate::{Categorical, Cdf, Distribution, Entropy, Mode, Moments, ParameterError, SupportError};
use autograd::ops::{EachOf, Function};
use autograd::prelude::*;
use rand::Rng;

/// Categorical vectors with unnormalised log-probabilities l: x has a 1 at one of C places and 0 elsewhere.
///
/// log p(x) = l·x − log Σ_c exp l\[c\]
///
/// It is [`Categorical`] in the notation that networks read, and differs in what an event is: here the event is one
/// vector, so that logits `[.., C]` give `[..]`; [`Independent`](crate::Independent) takes several together. log p is −∞ at
/// anything that is no one-hot vector, and nothing is differentiated by `x`: what can be differentiated by its draws is
/// another distribution, [`Concrete`](crate::Concrete), which is a density inside the simplex.
///
/// ```
/// use autograd::prelude::*;
/// use prob::{Distribution, OneHotCategorical};
///
/// let p = OneHotCategorical::new(Tensor::from([[0.0, 0.0], [0.0, 3.0_f64.ln()]]));
/// let log_p = p.log_prob(&Tensor::from([[1.0, 0.0], [0.0, 1.0]]));
/// assert!((log_p.exp() - Tensor::from([0.5, 0.75])).abs().max(0).item() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct OneHotCategorical<V> {
    classes: Categorical<V>,
}

impl<V: Array> OneHotCategorical<V> {
    /// From the logits `[.., C]`.
    ///
    /// # Panics
    /// If the logits are a number, or if there are no classes.
    #[track_caller]
    pub fn new(logits: V) -> Self {
        let shape = logits.shape();
        assert!(shape.dims().last().is_some_and(|&c| c > 0), "OneHotCategorical: needs logits [.., C], not {shape}");
        OneHotCategorical { classes: Categorical::new(logits) }
    }

    /// From probabilities, which need not be normalised: l = log p.
    ///
    /// # Panics
    /// As [`new`](OneHotCategorical::new).
    #[track_caller]
    pub fn from_probs(probs: V) -> Self {
        OneHotCategorical::new(probs.ln())
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If a logit is NaN or +∞, or a vector has no possible class.
    pub fn validated(self) -> Result<Self, ParameterError> {
        self.classes.check("OneHotCategorical")?;
        Ok(self)
    }

    /// The logits as they were given.
    pub fn logits(&self) -> &V {
        self.classes.logits()
    }

    /// The distribution of the class numbers, of which [`Categorical`] takes the last axis as one event.
    pub fn categorical(&self) -> &Categorical<V> {
        &self.classes
    }

    /// P(x\[c\] = 1), `[.., C]`.
    pub fn probs(&self) -> V {
        self.classes.probs()
    }

    /// log P(x\[c\] = 1), `[.., C]`.
    pub fn log_probs(&self) -> V {
        self.classes.log_probs()
    }

    /// Class numbers as vectors.
    fn vectors(&self, classes: &Tensor<V::F>) -> Tensor<V::F> {
        let n = self.classes.classes();
        let element = |i: usize| V::F::of(f64::from(classes.data()[i / n].as_f64() == (i % n) as f64));
        Tensor::from_fn(classes.shape().push(n), element)
    }
}

/// The class of a one-hot vector; of another its length, which is no class, or NaN where there is one.
fn class<F: Real>(x: &[F]) -> F {
    let ones = x.iter().filter(|x| **x == F::one()).count();
    let zeros = x.iter().filter(|x| **x == F::zero()).count();
    let one = x.iter().position(|x| *x == F::one()).unwrap_or(x.len());
    let class = if (ones, zeros) == (1, x.len() - 1) { one } else { x.len() };
    x.iter().copied().find(|x| x.is_nan()).unwrap_or(F::of(class as f64))
}

/// Of x and r = P(x\[c\] = 0): 0 below 0, r from there to 1, and 1, NaN of NaN; ∂/∂r = 1 between, 0 elsewhere and by x.
#[derive(Debug)]
struct Below;

impl<F: Real> Function<F, 2> for Below {
    #[inline(always)]
    fn f(&self, [x, rest]: [F; 2]) -> F {
        let below = if x < F::zero() { F::zero() } else { rest };
        let inside = if x < F::one() { below } else { x };
        if x >= F::one() { F::one() } else { inside }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, _]: [F; 2]) -> F {
        let between = I == 1 && (x >= F::zero()) & (x < F::one());
        if between { F::one() } else { F::zero() }
    }
}

impl<V: Array> Distribution<V> for OneHotCategorical<V> {
    fn shape(&self) -> Shape {
        self.logits().shape()
    }

    /// # Panics
    /// If the vectors are not of C elements, or their leading axes do not go together with those of the logits.
    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        let (values, n) = (x.value(), self.classes.classes());
        let shape = values.shape();
        assert!(
            shape.rank() > 0 && shape[shape.rank() - 1] == n,
            "OneHotCategorical: x must be of vectors of {n}, not {shape}"
        );
        let classes = values.data().chunks_exact(n).map(class).collect();
        self.classes.log_mass(&x.constant(&Tensor::new(shape.without(shape.rank() - 1), classes)))
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        let (classes, shape) = (self.classes.classes(), x.shape());
        assert!(shape.dims().ends_with(&[classes]), "OneHotCategorical: needs vectors [.., {classes}], not {shape}");
        SupportError::check("OneHotCategorical", "x", "0 or 1", x, |x| x == 0.0 || x == 1.0)?;
        SupportError::check("OneHotCategorical", "the sum of a vector", "1", &x.sum(-1), |sum| sum == 1.0)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.vectors(&self.classes.sample(rng))
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.vectors(&self.classes.sample_n(n, rng))
    }
}

impl<V: Array> Moments<V> for OneHotCategorical<V> {
    /// P(x\[c\] = 1).
    fn mean(&self) -> V {
        self.probs()
    }

    /// P(x\[c\] = 1) P(x\[c\] = 0).
    fn variance(&self) -> V {
        let probs = self.probs();
        probs.clone() * (-probs + 1.0)
    }
}

/// Of each element by itself: P(x\[c\] = 0) from 0 on, 1 from 1 on.
impl<V: Array> Cdf<V> for OneHotCategorical<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        V::apply(EachOf("OneHotCategorical::cdf", Below), &[x, &sum_of_others(&self.probs()).clamp(0.0, 1.0)])
    }
}

/// The vector of the class of the greatest logit.
impl<V: Array> Mode<V> for OneHotCategorical<V> {
    fn mode(&self) -> V {
        self.logits().constant(&self.vectors(&self.classes.mode().value()))
    }
}

/// −Σ_c P(x\[c\] = 1) log P(x\[c\] = 1), to which a class that is ruled out adds nothing.
impl<V: Array> Entropy<V> for OneHotCategorical<V> {
    fn entropy(&self) -> V {
        let log_probs = self.log_probs();
        -weigh(log_probs.exp(), log_probs).sum(-1)
    }
}
