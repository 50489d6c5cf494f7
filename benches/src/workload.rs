//! The workloads: a network, and the bound that it is trained with.

use crate::Layer;
use autograd::Var;
use nn::Activation;
use prob::{Key, KlTo};
use vae::models::{MlpConfig, MlpVae};
use vae::objective::{Elbo, ImportanceWeighted};
use vae::{Objective, Vae};

/// The training steps that are measured: workload and rows of a batch.
pub const TRAINING: [(&str, usize); 7] =
    [("W1", 128), ("W2", 20), ("W2", 128), ("W2K50", 20), ("W3", 512), ("W5", 64), ("W5", 1)];

/// Samples of the workload DECODE, whose decoder is W1's.
pub const SAMPLES: usize = 10_000;

/// A network, and the number of importance-weighted draws it is trained with, if any.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Features of a row.
    pub features: usize,
    network: MlpConfig,
    importance: Option<usize>,
}

/// What is done with a workload's model and objective, whatever their types are.
pub trait Task {
    /// What comes of it.
    type Output;

    /// Does it.
    fn run<M: Vae<f32>, O: Objective<f32, M>>(self, model: M, objective: O) -> Self::Output;
}

impl Workload {
    /// The workload of a name: W1, W2, W2K50, W3 or W5.
    pub fn named(name: &str) -> Option<Workload> {
        let (features, hidden, latent, activation, importance) = match name {
            "W1" => (784, vec![400], 20, Activation::Relu, None),
            "W2" => (784, vec![200, 200], 50, Activation::Tanh, None),
            "W2K50" => (784, vec![200, 200], 50, Activation::Tanh, Some(50)),
            "W3" => (784, vec![1024, 1024], 64, Activation::Relu, None),
            "W5" => (64, vec![128], 8, Activation::Relu, None),
            _ => return None,
        };
        let network = MlpConfig { hidden, latent, activation, ..MlpConfig::default() };
        Some(Workload { features, network, importance })
    }

    /// Runs a task with the model, its weights fresh from a fixed seed, and the objective: the importance-weighted bound where
    /// the workload has draws, else the ELBO with one.
    pub fn run<T: Task>(&self, task: T) -> T::Output {
        let model = MlpVae::new(self.features, &self.network, &mut Key::new(0).stream("init", 0, 0));
        self.train(model, task)
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
        let MlpConfig { hidden, latent, .. } = &self.network;
        layers([self.features].iter().chain(hidden).chain([&(2 * latent)]))
    }

    /// The layers of the decoder.
    pub fn decoder(&self) -> Vec<Layer> {
        let MlpConfig { hidden, latent, .. } = &self.network;
        layers([*latent].iter().chain(hidden.iter().rev()).chain([&self.features]))
    }
}

/// Layers from each size to the next.
fn layers<'a>(sizes: impl Iterator<Item = &'a usize>) -> Vec<Layer> {
    let sizes: Vec<usize> = sizes.copied().collect();
    sizes.windows(2).map(|s| Layer { inputs: s[0], outputs: s[1] }).collect()
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
