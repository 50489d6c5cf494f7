//! Sums and products with what their rounding loses.

use super::polynomial::is_single;
use autograd::Real;

/// a + b as rounded, and what that lost (D. Knuth, *The Art of Computer Programming*, volume 2); 0 where the sum is not
/// finite.
#[inline(always)]
pub(crate) fn sum<F: Real>(a: F, b: F) -> (F, F) {
    let s = a + b;
    let of_b = s - a;
    let lost = (a - (s - of_b)) + (b - of_b);
    (s, if lost.is_finite() { lost } else { F::zero() })
}

/// a b as rounded, and what that lost (T. Dekker, *A floating-point technique for extending the available precision*,
/// 1971); 0 where a part of it overflows.
#[inline(always)]
pub(crate) fn product<F: Real>(a: F, b: F) -> (F, F) {
    let p = a * b;
    let ((a, a_low), (b, b_low)) = (halves(a), halves(b));
    let lost = ((a * b - p) + a * b_low + a_low * b) + a_low * b_low;
    (p, if lost.is_finite() { lost } else { F::zero() })
}

/// x as the sum of two numbers of half its digits.
#[inline(always)]
fn halves<F: Real>(x: F) -> (F, F) {
    let t = x * F::of(if is_single::<F>() { 4097.0 } else { 134_217_729.0 });
    let high = t - (t - x);
    (high, x - high)
}
