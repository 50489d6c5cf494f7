//! The VAE of multilayer perceptrons.

use super::encoder::Encoder;
use super::head::Head;
use super::trunk::trunk;
use super::{Likelihood, LikelihoodFamily, Posterior, PosteriorFamily};
use crate::Vae;
use autograd::prelude::*;
use nn::{Activation, Linear, Mlp};
use prob::StandardNormal;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The layout of an [`MlpVae`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MlpConfig {
    /// Widths of the encoder's hidden layers, first to last; the decoder has them in reverse.
    pub hidden: Vec<usize>,
    /// K, the number of latent dimensions.
    pub latent: usize,
    /// Between the layers.
    #[serde(with = "super::activation_name")]
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

/// A VAE whose encoder and decoder are multilayer perceptrons (D. Kingma and M. Welling, 2014, appendix C), with the
/// prior N(0, I).
#[derive(Clone, Debug)]
pub struct MlpVae<F = f32> {
    encoder: Encoder<F>,
    decoder: Decoder<F>,
}

nn::parameters!(MlpVae: encoder, decoder);

/// From z to the parameters of p(x|z).
#[derive(Clone, Debug)]
struct Decoder<F> {
    trunk: Mlp<F>,
    head: Head<F, Linear<F>>,
}

nn::parameters!(Decoder: trunk, head);

impl<F: Real> MlpVae<F> {
    /// A model of rows of `features` numbers, its weights drawn from `rng`.
    ///
    /// # Panics
    /// If there is no hidden layer.
    pub fn new(features: usize, config: &MlpConfig, rng: &mut (impl Rng + ?Sized)) -> MlpVae<F> {
        let MlpConfig { hidden, latent, activation, likelihood, scale, posterior } = config;
        let encoder = Encoder::new(trunk(features, hidden.iter(), *activation, rng), *latent, *posterior, rng);
        let trunk = trunk(*latent, hidden.iter().rev(), *activation, rng);
        let head = Head::new(Linear::new(trunk.outputs(), features, rng), *likelihood, *scale, features);
        MlpVae { encoder, decoder: Decoder { trunk, head } }
    }
}

impl<F: Real> Vae<F> for MlpVae<F> {
    type Posterior<'t> = Posterior<Var<'t, F>>;
    type Prior<'t> = StandardNormal;
    type Likelihood<'t> = Likelihood<Var<'t, F>>;

    fn encode<'t>(&self, x: Var<'t, F>) -> Posterior<Var<'t, F>> {
        self.encoder.forward(x)
    }

    fn decode<'t>(&self, z: Var<'t, F>) -> Likelihood<Var<'t, F>> {
        let h = self.decoder.trunk.forward(z);
        self.decoder.head.forward(|layer| layer.forward(h))
    }

    fn prior(&self, _: &Tape<F>) -> StandardNormal {
        StandardNormal::new([self.latent()])
    }

    fn latent(&self) -> usize {
        self.encoder.latent()
    }

    fn features(&self) -> usize {
        self.encoder.features()
    }
}
