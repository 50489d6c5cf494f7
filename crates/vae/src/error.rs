//! What can go wrong outside the program's control.

use std::path::PathBuf;

/// Why a model could not be made, or why training could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A layout that no network can have, or not one for the data's images.
    #[error("{0}")]
    Layout(String),
    /// The bound, or the norm of its gradient, is not a finite number. The trainer has the parameters of before the step.
    #[error("training diverged: {what} is {value} at step {step} (a smaller learning rate or clipping may help)")]
    Diverged {
        /// The step at which it happened, counted from 0.
        step: u64,
        /// Which number it is: "the bound" or "the gradient's norm".
        what: &'static str,
        /// What it was.
        value: f64,
    },
    /// The bound was finite and its gradient was not, which shows only when it is used.
    #[error(
        "training diverged: the gradient at step {step} is not finite, and so the parameters are not any more (a smaller learning rate or clipping may help)"
    )]
    Spoilt {
        /// The step at which it happened, counted from 0.
        step: u64,
    },
    /// A checkpoint could not be read or written.
    #[error(transparent)]
    Checkpoint(#[from] nn::checkpoint::Error),
    /// A checkpoint is whole, but not of this training run.
    #[error("{}: {reason}", file.display())]
    Mismatch {
        /// The checkpoint.
        file: PathBuf,
        /// What does not fit.
        reason: String,
    },
}
