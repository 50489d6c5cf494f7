//! What an operation is.

use crate::{Cotangents, Real, Shape, Tensor};
use std::any::Any;
use std::fmt::{self, Debug};

/// A differentiable operation from tensors to one tensor.
///
/// An operation is one block: its formula, its derivative and the shapes it accepts, all here. It is recorded with
/// [`Array::apply`](crate::Array::apply) or [`Tape::apply`](crate::Tape::apply); users write their own in the same way.
///
/// The buffers that `forward` and `vjp` write come from a pool and hold old numbers: every element must be written.
pub trait Op<F: Real>: Any + Debug + Send {
    /// The name in messages.
    fn name(&self) -> &'static str;

    /// The shape of the result, or why there is none. This is the only place that judges shapes:
    /// `forward` and `vjp` are called only with shapes accepted here.
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError>;

    /// How many numbers `forward` keeps for `vjp` (a derivative, the place of a maximum).
    fn keeps(&self, _inputs: &[Shape]) -> usize {
        0
    }

    /// Whether the result is the first input's buffer under another shape. `forward` is then never called.
    fn shares_input(&self) -> bool {
        false
    }

    /// Computes the result into `y`, and what `vjp` will want into `keep`.
    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], keep: &mut [F]);

    /// Takes the cotangent `g` of the result to the cotangents of the inputs, `gᵀ · ∂y/∂xᵢ`, and hands each to `dx`.
    ///
    /// `g` is dead afterwards: it may serve as scratch, and [`Cotangents::pass`] hands it on as it stands.
    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>);
}

/// Where an operation was recorded: its inputs, its result, and what `forward` kept.
pub struct Point<'a, F> {
    pub(crate) inputs: &'a [&'a Tensor<F>],
    pub(crate) output: &'a Tensor<F>,
    pub(crate) keep: &'a [F],
}

impl<'a, F: Real> Point<'a, F> {
    /// The elements of an input.
    pub fn x(&self, i: usize) -> &'a [F] {
        self.inputs[i].data()
    }

    /// The elements of the result.
    pub fn y(&self) -> &'a [F] {
        self.output.data()
    }

    /// What `forward` kept.
    pub fn keep(&self) -> &'a [F] {
        self.keep
    }

    /// The shape of an input.
    pub fn shape(&self, i: usize) -> Shape {
        self.inputs[i].shape()
    }

    /// The shape of the result.
    pub fn output_shape(&self) -> Shape {
        self.output.shape()
    }

    /// How many inputs there are.
    pub fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Whether there are no inputs.
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }
}

/// Why an operation does not take the shapes it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeError(String);

impl ShapeError {
    /// An error with its reason in words.
    pub fn new(reason: impl Into<String>) -> ShapeError {
        ShapeError(reason.into())
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ShapeError {}

/// Calls `f` with the slice `[item(0), …, item(n − 1)]`, which lies on the stack for as many inputs as operations usually have.
pub(crate) fn in_slice<T: Copy, R>(n: usize, item: impl Fn(usize) -> T, f: impl FnOnce(&[T]) -> R) -> R {
    match n {
        0 => f(&[]),
        1 => f(&[item(0)]),
        2 => f(&[item(0), item(1)]),
        3 => f(&[item(0), item(1), item(2)]),
        4 => f(&[item(0), item(1), item(2), item(3)]),
        _ => f(&(0..n).map(item).collect::<Vec<_>>()),
    }
}
