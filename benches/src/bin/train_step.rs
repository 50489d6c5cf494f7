//! Times training steps of one workload and prints one line of JSON, for comparison with other systems.
//!
//! ```sh
//! cargo run --release -p benches --bin train_step -- --workload W1 --batch 128 --steps 200 --warmup 50 --threads 2
//! ```

use benches::Workload;
use clap::Parser;
use prob::Key;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use vae::objective::{Elbo, ImportanceWeighted};
use vae::train::Settings;
use vae::{Objective, Threads, Trainer};

/// A training step: the loss −ELBO on the next batch of resident grey values, its gradient, Adam, the loss read back.
#[derive(Parser)]
struct Args {
    /// W1, W2, W2K50, W3 or W5
    #[arg(long, default_value = "W1")]
    workload: String,
    /// Rows of a batch
    #[arg(long, default_value_t = 128)]
    batch: usize,
    /// Steps that are timed
    #[arg(long, default_value_t = 200)]
    steps: usize,
    /// Steps before them
    #[arg(long, default_value_t = 50)]
    warmup: usize,
    /// Threads to work on
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

/// What the comparison expects of a contestant that does not know a workload.
const UNKNOWN_WORKLOAD: u8 = 3;

fn main() -> ExitCode {
    let args = Args::parse();
    let Some(workload) = Workload::named(&args.workload) else {
        eprintln!("unknown workload {}: W1, W2, W2K50, W3 and W5 are there", args.workload);
        return ExitCode::from(UNKNOWN_WORKLOAD);
    };
    match workload.importance {
        Some(samples) => run(&args, &workload, ImportanceWeighted { samples }),
        None => run(&args, &workload, Elbo { samples: 1 }),
    }
}

fn run<O: Objective<f32, vae::models::MlpVae<f32>>>(args: &Args, workload: &Workload, objective: O) -> ExitCode {
    let key = Key::new(0);
    let x = match std::env::var_os("PEERS_DATA") {
        Some(folder) => {
            match benches::read(&Path::new(&folder).join(format!("x{}.f32", workload.features)), workload.features) {
                Ok(x) => x,
                Err(e) => {
                    eprintln!("{e}");
                    return ExitCode::FAILURE;
                }
            }
        }
        None => benches::synthetic(workload.features, &mut key.stream("data", 0, 0)),
    };
    let model = workload.model(&mut key.stream("init", 0, 0));
    let settings = Settings { seed: 0, shards: None, clip: None };
    let mut trainer = Trainer::new(model, objective, nn::Adam::new(1e-3), settings, Threads::new(args.threads));

    let rows: Vec<usize> = (0..x.shape()[0]).collect();
    let batches: Vec<&[usize]> = rows.chunks_exact(args.batch).collect();
    let (mut losses, mut times, mut ready) = (Vec::new(), Vec::new(), None);
    for i in 0..args.warmup + args.steps {
        let start = Instant::now();
        let sums = trainer.step(&x, batches[i % batches.len()]).expect("the loss is finite");
        losses.push(-sums.mean().elbo);
        times.push(start.elapsed().as_secs_f64() * 1e6);
        ready = ready.or_else(since_start);
    }
    println!("{}", report(args, &losses, &mut times, ready));
    ExitCode::SUCCESS
}

/// Seconds since the moment that `PEERS_T0` names.
fn since_start() -> Option<f64> {
    let start: f64 = std::env::var("PEERS_T0").ok()?.parse().ok()?;
    Some(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs_f64() - start)
}

fn report(args: &Args, losses: &[f64], times: &mut [f64], ready_s: Option<f64>) -> serde_json::Value {
    let first = times[0];
    let timed = &mut times[args.warmup..];
    let mean = timed.iter().sum::<f64>() / timed.len() as f64;
    timed.sort_by(f64::total_cmp);
    let tail = &losses[losses.len().saturating_sub(10)..];
    serde_json::json!({
        "name": "ours",
        "workload": args.workload,
        "batch": args.batch,
        "threads": args.threads,
        "step_us_median": timed.get(timed.len() / 2),
        "step_us_p10": timed.get(timed.len() / 10),
        "step_us_mean": mean,
        "first_step_us": first,
        "loss_first": losses[0],
        "loss_last": tail.iter().sum::<f64>() / tail.len() as f64,
        "rss_kb": peak_memory_kb(),
        "ready_s": ready_s,
        "steps": args.steps,
    })
}

/// The process's peak resident memory, where the system tells.
fn peak_memory_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find(|line| line.starts_with("VmHWM"))?.split_whitespace().nth(1)?.parse().ok()
}
