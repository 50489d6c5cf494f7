//! The levels, and where they are beside a logistic distribution.

use crate::SupportError;
use crate::limits::hold;
use crate::noise::standard_logistic;
use crate::special::exact;
use autograd::prelude::*;
use rand::Rng;

/// Levels k/`last` for k = 0, …, `last`, a whole number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    pub(super) last: f64,
    pub(super) log_last: f64,
}

impl Grid {
    /// k for the value x of a level, and whether x is one; NaN is not denied to be.
    #[inline(always)]
    pub(super) fn level<F: Real>(self, x: F) -> (F, bool) {
        let last = F::of(self.last);
        let k = nearest(x * last);
        let outside = ((x * last - k).abs() > F::of(NEAR)) | (k < F::zero()) | (k > last);
        (k, !outside)
    }

    /// The levels in order.
    pub(crate) fn levels(self) -> impl Iterator<Item = f64> {
        (0..=self.last as usize).map(move |k| k as f64 / self.last)
    }

    /// The level that a logistic draw with location μ and scale s is rounded to.
    pub(crate) fn draw<R: Rng + ?Sized>(self, loc: f64, scale: f64, rng: &mut R) -> f64 {
        let x = loc + scale * standard_logistic(rng);
        (x * self.last).round().clamp(0.0, self.last) / self.last
    }

    /// What is wrong with values that are no levels.
    pub(crate) fn check<F: Real>(self, who: &str, x: &Tensor<F>) -> Result<(), SupportError> {
        let rule = format!("a multiple of 1/{} from 0 to 1", self.last);
        SupportError::check(who, "x", &rule, x, |x| !x.is_nan() && self.level(F::of(x)).1)
    }
}

/// How far from its level a value may be, in steps between levels.
pub(super) const NEAR: f64 = 1.0 / 64.0;

/// The nearest whole number; what is too large to have digits after the point stays about what it is.
#[inline(always)]
pub(super) fn nearest<F: Real>(x: F) -> F {
    let shift = F::of(1.5) / F::epsilon();
    (x + shift) - shift
}

/// Places on the levels as multiples of the scale from the location: (j/2(L − 1) − μ)/s for whole j, the level k being at
/// j = 2k and its edges at 2k ± 1. Where a scale is narrow, this must not lose digits of j − 2(L − 1) μ: the product is
/// computed with what its rounding loses.
pub(super) struct Ruler<F> {
    twice: F,
    product: F,
    rest: F,
    loc: F,
    scale: F,
}

impl<F: Real> Ruler<F> {
    #[inline(always)]
    pub(super) fn new(grid: Grid, loc: F, scale: F) -> Self {
        let twice = F::of(2.0 * grid.last);
        let (product, rest) = exact::product(twice, loc);
        Ruler { twice, product, rest, loc, scale }
    }

    /// The place, held within an eighth of the greatest number.
    #[inline(always)]
    pub(super) fn at(&self, j: F) -> F {
        let near = ((j - self.product) - self.rest) / (self.twice * self.scale);
        // Far from the levels nothing cancels, and the product may overflow.
        let far = (j / self.twice - self.loc) / self.scale;
        let end = F::of(0.125) * F::max_value();
        hold(if self.loc.abs() < F::of(4.0) { near } else { far }, -end, end)
    }
}
