//! The Laplace distribution.

use crate::event::{expand, prepend, sum_event, together};
use crate::limits::{at_finite, by_scale};
use crate::noise::fill_standard_laplace;
use crate::{Cdf, Distribution, Entropy, Mode, Moments, ParameterError, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use rand::Rng;
use std::f64::consts::{E, LN_2};

/// Independent Laplace elements with location μ and scale b.
///
/// log p(x) = Σⱼ { −|xⱼ − μⱼ|/bⱼ − log 2bⱼ }
///
/// Shapes: `loc` and `scale` broadcast, to `[B, D]` say; a draw has that shape, and `log_prob` of `x [.., B, D]` gives
/// `[.., B]`.
///
/// At x = μ, where the density has a kink, the gradient by x and by μ is 0.
#[derive(Clone, Debug)]
pub struct Laplace<V> {
    loc: V,
    scale: V,
}

impl<V: Array> Laplace<V> {
    /// From the location μ and the scale b > 0.
    ///
    /// # Panics
    /// If the shapes do not broadcast. The values are not looked at: see [`validated`](Laplace::validated).
    #[track_caller]
    pub fn new(loc: V, scale: V) -> Self {
        together("Laplace: loc and scale", loc.shape(), scale.shape());
        Laplace { loc, scale }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If μ is not finite, or b not positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        ParameterError::finite("Laplace", "loc", &self.loc)?;
        ParameterError::positive("Laplace", "scale", &self.scale)?;
        Ok(self)
    }

    /// The location μ as it was given.
    pub fn loc(&self) -> &V {
        &self.loc
    }

    /// The scale b as it was given.
    pub fn scale(&self) -> &V {
        &self.scale
    }

    /// The same distribution over plain numbers.
    fn values(&self) -> Laplace<Tensor<V::F>> {
        Laplace { loc: self.loc.value(), scale: self.scale.value() }
    }

    /// z = μ + b ⊙ u with u from the Laplace distribution with μ = 0 and b = 1.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        self.loc.fill(shape, |u| fill_standard_laplace(rng, u)) * &self.scale + &self.loc
    }
}

/// −|u| − log 2b with u = (x − μ)/b; ∂/∂x = −(sign u)/b, ∂/∂μ = (sign u)/b, ∂/∂b = (|u| − 1)/b, all 0 at x = ±∞.
#[derive(Debug)]
struct LogDensity;

impl<F: Real> Function<F, 3> for LogDensity {
    #[inline(always)]
    fn f(&self, [x, loc, scale]: [F; 3]) -> F {
        -((x - loc) / scale).abs() - scale.fast_ln() - F::of(LN_2)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, loc, scale]: [F; 3]) -> F {
        let u = (x - loc) / scale;
        let slope = match I {
            0 => -sign(u),
            1 => sign(u),
            _ => u.abs() - F::one(),
        };
        at_finite(x, slope / scale)
    }
}

/// ½ eᵘ below μ and 1 − ½ e⁻ᵘ above, with u = (x − μ)/b; ∂/∂x = e^−|u|/2b, ∂/∂μ = −e^−|u|/2b, ∂/∂b = −u e^−|u|/2b.
#[derive(Debug)]
struct Below;

impl<F: Real> Function<F, 3> for Below {
    #[inline(always)]
    fn f(&self, [x, loc, scale]: [F; 3]) -> F {
        let u = (x - loc) / scale;
        let tail = F::of(0.5) * (-u.abs()).fast_exp_nonpositive();
        if u > F::zero() { F::one() - tail } else { tail }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, loc, scale]: [F; 3]) -> F {
        let u = (x - loc) / scale;
        let density = F::of(0.5) * (-u.abs()).fast_exp_nonpositive() / scale;
        let slope = match I {
            0 => density,
            1 => -density,
            _ => by_scale(u, density),
        };
        at_finite(x, slope)
    }
}

/// 1 above 0, −1 below and 0 at 0, NaN of NaN.
#[inline(always)]
fn sign<F: Real>(x: F) -> F {
    let above = if x > F::zero() { F::one() } else { x * F::zero() };
    if x < F::zero() { -F::one() } else { above }
}

impl<V: Array> Distribution<V> for Laplace<V> {
    fn shape(&self) -> Shape {
        together("Laplace", self.loc.shape(), self.scale.shape())
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        V::apply(SumOf("Laplace::log_prob", LogDensity), &[x, &self.loc, &self.scale])
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::finite("Laplace", "x", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample_n(n, rng)
    }
}

impl<V: Array> Reparameterized<V> for Laplace<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Moments<V> for Laplace<V> {
    fn mean(&self) -> V {
        expand(self.loc.clone(), self.shape())
    }

    /// 2b².
    fn variance(&self) -> V {
        expand(self.scale.square() * 2.0, self.shape())
    }
}

impl<V: Array> Cdf<V> for Laplace<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        V::apply(EachOf("Laplace::cdf", Below), &[x, &self.loc, &self.scale])
    }
}

/// μ.
impl<V: Array> Mode<V> for Laplace<V> {
    fn mode(&self) -> V {
        self.mean()
    }
}

/// Σⱼ log 2e bⱼ.
impl<V: Array> Entropy<V> for Laplace<V> {
    fn entropy(&self) -> V {
        sum_event(expand(self.scale.ln(), self.shape()) + (2.0 * E).ln())
    }
}
