//! The Poisson distribution.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::divergence;
use crate::support::draws::{follow_mass, have_moments, pinned};
use crate::support::fused::{one_operation_or_several, shapes, sum, wave};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{array, gradients, param};
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{discrete_expectation, discrete_mass};
use crate::support::{INF, close, stream};
use autograd::prelude::*;
use prob::prelude::*;
use prob::special::Special;
use proptest::prelude::*;
use std::slice::from_ref;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let plain = |i: usize| Poisson::new(x[i].clone());
    let log = |i: usize| Poisson::from_log_rate(x[i].clone());
    match what {
        "log_prob" => plain(1).log_prob(&x[0]),
        "log_prob_by_log" => log(1).log_prob(&x[0]),
        "cdf" => plain(1).cdf(&x[0]),
        "cdf_by_log" => log(1).cdf(&x[0]),
        "kl" => kl(&plain(0), &plain(1)),
        "kl_by_log" => kl(&log(0), &log(1)),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/poisson.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// Rounding alone: of up to 2·10⁴ terms, each within some 10⁻¹⁵ of itself.
#[test]
fn its_mass_is_one() {
    for rate in [0.0f64, 1e-300, 1e-9, 0.3, 1.0, 17.25, 1234.5, 1e5] {
        for p in [Poisson::new(Tensor::from([rate])), Poisson::from_log_rate(Tensor::from([rate.ln()]))] {
            let mass = discrete_mass(|x| p.log_prob(x));
            assert!((mass - 1.0).abs() < 1e-12, "{rate}: {mass}");
            let mean = discrete_expectation(|x| p.log_prob(x), |x| x);
            assert!((mean - rate).abs() < 1e-11 * rate.max(1.0), "{rate}: {mean}");
        }
    }
}

/// The distribution function is the sum of the masses, to 10⁻¹²: the error of the incomplete gamma function is 10⁻¹³.
#[test]
fn the_distribution_function_sums_the_masses() {
    for rate in [0.0, 0.01, 3.0, 40.5] {
        let (p, x) = (Poisson::new(Tensor::from([rate])), Tensor::from_fn([60, 1], |i| i as f64));
        let (masses, below) = (p.log_prob(&x).exp(), p.cdf(&x));
        let mut sum = 0.0;
        for (mass, below) in masses.data().iter().zip(below.data()) {
            sum += mass;
            assert!((sum - below).abs() < 1e-12, "{rate}: {sum} is not {below}");
        }
        assert_eq!(p.cdf(&(&x + 0.75)), p.cdf(&x));
    }
}

/// Counts for x between 0 and 4.
fn counts(x: &Tensor<f64>) -> Tensor<f64> {
    Tensor::new(x.shape(), x.data().iter().map(|x| x.floor()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(
        x in array(&[2, 2, 3], 0.0, 5.0), r in param(0.2, 5.0), s in param(0.2, 5.0), l in param(-3.0, 3.0),
        k in param(-3.0, 3.0),
    ) {
        let x = counts(&x);
        gradients(from_ref(&r), |v| Poisson::new(v[0]).log_prob(&v[0].constant(&x)))?;
        gradients(from_ref(&l), |v| Poisson::from_log_rate(v[0]).log_prob(&v[0].constant(&x)))?;
        gradients(from_ref(&l), |v| Poisson::from_log_rate(v[0]).log_prob_each(&v[0].constant(&x)))?;
        gradients(from_ref(&r), |v| Poisson::new(v[0]).cdf(&v[0].constant(&x)))?;
        gradients(from_ref(&l), |v| Poisson::from_log_rate(v[0]).cdf(&v[0].constant(&x)))?;
        gradients(from_ref(&l), |v| Poisson::from_log_rate(v[0]).variance())?;
        gradients(&[r.clone(), s.clone()], |v| kl(&Poisson::new(v[0]), &Poisson::new(v[1])))?;
        gradients(&[l.clone(), k], |v| kl(&Poisson::from_log_rate(v[0]), &Poisson::from_log_rate(v[1])))?;
        gradients(&[l, s], |v| kl(&Poisson::from_log_rate(v[0]), &Poisson::new(v[1])))?;
    }
}

/// Σ { x l − eˡ − log Γ(x + 1) }.
fn log_mass<V: Array>(x: &V, l: &V) -> V {
    sum(x.clone() * l - l.exp() - (x.clone() + 1.0).lgamma())
}

proptest! {
    /// Sums of at most 280 terms below 100 in size: 10⁻¹¹ of a value, in single precision 10⁻³ of it, are some ten
    /// roundings of the terms.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let x = counts(&(wave(&a, 20.0, seed).abs()));
        let l = wave(&b, 3.0, !seed);
        one_operation_or_several!(
            [l], Poisson::from_log_rate(l).log_prob(&l.constant(&x.cast())), log_mass(&l.constant(&x.cast()), &l), 1e-11, 1e-3
        );
        one_operation_or_several!(
            [l], Poisson::new(l.exp()).log_prob(&l.constant(&x.cast())), log_mass(&l.constant(&x.cast()), &l), 1e-11, 1e-3
        );
    }
}

/// The log-densities of the elements are those whose sum is the event's.
#[test]
fn elements_sum_to_the_event() {
    let (x, l) = (Tensor::from_fn([2, 4, 3], |i| (i % 5) as f64), Tensor::from([0.3, -1.0, 2.0]));
    for p in [Poisson::from_log_rate(l.clone()), Poisson::new(l.exp())] {
        assert_eq!(p.log_prob_each(&x).shape(), Shape::new(&[2, 4, 3]));
        close(&p.log_prob_each(&x).sum(-1), &p.log_prob(&x), 1e-14);
    }
}

/// Rates on both sides of 12, where the sampler changes its method, small and large.
#[test]
fn draws() {
    for (test, rate) in [(160, 0.01), (161, 3.0), (162, 11.9), (163, 12.1), (164, 77.0), (165, 5000.0)] {
        follow_mass(&Poisson::new(Tensor::from([rate])), test);
    }
    have_moments(&Poisson::from_log_rate(Tensor::from([0.5, -2.0, 4.0])), 166);
    have_moments(&Poisson::new(Tensor::from([1e6, 1e15])), 167);
    // Beyond 1.844·10¹⁹ rates are approximated by normal draws, in steps of what numbers can tell.
    have_moments(&Poisson::new(Tensor::from([4e19])), 168);
    assert_eq!(Poisson::new(Tensor::from([0.0, 0.0])).sample(&mut stream(1)), Tensor::from([0.0, 0.0]));
    let p = Poisson::new(Tensor::from([2.0, 20.0]));
    assert_eq!(p.sample_n(1, &mut stream(1)).data(), p.sample(&mut stream(1)).data());
    pinned(&Poisson::new(Tensor::from([0.5, 4.0, 4.0, 30.0, 1e6])), &[1.0, 8.0, 10.0, 20.0, 999_463.0]);
}

proptest! {
    /// The terms are below e⁴ in size.
    #[test]
    fn divergences_are_not_negative(v in prop::collection::vec(-3.0..3.0f64, 4)) {
        let row = |i: usize| Tensor::new([2, 1], v[2 * i..2 * i + 2].to_vec());
        divergence::is_not_negative(&Poisson::from_log_rate(row(0)), &Poisson::from_log_rate(row(1)), 0.0);
        divergence::is_not_negative(&Poisson::new(row(0).exp()), &Poisson::new(row(1).exp()), 0.0);
    }
}

/// By its definition, a sum over counts; 10⁻¹² is far above the rounding of its terms.
#[test]
fn divergences_are_the_sums_that_define_them() {
    for (a, b) in [(0.0f64, 2.0f64), (0.3, 4.0), (7.5, 7.0), (100.0, 130.0)] {
        let (q, p) = (Poisson::new(Tensor::from([a])), Poisson::new(Tensor::from([b])));
        let log_p = |x: f64, of: &Poisson<Tensor<f64>>| of.log_prob(&Tensor::from([x])).item();
        let expected = discrete_expectation(|x| q.log_prob(x), |x| log_p(x, &q) - log_p(x, &p));
        for value in [
            kl(&q, &p),
            kl(&Poisson::from_log_rate(Tensor::from([a.ln()])), &p),
            kl(&Poisson::from_log_rate(Tensor::from([a.ln()])), &Poisson::from_log_rate(Tensor::from([b.ln()]))),
        ] {
            close(&value, &Tensor::scalar(expected), 1e-12);
        }
    }
    // A rate that is a number counts for each element.
    let q = Poisson::from_log_rate(Tensor::scalar(0.5));
    let p = Poisson::from_log_rate(Tensor::from([0.0, 1.0, 2.0]));
    let each: f64 = [0.0, 1.0, 2.0].map(|l| kl(&q, &Poisson::from_log_rate(Tensor::scalar(l))).item()).iter().sum();
    close(&kl(&q, &p), &Tensor::scalar(each), 1e-14);
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (p, q) = (Poisson::from_log_rate(inputs.table(&[2, 3], 1)), Poisson::new(inputs.positive(&[3], 2)));
    let other = Poisson::from_log_rate(inputs.table(&[3], 4));
    let x = inputs.levels(&[2, 2, 3], 1.0, 7);
    let rng = &mut stream(16);
    let mut all =
        values(&[p.log_prob(&x), q.log_prob(&x), p.log_prob_each(&x), p.cdf(&x), q.cdf(&x), p.mean(), q.variance()]);
    all.extend(values(&[p.mode(), q.mode(), kl(&p, &q), kl(&q, &p), kl(&p, &other), q.log_rate()]));
    all.into_iter().chain([p.sample(rng), q.sample_n(2, rng)]).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for x in [-1.0, -1e30, 0.5, 1e-30, 2.5, INF, -INF] {
        for r in [0.0, 0.7, 1e9] {
            is_outside([x, r], |[x, r]| Poisson::new(r).log_prob(&x), |[x, r]| Poisson::new(r).log_prob(&x));
        }
        for l in [-INF, -90.0, 0.7, 50.0] {
            is_outside(
                [x, l],
                |[x, l]| Poisson::from_log_rate(l).log_prob(&x),
                |[x, l]| Poisson::from_log_rate(l).log_prob(&x),
            );
        }
    }
    // A rate of 0 allows nothing but 0.
    for x in [1.0, 1e6] {
        is_outside([x, 0.0], |[x, r]| Poisson::new(r).log_prob(&x), |[x, r]| Poisson::new(r).log_prob(&x));
        is_outside(
            [x, -INF],
            |[x, l]| Poisson::from_log_rate(l).log_prob(&x),
            |[x, l]| Poisson::from_log_rate(l).log_prob(&x),
        );
    }
    let p = Poisson::new(Tensor::from([1.0, 2.0]));
    assert!(p.log_prob(&Tensor::from([f64::NAN, 1.0])).item().is_nan());
    assert_eq!(p.log_prob(&Tensor::from([-1.0, 1.0])).item(), -INF);
}

#[test]
fn limits() {
    fn check<F: Real>() {
        let plain = |x: f64, r: f64| at_each::<F, 2>([x, r], |[x, r]| Poisson::new(r).log_prob(&x));
        let log = |x: f64, l: f64| at_each::<F, 2>([x, l], |[x, l]| Poisson::from_log_rate(l).log_prob(&x));
        assert_eq!(plain(0.0, 0.0), (0.0, [0.0, -1.0]));
        assert_eq!(log(0.0, -INF), (0.0, [0.0, 0.0]));
        assert_eq!(plain(0.0, 3.0), (-3.0, [0.0, -1.0]));
        assert_eq!(log(-0.0, 0.0), (-1.0, [0.0, -1.0]));
        // Far from where eˡ is a number, x l is what counts.
        let (value, slopes) = log(3.0, -1000.0);
        assert!((value - (-3000.0 - 6.0f64.ln())).abs() < 1e-3 && slopes == [0.0, 3.0]);
        assert_eq!(log(3.0, 1000.0).0, -INF);
    }
    check::<f32>();
    check::<f64>();
    let p = |rate: f64| Poisson::new(Tensor::scalar(rate));
    for (rate, mode) in [(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.5, 1.0), (2.0, 1.0), (1e6, 999_999.0)] {
        assert_eq!(p(rate).mode().item(), mode);
        assert!(p(rate).log_prob(&Tensor::scalar(mode)).item() >= p(rate).log_prob(&Tensor::scalar(mode + 1.0)).item());
    }
    for (x, below) in [(-INF, 0.0), (-0.5, 0.0), (INF, 1.0)] {
        assert_eq!(p(2.0).cdf(&Tensor::scalar(x)).item(), below);
    }
    assert_eq!(p(0.0).cdf(&Tensor::from([0.0, 5.0])), Tensor::from([1.0, 1.0]));
    assert_eq!(kl(&p(1.0), &p(0.0)).item(), INF);
    assert_eq!(kl(&p(0.0), &p(0.0)).item(), 0.0);
    let log = |l: f64| Poisson::from_log_rate(Tensor::scalar(l));
    assert_eq!(kl(&log(0.0), &log(-INF)).item(), INF);
    assert_eq!((kl(&log(-INF), &log(-INF)).item(), kl(&log(-INF), &log(0.0)).item()), (0.0, 1.0));
}

#[test]
fn messages() {
    let t = |x: [f64; 2]| Tensor::from(x);
    let why = |p: Poisson<Tensor<f64>>| p.validated().unwrap_err().to_string();
    assert_eq!(why(Poisson::new(t([0.0, -1.0]))), "Poisson: rate must be finite and not negative; element 1 is -1");
    assert_eq!(why(Poisson::new(t([INF, 1.0]))), "Poisson: rate must be finite and not negative; element 0 is inf");
    assert_eq!(why(Poisson::from_log_rate(t([INF, 1.0]))), "Poisson: log-rate must be finite or −∞; element 0 is inf");
    assert!(Poisson::new(t([0.0, 1e300])).validated().is_ok());
    assert!(Poisson::from_log_rate(t([-INF, 3.0])).validated().is_ok());
    let p = Poisson::new(t([1.0, 2.0]));
    assert_eq!(
        p.supports(&t([3.0, 0.5])).unwrap_err().to_string(),
        "Poisson: x must be whole numbers from 0 on; element 1 is 0.5"
    );
    assert!(p.supports(&t([-1.0, 0.0])).is_err() && p.supports(&t([INF, 0.0])).is_err());
    assert!(p.supports(&t([0.0, 1e9])).is_ok());
}

/// A finite log-rate whose rate is infinite leaves no mass at any count.
#[test]
fn an_infinite_rate_is_flat() {
    let (log_rate, mut tape) = (Param::new(Tensor::from([720.0])), Tape::new());
    let (value, gradients) = tape.value_and_grad(|tape| {
        let x = tape.constant(&Tensor::from([3.0]));
        Poisson::from_log_rate(tape.param(&log_rate)).cdf(&x).sum_all()
    });
    assert_eq!((value, gradients.get(&log_rate).unwrap().item()), (0.0, 0.0));
}
