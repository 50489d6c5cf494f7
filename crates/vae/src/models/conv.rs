//! The VAE of convolutions.

use super::encoder::Encoder;
use super::head::Head;
use super::trunk::trunk;
use super::{Likelihood, LikelihoodFamily, Posterior, PosteriorFamily};
use crate::{Error, Vae};
use autograd::prelude::*;
use nn::{Activation, Conv2d, ConvTranspose2d, Mlp};
use prob::StandardNormal;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The layout of a [`ConvVae`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConvConfig {
    /// Channels that the encoder's convolutions give, first to last, each halving the extents; the decoder has them in reverse.
    pub channels: Vec<usize>,
    /// Widths of the linear layers between the convolutions and q(z|x), first to last; the decoder has them in reverse.
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

impl Default for ConvConfig {
    /// Convolutions to 32 and 64 channels, one hidden layer of 256, 16 latent dimensions, ReLU, Bernoulli, diagonal.
    fn default() -> Self {
        ConvConfig {
            channels: vec![32, 64],
            hidden: vec![256],
            latent: 16,
            activation: Activation::Relu,
            likelihood: LikelihoodFamily::Bernoulli,
            scale: None,
            posterior: PosteriorFamily::Diagonal,
        }
    }
}

impl ConvConfig {
    /// What the encoder's last convolution gives for images `[C, H, W]`.
    fn innermost(&self, image: [usize; 3]) -> Result<[usize; 3], Error> {
        let refuse = |reason| Err(Error::Layout(reason));
        if image.contains(&0) {
            return refuse(format!("images of {image:?} (channels, rows, columns) have no pixels"));
        }
        let (Some(&last), false) = (self.channels.last(), self.channels.contains(&0)) else {
            let channels = &self.channels;
            return refuse(format!(
                "convolutions to {channels:?} channels: there must be some, each with at least one"
            ));
        };
        if self.hidden.is_empty() {
            return refuse("there is no hidden layer between the convolutions and the latent dimensions".into());
        }
        let layers = self.channels.len();
        let halved = |n: usize| (0..layers).try_fold(n, |n, _| n.is_multiple_of(2).then_some(n / 2));
        match [image[1], image[2]].map(halved) {
            [Some(h), Some(w)] => Ok([last, h, w]),
            _ => refuse(format!(
                "{layers} convolutions, each of which halves the extents, need images whose rows and columns are multiples of \
                 2^{layers}; these have {} and {}",
                image[1], image[2]
            )),
        }
    }
}

/// Every convolution's kernel, and how it moves: even extents are halved, and by the transposed one doubled.
const KERNEL: [usize; 2] = [4, 4];
const HALVING: Window = Window { stride: [2, 2], padding: [1, 1], dilation: [1, 1], groups: 1 };

/// A VAE of images, with the prior N(0, I). Its encoder is convolutions and then linear layers; the decoder is its mirror
/// image, in transposed convolutions (the layout of A. Radford, L. Metz and S. Chintala, *Unsupervised representation learning
/// with deep convolutional generative adversarial networks*, 2016, without its normalisation).
///
/// Rows of data are images one channel after the other, row by row: D = C·H·W.
///
/// ```
/// use prob::Key;
/// use vae::Vae;
/// use vae::models::{ConvConfig, ConvVae};
///
/// let mut rng = Key::new(0).stream("init", 0, 0);
/// let model = ConvVae::<f32>::new([1, 28, 28], &ConvConfig::default(), &mut rng)?;
/// assert_eq!((model.features(), model.latent()), (784, 16));
///
/// let error = ConvVae::<f32>::new([1, 28, 30], &ConvConfig::default(), &mut rng).unwrap_err();
/// assert!(error.to_string().ends_with("multiples of 2^2; these have 28 and 30"));
/// # Ok::<(), vae::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ConvVae<F = f32> {
    encoder: ConvEncoder<F>,
    decoder: ConvDecoder<F>,
    /// `[C, H, W]`.
    image: [usize; 3],
    activation: Activation,
}

nn::parameters!(ConvVae: encoder, decoder);

/// From images to q(z|x).
#[derive(Clone, Debug)]
struct ConvEncoder<F> {
    convolutions: Vec<Conv2d<F>>,
    dense: Encoder<F>,
}

nn::parameters!(ConvEncoder: convolutions, dense);

/// From z to images' p(x|z).
#[derive(Clone, Debug)]
struct ConvDecoder<F> {
    trunk: Mlp<F>,
    convolutions: Vec<ConvTranspose2d<F>>,
    head: Head<F, ConvTranspose2d<F>>,
    /// What the trunk's features are to the first convolution, `[C, H, W]`.
    innermost: [usize; 3],
}

nn::parameters!(ConvDecoder: trunk, convolutions, head);

impl<F: Real> ConvVae<F> {
    /// A model of images `[C, H, W]`, its weights drawn from `rng`.
    ///
    /// # Errors
    /// If there are no pixels, convolutions or hidden layers, or if the convolutions cannot halve the images' extents.
    pub fn new(image: [usize; 3], config: &ConvConfig, rng: &mut (impl Rng + ?Sized)) -> Result<ConvVae<F>, Error> {
        let innermost = config.innermost(image)?;
        let (features, inside) = (image.iter().product(), innermost.iter().product());
        let ConvConfig { channels, hidden, latent, activation, likelihood, scale, posterior } = config;

        let inputs = [image[0]].into_iter().chain(channels.iter().copied());
        let convolutions =
            inputs.zip(channels).map(|(inputs, &outputs)| Conv2d::new(inputs, outputs, KERNEL, HALVING, rng)).collect();
        let dense = Encoder::new(trunk(inside, hidden.iter(), *activation, rng), *latent, *posterior, rng);

        let trunk = trunk(*latent, hidden.iter().rev().chain([&inside]), *activation, rng);
        let pairs = channels.windows(2).rev();
        let doubling = pairs.map(|c| ConvTranspose2d::new(c[1], c[0], KERNEL, HALVING, rng)).collect();
        let last = ConvTranspose2d::new(channels[0], image[0], KERNEL, HALVING, rng);
        let head = Head::new(last, *likelihood, *scale, features);

        let encoder = ConvEncoder { convolutions, dense };
        let decoder = ConvDecoder { trunk, convolutions: doubling, head, innermost };
        Ok(ConvVae { encoder, decoder, image, activation: *activation })
    }

    /// `[C, H, W]`, the images that it is a model of.
    pub fn image(&self) -> [usize; 3] {
        self.image
    }
}

impl<F: Real> Vae<F> for ConvVae<F> {
    type Posterior<'t> = Posterior<Var<'t, F>>;
    type Prior<'t> = StandardNormal;
    type Likelihood<'t> = Likelihood<Var<'t, F>>;

    fn encode<'t>(&self, x: Var<'t, F>) -> Posterior<Var<'t, F>> {
        let rows = x.shape()[0];
        let [c, h, w] = self.image;
        let mut y = x.reshape([rows, c, h, w]);
        for layer in &self.encoder.convolutions {
            y = layer.forward_with(y, self.activation);
        }
        self.encoder.dense.forward(y.reshape([rows, self.encoder.dense.features()]))
    }

    fn decode<'t>(&self, z: Var<'t, F>) -> Likelihood<Var<'t, F>> {
        let flat = self.decoder.trunk.forward(z);
        let [c, h, w] = self.decoder.innermost;
        // Samples are folded into the rows.
        let mut y = flat.reshape([flat.shape().size() / (c * h * w), c, h, w]);
        for layer in &self.decoder.convolutions {
            y = layer.forward_with(y, self.activation);
        }
        let rows = z.shape().with(z.shape().rank() - 1, self.features());
        self.decoder.head.forward(|layer| layer.forward(y).reshape(rows))
    }

    fn prior(&self, _: &Tape<F>) -> StandardNormal {
        StandardNormal::new([self.latent()])
    }

    fn latent(&self) -> usize {
        self.encoder.dense.latent()
    }

    fn features(&self) -> usize {
        self.image.iter().product()
    }
}
