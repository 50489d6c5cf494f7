//! Autoregressive flows.

use super::{Conditioner, Inverse, Transform};
use crate::event::{expand, sum_event};
use autograd::prelude::*;
use std::error::Error;
use std::fmt;

/// yᵢ = tᵢ(x₁, …, xᵢ₋₁) + xᵢ exp sᵢ(x₁, …, xᵢ₋₁), log|det| = Σ sᵢ: forward, to draw, in one call of the conditioner; back in K
/// of them (D. P. Kingma et al., *Improved Variational Inference with Inverse Autoregressive Flow*, 2016). A posterior's
/// draw with its log-density needs no way back: see
/// [`rsample_with_log_prob`](crate::Transformed::rsample_with_log_prob).
///
/// The conditioner gets the whole vector and promises that its outputs i depend on elements before i alone, as masked
/// networks do: [`check_autoregressive`] tries it.
#[derive(Clone, Debug)]
pub struct InverseAutoregressive<C>(C);

impl<C> InverseAutoregressive<C> {
    /// From an autoregressive conditioner.
    pub fn new(conditioner: C) -> Self {
        InverseAutoregressive(conditioner)
    }
}

/// yᵢ = tᵢ(y₁, …, yᵢ₋₁) + xᵢ exp sᵢ(y₁, …, yᵢ₋₁), log|det| = Σ sᵢ: back, to tell a density, in one call of the conditioner;
/// forward in K of them (G. Papamakarios, T. Pavlakou and I. Murray, *Masked Autoregressive Flow for Density
/// Estimation*, 2017). It is the inverse autoregressive flow the other way round.
///
/// The conditioner gets the whole vector and promises that its outputs i depend on elements before i alone, as masked
/// networks do: [`check_autoregressive`] tries it.
#[derive(Clone, Debug)]
pub struct MaskedAutoregressive<C>(C);

impl<C> MaskedAutoregressive<C> {
    /// From an autoregressive conditioner.
    pub fn new(conditioner: C) -> Self {
        MaskedAutoregressive(conditioner)
    }
}

/// Shift and log-scale given v. A log-scale that stands for several elements counts for each.
fn condition<V: Array>(c: &impl Conditioner<V>, v: &V) -> (V, V) {
    let (shift, log_scale) = c.condition(v);
    (shift, expand(log_scale, v.shape()))
}

/// In one call: shift + v exp(log-scale) of v given all of v.
fn scaled<V: Array>(c: &impl Conditioner<V>, v: &V) -> (V, V) {
    let (shift, log_scale) = condition(c, v);
    (v.clone() * log_scale.exp() + shift, sum_event(log_scale))
}

/// In one call: (v − shift) exp(−log-scale) of v given all of v.
fn standardized<V: Array>(c: &impl Conditioner<V>, v: &V) -> (V, V) {
    let (shift, log_scale) = condition(c, v);
    ((v.clone() - shift) * (-log_scale.clone()).exp(), -sum_event(log_scale))
}

/// v with `step(w, shift, log-scale) = v` in each element, where shift and log-scale are given by the elements of v before: one
/// after the other, each call of the conditioner giving one more. In the end Σ log-scale, too.
fn solve<V: Array>(c: &impl Conditioner<V>, w: &V, step: impl Fn(&V, &V, &V) -> V) -> (V, V) {
    let shape = w.shape();
    let k = shape[shape.rank() - 1];
    let mut v = w.clone();
    for i in 0..k {
        let (shift, log_scale) = condition(c, &v);
        let all = step(w, &shift, &log_scale);
        // What is before i stays; what comes after does not matter yet.
        v = if i == 0 { all } else { V::concat(&[&v.slice(-1, ..i), &all.slice(-1, i..)], -1) };
    }
    let (_, log_scale) = condition(c, &v);
    (v, sum_event(log_scale))
}

impl<V: Array, C: Conditioner<V>> Transform<V> for InverseAutoregressive<C> {
    fn forward(&self, x: &V) -> (V, V) {
        scaled(&self.0, x)
    }
}

impl<V: Array, C: Conditioner<V>> Inverse<V> for InverseAutoregressive<C> {
    fn inverse(&self, y: &V) -> (V, V) {
        let (x, sum) = solve(&self.0, y, |y, shift, log_scale| (y.clone() - shift) * (-log_scale.clone()).exp());
        (x, -sum)
    }
}

impl<V: Array, C: Conditioner<V>> Transform<V> for MaskedAutoregressive<C> {
    fn forward(&self, x: &V) -> (V, V) {
        solve(&self.0, x, |x, shift, log_scale| x.clone() * log_scale.exp() + shift)
    }
}

impl<V: Array, C: Conditioner<V>> Inverse<V> for MaskedAutoregressive<C> {
    fn inverse(&self, y: &V) -> (V, V) {
        standardized(&self.0, y)
    }
}

/// Which output of a conditioner depends on what it must not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAutoregressive {
    output: usize,
    input: usize,
}

impl fmt::Display for NotAutoregressive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotAutoregressive { output, input } = self;
        write!(f, "the conditioner is not autoregressive: output {output} depends on element {input}")
    }
}

impl Error for NotAutoregressive {}

/// Tries a conditioner at x `[.., K]`: its outputs i may depend on elements before i alone.
///
/// Each element is changed in turn, and outputs up to it must keep every bit.
///
/// # Errors
/// Which output depends on which element. That none is found proves nothing about other x.
pub fn check_autoregressive<F: Real>(c: &impl Conditioner<Tensor<F>>, x: &Tensor<F>) -> Result<(), NotAutoregressive> {
    let k = x.shape()[x.shape().rank() - 1];
    let (shift, log_scale) = c.condition(x);
    for input in 0..k {
        let step = |i: usize| if i % k == input { F::one() } else { F::zero() };
        let (moved_shift, moved_log_scale) = c.condition(&(x + Tensor::from_fn(x.shape(), step)));
        let differs = |a: &Tensor<F>, b: &Tensor<F>, i: usize| a.data()[i] != b.data()[i];
        let depends = |i: usize| differs(&shift, &moved_shift, i) || differs(&log_scale, &moved_log_scale, i);
        if let Some(i) = (0..x.shape().size()).find(|&i| i % k <= input && depends(i)) {
            return Err(NotAutoregressive { output: i % k, input });
        }
    }
    Ok(())
}
