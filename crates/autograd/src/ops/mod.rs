//! The operations, as methods of every [`Array`](crate::Array): one trait a family, one block an operation.

mod arithmetic;
mod cholesky;
mod conv;
mod elementwise;
mod layout;
mod linalg;
mod matmul;
mod reduce;
mod select;
mod softmax;
mod triangular;

pub use arithmetic::Arithmetic;
pub use conv::{Convolution, Window};
pub use elementwise::Elementwise;
pub use layout::Layout;
pub use linalg::Linalg;
pub use matmul::Matmul;
pub use reduce::Reduce;

/// A function with a name, for messages.
trait Named {
    const NAME: &'static str;
}
