//! The data that workloads train on.

use autograd::{Shape, Tensor};
use prob::Key;
use rand::{Rng, RngExt};
use std::io;
use std::path::Path;

/// Rows of every data set.
pub const ROWS: usize = 8192;

/// Grey values of MNIST's shape and sparsity: a fifth of the pixels, in one blob a row, are above 0.
pub fn synthetic(features: usize, rng: &mut impl Rng) -> Tensor<f32> {
    let side = (features as f64).sqrt();
    let radius = side * (0.2 / std::f64::consts::PI).sqrt();
    let mut x = Tensor::zeros([ROWS, features]);
    for row in x.data_mut().chunks_exact_mut(features) {
        let mut near_centre = || side * (0.4 + 0.2 * rng.random::<f64>());
        let (cx, cy) = (near_centre(), near_centre());
        for (i, x) in row.iter_mut().enumerate() {
            let (px, py) = ((i as f64 % side).floor(), (i as f64 / side).floor());
            let distance = (px - cx).hypot(py - cy) / radius;
            *x = (2.0 * (1.0 - distance)).clamp(0.0, 1.0) as f32;
        }
    }
    x
}

/// The rows of a file of raw little-endian `f32`.
pub fn read(path: &Path, features: usize) -> io::Result<Tensor<f32>> {
    let bytes = std::fs::read(path)?;
    let (numbers, []) = bytes.as_chunks::<4>() else {
        return Err(io::Error::other(format!("{}: the length is not a multiple of 4 bytes", path.display())));
    };
    if numbers.is_empty() || numbers.len() % features != 0 {
        return Err(io::Error::other(format!("{}: not rows of {features} numbers", path.display())));
    }
    let numbers: Vec<f32> = numbers.iter().map(|b| f32::from_le_bytes(*b)).collect();
    Ok(Tensor::new([numbers.len() / features, features], numbers))
}

/// The first `n` rows of [`synthetic`] data.
pub fn head(n: usize, features: usize) -> Tensor<f32> {
    let x = synthetic(features, &mut Key::new(0).stream("data", 0, 0));
    Tensor::new([n, features], x.data()[..n * features].to_vec())
}

/// Draws from N(0, 1), always the same.
pub fn normal(shape: impl Into<Shape>) -> Tensor<f32> {
    prob::StandardNormal::new(shape).sample(&mut Key::new(0).stream("normal", 0, 0))
}
