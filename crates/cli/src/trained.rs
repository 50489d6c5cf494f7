//! A trained model, read from the folder of its run.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use autograd::Tensor;
use nn::Module;
use nn::checkpoint::{self, Metadata};
use prob::Key;
use serde::Deserialize;
use toml::Table;
use vae::models::MlpVae;
use vae::{Sampler, Threads, Vae, generate};

use crate::config::{Config, parameters};
use crate::error::Error;
use crate::run::Run;

/// Rows that a thread makes at once.
const CHUNK: usize = 64;
/// Values that are made at a time, before they are written: 16 MB.
const HELD: usize = 1 << 22;
/// No header of a model is longer.
const MOST_HEADER: u64 = 1 << 20;

/// The best model of a run.
#[derive(Debug)]
pub struct Trained {
    /// Where it lies.
    pub run: Run,
    /// What it was made by.
    pub config: Config,
    /// Height and width of a row.
    pub shape: [usize; 2],
    /// The digest of the data that it was trained on.
    pub digest: String,
    /// Its parameters.
    pub model: MlpVae<f32>,
}

/// What a model's file says about where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// Height and width of a row.
    pub shape: [usize; 2],
    /// The epoch after which it was written.
    pub epoch: u64,
    /// The digest of the training data.
    pub digest: String,
    /// The essence of the configuration by which it was trained.
    pub config: Table,
}

impl About {
    /// For the file.
    pub fn metadata(&self) -> Metadata {
        let [height, width] = self.shape;
        let entries = [
            ("height", height.to_string()),
            ("width", width.to_string()),
            ("epoch", self.epoch.to_string()),
            ("data", self.digest.clone()),
            ("config", self.config.to_string()),
        ];
        entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    /// Reads the beginning of a file, and no more of it.
    pub fn read(path: &Path) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Header {
            __metadata__: Option<BTreeMap<String, String>>,
        }
        let text = header(path)?;
        let damaged = |reason: String| Error::file(path, format!("not a model that `vae train` wrote: {reason}"));
        let header: Header = serde_json::from_str(&text).map_err(|e| damaged(format!("its header is no JSON: {e}")))?;
        let metadata = header.__metadata__.unwrap_or_default();
        let word = |key: &str| metadata.get(key).ok_or_else(|| damaged(format!("its header does not say `{key}`")));
        let number = |key: &str| {
            let word = word(key)?;
            word.parse::<u32>().ok().filter(|&n| n > 0).ok_or_else(|| damaged(format!("its {key} is `{word}`")))
        };
        Ok(Self {
            shape: [number("height")? as usize, number("width")? as usize],
            epoch: number("epoch")?.into(),
            digest: word("data")?.clone(),
            config: word("config")?.parse().map_err(|e| damaged(format!("its config is no TOML: {e}")))?,
        })
    }
}

/// The header of a safetensors file: eight bytes that say how long it is, and so many of JSON.
fn header(path: &Path) -> Result<String, Error> {
    let unreadable = |e: std::io::Error| Error::file(path, format!("cannot be read: {e}"));
    let mut file = File::open(path).map_err(unreadable)?;
    let mut length = [0; 8];
    file.read_exact(&mut length).map_err(|_| Error::file(path, "not a model: it has fewer than 8 bytes"))?;
    let length = u64::from_le_bytes(length);
    if length > MOST_HEADER {
        return Err(Error::file(path, format!("not a model: its header would have {length} bytes")));
    }
    let mut text = String::new();
    let read = file.take(length).read_to_string(&mut text);
    match read {
        Ok(n) if n as u64 == length => Ok(text),
        Ok(_) => Err(Error::file(path, "not a whole model: it ends before its header does")),
        Err(_) => Err(Error::file(path, "not a model: its header is no text")),
    }
}

impl Trained {
    /// Reads a run's best model.
    pub fn load(run: &Run) -> Result<Self, Error> {
        let config = run.config()?;
        let path = run.model();
        if !path.exists() {
            let how = format!("there is no model yet ({} is missing)", path.display());
            return Err(Error::file(run.folder(), how));
        }
        let about = About::read(&path)?;
        let features = about.shape[0].saturating_mul(about.shape[1]);
        config.check(features, 1).map_err(|e| Error::file(run.file("config.toml"), e))?;
        config.require_essence(&about.config, &run.file("config.toml"), &path)?;
        fits(&path, &config, features)?;
        let mut model = MlpVae::new(features, &config.model, &mut Key::new(0).stream("init", 0, 0));
        checkpoint::load(&path, &mut model).map_err(vae::Error::from)?;
        finite(&path, &model)?;
        Ok(Self { run: run.clone(), config, shape: about.shape, digest: about.digest, model })
    }

    /// The number of latent dimensions.
    pub fn latent(&self) -> usize {
        self.model.latent()
    }

    /// The number of values in a row.
    pub fn features(&self) -> usize {
        self.model.features()
    }

    /// The means of p(x|z) for latent vectors, one after the other.
    pub fn decode(&self, z: &[f32], threads: &Threads) -> Vec<f32> {
        self.decode_parts(z, threads).flatten().collect()
    }

    /// The same, some rows at a time.
    pub fn decode_parts(&self, z: &[f32], threads: &Threads) -> impl Iterator<Item = Vec<f32>> {
        let k = self.latent();
        z.chunks(self.part() * k).map(move |z| {
            let z = Tensor::new([z.len() / k, k], z.to_vec());
            generate::decode(&self.model, &z, threads).data().to_vec()
        })
    }

    /// `n` rows from the model: z from the prior, and the mean of p(x|z), or, with `draw`, x from it.
    pub fn sample(&self, n: usize, key: Key, draw: bool, threads: &Threads) -> Vec<f32> {
        self.sample_parts(n, key, draw, threads).flatten().collect()
    }

    /// The same, some rows at a time.
    pub fn sample_parts(&self, n: usize, key: Key, draw: bool, threads: &Threads) -> impl Iterator<Item = Vec<f32>> {
        let sampler = if draw { Sampler::draws(&self.model, key) } else { Sampler::means(&self.model, key) };
        let sampler = sampler.with_chunks_of(CHUNK);
        let part = self.part();
        (0..n)
            .step_by(part)
            .flat_map(move |first| sampler.chunks(first..n.min(first + part), threads, |x: &Tensor| x.data().to_vec()))
    }

    /// Rows that are held at a time: enough for all threads, but not more values than [`HELD`] if there are many in a row.
    fn part(&self) -> usize {
        (HELD / self.features() / CHUNK).max(1) * CHUNK
    }
}

/// Refuses parameters that are no numbers: nothing that comes of them would be one.
fn finite(path: &Path, model: &MlpVae<f32>) -> Result<(), Error> {
    for (name, parameter) in model.named_params() {
        if let Some(value) = parameter.value().data().iter().find(|value| !value.is_finite()) {
            return Err(Error::file(path, format!("not usable: the parameter {name} has the value {value}")));
        }
    }
    Ok(())
}

/// Refuses a file that is too short for the parameters, before room is made for them.
fn fits(path: &Path, config: &Config, features: usize) -> Result<(), Error> {
    let length = path.metadata().map_err(|e| Error::file(path, format!("cannot be read: {e}")))?.len();
    let parameters = parameters(&config.model, features);
    if length / 4 < parameters {
        return Err(Error::file(
            path,
            format!("does not fit config.toml, by which there are {parameters} parameters: it has {length} bytes"),
        ));
    }
    Ok(())
}
