//! The same seed gives the same bits, on any number of threads.

use crate::common::{Case, Size, bits, stream};
use autograd::prelude::*;
use nn::Adam;
use vae::models::{ConvConfig, ConvVae, LikelihoodFamily, LinearGaussian, MlpConfig, MlpVae, PosteriorFamily};
use vae::objective::ImportanceWeighted;
use vae::train::Settings;
use vae::{Elbo, Objective, Terms, Threads, Trainer, Vae, evaluate};

/// Parameters and averages after 12 steps on batches of 150, 150 and 37 rows.
fn train<F: Real, M: Vae<F>>(
    model: M,
    objective: impl Objective<F, M>,
    x: &Tensor<F>,
    settings: Settings,
    threads: usize,
) -> (Vec<u64>, Vec<Terms>) {
    let mut trainer = Trainer::new(model, objective, Adam::new(0.01), settings, Threads::new(threads));
    let rows: Vec<usize> = (0..337).map(|i| i * 7 % 337).collect();
    let batches: Vec<&[usize]> = rows.chunks(150).collect();
    let mut terms = Vec::new();
    for _ in 0..4 {
        for batch in &batches {
            terms.push(trainer.step(x, batch).expect("the bound stays finite").mean());
        }
    }
    (bits(trainer.model()), terms)
}

fn network(hidden: &[usize], posterior: PosteriorFamily) -> MlpVae<f32> {
    let likelihood = LikelihoodFamily::Gaussian;
    let config = MlpConfig { hidden: hidden.to_vec(), latent: 4, likelihood, posterior, ..MlpConfig::default() };
    MlpVae::new(13, &config, &mut stream(51))
}

#[test]
fn threads_do_not_show_in_training() {
    let x = Case::random(52, Size { d: 13, k: 2, rows: 337 }).data();
    let narrow = x.cast::<f32>();
    for shards in [None, Some(1), Some(3), Some(8)] {
        let settings = Settings { seed: 53, shards, clip: Some(1.0) };
        let [one, two, four] = [1, 2, 4].map(|threads| {
            (
                train(network(&[23, 9], PosteriorFamily::Diagonal), Elbo { samples: 1 }, &narrow, settings, threads),
                train(
                    network(&[23, 9], PosteriorFamily::Full),
                    ImportanceWeighted { samples: 3 },
                    &narrow,
                    settings,
                    threads,
                ),
                train(linear(), Elbo { samples: 2 }, &x, settings, threads),
            )
        });
        assert!(one == two, "{shards:?} shards on 2 threads");
        assert!(one == four, "{shards:?} shards on 4 threads");
    }
}

/// Parameters of more than 2¹⁵ numbers are updated in ranges, one for each thread.
#[test]
fn threads_do_not_show_in_the_update_of_large_parameters() {
    let x = Case::random(52, Size { d: 13, k: 2, rows: 337 }).data().cast();
    for shards in [1, 3] {
        let settings = Settings { seed: 53, shards: Some(shards), clip: None };
        let run = |threads| {
            train(network(&[181, 197], PosteriorFamily::Diagonal), Elbo { samples: 1 }, &x, settings, threads)
        };
        let one = run(1);
        assert!(one == run(2) && one == run(3), "{shards} shards");
    }
}

/// Where there is no bound on the gradient's norm, gradients of weights are computed block by block as they are used. A bound
/// that is never reached changes nothing.
#[test]
fn whole_gradients_and_parts_of_them_make_the_same_steps() {
    let x = Case::random(52, Size { d: 13, k: 2, rows: 337 }).data().cast();
    let run = |clip| {
        let settings = Settings { seed: 53, shards: Some(3), clip };
        train(network(&[181, 197], PosteriorFamily::Diagonal), Elbo { samples: 1 }, &x, settings, 2)
    };
    assert!(run(None) == run(Some(1e30)));
}

/// Convolutions cut a shard's images into blocks, whatever thread it is on.
#[test]
fn threads_do_not_show_in_convolutions() {
    let x = Case::random(52, Size { d: 64, k: 2, rows: 337 }).data().cast::<f32>();
    let likelihood = LikelihoodFamily::Gaussian;
    let config = ConvConfig { channels: vec![3, 17], hidden: vec![9], latent: 4, likelihood, ..ConvConfig::default() };
    for shards in [None, Some(1), Some(3)] {
        let settings = Settings { seed: 53, shards, clip: Some(1.0) };
        let [one, two, four] = [1, 2, 4].map(|threads| {
            let model = ConvVae::new([1, 8, 8], &config, &mut stream(56)).expect("the images fit");
            train(model, Elbo { samples: 2 }, &x, settings, threads)
        });
        assert!(one == two, "{shards:?} shards on 2 threads");
        assert!(one == four, "{shards:?} shards on 4 threads");
    }
}

fn linear() -> LinearGaussian<f64> {
    LinearGaussian::random(13, 2, PosteriorFamily::Full, &mut stream(54))
}

/// The seed and the number of shards do show, and so the comparison above compares something.
#[test]
fn the_seed_shows_in_training() {
    let x = Case::random(52, Size { d: 13, k: 2, rows: 337 }).data();
    let run = |seed, shards| train(linear(), Elbo { samples: 1 }, &x, Settings { seed, shards, clip: None }, 1);
    assert!(run(1, None) == run(1, None));
    assert!(run(1, None).0 != run(2, None).0);
    assert!(run(1, Some(1)).0 != run(1, Some(2)).0);
}

/// An evaluation between the steps leaves training as it is.
#[test]
fn evaluation_does_not_disturb_training() {
    let x = Case::random(52, Size { d: 13, k: 2, rows: 90 }).data();
    let rows: Vec<usize> = (0..90).collect();
    let run = |evaluate: bool| {
        let settings = Settings { seed: 55, shards: None, clip: None };
        let mut trainer = Trainer::new(linear(), Elbo { samples: 1 }, Adam::new(0.01), settings, Threads::new(1));
        for _ in 0..5 {
            trainer.step(&x, &rows).expect("the bound stays finite");
            if evaluate {
                evaluate::evaluate(trainer.model(), trainer.objective(), &x, 7, trainer.key(), trainer.threads());
            }
        }
        bits(trainer.model())
    };
    assert_eq!(run(true), run(false));
}
