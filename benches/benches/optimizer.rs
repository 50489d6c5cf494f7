//! One step of an optimiser on all of a model's parameters, in bytes a second that are read and written.

mod common;

use autograd::prelude::*;
use benches::{Task, Workload, head};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use nn::{Adam, Optimizer, Sgd};
use prob::Key;
use vae::{Objective, Vae};

/// Arrays that Adam reads (p, m, v, g) and writes (p, m, v), and SGD with momentum (p, u, g; p, u).
const ADAM: usize = 7;
const SGD: usize = 5;

fn optimizers(c: &mut Criterion) {
    let mut group = c.benchmark_group("optimizer");
    for name in ["W1", "W3"] {
        Workload::named(name).expect("a known workload").run(Step { group: &mut group, name });
    }
    group.finish();
}

struct Step<'g, 'c> {
    group: &'g mut BenchmarkGroup<'c, WallTime>,
    name: &'static str,
}

impl Task for Step<'_, '_> {
    type Output = ();

    fn run<M: Vae<f32>, O: Objective<f32, M>>(self, mut model: M, objective: O) {
        let Step { group, name } = self;
        let x = head(16, model.features());
        let mut tape = Tape::new();
        tape.value_and_grad(|tape| {
            -objective.bound(&model, tape.constant(&x), &mut Key::new(0).stream("noise", 0, 0)).objective().mean_all()
        });
        let array = 4 * model.param_count();
        // Steps too small to lead anywhere, however many there are.
        let (mut adam, mut sgd) = (Adam::new(1e-9), Sgd::new(1e-9).with_momentum(0.9));
        group.throughput(Throughput::Bytes((ADAM * array) as u64));
        group.bench_function(format!("Adam/{name}"), |b| b.iter(|| adam.step(&mut model, tape.gradients())));
        group.throughput(Throughput::Bytes((SGD * array) as u64));
        group.bench_function(format!("SGD with momentum/{name}"), |b| {
            b.iter(|| sgd.step(&mut model, tape.gradients()));
        });
    }
}

criterion_group!(name = benches; config = common::quick(); targets = optimizers);
criterion_main!(benches);
