//! The workloads that benchmarks train, and the data they train on.

use autograd::Tensor;
use nn::Activation;
use rand::{Rng, RngExt};
use std::io;
use std::path::Path;
use vae::models::{MlpConfig, MlpVae};

/// Rows of every data set.
pub const ROWS: usize = 8192;

/// A network and the number of importance-weighted draws it is trained with, if any.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Features of a row.
    pub features: usize,
    /// The network.
    pub config: MlpConfig,
    /// Draws of the importance-weighted bound; the plain ELBO where there are none.
    pub importance: Option<usize>,
}

impl Workload {
    /// The workload of a name: W1, W2, W2K50, W3 or W5.
    pub fn named(name: &str) -> Option<Workload> {
        let (features, hidden, latent, activation, importance) = match name {
            "W1" => (784, vec![400], 20, Activation::Relu, None),
            "W2" => (784, vec![200, 200], 50, Activation::Tanh, None),
            "W2K50" => (784, vec![200, 200], 50, Activation::Tanh, Some(50)),
            "W3" => (784, vec![1024, 1024], 64, Activation::Relu, None),
            "W5" => (64, vec![128], 8, Activation::Relu, None),
            _ => return None,
        };
        let config = MlpConfig { hidden, latent, activation, ..MlpConfig::default() };
        Some(Workload { features, config, importance })
    }

    /// The model with fresh weights.
    pub fn model(&self, rng: &mut impl Rng) -> MlpVae<f32> {
        MlpVae::new(self.features, &self.config, rng)
    }
}

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
