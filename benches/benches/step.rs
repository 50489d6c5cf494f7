//! Training steps of the workloads, in rows a second.

use benches::{Workload, synthetic};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use prob::Key;
use vae::objective::Elbo;
use vae::train::Settings;
use vae::{Threads, Trainer};

fn steps(c: &mut Criterion) {
    let key = Key::new(0);
    let mut group = c.benchmark_group("train_step");
    for (name, batch) in [("W1", 128), ("W2", 20), ("W2", 128), ("W3", 512), ("W5", 64), ("W5", 1)] {
        let workload = Workload::named(name).expect("a known workload");
        let x = synthetic(workload.features, &mut key.stream("data", 0, 0));
        let rows: Vec<usize> = (0..batch).collect();
        for threads in [1, 2] {
            let model = workload.model(&mut key.stream("init", 0, 0));
            let settings = Settings { seed: 0, shards: None, clip: None };
            let mut trainer =
                Trainer::new(model, Elbo { samples: 1 }, nn::Adam::new(1e-3), settings, Threads::new(threads));
            group.throughput(Throughput::Elements(batch as u64));
            group.bench_function(format!("{name}/{batch} rows/{threads} threads"), |b| {
                b.iter(|| trainer.step(&x, &rows).expect("the loss is finite"));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
