//! Logarithms in `f32`.

use super::exp::{LN_2_HIGH, LN_2_LOW, exp, exp_m1};
use super::madd;

/// ln x.
#[inline(always)]
pub(super) fn ln<const FUSED: bool>(x: f32) -> f32 {
    // Subnormal numbers are scaled into the normal range first.
    let tiny = x < f32::MIN_POSITIVE;
    let (m, k) = mantissa_and_exponent(if tiny { x * 8_388_608.0 } else { x });
    let k = if tiny { k - 23.0 } else { k };
    at_ends(x, k * LN_2_HIGH + (ln_near_one::<FUSED>(m - 1.0) + k * LN_2_LOW))
}

/// ln(1 + x) = ln u + (1 + x − u)/u with u = 1 + x as rounded: the second term restores what the rounding lost.
#[inline(always)]
pub(super) fn ln_1p<const FUSED: bool>(x: f32) -> f32 {
    let u = 1.0 + x;
    let rest = u - 1.0;
    let lost = (1.0 - (u - rest)) + (x - rest);
    at_ends(u, ln_sum::<FUSED>(u, lost)).copysign(x)
}

/// ln(1 + x) for x in [0, 1]: ln(1 + r), with r = x up to √2 − 1, and ln 2 + ln(1 + r) with r = (x − 1)/2 above.
#[inline(always)]
pub(super) fn ln_1p_unit<const FUSED: bool>(x: f32) -> f32 {
    let above = x > 0.414_213_57;
    let y = ln_near_one::<FUSED>(if above { (x - 1.0) * 0.5 } else { x });
    if above { y + std::f32::consts::LN_2 } else { y }
}

/// ln(1 − eˣ) as ln u with u = −(eˣ − 1). For large −x, u is near 1 and as rounded has lost digits of eˣ: (1 − eˣ − u)/u restores them.
#[inline(always)]
pub(super) fn log1mexp<const FUSED: bool>(x: f32) -> f32 {
    let u = -exp_m1::<FUSED>(x);
    let lost = if u < 0.5 { 0.0 } else { ((1.0 - u) - exp::<FUSED>(x)) / u };
    ln::<FUSED>(u) + lost
}

/// ln(u + d) for a normal positive u and a d below its last digit.
#[inline(always)]
fn ln_sum<const FUSED: bool>(u: f32, d: f32) -> f32 {
    let (m, k) = mantissa_and_exponent(u);
    k * LN_2_HIGH + (ln_near_one::<FUSED>(m - 1.0) + (k * LN_2_LOW + d / u))
}

/// The logarithm y of x, and its limits where x is not finite and positive.
#[inline(always)]
fn at_ends(x: f32, y: f32) -> f32 {
    let y = if x == f32::INFINITY { f32::INFINITY } else { y };
    let y = if x == 0.0 { f32::NEG_INFINITY } else { y };
    if x < 0.0 || x.is_nan() { f32::NAN } else { y }
}

/// x = m·2ᵏ with m in [√½, √2), for normal positive x.
#[inline(always)]
fn mantissa_and_exponent(x: f32) -> (f32, f32) {
    const SQRT_HALF: u32 = 0x3f35_04f3;
    let above = x.to_bits().wrapping_sub(SQRT_HALF);
    let k = (above as i32) >> 23;
    let m = f32::from_bits((above & 0x007f_ffff).wrapping_add(SQRT_HALF));
    (m, k as f32)
}

/// ln(1 + r) for r in [√½ − 1, √2 − 1): r − r²/2 + r³·p(r), with the coefficients of Cephes' `logf` (S. Moshier, 1992).
#[inline(always)]
fn ln_near_one<const FUSED: bool>(r: f32) -> f32 {
    let r2 = r * r;
    let p8 = madd::<FUSED>(-1.151_461e-1, r, 1.167_699_9e-1);
    let p6 = madd::<FUSED>(-1.242_014_1e-1, r, 1.424_932_3e-1);
    let p4 = madd::<FUSED>(madd::<FUSED>(7.037_683_6e-2, r2, p8), r2, p6);
    let p2 = madd::<FUSED>(-1.666_805_7e-1, r, 2.000_071_5e-1);
    let p0 = madd::<FUSED>(p2, r2, madd::<FUSED>(-2.499_999_4e-1, r, 3.333_333e-1));
    let p = madd::<FUSED>(p4, r2 * r2, p0);
    madd::<FUSED>(p * r2, r, -0.5 * r2) + r
}
