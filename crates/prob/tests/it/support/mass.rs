//! Integrals of densities and sums of masses.

use autograd::Tensor;
use autograd::prelude::*;
use std::f64::consts::{FRAC_PI_2, PI};

/// Where a density is integrated.
#[derive(Clone, Copy, Debug)]
pub enum Domain {
    /// ℝ, for a density whose weight lies within some `scale`s of `loc`.
    Line { loc: f64, scale: f64 },
    /// From `low` up.
    Above { low: f64, scale: f64 },
    /// From `high` down.
    Below { high: f64, scale: f64 },
    /// An interval. At the ends the density may be infinite: near 0 everything is seen, near another number what is
    /// farther from it than a rounding.
    Between(f64, f64),
}

impl Domain {
    /// The point for t in ℝ and its derivative: x = sinh(½π sinh t), exp(½π sinh t), or 1/(1 + exp(−π sinh t)), which
    /// make any integrand fall doubly exponentially (H. Takahasi and M. Mori, 1974).
    fn point(self, t: f64) -> (f64, f64) {
        let (s, ds) = (FRAC_PI_2 * t.sinh(), FRAC_PI_2 * t.cosh());
        match self {
            Domain::Line { loc, scale } => (loc + scale * s.sinh(), scale * s.cosh() * ds),
            Domain::Above { low, scale } => (low + scale * s.exp(), scale * s.exp() * ds),
            Domain::Below { high, scale } => (high - scale * s.exp(), scale * s.exp() * ds),
            Domain::Between(low, high) => {
                let (below, above) = ((1.0 + (-2.0 * s).exp()).recip(), (1.0 + (2.0 * s).exp()).recip());
                let x = if s < 0.0 { low + (high - low) * below } else { high - (high - low) * above };
                (x, (high - low) * below * above * 2.0 * ds)
            }
        }
    }
}

/// ∫ p(x) g(x) dx by the trapezoidal rule in t with steps of 2⁻⁸. Where p is analytic within the domain, its error is
/// far below 10⁻¹² of the integral of |p g|; a kink belongs on an end. `log_p` is given points `[n, 1]`.
pub fn expectation(domain: Domain, log_p: impl Fn(&Tensor<f64>) -> Tensor<f64>, g: impl Fn(f64) -> f64) -> f64 {
    let nodes: Vec<(f64, f64)> = (-1600..=1600)
        .map(|i| domain.point(f64::from(i) / 256.0))
        .filter(|(x, w)| x.is_finite() && *w > 0.0 && w.is_finite())
        .filter(|(x, _)| !matches!(domain, Domain::Between(low, high) if *x == low || *x == high))
        .collect();
    let log_p = log_p(&Tensor::from_fn([nodes.len(), 1], |i| nodes[i].0));
    let terms = log_p.data().iter().zip(&nodes).map(|(log_p, (x, w))| {
        // Not p·w: a density may be infinite where its integral is not.
        let weight = (log_p + w.ln()).exp();
        if weight == 0.0 { 0.0 } else { weight * g(*x) }
    });
    terms.sum::<f64>() / 256.0
}

/// ∫ p(x) dx.
pub fn mass(domain: Domain, log_p: impl Fn(&Tensor<f64>) -> Tensor<f64>) -> f64 {
    expectation(domain, log_p, |_| 1.0)
}

/// Σ p(x) g(x) over x = 0, 1, 2, …, until more than half of the mass is behind and a thousand further terms of p together
/// are below 10⁻¹⁷. `log_p` is given numbers `[n, 1]`.
pub fn discrete_expectation(log_p: impl Fn(&Tensor<f64>) -> Tensor<f64>, g: impl Fn(f64) -> f64) -> f64 {
    const BLOCK: usize = 1000;
    let (mut mass, mut sum) = (0.0, 0.0);
    for block in 0..10_000 {
        let x = Tensor::from_fn([BLOCK, 1], |i| (block * BLOCK + i) as f64);
        let p = log_p(&x).exp();
        let more: f64 = p.data().iter().sum();
        sum += p.data().iter().zip(x.data()).filter(|(p, _)| **p > 0.0).map(|(p, x)| p * g(*x)).sum::<f64>();
        mass += more;
        if mass > 0.5 && more < 1e-17 {
            return sum;
        }
    }
    panic!("of a mass function {mass} was found, and no end");
}

/// Σ p(x) over x = 0, 1, 2, …
pub fn discrete_mass(log_p: impl Fn(&Tensor<f64>) -> Tensor<f64>) -> f64 {
    discrete_expectation(log_p, |_| 1.0)
}

/// Simpson's rule between −`reach` and `reach` in steps of 2⁻⁷, in units of `scale` around `loc`, which are powers of 2
/// so that the nodes are exact, however narrow the density. There is a node at `loc`, where a density may have a kink.
pub fn simpson(reach: usize, loc: f64, scale: f64, log_p: impl Fn(&Tensor<f64>) -> Tensor<f64>) -> f64 {
    let half = reach << 7;
    let step = scale / 128.0;
    let x = Tensor::from_fn([2 * half + 1, 1], |i| loc + (i as f64 - half as f64) * step);
    let density = log_p(&x).exp();
    let weight = |i: usize| if i == 0 || i == 2 * half { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
    density.data().iter().enumerate().map(|(i, p)| weight(i) * p).sum::<f64>() * step / 3.0
}

/// Locations and scales for [`simpson`].
pub const LOCS_AND_SCALES: [(f64, f64); 5] = [
    (0.0, 1.0),
    (-3.0, 0.5),
    (1024.0, 9.765625e-4),
    (0.0, 1_152_921_504_606_846_976.0),
    (1.0, 9.313_225_746_154_785e-10),
];

/// The rules on integrals that are known: the density of each end's kind, singular ends too.
#[test]
fn known_integrals() {
    let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-12, "{a} is not {b}");
    let normal = |x: &Tensor<f64>| (x.square() * -0.5).sum(-1);
    near(mass(Domain::Line { loc: 0.3, scale: 2.0 }, normal), (2.0 * PI).sqrt());
    near(expectation(Domain::Line { loc: 0.0, scale: 1.0 }, normal, |x| x.powi(4)), 3.0 * (2.0 * PI).sqrt());
    // A Cauchy density: heavy tails.
    near(mass(Domain::Line { loc: 0.0, scale: 1.0 }, |x| -x.square().ln_1p().sum(-1)), PI);
    // x^−0.9 e⁻ˣ: Γ(0.1).
    let gamma = |x: &Tensor<f64>| (x.ln() * -0.9 - x).sum(-1);
    near(mass(Domain::Above { low: 0.0, scale: 1.0 }, gamma), 9.513_507_698_668_732);
    near(mass(Domain::Below { high: 1.0, scale: 3.0 }, |x| x.sum(-1)), std::f64::consts::E);
    // x^−0.9 (1 − x): B(0.1, 2) = 1/(0.1·1.1).
    near(mass(Domain::Between(0.0, 1.0), |x| (x.ln() * -0.9 + (1.0 - x).ln()).sum(-1)), 1.0 / 0.11);
    near(discrete_mass(|x| (x * -0.01).sum(-1)), 1.0 / -(-0.01f64).exp_m1());
}
