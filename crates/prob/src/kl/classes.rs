//! Classes: Bernoulli and categorical distributions.

use super::KlTo;
use crate::event::{expand, full, sum_event, together};
use crate::special::deviance;
use crate::{Bernoulli, Categorical, Distribution, OneHotCategorical, UniformCategorical};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;

/// Σⱼ { a log(a/b) + (1 − a) log((1 − a)/(1 − b)) } with the probabilities a of q and b of p; ∞ where q allows what p
/// rules out.
impl<V: Array> KlTo<Bernoulli<V>, V> for Bernoulli<V> {
    #[track_caller]
    fn kl_to(&self, p: &Bernoulli<V>) -> V {
        const NAME: &str = "KL(Bernoulli ‖ Bernoulli)";
        together(NAME, self.shape(), p.shape());
        let yes = (self.logits().clone(), p.logits().clone());
        let no = (-yes.0.clone(), -yes.1.clone());
        let term = |(q, p): (V, V)| V::apply(EachOf(NAME, BetweenClasses), &[&q.log_sigmoid(), &p.log_sigmoid()]);
        sum_event(term(yes) + term(no))
    }
}

/// Σⱼ Σ_c q(xⱼ = c) { log q(xⱼ = c) − log p(xⱼ = c) }; ∞ where q allows what p rules out.
impl<V: Array> KlTo<Categorical<V>, V> for Categorical<V> {
    #[track_caller]
    fn kl_to(&self, p: &Categorical<V>) -> V {
        together("KL(Categorical ‖ Categorical), logits", self.logits().shape(), p.logits().shape());
        sum_event(classes(self.log_probs(), p.log_probs()))
    }
}

/// The same of each vector: Σ_c q(x\[c\] = 1) { log q(x\[c\] = 1) − log p(x\[c\] = 1) }.
impl<V: Array> KlTo<OneHotCategorical<V>, V> for OneHotCategorical<V> {
    #[track_caller]
    fn kl_to(&self, p: &OneHotCategorical<V>) -> V {
        together("KL(OneHotCategorical ‖ OneHotCategorical), logits", self.logits().shape(), p.logits().shape());
        classes(self.log_probs(), p.log_probs())
    }
}

/// Σⱼ { log C − H\[xⱼ\] } with the entropies H.
impl<V: Array> KlTo<UniformCategorical, V> for Categorical<V> {
    #[track_caller]
    fn kl_to(&self, p: &UniformCategorical) -> V {
        let shape = together("KL(Categorical ‖ UniformCategorical)", self.shape(), p.shape());
        sum_event(expand(to_uniform("Categorical", self.log_probs(), p), shape))
    }
}

/// log C − H of each vector.
impl<V: Array> KlTo<UniformCategorical, V> for OneHotCategorical<V> {
    #[track_caller]
    fn kl_to(&self, p: &UniformCategorical) -> V {
        let each = to_uniform("OneHotCategorical", self.log_probs(), p);
        let shape = together("KL(OneHotCategorical ‖ UniformCategorical)", each.shape(), p.shape());
        expand(each, shape)
    }
}

/// Σ_c q_c (log q_c − log p_c), of all rows.
#[track_caller]
fn classes<V: Array>(log_q: V, log_p: V) -> V {
    V::apply(SumOf("KL(Categorical ‖ Categorical)", BetweenClasses), &[&log_q, &log_p])
}

/// A class's q (log q − log p) + p − q, given log q and log p: what is added sums to 0, and with it no term is negative, so
/// that near q = p the divergence is a sum of small squares. ∂/∂log q = q (log q − log p), ∂/∂log p = p − q; 0 where
/// q = 0, but for p, and where both are equal.
#[derive(Debug)]
struct BetweenClasses;

impl<F: Real> Function<F, 2> for BetweenClasses {
    #[inline(always)]
    fn f(&self, [log_q, log_p]: [F; 2]) -> F {
        let (q, p) = (log_q.fast_exp(), log_p.fast_exp());
        let ratio = log_q - log_p;
        let term = deviance(q, p, -q * (-ratio).fast_exp_m1(), ratio);
        let term = if q == F::zero() { p } else { term };
        if log_q == log_p { F::zero() } else { term }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [log_q, log_p]: [F; 2]) -> F {
        let q = log_q.fast_exp();
        let slope = match I {
            0 => q * (log_q - log_p),
            // Where p is far greater, q (p/q) might be 0·∞.
            _ if log_p - log_q > F::one() => log_p.fast_exp() - q,
            _ => q * (log_p - log_q).fast_exp_m1(),
        };
        let nothing = (log_q == log_p) | ((I == 0) & (q == F::zero()));
        if nothing { F::zero() } else { slope }
    }
}

/// Σ_c q_c (log q_c + log C), of all rows.
#[track_caller]
fn to_uniform<V: Array>(who: &str, log_q: V, p: &UniformCategorical) -> V {
    let shape = log_q.shape();
    let (own, other) = (shape[shape.rank() - 1], p.classes());
    assert!(own == other, "KL({who} ‖ UniformCategorical): {own} and {other} classes");
    let log_p = full(&log_q, Shape::new(&[]), -(other as f64).ln());
    classes(log_q, log_p)
}
