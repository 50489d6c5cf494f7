//! What several divergences have in common: how far a ratio is from 1.

use crate::special::scalar;
use autograd::ops::Function;
use autograd::prelude::*;

/// By how much b/a exceeds 1 + log(b/a): bd0(a, b)/a, in which nothing cancels; ∂/∂a = (a − b)/a²,
/// ∂/∂b = (b − a)/ab.
#[derive(Debug)]
pub(super) struct Excess;

impl<F: Real> Function<F, 2> for Excess {
    #[inline(always)]
    fn f(&self, [a, b]: [F; 2]) -> F {
        scalar::bd0(a, b) / a
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a, b]: [F; 2]) -> F {
        match I {
            0 => (a - b) / a / a,
            _ => (b - a) / a / b,
        }
    }
}
