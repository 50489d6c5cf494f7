//! The pictures of a run, from its model, its data and its history.

mod latent;
mod loss;
mod manifold;
mod quantile;

pub use latent::latent;
pub use loss::loss;
pub use manifold::manifold;

use vae::Threads;
use vae::evaluate::Codes;

use crate::picture::{self, Images, Picture};
use crate::trained::Trained;

/// Decoded latent vectors, as square as can be.
pub fn samples(trained: &Trained, values: &[f32]) -> Picture {
    let images = images(trained, values);
    picture::grid(&images, columns(&images, 1.0))
}

/// Originals above their reconstructions.
pub fn reconstructions(trained: &Trained, originals: &[f32], made: &[f32]) -> Picture {
    let images = images(trained, originals);
    let columns = if images.count() <= 10 { images.count() } else { columns(&images, 0.5).max(10) };
    picture::reconstructions(&images, made, columns)
}

/// What the model makes of rows with these codes: the mean of p(x|z) at the mean of q(z|x).
pub fn decoded(trained: &Trained, codes: &Codes, n: usize, threads: &Threads) -> Vec<f32> {
    let k = trained.latent();
    trained.decode(&codes.mean.data()[..n.min(codes.mean.shape()[0]) * k], threads)
}

fn images<'a>(trained: &Trained, pixels: &'a [f32]) -> Images<'a> {
    let [height, width] = trained.shape;
    Images { pixels, height, width }
}

/// How many images side by side give a picture `aspect` times as high as wide.
fn columns(images: &Images, aspect: f64) -> usize {
    let side = (images.count() * images.height) as f64 / (aspect * images.width as f64);
    (side.sqrt().round() as usize).max(1)
}
