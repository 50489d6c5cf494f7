//! The operations, as methods of every [`Array`](crate::Array): one trait a family, one block an operation.

mod arithmetic;
mod cholesky;
mod conv;
mod elementwise;
mod fused;
mod layout;
mod linalg;
mod matmul;
mod pool2d;
mod reduce;
mod select;
mod softmax;
mod triangular;
mod window;

pub use crate::kernels::map::{Curve, Unary};
pub use arithmetic::Arithmetic;
pub use conv::Convolution;
pub use elementwise::{Each, Elementwise};
pub use fused::{EachOf, Formula, Function, SumOf};
pub use layout::Layout;
pub use linalg::Linalg;
pub use matmul::Matmul;
pub use pool2d::Pooling;
pub use reduce::Reduce;
pub use window::Window;

/// Functions of one number as values, for operations that apply one on their way: see [`Matmul::affine_with`].
pub mod function {
    pub use super::elementwise::{Each, Elu, Gelu, LeakyRelu, Relu, Sigmoid, Silu, Softplus, Tanh};
}

/// A function with a name, for messages.
pub trait Named {
    /// The name.
    const NAME: &'static str;
}
