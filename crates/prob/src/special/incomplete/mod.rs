//! The incomplete gamma and beta functions: distribution functions, with derivatives by every argument.
//!
//! Each is a kernel K, known to rounding by its logarithm, times a factor T of moderate size, for the tail in which the
//! argument lies; what the other tail has is 1 less that. T is a series or a continued fraction, and where the parameters
//! are large an integral. The derivative of K T by a parameter is K·(T′ + T (ln K)′): T′ is carried along
//! ([`Dual`](dual::Dual)), or found under the integral.
//!
//! The derivatives by parameters are what implicit reparameterisation needs: of a draw x with the distribution function
//! F(x; a), ∂x/∂a = −(∂F/∂a)/(∂F/∂x) (M. Figurnov, S. Mohamed and A. Mnih, *Implicit Reparameterization Gradients*,
//! 2018). There K falls out, so that they are finite however small the densities are.
//!
//! All is computed in `f64` for either type, number by number.

mod beta;
mod dual;
mod gamma;
mod integral;

pub use beta::beta_inc;
pub use gamma::{gamma_p, gamma_q};

/// The functions of numbers.
pub(super) mod scalar {
    pub use super::beta::scalar::*;
    pub use super::gamma::scalar::*;
}

/// The probability of a tail, e^`log_kernel`·`value`, and its derivatives by the parameters, e^`log_kernel`·`slopes`.
struct Tail<const N: usize> {
    /// Whether it is the upper tail.
    upper: bool,
    log_kernel: f64,
    value: f64,
    slopes: [f64; N],
}

impl<const N: usize> Tail<N> {
    fn probability(&self) -> f64 {
        let kernel = self.log_kernel.exp();
        // So far out the value may be beyond what a number can hold.
        if kernel == 0.0 { 0.0 } else { (kernel * self.value).min(1.0) }
    }

    fn lower(&self) -> f64 {
        if self.upper { 1.0 - self.probability() } else { self.probability() }
    }

    fn upper(&self) -> f64 {
        if self.upper { self.probability() } else { 1.0 - self.probability() }
    }

    /// The derivatives of the lower tail's probability over the kernel.
    fn lower_slopes(&self) -> [f64; N] {
        self.slopes.map(|slope| if self.upper { -slope } else { slope })
    }
}
