//! Kullback–Leibler divergences: every closed form on one page.

use crate::event::{expand, sum_event, together};
use crate::special::weigh;
use crate::{Bernoulli, Laplace, Normal, StandardNormal};
use autograd::prelude::*;

/// A distribution whose divergence to a `P` has a closed form.
#[diagnostic::on_unimplemented(message = "no closed-form KL({Self} ‖ {P})", note = "use `kl_monte_carlo`")]
pub trait KlTo<P, V: Array> {
    /// KL(self ‖ p) in nats, one number per event.
    #[must_use]
    fn kl_to(&self, p: &P) -> V;
}

/// KL(q ‖ p) = E_q\[log q(x) − log p(x)\] in nats, in closed form, one number per event.
#[track_caller]
#[must_use]
pub fn kl<V: Array, Q: KlTo<P, V>, P>(q: &Q, p: &P) -> V {
    q.kl_to(p)
}

/// ½ Σⱼ { σ₀²/σ₁² + ((μ₀ − μ₁)/σ₁)² − 1 − log(σ₀²/σ₁²) }, all of an element's terms before the sum over elements.
impl<V: Array> KlTo<Normal<V>, V> for Normal<V> {
    #[track_caller]
    fn kl_to(&self, p: &Normal<V>) -> V {
        let log_ratio = self.log_variance() - p.log_variance();
        let distance = ((self.loc().clone() - p.loc()) / p.scale()).square();
        sum_event(distance + log_ratio.exp() - 1.0 - log_ratio) * 0.5
    }
}

/// ½ Σⱼ { σⱼ² + μⱼ² − 1 − log σⱼ² } (D. P. Kingma and M. Welling, *Auto-Encoding Variational Bayes*, 2014, appendix B).
impl<V: Array> KlTo<StandardNormal, V> for Normal<V> {
    #[track_caller]
    fn kl_to(&self, p: &StandardNormal) -> V {
        let shape = together("KL(Normal ‖ StandardNormal)", self.shape(), p.shape());
        let terms = self.loc().square() + self.square_scale() - 1.0 - self.log_variance();
        sum_event(expand(terms, shape)) * 0.5
    }
}

/// Σⱼ { a log(a/b) + (1 − a) log((1 − a)/(1 − b)) } with the probabilities a of q and b of p; ∞ where q allows what p
/// rules out.
impl<V: Array> KlTo<Bernoulli<V>, V> for Bernoulli<V> {
    #[track_caller]
    fn kl_to(&self, p: &Bernoulli<V>) -> V {
        let yes = (self.logits().clone(), p.logits().clone());
        let no = (-yes.0.clone(), -yes.1.clone());
        let term = |(q, p): (V, V)| weigh(q.sigmoid(), q.log_sigmoid() - p.log_sigmoid());
        sum_event(term(yes) + term(no))
    }
}

/// Σⱼ { |μ₀ − μ₁|/b₁ + (b₀/b₁) exp(−|μ₀ − μ₁|/b₀) − 1 − log(b₀/b₁) }
/// (M. Gil, F. Alajaji, T. Linder, *Rényi divergence measures for commonly used univariate continuous distributions*, 2013).
impl<V: Array> KlTo<Laplace<V>, V> for Laplace<V> {
    #[track_caller]
    fn kl_to(&self, p: &Laplace<V>) -> V {
        let distance = (self.loc().clone() - p.loc()).abs();
        let ratio = self.scale().clone() / p.scale();
        let overlap = (-(distance.clone() / self.scale())).exp() * &ratio;
        sum_event(distance / p.scale() + overlap - 1.0 - ratio.ln())
    }
}
