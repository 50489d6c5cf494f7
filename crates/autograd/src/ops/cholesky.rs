//! The Cholesky decomposition.

use super::linalg::{clear_above, square};
use crate::{Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};

/// L·Lᵀ = A, column by column: with the part r of row j left of the diagonal and the rows R below it,
/// d = √(aⱼⱼ − r·r) and c = (a − R·r)/d. The derivative runs the same columns backwards.
#[derive(Debug)]
pub(super) struct Cholesky;

impl<F: Real> Op<F> for Cholesky {
    fn name(&self) -> &'static str {
        "cholesky"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        square(inputs[0]).map(|_| inputs[0])
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let n = square(inputs[0].shape()).expect("judged");
        y.copy_from_slice(inputs[0].data());
        clear_above(y, n);
        y.chunks_exact_mut((n * n).max(1)).for_each(|l| factor(l, n));
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let n = square(at.shape(0)).expect("judged");
        clear_above(g, n);
        let matrices = (n * n).max(1);
        at.y().chunks_exact(matrices).zip(g.chunks_exact_mut(matrices)).for_each(|(l, g)| factor_vjp(l, g, n));
        dx.pass(0);
    }
}

/// The inner product.
fn dot<F: Real>(a: &[F], b: &[F]) -> F {
    a.iter().zip(b).map(|(&a, &b)| a * b).sum()
}

/// The factor of the matrix whose lower triangle `l` holds, in its place.
fn factor<F: Real>(l: &mut [F], n: usize) {
    for j in 0..n {
        let (above, below) = l.split_at_mut((j + 1) * n);
        let row = &mut above[j * n..];
        let pivot = row[j] - dot(&row[..j], &row[..j]);
        let d = if pivot > F::zero() { pivot.sqrt() } else { F::nan() };
        row[j] = d;
        for other in below.chunks_exact_mut(n) {
            other[j] = (other[j] - dot(&other[..j], &row[..j])) / d;
        }
    }
}

/// The cotangent of the matrix's lower triangle, in the place of the factor's.
fn factor_vjp<F: Real>(l: &[F], g: &mut [F], n: usize) {
    for j in (0..n).rev() {
        let row = &l[j * n..j * n + j];
        let d = l[j * n + j];
        let (above, below) = g.split_at_mut((j + 1) * n);
        let (g_row, rest) = above[j * n..].split_at_mut(j);
        // c = (a − R·r)/d, for each row below.
        for (l, g) in l[(j + 1) * n..].chunks_exact(n).zip(below.chunks_exact_mut(n)) {
            g[j] /= d;
            let c = g[j];
            rest[0] -= c * l[j];
            for i in 0..j {
                g_row[i] -= c * l[i];
                g[i] -= c * row[i];
            }
        }
        // d = √(a − r·r).
        rest[0] /= d + d;
        let twice = rest[0] + rest[0];
        g_row.iter_mut().zip(row).for_each(|(g, &r)| *g -= twice * r);
    }
}
