//! Shares: positive numbers whose sum is 1.

use crate::SupportError;
use autograd::prelude::*;

/// How far from 1 a sum of shares may be. In single precision rounding moves a sum of K shares by some 10⁻⁷ K, so that this
/// has room for thousands; shares that were never normalised are far beyond.
pub(crate) const SLACK: f64 = 1e-3;

/// By how much the shares of each vector of x sum to more than 1, `[.., 1]`, from the `share` of each element; ∞ where an
/// element is `least` or less, which is no share, and NaN where one is NaN.
pub(crate) fn excess<F: Real>(x: &Tensor<F>, least: f64, share: impl Fn(f64) -> f64) -> Tensor<F> {
    let shape = x.shape();
    let last = shape.rank() - 1;
    let row = |row: &[F]| {
        let numbers = || row.iter().map(|x| x.as_f64());
        let illegal = numbers().any(|x| x <= least) && !numbers().any(f64::is_nan);
        F::of(if illegal { f64::INFINITY } else { numbers().map(&share).sum::<f64>() - 1.0 })
    };
    Tensor::new(shape.without(last).push(1), x.data().chunks_exact(shape[last].max(1)).map(row).collect())
}

/// Whether a vector of this [`excess`] is none of shares; NaN is not called outside.
#[inline(always)]
pub(crate) fn is_outside<F: Real>(excess: F) -> bool {
    excess.abs() > F::of(SLACK)
}

/// What [`supports`](crate::Distribution::supports) says of sums of shares.
pub(crate) fn are_one<F: Real>(who: &str, what: &str, sums: &Tensor<F>) -> Result<(), SupportError> {
    SupportError::check(who, what, "1 within 10⁻³", sums, |sum| (sum - 1.0).abs() <= SLACK)
}
