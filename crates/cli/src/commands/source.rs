//! A trained model and the data that it is to be used on.

use data::Examples;

use crate::args::{Part, Source};
use crate::error::Error;
use crate::progress::say;
use crate::rows::{Rows, digest};
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
        let set = match &source.data {
            Some(data) => data::open(data)?,
            // The person who named these data was the one who trained.
            None => data::open(&data).map_err(|e| Error::file(trained.run.file("config.toml"), e))?,
        };
        // However the data are called: what the model learnt from is known by its values.
        let own = digest(&set.train) == trained.digest;
        if !own && source.data.is_none() {
            say(format!("note: {data} is not what it was when {} was trained", trained.run.name()));
        }
        let part = source.part.unwrap_or_else(|| Part::usual(&set, own));
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
