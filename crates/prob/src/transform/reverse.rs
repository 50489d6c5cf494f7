//! Another order.

use super::{Invertible, Transform};
use crate::SupportError;
use crate::event::full;
use autograd::prelude::*;

/// The elements of an event in reverse order, with log|det ∂y/∂x| = 0: between autoregressive layers, so that none is
/// always the first. It is its own inverse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reverse;

impl<V: Array> Transform<V> for Reverse {
    #[track_caller]
    fn forward_with_log_det(&self, x: &V) -> (V, V) {
        let shape = x.shape();
        let Some(&k) = shape.dims().last() else {
            return (x.clone(), full(x, shape, 0.0));
        };
        let log_det = full(x, shape.without(shape.rank() - 1), 0.0);
        let rows: Vec<usize> = (0..k).rev().collect();
        let columns = x.reshape([shape.size() / k.max(1), k]).transpose();
        (columns.take(&rows).transpose().reshape(shape), log_det)
    }
}

impl<V: Array> Invertible<V> for Reverse {
    #[track_caller]
    fn inverse_with_log_det(&self, y: &V) -> (V, V) {
        self.forward_with_log_det(y)
    }

    fn supports(&self, y: &V) -> Result<(), SupportError> {
        SupportError::finite("Reverse", "y", &y.value())
    }
}
