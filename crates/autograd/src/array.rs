//! One interface for recorded variables and plain tensors.

use crate::op::{Op, ShapeError, in_slice};
use crate::{Real, Shape, Tensor};
use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// An array that formulas are written over: a [`Var`](crate::Var), which records what is done to it,
/// or a [`Tensor`], which computes at once. Both run the same [`Op::forward`].
///
/// The operations themselves are methods of the traits in [`ops`](crate::ops), all of them in the [`prelude`](crate::prelude).
pub trait Array:
    Clone
    + Debug
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + for<'a> Add<&'a Self, Output = Self>
    + for<'a> Sub<&'a Self, Output = Self>
    + for<'a> Mul<&'a Self, Output = Self>
    + for<'a> Div<&'a Self, Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// The type of the numbers.
    type F: Real;

    /// Applies an operation; `self`-like inputs in the operation's order.
    ///
    /// # Panics
    /// If the operation does not take these shapes. The message names the operation, the shapes and the parameters.
    #[track_caller]
    fn apply<O: Op<Self::F>>(op: O, inputs: &[&Self]) -> Self;

    /// The extents.
    fn shape(&self) -> Shape;

    /// The numbers. The buffer is shared, not copied.
    fn value(&self) -> Tensor<Self::F>;

    /// A constant that goes together with this array: on the same tape, if it has one.
    fn constant(&self, x: &Tensor<Self::F>) -> Self;

    /// A constant of the given shape that `f` writes, every element of it: the buffer may hold old numbers.
    #[track_caller]
    fn fill(&self, shape: Shape, f: impl FnOnce(&mut [Self::F])) -> Self;
}

impl<F: Real> Array for Tensor<F> {
    type F = F;

    #[track_caller]
    fn apply<O: Op<F>>(op: O, inputs: &[&Self]) -> Self {
        computed(&op, inputs)
    }

    fn shape(&self) -> Shape {
        Tensor::shape(self)
    }

    fn value(&self) -> Tensor<F> {
        self.clone()
    }

    fn constant(&self, x: &Tensor<F>) -> Self {
        x.clone()
    }

    #[track_caller]
    fn fill(&self, shape: Shape, f: impl FnOnce(&mut [F])) -> Self {
        let mut x = Tensor::zeros(shape);
        f(x.data_mut());
        x
    }
}

/// The result of an operation on tensors. It is compiled once for all operations, which are many.
#[track_caller]
fn computed<F: Real>(op: &dyn Op<F>, inputs: &[&Tensor<F>]) -> Tensor<F> {
    let judged =
        in_slice(inputs.len(), |i| inputs[i].shape(), |shapes| op.shape(shapes).map(|shape| (shape, op.keeps(shapes))));
    // Not in a closure: the message is to name the caller's line.
    let (shape, keeps) = match judged {
        Ok(judged) => judged,
        Err(why) => refuse(op.name(), &why, inputs.iter().map(|x| (x.shape(), ""))),
    };
    if op.shares_input() {
        return inputs[0].share(shape);
    }
    let mut y = Tensor::zeros(shape);
    op.forward(inputs, y.data_mut(), &mut vec![F::zero(); keeps]);
    y
}

/// Panics with what was wrong with the shapes of the inputs, each with its name if it is a parameter that has one.
#[track_caller]
pub(crate) fn refuse<'n>(op: &str, why: &ShapeError, inputs: impl Iterator<Item = (Shape, &'n str)>) -> ! {
    let inputs: Vec<String> = inputs
        .map(|(shape, name)| match name {
            "" => shape.to_string(),
            name => format!("{shape} (parameter `{name}`)"),
        })
        .collect();
    panic!("{op}: {why}; inputs: {}", inputs.join(", "));
}
