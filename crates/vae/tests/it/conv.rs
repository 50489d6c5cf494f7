//! The VAE of convolutions: its formula, its gradient, its layout, and that it learns.

use crate::common::{bits, stream};
use autograd::prelude::*;
use nn::checkpoint::{self, Metadata};
use nn::{Activation, Adam, Module};
use prob::{Moments, kl};
use vae::models::{ConvConfig, ConvVae, LikelihoodFamily, PosteriorFamily};
use vae::objective::ImportanceWeighted;
use vae::train::Settings;
use vae::{Elbo, Objective, Threads, Trainer, Vae};

/// A small network on images `[2, 8, 4]`. Tanh, since differences over a kink are no derivatives.
fn config() -> ConvConfig {
    ConvConfig {
        channels: vec![3, 4],
        hidden: vec![5],
        latent: 2,
        activation: Activation::Tanh,
        ..ConvConfig::default()
    }
}

const IMAGE: [usize; 3] = [2, 8, 4];
const FEATURES: usize = 64;

fn model<F: Real>(config: &ConvConfig, seed: u64) -> ConvVae<F> {
    ConvVae::new(IMAGE, config, &mut stream(seed)).expect("the images fit")
}

fn normal(shape: impl Into<Shape>, seed: u64) -> Tensor<f64> {
    nn::init::normal(shape, 0.0, 1.0, &mut stream(seed))
}

/// Zeros and ones.
fn binary<F: Real>(rows: usize, features: usize) -> Tensor<F> {
    Tensor::from_fn([rows, features], |i| F::of((i * i % 11 % 2) as f64))
}

/// Every posterior and likelihood.
fn families() -> Vec<ConvConfig> {
    use {LikelihoodFamily::*, PosteriorFamily::*};
    [(Diagonal, Bernoulli, None), (Full, Gaussian, Some(0.7)), (Diagonal, Gaussian, None)]
        .map(|(posterior, likelihood, scale)| ConvConfig { posterior, likelihood, scale, ..config() })
        .to_vec()
}

/// Encoder and decoder written out on plain tensors: the same operations, so the same bits.
#[test]
fn the_model_is_its_formula() {
    let model = model::<f64>(&config(), 1);
    let p = |name: &str| -> Tensor<f64> {
        let found = model.named_params().into_iter().find(|(n, _)| n == name);
        found.unwrap_or_else(|| panic!("no {name}")).1.value().clone()
    };
    let layer = |name: &str| [p(&format!("{name}.weight")), p(&format!("{name}.bias"))];
    let window = Window { stride: [2, 2], padding: [1, 1], ..Window::default() };
    let conv = |x: &Tensor<f64>, name: &str| x.conv2d(&layer(name)[0], &layer(name)[1], window);
    let back = |x: &Tensor<f64>, name: &str| x.conv_transpose2d(&layer(name)[0], &layer(name)[1], window, [0, 0]);
    let affine = |x: &Tensor<f64>, name: &str| x.affine(&layer(name)[0], &layer(name)[1]);

    let x = normal([3, FEATURES], 2);
    let h = conv(&x.reshape([3, 2, 8, 4]), "encoder.convolutions.0").tanh();
    let h = conv(&h, "encoder.convolutions.1").tanh().reshape([3, 4 * 2]);
    let h = affine(&h, "encoder.dense.trunk.0").tanh();
    let mean = affine(&h, "encoder.dense.loc");
    let variance = affine(&h, "encoder.dense.spread.log_variance").exp();
    let tape = Tape::new();
    let q_z = model.encode(tape.constant(&x));
    assert_eq!(q_z.mean().value(), mean);
    // exp(½ l)² rounds otherwise than exp(l).
    for (v, e) in q_z.variance().value().data().iter().zip(variance.data()) {
        assert!((v / e - 1.0).abs() < 1e-14, "{v} {e}");
    }

    let z = normal([3, 2], 3);
    let h = affine(&affine(&z, "decoder.trunk.0").tanh(), "decoder.trunk.2").tanh();
    let h = back(&h.reshape([3, 4, 2, 1]), "decoder.convolutions.0").tanh();
    let logits = back(&h, "decoder.head.logits").reshape([3, FEATURES]);
    assert_eq!(model.decode(tape.constant(&z)).mean().value(), logits.sigmoid());
}

/// S samples are folded into the rows: each of them is decoded as it would be alone. Matrix products of other extents may add
/// in another order: a few units of 2e-16.
#[test]
fn samples_are_decoded_as_if_alone() {
    for config in families() {
        let model = model::<f64>(&config, 4);
        let z = normal([3, 5, 2], 5);
        let tape = Tape::new();
        let mean = model.decode(tape.constant(&z)).mean().value();
        assert_eq!(mean.shape(), Shape::from([3, 5, FEATURES]));
        for (z, mean) in z.data().chunks(2).zip(mean.data().chunks(FEATURES)) {
            let alone = model.decode(tape.constant(&Tensor::new([1, 2], z.to_vec()))).mean().value();
            for (m, a) in mean.iter().zip(alone.data()) {
                assert!((m - a).abs() < 1e-14, "{m} {a}");
            }
        }
    }
}

/// The gradient by every parameter against central differences with h = 1e-5. The bounds are some 100 nats, a sum over 2 rows
/// and 64 pixels: rounding gives errors of 1e-14 · 100 / 1e-5 = 1e-7, truncation of less; a wrong term is off by far more than
/// the tolerance of 1e-5.
fn check_gradient<O: Objective<f64, ConvVae<f64>>>(config: &ConvConfig, objective: &O) {
    let mut model = model::<f64>(config, 6);
    let x = binary(2, FEATURES);
    let mut tape = Tape::new();
    let loss = |tape: &Tape<f64>, model: &ConvVae<f64>| {
        objective.bound(model, tape.constant(&x), &mut stream(7)).value.sum_all().item()
    };
    let gradients = tape
        .value_and_grad(|tape| objective.bound(&model, tape.constant(&x), &mut stream(7)).value.sum_all())
        .1
        .clone();
    let names: Vec<String> = model.named_params().into_iter().map(|(name, _)| name).collect();
    for (which, name) in names.iter().enumerate() {
        let expected = gradients.get(model.named_params()[which].1).expect("every parameter has a part").clone();
        assert!(expected.data().iter().any(|&g| g.abs() > 1e-3), "{name}");
        for (element, expected) in expected.data().iter().enumerate() {
            let mut at = |h: f64| {
                let mut i = 0;
                model.for_each_param_mut(&mut |_, p| {
                    if i == which {
                        p.value_mut().data_mut()[element] += h;
                    }
                    i += 1;
                });
                tape.evaluate(|tape| loss(tape, &model))
            };
            let (up, down) = (at(1e-5), at(-2e-5));
            at(1e-5);
            let difference = (up - down) / 2e-5;
            assert!((expected - difference).abs() < 1e-5, "{name}[{element}]: {expected} {difference}");
        }
    }
}

#[test]
fn the_gradient_is_that_of_the_bound() {
    for config in families() {
        check_gradient(&config, &Elbo { samples: 1 });
        check_gradient(&config, &ImportanceWeighted { samples: 3 });
    }
}

/// Images of eight kinds, vertical and horizontal bars at four places: the bound comes from 64 log 2 = 44 nats, which every
/// start is near, to below 20, where it must know more than half of the pixels; log 8 = 2.1 nats would be the best.
#[test]
fn it_learns() {
    let bar = |row: usize, i: usize| {
        let (place, position) = (row / 2 % 4, [i % 8, i / 8][row % 2]);
        f32::from(position / 2 == place)
    };
    let x = Tensor::<f32>::from_fn([32, 64], |at| bar(at / 64, at % 64));
    let config = ConvConfig { channels: vec![4, 8], hidden: vec![16], latent: 3, ..ConvConfig::default() };
    let model = ConvVae::new([1, 8, 8], &config, &mut stream(8)).expect("the images fit");
    let settings = Settings { seed: 9, shards: None, clip: None };
    let mut trainer = Trainer::new(model, Elbo { samples: 1 }, Adam::new(0.01), settings, Threads::new(1));
    let rows: Vec<usize> = (0..32).collect();
    let mut step = || trainer.step(&x, &rows).expect("the bound stays finite").mean().elbo;
    let first = step();
    let last = (0..400).map(|_| step()).last().expect("steps");
    assert!((-46.0..-43.0).contains(&first) && last > -20.0, "{first} {last}");
}

#[test]
fn checkpoints_keep_every_number() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("model.safetensors");
    for config in families() {
        let (saved, mut read) = (model::<f32>(&config, 10), model::<f32>(&config, 11));
        assert_ne!(bits(&saved), bits(&read));
        checkpoint::save(&file, &saved, &Metadata::new()).expect("it can be written");
        checkpoint::load(&file, &mut read).expect("it can be read");
        assert_eq!(bits(&saved), bits(&read));

        let mut for_writing = Vec::new();
        read.for_each_param_mut(&mut |name, _| for_writing.push(name.to_string()));
        let names: Vec<String> = saved.named_params().into_iter().map(|(name, _)| name).collect();
        assert_eq!(for_writing, names, "both visits show the same");
    }
}

/// The default is the network of 1 → 32 → 64 channels and 3136 → 256 → 16 features.
#[test]
fn numbers_are_counted() {
    let model = ConvVae::<f32>::new([1, 28, 28], &ConvConfig::default(), &mut stream(12)).expect("the images fit");
    let conv = |a: usize, b: usize| 16 * a * b + b;
    let linear = |a: usize, b: usize| (a + 1) * b;
    let encoder = conv(1, 32) + conv(32, 64) + linear(3136, 256) + 2 * linear(256, 16);
    let decoder = linear(16, 256) + linear(256, 3136) + conv(64, 32) + conv(32, 1);
    assert_eq!(model.param_count(), encoder + decoder);
    assert_eq!((model.features(), model.latent(), model.image()), (784, 16, [1, 28, 28]));
    let tape = Tape::new();
    let q_z = model.encode(tape.constant(&binary(2, 784)));
    assert_eq!(kl(&q_z, &model.prior(&tape)).shape(), Shape::from([2]));
}

#[test]
fn configurations_are_read_back() {
    for config in families() {
        let text = serde_json::to_string(&config).expect("plain values");
        assert_eq!(serde_json::from_str::<ConvConfig>(&text).expect("it was just written"), config);
    }
    let short: ConvConfig =
        serde_json::from_str(r#"{"channels": [8], "activation": "elu"}"#).expect("the rest is default");
    assert_eq!(short, ConvConfig { channels: vec![8], activation: Activation::Elu, ..ConvConfig::default() });
    assert!(serde_json::from_str::<ConvConfig>(r#"{"chanels": [8]}"#).is_err());
}

#[test]
fn what_makes_no_network_is_refused() {
    let refused = |image, config: ConvConfig| {
        ConvVae::<f32>::new(image, &config, &mut stream(13)).expect_err("it does not fit").to_string()
    };
    assert_eq!(
        refused([1, 28, 30], ConvConfig::default()),
        "2 convolutions, each of which halves the extents, need images whose rows and columns are multiples of 2^2; \
         these have 28 and 30"
    );
    assert_eq!(
        refused([1, 0, 28], ConvConfig::default()),
        "images of [1, 0, 28] (channels, rows, columns) have no pixels"
    );
    for channels in [vec![], vec![4, 0]] {
        let message = format!("convolutions to {channels:?} channels: there must be some, each with at least one");
        assert_eq!(refused(IMAGE, ConvConfig { channels, ..config() }), message);
    }
    assert_eq!(
        refused(IMAGE, ConvConfig { hidden: vec![], ..config() }),
        "there is no hidden layer between the convolutions and the latent dimensions"
    );
}
