//! The logarithm of a Concrete vector.

use crate::event::{expand, prepend, spread, together, without_last};
use crate::noise::fill_standard_gumbel;
use crate::simplex::{are_one, excess, is_outside};
use crate::special::scalar::lgamma;
use crate::{Distribution, ParameterError, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function};
use autograd::prelude::*;
use rand::Rng;

/// The distribution of y = log x for vectors x of the [`Concrete`](crate::Concrete) distribution with logits l and
/// temperature τ: y = log softmax((l + g)/τ) with independent standard Gumbel g.
///
/// log p(y) = log Γ(C) + (C − 1) log τ + Σ_c log softmax(l − τ y)_c for Σ_c exp y_c = 1
///
/// (C. Maddison, A. Mnih and Y. W. Teh, *The Concrete Distribution: A Continuous Relaxation of Discrete Random Variables*,
/// 2017, appendix C.2 and equation 22.) It is the density of the differences y_c − y_C of C − 1 elements from the last, of
/// which all others follow. Ratios of densities, and so divergences, are those of Concrete vectors.
///
/// At low temperatures most elements of x are smaller than any number, and others round to 1, where the density of x says
/// nothing; y is still known to rounding. So draw y, compute densities of y, and give exp y to the network.
///
/// Shapes: logits `[.., C]`, and so is a draw; the temperature is a number, or an array with one for each vector, `[.., 1]`,
/// that broadcasts with them; `log_prob` of `y [.., C]` gives `[..]`.
///
/// A vector whose exponentials sum to 1 within 10⁻³ counts as one of the support: that is far above what rounding does, and
/// far below a mistake.
///
/// ```
/// use autograd::prelude::*;
/// use prob::{ExpConcrete, Key, Reparameterized, Distribution};
///
/// let q = ExpConcrete::new(Tensor::from([[1.0_f32, 0.0, -1.0]]), Tensor::scalar(0.01));
/// let y = q.rsample(&mut Key::new(0).stream("noise", 0, 0));
/// assert!(y.exp().data().contains(&0.0) && q.log_prob(&y).item().is_finite());
/// ```
#[derive(Clone, Debug)]
pub struct ExpConcrete<V> {
    logits: V,
    temperature: V,
}

impl<V: Array> ExpConcrete<V> {
    /// From the logits `[.., C]` and the temperature τ > 0.
    ///
    /// # Panics
    /// If the logits are a number, if there are no classes, or if the temperature is neither a number nor `[.., 1]` that
    /// broadcasts with the logits.
    #[track_caller]
    pub fn new(logits: V, temperature: V) -> Self {
        ExpConcrete::of("ExpConcrete", logits, temperature)
    }

    /// The same for a distribution by another name.
    #[track_caller]
    pub(crate) fn of(who: &str, logits: V, temperature: V) -> Self {
        let (l, t) = (logits.shape(), temperature.shape());
        assert!(l.dims().last().is_some_and(|&c| c > 0), "{who}: needs logits [.., C], not {l}");
        let one_each = t.dims().last().is_none_or(|&n| n == 1);
        assert!(one_each, "{who}: needs one temperature for each vector, a number or [.., 1], not {t}");
        together(&format!("{who}: logits and temperature"), l, t);
        ExpConcrete { logits, temperature }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If a logit is not finite, or a temperature not positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        self.check("ExpConcrete")?;
        Ok(self)
    }

    /// What is wrong with the parameters.
    pub(crate) fn check(&self, who: &str) -> Result<(), ParameterError> {
        ParameterError::finite(who, "logits", &self.logits)?;
        ParameterError::positive(who, "temperature", &self.temperature)
    }

    /// The logits as they were given.
    pub fn logits(&self) -> &V {
        &self.logits
    }

    /// The temperature as it was given.
    pub fn temperature(&self) -> &V {
        &self.temperature
    }

    /// C, the number of elements of a vector.
    pub(crate) fn classes(&self) -> usize {
        let shape = self.logits.shape();
        shape[shape.rank() - 1]
    }

    /// The temperature beside each element.
    fn full_temperature(&self) -> V {
        if self.temperature.shape().rank() == 0 {
            return self.temperature.clone();
        }
        expand(self.temperature.clone(), self.shape())
    }

    /// log p of y, where the shares of a vector sum to 1 but for an `excess`, `[.., 1]`. Where they do not it is −∞, and
    /// nothing moves.
    #[track_caller]
    pub(crate) fn log_density(&self, y: &V, excess: &Tensor<V::F>) -> V {
        let (classes, temperature) = (self.classes(), self.full_temperature());
        let excess = spread(excess, together("ExpConcrete", y.shape(), self.shape()));
        let beside = y.constant(&excess);
        let tilted = V::apply(EachOf("ExpConcrete::log_prob", Tilt), &[y, &self.logits, &temperature, &beside]);
        let sum = tilted.log_softmax(-1).sum(-1);
        let first = if temperature.shape().rank() == 0 { temperature } else { first_of_each(&temperature) };
        let finish = Finish { classes: classes as f64 };
        V::apply(EachOf("ExpConcrete::log_prob", finish), &[&sum, &first, &y.constant(&without_last(&excess))])
    }

    /// log softmax((l + g)/τ).
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        let noise = self.logits.fill(shape, |g| fill_standard_gumbel(rng, g));
        ((noise + &self.logits) / self.full_temperature()).log_softmax(-1)
    }

    /// The same distribution over plain numbers.
    pub(crate) fn values(&self) -> ExpConcrete<Tensor<V::F>> {
        ExpConcrete { logits: self.logits.value(), temperature: self.temperature.value() }
    }
}

/// The first element of each vector.
fn first_of_each<V: Array>(x: &V) -> V {
    let shape = x.shape();
    let axis = shape.rank() - 1;
    x.slice(axis as isize, 0..1).reshape(shape.without(axis))
}

/// l − τ y, 0 outside the support; ∂/∂y = −τ, ∂/∂l = 1, ∂/∂τ = −y, 0 outside.
#[derive(Debug)]
struct Tilt;

impl<F: Real> Function<F, 4> for Tilt {
    #[inline(always)]
    fn f(&self, [y, logit, temperature, excess]: [F; 4]) -> F {
        if is_outside(excess) { F::zero() } else { logit - temperature * y }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [y, _, temperature, excess]: [F; 4]) -> F {
        let slope = match I {
            0 => -temperature,
            1 => F::one(),
            2 => -y,
            _ => F::zero(),
        };
        if is_outside(excess) { F::zero() } else { slope }
    }
}

/// s + (C − 1) log τ + log Γ(C), −∞ outside the support; ∂/∂s = 1, ∂/∂τ = (C − 1)/τ, 0 outside.
#[derive(Debug)]
struct Finish {
    classes: f64,
}

impl<F: Real> Function<F, 3> for Finish {
    #[inline(always)]
    fn f(&self, [sum, temperature, excess]: [F; 3]) -> F {
        let log_p = sum + F::of(self.classes - 1.0) * temperature.fast_ln() + F::of(lgamma(self.classes));
        if is_outside(excess) { F::neg_infinity() } else { log_p }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [_, temperature, excess]: [F; 3]) -> F {
        let slope = match I {
            0 => F::one(),
            1 => F::of(self.classes - 1.0) / temperature,
            _ => F::zero(),
        };
        if is_outside(excess) { F::zero() } else { slope }
    }
}

/// Asserts that vectors of `x` have as many elements as there are logits.
#[track_caller]
pub(crate) fn same_classes(who: &str, x: Shape, logits: Shape) {
    let same = x.dims().last() == logits.dims().last() && x.broadcast(logits).is_ok();
    assert!(same, "{who}: x {x} and logits {logits} do not go together");
}

impl<V: Array> Distribution<V> for ExpConcrete<V> {
    fn shape(&self) -> Shape {
        together("ExpConcrete", self.logits.shape(), self.temperature.shape())
    }

    #[track_caller]
    fn log_prob(&self, y: &V) -> V {
        same_classes("ExpConcrete", y.shape(), self.shape());
        self.log_density(y, &excess(&y.value(), f64::NEG_INFINITY, f64::exp))
    }

    fn supports(&self, y: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::finite("ExpConcrete", "y", y)?;
        are_one("ExpConcrete", "the sum of the exponentials of a vector of y", &y.exp().sum(-1))
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample_n(n, rng)
    }
}

impl<V: Array> Reparameterized<V> for ExpConcrete<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}
