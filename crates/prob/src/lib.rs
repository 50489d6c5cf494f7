//! Distributions.

mod bernoulli;
mod categorical;
mod distribution;
mod event;
mod key;
mod kl;
mod laplace;
mod monte_carlo;
mod multivariate_normal;
mod noise;
mod normal;
mod special;
mod standard_normal;

pub use bernoulli::Bernoulli;
pub use categorical::Categorical;
pub use distribution::{Distribution, Entropy, Moments, Reparameterized};
pub use key::{Key, Stream};
pub use kl::{KlTo, kl};
pub use laplace::Laplace;
pub use monte_carlo::{Estimate, kl_monte_carlo};
pub use multivariate_normal::MultivariateNormal;
pub use noise::fill_standard_normal;
pub use normal::Normal;
pub use standard_normal::StandardNormal;

/// What programs that compute with distributions import: `use prob::prelude::*`.
pub mod prelude {
    pub use crate::{
        Bernoulli, Categorical, Distribution, Entropy, Key, KlTo, Laplace, Moments, MultivariateNormal, Normal,
        Reparameterized, StandardNormal, kl, kl_monte_carlo,
    };
}
