//! Shares of a whole: beta and Dirichlet distributions.

use super::KlTo;
use super::gamma::remainder;
use crate::event::{spread, without_last};
use crate::special::scalar::trigamma;
use crate::special::{deviance_of_product, difference_of_products, digamma_less_ln};
use crate::{Beta, Dirichlet, Distribution};
use autograd::ops::{Function, SumOf};
use autograd::prelude::*;

/// Σⱼ { log B(α₁, β₁) − log B(α₀, β₀) + (α₀ − α₁) ψ(α₀) + (β₀ − β₁) ψ(β₀) + (n₁ − n₀) ψ(n₀) } with n = α + β: that
/// of Dirichlet distributions of two shares.
impl<V: Array> KlTo<Beta<V>, V> for Beta<V> {
    #[track_caller]
    fn kl_to(&self, p: &Beta<V>) -> V {
        let parameters = [self.concentration1(), self.concentration0(), p.concentration1(), p.concentration0()];
        V::apply(SumOf("KL(Beta ‖ Beta)", BetweenBetas), &parameters)
    }
}

/// bd0(α₁, n₁α₀/n₀) + bd0(β₁, n₁β₀/n₀), and what [`remainder`] tells of α and β less that of n: nothing large cancels.
/// ∂/∂α₀ = (α₀ − α₁) ψ′(α₀) + (n₁ − n₀) ψ′(n₀), ∂/∂α₁ = ψ(α₁) − ψ(n₁) − ψ(α₀) + ψ(n₀), and β likewise.
#[derive(Debug)]
struct BetweenBetas;

impl<F: Real> Function<F, 4> for BetweenBetas {
    #[inline(always)]
    fn f(&self, [a0, b0, a1, b1]: [F; 4]) -> F {
        let (n0, n1) = (a0 + b0, a1 + b1);
        let excess = difference_of_products([a1, b0], [b1, a0]) / n0;
        let loss = deviance_of_product(a1, [n1, a0 / n0], excess).value
            + deviance_of_product(b1, [n1, b0 / n0], -excess).value;
        loss + (remainder(a0, a1) + remainder(b0, b1) - remainder(n0, n1))
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a0, b0, a1, b1]: [F; 4]) -> F {
        let (n0, n1) = (a0 + b0, a1 + b1);
        // p is the concentration that moves, or that of the other distribution beside it, r the one on the other side.
        let ([p0, p1], [r0, r1]) = if I == 0 || I == 2 { ([a0, a1], [b0, b1]) } else { ([b0, b1], [a0, a1]) };
        if I < 2 {
            return (p0 - p1) * trigamma(p0) + ((p1 - p0) + (r1 - r0)) * trigamma(n0);
        }
        let excess = difference_of_products([p1, r0], [r1, p0]) / n0;
        let errors = digamma_less_ln(p1) - digamma_less_ln(n1) - digamma_less_ln(p0) + digamma_less_ln(n0);
        deviance_of_product(p1, [n1, p0 / n0], excess).log_ratio + errors
    }
}

/// log B(α₁) − log B(α₀) + Σᵢ (α₀ᵢ − α₁ᵢ)(ψ(α₀ᵢ) − ψ(A₀)) with log B(α) = Σᵢ log Γ(αᵢ) − log Γ(A) (W. D. Penny,
/// *Kullback–Leibler divergences of normal, gamma, Dirichlet and Wishart densities*, 2001).
impl<V: Array> KlTo<Dirichlet<V>, V> for Dirichlet<V> {
    #[track_caller]
    fn kl_to(&self, p: &Dirichlet<V>) -> V {
        let full = p.beside(self.shape());
        let [q_total, p_total] = [self, p].map(|d| spread(&d.totals(), full));
        let remainders = q_total.data().iter().zip(p_total.data()).map(|(q, p)| -remainder(*q, *p)).collect();
        let once = Tensor::new(q_total.shape(), remainders);
        let [q_total, p_total] = [q_total, p_total].map(|total| self.concentration().constant(&total));
        let parameters = [self.concentration(), p.concentration(), &q_total, &p_total];
        let shares = V::apply(SumOf("KL(Dirichlet ‖ Dirichlet)", BetweenShares), &parameters);
        shares + self.concentration().constant(&without_last(&once))
    }
}

/// The terms of a share: bd0(α₁, A₁α₀/A₀), and what [`remainder`] tells of α₀ and α₁.
///
/// What a vector has in common, A₀ and A₁, are constants here, so the derivatives are those of the whole divergence:
/// ∂/∂α₀ = (α₀ − α₁) ψ′(α₀) + (A₁ − A₀) ψ′(A₀), ∂/∂α₁ = ψ(α₁) − ψ(A₁) − ψ(α₀) + ψ(A₀).
#[derive(Debug)]
struct BetweenShares;

impl<F: Real> Function<F, 4> for BetweenShares {
    #[inline(always)]
    fn f(&self, [a0, a1, n0, n1]: [F; 4]) -> F {
        let excess = difference_of_products([a1, n0], [n1, a0]) / n0;
        deviance_of_product(a1, [n1, a0 / n0], excess).value + remainder(a0, a1)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a0, a1, n0, n1]: [F; 4]) -> F {
        match I {
            0 => (a0 - a1) * trigamma(a0) + (n1 - n0) * trigamma(n0),
            1 => {
                let excess = difference_of_products([a1, n0], [n1, a0]) / n0;
                let errors = digamma_less_ln(a1) - digamma_less_ln(n1) - digamma_less_ln(a0) + digamma_less_ln(n0);
                deviance_of_product(a1, [n1, a0 / n0], excess).log_ratio + errors
            }
            _ => F::zero(),
        }
    }
}
