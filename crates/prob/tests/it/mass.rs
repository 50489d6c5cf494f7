//! Every density integrates, and every mass function sums, to 1.

use autograd::Tensor;
use autograd::prelude::*;
use prob::prelude::*;

/// Simpson's rule between −`reach` and `reach` in steps of 2⁻⁷, in units of `scale` around `loc`, which are powers of 2
/// so that the nodes are exact. There is a node at `loc`, where a density may have a kink.
fn integral(reach: usize, loc: f64, scale: f64, p: &impl Distribution<Tensor<f64>>) -> f64 {
    let half = reach << 7;
    let step = scale / 128.0;
    let x = Tensor::from_fn([2 * half + 1, 1], |i| loc + (i as f64 - half as f64) * step);
    let density = p.log_prob(&x).exp();
    let weight = |i: usize| if i == 0 || i == 2 * half { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
    density.data().iter().enumerate().map(|(i, p)| weight(i) * p).sum::<f64>() * step / 3.0
}

/// The rule's error is of order step⁴/180 = 2·10⁻¹¹ for the Laplace density, less for the normal one; what lies beyond
/// the ends is below 10⁻¹⁷.
#[test]
fn densities_of_one_variable() {
    for (loc, scale) in [(0.0, 1.0), (-3.0, 0.5), (1024.0, 2f64.powi(-10)), (0.0, 2f64.powi(60)), (1.0, 2f64.powi(-30))]
    {
        let [m, s] = [loc, scale].map(|x| Tensor::from([x]));
        let log_variance = s.ln() * 2.0;
        let masses = [
            integral(10, loc, scale, &Normal::new(m.clone(), s.clone())),
            integral(10, loc, scale, &Normal::from_log_variance(m.clone(), log_variance)),
            integral(10, loc, scale, &MultivariateNormal::new(m.clone(), s.reshape([1, 1]))),
            integral(40, loc, scale, &Laplace::new(m, s)),
        ];
        for (i, mass) in masses.into_iter().enumerate() {
            assert!((mass - 1.0).abs() < 1e-10, "density {i} at ({loc}, {scale}) has mass {mass}");
        }
    }
    let mass = integral(10, 0.0, 1.0, &StandardNormal::new([1]));
    assert!((mass - 1.0).abs() < 1e-10, "{mass}");
}

/// A correlated pair (ρ = 0.8): sums over a grid of step 0.1 in both directions, whose error for an analytic density of
/// smallest standard deviation 0.6 is exp(−2π²(0.6/0.1)²), out to 10 standard deviations.
#[test]
fn density_of_two_variables() {
    let p = MultivariateNormal::new(Tensor::from([0.3, -0.2]), Tensor::from([[1.0, 0.0], [0.8, 0.6]]));
    let x = Tensor::from_fn([201, 201, 2], |i| 0.1 * (if i % 2 == 0 { i / 402 } else { i / 2 % 201 } as f64 - 100.0));
    let mass: f64 = p.log_prob(&x).exp().sum_all().item() * 0.01;
    assert!((mass - 1.0).abs() < 1e-12, "{mass}");
}

/// All outcomes of three variables; rounding alone: 8 or 64 terms.
#[test]
fn mass_functions() {
    for logits in [[0.3, -1.2, 2.0], [100.0, -100.0, 0.0], [f64::INFINITY, f64::NEG_INFINITY, 30.0]] {
        let outcomes = Tensor::from_fn([8, 3], |i| ((i / 3) >> (i % 3) & 1) as f64);
        let mass: f64 = Bernoulli::new(Tensor::from(logits)).log_prob(&outcomes).exp().sum_all().item();
        assert!((mass - 1.0).abs() < 1e-14, "{logits:?}: {mass}");
    }
    let logits = Tensor::from([[0.3, -1.2, 2.0, 0.0], [100.0, -100.0, 50.0, 0.0], [f64::NEG_INFINITY, 1e4, 1e4, 0.0]]);
    let outcomes = Tensor::from_fn([64, 3], |i| ((i / 3) >> (2 * (i % 3)) & 3) as f64);
    let mass: f64 = Categorical::new(logits).log_prob(&outcomes).exp().sum_all().item();
    assert!((mass - 1.0).abs() < 1e-14, "{mass}");
}
