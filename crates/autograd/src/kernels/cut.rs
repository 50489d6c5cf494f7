//! Cutting arrays that repeat along some axes, for threads to [share](super::share) what is computed from them.

use super::share::{SHARED, share_slices};
use crate::{Real, Shape};
use std::ops::Range;

/// What computes `y` from operands, the shape that they broadcast to, and `g`.
type Kernel<'f, F, const N: usize> = dyn Fn([(&[F], Shape); N], Shape, &[F], &mut [F]) + Sync + 'f;

/// How an operation is cut for threads to share it: along the first axis of its output that has more than one element.
#[derive(Clone, Copy)]
pub(crate) struct Cut {
    axis: usize,
    /// Into how many pieces at most.
    n: usize,
}

impl Cut {
    pub fn new(out: Shape) -> Cut {
        let axis = out.dims().iter().position(|&n| n != 1).unwrap_or(0);
        Cut { axis, n: out.dims().get(axis).copied().unwrap_or(1) }
    }

    /// In one piece, unless a condition holds.
    pub fn only_if(self, condition: bool) -> Cut {
        Cut { n: if condition { self.n } else { 1 }, ..self }
    }

    /// Whether the cut is along the last axis.
    pub fn is_along_last(self, out: Shape) -> bool {
        self.axis + 1 >= out.rank()
    }

    /// Calls `f` with pieces of the operands, of the output's shape, of `g` and of `y`, of which each has its part; large
    /// operations are shared. This is compiled once for all kernels, which are many.
    pub fn share<F: Real, const N: usize>(
        self,
        operands: [(&[F], Shape); N],
        out: Shape,
        g: &[F],
        y: &mut [F],
        f: &Kernel<'_, F, N>,
    ) {
        let [of_g, of_y] = [g.len(), y.len()].map(|len| self.of_each(len));
        share_slices(self.n, out.size() >= SHARED, [(y, of_y)], |part, [y]| {
            let (operands, out) = self.pieces(&part, operands, out);
            f(operands, out, &g[part.start * of_g..part.end * of_g], y);
        });
    }

    /// How many of `len` elements belong to each piece.
    fn of_each(self, len: usize) -> usize {
        len.checked_div(self.n).unwrap_or(0)
    }

    /// Whether an operand is cut, and does not broadcast.
    pub fn cuts(self, shape: Shape, out: Shape) -> bool {
        let own = (self.axis + shape.rank()).checked_sub(out.rank());
        own.is_some_and(|own| own < shape.rank() && shape[own] == out[self.axis])
    }

    /// Some pieces of the operands, and of the output's shape.
    fn pieces<'a, F, const N: usize>(
        self,
        part: &Range<usize>,
        operands: [(&'a [F], Shape); N],
        out: Shape,
    ) -> ([(&'a [F], Shape); N], Shape) {
        if part.len() == self.n {
            return (operands, out);
        }
        let operands = operands.map(|(x, shape)| {
            if !self.cuts(shape, out) {
                return (x, shape);
            }
            let each = self.of_each(x.len());
            (&x[part.start * each..part.end * each], shape.with(self.axis + shape.rank() - out.rank(), part.len()))
        });
        (operands, out.with(self.axis, part.len()))
    }
}
