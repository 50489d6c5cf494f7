//! Exponentials in `f32`.

use super::madd;
use std::f32::consts::LOG2_E;

/// ln 2 in two parts: the first has nine trailing zeros, so that an exponent times it is exact, and the second is positive.
pub(super) const LN_2_HIGH: f32 = 0.693_145_75;
pub(super) const LN_2_LOW: f32 = 1.428_606_8e-6;

/// 1.5·2²³: adding it rounds to an integer and leaves that in the low bits.
const ROUND: f32 = 12_582_912.0;

/// eˣ.
#[inline(always)]
pub(super) fn exp<const FUSED: bool>(x: f32) -> f32 {
    times_exp::<FUSED>(1.0, x)
}

/// m·eˣ for −110 ≤ m ≤ 1, also where eˣ alone would be subnormal.
#[inline(always)]
fn times_exp<const FUSED: bool>(m: f32, x: f32) -> f32 {
    let (r, rest, n) = reduce::<FUSED>(x);
    // m + m (eʳ − 1) is rounded less often than m·eʳ.
    scaled(madd::<FUSED>(m, exp_m1_reduced::<FUSED>(r, rest), m), n)
}

/// eˣ for x ≤ 0. There is no upper end, and the exponent of 2ⁿ⁺⁶⁴ fits, so that this takes fewer operations; the reduced argument is a
/// single number, whose rounding costs a fifth of an ulp.
#[inline(always)]
pub(super) fn exp_nonpositive<const FUSED: bool>(x: f32) -> f32 {
    // Rounds as well, and leaves the exponent of 2ⁿ⁺⁶⁴ in the low bits.
    const ROUND_TO_EXPONENT: f32 = ROUND + (127 + 64) as f32;
    const TWO_TO_MINUS_64: f32 = f32::from_bits((127 - 64) << 23);
    let x = if x < -110.0 { -110.0 } else { x };
    let shifted = madd::<FUSED>(x, LOG2_E, ROUND_TO_EXPONENT);
    let n = shifted - ROUND_TO_EXPONENT;
    let r = madd::<FUSED>(-n, LN_2_LOW, madd::<FUSED>(-n, LN_2_HIGH, x));
    let power = f32::from_bits(shifted.to_bits() << 23);
    let r2 = r * r;
    madd::<FUSED>(madd::<FUSED>(quotient::<FUSED>(r, r2), r2, r), power, power) * TWO_TO_MINUS_64
}

/// x/(1 + e⁻ˣ). x·eˣ is formed at once in the lower tail, where eˣ alone is subnormal before x·eˣ is.
#[inline(always)]
pub(super) fn silu<const FUSED: bool>(x: f32) -> f32 {
    let x = if x < -110.0 { -110.0 } else { x };
    let numerator = if x < 0.0 { times_exp::<FUSED>(x, -x.abs()) } else { x };
    numerator / (1.0 + exp_nonpositive::<FUSED>(-x.abs()))
}

/// eˣ − 1 = 2ⁿ(eʳ − 1) + (2ⁿ − 1), which cancels nowhere.
#[inline(always)]
pub(super) fn exp_m1<const FUSED: bool>(x: f32) -> f32 {
    let (r, rest, n) = reduce::<FUSED>(x);
    let e = exp_m1_reduced::<FUSED>(r, rest);
    // Half of 2ⁿ, since 2¹²⁸ is no number; below 2⁻²⁹ it adds nothing to −1.
    let half = power_of_two(n.max(-29).wrapping_sub(1));
    (if n == 0 { e } else { (half * e + (half - 0.5)) * 2.0 }).copysign(x)
}

/// m·e^−cx² for c = 1 or ½ and 0 ≤ x ≤ 15. The rounding of x² would cost x² ulp: x = h + l with few digits in h, so that
/// h² is exact, and x² − h² = l (x + h) joins the reduced argument.
#[inline(always)]
pub(super) fn times_exp_minus_square<const FUSED: bool>(m: f32, x: f32, c: f32) -> f32 {
    let h = f32::from_bits(x.to_bits() & 0xffff_f000);
    let (r, rest, n) = reduce::<FUSED>(-c * h * h);
    scaled(m + m * exp_m1_reduced::<FUSED>(r, rest - c * (x - h) * (x + h)), n)
}

/// x = n ln 2 + r + rest with n = ⌊x/ln 2⌉, |r| ≤ ½ ln 2 and a small rest. Past −110 and 89, where eˣ and x·eˣ are 0 or ∞
/// whatever the argument, those stand for x; the comparisons let NaN through.
#[inline(always)]
fn reduce<const FUSED: bool>(x: f32) -> (f32, f32, i32) {
    let x = if x < -110.0 { -110.0 } else { x };
    reduce_moderate::<FUSED>(if x > 89.0 { 89.0 } else { x })
}

/// The same for −110 ≤ x ≤ 89.
#[inline(always)]
fn reduce_moderate<const FUSED: bool>(x: f32) -> (f32, f32, i32) {
    let shifted = madd::<FUSED>(x, LOG2_E, ROUND);
    let n = shifted - ROUND;
    (madd::<FUSED>(-n, LN_2_HIGH, x), -n * LN_2_LOW, shifted.to_bits().wrapping_sub(ROUND.to_bits()) as i32)
}

/// eʳ⁺ᵈ − 1 for |r| ≤ ½ ln 2 and a small d: r + (d + s²·q(s)) with s = r + d as rounded.
#[inline(always)]
fn exp_m1_reduced<const FUSED: bool>(r: f32, d: f32) -> f32 {
    let s = r + d;
    let s2 = s * s;
    r + madd::<FUSED>(quotient::<FUSED>(s, s2), s2, d)
}

/// q(s) = (eˢ − 1 − s)/s² for |s| ≤ ½ ln 2, with the coefficients of Cephes' `expf` (S. Moshier, 1992).
#[inline(always)]
fn quotient<const FUSED: bool>(s: f32, s2: f32) -> f32 {
    let p4 = madd::<FUSED>(1.987_569_1e-4, s, 1.398_199_9e-3);
    let p2 = madd::<FUSED>(8.333_452e-3, s, 4.166_579_6e-2);
    let p0 = madd::<FUSED>(1.666_666_5e-1, s, 0.5);
    madd::<FUSED>(madd::<FUSED>(p4, s2, p2), s2, p0)
}

/// 2ⁿ·e as two factors, since n = 128 and n < −126 do not fit the exponent of one.
#[inline(always)]
fn scaled(e: f32, n: i32) -> f32 {
    let half = n >> 1;
    e * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

/// 2ⁿ for −126 ≤ n ≤ 127.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}
