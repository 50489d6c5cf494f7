//! Distributions.

mod bernoulli;
mod distribution;
mod event;
mod key;
mod kl;
mod laplace;
mod noise;
mod normal;
mod special;
mod standard_normal;

pub use bernoulli::Bernoulli;
pub use distribution::{Distribution, Entropy, Moments, Reparameterized};
pub use key::{Key, Stream};
pub use kl::{KlTo, kl};
pub use laplace::Laplace;
pub use noise::fill_standard_normal;
pub use normal::Normal;
pub use standard_normal::StandardNormal;

/// What programs that compute with distributions import: `use prob::prelude::*`.
pub mod prelude {
    pub use crate::{
        Bernoulli, Distribution, Entropy, Key, KlTo, Laplace, Moments, Normal, Reparameterized, StandardNormal, kl,
    };
}
