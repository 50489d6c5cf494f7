//! The texts of messages: what was wrong, whose parameter it was, which shapes and values there were.

use autograd::Tensor;
use prob::prelude::*;

fn t<const N: usize>(x: [f64; N]) -> Tensor<f64> {
    Tensor::from(x)
}

#[test]
#[should_panic(expected = "Normal: loc and scale: [2] and [3] do not go together")]
fn normal_shapes() {
    Normal::new(t([0.0; 2]), t([1.0; 3]));
}

#[test]
#[should_panic(expected = "Normal: scale must be positive and finite; there is -0.5")]
fn normal_scale() {
    let _ = Normal::new(t([0.0; 2]), t([1.0, -0.5])).validated();
}

#[test]
#[should_panic(expected = "Normal: log-variance must be finite; there is NaN")]
fn normal_log_variance() {
    let _ = Normal::from_log_variance(t([0.0]), t([f64::NAN])).validated();
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
#[should_panic(expected = "MultivariateNormal: the diagonal of scale_tril must be positive; there is 0")]
fn factor_diagonal() {
    let _ = MultivariateNormal::new(t([0.0; 2]), Tensor::from([[1.0, 0.0], [1.0, 0.0]])).validated();
}

#[test]
#[should_panic(expected = "MultivariateNormal: scale_tril must be finite; there is NaN")]
fn no_covariance() {
    let _ = MultivariateNormal::from_covariance(t([0.0; 2]), Tensor::from([[1.0, 2.0], [2.0, 1.0]])).validated();
}

#[test]
#[should_panic(expected = "Laplace: scale must be positive and finite; there is 0")]
fn laplace_scale() {
    let _ = Laplace::new(t([0.0; 2]), t([1.0, 0.0])).validated();
}

#[test]
#[should_panic(expected = "Bernoulli: logits must be numbers; there is NaN")]
fn bernoulli_logits() {
    let _ = Bernoulli::from_probs(t([0.5, 1.5])).validated();
}

#[test]
#[should_panic(expected = "Categorical: needs logits [.., D, C], not []")]
fn categorical_shape() {
    Categorical::new(Tensor::from(1.0f64));
}

#[test]
#[should_panic(expected = "Categorical: the logits of a variable must be finite for one class at least; there is -inf")]
fn categorical_without_a_class() {
    let _ = Categorical::from_probs(Tensor::from([[0.5, 0.5], [0.0, 0.0]])).validated();
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

/// Legal parameters come back as they were.
#[test]
fn legal_parameters_are_accepted() {
    let _ = Normal::new(t([0.0]), t([1e-300])).validated();
    let _ = Bernoulli::new(t([f64::INFINITY])).validated();
    let _ = Categorical::new(t([f64::NEG_INFINITY, 0.0])).validated();
    let _ = MultivariateNormal::new(t([0.0]), Tensor::from([[1.0]])).validated();
}
