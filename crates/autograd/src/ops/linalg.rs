//! Linalg operations.
use crate::Array;
/// Linalg operations.
pub trait Linalg: Array {}
impl<V: Array> Linalg for V {}
