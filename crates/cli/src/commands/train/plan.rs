//! What is to be trained, and in which folder.

use std::fs::File;

use data::Dataset;

use crate::args::Train;
use crate::config::{self, Config, Layer, Layers};
use crate::error::Error;
use crate::origin::Origin;
use crate::progress::say;
use crate::rows::{Rows, doubt};
use crate::run::Run;

/// The data set of a person who names none.
const DATA: &str = "digits";

/// What is to be done.
pub enum Plan {
    /// Nothing: the run is finished.
    Finished(Run),
    /// To begin a run or to go on with it.
    Work(Box<Work>),
}

/// A run with all that it needs.
pub struct Work {
    /// Its folder.
    pub run: Run,
    /// Its configuration, which the folder has too.
    pub config: Config,
    /// Its data.
    pub data: Dataset,
    /// Keeps other processes out.
    pub lock: Option<File>,
}

/// Finds out what the options ask for.
pub fn plan(args: &Train) -> Result<Plan, Error> {
    let layers = layers(args)?;
    match if args.resume { resumable(args, &layers)? } else { None } {
        Some(run) => resume(run, &layers),
        None => {
            let work = begin(args, &layers)?;
            if args.resume {
                say(format!("{}: there was nothing to resume; a new run begins", work.run.name()));
            }
            Ok(Plan::Work(Box::new(work)))
        }
    }
}

/// The settings that were given, in the order in which they override each other.
fn layers(args: &Train) -> Result<Layers, Error> {
    let mut layers = Layers::default();
    if let Some(name) = &args.preset {
        layers.push(Layer::preset(name)?);
    }
    if let Some(path) = &args.config {
        layers.push(Layer::file(path)?);
    }
    for setting in &args.set {
        layers.push(Layer::set(setting)?);
    }
    let numbers = [
        ("--seed", "seed", args.common.seed.map(|n| n as i64)),
        ("--epochs", "train.epochs", args.epochs.map(i64::from)),
        ("--batch", "train.batch", args.batch.map(i64::from)),
        ("--latent", "model.latent", args.latent.map(i64::from)),
    ];
    for (option, key, value) in numbers {
        if let Some(value) = value {
            layers.push(Layer::option(option, key, value)?);
        }
    }
    if let Some(data) = &args.data {
        layers.push(Layer::option("DATA", "data", data.as_str())?);
    }
    Ok(layers)
}

/// The run to go on with; none if the folder in `--out` holds none yet, which is then begun.
fn resumable(args: &Train, layers: &Layers) -> Result<Option<Run>, Error> {
    if let Some(folder) = &args.out {
        let run = Run::at(folder);
        return match (run.has_config(), run.exists()) {
            (true, _) => Ok(Some(run)),
            (false, false) => Ok(None),
            (false, true) => Err(Error::file(folder, "config.toml is missing: this run cannot be resumed")),
        };
    }
    let data = layers.data()?;
    Run::newest_unfinished(data.as_deref()).map(Some).ok_or_else(|| {
        let of = data.map_or_else(String::new, |data| format!(" of {data}"));
        Error::Failed(format!("there is no unfinished run{of} in runs/; --out names a run elsewhere"))
    })
}

fn resume(run: Run, layers: &Layers) -> Result<Plan, Error> {
    let config = run.config()?;
    let changes = layers.changes(&config)?;
    if !changes.is_empty() {
        return Err(Error::Usage(format!(
            "{} has another configuration, and a resumed run keeps its own: {}",
            run.name(),
            changes.join("; ")
        )));
    }
    if run.is_finished() {
        return Ok(Plan::Finished(run));
    }
    let origin = run.origin()?;
    if let Some(origin) = &origin {
        origin.require_config(&run, &config)?;
    }
    let data = data::open(&config.data).map_err(|e| Error::file(run.file("config.toml"), e))?;
    let judged = config.check(data.train.features(), data.train.rows());
    judged.map_err(|e| Error::file(run.file("config.toml"), e))?;
    let lock = run.lock()?;
    match origin {
        Some(origin) => origin.require_data(&run, &config, &data)?,
        None if run.checkpoint().exists() => {
            return Err(Error::file(run.origin_file(), "is missing: it cannot be told what this run began with"));
        }
        None => run.write_origin(&Origin::of(&config, &data)?)?,
    }
    Ok(Plan::Work(Box::new(Work { run, config, data, lock })))
}

fn begin(args: &Train, layers: &Layers) -> Result<Work, Error> {
    let spec = layers.data()?.unwrap_or_else(|| DATA.to_owned());
    let named = args.out.as_deref().map(Run::at);
    if let Some(run) = named.as_ref().filter(|run| run.exists()) {
        return Err(Error::file(
            run.folder(),
            "a run is there already; --resume goes on with it, another --out begins one",
        ));
    }
    if let Some(file) = named.as_ref().and_then(Run::in_the_way) {
        return Err(Error::file(file, "is there already, and the run would overwrite it; --out names another folder"));
    }
    let data = data::open(&spec)?;
    let config = config::complete(&spec, &data, layers)?;
    // What cannot be trained on leaves no folder behind.
    Rows::for_training(&data.train, &config, &spec)?;
    if let Some(doubt) = doubt(&data.train) {
        say(format!("{spec}: {doubt}"));
    }
    let run = match named {
        Some(run) => run,
        None => Run::create(&data.name)?,
    };
    let lock = run.lock()?;
    run.write_config(&config)?;
    run.write_origin(&Origin::of(&config, &data)?)?;
    Ok(Work { run, config, data, lock })
}
