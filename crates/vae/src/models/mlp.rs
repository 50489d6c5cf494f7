//! The VAE of multilayer perceptrons.

use super::{Likelihood, Posterior};
use crate::Vae;
use autograd::prelude::*;
use nn::{Activation, Linear, Mlp, Module, Visitor};
use prob::{Bernoulli, MultivariateNormal, Normal, StandardNormal};
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

/// The layout of an [`MlpVae`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MlpConfig {
    /// Widths of the encoder's hidden layers, first to last; the decoder has them in reverse.
    pub hidden: Vec<usize>,
    /// K, the number of latent dimensions.
    pub latent: usize,
    /// Between the layers.
    #[serde(with = "activation_name")]
    pub activation: Activation,
    /// p(x|z).
    pub likelihood: LikelihoodFamily,
    /// The fixed standard deviation of a Gaussian p(x|z); if absent, one is learned for each feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// q(z|x).
    pub posterior: PosteriorFamily,
}

impl Default for MlpConfig {
    /// One hidden layer of 400, 20 latent dimensions, ReLU, Bernoulli, diagonal.
    fn default() -> Self {
        MlpConfig {
            hidden: vec![400],
            latent: 20,
            activation: Activation::Relu,
            likelihood: LikelihoodFamily::Bernoulli,
            scale: None,
            posterior: PosteriorFamily::Diagonal,
        }
    }
}

/// Activations are written by name.
mod activation_name {
    use nn::Activation;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(activation: &Activation, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(activation.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Activation, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A VAE whose encoder and decoder are multilayer perceptrons (D. Kingma and M. Welling, 2014, appendix C), with the
/// prior N(0, I).
#[derive(Clone, Debug)]
pub struct MlpVae<F = f32> {
    encoder: Encoder<F>,
    decoder: Decoder<F>,
}

nn::parameters!(MlpVae: encoder, decoder);

impl<F: Real> MlpVae<F> {
    /// A model of rows of `features` numbers, its weights drawn from `rng`.
    ///
    /// # Panics
    /// If there is no hidden layer.
    pub fn new(features: usize, config: &MlpConfig, rng: &mut (impl Rng + ?Sized)) -> MlpVae<F> {
        MlpVae { encoder: Encoder::new(features, config, rng), decoder: Decoder::new(features, config, rng) }
    }
}

impl<F: Real> Vae<F> for MlpVae<F> {
    type Posterior<'t> = Posterior<Var<'t, F>>;
    type Prior<'t> = StandardNormal;
    type Likelihood<'t> = Likelihood<Var<'t, F>>;

    fn encode<'t>(&self, x: Var<'t, F>) -> Posterior<Var<'t, F>> {
        let h = self.encoder.trunk.forward(x);
        let loc = self.encoder.loc.forward(h);
        match &self.encoder.spread {
            Spread::Diagonal { log_variance } => {
                Posterior::Diagonal(Normal::from_log_variance(loc, log_variance.forward(h)))
            }
            Spread::Full(tril) => Posterior::Full(MultivariateNormal::new(loc, tril.forward(h))),
        }
    }

    fn decode<'t>(&self, z: Var<'t, F>) -> Likelihood<Var<'t, F>> {
        let h = self.decoder.trunk.forward(z);
        match &self.decoder.head {
            Head::Bernoulli { logits } => Likelihood::Bernoulli(Bernoulli::new(logits.forward(h))),
            Head::Fixed { loc, scale } => Likelihood::Gaussian(Normal::new(loc.forward(h), z.constant(scale))),
            Head::Learned { loc, log_variance } => {
                Likelihood::Gaussian(Normal::from_log_variance(loc.forward(h), z.tape().param(log_variance)))
            }
        }
    }

    fn prior(&self, _: &Tape<F>) -> StandardNormal {
        StandardNormal::new([self.latent()])
    }

    fn latent(&self) -> usize {
        self.encoder.loc.outputs()
    }

    fn features(&self) -> usize {
        self.encoder.trunk.inputs()
    }
}

/// From x to the parameters of q(z|x).
#[derive(Clone, Debug)]
struct Encoder<F> {
    trunk: Mlp<F>,
    loc: Linear<F>,
    spread: Spread<F>,
}

nn::parameters!(Encoder: trunk, loc, spread);

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

impl<F: Real> Encoder<F> {
    fn new(features: usize, config: &MlpConfig, rng: &mut (impl Rng + ?Sized)) -> Self {
        let trunk = trunk(features, config.hidden.iter(), config.activation, rng);
        let h = trunk.outputs();
        let loc = Linear::new(h, config.latent, rng);
        let spread = match config.posterior {
            PosteriorFamily::Diagonal => Spread::Diagonal { log_variance: Linear::new(h, config.latent, rng) },
            PosteriorFamily::Full => Spread::Full(Box::new(Tril::new(h, config.latent, rng))),
        };
        Encoder { trunk, loc, spread }
    }
}

/// From z to the parameters of p(x|z).
#[derive(Clone, Debug)]
struct Decoder<F> {
    trunk: Mlp<F>,
    head: Head<F>,
}

nn::parameters!(Decoder: trunk, head);

/// The part of the decoder that belongs to one likelihood.
#[derive(Clone, Debug)]
enum Head<F> {
    Bernoulli { logits: Linear<F> },
    Fixed { loc: Linear<F>, scale: Tensor<F> },
    Learned { loc: Linear<F>, log_variance: Param<F> },
}

impl<F: Real> Module<F> for Head<F> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, &'a Param<F>>) {
        match self {
            Head::Bernoulli { logits } => visitor.field("logits", logits),
            Head::Fixed { loc, .. } => visitor.field("loc", loc),
            Head::Learned { loc, log_variance } => {
                visitor.field("loc", loc);
                visitor.field("log_variance", log_variance);
            }
        }
    }

    fn visit_mut<'a>(&'a mut self, visitor: &mut Visitor<'_, &'a mut Param<F>>) {
        match self {
            Head::Bernoulli { logits } => visitor.field("logits", logits),
            Head::Fixed { loc, .. } => visitor.field("loc", loc),
            Head::Learned { loc, log_variance } => {
                visitor.field("loc", loc);
                visitor.field("log_variance", log_variance);
            }
        }
    }
}

impl<F: Real> Decoder<F> {
    fn new(features: usize, config: &MlpConfig, rng: &mut (impl Rng + ?Sized)) -> Self {
        let trunk = trunk(config.latent, config.hidden.iter().rev(), config.activation, rng);
        let out = Linear::new(trunk.outputs(), features, rng);
        let head = match (config.likelihood, config.scale) {
            (LikelihoodFamily::Bernoulli, _) => Head::Bernoulli { logits: out },
            (LikelihoodFamily::Gaussian, Some(scale)) => {
                Head::Fixed { loc: out, scale: Tensor::full([features], F::of(scale)) }
            }
            (LikelihoodFamily::Gaussian, None) => {
                Head::Learned { loc: out, log_variance: Param::named("log_variance", Tensor::zeros([features])) }
            }
        };
        Decoder { trunk, head }
    }
}

/// Hidden layers with an activation after each.
fn trunk<'c, F: Real>(
    inputs: usize,
    hidden: impl Iterator<Item = &'c usize>,
    activation: Activation,
    rng: &mut (impl Rng + ?Sized),
) -> Mlp<F> {
    let sizes: Vec<usize> = std::iter::once(inputs).chain(hidden.copied()).collect();
    Mlp::new(&sizes, activation, rng).with_output(activation)
}
