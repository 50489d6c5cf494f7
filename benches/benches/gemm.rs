//! Matrix products of the workloads' layers in FLOP a second, as a training step does them: forward x·Wᵀ, the gradient by the
//! input G·W, and forward with the gradient by the weight, x·Wᵀ and Gᵀ·x.

mod common;

use autograd::prelude::*;
use benches::{Layer, Workload, normal};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

fn products(c: &mut Criterion) {
    let mut group = c.benchmark_group("gemm");
    for (name, rows) in [("W1", 128), ("W2", 20), ("W3", 512), ("W5", 64)] {
        let workload = Workload::named(name).expect("a known workload");
        for layer in distinct([workload.encoder(), workload.decoder()].concat()) {
            let Layer { inputs, outputs, .. } = layer;
            let (x, g) = (normal([rows, inputs]), normal([rows, outputs]));
            let w = Param::new(normal([outputs, inputs]));
            let flop = layer.flop(rows) as u64;
            let mut tape = Tape::new();

            group.throughput(Throughput::Elements(flop));
            group.bench_function(format!("{name}/nt {rows}·{inputs}·{outputs}"), |b| {
                b.iter(|| tape.evaluate(|tape| _ = black_box(tape.constant(&x).matmul_t(&tape.param(&w)))));
            });
            group.bench_function(format!("{name}/nn {rows}·{outputs}·{inputs}"), |b| {
                b.iter(|| tape.evaluate(|tape| _ = black_box(tape.constant(&g).matmul(&tape.param(&w)))));
            });
            group.throughput(Throughput::Elements(2 * flop));
            group.bench_function(
                format!("{name}/nt {rows}·{inputs}·{outputs} and tn {outputs}·{rows}·{inputs}"),
                |b| {
                    b.iter(|| tape.value_and_grad(|tape| tape.constant(&x).matmul_t(&tape.param(&w)).sum_all()).0);
                },
            );
        }
    }
    group.finish();
}

/// The same without repetitions.
fn distinct(layers: Vec<Layer>) -> Vec<Layer> {
    layers.iter().enumerate().filter(|(i, layer)| !layers[..*i].contains(layer)).map(|(_, layer)| *layer).collect()
}

criterion_group!(name = benches; config = common::quick(); targets = products);
criterion_main!(benches);
