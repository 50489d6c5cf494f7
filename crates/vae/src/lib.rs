//! Variational autoencoders: models, objectives, training and evaluation.
//!
//! - [`Vae`]: what a model is: q(z|x), p(z) and p(x|z). [`models`] has ready ones: of multilayer perceptrons, of convolutions
//!   for images, and the linear Gaussian one.
//! - [`objective`]: bounds on log p(x), one a file; [`Elbo`] is the usual one.
//! - [`Trainer`]: steps over shards and threads, epochs, checkpoints that resume to the same bits.
//! - [`evaluate`]: the bound, log p̂(x) by importance sampling with its standard error, codes, active units.
//! - [`generate`]: samples, and the means of p(x|z) at given codes.
//!
//! All values are in nats per example.
//!
//! ```
//! use autograd::Tensor;
//! use prob::Key;
//! use vae::models::{MlpConfig, MlpVae};
//! use vae::{Elbo, Threads, Trainer, evaluate, train::Settings};
//!
//! // Rows of four bits, of which the first two and the last two agree.
//! let x = Tensor::<f32>::from_fn([64, 4], |i| f32::from((i / 4 >> (i % 4 / 2)) & 1 == 1));
//!
//! let config = MlpConfig { hidden: vec![16], latent: 2, ..MlpConfig::default() };
//! let model = MlpVae::new(4, &config, &mut Key::new(0).stream("init", 0, 0));
//! let settings = Settings { seed: 0, shards: None, clip: None };
//! let mut trainer = Trainer::new(model, Elbo { samples: 1 }, nn::Adam::new(0.01), settings, Threads::new(1));
//! let rows: Vec<usize> = (0..64).collect();
//! for _ in 0..500 {
//!     trainer.step(&x, &rows)?;
//! }
//! let result = evaluate::evaluate(trainer.model(), trainer.objective(), &x, 200, trainer.key(), trainer.threads());
//! // Four rows are equally likely: −log p(x) is 2 log 2 = 1.39 at best, and 4 log 2 = 2.77 where nothing was learned.
//! assert!(result.nll < 1.7, "{result:?}");
//! # Ok::<(), vae::Error>(())
//! ```

mod chunks;
mod error;
mod rows;
mod terms;
mod threads;

pub mod evaluate;
pub mod generate;
mod model;
pub mod models;
pub mod objective;
pub mod train;

pub use error::Error;
pub use generate::Sampler;
pub use model::Vae;
pub use objective::{Elbo, Objective};
pub use rows::Rows;
pub use terms::{Sums, Terms};
pub use threads::Threads;
pub use train::Trainer;

/// The snippets in the README are run with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
