//! What a run began with, so that it does not go on with anything else.

use data::Dataset;
use serde::{Deserialize, Serialize};
use toml::Table;

use crate::config::Config;
use crate::error::Error;
use crate::rows::digest;
use crate::run::Run;

/// The file `origin.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The digest of the training data.
    train: String,
    /// The digest of the validation data.
    validation: String,
    /// The essence of the configuration.
    config: Table,
}

impl Origin {
    /// Of a run that begins.
    pub fn of(config: &Config, data: &Dataset) -> Result<Self, Error> {
        Ok(Self { train: digest(&data.train), validation: digest(&data.validation), config: config.essence()? })
    }

    /// Refuses a configuration that was edited since.
    pub fn require_config(&self, run: &Run, config: &Config) -> Result<(), Error> {
        config.require_essence(&self.config, &run.file("config.toml"), &run.origin_file())
    }

    /// Refuses other data.
    pub fn require_data(&self, run: &Run, config: &Config, data: &Dataset) -> Result<(), Error> {
        for (part, then, now) in
            [("train", &self.train, &data.train), ("validation", &self.validation, &data.validation)]
        {
            if *then != digest(now) {
                let reason = format!("{} is not what it was when this run began ({part})", config.data);
                return Err(Error::file(run.folder(), reason));
            }
        }
        Ok(())
    }

    /// As the file's text.
    pub fn to_toml(&self) -> Result<String, Error> {
        let table = toml::to_string_pretty(self).map_err(|e| Error::Failed(format!("the origin of the run: {e}")))?;
        Ok(format!("# What this run began with; `vae train --resume` goes on with nothing else.\n{table}"))
    }
}
