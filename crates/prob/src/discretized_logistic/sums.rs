//! Mean, variance and entropy of an element, as sums over the levels.

use super::LogMass;
use super::grid::{Grid, Ruler, nearest};
use crate::limits::{finite, hold};
use autograd::Real;
use autograd::ops::Function;

/// Sums over the edges between levels, for one element.
struct Tails<F> {
    /// The level nearest to μ.
    origin: F,
    /// Σ ±P, the mean of the level less `origin`.
    first: F,
    /// Σ (2i − 1) P, the mean of its square.
    second: F,
}

impl<F: Real> Tails<F> {
    /// With P(level ≥ `origin` + i) for i = 1, 2, …, which count +, and P(level ≤ `origin` − i), which count −.
    #[inline(always)]
    fn new(grid: Grid, loc: F, scale: F) -> Self {
        let (ruler, last) = (Ruler::new(grid, loc, scale), F::of(grid.last));
        let origin = nearest(hold(loc, F::zero(), F::one()) * last);
        let (mut first, mut second, mut k) = (F::zero(), F::zero(), F::one());
        while k <= last {
            let sign = if k > origin { F::one() } else { -F::one() };
            let tail = (-sign * ruler.at(k + k - F::one())).sigmoid();
            first += sign * tail;
            second += sign * odd(k, origin) * tail;
            k += F::one();
        }
        Tails { origin, first, second }
    }
}

/// 2 (k − origin) − 1.
#[inline(always)]
fn odd<F: Real>(k: F, origin: F) -> F {
    F::of(2.0) * (k - origin) - F::one()
}

/// Σ w ∂P by μ (I = 0) or s, over the edges: w σ(z) σ(−z)/s and, by s, times z, with w = 1 or 2 (k − origin) − 1 − 2 `first`.
#[inline(always)]
fn slope_of_tails<F: Real, const I: usize, const SQUARE: bool>(grid: Grid, loc: F, scale: F) -> F {
    let ruler = Ruler::new(grid, loc, scale);
    let tails = Tails::new(grid, loc, scale);
    let (mut slope, mut k) = (F::zero(), F::one());
    while k <= F::of(grid.last) {
        let z = ruler.at(k + k - F::one());
        let weight = if SQUARE { odd(k, tails.origin) - (tails.first + tails.first) } else { F::one() };
        let density = z.sigmoid() * (-z).sigmoid();
        slope += weight * if I == 0 { density } else { z * density };
        k += F::one();
    }
    finite(slope / scale)
}

/// E[x] = (origin + `first`)/(L − 1).
#[derive(Debug)]
pub(super) struct Mean(pub(super) Grid);

impl<F: Real> Function<F, 2> for Mean {
    #[inline(always)]
    fn f(&self, [loc, scale]: [F; 2]) -> F {
        let tails = Tails::new(self.0, loc, scale);
        (tails.origin + tails.first) / F::of(self.0.last)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [loc, scale]: [F; 2]) -> F {
        slope_of_tails::<F, I, false>(self.0, loc, scale) / F::of(self.0.last)
    }
}

/// Var[x] = (`second` − `first`²)/(L − 1)².
#[derive(Debug)]
pub(super) struct Variance(pub(super) Grid);

impl<F: Real> Function<F, 2> for Variance {
    #[inline(always)]
    fn f(&self, [loc, scale]: [F; 2]) -> F {
        let tails = Tails::new(self.0, loc, scale);
        (tails.second - tails.first * tails.first) / F::of(self.0.last * self.0.last)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [loc, scale]: [F; 2]) -> F {
        slope_of_tails::<F, I, true>(self.0, loc, scale) / F::of(self.0.last * self.0.last)
    }
}

/// −Σ p log p over the levels; since Σ p does not move, ∂/∂μ = −Σ p log p ∂(log p)/∂μ, and s likewise. All in `f64`: where a
/// scale is narrow, the derivatives of neighbouring levels nearly cancel.
#[derive(Debug)]
pub(super) struct ElementEntropy(pub(super) Grid);

impl ElementEntropy {
    /// −Σ p log p g of each level beside the location and the scale.
    #[inline(always)]
    fn sum<F: Real>(&self, params: [F; 2], g: impl Fn([f64; 3]) -> f64) -> F {
        let [loc, scale] = params.map(F::as_f64);
        let term = |x| {
            let log_p: f64 = LogMass(self.0).f([x, loc, scale]);
            -log_p * log_p.exp() * g([x, loc, scale])
        };
        F::of(self.0.levels().map(term).sum())
    }
}

impl<F: Real> Function<F, 2> for ElementEntropy {
    #[inline(always)]
    fn f(&self, params: [F; 2]) -> F {
        self.sum(params, |_| 1.0)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, params: [F; 2]) -> F {
        finite(self.sum(params, |at| LogMass(self.0).slope::<f64, I>(at)))
    }
}
