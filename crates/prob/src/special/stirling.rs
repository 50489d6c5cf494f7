//! What Stirling's formula leaves.

use super::lgamma::lgamma_1p;
use super::polygamma::stirling_error_derivative;
use super::polynomial::Polynomial;
use super::unary;
use autograd::Real;

/// ½ ln 2π.
pub(crate) const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;

unary! {
    /// [`stirling_error`] of each element.
    StirlingError() "stirling_error";
    f(x) = stirling_error(x);
    df(x, _y) = stirling_error_derivative(x);
}

/// p(t) with δ(x) = w·p(2w − 1), w = 1/x ≤ 1.
const DELTA: Polynomial<10, 26> = Polynomial {
    single: [
        0.082681395,
        -0.0012300101,
        -0.00048510026,
        0.000100768746,
        -1.2964801e-06,
        -6.405044e-06,
        2.6488647e-06,
        -4.3063653e-07,
        -2.4382493e-07,
        1.4377171e-07,
    ],
    double: [
        0.0826813919108186,
        -0.0012300100649059054,
        -0.00048510438810094324,
        0.00010076829937142698,
        -1.2621643080969508e-06,
        -6.404042332313824e-06,
        2.5473663236060494e-06,
        -4.2740749928906505e-07,
        -1.1717409681403434e-07,
        1.2998427953513695e-07,
        -5.987742469101605e-08,
        1.5385238732498292e-08,
        1.1937476234202765e-09,
        -4.175081063173813e-09,
        3.0582378730699487e-09,
        -1.4764862481737628e-09,
        2.4855022903833086e-10,
        1.946080278849976e-10,
        4.558436240324612e-11,
        -8.860282767544579e-11,
        -1.993699668084211e-10,
        1.8567090436879457e-10,
        4.300176102397599e-11,
        -7.116695184314134e-11,
        1.3667651668586389e-12,
        7.902934753573348e-12,
    ],
};

/// δ(x) = ln Γ(x + 1) − (x + ½) ln x + x − ½ ln 2π, what Stirling's formula lacks: 1/12x − 1/360x³ + … (C. Loader, *Fast
/// and Accurate Computation of Binomial Probabilities*, 2000). With derivative
/// [δ′](super::scalar::stirling_error_derivative). Nothing cancels, for large or small x. +∞ at 0, NaN below.
///
/// With it, and with [`bd0`](super::scalar::bd0) for the powers, log-densities that have factorials are sums of small
/// terms: a Poisson mass is log p(x) = −bd0(x, λ) − δ(x) − ½ ln 2πx.
///
/// Relative error within 1.1·10⁻⁶ in `f32`, 1.2·10⁻¹⁵ in `f64`.
#[inline(always)]
pub fn stirling_error<F: Real>(x: F) -> F {
    let one = F::one();
    let (small, large) = if x < one { (x, one) } else { (one, x) };
    let near = lgamma_1p(small) + (small - F::of(HALF_LN_TAU)) - (small + F::of(0.5)) * small.fast_ln();
    let far = remainder(large.recip());
    if x < one { near } else { far }
}

/// δ(x) + ½ ln 2πx = ln x! − x ln x + x of a count: what its mass function has beside the deviances. 0 at 0.
#[inline(always)]
pub(crate) fn factorial_excess<F: Real>(x: F) -> F {
    let excess = remainder(x.recip()) + (F::of(0.5) * x.fast_ln() + F::of(HALF_LN_TAU));
    if x < F::one() { F::zero() } else { excess }
}

/// r and s with ln r + s = ½ ln x − δ(x), by which densities of the gamma family grow: √x and −δ(x) from 1 on, x and a
/// bounded s below, so that ln (r/y) is small where x and y are small alike.
#[inline(always)]
pub(crate) fn root_and_rest<F: Real>(x: F) -> (F, F) {
    let one = F::one();
    let (small, large) = if x < one { (x, one) } else { (one, x) };
    let near = small * small.fast_ln() - small - lgamma_1p(small) + F::of(HALF_LN_TAU);
    let far = -remainder(large.recip());
    if x < one { (x, near) } else { (x.sqrt(), far) }
}

/// δ(1/w) for 0 ≤ w ≤ 1.
#[inline(always)]
pub(crate) fn remainder<F: Real>(w: F) -> F {
    w * DELTA.at(w + w - F::one())
}
