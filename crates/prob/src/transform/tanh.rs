//! The hyperbolic tangent.

use super::{Invertible, Monotone, Transform};
use crate::SupportError;
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use std::f64::consts::LN_2;

/// y = tanh x in (−1, 1) for each element, with log|det ∂y/∂x| = Σⱼ 2 (log 2 − xⱼ − softplus(−2xⱼ)).
///
/// The log-determinant keeps its digits where y rounds to ±1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tanh;

/// ln(1 − tanh² x) = 2 (ln 2 − |x| − ln(1 + e^−2|x|)), the formula with softplus on either side of 0; with derivative
/// −2 tanh x.
#[derive(Debug)]
struct LogSlope;

impl<F: Real> Function<F, 1> for LogSlope {
    #[inline(always)]
    fn f(&self, [x]: [F; 1]) -> F {
        let a = x.abs();
        F::of(2.0) * (F::of(LN_2) - a - (F::of(-2.0) * a).fast_exp_nonpositive().fast_ln_1p_unit())
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x]: [F; 1]) -> F {
        F::of(-2.0) * x.fast_tanh()
    }
}

/// artanh y = ½ ln(1 + 2|y|/(1 − |y|)) with the sign of y, with derivative 1/(1 − y²); for |y| ≥ 1 held, `end` with the
/// sign of y.
#[derive(Debug)]
struct Inverse {
    end: f64,
}

impl<F: Real> Function<F, 1> for Inverse {
    #[inline(always)]
    fn f(&self, [y]: [F; 1]) -> F {
        let a = y.abs();
        let x = F::of(0.5) * ((a + a) / (F::one() - a)).fast_ln_1p();
        let x = if outside(y) { F::of(self.end) } else { x };
        if y < F::zero() { -x } else { x }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [y]: [F; 1]) -> F {
        let slope = ((F::one() - y) * (F::one() + y)).recip();
        if outside(y) { F::zero() } else { slope }
    }
}

/// ln(1 − y²) = ln((1 − y)(1 + y)), with derivative −2y/(1 − y²); ∞ and held for |y| ≥ 1.
#[derive(Debug)]
struct LogSlopeAt;

impl<F: Real> Function<F, 1> for LogSlopeAt {
    #[inline(always)]
    fn f(&self, [y]: [F; 1]) -> F {
        let log_slope = ((F::one() - y) * (F::one() + y)).fast_ln();
        if outside(y) { F::infinity() } else { log_slope }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [y]: [F; 1]) -> F {
        let slope = -(y + y) / ((F::one() - y) * (F::one() + y));
        if outside(y) { F::zero() } else { slope }
    }
}

/// Whether there is no x for y.
#[inline(always)]
fn outside<F: Real>(y: F) -> bool {
    y.abs() >= F::one()
}

impl<V: Array> Transform<V> for Tanh {
    fn forward_with_log_det(&self, x: &V) -> (V, V) {
        (self.forward(x), V::apply(SumOf("Tanh::log_det", LogSlope), &[x]))
    }

    fn forward(&self, x: &V) -> V {
        x.tanh()
    }
}

impl<V: Array> Invertible<V> for Tanh {
    fn inverse_with_log_det(&self, y: &V) -> (V, V) {
        (self.inverse(y), V::apply(SumOf("Tanh::log_det", LogSlopeAt), &[y]))
    }

    fn inverse(&self, y: &V) -> V {
        V::apply(EachOf("Tanh::inverse", Inverse { end: 0.0 }), &[y])
    }

    fn supports(&self, y: &V) -> Result<(), SupportError> {
        SupportError::check("Tanh", "y", "between -1 and 1", &y.value(), |y| y.abs() < 1.0)
    }
}

impl<V: Array> Monotone<V> for Tanh {
    fn cut(&self, y: &V) -> V {
        V::apply(EachOf("Tanh::cut", Inverse { end: f64::INFINITY }), &[y])
    }

    fn direction(&self) -> Tensor<V::F> {
        Tensor::scalar(V::F::of(1.0))
    }
}
