//! Factors, triangular systems and diagonals.

use super::{close, same_bits, tensor};
use autograd::{check, prelude::*};
use proptest::prelude::*;

/// Leading axes: none, or up to two.
fn stacks() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0usize..3, 0..=2)
}

fn with(leading: &[usize], last: &[usize]) -> Vec<usize> {
    [leading, last].concat()
}

/// Lower triangular matrices with a diagonal from 1 to 3; above it stand numbers that must not matter.
fn lower(leading: &[usize], n: usize, seed: u64) -> Tensor<f64> {
    let x = tensor(&with(leading, &[n, n]), seed);
    Tensor::from_fn(x.shape(), |i| if i / n % n == i % n { 1.0 + x.data()[i].abs() } else { x.data()[i] })
}

/// Symmetric positive definite matrices: ½ B·Bᵀ + 1.
fn definite(leading: &[usize], n: usize, seed: u64) -> Tensor<f64> {
    let b = tensor(&with(leading, &[n, n]), seed);
    b.matmul_t(&b) * 0.5 + &Tensor::eye(n)
}

/// L·b, or Lᵀ·b, for vectors that use the matrices in turn, by the definition.
fn product(l: &Tensor<f64>, b: &Tensor<f64>, transposed: bool) -> Vec<f64> {
    let n = l.shape()[l.shape().rank() - 1];
    let element = |v: usize, i: usize, j: usize| {
        let (i, j) = if transposed { (j, i) } else { (i, j) };
        if j > i { 0.0 } else { l.data()[(v * n * n + i * n + j) % l.data().len()] }
    };
    (0..b.data().len()).map(|at| (0..n).map(|j| element(at / n, at % n, j) * b.data()[at / n * n + j]).sum()).collect()
}

proptest! {
    /// Condition numbers here are below 10³, so that solutions and factors are right to about 10⁻¹².
    #[test]
    fn cholesky(leading in stacks(), n in 0usize..5, seed: u64) {
        let a = definite(&leading, n, seed);
        let l = a.cholesky();
        close(l.matmul_t(&l).data(), a.data(), 1e-12);
        prop_assert_eq!(l.tril(), l.clone());
        prop_assert!(l.diagonal().data().iter().all(|&d| d > 0.0));
        // What stands above the diagonal is not read.
        prop_assert_eq!(a.tril().cholesky(), l);
        same_bits!([a] a.cholesky());
        check::gradients(&[a], |v| v[0].cholesky())?;
    }

    /// Through B the derivative is by a symmetric matrix.
    #[test]
    fn cholesky_of_a_product(n in 1usize..5, seed: u64) {
        check::gradients(&[tensor(&[n, n], seed)], |v| {
            (v[0].matmul_t(&v[0]) + v[0].tape().constant(&Tensor::eye(n))).cholesky()
        })?;
    }

    #[test]
    fn solutions(leading in stacks(), more in prop::option::of(0usize..4), n in 0usize..5, seed: u64) {
        let l = lower(&leading, n, seed);
        let mut shape = with(&leading, &[n]);
        more.into_iter().for_each(|s| shape.insert(0, s));
        let b = tensor(&shape, !seed);
        let (y, z) = (l.solve_lower(&b), l.solve_lower_t(&b));
        prop_assert_eq!(y.shape(), b.shape());
        // Residuals are small whatever the condition number; numbers here are below 2·5·3⁴.
        let size = y.data().iter().chain(z.data()).fold(1.0f64, |m, y| m.max(y.abs()));
        close(&product(&l, &y, false), b.data(), 1e-13 * size);
        close(&product(&l, &z, true), b.data(), 1e-13 * size);
        prop_assert_eq!(l.tril().solve_lower(&b), y);
        prop_assert_eq!(l.tril().solve_lower_t(&b), z);
        same_bits!([l, b] l.solve_lower(&b));
        same_bits!([l, b] l.solve_lower_t(&b));
    }

    /// Diagonals of at least 1 with small numbers beside them, so that the third derivatives stay small.
    #[test]
    fn derivatives_of_solutions(leading in stacks(), more in prop::option::of(0usize..4), n in 0usize..4, seed: u64) {
        let l = lower(&leading, n, seed);
        let mut shape = with(&leading, &[n]);
        more.into_iter().for_each(|s| shape.insert(0, s));
        let inputs = [l, tensor(&shape, !seed)];
        check::gradients(&inputs, |v| v[0].solve_lower(&v[1]))?;
        check::gradients(&inputs, |v| v[0].solve_lower_t(&v[1]))?;
    }

    #[test]
    fn diagonals_and_triangles(leading in stacks(), n in 0usize..4, seed: u64) {
        let x = tensor(&with(&leading, &[n, n]), seed);
        let d = x.diagonal();
        let element = |i: usize| (i / n % n, i % n);
        let expected: Vec<f64> = (0..x.data().len()).filter(|&i| element(i).0 == element(i).1).map(|i| x.data()[i]).collect();
        prop_assert_eq!(d.clone(), Tensor::new(&with(&leading, &[n])[..], expected));
        prop_assert_eq!(
            d.diagonal_matrix(),
            Tensor::from_fn(x.shape(), |i| if element(i).0 == element(i).1 { x.data()[i] } else { 0.0 })
        );
        prop_assert_eq!(x.tril(), Tensor::from_fn(x.shape(), |i| if element(i).0 >= element(i).1 { x.data()[i] } else { 0.0 }));
        same_bits!([x] x.diagonal());
        same_bits!([x] x.tril());
        same_bits!([d] d.diagonal_matrix());
        check::gradients(&[x], |v| v[0].diagonal())?;
        check::gradients(&[tensor(&with(&leading, &[n, n]), seed)], |v| v[0].tril())?;
        check::gradients(&[d], |v| v[0].diagonal_matrix())?;
    }
}

/// The documented way to solve for the columns of a matrix, alone and with one matrix for each leading index.
#[test]
fn columns_of_a_matrix() {
    let (l, m) = (lower(&[], 3, 1).tril(), tensor(&[3, 4], 2));
    let x = l.solve_lower(&m.transpose()).transpose();
    close(l.matmul(&x).data(), m.data(), 1e-13);

    let (l, m) = (lower(&[5], 3, 1).tril(), tensor(&[5, 3, 4], 2));
    let x = l.solve_lower(&m.permute(&[2, 0, 1])).permute(&[1, 2, 0]);
    close(l.matmul(&x).data(), m.data(), 1e-13);
}

/// NaN from the first column on that shows it, and in that matrix of a stack only.
#[test]
fn matrices_that_are_not_positive_definite() {
    let nan = f64::NAN;
    let indefinite = Tensor::from([[4.0, 2.0], [2.0, 1.0 - 1e-9]]);
    close(indefinite.cholesky().data(), &[2.0, 0.0, 1.0, nan], 0.0);
    let singular = Tensor::<f64>::zeros([2, 2]);
    close(singular.cholesky().data(), &[nan, 0.0, nan, nan], 0.0);
    let stack = Tensor::concat(&[&singular.reshape([1, 2, 2]), &Tensor::eye(2).reshape([1, 2, 2])], 0);
    close(&stack.cholesky().data()[4..], Tensor::<f64>::eye(2).data(), 0.0);
    // A singular system has no solution, and says so.
    assert!(singular.solve_lower(&Tensor::ones([2])).data().iter().all(|x| !x.is_finite()));
}

/// A matrix of extent 20 in single precision: condition number below 100, so that 1e-4 is hundreds of roundings.
#[test]
fn single_precision_agrees() {
    let a = definite(&[], 20, 5);
    let l = a.cholesky();
    close(a.cast::<f32>().cholesky().cast::<f64>().data(), l.data(), 1e-4);
    let b = tensor(&[3, 20], 6);
    let y = l.cast::<f32>().solve_lower(&b.cast()).cast::<f64>();
    close(y.data(), l.solve_lower(&b).data(), 1e-4);
    let y = l.cast::<f32>().solve_lower_t(&b.cast()).cast::<f64>();
    close(y.data(), l.solve_lower_t(&b).data(), 1e-4);
    check::gradients(&[definite(&[], 9, 1)], |v| v[0].cholesky()).unwrap();
}
