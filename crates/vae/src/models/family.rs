//! Distributions chosen when the program runs, for models that are built from a configuration.

use autograd::{Array, Shape, Tensor};
use prob::{
    Bernoulli, Distribution, KlTo, Moments, MultivariateNormal, Normal, Reparameterized, StandardNormal, SupportError,
};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// What q(z|x) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PosteriorFamily {
    /// N(μ(x), diag σ²(x)).
    Diagonal,
    /// N(μ(x), L(x) L(x)ᵀ).
    Full,
}

/// What p(x|z) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LikelihoodFamily {
    /// Independent Bernoulli variables with logits l(z), for x in {0, 1}.
    Bernoulli,
    /// N(μ(z), diag σ²) for real x, σ fixed or learned.
    Gaussian,
}

/// q(z|x): a normal distribution with diagonal or full covariance.
#[derive(Clone, Debug)]
pub enum Posterior<V> {
    /// N(μ, diag σ²).
    Diagonal(Normal<V>),
    /// N(μ, L Lᵀ).
    Full(MultivariateNormal<V>),
}

/// p(x|z): what the decoder's output means.
#[derive(Clone, Debug)]
pub enum Likelihood<V> {
    /// For x in {0, 1}.
    Bernoulli(Bernoulli<V>),
    /// For real x.
    Gaussian(Normal<V>),
}

/// Passes a call on to whichever distribution it is.
macro_rules! either {
    ($self:expr, $Enum:ident { $A:ident, $B:ident }, $p:ident => $call:expr) => {
        match $self {
            $Enum::$A($p) => $call,
            $Enum::$B($p) => $call,
        }
    };
}

impl<V: Array> Distribution<V> for Posterior<V> {
    fn shape(&self) -> Shape {
        either!(self, Posterior { Diagonal, Full }, q => q.shape())
    }

    fn log_prob(&self, x: &V) -> V {
        either!(self, Posterior { Diagonal, Full }, q => q.log_prob(x))
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        either!(self, Posterior { Diagonal, Full }, q => q.supports(x))
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        either!(self, Posterior { Diagonal, Full }, q => q.sample(rng))
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        either!(self, Posterior { Diagonal, Full }, q => q.sample_n(n, rng))
    }
}

impl<V: Array> Reparameterized<V> for Posterior<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        either!(self, Posterior { Diagonal, Full }, q => q.rsample(rng))
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        either!(self, Posterior { Diagonal, Full }, q => q.rsample_n(n, rng))
    }
}

impl<V: Array> Moments<V> for Posterior<V> {
    fn mean(&self) -> V {
        either!(self, Posterior { Diagonal, Full }, q => q.mean())
    }

    fn variance(&self) -> V {
        either!(self, Posterior { Diagonal, Full }, q => q.variance())
    }
}

impl<V: Array> KlTo<StandardNormal, V> for Posterior<V> {
    fn kl_to(&self, p: &StandardNormal) -> V {
        either!(self, Posterior { Diagonal, Full }, q => q.kl_to(p))
    }
}

impl<V: Array> Distribution<V> for Likelihood<V> {
    fn shape(&self) -> Shape {
        either!(self, Likelihood { Bernoulli, Gaussian }, p => p.shape())
    }

    fn log_prob(&self, x: &V) -> V {
        either!(self, Likelihood { Bernoulli, Gaussian }, p => p.log_prob(x))
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        either!(self, Likelihood { Bernoulli, Gaussian }, p => p.supports(x))
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        either!(self, Likelihood { Bernoulli, Gaussian }, p => p.sample(rng))
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        either!(self, Likelihood { Bernoulli, Gaussian }, p => p.sample_n(n, rng))
    }
}

impl<V: Array> Moments<V> for Likelihood<V> {
    fn mean(&self) -> V {
        either!(self, Likelihood { Bernoulli, Gaussian }, p => p.mean())
    }

    fn variance(&self) -> V {
        either!(self, Likelihood { Bernoulli, Gaussian }, p => p.variance())
    }
}
