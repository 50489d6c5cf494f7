//! The logistic distribution.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{
    come_through_every_door, follow_cdf, follow_density, gradients_of_expectation, have_moments, pinned,
};
use crate::support::fused::{one_operation_or_several, positive, shapes, sum, wave};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{array, gradients, param};
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{Domain, LOCS_AND_SCALES, expectation, mass, simpson};
use crate::support::{INF, stream};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;
use std::f64::consts::PI;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let logistic = |i: usize| Logistic::new(x[i].clone(), x[i + 1].clone());
    match what {
        "log_prob" => logistic(1).log_prob(&x[0]),
        "entropy" => Logistic::new(x[0].clone() * 0.0, x[0].clone()).entropy(),
        "cdf" => logistic(1).cdf(&x[0]),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/logistic.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// The error of Simpson's rule is of order step⁴/180 = 2·10⁻¹¹; what lies beyond 40 scales is below 10⁻¹⁷. By double
/// exponentials, the rest is rounding; so are the mean and the variance.
#[test]
fn its_mass_is_one() {
    for (loc, scale) in LOCS_AND_SCALES {
        let p = Logistic::new(Tensor::from([loc]), Tensor::from([scale]));
        let mass = simpson(40, loc, scale, |x| p.log_prob(x));
        assert!((mass - 1.0).abs() < 1e-10, "({loc}, {scale}): {mass}");
    }
    let p = Logistic::new(Tensor::from([0.7]), Tensor::from([2.0]));
    let line = Domain::Line { loc: 0.7, scale: 2.0 };
    assert!((mass(line, |x| p.log_prob(x)) - 1.0).abs() < 1e-13);
    assert!((expectation(line, |x| p.log_prob(x), |x| x) - p.mean().item()).abs() < 1e-13);
    let variance = expectation(line, |x| p.log_prob(x), |x| (x - 0.7).powi(2));
    assert!((variance / p.variance().item() - 1.0).abs() < 1e-13);
    let entropy = -expectation(line, |x| p.log_prob(x), |x| p.log_prob(&Tensor::from([x])).item());
    assert!((entropy - p.entropy().item()).abs() < 1e-13);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(x in array(&[2, 2, 3], -2.0, 2.0), m in param(-2.0, 2.0), s in param(0.4, 2.5), seed: u64) {
        gradients(&[x.clone(), m.clone(), s.clone()], |v| Logistic::new(v[1], v[2]).log_prob(&v[0]))?;
        gradients(&[x, m.clone(), s.clone()], |v| Logistic::new(v[1], v[2]).cdf(&v[0]))?;
        gradients(&[m.clone(), s.clone()], |v| Logistic::new(v[0], v[1]).entropy())?;
        gradients(&[m.clone(), s.clone()], |v| Logistic::new(v[0], v[1]).variance())?;
        gradients(&[m, s], |v| Logistic::new(v[0], v[1]).rsample_n(2, &mut stream(seed)))?;
    }
}

/// Σ { −u − 2 softplus(−u) − log s }.
fn log_density<V: Array>(x: &V, loc: &V, scale: &V) -> V {
    let u = (x.clone() - loc) / scale;
    sum(-u.clone() - (-u).softplus() * 2.0 - scale.ln())
}

proptest! {
    /// Sums of at most 280 terms below 20 in size, and derivatives below 100: 10⁻¹¹ of a value, in single precision 10⁻³
    /// of it, are some ten roundings of the terms.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let (x, m, s) = (wave(&a, 2.0, seed), wave(&b, 2.0, !seed), positive(&b, 0.25, 2.0, seed / 2));
        one_operation_or_several!([x, m, s], Logistic::new(m, s).log_prob(&x), log_density(&x, &m, &s), 1e-11, 1e-3);
    }
}

#[test]
fn draws() {
    let p = Logistic::new(Tensor::from([-1.5]), Tensor::from([0.3]));
    follow_density(&p, 650);
    follow_cdf(&p, 651);
    have_moments(&Logistic::new(Tensor::from([0.5, -2.0]), Tensor::from([0.3, 2.0])), 652);
    come_through_every_door(&Logistic::new(Tensor::zeros([2, 3]), Tensor::ones([3])));
    pinned(
        &Logistic::new(Tensor::zeros([3]), Tensor::scalar(1.0)),
        &[3.897957480525973, -0.9441765075918191, 5.199572918638235],
    );
}

/// E[Σ z²] = Σ (μ² + π²s²/3).
#[test]
fn gradients_pass_through_draws() {
    let (m, s) = (Tensor::from([0.7, -0.4]), Tensor::from([0.5, 1.3]));
    let by_scale = s.clone() * (2.0 * PI * PI / 3.0);
    gradients_of_expectation(&[m, s], &[Tensor::from([1.4, -0.8]), by_scale], 653, |v, n, rng| {
        Logistic::new(v[0], v[1]).rsample_n(n, rng).square().sum(-1)
    });
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, m, s) = (inputs.table(&[2, 2, 3], 0), inputs.table(&[2, 3], 1), inputs.positive(&[3], 2));
    let p = Logistic::new(m, s);
    let rng = &mut stream(13);
    let samples = [p.sample(rng), p.sample_n(2, rng)];
    let mut all = values(&[p.log_prob(&x), p.cdf(&x), p.entropy(), p.mean(), p.variance(), p.mode()]);
    all.extend(values(&[p.rsample(rng), p.rsample_n(2, rng)]));
    all.into_iter().chain(samples).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for x in [INF, -INF] {
        is_outside(
            [x, 1.0, 0.5],
            |[x, m, s]| Logistic::new(m, s).log_prob(&x),
            |[x, m, s]| Logistic::new(m, s).log_prob(&x),
        );
    }
}

#[test]
fn limits() {
    let p = Logistic::new(Tensor::from([1.0]), Tensor::from([0.5]));
    for x in [INF, -INF, f64::MAX, -1e300] {
        assert!(p.log_prob(&Tensor::from([x])).item() <= -1e300);
    }
    for (x, below) in [(-INF, 0.0), (INF, 1.0), (-1e300, 0.0), (1e300, 1.0)] {
        let (value, slopes) = at_each::<f64, 3>([x, 1.0, 0.5], |[x, m, s]| Logistic::new(m, s).cdf(&x));
        assert_eq!((value, slopes), (below, [0.0; 3]), "{x}");
    }
    // At the location nothing moves but the scale, and the density is 1/4s.
    let (value, slopes) = at_each::<f64, 3>([1.0, 1.0, 0.25], |[x, m, s]| Logistic::new(m, s).log_prob(&x));
    assert_eq!((value, slopes), (0.0, [0.0, 0.0, -4.0]));
    assert_eq!(p.mode(), p.mean());
}

#[test]
#[should_panic(expected = "Logistic: loc and scale: [2] and [3] do not go together")]
fn shapes_that_do_not_go_together() {
    Logistic::new(Tensor::<f64>::zeros([2]), Tensor::ones([3]));
}

#[test]
fn messages() {
    let p = |m: f64, s: f64| Logistic::new(Tensor::from([0.0, m]), Tensor::from([1.0, s]));
    for (p, why) in [
        (p(f64::NAN, 1.0), "Logistic: loc must be finite; element 1 is NaN"),
        (p(0.0, 0.0), "Logistic: scale must be positive and finite; element 1 is 0"),
        (p(0.0, INF), "Logistic: scale must be positive and finite; element 1 is inf"),
    ] {
        assert_eq!(p.validated().unwrap_err().to_string(), why);
    }
    assert!(p(0.0, 1.0).validated().is_ok());
    let why = p(0.0, 1.0).supports(&Tensor::from([0.0, INF])).unwrap_err();
    assert_eq!(why.to_string(), "Logistic: x must be finite; element 1 is inf");
}
