//! The data that workloads train on.

use autograd::{Shape, Tensor};
use prob::Key;
use rand::{Rng, RngExt};
use std::fs::File;
use std::io::{self, Read};
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
    let mut file = File::open(path)?;
    let (bytes, row) = (file.metadata()?.len() as usize, 4 * features);
    if bytes == 0 || bytes % row != 0 {
        return Err(io::Error::other(format!("{}: not rows of {features} numbers", path.display())));
    }
    // Block by block: the memory of the whole file's bytes would cost more than reading it.
    let (mut numbers, mut block) = (Vec::with_capacity(bytes / 4), vec![0; 64 * row]);
    while numbers.len() < bytes / 4 {
        let block = &mut block[..(64 * row).min(bytes - 4 * numbers.len())];
        file.read_exact(block)?;
        numbers.extend(block.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)));
    }
    Ok(Tensor::new([bytes / row, features], numbers))
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
