//! Derivatives of every density, entropy, divergence and draw against central differences, by `x` and every parameter.
//! The tolerance is that of `autograd::check::gradients`, which states its reasons.

use crate::support::stream;
use autograd::check::gradients;
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;
use std::slice::from_ref;

/// Numbers from a range in one of the shapes that go with `x [2, 3]`: a number, a row, all.
fn param(low: f64, high: f64) -> impl Strategy<Value = Tensor<f64>> {
    prop::sample::select(vec![&[][..], &[3], &[2, 3]])
        .prop_flat_map(move |shape: &'static [usize]| array(shape, low, high))
}

fn array(shape: &'static [usize], low: f64, high: f64) -> impl Strategy<Value = Tensor<f64>> {
    let size = shape.iter().product::<usize>();
    prop::collection::vec(low..high, size).prop_map(move |x| Tensor::new(shape, x))
}

/// Triangular factors with the diagonal in (0.5, 2.5), one or one a row.
fn factor() -> impl Strategy<Value = Tensor<f64>> {
    prop::sample::select(vec![&[3, 3][..], &[2, 3, 3]])
        .prop_flat_map(|shape: &'static [usize]| array(shape, -1.0, 1.0))
        .prop_map(|mut l| {
            l.data_mut().iter_mut().enumerate().filter(|(i, _)| i % 9 % 4 == 0).for_each(|(_, l)| *l += 1.5);
            l
        })
}

/// Whether no x is close to its μ, where Laplace's density has a kink.
fn apart(x: &Tensor<f64>, loc: &Tensor<f64>) -> bool {
    (x - loc).data().iter().all(|d| d.abs() > 1e-3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn normal(
        x in array(&[2, 2, 3], -2.0, 2.0), m0 in param(-2.0, 2.0), s0 in param(0.4, 2.5),
        m1 in param(-2.0, 2.0), l1 in param(-1.0, 1.0),
    ) {
        gradients(&[x.clone(), m0.clone(), s0.clone()], |v| Normal::new(v[1], v[2]).log_prob(&v[0]))?;
        gradients(&[x, m1.clone(), l1.clone()], |v| Normal::from_log_variance(v[1], v[2]).log_prob(&v[0]))?;
        gradients(&[m0.clone(), s0.clone()], |v| Normal::new(v[0], v[1]).entropy())?;
        gradients(&[m1.clone(), l1.clone()], |v| Normal::from_log_variance(v[0], v[1]).entropy())?;
        gradients(&[m1.clone(), l1.clone()], |v| Normal::from_log_variance(v[0], v[1]).variance())?;
        gradients(&[m1.clone(), l1.clone()], |v| {
            kl(&Normal::from_log_variance(v[0], v[1]), &StandardNormal::new([3]))
        })?;
        gradients(&[m0, s0, m1, l1], |v| kl(&Normal::new(v[0], v[1]), &Normal::from_log_variance(v[2], v[3])))?;
    }

    #[test]
    fn draws(m in param(-2.0, 2.0), s in param(0.4, 2.5), l in factor(), seed: u64) {
        gradients(&[m.clone(), s.clone()], |v| Normal::new(v[0], v[1]).rsample(&mut stream(seed)))?;
        gradients(&[m.clone(), s.clone()], |v| Normal::from_log_variance(v[0], v[1]).rsample_n(2, &mut stream(seed)))?;
        gradients(&[m.clone(), s.clone()], |v| Laplace::new(v[0], v[1]).rsample_n(2, &mut stream(seed)))?;
        let row = m + Tensor::zeros([2, 3]);
        gradients(&[row.clone(), l.clone()], |v| MultivariateNormal::new(v[0], v[1]).rsample(&mut stream(seed)))?;
        gradients(&[row.clone(), l.clone()], |v| MultivariateNormal::new(v[0], v[1]).rsample_n(2, &mut stream(seed)))?;
        gradients(&[row, l, s], |v| {
            let (q, p) = (MultivariateNormal::new(v[0], v[1]), Normal::new(v[0] + 1.0, v[2]));
            kl_monte_carlo(&q, &p, 3, &mut stream(seed)).value
        })?;
    }

    #[test]
    fn multivariate_normal(
        x in array(&[2, 2, 3], -1.0, 1.0), m0 in array(&[2, 3], -1.0, 1.0), l0 in factor(),
        m1 in array(&[2, 3], -1.0, 1.0), l1 in factor(), s1 in param(0.4, 2.5),
    ) {
        gradients(&[x, m0.clone(), l0.clone()], |v| MultivariateNormal::new(v[1], v[2]).log_prob(&v[0]))?;
        gradients(&[m0.clone(), l0.clone()], |v| MultivariateNormal::new(v[0], v[1]).entropy())?;
        gradients(&[m0.clone(), l0.clone()], |v| MultivariateNormal::new(v[0], v[1]).variance())?;
        gradients(&[m0.clone(), l0.clone()], |v| kl(&MultivariateNormal::new(v[0], v[1]), &StandardNormal::new([3])))?;
        gradients(&[m0.clone(), l0.clone(), m1.clone(), l1.clone()], |v| {
            kl(&MultivariateNormal::new(v[0], v[1]), &MultivariateNormal::new(v[2], v[3]))
        })?;
        gradients(&[m0.clone(), l0.clone(), m1.clone(), s1.clone()], |v| {
            kl(&MultivariateNormal::new(v[0], v[1]), &Normal::new(v[2], v[3]))
        })?;
        gradients(&[m0, s1, m1, l1], |v| kl(&Normal::new(v[0], v[1]), &MultivariateNormal::new(v[2], v[3])))?;
        gradients(&[l0], |v| {
            let l = v[0].tril();
            let q = MultivariateNormal::from_covariance(l.constant(&Tensor::zeros([3])), l.matmul_t(&l));
            q.log_prob(&v[0].constant(&Tensor::from([0.5, -1.0, 0.2])))
        })?;
    }

    #[test]
    fn laplace(
        x in array(&[2, 2, 3], -2.0, 2.0), m0 in param(-2.0, 2.0), b0 in param(0.4, 2.5),
        m1 in param(-2.0, 2.0), b1 in param(0.4, 2.5),
    ) {
        prop_assume!(apart(&x, &m0) && apart(&m0, &m1));
        gradients(&[x, m0.clone(), b0.clone()], |v| Laplace::new(v[1], v[2]).log_prob(&v[0]))?;
        gradients(&[m0.clone(), b0.clone()], |v| Laplace::new(v[0], v[1]).entropy())?;
        gradients(&[m0.clone(), b0.clone()], |v| Laplace::new(v[0], v[1]).variance())?;
        gradients(&[m0, b0, m1, b1], |v| kl(&Laplace::new(v[0], v[1]), &Laplace::new(v[2], v[3])))?;
    }

    #[test]
    fn bernoulli(x in array(&[2, 2, 3], 0.1, 0.9), a in param(-4.0, 4.0), b in param(-4.0, 4.0), p in param(0.1, 0.9)) {
        gradients(&[x.clone(), a.clone()], |v| Bernoulli::new(v[1]).log_prob(&v[0]))?;
        gradients(&[x, p], |v| Bernoulli::from_probs(v[1]).log_prob(&v[0]))?;
        gradients(from_ref(&a), |v| Bernoulli::new(v[0]).entropy())?;
        gradients(from_ref(&a), |v| Bernoulli::new(v[0]).variance())?;
        gradients(&[a, b], |v| kl(&Bernoulli::new(v[0]), &Bernoulli::new(v[1])))?;
    }

    #[test]
    fn categorical(a in array(&[2, 3, 4], -3.0, 3.0), b in array(&[3, 4], -3.0, 3.0), seed: u64) {
        let x = Categorical::new(a.clone()).sample(&mut stream(seed));
        gradients(from_ref(&a), |v| Categorical::new(v[0]).log_prob(&v[0].constant(&x)))?;
        gradients(from_ref(&b), |v| Categorical::new(v[0]).log_prob(&v[0].constant(&x)))?;
        gradients(from_ref(&a), |v| Categorical::new(v[0]).entropy())?;
        gradients(from_ref(&a), |v| Categorical::new(v[0]).mean())?;
        gradients(from_ref(&a), |v| Categorical::new(v[0]).variance())?;
        gradients(&[a.clone(), b.clone()], |v| kl(&Categorical::new(v[0]), &Categorical::new(v[1])))?;
        gradients(&[b, a], |v| kl(&Categorical::new(v[0]), &Categorical::new(v[1])))?;
    }
}

/// The standard normal distribution has no parameter but `x`.
#[test]
fn standard_normal() {
    gradients(&[Tensor::from([[0.5, -1.0], [2.0, 0.0]])], |v| StandardNormal::new([2]).log_prob(&v[0])).unwrap();
}
