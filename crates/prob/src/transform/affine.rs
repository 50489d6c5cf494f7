//! Shifts and scales.

use super::{Inverse, Transform};
use crate::SupportError;
use crate::event::{expand, sum_event, together};
use autograd::prelude::*;

/// y = b + a ⊙ x with a ≠ 0; log|det| = Σⱼ log|aⱼ|. The two broadcast with x.
#[derive(Clone, Debug)]
pub struct Affine<V> {
    shift: V,
    scale: V,
}

impl<V: Array> Affine<V> {
    /// From the shift b and the scale a.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[track_caller]
    pub fn new(shift: V, scale: V) -> Self {
        together("Affine: shift and scale", shift.shape(), scale.shape());
        Affine { shift, scale }
    }

    /// log|det| for events of x.
    fn log_det(&self, x: &V) -> V {
        let shape = together("Affine: x and the parameters", x.shape(), self.scale.shape());
        sum_event(expand(self.scale.abs().ln(), shape))
    }
}

impl<V: Array> Transform<V> for Affine<V> {
    fn forward(&self, x: &V) -> (V, V) {
        let y = x.clone() * &self.scale + &self.shift;
        let log_det = self.log_det(&y);
        (y, log_det)
    }
}

impl<V: Array> Inverse<V> for Affine<V> {
    fn inverse(&self, y: &V) -> (V, V) {
        let x = (y.clone() - &self.shift) / &self.scale;
        let log_det = -self.log_det(&x);
        (x, log_det)
    }

    fn preimage(&self, y: &Tensor<V::F>) -> Result<Option<Tensor<V::F>>, SupportError> {
        Ok(Some((y.clone() - &self.shift.value()) / &self.scale.value()))
    }
}
