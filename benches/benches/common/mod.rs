//! How all benchmarks are measured.

use criterion::Criterion;
use std::time::Duration;

/// Twenty samples in about a second and a half: enough to see a change of a few per cent, and all of them end in minutes.
pub fn quick() -> Criterion {
    let (warm_up, measurement) = (Duration::from_millis(300), Duration::from_millis(1200));
    Criterion::default().sample_size(20).warm_up_time(warm_up).measurement_time(measurement)
}
