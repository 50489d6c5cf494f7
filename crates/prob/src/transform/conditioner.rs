//! What shifts and scales an element by what others are.

use crate::event::sum_repeated;
use autograd::ops::{EachOf, Function};
use autograd::prelude::*;

/// A function of an array that gives the shift and the log-scale for others: a network, in most cases. Closures are.
///
/// The log-scale is used as it comes. That of a network should be bounded, `s.tanh() * 2.0` say, since one large value
/// makes e to it overflow; at 0, where a last layer of zeros starts, the transform is the identity.
pub trait Conditioner<V: Array> {
    /// Shift and log-scale, each of a shape that broadcasts to that of the part to be transformed.
    fn shift_and_log_scale(&self, x: &V) -> (V, V);
}

impl<V: Array, C: Fn(&V) -> (V, V)> Conditioner<V> for C {
    fn shift_and_log_scale(&self, x: &V) -> (V, V) {
        self(x)
    }
}

/// The conditioner's answer for a part of the given shape.
///
/// # Panics
/// If it does not broadcast to that; `who` says whose conditioner it is.
#[track_caller]
pub(super) fn ask<V: Array>(who: &str, conditioner: &impl Conditioner<V>, x: &V, part: Shape) -> (V, V) {
    let (shift, log_scale) = conditioner.shift_and_log_scale(x);
    let fits = |a: &V| part.broadcast(a.shape()) == Ok(part);
    assert!(
        fits(&shift) && fits(&log_scale),
        "{who}: the conditioner gives the shift {} and the log-scale {} for a part {part}",
        shift.shape(),
        log_scale.shape()
    );
    (shift, log_scale)
}

/// m + eˢ x and Σ s.
pub(super) fn apply<V: Array>(x: &V, (shift, log_scale): &(V, V)) -> (V, V) {
    let y = V::apply(EachOf("ShiftAndScale::forward", Forward), &[x, shift, log_scale]);
    (y, sum_repeated(log_scale.clone(), x.shape()))
}

/// (y − m) e⁻ˢ and Σ s.
pub(super) fn undo<V: Array>(y: &V, (shift, log_scale): &(V, V)) -> (V, V) {
    let x = V::apply(EachOf("ShiftAndScale::inverse", Inverse), &[y, shift, log_scale]);
    (x, sum_repeated(log_scale.clone(), y.shape()))
}

/// m + eˢ x; ∂/∂x = eˢ, ∂/∂m = 1, ∂/∂s = eˢ x.
#[derive(Debug)]
struct Forward;

impl<F: Real> Function<F, 3> for Forward {
    #[inline(always)]
    fn f(&self, [x, shift, log_scale]: [F; 3]) -> F {
        shift + log_scale.fast_exp() * x
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, _, log_scale]: [F; 3]) -> F {
        match I {
            0 => log_scale.fast_exp(),
            1 => F::one(),
            _ => log_scale.fast_exp() * x,
        }
    }
}

/// (y − m) e⁻ˢ; ∂/∂y = e⁻ˢ, ∂/∂m = −e⁻ˢ, ∂/∂s = −(y − m) e⁻ˢ.
#[derive(Debug)]
struct Inverse;

impl<F: Real> Function<F, 3> for Inverse {
    #[inline(always)]
    fn f(&self, [y, shift, log_scale]: [F; 3]) -> F {
        (y - shift) * (-log_scale).fast_exp()
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [y, shift, log_scale]: [F; 3]) -> F {
        let narrowness = (-log_scale).fast_exp();
        match I {
            0 => narrowness,
            1 => -narrowness,
            _ => (shift - y) * narrowness,
        }
    }
}
