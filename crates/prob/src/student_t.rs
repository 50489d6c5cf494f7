//! Student's t distribution.

mod distance;

use crate::event::{expand, prepend, together};
use crate::gamma::log_draw_derivative;
use crate::limits::{at_finite, hold};
use crate::noise::{draw_standard_normal, log_standard_gamma};
use crate::special::HALF_LN_TAU;
use crate::special::scalar::{
    bd0, beta_inc, beta_inc_derivatives, stirling_error, stirling_error_derivative, trigamma,
};
use crate::{Cdf, Distribution, Entropy, Mode, Moments, ParameterError, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use distance::Distance;
use rand::Rng;

/// Independent elements of Student's t distribution with ν degrees of freedom, location μ and scale σ.
///
/// log p(x) = Σⱼ { log Γ((νⱼ + 1)/2) − log Γ(νⱼ/2) − ½ log πνⱼ − log σⱼ − ½ (νⱼ + 1) log(1 + uⱼ²/νⱼ) }, u = (x − μ)/σ
///
/// Its tails fall like |x|^−(ν+1), so that it tolerates what is far out; for large ν it becomes N(μ, σ²). No large
/// terms cancel on the way: the gamma functions are compared by Stirling's formula (C. Loader, *Fast and Accurate
/// Computation of Binomial Probabilities*, 2000).
///
/// A draw is μ + σ n √(½ν/g) with n ~ N(0, 1) and g from the gamma distribution with concentration ½ν; gradients by
/// ν pass through g by implicit reparameterisation (M. Figurnov, S. Mohamed and A. Mnih, *Implicit Reparameterization
/// Gradients*, 2018). Where ν is tiny it may be beyond the greatest number, which then stands for it.
///
/// Shapes: `df`, `loc` and `scale` broadcast, to `[B, D]` say; a draw has that shape, and `log_prob` of `x [.., B, D]`
/// gives `[.., B]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Distribution, StudentT};
///
/// // With one degree of freedom it is the Cauchy distribution, 1/π(1 + x²).
/// let p = StudentT::new(Tensor::from(1.0_f64), Tensor::from(0.0), Tensor::from(1.0));
/// assert!((p.log_prob(&Tensor::from(3.0)).item() + (10.0 * std::f64::consts::PI).ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct StudentT<V> {
    df: V,
    loc: V,
    scale: V,
}

impl<V: Array> StudentT<V> {
    /// From the degrees of freedom ν > 0, the location μ and the scale σ > 0.
    ///
    /// # Panics
    /// If the shapes do not broadcast. The values are not looked at: see [`validated`](StudentT::validated).
    #[track_caller]
    pub fn new(df: V, loc: V, scale: V) -> Self {
        let shape = together("StudentT: loc and scale", loc.shape(), scale.shape());
        together("StudentT: df beside loc and scale", df.shape(), shape);
        StudentT { df, loc, scale }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If μ is not finite, or ν or σ not positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        ParameterError::positive("StudentT", "df", &self.df)?;
        ParameterError::finite("StudentT", "loc", &self.loc)?;
        ParameterError::positive("StudentT", "scale", &self.scale)?;
        Ok(self)
    }

    /// The degrees of freedom ν as they were given.
    pub fn df(&self) -> &V {
        &self.df
    }

    /// The location μ as it was given.
    pub fn loc(&self) -> &V {
        &self.loc
    }

    /// The scale σ as it was given.
    pub fn scale(&self) -> &V {
        &self.scale
    }

    /// The same distribution over plain numbers.
    fn values(&self) -> StudentT<Tensor<V::F>> {
        StudentT { df: self.df.value(), loc: self.loc.value(), scale: self.scale.value() }
    }

    /// z = μ + σ t with t = n √(½ν/g), where ln g is kept for the derivative.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        let df = expand(self.df.clone(), self.shape());
        let values = df.value();
        let mut log_g = vec![V::F::of(0.0); shape.size()];
        let t = df.fill(shape, |t| {
            for ((t, log_g), df) in t.iter_mut().zip(&mut log_g).zip(values.data().iter().cycle()) {
                let (n, half) = (draw_standard_normal(rng), 0.5 * df.as_f64());
                let log = log_standard_gamma(rng, half);
                *log_g = V::F::of(log);
                *t = at_most_greatest(n * (0.5 * (half.ln() - log)).exp());
            }
        });
        let log_g = df.constant(&Tensor::new(shape, log_g));
        let t = V::apply(EachOf("StudentT::rsample", Draw), &[&t, &log_g, &df]);
        let [loc, scale] = [&self.loc, &self.scale].map(|p| expand(p.clone(), self.shape()));
        let most = greatest::<V::F>();
        (t * &scale + &loc).clamp(-most, most)
    }
}

/// The greatest number.
fn greatest<F: Real>() -> f64 {
    F::max_value().as_f64()
}

/// x as a finite number, NaN of NaN.
fn at_most_greatest<F: Real>(x: f64) -> F {
    hold(F::of(x), -F::max_value(), F::max_value())
}

/// ln Γ(a + ½) − ln Γ(a) − ½ ln 2πa with a = ½ν, which is δ(a + ½) − δ(a) − bd0(a, a + ½) − ½ ln 2π.
#[inline(always)]
fn log_peak<F: Real>(df: F) -> F {
    let half = F::of(0.5);
    let a = half * df;
    stirling_error(a + half) - stirling_error(a) - bd0(a, a + half) - F::of(HALF_LN_TAU)
}

/// ψ(a + ½) − ψ(a) − 1/ν with a = ½ν, twice the derivative of [`log_peak`] by ν.
#[inline(always)]
fn log_peak_slope<F: Real>(df: F) -> F {
    let half = F::of(0.5);
    let a = half * df;
    let errors = stirling_error_derivative(a + half) - stirling_error_derivative(a);
    df.recip().fast_ln_1p() - (df + F::one()).recip() + errors
}

/// [`log_peak`] − log σ − ½ (ν + 1) ln(1 + s²), −∞ at x = ±∞; ∂/∂x = −w/σ and ∂/∂μ = w/σ with w = (ν + 1) u/(ν + u²),
/// ∂/∂σ = (u²/(1 + s²) − 1/(1 + s²))/σ, ∂/∂ν = ½ {ψ(a + ½) − ψ(a) − 1/ν − ln(1 + s²) + (1 + 1/ν) s²/(1 + s²)}, 0 at x =
/// ±∞.
#[derive(Debug)]
struct LogDensity;

impl<F: Real> Function<F, 4> for LogDensity {
    #[inline(always)]
    fn f(&self, [x, df, loc, scale]: [F; 4]) -> F {
        log_peak(df) - scale.fast_ln() - Distance::new(x, df, loc, scale).loss(df)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, df, loc, scale]: [F; 4]) -> F {
        let (at, one) = (Distance::new(x, df, loc, scale), F::one());
        let slope = match I {
            1 => F::of(0.5) * (log_peak_slope(df) - (at.log() - at.share()) + at.share() / df),
            3 => (at.weight(df) - at.rest()) / scale,
            _ => {
                let far = (df + one) / (at.u * at.above_one);
                let near = (one + df.recip()) * at.u / at.above_one;
                let pull = if at.far { far } else { near } / scale;
                if I == 0 { -pull } else { pull }
            }
        };
        at_finite(x, slope)
    }
}

/// The probability of what is farther below μ than |x − μ|: ½ I_q(½ν, ½) with q = 1/(1 + s²), or, near the middle, ½ −
/// ½ I_p(½, ½ν) with p = s²/(1 + s²); the rest of 1 above μ. With the density p, ∂/∂x = p(x), ∂/∂μ = −p(x), ∂/∂σ = −u
/// p(x), and ∂/∂ν by the derivatives of I and u σ p(x)/2ν. All in `f64`, number by number.
#[derive(Debug)]
struct Below;

/// From so many degrees of freedom on, nothing moves any more: it is the normal distribution to rounding.
const NORMAL: f64 = 1e20;

/// Whether I is taken of p: q as rounded would have lost too much.
fn is_middle(at: &Distance<f64>) -> bool {
    at.u.abs() < 1.0 || at.share() < 1e-3
}

impl<F: Real> Function<F, 4> for Below {
    #[inline(always)]
    fn f(&self, x: [F; 4]) -> F {
        let [x, df, loc, scale] = x.map(F::as_f64);
        let df = df.min(NORMAL);
        let at = Distance::new(x, df, loc, scale);
        let tail = if is_middle(&at) {
            0.5 - 0.5 * beta_inc(0.5, 0.5 * df, at.share())
        } else {
            0.5 * beta_inc(0.5 * df, 0.5, at.rest())
        };
        F::of(if at.u > 0.0 { 1.0 - tail } else { tail })
    }

    #[inline(always)]
    fn d<const I: usize>(&self, x: [F; 4]) -> F {
        let [x, df, loc, scale] = x.map(F::as_f64);
        let df = df.min(NORMAL);
        let (at, density) = (Distance::new(x, df, loc, scale), LogDensity.f([x, df, loc, scale]).exp());
        // So far out that u overflows there is no density.
        let u = at.u.clamp(-f64::MAX, f64::MAX);
        let slope = match I {
            0 => density,
            1 => {
                let by_beta = if is_middle(&at) {
                    -beta_inc_derivatives(0.5, 0.5 * df, at.share())[1]
                } else {
                    beta_inc_derivatives(0.5 * df, 0.5, at.rest())[0]
                };
                let tail = 0.25 * by_beta + 0.5 * u.abs() * scale * density / df;
                if at.u > 0.0 { -tail } else { tail }
            }
            2 => -density,
            _ => -u * density,
        };
        F::of(if x.abs() == f64::INFINITY { 0.0 } else { slope })
    }
}

/// t = n √(½ν/g) as it is given, with ln g; ∂/∂ν = ½ t (1/ν − ½ ∂(ln g)/∂(½ν)).
#[derive(Debug)]
struct Draw;

impl<F: Real> Function<F, 3> for Draw {
    #[inline(always)]
    fn f(&self, [t, ..]: [F; 3]) -> F {
        t
    }

    #[inline(always)]
    fn d<const I: usize>(&self, x: [F; 3]) -> F {
        let [t, log_g, df] = x.map(F::as_f64);
        F::of(match I {
            0 => 1.0,
            1 => 0.0,
            _ => 0.5 * t * (df.recip() - 0.5 * log_draw_derivative(0.5 * df, log_g)),
        })
    }
}

/// ½ (ν + 1) {ψ(a + ½) − ψ(a)} + log σ less [`log_peak`]; ∂/∂ν = ½ {(a + ½)(ψ′(a + ½) − ψ′(a)) + 1/ν}, ∂/∂σ = 1/σ.
#[derive(Debug)]
struct ElementEntropy;

impl<F: Real> Function<F, 2> for ElementEntropy {
    #[inline(always)]
    fn f(&self, [df, scale]: [F; 2]) -> F {
        let (one, half) = (F::one(), F::of(0.5));
        let spread = half * ((df + one) * log_peak_slope(df) + (one + df.recip()));
        spread + scale.fast_ln() - log_peak(df)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [df, scale]: [F; 2]) -> F {
        let half = F::of(0.5);
        let a = half * df;
        match I {
            0 => half * ((a + half) * (trigamma(a + half) - trigamma(a)) + df.recip()),
            _ => scale.recip(),
        }
    }
}

/// μ for ν > 1, else NaN; ∂/∂μ = 1 or 0.
#[derive(Debug)]
struct Mean;

impl<F: Real> Function<F, 2> for Mean {
    #[inline(always)]
    fn f(&self, [df, loc]: [F; 2]) -> F {
        if df > F::one() { loc } else { F::nan() }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [df, _]: [F; 2]) -> F {
        if I == 1 && df > F::one() { F::one() } else { F::zero() }
    }
}

/// σ² ν/(ν − 2) for ν > 2, ∞ for ν > 1, else NaN; ∂/∂ν = −2 (σ/(ν − 2))², ∂/∂σ = 2σ ν/(ν − 2), or 0.
#[derive(Debug)]
struct Variance;

impl<F: Real> Function<F, 2> for Variance {
    #[inline(always)]
    fn f(&self, [df, scale]: [F; 2]) -> F {
        let none = if df > F::one() { F::infinity() } else { F::nan() };
        let two = F::of(2.0);
        if df > two { scale * scale * (df / (df - two)) } else { none }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [df, scale]: [F; 2]) -> F {
        let two = F::of(2.0);
        let above = df - two;
        let slope = match I {
            0 => -(two * (scale / above) * (scale / above)),
            _ => two * scale * (df / above),
        };
        if df > two { slope } else { F::zero() }
    }
}

impl<V: Array> Distribution<V> for StudentT<V> {
    fn shape(&self) -> Shape {
        together("StudentT", self.df.shape(), together("StudentT", self.loc.shape(), self.scale.shape()))
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        V::apply(SumOf("StudentT::log_prob", LogDensity), &[x, &self.df, &self.loc, &self.scale])
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::finite("StudentT", "x", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample_n(n, rng)
    }
}

impl<V: Array> Reparameterized<V> for StudentT<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}

/// What exists of them: the tails are heavy.
impl<V: Array> Moments<V> for StudentT<V> {
    /// μ, and NaN for ν ≤ 1, where there is no mean.
    fn mean(&self) -> V {
        expand(V::apply(EachOf("StudentT::mean", Mean), &[&self.df, &self.loc]), self.shape())
    }

    /// σ² ν/(ν − 2), ∞ for 1 < ν ≤ 2, and NaN for ν ≤ 1, where there is no mean.
    fn variance(&self) -> V {
        expand(V::apply(EachOf("StudentT::variance", Variance), &[&self.df, &self.scale]), self.shape())
    }
}

impl<V: Array> Cdf<V> for StudentT<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        V::apply(EachOf("StudentT::cdf", Below), &[x, &self.df, &self.loc, &self.scale])
    }
}

/// μ.
impl<V: Array> Mode<V> for StudentT<V> {
    fn mode(&self) -> V {
        expand(self.loc.clone(), self.shape())
    }
}

/// Σⱼ { ½ (νⱼ + 1) {ψ((νⱼ + 1)/2) − ψ(νⱼ/2)} + log √νⱼ B(½νⱼ, ½) + log σⱼ }.
impl<V: Array> Entropy<V> for StudentT<V> {
    fn entropy(&self) -> V {
        let df = expand(self.df.clone(), self.shape());
        V::apply(SumOf("StudentT::entropy", ElementEntropy), &[&df, &self.scale])
    }
}
