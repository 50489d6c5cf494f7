//! One formula for tensors and variables, single and double precision.

use crate::support::{close, stream};
use autograd::prelude::*;
use prob::prelude::*;

/// Inputs that are exact in single precision, by a shape and a seed.
struct Inputs<A>(A);

impl<V: Array, A: Fn(Tensor<f32>) -> V> Inputs<A> {
    fn table(&self, shape: &[usize], seed: usize) -> V {
        self.0(Tensor::from_fn(shape, |i| ((((i + 5 * seed) * 37) % 64) as f32 - 31.5) / 16.0))
    }

    fn positive(&self, shape: &[usize], seed: usize) -> V {
        self.table(shape, seed).square() + 0.25
    }

    /// `shape` filled with 0, `step`, 2·`step`, … in turn, below `end`.
    fn levels(&self, shape: &[usize], step: f32, end: usize) -> V {
        self.0(Tensor::from_fn(shape, |i| (i % end) as f32 * step))
    }

    fn triangle(&self, seed: usize) -> V {
        self.table(&[3, 3], seed).tril() * 0.5 + self.0(Tensor::eye(3)) * 3.0
    }
}

/// Everything this crate computes.
fn everything<V: Array>(array: impl Fn(Tensor<f32>) -> V) -> Vec<Tensor<V::F>> {
    let inputs = Inputs(array);
    [normals(&inputs), vectors(&inputs), others(&inputs), discrete(&inputs)].concat()
}

fn normals<V: Array>(inputs: &Inputs<impl Fn(Tensor<f32>) -> V>) -> Vec<Tensor<V::F>> {
    let (x, m, s) = (inputs.table(&[2, 2, 3], 0), inputs.table(&[2, 3], 1), inputs.positive(&[3], 2));
    let (p, q) = (Normal::new(m.clone(), s.clone()), Normal::from_log_variance(s, m));
    let (standard, rng) = (StandardNormal::new([3]), &mut stream(11));
    let sample = p.sample(rng);
    [p.log_prob(&x), p.entropy(), p.mean(), p.variance(), p.rsample(rng), p.rsample_n(2, rng)]
        .iter()
        .chain(&[q.log_prob(&x), q.entropy(), q.mean(), q.variance(), q.rsample(rng), q.rsample_n(2, rng)])
        .chain(&[kl(&p, &q), kl(&q, &p), kl(&p, &standard), kl(&q, &standard), standard.log_prob(&x)])
        .map(V::value)
        .chain([sample])
        .collect()
}

fn vectors<V: Array>(inputs: &Inputs<impl Fn(Tensor<f32>) -> V>) -> Vec<Tensor<V::F>> {
    let (x, m, s) = (inputs.table(&[2, 2, 3], 0), inputs.table(&[2, 3], 1), inputs.positive(&[3], 2));
    let p = MultivariateNormal::new(m.clone(), inputs.triangle(4));
    let (q, diagonal) = (MultivariateNormal::new(s.clone(), inputs.triangle(6)), Normal::new(m, s));
    let rng = &mut stream(12);
    let sample = p.sample(rng);
    [p.log_prob(&x), p.entropy(), p.mean(), p.variance(), p.covariance(), p.rsample(rng), p.rsample_n(2, rng)]
        .iter()
        .chain(&[kl(&p, &q), kl(&p, &StandardNormal::new([3])), kl(&p, &diagonal), kl(&diagonal, &p)])
        .chain(&[kl_monte_carlo(&p, &diagonal, 9, rng).value])
        .map(V::value)
        .chain([sample])
        .collect()
}

fn others<V: Array>(inputs: &Inputs<impl Fn(Tensor<f32>) -> V>) -> Vec<Tensor<V::F>> {
    let (x, m, s) = (inputs.table(&[2, 2, 3], 0), inputs.table(&[2, 3], 1), inputs.positive(&[3], 2));
    let (p, q) = (Laplace::new(m, s.clone()), Laplace::new(s, inputs.positive(&[2, 3], 7)));
    let rng = &mut stream(13);
    let sample = p.sample(rng);
    [p.log_prob(&x), p.entropy(), p.mean(), p.variance(), p.rsample(rng), p.rsample_n(2, rng), kl(&p, &q)]
        .iter()
        .map(V::value)
        .chain([sample])
        .collect()
}

fn discrete<V: Array>(inputs: &Inputs<impl Fn(Tensor<f32>) -> V>) -> Vec<Tensor<V::F>> {
    let (p, q) = (Bernoulli::new(inputs.table(&[2, 3], 1) * 4.0), Bernoulli::new(inputs.table(&[3], 2)));
    let logits = inputs.table(&[2, 3, 4], 3);
    let (c, d) = (Categorical::new(logits.clone()), Categorical::new(logits * 0.0));
    let (unit, classes) = (inputs.levels(&[2, 3], 0.25, 5), inputs.levels(&[2, 3], 1.0, 4));
    let rng = &mut stream(14);
    [p.log_prob(&unit), p.entropy(), p.mean(), p.variance(), kl(&p, &q)]
        .iter()
        .chain(&[c.log_prob(&classes), c.entropy(), c.mean(), c.variance(), kl(&c, &d), c.probs(), c.log_probs()])
        .map(V::value)
        .chain([p.sample(rng), c.sample(rng)])
        .collect()
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
