//! Training: steps over shards and threads, epochs, checkpoints.

mod checkpoint;
mod shard;
mod trainer;
mod update;

pub use trainer::{Progress, Record, Settings, Trainer};
