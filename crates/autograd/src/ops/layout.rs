//! Other shapes, other orders, parts and joins of the same numbers.

use super::select::{Gather, Take, check_index, row_numbers};
use crate::kernels::{permute, reduce};
use crate::shape::MAX_RANK;
use crate::{Array, Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};
use std::ops::{Bound, RangeBounds};

/// y = x under another shape, with derivative 1. Shares the buffer.
#[derive(Debug)]
struct Reshape(Shape);

impl<F: Real> Op<F> for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let (from, to) = (inputs[0], self.0);
        if from.size() == to.size() {
            Ok(to)
        } else {
            Err(ShapeError::new(format!("{} elements do not fill {to}, which has {}", from.size(), to.size())))
        }
    }

    fn shares_input(&self) -> bool {
        true
    }

    fn forward(&self, _: &[&Tensor<F>], _: &mut [F], _: &mut [F]) {
        unreachable!("the result is the input's buffer");
    }

    fn vjp(&self, _: &Point<'_, F>, _: &mut [F], dx: &mut Cotangents<'_, F>) {
        dx.pass(0);
    }
}

/// The axes of x in another order; the cotangent's axes go back.
#[derive(Debug)]
enum Permute {
    /// The last two exchanged.
    Transpose,
    /// Axis `i` of the result is axis `axes[i]` of x; and how many there are.
    Axes([usize; MAX_RANK], usize),
}

impl Permute {
    fn of(axes: &[usize]) -> Permute {
        let mut inline = [0; MAX_RANK];
        inline.iter_mut().zip(axes).for_each(|(to, &axis)| *to = axis);
        Permute::Axes(inline, axes.len())
    }

    /// The order for an input of a rank that was judged.
    fn axes(&self, rank: usize) -> [usize; MAX_RANK] {
        match *self {
            Permute::Axes(axes, _) => axes,
            Permute::Transpose => {
                let mut axes = [0, 1, 2, 3];
                axes.swap(rank - 2, rank - 1);
                axes
            }
        }
    }
}

impl<F: Real> Op<F> for Permute {
    fn name(&self) -> &'static str {
        match self {
            Permute::Transpose => "transpose",
            Permute::Axes(..) => "permute",
        }
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let shape = inputs[0];
        let rank = shape.rank();
        match self {
            Permute::Transpose if rank < 2 => return Err(ShapeError::new("needs two axes")),
            Permute::Axes(_, n) if *n != rank => {
                return Err(ShapeError::new(format!("an order of {n} axes for an array that has {rank}")));
            }
            _ => {}
        }
        let axes = &self.axes(rank)[..rank];
        if (0..rank).any(|axis| !axes.contains(&axis)) {
            return Err(ShapeError::new(format!("{axes:?} does not name each of the {rank} axes once")));
        }
        Ok(axes.iter().enumerate().fold(shape, |out, (i, &axis)| out.with(i, shape[axis])))
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let shape = inputs[0].shape();
        permute::permute(inputs[0].data(), shape, &self.axes(shape.rank())[..shape.rank()], y);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let out = at.output_shape();
        let mut back = [0; MAX_RANK];
        for (i, &axis) in self.axes(out.rank())[..out.rank()].iter().enumerate() {
            back[axis] = i;
        }
        dx.with(0, |d| permute::permute(g, out, &back[..out.rank()], d));
    }
}

/// The part start ≤ i < end along an axis; the cotangent goes back there, 0 elsewhere.
#[derive(Debug)]
struct Slice {
    axis: isize,
    start: usize,
    /// To the end of the axis if there is none.
    end: Option<usize>,
}

impl Slice {
    /// For each outer index, where the part lies in the array: offset of the first, distance of the next, length.
    fn runs(&self, shape: Shape) -> (usize, usize, usize) {
        let (_, n, inner) = shape.split(shape.axis(self.axis).expect("judged"));
        (self.start * inner, n * inner, (self.end.unwrap_or(n) - self.start) * inner)
    }
}

impl<F: Real> Op<F> for Slice {
    fn name(&self) -> &'static str {
        "slice"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let axis = inputs[0].axis(self.axis)?;
        let n = inputs[0][axis];
        let (start, end) = (self.start, self.end.unwrap_or(n));
        if start <= end && end <= n {
            Ok(inputs[0].with(axis, end - start))
        } else {
            Err(ShapeError::new(format!("{start}..{end} does not lie in 0..{n}, the extent of axis {}", self.axis)))
        }
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let (start, step, len) = self.runs(inputs[0].shape());
        if len > 0 {
            let parts = inputs[0].data().chunks_exact(step).map(|x| &x[start..start + len]);
            y.chunks_exact_mut(len).zip(parts).for_each(|(y, x)| y.copy_from_slice(x));
        }
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let (start, step, len) = self.runs(at.shape(0));
        dx.with(0, |d| {
            d.fill(F::zero());
            if len > 0 {
                let parts = d.chunks_exact_mut(step).map(|d| &mut d[start..start + len]);
                parts.zip(g.chunks_exact(len)).for_each(|(d, g)| d.copy_from_slice(g));
            }
        });
    }
}

/// Arrays one after the other along an axis; each gets its part of the cotangent.
#[derive(Debug)]
struct Concat {
    axis: isize,
}

impl<F: Real> Op<F> for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let first = *inputs.first().ok_or_else(|| ShapeError::new("needs an array"))?;
        let axis = first.axis(self.axis)?;
        if inputs.iter().any(|x| x.rank() != first.rank() || x.with(axis, 0) != first.with(axis, 0)) {
            return Err(ShapeError::new(format!("extents must be equal except along axis {}", self.axis)));
        }
        Ok(first.with(axis, inputs.iter().map(|x| x[axis]).sum()))
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let total: usize = inputs.iter().map(|x| x.data().len()).sum();
        let (outer, ..) = inputs[0].shape().split(inputs[0].shape().axis(self.axis).expect("judged"));
        let mut start = 0;
        for x in inputs.iter().filter(|x| !x.data().is_empty()) {
            let len = x.data().len() / outer;
            for (y, x) in y.chunks_exact_mut(total / outer).zip(x.data().chunks_exact(len)) {
                y[start..start + len].copy_from_slice(x);
            }
            start += len;
        }
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let (outer, ..) = at.output_shape().split(at.output_shape().axis(self.axis).expect("judged"));
        let mut start = 0;
        for i in 0..at.len() {
            let len = at.shape(i).size() / outer.max(1);
            dx.with(i, |d| {
                if len > 0 {
                    let parts = g.chunks_exact(g.len() / outer).map(|g| &g[start..start + len]);
                    d.chunks_exact_mut(len).zip(parts).for_each(|(d, g)| d.copy_from_slice(g));
                }
            });
            start += len;
        }
    }
}

/// n copies of x along a new first axis; the cotangent is summed over it.
#[derive(Debug)]
struct Repeat(usize);

impl<F: Real> Op<F> for Repeat {
    fn name(&self) -> &'static str {
        "repeat"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let rank = inputs[0].rank();
        if rank == MAX_RANK {
            return Err(ShapeError::new(format!("one axis more would be {}; there are at most {MAX_RANK}", rank + 1)));
        }
        let mut dims = [self.0; MAX_RANK];
        dims[1..=rank].copy_from_slice(inputs[0].dims());
        Ok(Shape::new(&dims[..=rank]))
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        reduce::repeat_along(inputs[0].data(), (1, self.0, inputs[0].data().len()), y);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        dx.with(0, |d| reduce::sum_along(g, (1, self.0, at.x(0).len()), d));
    }
}

/// Other shapes, other orders, parts and joins of the same numbers.
///
/// Their derivatives carry each number's cotangent back to where the number came from, adding where it was used more than once.
pub trait Layout: Array {
    /// The same elements under another shape, in the same order. The buffer is shared, not copied.
    ///
    /// # Panics
    /// If the shape has another number of elements.
    #[must_use]
    #[track_caller]
    fn reshape(&self, shape: impl Into<Shape>) -> Self {
        Self::apply(Reshape(shape.into()), &[self])
    }

    /// The last two axes exchanged: `[.., m, n] → [.., n, m]`.
    #[must_use]
    #[track_caller]
    fn transpose(&self) -> Self {
        Self::apply(Permute::Transpose, &[self])
    }

    /// The axes in another order: axis `i` of the result is axis `axes[i]` of the array.
    ///
    /// # Panics
    /// If `axes` does not name each axis once.
    #[must_use]
    #[track_caller]
    fn permute(&self, axes: &[usize]) -> Self {
        Self::apply(Permute::of(axes), &[self])
    }

    /// The part of the array in a range along an axis, which is counted from the back if negative.
    ///
    /// ```
    /// # use autograd::prelude::*;
    /// let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.slice(-1, ..2), Tensor::from([[1.0, 2.0], [4.0, 5.0]]));
    /// ```
    ///
    /// # Panics
    /// If the range does not lie within the axis.
    #[must_use]
    #[track_caller]
    fn slice(&self, axis: isize, range: impl RangeBounds<usize>) -> Self {
        let start = match range.start_bound() {
            Bound::Included(&start) => start,
            Bound::Excluded(&before) => before + 1,
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(&last) => Some(last + 1),
            Bound::Excluded(&end) => Some(end),
            Bound::Unbounded => None,
        };
        Self::apply(Slice { axis, start, end }, &[self])
    }

    /// Arrays one after the other along an axis, `Var::concat(&[&a, &b], -1)`; their other extents are equal.
    #[must_use]
    #[track_caller]
    fn concat(arrays: &[&Self], axis: isize) -> Self {
        Self::apply(Concat { axis }, arrays)
    }

    /// From each row along the last axis the element that `index` names: `[.., C]` and whole numbers below C of shape
    /// `[..]` give `[..]`. The derivative is 1 at the elements taken, 0 elsewhere.
    ///
    /// # Panics
    /// If an index is not a whole number below C.
    #[must_use]
    #[track_caller]
    fn gather(&self, index: &Tensor<Self::F>) -> Self {
        if let Some(&n) = self.shape().dims().last() {
            check_index(index.data(), n);
        }
        Self::apply(Gather, &[self, &self.constant(index)])
    }

    /// The rows along the first axis with the given numbers, which may repeat: `[N, ..] → [rows.len(), ..]`.
    /// The derivative adds up the cotangents of a row that was taken more than once.
    ///
    /// # Panics
    /// If there is no row of a given number.
    #[must_use]
    #[track_caller]
    fn take(&self, rows: &[usize]) -> Self {
        let n = *self.shape().dims().first().unwrap_or(&0);
        let rows = self.fill(Shape::from([rows.len()]), row_numbers(rows, n));
        Self::apply(Take, &[self, &rows])
    }

    /// n copies along a new first axis: `[..] → [n, ..]`.
    #[must_use]
    #[track_caller]
    fn repeat(&self, n: usize) -> Self {
        Self::apply(Repeat(n), &[self])
    }

    /// The same numbers as a constant: nothing is differentiated through it. The buffer is shared, not copied.
    #[must_use]
    #[track_caller]
    fn detach(&self) -> Self {
        self.constant(&self.value())
    }
}

impl<V: Array> Layout for V {}
