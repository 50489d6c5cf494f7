//! Times the steps of one workload and prints one line of JSON, for comparison with other systems.
//!
//! ```sh
//! cargo run --release -p benches --bin train_step -- --workload W1 --batch 128 --steps 200 --warmup 50 --threads 2
//! ```

use autograd::Tensor;
use benches::{SAMPLES, Task, Workload};
use clap::Parser;
use prob::Key;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use vae::train::Settings;
use vae::{Objective, Sampler, Threads, Trainer, Vae};

/// A training step: the loss −ELBO on the next batch of resident grey values, its gradient, Adam, the loss read back.
/// A step of DECODE: the means of 10,000 samples from W1's decoder, in chunks of the batch.
#[derive(Parser)]
struct Args {
    /// W1, W2, W2K50, W3, W4, W5 or DECODE
    #[arg(long, default_value = "W1")]
    workload: String,
    /// Rows of a batch
    #[arg(long, default_value_t = 128, value_parser = positive)]
    batch: usize,
    /// Steps that are timed
    #[arg(long, default_value_t = 200, value_parser = positive)]
    steps: usize,
    /// Steps before them
    #[arg(long, default_value_t = 50)]
    warmup: usize,
    /// Threads to work on
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

fn positive(word: &str) -> Result<usize, String> {
    word.parse().ok().filter(|&n| n > 0).ok_or_else(|| "expected a number from 1 on".into())
}

/// What the comparison expects of a contestant that does not know a workload.
const UNKNOWN_WORKLOAD: u8 = 3;

fn main() -> ExitCode {
    let args = Args::parse();
    let decode = args.workload == "DECODE";
    let Some(workload) = Workload::named(if decode { "W1" } else { &args.workload }) else {
        eprintln!("unknown workload {}: W1, W2, W2K50, W3, W4, W5 and DECODE are there", args.workload);
        return ExitCode::from(UNKNOWN_WORKLOAD);
    };
    let report = if decode {
        Ok(workload.run(Decode(&args)))
    } else {
        data(workload.features, args.batch).map(|x| workload.run(Train(&args, &x)))
    };
    match report {
        Ok(report) => println!("{report}"),
        Err(e) => {
            eprintln!("{e}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// The rows of `x<features>.f32` in the folder that `PEERS_DATA` names; made-up rows where it is unset.
fn data(features: usize, batch: usize) -> io::Result<Tensor<f32>> {
    let x = match std::env::var_os("PEERS_DATA") {
        Some(folder) => benches::read(&Path::new(&folder).join(format!("x{features}.f32")), features)?,
        None => benches::synthetic(features, &mut Key::new(0).stream("data", 0, 0)),
    };
    match x.shape()[0] {
        rows if rows < batch => {
            Err(io::Error::other(format!("a batch of {batch} is more than the data's {rows} rows")))
        }
        _ => Ok(x),
    }
}

/// Training steps on some data.
struct Train<'a>(&'a Args, &'a Tensor<f32>);

impl Task for Train<'_> {
    type Output = serde_json::Value;

    fn run<M: Vae<f32>, O: Objective<f32, M>>(self, model: M, objective: O) -> serde_json::Value {
        let Train(args, x) = self;
        let settings = Settings { seed: 0, shards: None, clip: None };
        let mut trainer = Trainer::new(model, objective, nn::Adam::new(1e-3), settings, Threads::new(args.threads));
        let rows: Vec<usize> = (0..x.shape()[0]).collect();
        let batches: Vec<&[usize]> = rows.chunks_exact(args.batch).collect();
        measure(args, |i| -trainer.step(x, batches[i % batches.len()]).expect("the loss is finite").mean().elbo)
    }
}

/// Samples. What stands for the loss is, as in the other contestants, the mean of a row of the last chunk.
struct Decode<'a>(&'a Args);

impl Task for Decode<'_> {
    type Output = serde_json::Value;

    fn run<M: Vae<f32>, O: Objective<f32, M>>(self, model: M, _: O) -> serde_json::Value {
        let threads = Threads::new(self.0.threads);
        let mean = |x: &Tensor<f32>| x.row(0).iter().map(|&x| f64::from(x)).sum::<f64>() / x.row(0).len() as f64;
        measure(self.0, |i| {
            let sampler = Sampler::means(&model, Key::new(i as u64)).with_chunks_of(self.0.batch);
            let means = sampler.chunks(0..SAMPLES, &threads, mean);
            means[means.len() - 1]
        })
    }
}

/// Times `step(number)`, which returns its loss.
fn measure(args: &Args, mut step: impl FnMut(usize) -> f64) -> serde_json::Value {
    let (mut losses, mut times, mut ready) = (Vec::new(), Vec::new(), None);
    for i in 0..args.warmup + args.steps {
        let start = Instant::now();
        losses.push(step(i));
        times.push(start.elapsed().as_secs_f64() * 1e6);
        ready = ready.or_else(since_start);
    }
    report(args, &losses, &mut times, ready)
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
        "step_us_median": timed[timed.len() / 2],
        "step_us_p10": timed[timed.len() / 10],
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
