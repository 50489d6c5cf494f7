//! The exponential distribution.

use crate::event::{prepend, sum_event};
use crate::noise::{fill_standard_exponential, positive, positive_slope};
use crate::special::difference_of_products;
use crate::{Cdf, Distribution, Entropy, Mode, Moments, ParameterError, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use rand::Rng;

/// Independent exponential elements with rate λ: waiting times of mean 1/λ.
///
/// log p(x) = Σⱼ { log λⱼ − λⱼ xⱼ } for x ≥ 0
///
/// Draws are normal positive numbers: the least or the greatest where u/λ is beyond, which then does not move.
///
/// Shapes: `rate [B, D]`; a draw has that shape, and `log_prob` of `x [.., B, D]` gives `[.., B]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Distribution, Exponential};
///
/// let p = Exponential::new(Tensor::from(2.0_f64));
/// assert!((p.log_prob(&Tensor::from(3.0)).item() - (2.0_f64.ln() - 6.0)).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Exponential<V> {
    rate: V,
}

impl<V: Array> Exponential<V> {
    /// From the rate λ > 0. The values are not looked at: see [`validated`](Exponential::validated).
    pub fn new(rate: V) -> Self {
        Exponential { rate }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If λ is not positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        ParameterError::positive("Exponential", "rate", &self.rate)?;
        Ok(self)
    }

    /// The rate λ.
    pub fn rate(&self) -> &V {
        &self.rate
    }

    /// The same distribution over plain numbers.
    fn values(&self) -> Exponential<Tensor<V::F>> {
        Exponential { rate: self.rate.value() }
    }

    /// z = u/λ with u from the exponential distribution with rate 1.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        let noise = self.rate.fill(shape, |u| fill_standard_exponential(rng, u));
        V::apply(EachOf("Exponential::rsample", Draw), &[&noise, &self.rate])
    }
}

/// u/λ as a normal positive number; ∂/∂u = 1/λ, ∂/∂λ = −u/λ², 0 where it is held.
#[derive(Debug)]
struct Draw;

impl<F: Real> Function<F, 2> for Draw {
    #[inline(always)]
    fn f(&self, [u, rate]: [F; 2]) -> F {
        positive(u / rate)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [u, rate]: [F; 2]) -> F {
        let x = u / rate;
        positive_slope(x, if I == 0 { rate.recip() } else { -x / rate })
    }
}

/// log λ − λx, −∞ outside; ∂/∂x = −λ, ∂/∂λ = 1/λ − x = (1 − λx)/λ, 0 outside.
#[derive(Debug)]
struct LogDensity;

impl<F: Real> Function<F, 2> for LogDensity {
    #[inline(always)]
    fn f(&self, [x, rate]: [F; 2]) -> F {
        let log_p = rate.fast_ln() - rate * x;
        if is_outside(x) { F::neg_infinity() } else { log_p }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, rate]: [F; 2]) -> F {
        let slope = match I {
            0 => -rate,
            _ => difference_of_products([F::one(), F::one()], [rate, x]) / rate,
        };
        if is_outside(x) { F::zero() } else { slope }
    }
}

/// 1 − e^−λx for x > 0; ∂/∂x = λ e^−λx, ∂/∂λ = x e^−λx; 0 below.
#[derive(Debug)]
struct Below;

impl<F: Real> Function<F, 2> for Below {
    #[inline(always)]
    fn f(&self, [x, rate]: [F; 2]) -> F {
        let below = -(-rate * x).fast_exp_m1();
        if x < F::zero() { F::zero() } else { below }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, rate]: [F; 2]) -> F {
        let above = (-rate * x).fast_exp();
        let slope = match I {
            0 => rate * above,
            _ => x * above,
        };
        if is_outside(x) { F::zero() } else { slope }
    }
}

#[inline(always)]
fn is_outside<F: Real>(x: F) -> bool {
    (x < F::zero()) | (x == F::infinity())
}

impl<V: Array> Distribution<V> for Exponential<V> {
    fn shape(&self) -> Shape {
        self.rate.shape()
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        V::apply(SumOf("Exponential::log_prob", LogDensity), &[x, &self.rate])
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::check("Exponential", "x", "zero or positive, and finite", x, |x| x >= 0.0 && x.is_finite())
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample_n(n, rng)
    }
}

impl<V: Array> Reparameterized<V> for Exponential<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Moments<V> for Exponential<V> {
    /// 1/λ.
    fn mean(&self) -> V {
        self.rate.recip()
    }

    /// 1/λ².
    fn variance(&self) -> V {
        self.rate.recip().square()
    }
}

impl<V: Array> Cdf<V> for Exponential<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        V::apply(EachOf("Exponential::cdf", Below), &[x, &self.rate])
    }
}

/// 0.
impl<V: Array> Mode<V> for Exponential<V> {
    fn mode(&self) -> V {
        self.rate.fill(self.shape(), |x| x.fill(V::F::of(0.0)))
    }
}

/// Σⱼ { 1 − log λⱼ }.
impl<V: Array> Entropy<V> for Exponential<V> {
    fn entropy(&self) -> V {
        sum_event(-self.rate.ln() + 1.0)
    }
}
