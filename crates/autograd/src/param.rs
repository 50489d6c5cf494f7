//! Parameters: tensors with an identity, which gradients are kept for.

use crate::{Real, Tensor};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What tells parameters apart. Later parameters have greater ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParamId(u64);

impl ParamId {
    fn fresh() -> ParamId {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        ParamId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A tensor that a loss is differentiated by.
///
/// The tape knows a parameter by its id, so that recording it twice gives the same variable.
/// A clone is another parameter: it gets an id of its own.
#[derive(Debug)]
pub struct Param<F = f32> {
    id: ParamId,
    name: Arc<str>,
    value: Tensor<F>,
}

impl<F: Real> Param<F> {
    /// A parameter without a name.
    pub fn new(value: Tensor<F>) -> Param<F> {
        Param::named("", value)
    }

    /// A parameter with a name, which messages about it will use.
    pub fn named(name: impl Into<Arc<str>>, value: Tensor<F>) -> Param<F> {
        Param { id: ParamId::fresh(), name: name.into(), value }
    }

    /// The identity.
    pub fn id(&self) -> ParamId {
        self.id
    }

    /// The name; empty if it has none.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name for the tape's messages, if it has one.
    pub(crate) fn shared_name(&self) -> Option<Arc<str>> {
        (!self.name.is_empty()).then(|| Arc::clone(&self.name))
    }

    /// Gives it a name.
    pub fn set_name(&mut self, name: impl Into<Arc<str>>) {
        self.name = name.into();
    }

    /// The numbers.
    pub fn value(&self) -> &Tensor<F> {
        &self.value
    }

    /// The numbers for writing. They are written in place once no tape holds them,
    /// that is after [`Tape::value_and_grad`](crate::Tape::value_and_grad) has returned.
    pub fn value_mut(&mut self) -> &mut Tensor<F> {
        &mut self.value
    }
}

impl<F> Clone for Param<F> {
    fn clone(&self) -> Self {
        Param { id: ParamId::fresh(), name: Arc::clone(&self.name), value: self.value.clone() }
    }
}
