//! The logistic distribution rounded to levels.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{follow_mass, have_moments, pinned};
use crate::support::fused::{one_operation_or_several, positive, shapes, sum, wave};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{gradients, param};
use crate::support::limits::{at_each, is_outside};
use crate::support::{INF, close, stream};
use autograd::prelude::*;
use prob::SupportError;
use prob::prelude::*;
use proptest::prelude::*;
use rand::Rng;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let of = |i: usize| {
        let levels = x[i + 2].value().item().as_f64() as usize;
        DiscretizedLogistic::new(x[i].clone(), x[i + 1].clone(), levels)
    };
    match what {
        "log_prob" => of(1).log_prob(&x[0]),
        "cdf" => of(1).cdf(&x[0]),
        "mean" => of(0).mean(),
        "entropy" => of(0).entropy(),
        "variance" => of(0).variance(),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/discretized_logistic.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// All L levels, as events of one element.
pub fn all_levels<F: Real>(levels: usize) -> Tensor<F> {
    Tensor::from_fn([levels, 1], |k| F::of(k as f64 / (levels - 1) as f64))
}

fn of(loc: f64, scale: f64, levels: usize) -> DiscretizedLogistic<Tensor<f64>> {
    DiscretizedLogistic::new(Tensor::from([loc]), Tensor::from([scale]), levels)
}

/// Locations inside, on an edge between levels, and outside; scales from far narrower than a level to far wider than all.
const LOCS: [f64; 8] = [0.0, 0.31, 0.5, 100.5 / 255.0, 1.0, -0.4, 3.0, 1e6];
const SCALES: [f64; 8] = [1e-200, 1e-9, 1e-3, 0.01, 0.2, 5.0, 1e9, 1e200];

/// Rounding alone: up to 65536 terms below 1, each of a few roundings of a logarithm below 30 in size.
#[test]
fn its_mass_is_one() {
    for (loc, scale) in LOCS.into_iter().flat_map(|m| SCALES.map(|s| (m, s))) {
        for levels in [2, 3, 256, 65536] {
            let mass = of(loc, scale, levels).log_prob(&all_levels(levels)).exp().sum_all().item();
            assert!((mass - 1.0).abs() < 1e-13, "({loc}, {scale}, {levels}): {mass}");
        }
        let (loc, scale) = (loc as f32, scale.clamp(1e-30, 1e30) as f32);
        let p = DiscretizedLogistic::new(Tensor::from([loc]), Tensor::from([scale]), 256);
        let mass = p.log_prob(&all_levels(256)).exp().cast::<f64>().sum_all().item();
        assert!((mass - 1.0).abs() < 1e-5, "({loc}, {scale}) in f32: {mass}");
    }
}

/// Mean, variance, entropy, distribution function and mode are what the masses say.
#[test]
fn moments_are_sums() {
    for (loc, scale) in LOCS.into_iter().flat_map(|m| SCALES.map(|s| (m, s))) {
        for levels in [2, 3, 50, 256] {
            let (p, x) = (of(loc, scale, levels), all_levels(levels));
            let mass = p.log_prob(&x).exp();
            let mean: f64 = mass.data().iter().zip(x.data()).map(|(p, x)| p * x).sum();
            let variance: f64 = mass.data().iter().zip(x.data()).map(|(p, x)| p * (x - mean).powi(2)).sum();
            assert!((p.mean().item() - mean).abs() < 1e-13, "({loc}, {scale}, {levels}): {mean}");
            assert!((p.variance().item() - variance).abs() < 1e-13, "({loc}, {scale}, {levels}): {variance}");
            let entropy: f64 = p.log_prob(&x).data().iter().map(|log_p| -log_p * log_p.exp()).sum();
            assert!((p.entropy().item() - entropy).abs() < 1e-13, "({loc}, {scale}, {levels}): {entropy}");
            let mut below = 0.0;
            for (p, below_too) in mass.data().iter().zip(p.cdf(&x).data()) {
                below += p;
                assert!((below - below_too).abs() < 1e-13, "({loc}, {scale}, {levels}): {below}, {below_too}");
            }
            let likeliest = p.log_prob(&p.mode()).exp().item();
            assert!(mass.data().iter().all(|p| *p <= likeliest * (1.0 + 1e-14)), "({loc}, {scale}, {levels})");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(k in prop::collection::vec(0..8u32, 12), m in param(-0.2, 1.2), s in param(0.05, 1.5)) {
        let x = Tensor::new([2, 2, 3], k.iter().map(|k| f64::from(*k) / 7.0).collect());
        gradients(&[m.clone(), s.clone()], |v| DiscretizedLogistic::new(v[0], v[1], 8).log_prob(&v[0].constant(&x)))?;
        gradients(&[m.clone(), s.clone()], |v| DiscretizedLogistic::new(v[0], v[1], 8).cdf(&v[0].constant(&x)))?;
        gradients(&[m.clone(), s.clone()], |v| DiscretizedLogistic::new(v[0], v[1], 8).mean())?;
        gradients(&[m.clone(), s.clone()], |v| DiscretizedLogistic::new(v[0], v[1], 8).variance())?;
        gradients(&[m, s], |v| DiscretizedLogistic::new(v[0], v[1], 8).entropy())?;
    }
}

/// Σ log { σ((x + h − μ)/s) − σ((x − h − μ)/s) } with 6 levels, the first and the last open.
fn log_mass<V: Array>(x: &Tensor<V::F>, loc: &V, scale: &V) -> V {
    let edge = |side: f64, end: f64| {
        let open = |x: &V::F| if x.as_f64() == end { side * 1e4 } else { x.as_f64() + side * 0.1 };
        let edge = loc.constant(&Tensor::new(x.shape(), x.data().iter().map(|x| V::F::of(open(x))).collect()));
        ((edge - loc) / scale).sigmoid()
    };
    sum((edge(1.0, 1.0) - edge(-1.0, 0.0)).ln())
}

proptest! {
    /// Sums of at most 280 terms below 10 in size. A difference of sigmoids is not below 1/100 here: it has lost two digits.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let x = Tensor::from_fn(&a[..], |i| ((i as u64 * 7 + seed % 6) % 6) as f64 / 5.0);
        let (m, s) = (wave(&b, 1.0, !seed).abs(), positive(&b, 0.25, 2.0, seed / 2));
        one_operation_or_several!(
            [m, s],
            DiscretizedLogistic::new(m, s, 6).log_prob(&m.constant(&x.cast())),
            log_mass(&x.cast(), &m, &s),
            1e-10,
            2e-3
        );
    }
}

/// Level numbers instead of levels.
pub struct Numbered<P>(pub P, pub usize);

impl<P: Distribution<Tensor<f64>>> Distribution<Tensor<f64>> for Numbered<P> {
    fn shape(&self) -> Shape {
        self.0.shape()
    }

    fn log_prob(&self, k: &Tensor<f64>) -> Tensor<f64> {
        self.0.log_prob(&(k / (self.1 - 1) as f64))
    }

    fn supports(&self, k: &Tensor<f64>) -> Result<(), SupportError> {
        self.0.supports(&(k / (self.1 - 1) as f64))
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<f64> {
        let mut k = self.0.sample(rng) * (self.1 - 1) as f64;
        k.data_mut().iter_mut().for_each(|k| {
            assert!((*k - k.round()).abs() < 1e-9, "{k} is no level");
            *k = k.round();
        });
        k
    }
}

#[test]
fn draws() {
    for (i, (loc, scale, levels)) in
        [(0.4, 0.03, 256), (0.05, 0.3, 32), (0.9, 1e-4, 256), (0.5, 3.0, 8), (-0.2, 0.1, 2)].into_iter().enumerate()
    {
        follow_mass(&Numbered(of(loc, scale, levels), levels), 660 + i as u64);
    }
    have_moments(&DiscretizedLogistic::new(Tensor::from([0.3, 0.0, 1.2]), Tensor::from([0.02, 0.2, 0.3]), 256), 666);
    let p = DiscretizedLogistic::new(Tensor::<f64>::zeros([2, 3]), Tensor::from([0.1, 0.2, 1.0]), 256);
    assert_eq!(p.sample(&mut stream(1)).shape(), p.shape());
    assert_eq!(p.sample_n(1, &mut stream(1)).data(), p.sample(&mut stream(1)).data());
    assert_eq!(p.log_prob(&p.sample_n(4, &mut stream(1))).shape(), Shape::new(&[4, 2]));
    assert!(p.supports(&p.sample_n(100, &mut stream(2))).is_ok());
    pinned(&DiscretizedLogistic::new(Tensor::from([0.5; 3]), Tensor::scalar(0.05), 11), &[0.7, 0.5, 0.8]);
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (m, s) = (inputs.table(&[2, 3], 1) * 0.5, inputs.positive(&[3], 2) * 0.25);
    let p = DiscretizedLogistic::new(m, s, 5);
    let x = inputs.levels(&[2, 2, 3], 0.25, 5);
    let rng = &mut stream(15);
    let all = values(&[p.log_prob(&x), p.cdf(&x), p.mean(), p.variance(), p.mode(), p.entropy()]);
    all.into_iter().chain([p.sample(rng), p.sample_n(2, rng)]).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for x in [-1.0 / 255.0, 256.0 / 255.0, 0.3, 100.02 / 255.0, 1e9, -1e30, INF, -INF] {
        is_outside(
            [x, 0.4, 0.1],
            |[x, m, s]| DiscretizedLogistic::new(m, s, 256).log_prob(&x),
            |[x, m, s]| DiscretizedLogistic::new(m, s, 256).log_prob(&x),
        );
    }
    for (x, below) in [(-INF, 0.0), (-0.1, 0.0), (1.0, 1.0), (7.0, 1.0), (INF, 1.0)] {
        let (value, slopes) = at_each::<f64, 3>([x, 0.4, 0.1], |[x, m, s]| DiscretizedLogistic::new(m, s, 256).cdf(&x));
        assert_eq!((value, slopes), (below, [0.0; 3]), "{x}");
    }
}

/// All ways to write a level are the level.
#[test]
fn levels_need_not_be_exact() {
    fn check<F: Real>(levels: usize) {
        let p = DiscretizedLogistic::new(Tensor::from([F::of(0.4)]), Tensor::from([F::of(1e-4)]), levels);
        let last = (levels - 1) as f64;
        let ways: [&dyn Fn(f64) -> F; 4] = [
            &|k| F::of(k / last),
            &|k| F::of(f64::from((k / last) as f32)),
            &|k| F::of(k) * F::of(last).recip(),
            &|k| F::of(k / last * 2.0 - 1.0) * F::of(0.5) + F::of(0.5),
        ];
        let [first, others @ ..] = ways.map(|way| Tensor::from_fn([levels, 1], |k| way(k as f64)));
        for other in others {
            assert_eq!(p.log_prob(&first), p.log_prob(&other));
            assert_eq!(p.cdf(&first), p.cdf(&other));
            assert!(p.supports(&other).is_ok());
        }
    }
    for levels in [2, 3, 256, 65536] {
        check::<f32>(levels);
        check::<f64>(levels);
    }
}

/// Between the levels the distribution function does not move.
#[test]
fn steps() {
    let p = of(0.4, 0.1, 5);
    let at = |x: f64| p.cdf(&Tensor::from([x]));
    for (x, level) in [(0.1, 0.0), (0.24, 0.0), (0.25, 0.25), (0.49, 0.25), (0.99, 0.75)] {
        assert_eq!(at(x), at(level), "{x}");
    }
    // The edge above the level 1/4 is 3/8.
    close(&at(0.25), &Tensor::from([1.0 / (1.0 + (0.25f64).exp())]), 1e-15);
}

/// Everything is finite whatever the location and the scale.
fn finite_in<F: Real>() {
    let most = F::max_value().as_f64();
    let least = if F::NAME == "f32" { 1e-45 } else { 5e-324 };
    for m in [0.0, -0.0, 0.5, 1.0, 101.0 / 510.0, least, -1e-30, 3.9, -4.1, 1e30, most, -most] {
        for s in [least, F::min_positive_value().as_f64(), 1e-30, 1e-5, 0.1, 1.0, 1e30, most] {
            for x in [0.0, 50.0 / 255.0, 51.0 / 255.0, 1.0] {
                let (log_p, slopes) =
                    at_each::<F, 3>([x, m, s], |[x, m, s]| DiscretizedLogistic::new(m, s, 256).log_prob(&x));
                let all = slopes.iter().all(|d| d.is_finite());
                assert!(log_p.is_finite() && log_p <= 0.0 && all, "{x}, {m}, {s}: {log_p}, {slopes:?}");
                let (below, slopes) =
                    at_each::<F, 3>([x, m, s], |[x, m, s]| DiscretizedLogistic::new(m, s, 256).cdf(&x));
                let all = slopes.iter().all(|d| d.is_finite());
                assert!((0.0..=1.0).contains(&below) && all, "{x}, {m}, {s}: {below}, {slopes:?}");
            }
            let moments = [
                at_each::<F, 2>([m, s], |[m, s]| DiscretizedLogistic::new(m, s, 256).mean()),
                at_each::<F, 2>([m, s], |[m, s]| DiscretizedLogistic::new(m, s, 256).variance()),
            ];
            let finite = moments.iter().all(|(y, dy)| (0.0..=1.0).contains(y) && dy.iter().all(|d| d.is_finite()));
            assert!(finite, "{m}, {s}: {moments:?}");
            let (entropy, slopes) = at_each::<F, 2>([m, s], |[m, s]| DiscretizedLogistic::new(m, s, 256).entropy());
            let legal = (0.0..=256f64.ln()).contains(&entropy) && slopes.iter().all(|d| d.is_finite());
            assert!(legal, "{m}, {s}: {entropy}, {slopes:?}");
            let p = DiscretizedLogistic::new(Tensor::scalar(F::of(m)), Tensor::scalar(F::of(s)), 256);
            assert!(p.supports(&p.mode()).is_ok() && p.supports(&p.sample_n(20, &mut stream(3))).is_ok());
        }
    }
}

#[test]
fn limits() {
    finite_in::<f32>();
    finite_in::<f64>();
    // A narrow scale within a level is certainty; at the edge between two levels it is a coin.
    assert_eq!(of(0.4, 1e-100, 256).log_prob(&Tensor::from([0.4])).item(), 0.0);
    let coin = of(0.375, 1e-100, 5).log_prob(&all_levels(5));
    close(&coin.slice(0, 1..3), &Tensor::from([0.5f64.ln(); 2]), 1e-15);
    // A wide one is a coin for the ends.
    let coin = of(0.3, 1e100, 5).log_prob(&all_levels(5));
    close(&coin.slice(0, 4..5), &Tensor::from([0.5f64.ln()]), 1e-15);
    close(&coin.slice(0, 2..3), &Tensor::from([(1.0f64 / 16.0).ln() - 100.0 * 10f64.ln()]), 1e-15);
    // Certainty has no entropy, a coin log 2; most is that of equal levels, which many are nearly.
    close(&of(0.4, 1e-100, 256).entropy(), &Tensor::scalar(0.0), 0.0);
    close(&of(0.375, 1e-100, 5).entropy(), &Tensor::scalar(2.0f64.ln()), 1e-15);
    close(&of(0.3, 1e100, 65536).entropy(), &Tensor::scalar(2.0f64.ln()), 1e-14);
    // A logistic variable has the entropy 2 + log s, of which 65535 levels see log 65535 more.
    close(&of(0.5, 1e-3, 65536).entropy(), &Tensor::scalar(2.0 + (65.535f64).ln()), 1e-4);
    assert_eq!(of(0.3, 1e100, 5).mode().item(), 0.0, "the least where there are several");
    for (loc, levels, least) in [(0.5, 256, 127.0 / 255.0), (0.5, 4, 1.0 / 3.0), (0.125, 5, 0.0), (0.375, 5, 0.25)] {
        assert_eq!(of(loc, 0.1, levels).mode().item(), least, "{loc} is between two of {levels} levels");
    }
    assert_eq!([of(0.3, 0.1, 5).mode().item(), of(0.3, 2.0, 5).mode().item()], [0.25, 0.0]);
    assert_eq!([of(-9.0, 0.1, 5).mode().item(), of(9.0, 0.1, 5).mode().item()], [0.0, 1.0]);
    assert!(of(0.3, 0.1, 5).log_prob(&Tensor::from([f64::NAN])).item().is_nan());
}

#[test]
#[should_panic(expected = "DiscretizedLogistic: loc and scale: [2] and [3] do not go together")]
fn shapes_that_do_not_go_together() {
    DiscretizedLogistic::new(Tensor::<f64>::zeros([2]), Tensor::ones([3]), 256);
}

#[test]
#[should_panic(expected = "DiscretizedLogistic: 2 to 65536 levels, not 1")]
fn one_level() {
    of(0.0, 1.0, 1);
}

#[test]
fn messages() {
    for (p, why) in [
        (of(INF, 1.0, 256), "DiscretizedLogistic: loc must be finite; element 0 is inf"),
        (of(0.0, -1.0, 256), "DiscretizedLogistic: scale must be positive and finite; element 0 is -1"),
    ] {
        assert_eq!(p.validated().unwrap_err().to_string(), why);
    }
    let p = of(0.5, 0.1, 256).validated().unwrap();
    for (x, why) in [(0.3, "0.3"), (1.5, "1.5"), (f64::NAN, "NaN")] {
        let refused = p.supports(&Tensor::from([0.0, x])).unwrap_err().to_string();
        assert_eq!(
            refused,
            format!("DiscretizedLogistic: x must be a multiple of 1/255 from 0 to 1; element 1 is {why}")
        );
    }
}
