//! The uniform distribution on an interval.

use crate::event::{expand, prepend, sum_event, together};
use crate::noise::with_uniform;
use crate::{Cdf, Distribution, Entropy, Mode, Moments, ParameterError, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use rand::Rng;

/// Independent elements, uniform on \[a, b\].
///
/// log p(x) = Σⱼ { −log(bⱼ − aⱼ) }
///
/// The interval is closed: a draw can be a, and by rounding b.
///
/// Shapes: `low` and `high` broadcast, to `[B, D]` say; a draw has that shape, and `log_prob` of `x [.., B, D]` gives
/// `[.., B]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Distribution, Uniform};
///
/// let p = Uniform::new(Tensor::from(-1.0_f64), Tensor::from(3.0));
/// assert_eq!(p.log_prob(&Tensor::from(0.5)).item(), -(4.0_f64.ln()));
/// ```
#[derive(Clone, Debug)]
pub struct Uniform<V> {
    low: V,
    high: V,
}

impl<V: Array> Uniform<V> {
    /// From the ends a < b.
    ///
    /// # Panics
    /// If the shapes do not broadcast. The values are not looked at: see [`validated`](Uniform::validated).
    #[track_caller]
    pub fn new(low: V, high: V) -> Self {
        together("Uniform: low and high", low.shape(), high.shape());
        Uniform { low, high }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If an end is not finite, or b − a not positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        ParameterError::finite("Uniform", "low", &self.low)?;
        ParameterError::finite("Uniform", "high", &self.high)?;
        let width = self.width();
        ParameterError::positive("Uniform", "high − low", &width)?;
        Ok(self)
    }

    /// The lower end a as it was given.
    pub fn low(&self) -> &V {
        &self.low
    }

    /// The upper end b as it was given.
    pub fn high(&self) -> &V {
        &self.high
    }

    /// b − a.
    fn width(&self) -> V {
        self.high.clone() - &self.low
    }

    /// The same distribution over plain numbers.
    fn values(&self) -> Uniform<Tensor<V::F>> {
        Uniform { low: self.low.value(), high: self.high.value() }
    }

    /// z = a + (b − a) ⊙ u with u uniform on \[0, 1).
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        let u = self.low.fill(shape, |u| with_uniform(rng, u, |_, u| V::F::of(u)));
        V::apply(EachOf("Uniform::rsample", Between), &[&self.low, &self.high, &u])
    }
}

/// Whether x is in \[a, b\], or NaN.
#[inline(always)]
fn inside<F: Real>(x: F, low: F, high: F) -> bool {
    !((x < low) | (x > high))
}

/// −log(b − a) inside, −∞ outside, NaN of NaN; ∂/∂a = 1/(b − a) and ∂/∂b = −1/(b − a) inside, 0 outside and by x.
#[derive(Debug)]
struct LogDensity;

impl<F: Real> Function<F, 3> for LogDensity {
    #[inline(always)]
    fn f(&self, [x, low, high]: [F; 3]) -> F {
        let log_p = -(high - low).fast_ln();
        let log_p = if inside(x, low, high) { log_p } else { F::neg_infinity() };
        if x.is_nan() { x } else { log_p }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, low, high]: [F; 3]) -> F {
        let slope = match I {
            0 => F::zero(),
            1 => (high - low).recip(),
            _ => -(high - low).recip(),
        };
        if inside(x, low, high) { slope } else { F::zero() }
    }
}

/// (x − a)/(b − a) inside, 0 below and 1 above; inside, ∂/∂x = 1/(b − a), ∂/∂a = (x − b)/(b − a)², ∂/∂b = −(x − a)/(b − a)².
#[derive(Debug)]
struct Below;

impl<F: Real> Function<F, 3> for Below {
    #[inline(always)]
    fn f(&self, [x, low, high]: [F; 3]) -> F {
        let below = (x - low) / (high - low);
        let below = if x < low { F::zero() } else { below };
        if x > high { F::one() } else { below }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, low, high]: [F; 3]) -> F {
        let width = high - low;
        let slope = match I {
            0 => F::one(),
            1 => (x - high) / width,
            _ => (low - x) / width,
        };
        if inside(x, low, high) { slope / width } else { F::zero() }
    }
}

/// a + (b − a) u, held within the ends, beyond which rounding could take it; ∂/∂a = 1 − u, ∂/∂b = u, ∂/∂u = b − a.
#[derive(Debug)]
struct Between;

impl<F: Real> Function<F, 3> for Between {
    #[inline(always)]
    fn f(&self, [low, high, u]: [F; 3]) -> F {
        let x = low + (high - low) * u;
        if x > high { high } else { x }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [low, high, u]: [F; 3]) -> F {
        match I {
            0 => F::one() - u,
            1 => u,
            _ => high - low,
        }
    }
}

impl<V: Array> Distribution<V> for Uniform<V> {
    fn shape(&self) -> Shape {
        together("Uniform", self.low.shape(), self.high.shape())
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        V::apply(SumOf("Uniform::log_prob", LogDensity), &[x, &self.low, &self.high])
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        let below = Uniform { low: self.low.value(), high: self.high.value() }.outside(x);
        SupportError::check("Uniform", "the distance of x from its interval", "0", &below, |d| d == 0.0)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample_n(n, rng)
    }
}

impl<F: Real> Uniform<Tensor<F>> {
    /// How far each x is from the interval, 0 inside.
    fn outside(&self, x: &Tensor<F>) -> Tensor<F> {
        (&self.low - x).relu() + (x - &self.high).relu()
    }
}

impl<V: Array> Reparameterized<V> for Uniform<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Moments<V> for Uniform<V> {
    /// ½ (a + b).
    fn mean(&self) -> V {
        self.low.clone() * 0.5 + self.high.clone() * 0.5
    }

    /// (b − a)²/12.
    fn variance(&self) -> V {
        self.width().square() / 12.0
    }
}

impl<V: Array> Cdf<V> for Uniform<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        V::apply(EachOf("Uniform::cdf", Below), &[x, &self.low, &self.high])
    }
}

/// a, the least of equally likely values.
impl<V: Array> Mode<V> for Uniform<V> {
    fn mode(&self) -> V {
        expand(self.low.clone(), self.shape())
    }
}

/// Σⱼ log(bⱼ − aⱼ).
impl<V: Array> Entropy<V> for Uniform<V> {
    fn entropy(&self) -> V {
        sum_event(self.width().ln())
    }
}
