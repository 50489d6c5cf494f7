//! What a training run depends on besides its data: the file `config.toml`.

mod check;
mod defaults;
mod layers;
mod presets;

use serde::{Deserialize, Serialize};
use vae::models::MlpConfig;

use crate::error::Error;

pub use check::parameters;
pub use defaults::{complete, constant_features, suits};
pub use layers::{Layer, Layers, described_keys};
pub use presets::PRESETS;

/// The complete configuration of a run: with it and the data, the run can be repeated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The data set's name or path.
    pub data: String,
    /// The seed of every random number in training.
    pub seed: u64,
    /// The model.
    pub model: MlpConfig,
    /// How it is trained.
    pub train: Train,
}

/// How a model is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Train {
    /// Passes over the training data.
    pub epochs: u64,
    /// Rows of a step.
    pub batch: usize,
    /// Of Adam.
    pub learning_rate: f64,
    /// Draws of z for each row of a step.
    pub samples: usize,
    /// What is done to grey values.
    pub binarization: Binarization,
    /// Parts of a batch, where the number is not left to the batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shards: Option<usize>,
    /// The largest norm of the gradient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<f64>,
}

/// What is done to grey values before a model sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Binarization {
    /// They stay grey.
    None,
    /// Drawn anew whenever a row is read in training, once for validation and test.
    Dynamic,
    /// Drawn once.
    Fixed,
    /// 1 from half of the largest value on.
    Threshold,
}

impl Config {
    /// The configuration as the file's text.
    pub fn to_toml(&self) -> Result<String, Error> {
        let table = toml::to_string_pretty(self).map_err(|e| Error::Failed(format!("the configuration: {e}")))?;
        Ok(format!("# All that this run depends on besides its data: `vae train --config FILE` repeats it.\n{table}"))
    }
}
