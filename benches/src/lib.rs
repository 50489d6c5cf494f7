//! What benchmarks share: the workloads, the data they train on, and what their arithmetic costs.

mod cost;
mod data;
pub mod distributions;
mod workload;

pub use cost::{Cost, Layer};
pub use data::{ROWS, head, normal, read, synthetic};
pub use workload::{SAMPLES, TRAINING, Task, Workload};
