//! The exponential distribution.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{
    come_through_every_door, follow_cdf, follow_density, gradients_of_expectation, have_moments, pinned,
};
use crate::support::fused::{one_operation_or_several, positive, shapes, sum};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{array, gradients, param};
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{Domain, expectation, mass};
use crate::support::{INF, close, divergence, stream};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;
use std::slice::from_ref;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let exponential = |i: usize| Exponential::new(x[i].clone());
    match what {
        "log_prob" => exponential(1).log_prob(&x[0]),
        "entropy" => exponential(0).entropy(),
        "cdf" => exponential(1).cdf(&x[0]),
        "kl" => kl(&exponential(0), &exponential(1)),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/exponential.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// By double exponentials all but rounding is there; and −E[log p] is the entropy.
#[test]
fn its_mass_is_one() {
    for rate in [1.0, 1e-6, 1e6, 1e-100, 1e100] {
        let p = Exponential::new(Tensor::from([rate]));
        let domain = Domain::Above { low: 0.0, scale: 1.0 / rate };
        close(&Tensor::scalar(mass(domain, |x| p.log_prob(x))), &Tensor::scalar(1.0), 1e-13);
        let information = expectation(domain, |x| p.log_prob(x), |x| -p.log_prob(&Tensor::from([x])).item());
        close(&Tensor::scalar(information), &p.entropy(), 1e-13);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(x in array(&[2, 2, 3], 0.01, 3.0), a in param(0.4, 2.5), b in param(0.4, 2.5), seed: u64) {
        gradients(&[x.clone(), a.clone()], |v| Exponential::new(v[1]).log_prob(&v[0]))?;
        gradients(&[x, a.clone()], |v| Exponential::new(v[1]).cdf(&v[0]))?;
        gradients(from_ref(&a), |v| Exponential::new(v[0]).entropy())?;
        gradients(from_ref(&a), |v| Exponential::new(v[0]).mean())?;
        gradients(from_ref(&a), |v| Exponential::new(v[0]).variance())?;
        gradients(from_ref(&a), |v| Exponential::new(v[0]).rsample_n(2, &mut stream(seed)))?;
        gradients(&[a, b], |v| kl(&Exponential::new(v[0]), &Exponential::new(v[1])))?;
    }

    /// Sums of at most 280 terms below 20 in size: 10⁻¹² of a thousand, in single precision 10⁻⁴, are some ten
    /// roundings.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let (x, rate) = (positive(&a, 0.0, 3.0, seed), positive(&b, 0.25, 4.0, !seed));
        one_operation_or_several!(
            [x, rate], Exponential::new(rate).log_prob(&x), sum(rate.ln() - rate * x), 1e-12, 1e-4
        );
        let other = positive(&a, 0.25, 4.0, seed / 2);
        one_operation_or_several!(
            [other, rate],
            kl(&Exponential::new(other), &Exponential::new(rate)),
            sum((other / rate).ln() + rate / other - 1.0),
            1e-11,
            1e-3
        );
    }
}

#[test]
fn draws() {
    let p = Exponential::new(Tensor::from([0.3]));
    follow_density(&p, 600);
    follow_cdf(&p, 601);
    have_moments(&Exponential::new(Tensor::from([0.5, 20.0])), 602);
    come_through_every_door(&Exponential::new(Tensor::ones([2, 3])));
    pinned(
        &Exponential::new(Tensor::from([1.0, 2.0, 4.0])),
        &[1.480785467583487, 1.6410376709937624, 0.17371416868837372],
    );
}

/// Where u/λ is no normal number, the draw is the nearest, and does not move.
#[test]
fn draws_stay_in_the_support() {
    fn check<F: Real>(rate: F) {
        let (rate, mut tape) = (Param::new(Tensor::full([1000], rate)), Tape::new());
        let ends = [F::min_positive_value(), F::max_value()];
        let mut draws = Tensor::zeros([0]);
        let (_, gradients) = tape.value_and_grad(|tape| {
            let p = Exponential::new(tape.param(&rate));
            let x = p.rsample(&mut stream(608));
            p.supports(&x.value()).unwrap();
            draws = x.value();
            x.sum_all()
        });
        let held = draws.data().iter().filter(|x| ends.contains(x)).count();
        assert!(held > 0 && held < 1000, "{held} draws of a thousand are held");
        for (x, slope) in draws.data().iter().zip(gradients.get(&rate).unwrap().data()) {
            assert!(if ends.contains(x) { *slope == F::zero() } else { *slope <= F::zero() }, "{slope} at {x}");
        }
    }
    check(f64::MIN_POSITIVE);
    check(1e307);
    check(f32::MIN_POSITIVE);
    check(1e37f32);
}

/// E[Σ z²] = Σ 2/λ².
#[test]
fn gradients_pass_through_draws() {
    let rate = Tensor::from([0.5, 2.0]);
    gradients_of_expectation(&[rate], &[Tensor::from([-32.0, -0.5])], 603, |v, n, rng| {
        Exponential::new(v[0]).rsample_n(n, rng).square().sum(-1)
    });
}

#[test]
fn divergences() {
    let table = divergence::normal_table;
    let [q, p] = [604, 605].map(|seed| Exponential::new((table(seed) * 0.5).exp()));
    divergence::agrees_with_simulation(&q, &p, 606);
}

proptest! {
    /// The largest terms are of order e⁶.
    #[test]
    fn divergences_are_not_negative(v in prop::collection::vec(-3.0..3.0f64, 4)) {
        let row = |i: usize| Exponential::new(Tensor::new([2, 1], v[2 * i..2 * i + 2].to_vec()).exp());
        divergence::is_not_negative(&row(0), &row(1), 1e-14 * 6.0f64.exp());
    }
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, rate) = (inputs.positive(&[2, 2, 3], 0), inputs.positive(&[2, 3], 1));
    let (p, q) = (Exponential::new(rate), Exponential::new(inputs.positive(&[3], 2)));
    let rng = &mut stream(607);
    let samples = [p.sample(rng), p.sample_n(2, rng)];
    let mut all = values(&[p.log_prob(&x), p.cdf(&x), p.entropy(), p.mean(), p.variance(), p.mode(), kl(&p, &q)]);
    all.extend(values(&[p.rsample(rng), p.rsample_n(2, rng)]));
    all.into_iter().chain(samples).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for x in [-1e-30, -1.0, -INF, INF] {
        is_outside([x, 2.0], |[x, r]| Exponential::new(r).log_prob(&x), |[x, r]| Exponential::new(r).log_prob(&x));
    }
}

#[test]
fn limits() {
    let at = |x, rate| at_each::<f64, 2>([x, rate], |[x, r]| Exponential::new(r).log_prob(&x));
    assert_eq!(at(0.0, 1.0), (0.0, [-1.0, 1.0]));
    assert_eq!(at(f64::MAX, 1.0), (-f64::MAX, [-1.0, -f64::MAX]));
    for (x, below) in [(-INF, 0.0), (-1.0, 0.0), (INF, 1.0)] {
        let (value, slopes) = at_each::<f64, 2>([x, 2.0], |[x, r]| Exponential::new(r).cdf(&x));
        assert_eq!((value, slopes), (below, [0.0; 2]), "{x}");
    }
    assert_eq!(Exponential::new(Tensor::from([2.0])).mode(), Tensor::from([0.0]));
}

#[test]
fn illegal_values_are_named() {
    let p = Exponential::new(Tensor::from([1.0, 0.0]));
    let why = p.clone().validated().unwrap_err().to_string();
    assert_eq!(why, "Exponential: rate must be positive and finite; element 1 is 0");
    let why = p.supports(&Tensor::from([0.0, -2.0])).unwrap_err().to_string();
    assert_eq!(why, "Exponential: x must be zero or positive, and finite; element 1 is -2");
    assert!(p.supports(&Tensor::from([0.0, 1e300])).is_ok());
}
