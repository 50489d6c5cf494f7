//! log p̂(x) by importance sampling, in draws a second, which is rows times draws for each; and samples, in rows a second.

mod common;

use autograd::Tensor;
use benches::{SAMPLES, Task, Workload, head};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use prob::Key;
use vae::evaluate::log_likelihood;
use vae::{Objective, Sampler, Threads, Vae};

const ROWS: usize = 100;
const DRAWS: usize = 500;

fn evaluations(c: &mut Criterion) {
    let mut group = c.benchmark_group("evaluate");
    for threads in [1, 2] {
        Workload::named("W1").expect("a known workload").run(Evaluate { group: &mut group, threads });
    }
    group.finish();
}

struct Evaluate<'g, 'c> {
    group: &'g mut BenchmarkGroup<'c, WallTime>,
    threads: usize,
}

impl Task for Evaluate<'_, '_> {
    type Output = ();

    fn run<M: Vae<f32>, O: Objective<f32, M>>(self, model: M, _: O) {
        let Evaluate { group, threads: count } = self;
        let (threads, key) = (Threads::new(count), Key::new(0));
        let x = head(ROWS, model.features());
        group.throughput(Throughput::Elements((ROWS * DRAWS) as u64));
        group.bench_function(format!("log p(x)/W1/{count} threads"), |b| {
            b.iter(|| log_likelihood(&model, &x, DRAWS, key, &threads));
        });
        group.throughput(Throughput::Elements(SAMPLES as u64));
        group.bench_function(format!("samples/W1/{count} threads"), |b| {
            b.iter(|| Sampler::means(&model, key).chunks(0..SAMPLES, &threads, |x: &Tensor| x.data()[0]));
        });
    }
}

criterion_group!(name = benches; config = common::quick(); targets = evaluations);
criterion_main!(benches);
