//! A trained model and the data that it is to be used on.

use data::Examples;

use crate::args::{Part, Source};
use crate::error::Error;
use crate::rows::Rows;
use crate::run::Run;
use crate::trained::Trained;

/// A model, and the part of a data set that the options say.
pub struct Loaded {
    /// The model.
    pub trained: Trained,
    /// The data set as it was named.
    pub data: String,
    /// Which part of it.
    pub part: Part,
    /// Its rows as they are.
    pub examples: Examples,
    /// Its rows as the model reads them.
    pub rows: Rows,
}

impl Loaded {
    /// Reads both.
    pub fn open(source: &Source) -> Result<Self, Error> {
        let trained = Trained::load(&Run::at(&source.run))?;
        let data = source.data.clone().unwrap_or_else(|| trained.config.data.clone());
        let set = data::open(&data)?;
        let part = source.part.unwrap_or_else(|| Part::usual(&set, data == trained.config.data));
        let examples = part.of(&set)?;
        if examples.shape() != trained.shape {
            let [[a, b], [h, w]] = [trained.shape, examples.shape()];
            return Err(Error::Failed(format!(
                "{} has a model for rows of {a} × {b} values; those of {data} are {h} × {w}",
                trained.run.name()
            )));
        }
        let rows = Rows::of(part, &set, &trained.config, &data)?;
        Ok(Self { trained, data, part, examples, rows })
    }

    /// What is worked on, in words: `digits (test)`.
    pub fn name(&self) -> String {
        format!("{} ({})", self.data, self.part.name())
    }
}
