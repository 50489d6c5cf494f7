//! Sums, means and other reductions.

use crate::kernels::reduce;
use crate::{Array, Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};

/// Sum over one axis, or over all; the axis goes, or stays with extent 1.
#[derive(Debug)]
struct Sum {
    axis: Option<isize>,
    keep: bool,
}

/// The shape without an axis, or with extent 1 there.
fn reduced(shape: Shape, axis: isize, keep: bool) -> Result<Shape, ShapeError> {
    let axis = shape.axis(axis)?;
    Ok(if keep { shape.with(axis, 1) } else { shape.without(axis) })
}

impl<F: Real> Op<F> for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        self.axis.map_or(Ok(Shape::SCALAR), |axis| reduced(inputs[0], axis, self.keep))
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        match self.axis {
            None => y[0] = reduce::sum(inputs[0].data()),
            Some(axis) => {
                let shape = inputs[0].shape();
                let axis = shape.axis(axis).expect("judged");
                y.fill(F::zero());
                reduce::unbroadcast(inputs[0].data(), shape, y, shape.with(axis, 1));
            }
        }
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let shape = at.shape(0);
        match self.axis {
            None => dx.with(0, |d| d.fill(g[0])),
            Some(axis) => {
                let (_, n, inner) = shape.split(shape.axis(axis).expect("judged"));
                dx.with(0, |d| {
                    for (d, g) in d.chunks_exact_mut((n * inner).max(1)).zip(g.chunks_exact(inner.max(1))) {
                        for d in d.chunks_exact_mut(inner.max(1)) {
                            d.copy_from_slice(g);
                        }
                    }
                });
            }
        }
    }
}

/// Reductions over one axis, which is counted from the front or, negative, from the back.
pub trait Reduce: Array {
    /// Σ over an axis, which goes.
    #[must_use]
    #[track_caller]
    fn sum(&self, axis: isize) -> Self {
        Self::apply(Sum { axis: Some(axis), keep: false }, &[self])
    }

    /// Σ over all elements, giving a number.
    #[must_use]
    #[track_caller]
    fn sum_all(&self) -> Self {
        Self::apply(Sum { axis: None, keep: false }, &[self])
    }

    /// Mean over all elements, giving a number; NaN if there are none.
    #[must_use]
    #[track_caller]
    fn mean_all(&self) -> Self {
        self.sum_all() / self.shape().size() as f64
    }
}

impl<V: Array> Reduce for V {}
