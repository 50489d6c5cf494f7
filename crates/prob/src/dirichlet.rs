//! The Dirichlet distribution.

use crate::event::{prepend, spread, without_last};
use crate::gamma::log_draw_derivative;
use crate::noise::log_standard_gamma;
use crate::others::sum_of_others;
use crate::simplex::{are_one, excess, is_outside};
use crate::special::scalar::{stirling_error, trigamma};
use crate::special::{
    HALF_LN_TAU, deviance_of_product, difference_of_products, digamma_less_ln, ln_quotient, root_and_rest,
};
use crate::{Beta, Cdf, Distribution, Entropy, Mode, Moments, ParameterError, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use rand::Rng;

/// Vectors of K positive shares whose sum is 1, with concentrations α: of mean α/A, with A = Σᵢ αᵢ.
///
/// log p(x) = log Γ(A) − Σᵢ log Γ(αᵢ) + Σᵢ (αᵢ − 1) log xᵢ for xᵢ > 0, Σᵢ xᵢ = 1
///
/// It is computed without its large terms: the αᵢ are compared with the A xᵢ by their deviances, and the gamma
/// functions with Stirling's formula (C. Loader, *Fast and Accurate Computation of Binomial Probabilities*, 2000), so
/// that concentrations of 10⁶ cost no digits. Where a share is 0 the density may be infinite: there log p is −∞.
///
/// The sum of shares is 1 but for rounding. The formula is evaluated at the shares as they are, without dividing by the
/// sum, and log p is −∞ where that is off by more than 10⁻³: rounding thousands of shares in `f32` stays below, and a mistake
/// is far above. Gradients by x are those of the formula, each share moving by itself.
///
/// A draw is one of gamma draws over their sum, by their logarithms, since all would often vanish where concentrations
/// are tiny; a share is not less than the least normal number. Gradients pass through it by the implicit
/// reparameterisation of the gamma draws (M. Figurnov, S. Mohamed and A. Mnih, *Implicit Reparameterization Gradients*,
/// 2018).
///
/// Shapes: `concentration [.., K]`; a draw has that shape, and `log_prob` of `x [.., K]` gives `[..]`; `x` and the
/// concentrations broadcast before their last axis.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Dirichlet, Distribution};
///
/// let p = Dirichlet::new(Tensor::from([1.0_f64, 2.0, 3.0]));
/// let log_p = p.log_prob(&Tensor::from([0.25, 0.25, 0.5]));
/// assert!((log_p.item() - (60.0_f64 * 0.25 * 0.25).ln()).abs() < 1e-14);
/// ```
#[derive(Clone, Debug)]
pub struct Dirichlet<V> {
    concentration: V,
}

impl<V: Array> Dirichlet<V> {
    /// From the concentrations α > 0, `[.., K]`. The values are not looked at: see [`validated`](Dirichlet::validated).
    ///
    /// # Panics
    /// If the concentration is a number, or if there are no shares.
    #[track_caller]
    pub fn new(concentration: V) -> Self {
        let shape = concentration.shape();
        assert!(shape.dims().last().is_some_and(|&k| k > 0), "Dirichlet: needs concentration [.., K], not {shape}");
        Dirichlet { concentration }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If a concentration is not positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        ParameterError::positive("Dirichlet", "concentration", &self.concentration)?;
        Ok(self)
    }

    /// The concentrations α, `[.., K]`.
    pub fn concentration(&self) -> &V {
        &self.concentration
    }

    /// A of each vector, `[.., 1]`, as constants.
    pub(crate) fn totals(&self) -> Tensor<V::F> {
        row_sums(&self.concentration.value())
    }

    /// The same distribution over plain numbers.
    fn values(&self) -> Dirichlet<Tensor<V::F>> {
        Dirichlet { concentration: self.concentration.value() }
    }

    /// The shape that the concentrations and an array of vectors go together to.
    ///
    /// # Panics
    /// If they do not, or the vectors have another length.
    #[track_caller]
    pub(crate) fn beside(&self, x: Shape) -> Shape {
        let own = self.concentration.shape();
        let full = if x.dims().last() == own.dims().last() { own.broadcast(x).ok() } else { None };
        full.unwrap_or_else(|| panic!("Dirichlet: concentration {own} does not go with vectors {x}"))
    }

    /// All for the share of the greatest concentration where none is above 1, and nothing where one is.
    fn vertices(&self) -> Tensor<V::F> {
        let concentration = self.concentration.value();
        let rows = concentration.data().chunks_exact(self.shares());
        let vertex = |row: &[V::F]| {
            let greatest = (0..row.len()).fold(0, |best, i| if row[i] < row[best] { best } else { i });
            let none = row[greatest].as_f64() <= 1.0;
            (0..row.len()).map(move |i| V::F::of(f64::from(none && i == greatest)))
        };
        Tensor::new(concentration.shape(), rows.flat_map(vertex).collect())
    }

    /// K.
    fn shares(&self) -> usize {
        let shape = self.concentration.shape();
        shape[shape.rank() - 1]
    }

    /// z = g/Σ g with gᵢ from the gamma distribution with concentration αᵢ.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        let k = self.shares();
        let concentrations = self.concentration.value();
        let mut log_g = vec![0.0; shape.size()];
        for (log_g, a) in log_g.iter_mut().zip(concentrations.data().iter().cycle()) {
            *log_g = log_standard_gamma(rng, a.as_f64());
        }
        // Logarithms of shares in double precision: what is rounded is small.
        let mut log_z = log_g.clone();
        for row in log_z.chunks_exact_mut(k) {
            let greatest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let log_sum = greatest + row.iter().map(|l| (l - greatest).exp()).sum::<f64>().ln();
            row.iter_mut().for_each(|l| *l -= log_sum);
        }
        let [log_z, log_g] = [log_z, log_g]
            .map(|l| self.concentration.fill(shape, |x| x.iter_mut().zip(&l).for_each(|(x, l)| *x = V::F::of(*l))));
        let log_z = V::apply(EachOf("Dirichlet::rsample", LogDraw), &[&log_z, &log_g, &self.concentration]);
        log_z.softmax(-1).clamp(least::<V::F>(), 1.0)
    }
}

/// The least normal number.
fn least<F: Real>() -> f64 {
    F::min_positive_value().as_f64()
}

/// Σ along the last axis, `[.., 1]`, summed in double precision.
fn row_sums<F: Real>(x: &Tensor<F>) -> Tensor<F> {
    let shape = x.shape();
    let last = shape.rank() - 1;
    let sums = x.data().chunks_exact(shape[last].max(1));
    let sums = sums.map(|row| F::of(row.iter().map(|x| x.as_f64()).sum::<f64>())).collect();
    Tensor::new(shape.without(last).push(1), sums)
}

/// f of each number, in double precision.
fn each<F: Real>(x: &Tensor<F>, f: impl Fn(f64) -> f64) -> Tensor<F> {
    Tensor::new(x.shape(), x.data().iter().map(|x| F::of(f(x.as_f64()))).collect())
}

/// The terms of a share: s(α) + ln(r(α)/x) − bd0(α, Ax) − ½ log 2π with ln r + s = ½ ln α − δ(α), −∞ outside.
///
/// What a vector has in common, A and by how much the sum of shares exceeds 1, are constants here, so the derivatives
/// are those of the whole density: ∂/∂x = (α − 1)/x, ∂/∂α = ln x + ψ(A) − ψ(α), 0 outside.
#[derive(Debug)]
struct LogDensity;

impl<F: Real> Function<F, 4> for LogDensity {
    #[inline(always)]
    fn f(&self, [x, a, total, beyond]: [F; 4]) -> F {
        let excess = difference_of_products([a, F::one()], [total, x]);
        let loss = deviance_of_product(a, [total, x], excess).value;
        let (root, rest) = root_and_rest(a);
        let log_p = ln_quotient(root, x) + (rest - F::of(HALF_LN_TAU)) - loss;
        if is_outside(beyond) { F::neg_infinity() } else { log_p }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, a, total, beyond]: [F; 4]) -> F {
        let slope = match I {
            0 => (a - F::one()) / x,
            1 => {
                let excess = difference_of_products([a, F::one()], [total, x]);
                digamma_less_ln(total) - digamma_less_ln(a) - deviance_of_product(a, [total, x], excess).log_ratio
            }
            _ => F::zero(),
        };
        if is_outside(beyond) { F::zero() } else { slope }
    }
}

/// The logarithm of a share as it is given, by that of the gamma draw g; ∂/∂α = ∂(ln g)/∂α. (The normalisation is
/// differentiated where it is done.)
#[derive(Debug)]
struct LogDraw;

impl<F: Real> Function<F, 3> for LogDraw {
    #[inline(always)]
    fn f(&self, [log_z, ..]: [F; 3]) -> F {
        log_z
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [_, log_g, a]: [F; 3]) -> F {
        match I {
            0 => F::one(),
            1 => F::zero(),
            _ => F::of(log_draw_derivative(a.as_f64(), log_g.as_f64())),
        }
    }
}

/// The terms of a share: ½ log (α/A) + ½ log 2π + δ(α) − (α − 1) φ(α) with φ = ψ − ln. As in the density A is a
/// constant here: ∂/∂α = (1 − α) ψ′(α) + (A − K) ψ′(A), that of the whole entropy.
#[derive(Debug)]
struct ShareEntropy;

impl<F: Real> Function<F, 3> for ShareEntropy {
    #[inline(always)]
    fn f(&self, [a, total, _]: [F; 3]) -> F {
        let spread = F::of(0.5) * ln_quotient(a, total) + F::of(HALF_LN_TAU);
        spread + stirling_error(a) - (a - F::one()) * digamma_less_ln(a)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a, total, shares]: [F; 3]) -> F {
        match I {
            0 => (F::one() - a) * trigamma(a) + (total - shares) * trigamma(total),
            _ => F::zero(),
        }
    }
}

impl<V: Array> Distribution<V> for Dirichlet<V> {
    fn shape(&self) -> Shape {
        self.concentration.shape()
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        let full = self.beside(x.shape());
        let (total, beyond) = (self.totals(), excess(&x.value(), 0.0, |x| x));
        // What a vector has but once: δ(A) − ½ log A + ½ log 2π + A (Σ x − 1).
        let once = each(&total, |a| stirling_error(a) - 0.5 * a.ln() + HALF_LN_TAU);
        let slack = each(&beyond, |b| if is_outside(b) { 0.0 } else { b });
        let once = spread(&once, full) + spread(&total, full) * spread(&slack, full);
        let [total, beyond] = [total, beyond].map(|rows| x.constant(&spread(&rows, full)));
        let shares = V::apply(SumOf("Dirichlet::log_prob", LogDensity), &[x, &self.concentration, &total, &beyond]);
        shares + x.constant(&without_last(&once))
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        assert!(x.shape().rank() > 0, "Dirichlet: needs vectors, not a number");
        SupportError::check("Dirichlet", "x", "positive", x, |x| x > 0.0)?;
        are_one("Dirichlet", "the sum of shares", &without_last(&row_sums(x)))
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample_n(n, rng)
    }
}

impl<V: Array> Reparameterized<V> for Dirichlet<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Moments<V> for Dirichlet<V> {
    /// α/A.
    fn mean(&self) -> V {
        let total = self.concentration.sum(-1);
        self.concentration.clone() / total.reshape(total.shape().push(1))
    }

    /// (α/A) (1 − α/A)/(A + 1), of each share by itself.
    fn variance(&self) -> V {
        let (mean, total) = (self.mean(), self.concentration.sum(-1));
        mean.clone() * (-mean + 1.0) / (total.reshape(total.shape().push(1)) + 1.0)
    }
}

/// Each share by itself is a beta variable with concentrations αⱼ and A − αⱼ: I_x(αⱼ, A − αⱼ).
impl<V: Array> Cdf<V> for Dirichlet<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        self.beside(x.shape());
        let others = sum_of_others(&self.concentration);
        // A share without others is 1: what a beta variable tends to as β vanishes.
        let others = others.clamp(least::<V::F>(), f64::INFINITY);
        Beta::new(self.concentration.clone(), others).cdf(x)
    }
}

/// (α − 1)/(A − K) where all concentrations are above 1. Else the density is greatest, or infinite, where shares are 0:
/// those whose concentration is not above 1, and of the others the mode is the same with what they have above 1; where
/// there are no others, all belongs to the share of the greatest concentration, the last of them where there are
/// several.
impl<V: Array> Mode<V> for Dirichlet<V> {
    fn mode(&self) -> V {
        let weights = (self.concentration.clone() - 1.0).relu() + self.concentration.constant(&self.vertices());
        let total = weights.sum(-1);
        let total = total.reshape(total.shape().push(1));
        weights / total
    }
}

/// log B(α) + (A − K) ψ(A) − Σᵢ (αᵢ − 1) ψ(αᵢ), with log B(α) = Σᵢ log Γ(αᵢ) − log Γ(A).
impl<V: Array> Entropy<V> for Dirichlet<V> {
    fn entropy(&self) -> V {
        let (total, k) = (self.totals(), self.shares() as f64);
        let once = |a: f64| -0.5 * (k - 1.0) * a.ln() - HALF_LN_TAU - stirling_error(a) + (a - k) * digamma_less_ln(a);
        let once = self.concentration.constant(&without_last(&each(&total, once)));
        let [total, k] = [total, Tensor::scalar(V::F::of(k))].map(|x| self.concentration.constant(&x));
        V::apply(SumOf("Dirichlet::entropy", ShareEntropy), &[&self.concentration, &total, &k]) + once
    }
}
