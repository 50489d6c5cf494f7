//! Parameters by name, layers, optimisers and checkpoints.
//!
//! A [`Module`] shows its parameters by dotted names; everything else works on that: an [`Optimizer`] moves them, a
//! [`checkpoint`] keeps them, [`param_count`](Module::param_count) counts them. Nothing is random but through the
//! generator that the caller gives.
//!
//! ```
//! use autograd::prelude::*;
//! use nn::{Activation, Adam, Mlp, Optimizer, optim::clip};
//! use rand::SeedableRng;
//! use rand_xoshiro::Xoshiro256PlusPlus;
//!
//! // y = sin x, from 32 points.
//! let x = Tensor::<f32>::from_fn([32, 1], |i| i as f32 / 5.0 - 3.1);
//! let y = x.sin();
//!
//! let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
//! let mut model = Mlp::new(&[1, 16, 1], Activation::Tanh, &mut rng);
//! let (mut tape, mut adam) = (Tape::new(), Adam::new(0.02));
//! let mut losses = Vec::new();
//! for _ in 0..500 {
//!     let (loss, gradients) =
//!         tape.value_and_grad(|tape| (model.forward(tape.constant(&x)) - tape.constant(&y)).square().mean_all());
//!     clip::by_norm(gradients, 1.0);
//!     adam.step(&mut model, gradients);
//!     losses.push(loss);
//! }
//! assert!(losses[0] > 0.1 && losses[499] < 0.005, "{} {}", losses[0], losses[499]);
//! ```

#![forbid(unsafe_code)]

pub mod checkpoint;
pub mod init;
pub mod optim;

mod activation;
mod conv;
mod linear;
mod mlp;
mod module;

pub use activation::{Activation, UnknownActivation};
pub use conv::{Conv2d, ConvTranspose2d};
pub use linear::Linear;
pub use mlp::Mlp;
pub use module::{Module, Path, Visitor};
pub use optim::{Adam, Optimizer, Sgd};
