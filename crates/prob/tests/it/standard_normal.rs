//! The standard normal distribution, whose only argument is `x`.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{follow_cdf, follow_density, have_moments};
use crate::support::fused::{one_operation_or_several, shapes, sum, wave};
use crate::support::gradients::gradients;
use crate::support::limits::is_outside;
use crate::support::mass::simpson;
use crate::support::{INF, close, tensor};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;
use std::f64::consts::TAU;

/// N(0, 1) as `Normal` has it.
fn normal<V: Array>(like: &V) -> Normal<V> {
    Normal::standard(like)
}

#[test]
fn it_is_the_normal_distribution_with_mean_0_and_variance_1() {
    let (x, p) = (tensor([4, 2, 3], 1) * 3.0, StandardNormal::new([2, 3]));
    close(&p.log_prob(&x), &normal(&x).log_prob(&x), 1e-15);
    close(&p.cdf(&x), &normal(&x).cdf(&x), 1e-15);
    let row = Tensor::zeros([2, 3]);
    assert_eq!([p.mean(), p.variance(), p.mode()], [row.clone(), Tensor::ones([2, 3]), row.clone()]);
    close::<f64>(&p.entropy(), &normal(&row).entropy(), 1e-15);
}

/// The error of Simpson's rule and what lies beyond 10 standard deviations are far below 10⁻¹⁰.
#[test]
fn its_mass_is_one() {
    let mass = simpson(10, 0.0, 1.0, |x| StandardNormal::new([1]).log_prob(x));
    assert!((mass - 1.0).abs() < 1e-10, "{mass}");
}

#[test]
fn derivatives() {
    let x = Tensor::from([[0.5, -1.0], [2.0, 0.0]]);
    gradients(std::slice::from_ref(&x), |v| StandardNormal::new([2]).log_prob(&v[0])).unwrap();
    gradients(&[x], |v| StandardNormal::new([2]).cdf(&v[0])).unwrap();
}

proptest! {
    /// Sums of at most 280 terms below 3 in size: 10⁻¹² of 1000, in single precision 10⁻⁴, are some ten roundings.
    #[test]
    fn one_operation_or_several((a, _) in shapes(), seed: u64) {
        let x = wave(&a, 2.0, seed);
        one_operation_or_several!(
            [x],
            StandardNormal::new(Shape::SCALAR).log_prob(&x),
            sum(x.square() * -0.5 - 0.5 * TAU.ln()),
            1e-12,
            1e-4
        );
    }
}

#[test]
fn draws() {
    follow_density(&StandardNormal::new([1]), 4);
    follow_cdf(&StandardNormal::new([1]), 120);
    let x: Tensor<f64> =
        Distribution::<Tensor<f64>>::sample_n(&StandardNormal::new([2]), 3, &mut crate::support::stream(1));
    assert_eq!(x, StandardNormal::new([3, 2]).sample(&mut crate::support::stream(1)));
    have_moments(&StandardNormal::new([2]), 121);
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, p) = (inputs.table(&[2, 2, 3], 0), StandardNormal::new([3]));
    values(&[p.log_prob(&x), p.cdf(&x)])
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for x in [INF, -INF] {
        let p = StandardNormal::new([]);
        is_outside([x], |[x]| p.log_prob(&x), |[x]| p.log_prob(&x));
    }
    assert_eq!(StandardNormal::new([1]).log_prob(&Tensor::from([f64::MAX])).item(), -INF);
}

/// The distribution may have more axes than `x`, and `x` is then repeated.
#[test]
fn values_of_fewer_axes() {
    let row = tensor([3], 1);
    let repeated_number = StandardNormal::new([3]).log_prob(&Tensor::full([3], 0.5));
    assert_eq!(StandardNormal::new([3]).log_prob(&Tensor::scalar(0.5)), repeated_number);
    assert_eq!(StandardNormal::new([2, 3]).log_prob(&row), StandardNormal::new([3]).log_prob(&row.repeat(2)));
}
