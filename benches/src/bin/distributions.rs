//! Times log-densities with their gradients, and draws, of a million numbers, and prints a line of JSON for each: for
//! comparison with other systems by `distributions.py`.

use benches::distributions::{Case, draws, gradients};
use std::time::Instant;

/// Runs that are timed, after a few that are not.
const RUNS: usize = 7;

fn main() {
    for (what, cases) in [("log_prob", gradients()), ("sample", draws())] {
        for case in cases {
            let (name, ms) = (case.name.clone(), median_ms(case));
            println!("{}", serde_json::json!({ "what": what, "name": name, "ms": ms }));
        }
    }
}

fn median_ms(mut case: Case) -> f64 {
    (0..2).for_each(|_| (case.run)());
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            (case.run)();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}
