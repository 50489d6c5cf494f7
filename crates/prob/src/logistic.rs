//! The logistic distribution.

use crate::event::{expand, prepend, sum_event, together};
use crate::limits::{at_finite, by_scale};
use crate::noise::fill_standard_logistic;
use crate::{Cdf, Distribution, Entropy, Mode, Moments, ParameterError, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use rand::Rng;
use std::f64::consts::PI;

/// Independent logistic elements with location μ and scale s.
///
/// log p(x) = Σⱼ { −uⱼ − 2 softplus(−uⱼ) − log sⱼ } with uⱼ = (xⱼ − μⱼ)/sⱼ
///
/// The distribution function is σ(u), and the standard deviation π s/√3.
///
/// Shapes: `loc` and `scale` broadcast, to `[B, D]` say; a draw has that shape, and `log_prob` of `x [.., B, D]` gives
/// `[.., B]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Distribution, Logistic};
///
/// let p = Logistic::new(Tensor::from(1.0_f64), Tensor::from(0.5));
/// assert!((p.log_prob(&Tensor::from(1.0)).item() - 0.5_f64.ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Logistic<V> {
    loc: V,
    scale: V,
}

impl<V: Array> Logistic<V> {
    /// From the location μ and the scale s > 0.
    ///
    /// # Panics
    /// If the shapes do not broadcast. The values are not looked at: see [`validated`](Logistic::validated).
    #[track_caller]
    pub fn new(loc: V, scale: V) -> Self {
        together("Logistic: loc and scale", loc.shape(), scale.shape());
        Logistic { loc, scale }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If μ is not finite, or s not positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        ParameterError::finite("Logistic", "loc", &self.loc)?;
        ParameterError::positive("Logistic", "scale", &self.scale)?;
        Ok(self)
    }

    /// The location μ as it was given.
    pub fn loc(&self) -> &V {
        &self.loc
    }

    /// The scale s as it was given.
    pub fn scale(&self) -> &V {
        &self.scale
    }

    /// The same distribution over plain numbers.
    fn values(&self) -> Logistic<Tensor<V::F>> {
        Logistic { loc: self.loc.value(), scale: self.scale.value() }
    }

    /// z = μ + s ⊙ u with u from the logistic distribution with μ = 0 and s = 1.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        self.loc.fill(shape, |u| fill_standard_logistic(rng, u)) * &self.scale + &self.loc
    }
}

/// −|u| − 2 log(1 + e^−|u|) − log s with u = (x − μ)/s; ∂/∂x = −tanh(u/2)/s, ∂/∂μ = tanh(u/2)/s,
/// ∂/∂s = (u tanh(u/2) − 1)/s, all 0 at x = ±∞.
#[derive(Debug)]
struct LogDensity;

impl<F: Real> Function<F, 3> for LogDensity {
    #[inline(always)]
    fn f(&self, [x, loc, scale]: [F; 3]) -> F {
        let a = ((x - loc) / scale).abs();
        -a - F::of(2.0) * (-a).fast_exp_nonpositive().fast_ln_1p_unit() - scale.fast_ln()
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, loc, scale]: [F; 3]) -> F {
        let u = (x - loc) / scale;
        let pull = (F::of(0.5) * u).fast_tanh();
        let slope = match I {
            0 => -pull,
            1 => pull,
            _ => u * pull - F::one(),
        };
        at_finite(x, slope / scale)
    }
}

/// σ(u) with u = (x − μ)/s; ∂/∂x = σ(u) σ(−u)/s, ∂/∂μ = −σ(u) σ(−u)/s, ∂/∂s = −u σ(u) σ(−u)/s.
#[derive(Debug)]
struct Below;

impl<F: Real> Function<F, 3> for Below {
    #[inline(always)]
    fn f(&self, [x, loc, scale]: [F; 3]) -> F {
        ((x - loc) / scale).sigmoid()
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, loc, scale]: [F; 3]) -> F {
        let u = (x - loc) / scale;
        let density = u.sigmoid() * (-u).sigmoid() / scale;
        let slope = match I {
            0 => density,
            1 => -density,
            _ => by_scale(u, density),
        };
        at_finite(x, slope)
    }
}

impl<V: Array> Distribution<V> for Logistic<V> {
    fn shape(&self) -> Shape {
        together("Logistic", self.loc.shape(), self.scale.shape())
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        V::apply(SumOf("Logistic::log_prob", LogDensity), &[x, &self.loc, &self.scale])
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::finite("Logistic", "x", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample_n(n, rng)
    }
}

impl<V: Array> Reparameterized<V> for Logistic<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Moments<V> for Logistic<V> {
    fn mean(&self) -> V {
        expand(self.loc.clone(), self.shape())
    }

    /// π² s²/3.
    fn variance(&self) -> V {
        expand(self.scale.square() * (PI * PI / 3.0), self.shape())
    }
}

impl<V: Array> Cdf<V> for Logistic<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        V::apply(EachOf("Logistic::cdf", Below), &[x, &self.loc, &self.scale])
    }
}

/// μ.
impl<V: Array> Mode<V> for Logistic<V> {
    fn mode(&self) -> V {
        self.mean()
    }
}

/// Σⱼ { log sⱼ + 2 }.
impl<V: Array> Entropy<V> for Logistic<V> {
    fn entropy(&self) -> V {
        sum_event(expand(self.scale.ln(), self.shape()) + 2.0)
    }
}
