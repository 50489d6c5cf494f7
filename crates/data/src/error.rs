//! What can go wrong outside the program: one type, whose messages name the file and say what was expected and what was found.

use std::io;
use std::path::{Path, PathBuf};

/// A data set that cannot be used, and why.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refuses the file or folder: it is missing, or closed to this user, or the disk fails.
    #[error("{}: cannot be read: {reason}", file.display())]
    Unreadable {
        /// The file or folder.
        file: PathBuf,
        /// What the operating system says.
        reason: io::Error,
    },
    /// The file or folder can be read but does not hold what it should.
    #[error("{}: expected {expected}, found {found}", file.display())]
    Invalid {
        /// The file or folder.
        file: PathBuf,
        /// What would have been accepted.
        expected: String,
        /// What was there instead.
        found: String,
    },
    /// A word that names none of the things it could name.
    #[error("unknown {what} `{word}`: expected {expected}")]
    Unknown {
        /// The kind of thing that was asked for.
        what: &'static str,
        /// The word as it was given.
        word: String,
        /// What would have been accepted.
        expected: &'static str,
    },
    /// Grey values where only 0 and 1 have a probability.
    #[error(
        "{name}: expected binary values, found {value} of {max} in row {row}: \
         binarise the data (dynamic, fixed or threshold), or choose a likelihood for grey values"
    )]
    Grey {
        /// The data set, or the file it came from.
        name: String,
        /// The first row, counted from 0, with a value strictly between 0 and `max`.
        row: usize,
        /// That value.
        value: u8,
        /// The value that stands for 1.
        max: u8,
    },
}

impl Error {
    pub(crate) fn unreadable(file: &Path, reason: io::Error) -> Self {
        Self::Unreadable { file: file.to_owned(), reason }
    }

    pub(crate) fn invalid(file: &Path, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Invalid { file: file.to_owned(), expected: expected.into(), found: found.into() }
    }
}
