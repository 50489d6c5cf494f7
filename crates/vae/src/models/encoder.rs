//! From features to q(z|x).

use super::{Posterior, PosteriorFamily};
use autograd::prelude::*;
use nn::{Linear, Mlp, Module, Visitor};
use prob::{MultivariateNormal, Normal};
use rand::Rng;

/// A trunk of linear layers, and on it heads that give the parameters of q(z|x).
#[derive(Clone, Debug)]
pub(super) struct Encoder<F> {
    trunk: Mlp<F>,
    loc: Linear<F>,
    spread: Spread<F>,
}

nn::parameters!(Encoder: trunk, loc, spread);

impl<F: Real> Encoder<F> {
    /// Heads of `latent` dimensions on a trunk.
    pub fn new(trunk: Mlp<F>, latent: usize, posterior: PosteriorFamily, rng: &mut (impl Rng + ?Sized)) -> Self {
        let h = trunk.outputs();
        let loc = Linear::new(h, latent, rng);
        let spread = match posterior {
            PosteriorFamily::Diagonal => Spread::Diagonal { log_variance: Linear::new(h, latent, rng) },
            PosteriorFamily::Full => Spread::Full(Box::new(Tril::new(h, latent, rng))),
        };
        Encoder { trunk, loc, spread }
    }

    /// q(z|x) from features `[B, D]`.
    pub fn forward<'t>(&self, x: Var<'t, F>) -> Posterior<Var<'t, F>> {
        let h = self.trunk.forward(x);
        let loc = self.loc.forward(h);
        match &self.spread {
            Spread::Diagonal { log_variance } => {
                Posterior::Diagonal(Normal::from_log_variance(loc, log_variance.forward(h)))
            }
            Spread::Full(tril) => Posterior::Full(MultivariateNormal::new(loc, tril.forward(h))),
        }
    }

    /// K, the number of latent dimensions.
    pub fn latent(&self) -> usize {
        self.loc.outputs()
    }

    /// The number of features taken.
    pub fn features(&self) -> usize {
        self.trunk.inputs()
    }
}

/// The part of the encoder that says how wide q(z|x) is.
#[derive(Clone, Debug)]
enum Spread<F> {
    Diagonal { log_variance: Linear<F> },
    Full(Box<Tril<F>>),
}

/// A head that gives Cholesky factors `[B, K, K]`: exp on the diagonal, any number below it.
#[derive(Clone, Debug)]
struct Tril<F> {
    log_diagonal: Linear<F>,
    below: Linear<F>,
    /// Constant matrices of zeros and ones that carry the heads' outputs to their places in a row of K² numbers.
    place_diagonal: Tensor<F>,
    place_below: Tensor<F>,
}

nn::parameters!(Tril: log_diagonal, below);

impl<F: Real> Tril<F> {
    fn new(inputs: usize, k: usize, rng: &mut (impl Rng + ?Sized)) -> Self {
        let pairs: Vec<(usize, usize)> = (0..k).flat_map(|i| (0..i).map(move |j| (i, j))).collect();
        Tril {
            log_diagonal: Linear::new(inputs, k, rng),
            below: Linear::new(inputs, pairs.len(), rng),
            place_diagonal: placement(k, (0..k).map(|i| (i, i))),
            place_below: placement(k, pairs.into_iter()),
        }
    }

    fn forward<'t>(&self, h: Var<'t, F>) -> Var<'t, F> {
        let k = self.log_diagonal.outputs();
        let diagonal = self.log_diagonal.forward(h).exp().matmul(&h.constant(&self.place_diagonal));
        let below = self.below.forward(h).matmul(&h.constant(&self.place_below));
        (diagonal + below).reshape([h.shape()[0], k, k])
    }
}

/// The matrix `[n, K²]` whose row r is 1 at the r-th of the places (i, j).
fn placement<F: Real>(k: usize, places: impl ExactSizeIterator<Item = (usize, usize)>) -> Tensor<F> {
    let mut matrix = Tensor::zeros([places.len(), k * k]);
    for (row, (i, j)) in places.enumerate() {
        matrix.data_mut()[row * k * k + i * k + j] = F::one();
    }
    matrix
}

impl<F: Real> Module<F> for Spread<F> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, &'a Param<F>>) {
        match self {
            Spread::Diagonal { log_variance } => visitor.field("log_variance", log_variance),
            Spread::Full(tril) => visitor.field("tril", &**tril),
        }
    }

    fn visit_mut<'a>(&'a mut self, visitor: &mut Visitor<'_, &'a mut Param<F>>) {
        match self {
            Spread::Diagonal { log_variance } => visitor.field("log_variance", log_variance),
            Spread::Full(tril) => visitor.field("tril", &mut **tril),
        }
    }
}
