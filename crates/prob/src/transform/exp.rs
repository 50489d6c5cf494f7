//! The exponential function.

use super::{Invertible, Monotone, Transform};
use crate::SupportError;
use crate::event::sum_event;
use crate::limits::finite;
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;

/// y = eˣ > 0 for each element, with log|det ∂y/∂x| = Σⱼ xⱼ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exp;

/// ln y, with derivative 1/y; `below` and held for y ≤ 0.
#[derive(Debug)]
struct Inverse {
    below: f64,
}

impl<F: Real> Function<F, 1> for Inverse {
    #[inline(always)]
    fn f(&self, [y]: [F; 1]) -> F {
        let x = y.fast_ln();
        if y <= F::zero() { F::of(self.below) } else { x }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [y]: [F; 1]) -> F {
        if y <= F::zero() { F::zero() } else { finite(y.recip()) }
    }
}

/// x, which is ln y, with derivative 1 by x; ∞ and held for y ≤ 0.
#[derive(Debug)]
struct LogSlope;

impl<F: Real> Function<F, 2> for LogSlope {
    #[inline(always)]
    fn f(&self, [y, x]: [F; 2]) -> F {
        if y <= F::zero() { F::infinity() } else { x }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [y, _]: [F; 2]) -> F {
        if (I == 0) | (y <= F::zero()) { F::zero() } else { F::one() }
    }
}

impl<V: Array> Transform<V> for Exp {
    fn forward_with_log_det(&self, x: &V) -> (V, V) {
        (x.exp(), sum_event(x.clone()))
    }

    fn forward(&self, x: &V) -> V {
        x.exp()
    }
}

impl<V: Array> Invertible<V> for Exp {
    fn inverse_with_log_det(&self, y: &V) -> (V, V) {
        let x = self.inverse(y);
        let log_det = V::apply(SumOf("Exp::log_det", LogSlope), &[y, &x]);
        (x, log_det)
    }

    fn inverse(&self, y: &V) -> V {
        V::apply(EachOf("Exp::inverse", Inverse { below: 0.0 }), &[y])
    }

    fn supports(&self, y: &V) -> Result<(), SupportError> {
        SupportError::positive("Exp", "y", &y.value())
    }
}

impl<V: Array> Monotone<V> for Exp {
    fn cut(&self, y: &V) -> V {
        V::apply(EachOf("Exp::cut", Inverse { below: f64::NEG_INFINITY }), &[y])
    }

    fn direction(&self) -> Tensor<V::F> {
        Tensor::scalar(V::F::of(1.0))
    }
}
