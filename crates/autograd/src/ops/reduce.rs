//! Sums, means and other reductions.

use super::softmax::{LogSoftmaxAt, LogSumExp, Softmax};
use crate::kernels::{map, reduce};
use crate::{Array, Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};

/// The shape without an axis, or with extent 1 there.
pub(super) fn reduced(shape: Shape, axis: isize, keep: bool) -> Result<Shape, ShapeError> {
    let axis = shape.axis(axis)?;
    Ok(if keep { shape.with(axis, 1) } else { shape.without(axis) })
}

/// The array around an axis that was judged, or all of it as one row.
fn split(shape: Shape, axis: Option<isize>) -> reduce::Split {
    axis.map_or((1, shape.size(), 1), |axis| shape.split(shape.axis(axis).expect("judged")))
}

/// Σ x along an axis or over everything, with derivative 1; with `MEAN` divided by the number n of terms, with derivative 1/n.
#[derive(Debug)]
struct Sum<const MEAN: bool> {
    axis: Option<isize>,
    keep: bool,
}

impl<F: Real, const MEAN: bool> Op<F> for Sum<MEAN> {
    fn name(&self) -> &'static str {
        if MEAN { "mean" } else { "sum" }
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        self.axis.map_or(Ok(Shape::SCALAR), |axis| reduced(inputs[0], axis, self.keep))
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let split = split(inputs[0].shape(), self.axis);
        reduce::sum_along(inputs[0].data(), split, y);
        if MEAN {
            let n = F::of(split.1 as f64);
            y.iter_mut().for_each(|y| *y /= n);
        }
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let split = split(at.shape(0), self.axis);
        if MEAN {
            map::scale(g, F::of(split.1 as f64).recip());
        }
        dx.with(0, |d| reduce::repeat_along(g, split, d));
    }
}

/// max x along an axis; the derivative is 1 at the first maximum, 0 elsewhere.
#[derive(Debug)]
struct Max {
    axis: isize,
    keep: bool,
}

impl<F: Real> Op<F> for Max {
    fn name(&self) -> &'static str {
        "max"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let shape = reduced(inputs[0], self.axis, self.keep)?;
        match inputs[0][inputs[0].axis(self.axis)?] {
            0 => Err(ShapeError::new(format!("axis {} is empty, and nothing has no maximum", self.axis))),
            _ => Ok(shape),
        }
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        reduce::max_along(inputs[0].data(), split(inputs[0].shape(), Some(self.axis)), y);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let (_, n, inner) = split(at.shape(0), Some(self.axis));
        let (x, y) = (at.x(0), at.y());
        dx.with(0, |d| {
            d.fill(F::zero());
            for (i, (&y, &g)) in y.iter().zip(&*g).enumerate() {
                let start = i / inner * n * inner + i % inner;
                let first = (0..n).map(|j| start + j * inner).find(|&at| x[at] == y || (y.is_nan() && x[at].is_nan()));
                d[first.expect("the maximum is an element")] = g;
            }
        });
    }
}

/// Σ (x − m)²/n along an axis, with the mean m, with derivative 2 (x − m)/n (that of m falls out, since Σ (x − m) = 0).
#[derive(Debug)]
struct Variance {
    axis: isize,
    keep: bool,
}

impl<F: Real> Op<F> for Variance {
    fn name(&self) -> &'static str {
        "var"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        reduced(inputs[0], self.axis, self.keep)
    }

    /// The means.
    fn keeps(&self, inputs: &[Shape]) -> usize {
        reduced(inputs[0], self.axis, false).expect("judged").size()
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], means: &mut [F]) {
        let split = split(inputs[0].shape(), Some(self.axis));
        let n = F::of(split.1 as f64);
        reduce::sum_along(inputs[0].data(), split, means);
        means.iter_mut().for_each(|m| *m /= n);
        reduce::squares_along(inputs[0].data(), split, means, y);
        y.iter_mut().for_each(|y| *y /= n);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let split = split(at.shape(0), Some(self.axis));
        map::scale(g, F::of(2.0 / split.1 as f64));
        dx.with(0, |d| reduce::centred_along(at.x(0), split, at.keep(), g, d));
    }
}

/// Reductions over one axis, which is counted from the front or, negative, from the back.
///
/// The axis goes; in the `_keep` variants it stays with extent 1, so that the result broadcasts against the array.
/// Terms are added in an order that depends on the shape alone, and in several partial sums, so that rounding errors stay small.
pub trait Reduce: Array {
    /// Σ x along an axis, with derivative 1. 0 along an empty axis.
    #[must_use]
    #[track_caller]
    fn sum(&self, axis: isize) -> Self {
        Self::apply(Sum::<false> { axis: Some(axis), keep: false }, &[self])
    }

    /// [`sum`](Reduce::sum) with the axis kept.
    #[must_use]
    #[track_caller]
    fn sum_keep(&self, axis: isize) -> Self {
        Self::apply(Sum::<false> { axis: Some(axis), keep: true }, &[self])
    }

    /// Σ x over all elements, giving a number, with derivative 1.
    #[must_use]
    #[track_caller]
    fn sum_all(&self) -> Self {
        Self::apply(Sum::<false> { axis: None, keep: false }, &[self])
    }

    /// Σ x/n along an axis of extent n, with derivative 1/n. NaN along an empty axis.
    #[must_use]
    #[track_caller]
    fn mean(&self, axis: isize) -> Self {
        Self::apply(Sum::<true> { axis: Some(axis), keep: false }, &[self])
    }

    /// [`mean`](Reduce::mean) with the axis kept.
    #[must_use]
    #[track_caller]
    fn mean_keep(&self, axis: isize) -> Self {
        Self::apply(Sum::<true> { axis: Some(axis), keep: true }, &[self])
    }

    /// Σ x/n over all n elements, giving a number, with derivative 1/n. NaN if there are none.
    #[must_use]
    #[track_caller]
    fn mean_all(&self) -> Self {
        Self::apply(Sum::<true> { axis: None, keep: false }, &[self])
    }

    /// The greatest element along an axis, with derivative 1 at the first of them and 0 elsewhere. NaN if there is one.
    ///
    /// # Panics
    /// If the axis is empty.
    #[must_use]
    #[track_caller]
    fn max(&self, axis: isize) -> Self {
        Self::apply(Max { axis, keep: false }, &[self])
    }

    /// [`max`](Reduce::max) with the axis kept.
    #[must_use]
    #[track_caller]
    fn max_keep(&self, axis: isize) -> Self {
        Self::apply(Max { axis, keep: true }, &[self])
    }

    /// The variance Σ (x − m)²/n along an axis of extent n with mean m, with derivative 2 (x − m)/n. NaN along an empty axis.
    ///
    /// This is the variance of the population: the divisor is n, not n − 1. The mean is computed first and the squares
    /// of the differences from it are summed then, so that nothing cancels however far the numbers lie from 0.
    #[must_use]
    #[track_caller]
    fn var(&self, axis: isize) -> Self {
        Self::apply(Variance { axis, keep: false }, &[self])
    }

    /// [`var`](Reduce::var) with the axis kept.
    #[must_use]
    #[track_caller]
    fn var_keep(&self, axis: isize) -> Self {
        Self::apply(Variance { axis, keep: true }, &[self])
    }

    /// ln Σ eˣ along an axis, with derivative eˣ/Σ, the softmax.
    ///
    /// Nothing overflows: exponents are measured from the greatest element. −∞ with derivative 0 where all elements are −∞
    /// or there are none; +∞ where one is, the derivative then being shared by those that are; NaN if there is one.
    #[must_use]
    #[track_caller]
    fn logsumexp(&self, axis: isize) -> Self {
        Self::apply(LogSumExp { axis, keep: false }, &[self])
    }

    /// [`logsumexp`](Reduce::logsumexp) with the axis kept.
    #[must_use]
    #[track_caller]
    fn logsumexp_keep(&self, axis: isize) -> Self {
        Self::apply(LogSumExp { axis, keep: true }, &[self])
    }

    /// y = eˣ/Σ eˣ along an axis, in the array's shape; gᵀ·∂y/∂x = y (g − Σ g·y).
    ///
    /// Elements at −∞ get 0, all of them where there is nothing else (the result then sums to 0); elements at +∞ share
    /// the 1 between them; NaN makes all of its row NaN.
    #[must_use]
    #[track_caller]
    fn softmax(&self, axis: isize) -> Self {
        Self::apply(Softmax::<false> { axis }, &[self])
    }

    /// y = x − ln Σ eˣ along an axis, in the array's shape; gᵀ·∂y/∂x = g − eʸ Σ g.
    ///
    /// The logarithm of [`softmax`](Reduce::softmax) in the limits too: −∞ where that is 0.
    #[must_use]
    #[track_caller]
    fn log_softmax(&self, axis: isize) -> Self {
        Self::apply(Softmax::<true> { axis }, &[self])
    }

    /// x\[.., i\] − ln Σ eˣ along the last axis, for the element number i that `index` has: an array `[.., C]` and indices
    /// `[..]`, or of shapes that broadcast, give `[..]`. By x the derivative is 1 at i, less the softmax; nothing is
    /// differentiated by `index`.
    ///
    /// What [`log_softmax`](Reduce::log_softmax) and [`gather`](crate::ops::Layout::gather) give together, without the
    /// array between them; but −∞, with derivative 0, where the index is no number of an element.
    #[must_use]
    #[track_caller]
    fn log_softmax_at(&self, index: &Self) -> Self {
        Self::apply(LogSoftmaxAt, &[self, index])
    }
}

impl<V: Array> Reduce for V {}
