//! Distributions by a change of variables.

use crate::event::{expand, full, together};
use crate::overflow::unless_overflow;
use crate::transform::{Affine, Invertible, Monotone, Transform};
use crate::{Cdf, Distribution, Entropy, Key, Mode, Moments, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function};
use autograd::prelude::*;
use rand::Rng;

/// The distribution of y = T(x) for a draw x of a base: a normalizing flow, a log-normal distribution.
///
/// log p(y) = log p_base(T⁻¹(y)) − log|det ∂T/∂x|
///
/// The density of a given y takes the inverse, so that `Transformed` is a [`Distribution`] where T is [`Invertible`].
/// A draw with its density takes T alone: [`rsample_with_log_prob`](Transformed::rsample_with_log_prob), which is what
/// variational inference computes with (D. J. Rezende and S. Mohamed, *Variational Inference with Normalizing Flows*,
/// 2015, eq. 5–7).
///
/// The support is the image under T of the base's: [`supports`](Distribution::supports) names what has no x by the
/// transform that does not reach it, and x itself where it is outside the base's support.
///
/// What else has a closed form: the distribution function, if the base has one and T is [`Monotone`]; and mean, variance,
/// mode and entropy, as far as the base has them, if T is [`Affine`].
///
/// Shapes: those of the base, whose event is the last axis. The base is one with reparameterised draws, since they are
/// on the tape of its parameters, as T's values then are: for the standard normal it is [`Normal::standard`](crate::Normal::standard).
/// `sample` records what T computes if the parameters are recorded.
///
/// ```
/// use autograd::Tensor;
/// use prob::transform::Exp;
/// use prob::{Distribution, Normal, Transformed};
///
/// let log_normal = Transformed::new(Normal::new(Tensor::from(0.0_f64), Tensor::from(0.5)), Exp);
/// let y = 2.0_f64;
/// let exact = -0.5 * (y.ln() / 0.5).powi(2) - (y * 0.5 * std::f64::consts::TAU.sqrt()).ln();
/// assert!((log_normal.log_prob(&Tensor::from(y)).item() - exact).abs() < 1e-15);
/// assert_eq!(
///     log_normal.supports(&Tensor::from(-1.0)).unwrap_err().to_string(),
///     "Exp: y must be positive and finite; it is -1"
/// );
/// ```
///
/// A transform without an inverse is drawn from, but has no `log_prob`:
///
/// ```compile_fail,E0599
/// use autograd::prelude::*;
/// use prob::transform::Transform;
/// use prob::{Distribution, Normal, Transformed};
///
/// struct Cubic; // y = x + x³
///
/// impl<V: Array> Transform<V> for Cubic {
///     fn forward_with_log_det(&self, x: &V) -> (V, V) {
///         (x.square() * x + x, (x.square() * 3.0).ln_1p().sum(-1))
///     }
/// }
///
/// let q = Transformed::new(Normal::new(Tensor::from([0.0]), Tensor::from([1.0])), Cubic);
/// let log_p = q.log_prob(&Tensor::from([1.0]));
/// ```
#[derive(Clone, Debug)]
pub struct Transformed<B, T> {
    base: B,
    transform: T,
}

impl<B, T> Transformed<B, T> {
    /// The distribution of `transform` of a draw of `base`.
    pub fn new(base: B, transform: T) -> Self {
        Transformed { base, transform }
    }

    /// The distribution of x.
    pub fn base(&self) -> &B {
        &self.base
    }

    /// T.
    pub fn transform(&self) -> &T {
        &self.transform
    }

    /// A draw z and log q(z), without an inverse: log q(T(x)) = log p_base(x) − log|det ∂T/∂x|.
    ///
    /// Both can be differentiated by all parameters, log q(z) through z too.
    ///
    /// # Panics
    /// If T's parameters have rows that the base does not have.
    #[track_caller]
    #[must_use]
    pub fn rsample_with_log_prob<V, R>(&self, rng: &mut R) -> (V, V)
    where
        V: Array,
        B: Reparameterized<V>,
        T: Transform<V>,
        R: Rng + ?Sized,
    {
        self.push(self.base.rsample_with_log_prob(rng))
    }

    /// `n` draws z along a new first axis, and log q(z) of each: parameters `[B, K]` give `[n, B, K]` and `[n, B]`.
    ///
    /// # Panics
    /// If T's parameters have rows that the base does not have.
    #[track_caller]
    #[must_use]
    pub fn rsample_n_with_log_prob<V, R>(&self, n: usize, rng: &mut R) -> (V, V)
    where
        V: Array,
        B: Reparameterized<V>,
        T: Transform<V>,
        R: Rng + ?Sized,
    {
        self.push(self.base.rsample_n_with_log_prob(n, rng))
    }

    /// Draws of the base and their log-densities, transformed.
    #[track_caller]
    fn push<V: Array>(&self, (x, log_p): (V, V)) -> (V, V)
    where
        T: Transform<V>,
    {
        let (y, log_det) = self.transform.forward_with_log_det(&x);
        (of_shape(x.shape(), y), log_p - log_det)
    }
}

/// The draws, if each has noise of its own.
#[track_caller]
fn of_shape<V: Array>(base: Shape, y: V) -> V {
    let shape = y.shape();
    assert!(
        shape == base,
        "Transformed: the transform makes {shape} of a draw {base}, and rows would share their noise: the base needs the shape of what is drawn"
    );
    y
}

impl<V: Array, B: Reparameterized<V>, T: Invertible<V>> Distribution<V> for Transformed<B, T> {
    fn shape(&self) -> Shape {
        self.base.shape()
    }

    #[track_caller]
    fn log_prob(&self, y: &V) -> V {
        // A conditioner may make NaN of what is infinite or nearly so.
        let y = expand(y.clone(), together("Transformed: y and the distribution", y.shape(), self.shape()));
        unless_overflow("Transformed::log_prob", f64::NEG_INFINITY, &y, |y| {
            let (x, log_det) = self.transform.inverse_with_log_det(y);
            self.base.log_prob(&x) - log_det
        })
    }

    fn supports(&self, y: &Tensor<V::F>) -> Result<(), SupportError> {
        // The only way to the tape of the parameters is a draw.
        let like = self.base.rsample(&mut Key::new(0).stream("supports", 0, 0));
        let y = like.constant(y);
        self.transform.supports(&y)?;
        self.base.supports(&self.transform.inverse(&y).value())
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.rsample(rng).value()
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.rsample_n(n, rng).value()
    }
}

impl<V: Array, B: Reparameterized<V>, T: Invertible<V>> Reparameterized<V> for Transformed<B, T> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        let x = self.base.rsample(rng);
        of_shape(x.shape(), self.transform.forward(&x))
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        let x = self.base.rsample_n(n, rng);
        of_shape(x.shape(), self.transform.forward(&x))
    }

    fn rsample_with_log_prob<R: Rng + ?Sized>(&self, rng: &mut R) -> (V, V) {
        Transformed::rsample_with_log_prob(self, rng)
    }

    fn rsample_n_with_log_prob<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> (V, V) {
        Transformed::rsample_n_with_log_prob(self, n, rng)
    }
}

/// F or 1 − F of the base, with derivative 1 or −1.
#[derive(Debug)]
struct Below;

impl<F: Real> Function<F, 2> for Below {
    #[inline(always)]
    fn f(&self, [below, direction]: [F; 2]) -> F {
        if direction < F::zero() { F::one() - below } else { below }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [_, direction]: [F; 2]) -> F {
        if I == 0 { direction } else { F::zero() }
    }
}

/// F_base(T⁻¹(y)) where T is increasing, 1 − F_base(T⁻¹(y)) where it is decreasing; 0 below the range of T and 1 above it.
///
/// The base is one with reparameterised draws, which have no value with a probability of its own: P(x ≥ b) = 1 − P(x ≤ b).
impl<V: Array, B: Reparameterized<V> + Cdf<V>, T: Monotone<V>> Cdf<V> for Transformed<B, T> {
    #[track_caller]
    fn cdf(&self, y: &V) -> V {
        let below = self.base.cdf(&self.transform.cut(y));
        let direction = y.constant(&self.transform.direction());
        V::apply(EachOf("Transformed::cdf", Below), &[&below, &direction])
    }
}

impl<V: Array, B: Reparameterized<V> + Moments<V>> Moments<V> for Transformed<B, Affine<V>> {
    /// shift + scale ⊙ E\[x\].
    #[track_caller]
    fn mean(&self) -> V {
        of_shape(self.base.shape(), self.transform.forward(&self.base.mean()))
    }

    /// scale² ⊙ Var\[x\].
    #[track_caller]
    fn variance(&self) -> V {
        let scale = self.transform.scale();
        // Not by the scale's square, which may overflow where the variance does not.
        of_shape(self.base.shape(), self.base.variance() * scale * scale)
    }
}

/// shift + scale ⊙ mode of x; where the base has several, of the least of its own.
impl<V: Array, B: Reparameterized<V> + Mode<V>> Mode<V> for Transformed<B, Affine<V>> {
    #[track_caller]
    fn mode(&self) -> V {
        of_shape(self.base.shape(), self.transform.forward(&self.base.mode()))
    }
}

/// That of x, and Σⱼ log|scaleⱼ|, which is the log-determinant at every x.
impl<V: Array, B: Reparameterized<V> + Entropy<V>> Entropy<V> for Transformed<B, Affine<V>> {
    #[track_caller]
    fn entropy(&self) -> V {
        let entropy = self.base.entropy();
        let x = full(&entropy, self.base.shape(), 0.0);
        -self.push((x, -entropy)).1
    }
}
