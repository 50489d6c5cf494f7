//! What several tests use.

use autograd::prelude::*;
use prob::{Key, Stream};

/// The false-alarm rate of each statistical comparison.
pub const FALSE_ALARM: f64 = 1e-6;

/// A stream for a test.
pub fn stream(test: u64) -> Stream {
    Key::new(2024).stream("test", test, 0)
}

/// √(ln(2/α)/2n): an empirical distribution function, and so any frequency, of `n` draws is farther than this from the
/// true one with probability below α (Dvoretzky–Kiefer–Wolfowitz inequality with P. Massart's constant, 1990).
pub fn dkw(n: usize) -> f64 {
    ((2.0 / FALSE_ALARM).ln() / (2.0 * n as f64)).sqrt()
}

/// The greatest distance between the empirical distribution function of the draws and the integral of the density.
///
/// The density, log p at points `[n, 1]`, is integrated by the trapezoidal rule between neighbouring draws. With 10⁵
/// draws its error is far below the bound of 8·10⁻³ that `dkw` gives, as is the mass beyond the extremes.
pub fn ks_distance(mut draws: Vec<f64>, log_prob: impl Fn(&Tensor<f64>) -> Tensor<f64>) -> f64 {
    draws.sort_by(f64::total_cmp);
    let n = draws.len();
    let density = log_prob(&Tensor::new([n, 1], draws.clone())).exp();
    let p = density.data();
    let (mut below, mut distance) = (0.0, 0.0f64);
    for i in 0..n {
        if i > 0 {
            below += 0.5 * (p[i] + p[i - 1]) * (draws[i] - draws[i - 1]);
        }
        distance = distance.max((below - (i as f64 + 0.5) / n as f64).abs());
    }
    distance
}

/// Element-by-element comparison with the tolerance `rel`·max(1, |b|); equal infinities agree, NaN never does.
#[track_caller]
pub fn close<F: Real>(a: &Tensor<F>, b: &Tensor<f64>, rel: f64) {
    assert_eq!(a.shape(), b.shape());
    for (a, b) in a.data().iter().zip(b.data()) {
        let a = a.as_f64();
        assert!(a == *b || (a - b).abs() <= rel * b.abs().max(1.0), "{a} is not {b} within {rel:e}");
    }
}
