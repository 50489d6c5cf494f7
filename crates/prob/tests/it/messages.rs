//! The texts of messages: what was wrong, whose parameter it was, which shapes and values there were.

use autograd::Tensor;
use prob::prelude::*;
use prob::{ParameterError, SupportError};

fn t<const N: usize>(x: [f64; N]) -> Tensor<f64> {
    Tensor::from(x)
}

#[test]
#[should_panic(expected = "Normal: loc and scale: [2] and [3] do not go together")]
fn normal_shapes() {
    Normal::new(t([0.0; 2]), t([1.0; 3]));
}

#[test]
#[should_panic(expected = "StandardNormal: x and the distribution: [2] and [3] do not go together")]
fn standard_normal_shapes() {
    let _ = StandardNormal::new([3]).log_prob(&t([0.0; 2]));
}

#[test]
#[should_panic(expected = "KL(Normal ‖ StandardNormal): [2] and [3] do not go together")]
fn kl_shapes() {
    let _ = kl(&Normal::new(t([0.0; 2]), t([1.0; 2])), &StandardNormal::new([3]));
}

#[test]
#[should_panic(expected = "MultivariateNormal: needs loc [.., K] and scale_tril [.., K, K], not [2] and [3, 3]")]
fn factor_shapes() {
    MultivariateNormal::new(t([0.0; 2]), Tensor::eye(3));
}

#[test]
#[should_panic(
    expected = "MultivariateNormal: the leading axes of loc [4, 2] and scale_tril [3, 2, 2] do not go together"
)]
fn factor_leading_axes() {
    MultivariateNormal::new(Tensor::<f64>::zeros([4, 2]), Tensor::zeros([3, 2, 2]));
}

#[test]
#[should_panic(expected = "Categorical: needs logits [.., D, C], not []")]
fn categorical_shape() {
    Categorical::new(Tensor::from(1.0f64));
}

#[test]
#[should_panic(expected = "Categorical: x and the logits before their last axis: [4] and [3] do not go together")]
fn categorical_x() {
    let _ = Categorical::new(Tensor::zeros([3, 2])).log_prob(&t([0.0; 4]));
}

#[test]
#[should_panic(expected = "kl_monte_carlo: needs at least one sample")]
fn no_samples() {
    let p = Normal::new(t([0.0]), t([1.0]));
    kl_monte_carlo(&p, &p, 0, &mut Key::new(0).stream("eval", 0, 0));
}

/// What `validated()` has to say.
#[track_caller]
fn refused<P: std::fmt::Debug>(validated: Result<P, ParameterError>, message: &str) {
    assert_eq!(validated.unwrap_err().to_string(), message);
}

#[test]
fn parameters_are_named() {
    refused(
        Normal::new(t([0.0; 2]), t([1.0, -0.5])).validated(),
        "Normal: scale must be positive and finite; element 1 is -0.5",
    );
    refused(
        Normal::new(Tensor::scalar(f64::INFINITY), Tensor::scalar(1.0)).validated(),
        "Normal: loc must be finite; it is inf",
    );
    refused(
        Normal::from_log_variance(t([0.0]), t([f64::NAN])).validated(),
        "Normal: log-variance must be finite; element 0 is NaN",
    );
    refused(
        MultivariateNormal::new(t([0.0; 2]), Tensor::from([[1.0, 0.0], [1.0, 0.0]])).validated(),
        "MultivariateNormal: the diagonal of scale_tril must be positive; element 1 is 0",
    );
    refused(
        MultivariateNormal::from_covariance(t([0.0; 2]), Tensor::from([[1.0, 2.0], [2.0, 1.0]])).validated(),
        "MultivariateNormal: scale_tril must be finite; element [1, 1] is NaN",
    );
    refused(
        Laplace::new(t([0.0; 2]), t([1.0, 0.0])).validated(),
        "Laplace: scale must be positive and finite; element 1 is 0",
    );
    refused(
        Bernoulli::from_probs(Tensor::from([[0.5f32, 0.1], [0.5, 1.5]])).validated(),
        "Bernoulli: logits must be numbers; element [1, 1] is NaN",
    );
    refused(
        Categorical::new(Tensor::from([[0.5, f64::INFINITY]])).validated(),
        "Categorical: logits must be finite or −∞; element [0, 1] is inf",
    );
    refused(
        Categorical::from_probs(Tensor::from([[0.5, 0.5], [0.0, 0.0]])).validated(),
        "Categorical: the logits of a variable must be finite for one class at least; element 1 is -inf",
    );
}

/// What `supports` has to say.
#[track_caller]
fn outside(supported: Result<(), SupportError>, message: &str) {
    assert_eq!(supported.unwrap_err().to_string(), message);
}

#[test]
fn data_outside_the_support_are_named() {
    let number = || Tensor::scalar(1.0);
    outside(
        Normal::new(number(), number()).supports(&t([0.0, f64::NAN])),
        "Normal: x must be finite; element 1 is NaN",
    );
    outside(
        Distribution::<Tensor<f64>>::supports(&StandardNormal::new([]), &Tensor::scalar(f64::INFINITY)),
        "StandardNormal: x must be finite; it is inf",
    );
    outside(
        MultivariateNormal::new(t([0.0]), Tensor::from([[1.0]])).supports(&Tensor::from([[f64::NEG_INFINITY]])),
        "MultivariateNormal: x must be finite; element [0, 0] is -inf",
    );
    outside(Laplace::new(number(), number()).supports(&t([f64::NAN])), "Laplace: x must be finite; element 0 is NaN");
    outside(
        Bernoulli::new(Tensor::from(0.0f32)).supports(&Tensor::from([[0.0, 1.0, 0.1], [0.0, 0.0, 1.0]])),
        "Bernoulli: x must be 0 or 1; element [0, 2] is 0.1",
    );
    outside(
        Categorical::new(t([0.0; 3])).supports(&t([2.0, 3.0])),
        "Categorical: x must be whole numbers from 0 to 2; element 1 is 3",
    );
    assert!(Normal::new(number(), number()).supports(&t([1e300, -0.0])).is_ok());
    assert!(Bernoulli::new(number()).supports(&t([1.0, 0.0, -0.0])).is_ok());
    assert!(Categorical::new(t([0.0; 3])).supports(&t([0.0, 2.0])).is_ok());
}

/// Legal parameters come back as they were.
#[test]
fn legal_parameters_are_accepted() {
    assert!(Normal::new(t([0.0]), t([1e-300])).validated().is_ok());
    assert!(Bernoulli::new(t([f64::INFINITY])).validated().is_ok());
    assert!(Categorical::new(t([f64::NEG_INFINITY, 0.0])).validated().is_ok());
    assert!(MultivariateNormal::new(t([0.0]), Tensor::from([[1.0]])).validated().is_ok());
}

#[test]
#[should_panic(expected = "KL(Normal ‖ MultivariateNormal): [2] and [3] do not go together")]
fn divergences_name_the_pair() {
    let q = Normal::new(Tensor::from([0.0, 0.0]), Tensor::from([1.0, 1.0]));
    let lower = Tensor::from([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0_f64]]);
    let _ = kl(&q, &MultivariateNormal::new(Tensor::from([0.0, 0.0, 0.0]), lower));
}

#[test]
#[should_panic(expected = "KL(Categorical ‖ Categorical), logits: [2, 3] and [2, 4] do not go together")]
fn divergences_name_the_logits() {
    let logits = |classes| Categorical::new(Tensor::<f64>::zeros([2, classes]));
    let _ = kl(&logits(3), &logits(4));
}
