//! Measures what one thread of this machine can do, and prints how fast a step of each workload could be at best: the time of
//! its matrix products at the best speed that this library's product reaches on any shape, and of the memory that it must
//! touch besides at the speed of a triad over as many bytes. For a quiet machine: other programs make all of it slower.
//!
//! ```sh
//! cargo run --release -p benches --bin floor
//! ```

use autograd::prelude::*;
use benches::{Cost, TRAINING, Workload, normal};
use multiversion::multiversion;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Shapes `m·k·n` of products x·Wᵀ and G·W: cubes that fit a cache, and those of the larger workloads.
const SHAPES: [[usize; 3]; 6] =
    [[128, 128, 128], [256, 256, 256], [512, 512, 512], [128, 784, 400], [64, 784, 400], [512, 1024, 1024]];

/// Bytes of the three arrays of a triad: in the second cache, the third, and beyond both on most machines.
const SIZES: [f64; 4] = [1e6, 1e7, 1e8, 1e9];

/// How long something is repeated, and how often at least; the fastest time counts.
const BUDGET: Duration = Duration::from_millis(400);
const REPEATS: usize = 5;

fn main() {
    println!("one thread, the best of as many times as fit {} ms\n", BUDGET.as_millis());

    println!("| product | x·Wᵀ GFLOP/s | G·W GFLOP/s |\n|---|---|---|");
    let mut peak: f64 = 0.0;
    for shape @ [m, k, n] in SHAPES {
        let [nt, nn] = sgemm(shape);
        println!("| {m}·{k}·{n} | {:.0} | {:.0} |", nt / 1e9, nn / 1e9);
        peak = peak.max(nt).max(nn);
    }

    println!("\n| bytes of all arrays | copy GB/s | triad GB/s |\n|---|---|---|");
    for bytes in SIZES {
        println!("| {:.0} MB | {:.1} | {:.1} |", bytes / 1e6, copy(bytes) / 1e9, triad(bytes) / 1e9);
    }

    println!("\nfloor = MFLOP ÷ {:.0} GFLOP/s + traffic ÷ triad over as many bytes as are touched\n", peak / 1e9);
    println!("| workload | batch | MFLOP | µs | traffic MB | touched MB | GB/s | µs | floor µs |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for (name, batch) in TRAINING {
        row(name, batch, Cost::training(&workload(name), batch), peak);
    }
    row("DECODE", 128, Cost::sampling(&workload("W1"), 128), peak);
}

fn workload(name: &str) -> Workload {
    Workload::named(name).expect("a known workload")
}

/// A line of the last table.
fn row(name: &str, batch: usize, cost: Cost, peak: f64) {
    let Cost { flop, traffic, footprint } = cost;
    let bandwidth = triad(footprint);
    let (products, memory) = (1e6 * flop / peak, 1e6 * traffic / bandwidth);
    println!(
        "| {name} | {batch} | {:.2} | {products:.1} | {:.2} | {:.2} | {:.1} | {memory:.1} | {:.1} |",
        flop / 1e6,
        traffic / 1e6,
        footprint / 1e6,
        bandwidth / 1e9,
        products + memory
    );
}

/// Floating-point operations a second of x·Wᵀ and of G·W on a tape, whose buffers are used again as in a training step.
fn sgemm([m, k, n]: [usize; 3]) -> [f64; 2] {
    let (a, b, b_t) = (normal([m, k]), normal([k, n]), normal([n, k]));
    let mut tape = Tape::new();
    let speed = |seconds| (2 * m * k * n) as f64 / seconds;
    [
        speed(fastest(|| tape.evaluate(|tape| _ = black_box(tape.constant(&a).matmul_t(&tape.constant(&b_t)))))),
        speed(fastest(|| tape.evaluate(|tape| _ = black_box(tape.constant(&a).matmul(&tape.constant(&b)))))),
    ]
}

/// Bytes a second, read and written, of b ← a over two arrays of `bytes` together.
fn copy(bytes: f64) -> f64 {
    let n = (bytes / 2.0 / 4.0) as usize;
    let (a, mut b) = (vec![1.0f32; n], vec![0.0f32; n]);
    (8 * n) as f64 / fastest(|| black_box(&mut b).copy_from_slice(black_box(&a)))
}

/// Bytes a second, read and written, of c ← a + 3 b over three arrays of `bytes` together.
fn triad(bytes: f64) -> f64 {
    let n = (bytes / 3.0 / 4.0) as usize;
    let (a, b, mut c) = (vec![1.0f32; n], vec![2.0f32; n], vec![0.0f32; n]);
    (12 * n) as f64 / fastest(|| add_multiple(black_box(&a), black_box(&b), black_box(&mut c)))
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn add_multiple(a: &[f32], b: &[f32], c: &mut [f32]) {
    for ((a, b), c) in a.iter().zip(b).zip(c) {
        *c = a + 3.0 * b;
    }
}

/// Seconds of the fastest call: what disturbs one makes it slower, never faster.
fn fastest(mut f: impl FnMut()) -> f64 {
    let start = Instant::now();
    let (mut best, mut repeats) = (f64::INFINITY, 0);
    while repeats < REPEATS || start.elapsed() < BUDGET {
        repeats += 1;
        // Several calls at a time, where one is short beside the clock's own cost.
        let (mut calls, once) = (0, Instant::now());
        while calls == 0 || once.elapsed() < Duration::from_micros(20) {
            f();
            calls += 1;
        }
        best = best.min(once.elapsed().as_secs_f64() / f64::from(calls));
    }
    best
}
