//! Changes of variables: what a [`Transformed`](crate::Transformed) distribution is made of.
//!
//! A transform T takes x to y and says by how much it stretches: log|det ∂T/∂x|, one number per event, the event being the
//! last axis. Both come from one call, since they share most of the work. Going back is another trait, [`Inverse`]: a
//! planar flow has no inverse in closed form, so that its density at a given y is a compile error, while draws with their
//! log-density, all that a variational posterior needs, cost one call forward.
//!
//! - Of each element by itself: [`Affine`], [`Exp`], [`Tanh`], [`Sigmoid`], [`Softplus`], and every [`Bijection`].
//! - Of vectors: [`Planar`], [`Coupling`], [`InverseAutoregressive`], [`MaskedAutoregressive`]. The last three take their
//!   networks as a [`Conditioner`], any function of arrays.
//! - One after the other: tuples `(first, second)`, and a `Vec` of transforms of one type.

mod affine;
mod autoregressive;
mod bijection;
mod coupling;
mod exp;
mod planar;
mod sigmoid;
mod softplus;
mod tanh;

pub use affine::Affine;
pub use autoregressive::{InverseAutoregressive, MaskedAutoregressive, NotAutoregressive, check_autoregressive};
pub use bijection::Bijection;
pub use coupling::Coupling;
pub use exp::Exp;
pub use planar::Planar;
pub use sigmoid::Sigmoid;
pub use softplus::Softplus;
pub use tanh::Tanh;

use crate::SupportError;
use autograd::prelude::*;

/// A differentiable map of events that no two events share an image under.
pub trait Transform<V: Array> {
    /// y = T(x), of the shape of x or what it broadcasts to, and log|det ∂T/∂x|, one number per event.
    #[must_use]
    fn forward(&self, x: &V) -> (V, V);
}

/// A transform that can be undone.
pub trait Inverse<V: Array>: Transform<V> {
    /// x = T⁻¹(y) and log|det ∂T⁻¹/∂y|, one number per event: −∞ where y is no image of any x, and there x is some number.
    #[must_use]
    fn inverse(&self, y: &V) -> (V, V);

    /// T⁻¹ of plain numbers, or which of them is no image; nothing where that takes a conditioner, whose flow reaches
    /// every number.
    fn preimage(&self, _: &Tensor<V::F>) -> Result<Option<Tensor<V::F>>, SupportError> {
        Ok(None)
    }
}

/// The two functions that a network makes of what it reads: a shift and a log-scale, each of the shape of what is moved.
pub trait Conditioner<V> {
    /// (shift, log-scale) given x.
    fn condition(&self, x: &V) -> (V, V);
}

impl<V, C: Fn(&V) -> (V, V)> Conditioner<V> for C {
    fn condition(&self, x: &V) -> (V, V) {
        self(x)
    }
}

/// The first, then the second.
impl<V: Array, A: Transform<V>, B: Transform<V>> Transform<V> for (A, B) {
    fn forward(&self, x: &V) -> (V, V) {
        let (x, first) = self.0.forward(x);
        let (y, second) = self.1.forward(&x);
        (y, first + second)
    }
}

impl<V: Array, A: Inverse<V>, B: Inverse<V>> Inverse<V> for (A, B) {
    fn inverse(&self, y: &V) -> (V, V) {
        let (y, second) = self.1.inverse(y);
        let (x, first) = self.0.inverse(&y);
        (x, first + second)
    }

    fn preimage(&self, y: &Tensor<V::F>) -> Result<Option<Tensor<V::F>>, SupportError> {
        self.1.preimage(y)?.map_or(Ok(None), |y| self.0.preimage(&y))
    }
}

/// One after the other, of which there is at least one.
impl<V: Array, T: Transform<V>> Transform<V> for Vec<T> {
    fn forward(&self, x: &V) -> (V, V) {
        let (first, rest) = self.split_first().expect("a chain of at least one transform");
        rest.iter().fold(first.forward(x), |(x, before), next| {
            let (y, more) = next.forward(&x);
            (y, before + more)
        })
    }
}

impl<V: Array, T: Inverse<V>> Inverse<V> for Vec<T> {
    fn inverse(&self, y: &V) -> (V, V) {
        let (last, rest) = self.split_last().expect("a chain of at least one transform");
        rest.iter().rev().fold(last.inverse(y), |(y, after), before| {
            let (x, more) = before.inverse(&y);
            (x, after + more)
        })
    }

    fn preimage(&self, y: &Tensor<V::F>) -> Result<Option<Tensor<V::F>>, SupportError> {
        let mut x = Some(y.clone());
        for transform in self.iter().rev() {
            x = x.map_or(Ok(None), |x| transform.preimage(&x))?;
        }
        Ok(x)
    }
}
