//! From the decoder's last layer to p(x|z).

use super::{Likelihood, LikelihoodFamily};
use autograd::prelude::*;
use nn::{Module, Visitor};
use prob::{Bernoulli, Normal};

/// The part of a decoder that belongs to one likelihood, with a last layer of any kind.
#[derive(Clone, Debug)]
pub(super) enum Head<F, L> {
    Bernoulli { logits: L },
    Fixed { loc: L, scale: Tensor<F> },
    Learned { loc: L, log_variance: Param<F> },
}

impl<F: Real, L> Head<F, L> {
    /// A head on a layer that gives `features` numbers. A Gaussian's standard deviation is `scale` or, if absent, learned from
    /// 1 on, one for each feature.
    pub fn new(layer: L, likelihood: LikelihoodFamily, scale: Option<f64>, features: usize) -> Self {
        match (likelihood, scale) {
            (LikelihoodFamily::Bernoulli, _) => Head::Bernoulli { logits: layer },
            (LikelihoodFamily::Gaussian, Some(scale)) => {
                Head::Fixed { loc: layer, scale: Tensor::full([features], F::of(scale)) }
            }
            (LikelihoodFamily::Gaussian, None) => {
                Head::Learned { loc: layer, log_variance: Param::named("log_variance", Tensor::zeros([features])) }
            }
        }
    }

    /// p(x|z), where `forward` gives the layer's outputs `[.., D]`.
    pub fn forward<'t>(&self, forward: impl FnOnce(&L) -> Var<'t, F>) -> Likelihood<Var<'t, F>> {
        match self {
            Head::Bernoulli { logits } => Likelihood::Bernoulli(Bernoulli::new(forward(logits))),
            Head::Fixed { loc, scale } => {
                let loc = forward(loc);
                Likelihood::Gaussian(Normal::new(loc, loc.constant(scale)))
            }
            Head::Learned { loc, log_variance } => {
                let loc = forward(loc);
                Likelihood::Gaussian(Normal::from_log_variance(loc, loc.tape().param(log_variance)))
            }
        }
    }
}

impl<F: Real, L: Module<F>> Module<F> for Head<F, L> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, &'a Param<F>>) {
        match self {
            Head::Bernoulli { logits } => visitor.field("logits", logits),
            Head::Fixed { loc, .. } => visitor.field("loc", loc),
            Head::Learned { loc, log_variance } => {
                visitor.field("loc", loc);
                visitor.field("log_variance", log_variance);
            }
        }
    }

    fn visit_mut<'a>(&'a mut self, visitor: &mut Visitor<'_, &'a mut Param<F>>) {
        match self {
            Head::Bernoulli { logits } => visitor.field("logits", logits),
            Head::Fixed { loc, .. } => visitor.field("loc", loc),
            Head::Learned { loc, log_variance } => {
                visitor.field("loc", loc);
                visitor.field("log_variance", log_variance);
            }
        }
    }
}
