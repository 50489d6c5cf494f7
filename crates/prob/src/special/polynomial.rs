//! Polynomials with as many terms as the type of the numbers needs.

use autograd::Real;

/// Whether `F` is `f32`; known when the program is compiled.
#[inline(always)]
pub(crate) fn is_single<F: Real>() -> bool {
    size_of::<F>() == size_of::<f32>()
}

/// The coefficients of one function for each type, lowest first: tests/golden/coefficients.py finds them.
pub(super) struct Polynomial<const S: usize, const D: usize> {
    pub single: [f64; S],
    pub double: [f64; D],
}

impl<const S: usize, const D: usize> Polynomial<S, D> {
    /// Σ cₖ tᵏ.
    #[inline(always)]
    pub fn at<F: Real>(&self, t: F) -> F {
        if is_single::<F>() { horner(&self.single, t) } else { horner(&self.double, t) }
    }
}

/// Σ cₖ tᵏ by Horner's rule.
#[inline(always)]
pub(super) fn horner<F: Real, const N: usize>(c: &[f64; N], t: F) -> F {
    let mut sum = F::of(c[N - 1]);
    for k in (0..N - 1).rev() {
        sum = sum * t + F::of(c[k]);
    }
    sum
}
