//! The categorical distribution over one-hot vectors, and the uniform one over classes.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{N, dkw, have_moments, pinned};
use crate::support::golden::{DOUBLE, SINGLE, golden, row};
use crate::support::gradients::{array, gradients};
use crate::support::{INF, close, divergence, stream, tensor};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;
use std::slice::from_ref;

/// The vector of a class of `n`.
fn vector<V: Array>(like: &V, class: usize, n: usize) -> V {
    like.constant(&Tensor::from_fn([n], |i| V::F::of(f64::from(i == class))))
}

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let p = OneHotCategorical::new(row(&x[..4]));
    match what {
        "entropy" => p.entropy(),
        "kl_uniform" => kl(&p, &UniformCategorical::new([], 4)),
        "kl" => kl(&p, &OneHotCategorical::new(row(&x[4..]))),
        _ if what.starts_with("cdf_") => {
            let class: usize = what["cdf_".len()..].parse().expect("a class");
            p.cdf(&x[0].constant(&Tensor::zeros([4]))).slice(0, class..class + 1)
        }
        _ => {
            let class = what.strip_prefix("log_prob_").and_then(|c| c.parse().ok());
            p.log_prob(&vector(&x[0], class.unwrap_or_else(|| panic!("this test does not know `{what}`")), 4))
        }
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/one_hot_categorical.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// Over all vectors; rounding alone.
#[test]
fn its_mass_is_one() {
    let logits = Tensor::from([[0.3, -1.2, 2.0, 0.0], [100.0, -100.0, 50.0, 0.0], [-INF, 1e4, 1e4, 0.0]]);
    let vectors = Tensor::<f64>::eye(4).reshape([4, 1, 4]) + Tensor::zeros([4, 3, 4]);
    let mass = OneHotCategorical::new(logits).log_prob(&vectors).exp().sum(0);
    close(&mass, &Tensor::ones([3]), 1e-15);
}

/// The class numbers say the same.
#[test]
fn one_variable_is_categorical() {
    let logits = tensor([3, 4], 1);
    let (p, q) = (OneHotCategorical::new(logits.clone()), Categorical::new(logits.reshape([3, 1, 4])));
    let (x, z) = (p.sample(&mut stream(430)), q.sample(&mut stream(430)));
    assert_eq!(p.log_prob(&x), q.log_prob(&z));
    assert_eq!(p.entropy(), q.entropy());
    let (a, b) = (tensor([3, 4], 5), tensor([3, 4], 6));
    let one_hot: Tensor<f64> = kl(&OneHotCategorical::new(a.clone()), &OneHotCategorical::new(b.clone()));
    let numbers = kl(&Categorical::new(a.reshape([3, 1, 4])), &Categorical::new(b.reshape([3, 1, 4])));
    assert_eq!(one_hot, numbers);
    let uniform: Tensor<f64> = kl(&p, &UniformCategorical::new([3], 4));
    assert_eq!(uniform, kl(&q, &UniformCategorical::new([1], 4)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(a in array(&[2, 3, 4], -3.0, 3.0), b in array(&[3, 4], -3.0, 3.0), seed: u64) {
        let x = OneHotCategorical::new(a.clone()).sample(&mut stream(seed));
        gradients(from_ref(&a), |v| OneHotCategorical::new(v[0]).log_prob(&v[0].constant(&x)))?;
        gradients(from_ref(&b), |v| OneHotCategorical::new(v[0]).log_prob(&v[0].constant(&x)))?;
        gradients(from_ref(&a), |v| OneHotCategorical::new(v[0]).cdf(&v[0].constant(&x)))?;
        gradients(from_ref(&b), |v| OneHotCategorical::new(v[0]).cdf(&v[0].constant(&x)))?;
        gradients(from_ref(&a), |v| OneHotCategorical::new(v[0]).entropy())?;
        gradients(from_ref(&a), |v| OneHotCategorical::new(v[0]).mean())?;
        gradients(from_ref(&a), |v| OneHotCategorical::new(v[0]).variance())?;
        gradients(from_ref(&a), |v| kl(&OneHotCategorical::new(v[0]), &UniformCategorical::new([2, 3], 4)))?;
        gradients(from_ref(&a), |v| kl(&Categorical::new(v[0]), &UniformCategorical::new([3], 4)))?;
        gradients(&[a, b], |v| kl(&OneHotCategorical::new(v[0]), &OneHotCategorical::new(v[1])))?;
    }

    /// Within roundings of terms below 6.
    #[test]
    fn divergences_are_not_negative(a in array(&[2, 4], -3.0, 3.0), b in array(&[2, 4], -3.0, 3.0)) {
        let (q, p) = (OneHotCategorical::new(a.clone()), OneHotCategorical::new(b));
        divergence::is_not_negative(&q, &p, 1e-14);
        let uniform: Tensor<f64> = kl(&q, &UniformCategorical::new([], 4));
        prop_assert!(uniform.data().iter().all(|kl| *kl >= -1e-14));
        let numbers: Tensor<f64> = kl(&Categorical::new(a), &UniformCategorical::new([2], 4));
        close(&uniform.sum_all(), &numbers, 1e-14);
    }
}

/// Of each element by itself: 0 below 0, what is left to the others up to 1, and 1.
#[test]
fn distribution_functions() {
    let logits = Param::new(Tensor::from([0.3, -INF, 2.0, -40.0]));
    let (mut tape, probs) = (Tape::new(), logits.value().softmax(-1));
    for (x, expected) in [
        (-INF, Tensor::zeros([4])),
        (-0.01, Tensor::zeros([4])),
        (0.0, 1.0 - &probs),
        (0.99, 1.0 - &probs),
        (1.0, Tensor::ones([4])),
        (INF, Tensor::ones([4])),
    ] {
        let mut below = None;
        let (_, gradients) = tape.value_and_grad(|tape| {
            let cdf = OneHotCategorical::new(tape.param(&logits)).cdf(&tape.constant(&Tensor::full([4], x)));
            below = Some(cdf.value());
            (cdf * tape.constant(&Tensor::from([1.0, 2.0, 3.0, 4.0]))).sum_all()
        });
        close(&below.unwrap(), &expected, 1e-15);
        let moved = gradients.get(&logits).unwrap();
        assert!(
            moved.data().iter().all(|d| d.is_finite()) && (moved.data()[0] != 0.0) == (0.0..1.0).contains(&x),
            "{x}"
        );
    }
    // What is left to the others keeps its digits.
    let sure = OneHotCategorical::new(Tensor::from([40.0, 0.0])).cdf(&Tensor::zeros([2]));
    assert!((sure.data()[0] / (-40.0f64).exp() - 1.0).abs() < 1e-14);
    let x = Tensor::from([f64::NAN, 0.0]);
    assert!(OneHotCategorical::new(Tensor::from([40.0, 0.0])).cdf(&x).data()[0].is_nan());
}

#[test]
fn draws() {
    let p = OneHotCategorical::new(Tensor::from([[0.3, -1.2, 2.0, 0.0], [-INF, 1.0, 0.0, -3.0]]));
    let x = p.sample_n(N, &mut stream(431));
    assert_eq!(x.shape().dims(), [N, 2, 4]);
    assert!(p.supports(&x).is_ok());
    let frequencies = x.mean(0);
    for (f, p) in frequencies.data().iter().zip(p.probs().data()) {
        assert!((f - p).abs() < dkw(N), "{f} instead of {p}");
    }
    have_moments(&OneHotCategorical::new(Tensor::from([0.3, -1.2, 2.0, 0.0])), 432);
    pinned(&OneHotCategorical::new(Tensor::zeros([2, 3])), &[0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    assert_eq!(p.mode(), Tensor::from([[0.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0]]));
}

/// Drawn and scored as any distribution; the greatest of 10⁵ uniform draws of 7 is 6.
#[test]
fn uniform_over_classes() {
    let p = UniformCategorical::new([3], 7);
    let x: Tensor<f64> = Distribution::<Tensor<f64>>::sample_n(&p, N, &mut stream(433));
    assert_eq!(x.shape().dims(), [N, 3]);
    assert_eq!(x.max(0), Tensor::full([3], 6.0));
    close(&p.log_prob(&x), &Tensor::full([N], -3.0 * 7f64.ln()), 1e-15);
    let (same, entropy) = (Categorical::new(Tensor::zeros([3, 7])), p.entropy());
    close::<f64>(&entropy, &Tensor::scalar(3.0 * 7f64.ln()), 1e-15);
    close(&entropy, &same.entropy(), 1e-14);
    close::<f64>(&p.mean(), &same.mean(), 1e-14);
    close::<f64>(&p.variance(), &same.variance(), 1e-14);
    assert_eq!(Mode::<Tensor<f64>>::mode(&p), same.mode());
    have_moments(&p, 435);
    let points = Tensor::from_fn([26, 3], |i| i as f64 * 0.125 - 1.0);
    close(&p.cdf(&points), &same.cdf(&points), 1e-15);
    let ends = Tensor::from([-INF, INF, 6.0]);
    assert_eq!(p.cdf(&ends), Tensor::from([0.0, 1.0, 1.0]));
    assert!(p.cdf(&Tensor::scalar(f64::NAN)).data().iter().all(|below| below.is_nan()));
    for class in 0..7 {
        let frequency = x.data().iter().filter(|x| **x == f64::from(class)).count() as f64 / (3 * N) as f64;
        assert!((frequency - 1.0 / 7.0).abs() < dkw(3 * N));
    }
    for x in [7.0, -1.0, 0.5, INF] {
        assert_eq!(p.log_prob(&Tensor::from([0.0, x, 0.0])).item(), -INF);
    }
    assert_eq!(
        Distribution::<Tensor<f64>>::supports(&p, &Tensor::from([7.0])).unwrap_err().to_string(),
        "UniformCategorical: x must be whole numbers from 0 to 6; element 0 is 7"
    );
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (a, b) = (inputs.table(&[2, 2, 3], 0), inputs.table(&[2, 3], 1));
    let (p, q) = (OneHotCategorical::new(a.clone()), OneHotCategorical::new(b));
    let rng = &mut stream(434);
    let (x, many) = (p.sample(rng), p.sample_n(2, rng));
    let uniform = UniformCategorical::new([2, 2], 3);
    let logs = [
        p.log_prob(&a.constant(&x)),
        p.log_prob(&a.constant(&many)),
        p.entropy(),
        p.cdf(&a),
        uniform.cdf(&a.slice(-1, ..2)),
    ];
    let mut all = values(&[p.mean(), p.variance(), p.mode(), kl(&p, &q), kl(&p, &uniform)]);
    all.extend(values(&logs));
    all.extend([x, many]);
    all
}

agreement!(everything);

#[test]
fn what_is_no_vector() {
    let p = OneHotCategorical::new(Tensor::from([0.0, 1.0, 2.0]));
    for x in [[0.0; 3], [1.0, 1.0, 0.0], [0.5, 0.5, 0.0], [2.0, 0.0, 0.0], [INF, 0.0, 0.0]] {
        assert_eq!(p.log_prob(&Tensor::from(x)).item(), -INF, "{x:?}");
        assert!(p.supports(&Tensor::from(x)).is_err());
    }
    let why = |x: [f64; 3]| p.supports(&Tensor::from([x])).unwrap_err().to_string();
    assert_eq!(why([0.5, 0.5, 0.0]), "OneHotCategorical: x must be 0 or 1; element [0, 0] is 0.5");
    assert_eq!(why([1.0, 1.0, 0.0]), "OneHotCategorical: the sum of a vector must be 1; element 0 is 2");
}

#[test]
fn messages() {
    let refused = |l: [f64; 2]| OneHotCategorical::new(Tensor::from(l)).validated().unwrap_err().to_string();
    assert_eq!(refused([0.0, INF]), "OneHotCategorical: logits must be finite or −∞; element 1 is inf");
    let nothing = "OneHotCategorical: the logits of a variable must be finite for one class at least; it is -inf";
    assert_eq!(refused([-INF, -INF]), nothing);
    assert!(OneHotCategorical::new(Tensor::from([0.0, -INF])).validated().is_ok());
}

#[test]
#[should_panic(expected = "OneHotCategorical: x must be of vectors of 3, not [2]")]
fn other_vectors() {
    let _ = OneHotCategorical::new(Tensor::zeros([3])).log_prob(&Tensor::from([1.0, 0.0]));
}

#[test]
#[should_panic(expected = "KL(OneHotCategorical ‖ UniformCategorical): 3 and 4 classes")]
fn other_classes() {
    let _: Tensor<f64> = kl(&OneHotCategorical::new(Tensor::zeros([3])), &UniformCategorical::new([], 4));
}
