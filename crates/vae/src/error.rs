//! What can go wrong outside the program's control.

/// Why training could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The loss is not a finite number.
    #[error(
        "training diverged: the bound is {value} at step {step}; the parameters of the step before are kept (a smaller learning rate or clipping may help)"
    )]
    Diverged {
        /// The step at which it happened, counted from 0.
        step: u64,
        /// What the bound was.
        value: f64,
    },
    /// A checkpoint could not be read or written.
    #[error(transparent)]
    Checkpoint(#[from] nn::checkpoint::Error),
    /// A checkpoint is whole, but not of this training run.
    #[error("{file}: {reason}")]
    Mismatch {
        /// The checkpoint.
        file: String,
        /// What does not fit.
        reason: String,
    },
}
