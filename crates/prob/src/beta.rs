//! The beta distribution.

use crate::event::{expand, prepend, together};
use crate::noise::{in_unit_interval, log_standard_gamma};
use crate::special::scalar::{beta_draw_derivatives, beta_inc, beta_inc_derivatives, stirling_error, trigamma};
use crate::special::{
    HALF_LN_TAU, deviance_of_product, difference_of_products, digamma_less_ln, exact, ln_quotient, root_and_rest,
};
use crate::{Cdf, Distribution, Entropy, Mode, Moments, ParameterError, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use rand::Rng;

/// Independent beta elements with concentrations α (towards 1) and β (towards 0): of mean α/n, with n = α + β.
///
/// log p(x) = Σⱼ { (αⱼ − 1) log xⱼ + (βⱼ − 1) log(1 − xⱼ) − log B(αⱼ, βⱼ) } for 0 < x < 1
///
/// It is computed without its large terms: α and β are compared with nx and n(1 − x) by their deviances, and the gamma
/// functions of B with Stirling's formula (C. Loader, *Fast and Accurate Computation of Binomial Probabilities*, 2000),
/// so that concentrations of 10⁶ cost no digits. At 0 and 1, where the density may be infinite, log p is −∞.
///
/// A draw is g/(g + h) of two gamma draws, by their logarithms, since both would often vanish where concentrations are
/// tiny; the nearest numbers to 0 and 1 stand for what is nearer. Gradients pass through it by implicit
/// reparameterisation (M. Figurnov, S. Mohamed and A. Mnih, *Implicit Reparameterization Gradients*, 2018).
///
/// Shapes: the concentrations broadcast, to `[B, D]` say; a draw has that shape, and `log_prob` of `x [.., B, D]` gives
/// `[.., B]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Beta, Distribution};
///
/// let p = Beta::new(Tensor::from(2.0_f64), Tensor::from(3.0));
/// assert!((p.log_prob(&Tensor::from(0.25)).item() - (12.0_f64 * 0.25 * 0.75 * 0.75).ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Beta<V> {
    concentration1: V,
    concentration0: V,
}

impl<V: Array> Beta<V> {
    /// From the concentrations α > 0, which draws towards 1, and β > 0, which draws towards 0.
    ///
    /// # Panics
    /// If the shapes do not broadcast. The values are not looked at: see [`validated`](Beta::validated).
    #[track_caller]
    pub fn new(concentration1: V, concentration0: V) -> Self {
        together("Beta: concentration1 and concentration0", concentration1.shape(), concentration0.shape());
        Beta { concentration1, concentration0 }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If α or β is not positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        for (name, parameter) in [("concentration1", &self.concentration1), ("concentration0", &self.concentration0)] {
            ParameterError::positive("Beta", name, parameter)?;
        }
        Ok(self)
    }

    /// The concentration α as it was given.
    pub fn concentration1(&self) -> &V {
        &self.concentration1
    }

    /// The concentration β as it was given.
    pub fn concentration0(&self) -> &V {
        &self.concentration0
    }

    /// The same distribution over plain numbers.
    fn values(&self) -> Beta<Tensor<V::F>> {
        Beta { concentration1: self.concentration1.value(), concentration0: self.concentration0.value() }
    }

    /// z = g/(g + h) = 1/(1 + e^(ln h − ln g)) with g and h from the gamma distributions with concentrations α and β.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        let [a, b] = [&self.concentration1, &self.concentration0].map(|p| expand(p.clone(), self.shape()));
        let (ones, zeros) = (a.value(), b.value());
        let x = a.fill(shape, |x| {
            let parameters = ones.data().iter().zip(zeros.data()).cycle();
            for (x, (a, b)) in x.iter_mut().zip(parameters) {
                let [log_g, log_h] = [a, b].map(|p| log_standard_gamma(rng, p.as_f64()));
                *x = in_unit_interval((1.0 + (log_h - log_g).exp()).recip());
            }
        });
        V::apply(EachOf("Beta::rsample", Draw), &[&x, &a, &b])
    }
}

/// a − (a + b) x in `f64`, computed from the end of \[0, 1\] that x is nearer to: what cancels is exact.
#[inline(always)]
fn excess<F: Real>([x, a, b]: [F; 3]) -> f64 {
    let [x, a, b] = [x, a, b].map(F::as_f64);
    let (n, rest) = exact::sum(a, b);
    let low = x < 0.5;
    let (p, t) = if low { (a, x) } else { (b, 1.0 - x) };
    let excess = difference_of_products([p, 1.0], [n, t]) - rest * t;
    if low { excess } else { -excess }
}

/// ln(r(α) r(β)/(r(n) x y)) + s(α) + s(β) − s(n) − bd0(α, nx) − bd0(β, ny) − ½ log 2π with n = α + β, y = 1 − x and ln
/// r + s = ½ ln α − δ(α), −∞ outside; ∂/∂x = (α − 1 − (n − 2) x)/xy, ∂/∂α = ln x + ψ(n) − ψ(α), ∂/∂β = ln y + ψ(n) −
/// ψ(β), 0 outside.
#[derive(Debug)]
struct LogDensity;

impl<F: Real> Function<F, 3> for LogDensity {
    #[inline(always)]
    fn f(&self, at: [F; 3]) -> F {
        let [x, a, b] = at;
        let (n, y, excess) = (a + b, F::one() - x, F::of(excess(at)));
        let loss = deviance_of_product(a, [n, x], excess).value + deviance_of_product(b, [n, y], -excess).value;
        let [(root_a, rest_a), (root_b, rest_b), (root_n, rest_n)] = [a, b, n].map(root_and_rest);
        // The root of the greater concentration is near that of n.
        let (less, greater) = if a < b { (root_a, root_b) } else { (root_b, root_a) };
        let roots = ln_quotient(less * (greater / root_n), x * y);
        let log_p = roots + (rest_a + rest_b - rest_n - F::of(HALF_LN_TAU)) - loss;
        if is_outside(x) { F::neg_infinity() } else { log_p }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, at: [F; 3]) -> F {
        let [x, a, b] = at;
        let (n, y) = (a + b, F::one() - x);
        let slope = match I {
            0 => {
                // α − 1 and β − 1 are exact where they are small, but in `f32` not where they are large.
                let [x, a, b] = at.map(F::as_f64);
                F::of(self::excess([x, a - 1.0, b - 1.0]) / x / (1.0 - x))
            }
            1 => digamma_less_ln(n) - digamma_less_ln(a) - deviance_of_product(a, [n, x], F::of(excess(at))).log_ratio,
            _ => digamma_less_ln(n) - digamma_less_ln(b) - deviance_of_product(b, [n, y], F::of(-excess(at))).log_ratio,
        };
        if is_outside(x) { F::zero() } else { slope }
    }
}

/// I_x(α, β); ∂/∂x is the density p(x), those by α and β are those of I. All in `f64`, number by number.
#[derive(Debug)]
struct Below;

impl<F: Real> Function<F, 3> for Below {
    #[inline(always)]
    fn f(&self, x: [F; 3]) -> F {
        let [x, a, b] = x.map(F::as_f64);
        F::of(beta_inc(a, b, x))
    }

    #[inline(always)]
    fn d<const I: usize>(&self, x: [F; 3]) -> F {
        let at @ [x, a, b] = x.map(F::as_f64);
        F::of(match I {
            0 => LogDensity.f(at).exp(),
            _ => beta_inc_derivatives(a, b, x)[I - 1],
        })
    }
}

/// The draw x as it is given; ∂/∂α = −(∂I/∂α)/p(x), ∂/∂β = −(∂I/∂β)/p(x).
#[derive(Debug)]
struct Draw;

impl<F: Real> Function<F, 3> for Draw {
    #[inline(always)]
    fn f(&self, [x, ..]: [F; 3]) -> F {
        x
    }

    #[inline(always)]
    fn d<const I: usize>(&self, x: [F; 3]) -> F {
        let [x, a, b] = x.map(F::as_f64);
        F::of(if I == 0 { 1.0 } else { beta_draw_derivatives(a, b, x)[I - 1] })
    }
}

/// ln(√(αβ/n)/n) + ½ log 2π + δ(α) + δ(β) − δ(n) − (α − 1) φ(α) − (β − 1) φ(β) + (n − 2) φ(n) with φ = ψ − ln, which is
/// ln B(α, β) − (α − 1) ψ(α) − (β − 1) ψ(β) + (n − 2) ψ(n) without its large terms; ∂/∂α = (1 − α) ψ′(α) + (n − 2)
/// ψ′(n), and β likewise.
#[derive(Debug)]
struct ElementEntropy;

impl<F: Real> Function<F, 2> for ElementEntropy {
    #[inline(always)]
    fn f(&self, [a, b]: [F; 2]) -> F {
        let (n, one, two) = (a + b, F::one(), F::of(2.0));
        let spread = ln_quotient(a.sqrt() * (b / n).sqrt(), n) + F::of(HALF_LN_TAU);
        let errors = stirling_error(a) + stirling_error(b) - stirling_error(n);
        let means = (n - two) * digamma_less_ln(n) - (a - one) * digamma_less_ln(a) - (b - one) * digamma_less_ln(b);
        spread + errors + means
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a, b]: [F; 2]) -> F {
        let (n, p) = (a + b, if I == 0 { a } else { b });
        (F::one() - p) * trigamma(p) + (n - F::of(2.0)) * trigamma(n)
    }
}

/// (α − 1)/(n − 2) where both concentrations are above 1, and else the end that the greater draws towards; ∂/∂α =
/// (β − 1)/(n − 2)², ∂/∂β = (1 − α)/(n − 2)², or 0.
#[derive(Debug)]
struct Likeliest;

impl<F: Real> Function<F, 2> for Likeliest {
    #[inline(always)]
    fn f(&self, [a, b]: [F; 2]) -> F {
        let one = F::one();
        let end = if a > b { one } else { F::zero() };
        if (a > one) & (b > one) { (a - one) / ((a - one) + (b - one)) } else { end }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a, b]: [F; 2]) -> F {
        let one = F::one();
        let total = (a - one) + (b - one);
        let slope = if I == 0 { b - one } else { one - a } / total / total;
        if (a > one) & (b > one) { slope } else { F::zero() }
    }
}

#[inline(always)]
fn is_outside<F: Real>(x: F) -> bool {
    (x <= F::zero()) | (x >= F::one())
}

impl<V: Array> Distribution<V> for Beta<V> {
    fn shape(&self) -> Shape {
        together("Beta", self.concentration1.shape(), self.concentration0.shape())
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        V::apply(SumOf("Beta::log_prob", LogDensity), &[x, &self.concentration1, &self.concentration0])
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::check("Beta", "x", "between 0 and 1, not at an end", x, |x| x > 0.0 && x < 1.0)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample_n(n, rng)
    }
}

impl<V: Array> Reparameterized<V> for Beta<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Moments<V> for Beta<V> {
    /// α/n.
    fn mean(&self) -> V {
        self.concentration1.clone() / (self.concentration1.clone() + &self.concentration0)
    }

    /// (α/n) (β/n)/(n + 1).
    fn variance(&self) -> V {
        let total = self.concentration1.clone() + &self.concentration0;
        self.mean() * (self.concentration0.clone() / &total) / (total + 1.0)
    }
}

impl<V: Array> Cdf<V> for Beta<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        V::apply(EachOf("Beta::cdf", Below), &[x, &self.concentration1, &self.concentration0])
    }
}

/// (α − 1)/(n − 2) where both concentrations are above 1; else, where the density is greatest at an end or infinite at
/// both, the end that the greater draws towards, and 0 where they are equal.
impl<V: Array> Mode<V> for Beta<V> {
    fn mode(&self) -> V {
        V::apply(EachOf("Beta::mode", Likeliest), &[&self.concentration1, &self.concentration0])
    }
}

/// Σⱼ { log B(αⱼ, βⱼ) − (αⱼ − 1) ψ(αⱼ) − (βⱼ − 1) ψ(βⱼ) + (nⱼ − 2) ψ(nⱼ) }.
impl<V: Array> Entropy<V> for Beta<V> {
    fn entropy(&self) -> V {
        V::apply(SumOf("Beta::entropy", ElementEntropy), &[&self.concentration1, &self.concentration0])
    }
}
