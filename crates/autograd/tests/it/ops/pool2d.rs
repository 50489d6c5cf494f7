//! Pooling against its definition.

use super::{at, close, same_bits, tensor};
use autograd::{check, prelude::*};
use proptest::prelude::*;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// Images, and the size, stride and padding of windows that fit them.
fn cases() -> impl Strategy<Value = (Tensor<f64>, [[usize; 2]; 3])> {
    let pair = |range: std::ops::Range<usize>| [range.clone(), range];
    (0usize..3, 0usize..3, pair(0..5), pair(1..5), pair(1..4), pair(0..3), any::<u64>()).prop_map(
        |(batch, channels, more, size, stride, padding, seed)| {
            let padding = [0, 1].map(|axis: usize| padding[axis].min(size[axis] / 2));
            let extent = |axis: usize| size[axis].saturating_sub(2 * padding[axis]).max(1) + more[axis];
            (tensor(&[batch, channels, extent(0), extent(1)], seed), [size, stride, padding])
        },
    )
}

/// `f` of the pixels of each window.
fn windows(x: &Tensor<f64>, [size, stride, padding]: [[usize; 2]; 3], f: impl Fn(Vec<f64>) -> f64) -> Tensor<f64> {
    let shape = x.shape();
    let places = |axis: usize| (shape[axis + 2] + 2 * padding[axis] - size[axis]) / stride[axis] + 1;
    let (h, w) = (places(0), places(1));
    Tensor::from_fn([shape[0], shape[1], h, w], |i| {
        let mut seen = Vec::new();
        for row in i / w % h * stride[0]..i / w % h * stride[0] + size[0] {
            for column in i % w * stride[1]..i % w * stride[1] + size[1] {
                let inside = |n: usize, axis: usize| (padding[axis]..padding[axis] + shape[axis + 2]).contains(&n);
                if inside(row, 0) && inside(column, 1) {
                    let (b, c) = (i / (h * w) / shape[1], i / (h * w) % shape[1]);
                    seen.push(x.at(&[b, c, row - padding[0], column - padding[1]]));
                }
            }
        }
        f(seen)
    })
}

proptest! {
    /// The greatest is exact; a mean of at most 16 numbers below 2 has a few roundings.
    #[test]
    fn values((x, windowing) in cases()) {
        let [size, stride, padding] = windowing;
        let greatest = windows(&x, windowing, |seen| seen.into_iter().fold(-INF, f64::max));
        prop_assert_eq!(x.max_pool2d(size, stride, padding), greatest);
        let mean = windows(&x, windowing, |seen| seen.into_iter().sum::<f64>() / (size[0] * size[1]) as f64);
        let y = x.avg_pool2d(size, stride, padding);
        prop_assert_eq!(y.shape(), mean.shape());
        close(y.data(), mean.data(), 1e-14);
        let single = x.cast::<f32>().avg_pool2d(size, stride, padding);
        close(single.cast::<f64>().data(), mean.data(), 2e-6);
        same_bits!([x] x.max_pool2d(size, stride, padding));
        same_bits!([x] x.avg_pool2d(size, stride, padding));
    }

    #[test]
    fn derivatives((x, [size, stride, padding]) in cases()) {
        check::gradients(std::slice::from_ref(&x), |v| v[0].max_pool2d(size, stride, padding))?;
        check::gradients(std::slice::from_ref(&x), |v| v[0].avg_pool2d(size, stride, padding))?;
        // Up to 16 windows see a pixel.
        let double = at::<f64>(&x, |x| x.avg_pool2d(size, stride, padding)).1;
        close(&at::<f32>(&x, |x| x.avg_pool2d(size, stride, padding)).1, &double, 4e-6);
        let double = at::<f64>(&x, |x| x.max_pool2d(size, stride, padding)).1;
        close(&at::<f32>(&x, |x| x.max_pool2d(size, stride, padding)).1, &double, 0.0);
    }
}

/// Of equal pixels the first gets the derivative, of several NaN the last, as PyTorch has it.
#[test]
fn ties_and_nans() {
    let max = |row: [f64; 4]| {
        let x = Tensor::new([1, 1, 2, 2], row.to_vec());
        let g = at::<f64>(&x, |x| x.max_pool2d([2, 2], [1, 1], [0, 0])).1;
        (x.max_pool2d([2, 2], [1, 1], [0, 0]).item(), g)
    };
    assert_eq!(max([1.0, 3.0, 3.0, 2.0]), (3.0, vec![0.0, 1.0, 0.0, 0.0]));
    assert_eq!(max([0.0, -0.0, 0.0, -0.0]), (0.0, vec![1.0, 0.0, 0.0, 0.0]));
    assert_eq!(max([-INF; 4]), (-INF, vec![1.0, 0.0, 0.0, 0.0]));
    assert_eq!(max([1.0, INF, INF, 2.0]), (INF, vec![0.0, 1.0, 0.0, 0.0]));
    let (y, g) = max([NAN, 5.0, NAN, INF]);
    assert!(y.is_nan());
    assert_eq!(g, [0.0, 0.0, 1.0, 0.0]);
    let x = Tensor::new([1, 1, 1, 4], vec![1.0, NAN, 2.0, 3.0]);
    close(x.max_pool2d([1, 2], [1, 1], [0, 0]).data(), &[NAN, NAN, 3.0], 0.0);
    close(x.avg_pool2d([1, 2], [1, 2], [0, 0]).data(), &[NAN, 2.5], 0.0);
}

/// A pixel that two windows see gets both cotangents; one that none sees gets nothing.
#[test]
fn shared_and_unseen_pixels() {
    let x = Tensor::new([1, 1, 1, 4], vec![1.0, 2.0, 0.0, 9.0]);
    assert_eq!(at::<f64>(&x, |x| x.max_pool2d([1, 2], [1, 1], [0, 0])).1, [0.0, 2.0, 0.0, 1.0]);
    assert_eq!(at::<f64>(&x, |x| x.avg_pool2d([1, 1], [1, 3], [0, 0])).1, [1.0, 0.0, 0.0, 1.0]);
}
