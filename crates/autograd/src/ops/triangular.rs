//! Triangular systems of equations.

use super::linalg::square;
use crate::{Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};

/// y = L⁻¹·b, or L⁻ᵀ·b with `TRANSPOSED`, for each vector b.
///
/// With h = L⁻ᵀ g (or L⁻¹ g), db = h and dL = −h·yᵀ (or −y·hᵀ) in the lower triangle, summed over the vectors that share L.
#[derive(Debug)]
pub(super) struct Solve<const TRANSPOSED: bool>;

impl<F: Real, const TRANSPOSED: bool> Op<F> for Solve<TRANSPOSED> {
    fn name(&self) -> &'static str {
        if TRANSPOSED { "solve_lower_t" } else { "solve_lower" }
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let (l, b) = (inputs[0], inputs[1]);
        square(l)?;
        // [.., K, K] without its last axis is what b must end with.
        if b.dims().ends_with(&l.dims()[..l.rank() - 1]) {
            Ok(b)
        } else {
            Err(ShapeError::new(
                "needs matrices [.., K, K] and vectors [.., K] whose last leading axes are the matrices'",
            ))
        }
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        y.copy_from_slice(inputs[1].data());
        solve_all::<F, TRANSPOSED>(inputs[0].data(), square(inputs[0].shape()).expect("judged"), y);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let n = square(at.shape(0)).expect("judged");
        // The derivative's system is the transposed one.
        if TRANSPOSED {
            solve_all::<F, false>(at.x(0), n, g)
        } else {
            solve_all::<F, true>(at.x(0), n, g)
        }
        dx.with(0, |d| {
            d.fill(F::zero());
            let pairs = g.chunks_exact(n.max(1)).zip(at.y().chunks_exact(n.max(1)));
            for (v, (h, y)) in pairs.enumerate() {
                let d = &mut d[v * n * n % at.x(0).len()..][..n * n];
                let (left, right) = if TRANSPOSED { (y, h) } else { (h, y) };
                for (i, d) in d.chunks_exact_mut(n).enumerate() {
                    d[..=i].iter_mut().zip(right).for_each(|(d, &right)| *d -= left[i] * right);
                }
            }
        });
        dx.pass(1);
    }
}

/// Solves for each vector in its place; the matrices are used in turn, again and again.
fn solve_all<F: Real, const TRANSPOSED: bool>(matrices: &[F], n: usize, vectors: &mut [F]) {
    if n > 0 {
        for (x, l) in vectors.chunks_exact_mut(n).zip(matrices.chunks_exact(n * n).cycle()) {
            if TRANSPOSED { solve_transposed(l, x) } else { solve(l, x) }
        }
    }
}

/// x ← L⁻¹·x, from the first element to the last.
fn solve<F: Real>(l: &[F], x: &mut [F]) {
    let n = x.len();
    for i in 0..n {
        let known: F = l[i * n..i * n + i].iter().zip(&*x).map(|(&l, &x)| l * x).sum();
        x[i] = (x[i] - known) / l[i * n + i];
    }
}

/// x ← L⁻ᵀ·x, from the last element to the first; each that is found leaves the equations above it.
fn solve_transposed<F: Real>(l: &[F], x: &mut [F]) {
    let n = x.len();
    for i in (0..n).rev() {
        let (above, found) = x.split_at_mut(i);
        found[0] /= l[i * n + i];
        above.iter_mut().zip(&l[i * n..i * n + i]).for_each(|(x, &l)| *x -= l * found[0]);
    }
}
