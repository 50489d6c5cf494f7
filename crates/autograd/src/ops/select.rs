//! Elements and rows by their numbers, which are a second input, so that they lie in the tape's buffers.

use crate::{Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};

/// An index as a number of a place, if it is a whole number.
pub(super) fn place<F: Real>(index: F) -> Option<usize> {
    index.to_usize().filter(|&i| F::of(i as f64) == index)
}

/// Panics unless every index is a whole number below `n`.
#[track_caller]
pub(super) fn check_index<F: Real>(index: &[F], n: usize) {
    let wrong = index.iter().enumerate().find(|&(_, &i)| place(i).is_none_or(|i| i >= n));
    if let Some((at, i)) = wrong {
        panic!("gather: index {i}, element {at} of the indices, is not a whole number below {n}");
    }
}

/// Writes row numbers as numbers; panics if one is not below `n`.
#[track_caller]
pub(super) fn row_numbers<F: Real>(rows: &[usize], n: usize) -> impl FnOnce(&mut [F]) {
    if let Some(row) = rows.iter().find(|&&row| row >= n) {
        panic!("take: there is no row {row} among {n}");
    }
    if let Some(row) = rows.iter().find(|&&row| place(F::of(row as f64)) != Some(row)) {
        panic!("take: row {row} is too great a number for {}", F::NAME);
    }
    move |y| y.iter_mut().zip(rows).for_each(|(y, &row)| *y = F::of(row as f64))
}

/// y = x[.., i] for one i for each row, with derivative 1 there.
#[derive(Debug)]
pub(super) struct Gather;

impl<F: Real> Op<F> for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let (x, index) = (inputs[0], inputs[1]);
        if x.rank() == 0 || x.without(x.rank() - 1) != index {
            return Err(ShapeError::new("needs an array [.., C] and one index for each of its rows, [..]"));
        }
        Ok(index)
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let x = inputs[0].data();
        for (row, (y, &i)) in y.iter_mut().zip(inputs[1].data()).enumerate() {
            *y = x[row * x.len() / inputs[1].data().len() + place(i).expect("indices were judged")];
        }
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let index = at.x(1);
        dx.with(0, |d| {
            d.fill(F::zero());
            let n = d.len() / index.len().max(1);
            for (row, (&g, &i)) in g.iter().zip(index).enumerate() {
                d[row * n + place(i).expect("indices were judged")] = g;
            }
        });
    }
}

/// y[r] = x[i_r] along the first axis; dx[i] is the sum of the g[r] with i_r = i.
#[derive(Debug)]
pub(super) struct Take;

impl<F: Real> Op<F> for Take {
    fn name(&self) -> &'static str {
        "take"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        if inputs[0].rank() == 0 {
            return Err(ShapeError::new("a number has no rows"));
        }
        Ok(inputs[0].with(0, inputs[1].size()))
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let (_, _, inner) = inputs[0].shape().split(0);
        if inner > 0 {
            for (y, &row) in y.chunks_exact_mut(inner).zip(inputs[1].data()) {
                let row = place(row).expect("rows were judged");
                y.copy_from_slice(&inputs[0].data()[row * inner..(row + 1) * inner]);
            }
        }
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let (_, _, inner) = at.shape(0).split(0);
        dx.with(0, |d| {
            d.fill(F::zero());
            if inner > 0 {
                for (g, &row) in g.chunks_exact(inner).zip(at.x(1)) {
                    let row = place(row).expect("rows were judged");
                    d[row * inner..(row + 1) * inner].iter_mut().zip(g).for_each(|(d, &g)| *d += g);
                }
            }
        });
    }
}
