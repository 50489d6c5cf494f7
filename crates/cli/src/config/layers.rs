//! How a configuration is put together: later layers override earlier ones, key by key.

use std::path::Path;

use toml::{Table, Value};

use super::{Config, PRESETS};
use crate::error::Error;
use crate::files;

/// Data sets that are no paths.
const BUILT_IN: [&str; 2] = ["digits", "optdigits"];

/// Every key, what it means, and whether the word `"none"` takes its value away.
const KEYS: [(&str, &str, bool); 15] = [
    ("data", "data set: a name or a path", false),
    ("seed", "seed of every random number in training", false),
    ("model.hidden", "widths of the hidden layers of q(z|x); p(x|z) reverses them", false),
    ("model.latent", "latent dimensions", false),
    ("model.activation", "relu, leaky_relu, elu, gelu, silu, tanh, softplus, …", false),
    ("model.likelihood", "p(x|z): bernoulli or gaussian", false),
    ("model.scale", "fixed σ of a gaussian p(x|z), or \"none\": learned", true),
    ("model.posterior", "covariance of q(z|x): diagonal or full", false),
    ("train.epochs", "passes over the training data", false),
    ("train.batch", "rows of a step", false),
    ("train.learning_rate", "of Adam", false),
    ("train.samples", "draws of z for each row of a step", false),
    ("train.binarization", "of grey values: dynamic, fixed, threshold or none", false),
    ("train.shards", "parts of a batch, for threads, or \"none\": as it suggests", true),
    ("train.clip", "largest norm of the gradient, or \"none\"", true),
];

/// The keys with their meanings, one a line, for a help text.
pub fn described_keys() -> String {
    KEYS.into_iter().map(|(key, meaning, _)| format!("  {key:<20} {meaning}\n")).collect()
}

/// Some settings and who made them.
#[derive(Clone, Debug)]
pub struct Layer {
    /// For messages: a file's name, an option.
    source: String,
    table: Table,
}

/// Settings, in the order in which they override each other.
#[derive(Clone, Debug, Default)]
pub struct Layers(Vec<Layer>);

impl Layer {
    /// The settings of a preset.
    pub fn preset(name: &str) -> Result<Self, Error> {
        let preset = PRESETS.iter().find(|preset| preset.name == name).ok_or_else(|| {
            let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
            Error::Usage(format!("unknown preset `{name}`; there are: {}", names.join(", ")))
        })?;
        Self::parse(format!("the preset `{name}`"), preset.toml)
    }

    /// The settings in a file.
    pub fn file(path: &Path) -> Result<Self, Error> {
        Self::parse(path.display().to_string(), &files::read_small(path)?)
    }

    fn parse(source: String, text: &str) -> Result<Self, Error> {
        let table =
            text.parse::<Table>().map_err(|e| Error::Usage(format!("{source}: {}", e.to_string().trim_end())))?;
        Self { source, table }.checked()
    }

    /// One setting as it is written on the command line, `KEY=VALUE`. A value that is no TOML is a word.
    pub fn set(setting: &str) -> Result<Self, Error> {
        let source = format!("--set {setting}");
        let (key, value) = setting
            .split_once('=')
            .ok_or_else(|| Error::Usage(format!("{source}: expected KEY=VALUE, as in --set model.latent=8")))?;
        let (key, value) = (key.trim(), value.trim());
        Self::of(source, key, value.parse().unwrap_or_else(|_| Value::String(value.to_owned())))
    }

    /// One setting that an option of its own stands for.
    pub fn option(option: &str, key: &str, value: impl Into<Value>) -> Result<Self, Error> {
        Self::of(option.to_owned(), key, value.into())
    }

    fn of(source: String, key: &str, value: Value) -> Result<Self, Error> {
        let table = match key.split_once('.') {
            None => Table::from_iter([(key.to_owned(), value)]),
            Some((section, name)) => {
                Table::from_iter([(section.to_owned(), Table::from_iter([(name.to_owned(), value)]).into())])
            }
        };
        Self { source, table }.checked()
    }

    /// Refuses keys that no configuration has, and makes a path to data one that holds from any folder.
    fn checked(mut self) -> Result<Self, Error> {
        if let Some(Value::String(data)) = self.table.get_mut("data") {
            *data = located(data);
        }
        for (key, _) in flat(&self.table) {
            if !KEYS.into_iter().any(|known| known.0 == key) {
                return Err(Error::Usage(format!("{}: {}", self.source, unknown(&key))));
            }
        }
        Ok(self)
    }
}

/// A data set's name as it is, and a path that exists from the root on: the next command may run in another folder.
/// The last part stays even if it is a link, since runs and pictures are named after it.
fn located(spec: &str) -> String {
    let path = Path::new(spec);
    if BUILT_IN.contains(&spec) || !path.exists() {
        return spec.to_owned();
    }
    let absolute = match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            folder.canonicalize().map(|folder| folder.join(name))
        }
        _ => path.canonicalize(),
    };
    absolute.ok().and_then(|path| path.to_str().map(str::to_owned)).unwrap_or_else(|| spec.to_owned())
}

impl Layers {
    /// Adds a layer that overrides those before it.
    pub fn push(&mut self, layer: Layer) {
        self.0.push(layer);
    }

    /// What the layers say about a key.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.0.iter().rev().find_map(|layer| flat(&layer.table).into_iter().find(|(k, _)| k == key).map(|(_, v)| v))
    }

    /// The data set, if a layer names one.
    pub fn data(&self) -> Result<Option<String>, Error> {
        match self.get("data") {
            None => Ok(None),
            Some(Value::String(data)) => Ok(Some(data)),
            Some(other) => Err(Error::Usage(format!("data: expected a name or a path, found {other}"))),
        }
    }

    /// The layers over `base`; `finish` adds what depends on all of them before the types are judged.
    pub fn over(&self, base: &Table, finish: impl Fn(&mut Table)) -> Result<Config, Error> {
        let mut merged = base.clone();
        let mut config = read(&merged, "the defaults", &finish)?;
        for layer in &self.0 {
            overlay(&mut merged, &layer.table);
            // Judged one by one, so that the message can say whose fault it is.
            config = read(&merged, &layer.source, &finish)?;
        }
        Ok(config)
    }

    /// The keys by which the layers would change a configuration, with both values.
    pub fn changes(&self, config: &Config) -> Result<Vec<String>, Error> {
        let old = table(config)?;
        let new = table(&self.over(&old, |_| ())?)?;
        Ok(differences(&old, &new)
            .into_iter()
            .map(|(key, old, new)| format!("{key} is {old} there, and {new} is asked for"))
            .collect())
    }
}

impl Config {
    /// All but where the data lie: that may change, and the data themselves are told apart by their digest.
    pub fn essence(&self) -> Result<Table, Error> {
        let mut table = table(self)?;
        table.remove("data");
        Ok(table)
    }

    /// Refuses a configuration that was edited since its essence was kept in a file.
    pub fn require_essence(&self, kept: &Table, edited: &Path, keeper: &Path) -> Result<(), Error> {
        let differences = differences(kept, &self.essence()?);
        if differences.is_empty() {
            return Ok(());
        }
        let list: Vec<String> =
            differences.into_iter().map(|(key, old, new)| format!("{key} was {old}, and is {new}")).collect();
        let reason = format!("edited since {} was written: {}", keeper.display(), list.join("; "));
        Err(Error::file(edited, reason))
    }
}

fn table(config: &Config) -> Result<Table, Error> {
    Table::try_from(config).map_err(|e| Error::Failed(format!("the configuration cannot be written: {e}")))
}

/// The keys whose values differ, with both.
fn differences(old: &Table, new: &Table) -> Vec<(&'static str, String, String)> {
    let (old, new) = (flat(old), flat(new));
    let find = |list: &[(String, Value)], key: &str| {
        list.iter().find(|(k, _)| k == key).map_or_else(|| "none".to_owned(), |(_, v)| v.to_string())
    };
    let values = KEYS.into_iter().map(|(key, ..)| (key, find(&old, key), find(&new, key)));
    values.filter(|(_, old, new)| old != new).collect()
}

fn read(table: &Table, source: &str, finish: impl Fn(&mut Table)) -> Result<Config, Error> {
    let mut table = table.clone();
    finish(&mut table);
    table.try_into().map_err(|e: toml::de::Error| Error::Usage(format!("{source}: {}", one_line(&e.to_string()))))
}

/// TOML's messages have a line each for what and where.
fn one_line(message: &str) -> String {
    message.trim_end().replace('\n', " ")
}

/// Sets what `layer` says in `table`.
fn overlay(table: &mut Table, layer: &Table) {
    for (section, value) in layer {
        match (table.get_mut(section), value) {
            (Some(Value::Table(old)), Value::Table(new)) => {
                for (key, value) in new {
                    let optional =
                        KEYS.into_iter().any(|(known, _, optional)| optional && known == format!("{section}.{key}"));
                    if optional && value.as_str() == Some("none") {
                        old.remove(key);
                    } else {
                        old.insert(key.clone(), value.clone());
                    }
                }
            }
            _ => {
                table.insert(section.clone(), value.clone());
            }
        }
    }
}

/// The values with their dotted keys.
fn flat(table: &Table) -> Vec<(String, Value)> {
    let mut values = Vec::new();
    for (section, value) in table {
        match value {
            Value::Table(inner) if !inner.is_empty() => {
                values.extend(inner.iter().map(|(key, value)| (format!("{section}.{key}"), value.clone())));
            }
            _ if KEYS.into_iter().any(|(known, ..)| known.starts_with(&format!("{section}."))) => {}
            _ => values.push((section.clone(), value.clone())),
        }
    }
    values
}

/// What to say about a key that does not exist.
fn unknown(key: &str) -> String {
    let name = key.rsplit('.').next().unwrap_or(key);
    let alike = KEYS.into_iter().map(|(known, ..)| known).find(|known| known.rsplit('.').next() == Some(name));
    let alike = alike.or_else(|| {
        let near = KEYS.into_iter().map(|(known, ..)| (distance(key, known), known)).min();
        near.filter(|&(distance, _)| distance <= 3).map(|(_, known)| known)
    });
    let hint = alike.map_or_else(String::new, |known| format!(" (did you mean `{known}`?)"));
    let known: Vec<&str> = KEYS.into_iter().map(|(known, ..)| known).collect();
    format!("unknown key `{key}`{hint}; the keys are: {}", known.join(", "))
}

/// The least number of letters to insert, delete or change between two words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
