//! Triangular matrices: factors, solutions, diagonals.

use super::cholesky::Cholesky;
use super::triangular::Solve;
use crate::{Array, Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};

/// The extent K of a stack of square matrices `[.., K, K]`.
pub(super) fn square(shape: Shape) -> Result<usize, ShapeError> {
    match *shape.dims() {
        [.., m, n] if m == n => Ok(n),
        _ => Err(ShapeError::new("needs square matrices [.., K, K]")),
    }
}

/// yᵢ = xᵢᵢ, with derivative 1 there.
#[derive(Debug)]
struct Diagonal;

impl<F: Real> Op<F> for Diagonal {
    fn name(&self) -> &'static str {
        "diagonal"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        square(inputs[0]).map(|_| inputs[0].without(inputs[0].rank() - 1))
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let n = square(inputs[0].shape()).expect("judged");
        y.iter_mut().enumerate().for_each(|(i, y)| *y = inputs[0].data()[i * n + i % n]);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let n = square(at.shape(0)).expect("judged");
        dx.with(0, |d| embed(g, n, d));
    }
}

/// yᵢᵢ = xᵢ and 0 elsewhere, with derivative 1 on the diagonal.
#[derive(Debug)]
struct DiagonalMatrix;

impl<F: Real> Op<F> for DiagonalMatrix {
    fn name(&self) -> &'static str {
        "diagonal_matrix"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let x = inputs[0];
        match x.dims().last() {
            Some(&n) if x.rank() < crate::MAX_RANK => Ok(x.push(n)),
            Some(_) => Err(ShapeError::new(format!("the result would have {} axes", x.rank() + 1))),
            None => Err(ShapeError::new("a number is no diagonal")),
        }
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let x = inputs[0].shape();
        embed(inputs[0].data(), x[x.rank() - 1], y);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let n = square(at.output_shape()).expect("judged");
        dx.with(0, |d| d.iter_mut().enumerate().for_each(|(i, d)| *d = g[i * n + i % n]));
    }
}

/// Diagonals `[.., n]` into matrices `[.., n, n]` that are 0 elsewhere.
fn embed<F: Real>(diagonals: &[F], n: usize, y: &mut [F]) {
    y.fill(F::zero());
    diagonals.iter().enumerate().for_each(|(i, &x)| y[i * n + i % n] = x);
}

/// yᵢⱼ = xᵢⱼ for j ≤ i and 0 above, with derivative 1 and 0.
#[derive(Debug)]
struct Tril;

impl<F: Real> Op<F> for Tril {
    fn name(&self) -> &'static str {
        "tril"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        square(inputs[0]).map(|_| inputs[0])
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        y.copy_from_slice(inputs[0].data());
        clear_above(y, square(inputs[0].shape()).expect("judged"));
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        clear_above(g, square(at.shape(0)).expect("judged"));
        dx.pass(0);
    }
}

/// Writes 0 above the diagonals of matrices `[n, n]`.
pub(super) fn clear_above<F: Real>(matrices: &mut [F], n: usize) {
    if n > 0 {
        matrices.chunks_exact_mut(n).enumerate().for_each(|(i, row)| row[i % n + 1..].fill(F::zero()));
    }
}

/// Factors, triangular systems and diagonals of square matrices `[.., K, K]`, one result for each leading index.
pub trait Linalg: Array {
    /// The lower triangular L with L·Lᵀ = A, for symmetric positive definite A: `[.., K, K] → [.., K, K]`.
    ///
    /// Only the lower triangle of A is read, and the derivative is by what is read: the cotangent is lower triangular too,
    /// and what a symmetric formula would put above the diagonal is added below it. (Through a symmetric A = B·Bᵀ + … both
    /// conventions give the same gradients.) It is I. Murray's reverse sweep (*Differentiation of the Cholesky
    /// decomposition*, 2016).
    ///
    /// Where A is not positive definite, the factor is NaN from the first column on that shows it.
    #[must_use]
    #[track_caller]
    fn cholesky(&self) -> Self {
        Self::apply(Cholesky, &[self])
    }

    /// y = L⁻¹·b for each vector along the last axis of `b`, where `self` is a lower triangular L: only that triangle is read.
    ///
    /// `b` is `[.., K]` and so is the result; L is `[K, K]`, or `[.., K, K]` with leading axes that are the last of `b`'s
    /// leading axes: `[B, K, K]` goes with `[B, K]` and with `[S, B, K]`. The columns of a matrix are solved for as the
    /// rows of its transpose: L⁻¹·M is `l.solve_lower(&m.transpose()).transpose()`.
    ///
    /// With h = L⁻ᵀ g the derivatives are gᵀ·∂y/∂b = h and gᵀ·∂y/∂L = −h·yᵀ in the lower triangle.
    #[must_use]
    #[track_caller]
    fn solve_lower(&self, b: &Self) -> Self {
        Self::apply(Solve::<false>, &[self, b])
    }

    /// y = L⁻ᵀ·b for each vector along the last axis of `b`: as [`solve_lower`](Linalg::solve_lower), with the transpose of L.
    ///
    /// With h = L⁻¹ g the derivatives are gᵀ·∂y/∂b = h and gᵀ·∂y/∂L = −y·hᵀ in the lower triangle.
    #[must_use]
    #[track_caller]
    fn solve_lower_t(&self, b: &Self) -> Self {
        Self::apply(Solve::<true>, &[self, b])
    }

    /// The diagonal of each matrix: `[.., K, K] → [.., K]`.
    #[must_use]
    #[track_caller]
    fn diagonal(&self) -> Self {
        Self::apply(Diagonal, &[self])
    }

    /// The matrices with these diagonals and 0 elsewhere: `[.., K] → [.., K, K]`.
    #[must_use]
    #[track_caller]
    fn diagonal_matrix(&self) -> Self {
        Self::apply(DiagonalMatrix, &[self])
    }

    /// The lower triangle of each matrix, diagonal included; 0 above. The derivative is 1 below and 0 above.
    #[must_use]
    #[track_caller]
    fn tril(&self) -> Self {
        Self::apply(Tril, &[self])
    }
}

impl<V: Array> Linalg for V {}
