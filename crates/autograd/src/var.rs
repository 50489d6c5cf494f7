//! Handles of recorded values.

use crate::array::Array;
use crate::op::Op;
use crate::{Real, Shape, Tape, Tensor};
use std::fmt;

/// A value on a tape: a `Copy` handle that formulas are written with.
///
/// It borrows its tape, so it lives for one step at most. What can be done with it stands in [`ops`](crate::ops).
pub struct Var<'t, F = f32> {
    tape: &'t Tape<F>,
    index: u32,
}

impl<'t, F: Real> Var<'t, F> {
    pub(crate) fn new(tape: &'t Tape<F>, index: u32) -> Self {
        Var { tape, index }
    }

    /// The tape it is recorded on.
    pub fn tape(&self) -> &'t Tape<F> {
        self.tape
    }

    pub(crate) fn index(&self) -> u32 {
        self.index
    }

    /// The extents.
    pub fn shape(&self) -> Shape {
        self.tape.with_value(self.index, Tensor::shape)
    }

    /// The numbers. The buffer is shared, not copied; while the tensor lives, the tape cannot use the buffer again.
    pub fn value(&self) -> Tensor<F> {
        self.tape.with_value(self.index, Tensor::clone)
    }

    /// The only element.
    ///
    /// # Panics
    /// If there is not exactly one.
    #[track_caller]
    pub fn item(&self) -> F {
        self.value().item()
    }
}

impl<F> Clone for Var<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Var<'_, F> {}

impl<F: Real> fmt::Debug for Var<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Var({}: {:?})", self.index, self.value())
    }
}

impl<'t, F: Real> Array for Var<'t, F> {
    type F = F;

    #[track_caller]
    fn apply<O: Op<F>>(op: O, inputs: &[&Self]) -> Self {
        let first = inputs.first().expect("an operation recorded through a variable has an input");
        first.tape.apply(op, inputs)
    }

    fn shape(&self) -> Shape {
        Var::shape(self)
    }

    fn value(&self) -> Tensor<F> {
        Var::value(self)
    }

    fn constant(&self, x: &Tensor<F>) -> Self {
        self.tape.constant(x)
    }

    #[track_caller]
    fn fill(&self, shape: Shape, f: impl FnOnce(&mut [F])) -> Self {
        self.tape.fill(shape, f)
    }
}
