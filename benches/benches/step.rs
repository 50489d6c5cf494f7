//! Training steps of the workloads, in rows a second.

mod common;

use autograd::Tensor;
use benches::{TRAINING, Task, Workload, head};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use vae::train::Settings;
use vae::{Objective, Threads, Trainer, Vae};

fn steps(c: &mut Criterion) {
    let mut group = c.benchmark_group("train_step");
    for (name, batch) in TRAINING {
        let workload = Workload::named(name).expect("a known workload");
        let x = head(batch, workload.features);
        for threads in [1, 2] {
            workload.run(Step { group: &mut group, name, x: &x, threads });
        }
    }
    group.finish();
}

struct Step<'g, 'c> {
    group: &'g mut BenchmarkGroup<'c, WallTime>,
    name: &'static str,
    x: &'g Tensor,
    threads: usize,
}

impl Task for Step<'_, '_> {
    type Output = ();

    fn run<M: Vae<f32>, O: Objective<f32, M>>(self, model: M, objective: O) {
        let Step { group, name, x, threads } = self;
        let rows: Vec<usize> = (0..x.shape()[0]).collect();
        let settings = Settings { seed: 0, shards: None, clip: None };
        let mut trainer = Trainer::new(model, objective, nn::Adam::new(1e-3), settings, Threads::new(threads));
        group.throughput(Throughput::Elements(rows.len() as u64));
        group.bench_function(format!("{name}/{} rows/{threads} threads", rows.len()), |b| {
            b.iter(|| trainer.step(x, &rows).expect("the loss is finite"));
        });
    }
}

criterion_group!(name = benches; config = common::quick(); targets = steps);
criterion_main!(benches);
