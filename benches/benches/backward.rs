//! The workloads' losses on one tape, without shards and optimiser, in rows a second: the value alone, and with its gradient.

mod common;

use autograd::prelude::*;
use benches::{TRAINING, Task, Workload, head};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use prob::Key;
use vae::{Objective, Vae};

fn losses(c: &mut Criterion) {
    let mut group = c.benchmark_group("loss");
    for (name, batch) in TRAINING {
        let workload = Workload::named(name).expect("a known workload");
        let x = head(batch, workload.features);
        group.throughput(Throughput::Elements(batch as u64));
        workload.run(Loss { group: &mut group, name: format!("{name}/{batch} rows"), x });
    }
    group.finish();
}

struct Loss<'g, 'c> {
    group: &'g mut BenchmarkGroup<'c, WallTime>,
    name: String,
    x: Tensor,
}

impl Task for Loss<'_, '_> {
    type Output = ();

    fn run<M: Vae<f32>, O: Objective<f32, M>>(self, model: M, objective: O) {
        let Loss { group, name, x } = self;
        let mut tape = Tape::new();
        let mut noise = Key::new(0).stream("noise", 0, 0);
        group.bench_function(format!("{name}/value"), |b| {
            b.iter(|| {
                let bound =
                    |tape: &Tape| objective.bound(&model, tape.constant(&x), &mut noise).value.mean_all().item();
                tape.evaluate(bound)
            });
        });
        group.bench_function(format!("{name}/value and gradient"), |b| {
            b.iter(|| {
                let (value, _) = tape.value_and_grad(|tape| {
                    -objective.bound(&model, tape.constant(&x), &mut noise).objective().mean_all()
                });
                value
            });
        });
    }
}

criterion_group!(name = benches; config = common::quick(); targets = losses);
criterion_main!(benches);
