//! Uniform distributions on intervals.

use super::KlTo;
use crate::event::{expand, together};
use crate::{Distribution, Uniform};
use autograd::ops::{Function, SumOf};
use autograd::prelude::*;

/// Σⱼ log((dⱼ − cⱼ)/(bⱼ − aⱼ)) for q on \[a, b\] inside \[c, d\] of p; ∞ where q allows what p rules out.
impl<V: Array> KlTo<Uniform<V>, V> for Uniform<V> {
    #[track_caller]
    fn kl_to(&self, p: &Uniform<V>) -> V {
        let shape = together("KL(Uniform ‖ Uniform)", self.shape(), p.shape());
        let low = expand(self.low().clone(), shape);
        V::apply(SumOf("KL(Uniform ‖ Uniform)", Wider), &[&low, self.high(), p.low(), p.high()])
    }
}

/// log(d − c) − log(b − a); ∂/∂a = 1/(b − a), ∂/∂b = −1/(b − a), ∂/∂c = −1/(d − c), ∂/∂d = 1/(d − c); where \[a, b\] is
/// not inside \[c, d\], ∞ that nothing moves.
#[derive(Debug)]
struct Wider;

impl<F: Real> Function<F, 4> for Wider {
    #[inline(always)]
    fn f(&self, [a, b, c, d]: [F; 4]) -> F {
        let kl = ((d - c) / (b - a)).fast_ln();
        if (a < c) | (b > d) { F::infinity() } else { kl }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a, b, c, d]: [F; 4]) -> F {
        let slope = match I {
            0 => (b - a).recip(),
            1 => -(b - a).recip(),
            2 => -(d - c).recip(),
            _ => (d - c).recip(),
        };
        if (a < c) | (b > d) { F::zero() } else { slope }
    }
}
