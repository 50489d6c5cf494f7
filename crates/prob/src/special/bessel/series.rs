//! The power series of I_ν, all of whose terms are positive.

use super::Bessel;
use crate::special::scalar::lgamma;
use std::f64::consts::LN_2;

/// The most terms: where x < 20, those after the sixtieth are below rounding.
const TERMS: usize = 100;

/// I_ν(x) = (x/2)^ν/Γ(ν + 1)·(1 + s_ν), and with S = 1 + s A_ν = x S_{ν+1}/(2 (ν + 1) S_ν), A′ = A/x + A (A_{ν+1} − A_ν).
pub(super) fn evaluate(nu: f64, x: f64) -> Bessel {
    let excess = [0.0, 1.0, 2.0].map(|more| excess(nu + more, 0.25 * x * x));
    let sums = excess.map(|s| 1.0 + s);
    let (over_x, next_over_x) = (sums[1] / (2.0 * (nu + 1.0) * sums[0]), sums[2] / (2.0 * (nu + 2.0) * sums[1]));
    let ratio = x * over_x;
    let reduced = excess[0].ln_1p() - x - (nu * LN_2 + lgamma(nu + 1.0));
    // 0·∞ is 0 here.
    let (power, power_slope) = if nu > 0.0 { (nu * x.ln(), nu / x) } else { (0.0, 0.0) };
    Bessel {
        log: reduced + power,
        log_slope: ratio - 1.0 + power_slope,
        reduced,
        reduced_slope: ratio - 1.0,
        ratio,
        ratio_slope: over_x * (1.0 - x * x * (over_x - next_over_x)),
    }
}

/// Σ yᵏ/(k! (ν + 1)…(ν + k)) over k ≥ 1.
fn excess(nu: f64, y: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 0.0);
    for k in 1..TERMS {
        let k = k as f64;
        term *= y / (k * (nu + k));
        sum += term;
        if term <= 1e-17 * sum {
            break;
        }
    }
    sum
}
