//! What a distribution is proved with: one kind of proof a file, and what all of them use here.

pub mod agreement;
pub mod divergence;
pub mod draws;
pub mod flows;
pub mod fused;
pub mod golden;
pub mod gradients;
pub mod limits;
pub mod mass;

use autograd::prelude::*;
use prob::{Key, Stream};

/// The false-alarm rate of each statistical comparison.
pub const FALSE_ALARM: f64 = 1e-6;

/// Infinity, for short.
pub const INF: f64 = f64::INFINITY;

/// A stream for a test.
pub fn stream(test: u64) -> Stream {
    Key::new(2024).stream("test", test, 0)
}

/// Element-by-element comparison with the tolerance `rel`·max(1, |b|); equal infinities agree, NaN never does.
#[track_caller]
pub fn close<F: Real>(a: &Tensor<F>, b: &Tensor<f64>, rel: f64) {
    assert_eq!(a.shape(), b.shape());
    for (a, b) in a.data().iter().zip(b.data()) {
        let a = a.as_f64();
        assert!(a == *b || (a - b).abs() <= rel * b.abs().max(1.0), "{a} is not {b} within {rel:e}");
    }
}

/// Distinct numbers between −1 and 1.
pub fn tensor(shape: impl Into<Shape>, seed: usize) -> Tensor<f64> {
    Tensor::from_fn(shape, |i| ((i + 7 * seed) as f64 * 0.7 + 0.3).sin())
}

/// The tensor repeated to a shape of more axes.
pub fn repeated(x: &Tensor<f64>, shape: impl Into<Shape>) -> Tensor<f64> {
    x + Tensor::zeros(shape)
}
