//! Golden values: every line of `tests/golden/golden.csv`, which `golden.py` beside it wrote with mpmath.

use autograd::{Real, Tensor};
use prob::prelude::*;

/// A formula at the arguments of a line, in the type `F`.
fn evaluate<F: Real>(what: &str, args: &[f64]) -> f64 {
    let n = |i: usize| Tensor::scalar(F::of(args[i]));
    let row = |from: usize, len: usize| Tensor::from_fn([len], |i| F::of(args[from + i]));
    let normal = |i| Normal::new(n(i), n(i + 1));
    let laplace = |i| Laplace::new(n(i), n(i + 1));
    let bernoulli = |i| Bernoulli::new(n(i));
    let categorical = |i| Categorical::new(row(i, 4));
    let mvn = |i| MultivariateNormal::new(row(i, 3), lower(&args[i + 3..]));
    let value = match what {
        "normal_log_prob" => normal(1).log_prob(&n(0)),
        "normal_entropy" => Normal::new(Tensor::zeros([]), n(0)).entropy(),
        "normal_log_variance_log_prob" => Normal::from_log_variance(n(1), n(2)).log_prob(&n(0)),
        "normal_log_variance_kl_standard" => kl(&Normal::from_log_variance(n(0), n(1)), &StandardNormal::new([])),
        "normal_kl" => kl(&normal(0), &normal(2)),
        "laplace_log_prob" => laplace(1).log_prob(&n(0)),
        "laplace_entropy" => Laplace::new(Tensor::zeros([]), n(0)).entropy(),
        "laplace_kl" => kl(&laplace(0), &laplace(2)),
        "bernoulli_log_prob" => bernoulli(1).log_prob(&n(0)),
        "bernoulli_entropy" => bernoulli(0).entropy(),
        "bernoulli_kl" => kl(&bernoulli(0), &bernoulli(1)),
        "categorical_log_prob" => categorical(1).log_prob(&n(0)),
        "categorical_entropy" => categorical(0).entropy(),
        "categorical_kl" => kl(&categorical(0), &categorical(4)),
        "mvn_log_prob" => mvn(3).log_prob(&row(0, 3)),
        "mvn_entropy" => MultivariateNormal::new(Tensor::zeros([3]), lower(args)).entropy(),
        "mvn_kl" => kl(&mvn(0), &mvn(9)),
        _ => panic!("golden.csv has values of `{what}`, which this test does not know"),
    };
    value.item().as_f64()
}

/// A triangular matrix from its rows up to the diagonal; what stands above is not to be used.
fn lower<F: Real>(v: &[f64]) -> Tensor<F> {
    Tensor::new([3, 3], [v[0], 9.0, 9.0, v[1], v[2], 9.0, v[3], v[4], v[5]].map(F::of).to_vec())
}

/// Every line within `rel`·max(1, |value|).
fn compare<F: Real>(rel: f64) {
    let lines: Vec<&str> = include_str!("../golden/golden.csv").lines().filter(|l| !l.starts_with('#')).collect();
    assert!(lines.len() > 200, "golden.csv is not whole");
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let numbers: Vec<f64> = fields[1..].iter().map(|x| x.parse().unwrap()).collect();
        let (args, expected) = (&numbers[1..numbers.len() - 1], numbers[numbers.len() - 1]);
        assert_eq!(args.len(), numbers[0] as usize, "{line}");
        let value = evaluate::<F>(fields[0], args);
        assert!((value - expected).abs() <= rel * expected.abs().max(1.0), "{line}: {value:e} in {}", F::NAME);
    }
}

/// 10⁻¹² is some thousand roundings of the result, room for the few that cancel in x·l − softplus(l) at l = 100.
#[test]
fn double_precision() {
    compare::<f64>(1e-12);
}

/// 10⁻⁵ is some hundred roundings of the result. The inputs are exact in single precision.
#[test]
fn single_precision() {
    compare::<f32>(1e-5);
}
