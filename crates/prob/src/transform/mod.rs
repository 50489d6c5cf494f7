//! Changes of variables y = T(x), with the logarithm of how they stretch space.
//!
//! A [`Transform`] gives T(x) together with log|det ∂T/∂x|, one number per event; an [`Invertible`] one finds x again.
//! [`Transformed`](crate::Transformed) makes a distribution of a base and a transform. Tuples, arrays and vectors of
//! transforms are chains: the first is applied first.
//!
//! ```
//! use autograd::prelude::*;
//! use prob::transform::{Affine, Exp, Invertible, Transform};
//!
//! let t = (Affine::new(Tensor::from([0.0_f64, 1.0]), Tensor::from([2.0, 2.0])), Exp); // y = exp(shift + 2x)
//! let (y, log_det) = t.forward_with_log_det(&Tensor::from([0.5, -1.0]));
//! assert!((y.data()[0] - 1.0_f64.exp()).abs() < 1e-15);
//! assert!((log_det.item() - (2.0 * 2.0_f64.ln() + 1.0 - 1.0)).abs() < 1e-15); // Σ { log 2 + log y }
//! assert!((t.inverse(&y).data()[1] - -1.0).abs() < 1e-15);
//! ```
//!
//! | transform | y | inverse |
//! |---|---|---|
//! | [`Affine`] | shift + scale ⊙ x | closed form |
//! | [`Exp`], [`Tanh`], [`Sigmoid`], [`Softplus`] | of each element | closed form |
//! | [`Planar`] | x + û tanh(wᵀx + b) | a root of one number an event |
//! | [`Coupling`] | one part passes, the other is shifted and scaled by what it says | closed form |
//! | [`InverseAutoregressive`] | fast to draw from | one element at a time |
//! | [`MaskedAutoregressive`] | one element at a time | fast: a density of data |
//! | [`Reverse`] | the elements in reverse order | closed form |
//!
//! Those of the first two rows, and chains of them, are [`Monotone`]: their values have a distribution function.

mod affine;
mod autoregressive;
mod chain;
mod conditioner;
mod coupling;
mod exp;
mod planar;
mod reverse;
mod sigmoid;
mod softplus;
mod tanh;

use crate::SupportError;
use autograd::prelude::*;

pub use affine::Affine;
pub use autoregressive::{InverseAutoregressive, MaskedAutoregressive, NotAutoregressive, check_autoregressive};
pub use conditioner::Conditioner;
pub use coupling::{Coupling, Unchanged};
pub use exp::Exp;
pub use planar::Planar;
pub use reverse::Reverse;
pub use sigmoid::Sigmoid;
pub use softplus::Softplus;
pub use tanh::Tanh;

/// A differentiable one-to-one map of events, which are the last axis.
///
/// Parameters broadcast with `x`; rows in front of the last axis are transformed each by itself. What can be computed in
/// the other direction too is [`Invertible`] besides.
pub trait Transform<V: Array> {
    /// y = T(x) and log|det ∂T/∂x|, one number per event.
    #[must_use]
    fn forward_with_log_det(&self, x: &V) -> (V, V);

    /// y = T(x) alone.
    #[must_use]
    fn forward(&self, x: &V) -> V {
        self.forward_with_log_det(x).0
    }
}

/// A transform whose inverse can be computed, which is what the density of a given y takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be inverted, which the density of a given y takes",
    note = "a draw has its density without that: `rsample_with_log_prob`"
)]
pub trait Invertible<V: Array>: Transform<V> {
    /// x = T⁻¹(y) and log|det ∂T/∂x| at that x, one number per event: the log-determinant is that of T, not of T⁻¹.
    ///
    /// Where an element of y is outside the range of T, its x is some number inside and the log-determinant of its event
    /// is +∞, both with derivative 0: a density there comes out as 0.
    #[must_use]
    fn inverse_with_log_det(&self, y: &V) -> (V, V);

    /// x = T⁻¹(y) alone.
    #[must_use]
    fn inverse(&self, y: &V) -> V {
        self.inverse_with_log_det(y).0
    }

    /// Whether all of `y` lies in the range of T, or which element is the first that does not.
    fn supports(&self, y: &V) -> Result<(), SupportError> {
        SupportError::finite("Transform", "y", &y.value())
    }
}

/// A transform of each element by itself that is increasing or decreasing: with it the distribution function of a draw is
/// that of its transform too.
///
/// ```
/// use autograd::Tensor;
/// use prob::transform::{Affine, Exp};
/// use prob::{Cdf, Normal, Transformed};
///
/// // y = 3 − eˣ is never above 3, and below 2 where x is positive.
/// let t = (Exp, Affine::new(Tensor::from(3.0_f64), Tensor::from(-1.0)));
/// let below = Transformed::new(Normal::standard(&Tensor::from(0.0)), t).cdf(&Tensor::from([2.0, 3.0]));
/// assert!((below.data()[0] - 0.5).abs() < 1e-15 && below.data()[1] == 1.0);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not known to transform each element by itself, by an increasing or a decreasing function",
    note = "the distribution function of its values has no closed form"
)]
pub trait Monotone<V: Array>: Invertible<V> {
    /// The b that y cuts the values of x at: T(x) ≤ y is x ≤ b where T is increasing, and x ≥ b where it is decreasing.
    ///
    /// It is T⁻¹(y), but −∞ or ∞, with derivative 0, where y is outside the range of T.
    #[must_use]
    fn cut(&self, y: &V) -> V;

    /// 1 where T is increasing, −1 where it is decreasing, in a shape that broadcasts with x.
    #[must_use]
    fn direction(&self) -> Tensor<V::F>;
}
