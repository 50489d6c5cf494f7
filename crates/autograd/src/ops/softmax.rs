//! Log-sum-exp, softmax and its logarithm.

use super::reduce::reduced;
use super::select::place;
use crate::kernels::softmax;
use crate::kernels::walk::rows;
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

/// y = x[.., i] − ln Σ eˣ along the last axis, −∞ where i is no number of an element, with dx = g (1 at i, less eˣ/Σ).
#[derive(Debug)]
pub(super) struct LogSoftmaxAt;

impl LogSoftmaxAt {
    /// The shapes of the result and of the array's rows, and the extent of its last axis.
    fn shapes(x: Shape, index: Shape) -> Result<(Shape, Shape, usize), ShapeError> {
        if x.rank() == 0 {
            return Err(ShapeError::new("a number has no elements along its last axis"));
        }
        let own = x.without(x.rank() - 1);
        Ok((own.broadcast(index)?, own, x[x.rank() - 1]))
    }

    /// Calls `f` with the number of the result, that of the row and the place in the array, if there is one.
    fn each<F: Real>(x: Shape, index: (&[F], Shape), mut f: impl FnMut(usize, usize, Option<usize>)) {
        let (out, own, n) = LogSoftmaxAt::shapes(x, index.1).expect("judged");
        for r in rows(out, [own, index.1]) {
            for i in 0..r.len {
                let [row, at] = [0, 1].map(|k| r.at[k] + if r.moves[k] { i } else { 0 });
                let element = place(index.0[at]).filter(|&i| i < n);
                f(r.out + i, row, element.map(|i| row * n + i));
            }
        }
    }
}

impl<F: Real> Op<F> for LogSoftmaxAt {
    fn name(&self) -> &'static str {
        "log_softmax_at"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        LogSoftmaxAt::shapes(inputs[0], inputs[1]).map(|(out, ..)| out)
    }

    /// For each row of the array, where exponents are measured from and ln Σ.
    fn keeps(&self, inputs: &[Shape]) -> usize {
        2 * inputs[0].without(inputs[0].rank() - 1).size()
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], keep: &mut [F]) {
        let (x, index) = (inputs[0], inputs[1]);
        let (origins, totals) = keep.split_at_mut(keep.len() / 2);
        let shape = x.shape();
        softmax::log_totals(x.data(), shape[shape.rank() - 1], origins, totals);
        LogSoftmaxAt::each(shape, (index.data(), index.shape()), |out, row, element| {
            let share = |at: usize| softmax::log_share(x.data()[at], origins[row], totals[row]);
            y[out] = element.map_or(F::neg_infinity(), share);
        });
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let shape = at.shape(0);
        let (origins, totals) = at.keep().split_at(at.keep().len() / 2);
        dx.with(0, |d| {
            d.fill(F::zero());
            LogSoftmaxAt::each(shape, (at.x(1), at.shape(1)), |out, _, element| {
                if let Some(element) = element {
                    d[element] += g[out];
                }
            });
            softmax::log_shares_vjp(at.x(0), shape[shape.rank() - 1], origins, totals, d);
        });
    }
}
