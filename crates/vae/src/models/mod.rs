//! Ready models.

mod family;
mod mlp;

pub use family::{Likelihood, Posterior};
pub use mlp::{LikelihoodFamily, MlpConfig, MlpVae, PosteriorFamily};
