//! The importance-weighted bound.

use super::{Bound, Objective};
use crate::Vae;
use autograd::prelude::*;
use prob::{Distribution, Reparameterized};
use rand::Rng;

/// L_S = E[log 1/S Σₛ wₛ] with wₛ = p(x|zₛ) p(zₛ) / q(zₛ|x): between the ELBO (S = 1) and log p(x) (S → ∞)
/// (Y. Burda, R. Grosse and R. Salakhutdinov, *Importance Weighted Autoencoders*, 2016, eq. 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportanceWeighted {
    /// S, the number of draws for each row.
    pub samples: usize,
}

impl<F: Real, M: Vae<F>> Objective<F, M> for ImportanceWeighted {
    fn bound<'t, R: Rng + ?Sized>(&self, model: &M, x: Var<'t, F>, rng: &mut R) -> Bound<'t, F> {
        let q_z = model.encode(x);
        let (log_likelihood, log_ratio) = parts(model, &q_z, x, self.samples, rng);
        let value = log_mean_exp(&(log_likelihood - log_ratio));
        Bound { value, expected_log_likelihood: log_likelihood.mean(0), kl: log_ratio.mean(0), surrogate: None }
    }

    fn samples(&self) -> usize {
        self.samples
    }
}

/// log w = log p(x|z) + log p(z) − log q(z|x) for `samples` draws of z from q(z|x), `[S, B]`.
pub fn log_weights<'t, F: Real, M: Vae<F>, R: Rng + ?Sized>(
    model: &M,
    q_z: &M::Posterior<'t>,
    x: Var<'t, F>,
    samples: usize,
    rng: &mut R,
) -> Var<'t, F> {
    let (log_likelihood, log_ratio) = parts(model, q_z, x, samples, rng);
    log_likelihood - log_ratio
}

/// log 1/S Σₛ wₛ from log-weights `[S, B]`.
pub fn log_mean_exp<V: Array>(log_w: &V) -> V {
    log_w.logsumexp(0) - (log_w.shape()[0] as f64).ln()
}

/// log p(x|z) and log q(z|x) − log p(z), each `[S, B]`.
fn parts<'t, F: Real, M: Vae<F>, R: Rng + ?Sized>(
    model: &M,
    q_z: &M::Posterior<'t>,
    x: Var<'t, F>,
    samples: usize,
    rng: &mut R,
) -> (Var<'t, F>, Var<'t, F>) {
    let z = q_z.rsample_n(samples, rng);
    let log_likelihood = model.decode(z).log_prob(&x);
    (log_likelihood, q_z.log_prob(&z) - model.prior(x.tape()).log_prob(&z))
}
