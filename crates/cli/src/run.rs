//! The folder of a run and what lies in it.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;
use vae::train::Record;

use crate::config::Config;
use crate::error::Error;
use crate::files;
use crate::origin::Origin;

/// Where runs go that nobody has named a folder for.
const RUNS: &str = "runs";
const CONFIG: &str = "config.toml";
const ORIGIN: &str = "origin.toml";
const METRICS: &str = "metrics.jsonl";
const MODEL: &str = "model.safetensors";
const CHECKPOINT: &str = "checkpoint.safetensors";
const SUMMARY: &str = "summary.json";
/// What training writes that tells of a run.
const RECORDS: [&str; 6] = [CONFIG, ORIGIN, METRICS, MODEL, CHECKPOINT, SUMMARY];
/// The pictures that it draws at the end, the last only of two latent dimensions.
const PICTURES: [&str; 5] = ["samples.png", "reconstructions.png", "latent.png", "loss.png", "manifold.png"];

/// The folder of a run.
#[derive(Clone, Debug)]
pub struct Run {
    folder: PathBuf,
}

impl Run {
    /// The run in a folder, which need not exist.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// A new folder `runs/<name>-<n>`, with the first number above all there are.
    pub fn create(name: &str) -> Result<Self, Error> {
        let safe = |c: char| if c.is_alphanumeric() || "._-".contains(c) { c } else { '_' };
        let prefix = format!("{}-", name.chars().map(safe).collect::<String>());
        let numbers = subfolders()
            .iter()
            .filter_map(|path| path.file_name()?.to_str()?.strip_prefix(&prefix)?.parse::<u64>().ok())
            .max();
        let mut n = numbers.unwrap_or(0).saturating_add(1);
        fs::create_dir_all(RUNS).map_err(|e| Error::file(RUNS, format!("cannot be made: {e}")))?;
        loop {
            let folder = Path::new(RUNS).join(format!("{prefix}{n}"));
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(Self { folder }),
                // Somebody else was faster.
                Err(e) if e.kind() == ErrorKind::AlreadyExists => n += 1,
                Err(e) => return Err(Error::file(folder, format!("cannot be made: {e}"))),
            }
        }
    }

    /// The unfinished run under `runs/` that was touched last, of one data set or of any.
    pub fn newest_unfinished(data: Option<&str>) -> Option<Self> {
        let wanted = |run: &Run| {
            let config = run.config().ok();
            config.is_some_and(|c| data.is_none_or(|data| c.data == data)) && !run.is_finished()
        };
        let runs = subfolders().into_iter().map(|folder| Self { folder }).filter(wanted);
        runs.max_by_key(|run| (run.touched(), run.folder.clone()))
    }

    /// When its files were last written.
    fn touched(&self) -> Option<SystemTime> {
        let files = [CONFIG, METRICS, CHECKPOINT].map(|name| self.folder.join(name));
        files.iter().filter_map(|file| file.metadata().ok()?.modified().ok()).max()
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder as people write it.
    pub fn name(&self) -> String {
        self.folder.display().to_string()
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The best model.
    pub fn model(&self) -> PathBuf {
        self.file(MODEL)
    }

    /// What the run began with.
    pub fn origin_file(&self) -> PathBuf {
        self.file(ORIGIN)
    }

    /// The last state of training.
    pub fn checkpoint(&self) -> PathBuf {
        self.file(CHECKPOINT)
    }

    /// Whether a run was begun here.
    pub fn exists(&self) -> bool {
        RECORDS.iter().any(|name| self.file(name).exists())
    }

    /// A file that is there already, whoever made it, and that a new run would overwrite.
    pub fn in_the_way(&self) -> Option<PathBuf> {
        let files = RECORDS.iter().chain(&PICTURES).map(|name| self.file(name));
        files.into_iter().find(|file| file.symlink_metadata().is_ok())
    }

    /// Whether there is a configuration to go on with.
    pub fn has_config(&self) -> bool {
        self.file(CONFIG).exists()
    }

    /// Whether nothing is left to do.
    pub fn is_finished(&self) -> bool {
        self.file(SUMMARY).exists()
    }

    /// Makes the folder, if need be, and keeps other processes from training in it while the result lives.
    pub fn lock(&self) -> Result<Option<File>, Error> {
        fs::create_dir_all(&self.folder).map_err(|e| Error::file(&self.folder, format!("cannot be made: {e}")))?;
        // Where folders cannot be locked, people have to look out for themselves.
        let Ok(folder) = File::open(&self.folder) else { return Ok(None) };
        match folder.try_lock() {
            Err(TryLockError::WouldBlock) => Err(Error::file(&self.folder, "another process is training there")),
            _ => Ok(Some(folder)),
        }
    }

    /// The configuration.
    pub fn config(&self) -> Result<Config, Error> {
        if self.folder.is_file() {
            return Err(Error::file(&self.folder, "a file, not the folder of a run"));
        }
        if !self.folder.is_dir() {
            return Err(Error::file(&self.folder, "there is no such folder"));
        }
        let file = self.file(CONFIG);
        if !file.exists() {
            return Err(Error::file(&self.folder, format!("not the folder of a run: {CONFIG} is missing")));
        }
        toml::from_str(&files::read_small(&file)?).map_err(|e| Error::file(&file, e.to_string().trim_end()))
    }

    /// Writes the configuration.
    pub fn write_config(&self, config: &Config) -> Result<(), Error> {
        self.write(CONFIG, &config.to_toml()?)
    }

    /// What the run began with; none if that was not written yet.
    pub fn origin(&self) -> Result<Option<Origin>, Error> {
        let file = self.origin_file();
        if !file.exists() {
            return Ok(None);
        }
        let origin = toml::from_str(&files::read_small(&file)?);
        origin.map(Some).map_err(|e| Error::file(&file, e.to_string().trim_end()))
    }

    /// Writes what the run begins with.
    pub fn write_origin(&self, origin: &Origin) -> Result<(), Error> {
        self.write(ORIGIN, &origin.to_toml()?)
    }

    /// Writes the epochs so far, one a line.
    pub fn write_metrics(&self, history: &[Record]) -> Result<(), Error> {
        let lines: Result<Vec<String>, Error> = history.iter().map(line).collect();
        self.write(METRICS, &lines?.concat())
    }

    /// Adds a line for an epoch.
    pub fn append_metrics(&self, record: &Record) -> Result<(), Error> {
        let file = self.file(METRICS);
        let line = line(record)?;
        let opened = File::options().create(true).append(true).open(&file);
        let written = opened.and_then(|mut file| file.write_all(line.as_bytes()));
        written.map_err(|e| Error::file(&file, format!("cannot be written: {e}")))
    }

    /// What the run came to.
    pub fn summary(&self) -> Result<Value, Error> {
        let file = self.file(SUMMARY);
        serde_json::from_str(&files::read_small(&file)?).map_err(|e| Error::file(&file, format!("no JSON: {e}")))
    }

    /// Writes what the run came to; after that it is finished.
    pub fn write_summary(&self, summary: &Value) -> Result<(), Error> {
        self.write(SUMMARY, &format!("{summary:#}\n"))
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let file = self.file(name);
        files::replace(&file, text.as_bytes()).map_err(|e| Error::file(&file, format!("cannot be written: {e}")))
    }
}

fn line(record: &Record) -> Result<String, Error> {
    let json = serde_json::to_string(record).map_err(|e| Error::Failed(format!("the epoch's numbers: {e}")))?;
    Ok(json + "\n")
}

/// The folders under `runs/`.
fn subfolders() -> Vec<PathBuf> {
    let entries = fs::read_dir(RUNS).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}
