//! A run that was broken off and resumed ends with the bits of one that was not.

use crate::common::{Case, Size, bits, stream};
use autograd::prelude::*;
use nn::checkpoint::{load_training, save_training};
use nn::{Adam, Module};
use std::ops::ControlFlow;
use std::path::Path;
use vae::models::{ConvConfig, ConvVae, LinearGaussian, MlpConfig, MlpVae, PosteriorFamily};
use vae::train::{Record, Settings};
use vae::{Elbo, Error, Rows, Terms, Threads, Trainer, Vae, evaluate};

const ROWS: usize = 150;
const EPOCHS: u64 = 12;
/// A bound on the gradient's norm that is often met, so that its last bit counts.
const SETTINGS: Settings = Settings { seed: 61, shards: Some(2), clip: Some(0.5) };

type Run<M, F> = Trainer<M, Elbo, Adam<F>, F>;

fn trainer<F: Real, M: Vae<F>>(model: M) -> Run<M, F>
where
    Elbo: vae::Objective<F, M>,
{
    Trainer::new(model, Elbo { samples: 1 }, Adam::new(0.01), SETTINGS, Threads::new(2))
}

/// Trains to the end, or until so many steps are done; says whether it got to the end.
fn train<F: Real, M: Vae<F>>(run: &mut Run<M, F>, x: &Tensor<F>, steps: u64) -> bool
where
    Elbo: vae::Objective<F, M>,
{
    while run.epochs() < EPOCHS {
        // The order depends on the epoch alone.
        let order: Vec<usize> = (0..ROWS).map(|i| (i * 7 + run.epochs() as usize * 11) % ROWS).collect();
        let batches: Vec<&[usize]> = order.chunks(10).collect();
        let mut left = steps - run.steps();
        let watch = |_| {
            left -= 1;
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        if run.epoch(x, &batches, watch).expect("the bound stays finite").is_none() {
            return false;
        }
        let validation = evaluate::bound(run.model(), run.objective(), x, run.key(), run.threads());
        run.finish_epoch(validation);
    }
    true
}

/// Parameters and history, without the time it took.
fn outcome<F: Real, M: Vae<F>>(run: &Run<M, F>) -> (Vec<u64>, Vec<Record>)
where
    Elbo: vae::Objective<F, M>,
{
    (bits(run.model()), run.history().iter().map(|r| Record { seconds: 0.0, ..*r }).collect())
}

/// Breaks off after each number of steps in turn, saves, starts anew and resumes.
fn check<F: Real, M: Vae<F> + Clone>(model: impl Fn() -> M, x: &Tensor<F>)
where
    Elbo: vae::Objective<F, M>,
{
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("checkpoint.safetensors");
    let mut whole = trainer(model());
    assert!(train(&mut whole, x, u64::MAX));
    assert_eq!((whole.steps(), whole.history().len()), (180, 12), "12 epochs of 15 batches");
    for steps in [1, 2, 7, 15, 16, 40, 180] {
        let mut first = trainer(model());
        assert!(!train(&mut first, x, steps));
        first.save_checkpoint(&file).expect("it can be written");
        drop(first);

        let mut second = trainer(model());
        second.resume(&file).expect("it can be read");
        assert_eq!(second.steps(), steps);
        assert!(train(&mut second, x, u64::MAX));
        assert!(outcome(&second) == outcome(&whole), "broken off after {steps} steps");
    }
}

fn data() -> Tensor<f64> {
    Case::random(62, Size { d: 7, k: 2, rows: ROWS }).data()
}

fn linear() -> LinearGaussian<f64> {
    LinearGaussian::random(7, 2, PosteriorFamily::Full, &mut stream(63))
}

#[test]
fn a_resumed_run_ends_with_the_same_bits() {
    check(linear, &data());
}

#[test]
fn a_resumed_run_of_a_network_ends_with_the_same_bits() {
    let config = MlpConfig { hidden: vec![8], latent: 3, ..MlpConfig::default() };
    let x = Tensor::from_fn([ROWS, 6], |i| (i * i % 7 % 2) as f32);
    assert_eq!(x.rows(), ROWS);
    check(|| MlpVae::<f32>::new(6, &config, &mut stream(64)), &x);
}

#[test]
fn a_resumed_run_of_convolutions_ends_with_the_same_bits() {
    let config = ConvConfig { channels: vec![3], hidden: vec![5], latent: 2, ..ConvConfig::default() };
    let x = Tensor::from_fn([ROWS, 16], |i| (i * i % 7 % 2) as f32);
    check(|| ConvVae::<f32>::new([1, 4, 4], &config, &mut stream(65)).expect("the images fit"), &x);
}

/// Saves a run of a few steps.
fn saved(file: &Path) -> Run<LinearGaussian<f64>, f64> {
    let mut run = trainer(linear());
    assert!(!train(&mut run, &data(), 16));
    run.save_checkpoint(file).expect("it can be written");
    run
}

/// Averages over nothing are NaN, and a bound can be −∞: a run that has no validation data, or bad ones, resumes all the same.
/// JSON has no such numbers: they come back as NaN.
#[test]
fn a_history_with_infinities_is_resumed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("checkpoint.safetensors");
    let mut run = saved(&file);
    let nothing = Terms { elbo: f64::NEG_INFINITY, expected_log_likelihood: f64::NAN, kl: f64::INFINITY };
    run.finish_epoch(nothing);
    run.save_checkpoint(&file).expect("it can be written");
    let mut other = trainer(linear());
    other.resume(&file).expect("it can be read");
    let Terms { elbo, expected_log_likelihood, kl } = other.history()[other.history().len() - 1].validation;
    assert!([elbo, expected_log_likelihood, kl].iter().all(|x| x.is_nan()));
    assert_eq!(other.history()[0], run.history()[0], "finite numbers come back to the bit");
}

/// A checkpoint of other settings or of another model is refused, and the run is as it was.
#[test]
fn what_does_not_fit_changes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("checkpoint.safetensors");
    saved(&file);

    let refused = |mut run: Run<LinearGaussian<f64>, f64>| {
        let before = bits(run.model());
        let error = run.resume(&file).expect_err("it does not fit");
        assert_eq!((bits(run.model()), run.steps()), (before, 0));
        error
    };
    let settings = Settings { seed: 62, ..SETTINGS };
    let other = Trainer::new(linear(), Elbo { samples: 1 }, Adam::new(0.01), settings, Threads::new(1));
    let error = refused(other);
    assert!(matches!(error, Error::Mismatch { .. }), "{error}");
    let message = error.to_string();
    assert!(message.contains("checkpoint.safetensors") && message.contains("seed: 61"), "{message}");

    let smaller = LinearGaussian::random(7, 1, PosteriorFamily::Full, &mut stream(63));
    let error = refused(trainer(smaller));
    assert!(matches!(error, Error::Checkpoint(_)) && error.to_string().contains("encoder.weight"), "{error}");

    let mut run = trainer(linear());
    assert!(run.resume(folder.path().join("none")).is_err());
}

/// A file can say anything; what no trainer can have reached is refused, and not met later as a negative time.
#[test]
fn an_impossible_position_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("checkpoint.safetensors");
    let run = saved(&file);
    let (mut model, mut adam) = (linear(), Adam::new(0.01));
    model.assign_names();
    let metadata = load_training(&file, &mut model, &mut adam).expect("it was just saved");
    for (honest, forged) in
        [("\"batch\":1", "\"batch\":1000"), ("\"epoch\":1,", "\"epoch\":7,"), ("\"seconds\":0", "\"seconds\":-10")]
    {
        let mut metadata = metadata.clone();
        let position = metadata.get_mut("position").expect("a trainer's checkpoint");
        assert!(position.contains(honest), "{position}");
        *position = position.replace(honest, forged);
        save_training(&file, &model, &adam, &metadata).expect("it can be written");
        let error = trainer(linear()).resume(&file).expect_err("no trainer was ever there");
        assert!(error.to_string().ends_with("the metadata `position` contradicts itself"), "{error}");
    }
    assert_eq!(run.steps(), 16);
}
