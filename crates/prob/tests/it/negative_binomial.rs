//! The negative binomial distribution.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{follow_mass, have_moments, pinned};
use crate::support::fused::{one_operation_or_several, positive, shapes, sum, wave};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{array, gradients, param};
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{discrete_expectation, discrete_mass};
use crate::support::{INF, close, stream};
use autograd::prelude::*;
use prob::prelude::*;
use prob::special::Special;
use proptest::prelude::*;

fn by_logits<V: Array>(r: &V, l: &V) -> NegativeBinomial<V> {
    NegativeBinomial::new(r.clone(), l.clone())
}

fn by_mean<V: Array>(m: &V, r: &V) -> NegativeBinomial<V> {
    NegativeBinomial::from_mean(m.clone(), r.clone())
}

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    match what {
        "log_prob" => by_logits(&x[1], &x[2]).log_prob(&x[0]),
        "log_prob_by_mean" => by_mean(&x[1], &x[2]).log_prob(&x[0]),
        "cdf" => by_logits(&x[1], &x[2]).cdf(&x[0]),
        "cdf_by_mean" => by_mean(&x[1], &x[2]).cdf(&x[0]),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/negative_binomial.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// Rounding alone: of up to 10⁵ terms, each within some 10⁻¹⁵ of itself.
#[test]
fn its_mass_is_one() {
    let n = |x: f64| Tensor::from([x]);
    for (r, m) in [(1e-3, 0.5), (0.3, 2.0), (1.0, 1e-9), (7.5, 40.0), (1e8, 3.0), (1e3, 1e5), (2.0, 0.0)] {
        for p in [by_mean(&n(m), &n(r)), by_logits(&n(r), &n((m / r).ln()))] {
            let mass = discrete_mass(|x| p.log_prob(x));
            assert!((mass - 1.0).abs() < 1e-12, "{r}, {m}: {mass}");
            let mean = discrete_expectation(|x| p.log_prob(x), |x| x);
            assert!((mean - m).abs() < 1e-11 * m.max(1.0), "{r}, {m}: {mean}");
            let variance = discrete_expectation(|x| p.log_prob(x), |x| (x - m) * (x - m));
            close(&p.variance(), &n(variance), 1e-10);
        }
    }
}

/// The distribution function is the sum of the masses, to 10⁻¹²: the error of the incomplete beta function is 2·10⁻¹³.
#[test]
fn the_distribution_function_sums_the_masses() {
    let n = |x: f64| Tensor::from([x]);
    for (r, m) in [(1e-3, 0.5), (0.3, 2.0), (7.5, 40.0), (1e8, 3.0), (2.0, 0.0)] {
        let x = Tensor::from_fn([60, 1], |i| i as f64);
        for p in [by_mean(&n(m), &n(r)), by_logits(&n(r), &n((m / r).ln()))] {
            let (masses, below) = (p.log_prob(&x).exp(), p.cdf(&x));
            let mut sum = 0.0;
            for (mass, below) in masses.data().iter().zip(below.data()) {
                sum += mass;
                assert!((sum - below).abs() < 1e-12, "{r}, {m}: {sum} is not {below}");
            }
            assert_eq!(p.cdf(&(&x + 0.75)), p.cdf(&x));
        }
    }
}

/// For r → ∞ it is the Poisson distribution: at r = 10¹² the logarithms differ by less than x²/r.
#[test]
fn it_is_poisson_in_the_limit() {
    let (x, mean) = (Tensor::from([[0.0], [1.0], [4.0], [30.0]]), Tensor::from([5.0]));
    let limit = Poisson::new(mean.clone()).log_prob(&x);
    close(&by_mean(&mean, &Tensor::from([1e12])).log_prob(&x), &limit, 2e-9);
}

fn counts(x: &Tensor<f64>) -> Tensor<f64> {
    Tensor::new(x.shape(), x.data().iter().map(|x| x.floor()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn derivatives(
        x in array(&[2, 2, 3], 0.0, 6.0), r in param(0.3, 5.0), l in param(-3.0, 3.0), m in param(0.2, 5.0),
    ) {
        let x = counts(&x);
        gradients(&[r.clone(), l.clone()], |v| by_logits(&v[0], &v[1]).log_prob(&v[0].constant(&x)))?;
        gradients(&[r.clone(), l.clone()], |v| by_logits(&v[0], &v[1]).log_prob_each(&v[0].constant(&x)))?;
        gradients(&[r.clone(), l.clone()], |v| by_logits(&v[0], &v[1]).cdf(&v[0].constant(&x)))?;
        gradients(&[r.clone(), l.clone()], |v| by_logits(&v[0], &v[1]).mean())?;
        gradients(&[r.clone(), l], |v| by_logits(&v[0], &v[1]).variance())?;
        gradients(&[m.clone(), r.clone()], |v| by_mean(&v[0], &v[1]).log_prob(&v[0].constant(&x)))?;
        gradients(&[m.clone(), r.clone()], |v| by_mean(&v[0], &v[1]).cdf(&v[0].constant(&x)))?;
        gradients(&[m, r], |v| by_mean(&v[0], &v[1]).variance())?;
    }
}

/// Σ { log Γ(x + r) − log Γ(r) − log Γ(x + 1) + x log σ(l) + r log σ(−l) }.
fn log_mass<V: Array>(x: &V, r: &V, l: &V) -> V {
    let ways = (x.clone() + r).lgamma() - r.lgamma() - (x.clone() + 1.0).lgamma();
    sum(ways + l.log_sigmoid() * x + (-l.clone()).log_sigmoid() * r)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Sums of at most 280 terms below 100 in size: 10⁻¹¹ of a value, in single precision 10⁻³ of it, are some ten
    /// roundings of the terms.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let x = counts(&(wave(&a, 20.0, seed).abs()));
        let (r, l) = (positive(&b, 0.25, 5.0, seed / 2), wave(&b, 3.0, !seed));
        one_operation_or_several!(
            [r, l], by_logits(&r, &l).log_prob(&l.constant(&x.cast())), log_mass(&l.constant(&x.cast()), &r, &l), 1e-11, 1e-3
        );
        one_operation_or_several!(
            [r, l],
            NegativeBinomial::from_mean(l.exp() * r, r).log_prob(&l.constant(&x.cast())),
            log_mass(&l.constant(&x.cast()), &r, &l),
            1e-11,
            1e-3
        );
    }
}

/// The log-densities of the elements are those whose sum is the event's.
#[test]
fn elements_sum_to_the_event() {
    let (x, l, r) =
        (Tensor::from_fn([2, 4, 3], |i| (i % 5) as f64), Tensor::from([0.3, -1.0, 2.0]), Tensor::scalar(1.5));
    for p in [by_logits(&r, &l), by_mean(&l.exp(), &r)] {
        assert_eq!(p.log_prob_each(&x).shape(), Shape::new(&[2, 4, 3]));
        close(&p.log_prob_each(&x).sum(-1), &p.log_prob(&x), 1e-14);
    }
}

#[test]
fn draws() {
    let n = |x: f64| Tensor::from([x]);
    for (test, r, l) in [(170, 0.05, 1.0), (171, 1.0, -1.0), (172, 8.0, 2.0), (173, 1e5, -9.0), (174, 2.5, 5.0)] {
        follow_mass(&by_logits(&n(r), &n(l)), test);
    }
    follow_mass(&by_mean(&n(3.0), &n(0.7)), 175);
    have_moments(&by_logits(&Tensor::from([0.5, 2.0, 1e4]), &Tensor::from([0.5, -2.0, 3.0])), 176);
    have_moments(&by_mean(&Tensor::from([[1.0], [500.0]]), &Tensor::from([2.0])), 177);
    // Rates that vanish, or exceed what counts can be.
    assert_eq!(by_logits(&n(1e-3), &n(-INF)).sample_n(20, &mut stream(1)), Tensor::zeros([20, 1]));
    assert!(
        by_logits(&n(1e8), &n(50.0)).sample_n(20, &mut stream(1)).data().iter().all(|x| *x > 1e28 && x.is_finite())
    );
    let p = by_logits(&Tensor::from([[0.5], [2.0]]), &Tensor::from([[1.0, 0.0]]));
    assert_eq!(p.sample(&mut stream(1)).shape(), Shape::new(&[2, 2]));
    assert_eq!(p.sample_n(1, &mut stream(1)).data(), p.sample(&mut stream(1)).data());
    pinned(
        &by_mean(&Tensor::from([0.5, 4.0, 4.0, 30.0, 1e6]), &Tensor::scalar(2.0)),
        &[3.0, 15.0, 3.0, 38.0, 1_348_680.0],
    );
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (r, l) = (inputs.positive(&[3], 2), inputs.table(&[2, 3], 1));
    let (p, q) = (by_logits(&r, &l), by_mean(&inputs.positive(&[2, 3], 3), &r));
    let x = inputs.levels(&[2, 2, 3], 1.0, 7);
    let rng = &mut stream(17);
    let mut all =
        values(&[p.log_prob(&x), q.log_prob(&x), p.log_prob_each(&x), q.log_prob_each(&x), p.cdf(&x), q.cdf(&x)]);
    all.extend(values(&[p.mean(), q.mean(), p.variance(), q.variance(), p.mode(), q.mode(), p.logits(), q.logits()]));
    all.into_iter().chain([p.sample(rng), q.sample_n(2, rng)]).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    let logits = |x: f64, r: f64, l: f64| {
        is_outside([x, r, l], |[x, r, l]| by_logits(&r, &l).log_prob(&x), |[x, r, l]| by_logits(&r, &l).log_prob(&x));
    };
    let mean = |x: f64, m: f64, r: f64| {
        is_outside([x, m, r], |[x, m, r]| by_mean(&m, &r).log_prob(&x), |[x, m, r]| by_mean(&m, &r).log_prob(&x));
    };
    for x in [-1.0, -1e30, 0.5, 1e-30, 2.5, INF, -INF] {
        for r in [1e-3, 2.0, 1e8] {
            [-INF, -90.0, 0.0, 50.0].into_iter().for_each(|l| logits(x, r, l));
            [0.0, 1e-30, 3.0, 1e8].into_iter().for_each(|m| mean(x, m, r));
        }
    }
    // Without success there is nothing but 0.
    for x in [1.0, 1e6] {
        logits(x, 2.0, -INF);
        mean(x, 0.0, 2.0);
    }
    let p = by_logits(&Tensor::from([1.0, 2.0]), &Tensor::from([0.0, 0.0]));
    assert!(p.log_prob(&Tensor::from([f64::NAN, 1.0])).item().is_nan());
    assert_eq!(p.log_prob(&Tensor::from([-1.0, 1.0])).item(), -INF);
}

#[test]
fn limits() {
    fn check<F: Real>() {
        let logits = |x: f64, r: f64, l: f64| at_each::<F, 3>([x, r, l], |[x, r, l]| by_logits(&r, &l).log_prob(&x));
        let mean = |x: f64, m: f64, r: f64| at_each::<F, 3>([x, m, r], |[x, m, r]| by_mean(&m, &r).log_prob(&x));
        assert_eq!(logits(0.0, 2.0, -INF), (0.0, [0.0; 3]));
        assert_eq!(mean(0.0, 0.0, 2.0), (0.0, [0.0, -1.0, 0.0]));
        // Far from where eˡ is a number: −r l, and x l.
        let (value, slopes) = logits(0.0, 2.0, 500.0);
        assert!((value + 1000.0).abs() < 1e-3 && slopes == [0.0, -500.0, -2.0], "{value}, {slopes:?}");
        let (value, slopes) = logits(3.0, 1.0, -500.0);
        assert!((value + 1500.0).abs() < 1e-3 && slopes[2] == 3.0, "{value}, {slopes:?}");
    }
    check::<f32>();
    check::<f64>();
    let p = |r: f64, m: f64| by_mean(&Tensor::scalar(m), &Tensor::scalar(r));
    for (r, m, mode) in
        [(0.5, 7.0, 0.0), (1.0, 7.0, 0.0), (2.0, 0.0, 0.0), (2.0, 4.0, 1.0), (2.0, 5.0, 2.0), (4.0, 400.0, 299.0)]
    {
        assert_eq!(p(r, m).mode().item(), mode);
        let log_p = |x: f64| p(r, m).log_prob(&Tensor::scalar(x)).item();
        assert!(log_p(mode) >= log_p(mode + 1.0) - 1e-12 && log_p(mode) > log_p(mode - 1.0));
    }
    for (x, below) in [(-INF, 0.0), (-0.5, 0.0), (INF, 1.0)] {
        for p in [p(2.0, 3.0), by_logits(&Tensor::scalar(2.0), &Tensor::scalar(0.5))] {
            assert_eq!(p.cdf(&Tensor::scalar(x)).item(), below);
        }
        let slopes = at_each::<f64, 3>([x, 2.0, 0.5], |[x, r, l]| by_logits(&r, &l).cdf(&x)).1;
        assert_eq!(slopes, [0.0; 3]);
        assert_eq!(at_each::<f64, 3>([x, 2.0, 0.5], |[x, m, r]| by_mean(&m, &r).cdf(&x)).1, [0.0; 3]);
    }
}

#[test]
#[should_panic(expected = "NegativeBinomial: total_count and logits: [2] and [3] do not go together")]
fn shapes_by_logits() {
    by_logits(&Tensor::<f64>::ones([2]), &Tensor::zeros([3]));
}

#[test]
#[should_panic(expected = "NegativeBinomial: mean and total_count: [3] and [2] do not go together")]
fn shapes_by_mean() {
    by_mean(&Tensor::<f64>::ones([3]), &Tensor::ones([2]));
}

#[test]
fn messages() {
    let t = |x: [f64; 2]| Tensor::from(x);
    let why = |p: NegativeBinomial<Tensor<f64>>| p.validated().unwrap_err().to_string();
    assert_eq!(
        why(by_logits(&t([1.0, 0.0]), &t([0.0, 0.0]))),
        "NegativeBinomial: total_count must be positive and finite; element 1 is 0"
    );
    assert_eq!(
        why(by_logits(&t([1.0, 1.0]), &t([0.0, INF]))),
        "NegativeBinomial: logits must be finite or −∞; element 1 is inf"
    );
    assert_eq!(
        why(by_mean(&t([-1.0, 1.0]), &t([1.0, 1.0]))),
        "NegativeBinomial: mean must be finite and not negative; element 0 is -1"
    );
    assert!(by_logits(&t([1e-3, 1e8]), &t([-INF, 50.0])).validated().is_ok());
    assert!(by_mean(&t([0.0, 1e8]), &t([1.0, 1.0])).validated().is_ok());
    let p = by_mean(&t([1.0, 2.0]), &t([1.0, 2.0]));
    assert_eq!(
        p.supports(&t([3.0, 0.5])).unwrap_err().to_string(),
        "NegativeBinomial: x must be whole numbers from 0 on; element 1 is 0.5"
    );
    assert!(p.supports(&t([0.0, 1e9])).is_ok());
}

/// Twice the greatest number, times nothing, is not a number.
#[test]
fn the_greatest_count_is_a_count() {
    for x in [f64::MAX, f64::from(f32::MAX)] {
        let log_p = NegativeBinomial::new(Tensor::from([2.5]), Tensor::from([0.75])).log_prob(&Tensor::from([x]));
        assert!(log_p.item() < -1e38, "{x}: {}", log_p.item());
    }
    let p = NegativeBinomial::new(Tensor::from([2.5_f32]), Tensor::from([0.75]));
    assert!(p.log_prob(&Tensor::from([f32::MAX])).item() < -1e37);
}

/// Far below the mean, where 1 − P(X > x) has no digits: P(X ≤ x) is the sum of the masses. The sum rounds x + 1 times at most,
/// and a mass is good to 10⁻¹² of its logarithm.
#[test]
fn the_lower_tail_keeps_its_digits() {
    for (r, l) in [(1000.0, -0.1), (1000.0, 0.1), (50.0, -3.0), (2e3, 0.0)] {
        let mean = r * f64::exp(l);
        for x in [0.25, 0.5, 0.7, 0.9].map(|part| (part * mean).floor()) {
            let p = by_logits(&Tensor::from([r]), &Tensor::from([l]));
            let mass = |k: f64| p.log_prob(&Tensor::from([k])).item().exp();
            let sum = (0..=x as usize).map(|k| mass(k as f64)).sum::<f64>();
            let below = p.cdf(&Tensor::from([x])).item();
            assert!((below / sum - 1.0).abs() < 1e-9, "{r} {l} {x}: {below:e} and {sum:e}");
        }
    }
    assert_eq!(by_logits(&Tensor::from([1.0]), &Tensor::from([0.0])).cdf(&Tensor::from([f64::MAX])).item(), 1.0);
}
