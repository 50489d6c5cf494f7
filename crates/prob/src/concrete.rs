//! The Concrete, or Gumbel-softmax, distribution.

use crate::exp_concrete::same_classes;
use crate::simplex::{are_one, excess, is_outside};
use crate::{Distribution, ExpConcrete, ParameterError, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function};
use autograd::prelude::*;
use rand::Rng;

/// The Concrete distribution with logits l and temperature τ: vectors in the interior of the simplex, of positive elements
/// that sum to 1, which a low temperature drives into its corners.
///
/// log p(x) = log Γ(C) + (C − 1) log τ + Σ_c { log softmax(l − τ log x)_c − log x_c }
///
/// (C. Maddison, A. Mnih and Y. W. Teh, *The Concrete Distribution*, 2017, equation 10; E. Jang, S. Gu and B. Poole,
/// *Categorical Reparameterization with Gumbel-Softmax*, 2017.) A draw is softmax((l + g)/τ) with independent standard Gumbel
/// g, so that it can be differentiated; its greatest element is number c as often as
/// [`Categorical`](crate::Categorical) with the same logits draws the class c.
///
/// It is a *density* over continuous vectors, by the first C − 1 elements, and unbounded at the corners. It is not the
/// probability of a class: values of log p are not comparable with those of a discrete distribution, and it has neither
/// entropy nor divergence in closed form.
///
/// # In an autoencoder
///
/// With q and p both Concrete, E_q\[log p(x|z) + log p(z) − log q(z)\] is a bound, and its estimate at a draw takes
/// log p(z) and log q(z) at the same draw; [`kl_monte_carlo`](crate::kl_monte_carlo) of the logarithms, which draws by itself,
/// has no bias either. The closed form of the discrete distributions with the same logits, [`kl`](crate::kl) of two
/// [`Categorical`](crate::Categorical), is the divergence of another model: beside relaxed draws it gives no bound for either,
/// though it is in use; it is right where the model is evaluated with discrete draws.
///
/// In single precision and at low temperatures draws round into the boundary, where log p is −∞. So the draw is
/// kept in logarithms, as [`log`](Concrete::log) has it; the divergence is the same:
///
/// ```
/// use autograd::prelude::*;
/// use prob::prelude::*;
///
/// let logits = Param::new(Tensor::from([[1.0_f32, 0.0, -1.0]]));
/// let mut tape = Tape::new();
/// tape.value_and_grad(|tape| {
///     let (logits, rng) = (tape.param(&logits), &mut Key::new(0).stream("noise", 0, 0));
///     let temperature = |t: f32| tape.constant(&Tensor::scalar(t));
///     let q = Concrete::new(logits, temperature(0.5));
///     let p = Concrete::new(logits * 0.0, temperature(0.5));
///     let y = q.log().rsample(rng);
///     let z = y.exp(); // what the decoder takes
///     let kl = q.log().log_prob(&y) - p.log().log_prob(&y);
///     (kl + z.sum(-1)).sum_all()
/// });
/// ```
///
/// Shapes: logits `[.., C]`, and so is a draw; the temperature is a number, or an array with one for each vector, `[.., 1]`,
/// that broadcasts with them; `log_prob` of `x [.., C]` gives `[..]`.
///
/// A vector that sums to 1 within 10⁻³ counts as one of the simplex: that is far above what rounding does, and far below a
/// mistake. ∂/∂x_c is a sum of terms of the size of 1/x_c and as exact as these; where they nearly cancel, as for
/// (C − 1) τ = 1 and a class c that is almost certain, it keeps few digits of its own.
#[derive(Clone, Debug)]
pub struct Concrete<V> {
    log: ExpConcrete<V>,
}

impl<V: Array> Concrete<V> {
    /// From the logits `[.., C]` and the temperature τ > 0.
    ///
    /// # Panics
    /// If the logits are a number, if there are no classes, or if the temperature is neither a number nor `[.., 1]` that
    /// broadcasts with the logits.
    #[track_caller]
    pub fn new(logits: V, temperature: V) -> Self {
        Concrete { log: ExpConcrete::of("Concrete", logits, temperature) }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If a logit is not finite, or a temperature not positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        self.log.check("Concrete")?;
        Ok(self)
    }

    /// The logits as they were given.
    pub fn logits(&self) -> &V {
        self.log.logits()
    }

    /// The temperature as it was given.
    pub fn temperature(&self) -> &V {
        self.log.temperature()
    }

    /// The distribution of log x, whose draws do not round into the boundary.
    pub fn log(&self) -> &ExpConcrete<V> {
        &self.log
    }
}

/// log x, 0 outside the simplex; ∂/∂x = 1/x, 0 outside.
#[derive(Debug)]
struct Log;

impl<F: Real> Function<F, 2> for Log {
    #[inline(always)]
    fn f(&self, [x, excess]: [F; 2]) -> F {
        if is_outside(excess) { F::zero() } else { x.fast_ln() }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, excess]: [F; 2]) -> F {
        if (I != 0) | is_outside(excess) { F::zero() } else { x.recip() }
    }
}

impl<V: Array> Distribution<V> for Concrete<V> {
    fn shape(&self) -> Shape {
        self.log.shape()
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        same_classes("Concrete", x.shape(), self.shape());
        let excess = excess(&x.value(), 0.0, |x| x);
        let y = V::apply(EachOf("Concrete::log_prob", Log), &[x, &x.constant(&excess)]);
        self.log.log_density(&y, &excess) - y.sum(-1)
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::positive("Concrete", "x", x)?;
        are_one("Concrete", "the sum of a vector of x", &x.sum(-1))
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.log.values().rsample(rng).exp()
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.log.values().rsample_n(n, rng).exp()
    }
}

impl<V: Array> Reparameterized<V> for Concrete<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.log.rsample(rng).exp()
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.log.rsample_n(n, rng).exp()
    }
}
