//! What a configuration says where nobody has said anything.

use data::{Dataset, Examples};
use toml::{Table, Value};
use vae::models::{LikelihoodFamily, MlpConfig};

use super::{Binarization, Config, Layers, Train, check};
use crate::error::Error;

/// Values within this part of the range from either end count as black or white.
const NEARLY: f32 = 0.05;
/// The width of a Gaussian for data in which a feature never changes: learned, it would shrink for ever.
const SCALE: f64 = 0.1;

/// The likelihood and the binarisation that suit some data: Bernoulli where half of the values or more are nearly black
/// or white, and a binarisation if not all of them are.
pub fn suits(examples: &Examples) -> (LikelihoodFamily, Binarization) {
    let max = f32::from(examples.max());
    let extreme = examples.bytes().iter().filter(|&&v| {
        let value = f32::from(v) / max;
        value <= NEARLY || value >= 1.0 - NEARLY
    });
    match () {
        () if examples.is_binary() => (LikelihoodFamily::Bernoulli, Binarization::None),
        () if 2 * extreme.count() >= examples.bytes().len() => (LikelihoodFamily::Bernoulli, Binarization::Dynamic),
        () => (LikelihoodFamily::Gaussian, Binarization::None),
    }
}

/// The complete configuration for a data set: its defaults under the layers.
pub fn complete(spec: &str, data: &Dataset, layers: &Layers) -> Result<Config, Error> {
    let base = Table::try_from(defaults(spec, &data.train))
        .map_err(|e| Error::Failed(format!("the defaults cannot be written: {e}")))?;
    let config = layers.over(&base, |table| follow(table, data, layers))?;
    config.check(data.train.features(), data.train.rows()).map_err(Error::Usage)?;
    Ok(config)
}

/// Small images get a small model.
fn defaults(spec: &str, train: &Examples) -> Config {
    let (likelihood, binarization) = suits(train);
    let small = train.features() <= 100;
    let (hidden, latent) = if small { (vec![200], 10) } else { (vec![400], 20) };
    Config {
        data: spec.to_owned(),
        seed: 0,
        model: MlpConfig { hidden, latent, likelihood, ..MlpConfig::default() },
        train: Train {
            epochs: if small { 200 } else { 60 },
            batch: if train.rows() < 5_000 { 64 } else { 128 },
            learning_rate: 1e-3,
            samples: 1,
            binarization,
            shards: None,
            clip: None,
        },
    }
}

/// Defaults that follow from other settings: how grey values are made binary, and a Gaussian's width.
fn follow(table: &mut Table, data: &Dataset, layers: &Layers) {
    let gaussian = setting(table, "model", "likelihood").is_some_and(|v| v.as_str() == Some("gaussian"));
    if layers.get("train.binarization").is_none() {
        let word = if gaussian || data.train.is_binary() { "none" } else { "dynamic" };
        set(table, "train", "binarization", word.into());
    }
    if gaussian && layers.get("model.scale").is_none() && constant_features(&data.train) > 0 {
        set(table, "model", "scale", SCALE.into());
    }
}

fn setting<'t>(table: &'t Table, section: &str, key: &str) -> Option<&'t Value> {
    table.get(section)?.get(key)
}

fn set(table: &mut Table, section: &str, key: &str, value: Value) {
    if let Some(Value::Table(section)) = table.get_mut(section) {
        section.insert(key.to_owned(), value);
    }
}

/// How many features have the same value in all rows.
pub fn constant_features(examples: &Examples) -> usize {
    let mut rows = examples.bytes().chunks_exact(examples.features());
    let Some(first) = rows.next() else { return examples.features() };
    let mut constant = vec![true; first.len()];
    for row in rows {
        constant.iter_mut().zip(first).zip(row).for_each(|((constant, a), b)| *constant &= a == b);
    }
    constant.into_iter().filter(|&constant| constant).count()
}

impl Config {
    /// Refuses values that make no sense, for data of so many features and rows.
    pub fn check(&self, features: usize, rows: usize) -> Result<(), String> {
        check::check(self, features, rows)
    }
}
