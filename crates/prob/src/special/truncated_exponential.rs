//! The exponential distribution cut off at 1, through rate 0.

use super::polynomial::{horner, is_single};
use autograd::Real;

/// B₂ₖ/(2k (2k)!) for k = 1, 2, … with Bernoulli's numbers B: ln(sinh(a/2)/(a/2)) = Σ cₖ a²ᵏ for |a| < 2π.
const CUMULANTS: [f64; 13] = [
    0.041666666666666664,
    -0.00034722222222222224,
    5.5114638447971785e-06,
    -1.033399470899471e-07,
    2.08767569878681e-09,
    -4.403491782239578e-11,
    9.55895466477477e-13,
    -2.1185501852016142e-14,
    4.770034475709914e-16,
    -1.087434349279031e-17,
    2.5040921947091955e-19,
    -5.814360285755218e-21,
    1.3595027075497952e-22,
];

/// The coefficients of the derivative of an order, from that of a² on or, where it vanishes, the next.
const fn derivative<const N: usize>(order: usize) -> [f64; N] {
    let first = if order > 2 { 1 } else { 0 };
    let mut c = [0.0; N];
    let mut k = 0;
    while k < N {
        c[k] = CUMULANTS[k + first];
        let mut j = 0;
        while j < order {
            c[k] *= (2 * (k + first + 1) - j) as f64;
            j += 1;
        }
        k += 1;
    }
    c
}

/// The derivative of an order of ln(sinh(a/2)/(a/2)) without its power of a, for s = a² < 1.
#[inline(always)]
fn series<F: Real, const ORDER: usize>(s: F) -> F {
    if is_single::<F>() {
        horner(&const { derivative::<6>(ORDER) }, s)
    } else {
        horner(&const { derivative::<12>(ORDER) }, s)
    }
}

/// ln(a/(1 − e⁻ᵃ)), so that e^−am times its exponential is a density of m on [0, 1], for a ≥ 0; the derivative is the
/// [`mean`].
#[inline(always)]
pub fn log_normalizer<F: Real>(a: F) -> F {
    let near = a * (F::of(0.5) - a * series::<F, 0>(a * a));
    let far = (a / -(-a).fast_exp_m1()).fast_ln();
    if a < F::one() { near } else { far }
}

/// E\[m\] = 1/a − 1/(eᵃ − 1) for a ≥ 0; the derivative is −[`variance`].
#[inline(always)]
pub fn mean<F: Real>(a: F) -> F {
    let e = (-a).fast_exp_nonpositive();
    let near = F::of(0.5) - a * series::<F, 1>(a * a);
    let far = a.recip() - e / (F::one() - e);
    if a < F::one() { near } else { far }
}

/// Var\[m\] = 1/a² − eᵃ/(eᵃ − 1)² for a ≥ 0.
#[inline(always)]
pub fn variance<F: Real>(a: F) -> F {
    let (e, r) = ((-a).fast_exp_nonpositive(), a.recip());
    let rest = F::one() - e;
    let far = r * r - e / (rest * rest);
    if a < F::one() { series::<F, 2>(a * a) } else { far }
}

/// The derivative of the [`variance`], eᵃ (eᵃ + 1)/(eᵃ − 1)³ − 2/a³.
#[inline(always)]
pub fn variance_slope<F: Real>(a: F) -> F {
    let (e, r) = ((-a).fast_exp_nonpositive(), a.recip());
    let rest = F::one() - e;
    let far = e * (F::one() + e) / (rest * rest * rest) - F::of(2.0) * r * r * r;
    if a < F::one() { a * series::<F, 3>(a * a) } else { far }
}
