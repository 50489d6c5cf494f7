//! The coupling layer.

use super::conditioner::{apply, ask, undo};
use super::{Conditioner, Invertible, Transform};
use crate::SupportError;
use autograd::prelude::*;

/// Which part of an event passes unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchanged {
    /// So many elements at the start.
    First(usize),
    /// So many elements at the end.
    Last(usize),
}

/// An affine coupling layer: a part a of the event passes, and says how the rest b is shifted and scaled
/// (L. Dinh, J. Sohl-Dickstein and S. Bengio, *Density Estimation Using Real NVP*, 2017, eq. 4–8).
///
/// y_a = x_a,  y_b = m(x_a) + exp(s(x_a)) ⊙ x_b,  log|det ∂y/∂x| = Σⱼ sⱼ(x_a)
///
/// Both directions ask the [`Conditioner`] once, which need not be invertible. Layers that pass the parts in turn reach
/// all elements. Shapes: the conditioner is given `[.., d]` and gives m and s `[.., K − d]`.
///
/// ```
/// use autograd::prelude::*;
/// use prob::transform::{Coupling, Transform, Unchanged};
///
/// fn net<V: Array>(a: &V) -> (V, V) {
///     (a.sin(), a.tanh() * 0.5)
/// }
///
/// let flow = (Coupling::new(Unchanged::First(1), net::<Tensor<f64>>), Coupling::new(Unchanged::Last(1), net));
/// let y = flow.forward(&Tensor::from([[0.0, 1.0]]));
/// assert_eq!(y, Tensor::from([[1.0_f64.sin(), 1.0]]));
/// ```
#[derive(Clone, Debug)]
pub struct Coupling<C> {
    unchanged: Unchanged,
    conditioner: C,
}

impl<C> Coupling<C> {
    /// From the part that passes and what it says about the rest.
    pub fn new(unchanged: Unchanged, conditioner: C) -> Self {
        Coupling { unchanged, conditioner }
    }

    /// Whether the first part passes, and the extent of the first part, for arrays of a shape.
    #[track_caller]
    fn parts(&self, shape: Shape) -> (bool, usize) {
        let k = shape.dims().last().copied().unwrap_or(0);
        let (Unchanged::First(n) | Unchanged::Last(n)) = self.unchanged;
        assert!(0 < n && n < k, "Coupling: {n} elements are to pass unchanged, and others not, of an array {shape}");
        match self.unchanged {
            Unchanged::First(n) => (true, n),
            Unchanged::Last(n) => (false, k - n),
        }
    }

    /// The array with `f` applied to the part that does not pass.
    #[track_caller]
    fn change<V: Array>(&self, x: &V, f: impl FnOnce(&V, &(V, V)) -> (V, V)) -> (V, V)
    where
        C: Conditioner<V>,
    {
        let (first_passes, at) = self.parts(x.shape());
        let (first, last) = (x.slice(-1, ..at), x.slice(-1, at..));
        let (passes, rest) = if first_passes { (&first, &last) } else { (&last, &first) };
        let (changed, log_det) = f(rest, &ask("Coupling", &self.conditioner, passes, rest.shape()));
        let order = if first_passes { [passes, &changed] } else { [&changed, passes] };
        (V::concat(&order, -1), log_det)
    }
}

impl<V: Array, C: Conditioner<V>> Transform<V> for Coupling<C> {
    #[track_caller]
    fn forward_with_log_det(&self, x: &V) -> (V, V) {
        self.change(x, apply)
    }
}

impl<V: Array, C: Conditioner<V>> Invertible<V> for Coupling<C> {
    #[track_caller]
    fn inverse_with_log_det(&self, y: &V) -> (V, V) {
        self.change(y, undo)
    }

    fn supports(&self, y: &V) -> Result<(), SupportError> {
        SupportError::finite("Coupling", "y", &y.value())
    }
}
