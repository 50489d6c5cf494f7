//! Tape-based reverse-mode differentiation over dense tensors.
//!
//! A [`Tape`] records what is computed with its [`Var`]s and differentiates a loss by its [`Param`]s:
//!
//! ```
//! use autograd::prelude::*;
//!
//! // Logistic regression: −log p(y | x) = softplus(w·x + b) − y (w·x + b).
//! let x = Tensor::from([[0.5f32, -1.0], [2.0, 0.25]]);
//! let y = Tensor::from([0.0, 1.0]);
//! let w = Param::new(Tensor::from([0.1, -0.2]));
//! let b = Param::new(Tensor::from(0.0));
//!
//! let mut tape = Tape::new();
//! let (loss, gradients) = tape.value_and_grad(|tape| {
//!     let logits = (tape.constant(&x) * tape.param(&w)).sum(-1) + tape.param(&b);
//!     (logits.softplus() - tape.constant(&y) * logits).mean_all()
//! });
//! assert!((loss - 0.7234).abs() < 1e-4);
//! assert_eq!(gradients.get(&w).unwrap().shape(), w.value().shape());
//! ```
//!
//! The same formulas run without a tape on plain [`Tensor`]s: both are [`Array`]s. Operations are grouped in [`ops`];
//! an operation of your own is an implementation of [`Op`]. [`check`] compares any gradient with finite differences.

mod array;
mod backward;
mod buffer;
mod gradients;
mod kernels;
mod op;
mod param;
mod pool;
mod product;
mod real;
mod shape;
mod tape;
mod tensor;
mod var;

pub mod check;
pub mod ops;

pub use array::Array;
pub use backward::Cotangents;
pub use gradients::Gradients;
pub use kernels::ahead::will_write;
pub use kernels::team::Team;
pub use op::{Op, Point, ShapeError};
pub use param::{Param, ParamId};
pub use real::Real;
pub use shape::{MAX_RANK, Shape};
pub use tape::Tape;
pub use tensor::Tensor;
pub use var::Var;

/// What programs that compute with arrays import: `use autograd::prelude::*`.
pub mod prelude {
    pub use crate::ops::{Arithmetic, Convolution, Elementwise, Layout, Linalg, Matmul, Pooling, Reduce, Window};
    pub use crate::{Array, Gradients, Param, Real, Shape, Tape, Tensor, Var};
}
