//! Running the command in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A folder in which commands are run.
pub struct Place(TempDir);

/// What a command did.
pub struct Done {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub out: String,
    /// What it wrote to standard error.
    pub err: String,
}

impl Place {
    pub fn new() -> Self {
        Place(tempfile::tempdir().unwrap())
    }

    /// The command, not yet started.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vae"));
        command.args(line.split_whitespace()).current_dir(&self.0);
        command
    }

    /// Runs the command with the words of a line.
    pub fn run(&self, line: &str) -> Done {
        Done::of(self.command(line).output().unwrap())
    }

    /// Runs it and takes no failure.
    pub fn succeed(&self, line: &str) -> Done {
        let done = self.run(line);
        assert_eq!(done.code, Some(0), "vae {line}: {}", done.err);
        done
    }

    /// Runs it, and expects a failure whose message has all of these words.
    pub fn fail(&self, code: i32, line: &str, words: &[&str]) -> Done {
        let done = self.run(line);
        assert_eq!(done.code, Some(code), "vae {line}: {}{}", done.out, done.err);
        assert!(done.out.is_empty(), "vae {line}: {}", done.out);
        for word in words {
            assert!(done.err.contains(word), "vae {line}: expected {word:?} in {:?}", done.err);
        }
        assert!(!done.err.contains("panicked"), "vae {line}: {}", done.err);
        done
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// The lines of a run's metrics without the time that they took.
    pub fn metrics(&self, run: &str) -> Vec<Value> {
        let line = |line: &str| {
            let mut value: Value = serde_json::from_str(line).unwrap();
            assert!(value.as_object_mut().unwrap().remove("seconds").is_some());
            value
        };
        self.text(&format!("{run}/metrics.jsonl")).lines().map(line).collect()
    }

    /// Asserts that two runs came to the same bytes, times apart.
    pub fn assert_same(&self, a: &str, b: &str) {
        assert_eq!(self.metrics(a), self.metrics(b));
        for name in ["model.safetensors", "samples.png", "reconstructions.png", "latent.png", "loss.png"] {
            assert!(self.bytes(&format!("{a}/{name}")) == self.bytes(&format!("{b}/{name}")), "{name} differs");
        }
    }
}

impl Done {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Standard output as the one JSON object that it is to be.
    pub fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}", self.out));
        assert!(value.is_object());
        value
    }
}

/// An IDX file of bytes.
pub fn idx(sizes: &[u32], values: &[u8]) -> Vec<u8> {
    let header = [0, 0, 8, sizes.len() as u8];
    header.into_iter().chain(sizes.iter().flat_map(|s| s.to_be_bytes())).chain(values.iter().copied()).collect()
}

/// The names of the files in a folder, sorted.
pub fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
