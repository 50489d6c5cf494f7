//! Log-densities, their gradients by parameters, the Gaussian KL, and draws, in elements a second.

mod common;

use autograd::prelude::*;
use benches::normal;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use prob::fill_standard_normal;
use prob::prelude::*;
use std::hint::black_box;

/// Rows and elements of a row: a batch of images, and 10⁶ elements.
const SHAPES: [[usize; 2]; 2] = [[128, 784], [1000, 1000]];

type Group<'a> = BenchmarkGroup<'a, WallTime>;

fn densities(c: &mut Criterion) {
    let mut group = c.benchmark_group("densities");
    for shape in SHAPES {
        let x = normal(shape);
        let bits = Tensor::from_fn(shape, |i| f32::from(x.data()[i] > 0.0));
        let (loc, log_scale) = (Param::new(normal(shape)), Param::new(x.clone() * 0.5));
        let name = |what: &str| format!("{what}/{}x{}", shape[0], shape[1]);

        both(&mut group, &name("Normal"), shape, |tape| {
            let p = Normal::from_log_variance(tape.param(&loc), tape.param(&log_scale));
            p.log_prob(&tape.constant(&x)).sum_all()
        });
        both(&mut group, &name("StandardNormal"), shape, |tape| {
            StandardNormal::new([shape[1]]).log_prob(&tape.param(&loc)).sum_all()
        });
        both(&mut group, &name("Bernoulli"), shape, |tape| {
            Bernoulli::new(tape.param(&loc)).log_prob(&tape.constant(&bits)).sum_all()
        });
        both(&mut group, &name("Laplace"), shape, |tape| {
            Laplace::new(tape.param(&loc), tape.param(&log_scale).exp()).log_prob(&tape.constant(&x)).sum_all()
        });
        both(&mut group, &name("KL(Normal ‖ StandardNormal)"), shape, |tape| {
            let q = Normal::from_log_variance(tape.param(&loc), tape.param(&log_scale));
            kl(&q, &StandardNormal::new([shape[1]])).sum_all()
        });
    }
    group.finish();
}

/// Elements are logits.
fn categorical(c: &mut Criterion) {
    let mut group = c.benchmark_group("densities");
    for shape in [[128, 78, 10], [1000, 100, 10]] {
        let [rows, variables, classes] = shape;
        let logits = Param::new(normal(shape));
        let x = Tensor::from_fn([rows, variables], |i| (i % classes) as f32);
        both(&mut group, &format!("Categorical/{rows}x{variables}x{classes}"), shape, |tape| {
            Categorical::new(tape.param(&logits)).log_prob(&tape.constant(&x)).sum_all()
        });
    }
    group.finish();
}

/// Elements are those of the factors.
fn multivariate(c: &mut Criterion) {
    let mut group = c.benchmark_group("densities");
    for shape in [[128, 28, 28], [400, 50, 50]] {
        let [rows, k, _] = shape;
        let (loc, x) = (Param::new(normal([rows, k])), normal([rows, k]) * 2.0);
        // A strong diagonal keeps the solution of 50 equations small.
        let factor = normal(shape) * 0.1;
        let factor = Param::new(Tensor::from_fn(shape, |i| factor.data()[i] + f32::from(i / k % k == i % k)));
        both(&mut group, &format!("MultivariateNormal/{rows}x{k}x{k}"), shape, |tape| {
            MultivariateNormal::new(tape.param(&loc), tape.param(&factor)).log_prob(&tape.constant(&x)).sum_all()
        });
    }
    group.finish();
}

fn draws(c: &mut Criterion) {
    let mut group = c.benchmark_group("draws");
    let mut rng = Key::new(0).stream("noise", 0, 0);
    for shape in SHAPES {
        let mut u = vec![0.0f32; shape[0] * shape[1]];
        let p = Bernoulli::new(normal(shape));
        group.throughput(Throughput::Elements(u.len() as u64));
        group.bench_function(format!("StandardNormal/{}x{}", shape[0], shape[1]), |b| {
            b.iter(|| fill_standard_normal(&mut rng, black_box(&mut u)));
        });
        group.bench_function(format!("Bernoulli/{}x{}", shape[0], shape[1]), |b| b.iter(|| p.sample(&mut rng)));
    }
    group.finish();
}

/// The value of a formula alone, and with its gradient.
fn both<const N: usize>(
    group: &mut Group<'_>,
    name: &str,
    shape: [usize; N],
    formula: impl for<'t> Fn(&'t Tape) -> Var<'t>,
) {
    let mut tape = Tape::new();
    group.throughput(Throughput::Elements(shape.iter().product::<usize>() as u64));
    group.bench_function(format!("{name}/value"), |b| b.iter(|| tape.evaluate(|tape| formula(tape).item())));
    group.bench_function(format!("{name}/value and gradient"), |b| {
        b.iter(|| tape.value_and_grad(|tape| formula(tape)).0);
    });
}

criterion_group!(name = benches; config = common::quick(); targets = densities, categorical, multivariate, draws);
criterion_main!(benches);
