//! Several events as one: nothing is computed but sums, which are compared with those written out.

use crate::support::{close, stream, tensor};
use autograd::prelude::*;
use prob::prelude::*;
use prob::transform::Tanh;

fn normal(seed: usize) -> MultivariateNormal<Tensor<f64>> {
    let factor = tensor([2, 5, 3, 3], seed).tril() * 0.3 + Tensor::eye(3);
    MultivariateNormal::new(tensor([2, 5, 3], seed + 1), factor)
}

/// Events [5, 3] of rows of 2: five vectors of three.
#[test]
fn it_sums_over_one_axis_more() {
    let (p, x) = (Independent::new(normal(1)), tensor([4, 2, 5, 3], 9));
    assert_eq!(p.shape().dims(), [2, 5, 3]);
    close(&p.log_prob(&x), &p.each().log_prob(&x).sum(-1), 0.0);
    assert_eq!(p.log_prob(&x).shape().dims(), [4, 2]);
    close(&p.entropy(), &p.each().entropy().sum(-1), 0.0);
    close(&kl(&p, &Independent::new(normal(5))), &kl(p.each(), &normal(5)).sum(-1), 0.0);
    assert_eq!(p.cdf(&x), p.each().cdf(&x));
    assert_eq!((p.mean(), p.variance(), p.mode()), (p.each().mean(), p.each().variance(), p.each().mode()));
    assert_eq!(p.sample(&mut stream(440)), p.each().sample(&mut stream(440)));
    assert_eq!(p.sample_n(2, &mut stream(440)), p.each().sample_n(2, &mut stream(440)));
    assert_eq!(p.rsample(&mut stream(440)), p.each().rsample(&mut stream(440)));
    assert!(p.supports(&x).is_ok());
    assert!(p.supports(&(x / 0.0)).is_err());
}

#[test]
fn one_hot_vectors_are_an_event() {
    let p = Independent::new(OneHotCategorical::new(tensor([5, 3, 4], 1)));
    let (x, numbers) = (p.sample(&mut stream(441)), p.each().categorical().sample(&mut stream(441)));
    close(&p.log_prob(&x), &p.each().categorical().log_prob(&numbers), 1e-15);
}

#[test]
fn derivatives() {
    let (loc, factor, x) = (tensor([2, 3], 1), Tensor::eye(3) + tensor([3, 3], 2).tril() * 0.1, tensor([4, 2, 3], 3));
    autograd::check::gradients(&[loc, factor, x], |v| {
        Independent::new(MultivariateNormal::new(v[0], v[1])).log_prob(&v[2])
    })
    .unwrap();
}

/// A flow's draws have their density from the pass that made them: its inverse would find y = 1 for them, and nothing there.
#[test]
fn draws_of_flows_are_not_inverted() {
    let loc = Tensor::<f32>::full([2, 3], 12.0);
    let flow = Transformed::new(Normal::new(loc, Tensor::scalar(1.0)), Tanh);
    let each = flow.rsample_with_log_prob(&mut stream(442));
    let (x, log_p) = Independent::new(flow.clone()).rsample_with_log_prob(&mut stream(442));
    assert_eq!((x, log_p.item()), (each.0, each.1.sum(-1).item()));
    assert!(log_p.item().is_finite());
    let each = flow.rsample_n_with_log_prob(4, &mut stream(442));
    let (x, log_p) = Independent::new(flow).rsample_n_with_log_prob(4, &mut stream(442));
    assert_eq!((x, log_p), (each.0, each.1.sum(-1)));
}

#[test]
#[should_panic(expected = "Independent: needs an axis of events, and there is one event")]
fn one_event() {
    let _ = Independent::new(OneHotCategorical::new(tensor([3], 1))).entropy();
}
