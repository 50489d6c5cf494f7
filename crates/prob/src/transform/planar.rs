//! Planar flows.

use super::Transform;
use crate::event::expand;
use autograd::prelude::*;

/// y = x + û tanh(w·x + b): everything moves along û, most near the plane w·x + b = 0 (D. J. Rezende and S. Mohamed,
/// *Variational Inference with Normalizing Flows*, 2015, equation 10).
///
/// log|det| = log(1 + û·w tanh′(w·x + b)), and û = u + (m(w·u) − w·u) w/‖w‖² with m(a) = softplus(a) − 1 is what u becomes to
/// keep w·û > −1, without which no inverse exists (appendix A.1). There is none in closed form, so that a planar
/// flow has draws with their log-density, and no density at a given y.
///
/// Shapes: x `[.., K]`, u and w `[K]`, b a number.
#[derive(Clone, Debug)]
pub struct Planar<V> {
    direction: V,
    weight: V,
    bias: V,
}

impl<V: Array> Planar<V> {
    /// From u, w ≠ 0 and b.
    ///
    /// # Panics
    /// Unless u and w are vectors of one length, and b is a number.
    #[track_caller]
    pub fn new(direction: V, weight: V, bias: V) -> Self {
        let (u, w, b) = (direction.shape(), weight.shape(), bias.shape());
        assert!(
            u.rank() == 1 && u == w && b.rank() == 0,
            "Planar: needs u [K], w [K] and a number b, not {u}, {w} and {b}"
        );
        Planar { direction, weight, bias }
    }
}

impl<V: Array> Transform<V> for Planar<V> {
    fn forward(&self, x: &V) -> (V, V) {
        let (u, w) = (&self.direction, &self.weight);
        let along = (w.clone() * u).sum(-1);
        let kept = along.softplus() - 1.0;
        let direction = w.clone() * ((kept.clone() - along) / w.square().sum(-1)) + u;
        let height = ((x.clone() * w).sum(-1) + &self.bias).tanh();
        let log_det = ((-height.square() + 1.0) * kept).ln_1p();
        let column = height.reshape(height.shape().push(1));
        (expand(direction, x.shape()) * column + x, log_det)
    }
}
