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
//! - **Values** are not checked where they may come from a network: a negative scale gives NaN. `validated()` is for what
//!   a person writes or a file holds: its error names the parameter, the value and its place. Outside its support a
//!   distribution has log p = −∞, with gradients of 0; [`supports`](Distribution::supports) checks data once, when they
//!   are loaded. ([`Bernoulli`] alone keeps its formula between 0 and 1, for grey values.) For legal parameters log p is NaN
//!   where `x` is NaN, and nowhere else.
//! - **Randomness** is handed in: every draw takes a generator, and [`Key`] gives one for each purpose, step and shard.
//!
//! | distribution | support | parameters | has | KL to | a VAE wants it as |
//! |---|---|---|---|---|---|
//! | [`Normal`] | ℝ | loc, scale or log-variance | r m o e c | `Normal`, `StandardNormal`, `MultivariateNormal`, `LowRankNormal`, `Laplace` | the usual posterior; likelihood of real data |
//! | [`StandardNormal`] | ℝ | – | m o e c | – | the usual prior |
//! | [`MultivariateNormal`] | ℝᴷ | loc, scale_tril or covariance | r m o e c | `MultivariateNormal`, `Normal`, `StandardNormal`, `LowRankNormal` | a posterior with correlations |
//! | [`LowRankNormal`] | ℝᴷ | loc, factor, diagonal | r m o e c | `LowRankNormal`, `MultivariateNormal`, `Normal`, `StandardNormal` | the same for many dimensions |
//! | [`Laplace`] | ℝ | loc, scale | r m o e c | `Laplace`, `Normal` | posterior or likelihood with outliers: L1 loss |
//! | [`Logistic`] | ℝ | loc, scale | r m o e c | – | smoother tails than Laplace's |
//! | [`StudentT`] | ℝ | df, loc, scale | r m o e c | – | likelihood that forgives gross outliers |
//! | [`LogNormal`] | (0, ∞) | loc, scale of the logarithm | r m o e c | `LogNormal` | positive data over decades |
//! | [`Exponential`] | \[0, ∞) | rate | r m o e c | `Exponential` | waiting times |
//! | [`Gamma`] | (0, ∞) | concentration, rate | r m o e c | `Gamma` | positive data or latents, spectra |
//! | [`Beta`] | (0, 1) | concentration1, concentration0 | r m o e c | `Beta` | fractions |
//! | [`Uniform`] | \[a, b\] | low, high | r m o e c | `Uniform` | bounded priors |
//! | [`ContinuousBernoulli`] | \[0, 1\] | logits | r m o e c | `ContinuousBernoulli` | grey pixels, where cross-entropy is no density |
//! | [`DiscretizedLogistic`] | {0, 1/(L − 1), …, 1} | loc, scale, levels | m o e c | – | 8-bit pixels |
//! | [`DiscretizedLogisticMixture`] | {0, 1/(L − 1), …, 1} | logits, loc, scale, levels | m o e c | – | 8-bit pixels with several peaks |
//! | [`Bernoulli`] | {0, 1} | logits or probabilities | m o e c | `Bernoulli` | binary pixels |
//! | [`Categorical`] | {0, …, C − 1} | logits or probabilities | m o e c | `Categorical`, `UniformCategorical` | classes, levels |
//! | [`OneHotCategorical`] | one-hot vectors | logits or probabilities | m o e c | `OneHotCategorical`, `UniformCategorical` | discrete latents |
//! | [`UniformCategorical`] | {0, …, C − 1} | – | m o e c | – | their prior |
//! | [`Concrete`], [`ExpConcrete`] | the simplex's interior, its logarithms | logits, temperature | r | – | relaxed discrete latents |
//! | [`Dirichlet`] | the simplex | concentration | r m o e c | `Dirichlet` | topic proportions |
//! | [`Poisson`] | {0, 1, …} | rate or log-rate | m o c | `Poisson` | counts |
//! | [`NegativeBinomial`] | {0, 1, …} | total count, logits or mean | m o c | – | counts that vary more, as of genes |
//! | [`ZeroInflated`] | that of the counts | a count distribution, gate logits | m o c | – | counts with too many zeros |
//! | [`VonMisesFisher`] | unit vectors | mean direction, concentration | r m o e | `VonMisesFisher`, `UniformSphere` | posterior on a sphere |
//! | [`UniformSphere`] | unit vectors | – | m e | – | its prior |
//! | [`Mixture`] | the components' | logits, components | m c | – | a prior of several clusters |
//! | [`Independent`] | the distribution's | a distribution | what it has | `Independent` | several vectors as one event |
//! | [`Transformed`] | the transform's image | a distribution, a [`transform`] | r, c if [`Monotone`](transform::Monotone), m o e if [`Affine`](transform::Affine) | – | flows: a richer posterior or prior |
//!
//! *has*: r, draws that can be differentiated ([`Reparameterized`]); m, mean and variance ([`Moments`]); o, [`Mode`]; e,
//! [`Entropy`]; c, [`Cdf`], of vectors that of each element by itself. All have `log_prob`, `sample` and `supports`.
//! [`StandardNormal`], [`UniformSphere`] and [`UniformCategorical`] have no parameters, and so no tape: m, o and e are
//! plain tensors, in the type that is asked for, as in `let mean: Tensor<f32> = p.mean()`.
//!
//! What densities are made of beside the elementary functions is in [`special`]: ln Γ and its derivatives, ln Φ and Φ⁻¹, Bessel
//! functions, incomplete gamma and beta functions.
//!
//! # A distribution of your own
//!
//! One block says what the density of an element is and how it changes; [`SumOf`](autograd::ops::SumOf) makes of it one
//! fast operation over arrays that broadcast, summed over the event. What else can be asked is a trait each:
//! [`Reparameterized`], [`Moments`], [`Cdf`], [`Mode`], [`Entropy`], and [`KlTo`] for each pair that has a closed form.
//!
//! ```
//! use autograd::ops::{Function, SumOf};
//! use autograd::prelude::*;
//! use prob::{Distribution, SupportError};
//! use rand::{Rng, RngExt};
//!
//! /// The Rayleigh distribution, log p(x) = Σⱼ { log xⱼ − 2 log σⱼ − xⱼ²/2σⱼ² } for x > 0.
//! struct Rayleigh<V> {
//!     scale: V,
//! }
//!
//! /// log x − 2 log σ − ½ (x/σ)², −∞ at 0 and below and at ∞; ∂/∂x = 1/x − x/σ², ∂/∂σ = ((x/σ)² − 2)/σ, 0 outside.
//! #[derive(Debug)]
//! struct LogDensity;
//!
//! impl<F: Real> Function<F, 2> for LogDensity {
//!     #[inline(always)]
//!     fn f(&self, [x, scale]: [F; 2]) -> F {
//!         let u = x / scale;
//!         let log_p = (u / scale).ln() - F::of(0.5) * u * u;
//!         if (x <= F::zero()) | (x == F::infinity()) { F::neg_infinity() } else { log_p }
//!     }
//!
//!     #[inline(always)]
//!     fn d<const I: usize>(&self, [x, scale]: [F; 2]) -> F {
//!         let u = x / scale;
//!         let slope = match I {
//!             0 => x.recip() - u / scale,
//!             _ => (u * u - F::of(2.0)) / scale,
//!         };
//!         if (x <= F::zero()) | (x == F::infinity()) { F::zero() } else { slope }
//!     }
//! }
//!
//! impl<V: Array> Distribution<V> for Rayleigh<V> {
//!     fn shape(&self) -> Shape {
//!         self.scale.shape()
//!     }
//!
//!     fn log_prob(&self, x: &V) -> V {
//!         V::apply(SumOf("Rayleigh::log_prob", LogDensity), &[x, &self.scale])
//!     }
//!
//!     fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
//!         SupportError::positive("Rayleigh", "x", x)
//!     }
//!
//!     fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
//!         let mut x = self.scale.value();
//!         x.data_mut().iter_mut().for_each(|x| {
//!             *x = *x * V::F::of((-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt());
//!         });
//!         x
//!     }
//! }
//!
//! let p = Rayleigh { scale: Tensor::from([1.0, 2.0]) };
//! assert!((p.log_prob(&Tensor::from([1.0, 2.0])).item() - (-1.0 - 2.0_f64.ln())).abs() < 1e-15);
//! let (x, scale) = (Tensor::from([[0.5, 2.0], [1.0, 3.0]]), Tensor::from([1.0, 2.0]));
//! autograd::check::gradients(&[x, scale], |v| Rayleigh { scale: v[1] }.log_prob(&v[0])).unwrap();
//! ```

mod bernoulli;
mod beta;
mod categorical;
mod concrete;
mod continuous_bernoulli;
mod count;
mod dirichlet;
mod discretized_logistic;
mod discretized_logistic_mixture;
mod distribution;
mod error;
mod event;
mod exp_concrete;
mod exponential;
mod gamma;
mod independent;
mod key;
mod kl;
mod laplace;
mod limits;
mod log_normal;
mod logistic;
mod low_rank_normal;
mod mixture;
mod monte_carlo;
mod multivariate_normal;
mod negative_binomial;
mod noise;
mod normal;
mod one_hot_categorical;
mod others;
mod overflow;
mod poisson;
mod simplex;
mod standard_normal;
mod student_t;
mod transformed;
mod uniform;
mod uniform_categorical;
mod uniform_sphere;
mod von_mises_fisher;
mod woodbury;
mod zero_inflated;
mod ziggurat;

pub mod special;
pub mod transform;

pub use bernoulli::Bernoulli;
pub use beta::Beta;
pub use categorical::Categorical;
pub use concrete::Concrete;
pub use continuous_bernoulli::ContinuousBernoulli;
pub use dirichlet::Dirichlet;
pub use discretized_logistic::DiscretizedLogistic;
pub use discretized_logistic_mixture::DiscretizedLogisticMixture;
pub use distribution::{Cdf, Distribution, Entropy, Factorized, Mode, Moments, Reparameterized};
pub use error::{ParameterError, SupportError};
pub use exp_concrete::ExpConcrete;
pub use exponential::Exponential;
pub use gamma::Gamma;
pub use independent::Independent;
pub use key::{Key, Stream};
pub use kl::{KlTo, kl};
pub use laplace::Laplace;
pub use log_normal::LogNormal;
pub use logistic::Logistic;
pub use low_rank_normal::LowRankNormal;
pub use mixture::Mixture;
pub use monte_carlo::{Estimate, kl_monte_carlo};
pub use multivariate_normal::MultivariateNormal;
pub use negative_binomial::NegativeBinomial;
pub use noise::fill_standard_normal;
pub use normal::Normal;
pub use one_hot_categorical::OneHotCategorical;
pub use poisson::Poisson;
pub use standard_normal::StandardNormal;
pub use student_t::StudentT;
pub use transformed::Transformed;
pub use uniform::Uniform;
pub use uniform_categorical::UniformCategorical;
pub use uniform_sphere::UniformSphere;
pub use von_mises_fisher::VonMisesFisher;
pub use zero_inflated::ZeroInflated;

/// What programs that compute with distributions import: `use prob::prelude::*`.
pub mod prelude {
    pub use crate::{
        Bernoulli, Beta, Categorical, Cdf, Concrete, ContinuousBernoulli, Dirichlet, DiscretizedLogistic,
        DiscretizedLogisticMixture, Distribution, Entropy, Estimate, ExpConcrete, Exponential, Factorized, Gamma,
        Independent, Key, KlTo, Laplace, LogNormal, Logistic, LowRankNormal, Mixture, Mode, Moments,
        MultivariateNormal, NegativeBinomial, Normal, OneHotCategorical, Poisson, Reparameterized, StandardNormal,
        StudentT, Transformed, Uniform, UniformCategorical, UniformSphere, VonMisesFisher, ZeroInflated, kl,
        kl_monte_carlo,
    };
}
