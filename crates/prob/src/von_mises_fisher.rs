//! The von Mises–Fisher distribution.

mod angle;

use crate::event::{expand, prepend, rows, together};
use crate::noise::fill_unit_vectors;
use crate::special::Special;
use crate::special::scalar::{bessel_ratio, bessel_ratio_derivative, bessel_ratio_m1, log_bessel_i_reduced};
use crate::uniform_sphere::{are_unit, is_unit, log_area, square_lengths};
use crate::{Distribution, Entropy, Mode, Moments, ParameterError, Reparameterized, SupportError};
use autograd::ops::{Each, EachOf, Function, Named, SumOf, Unary};
use autograd::prelude::*;
use rand::Rng;
use std::f64::consts::TAU;

/// Directions around a mean direction μ: unit vectors in ℝᵖ whose angle to μ is the smaller the larger the concentration
/// κ ≥ 0 is, what the normal distribution is among vectors of any length. With κ = 0 it is uniform, and for large κ about
/// normal around μ with the variance 1/κ in each direction along the sphere.
///
/// log p(x) = κ μᵀx − log ∫ exp(κ μᵀx) dx = −½ κ ‖x − μ‖² − { log I_ν(κ) − κ − ν log κ } − ½ p log 2π with ν = ½ p − 1
///
/// It is a density with respect to the area of the sphere (K. Mardia and P. Jupp, *Directional Statistics*, 2000, section
/// 9.3.2). Of vectors that are not exactly of length 1 the second form is computed: κ would multiply their error in the
/// first. By x and by μ only the derivative along the sphere has a meaning: divide a network's output by its length, and the
/// chain rule leaves that. Which vectors count as of length 1 is told at [`UniformSphere`](crate::UniformSphere).
///
/// Draws: the angle by A. Wood's rejection method (*Simulation of the von Mises Fisher distribution*, 1994), a direction
/// across μ, and a reflection that takes an axis to μ (T. Davidson et al., *Hyperspherical Variational Auto-Encoders*,
/// 2018). They are differentiable: by μ through the reflection, by κ through the angle's distribution function (M.
/// Figurnov et al., *Implicit Reparameterization Gradients*, 2018), so that no correction for the rejections is needed.
///
/// Shapes: `mean_direction [.., p]` with p ≥ 2, and `concentration [..]`, which broadcasts with the axes before p; a draw is
/// `[.., p]`, and `log_prob` of `x [.., p]` gives `[..]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Distribution, UniformSphere, VonMisesFisher, kl};
///
/// let q = VonMisesFisher::new(Tensor::from([[0.0, 0.6, 0.8]]), Tensor::from([2.0]));
/// // In three dimensions the integral is 4π sinh(κ)/κ.
/// let log_q = q.log_prob(&Tensor::from([[0.0, 0.6, 0.8]])).item();
/// let sphere = 4.0 * std::f64::consts::PI;
/// assert!((log_q - (2.0 - (sphere * 2.0_f64.sinh() / 2.0).ln())).abs() < 1e-14);
/// // KL = κ A(κ) − log(sinh(κ)/κ) with A(κ) = coth κ − 1/κ.
/// let exact = 2.0 / 2.0_f64.tanh() - 1.0 - (2.0_f64.sinh() / 2.0).ln();
/// assert!((kl(&q, &UniformSphere::new([3])).item() - exact).abs() < 1e-14);
/// ```
#[derive(Clone, Debug)]
pub struct VonMisesFisher<V> {
    mean_direction: V,
    concentration: V,
}

impl<V: Array> VonMisesFisher<V> {
    /// From the mean direction μ, of length 1, and the concentration κ ≥ 0.
    ///
    /// # Panics
    /// If the shapes do not go together. The values are not looked at: see [`validated`](VonMisesFisher::validated).
    #[track_caller]
    pub fn new(mean_direction: V, concentration: V) -> Self {
        let m = mean_direction.shape();
        let is_legal = m.dims().last().is_some_and(|&p| p >= 2);
        assert!(is_legal, "VonMisesFisher: needs a mean direction [.., p] with 2 elements or more, not {m}");
        together(
            "VonMisesFisher: mean direction before its last axis, and concentration",
            rows(m),
            concentration.shape(),
        );
        VonMisesFisher { mean_direction, concentration }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If μ is not of length 1, or κ is negative or not finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        let (who, squares) = ("VonMisesFisher", square_lengths(&self.mean_direction.value()));
        let is_unit = |square: f64| is_unit(V::F::of(square)) && !square.is_nan();
        ParameterError::check(who, "the square length of mean_direction", "1", &squares, is_unit)?;
        let legal = |k: f64| k >= 0.0 && k.is_finite();
        ParameterError::check(who, "concentration", "finite and not negative", &self.concentration, legal)?;
        Ok(self)
    }

    /// The mean direction μ as it was given.
    pub fn mean_direction(&self) -> &V {
        &self.mean_direction
    }

    /// The concentration κ as it was given.
    pub fn concentration(&self) -> &V {
        &self.concentration
    }

    /// p.
    fn dimension(&self) -> usize {
        self.mean_direction.shape()[self.mean_direction.shape().rank() - 1]
    }

    /// ν = ½ p − 1.
    fn order(&self) -> f64 {
        0.5 * self.dimension() as f64 - 1.0
    }

    /// A function of κ for each element of a draw, `[.., 1]` where a draw is `[.., p]`.
    fn beside_elements(&self, y: V) -> V {
        let rows = rows(self.shape());
        expand(y, rows).reshape(rows.push(1))
    }

    /// The divergence from the uniform distribution, κ A − log(∫ exp(κ μᵀx) dx/S), for each event.
    pub(crate) fn concentration_gain(&self) -> V {
        expand(V::apply(Each(Gain { nu: self.order() }), &[&self.concentration]), rows(self.shape()))
    }

    /// The divergence from `p`, for each event.
    #[track_caller]
    pub(crate) fn divergence(&self, p: &VonMisesFisher<V>) -> V {
        let name = "KL(VonMisesFisher ‖ VonMisesFisher)";
        let distance = half_square_distance(&self.mean_direction, &p.mean_direction);
        V::apply(EachOf(name, Divergence { nu: self.order() }), &[&self.concentration, &p.concentration, &distance])
    }

    /// The same distribution over plain numbers.
    fn values(&self) -> VonMisesFisher<Tensor<V::F>> {
        VonMisesFisher { mean_direction: self.mean_direction.value(), concentration: self.concentration.value() }
    }

    /// z = H (e cos θ + v sin θ) with a direction v across the axis e, and the reflection H that takes e to μ.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        let (p, rows) = (self.dimension(), rows(shape));
        let mean_direction = expand(self.mean_direction.clone(), shape);
        let concentration = expand(self.concentration.clone(), rows);

        let mut angles = Tensor::zeros(rows);
        let mut across = Tensor::zeros(shape);
        let places = angles.data_mut().iter_mut().zip(across.data_mut().chunks_exact_mut(p));
        for ((angle, across), concentration) in places.zip(concentration.value().data()) {
            *angle = V::F::of(angle::sample(p, concentration.as_f64(), rng));
            fill_unit_vectors(rng, p - 1, &mut across[1..]);
        }
        let angle = angle::differentiable(p, angles, &concentration).reshape(rows.push(1));

        let axis = farther_axis(p, &mean_direction.value());
        let (axis, across) = (angle.constant(&axis), angle.constant(&across));
        let z = axis.clone() * angle.cos() + across * angle.sin();
        let normal = mean_direction - axis;
        let along = (z.clone() * &normal).sum_keep(-1) / normal.square().sum_keep(-1);
        z - normal * (along * 2.0)
    }
}

/// The first axis for each direction, in the sense that is farther from it: between vectors that are close, a reflection would
/// turn fast with the direction.
fn farther_axis<F: Real>(p: usize, directions: &Tensor<F>) -> Tensor<F> {
    let along = |i: usize| if directions.data()[i] > F::zero() { -F::one() } else { F::one() };
    Tensor::from_fn(directions.shape(), |i| if i % p == 0 { along(i) } else { F::zero() })
}

/// ½ ‖x − y‖² for each vector.
#[track_caller]
fn half_square_distance<V: Array>(x: &V, y: &V) -> V {
    let [p, q] = [x, y].map(|x| x.shape().dims().last().copied().unwrap_or(0));
    assert!(p == q, "VonMisesFisher: vectors of {p} and of {q} elements do not go together");
    V::apply(SumOf("VonMisesFisher: vectors", HalfSquareDistance), &[x, y])
}

/// ½ (x − y)²; ∂/∂x = x − y, ∂/∂y = y − x, 0 at infinity.
#[derive(Debug)]
struct HalfSquareDistance;

impl<F: Real> Function<F, 2> for HalfSquareDistance {
    #[inline(always)]
    fn f(&self, [x, y]: [F; 2]) -> F {
        F::of(0.5) * (x - y) * (x - y)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, y]: [F; 2]) -> F {
        let slope = if I == 0 { x - y } else { y - x };
        if slope.abs() == F::infinity() { F::zero() } else { slope }
    }
}

/// c − κ h with h = ½ ‖x − μ‖², and the logarithm c of the density at μ; −∞ unless ‖x‖² is 1. Its derivatives are 0 there.
#[derive(Debug)]
struct LogDensity;

impl<F: Real> Function<F, 4> for LogDensity {
    #[inline(always)]
    fn f(&self, [h, concentration, c, square_length]: [F; 4]) -> F {
        if is_unit(square_length) { c - concentration * h } else { F::neg_infinity() }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [h, concentration, _, square_length]: [F; 4]) -> F {
        let slope = match I {
            0 => -concentration,
            1 => -h,
            2 => F::one(),
            _ => F::zero(),
        };
        if is_unit(square_length) { slope } else { F::zero() }
    }
}

/// Writes functions of κ as operations: the name, the function, and its derivative, of ν and κ in `f64`.
macro_rules! functions {
    ($(
        $(#[$doc:meta])*
        $Op:ident $name:literal; f($nu:ident, $k:ident) = $f:expr; df($dnu:ident, $dk:ident) = $df:expr;
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        struct $Op {
            nu: f64,
        }

        impl Named for $Op {
            const NAME: &'static str = $name;
        }

        impl<F: Real> Unary<F> for $Op {
            const NEEDS_X: bool = true;

            #[inline(always)]
            fn f(&self, x: F) -> F {
                let ($nu, $k) = (self.nu, x.as_f64());
                F::of($f)
            }

            #[inline(always)]
            fn df(&self, x: F, _: F) -> F {
                let ($dnu, $dk) = (self.nu, x.as_f64());
                F::of($df)
            }
        }
    )*};
}

functions! {
    /// The logarithm of the density at μ, −{ log I_ν(κ) − κ − ν log κ } − (ν + 1) log 2π, with derivative 1 − A.
    LogPeak "log_peak";
    f(nu, k) = -log_bessel_i_reduced(nu, k) - (nu + 1.0) * TAU.ln();
    df(nu, k) = -bessel_ratio_m1(nu, k);

    /// By how much the entropy is less than the uniform distribution's: the logarithm of the density at μ over the uniform
    /// one, less κ (1 − A); with derivative κ A′.
    Gain "concentration_gain";
    f(nu, k) = log_bessel_i_reduced(nu, 0.0) - log_bessel_i_reduced(nu, k) + k * bessel_ratio_m1(nu, k);
    df(nu, k) = k * bessel_ratio_derivative(nu, k);

    /// E[(aᵀx)²] = A/κ for a unit vector a across μ.
    SquareAcross "square_across";
    f(nu, k) = ratio_over(nu, k);
    df(nu, k) = ratio_over_derivative(nu, k);

    /// Var[μᵀx] = A′ = 1 − A² − (2ν + 1) A/κ.
    VarianceAlong "variance_along";
    f(nu, k) = bessel_ratio_derivative(nu, k);
    df(nu, k) = {
        let falls = bessel_ratio(nu, k) * bessel_ratio_derivative(nu, k);
        -2.0 * falls - (2.0 * nu + 1.0) * ratio_over_derivative(nu, k)
    };
}

/// Below this κ/p, A/κ = (1 − u/(1 + 2/p) + 2u²/((1 + 2/p) (1 + 4/p)) − …)/p with u = (κ/p)² is its first terms.
const SMALL: f64 = 1e-3;

/// A_ν(κ)/κ, finite at 0.
fn ratio_over(nu: f64, k: f64) -> f64 {
    let p = 2.0 * (nu + 1.0);
    let u = (k / p).powi(2);
    let (b, c) = (1.0 + 2.0 / p, 1.0 + 4.0 / p);
    if k < SMALL * p { (1.0 - u / b + 2.0 * u * u / (b * c)) / p } else { bessel_ratio(nu, k) / k }
}

/// The derivative of A_ν(κ)/κ, (A′ − A/κ)/κ.
fn ratio_over_derivative(nu: f64, k: f64) -> f64 {
    let p = 2.0 * (nu + 1.0);
    let u = (k / p).powi(2);
    let (b, c) = (1.0 + 2.0 / p, 1.0 + 4.0 / p);
    if k < SMALL * p {
        (-2.0 + 8.0 * u / c) * (k / p) / (b * p * p)
    } else {
        (bessel_ratio_derivative(nu, k) - bessel_ratio(nu, k) / k) / k
    }
}

/// r(κ₁) − r(κ₀) + (κ₁ − κ₀) (1 − A₀) + κ₁ A₀ h with r(κ) = log I_ν(κ) − κ − ν log κ, A₀ = A(κ₀) and h = ½ ‖μ₀ − μ₁‖²;
/// ∂/∂κ₀ = A₀′ (κ₀ − κ₁ + κ₁ h), ∂/∂κ₁ = A₁ − A₀ + A₀ h, ∂/∂h = κ₁ A₀.
#[derive(Debug)]
struct Divergence {
    nu: f64,
}

impl<F: Real> Function<F, 3> for Divergence {
    #[inline(always)]
    fn f(&self, x: [F; 3]) -> F {
        let [k0, k1, h] = x.map(F::as_f64);
        let peaks = log_bessel_i_reduced(self.nu, k1) - log_bessel_i_reduced(self.nu, k0);
        F::of(peaks - (k1 - k0) * bessel_ratio_m1(self.nu, k0) + k1 * bessel_ratio(self.nu, k0) * h)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, x: [F; 3]) -> F {
        let ([k0, k1, h], nu) = (x.map(F::as_f64), self.nu);
        F::of(match I {
            0 => bessel_ratio_derivative(nu, k0) * (k0 - k1 + k1 * h),
            1 => bessel_ratio_m1(nu, k1) - bessel_ratio_m1(nu, k0) + bessel_ratio(nu, k0) * h,
            _ => k1 * bessel_ratio(nu, k0),
        })
    }
}

impl<V: Array> Distribution<V> for VonMisesFisher<V> {
    fn shape(&self) -> Shape {
        let rows = together("VonMisesFisher", rows(self.mean_direction.shape()), self.concentration.shape());
        rows.push(self.dimension())
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        let distance = half_square_distance(x, &self.mean_direction);
        let peak = V::apply(Each(LogPeak { nu: self.order() }), &[&self.concentration]);
        let squares = x.constant(&square_lengths(&x.value()));
        V::apply(EachOf("VonMisesFisher::log_prob", LogDensity), &[&distance, &self.concentration, &peak, &squares])
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        are_unit("VonMisesFisher", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample_n(n, rng)
    }
}

impl<V: Array> Reparameterized<V> for VonMisesFisher<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Moments<V> for VonMisesFisher<V> {
    /// A(κ) μ with A(κ) = I_{ν+1}(κ)/I_ν(κ): a vector inside the sphere.
    fn mean(&self) -> V {
        let length = self.beside_elements(self.concentration.bessel_ratio(self.order()));
        expand(self.mean_direction.clone(), self.shape()) * length
    }

    /// A/κ (1 − μⱼ²) + A′ μⱼ².
    fn variance(&self) -> V {
        let nu = self.order();
        let across = self.beside_elements(V::apply(Each(SquareAcross { nu }), &[&self.concentration]));
        let along = self.beside_elements(V::apply(Each(VarianceAlong { nu }), &[&self.concentration]));
        let squares = expand(self.mean_direction.square(), self.shape());
        squares * (along - &across) + across
    }
}

/// μ.
impl<V: Array> Mode<V> for VonMisesFisher<V> {
    fn mode(&self) -> V {
        expand(self.mean_direction.clone(), self.shape())
    }
}

/// log S_p less the divergence from the uniform distribution.
impl<V: Array> Entropy<V> for VonMisesFisher<V> {
    fn entropy(&self) -> V {
        -self.concentration_gain() + log_area(self.dimension())
    }
}
