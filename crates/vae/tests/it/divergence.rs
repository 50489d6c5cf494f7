//! A bound that is not finite stops training before it spoils the parameters.

use crate::common::{Case, Size, bits, stream};
use autograd::prelude::*;
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
    for _ in 0..2 {
        trainer.step(&x, &rows).expect("good data");
    }
    let before = bits(trainer.model());

    let error = trainer.step(&spoilt, &rows).expect_err("bad data");
    assert!(matches!(error, Error::Diverged { step: 2, what: "the bound", value } if !value.is_finite()), "{error}");
    let message = error.to_string();
    assert!(message.starts_with("training diverged: the bound is ") && message.contains("at step 2 "), "{message}");
    assert_eq!(bits(trainer.model()), before, "bit by bit");
    assert_eq!(trainer.steps(), 2);
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
    let model =
        MlpVae::<f32>::new(4, &MlpConfig { hidden: vec![3], latent: 2, ..MlpConfig::default() }, &mut stream(84));
    let mut trainer = Trainer::new(model, Elbo { samples: 1 }, Adam::new(0.01), SETTINGS, Threads::new(1));
    let before = bits(trainer.model());
    let error = trainer.step(&Tensor::from([[0.0, 1.0, 255.0, 0.0]]), &[0]).expect_err("grey values from 0 to 255");
    assert!(error.to_string().contains("the bound is -inf at step 0"), "{error}");
    assert_eq!(bits(trainer.model()), before);
}

/// A finite bound whose gradient is not: in single precision 1e-40 times 1e20 times 1e20 is a moderate logit, but its derivative by
/// the first factor is 1e40, beyond the greatest number.
fn steep() -> MlpVae<f32> {
    let config = MlpConfig { hidden: vec![2, 2], latent: 1, ..MlpConfig::default() };
    let mut model = MlpVae::new(3, &config, &mut stream(85));
    model.for_each_param_mut(&mut |path, p| {
        let x = match path.to_string().as_str() {
            "decoder.trunk.0.bias" => 1e-40,
            "decoder.trunk.2.weight" | "decoder.head.logits.weight" => 1e20,
            _ => 0.0,
        };
        p.value_mut().data_mut().fill(x);
    });
    model
}

#[test]
fn a_gradient_that_is_not_finite_stops_training() {
    let mut trainer = Trainer::new(steep(), Elbo { samples: 1 }, Adam::new(0.01), SETTINGS, Threads::new(1));
    let before = bits(trainer.model());
    let error = trainer.step(&Tensor::from([[0.0, 1.0, 0.0]]), &[0]).expect_err("no step along that gradient");
    let message = error.to_string();
    assert!(
        message.starts_with("training diverged: the gradient's norm is ") && message.contains("at step 0 "),
        "{message}"
    );
    assert_eq!((bits(trainer.model()), trainer.steps()), (before, 0));
}

/// Where no norm is asked for, it shows at the same step, and the message does not promise what does not hold.
#[test]
fn a_gradient_that_is_not_finite_is_told_without_clipping() {
    for (shards, threads) in [(1, 1), (2, 1), (2, 2)] {
        let settings = Settings { shards: Some(shards), clip: None, ..SETTINGS };
        let mut trainer = Trainer::new(steep(), Elbo { samples: 1 }, Adam::new(0.01), settings, Threads::new(threads));
        let x = Tensor::from([[0.0, 1.0, 0.0], [1.0, 1.0, 0.0]]);
        let error = trainer.step(&x, &[0, 1]).expect_err("the parameters are spoilt");
        assert!(matches!(error, Error::Spoilt { step: 0 }), "{error}");
    }
}
