//! Elementary functions without branches, so that loops over them vectorise.
//!
//! For `f32` these are polynomials after a reduction of the argument. For `f64` they are the standard library's, and those of
//! `libm` where it has none, which are not vectorised. The error of each is stated in docs/numerics.md and checked over the whole
//! range by tests/it/math.rs.

mod contracted;
mod erf;
mod exp;
mod ln;
mod tanh;

pub use contracted::Contracted;
use num_traits::Float;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LN_2};

/// Elementary functions that loops call for each element; see the module for what they promise.
pub trait Math: Float {
    /// eˣ.
    fn fast_exp(self) -> Self;
    /// eˣ for x ≤ 0.
    fn fast_exp_nonpositive(self) -> Self;
    /// eˣ − 1.
    fn fast_exp_m1(self) -> Self;
    /// e^−x².
    fn exp_minus_square(self) -> Self;
    /// ln x.
    fn fast_ln(self) -> Self;
    /// ln(1 + x).
    fn fast_ln_1p(self) -> Self;
    /// ln(1 + x) for x in [0, 1]: what `softplus` needs.
    fn fast_ln_1p_unit(self) -> Self;
    /// ln(1 − eˣ).
    fn log1mexp(self) -> Self;
    /// tanh x.
    fn fast_tanh(self) -> Self;
    /// The error function.
    fn erf(self) -> Self;
    /// 1 − erf x.
    fn erfc(self) -> Self;
    /// x·Φ(x) with the normal distribution function Φ.
    fn gelu(self) -> Self;
    /// Φ(x) + x·φ(x) with the normal density φ.
    fn gelu_derivative(self) -> Self;
    /// x/(1 + e⁻ˣ).
    fn silu(self) -> Self;

    /// 1 / (1 + e⁻ˣ), without overflow and without losing the lower tail.
    #[inline(always)]
    fn sigmoid(self) -> Self {
        let e = (-self.abs()).fast_exp_nonpositive();
        let numerator = if self < Self::zero() { e } else { Self::one() };
        numerator / (Self::one() + e)
    }

    /// ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|).
    #[inline(always)]
    fn softplus(self) -> Self {
        let positive = if self > Self::zero() { self } else { Self::zero() };
        positive + (-self.abs()).fast_exp_nonpositive().fast_ln_1p_unit()
    }
}

/// a·b + c, rounded once or twice.
#[inline(always)]
fn madd<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// The functions of a number that is made of an `f32` by `$of` and gives it back by `$single`, with multiply-adds that are fused or not.
macro_rules! single_precision {
    ($T:ty, fused: $FUSED:literal, $of:expr, $single:expr) => {
        single_precision! {
            $T, $FUSED, $of, $single;
            fast_exp exp::exp, fast_exp_nonpositive exp::exp_nonpositive, fast_exp_m1 exp::exp_m1, silu exp::silu,
            exp_minus_square erf::exp_minus_square, erf erf::erf, erfc erf::erfc, gelu erf::gelu,
            gelu_derivative erf::gelu_derivative, fast_ln ln::ln, fast_ln_1p ln::ln_1p, fast_ln_1p_unit ln::ln_1p_unit,
            log1mexp ln::log1mexp, fast_tanh tanh::tanh
        }
    };
    ($T:ty, $FUSED:literal, $of:expr, $single:expr; $($name:ident $module:ident::$f:ident),*) => {
        impl Math for $T {
            $(#[inline(always)]
            fn $name(self) -> Self {
                $of($module::$f::<$FUSED>($single(self)))
            })*
        }
    };
}

single_precision!(f32, fused: false, |x| x, |x| x);
single_precision!(Contracted, fused: true, Contracted, |x: Contracted| x.0);

impl Math for f64 {
    #[inline(always)]
    fn fast_exp(self) -> f64 {
        self.exp()
    }

    #[inline(always)]
    fn fast_exp_nonpositive(self) -> f64 {
        self.exp()
    }

    #[inline(always)]
    fn fast_exp_m1(self) -> f64 {
        self.exp_m1()
    }

    #[inline(always)]
    fn fast_ln(self) -> f64 {
        self.ln()
    }

    #[inline(always)]
    fn fast_ln_1p(self) -> f64 {
        self.ln_1p()
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

    #[inline(always)]
    fn erfc(self) -> f64 {
        libm::erfc(self)
    }

    /// h² is exact where h has half of x's digits, and x² − h² = (x − h)(x + h).
    #[inline(always)]
    fn exp_minus_square(self) -> f64 {
        // Past 28 the result is 0; the comparison lets NaN through.
        let x = if self.abs() > 28.0 { 28.0 } else { self.abs() };
        let h = f64::from_bits(x.to_bits() & !0x07ff_ffff);
        (-h * h).exp() * (-(x - h) * (x + h)).exp()
    }

    /// Switches between `ln(−expm1 x)` and `ln1p(−eˣ)` at −ln 2 (M. Mächler, *Accurately computing log(1 − exp(−|a|))*, 2012).
    #[inline(always)]
    fn log1mexp(self) -> f64 {
        if self > -LN_2 { (-self.exp_m1()).ln() } else { (-self.exp()).ln_1p() }
    }

    #[inline(always)]
    fn gelu(self) -> f64 {
        if self == f64::NEG_INFINITY { -0.0 } else { self * normal_cdf(self) }
    }

    /// In the lower tail eˣ is taken in two factors, since it is subnormal before x·eˣ is.
    #[inline(always)]
    fn silu(self) -> f64 {
        if self > -700.0 || self.is_nan() {
            return self * self.sigmoid();
        }
        let x = self.max(-800.0);
        let half = (0.5 * x).exp();
        x * half * half
    }

    #[inline(always)]
    fn gelu_derivative(self) -> f64 {
        let density = (self * FRAC_1_SQRT_2).exp_minus_square() * (0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2);
        normal_cdf(self) + if density > 0.0 { self * density } else { density }
    }
}

/// Φ(x) = ½ erfc(−x/√2). What the rounding of t = −x/√2 costs, up to x² ulp, comes back to first order by the derivative of erfc.
#[inline(always)]
fn normal_cdf(x: f64) -> f64 {
    /// 1/√2 − `FRAC_1_SQRT_2`.
    const REST: f64 = -4.833_646_656_726_457e-17;
    let x = if x.abs() > 40.0 { 40.0.copysign(x) } else { x };
    let t = -x * FRAC_1_SQRT_2;
    let lost = (-x).mul_add(FRAC_1_SQRT_2, -t) - x * REST;
    0.5 * (libm::erfc(t) - FRAC_2_SQRT_PI * (-t * t).exp() * lost)
}
