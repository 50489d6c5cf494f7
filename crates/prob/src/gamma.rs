//! The gamma distribution.

use crate::event::{expand, prepend, together};
use crate::noise::{exp_positive, log_standard_gamma};
use crate::special::scalar::{
    digamma, gamma_draw_derivative, gamma_p, gamma_p_derivative, lgamma, stirling_error, trigamma,
};
use crate::special::{
    Deviance, HALF_LN_TAU, deviance_of_product, difference_of_products, digamma_less_ln, ln_quotient, root_and_rest,
};
use crate::{Cdf, Distribution, Entropy, Mode, Moments, ParameterError, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use rand::Rng;

/// Independent gamma elements with concentration α and rate β: of mean α/β and variance α/β².
///
/// log p(x) = Σⱼ { αⱼ log βⱼ + (αⱼ − 1) log xⱼ − βⱼ xⱼ − log Γ(αⱼ) } for x > 0
///
/// It is computed without its large terms: βx is compared with α by their deviance, bd0(α, βx), and Γ with Stirling's
/// formula (C. Loader, *Fast and Accurate Computation of Binomial Probabilities*, 2000), so that concentrations of 10⁶
/// cost no digits. At 0, where the density may be infinite, log p is −∞.
///
/// Draws are those of G. Marsaglia and W. W. Tsang (*A Simple Method for Generating Gamma Variables*, 2000), by their
/// logarithm for α < 1, and none is less than the least normal number. Gradients pass through them by implicit
/// reparameterisation (M. Figurnov, S. Mohamed and A. Mnih, *Implicit Reparameterization Gradients*, 2018).
///
/// Shapes: `concentration` and `rate` broadcast, to `[B, D]` say; a draw has that shape, and `log_prob` of `x [.., B,
/// D]` gives `[.., B]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Distribution, Gamma};
///
/// let p = Gamma::new(Tensor::from(3.0_f64), Tensor::from(2.0));
/// let exact = 3.0 * 2.0_f64.ln() + 2.0 * 1.5_f64.ln() - 3.0 - 2.0_f64.ln();
/// assert!((p.log_prob(&Tensor::from(1.5)).item() - exact).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Gamma<V> {
    concentration: V,
    rate: V,
}

impl<V: Array> Gamma<V> {
    /// From the concentration (or shape) α > 0 and the rate β > 0.
    ///
    /// # Panics
    /// If the shapes do not broadcast. The values are not looked at: see [`validated`](Gamma::validated).
    #[track_caller]
    pub fn new(concentration: V, rate: V) -> Self {
        together("Gamma: concentration and rate", concentration.shape(), rate.shape());
        Gamma { concentration, rate }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If α or β is not positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        for (name, parameter) in [("concentration", &self.concentration), ("rate", &self.rate)] {
            ParameterError::positive("Gamma", name, parameter)?;
        }
        Ok(self)
    }

    /// The concentration α as it was given.
    pub fn concentration(&self) -> &V {
        &self.concentration
    }

    /// The rate β as it was given.
    pub fn rate(&self) -> &V {
        &self.rate
    }

    /// The same distribution over plain numbers.
    fn values(&self) -> Gamma<Tensor<V::F>> {
        Gamma { concentration: self.concentration.value(), rate: self.rate.value() }
    }

    /// z = g/β with g from the gamma distribution with rate 1, whose quotient may be a number where g is too small for
    /// one.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        let [a, b] = [&self.concentration, &self.rate].map(|p| expand(p.clone(), self.shape()));
        let (concentrations, rates) = (a.value(), b.value());
        let x = a.fill(shape, |x| {
            let parameters = concentrations.data().iter().zip(rates.data()).cycle();
            for (x, (a, b)) in x.iter_mut().zip(parameters) {
                let log_x = log_standard_gamma(rng, a.as_f64()) - b.as_f64().ln();
                *x = exp_positive(log_x);
            }
        });
        V::apply(EachOf("Gamma::rsample", Draw), &[&x, &a, &b])
    }
}

/// s(α) + ln(r(α)/x) − bd0(α, βx) − ½ log 2π with ln r + s = ½ ln α − δ(α), −∞ outside; ∂/∂x = (α − 1 − βx)/x,
/// ∂/∂α = ln βx − ψ(α), ∂/∂β = (α − βx)/β, 0 outside.
#[derive(Debug)]
struct LogDensity;

impl<F: Real> Function<F, 3> for LogDensity {
    #[inline(always)]
    fn f(&self, [x, concentration, rate]: [F; 3]) -> F {
        let excess = difference_of_products([concentration, F::one()], [rate, x]);
        let Deviance { value, .. } = deviance_of_product(concentration, [rate, x], excess);
        let (root, rest) = root_and_rest(concentration);
        let log_p = ln_quotient(root, x) + (rest - F::of(HALF_LN_TAU)) - value;
        if is_outside(x) { F::neg_infinity() } else { log_p }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, concentration, rate]: [F; 3]) -> F {
        let slope = match I {
            0 => {
                // α − 1 is exact where it is small, but in `f32` not where it is large.
                let [a, b, x] = [concentration, rate, x].map(F::as_f64);
                F::of(difference_of_products([a - 1.0, 1.0], [b, x]) / x)
            }
            1 => {
                let excess = difference_of_products([concentration, F::one()], [rate, x]);
                -deviance_of_product(concentration, [rate, x], excess).log_ratio - digamma_less_ln(concentration)
            }
            _ => difference_of_products([concentration, F::one()], [rate, x]) / rate,
        };
        if is_outside(x) { F::zero() } else { slope }
    }
}

/// P(α, βx); ∂/∂x is the density p(x), ∂/∂α = ∂P/∂α, ∂/∂β = x p(x)/β. All in `f64`, number by number.
#[derive(Debug)]
struct Below;

impl<F: Real> Function<F, 3> for Below {
    #[inline(always)]
    fn f(&self, x: [F; 3]) -> F {
        let [x, concentration, rate] = x.map(F::as_f64);
        F::of(if is_tiny(rate, x) {
            below_tiny(concentration, x.ln() + rate.ln())
        } else {
            gamma_p(concentration, rate * x)
        })
    }

    #[inline(always)]
    fn d<const I: usize>(&self, x: [F; 3]) -> F {
        let at @ [x, concentration, rate] = x.map(F::as_f64);
        let slope = match I {
            0 => LogDensity.f(at).exp(),
            1 if is_tiny(rate, x) => {
                let log_g = x.ln() + rate.ln();
                below_tiny(concentration, log_g) * (log_g - digamma(concentration + 1.0))
            }
            1 => gamma_p_derivative(concentration, rate * x),
            _ => (LogDensity.f(at) + x.ln() - rate.ln()).exp(),
        };
        F::of(if is_outside(x) { 0.0 } else { slope })
    }
}

/// Whether βx has left the normal numbers.
fn is_tiny(rate: f64, x: f64) -> bool {
    x > 0.0 && rate * x < f64::MIN_POSITIVE
}

/// P(α, g) of so small a g, by its logarithm: g^α/Γ(α + 1).
fn below_tiny(concentration: f64, log_g: f64) -> f64 {
    (concentration * log_g - lgamma(concentration + 1.0)).exp()
}

/// The draw x as it is given; ∂/∂α = x ∂(ln g)/∂α with g = βx, ∂/∂β = −x/β.
#[derive(Debug)]
struct Draw;

impl<F: Real> Function<F, 3> for Draw {
    #[inline(always)]
    fn f(&self, [x, ..]: [F; 3]) -> F {
        x
    }

    #[inline(always)]
    fn d<const I: usize>(&self, x: [F; 3]) -> F {
        let [x, concentration, rate] = x.map(F::as_f64);
        F::of(match I {
            0 => 1.0,
            1 => x * log_draw_derivative(concentration, x.ln() + rate.ln()),
            _ => -x / rate,
        })
    }
}

/// ∂(ln g)/∂α of a draw g from the gamma distribution with concentration α and rate 1, by its logarithm. Of g that is
/// no normal number it is that of P(α, g) = g^α/Γ(α + 1), (ψ(α + 1) − ln g)/α.
pub(crate) fn log_draw_derivative(concentration: f64, log_g: f64) -> f64 {
    let g = log_g.exp();
    if g >= f64::MIN_POSITIVE {
        gamma_draw_derivative(concentration, g) / g
    } else {
        (digamma(concentration + 1.0) - log_g) / concentration
    }
}

/// ln(√α/β) + ½ log 2π + δ(α) + (α − 1)(ln α − ψ(α)), which is α − ln β + ln Γ(α) + (1 − α) ψ(α) without its large
/// terms; ∂/∂α = 1 + (1 − α) ψ′(α), ∂/∂β = −1/β.
#[derive(Debug)]
struct ElementEntropy;

impl<F: Real> Function<F, 2> for ElementEntropy {
    #[inline(always)]
    fn f(&self, [concentration, rate]: [F; 2]) -> F {
        let spread = ln_quotient(concentration.sqrt(), rate) + F::of(HALF_LN_TAU);
        spread + stirling_error(concentration) - (concentration - F::one()) * digamma_less_ln(concentration)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [concentration, rate]: [F; 2]) -> F {
        match I {
            0 => F::one() + (F::one() - concentration) * trigamma(concentration),
            _ => -rate.recip(),
        }
    }
}

#[inline(always)]
fn is_outside<F: Real>(x: F) -> bool {
    (x <= F::zero()) | (x == F::infinity())
}

impl<V: Array> Distribution<V> for Gamma<V> {
    fn shape(&self) -> Shape {
        together("Gamma", self.concentration.shape(), self.rate.shape())
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        V::apply(SumOf("Gamma::log_prob", LogDensity), &[x, &self.concentration, &self.rate])
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::positive("Gamma", "x", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample_n(n, rng)
    }
}

impl<V: Array> Reparameterized<V> for Gamma<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Moments<V> for Gamma<V> {
    /// α/β.
    fn mean(&self) -> V {
        self.concentration.clone() / &self.rate
    }

    /// α/β².
    fn variance(&self) -> V {
        self.mean() / &self.rate
    }
}

impl<V: Array> Cdf<V> for Gamma<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        V::apply(EachOf("Gamma::cdf", Below), &[x, &self.concentration, &self.rate])
    }
}

/// (α − 1)/β, and 0 for α < 1, where the density grows without bound.
impl<V: Array> Mode<V> for Gamma<V> {
    fn mode(&self) -> V {
        (self.concentration.clone() - 1.0).relu() / &self.rate
    }
}

/// Σⱼ { αⱼ − log βⱼ + log Γ(αⱼ) + (1 − αⱼ) ψ(αⱼ) }.
impl<V: Array> Entropy<V> for Gamma<V> {
    fn entropy(&self) -> V {
        V::apply(SumOf("Gamma::entropy", ElementEntropy), &[&self.concentration, &self.rate])
    }
}
