//! The log-normal distribution.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{
    come_through_every_door, follow_cdf, follow_density, gradients_of_expectation, have_moments, pinned,
};
use crate::support::fused::{one_operation_or_several, positive, shapes, sum, wave};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{array, gradients, param};
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{Domain, mass};
use crate::support::{INF, divergence, stream};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;
use std::f64::consts::TAU;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let log_normal = |i: usize| LogNormal::new(x[i].clone(), x[i + 1].clone());
    match what {
        "log_prob" => log_normal(1).log_prob(&x[0]),
        "cdf" => log_normal(1).cdf(&x[0]),
        "entropy" => log_normal(0).entropy(),
        "mean" => log_normal(0).mean(),
        "variance" => log_normal(0).variance(),
        "mode" => log_normal(0).mode(),
        "kl" => kl(&log_normal(0), &log_normal(2)),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/log_normal.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// By double exponentials the rest is rounding: log p to 10⁻¹⁶ of terms up to some hundreds.
#[test]
fn its_mass_is_one() {
    for (loc, scale) in [(0.0, 1.0), (3.0, 0.2), (-40.0, 2.0), (1.0, 15.0), (0.5, 1e-3)] {
        let p = LogNormal::new(Tensor::from([loc]), Tensor::from([scale]));
        let at = f64::exp(loc);
        // Narrow densities are integrated from their median to both sides.
        let halves = [Domain::Between(0.0, at), Domain::Above { low: at, scale: at * scale }];
        let mass: f64 = halves.map(|half| mass(half, |x| p.log_prob(x))).iter().sum();
        assert!((mass - 1.0).abs() < 1e-11, "({loc}, {scale}): {mass}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(
        x in array(&[2, 2, 3], 0.3, 3.0), m0 in param(-1.0, 1.0), s0 in param(0.4, 1.5),
        m1 in param(-1.0, 1.0), s1 in param(0.4, 1.5), seed: u64,
    ) {
        gradients(&[x.clone(), m0.clone(), s0.clone()], |v| LogNormal::new(v[1], v[2]).log_prob(&v[0]))?;
        gradients(&[x, m0.clone(), s0.clone()], |v| LogNormal::new(v[1], v[2]).cdf(&v[0]))?;
        gradients(&[m0.clone(), s0.clone()], |v| LogNormal::new(v[0], v[1]).entropy())?;
        gradients(&[m0.clone(), s0.clone()], |v| LogNormal::new(v[0], v[1]).mean())?;
        gradients(&[m0.clone(), s0.clone()], |v| LogNormal::new(v[0], v[1]).variance())?;
        gradients(&[m0.clone(), s0.clone()], |v| LogNormal::new(v[0], v[1]).mode())?;
        gradients(&[m0.clone(), s0.clone()], |v| LogNormal::new(v[0], v[1]).rsample_n(2, &mut stream(seed)))?;
        gradients(&[m0, s0, m1, s1], |v| kl(&LogNormal::new(v[0], v[1]), &LogNormal::new(v[2], v[3])))?;
    }

    /// Sums of at most 70 terms below 80 in size, and derivatives below 500, over 6 rows.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let (x, m, s) = (positive(&a, 0.25, 4.0, seed), wave(&b, 1.0, !seed), positive(&b, 0.25, 2.0, seed / 2));
        one_operation_or_several!(
            [x, m, s],
            LogNormal::new(m, s).log_prob(&x),
            sum(((x.ln() - m) / s).square() * -0.5 - x.ln() - s.ln() - 0.5 * TAU.ln()),
            1e-11,
            1e-3
        );
    }
}

#[test]
fn draws() {
    let p = LogNormal::new(Tensor::from([0.4]), Tensor::from([0.3]));
    follow_density(&p, 410);
    follow_cdf(&p, 411);
    have_moments(&LogNormal::new(Tensor::from([0.5, -2.0]), Tensor::from([0.3, 0.5])), 412);
    come_through_every_door(&LogNormal::new(Tensor::zeros([2, 3]), Tensor::ones([3])));
    let normal = Normal::new(Tensor::zeros([3]), Tensor::scalar(1.0)).sample(&mut Key::new(1).stream("noise", 0, 0));
    pinned(&LogNormal::new(Tensor::zeros([3]), Tensor::scalar(1.0)), normal.exp().data());
}

/// Where eˣ is no normal number, the draw is the nearest, and does not move.
#[test]
fn draws_stay_in_the_support() {
    fn check<F: Real>(loc: f64, scale: f64) {
        let loc = Param::new(Tensor::full([1000], F::of(loc)));
        let scale = Param::new(Tensor::full([1000], F::of(scale)));
        let ends = [F::min_positive_value(), F::max_value()];
        let (mut tape, mut draws) = (Tape::new(), Tensor::zeros([0]));
        let (_, gradients) = tape.value_and_grad(|tape| {
            let p = LogNormal::new(tape.param(&loc), tape.param(&scale));
            let x = p.rsample(&mut stream(416));
            p.supports(&x.value()).unwrap();
            draws = x.value();
            x.sum_all()
        });
        let held = draws.data().iter().filter(|x| ends.contains(x)).count();
        assert!(held > 0 && held < 1000, "{held} draws of a thousand are held");
        let [by_loc, by_scale] = [&loc, &scale].map(|p| gradients.get(p).unwrap().clone());
        for (x, (m, s)) in draws.data().iter().zip(by_loc.data().iter().zip(by_scale.data())) {
            assert!(if ends.contains(x) { (*m, *s) == (F::zero(), F::zero()) } else { m == x }, "{m}, {s} at {x}");
        }
    }
    for (loc, scale) in [(709.0, 1.0), (-708.0, 1.0), (0.0, 1000.0)] {
        check::<f64>(loc, scale);
    }
    for (loc, scale) in [(88.0, 1.0), (-87.0, 1.0), (0.0, 100.0)] {
        check::<f32>(loc, scale);
    }
}

/// E[Σ z] = Σ exp(μ + ½ σ²).
#[test]
fn gradients_pass_through_draws() {
    let (m, s) = (Tensor::from([0.7, -0.4]), Tensor::from([0.5, 0.25]));
    let mean = LogNormal::new(m.clone(), s.clone()).mean();
    gradients_of_expectation(&[m, s.clone()], &[mean.clone(), mean * s], 413, |v, n, rng| {
        LogNormal::new(v[0], v[1]).rsample_n(n, rng).sum(-1)
    });
}

#[test]
fn divergences() {
    let table = divergence::normal_table;
    let (m0, s0, m1, s1) = (table(420), (table(421) * 0.5).exp(), table(422), (table(423) * 0.5).exp());
    divergence::agrees_with_simulation(&LogNormal::new(m0, s0), &LogNormal::new(m1, s1), 414);
}

proptest! {
    /// The largest terms are of order e⁹.
    #[test]
    fn divergences_are_not_negative(v in prop::collection::vec(-3.0..3.0f64, 8)) {
        let row = |i: usize| Tensor::new([2, 1], v[2 * i..2 * i + 2].to_vec());
        let (q, p) = (LogNormal::new(row(0), row(1).exp()), LogNormal::new(row(2), row(3).exp()));
        divergence::is_not_negative(&q, &p, 1e-14 * 9.0f64.exp());
    }
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, m, s) = (inputs.positive(&[2, 2, 3], 0), inputs.table(&[2, 3], 1), inputs.positive(&[3], 2) * 0.25);
    let (p, q) = (LogNormal::new(m.clone(), s.clone()), LogNormal::new(s, inputs.positive(&[2, 3], 7)));
    let rng = &mut stream(415);
    let samples = [p.sample(rng), p.sample_n(2, rng)];
    let mut all = values(&[p.log_prob(&x), p.cdf(&x), p.entropy(), p.mean(), p.variance(), p.mode(), kl(&p, &q)]);
    all.extend(values(&[p.rsample(rng), p.rsample_n(2, rng)]));
    all.into_iter().chain(samples).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for x in [INF, -INF, 0.0, -0.5] {
        is_outside(
            [x, 1.0, 0.5],
            |[x, m, s]| LogNormal::new(m, s).log_prob(&x),
            |[x, m, s]| LogNormal::new(m, s).log_prob(&x),
        );
    }
}

#[test]
fn limits() {
    for (x, below) in [(-INF, 0.0), (INF, 1.0), (0.0, 0.0), (1e300, 1.0), (5e-324, 0.0)] {
        let (value, slopes) = at_each::<f64, 3>([x, 1.0, 0.5], |[x, m, s]| LogNormal::new(m, s).cdf(&x));
        assert_eq!((value, slopes), (below, [0.0; 3]), "{x}");
    }
    let p = LogNormal::new(Tensor::from([1.0]), Tensor::from([0.5]));
    assert!(p.log_prob(&Tensor::from([f64::NAN])).item().is_nan());
}

#[test]
fn messages() {
    let of = |loc: f64, scale: f64| LogNormal::new(Tensor::from([loc]), Tensor::from([scale]));
    let refused = |p: LogNormal<Tensor<f64>>| p.validated().unwrap_err().to_string();
    assert_eq!(refused(of(f64::NAN, 1.0)), "LogNormal: loc must be finite; element 0 is NaN");
    assert_eq!(refused(of(0.0, 0.0)), "LogNormal: scale must be positive and finite; element 0 is 0");
    assert!(of(0.0, 1.0).validated().is_ok());
    assert_eq!(
        of(0.0, 1.0).supports(&Tensor::from([0.5, 0.0])).unwrap_err().to_string(),
        "LogNormal: x must be positive and finite; element 1 is 0"
    );
}

/// Neither factor of a variance of moderate size is infinite or 0.
#[test]
fn the_variance_is_a_number_where_its_factors_are_large() {
    for (loc, square_scale, log_variance) in
        [(-1000.0, 800.0, -400.0), (-110.0, 100.0, -20.0), (300.0, 1e-4, 600.0 + 2e-4 + (-(-1e-4_f64).exp_m1()).ln())]
    {
        let p = LogNormal::new(Tensor::from([loc]), Tensor::from([f64::sqrt(square_scale)]));
        // The exponent is known to 1e-13 of some hundreds.
        assert!((p.variance().item().ln() - log_variance).abs() < 1e-9, "{loc} {square_scale}");
    }
}
