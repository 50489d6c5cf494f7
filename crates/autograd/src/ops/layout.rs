//! Layout operations.
use crate::Array;
/// Layout operations.
pub trait Layout: Array {}
impl<V: Array> Layout for V {}
