//! Initial values: bounds, moments and reproducibility.
//!
//! Seeds are fixed, so these tests do not fail by chance. Over seeds each comparison of a moment would raise a false alarm
//! once in 1.7 million (5 standard errors, normal approximation for n = 100,000 and more draws).

use autograd::prelude::*;
use nn::{Conv2d, ConvTranspose2d, Linear, init};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

fn rng(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

/// Mean and variance within 5 standard errors of what they should be. `kurtosis` is E(x − μ)⁴/σ⁴.
fn check_moments(x: &Tensor<f64>, mean: f64, variance: f64, kurtosis: f64) {
    let n = x.data().len() as f64;
    let m = x.data().iter().sum::<f64>() / n;
    let v = x.data().iter().map(|x| (x - m).powi(2)).sum::<f64>() / n;
    let k = x.data().iter().map(|x| (x - m).powi(4)).sum::<f64>() / (n * v * v);
    assert!((m - mean).abs() < 5.0 * (variance / n).sqrt(), "mean {m}, expected {mean}");
    let error = variance * ((kurtosis - 1.0) / n).sqrt();
    assert!((v - variance).abs() < 5.0 * error, "variance {v}, expected {variance}");
    // The kurtosis only tells the families apart (1.8 and 3): its standard error is below 0.02.
    assert!((k - kurtosis).abs() < 0.2, "kurtosis {k}, expected {kurtosis}");
}

/// Uniform on (−a, a): all inside, and the ends are approached (a gap of 1e-3·a among 1e5 draws: e⁻⁵⁰).
fn check_uniform(x: &Tensor<f64>, a: f64) {
    check_moments(x, 0.0, a * a / 3.0, 1.8);
    let (low, high) = x.data().iter().fold((0.0_f64, 0.0_f64), |(l, h), &x| (l.min(x), h.max(x)));
    assert!(-a <= low && low < -0.999 * a && 0.999 * a < high && high <= a, "[{low}, {high}] in ±{a}");
}

#[test]
fn plain_distributions() {
    let x = init::uniform([100_000], 2.0, 5.0, &mut rng(1));
    check_moments(&x, 3.5, 9.0 / 12.0, 1.8);
    assert!(x.data().iter().all(|x| (2.0..=5.0).contains(x)));
    check_moments(&init::normal([100_000], -1.0, 0.5, &mut rng(2)), -1.0, 0.25, 3.0);
}

/// fan_in = 500, fan_out = 200 on a matrix; times 9 for a kernel of 3 × 3.
#[test]
fn scales_follow_the_fans() {
    let matrix = [200, 500];
    check_uniform(&init::glorot_uniform(matrix, &mut rng(3)), (6.0 / 700.0_f64).sqrt());
    check_moments(&init::glorot_normal(matrix, &mut rng(4)), 0.0, 2.0 / 700.0, 3.0);
    check_uniform(&init::he_uniform(matrix, &mut rng(5)), (6.0 / 500.0_f64).sqrt());
    check_moments(&init::he_normal(matrix, &mut rng(6)), 0.0, 2.0 / 500.0, 3.0);
    let kernel = [150, 80, 3, 3];
    check_uniform(&init::glorot_uniform(kernel, &mut rng(7)), (6.0 / (9.0 * 230.0_f64)).sqrt());
    check_moments(&init::he_normal(kernel, &mut rng(8)), 0.0, 2.0 / (9.0 * 80.0), 3.0);
}

/// PyTorch's default: weight and bias from U(±1/√in).
#[test]
fn a_linear_layer_starts_as_in_pytorch() {
    let linear = Linear::<f64>::new(400, 300, &mut rng(9));
    check_uniform(linear.weight.value(), 1.0 / 20.0);
    let wide = Linear::<f64>::new(1, 100_000, &mut rng(10));
    check_uniform(wide.bias.value(), 1.0);
}

/// PyTorch's default: weight and bias from U(±1/√n), where n is the product of the weight's axes past the first.
#[test]
fn convolutions_start_as_in_pytorch() {
    let groups = |groups| Window { groups, ..Window::default() };
    let conv = Conv2d::<f64>::new(64, 120, [5, 5], groups(4), &mut rng(11));
    check_uniform(conv.weight.value(), 1.0 / 20.0);
    let transposed = ConvTranspose2d::<f64>::new(400, 64, [5, 5], groups(4), &mut rng(12));
    check_uniform(transposed.weight.value(), 1.0 / 20.0);
    let wide = Conv2d::<f64>::new(1, 100_000, [2, 2], groups(1), &mut rng(13));
    check_uniform(wide.bias.value(), 0.5);
    let wide = ConvTranspose2d::<f64>::new(25_000, 100_000, [2, 2], groups(25_000), &mut rng(14));
    check_uniform(wide.bias.value(), 0.25);
}

#[test]
fn the_generator_alone_decides() {
    let draw = |seed| init::glorot_normal::<f64>([3, 4], &mut rng(seed));
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    let mut shared = rng(1);
    let first = init::glorot_normal::<f64>([3, 4], &mut shared);
    assert_ne!(first, init::glorot_normal([3, 4], &mut shared));
}

#[test]
fn single_precision_is_double_precision_rounded() {
    assert_eq!(init::he_uniform::<f32>([3, 4], &mut rng(1)), init::he_uniform::<f64>([3, 4], &mut rng(1)).cast());
    assert_eq!(init::normal::<f32>([9], 0.0, 1.0, &mut rng(1)), init::normal::<f64>([9], 0.0, 1.0, &mut rng(1)).cast());
}

#[test]
fn empty_layers_are_no_error() {
    assert_eq!(Linear::<f32>::new(0, 2, &mut rng(1)).weight.value().data(), &[] as &[f32]);
    assert_eq!(init::glorot_uniform::<f32>([0, 0], &mut rng(1)).data(), &[] as &[f32]);
}

#[test]
#[should_panic(expected = "a weight has at least the axes [out, in]; the shape is [3]")]
fn a_vector_has_no_fans() {
    let _ = init::he_normal::<f32>([3], &mut rng(1));
}

#[test]
#[should_panic(expected = "no uniform distribution between 1 and 0")]
fn bounds_in_the_wrong_order_are_refused() {
    let _ = init::uniform::<f32>([3], 1.0, 0.0, &mut rng(1));
}

#[test]
#[should_panic(expected = "no normal distribution with mean 0 and deviation -1")]
fn a_negative_deviation_is_refused() {
    let _ = init::normal::<f32>([3], 0.0, -1.0, &mut rng(1));
}
