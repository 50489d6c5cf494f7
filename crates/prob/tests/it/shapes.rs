//! Events, broadcasting and the shapes of draws, with three different extents.

use crate::support::{repeated, stream, tensor};
use autograd::prelude::*;
use prob::prelude::*;

const S: usize = 4;
const B: usize = 2;
const D: usize = 3;

#[test]
fn the_event_is_the_last_axis() {
    let shapes: [(&[usize], &[usize]); 4] = [(&[], &[]), (&[D], &[]), (&[B, D], &[B]), (&[S, B, D], &[S, B])];
    for (x, expected) in shapes.map(|(x, y)| (tensor(x, 0), Shape::new(y))) {
        let scalar = || Tensor::scalar(0.5);
        let shapes = [
            Normal::new(scalar(), scalar()).log_prob(&x).shape(),
            StandardNormal::new(Shape::SCALAR).log_prob(&x).shape(),
            Laplace::new(scalar(), scalar()).log_prob(&x).shape(),
            Bernoulli::new(scalar()).log_prob(&x.abs()).shape(),
            Categorical::new(tensor([5], 1)).log_prob(&(&x * 0.0)).shape(),
            Normal::new(x.clone(), scalar()).entropy().shape(),
            Bernoulli::new(x.clone()).entropy().shape(),
            kl(&Laplace::new(x.clone(), scalar()), &Laplace::new(scalar(), scalar())).shape(),
            kl(&Normal::new(scalar(), scalar()), &StandardNormal::new(x.shape())).shape(),
        ];
        assert_eq!(shapes, [expected; 9]);
    }
}

/// Parameters of fewer axes give, bit for bit, what the same parameters give when they are repeated by hand: a number
/// counts once for each element, not once for the event.
#[test]
fn parameters_of_fewer_axes_count_for_each_element() {
    let shapes: [&[usize]; 4] = [&[], &[D], &[B, D], &[S, B, D]];
    for (a, b) in shapes.iter().flat_map(|a| shapes.iter().map(move |b| (a, b))) {
        counts_for_each_element(&tensor(*a, 2), &tensor(*b, 3).exp());
    }
}

fn counts_for_each_element(m: &Tensor<f64>, s: &Tensor<f64>) {
    let (full, x) = ([S, B, D], tensor([S, B, D], 1));
    let (big_m, big_s) = (repeated(m, full), repeated(s, full));
    let prior = StandardNormal::new(full);
    let (p, big) = (Normal::new(m.clone(), s.clone()), Normal::new(big_m.clone(), big_s.clone()));
    let own = p.shape();
    let (own_m, own_s) = (repeated(m, own), repeated(s, own));
    let other = Normal::from_log_variance(tensor(full, 4), tensor(full, 5));
    assert_eq!(p.log_prob(&x), big.log_prob(&x));
    assert_eq!(p.entropy(), Normal::new(own_m.clone(), own_s.clone()).entropy());
    assert_eq!((p.mean(), p.variance()), (own_m.clone(), own_s.square()));
    assert_eq!(kl(&p, &other), kl(&big, &other));
    assert_eq!(kl(&other, &p), kl(&other, &big));
    assert_eq!(kl(&p, &prior), kl(&big, &prior));

    let (p, big) = (Laplace::new(m.clone(), s.clone()), Laplace::new(big_m.clone(), big_s));
    let other = Laplace::new(tensor(full, 4), tensor(full, 5).exp());
    assert_eq!(p.log_prob(&x), big.log_prob(&x));
    assert_eq!(p.entropy(), Laplace::new(own_m, own_s).entropy());
    assert_eq!(kl(&p, &other), kl(&big, &other));
    assert_eq!(kl(&other, &p), kl(&other, &big));

    let (p, big) = (Bernoulli::new(m.clone()), Bernoulli::new(big_m));
    let other = Bernoulli::new(tensor(full, 4));
    assert_eq!(p.log_prob(&x.abs()), big.log_prob(&x.abs()));
    assert_eq!(kl(&p, &other), kl(&big, &other));
    assert_eq!(kl(&other, &p), kl(&other, &big));
}

/// Draws of numbers are numbers.
#[test]
fn a_number_is_a_draw() {
    let number = Normal::new(Tensor::scalar(0.0), Tensor::scalar(1.0)).sample(&mut stream(1));
    assert_eq!(number.shape(), Shape::SCALAR);
}

/// Distribution functions are not summed: they have the shape of `x` and the parameters together.
#[test]
fn distribution_functions_are_of_each_element() {
    for (x, m) in [(&[S, B, D][..], &[B, D][..]), (&[B, D], &[D]), (&[D], &[B, D]), (&[], &[D]), (&[D], &[])] {
        let (x, m) = (tensor(x, 1), tensor(m, 2));
        let full = x.shape().broadcast(m.shape()).unwrap();
        let scale = Tensor::scalar(0.5);
        assert_eq!(Normal::new(m.clone(), scale.clone()).cdf(&x).shape(), full);
        assert_eq!(Laplace::new(m.clone(), scale).cdf(&x).shape(), full);
        assert_eq!(Bernoulli::new(m.clone()).cdf(&x).shape(), full);
        assert_eq!(StandardNormal::new(m.shape()).cdf(&x).shape(), full);
    }
}

/// The draws of `sample_n` lie along a new first axis, and none is an empty array.
#[test]
fn several_draws() {
    fn check<P: Distribution<Tensor<f64>>>(p: P) {
        for n in [0, 1, S] {
            let draws = p.sample_n(n, &mut stream(1));
            assert_eq!(draws.shape().dims(), [&[n], p.shape().dims()].concat());
            assert_eq!(p.log_prob(&draws).shape().dims(), [&[n], &p.shape().dims()[..p.shape().rank() - 1]].concat());
        }
    }
    check(Normal::new(tensor([B, D], 1), Tensor::scalar(1.0)));
    check(Laplace::new(tensor([B, D], 1), Tensor::scalar(1.0)));
    check(MultivariateNormal::new(tensor([B, D], 1), Tensor::eye(D)));
    check(Bernoulli::new(tensor([B, D], 1)));
    check(Categorical::new(tensor([B, D, 5], 1)));
    check(StandardNormal::new([B, D]));
}

/// A simulation of one draw says that its error is unknown, not that there is none.
#[test]
fn a_single_draw_has_no_known_error() {
    let q = Normal::new(Tensor::from([0.0]), Tensor::from([1.0]));
    assert_eq!(kl_monte_carlo(&q, &q, 1, &mut stream(1)).standard_error.item(), f64::INFINITY);
}

/// What a network gives after it has diverged: a draw is NaN, and it comes, where a method of rejection would wait for ever.
#[test]
fn parameters_that_are_no_numbers_give_no_numbers() {
    fn check<P: Distribution<Tensor<f64>>>(p: &P) {
        assert!(p.sample(&mut stream(7)).data().iter().all(|x| x.is_nan()));
    }
    let one = || Tensor::from([1.0]);
    for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.5] {
        let bad = || Tensor::from([x]);
        check(&Gamma::new(bad(), one()));
        check(&Beta::new(bad(), one()));
        check(&Beta::new(one(), bad()));
        check(&Dirichlet::new(Tensor::from([1.0, x])));
        check(&StudentT::new(bad(), one(), one()));
        check(&NegativeBinomial::new(bad(), one()));
    }
    let nan = || Tensor::from([f64::NAN]);
    check(&Normal::new(nan(), one()));
    check(&Poisson::new(nan()));
    check(&VonMisesFisher::new(Tensor::from([[1.0, 0.0, 0.0]]), nan()));
}
