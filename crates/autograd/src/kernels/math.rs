//! Elementary functions without branches, so that loops over them vectorise.
//!
//! For `f32` these are polynomials after a reduction of the argument; the test below states and checks their error over
//! the whole range. For `f64` they are the standard library's, which are accurate to about an ulp and are not vectorised.

use num_traits::Float;

/// Elementary functions that loops call for each element; see the module for what they promise.
pub trait Math: Float {
    /// eˣ.
    fn fast_exp(self) -> Self;
    /// ln x.
    fn fast_ln(self) -> Self;
    /// ln(1 + x) for x in [0, 1]: what `softplus` needs.
    fn fast_ln_1p_unit(self) -> Self;
    /// tanh x.
    fn fast_tanh(self) -> Self;
    /// The error function.
    fn erf(self) -> Self;

    /// 1 / (1 + e⁻ˣ), without overflow and without losing the lower tail.
    #[inline(always)]
    fn sigmoid(self) -> Self {
        let e = (-self.abs()).fast_exp();
        let numerator = if self < Self::zero() { e } else { Self::one() };
        numerator / (Self::one() + e)
    }

    /// ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|).
    #[inline(always)]
    fn softplus(self) -> Self {
        let positive = if self > Self::zero() { self } else { Self::zero() };
        positive + (-self.abs()).fast_exp().fast_ln_1p_unit()
    }
}

impl Math for f64 {
    #[inline(always)]
    fn fast_exp(self) -> f64 {
        self.exp()
    }

    #[inline(always)]
    fn fast_ln(self) -> f64 {
        self.ln()
    }

    #[inline(always)]
    fn fast_ln_1p_unit(self) -> f64 {
        self.ln_1p()
    }

    #[inline(always)]
    fn fast_tanh(self) -> f64 {
        self.tanh()
    }

    #[inline(always)]
    fn erf(self) -> f64 {
        libm::erf(self)
    }
}

impl Math for f32 {
    /// eˣ = 2ⁿ·eʳ with n = ⌊x/ln 2⌉ and |r| ≤ ½ ln 2, eʳ by its Taylor polynomial with minimax-adjusted last terms.
    #[inline(always)]
    fn fast_exp(self) -> f32 {
        // Past these, the result is 0 or ∞ whatever the argument; comparisons let NaN through.
        let x = if self < -104.0 { -104.0 } else { self };
        let x = if x > 89.0 { 89.0 } else { x };
        // Adding 1.5·2²³ rounds to an integer and leaves it in the low bits.
        const ROUND: f32 = 12_582_912.0;
        let shifted = x * std::f32::consts::LOG2_E + ROUND;
        let n = shifted - ROUND;
        // ln 2 in two parts, the first with trailing zeros so that n times it is exact.
        let r = (x - n * 0.693_359_4) - n * -2.121_944_4e-4;
        let p = 1.987_569_1e-4;
        let p = p * r + 1.398_199_9e-3;
        let p = p * r + 8.333_452e-3;
        let p = p * r + 4.166_579_6e-2;
        let p = p * r + 1.666_666_5e-1;
        let p = p * r + 0.5;
        let e = p * (r * r) + r + 1.0;
        // 2ⁿ as two factors, since n = 128 and n < −126 do not fit the exponent of one.
        let n = shifted.to_bits().wrapping_sub(ROUND.to_bits()) as i32;
        let half = n >> 1;
        e * power_of_two(half) * power_of_two(n.wrapping_sub(half))
    }

    /// ln x = k ln 2 + ln m with m in [√½, √2).
    #[inline(always)]
    fn fast_ln(self) -> f32 {
        // Subnormal numbers are scaled into the normal range first.
        let tiny = self < f32::MIN_POSITIVE;
        let x = if tiny { self * 8_388_608.0 } else { self };
        let (m, k) = mantissa_and_exponent(x);
        let k = if tiny { k - 23.0 } else { k };
        let y = k * 0.693_359_4 + (ln_near_one(m - 1.0) + k * -2.121_944_4e-4);
        let y = if self == f32::INFINITY { f32::INFINITY } else { y };
        let y = if self == 0.0 { f32::NEG_INFINITY } else { y };
        if self < 0.0 || self.is_nan() { f32::NAN } else { y }
    }

    /// ln u + (x − (u − 1))/u with u = 1 + x as rounded: the second term restores what the rounding lost.
    #[inline(always)]
    fn fast_ln_1p_unit(self) -> f32 {
        let u = 1.0 + self;
        let lost = (self - (u - 1.0)) / u;
        let (m, k) = mantissa_and_exponent(u);
        k * 0.693_359_4 + (ln_near_one(m - 1.0) + (k * -2.121_944_4e-4 + lost))
    }

    /// An odd polynomial near 0, 1 − 2/(e^2|x| + 1) elsewhere.
    #[inline(always)]
    fn fast_tanh(self) -> f32 {
        let a = self.abs();
        let far = 1.0 - 2.0 / ((a + a).fast_exp() + 1.0);
        let s = self * self;
        let p = -5.704_988_7e-3;
        let p = p * s + 2.063_909e-2;
        let p = p * s - 5.373_971_7e-2;
        let p = p * s + 1.333_144_2e-1;
        let p = p * s - 3.333_328e-1;
        let near = p * s * self + self;
        if a < 0.625 { near } else { far.copysign(self) }
    }

    #[inline(always)]
    fn erf(self) -> f32 {
        libm::erff(self)
    }
}

/// 2ⁿ for −126 ≤ n ≤ 127.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
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
fn ln_near_one(r: f32) -> f32 {
    let p = 7.037_683_6e-2;
    let p = p * r - 1.151_461e-1;
    let p = p * r + 1.167_699_9e-1;
    let p = p * r - 1.242_014_1e-1;
    let p = p * r + 1.424_932_3e-1;
    let p = p * r - 1.666_805_7e-1;
    let p = p * r + 2.000_071_5e-1;
    let p = p * r - 2.499_999_4e-1;
    let p = p * r + 3.333_333e-1;
    let s = r * r;
    p * s * r - 0.5 * s + r
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest error in ulp of `f32` over `lo..hi`, walking its numbers in steps through their bit patterns.
    fn worst_ulp(lo: f32, hi: f32, f: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64) -> f64 {
        // Order-preserving map between floats and integers, so that every binade is visited.
        let key = |x: f32| if x < 0.0 { -i64::from(x.to_bits() & 0x7fff_ffff) } else { i64::from(x.to_bits()) };
        let float = |k: i64| if k < 0 { -f32::from_bits(-k as u32) } else { f32::from_bits(k as u32) };
        let (from, to) = (key(lo), key(hi));
        let step = ((to - from) / 2_000_003).max(1);
        (from..=to)
            .step_by(step as usize)
            .map(|k| {
                let x = float(k);
                let (y, t) = (f64::from(f(x)), exact(f64::from(x)));
                let rounded = t as f32;
                if y == f64::from(rounded) {
                    return 0.0;
                }
                let ulp = f64::from(f32::from_bits(rounded.abs().to_bits() + 1)) - f64::from(rounded.abs());
                (y - t).abs() / ulp
            })
            .fold(0.0, f64::max)
    }

    /// The bounds are the measured maxima rounded up; a wrong coefficient costs hundreds of ulp.
    #[test]
    fn errors_are_a_few_ulp_over_the_whole_range() {
        let ln_1p = |x: f64| x.ln_1p();
        assert!(worst_ulp(-103.9, 88.7, f32::fast_exp, f64::exp) <= 1.5);
        assert!(worst_ulp(1e-45, f32::MAX, f32::fast_ln, f64::ln) <= 2.0);
        assert!(worst_ulp(0.0, 1.0, f32::fast_ln_1p_unit, ln_1p) <= 2.0);
        assert!(worst_ulp(-20.0, 20.0, f32::fast_tanh, f64::tanh) <= 2.0);
        assert!(worst_ulp(-103.0, 20.0, f32::sigmoid, |x| 1.0 / (1.0 + (-x).exp())) <= 3.0);
        assert!(worst_ulp(-103.0, 1e6, f32::softplus, |x| x.max(0.0) + (-x.abs()).exp().ln_1p()) <= 3.0);
    }

    #[test]
    fn the_ends_of_the_range() {
        const INF: f32 = f32::INFINITY;
        assert_eq!((f32::fast_exp(-INF), f32::fast_exp(INF), f32::fast_exp(0.0)), (0.0, INF, 1.0));
        assert_eq!((f32::fast_ln(0.0), f32::fast_ln(INF), f32::fast_ln(1.0)), (-INF, INF, 0.0));
        assert_eq!((f32::fast_tanh(-INF), f32::fast_tanh(INF), f32::fast_tanh(0.0)), (-1.0, 1.0, 0.0));
        assert_eq!((f32::sigmoid(-INF), f32::sigmoid(INF), f32::sigmoid(0.0)), (0.0, 1.0, 0.5));
        assert_eq!((f32::softplus(-INF), f32::softplus(INF)), (0.0, INF));
        assert!(f32::fast_ln(-1.0).is_nan());
        for f in [f32::fast_exp, f32::fast_ln, f32::fast_tanh, f32::sigmoid, f32::softplus] {
            assert!(f(f32::NAN).is_nan());
        }
    }
}
