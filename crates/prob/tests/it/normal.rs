//! The normal distribution with independent elements.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{
    come_through_every_door, follow_cdf, follow_density, gradients_of_expectation, have_moments, pinned,
};
use crate::support::fused::{one_operation_or_several, positive, shapes, sum, wave};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{array, gradients, param};
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{Domain, LOCS_AND_SCALES, expectation, mass, simpson};
use crate::support::{INF, close, divergence, tensor};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;
use std::f64::consts::TAU;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let normal = |i: usize| Normal::new(x[i].clone(), x[i + 1].clone());
    match what {
        "log_prob" => normal(1).log_prob(&x[0]),
        "entropy" => Normal::new(x[0].clone() * 0.0, x[0].clone()).entropy(),
        "cdf" => normal(1).cdf(&x[0]),
        "log_variance_log_prob" => Normal::from_log_variance(x[1].clone(), x[2].clone()).log_prob(&x[0]),
        "log_variance_kl_standard" => {
            kl(&Normal::from_log_variance(x[0].clone(), x[1].clone()), &StandardNormal::new([]))
        }
        "kl" => kl(&normal(0), &normal(2)),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/normal.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// The error of Simpson's rule is far below 10⁻¹⁰; what lies beyond 10 standard deviations is below 10⁻²². By double
/// exponentials the rest is rounding.
#[test]
fn its_mass_is_one() {
    for (loc, scale) in LOCS_AND_SCALES {
        let [m, s] = [loc, scale].map(|x| Tensor::from([x]));
        for p in [Normal::new(m.clone(), s.clone()), Normal::from_log_variance(m.clone(), s.ln() * 2.0)] {
            let mass = simpson(10, loc, scale, |x| p.log_prob(x));
            assert!((mass - 1.0).abs() < 1e-10, "({loc}, {scale}): {mass}");
        }
    }
    let p = Normal::new(Tensor::from([0.7]), Tensor::from([2.0]));
    let line = Domain::Line { loc: 0.7, scale: 2.0 };
    close(&Tensor::scalar(mass(line, |x| p.log_prob(x))), &Tensor::scalar(1.0), 1e-13);
    close(&Tensor::scalar(expectation(line, |x| p.log_prob(x), |x| x * x)), &Tensor::scalar(4.49), 1e-13);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(
        x in array(&[2, 2, 3], -2.0, 2.0), m0 in param(-2.0, 2.0), s0 in param(0.4, 2.5),
        m1 in param(-2.0, 2.0), l1 in param(-1.0, 1.0), seed: u64,
    ) {
        let stream = || crate::support::stream(seed);
        gradients(&[x.clone(), m0.clone(), s0.clone()], |v| Normal::new(v[1], v[2]).log_prob(&v[0]))?;
        gradients(&[x.clone(), m1.clone(), l1.clone()], |v| Normal::from_log_variance(v[1], v[2]).log_prob(&v[0]))?;
        gradients(&[x.clone(), m0.clone(), s0.clone()], |v| Normal::new(v[1], v[2]).cdf(&v[0]))?;
        gradients(&[x, m1.clone(), l1.clone()], |v| Normal::from_log_variance(v[1], v[2]).cdf(&v[0]))?;
        gradients(&[m0.clone(), s0.clone()], |v| Normal::new(v[0], v[1]).entropy())?;
        gradients(&[m1.clone(), l1.clone()], |v| Normal::from_log_variance(v[0], v[1]).entropy())?;
        gradients(&[m1.clone(), l1.clone()], |v| Normal::from_log_variance(v[0], v[1]).variance())?;
        gradients(&[m0.clone(), s0.clone()], |v| Normal::new(v[0], v[1]).rsample(&mut stream()))?;
        gradients(&[m0.clone(), l1.clone()], |v| Normal::from_log_variance(v[0], v[1]).rsample_n(2, &mut stream()))?;
        gradients(&[m1.clone(), l1.clone()], |v| {
            kl(&Normal::from_log_variance(v[0], v[1]), &StandardNormal::new([3]))
        })?;
        gradients(&[m0, s0, m1, l1], |v| kl(&Normal::new(v[0], v[1]), &Normal::from_log_variance(v[2], v[3])))?;
    }
}

/// Σ { −½ ((x − μ)/σ)² − log σ − ½ log 2π }.
fn log_density<V: Array>(x: &V, loc: &V, scale: &V) -> V {
    let u = (x.clone() - loc) / scale;
    sum(u.square() * -0.5 - scale.ln() - 0.5 * TAU.ln())
}

/// ½ Σ { μ² + eˡ − 1 − l }.
fn divergence_from_standard<V: Array>(loc: &V, log_variance: &V) -> V {
    sum(loc.square() + log_variance.exp() - 1.0 - log_variance.clone()) * 0.5
}

proptest! {
    /// Sums of at most 280 terms below 300 in size, and derivatives below 10³: 10⁻¹¹ of a value, in single precision
    /// 10⁻³ of it, are some ten roundings of the terms.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let (x, m, s) = (wave(&a, 2.0, seed), wave(&b, 2.0, !seed), positive(&b, 0.25, 2.0, seed / 2));
        one_operation_or_several!([x, m, s], Normal::new(m, s).log_prob(&x), log_density(&x, &m, &s), 1e-11, 1e-3);
        let l = wave(&b, 2.0, !seed);
        one_operation_or_several!(
            [x, m, l],
            Normal::from_log_variance(m, l).log_prob(&x),
            log_density(&x, &m, &(l * 0.5).exp()),
            1e-11,
            1e-3
        );
        let m = wave(&a, 2.0, seed);
        one_operation_or_several!(
            [m, l],
            kl(&Normal::from_log_variance(m, l), &StandardNormal::new(Shape::SCALAR)),
            divergence_from_standard(&(m + l * 0.0), &(l + m * 0.0)),
            1e-12,
            1e-4
        );
    }
}

#[test]
fn draws() {
    let [m, s] = [[-1.5], [0.3]].map(Tensor::from);
    let (p, q) = (Normal::new(m.clone(), s.clone()), Normal::from_log_variance(m, s));
    follow_density(&p, 0);
    follow_density(&q, 1);
    follow_cdf(&p, 101);
    follow_cdf(&q, 102);
    let (m, s) = (Tensor::from([0.5, -2.0]), Tensor::from([0.3, 2.0]));
    have_moments(&Normal::new(m.clone(), s.clone()), 8);
    have_moments(&Normal::from_log_variance(m, s), 103);
    come_through_every_door(&Normal::new(Tensor::zeros([3]), Tensor::ones([2, 3])));
    come_through_every_door(&Normal::from_log_variance(Tensor::zeros([2, 3]), Tensor::scalar(0.0)));
    pinned(
        &Normal::new(Tensor::zeros([3]), Tensor::scalar(1.0)),
        &[1.4187662518554012, 2.5935898627684737, 1.6048519534915031],
    );
}

/// E[Σ z²] = Σ (μ² + σ²), and d(σ²)/d(log σ²) = σ².
#[test]
fn gradients_pass_through_draws() {
    let m = Tensor::from([0.7, -0.4]);
    let (s, l) = (Tensor::from([0.5, 1.3]), Tensor::from([0.0, 0.5]));
    let d_loc = Tensor::from([1.4, -0.8]);
    gradients_of_expectation(&[m.clone(), s], &[d_loc.clone(), Tensor::from([1.0, 2.6])], 10, |v, n, rng| {
        Normal::new(v[0], v[1]).rsample_n(n, rng).square().sum(-1)
    });
    gradients_of_expectation(&[m, l.clone()], &[d_loc, l.exp()], 104, |v, n, rng| {
        Normal::from_log_variance(v[0], v[1]).rsample_n(n, rng).square().sum(-1)
    });
}

#[test]
fn divergences() {
    let table = divergence::normal_table;
    let (m0, s0, m1, s1) = (table(20), (table(21) * 0.5).exp(), table(22), (table(23) * 0.5).exp());
    let (p, q) = (Normal::new(m0, s0), Normal::from_log_variance(m1, s1.ln() * 2.0));
    divergence::agrees_with_simulation(&p, &q, 30);
    divergence::agrees_with_simulation(&q, &p, 31);
    divergence::agrees_with_simulation(&q, &StandardNormal::new([2]), 32);
}

proptest! {
    /// The largest terms are of order e⁹.
    #[test]
    fn divergences_are_not_negative(v in prop::collection::vec(-3.0..3.0f64, 8)) {
        let row = |i: usize| Tensor::new([2, 1], v[2 * i..2 * i + 2].to_vec());
        let room = 1e-14 * 9.0f64.exp();
        let (p, q) = (Normal::new(row(2), row(3).exp()), Normal::from_log_variance(row(0), row(1)));
        divergence::is_not_negative(&Normal::new(row(0), row(1).exp()), &p, room);
        divergence::is_not_negative(&q, &p, room);
        let prior = kl(&q, &StandardNormal::new([1]));
        prop_assert!(prior.data().iter().all(|kl| *kl >= -room));
    }
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, m, s) = (inputs.table(&[2, 2, 3], 0), inputs.table(&[2, 3], 1), inputs.positive(&[3], 2));
    let (p, q) = (Normal::new(m.clone(), s.clone()), Normal::from_log_variance(s, m));
    let rng = &mut crate::support::stream(11);
    let samples = [p.sample(rng), p.sample_n(2, rng)];
    let mut all =
        values(&[kl(&p, &q), kl(&q, &p), kl(&p, &StandardNormal::new([3])), kl(&q, &StandardNormal::new([3]))]);
    for p in [p, q] {
        all.extend(values(&[p.log_prob(&x), p.cdf(&x), p.entropy(), p.mean(), p.variance(), p.mode()]));
        all.extend(values(&[p.rsample(rng), p.rsample_n(2, rng)]));
    }
    all.into_iter().chain(samples).collect()
}

agreement!(everything);

/// Nowhere is the density of ±∞ more than 0, and no parameter is moved by it.
#[test]
fn outside_its_support() {
    for x in [INF, -INF] {
        is_outside(
            [x, 1.0, 0.5],
            |[x, m, s]| Normal::new(m, s).log_prob(&x),
            |[x, m, s]| Normal::new(m, s).log_prob(&x),
        );
        is_outside(
            [x, 1.0, 0.5],
            |[x, m, l]| Normal::from_log_variance(m, l).log_prob(&x),
            |[x, m, l]| Normal::from_log_variance(m, l).log_prob(&x),
        );
    }
}

#[test]
fn limits() {
    for x in [INF, -INF, f64::MAX, -1e300] {
        let x = Tensor::from([x]);
        let (m, s) = (Tensor::from([1.0]), Tensor::from([0.5]));
        assert_eq!(Normal::new(m.clone(), s.clone()).log_prob(&x).item(), -INF);
        assert_eq!(Normal::from_log_variance(m, s).log_prob(&x).item(), -INF);
    }
    for (x, below) in [(-INF, 0.0), (INF, 1.0), (-1e300, 0.0), (1e300, 1.0)] {
        let (value, slopes) = at_each::<f64, 3>([x, 1.0, 0.5], |[x, m, s]| Normal::new(m, s).cdf(&x));
        assert_eq!((value, slopes), (below, [0.0; 3]), "{x}");
    }
    // Log-variances over the range in which σ is a positive number of its type, ±170 in single precision.
    for l in [-170.0f32, -80.0, 80.0, 170.0] {
        let p = Normal::from_log_variance(Tensor::from([0.5f32]), Tensor::from([l]));
        close(&p.log_prob(&Tensor::from([0.5f32])), &Tensor::scalar(-0.5 * f64::from(l) - 0.918_938_533), 1e-6);
        let exact = 0.5 * (f64::from(l).exp() + 0.25 - 1.0 - f64::from(l));
        let value = kl(&p, &StandardNormal::new([1])).item();
        assert!(if exact < 1e38 { (f64::from(value) - exact).abs() < 1e-5 * exact } else { value == f32::INFINITY });
    }
}

/// KL = ½ (l²/2 + l³/6 + …), to an error of ε·l, not of ε.
#[test]
fn a_divergence_near_zero_keeps_its_digits() {
    fn check<F: Real>() {
        let q = Normal::from_log_variance(Tensor::scalar(F::zero()), Tensor::scalar(F::of(1e-3)));
        let exact = 0.5 * (5e-7 + 1e-9 / 6.0 + 1e-12 / 24.0 + 1e-15 / 120.0);
        let value = kl(&q, &StandardNormal::new(Shape::SCALAR)).item().as_f64();
        assert!((value - exact).abs() < 1e-3 * F::epsilon().as_f64());
    }
    check::<f64>();
    check::<f32>();
}

/// The classic error, in numbers: three elements of scale 2 have three times the entropy of one.
#[test]
fn a_scale_for_many_counts_for_each() {
    let one: f64 = Normal::new(Tensor::scalar(0.0), Tensor::scalar(2.0)).entropy().item();
    let three = Normal::new(Tensor::zeros([3]), Tensor::scalar(2.0)).entropy().item();
    assert!((three - 3.0 * one).abs() < 1e-14);
    let p = Normal::new(tensor([2, 3], 2), Tensor::scalar(0.5));
    let row = tensor([3], 1);
    assert_eq!(p.log_prob(&row), p.log_prob(&row.repeat(2)));
    assert_eq!(p.mode(), p.mean());
}

/// Where (x − μ)/σ overflows there is no density, and no slope of the distribution function.
#[test]
fn distribution_functions_are_flat_far_out() {
    macro_rules! slope_by_scale {
        ($Family:ident, $x:expr) => {{
            let (scale, mut tape) = (Param::new(Tensor::from([1e-300])), Tape::new());
            let (_, gradients) = tape.value_and_grad(|tape| {
                let (loc, x) = (tape.constant(&Tensor::from([1.0])), tape.constant(&Tensor::from([$x])));
                $Family::new(loc, tape.param(&scale)).cdf(&x).sum_all()
            });
            gradients.get(&scale).unwrap().item()
        }};
    }
    for x in [f64::MAX, -f64::MAX, 1e10] {
        assert_eq!(slope_by_scale!(Normal, x), 0.0);
        assert_eq!(slope_by_scale!(Laplace, x), 0.0);
        assert_eq!(slope_by_scale!(Logistic, x), 0.0);
        assert_eq!(slope_by_scale!(LogNormal, x), 0.0);
    }
}

/// With r = log σ₀²/σ₁² the divergence is ½ (eʳ − 1 − r) = ¼ r² + r³/12 + …; eʳ alone would be known to 1e-7 in single precision.
#[test]
fn the_divergence_of_neighbours_keeps_its_digits() {
    for r in [1e-3_f32, -1e-3, 1e-2] {
        let normal = |l: f32| Normal::from_log_variance(Tensor::from([0.25_f32]), Tensor::from([l]));
        let (y, r) = (f64::from(kl(&normal(r), &normal(0.0)).item()), f64::from(r));
        let exact = 0.5 * (r.exp_m1() - r);
        // eʳ − 1 and r are known to an ulp each, r²/2 is r/2 times as large.
        assert!((y - exact).abs() < 2.0 * f64::from(f32::EPSILON) * r.abs(), "{y} {exact}");
    }
}

/// A finite logarithm of a variance may be that of none or an infinite one.
#[test]
fn log_variances_of_no_scale_are_refused() {
    let normal = |l: f64| Normal::from_log_variance(Tensor::from([0.0]), Tensor::from([l])).validated();
    assert!(normal(-1400.0).is_ok() && normal(1400.0).is_ok());
    for l in [-2000.0, 2000.0] {
        let message = normal(l).unwrap_err().to_string();
        assert!(message.contains("the scale of the log-variance must be positive and finite"), "{message}");
    }
}
