//! Differences from an exponential, without cancellation.

use super::exact::{product, sum};
use super::polynomial::{horner, is_single};
use autograd::Real;
use std::f64::consts::LOG2_E;

/// ln 2 in two parts: the first has 21 trailing zeros, so that an exponent times it is exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// a − b eᶜ, and eᶜ, for a, b ≥ 0: how far a count is from a mean whose logarithm is known.
///
/// The difference is known to a few roundings of the larger of 1 and itself, though b eᶜ as rounded may be far from b eᶜ: in
/// `f32` it is formed in `f64`, and in `f64` of two numbers that are near each other and large with twice the digits.
#[inline(always)]
pub(crate) fn less_exp<F: Real>(a: F, b: F, c: F) -> (F, F) {
    let (a, b, c) = (a.as_f64(), b.as_f64(), c.as_f64());
    let e = if is_single::<F>() { exp(c) } else { c.exp() };
    let product = b * e;
    let delicate = !is_single::<F>() && product > 1024.0 && product < 2.0 * a && a < 2.0 * product;
    let difference = if delicate { less_exp_twice(a, b, c) } else { a - product };
    (F::of(difference), F::of(e))
}

/// eᶜ for |c| ≤ 700, and the value at the end beyond, for loops of vectors. Relative error within 10⁻¹⁵.
#[inline(always)]
fn exp(c: f64) -> f64 {
    let c = if c < -700.0 { -700.0 } else { c };
    let c = if c > 700.0 { 700.0 } else { c };
    // Adding 1.5·2⁵² rounds to an integer and leaves it in the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let shifted = c * LOG2_E + ROUND;
    let n = shifted - ROUND;
    let power = f64::from_bits(shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(1023) << 52);
    horner(&INVERSE_FACTORIALS, (c - n * LN_2_HIGH) - n * LN_2_LOW) * power
}

/// 1/k!: the series of eʳ leaves less than 2·10⁻¹⁶ for |r| ≤ ½ ln 2.
const INVERSE_FACTORIALS: [f64; 13] = {
    let mut c = [1.0; 13];
    let mut k = 1;
    while k < 13 {
        c[k] = c[k - 1] / k as f64;
        k += 1;
    }
    c
};

/// a − b eᶜ with numbers of two parts: with c = n ln 2 + r, eᵗ − 1 for t = r/2⁹ by its series, and
/// from it eᵗ − 1 for t = r by squaring.
#[cold]
fn less_exp_twice(a: f64, b: f64, c: f64) -> f64 {
    const SQUARINGS: i32 = 9;
    let n = (c * LOG2_E).round();
    let (low, low_rest) = product(n, LN_2_LOW);
    let (r, rest) = sum(c - n * LN_2_HIGH, -low);
    let scale = 2f64.powi(-SQUARINGS);
    let (r, rest) = (r * scale, (rest - low_rest) * scale);
    let (half, half_rest) = product(r, 0.5 * r);
    let cubic = r * r * r * horner(&[1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0], r);
    let (mut t, more) = sum(r, half);
    let mut t_rest = more + (half_rest + rest + rest * r + cubic);
    for _ in 0..SQUARINGS {
        // (1 + t)² − 1 = 2t + t².
        let (square, square_rest) = product(t, t);
        let (doubled, more) = sum(2.0 * t, square);
        (t, t_rest) = sum(doubled, more + (square_rest + 2.0 * (t * t_rest + t_rest)));
    }
    let (e, more) = sum(1.0, t);
    let (y, y_rest) = product(b, e);
    let power = 2f64.powi(n as i32);
    (a - y * power) - (y_rest + b * (more + t_rest)) * power
}
