//! What ends a command before its time, and the exit code for it.

use std::path::{Path, PathBuf};

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was asked makes no sense.
    #[error("{0}")]
    Usage(String),
    /// A file or folder that is not what it should be, or a value that came from one.
    #[error("{}: {reason}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Anything else that went wrong.
    #[error("{0}")]
    Failed(String),
    /// The user broke off; the text says how to go on.
    #[error("{0}")]
    Interrupted(String),
    /// Data that cannot be used.
    #[error(transparent)]
    Data(#[from] data::Error),
    /// Training that cannot go on.
    #[error(transparent)]
    Training(#[from] vae::Error),
}

impl Error {
    /// A file and what is wrong with it.
    pub fn file(file: impl AsRef<Path>, reason: impl ToString) -> Self {
        Self::File { file: file.as_ref().to_owned(), reason: reason.to_string() }
    }

    /// 2 for wrong usage, 130 for an interruption as shells have it, else 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Interrupted(_) => 130,
            Self::File { .. } | Self::Failed(_) | Self::Data(_) | Self::Training(_) => 1,
        }
    }
}
