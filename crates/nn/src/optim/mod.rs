//! Rules that move parameters against a gradient.

mod adam;
pub mod clip;
mod sgd;
mod slots;

pub use adam::{Adam, AdamUpdate};
pub use sgd::{Sgd, SgdUpdate};

use crate::Module;
use crate::checkpoint::Metadata;
use autograd::{Gradients, Param, Real, Tensor};

/// A rule that moves parameters against a gradient.
///
/// What it keeps for each parameter it keeps by the parameter's place in the model's declaration order, so an optimiser
/// serves one model, or copies of it. From the second step on, a step allocates nothing and writes parameters in place.
pub trait Optimizer<F: Real> {
    /// A step on one parameter, or on a range of it, that waits for the gradient.
    type Update<'a>: Update<F>
    where
        Self: 'a;

    /// Begins a step without doing it: calls `each` with an [`Update`] for every parameter that `gradient` has something for.
    /// Updates can be split and applied on any thread; the parameters that got one count the step, so apply it.
    ///
    /// This is [`step`](Optimizer::step) for those who have the gradient in parts, or threads to share the work:
    ///
    /// ```
    /// # use autograd::prelude::*;
    /// # use nn::optim::{Adam, Optimizer, Update};
    /// # use nn::Module;
    /// # fn step(adam: &mut Adam, model: &mut impl Module<f32>, gradients: &Gradients) {
    /// std::thread::scope(|threads| {
    ///     adam.begin_step(model, |p| gradients.get(p), |update, g| {
    ///         let half = update.len() / 2;
    ///         let (front, back) = update.split_at(half);
    ///         threads.spawn(move || front.apply(&g.data()[..half]));
    ///         threads.spawn(move || back.apply(&g.data()[half..]));
    ///     });
    /// });
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the model has other parameters than at the step before.
    fn begin_step<'a, M: Module<F> + ?Sized, G>(
        &'a mut self,
        model: &'a mut M,
        gradient: impl FnMut(&Param<F>) -> Option<G>,
        each: impl FnMut(Self::Update<'a>, G),
    );

    /// Moves every parameter that has a gradient. A parameter without one stays as it is, and so does what is kept for it.
    ///
    /// # Panics
    /// If the model has other parameters than at the step before.
    #[track_caller]
    fn step<M: Module<F> + ?Sized>(&mut self, model: &mut M, gradients: &Gradients<F>) {
        self.begin_step(
            model,
            |p| gradients.get(p),
            |update, g| {
                update.apply(g.data());
            },
        );
    }

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

/// One step of an [`Optimizer`] on one parameter or a range of it: see [`Optimizer::begin_step`].
///
/// Elements do not see each other, so the result does not depend on how updates were split.
pub trait Update<F>: Send + Sized {
    /// The number of elements.
    fn len(&self) -> usize;

    /// Whether there is nothing to move.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first `n` elements and the rest.
    ///
    /// # Panics
    /// If there are fewer.
    fn split_at(self, n: usize) -> (Self, Self);

    /// Moves the elements, given the gradient by them, and says whether that was finite: if not, neither are they now.
    ///
    /// # Panics
    /// If the gradient has another length.
    fn apply(self, g: &[F]) -> bool;
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

/// The least average of gradients that is kept at a learning rate of `alpha`: times α it is still a normal number.
///
/// Where a gradient stays 0, that of a black pixel's weight for one, an average of gradients would fade to a subnormal
/// number that 0.9 times itself rounds to, and stay there; and a processor takes a hundred times as long over each of these.
fn least_average<F: Real>(alpha: f64) -> F {
    F::of(F::min_positive_value().as_f64() / alpha.clamp(1e-6, 1.0))
}

/// x, or 0 if it is nearer to 0 than `least`.
#[inline(always)]
fn zero_below<F: Real>(least: F, x: F) -> F {
    if x.abs() < least { F::zero() } else { x }
}
