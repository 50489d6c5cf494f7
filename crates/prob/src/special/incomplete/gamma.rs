//! The incomplete gamma function.

use super::Tail;
use super::dual::{Dual, continued_fraction};
use super::integral::{Drop, exp_m1_less, integrate};
use crate::special::lgamma::lgamma_1p;
use crate::special::polygamma::{digamma, digamma_less_ln};
use crate::special::scalar::{bd0, stirling_error};
use autograd::ops::{EachOf, Function};
use autograd::{Array, Real};
use std::f64::consts::TAU;

/// P(a, x) of each pair of elements, which broadcast: see [`scalar::gamma_p`].
///
/// # Panics
/// If the shapes do not broadcast.
#[must_use]
#[track_caller]
pub fn gamma_p<V: Array>(a: &V, x: &V) -> V {
    V::apply(EachOf("gamma_p", Incomplete::<false>), &[a, x])
}

/// Q(a, x) = 1 − P(a, x) of each pair of elements, which broadcast: see [`scalar::gamma_q`].
///
/// # Panics
/// If the shapes do not broadcast.
#[must_use]
#[track_caller]
pub fn gamma_q<V: Array>(a: &V, x: &V) -> V {
    V::apply(EachOf("gamma_q", Incomplete::<true>), &[a, x])
}

/// P, or Q with `UPPER`, as an operation.
#[derive(Debug)]
struct Incomplete<const UPPER: bool>;

impl<F: Real, const UPPER: bool> Function<F, 2> for Incomplete<UPPER> {
    #[inline(always)]
    fn f(&self, [a, x]: [F; 2]) -> F {
        let f = if UPPER { scalar::gamma_q } else { scalar::gamma_p };
        F::of(f(a.as_f64(), x.as_f64()))
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a, x]: [F; 2]) -> F {
        let (a, x) = (a.as_f64(), x.as_f64());
        let slope = match I {
            0 => scalar::gamma_p_derivative(a, x),
            _ => density(a, x),
        };
        F::of(if UPPER { -slope } else { slope })
    }
}

/// The functions of numbers.
pub(in crate::special) mod scalar {
    use super::{lower_slope, small_upper, tail};

    /// P(a, x) = 1/Γ(a) ∫₀ˣ t^(a−1) e⁻ᵗ dt, the distribution function of the gamma distribution with shape a. Its
    /// derivative by x is the density x^(a−1) e⁻ˣ/Γ(a), that by a [`gamma_p_derivative`]. 0 for x ≤ 0; NaN unless a is
    /// positive and finite.
    ///
    /// Relative error within 10⁻¹³.
    pub fn gamma_p(a: f64, x: f64) -> f64 {
        tail(a, x).map_or_else(|limit| limit, |tail| tail.lower())
    }

    /// Q(a, x) = 1 − P(a, x), to its own relative precision; the probability that a Poisson count with mean x is below a,
    /// for a whole a. 1 for x ≤ 0; NaN unless a is positive and finite.
    ///
    /// Relative error within 10⁻¹³.
    pub fn gamma_q(a: f64, x: f64) -> f64 {
        match tail(a, x) {
            Err(limit) => 1.0 - limit,
            Ok(tail) if a < 1.0 && !tail.upper => small_upper(a, x),
            Ok(tail) => tail.upper(),
        }
    }

    /// ∂P/∂a, which is negative.
    ///
    /// Relative error within 10⁻¹³.
    pub fn gamma_p_derivative(a: f64, x: f64) -> f64 {
        // Where the kernel vanishes the slope beside it may be infinite.
        let times = |kernel: f64, slope: f64| if kernel == 0.0 { 0.0 } else { kernel * slope };
        tail(a, x).map_or_else(|limit| 0.0 * limit, |tail| times(tail.log_kernel.exp(), lower_slope(&tail)))
    }

    /// ∂x/∂a of a draw x from the gamma distribution with shape a and rate 1, −(∂P/∂a)/(∂P/∂x): how the draw moves with a
    /// where its quantile stays.
    ///
    /// Relative error within 10⁻¹³.
    pub fn gamma_draw_derivative(a: f64, x: f64) -> f64 {
        tail(a, x).map_or_else(|limit| 0.0 * limit, |tail| -lower_slope(&tail) * (x / a))
    }
}

/// From this shape on the tails are integrated.
const LARGE: f64 = 30.0;

/// The most terms of the series, which has no more than a hundred where x < 31.
const TERMS: usize = 500;

/// The tail of x, with the kernel x^a e⁻ˣ/Γ(a + 1); P where that is a limit, or NaN.
fn tail(a: f64, x: f64) -> Result<Tail<1>, f64> {
    if let Some(limit) = limit(a, x) {
        return Err(limit);
    }
    let log_kernel = log_kernel(a, x);
    if a >= LARGE {
        let upper = x >= a;
        let [value, slope] = if upper { upper_integral(a, x) } else { lower_integral(a, x) };
        return Ok(Tail { upper, log_kernel, value, slopes: [slope] });
    }
    let upper = x >= (a + 1.0).max(1.5);
    let shape = Dual::parameter(a, 0);
    let t = if upper { fraction(shape, x) } else { series(shape, x) };
    // (ln K)′ = ln x − ψ(a + 1).
    Ok(Tail { upper, log_kernel, value: t.value, slopes: [t.slopes[0] + t.value * (x.ln() - digamma(a + 1.0))] })
}

/// P outside the support and at its ends, NaN of what is not legal.
fn limit(a: f64, x: f64) -> Option<f64> {
    if !(a > 0.0 && a.is_finite()) || x.is_nan() {
        Some(f64::NAN)
    } else if x <= 0.0 {
        Some(0.0)
    } else {
        (x == f64::INFINITY).then_some(1.0)
    }
}

fn lower_slope(tail: &Tail<1>) -> f64 {
    tail.lower_slopes()[0]
}

/// x^(a−1) e⁻ˣ/Γ(a), 0 at the ends of the support.
fn density(a: f64, x: f64) -> f64 {
    limit(a, x).map_or_else(|| log_kernel(a, x).exp() * (a / x), |limit| 0.0 * limit)
}

/// ln (x^a e⁻ˣ/Γ(a + 1)), for large a by C. Loader's saddle point.
fn log_kernel(a: f64, x: f64) -> f64 {
    if a < 1.0 { a * x.ln() - x - lgamma_1p(a) } else { -bd0(a, x) - stirling_error(a) - 0.5 * (TAU * a).ln() }
}

/// P/K = 1 + x/(a + 1) + x²/((a + 1)(a + 2)) + …
fn series(a: Dual<1>, x: f64) -> Dual<1> {
    let (mut term, mut sum) = (Dual::constant(1.0), Dual::constant(1.0));
    for n in 1..TERMS {
        term = term * x / (a + n as f64);
        sum = sum + term;
        if term.value <= 1e-17 * sum.value {
            break;
        }
    }
    sum
}

/// Q/K = a/(x + 1 − a − 1·(1 − a)/(x + 3 − a − 2·(2 − a)/(x + 5 − a − …))).
fn fraction(a: Dual<1>, x: f64) -> Dual<1> {
    a / continued_fraction(-a + (x + 1.0), |k| {
        let k = k as f64;
        ((a + -k) * k, -a + (x + 2.0 * k + 1.0))
    })
}

/// P/K and (∂P/∂a)/K over ln t = ln x − d, where a K = x^a e⁻ˣ/Γ(a) is the density of ln t at x and falls by
/// (a − x) d + x (e⁻ᵈ − 1 + d); its logarithm has the derivative ln t − ψ(a).
fn lower_integral(a: f64, x: f64) -> [f64; 2] {
    let mean = (x / a).ln() - digamma_less_ln(a);
    integrate(a - x, x, |d| Drop {
        drop: (a - x) * d + x * exp_m1_less(-d),
        slope: a - x * (-d).exp(),
        factors: [a, a * (mean - d)],
    })
}

/// The same for Q over ln t = ln x + d.
fn upper_integral(a: f64, x: f64) -> [f64; 2] {
    let mean = (x / a).ln() - digamma_less_ln(a);
    integrate(x - a, x, |d| Drop {
        drop: (x - a) * d + x * exp_m1_less(d),
        slope: x * d.exp() - a,
        factors: [a, a * (mean + d)],
    })
}

/// Q for a < 1 and x < 2, where P may be near 1: with x^a/Γ(a + 1) = 1 + u, P = (1 + u) (1 + a Σ (−x)ⁿ/((a + n) n!)).
fn small_upper(a: f64, x: f64) -> f64 {
    let u = (a * x.ln() - lgamma_1p(a)).exp_m1();
    let (mut power, mut sum) = (1.0, 0.0);
    for n in 1..40 {
        let n = f64::from(n);
        power *= -x / n;
        sum += power / (a + n);
    }
    -(u + (1.0 + u) * a * sum)
}
