//! Exponential and gamma distributions.

use super::KlTo;
use super::excess::Excess;
use crate::special::scalar::{self, stirling_error, stirling_error_derivative, trigamma};
use crate::special::{Deviance, deviance_of_product, difference_of_products, digamma_less_ln};
use crate::{Exponential, Gamma};
use autograd::ops::{Function, SumOf};
use autograd::prelude::*;

/// Σⱼ { log(λ₀/λ₁) + λ₁/λ₀ − 1 }.
impl<V: Array> KlTo<Exponential<V>, V> for Exponential<V> {
    #[track_caller]
    fn kl_to(&self, p: &Exponential<V>) -> V {
        V::apply(SumOf("KL(Exponential ‖ Exponential)", Excess), &[self.rate(), p.rate()])
    }
}

/// Σⱼ { (α₀ − α₁) ψ(α₀) − log Γ(α₀) + log Γ(α₁) + α₁ log(β₀/β₁) + α₀ (β₁ − β₀)/β₀ } (W. D. Penny, *Kullback–Leibler
/// divergences of normal, gamma, Dirichlet and Wishart densities*, 2001).
impl<V: Array> KlTo<Gamma<V>, V> for Gamma<V> {
    #[track_caller]
    fn kl_to(&self, p: &Gamma<V>) -> V {
        let parameters = [self.concentration(), self.rate(), p.concentration(), p.rate()];
        V::apply(SumOf("KL(Gamma ‖ Gamma)", BetweenGammas), &parameters)
    }
}

/// bd0(α₁, m) with m = α₀ β₁/β₀, and what [`remainder`] tells of α₀ and α₁: nothing large cancels. ∂/∂α₀ =
/// (α₀ − α₁) ψ′(α₀) + (β₁ − β₀)/β₀, ∂/∂β₀ = (α₁ − m)/β₀, ∂/∂α₁ = ln(α₁/m) + (ψ(α₁) − ln α₁) − (ψ(α₀) − ln α₀),
/// ∂/∂β₁ = (m − α₁)/β₁.
#[derive(Debug)]
struct BetweenGammas;

impl BetweenGammas {
    /// α₁ and m compared, and α₁ − m.
    #[inline(always)]
    fn compare<F: Real>([a0, b0, a1, b1]: [F; 4]) -> (Deviance<F>, F) {
        let excess = difference_of_products([a1, b0], [a0, b1]) / b0;
        (deviance_of_product(a1, [a0, b1 / b0], excess), excess)
    }
}

impl<F: Real> Function<F, 4> for BetweenGammas {
    #[inline(always)]
    fn f(&self, x: [F; 4]) -> F {
        let [a0, _, a1, _] = x;
        Self::compare(x).0.value + remainder(a0, a1)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, x: [F; 4]) -> F {
        let [a0, b0, a1, b1] = x;
        let (Deviance { log_ratio, .. }, excess) = Self::compare(x);
        match I {
            0 => (a0 - a1) * trigamma(a0) + (b1 - b0) / b0,
            1 => excess / b0,
            2 => log_ratio + (digamma_less_ln(a1) - digamma_less_ln(a0)),
            _ => -excess / b1,
        }
    }
}

/// By how much ln Γ at p is above its tangent at q, ln Γ(p) − ln Γ(q) − (p − q) ψ(q), less bd0(p, q): half of bd0(q,
/// p)/q, and the same for what Stirling's formula lacks, δ(p) − δ(q) − (p − q) δ′(q). No term is negative.
#[inline(always)]
pub(super) fn remainder<F: Real>(q: F, p: F) -> F {
    let above = stirling_error(p) - stirling_error(q) - (p - q) * stirling_error_derivative(q);
    F::of(0.5) * (scalar::bd0(q, p) / q) + above
}
