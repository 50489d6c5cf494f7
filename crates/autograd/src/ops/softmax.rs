//! Log-sum-exp, softmax and its logarithm.

use super::reduce::reduced;
use crate::kernels::softmax;
use crate::{Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};

/// y = ln Σ eˣ along an axis, with derivative eˣ/Σ.
#[derive(Debug)]
pub(super) struct LogSumExp {
    pub axis: isize,
    pub keep: bool,
}

impl<F: Real> Op<F> for LogSumExp {
    fn name(&self) -> &'static str {
        "logsumexp"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        reduced(inputs[0], self.axis, self.keep)
    }

    fn keeps(&self, inputs: &[Shape]) -> usize {
        2 * reduced(inputs[0], self.axis, false).expect("judged").size()
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], keep: &mut [F]) {
        let shape = inputs[0].shape();
        let (origins, shares) = keep.split_at_mut(y.len());
        softmax::logsumexp(inputs[0].data(), shape.split(shape.axis(self.axis).expect("judged")), y, origins, shares);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let split = at.shape(0).split(at.shape(0).axis(self.axis).expect("judged"));
        let (origins, shares) = at.keep().split_at(g.len());
        dx.with(0, |d| softmax::logsumexp_vjp(at.x(0), split, origins, shares, g, d));
    }
}

/// y = eˣ/Σ eˣ along an axis, with dx = y (g − Σ g·y); with `LOG` y = x − ln Σ eˣ, with dx = g − eʸ Σ g.
#[derive(Debug)]
pub(super) struct Softmax<const LOG: bool> {
    pub axis: isize,
}

impl<F: Real, const LOG: bool> Op<F> for Softmax<LOG> {
    fn name(&self) -> &'static str {
        if LOG { "log_softmax" } else { "softmax" }
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        inputs[0].axis(self.axis).map(|_| inputs[0])
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let shape = inputs[0].shape();
        softmax::softmax::<F, LOG>(inputs[0].data(), shape.split(shape.axis(self.axis).expect("judged")), y);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let split = at.shape(0).split(at.shape(0).axis(self.axis).expect("judged"));
        softmax::softmax_vjp::<F, LOG>(at.y(), split, g);
        dx.pass(0);
    }
}
