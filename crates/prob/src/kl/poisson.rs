//! The Poisson distribution.

use super::KlTo;
use crate::event::{sum_event, together};
use crate::special::{bd0, deviance};
use crate::{Distribution, Poisson};
use autograd::ops::{Function, SumOf};
use autograd::prelude::*;

/// Σⱼ { λ₀ log(λ₀/λ₁) + λ₁ − λ₀ } = Σⱼ bd0(λ₀, λ₁); ∞ where p never counts and q does.
impl<V: Array> KlTo<Poisson<V>, V> for Poisson<V> {
    #[track_caller]
    fn kl_to(&self, p: &Poisson<V>) -> V {
        together("KL(Poisson ‖ Poisson)", self.shape(), p.shape());
        match (self.given_log_rate(), p.given_log_rate()) {
            (Some(l0), Some(l1)) => V::apply(SumOf("KL(Poisson ‖ Poisson)", DevianceOfLogs), &[l0, l1]),
            _ => sum_event(bd0(&self.rate(), &p.rate())),
        }
    }
}

/// bd0(λ₀, λ₁) of l₀ = log λ₀ and l₁ = log λ₁, whose difference has digits that the rates have lost; ∂/∂l₀ = λ₀ (l₀ − l₁),
/// ∂/∂l₁ = λ₁ − λ₀ = λ₀ (exp(l₁ − l₀) − 1).
#[derive(Debug)]
struct DevianceOfLogs;

impl<F: Real> Function<F, 2> for DevianceOfLogs {
    #[inline(always)]
    fn f(&self, [l0, l1]: [F; 2]) -> F {
        let (rate, other) = (l0.fast_exp(), l1.fast_exp());
        deviance(rate, other, -rate * (l1 - l0).fast_exp_m1(), l0 - l1)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [l0, l1]: [F; 2]) -> F {
        let (rate, other, distance) = (l0.fast_exp(), l1.fast_exp(), l1 - l0);
        let slope = match I {
            0 => -rate * distance,
            _ if distance < F::one() => rate * distance.fast_exp_m1(),
            _ => other - rate,
        };
        let at_nothing = if I == 0 { F::zero() } else { other };
        if rate == F::zero() { at_nothing } else { slope }
    }
}
