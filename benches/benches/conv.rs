//! The convolutions of a small image network, [64, 1, 28, 28] down to [64, 64, 7, 7] and back, in FLOP a second: forward, and
//! forward with the gradients by weight, bias and, but for the first layer, input.

mod common;

use autograd::prelude::*;
use benches::normal;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

/// Images in a batch.
const IMAGES: usize = 64;

/// Kernels of 4×4 that halve the extents, or double them.
const HALVING: Window = Window { stride: [2, 2], padding: [1, 1], dilation: [1, 1], groups: 1 };

fn layer<V: Array>(transposed: bool, [x, weight, bias]: [&V; 3]) -> V {
    if transposed { x.conv_transpose2d(weight, bias, HALVING, [0, 0]) } else { x.conv2d(weight, bias, HALVING) }
}

fn convolutions(c: &mut Criterion) {
    let mut group = c.benchmark_group("conv");
    for (name, transposed, [inputs, outputs], extent) in [
        ("conv 1→32", false, [1, 32], 28),
        ("conv 32→64", false, [32, 64], 14),
        ("transposed 64→32", true, [64, 32], 7),
        ("transposed 32→1", true, [32, 1], 14),
    ] {
        let x = Param::new(normal([IMAGES, inputs, extent, extent]));
        let sides = if transposed { [inputs, outputs] } else { [outputs, inputs] };
        let (weight, bias) = (Param::new(normal([sides[0], sides[1], 4, 4])), Param::new(normal([outputs])));
        // A multiply-add for each weight at each place of the kernel.
        let places = if transposed { extent * extent } else { extent * extent / 4 };
        let flop = (2 * IMAGES * inputs * outputs * 16 * places) as u64;
        let by_input = inputs > 1;
        let mut tape = Tape::new();

        group.throughput(Throughput::Elements(flop));
        group.bench_function(format!("{name}/forward"), |b| {
            let arrays = [&x, &weight, &bias].map(Param::value);
            b.iter(|| {
                tape.evaluate(|tape| {
                    let [x, weight, bias] = arrays.map(|a| tape.constant(a));
                    _ = black_box(layer(transposed, [&x, &weight, &bias]));
                });
            });
        });
        group.throughput(Throughput::Elements(if by_input { 3 * flop } else { 2 * flop }));
        group.bench_function(format!("{name}/forward and backward"), |b| {
            b.iter(|| {
                let (loss, _) = tape.value_and_grad(|tape| {
                    let input = if by_input { tape.param(&x) } else { tape.constant(x.value()) };
                    layer(transposed, [&input, &tape.param(&weight), &tape.param(&bias)]).sum_all()
                });
                loss
            });
        });
    }
    group.finish();
}

criterion_group!(name = benches; config = common::quick(); targets = convolutions);
criterion_main!(benches);
