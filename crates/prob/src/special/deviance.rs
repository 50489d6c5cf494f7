//! The deviance of a count, and the logarithm beside its tangent.

use super::exact::product;
use super::polynomial::{horner, is_single};
use autograd::ops::{EachOf, Function};
use autograd::{Array, Real};
use std::f64::consts::LN_2;

/// bd0(x, m) of each pair of elements, which broadcast: see [`scalar::bd0`]. ∂/∂x = ln(x/m), held from below at the
/// logarithm of the least normal number; ∂/∂m = 1 − x/m.
///
/// # Panics
/// If the shapes do not broadcast.
#[must_use]
#[track_caller]
pub fn bd0<V: Array>(x: &V, m: &V) -> V {
    V::apply(EachOf("bd0", Bd0), &[x, m])
}

/// [`scalar::bd0`] as an operation.
#[derive(Debug)]
struct Bd0;

impl<F: Real> Function<F, 2> for Bd0 {
    #[inline(always)]
    fn f(&self, [x, m]: [F; 2]) -> F {
        scalar::bd0(x, m)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, m]: [F; 2]) -> F {
        let slope = match I {
            0 => log_of_quotient(x, m, x - m, log_ratio(x, m)),
            _ => (m - x) / m,
        };
        if x == m { F::zero() } else { slope }
    }
}

/// The functions of numbers.
pub(super) mod scalar {
    use super::{Real, deviance, log_ratio};

    /// bd0(x, m) = x ln(x/m) + m − x ≥ 0 for x, m ≥ 0, half the deviance of a Poisson count x whose mean is m, without
    /// cancellation near x = m, where it is (x − m)²/2m to first order (C. Loader, *Fast and Accurate Computation of
    /// Binomial Probabilities*, 2000). m at x = 0, +∞ at m = 0 < x, 0 at x = m; NaN below 0.
    ///
    /// Where x/m is between ½ and 2, ln(x/m) = 2 artanh v with v = (x − m)/(x + m).
    ///
    /// Relative error within 4.5·10⁻⁷ in `f32`, 10⁻¹⁵ in `f64`.
    #[inline(always)]
    pub fn bd0<F: Real>(x: F, m: F) -> F {
        let y = deviance(x, m, x - m, log_ratio(x, m));
        if x == m { F::zero() } else { y }
    }
}

/// bd0(x, m) of which x − m is known better than x and m are, and `log_ratio` = ln(x/m) for where they are apart.
#[inline(always)]
pub(crate) fn deviance<F: Real>(x: F, m: F, difference: F, log_ratio: F) -> F {
    let v = difference / (x + m);
    let close = difference * v + x * (v * v * v * F::of(2.0)) * atanh_excess(v * v);
    let apart = x * (log_ratio - F::one()) + m;
    let apart = if x == F::zero() { m } else { apart };
    if is_near(x, m) { close } else { apart }
}

/// ln(x/m), likewise.
#[inline(always)]
pub(crate) fn log_of_quotient<F: Real>(x: F, m: F, difference: F, log_ratio: F) -> F {
    let v = difference / (x + m);
    let close = (v + v * v * v * atanh_excess(v * v)) * F::of(2.0);
    if is_near(x, m) { close } else { log_ratio }
}

/// Whether x/m is between ½ and 2.
#[inline(always)]
fn is_near<F: Real>(x: F, m: F) -> bool {
    (x < m + m) & (m < x + x)
}

/// ln(x/m), for where that is not near 0.
#[inline(always)]
fn log_ratio<F: Real>(x: F, m: F) -> F {
    // Quotients that could overflow are scaled. Those that vanish do not matter: x ln(x/m) is then nothing beside m.
    let [limit, down, up] = if is_single::<F>() { [-100, -64, 90] } else { [-800, -512, 700] };
    let huge = x * power_of_two(limit) > m;
    let (x, m) = if huge { (x * power_of_two(down), m * power_of_two(up)) } else { (x, m) };
    let ratio = x / m;
    let ratio = if (ratio >= F::zero()) & (ratio < F::min_positive_value()) { F::min_positive_value() } else { ratio };
    let scaled = if huge { F::of(f64::from(up - down) * LN_2) } else { F::zero() };
    ratio.fast_ln() + scaled
}

/// bd0(a, m) and ln(a/m) of a mean m = b c.
pub(crate) struct Deviance<F> {
    /// bd0(a, b c).
    pub value: F,
    /// ln(a/(b c)).
    pub log_ratio: F,
}

/// The deviance of a > 0 from the mean b c > 0, where `excess` = a − b c is known better than the rounded product
/// tells, as by [`difference_of_products`]: bd0 is then as good at means of 10⁶ as anywhere. The product may underflow.
#[inline(always)]
pub(crate) fn deviance_of_product<F: Real>(a: F, [b, c]: [F; 2], excess: F) -> Deviance<F> {
    let m = b * c;
    let v = excess / (a + m);
    let tail = v * v * v * atanh_excess(v * v);
    let up = if is_single::<F>() { 90 } else { 600 };
    let tiny = m < F::min_positive_value();
    let scaled = if tiny { (b * power_of_two(up)) * (c * power_of_two(up)) } else { m };
    let far = log_ratio(a, scaled) + if tiny { F::of(f64::from(2 * up) * LN_2) } else { F::zero() };
    let near = is_near(a, m);
    Deviance {
        value: if near { excess * v + a * (tail + tail) } else { a * (far - F::one()) + m },
        log_ratio: if near { (v + tail) * F::of(2.0) } else { far },
    }
}

/// ln(a/b) for a, b > 0, by one logarithm where the quotient is a normal number.
#[inline(always)]
pub(crate) fn ln_quotient<F: Real>(a: F, b: F) -> F {
    let quotient = a / b;
    let fits = (quotient >= F::min_positive_value()) & (quotient <= F::max_value());
    let (a, b) = if fits { (quotient, F::one()) } else { (a, b) };
    a.fast_ln() - b.fast_ln()
}

/// a b − c d as if the products were exact: in `f32` they are in `f64`, and in `f64` what their rounding loses is added.
#[inline(always)]
pub(crate) fn difference_of_products<F: Real>([a, b]: [F; 2], [c, d]: [F; 2]) -> F {
    if is_single::<F>() {
        return F::of(a.as_f64() * b.as_f64() - c.as_f64() * d.as_f64());
    }
    let ((p, p_lost), (q, q_lost)) = (product(a, b), product(c, d));
    (p - q) + (p_lost - q_lost)
}

/// 2ⁿ.
#[inline(always)]
fn power_of_two<F: Real>(n: i32) -> F {
    F::of(f64::from_bits(((1023 + n) as u64) << 52))
}

/// ln(1 + z) − z, without cancellation near 0.
pub(crate) fn ln_1p_less(z: f64) -> f64 {
    let s = z / (2.0 + z);
    if s.abs() <= 1.0 / 3.0 { 2.0 * s * s * s * atanh_excess(s * s) - z * s } else { z.ln_1p() - z }
}

/// (artanh v − v)/v³ = ⅓ + s/5 + s²/7 + … with s = v² ≤ 1/9.
#[inline(always)]
fn atanh_excess<F: Real>(s: F) -> F {
    const SINGLE: [f64; 8] = odd_reciprocals();
    const DOUBLE: [f64; 17] = odd_reciprocals();
    if is_single::<F>() { horner(&SINGLE, s) } else { horner(&DOUBLE, s) }
}

/// 1/3, 1/5, 1/7, …
const fn odd_reciprocals<const N: usize>() -> [f64; N] {
    let mut c = [0.0; N];
    let mut k = 0;
    while k < N {
        c[k] = 1.0 / (2 * k + 3) as f64;
        k += 1;
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (10⁸ + 1)² − 10¹⁶ = 2·10⁸ + 1, of which the rounded products keep 2·10⁸; (2²⁴ − 1)² − 2²⁴ (2²⁴ − 2) = 1 in
    /// `f32`.
    #[test]
    fn differences_of_products_keep_their_digits() {
        assert_eq!(difference_of_products([1e8 + 1.0, 1e8 + 1.0], [1e8, 1e8]), 200_000_001.0);
        assert_eq!(difference_of_products([16_777_215.0f32; 2], [16_777_216.0, 16_777_214.0]), 1.0);
        assert_eq!(difference_of_products([2.0f64.powi(1020), 2.0f64.powi(-1020)], [1.0, 2.0]), -1.0);
        assert_eq!(difference_of_products([1.0, 1.0], [1e200, 1e200]), f64::NEG_INFINITY);
    }

    /// Where the product is exact it is `bd0`, to a few roundings, and where it underflows ln a − ln b − ln c.
    #[test]
    fn deviances() {
        fn check<F: Real>(tolerance: f64) {
            for (a, b, c) in
                [(3.0, 2.0, 1.0), (3.0, 0.5, 0.25), (0.5, 128.0, 2.0), (1e-3, 0.125, 1e-3), (2.0, 1.0, 2.0)]
            {
                let [a, b, c] = [a, b, c].map(F::of);
                let Deviance { value, log_ratio } = deviance_of_product(a, [b, c], a - b * c);
                let (expected, ratio) = (scalar::bd0(a, b * c).as_f64(), (a / (b * c)).as_f64().ln());
                assert!((value.as_f64() - expected).abs() <= tolerance * expected.max(1.0), "{value} for {expected}");
                assert!((log_ratio.as_f64() - ratio).abs() <= tolerance * ratio.abs().max(1.0));
            }
            let least = F::min_positive_value();
            let Deviance { value, log_ratio } = deviance_of_product(F::of(0.5), [least, least], F::of(0.5));
            let expected = 0.5f64.ln() - 2.0 * least.as_f64().ln();
            assert!((log_ratio.as_f64() / expected - 1.0).abs() < tolerance);
            assert!((value.as_f64() / (0.5 * (expected - 1.0)) - 1.0).abs() < tolerance);
        }
        check::<f64>(2e-15);
        check::<f32>(1e-6);
    }

    #[test]
    fn logarithms_of_quotients() {
        for (a, b) in [(3.0, 2.0), (1e300, 1e-300), (1e-300, 1e300), (5e-324, 1.0)] {
            assert!((ln_quotient::<f64>(a, b) / (a.ln() - b.ln()) - 1.0).abs() < 1e-15);
        }
    }
}
