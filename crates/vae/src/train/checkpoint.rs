//! Training runs on disk, resumable to the same bits.

use super::trainer::{Position, Settings, Trainer};
use crate::objective::Objective;
use crate::{Error, Vae};
use autograd::Real;
use nn::Optimizer;
use nn::checkpoint::{Metadata, load_training, save_training};
use serde::Deserialize;
use std::path::Path;

/// The metadata that holds where the run stands, and what it depends on; both in JSON.
const POSITION: &str = "position";
const SETTINGS: &str = "settings";

impl<F, M, O, P> Trainer<M, O, P, F>
where
    F: Real,
    M: Vae<F> + Clone,
    O: Objective<F, M>,
    P: Optimizer<F> + Clone + Send,
{
    /// Writes parameters, optimiser, position and history. A file appears whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save_checkpoint(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let json = |value: serde_json::Result<String>| value.expect("plain numbers can be written as JSON");
        let metadata = Metadata::from([
            (POSITION.into(), json(serde_json::to_string(&self.position))),
            (SETTINGS.into(), json(serde_json::to_string(&self.settings))),
        ]);
        Ok(save_training(path, &self.model, &self.optimizer, &metadata)?)
    }

    /// Goes on where a run with the same settings stood. On an error nothing has changed.
    ///
    /// What a checkpoint does not hold is the caller's to keep the same: the objective, the optimiser's settings, the data
    /// and the order of the batches.
    ///
    /// # Errors
    /// If the file cannot be read or is damaged, or if it belongs to another model or to other settings.
    pub fn resume(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let (mut model, mut optimizer) = (self.model.clone(), self.optimizer.clone());
        model.assign_names();
        let metadata = load_training(path, &mut model, &mut optimizer)?;
        let settings: Settings = parse(path, &metadata, SETTINGS)?;
        if settings != self.settings {
            let reason = format!("it was made with {settings:?}, not with {:?}", self.settings);
            return Err(Error::Mismatch { file: path.to_path_buf(), reason });
        }
        let position: Position = parse(path, &metadata, POSITION)?;
        if !position.is_possible() {
            let reason = format!("the metadata `{POSITION}` contradicts itself");
            return Err(Error::Mismatch { file: path.to_path_buf(), reason });
        }
        self.position = position;
        // Into the parameters that there are: their identities, and with them the order of sums over gradients, stay.
        let mut values = model.named_params().into_iter().map(|(_, p)| p.value().clone());
        self.model.for_each_param_mut(&mut |_, p| *p.value_mut() = values.next().expect("a clone has the same"));
        self.optimizer = optimizer;
        Ok(())
    }
}

/// What a key of the metadata holds.
fn parse<T: for<'de> Deserialize<'de>>(path: &Path, metadata: &Metadata, key: &str) -> Result<T, Error> {
    let mismatch = |reason| Error::Mismatch { file: path.to_path_buf(), reason };
    let text = metadata.get(key).ok_or_else(|| mismatch(format!("the metadata has no `{key}`")))?;
    serde_json::from_str(text).map_err(|e| mismatch(format!("the metadata `{key}` is not what a trainer writes: {e}")))
}
