//! The continuous Bernoulli distribution.

use super::KlTo;
use crate::ContinuousBernoulli;
use crate::continuous_bernoulli::Mean;
use crate::special::quadrature::with_few_nodes;
use crate::special::truncated_exponential::{log_normalizer, mean, variance};
use autograd::ops::{Function, SumOf};
use autograd::prelude::*;

/// Σⱼ { A(l₁) − A(l₀) − (l₁ − l₀) E_q\[xⱼ\] } with A(l) = log ∫₀¹ eˡˣ dx, whose derivatives are the mean and the variance; with
/// a relative error of some hundred roundings at most, and near q = p of some.
impl<V: Array> KlTo<ContinuousBernoulli<V>, V> for ContinuousBernoulli<V> {
    #[track_caller]
    fn kl_to(&self, p: &ContinuousBernoulli<V>) -> V {
        let terms = SumOf("KL(ContinuousBernoulli ‖ ContinuousBernoulli)", BetweenContinuousBernoullis);
        V::apply(terms, &[self.logits(), p.logits()])
    }
}

/// As it stands, with what logits of large size have in common left out; near l₁ = l₀, where that cancels, the integral
/// d² ∫₀¹ (1 − t) v(l₀ + t d) dt of the variance v with d = l₁ − l₀. ∂/∂l₀ = −d v(l₀); ∂/∂l₁ is the difference of the means,
/// and near l₁ = l₀ d ∫₀¹ v(l₀ + t d) dt.
#[derive(Debug)]
struct BetweenContinuousBernoullis;

/// Whether the variance is a polynomial of degree 15, but for rounding, between two logits.
#[inline(always)]
fn are_near<F: Real>(l0: F, l1: F) -> bool {
    let least = if l0.abs() < l1.abs() { l0.abs() } else { l1.abs() };
    (l1 - l0).abs() < F::one() + F::of(0.25) * least
}

impl<F: Real> Function<F, 2> for BetweenContinuousBernoullis {
    #[inline(always)]
    fn f(&self, [l0, l1]: [F; 2]) -> F {
        let (d, q, p) = (l1 - l0, l0.abs(), l1.abs());
        let near = d * d * with_few_nodes(|t| (F::one() - t) * variance((l0 + t * d).abs()));
        let m = mean(q);
        let same_side = (l0 > F::zero()) == (l1 > F::zero());
        let rate = if same_side { (p - q) * m } else { p * (F::one() - m) - q * m };
        let far = log_normalizer(q) - log_normalizer(p) + rate;
        if are_near(l0, l1) { near } else { far }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [l0, l1]: [F; 2]) -> F {
        let d = l1 - l0;
        if I == 0 {
            return -d * variance(l0.abs());
        }
        let near = d * with_few_nodes(|t| variance((l0 + t * d).abs()));
        let far = Mean.f([l1]) - Mean.f([l0]);
        if are_near(l0, l1) { near } else { far }
    }
}
