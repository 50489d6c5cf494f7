//! NaN in gives NaN, and nothing else does, of every distribution: data that are missing do not pass for impossible ones.

use crate::support::INF;
use autograd::prelude::*;
use prob::prelude::*;
use prob::transform::{Affine, Coupling, Unchanged};

/// A number for the event, −∞ with an infinite element in any place, and NaN with NaN in any, beside an infinite one too.
#[track_caller]
fn check<P: Distribution<Tensor<f64>>>(p: &P, event: Tensor<f64>) {
    let with = |changes: &[(usize, f64)]| {
        let mut x = event.clone();
        changes.iter().for_each(|(i, value)| x.data_mut()[*i] = *value);
        p.log_prob(&x).item()
    };
    assert!(with(&[]).is_finite());
    let n = event.shape().size();
    for i in 0..n {
        for far in [INF, -INF] {
            assert_eq!(with(&[(i, far)]), -INF, "{far} in place {i}");
            assert!(with(&[(i, far), ((i + 1) % n, f64::NAN)]).is_nan(), "{far} in place {i}, and NaN");
        }
        assert!(with(&[(i, f64::NAN)]).is_nan(), "NaN in place {i}");
    }
}

#[test]
fn nan_in_gives_nan() {
    let row = || Tensor::from([0.25, 0.5, 0.75]);
    let (one, zero) = (|| Tensor::from(1.0), || Tensor::from(0.0));
    let (first, counts) = (|| Tensor::from([1.0, 0.0, 0.0]), || Tensor::from([2.0, 0.0, 1.0]));
    let logits = || Tensor::from([[0.5, -1.0], [1.0, 0.0], [0.0, 2.0]]);

    check(&Normal::new(row(), one()), row());
    check(&Normal::from_log_variance(row(), zero()), row());
    check(&StandardNormal::new([3]), row());
    check(&MultivariateNormal::new(row(), Tensor::eye(3) + Tensor::ones([3, 3])), row());
    check(&LowRankNormal::new(row(), logits(), row()), row());
    check(&Laplace::new(row(), one()), row());
    check(&Logistic::new(row(), one()), row());
    check(&StudentT::new(one(), row(), one()), row());
    check(&LogNormal::new(row(), one()), row());
    check(&Exponential::new(row()), row());
    check(&Gamma::new(row(), one()), row());
    check(&Beta::new(row(), one()), row());
    check(&Uniform::new(zero(), row() + 1.0), row());
    check(&ContinuousBernoulli::new(row()), row());
    check(&Bernoulli::new(row()), row());
    check(&Bernoulli::new(row()), first());
    check(&DiscretizedLogistic::new(row(), one(), 5), row());
    check(&DiscretizedLogisticMixture::new(logits(), logits(), one(), 5), row());
    check(&Categorical::new(logits()), first());
    check(&OneHotCategorical::new(row()), first());
    check(&UniformCategorical::new([3], 2), first());
    check(&Dirichlet::new(row()), Tensor::from([0.5, 0.25, 0.25]));
    check(&Concrete::new(row(), one()), Tensor::from([0.5, 0.25, 0.25]));
    check(&ExpConcrete::new(row(), one()), Tensor::from([0.5, 0.25, 0.25]).ln());
    check(&Poisson::new(row()), counts());
    check(&NegativeBinomial::new(row(), row()), counts());
    check(&ZeroInflated::new(Poisson::new(row()), zero()), counts());
    check(&VonMisesFisher::new(first(), one()), Tensor::from([0.0, 1.0, 0.0]));
    check(&UniformSphere::new([3]), first());
    check(&Mixture::new(Tensor::zeros([2]), Normal::new(Tensor::zeros([2, 3]), one())), row());
    check(
        &Independent::new(OneHotCategorical::new(Tensor::zeros([2, 3]))),
        Tensor::from([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),
    );
    check(&Transformed::new(Normal::new(row(), one()), Affine::new(row(), one())), row());
    let coupling = Coupling::new(Unchanged::First(1), |a: &Tensor<f64>| {
        let s = a.tanh();
        (Tensor::concat(&[&s, &s], -1), a.sin())
    });
    check(&Transformed::new(Normal::new(row(), one()), coupling), row());
}
