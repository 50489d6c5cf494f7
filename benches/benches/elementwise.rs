//! Elementary functions of 100,000 numbers, in elements a second.

use autograd::prelude::*;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

const N: usize = 100_000;

/// Times functions of numbers between -4 and 0, where all are defined but the logarithms, which take x + 4.
macro_rules! functions {
    ($group:ident, $F:ident, $($f:ident)*) => {
        let x = Tensor::from_fn([N], |i| $F::of(-4.0 * (i + 1) as f64 / (N + 1) as f64));
        $($group.bench_function(concat!(stringify!($F), "/", stringify!($f)), |b| b.iter(|| black_box(&x).$f()));)*
        let x = x + 4.0;
        $group.bench_function(concat!(stringify!($F), "/ln"), |b| b.iter(|| black_box(&x).ln()));
        $group.bench_function(concat!(stringify!($F), "/ln_1p"), |b| b.iter(|| black_box(&x).ln_1p()));
    };
}

fn elementwise(c: &mut Criterion) {
    let mut group = c.benchmark_group("elementwise");
    group.throughput(Throughput::Elements(N as u64));
    functions!(group, f32, exp exp_m1 log1mexp tanh sigmoid softplus log_sigmoid erf erfc elu gelu silu);
    functions!(group, f64, exp exp_m1 log1mexp tanh sigmoid softplus log_sigmoid erf erfc elu gelu silu);
    group.finish();
}

criterion_group!(benches, elementwise);
criterion_main!(benches);
