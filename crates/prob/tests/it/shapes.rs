//! Events, broadcasting and the shapes of draws, with three different extents.

use crate::support::{close, stream};
use autograd::prelude::*;
use prob::prelude::*;

const S: usize = 4;
const B: usize = 2;
const D: usize = 3;

/// Distinct numbers between −1 and 1.
fn tensor(shape: impl Into<Shape>, seed: usize) -> Tensor<f64> {
    Tensor::from_fn(shape, |i| ((i + 7 * seed) as f64 * 0.7 + 0.3).sin())
}

/// The tensor repeated to a shape of more axes.
fn repeated(x: &Tensor<f64>, shape: impl Into<Shape>) -> Tensor<f64> {
    x + Tensor::zeros(shape)
}

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
    // The classic error, in numbers: three elements of scale 2 have three times the entropy of one.
    let one: f64 = Normal::new(Tensor::scalar(0.0), Tensor::scalar(2.0)).entropy().item();
    let three = Normal::new(Tensor::zeros([3]), Tensor::scalar(2.0)).entropy().item();
    assert!((three - 3.0 * one).abs() < 1e-14);
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

/// The distribution may have more axes than `x`, and `x` is then repeated.
#[test]
fn values_of_fewer_axes() {
    let row = tensor([D], 1);
    let repeated_number = StandardNormal::new([D]).log_prob(&Tensor::full([D], 0.5));
    assert_eq!(StandardNormal::new([D]).log_prob(&Tensor::scalar(0.5)), repeated_number);
    assert_eq!(StandardNormal::new([B, D]).log_prob(&row), StandardNormal::new([D]).log_prob(&row.repeat(B)));
    let p = Normal::new(tensor([B, D], 2), Tensor::scalar(0.5));
    assert_eq!(p.log_prob(&row), p.log_prob(&row.repeat(B)));
}

/// Draws of `x` or `z` in front of the other side's axes: each is the event by itself.
#[test]
fn samples_in_front() {
    let (logits, x) = (tensor([S, B, D], 4), tensor([B, D], 5).abs());
    let y = Bernoulli::new(logits.clone()).log_prob(&x);
    for s in 0..S {
        assert_eq!(Bernoulli::new(logits.slice(0, s..s + 1).reshape([B, D])).log_prob(&x).data(), y.row(s));
    }
    let (logits, x) = (tensor([D, 5], 6), Tensor::from_fn([S, B, D], |i| (i * 3 % 5) as f64));
    let y = Categorical::new(logits.clone()).log_prob(&x);
    assert_eq!(y, Categorical::new(repeated(&logits, [S, B, D, 5])).log_prob(&x));
    let logits = tensor([S, B, D, 5], 6);
    let row = Tensor::from([[0.0, 4.0, 1.0], [3.0, 3.0, 2.0]]);
    assert_eq!(Categorical::new(logits.clone()).log_prob(&row), Categorical::new(logits).log_prob(&row.repeat(S)));
}

/// Factors `[.., D, D]` with a positive diagonal; what stands above it is not to be used.
fn triangle(shape: &[usize], seed: usize) -> Tensor<f64> {
    let l = tensor(shape, seed);
    Tensor::from_fn(shape, |i| if i % 9 % 4 == 0 { 1.5 + l.data()[i] } else { l.data()[i] })
}

/// A vector's event with one factor, one a row, and draws in front: as one event at a time.
#[test]
fn vectors_and_factors() {
    let x = tensor([S, B, D], 1);
    let locs: [&[usize]; 3] = [&[D], &[B, D], &[S, B, D]];
    let factors: [&[usize]; 3] = [&[D, D], &[B, D, D], &[S, B, D, D]];
    for (m, l) in locs.iter().flat_map(|m| factors.iter().map(move |l| (m, l))) {
        let (m, l) = (tensor(*m, 2), triangle(l, 3));
        let p = MultivariateNormal::new(m.clone(), l.clone());
        let other = MultivariateNormal::new(tensor([B, D], 4), triangle(&[D, D], 5));
        let (y, to, from) = (p.log_prob(&x), kl(&p, &other), kl(&other, &p));
        let (big_m, big_l) = (repeated(&m, [S, B, D]), repeated(&l, [S, B, D, D]));
        for (s, b) in (0..S).flat_map(|s| (0..B).map(move |b| (s, b))) {
            let e = s * B + b;
            let one = MultivariateNormal::new(
                big_m.reshape([S * B, D]).slice(0, e..e + 1).reshape([D]),
                big_l.reshape([S * B, D, D]).slice(0, e..e + 1).reshape([D, D]),
            );
            let alone =
                MultivariateNormal::new(tensor([B, D], 4).slice(0, b..b + 1).reshape([D]), triangle(&[D, D], 5));
            close(
                &one.log_prob(&x.slice(0, s..s + 1).slice(1, b..b + 1).reshape([D])),
                &Tensor::scalar(y.at(&[s, b])),
                1e-13,
            );
            let index =
                |k: &Tensor<f64>| Tensor::scalar(if k.shape().rank() == 2 { k.at(&[s, b]) } else { k.at(&[b]) });
            close(&kl(&one, &alone), &index(&to), 1e-13);
            close(&kl(&alone, &one), &index(&from), 1e-13);
            if p.shape().rank() == 3 {
                close(&one.entropy(), &Tensor::scalar(p.entropy().at(&[s, b])), 1e-13);
            }
        }
    }
    let q = MultivariateNormal::new(tensor([D], 1), triangle(&[B, D, D], 2));
    close(&q.covariance().diagonal(), &q.variance(), 1e-14);
    let same = MultivariateNormal::from_covariance(q.loc().clone(), q.covariance());
    close(same.scale_tril(), q.scale_tril(), 1e-13);
}

/// One draw has the parameters' shape, differs from row to row, and is the same through every door.
#[test]
fn draws() {
    fn check<P: Reparameterized<Tensor<f64>>>(p: P, shape: Shape) {
        let z = p.rsample(&mut stream(1));
        assert_eq!(z.shape(), shape);
        assert_eq!(z, p.sample(&mut stream(1)));
        let many = p.rsample_n(S, &mut stream(1));
        assert_eq!(many.shape().dims(), [&[S], shape.dims()].concat());
        assert_eq!(p.log_prob(&many).shape().dims(), [&[S], &shape.dims()[..shape.rank() - 1]].concat());
        assert_eq!(p.rsample_n(1, &mut stream(1)).data(), z.data());
        let mut all = many.data().to_vec();
        all.sort_by(f64::total_cmp);
        assert!(all.windows(2).all(|w| w[0] != w[1]), "noise was used twice");
    }
    check(Normal::new(Tensor::zeros([D]), Tensor::ones([B, D])), Shape::new(&[B, D]));
    check(Normal::from_log_variance(Tensor::zeros([B, D]), Tensor::scalar(0.0)), Shape::new(&[B, D]));
    check(Laplace::new(Tensor::zeros([B, D]), Tensor::ones([D])), Shape::new(&[B, D]));
    let eye = Tensor::<f64>::eye(D);
    check(MultivariateNormal::new(Tensor::zeros([D]), eye.clone()), Shape::new(&[D]));
    check(MultivariateNormal::new(Tensor::zeros([B, D]), eye.clone()), Shape::new(&[B, D]));
    check(MultivariateNormal::new(Tensor::zeros([D]), eye.repeat(B)), Shape::new(&[B, D]));
    check(MultivariateNormal::new(Tensor::zeros([B, D]), eye.repeat(B)), Shape::new(&[B, D]));
    assert_eq!(Categorical::new(Tensor::<f64>::zeros([B, D, 5])).sample(&mut stream(1)).shape(), Shape::new(&[B, D]));
    let number = Normal::new(Tensor::scalar(0.0), Tensor::scalar(1.0)).sample(&mut stream(1));
    assert_eq!(number.shape(), Shape::SCALAR);
}

/// A simulation of one draw says that its error is unknown, not that there is none.
#[test]
fn a_single_draw_has_no_known_error() {
    let q = Normal::new(Tensor::from([0.0]), Tensor::from([1.0]));
    assert_eq!(kl_monte_carlo(&q, &q, 1, &mut stream(1)).standard_error.item(), f64::INFINITY);
}
