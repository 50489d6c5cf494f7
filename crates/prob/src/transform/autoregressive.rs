//! Autoregressive flows, in both directions.

use super::conditioner::{apply, ask, undo};
use super::{Conditioner, Invertible, Transform};
use crate::SupportError;
use crate::event::{full, sum_event};
use autograd::prelude::*;
use std::error::Error;
use std::fmt;

/// The inverse autoregressive flow: fast to draw from, as a posterior wants
/// (D. P. Kingma et al., *Improved Variational Inference with Inverse Autoregressive Flow*, 2016, eq. 10–11).
///
/// yᵢ = mᵢ(x₁ … xᵢ₋₁) + exp(sᵢ(x₁ … xᵢ₋₁)) xᵢ,  log|det ∂y/∂x| = Σᵢ sᵢ
///
/// The [`Conditioner`] gives all mᵢ and sᵢ at once from x, and the caller promises that those number i depend on the
/// elements before i alone: see [`check_autoregressive`]. The inverse finds one element after the other and asks the
/// conditioner K times. The paper's gate σ (eq. 13–14) is m = (1 − σ) μ with s = log σ.
///
/// Shapes: `x [.., K]`, m and s as x or broadcast to it.
#[derive(Clone, Debug)]
pub struct InverseAutoregressive<C> {
    conditioner: C,
}

impl<C> InverseAutoregressive<C> {
    /// From a conditioner that is autoregressive.
    pub fn new(conditioner: C) -> Self {
        InverseAutoregressive { conditioner }
    }
}

/// The masked autoregressive flow: fast to find the density of given data with
/// (G. Papamakarios, T. Pavlakou and I. Murray, *Masked Autoregressive Flow for Density Estimation*, 2017, eq. 2–5).
///
/// yᵢ = mᵢ(y₁ … yᵢ₋₁) + exp(sᵢ(y₁ … yᵢ₋₁)) xᵢ,  log|det ∂y/∂x| = Σᵢ sᵢ
///
/// As [`InverseAutoregressive`], with the conditioner asked about y: here the inverse is fast, and a draw finds one
/// element after the other.
#[derive(Clone, Debug)]
pub struct MaskedAutoregressive<C> {
    conditioner: C,
}

impl<C> MaskedAutoregressive<C> {
    /// From a conditioner that is autoregressive.
    pub fn new(conditioner: C) -> Self {
        MaskedAutoregressive { conditioner }
    }
}

/// The array z with zᵢ = f(aᵢ; mᵢ(z), sᵢ(z)) and Σ s: element i is found when those before it, all that mᵢ and sᵢ
/// depend on, are; what stands for the others is 0.
#[track_caller]
fn one_by_one<V: Array>(
    who: &str,
    conditioner: &impl Conditioner<V>,
    a: &V,
    f: impl Fn(&V, &(V, V)) -> (V, V),
) -> (V, V) {
    let shape = a.shape();
    let k = events(who, shape);
    let (mut found, mut log_dets) = (Vec::<V>::with_capacity(k), Vec::with_capacity(k));
    for i in 0..k {
        let unknown = full(a, shape.with(shape.rank() - 1, k - i), 0.0);
        let z = V::concat(&found.iter().chain([&unknown]).collect::<Vec<_>>(), -1);
        let (shift, log_scale) = ask(who, conditioner, &z, shape);
        let element = (element(&shift, i), element(&log_scale, i));
        let (z, log_det) = f(&a.slice(-1, i..i + 1), &element);
        found.push(z);
        log_dets.push(log_det);
    }
    let log_det = log_dets.into_iter().reduce(|sum, s| sum + s);
    let log_det = log_det.unwrap_or_else(|| sum_event(a.clone()));
    (V::concat(&found.iter().collect::<Vec<_>>(), -1), log_det)
}

/// Element i of events, or what stands for all of them.
fn element<V: Array>(x: &V, i: usize) -> V {
    match x.shape().dims().last() {
        None | Some(1) => x.clone(),
        _ => x.slice(-1, i..i + 1),
    }
}

/// K, the elements of an event.
#[track_caller]
fn events(who: &str, shape: Shape) -> usize {
    let k = shape.dims().last().copied().unwrap_or(0);
    assert!(k > 0, "{who}: needs an array [.., K], not {shape}");
    k
}

impl<V: Array, C: Conditioner<V>> Transform<V> for InverseAutoregressive<C> {
    #[track_caller]
    fn forward_with_log_det(&self, x: &V) -> (V, V) {
        events("InverseAutoregressive", x.shape());
        apply(x, &ask("InverseAutoregressive", &self.conditioner, x, x.shape()))
    }
}

impl<V: Array, C: Conditioner<V>> Invertible<V> for InverseAutoregressive<C> {
    #[track_caller]
    fn inverse_with_log_det(&self, y: &V) -> (V, V) {
        one_by_one("InverseAutoregressive", &self.conditioner, y, undo)
    }

    fn supports(&self, y: &V) -> Result<(), SupportError> {
        SupportError::finite("InverseAutoregressive", "y", &y.value())
    }
}

impl<V: Array, C: Conditioner<V>> Transform<V> for MaskedAutoregressive<C> {
    #[track_caller]
    fn forward_with_log_det(&self, x: &V) -> (V, V) {
        one_by_one("MaskedAutoregressive", &self.conditioner, x, apply)
    }
}

impl<V: Array, C: Conditioner<V>> Invertible<V> for MaskedAutoregressive<C> {
    #[track_caller]
    fn inverse_with_log_det(&self, y: &V) -> (V, V) {
        events("MaskedAutoregressive", y.shape());
        undo(y, &ask("MaskedAutoregressive", &self.conditioner, y, y.shape()))
    }

    fn supports(&self, y: &V) -> Result<(), SupportError> {
        SupportError::finite("MaskedAutoregressive", "y", &y.value())
    }
}

/// Which output of a conditioner depends on which element that it may not see, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAutoregressive(String);

impl fmt::Display for NotAutoregressive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for NotAutoregressive {}

/// Whether the shift and the log-scale number i of a conditioner depend on the elements before i alone: at an example
/// `[.., K]`, each element is moved by ±1 and those that may not move with it are compared bit for bit.
///
/// Steps of 1 find what derivatives at one point, which may be 0 there, do not. It is for tests of a network: the
/// conditioner is asked 2K + 1 times.
///
/// ```
/// use autograd::prelude::*;
/// use prob::transform::check_autoregressive;
///
/// let x = Tensor::from([0.5, -1.0, 2.0]);
/// let why = check_autoregressive(&|x: &Tensor<f64>| (x * 0.0, x.clone()), &x).unwrap_err();
/// assert_eq!(why.to_string(), "the conditioner is not autoregressive: log-scale 0 depends on element 0");
/// ```
///
/// # Errors
/// The first output that depends on an element that it may not see.
///
/// # Panics
/// If the example is a number or empty, or the conditioner's shapes do not go with it.
pub fn check_autoregressive<V: Array>(conditioner: &impl Conditioner<V>, x: &V) -> Result<(), NotAutoregressive> {
    let k = events("check_autoregressive", x.shape());
    let outputs = |x: &V| {
        let (shift, log_scale) = ask("check_autoregressive", conditioner, x, x.shape());
        [("shift", spread(&shift, x)), ("log-scale", spread(&log_scale, x))]
    };
    let before = outputs(x);
    for (j, step) in (0..k).flat_map(|j| [(j, 1.0), (j, -1.0)]) {
        let mut moved = x.value();
        moved.data_mut().iter_mut().skip(j).step_by(k).for_each(|x| *x += V::F::of(step));
        let after = outputs(&x.constant(&moved));
        for ((what, a), (_, b)) in before.iter().zip(&after) {
            // What is NaN cannot be told to be the same, and is no shift or log-scale.
            let moves = |i: &usize| a[*i..].iter().step_by(k).zip(b[*i..].iter().step_by(k)).any(|(a, b)| a != b);
            if let Some(i) = (0..=j).find(moves) {
                let why = format!("the conditioner is not autoregressive: {what} {i} depends on element {j}");
                return Err(NotAutoregressive(why));
            }
        }
    }
    Ok(())
}

/// The numbers repeated to the shape of `like`.
fn spread<V: Array>(x: &V, like: &V) -> Vec<V::F> {
    (x.value() + Tensor::zeros(like.shape())).data().to_vec()
}
