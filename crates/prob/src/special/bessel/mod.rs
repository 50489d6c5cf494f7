//! The modified Bessel function I_ν of constant real order ν ≥ 0.
//!
//! Its use is the von Mises–Fisher distribution over directions in K dimensions, with ν = K/2 − 1:
//! ∫ e^(κ μᵀx) dx = (2π)^(K/2) I_ν(κ)/κ^ν over the unit sphere, and the mean direction has the length
//! A_ν(κ) = I_{ν+1}(κ)/I_ν(κ).
//!
//! Where ν² + x² < 20² the power series is summed; elsewhere the expansion of P. Debye, uniform in ν and x, is exact to
//! rounding. Both work in `f64` for either type, number by number.

mod series;
mod uniform;

use super::unary;

unary! {
    /// [`log_bessel_i`] of each element.
    LogBesselI(nu) "log_bessel_i";
    f(x) = F::of(log_bessel_i(nu, x.as_f64()));
    df(x, _y) = F::of(evaluate(nu, x.as_f64()).log_slope);

    /// [`log_bessel_i_reduced`] of each element.
    LogBesselIReduced(nu) "log_bessel_i_reduced";
    f(x) = F::of(log_bessel_i_reduced(nu, x.as_f64()));
    df(x, _y) = F::of(evaluate(nu, x.as_f64()).reduced_slope);

    /// [`bessel_ratio`] of each element.
    BesselRatio(nu) "bessel_ratio";
    f(x) = F::of(bessel_ratio(nu, x.as_f64()));
    df(x, _y) = F::of(bessel_ratio_derivative(nu, x.as_f64()));
}

/// ln I_ν(x) − x, the logarithm of the scaled function "ive", with derivative A_ν(x) + ν/x − 1. NaN unless ν and x are
/// at least 0.
///
/// Error within 2·10⁻¹⁵ of the larger of 1 and the value, and of the derivative the same.
pub fn log_bessel_i(nu: f64, x: f64) -> f64 {
    evaluate(nu, x).log
}

/// ln I_ν(x) − x − ν ln x, with derivative A_ν(x) − 1: finite at 0, where nothing has to cancel the ν ln x of ln I_ν.
/// Minus the logarithm of the von Mises–Fisher density's constant is this and (ν + 1) ln 2π + κ. NaN unless ν and x are
/// at least 0.
///
/// Error within 5·10⁻¹⁶ of the larger of 1 and the value; of the derivative 2·10⁻¹⁴, relative.
pub fn log_bessel_i_reduced(nu: f64, x: f64) -> f64 {
    evaluate(nu, x).reduced
}

/// A_ν(x) = I_{ν+1}(x)/I_ν(x), which rises from 0 to 1, with derivative [A′](bessel_ratio_derivative). NaN unless ν and x
/// are at least 0.
///
/// Relative error within 2.5·10⁻¹⁵.
pub fn bessel_ratio(nu: f64, x: f64) -> f64 {
    evaluate(nu, x).ratio
}

/// A_ν(x) − 1, which rises from −1 to 0 and keeps its digits there, with derivative [A′](bessel_ratio_derivative). NaN
/// unless ν and x are at least 0.
///
/// Relative error within 2·10⁻¹⁴.
pub fn bessel_ratio_m1(nu: f64, x: f64) -> f64 {
    evaluate(nu, x).reduced_slope
}

/// A′(x) = 1 − A² − (2ν + 1) A/x, without the cancellation of this formula.
///
/// Relative error within 8·10⁻¹³.
pub fn bessel_ratio_derivative(nu: f64, x: f64) -> f64 {
    evaluate(nu, x).ratio_slope
}

/// All there is to know at one x.
struct Bessel {
    /// ln I − x.
    log: f64,
    /// (ln I)′ − 1 = A + ν/x − 1.
    log_slope: f64,
    /// ln I − x − ν ln x.
    reduced: f64,
    /// A − 1.
    reduced_slope: f64,
    /// A.
    ratio: f64,
    /// A′.
    ratio_slope: f64,
}

fn evaluate(nu: f64, x: f64) -> Bessel {
    let legal = nu >= 0.0 && nu.is_finite() && x >= 0.0;
    if !legal {
        let nan = f64::NAN;
        return Bessel { log: nan, log_slope: nan, reduced: nan, reduced_slope: nan, ratio: nan, ratio_slope: nan };
    }
    if x == f64::INFINITY {
        let log = f64::NEG_INFINITY;
        return Bessel { log, log_slope: 0.0, reduced: log, reduced_slope: 0.0, ratio: 1.0, ratio_slope: 0.0 };
    }
    if nu.hypot(x) < uniform::FROM { series::evaluate(nu, x) } else { uniform::evaluate(nu, x) }
}
