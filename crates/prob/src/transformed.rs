//! Distributions by a change of variables.

use crate::transform::{Inverse, Transform};
use crate::{Distribution, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function};
use autograd::prelude::*;
use rand::Rng;

/// The distribution of y = T(x), where x has a base distribution.
///
/// log p(y) = log p_x(T⁻¹(y)) + log|det ∂T⁻¹/∂y|
///
/// The event is that of the base: T's log-determinants are sums over the last axis, as is the base's log-density, so the
/// base is one whose elements are independent, or one over vectors. Outside the image of T, log p is −∞.
///
/// ```
/// use autograd::Tensor;
/// use prob::transform::{Affine, Tanh};
/// use prob::{Distribution, Normal, Transformed};
///
/// // A normal variable squashed into (0, 1).
/// let normal = Normal::new(Tensor::from([0.5_f64]), Tensor::from([2.0]));
/// let p = Transformed::new(normal, (Tanh, Affine::new(Tensor::from([0.5]), Tensor::from([0.5]))));
/// // ½ is the image of 0, where T has slope ½.
/// let at_zero = Normal::new(Tensor::from([0.5_f64]), Tensor::from([2.0])).log_prob(&Tensor::from([0.0]));
/// assert!((p.log_prob(&Tensor::from([0.5])).item() - (at_zero.item() + 2.0_f64.ln())).abs() < 1e-15);
/// assert_eq!(p.log_prob(&Tensor::from([1.5])).item(), f64::NEG_INFINITY);
/// ```
#[derive(Clone, Debug)]
pub struct Transformed<P, T> {
    base: P,
    transform: T,
}

impl<P, T> Transformed<P, T> {
    /// From the distribution of x and the transform.
    pub fn new(base: P, transform: T) -> Self {
        Transformed { base, transform }
    }

    /// The distribution of x.
    pub fn base(&self) -> &P {
        &self.base
    }

    /// T.
    pub fn transform(&self) -> &T {
        &self.transform
    }

    /// A draw y and log p(y), differentiable by all parameters: from x, so that nothing is inverted. This is what
    /// a variational posterior made of any flow needs, E\[log p(x, z) − log q(z)\].
    pub fn rsample_with_log_prob<V: Array, R: Rng + ?Sized>(&self, rng: &mut R) -> (V, V)
    where
        P: Reparameterized<V>,
        T: Transform<V>,
    {
        self.push(self.base.rsample(rng))
    }

    /// `n` draws along a new first axis, and their log-densities.
    pub fn rsample_n_with_log_prob<V: Array, R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> (V, V)
    where
        P: Reparameterized<V>,
        T: Transform<V>,
    {
        self.push(self.base.rsample_n(n, rng))
    }

    /// T(x) and its log-density.
    fn push<V: Array>(&self, x: V) -> (V, V)
    where
        P: Distribution<V>,
        T: Transform<V>,
    {
        let (y, log_det) = self.transform.forward(&x);
        (y, self.base.log_prob(&x) - log_det)
    }
}

/// log p as it is; where it is −∞, nothing moves it.
#[derive(Debug)]
struct AtPossible;

impl<F: Real> Function<F, 1> for AtPossible {
    #[inline(always)]
    fn f(&self, [log_p]: [F; 1]) -> F {
        log_p
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [log_p]: [F; 1]) -> F {
        if log_p == F::neg_infinity() { F::zero() } else { F::one() }
    }
}

/// Where the base can be differentiated through: plain draws are made on the base's tape, too, since the transform's
/// parameters are there.
impl<V: Array, P: Reparameterized<V>, T: Inverse<V>> Distribution<V> for Transformed<P, T> {
    fn shape(&self) -> Shape {
        self.base.shape()
    }

    #[track_caller]
    fn log_prob(&self, y: &V) -> V {
        let (x, log_det) = self.transform.inverse(y);
        V::apply(EachOf("Transformed::log_prob", AtPossible), &[&(self.base.log_prob(&x) + log_det)])
    }

    fn supports(&self, y: &Tensor<V::F>) -> Result<(), SupportError> {
        self.transform.preimage(y)?.map_or(Ok(()), |x| self.base.supports(&x))
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.rsample(rng).value()
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.rsample_n(n, rng).value()
    }
}

impl<V: Array, P: Reparameterized<V>, T: Inverse<V>> Reparameterized<V> for Transformed<P, T> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.transform.forward(&self.base.rsample(rng)).0
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.transform.forward(&self.base.rsample_n(n, rng)).0
    }
}
