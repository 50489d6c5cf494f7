//! The logistic function.

use super::{Invertible, Monotone, Transform};
use crate::SupportError;
use crate::limits::finite;
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;

/// y = σ(x) = 1/(1 + e⁻ˣ) in (0, 1) for each element, with log|det ∂y/∂x| = Σⱼ { log σ(xⱼ) + log σ(−xⱼ) }.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sigmoid;

/// ln σ(x) + ln σ(−x) = −|x| − 2 ln(1 + e^−|x|), with derivative −tanh ½x.
#[derive(Debug)]
struct LogSlope;

impl<F: Real> Function<F, 1> for LogSlope {
    #[inline(always)]
    fn f(&self, [x]: [F; 1]) -> F {
        let a = x.abs();
        -a - F::of(2.0) * (-a).fast_exp_nonpositive().fast_ln_1p_unit()
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x]: [F; 1]) -> F {
        -(F::of(0.5) * x).fast_tanh()
    }
}

/// ln(y/(1 − y)), with derivative 1/(y (1 − y)); held outside (0, 1), −`end` below and `end` above.
#[derive(Debug)]
struct Inverse {
    end: f64,
}

impl<F: Real> Function<F, 1> for Inverse {
    #[inline(always)]
    fn f(&self, [y]: [F; 1]) -> F {
        let x = (y / (F::one() - y)).fast_ln();
        let end = F::of(if y < F::one() { -self.end } else { self.end });
        if outside(y) { end } else { x }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [y]: [F; 1]) -> F {
        let slope = finite((y * (F::one() - y)).recip());
        if outside(y) { F::zero() } else { slope }
    }
}

/// ln(y (1 − y)), with derivative (1 − 2y)/(y (1 − y)); ∞ and held outside (0, 1).
#[derive(Debug)]
struct LogSlopeAt;

impl<F: Real> Function<F, 1> for LogSlopeAt {
    #[inline(always)]
    fn f(&self, [y]: [F; 1]) -> F {
        let log_slope = (y * (F::one() - y)).fast_ln();
        if outside(y) { F::infinity() } else { log_slope }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [y]: [F; 1]) -> F {
        let slope = (F::one() - y - y) / (y * (F::one() - y));
        if outside(y) { F::zero() } else { slope }
    }
}

/// Whether there is no x for y.
#[inline(always)]
fn outside<F: Real>(y: F) -> bool {
    (y <= F::zero()) | (y >= F::one())
}

impl<V: Array> Transform<V> for Sigmoid {
    fn forward_with_log_det(&self, x: &V) -> (V, V) {
        (self.forward(x), V::apply(SumOf("Sigmoid::log_det", LogSlope), &[x]))
    }

    fn forward(&self, x: &V) -> V {
        x.sigmoid()
    }
}

impl<V: Array> Invertible<V> for Sigmoid {
    fn inverse_with_log_det(&self, y: &V) -> (V, V) {
        (self.inverse(y), V::apply(SumOf("Sigmoid::log_det", LogSlopeAt), &[y]))
    }

    fn inverse(&self, y: &V) -> V {
        V::apply(EachOf("Sigmoid::inverse", Inverse { end: 0.0 }), &[y])
    }

    fn supports(&self, y: &V) -> Result<(), SupportError> {
        SupportError::check("Sigmoid", "y", "between 0 and 1", &y.value(), |y| y > 0.0 && y < 1.0)
    }
}

impl<V: Array> Monotone<V> for Sigmoid {
    fn cut(&self, y: &V) -> V {
        V::apply(EachOf("Sigmoid::cut", Inverse { end: f64::INFINITY }), &[y])
    }

    fn direction(&self) -> Tensor<V::F> {
        Tensor::scalar(V::F::of(1.0))
    }
}
