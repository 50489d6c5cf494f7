//! One formula for tensors and variables, single and double precision.

use crate::support::{close, stream};
use autograd::prelude::*;
use prob::prelude::*;

/// Everything this crate computes, at inputs that are exact in single precision.
fn everything<V: Array>(array: impl Fn(Tensor<f32>) -> V) -> Vec<Tensor<V::F>> {
    let table = |shape: &[usize], seed: usize| {
        array(Tensor::from_fn(shape, |i| ((((i + 5 * seed) * 37) % 64) as f32 - 31.5) / 16.0))
    };
    let positive = |shape: &[usize], seed: usize| table(shape, seed).square() + 0.25;
    let triangle = |seed: usize| table(&[3, 3], seed).tril() * 0.5 + array(Tensor::eye(3)) * 3.0;
    let (x, m, s, l) = (table(&[2, 2, 3], 0), table(&[2, 3], 1), positive(&[3], 2), table(&[2, 3, 4], 3));
    let unit = array(Tensor::from_fn([2, 3], |i| (i % 5) as f32 / 4.0));
    let classes = array(Tensor::from_fn([2, 3], |i| (i % 4) as f32));
    let (normal, by_variance) = (Normal::new(m.clone(), s.clone()), Normal::from_log_variance(s.clone(), m.clone()));
    let (full, other) =
        (MultivariateNormal::new(m.clone(), triangle(4)), MultivariateNormal::new(s.clone(), triangle(6)));
    let (laplace, wide) = (Laplace::new(m.clone(), s.clone()), Laplace::new(s.clone(), positive(&[2, 3], 7)));
    let (bernoulli, fair) = (Bernoulli::new(m.clone() * 4.0), Bernoulli::new(s.clone()));
    let (categorical, uniform) = (Categorical::new(l.clone()), Categorical::new(l * 0.0));
    let standard = StandardNormal::new([3]);
    let rng = &mut stream(11);
    let results = [
        normal.log_prob(&x),
        normal.entropy(),
        normal.mean(),
        normal.variance(),
        normal.rsample(rng),
        normal.rsample_n(2, rng),
        by_variance.log_prob(&x),
        by_variance.entropy(),
        by_variance.variance(),
        by_variance.rsample(rng),
        kl(&normal, &by_variance),
        kl(&by_variance, &normal),
        kl(&by_variance, &standard),
        standard.log_prob(&x),
        full.log_prob(&x),
        full.entropy(),
        full.mean(),
        full.variance(),
        full.covariance(),
        full.rsample(rng),
        full.rsample_n(2, rng),
        kl(&full, &other),
        kl(&full, &standard),
        kl(&full, &normal),
        kl(&normal, &full),
        kl_monte_carlo(&full, &normal, 9, rng).value,
        laplace.log_prob(&x),
        laplace.entropy(),
        laplace.mean(),
        laplace.variance(),
        laplace.rsample(rng),
        kl(&laplace, &wide),
        bernoulli.log_prob(&unit),
        bernoulli.entropy(),
        bernoulli.mean(),
        bernoulli.variance(),
        kl(&bernoulli, &fair),
        categorical.log_prob(&classes),
        categorical.entropy(),
        categorical.mean(),
        categorical.variance(),
        kl(&categorical, &uniform),
        categorical.probs(),
        categorical.log_probs(),
    ];
    let samples =
        [normal.sample(rng), full.sample(rng), laplace.sample(rng), bernoulli.sample(rng), categorical.sample(rng)];
    results.iter().map(V::value).chain(samples).collect()
}

/// The same operations run: the same bits come out.
#[test]
fn tensors_and_variables_agree_bit_for_bit() {
    let mut tape = Tape::<f32>::new();
    let plain = everything(|x| x);
    let recorded = tape.evaluate(|tape| everything(|x| tape.constant(&x)));
    let params = tape.evaluate(|tape| everything(|x| tape.param(&Param::new(x))));
    assert_eq!(plain, recorded);
    assert_eq!(plain, params);
    let graph = Tape::<f32>::new();
    assert_eq!(plain, everything(|x| graph.param(&Param::new(x))));
}

/// 10⁻⁵·max(1, |value|) is some hundred roundings in single precision; the discrete draws are equal.
#[test]
fn single_and_double_precision_agree() {
    let (single, double) = (everything(|x| x), everything(|x| x.cast::<f64>()));
    for (single, double) in single.iter().zip(&double) {
        close(single, double, 1e-5);
    }
}
