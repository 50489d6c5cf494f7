//! Numbers and derivatives at the ends of their range.

use autograd::Real;

/// x held between `low` and `high`, NaN of NaN.
#[inline(always)]
pub(crate) fn hold<F: Real>(x: F, low: F, high: F) -> F {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

/// A derivative, held where it would overflow.
#[inline(always)]
pub(crate) fn finite<F: Real>(slope: F) -> F {
    hold(slope, -F::max_value(), F::max_value())
}

/// The slope, 0 at x = ±∞.
#[inline(always)]
pub(crate) fn at_finite<F: Real>(x: F, slope: F) -> F {
    if x.abs() == F::infinity() { F::zero() } else { slope }
}

/// −u·density, the slope of a distribution function by its scale; 0 where u is so far out that there is no density, and may
/// have overflowed.
#[inline(always)]
pub(crate) fn by_scale<F: Real>(u: F, density: F) -> F {
    if density == F::zero() { F::zero() } else { -u * density }
}
