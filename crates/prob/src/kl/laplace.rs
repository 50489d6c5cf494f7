//! Laplace distributions, and between these and normal ones.

use super::KlTo;
use super::excess::Excess;
use crate::special::{deviance, ln_quotient};
use crate::{Laplace, Normal};
use autograd::ops::{Function, SumOf};
use autograd::prelude::*;
use std::f64::consts::{E, FRAC_1_SQRT_2, FRAC_PI_2, PI};

/// Σⱼ { |μ₀ − μ₁|/b₁ + (b₀/b₁) exp(−|μ₀ − μ₁|/b₀) − 1 − log(b₀/b₁) }
/// (M. Gil, F. Alajaji and T. Linder, *Rényi divergence measures for commonly used univariate continuous
/// distributions*, 2013), with a relative error of some roundings, near q = p too.
impl<V: Array> KlTo<Laplace<V>, V> for Laplace<V> {
    #[track_caller]
    fn kl_to(&self, p: &Laplace<V>) -> V {
        let terms = SumOf("KL(Laplace ‖ Laplace)", BetweenLaplaces);
        V::apply(terms, &[self.loc(), self.scale(), p.loc(), p.scale()])
    }
}

/// r (t + e⁻ᵗ − 1) + (r − 1 − log r) with t = |μ₀ − μ₁|/b₀ and r = b₀/b₁, neither of which is negative or cancels: the
/// first is r bd0(1, e⁻ᵗ). With the sign s of μ₀ − μ₁, ∂/∂μ₀ = s (1 − e⁻ᵗ)/b₁ = −∂/∂μ₁, ∂/∂b₀ = {(b₀ − b₁)/b₀ −
/// bd0(e⁻ᵗ, 1)}/b₁ and ∂/∂b₁ = {(b₁ − b₀)/b₁ − r bd0(1, e⁻ᵗ)}/b₁.
#[derive(Debug)]
struct BetweenLaplaces;

impl BetweenLaplaces {
    /// r bd0(1, e⁻ᵗ), t, and e⁻ᵗ − 1.
    #[inline(always)]
    fn shift<F: Real>([m0, b0, m1, b1]: [F; 4]) -> (F, F, F) {
        let distance = (m0 - m1).abs();
        let (t, ratio) = (distance / b0, b0 / b1);
        let less = (-t).fast_exp_m1();
        let shift = ratio * deviance(F::one(), F::one() + less, -less, t);
        let shift = if distance == F::zero() { F::zero() } else { shift };
        // Where t overflows, r t may be a number.
        (if t == F::infinity() { distance / b1 } else { shift }, t, less)
    }
}

impl<F: Real> Function<F, 4> for BetweenLaplaces {
    #[inline(always)]
    fn f(&self, x: [F; 4]) -> F {
        let [_, b0, _, b1] = x;
        BetweenLaplaces::shift(x).0 + Excess.f([b1, b0])
    }

    #[inline(always)]
    fn d<const I: usize>(&self, x: [F; 4]) -> F {
        let [m0, b0, m1, b1] = x;
        let (shift, t, less) = BetweenLaplaces::shift(x);
        let away = if m0 < m1 { less } else { -less };
        let slope = match I {
            0 => away,
            1 => (b0 - b1) / b0 - deviance(F::one() + less, F::one(), less, -t),
            2 => -away,
            _ => (b1 - b0) / b1 - shift,
        };
        slope / b1
    }
}

/// Σⱼ { (b/σ)² + ½ ((μ₀ − μ₁)/σ)² − log(b/σ) + ½ log(π/2) − 1 } for the Laplace distribution with μ₀ and b: E\[(x − μ₁)²\]
/// is 2b² + (μ₀ − μ₁)², and the entropy is log 2eb.
impl<V: Array> KlTo<Normal<V>, V> for Laplace<V> {
    #[track_caller]
    fn kl_to(&self, p: &Normal<V>) -> V {
        let terms = SumOf("KL(Laplace ‖ Normal)", LaplaceToNormal);
        V::apply(terms, &[self.loc(), self.scale(), p.loc(), &p.scale()])
    }
}

/// With d = μ₀ − μ₁: ∂/∂μ₀ = d/σ² = −∂/∂μ₁, ∂/∂b = 2b/σ² − 1/b, ∂/∂σ = (1 − 2 (b/σ)² − (d/σ)²)/σ.
#[derive(Debug)]
struct LaplaceToNormal;

impl<F: Real> Function<F, 4> for LaplaceToNormal {
    #[inline(always)]
    fn f(&self, [m, b, loc, scale]: [F; 4]) -> F {
        let (ratio, t) = (b / scale, (m - loc) / scale);
        let constant = F::of(0.5 * FRAC_PI_2.ln() - 1.0);
        ratio * ratio + F::of(0.5) * (t * t) - ln_quotient(b, scale) + constant
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [m, b, loc, scale]: [F; 4]) -> F {
        let (ratio, t, two) = (b / scale, (m - loc) / scale, F::of(2.0));
        match I {
            0 => t / scale,
            1 => two * ratio / scale - b.recip(),
            2 => -t / scale,
            _ => (F::one() - two * ratio * ratio - t * t) / scale,
        }
    }
}

/// Σⱼ { E|x − μ₁|/b − log(σ/b) − ½ log(πe/2) } for the normal distribution with μ₀ and σ, where with d = μ₀ − μ₁ and t = d/σ
/// E|x − μ₁| = σ √(2/π) e^−t²/2 + d erf(t/√2), the mean of a folded normal variable
/// (F. Leone, L. Nelson and R. Nottingham, *The folded normal distribution*, 1961).
impl<V: Array> KlTo<Laplace<V>, V> for Normal<V> {
    #[track_caller]
    fn kl_to(&self, p: &Laplace<V>) -> V {
        let terms = SumOf("KL(Normal ‖ Laplace)", NormalToLaplace);
        V::apply(terms, &[self.loc(), &self.scale(), p.loc(), p.scale()])
    }
}

/// ∂/∂μ₀ = erf(t/√2)/b = −∂/∂μ₁, ∂/∂σ = √(2/π) e^−t²/2/b − 1/σ, ∂/∂b = (1 − E|x − μ₁|/b)/b.
#[derive(Debug)]
struct NormalToLaplace;

impl NormalToLaplace {
    /// E|x − μ₁|/b, erf(t/√2) and √(2/π) e^−t²/2.
    #[inline(always)]
    fn distance<F: Real>([m, scale, loc, b]: [F; 4]) -> (F, F, F) {
        let d = m - loc;
        let t = d / scale * F::of(FRAC_1_SQRT_2);
        let (side, overlap) = (t.erf(), F::of((2.0 / PI).sqrt()) * t.exp_minus_square());
        // The quotient may overflow where nothing of the overlap is left.
        let centre = if overlap == F::zero() { F::zero() } else { scale / b * overlap };
        (centre + d / b * side, side, overlap)
    }
}

impl<F: Real> Function<F, 4> for NormalToLaplace {
    #[inline(always)]
    fn f(&self, x: [F; 4]) -> F {
        let (distance, _, _) = NormalToLaplace::distance(x);
        distance - ln_quotient(x[1], x[3]) - F::of(0.5 * (FRAC_PI_2 * E).ln())
    }

    #[inline(always)]
    fn d<const I: usize>(&self, x: [F; 4]) -> F {
        let (distance, side, overlap) = NormalToLaplace::distance(x);
        let [_, scale, _, b] = x;
        match I {
            0 => side / b,
            1 => overlap / b - scale.recip(),
            2 => -side / b,
            _ => (F::one() - distance) / b,
        }
    }
}
