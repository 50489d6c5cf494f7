//! Sums over all elements but one.

use autograd::prelude::*;
use autograd::{Cotangents, Op, Point, ShapeError};

/// Σᵢ xᵢ over i ≠ j for each element j along the last axis: where x are probabilities, 1 − xⱼ without its cancellation.
pub(crate) fn sum_of_others<V: Array>(x: &V) -> V {
    V::apply(SumOfOthers, &[x])
}

/// yⱼ = Σᵢ xᵢ over i ≠ j along the last axis, from the sums before and behind j, so that nothing is subtracted; and dx is the
/// same of g, since xᵢ counts for yⱼ as xⱼ for yᵢ.
#[derive(Debug)]
struct SumOfOthers;

impl SumOfOthers {
    fn write<F: Real>(x: &[F], k: usize, y: &mut [F]) {
        for (x, y) in x.chunks_exact(k).zip(y.chunks_exact_mut(k)) {
            let (mut before, mut behind) = (0.0, 0.0);
            for (x, y) in x.iter().zip(y.iter_mut()) {
                *y = F::of(before);
                before += x.as_f64();
            }
            for (x, y) in x.iter().zip(y.iter_mut()).rev() {
                *y += F::of(behind);
                behind += x.as_f64();
            }
        }
    }
}

impl<F: Real> Op<F> for SumOfOthers {
    fn name(&self) -> &'static str {
        "sum_of_others"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        Ok(inputs[0])
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let shape = inputs[0].shape();
        SumOfOthers::write(inputs[0].data(), shape[shape.rank() - 1], y);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let shape = at.shape(0);
        dx.with(0, |d| SumOfOthers::write(g, shape[shape.rank() - 1], d));
    }
}
