//! Mills' ratio and the normal density without its constant.

use super::polynomial::{Polynomial, is_single};
use autograd::Real;

/// p(t) with (1 + x)·M(x) = p((x − 4)/(x + 4)), a variable for all x ≥ 0 at once (after M. Shepherd and J. Laframboise,
/// *Chebyshev Approximation of (1 + 2x)exp(x²)erfc x in 0 ≤ x < ∞*, 1981).
const RATIO: Polynomial<13, 26> = Polynomial {
    single: [
        1.1832619,
        -0.24239965,
        0.035091918,
        0.07168999,
        -0.08070863,
        0.044963136,
        -0.012535248,
        -0.00073009933,
        0.0017303342,
        -0.00021194549,
        -0.00020201739,
        3.1504675e-05,
        1.8801415e-05,
    ],
    double: [
        1.1832619145678034,
        -0.2423996705218074,
        0.035091880234748005,
        0.07169048120136096,
        -0.0807080096790523,
        0.04495912907942534,
        -0.01253910362039814,
        -0.0007159509389343426,
        0.001741848773732585,
        -0.0002367014896228787,
        -0.0002202155756957516,
        5.326563960096377e-05,
        3.415881433183821e-05,
        -8.60188663234564e-06,
        -6.5533544552582505e-06,
        1.010149243524485e-06,
        1.390762707984928e-06,
        1.0633980470022923e-08,
        -2.869299965207942e-07,
        -5.844326186367925e-08,
        5.077844122332048e-08,
        2.2205063936815332e-08,
        -6.5624402369464745e-09,
        -4.779664948926488e-09,
        4.480233382099169e-10,
        4.934984427261487e-10,
    ],
};

/// M(x) = (1 − Φ(x))/φ(x) for x ≥ 0, which falls from √(π/2) like 1/x.
#[inline(always)]
pub(super) fn mills<F: Real>(x: F) -> F {
    let t = F::one() - F::of(8.0) / (x + F::of(4.0));
    RATIO.at(t) / (F::one() + x)
}

/// e^−x²/2. The rounding of x² would cost x²/2 ulp: x = h + l with so few digits in h that h² is exact, and
/// x² − h² = (x − h)(x + h).
#[inline(always)]
pub(super) fn exp_minus_half_square<F: Real>(x: F) -> F {
    let x = if x.abs() > F::of(40.0) { F::of(40.0) } else { x.abs() };
    // Adding 1.5·2¹⁹ or 1.5·2³² rounds to multiples of 2⁻⁴ or 2⁻²⁰.
    let shift = F::of(if is_single::<F>() { 786_432.0 } else { 6_442_450_944.0 });
    let half = F::of(0.5);
    let h = (x + shift) - shift;
    (-half * h * h).fast_exp() * (half * (h - x) * (h + x)).fast_exp()
}
