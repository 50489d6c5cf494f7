//! Coupling layers.

use super::{Conditioner, Inverse, Transform};
use crate::event::{expand, sum_event};
use autograd::prelude::*;

/// One half of a vector passes unchanged, and says how the other is shifted and scaled: y₁ = x₁, y₂ = t(x₁) + x₂ ⊙ exp s(x₁),
/// with log|det| = Σ s(x₁) (L. Dinh, J. Sohl-Dickstein and S. Bengio, *Density Estimation Using Real NVP*, 2017).
///
/// Both directions take one call of the conditioner, which gets `[.., ⌊K/2⌋]` of `[.., K]` (or the rest, where that passes)
/// and gives shift and log-scale of the other half's shape. Layers in which the halves take turns move everything. A log-scale
/// from a network is best bounded, as by c·tanh(s/c): its exponential is what makes training unstable.
///
/// ```
/// use autograd::prelude::*;
/// use prob::transform::{Coupling, Inverse, Transform};
///
/// let flow = Coupling::first(|x: &Tensor<f64>| (x.clone() * 2.0, x.tanh()));
/// let x = Tensor::from([[1.0, 0.5]]);
/// let (again, _) = flow.inverse(&flow.forward(&x).0);
/// assert!((again - x).abs().max(-1).item() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Coupling<C> {
    conditioner: C,
    first_passes: bool,
}

impl<C> Coupling<C> {
    /// The first half passes and conditions the second.
    pub fn first(conditioner: C) -> Self {
        Coupling { conditioner, first_passes: true }
    }

    /// The second half passes and conditions the first.
    pub fn second(conditioner: C) -> Self {
        Coupling { conditioner, first_passes: false }
    }

    /// Splits off the half that passes, moves the other by `step(half, shift, log-scale)`, and puts them together again;
    /// log|det| of the way forward, too.
    fn apply<V: Array>(&self, x: &V, step: impl Fn(V, V, &V) -> V) -> (V, V)
    where
        C: Conditioner<V>,
    {
        let shape = x.shape();
        assert!(shape.rank() > 0 && shape[shape.rank() - 1] > 1, "Coupling: needs vectors of two or more, not {shape}");
        let half = shape[shape.rank() - 1] / 2;
        let (first, second) = (x.slice(-1, ..half), x.slice(-1, half..));
        let (passes, moves) = if self.first_passes { (first, second) } else { (second, first) };
        let (shift, log_scale) = self.conditioner.condition(&passes);
        // A log-scale that stands for several elements counts for each.
        let log_scale = expand(log_scale, moves.shape());
        let moved = step(moves, shift, &log_scale);
        let halves = if self.first_passes { [&passes, &moved] } else { [&moved, &passes] };
        (V::concat(&halves, -1), sum_event(log_scale))
    }
}

impl<V: Array, C: Conditioner<V>> Transform<V> for Coupling<C> {
    fn forward(&self, x: &V) -> (V, V) {
        self.apply(x, |x, shift, log_scale| x * log_scale.exp() + shift)
    }
}

impl<V: Array, C: Conditioner<V>> Inverse<V> for Coupling<C> {
    fn inverse(&self, y: &V) -> (V, V) {
        let (x, log_det) = self.apply(y, |y, shift, log_scale| (y - shift) * (-log_scale.clone()).exp());
        (x, -log_det)
    }
}
