//! Mixtures of logistic distributions rounded to levels.

use crate::discretized_logistic::{Numbered, all_levels};
use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{follow_mass, have_moments, pinned};
use crate::support::golden::{DOUBLE, SINGLE, golden, row};
use crate::support::gradients::{array, gradients};
use crate::support::{INF, close, repeated, stream, tensor};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let levels = x[1].value().item().as_f64() as usize;
    let p = DiscretizedLogisticMixture::new(row(&x[2..5]), row(&x[5..8]), row(&x[8..11]), levels);
    match what {
        "log_prob" => p.log_prob(&x[0]),
        "cdf" => p.cdf(&x[0]),
        "mean" => p.mean(),
        "entropy" => p.entropy(),
        "variance" => p.variance(),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/discretized_logistic_mixture.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// A mixture of three for one element, one of them ruled out in the second row.
fn examples() -> [DiscretizedLogisticMixture<Tensor<f64>>; 3] {
    let of = |l: [f64; 3], m: [f64; 3], s: [f64; 3]| {
        DiscretizedLogisticMixture::new(Tensor::from([l]), Tensor::from([m]), Tensor::from([s]), 256)
    };
    [
        of([0.3, -1.0, 0.0], [0.1, 0.5, 0.8], [0.03, 0.1, 0.002]),
        of([2.0, -INF, 1.0], [0.0, 0.5, 1.0], [1e-6, 1.0, 0.2]),
        of([50.0, -50.0, 0.0], [-3.0, 0.5, 1e3], [2.0, 1e9, 0.1]),
    ]
}

/// Rounding alone.
#[test]
fn its_mass_is_one() {
    for p in examples() {
        let mass = p.log_prob(&all_levels(256)).exp().sum_all().item();
        assert!((mass - 1.0).abs() < 1e-13, "{mass}");
    }
}

/// Mean, variance, entropy, mode and distribution function are what the masses say.
#[test]
fn moments_are_sums() {
    for p in examples() {
        let x = all_levels(256);
        let mass = p.log_prob(&x).exp();
        let mean: f64 = mass.data().iter().zip(x.data()).map(|(p, x)| p * x).sum();
        let variance: f64 = mass.data().iter().zip(x.data()).map(|(p, x)| p * (x - mean).powi(2)).sum();
        close(&p.mean(), &Tensor::from([mean]), 1e-13);
        close(&p.variance(), &Tensor::from([variance]), 1e-13);
        let entropy: f64 = p.log_prob(&x).data().iter().map(|log_p| -log_p * log_p.exp()).sum();
        close(&p.entropy(), &Tensor::scalar(entropy), 1e-13);
        let likeliest = p.log_prob(&p.mode()).item();
        assert!(p.log_prob(&x).data().iter().all(|log_p| *log_p <= likeliest + 1e-14));
        assert!(p.supports(&p.mode()).is_ok());
        let mut below = 0.0;
        for (p, below_too) in mass.data().iter().zip(p.cdf(&x).data()) {
            below += p;
            assert!((below - below_too).abs() < 1e-13, "{below}, {below_too}");
        }
    }
}

/// With one component, or equal ones, it is that component; the tolerance is some roundings.
#[test]
fn equal_components() {
    let (m, s) = (tensor([2, 3, 1], 1), tensor([2, 3, 1], 2).square() + 0.1);
    let x = Tensor::from_fn([2, 3], |i| i as f64 / 5.0);
    let alone = DiscretizedLogistic::new(m.reshape([2, 3]), s.reshape([2, 3]), 6);
    for logits in [Tensor::zeros([1]), tensor([1, 1, 3], 5), Tensor::new([1, 1, 2], vec![5.0, -INF])] {
        let p = DiscretizedLogisticMixture::new(logits, m.clone(), s.clone(), 6);
        close(&p.log_prob(&x), &alone.log_prob(&x), 1e-14);
        close(&p.cdf(&x), &alone.cdf(&x), 1e-14);
        close(&p.mean(), &alone.mean(), 1e-14);
        close(&p.variance(), &alone.variance(), 1e-14);
        close(&p.entropy(), &alone.entropy(), 1e-14);
        assert_eq!(p.mode(), alone.mode());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn derivatives(
        k in prop::collection::vec(0..8u32, 12), l in array(&[2, 3, 4], -2.0, 2.0), m in array(&[3, 4], -0.2, 1.2),
        s in array(&[2, 3, 4], 0.05, 1.5),
    ) {
        let x = Tensor::new([2, 2, 3], k.iter().map(|k| f64::from(*k) / 7.0).collect());
        let params = [l, m, s];
        gradients(&params, |v| {
            DiscretizedLogisticMixture::new(v[0], v[1], v[2], 8).log_prob(&v[0].constant(&x))
        })?;
        gradients(&params, |v| DiscretizedLogisticMixture::new(v[0], v[1], v[2], 8).cdf(&v[0].constant(&x)))?;
        gradients(&params, |v| DiscretizedLogisticMixture::new(v[0], v[1], v[2], 8).mean())?;
        gradients(&params, |v| DiscretizedLogisticMixture::new(v[0], v[1], v[2], 8).variance())?;
        gradients(&params, |v| DiscretizedLogisticMixture::new(v[0], v[1], v[2], 8).entropy())?;
    }
}

#[test]
fn draws() {
    for (i, p) in examples().into_iter().enumerate() {
        follow_mass(&Numbered(p, 256), 670 + i as u64);
    }
    let (l, m) = (tensor([2, 3, 4], 3), tensor([3, 4], 4).abs());
    let p = DiscretizedLogisticMixture::new(l, m, Tensor::scalar(0.05), 64);
    have_moments(&p, 676);
    assert_eq!(p.sample(&mut stream(1)).shape(), Shape::new(&[2, 3]));
    assert_eq!(p.sample_n(1, &mut stream(1)).data(), p.sample(&mut stream(1)).data());
    assert_eq!(p.log_prob(&p.sample_n(5, &mut stream(1))).shape(), Shape::new(&[5, 2]));
    pinned(&examples()[0], &[0.8]);
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (l, m) = (inputs.table(&[2, 3, 4], 1), inputs.table(&[3, 4], 2) * 0.5);
    let p = DiscretizedLogisticMixture::new(l, m, inputs.positive(&[4], 3) * 0.25, 5);
    let x = inputs.levels(&[2, 2, 3], 0.25, 5);
    let rng = &mut stream(16);
    let all = values(&[p.log_prob(&x), p.cdf(&x), p.mean(), p.variance(), p.probs(), p.mode(), p.entropy()]);
    all.into_iter().chain([p.sample(rng), p.sample_n(2, rng)]).collect()
}

agreement!(everything);

/// Draws of `x` or of parameters in front of the other side's axes: each is the event by itself.
#[test]
fn samples_in_front() {
    let (l, m, s) = (tensor([3, 5], 6), tensor([3, 5], 7).abs(), tensor([3, 5], 8).square() + 0.1);
    let of = |l: &Tensor<f64>| DiscretizedLogisticMixture::new(l.clone(), m.clone(), s.clone(), 4);
    let x = Tensor::from_fn([4, 2, 3], |i| (i * 5 % 4) as f64 / 3.0);
    assert_eq!(of(&l).log_prob(&x), of(&repeated(&l, [4, 2, 3, 5])).log_prob(&x));
    let (l, x) = (tensor([4, 2, 3, 5], 9), Tensor::from([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]));
    assert_eq!(of(&l).log_prob(&x), of(&l).log_prob(&x.repeat(4)));
    let number = DiscretizedLogisticMixture::new(tensor([2], 1), tensor([2], 2), Tensor::scalar(0.5), 2);
    assert_eq!(number.log_prob(&Tensor::scalar(1.0)).shape(), Shape::SCALAR);
}

#[test]
fn outside_its_support() {
    let [l, m, s] = [[0.3, -1.0], [0.1, 0.5], [0.03, 0.1]].map(|p| Param::new(Tensor::from([p])));
    let mut tape = Tape::new();
    for x in [-0.1, 0.3, 2.0, INF, -INF] {
        let (value, gradients) = tape.value_and_grad(|tape| {
            let p = DiscretizedLogisticMixture::new(tape.param(&l), tape.param(&m), tape.param(&s), 256);
            p.log_prob(&tape.constant(&Tensor::from([x])))
        });
        assert_eq!(value, -INF, "{x}");
        for param in [&l, &m, &s] {
            assert_eq!(gradients.get(param).unwrap().data(), &[0.0; 2], "{x}");
        }
    }
}

/// A component that is ruled out, or that is so far away that it hardly counts, leaves no NaN behind.
fn finite_in<F: Real>() {
    let most = F::max_value().as_f64();
    let of = |p: [f64; 3]| Param::new(Tensor::from([p.map(F::of)]));
    let (l, m, s) = (of([0.0, -INF, 30.0]), of([0.4, most, -most]), of([0.1, 1e-30, 1e-37]));
    let mut tape = Tape::new();
    for x in [0.0, 0.4, 1.0] {
        let (value, gradients) = tape.value_and_grad(|tape| {
            let p = DiscretizedLogisticMixture::new(tape.param(&l), tape.param(&m), tape.param(&s), 256);
            p.log_prob(&tape.constant(&Tensor::from([F::of(x)])))
        });
        assert!(value.is_finite());
        for param in [&l, &m, &s] {
            assert!(gradients.get(param).unwrap().data().iter().all(|g| g.is_finite()), "{x}");
        }
    }
    let (entropy, gradients) = tape.value_and_grad(|tape| {
        DiscretizedLogisticMixture::new(tape.param(&l), tape.param(&m), tape.param(&s), 256).entropy().sum_all()
    });
    assert!(entropy.is_finite() && entropy >= F::zero());
    for param in [&l, &m, &s] {
        assert!(gradients.get(param).unwrap().data().iter().all(|g| g.is_finite()));
    }
}

#[test]
fn limits() {
    finite_in::<f32>();
    finite_in::<f64>();
    // Two peaks: the higher one, and the lower level where they are as high.
    let two = |l: f64| {
        let (m, s) = (Tensor::from([[0.25, 0.75]]), Tensor::from([[1e-9, 1e-9]]));
        DiscretizedLogisticMixture::new(Tensor::from([[0.0, l]]), m, s, 5)
    };
    assert_eq!([two(-1.0), two(0.0), two(1.0)].map(|p| p.mode().item()), [0.25, 0.25, 0.75]);
    close(&two(0.0).entropy(), &Tensor::scalar(2.0f64.ln()), 1e-15);
}

#[test]
#[should_panic(expected = "DiscretizedLogisticMixture: needs logits, loc and scale [.., D, M], not []")]
fn no_axis_of_components() {
    DiscretizedLogisticMixture::new(Tensor::scalar(0.0), Tensor::scalar(0.0), Tensor::scalar(1.0), 256);
}

#[test]
#[should_panic(
    expected = "DiscretizedLogisticMixture: x and the parameters before their last axis: [4] and [3] do not go together"
)]
fn x_of_another_shape() {
    let p = DiscretizedLogisticMixture::new(Tensor::zeros([3, 2]), Tensor::zeros([3, 2]), Tensor::scalar(1.0), 256);
    let _ = p.log_prob(&Tensor::<f64>::zeros([4]));
}

#[test]
fn messages() {
    let of = |l: [f64; 2], s: f64| {
        DiscretizedLogisticMixture::new(Tensor::from([l]), Tensor::from([[0.0, 1.0]]), Tensor::from([[1.0, s]]), 4)
    };
    for (p, why) in [
        (of([0.0, INF], 1.0), "DiscretizedLogisticMixture: logits must be finite or −∞; element [0, 1] is inf"),
        (
            of([-INF, -INF], 1.0),
            "DiscretizedLogisticMixture: the logits of an element must be finite for one component at least; \
             element 0 is -inf",
        ),
        (of([0.0, 0.0], 0.0), "DiscretizedLogisticMixture: scale must be positive and finite; element [0, 1] is 0"),
    ] {
        assert_eq!(p.validated().unwrap_err().to_string(), why);
    }
    let p = of([0.0, -INF], 1.0).validated().unwrap();
    let why = p.supports(&Tensor::from([0.5])).unwrap_err();
    assert_eq!(
        why.to_string(),
        "DiscretizedLogisticMixture: x must be a multiple of 1/3 from 0 to 1; element 0 is 0.5"
    );
}

#[test]
#[should_panic(expected = "DiscretizedLogisticMixture: 2 to 65536 levels, not 1")]
fn one_level() {
    let zero = || Tensor::from([[0.0]]);
    DiscretizedLogisticMixture::new(zero(), zero(), zero() + 1.0, 1);
}
