//! The expansion of I_ν in 1/R with R = √(ν² + x²) (NIST Digital Library of Mathematical Functions, 10.41).
//!
//! I_ν(x) = e^R (x/(ν + R))^ν/√(2πR)·U with U = Σ u_k(p)/ν^k and p = ν/R. Since u_k(p) = p^k P_k(p²), the terms are
//! P_k(p²)/R^k, which need no large ν: at ν = 0 this is the expansion for large x.
//!
//! The derivative has V = Σ v_k(p)/ν^k in the place of U, and DLMF 10.41.11 gives V = U − (x²/R³) (½U + Y) with
//! Y = Σ (k P_k + 2p² P_k′)/R^k. With G = ½ + Y/U, and A₀ = x/(ν + R), for which 1 − A₀² − 2ν A₀/x = 0, that is
//!
//! - A = A₀ − x G/R²,
//! - A′ = ν/(R (ν + R)) + (2R Y/U + G − (x/R)² G²)/R²,
//!
//! where nothing of the size of 1 is left to cancel.

use super::Bessel;
use crate::special::stirling::HALF_LN_TAU;

/// The least R: the first term left out is then below 10⁻¹⁴.
pub(super) const FROM: f64 = 20.0;

/// The last k.
const LAST: usize = 16;

/// The coefficients of P_k, lowest first.
const P: [[f64; LAST + 1]; LAST + 1] = polynomials();

pub(super) fn evaluate(nu: f64, x: f64) -> Bessel {
    let r = nu.hypot(x);
    let (u, y) = sums(r, (nu / r) * (nu / r));
    let (y, x_over_r) = (y / u, x / r);
    let g = 0.5 + y;
    let excess = x_over_r * g / r;
    let root = HALF_LN_TAU + 0.5 * r.ln() - u.ln();
    // R − x.
    let beyond_x = nu * (nu / (r + x));
    Bessel {
        log: beyond_x - nu * log_quotient(nu, x, r) - root,
        log_slope: beyond_x / x - excess,
        reduced: beyond_x - nu * (nu + r).ln() - root,
        reduced_slope: -(nu + beyond_x) / (nu + r) - excess,
        ratio: x / (nu + r) - excess,
        ratio_slope: nu / (r * (nu + r)) + (2.0 * r * y + g - (x_over_r * g) * (x_over_r * g)) / (r * r),
    }
}

/// ln((ν + R)/x).
fn log_quotient(nu: f64, x: f64, r: f64) -> f64 {
    if nu < x { (nu / x).asinh() } else { (nu + r).ln() - x.ln() }
}

/// U and Y at s = p².
fn sums(r: f64, s: f64) -> (f64, f64) {
    let (mut u, mut y) = (1.0, 0.0);
    let mut scale = 1.0;
    for (k, p) in P.iter().enumerate().skip(1) {
        scale /= r;
        let (mut value, mut slope) = (0.0, 0.0);
        for &c in p[..=k].iter().rev() {
            slope = slope * s + value;
            value = value * s + c;
        }
        u += scale * value;
        y += scale * (k as f64 * value + 2.0 * s * slope);
    }
    (u, y)
}

/// P_k by u_{k+1}(p) = ½ p² (1 − p²) u_k′(p) + ⅛ ∫₀ᵖ (1 − 5t²) u_k(t) dt (DLMF 10.41.9), power by power.
const fn polynomials() -> [[f64; LAST + 1]; LAST + 1] {
    let mut p = [[0.0; LAST + 1]; LAST + 1];
    p[0][0] = 1.0;
    let mut k = 0;
    while k < LAST {
        let mut j = 0;
        while j <= k {
            let power = (k + 2 * j) as f64;
            p[k + 1][j] += p[k][j] * (0.5 * power + 0.125 / (power + 1.0));
            p[k + 1][j + 1] -= p[k][j] * (0.5 * power + 0.625 / (power + 3.0));
            j += 1;
        }
        k += 1;
    }
    p
}
