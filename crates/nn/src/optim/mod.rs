//! Rules that move parameters against a gradient.

mod adam;
pub mod clip;
mod sgd;
mod slots;

pub use adam::{Adam, Update};
pub use sgd::Sgd;

use crate::Module;
use crate::checkpoint::Metadata;
use autograd::{Gradients, Real, Tensor};

/// A rule that moves parameters against a gradient.
///
/// What it keeps for each parameter it keeps by the parameter's place in the model's declaration order, so an optimiser
/// serves one model, or copies of it. From the second step on, a step allocates nothing and writes parameters in place.
pub trait Optimizer<F: Real> {
    /// Moves every parameter that has a gradient. A parameter without one stays as it is, and so does what is kept for it.
    ///
    /// # Panics
    /// If the model has other parameters than at the step before.
    fn step<M: Module<F> + ?Sized>(&mut self, model: &mut M, gradients: &Gradients<F>);

    /// What it keeps between steps, zeros before the first. Settings such as the learning rate are not part of it.
    ///
    /// # Panics
    /// If the model has other parameters than at the step before.
    fn state<M: Module<F> + ?Sized>(&self, model: &M) -> State<F>;

    /// Takes over what [`state`](Optimizer::state) gave for a model with the same parameters. From there on it steps
    /// as the other would have, to the bit. On an error nothing has changed.
    ///
    /// # Errors
    /// A message, if tensors are missing or have other shapes, or if the counts are not what was written.
    fn restore<M: Module<F> + ?Sized>(&mut self, model: &M, state: State<F>) -> Result<(), String>;
}

/// What an optimiser keeps between steps, as a checkpoint holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct State<F> {
    /// Tensors, by names that begin with the rule's: `adam.m.encoder.0.weight`. Buffers are shared with the optimiser, not
    /// copied: keep them no longer than it takes to save them.
    pub tensors: Vec<(String, Tensor<F>)>,
    /// Counts, by names that begin with the rule's: `adam.steps`.
    pub metadata: Metadata,
}
