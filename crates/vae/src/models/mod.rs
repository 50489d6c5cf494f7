//! Ready models.
//!
//! - [`MlpVae`]: multilayer perceptrons, for rows of any kind.
//! - [`ConvVae`]: convolutions, for images.
//! - [`LinearGaussian`]: the model of which everything is known exactly.

mod activation_name;
mod conv;
mod encoder;
mod family;
mod head;
mod linear_gaussian;
mod mlp;
mod trunk;

pub use conv::{ConvConfig, ConvVae};
pub use family::{Likelihood, LikelihoodFamily, Posterior, PosteriorFamily};
pub use linear_gaussian::LinearGaussian;
pub use mlp::{MlpConfig, MlpVae};
