//! Variational autoencoders: models, objectives, training and evaluation.

mod error;
mod rows;
mod terms;
mod threads;

pub mod evaluate;
mod model;
pub mod models;
pub mod objective;
pub mod train;

pub use error::Error;
pub use model::Vae;
pub use objective::{Elbo, Objective};
pub use rows::Rows;
pub use terms::{Sums, Terms};
pub use threads::Threads;
pub use train::Trainer;
