//! What can be wrong with a file.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A file that cannot be written, read or used, and why.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refuses to write it.
    #[error("{}: cannot be written: {reason}", file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// What the operating system says.
        reason: io::Error,
    },
    /// The operating system refuses to read it, or it is a folder or a device.
    #[error("{}: cannot be read: {reason}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the operating system says.
        reason: io::Error,
    },
    /// It is no safetensors file, or a damaged one.
    #[error("{}: not a safetensors file, or damaged: {reason}", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// It holds other things than the model has: all of them.
    #[error("{}: does not fit: {}", file.display(), list(problems))]
    Misfit {
        /// The file.
        file: PathBuf,
        /// In the model's declaration order, then the names that the model does not have.
        problems: Vec<Problem>,
    },
}

impl Error {
    pub(super) fn misfit(file: &Path, problems: Vec<Problem>) -> Error {
        Error::Misfit { file: file.to_owned(), problems }
    }
}

/// One way in which a file does not fit a model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A parameter that the file does not have.
    Missing(String),
    /// A name that is no parameter's.
    Unexpected(String),
    /// A tensor of another shape.
    Shape {
        /// The parameter.
        name: String,
        /// The shape in the file.
        found: Vec<usize>,
        /// The model's.
        expected: Vec<usize>,
    },
    /// A tensor of numbers that the model's type cannot hold exactly.
    Type {
        /// The parameter.
        name: String,
        /// The type in the file.
        found: String,
        /// The model's.
        expected: &'static str,
    },
    /// A metadata key of the optimiser's that the file does not have.
    MissingMetadata(String),
    /// What an optimiser says of its state.
    Other(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Missing(name) => write!(f, "`{name}` is missing"),
            Problem::Unexpected(name) => write!(f, "`{name}` is unexpected"),
            Problem::Shape { name, found, expected } => write!(f, "`{name}` has shape {found:?}, not {expected:?}"),
            Problem::Type { name, found, expected } => {
                write!(f, "`{name}` has numbers of type {found}, which {expected} does not hold exactly")
            }
            Problem::MissingMetadata(key) => write!(f, "the metadata `{key}` is missing"),
            Problem::Other(reason) => f.write_str(reason),
        }
    }
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("; ")
}
