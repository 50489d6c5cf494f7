//! Shifting and scaling.

use super::{Invertible, Monotone, Transform};
use crate::event::{sum_repeated, together};
use crate::limits::{at_finite, finite};
use crate::{ParameterError, SupportError};
use autograd::ops::{EachOf, Function};
use autograd::prelude::*;

/// y = shift + scale ⊙ x, with log|det ∂y/∂x| = Σⱼ log|scaleⱼ|.
///
/// The scale may be negative, but not 0. Shapes: both parameters broadcast with x.
#[derive(Clone, Debug)]
pub struct Affine<V> {
    shift: V,
    scale: V,
}

impl<V: Array> Affine<V> {
    /// From the shift and the scale ≠ 0.
    ///
    /// # Panics
    /// If the shapes do not broadcast. The values are not looked at: see [`validated`](Affine::validated).
    #[track_caller]
    pub fn new(shift: V, scale: V) -> Self {
        together("Affine: shift and scale", shift.shape(), scale.shape());
        Affine { shift, scale }
    }

    /// The same transform, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If the shift is not finite, or the scale 0 or not finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        ParameterError::finite("Affine", "shift", &self.shift)?;
        ParameterError::check("Affine", "scale", "finite and not 0", &self.scale, |s| s != 0.0 && s.is_finite())?;
        Ok(self)
    }

    /// The scale as it was given.
    pub(crate) fn scale(&self) -> &V {
        &self.scale
    }

    /// Σⱼ log|scaleⱼ| for each event of the array.
    fn log_det(&self, array: &V) -> V {
        sum_repeated(self.scale.abs().ln(), array.shape())
    }
}

/// m + s x; ∂/∂x = s, ∂/∂m = 1, ∂/∂s = x.
#[derive(Debug)]
struct Forward;

impl<F: Real> Function<F, 3> for Forward {
    #[inline(always)]
    fn f(&self, [x, shift, scale]: [F; 3]) -> F {
        shift + scale * x
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, _, scale]: [F; 3]) -> F {
        match I {
            0 => scale,
            1 => F::one(),
            _ => x,
        }
    }
}

/// (y − m)/s; ∂/∂y = 1/s, ∂/∂m = −1/s, ∂/∂s = −(y − m)/s², all 0 where x is infinite.
#[derive(Debug)]
struct Inverse;

impl<F: Real> Function<F, 3> for Inverse {
    #[inline(always)]
    fn f(&self, [y, shift, scale]: [F; 3]) -> F {
        (y - shift) / scale
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [y, shift, scale]: [F; 3]) -> F {
        let x = (y - shift) / scale;
        let slope = match I {
            0 => scale.recip(),
            1 => -scale.recip(),
            _ => -x / scale,
        };
        at_finite(x, finite(slope))
    }
}

impl<V: Array> Transform<V> for Affine<V> {
    #[track_caller]
    fn forward_with_log_det(&self, x: &V) -> (V, V) {
        let y = self.forward(x);
        let log_det = self.log_det(&y);
        (y, log_det)
    }

    #[track_caller]
    fn forward(&self, x: &V) -> V {
        V::apply(EachOf("Affine::forward", Forward), &[x, &self.shift, &self.scale])
    }
}

impl<V: Array> Invertible<V> for Affine<V> {
    #[track_caller]
    fn inverse_with_log_det(&self, y: &V) -> (V, V) {
        let x = self.inverse(y);
        let log_det = self.log_det(&x);
        (x, log_det)
    }

    #[track_caller]
    fn inverse(&self, y: &V) -> V {
        V::apply(EachOf("Affine::inverse", Inverse), &[y, &self.shift, &self.scale])
    }

    fn supports(&self, y: &V) -> Result<(), SupportError> {
        SupportError::finite("Affine", "y", &y.value())
    }
}

impl<V: Array> Monotone<V> for Affine<V> {
    #[track_caller]
    fn cut(&self, y: &V) -> V {
        self.inverse(y)
    }

    fn direction(&self) -> Tensor<V::F> {
        let scale = self.scale.value();
        Tensor::new(scale.shape(), scale.data().iter().map(|s| V::F::of(s.as_f64().signum())).collect())
    }
}
