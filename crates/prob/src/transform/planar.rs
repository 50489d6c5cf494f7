//! The planar flow.

use super::{Invertible, Transform};
use crate::event::{expand, together};
use crate::{ParameterError, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;

/// y = x + û tanh(wᵀx + b), which pushes space along û on either side of the plane wᵀx + b = 0
/// (D. J. Rezende and S. Mohamed, *Variational Inference with Normalizing Flows*, 2015, eq. 10–12 and appendix A.1).
///
/// log|det ∂y/∂x| = log(1 + (1 − tanh²(wᵀx + b)) wᵀû)
///
/// It is one-to-one where wᵀû > −1, and û = u + (m(wᵀu) − wᵀu) w/‖w‖² with m(a) = softplus(a) − 1 is made so for every u.
/// That has no limit at w = 0, so that w should not start near it.
///
/// The inverse has no closed form, but it is one number an event: s = wᵀx + b is the root of s + wᵀû tanh s = wᵀy + b,
/// which rises in s; it is found to rounding, and its derivative is that of the implicit function. A draw with its density
/// does not take it.
///
/// Shapes: `w` and `u` `[.., K]`, `b` `[..]`; `x [.., K]` with K ≥ 1.
#[derive(Clone, Debug)]
pub struct Planar<V> {
    w: V,
    b: V,
    /// û.
    u_hat: V,
    /// 1 + wᵀû = softplus(wᵀu).
    gain: V,
}

impl<V: Array> Planar<V> {
    /// From w ≠ 0, the direction u before it is corrected, and the offset b.
    ///
    /// # Panics
    /// If the shapes do not go together. The values are not looked at: see [`validated`](Planar::validated).
    #[track_caller]
    pub fn new(w: V, u: V, b: V) -> Self {
        let full = together("Planar: w and u", w.shape(), u.shape());
        assert!(full.rank() > 0, "Planar: needs w and u [.., K], not numbers");
        let (w, u) = (expand(w, full), expand(u, full));
        together("Planar: b and the rows of w", b.shape(), full.without(full.rank() - 1));
        let along = dot(&w, &u);
        let correction = ((-along.clone()).softplus() - 1.0) / dot(&w, &w);
        let u_hat = add_along(&u, &w, &correction);
        Planar { w, b, u_hat, gain: along.softplus() }
    }

    /// The same transform, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If w is 0, or a parameter is not finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        let norm = self.w.value().square().sum(-1);
        ParameterError::positive("Planar", "‖w‖²", &norm)?;
        ParameterError::finite("Planar", "û, which u is corrected to,", &self.u_hat)?;
        ParameterError::finite("Planar", "b", &self.b)?;
        Ok(self)
    }

    /// û, the direction in which space is pushed.
    pub fn direction(&self) -> &V {
        &self.u_hat
    }

    fn log_det(&self, s: &V) -> V {
        V::apply(EachOf("Planar::log_det", LogDet), &[s, &self.gain])
    }
}

/// Σⱼ aⱼ bⱼ.
#[track_caller]
fn dot<V: Array>(a: &V, b: &V) -> V {
    V::apply(SumOf("Planar", Product), &[a, b])
}

/// x + c d for each event, with a number c for each.
#[track_caller]
fn add_along<V: Array>(x: &V, d: &V, c: &V) -> V {
    V::apply(EachOf("Planar", Along), &[x, d, &c.reshape(c.shape().push(1))])
}

/// a b; ∂/∂a = b, ∂/∂b = a.
#[derive(Debug)]
struct Product;

impl<F: Real> Function<F, 2> for Product {
    #[inline(always)]
    fn f(&self, [a, b]: [F; 2]) -> F {
        a * b
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a, b]: [F; 2]) -> F {
        if I == 0 { b } else { a }
    }
}

/// x + c d; ∂/∂x = 1, ∂/∂d = c, ∂/∂c = d.
#[derive(Debug)]
struct Along;

impl<F: Real> Function<F, 3> for Along {
    #[inline(always)]
    fn f(&self, [x, d, c]: [F; 3]) -> F {
        x + c * d
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [_, d, c]: [F; 3]) -> F {
        match I {
            0 => F::one(),
            1 => c,
            _ => d,
        }
    }
}

/// ln D with D = 1 + (1 − t²)(g − 1) = t² + (1 − t²) g, t = tanh s and g = 1 + wᵀû, where nothing cancels;
/// ∂/∂s = 2t (1 − t²)(1 − g)/D, ∂/∂g = (1 − t²)/D.
#[derive(Debug)]
struct LogDet;

impl<F: Real> Function<F, 2> for LogDet {
    #[inline(always)]
    fn f(&self, [s, gain]: [F; 2]) -> F {
        let t = s.fast_tanh();
        stretch(t, gain).fast_ln()
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [s, gain]: [F; 2]) -> F {
        let t = s.fast_tanh();
        let flatness = (F::one() - t * t) / stretch(t, gain);
        if I == 0 { (t + t) * (F::one() - gain) * flatness } else { flatness }
    }
}

/// D for t = tanh s: the derivative of s + (g − 1) tanh s.
#[inline(always)]
fn stretch<F: Real>(t: F, gain: F) -> F {
    t * t + (F::one() - t * t) * gain
}

/// The root s of s + (g − 1) tanh s = c; ∂/∂c = 1/D, ∂/∂g = −tanh s/D.
#[derive(Debug)]
struct Root;

impl<F: Real> Function<F, 2> for Root {
    fn f(&self, [c, gain]: [F; 2]) -> F {
        F::of(root(c.as_f64(), gain.as_f64()))
    }

    fn d<const I: usize>(&self, [c, gain]: [F; 2]) -> F {
        let s = root(c.as_f64(), gain.as_f64());
        let d = stretch(s.tanh(), gain.as_f64()).recip();
        F::of(if I == 0 { d } else { -s.tanh() * d })
    }
}

/// Newton's method, with bisection where a step leaves the bracket, which c ± |g − 1| begins.
fn root(c: f64, gain: f64) -> f64 {
    let m = gain - 1.0;
    let (mut low, mut high) = (c - m.abs(), c + m.abs());
    let mut s = c;
    for _ in 0..200 {
        let excess = s + m * s.tanh() - c;
        if excess == 0.0 || low >= high {
            break;
        }
        if excess > 0.0 {
            high = s
        } else {
            low = s
        }
        let newton = s - excess / stretch(s.tanh(), gain);
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if next == s {
            break;
        }
        s = next;
    }
    s
}

impl<V: Array> Transform<V> for Planar<V> {
    #[track_caller]
    fn forward_with_log_det(&self, x: &V) -> (V, V) {
        let s = dot(x, &self.w) + &self.b;
        (add_along(x, &self.u_hat, &s.tanh()), self.log_det(&s))
    }

    #[track_caller]
    fn forward(&self, x: &V) -> V {
        add_along(x, &self.u_hat, &(dot(x, &self.w) + &self.b).tanh())
    }
}

impl<V: Array> Invertible<V> for Planar<V> {
    #[track_caller]
    fn inverse_with_log_det(&self, y: &V) -> (V, V) {
        let s = V::apply(EachOf("Planar::inverse", Root), &[&(dot(y, &self.w) + &self.b), &self.gain]);
        (add_along(y, &self.u_hat, &-s.tanh()), self.log_det(&s))
    }

    fn supports(&self, y: &V) -> Result<(), SupportError> {
        SupportError::finite("Planar", "y", &y.value())
    }
}
