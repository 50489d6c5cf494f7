//! Integrals over the tail of a density whose logarithm is concave.

use crate::special::quadrature::over_unit_interval;

/// The drop of the logarithm at which the density counts as 0: e⁻⁴⁰ is below rounding.
const BOTTOM: f64 = 40.0;

/// How far the logarithm of a density has dropped at a distance, its derivative, and the integrand's other factors.
pub(super) struct Drop<const N: usize> {
    pub drop: f64,
    pub slope: f64,
    pub factors: [f64; N],
}

/// ∫ e^−drop(d)·factorᵢ(d) dd over d ≥ 0, for a drop that is convex and rises from 0 at the slope `slope` and the curvature
/// `curvature`. Where it is nearly quadratic or linear up to the bottom, which large parameters make it, 28 nodes are enough.
pub(super) fn integrate<const N: usize>(slope: f64, curvature: f64, at: impl Fn(f64) -> Drop<N>) -> [f64; N] {
    // A quadratic drop has its bottom here; Newton's method finds the other bottoms, from outside.
    let mut end = 2.0 * BOTTOM / (slope + (slope * slope + 2.0 * BOTTOM * curvature).sqrt());
    for _ in 0..4 {
        let Drop { drop, slope, .. } = at(end);
        end += (BOTTOM - drop) / slope;
    }
    over_unit_interval(|node| {
        let Drop { drop, factors, .. } = at(node * end);
        factors.map(|factor| end * (-drop).exp() * factor)
    })
}

/// e^d − 1 − d without cancellation near 0.
pub(super) fn exp_m1_less(d: f64) -> f64 {
    /// 1/2!, 1/3!, …
    const C: [f64; 13] = {
        let mut c = [0.5; 13];
        let mut k = 1;
        while k < c.len() {
            c[k] = c[k - 1] / (k + 2) as f64;
            k += 1;
        }
        c
    };
    if d.abs() < 0.5 { d * d * C.iter().rev().fold(0.0, |sum, c| sum * d + c) } else { d.exp_m1() - d }
}
