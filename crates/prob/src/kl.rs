//! Kullback–Leibler divergences: every closed form, those of a family in a file.

mod classes;
mod continuous_bernoulli;
mod dirichlet;
mod excess;
mod gamma;
mod laplace;
mod normal;
mod poisson;
mod sphere;
mod uniform;

use autograd::prelude::*;

/// A distribution whose divergence to a `P` has a closed form.
#[diagnostic::on_unimplemented(
    message = "no closed-form KL({Self} ‖ {P})",
    note = "use `kl_monte_carlo`; or, where draws of q cannot be differentiated, `Estimate::average` of log q(x) − log p(x)"
)]
pub trait KlTo<P, V: Array> {
    /// KL(self ‖ p) in nats, one number per event.
    #[must_use]
    fn kl_to(&self, p: &P) -> V;
}

/// KL(q ‖ p) = E_q\[log q(x) − log p(x)\] in nats, in closed form, one number per event.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Normal, StandardNormal, kl};
///
/// let q = Normal::new(Tensor::from([1.0_f64]), Tensor::from([0.5]));
/// assert!((kl(&q, &StandardNormal::new([1])).item() - 0.8181471805599453).abs() < 1e-15);
/// ```
///
/// A pair without a closed form does not compile, and the message says what to do instead,
/// *no closed-form KL(Laplace ‖ Logistic) … use `kl_monte_carlo`*; where q has none at all, p is an underscore there:
///
/// ```compile_fail,E0277
/// # use autograd::Tensor;
/// # use prob::{Laplace, Logistic, kl};
/// let q = Laplace::new(Tensor::from([1.0_f64]), Tensor::from([0.5]));
/// let p = Logistic::new(Tensor::from([0.0_f64]), Tensor::from([1.0]));
/// let divergence = kl(&q, &p);
/// ```
///
/// # Panics
/// If the shapes of q and p do not go together.
#[track_caller]
#[must_use]
pub fn kl<V: Array, Q: KlTo<P, V>, P>(q: &Q, p: &P) -> V {
    q.kl_to(p)
}
