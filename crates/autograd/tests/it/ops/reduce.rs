//! Sums, means, maxima and variances.

use super::{along, at, close, front, same_bits, shapes, shapes_and_axes, tensor};
use autograd::{check, prelude::*};
use proptest::prelude::*;

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn var(x: &[f64]) -> f64 {
    let squares: Vec<f64> = x.iter().map(|xi| (xi - mean(x)).powi(2)).collect();
    mean(&squares)
}

fn max(x: &[f64]) -> f64 {
    x.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

proptest! {
    /// At most 3 terms below 2: a few roundings of 2⁻⁵².
    #[test]
    fn values((shape, axis) in shapes_and_axes(), seed: u64) {
        let x = tensor(&shape, seed);
        let n = shape[front(&shape, axis)];
        close(x.sum(axis).data(), &along(&x, axis, |x| x.iter().sum()), 1e-14);
        close(x.mean(axis).data(), &along(&x, axis, mean), 1e-14);
        close(x.var(axis).data(), &along(&x, axis, var), 1e-14);
        if n > 0 {
            close(x.max(axis).data(), &along(&x, axis, max), 0.0);
            assert_eq!(x.max_keep(axis).data(), x.max(axis).data());
            same_bits!([x] x.max(axis) + x.max_keep(axis).reshape(x.max(axis).shape()));
        }
        close(&[x.sum_all().item()], &[x.data().iter().sum()], 1e-13);
        close(&[x.mean_all().item()], &[mean(x.data())], 1e-14);
        same_bits!([x] x.sum(axis));
        same_bits!([x] x.mean(axis));
        same_bits!([x] x.var(axis));
        same_bits!([x] x.sum_all());
        same_bits!([x] x.mean_all());
    }

    #[test]
    fn shapes_with_and_without_the_axis((shape, axis) in shapes_and_axes()) {
        let x = tensor(&shape, 1);
        let axis_from_front = front(&shape, axis);
        let (mut gone, mut kept) = (shape.clone(), shape.clone());
        gone.remove(axis_from_front);
        kept[axis_from_front] = 1;
        for y in [x.sum(axis), x.mean(axis), x.var(axis), x.logsumexp(axis)] {
            prop_assert_eq!(y.shape(), Shape::new(&gone));
        }
        for y in [x.sum_keep(axis), x.mean_keep(axis), x.var_keep(axis), x.logsumexp_keep(axis)] {
            prop_assert_eq!(y.shape(), Shape::new(&kept));
        }
    }

    #[test]
    fn derivatives((shape, axis) in shapes_and_axes(), seed: u64) {
        let x = [tensor(&shape, seed)];
        check::gradients(&x, |v| v[0].sum(axis))?;
        check::gradients(&x, |v| v[0].sum_keep(axis))?;
        check::gradients(&x, |v| v[0].mean(axis))?;
        check::gradients(&x, |v| v[0].mean_keep(axis))?;
        check::gradients(&x, |v| v[0].var(axis))?;
        check::gradients(&x, |v| v[0].var_keep(axis))?;
        if shape[front(&shape, axis)] > 0 {
            check::gradients(&x, |v| v[0].max(axis))?;
            check::gradients(&x, |v| v[0].max_keep(axis))?;
        }
    }

    #[test]
    fn derivatives_over_everything(shape in shapes(0..=4), seed: u64) {
        let x = [tensor(&shape, seed)];
        check::gradients(&x, |v| v[0].sum_all())?;
        check::gradients(&x, |v| v[0].mean_all())?;
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Extents past the lanes, tiles and blocks of the loops. Their sums stay below 200·2, with as many roundings of 2⁻⁵²
    /// of that at the very worst.
    #[test]
    fn long_axes(outer in 1usize..3, n in 1usize..200, inner in 1usize..150, seed: u64) {
        let x = tensor(&[outer, n, inner], seed);
        for axis in 0..3 {
            close(x.sum(axis).data(), &along(&x, axis, |x| x.iter().sum()), 2e-11);
            close(x.max(axis).data(), &along(&x, axis, max), 0.0);
            close(x.var(axis).data(), &along(&x, axis, var), 1e-12);
        }
        // The derivative of Σ w·x with w = y's own weights is w again, wherever the loops put it.
        let w = tensor(&[outer, inner], !seed);
        let (_, g) = at::<f64>(&x, |v| v.sum(1) * v.tape().constant(&w));
        for (i, g) in g.iter().enumerate() {
            prop_assert_eq!(*g, w.data()[i / (n * inner) * inner + i % inner]);
        }
    }
}

/// In single precision the mean of 100,000 numbers near 1000 is right to a few ulp along the last axis, where 32 partial
/// sums run side by side, and to 20 along another, where 1600 sums of 64 numbers each are added up; and the variance does
/// not drown. Summed one by one the numbers would be off by 10⁻³ of the mean, and E x² − (E x)² by more than the variance.
#[test]
fn long_sums_in_single_precision() {
    for (shape, axis, tolerance) in [([1, 100_000], 1, 3e-7), ([100_000, 1], 0, 3e-7), ([100_000, 2], 0, 2e-6)] {
        let x = (tensor(&shape, 3) + 1000.0).cast::<f32>();
        let double = x.cast::<f64>();
        for (&m, exact) in x.mean(axis).data().iter().zip(along(&double, axis, mean)) {
            assert!((f64::from(m) / exact - 1.0).abs() < tolerance, "{m} {exact} {shape:?}");
        }
        let exact = along(&double, axis, |x| {
            let m = mean(x);
            x.iter().map(|x| (x - m).powi(2)).sum::<f64>() / x.len() as f64
        });
        for (&v, exact) in x.var(axis).data().iter().zip(exact) {
            assert!((f64::from(v) / exact - 1.0).abs() < 1e-5, "{v} {exact} {shape:?}");
        }
    }
}

#[test]
fn nothing_to_reduce() {
    let x = Tensor::<f64>::zeros([2, 0]);
    assert_eq!(x.sum(1).data(), [0.0, 0.0]);
    assert!(x.mean(1).data().iter().chain(x.var(1).data()).all(|y| y.is_nan()));
    assert_eq!(x.sum(0).shape(), Shape::from([0]));
    assert_eq!(x.sum_all().item(), 0.0);
    assert!(x.mean_all().item().is_nan());
    assert_eq!(Tensor::<f64>::zeros([0, 3]).max(1).shape(), Shape::from([0]));
}

#[test]
fn infinities_and_nan() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let x = Tensor::from([[1.0, inf, 2.0], [-inf, -inf, -inf], [3.0, nan, inf]]);
    for x in [x.clone(), x.transpose()].iter().zip([1, 0]).map(|(x, axis)| x.max(axis)) {
        close(x.data(), &[inf, -inf, nan], 0.0);
    }
    close(x.sum(1).data(), &[inf, -inf, nan], 0.0);
    close(x.mean(1).data(), &[inf, -inf, nan], 0.0);
    close(x.var(1).data(), &[nan, nan, nan], 0.0);
    close(&[x.sum_all().item()], &[nan], 0.0);
}

/// The derivative of a maximum goes to the first of several, to the first NaN, and to one of several infinities.
#[test]
fn the_first_maximum_has_the_derivative() {
    let nan = f64::NAN;
    let x = Tensor::from([[1.0, 2.0, 2.0], [0.0, -0.0, -1.0], [5.0, nan, nan], [f64::NEG_INFINITY; 3]]);
    let expected = Tensor::from([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]);
    assert_eq!(at::<f64>(&x, |x| x.max(1)).1, expected.data());
    assert_eq!(at::<f64>(&x.transpose(), |x| x.max(0)).1, expected.transpose().data());
}

/// Values and derivatives in `f32` agree with `f64`: sums of three numbers below 2, to 10 ulp.
#[test]
fn single_precision_agrees() {
    let x = tensor(&[3, 4, 3], 11);
    for axis in 0..3 {
        macro_rules! agree {
            ($($f:ident)*) => {$(
                let (single, double) = (at::<f32>(&x, |x| x.$f(axis).square()), at::<f64>(&x, |x| x.$f(axis).square()));
                close(&[single.0], &[double.0], 1e-5);
                close(&single.1, &double.1, 1e-6);
            )*};
        }
        agree!(sum mean max var logsumexp softmax log_softmax);
    }
}
