//! The plane of a latent space with two dimensions.

use vae::Threads;

use super::{images, quantile::normal_quantile};
use crate::picture::{self, Picture};
use crate::trained::Trained;

/// Images across and down.
const SIDE: usize = 20;

/// Decoded points of the plane, at the quantiles of N(0, 1) in both directions: each image stands for the same share of
/// the prior. The first dimension goes right, the second up. `None` unless there are two dimensions.
pub fn manifold(trained: &Trained, threads: &Threads) -> Option<Picture> {
    if trained.latent() != 2 {
        return None;
    }
    let at = |i: usize| normal_quantile((i as f64 + 0.5) / SIDE as f64) as f32;
    let plane: Vec<f32> =
        (0..SIDE).rev().flat_map(|row| (0..SIDE).flat_map(move |column| [at(column), at(row)])).collect();
    let values = trained.decode(&plane, threads);
    Some(picture::grid(&images(trained, &values), SIDE))
}
