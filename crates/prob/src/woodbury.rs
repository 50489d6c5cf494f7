//! Σ = D + W Wᵀ with a diagonal D and W `[K, R]`: its inverse and its determinant from a matrix of R rows.
//!
//! With A = D^−½ W and the capacitance matrix C = I + AᵀA, Σ⁻¹ = D^−½ (I − A C⁻¹ Aᵀ) D^−½ (M. Woodbury, *Inverting modified
//! matrices*, 1950) and log|Σ| = log|D| + log|C| (the matrix determinant lemma).
//!
//! C = UᵀU is factored without being formed, by rotating the rows of A into I one after the other: where A is large or its
//! columns are nearly the same, I would be lost in AᵀA, and with it C's definiteness. All is computed in `f64` for either type.

use crate::event::{expand, together};
use crate::overflow::unless_overflow;
use autograd::prelude::*;
use autograd::{Cotangents, Op, Point, ShapeError};
use std::sync::Arc;

/// A stack of matrices Σ.
pub(crate) struct Woodbury<V> {
    /// W, `[.., K, R]`.
    factor: V,
    /// d, `[.., K]`.
    diagonal: V,
    numbers: Arc<Factors>,
}

/// What is computed from the numbers of W and d.
#[derive(Debug)]
struct Factors {
    /// How many matrices there are, K and R.
    stack: usize,
    k: usize,
    r: usize,
    /// √d, `[stack, K]`.
    scale: Vec<f64>,
    /// A, `[stack, K, R]`.
    scaled: Vec<f64>,
    /// U, `[stack, R, R]`.
    upper: Vec<f64>,
}

impl<V: Array> Woodbury<V> {
    /// From W `[.., K, R]` and d `[.., K]`, with the same leading axes.
    pub fn new(factor: V, diagonal: V) -> Self {
        let numbers = Arc::new(Factors::new(&factor.value(), &diagonal.value()));
        Woodbury { factor, diagonal, numbers }
    }

    /// `[.., K]`.
    pub fn shape(&self) -> Shape {
        self.diagonal.shape()
    }

    /// δᵀΣ⁻¹δ for each vector of `delta [.., K]`.
    #[track_caller]
    pub fn square_distance(&self, delta: V) -> V {
        let shape = together("LowRankNormal: x and the factors", delta.shape(), self.shape());
        unless_overflow("LowRankNormal", f64::INFINITY, &expand(delta, shape), |delta| {
            V::apply(SquareDistance(Arc::clone(&self.numbers)), &[delta, &self.factor, &self.diagonal])
        })
    }

    /// log|Σ| of each matrix.
    pub fn log_determinant(&self) -> V {
        V::apply(LogDeterminant(Arc::clone(&self.numbers)), &[&self.factor, &self.diagonal])
    }
}

/// U with UᵀU grown by the row's aᵀa, by a rotation for each element of the row, which is used up.
fn rotate(upper: &mut [f64], row: &mut [f64]) {
    let r = row.len();
    for j in 0..r {
        let length = upper[j * r + j].hypot(row[j]);
        let (cos, sin) = (upper[j * r + j] / length, row[j] / length);
        for (u, a) in upper[j * r + j..(j + 1) * r].iter_mut().zip(&mut row[j..]) {
            (*u, *a) = (cos * *u + sin * *a, cos * *a - sin * *u);
        }
    }
}

impl Factors {
    fn new<F: Real>(factor: &Tensor<F>, diagonal: &Tensor<F>) -> Factors {
        let (stack, k, r) = factor.shape().split(factor.shape().rank() - 2);
        let scale: Vec<f64> = diagonal.data().iter().map(|d| d.as_f64().sqrt()).collect();
        let scaled: Vec<f64> = factor.data().iter().enumerate().map(|(i, w)| w.as_f64() / scale[i / r]).collect();
        let mut upper = Vec::with_capacity(stack * r * r);
        for s in 0..stack {
            let mut u = Tensor::eye(r);
            let rows = (s * k..(s + 1) * k).map(|j| &scaled[j * r..][..r]);
            rows.for_each(|row| rotate(u.data_mut(), &mut row.to_vec()));
            upper.extend_from_slice(u.data());
        }
        Factors { stack, k, r, scale, scaled, upper }
    }

    /// √d of matrix `s`.
    fn scale(&self, s: usize) -> &[f64] {
        &self.scale[s * self.k..][..self.k]
    }

    /// The rows of A of matrix `s`.
    fn rows(&self, s: usize) -> impl Iterator<Item = &[f64]> {
        (s * self.k..(s + 1) * self.k).map(|j| &self.scaled[j * self.r..][..self.r])
    }

    /// U of matrix `s`.
    fn upper(&self, s: usize) -> &[f64] {
        &self.upper[s * self.r * self.r..][..self.r * self.r]
    }

    /// Of each row of A: the number of its matrix, its own, and what `f` makes of a copy of it.
    fn each_row(&self, mut f: impl FnMut(usize, usize, &mut [f64])) {
        let mut copy = vec![0.0; self.r];
        for at in 0..self.scale.len() {
            copy.copy_from_slice(&self.scaled[at * self.r..][..self.r]);
            f(at / self.k, at, &mut copy);
        }
    }

    /// x ← U⁻ᵀ x.
    fn solve_transposed(&self, s: usize, x: &mut [f64]) {
        let (r, u) = (x.len(), self.upper(s));
        for i in 0..r {
            x[i] /= u[i * r + i];
            let (found, below) = x.split_at_mut(i + 1);
            below.iter_mut().zip(&u[i * r + i + 1..(i + 1) * r]).for_each(|(x, u)| *x -= u * found[i]);
        }
    }

    /// x ← U⁻¹ x.
    fn solve(&self, s: usize, x: &mut [f64]) {
        let (r, u) = (x.len(), self.upper(s));
        for i in (0..r).rev() {
            let known = dot(&u[i * r + i + 1..(i + 1) * r], &x[i + 1..]);
            x[i] = (x[i] - known) / u[i * r + i];
        }
    }

    /// δᵀΣ⁻¹δ = ‖u − A v‖² + ‖v‖² with u = D^−½ δ and v = C⁻¹Aᵀu = WᵀΣ⁻¹δ, which makes it least: so nothing is lost as in
    /// ‖u‖² − uᵀA v, and rounding in v counts in the second order. Writes u − A v = D^½ Σ⁻¹δ and v.
    fn square_distance<F: Real>(&self, s: usize, delta: &[F], residual: &mut [f64], v: &mut [f64]) -> f64 {
        v.fill(0.0);
        for (((u, delta), scale), row) in residual.iter_mut().zip(delta).zip(self.scale(s)).zip(self.rows(s)) {
            *u = delta.as_f64() / scale;
            v.iter_mut().zip(row).for_each(|(v, a)| *v += a * *u);
        }
        self.solve_transposed(s, v);
        self.solve(s, v);
        residual.iter_mut().zip(self.rows(s)).for_each(|(u, row)| *u -= dot(row, v));
        dot(residual, residual) + dot(v, v)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// y = δᵀΣ⁻¹δ. With h = Σ⁻¹δ and v = Wᵀh, ∂y/∂δ = 2h, ∂y/∂W = −2h vᵀ and ∂y/∂dⱼ = −hⱼ².
#[derive(Debug)]
struct SquareDistance(Arc<Factors>);

impl<F: Real> Op<F> for SquareDistance {
    fn name(&self) -> &'static str {
        "square_distance"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let (delta, diagonal) = (inputs[0], inputs[2]);
        if delta.dims().ends_with(diagonal.dims()) && inputs[1].without(inputs[1].rank() - 1) == diagonal {
            Ok(delta.without(delta.rank() - 1))
        } else {
            Err(ShapeError::new("needs vectors [.., K] whose last axes are the factors'"))
        }
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let Factors { k, r, stack, .. } = *self.0;
        let (mut residual, mut v) = (vec![0.0; k], vec![0.0; r]);
        for (i, y) in y.iter_mut().enumerate() {
            let delta = &inputs[0].data()[i * k..][..k];
            *y = F::of(self.0.square_distance(i % stack, delta, &mut residual, &mut v));
        }
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let Factors { k, r, stack, .. } = *self.0;
        let (mut h, mut v) = (vec![0.0; g.len() * k], vec![0.0; g.len() * r]);
        for i in 0..g.len() {
            let (h, v) = (&mut h[i * k..][..k], &mut v[i * r..][..r]);
            self.0.square_distance(i % stack, &at.x(0)[i * k..][..k], h, v);
            h.iter_mut().zip(self.0.scale(i % stack)).for_each(|(h, scale)| *h /= scale);
        }
        dx.with(0, |d| {
            d.iter_mut().enumerate().for_each(|(i, d)| *d = F::of(2.0 * h[i]) * g[i / k]);
        });
        dx.with(1, |d| {
            d.fill(F::zero());
            for (j, h) in h.iter().enumerate() {
                let (i, at) = (j / k, (j / k % stack) * k + j % k);
                let d = &mut d[at * r..][..r];
                d.iter_mut().zip(&v[i * r..][..r]).for_each(|(d, v)| *d -= F::of(2.0 * h * v) * g[i]);
            }
        });
        dx.with(2, |d| {
            d.fill(F::zero());
            let n = d.len();
            h.iter().enumerate().for_each(|(j, h)| d[j % n] -= F::of(h * h) * g[j / k]);
        });
    }
}

/// y = log|Σ|. ∂y/∂W = 2 Σ⁻¹W = 2 D⁻¹W C⁻¹ and ∂y/∂dⱼ = (Σ⁻¹)ⱼⱼ = (1 − ‖U⁻ᵀaⱼ‖²)/dⱼ with the rows aⱼ of A.
#[derive(Debug)]
struct LogDeterminant(Arc<Factors>);

impl<F: Real> Op<F> for LogDeterminant {
    fn name(&self) -> &'static str {
        "log_determinant"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        if inputs[0].without(inputs[0].rank() - 1) == inputs[1] {
            Ok(inputs[1].without(inputs[1].rank() - 1))
        } else {
            Err(ShapeError::new("needs factors [.., K, R] and diagonals [.., K]"))
        }
    }

    fn forward(&self, _: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let r = self.0.r;
        for (s, y) in y.iter_mut().enumerate() {
            let capacitance: f64 = (0..r).map(|j| self.0.upper(s)[j * r + j].ln()).sum();
            let diagonal: f64 = self.0.scale(s).iter().map(|scale| scale.ln()).sum();
            *y = F::of(2.0 * (capacitance + diagonal));
        }
    }

    fn vjp(&self, _: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let (factors, r) = (&self.0, self.0.r);
        dx.with(0, |d| {
            factors.each_row(|s, at, row| {
                factors.solve_transposed(s, row);
                factors.solve(s, row);
                let d = &mut d[at * r..][..r];
                d.iter_mut().zip(row).for_each(|(d, x)| *d = F::of(2.0 * *x / factors.scale[at]) * g[s]);
            });
        });
        dx.with(1, |d| {
            factors.each_row(|s, at, row| {
                factors.solve_transposed(s, row);
                d[at] = F::of((1.0 - dot(row, row)) / factors.scale[at].powi(2)) * g[s];
            });
        });
    }
}
