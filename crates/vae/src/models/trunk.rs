//! Hidden layers.

use autograd::Real;
use nn::{Activation, Mlp};
use rand::Rng;

/// Hidden layers with an activation after each.
pub(super) fn trunk<'c, F: Real>(
    inputs: usize,
    hidden: impl Iterator<Item = &'c usize>,
    activation: Activation,
    rng: &mut (impl Rng + ?Sized),
) -> Mlp<F> {
    let sizes: Vec<usize> = std::iter::once(inputs).chain(hidden.copied()).collect();
    Mlp::new(&sizes, activation, rng).with_output(activation)
}
