//! Ready models.

mod family;
mod linear_gaussian;
mod mlp;

pub use family::{Likelihood, Posterior};
pub use linear_gaussian::LinearGaussian;
pub use mlp::{LikelihoodFamily, MlpConfig, MlpVae, PosteriorFamily};
