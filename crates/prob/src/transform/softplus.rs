//! The softplus function.

use super::{Invertible, Monotone, Transform};
use crate::SupportError;
use crate::limits::finite;
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;

/// y = log(1 + eˣ) > 0 for each element, with log|det ∂y/∂x| = Σⱼ log σ(xⱼ).
///
/// Far above 0 it is x itself, so that large values are not stretched as by [`Exp`](super::Exp).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Softplus;

/// ln σ(x) = −softplus(−x), with derivative σ(−x).
#[derive(Debug)]
struct LogSlope;

impl<F: Real> Function<F, 1> for LogSlope {
    #[inline(always)]
    fn f(&self, [x]: [F; 1]) -> F {
        -(-x).softplus()
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x]: [F; 1]) -> F {
        (-x).sigmoid()
    }
}

/// ln(eʸ − 1) = y + ln(1 − e⁻ʸ), which neither overflows nor loses digits near 0; with derivative 1/(1 − e⁻ʸ). `below`
/// and held for y ≤ 0.
#[derive(Debug)]
struct Inverse {
    below: f64,
}

impl<F: Real> Function<F, 1> for Inverse {
    #[inline(always)]
    fn f(&self, [y]: [F; 1]) -> F {
        let x = y + (-y).log1mexp();
        if outside(y) { F::of(self.below) } else { x }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [y]: [F; 1]) -> F {
        let slope = finite(-(-y).fast_exp_m1().recip());
        if outside(y) { F::zero() } else { slope }
    }
}

/// ln(1 − e⁻ʸ), with derivative 1/(eʸ − 1); ∞ and held for y ≤ 0.
#[derive(Debug)]
struct LogSlopeAt;

impl<F: Real> Function<F, 1> for LogSlopeAt {
    #[inline(always)]
    fn f(&self, [y]: [F; 1]) -> F {
        let log_slope = (-y).log1mexp();
        if outside(y) { F::infinity() } else { log_slope }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [y]: [F; 1]) -> F {
        let slope = y.fast_exp_m1().recip();
        if outside(y) { F::zero() } else { slope }
    }
}

/// Whether there is no x for y.
#[inline(always)]
fn outside<F: Real>(y: F) -> bool {
    y <= F::zero()
}

impl<V: Array> Transform<V> for Softplus {
    fn forward_with_log_det(&self, x: &V) -> (V, V) {
        (self.forward(x), V::apply(SumOf("Softplus::log_det", LogSlope), &[x]))
    }

    fn forward(&self, x: &V) -> V {
        x.softplus()
    }
}

impl<V: Array> Invertible<V> for Softplus {
    fn inverse_with_log_det(&self, y: &V) -> (V, V) {
        (self.inverse(y), V::apply(SumOf("Softplus::log_det", LogSlopeAt), &[y]))
    }

    fn inverse(&self, y: &V) -> V {
        V::apply(EachOf("Softplus::inverse", Inverse { below: 0.0 }), &[y])
    }

    fn supports(&self, y: &V) -> Result<(), SupportError> {
        SupportError::positive("Softplus", "y", &y.value())
    }
}

impl<V: Array> Monotone<V> for Softplus {
    fn cut(&self, y: &V) -> V {
        V::apply(EachOf("Softplus::cut", Inverse { below: f64::NEG_INFINITY }), &[y])
    }

    fn direction(&self) -> Tensor<V::F> {
        Tensor::scalar(V::F::of(1.0))
    }
}
