//! The evidence lower bound, in its two forms.

use super::{Bound, Objective};
use crate::Vae;
use autograd::prelude::*;
use prob::{Distribution, KlTo, Reparameterized, kl};
use rand::Rng;

/// ELBO = E_q(z|x)[log p(x|z)] − KL(q(z|x) ‖ p(z)), the KL in closed form and the expectation by `samples` draws
/// (D. Kingma and M. Welling, *Auto-Encoding Variational Bayes*, 2014, eq. 7 and 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elbo {
    /// Draws of z for each row; one is enough for an unbiased gradient.
    pub samples: usize,
}

impl<F: Real, M: Vae<F>> Objective<F, M> for Elbo
where
    for<'t> M::Posterior<'t>: KlTo<M::Prior<'t>, Var<'t, F>>,
{
    fn bound<'t, R: Rng + ?Sized>(&self, model: &M, x: Var<'t, F>, rng: &mut R) -> Bound<'t, F> {
        let p_z = model.prior(x.tape());

        let q_z = model.encode(x);
        let z = q_z.rsample_n(self.samples, rng);
        let p_x_z = model.decode(z);
        let expected_log_likelihood = p_x_z.log_prob(&x).mean(0);
        let kl = kl(&q_z, &p_z);
        let elbo = expected_log_likelihood - kl;

        Bound { value: elbo, expected_log_likelihood, kl, surrogate: None }
    }

    fn samples(&self) -> usize {
        self.samples
    }
}

/// ELBO = E_q[log p(x, z) − log q(z|x)], all of it by `samples` draws: for posteriors and priors without a closed KL
/// (the same paper, eq. 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonteCarloElbo {
    /// Draws of z for each row.
    pub samples: usize,
}

impl<F: Real, M: Vae<F>> Objective<F, M> for MonteCarloElbo {
    fn bound<'t, R: Rng + ?Sized>(&self, model: &M, x: Var<'t, F>, rng: &mut R) -> Bound<'t, F> {
        let p_z = model.prior(x.tape());

        let q_z = model.encode(x);
        let z = q_z.rsample_n(self.samples, rng);
        let p_x_z = model.decode(z);
        let expected_log_likelihood = p_x_z.log_prob(&x).mean(0);
        let kl = (q_z.log_prob(&z) - p_z.log_prob(&z)).mean(0);
        let elbo = expected_log_likelihood - kl;

        Bound { value: elbo, expected_log_likelihood, kl, surrogate: None }
    }

    fn samples(&self) -> usize {
        self.samples
    }
}
