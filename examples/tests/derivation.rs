//! `docs/derivation.md` says what is so: the Rust that it quotes stands in the files it names, and its numbers come out.

use autograd::prelude::*;
use prob::prelude::*;
use std::f64::consts::TAU;
use vae::objective::log_mean_exp;

const TEXT: &str = include_str!("../../docs/derivation.md");

/// Every line of a block of Rust is in the file that the block's first line names, in that order.
#[test]
fn quotations() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../");
    let blocks: Vec<&str> = TEXT.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() > 10, "the text has quotations");
    for block in blocks {
        let mut lines = block.lines().map(str::trim).filter(|line| !line.is_empty());
        let path = lines.next().and_then(|line| line.strip_prefix("// ")).expect("a block begins with a path");
        let file = std::fs::read_to_string(format!("{root}{path}")).unwrap_or_else(|e| panic!("{path}: {e}"));
        let mut code = file.lines().map(str::trim);
        for line in lines {
            assert!(
                code.any(|code| code.contains(line)),
                "docs/derivation.md quotes a line that {path} has no longer, or not there: `{line}`"
            );
        }
    }
}

/// The text has this number, written with these decimals.
#[track_caller]
fn number(x: f64, decimals: usize) {
    let written = format!("{x:.decimals$}").replace('-', "−");
    assert!(TEXT.contains(&written), "docs/derivation.md does not have {written}");
}

fn normal(loc: f64, scale: f64) -> Normal<Tensor<f64>> {
    Normal::new(Tensor::from([loc]), Tensor::from([scale]))
}

/// A grid of z `[1201, 1]` with step 0.02, on which integrals of smooth functions under N(0, 1) are exact to rounding.
fn grid() -> Tensor<f64> {
    Tensor::from_fn([1201, 1], |i| -12.0 + 0.02 * i as f64)
}

/// N(0, 1) on the grid, times its step, `[1201]`.
fn weights() -> Tensor<f64> {
    StandardNormal::new([1]).log_prob(&grid()).exp() * 0.02
}

/// log w = log p(x|z) + log p(z) − log q(z) of the toy: q is the prior, so only log p(0|z) is left, `[1201]`.
fn toy_log_w() -> Tensor<f64> {
    Normal::new(grid(), Tensor::from([1.0])).log_prob(&Tensor::from([0.0]))
}

#[test]
fn the_divergence() {
    number(kl(&normal(1.0, 0.5), &StandardNormal::new([1])).item(), 6);
    number(-kl(&normal(1.0, 0.5), &StandardNormal::new([1])).item(), 6);
    number(kl(&normal(1.0, 0.25), &StandardNormal::new([1])).item(), 6);
    number(0.5 * (0.25 + 1.0 / 0.25 - 1.0 - 0.25_f64.ln()), 6);
    number(-0.25_f64.ln(), 6);
}

#[test]
fn the_toy() {
    let log_p = normal(0.0, 2.0_f64.sqrt()).log_prob(&Tensor::from([0.0])).item();
    let elbo = (weights() * toy_log_w()).sum(-1).item();
    let gap = kl(&normal(0.0, 1.0), &normal(0.0, 0.5_f64.sqrt())).item();
    assert!((elbo + gap - log_p).abs() < 1e-12);
    for x in [log_p, elbo, gap] {
        number(x, 6);
    }
    number(log_p, 4);
    number(elbo, 4);
    assert!(TEXT.contains(&format!("+{:.6}", -elbo)));
}

#[test]
fn importance_weights_of_the_toy() {
    let (log_w, weights) = (toy_log_w(), weights());
    let mean = (&weights * log_w.exp()).sum(-1).item();
    let relative_variance = (&weights * (&log_w * 2.0).exp()).sum(-1).item() / (mean * mean) - 1.0;
    number(relative_variance, 6);
    number(relative_variance / 2000.0, 5);
    number((relative_variance / 1000.0).sqrt(), 4);
    number(5000.0_f64.ln(), 6);

    // L₂ is a double integral; L₁₀ is simulated, and stated to what 300,000 draws of it can tell.
    let n = log_w.shape()[0];
    let zeros = Tensor::zeros([1, n, n]);
    let pairs = Tensor::concat(&[&(log_w.reshape([1, n, 1]) + &zeros), &(log_w.reshape([1, 1, n]) + &zeros)], 0);
    number((log_mean_exp(&pairs) * (weights.reshape([n, 1]) * weights.reshape([1, n]))).sum_all().item(), 4);
    let z: Tensor<f64> = StandardNormal::new([10, 300_000, 1]).sample(&mut Key::new(0).stream("importance", 0, 0));
    let bounds = log_mean_exp(&Normal::new(z, Tensor::from([1.0])).log_prob(&Tensor::from([0.0])));
    let (bound, error) = (bounds.mean_all().item(), (bounds.var(-1).item() / 3e5).sqrt());
    assert!((bound + 1.273).abs() < 0.0005 + 4.0 * error, "{bound} ± {error}");
}

#[test]
fn likelihoods() {
    number(0.5 * TAU.ln(), 6);
    let x = Tensor::<f64>::zeros([784]);
    number(-Normal::new(x.clone(), Tensor::from(1.0)).log_prob(&x).item(), 6);

    let coins = Bernoulli::new(Tensor::from([0.0, 0.0]));
    let log_p = coins.log_prob(&Tensor::from([0.0, 1.0])).item();
    number(log_p, 6);
    number(log_p / 2.0, 6);

    // ∫₀¹ exp(x l − softplus l) dx by the midpoint rule.
    let grey = Tensor::from_fn([1000, 1], |i| (i as f64 + 0.5) / 1000.0);
    let mass = |l: f64| Bernoulli::new(Tensor::from([l])).log_prob(&grey).exp().mean_all().item();
    assert!((mass(0.0) - 0.5).abs() < 1e-12 && (mass(3.0) - (1.5_f64).tanh() / 3.0).abs() < 1e-6);
    number(784.0 * 2.0_f64.ln(), 6);
}

/// The entropy of drawing the pixels of the 8 × 8 digits, in nats per image.
#[test]
fn binarisation() {
    let digits = data::embedded::optdigits();
    let (mut rows, mut entropy) = (0, 0.0);
    for part in [Some(&digits.train), Some(&digits.validation), digits.test.as_ref()].into_iter().flatten() {
        let grey = part.bytes().iter().map(|&v| f64::from(v) / f64::from(part.max())).collect();
        let pixels = Bernoulli::from_probs(Tensor::new([part.rows(), part.features()], grey));
        entropy += pixels.entropy().sum_all().item();
        rows += part.rows();
    }
    number(entropy / rows as f64, 6);
}
