//! Student's t distribution.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{
    N, come_through_every_door, dkw, follow_cdf, follow_density, gradients_of_expectation, have_moments, pinned,
};
use crate::support::fused::{one_operation_or_several, positive, shapes, sum, wave};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{array, gradients, param};
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{Domain, expectation, mass};
use crate::support::{INF, close, stream};
use autograd::prelude::*;
use prob::prelude::*;
use prob::special::Special;
use proptest::prelude::*;
use std::f64::consts::PI;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let student = |i: usize| StudentT::new(x[i].clone(), x[i + 1].clone(), x[i + 2].clone());
    match what {
        "log_prob" => student(1).log_prob(&x[0]),
        "entropy" => StudentT::new(x[0].clone(), x[0].clone() * 0.0, x[1].clone()).entropy(),
        "cdf" => student(1).cdf(&x[0]),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/student_t.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

fn student(df: f64, loc: f64, scale: f64) -> StudentT<Tensor<f64>> {
    StudentT::new(Tensor::from([df]), Tensor::from([loc]), Tensor::from([scale]))
}

/// By double exponentials all but rounding is there, and −E[log p] is the entropy. For ν = 0.3 the tail beyond the
/// greatest number has e^−213 of the mass.
#[test]
fn its_mass_is_one() {
    for (df, loc, scale) in [(0.3, 0.0, 1.0), (1.0, 3.0, 1e-3), (4.5, -1.0, 1e6), (1e6, 0.7, 2.0), (1e20, 0.0, 1.0)] {
        let p = student(df, loc, scale);
        let log_p = |x: &Tensor<f64>| p.log_prob(x);
        let halves = [Domain::Above { low: loc, scale }, Domain::Below { high: loc, scale }];
        let total: f64 = halves.iter().map(|d| mass(*d, log_p)).sum();
        assert!((total - 1.0).abs() < 1e-12, "({df}, {loc}, {scale}): {total}");
        let information: f64 =
            halves.iter().map(|d| expectation(*d, log_p, |x| -log_p(&Tensor::from([x])).item())).sum();
        close(&Tensor::scalar(information), &p.entropy(), 1e-11);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(
        x in array(&[2, 2, 3], -3.0, 3.0), df in param(0.5, 6.0), m in param(-2.0, 2.0), s in param(0.4, 2.5), seed: u64,
    ) {
        let all = [x, df.clone(), m.clone(), s.clone()];
        gradients(&all, |v| StudentT::new(v[1], v[2], v[3]).log_prob(&v[0]))?;
        gradients(&all, |v| StudentT::new(v[1], v[2], v[3]).cdf(&v[0]))?;
        gradients(&[df.clone(), m.clone(), s.clone()], |v| StudentT::new(v[0], v[1], v[2]).entropy())?;
        gradients(&[df.clone() + 3.0, m.clone(), s.clone()], |v| StudentT::new(v[0], v[1], v[2]).mean())?;
        gradients(&[df.clone() + 3.0, m.clone(), s.clone()], |v| StudentT::new(v[0], v[1], v[2]).variance())?;
        gradients(&[m, s], |v| {
            StudentT::new(v[0].constant(&df), v[0], v[1]).rsample_n(2, &mut stream(seed)).clamp(-1e3, 1e3)
        })?;
    }
}

/// Σ { log Γ((ν + 1)/2) − log Γ(ν/2) − ½ log πν − log σ − ½ (ν + 1) log(1 + u²/ν) }.
fn log_density<V: Array>(x: &V, df: &V, loc: &V, scale: &V) -> V {
    let u = (x.clone() - loc) / scale;
    let half = (df.clone() + 1.0) * 0.5;
    let peak = half.lgamma() - (df.clone() * 0.5).lgamma() - (df.clone() * PI).ln() * 0.5 - scale.ln();
    sum((u.square() / df).ln_1p() * -half + peak)
}

proptest! {
    /// Sums of at most 280 terms below 30 in size: 10⁻¹¹ of a value, in single precision 10⁻³, are some ten roundings.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let (x, df) = (wave(&a, 3.0, seed), positive(&b, 0.5, 8.0, !seed));
        let (m, s) = (wave(&b, 2.0, !seed / 3), positive(&b, 0.25, 2.0, seed / 2));
        one_operation_or_several!(
            [x, df, m, s], StudentT::new(df, m, s).log_prob(&x), log_density(&x, &df, &m, &s), 1e-11, 1e-3
        );
    }
}

#[test]
fn draws() {
    for (i, df) in [2.0, 7.5, 1e6].into_iter().enumerate() {
        follow_density(&student(df, -1.5, 0.3), 800 + i as u64);
    }
    for (i, df) in [0.1, 1.0, 3.0, 1e9].into_iter().enumerate() {
        follow_cdf(&student(df, 0.5, 2.0), 810 + i as u64);
    }
    have_moments(&StudentT::new(Tensor::from([12.0, 1e4]), Tensor::from([0.5, -2.0]), Tensor::from([0.3, 2.0])), 820);
    come_through_every_door(&StudentT::new(Tensor::scalar(1.0), Tensor::ones([3]), Tensor::ones([2, 3])));
    pinned(
        &StudentT::new(Tensor::from([0.5, 1.0, 30.0]), Tensor::zeros([3]), Tensor::scalar(2.0)),
        &[2.265694454248254, 0.40382194121713383, -0.9142219992295259],
    );
}

/// With 10⁻² degrees of freedom many draws are farther out than any number; those that are not follow the distribution.
#[test]
fn draws_of_tiny_degrees_of_freedom() {
    fn check<F: Real>(test: u64) {
        let [df, zero, one] = [1e-2, 0.0, 1.0].map(|x| Tensor::scalar(F::of(x)));
        let exact = StudentT::new(df.cast::<f64>(), zero.cast(), one.cast());
        let p = StudentT::new(df, zero, one);
        let draws = p.sample_n(N, &mut stream(test));
        assert!(draws.data().iter().all(|x| x.is_finite()));
        assert!(p.log_prob(&draws.reshape([N, 1])).data().iter().all(|x| x.is_finite()));
        for x in [-1e30, -1e10, -1.0, -1e-3, 0.0, 0.5, 10.0, 1e20] {
            let below = draws.data().iter().filter(|draw| draw.as_f64() <= x).count() as f64 / N as f64;
            let expected = exact.cdf(&Tensor::scalar(x)).item();
            assert!((below - expected).abs() < dkw(N), "P(X ≤ {x:e}): {below} for {expected}");
        }
    }
    check::<f64>(821);
    check::<f32>(822);
}

/// E[Σ z²] = Σ { μ² + σ² ν/(ν − 2) }; and of ln(1 + (z − μ)²/σ²ν), the chance variable log(1 + t²/ν) = −log B with B
/// from the beta distribution with concentrations ½ν and ½, E = ψ((ν + 1)/2) − ψ(ν/2).
#[test]
fn gradients_pass_through_draws() {
    let (df, m, s) = (Tensor::from([9.0, 30.0]), Tensor::from([0.7, -0.4]), Tensor::from([0.5, 1.3]));
    let above = &df - 2.0;
    let by_df = (&s / &above).square() * -2.0;
    let by_scale = &s * &(&df / &above) * 2.0;
    gradients_of_expectation(&[df, m.clone(), s.clone()], &[by_df, &m * 2.0, by_scale], 830, |v, n, rng| {
        StudentT::new(v[0], v[1], v[2]).rsample_n(n, rng).square().sum(-1)
    });
    let df = Tensor::from([0.5, 2.0]);
    let exact = (((&df + 1.0) * 0.5).trigamma() - (&df * 0.5).trigamma()) * 0.5;
    gradients_of_expectation(&[df], &[exact], 831, |v, n, rng| {
        let [zero, one] = [0.0, 1.0].map(|x| v[0].constant(&Tensor::scalar(x)));
        (StudentT::new(v[0], zero, one).rsample_n(n, rng).square() / v[0]).ln_1p().sum(-1)
    });
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, df) = (inputs.table(&[2, 2, 3], 0), inputs.positive(&[2, 3], 1) * 4.0 + 2.0);
    let p = StudentT::new(df, inputs.table(&[3], 2), inputs.positive(&[2, 3], 7));
    let rng = &mut stream(832);
    let samples = [p.sample(rng), p.sample_n(2, rng)];
    let mut all = values(&[p.log_prob(&x), p.cdf(&x), p.entropy(), p.mean(), p.variance(), p.mode()]);
    all.extend(values(&[p.rsample(rng), p.rsample_n(2, rng)]));
    all.into_iter().chain(samples).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for (x, df) in [INF, -INF].into_iter().flat_map(|x| [0.01, 1.0, 1e6].map(|df| (x, df))) {
        is_outside(
            [x, df, 1.0, 0.5],
            |[x, df, m, s]| StudentT::new(df, m, s).log_prob(&x),
            |[x, df, m, s]| StudentT::new(df, m, s).log_prob(&x),
        );
    }
}

/// With many degrees of freedom it is the normal distribution, up to (u⁴ − 2u² − 1)/4ν; nothing is NaN at the ends.
#[test]
fn limits() {
    let x = Tensor::from([[-30.0], [-3.0], [0.0], [0.25], [5.0]]);
    let normal = Normal::new(Tensor::from([0.5]), Tensor::from([2.0]));
    for df in [1e18, 1e30, 1e300] {
        close(&student(df, 0.5, 2.0).log_prob(&x), &normal.log_prob(&x), 1e-10);
        close(&student(df, 0.5, 2.0).cdf(&x), &normal.cdf(&x), 1e-10);
        close(&student(df, 0.5, 2.0).entropy(), &normal.entropy(), 1e-11);
    }
    fn check<F: Real>() {
        let greatest = F::max_value().as_f64();
        for x in [0.0, 1.0, -1e-30, 1e30, greatest, -greatest] {
            for (df, s) in [1e-2, 1.0, 1e6, 1e30].into_iter().flat_map(|df| [1e-30, 1.0, 1e30].map(|s| (df, s))) {
                let (value, slopes) =
                    at_each::<F, 4>([x, df, 0.0, s], |[x, df, m, s]| StudentT::new(df, m, s).log_prob(&x));
                assert!(value < INF && slopes.iter().all(|d| !d.is_nan()), "{x:e}, {df}, {s:e}: {value}, {slopes:?}");
                let (value, slopes) = at_each::<F, 4>([x, df, 0.0, s], |[x, df, m, s]| StudentT::new(df, m, s).cdf(&x));
                assert!(
                    (0.0..=1.0).contains(&value) && slopes.iter().all(|d| !d.is_nan()),
                    "{x:e}, {df}, {s:e}: {slopes:?}"
                );
            }
        }
    }
    check::<f64>();
    check::<f32>();
    for (x, below) in [(-INF, 0.0), (INF, 1.0)] {
        let (value, slopes) = at_each::<f64, 4>([x, 3.0, 1.0, 0.5], |[x, df, m, s]| StudentT::new(df, m, s).cdf(&x));
        assert_eq!((value, slopes), (below, [0.0; 4]), "{x}");
    }
    let p = StudentT::new(Tensor::from([0.5_f64, 1.5, 4.0]), Tensor::from([1.0, 2.0, 3.0]), Tensor::scalar(2.0));
    assert!(p.mean().data()[0].is_nan() && p.variance().data()[0].is_nan());
    assert_eq!((&p.mean().data()[1..], &p.variance().data()[1..]), (&[2.0, 3.0][..], &[INF, 8.0][..]));
    assert_eq!(p.mode(), Tensor::from([1.0, 2.0, 3.0]));
}

#[test]
fn illegal_values_are_named() {
    let why = student(0.0, 0.0, 1.0).validated().unwrap_err().to_string();
    assert_eq!(why, "StudentT: df must be positive and finite; element 0 is 0");
    let why = student(1.0, INF, 1.0).validated().unwrap_err().to_string();
    assert_eq!(why, "StudentT: loc must be finite; element 0 is inf");
    let why = student(1.0, 0.0, -1.0).validated().unwrap_err().to_string();
    assert_eq!(why, "StudentT: scale must be positive and finite; element 0 is -1");
    let why = student(1.0, 0.0, 1.0).supports(&Tensor::from([INF])).unwrap_err().to_string();
    assert_eq!(why, "StudentT: x must be finite; element 0 is inf");
    assert!(student(1.0, 0.0, 1.0).validated().unwrap().supports(&Tensor::from([-1e300])).is_ok());
}

#[test]
#[should_panic(expected = "StudentT: df beside loc and scale: [2] and [3] do not go together")]
fn shapes_go_together() {
    StudentT::new(Tensor::<f64>::ones([2]), Tensor::zeros([3]), Tensor::ones([3]));
}
