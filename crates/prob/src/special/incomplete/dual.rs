//! Numbers that carry their derivatives, and a continued fraction of them.

use std::ops::{Add, Div, Mul, Neg};

/// A value with its derivatives by `N` parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dual<const N: usize> {
    pub value: f64,
    pub slopes: [f64; N],
}

impl<const N: usize> Dual<N> {
    /// A constant.
    pub fn constant(value: f64) -> Self {
        Dual { value, slopes: [0.0; N] }
    }

    /// The parameter number `i`.
    pub fn parameter(value: f64, i: usize) -> Self {
        Dual { value, slopes: std::array::from_fn(|j| f64::from(i == j)) }
    }

    /// Whether the factor `self` changes neither `total` nor, by more than some roundings, its derivatives.
    fn is_one(&self, total: &Self) -> bool {
        let mut slopes = self.slopes.iter().zip(&total.slopes);
        (self.value - 1.0).abs() <= 4e-16 && slopes.all(|(d, t)| (d * total.value).abs() <= 1e-14 * t.abs())
    }
}

/// The most terms of a continued fraction. A hundred are enough for the arguments they are used for.
const TERMS: usize = 1000;

/// b₀ + a₁/(b₁ + a₂/(b₂ + …)), where `term` gives aₖ and bₖ, by W. Lentz' method with the change of I. Thompson and
/// A. Barnett (1986), until a term changes neither the value nor a derivative.
pub(super) fn continued_fraction<const N: usize>(b0: Dual<N>, term: impl Fn(usize) -> (Dual<N>, Dual<N>)) -> Dual<N> {
    let not_zero = |x: Dual<N>| if x.value == 0.0 { Dual { value: 1e-300, ..x } } else { x };
    let (mut fraction, mut c, mut d) = (b0, b0, Dual::constant(0.0));
    for k in 1..TERMS {
        let (a, b) = term(k);
        c = not_zero(b + a / c);
        d = Dual::constant(1.0) / not_zero(b + a * d);
        let factor = c * d;
        fraction = fraction * factor;
        if factor.is_one(&fraction) {
            break;
        }
    }
    fraction
}

impl<const N: usize> Neg for Dual<N> {
    type Output = Self;

    fn neg(self) -> Self {
        self * -1.0
    }
}

impl<const N: usize> Add for Dual<N> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let slopes = std::array::from_fn(|i| self.slopes[i] + other.slopes[i]);
        Dual { value: self.value + other.value, slopes }
    }
}

impl<const N: usize> Add<f64> for Dual<N> {
    type Output = Self;

    fn add(self, c: f64) -> Self {
        Dual { value: self.value + c, ..self }
    }
}

impl<const N: usize> Mul for Dual<N> {
    type Output = Self;

    #[expect(clippy::suspicious_arithmetic_impl, reason = "the rule for products has a sum")]
    fn mul(self, other: Self) -> Self {
        let slopes = std::array::from_fn(|i| self.slopes[i] * other.value + self.value * other.slopes[i]);
        Dual { value: self.value * other.value, slopes }
    }
}

impl<const N: usize> Mul<f64> for Dual<N> {
    type Output = Self;

    fn mul(self, c: f64) -> Self {
        Dual { value: self.value * c, slopes: self.slopes.map(|d| d * c) }
    }
}

impl<const N: usize> Div for Dual<N> {
    type Output = Self;

    #[expect(clippy::suspicious_arithmetic_impl, reason = "the rule for quotients has a difference")]
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        Dual { value, slopes: std::array::from_fn(|i| (self.slopes[i] - value * other.slopes[i]) / other.value) }
    }
}
