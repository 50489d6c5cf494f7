//! What a step does does not depend on how its batch is split, and every shard of every step has noise of its own.

use crate::common::{Case, Size, on_tape, stream};
use autograd::prelude::*;
use nn::{Module, Sgd};
use prob::Distribution;
use rand::Rng;
use std::collections::BTreeSet;
use std::sync::Mutex;
use vae::models::{LinearGaussian, PosteriorFamily};
use vae::objective::Bound;
use vae::train::Settings;
use vae::{Objective, Rows, Threads, Trainer, Vae};

/// The closed form, which needs no noise; what it could draw is written down.
#[derive(Default)]
struct Exact {
    noise: Mutex<Vec<u64>>,
}

impl Objective<f64, LinearGaussian<f64>> for &Exact {
    fn bound<'t, R: Rng + ?Sized>(&self, model: &LinearGaussian<f64>, x: Var<'t, f64>, rng: &mut R) -> Bound<'t, f64> {
        self.noise.lock().expect("no thread failed").push(rng.next_u64());
        let value = model.elbo(x);
        let nothing = model.prior(x.tape()).log_prob(&model.encoder().forward(x)) * 0.0;
        Bound { value, expected_log_likelihood: value, kl: nothing, surrogate: None }
    }
}

/// Data that write down what they could draw.
struct Drawn {
    x: Tensor<f64>,
    draws: Mutex<Vec<u64>>,
}

impl Rows<f64> for Drawn {
    fn rows(&self) -> usize {
        self.x.rows()
    }

    fn features(&self) -> usize {
        self.x.features()
    }

    fn read<R: Rng + ?Sized>(&self, rows: &[usize], rng: &mut R, out: &mut [f64]) {
        self.draws.lock().expect("no thread failed").push(rng.next_u64());
        self.x.read(rows, rng, out);
    }
}

const ROWS: usize = 25;

fn linear() -> LinearGaussian<f64> {
    LinearGaussian::random(4, 2, PosteriorFamily::Full, &mut stream(101))
}

fn data() -> Drawn {
    Drawn { x: Case::random(102, Size { d: 4, k: 2, rows: ROWS }).data(), draws: Mutex::default() }
}

/// A step of gradient ascent of length 0.01 along the gradient of the mean over all rows, worked out on one tape, is what the
/// trainer does with any number of shards, of unequal sizes too. 1e-13 is for rounding in another order.
#[test]
fn a_step_climbs_the_mean_over_the_whole_batch() {
    let (data, start) = (data(), linear());
    let order: Vec<usize> = (0..ROWS).map(|i| i * 7 % ROWS).collect();
    let mean = on_tape(&data.x, |x| start.elbo(x).mean_all().item());
    let mut tape = Tape::new();
    let (_, gradients) = tape.value_and_grad(|tape| start.elbo(tape.constant(&data.x)).mean_all());
    let expected: Vec<f64> = start
        .named_params()
        .into_iter()
        .flat_map(|(_, p)| (p.value() + gradients.get(p).expect("it counts") * 0.01).data().to_vec())
        .collect();

    for shards in [1, 2, 3, 7, ROWS, 100] {
        let exact = Exact::default();
        let settings = Settings { seed: 103, shards: Some(shards), clip: None };
        let mut trainer = Trainer::new(start.clone(), &exact, Sgd::new(0.01), settings, Threads::new(2));
        let sums = trainer.step(&data, &order).expect("the bound is finite");
        assert_eq!((sums.rows(), trainer.steps()), (ROWS as u64, 1));
        assert!((sums.mean().elbo - mean).abs() < 1e-11, "{shards} shards: {} and {mean}", sums.mean().elbo);
        let found: Vec<f64> =
            trainer.model().named_params().into_iter().flat_map(|(_, p)| p.value().data().to_vec()).collect();
        for (found, expected) in found.iter().zip(&expected) {
            let off = (found - expected).abs();
            assert!(off < 1e-13 * (1.0 + expected.abs()), "{shards} shards: {found} and {expected}");
        }
        assert_eq!(exact.noise.into_inner().expect("no thread failed").len(), shards.min(ROWS));
    }
}

/// No two shards, no two steps, and no two purposes draw the same numbers.
#[test]
fn noise_is_fresh_for_each_shard_of_each_step() {
    let (exact, data) = (Exact::default(), data());
    let settings = Settings { seed: 104, shards: Some(3), clip: None };
    let mut trainer = Trainer::new(linear(), &exact, Sgd::new(1e-3), settings, Threads::new(2));
    let rows: Vec<usize> = (0..ROWS).collect();
    for _ in 0..4 {
        trainer.step(&data, &rows).expect("the bound is finite");
    }
    drop(trainer);
    let mut all = exact.noise.into_inner().expect("no thread failed");
    all.extend(data.draws.into_inner().expect("no thread failed"));
    assert_eq!(all.len(), 24);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 24);
}
