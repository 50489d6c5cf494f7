//! Bounds on log p(x), one a file.

mod elbo;
mod importance;

pub use elbo::{Elbo, MonteCarloElbo};
pub use importance::{ImportanceWeighted, log_mean_exp, log_weights};

use crate::Vae;
use autograd::{Real, Var};
use rand::Rng;

/// A bound on log p(x) for each row, and its parts, in nats: variables `[B]`.
pub struct Bound<'t, F: Real> {
    /// The bound itself: what is reported.
    pub value: Var<'t, F>,
    /// E_q[log p(x|z)], estimated.
    pub expected_log_likelihood: Var<'t, F>,
    /// KL(q(z|x) ‖ p(z)), exact or estimated.
    pub kl: Var<'t, F>,
    /// What is differentiated, if it is not the bound itself: an objective whose gradient comes from a surrogate still
    /// reports the bound.
    pub surrogate: Option<Var<'t, F>>,
}

impl<'t, F: Real> Bound<'t, F> {
    /// What training climbs.
    pub fn objective(&self) -> Var<'t, F> {
        self.surrogate.unwrap_or(self.value)
    }
}

/// A way to bound log p(x) from below.
pub trait Objective<F: Real, M: Vae<F>>: Send + Sync {
    /// The bound for each row of `x`, `[B, D]`; noise is drawn from `rng`.
    fn bound<'t, R: Rng + ?Sized>(&self, model: &M, x: Var<'t, F>, rng: &mut R) -> Bound<'t, F>;

    /// How often z is drawn for each row: what a row costs, by which batches are split.
    fn samples(&self) -> usize {
        1
    }
}
