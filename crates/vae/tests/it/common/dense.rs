//! Small dense matrices the plain way: elimination and Jacobi rotations, to check factorisations against.

use std::f64::consts::TAU;

/// Rows of equal length.
pub type Matrix = Vec<Vec<f64>>;

pub fn transpose(a: &Matrix) -> Matrix {
    (0..a[0].len()).map(|j| a.iter().map(|row| row[j]).collect()).collect()
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub fn plus(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

pub fn minus(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// A x.
pub fn apply(a: &Matrix, x: &[f64]) -> Vec<f64> {
    a.iter().map(|row| dot(row, x)).collect()
}

/// A B.
pub fn mul(a: &Matrix, b: &Matrix) -> Matrix {
    let b_t = transpose(b);
    a.iter().map(|row| apply(&b_t, row)).collect()
}

pub fn add_diagonal(a: &mut Matrix, x: f64) {
    a.iter_mut().enumerate().for_each(|(i, row)| row[i] += x);
}

pub fn trace(a: &Matrix) -> f64 {
    a.iter().enumerate().map(|(i, row)| row[i]).sum()
}

/// A⁻¹ and log|det A|, by Gauss–Jordan elimination with row pivots.
pub fn inverse(a: &Matrix) -> (Matrix, f64) {
    let n = a.len();
    let mut a = a.clone();
    for (i, row) in a.iter_mut().enumerate() {
        row.extend((0..n).map(|j| f64::from(i == j)));
    }
    let mut log_det = 0.0;
    for i in 0..n {
        let pivot = (i..n).max_by(|&p, &q| a[p][i].abs().total_cmp(&a[q][i].abs())).expect("a row is left");
        a.swap(i, pivot);
        log_det += a[i][i].abs().ln();
        let scale = a[i][i];
        a[i].iter_mut().for_each(|x| *x /= scale);
        let row = a[i].clone();
        for (_, other) in a.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let factor = other[i];
            other.iter_mut().zip(&row).for_each(|(x, r)| *x -= factor * r);
        }
    }
    (a.into_iter().map(|row| row[n..].to_vec()).collect(), log_det)
}

/// log N(r; 0, C).
pub fn log_normal(r: &[f64], c: &Matrix) -> f64 {
    let (inverse, log_det) = inverse(c);
    -0.5 * (dot(r, &apply(&inverse, r)) + log_det + r.len() as f64 * TAU.ln())
}

/// The eigenvalues of a symmetric matrix, greatest first, by cyclic Jacobi rotations
/// (G. Golub and C. Van Loan, *Matrix Computations*, section 8.5).
pub fn eigenvalues(a: &Matrix) -> Vec<f64> {
    let n = a.len();
    let mut a = a.clone();
    let off = |a: &Matrix| (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i][j].powi(2)).sum::<f64>();
    while off(&a) > 1e-28 * trace(&mul(&a, &a)) {
        for p in 0..n {
            for q in p + 1..n {
                if a[p][q] != 0.0 {
                    rotate(&mut a, p, q);
                }
            }
        }
    }
    let mut values: Vec<f64> = (0..n).map(|i| a[i][i]).collect();
    values.sort_by(|x, y| y.total_cmp(x));
    values
}

/// A ← Jᵀ A J with the rotation J in the plane (p, q) that makes a_pq 0.
fn rotate(a: &mut Matrix, p: usize, q: usize) {
    let tau = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let t = tau.signum() / (tau.abs() + (1.0 + tau * tau).sqrt());
    let c = (1.0 + t * t).sqrt().recip();
    let s = t * c;
    for row in a.iter_mut() {
        (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
    }
    let (row_p, row_q) = (a[p].clone(), a[q].clone());
    a[p] = row_p.iter().zip(&row_q).map(|(x, y)| c * x - s * y).collect();
    a[q] = row_p.iter().zip(&row_q).map(|(x, y)| s * x + c * y).collect();
}

/// Nodes u and weights of the Gauss–Hermite rule for E[f(u)], u ~ N(0, 1), with n nodes: exact for polynomials of degree
/// 2n − 1. The nodes are the roots of Heₙ, one between each two of Heₙ₋₁, found by bisection.
pub fn gauss_hermite(n: usize) -> Vec<(f64, f64)> {
    let mut roots: Vec<f64> = Vec::new();
    for m in 1..=n {
        let edge = 2.0 * (m as f64).sqrt() + 1.0;
        let ends: Vec<f64> = [-edge].into_iter().chain(roots).chain([edge]).collect();
        roots = ends.windows(2).map(|ends| root(m, ends[0], ends[1])).collect();
    }
    // wᵢ = (n − 1)!/(n Heₙ₋₁(uᵢ)²) for the density of N(0, 1).
    let factorial: f64 = (1..n).map(|i| i as f64).product();
    roots.into_iter().map(|u| (u, factorial / (n as f64 * hermite(n - 1, u).powi(2)))).collect()
}

/// The root of Heₘ between two bounds, by bisection to the last bit.
fn root(m: usize, mut low: f64, mut high: f64) -> f64 {
    let sign = hermite(m, low).signum();
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if hermite(m, middle).signum() == sign { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Heₘ(u) of the probabilists: He₀ = 1, He₁ = u, Heₘ₊₁ = u Heₘ − m Heₘ₋₁.
fn hermite(m: usize, u: f64) -> f64 {
    let (mut last, mut now) = (0.0, 1.0);
    for i in 0..m {
        (last, now) = (now, u * now - i as f64 * last);
    }
    now
}
