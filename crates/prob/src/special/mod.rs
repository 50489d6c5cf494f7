//! Special functions, as operations on arrays and as functions of numbers.
//!
//! [`Special`] has those of one argument as methods of every [`Array`], differentiable like the operations of
//! `autograd`; those of several are functions: [`xlogy`], [`xlog1py`], [`bd0`], [`gamma_p`], [`gamma_q`], [`beta_inc`].
//! In [`scalar`] are the same functions of numbers, for loops of one's own. `erf`, `erfc`, `log1mexp` and `logsumexp` are
//! operations of `autograd`.
//!
//! ```
//! use autograd::prelude::*;
//! use prob::special::{Special, bd0};
//!
//! // log p(x) = −bd0(x, λ) − δ(x) − ½ ln 2πx of a Poisson count, at x = λ = 10⁶, where x ln λ is 1.4·10⁷.
//! let (x, rate) = (Tensor::from(1e6_f32), Tensor::from(1e6));
//! let log_p = -bd0(&x, &rate) - x.stirling_error() - (x * std::f64::consts::TAU).ln() * 0.5;
//! assert!((log_p.item() - -7.826694).abs() < 1e-6);
//! ```
//!
//! Errors are stated as |error|/max(1, |value|) or, where it says "relative", as |error|/|value|: the largest found, in
//! `f32` and in `f64`, over the arguments that docs/numerics.md tells. NaN gives NaN.

mod bessel;
mod deviance;
pub(crate) mod exact;
mod exponential;
mod incomplete;
mod lgamma;
mod log_ndtr;
mod mills;
mod ndtri;
mod polygamma;
mod polynomial;
pub(crate) mod quadrature;
mod stirling;
pub(crate) mod truncated_exponential;
mod xlogy;

use autograd::Array;
use autograd::ops::Each;

pub use deviance::bd0;
pub(crate) use deviance::{
    Deviance, deviance, deviance_of_product, difference_of_products, ln_1p_less, ln_quotient, log_of_quotient,
};
pub(crate) use exponential::less_exp;
pub use incomplete::{beta_inc, gamma_p, gamma_q};
pub(crate) use polygamma::digamma_less_ln;
pub(crate) use polynomial::is_single;
pub(crate) use stirling::{HALF_LN_TAU, factorial_excess, remainder, root_and_rest};

pub(crate) use xlogy::weigh;
pub use xlogy::{xlog1py, xlogy};

/// The functions of numbers. Those generic in [`Real`](autograd::Real) are free of branches, or nearly so in `f64`, and
/// `#[inline(always)]`, so that loops over them vectorise; the others work in `f64`, with loops and branches.
pub mod scalar {
    pub use super::bessel::{
        bessel_ratio, bessel_ratio_derivative, bessel_ratio_m1, log_bessel_i, log_bessel_i_reduced,
    };
    pub use super::deviance::scalar::*;
    pub use super::incomplete::scalar::*;
    pub use super::lgamma::lgamma;
    pub use super::log_ndtr::log_ndtr;
    pub use super::ndtri::ndtri;
    pub use super::polygamma::{digamma, polygamma2, stirling_error_derivative, trigamma};
    pub use super::stirling::stirling_error;
    pub use super::xlogy::scalar::*;
}

/// Writes functions of one number as operations: the name, the function, and its derivative given x and y = f(x). Arguments
/// beside x are constants in `f64`.
macro_rules! unary {
    ($(
        $(#[$doc:meta])*
        $Op:ident($($arg:ident),*) $name:literal;
        f($x:ident) = $f:expr;
        df($dx:ident, $dy:ident) = $df:expr;
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(super) struct $Op {
            $(pub $arg: f64,)*
        }

        impl autograd::ops::Named for $Op {
            const NAME: &'static str = $name;
        }

        impl<F: autograd::Real> autograd::ops::Unary<F> for $Op {
            const NEEDS_X: bool = true;

            #[inline(always)]
            fn f(&self, $x: F) -> F {
                $(let $arg = self.$arg;)*
                $f
            }

            #[inline(always)]
            fn df(&self, $dx: F, $dy: F) -> F {
                $(let $arg = self.$arg;)*
                $df
            }
        }
    )*};
}

use unary;

/// Special functions of one number, applied to each element of an [`Array`]. What each is, its limits and its error are
/// told at the function of the same name in [`scalar`].
pub trait Special: Array {
    /// [ln Γ(x)](scalar::lgamma), with derivative ψ(x).
    #[must_use]
    fn lgamma(&self) -> Self {
        Self::apply(Each(lgamma::Lgamma {}), &[self])
    }

    /// [ψ(x)](scalar::digamma), the derivative of ln Γ, with derivative ψ′(x).
    #[must_use]
    fn digamma(&self) -> Self {
        Self::apply(Each(polygamma::Digamma {}), &[self])
    }

    /// [ψ′(x)](scalar::trigamma), with derivative [ψ″(x)](scalar::polygamma2).
    #[must_use]
    fn trigamma(&self) -> Self {
        Self::apply(Each(polygamma::Trigamma {}), &[self])
    }

    /// [δ(x)](scalar::stirling_error), what Stirling's formula for x! lacks, with derivative
    /// [δ′(x)](scalar::stirling_error_derivative).
    #[must_use]
    fn stirling_error(&self) -> Self {
        Self::apply(Each(stirling::StirlingError {}), &[self])
    }

    /// [ln Φ(x)](scalar::log_ndtr) with the normal distribution function Φ, with derivative φ(x)/Φ(x).
    #[must_use]
    fn log_ndtr(&self) -> Self {
        Self::apply(Each(log_ndtr::LogNdtr {}), &[self])
    }

    /// [Φ⁻¹(p)](scalar::ndtri), with derivative 1/φ(Φ⁻¹(p)).
    #[must_use]
    fn ndtri(&self) -> Self {
        Self::apply(Each(ndtri::Ndtri {}), &[self])
    }

    /// [ln I_ν(x) − x](scalar::log_bessel_i) with the modified Bessel function I of order ν, with derivative
    /// A_ν(x) + ν/x − 1.
    #[must_use]
    fn log_bessel_i(&self, nu: f64) -> Self {
        Self::apply(Each(bessel::LogBesselI { nu }), &[self])
    }

    /// [ln I_ν(x) − x − ν ln x](scalar::log_bessel_i_reduced), with derivative A_ν(x) − 1.
    #[must_use]
    fn log_bessel_i_reduced(&self, nu: f64) -> Self {
        Self::apply(Each(bessel::LogBesselIReduced { nu }), &[self])
    }

    /// [A_ν(x) = I_{ν+1}(x)/I_ν(x)](scalar::bessel_ratio), with derivative 1 − A² − (2ν + 1) A/x.
    #[must_use]
    fn bessel_ratio(&self, nu: f64) -> Self {
        Self::apply(Each(bessel::BesselRatio { nu }), &[self])
    }
}

impl<V: Array> Special for V {}
