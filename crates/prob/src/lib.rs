//! Probability distributions, their divergences, and random numbers with a key.
//!
//! ```
//! use autograd::Tensor;
//! use prob::prelude::*;
//!
//! let q = Normal::new(Tensor::from([1.0, -0.5]), Tensor::from([0.5, 2.0]));
//! let p = StandardNormal::new([2]);
//! let z = q.sample(&mut Key::new(1).stream("noise", 0, 0));
//! println!("log q(z) = {}, KL(q ‖ p) = {}", q.log_prob(&z).item(), kl(&q, &p).item());
//! # assert!((kl(&q, &p).item() - 1.75_f64).abs() < 1e-14);
//! ```
//!
//! No tape is in sight there: the parameters are [`Tensor`](autograd::Tensor)s, and so are the results. With
//! [`Var`](autograd::Var)s as parameters the same formulas are recorded and can be differentiated by each parameter
//! and by `x`:
//!
//! ```
//! use autograd::prelude::*;
//! use prob::prelude::*;
//!
//! let (loc, log_variance) = (Param::new(Tensor::from([[1.0, 0.0]])), Param::new(Tensor::from([[0.0, 0.5]])));
//! let mut tape = Tape::new();
//! let (_, gradients) = tape.value_and_grad(|tape| {
//!     let q = Normal::from_log_variance(tape.param(&loc), tape.param(&log_variance));
//!     kl(&q, &StandardNormal::new([2])).sum_all()
//! });
//! assert_eq!(gradients.get(&loc).unwrap(), &Tensor::from([[1.0_f64, 0.0]])); // ∂KL/∂μ = μ
//! ```
//!
//! # Conventions
//! - **Units** are nats. Every constant is kept, ½ log 2π too.
//! - **The event is the last axis.** [`log_prob`](Distribution::log_prob), [`entropy`](Entropy::entropy) and [`kl`] are
//!   sums over it: `x [B, D]` gives `[B]`, and `x [S, B, D]`, with `S` draws for each of `B` rows, gives `[S, B]`. A
//!   number (rank 0) is an event by itself. Where a distribution is as it stands over vectors
//!   ([`MultivariateNormal`]), the vector is the event.
//! - **Shapes** go together as in [`Shape::broadcast`](autograd::Shape::broadcast): equal, or one side a number, or
//!   exactly the last axes of the other, or with extents of 1 at equal rank. A parameter that stands for many elements
//!   counts for each: a scale that is a number contributes D times to an event of D elements. A draw has the shape that
//!   the parameters have together.
//! - **Values** are not checked where they may come from a network: a negative scale gives NaN. `validated()` panics
//!   with the parameter and the value; it is for what a person writes or a file holds. Outside its support a
//!   distribution has log p = −∞, and for legal parameters there is no NaN, whatever `x` is but NaN itself.
//! - **Randomness** is handed in: every draw takes a generator, and [`Key`] gives one for each purpose, step and shard.
//!
//! | distribution | parameters | support | draws are differentiable | KL in closed form to |
//! |---|---|---|---|---|
//! | [`Normal`] | loc, scale or log-variance | ℝ | yes | `Normal`, `StandardNormal`, `MultivariateNormal` |
//! | [`StandardNormal`] | – | ℝ | – | – |
//! | [`MultivariateNormal`] | loc, scale_tril or covariance | ℝᴷ | yes | `MultivariateNormal`, `Normal`, `StandardNormal` |
//! | [`Laplace`] | loc, scale | ℝ | yes | `Laplace` |
//! | [`Bernoulli`] | logits or probabilities | {0, 1}; \[0, 1\] as soft targets | – | `Bernoulli` |
//! | [`Categorical`] | logits or probabilities | {0, …, C − 1} | – | `Categorical` |
//!
//! What densities are made of beside the elementary functions is in [`special`]: ln Γ and its derivatives, ln Φ and Φ⁻¹, Bessel
//! functions, incomplete gamma and beta functions.
//!
//! A distribution of your own implements [`Distribution`], and [`KlTo`] for each pair that has a closed form.

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
mod standard_normal;

pub mod special;

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
