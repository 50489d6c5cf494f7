//! Log-densities, their gradients by parameters, the Gaussian KL, and draws, in elements a second.

mod common;

use autograd::prelude::*;
use benches::distributions::{Case, draws, gradients};
use benches::normal;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use prob::prelude::*;

/// A batch of images.
const IMAGES: [usize; 2] = [128, 784];

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// Of a million numbers, each distribution.
fn millions(c: &mut Criterion) {
    for (what, cases) in [("value and gradient of 10^6", gradients()), ("10^6 draws", draws())] {
        let mut group = c.benchmark_group(what);
        group.throughput(Throughput::Elements(1_000_000));
        for Case { name, mut run } in cases {
            group.bench_function(name, |b| b.iter(&mut run));
        }
        group.finish();
    }
}

/// Of a batch of images, what training takes.
fn images(c: &mut Criterion) {
    let mut group = c.benchmark_group("densities");
    let x = normal(IMAGES);
    let bits = Tensor::from_fn(IMAGES, |i| f32::from(x.data()[i] > 0.0));
    let (loc, log_variance) = (Param::new(normal(IMAGES)), Param::new(x.clone() * 0.5));
    both(&mut group, "Normal", IMAGES, |tape| {
        let p = Normal::from_log_variance(tape.param(&loc), tape.param(&log_variance));
        p.log_prob(&tape.constant(&x)).sum_all()
    });
    both(&mut group, "StandardNormal", IMAGES, |tape| {
        StandardNormal::new([IMAGES[1]]).log_prob(&tape.param(&loc)).sum_all()
    });
    both(&mut group, "Bernoulli", IMAGES, |tape| {
        Bernoulli::new(tape.param(&loc)).log_prob(&tape.constant(&bits)).sum_all()
    });
    both(&mut group, "KL(Normal ‖ StandardNormal)", IMAGES, |tape| {
        let q = Normal::from_log_variance(tape.param(&loc), tape.param(&log_variance));
        kl(&q, &StandardNormal::new([IMAGES[1]])).sum_all()
    });
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

criterion_group!(name = benches; config = common::quick(); targets = millions, images, multivariate);
criterion_main!(benches);
