//! A bound that is not finite stops training before it spoils the parameters.

mod common;

use autograd::prelude::*;
use common::{Case, Size, bits, stream};
use nn::{Adam, Module};
use vae::models::{LinearGaussian, MlpConfig, MlpVae, PosteriorFamily};
use vae::objective::{ImportanceWeighted, MonteCarloElbo};
use vae::train::Settings;
use vae::{Elbo, Error, Objective, Threads, Trainer};

const SETTINGS: Settings = Settings { seed: 81, shards: Some(3), clip: Some(1.0) };

fn linear() -> LinearGaussian<f64> {
    LinearGaussian::random(4, 2, PosteriorFamily::Full, &mut stream(82))
}

/// One number in the third step's data is bad; the message is the user's only hint.
fn stops_at<O: Objective<f64, LinearGaussian<f64>>>(objective: O, bad: f64) {
    let x = Case::random(83, Size { d: 4, k: 2, rows: 30 }).data();
    let mut spoilt = x.clone();
    spoilt.data_mut()[17] = bad;
    let rows: Vec<usize> = (0..30).collect();
    let mut trainer = Trainer::new(linear(), objective, Adam::new(0.01), SETTINGS, Threads::new(2));
    (0..2).for_each(|_| drop(trainer.step(&x, &rows).expect("good data")));
    let before = bits(trainer.model());

    let error = trainer.step(&spoilt, &rows).expect_err("bad data");
    assert!(matches!(error, Error::Diverged { step: 2, value } if !value.is_finite()), "{error}");
    let message = error.to_string();
    assert!(message.starts_with("training diverged: the bound is ") && message.contains("at step 2;"), "{message}");
    assert_eq!(bits(trainer.model()), before, "bit by bit");
    assert_eq!(trainer.steps(), 2);

    // And it can go on as if nothing had been.
    trainer.step(&x, &rows).expect("good data");
    let mut other = Trainer::new(linear(), Elbo { samples: 1 }, Adam::new(0.01), SETTINGS, Threads::new(1));
    (0..3).for_each(|_| drop(other.step(&x, &rows).expect("good data")));
    assert_eq!(other.steps(), trainer.steps());
}

#[test]
fn numbers_that_are_none_stop_training() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        stops_at(Elbo { samples: 1 }, bad);
        stops_at(MonteCarloElbo { samples: 2 }, bad);
        stops_at(ImportanceWeighted { samples: 2 }, bad);
    }
}

/// Going on after a refused step gives the bits of a run that never met it.
#[test]
fn a_refused_step_leaves_no_trace() {
    let x = Case::random(83, Size { d: 4, k: 2, rows: 30 }).data();
    let mut spoilt = x.clone();
    spoilt.data_mut()[17] = f64::NAN;
    let rows: Vec<usize> = (0..30).collect();
    let run = |meets: bool| {
        let mut trainer = Trainer::new(linear(), Elbo { samples: 1 }, Adam::new(0.01), SETTINGS, Threads::new(1));
        for step in 0..4 {
            if meets && step == 2 {
                trainer.step(&spoilt, &rows).expect_err("bad data");
            }
            trainer.step(&x, &rows).expect("good data");
        }
        bits(trainer.model())
    };
    assert_eq!(run(true), run(false));
}

/// Pixels outside {0, 1}, or between, are no Bernoulli data: outside [0, 1] the bound is −∞.
#[test]
fn impossible_pixels_stop_training() {
    let model = MlpVae::<f32>::new(4, &MlpConfig { hidden: vec![3], latent: 2, ..MlpConfig::default() }, &mut stream(84));
    let mut trainer = Trainer::new(model, Elbo { samples: 1 }, Adam::new(0.01), SETTINGS, Threads::new(1));
    let before = bits(trainer.model());
    let error = trainer.step(&Tensor::from([[0.0, 1.0, 255.0, 0.0]]), &[0]).expect_err("grey values from 0 to 255");
    assert!(error.to_string().contains("the bound is -inf at step 0"), "{error}");
    assert_eq!(bits(trainer.model()), before);
}

/// A finite bound whose gradient is not: log σ² of 1e-40-th precision. The step must not be taken either.
#[test]
fn a_gradient_that_is_not_finite_stops_training() {
    let mut model = MlpVae::<f32>::new(3, &MlpConfig { hidden: vec![2], latent: 1, ..MlpConfig::default() }, &mut stream(85));
    // The decoder's weights are so large that activations overflow on the way back, not on the way there.
    model.for_each_param_mut(&mut |path, p| {
        let name = path.to_string();
        let x = if name.starts_with("decoder.head") && name.ends_with("weight") { 1e30 } else { 1e-30 };
        let x = if name.starts_with("decoder.trunk") && name.ends_with("weight") { 1e15 } else { x };
        p.value_mut().data_mut().fill(x);
    });
    let settings = Settings { clip: None, ..SETTINGS };
    let mut trainer = Trainer::new(model, Elbo { samples: 1 }, Adam::new(0.01), settings, Threads::new(1));
    let before = bits(trainer.model());
    let result = trainer.step(&Tensor::from([[0.0, 1.0, 0.0]]), &[0]);
    let after = bits(trainer.model());
    let finite = after.iter().all(|&x| f64::from_bits(x).is_finite());
    assert!(finite, "no parameter is spoilt");
    assert!(result.is_ok() || after == before);
}
