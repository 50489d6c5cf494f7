//! The workloads: a network, and the bound that it is trained with.

use crate::Layer;
use autograd::Var;
use nn::Activation;
use prob::{Key, KlTo};
use vae::models::{ConvConfig, ConvVae, MlpConfig, MlpVae};
use vae::objective::{Elbo, ImportanceWeighted};
use vae::{Objective, Vae};

/// The training steps that are measured: workload and rows of a batch.
pub const TRAINING: [(&str, usize); 8] =
    [("W1", 128), ("W2", 20), ("W2", 128), ("W2K50", 20), ("W3", 512), ("W4", 128), ("W5", 64), ("W5", 1)];

/// Samples of the workload DECODE, whose decoder is W1's.
pub const SAMPLES: usize = 10_000;

/// A network, and the number of importance-weighted draws it is trained with, if any.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Features of a row.
    pub features: usize,
    network: Network,
    importance: Option<usize>,
}

#[derive(Clone, Debug)]
enum Network {
    Mlp(MlpConfig),
    /// For images `[C, H, W]`.
    Conv([usize; 3], ConvConfig),
}

/// What is done with a workload's model and objective, whatever their types are.
pub trait Task {
    /// What comes of it.
    type Output;

    /// Does it.
    fn run<M: Vae<f32>, O: Objective<f32, M>>(self, model: M, objective: O) -> Self::Output;
}

impl Workload {
    /// The workload of a name: W1, W2, W2K50, W3, W4 or W5.
    pub fn named(name: &str) -> Option<Workload> {
        Some(match name {
            "W1" => Workload::mlp(784, &[400], 20, Activation::Relu),
            "W2" => Workload::mlp(784, &[200, 200], 50, Activation::Tanh),
            "W2K50" => Workload { importance: Some(50), ..Workload::named("W2")? },
            "W3" => Workload::mlp(784, &[1024, 1024], 64, Activation::Relu),
            "W4" => Workload::conv([1, 28, 28], &[32, 64], &[256], 16),
            "W5" => Workload::mlp(64, &[128], 8, Activation::Relu),
            _ => return None,
        })
    }

    fn mlp(features: usize, hidden: &[usize], latent: usize, activation: Activation) -> Workload {
        let config = MlpConfig { hidden: hidden.to_vec(), latent, activation, ..MlpConfig::default() };
        Workload { features, network: Network::Mlp(config), importance: None }
    }

    fn conv(image: [usize; 3], channels: &[usize], hidden: &[usize], latent: usize) -> Workload {
        let (channels, hidden) = (channels.to_vec(), hidden.to_vec());
        let config = ConvConfig { channels, hidden, latent, activation: Activation::Relu, ..ConvConfig::default() };
        Workload { features: image.iter().product(), network: Network::Conv(image, config), importance: None }
    }

    /// Runs a task with the model, its weights fresh from a fixed seed, and the objective: the importance-weighted bound where
    /// the workload has draws, else the ELBO with one.
    pub fn run<T: Task>(&self, task: T) -> T::Output {
        let mut rng = Key::new(0).stream("init", 0, 0);
        match &self.network {
            Network::Mlp(config) => self.train(MlpVae::new(self.features, config, &mut rng), task),
            Network::Conv(image, config) => {
                self.train(ConvVae::new(*image, config, &mut rng).expect("the network fits its images"), task)
            }
        }
    }

    fn train<M: Vae<f32>, T: Task>(&self, model: M, task: T) -> T::Output
    where
        for<'t> M::Posterior<'t>: KlTo<M::Prior<'t>, Var<'t, f32>>,
    {
        match self.importance {
            Some(samples) => task.run(model, ImportanceWeighted { samples }),
            None => task.run(model, Elbo { samples: 1 }),
        }
    }

    /// Draws of z for each row of a batch.
    pub fn draws(&self) -> usize {
        self.importance.unwrap_or(1)
    }

    /// The layers of the encoder, its heads for mean and log-variance counted as one.
    pub fn encoder(&self) -> Vec<Layer> {
        match &self.network {
            Network::Mlp(MlpConfig { hidden, latent, .. }) => {
                linear([self.features].iter().chain(hidden).chain([&(2 * latent)]))
            }
            Network::Conv(image, ConvConfig { channels, hidden, latent, .. }) => {
                let mut layers = halving(*image, channels);
                let inside = layers.last().expect("a convolution").numbers();
                layers.extend(linear([inside].iter().chain(hidden).chain([&(2 * latent)])));
                layers
            }
        }
    }

    /// The layers of the decoder.
    pub fn decoder(&self) -> Vec<Layer> {
        match &self.network {
            Network::Mlp(MlpConfig { hidden, latent, .. }) => {
                linear([*latent].iter().chain(hidden.iter().rev()).chain([&self.features]))
            }
            Network::Conv(image, ConvConfig { channels, hidden, latent, .. }) => {
                let convolutions = halving(*image, channels);
                let inside = convolutions.last().expect("a convolution").numbers();
                let mut layers = linear([*latent].iter().chain(hidden.iter().rev()).chain([&inside]));
                layers.extend(convolutions.into_iter().rev().map(Layer::transposed));
                layers
            }
        }
    }
}

/// Linear layers from each size to the next.
fn linear<'a>(sizes: impl Iterator<Item = &'a usize>) -> Vec<Layer> {
    let sizes: Vec<usize> = sizes.copied().collect();
    sizes.windows(2).map(|s| Layer::linear(s[0], s[1])).collect()
}

/// Convolutions of 4×4 taps from an image's channels to each of the next, each of which halves the extents.
fn halving([mut inputs, mut h, mut w]: [usize; 3], channels: &[usize]) -> Vec<Layer> {
    let mut layers = Vec::new();
    for &outputs in channels {
        let image = h * w;
        (h, w) = (h / 2, w / 2);
        layers.push(Layer { inputs, outputs, taps: 16, places: h * w, from: image, to: h * w });
        inputs = outputs;
    }
    layers
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Parameters;

    impl Task for Parameters {
        type Output = usize;

        fn run<M: Vae<f32>, O: Objective<f32, M>>(self, model: M, _: O) -> usize {
            model.param_count()
        }
    }

    #[test]
    fn layers_are_those_of_the_model() {
        for (name, _) in TRAINING {
            let workload = Workload::named(name).expect("a known workload");
            let layers = [workload.encoder(), workload.decoder()].concat();
            assert_eq!(layers.iter().map(Layer::parameters).sum::<usize>(), workload.run(Parameters), "{name}");
        }
    }

    #[test]
    fn other_names_are_unknown() {
        assert!(Workload::named("W0").is_none());
    }
}
