//! The continuous Bernoulli distribution.

use crate::event::prepend;
use crate::limits::hold;
use crate::noise::fill_standard_logistic;
use crate::special::truncated_exponential::{log_normalizer, mean, variance, variance_slope};
use crate::{Cdf, Distribution, Entropy, Mode, Moments, ParameterError, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use rand::Rng;

/// Independent continuous Bernoulli elements with logits l, a density on \[0, 1\]: what the
/// [`Bernoulli`](crate::Bernoulli) formula becomes for grey values when it is normalised
/// (G. Loaiza-Ganem and J. P. Cunningham, *The continuous Bernoulli: fixing a pervasive error in variational
/// autoencoders*, 2019).
///
/// log p(x) = Σⱼ { xⱼ lⱼ − softplus(lⱼ) + log C(lⱼ) } with C(l) = l/tanh(l/2)
///
/// With the paper's λ = σ(l), C is 2 artanh(1 − 2λ)/(1 − 2λ). It is 2 at l = 0, where the distribution is uniform. λ is
/// not the mean: see [`mean`](Moments::mean). Logits must be finite.
///
/// Shapes: logits `[B, D]`; `log_prob` of `x [B, D]` gives `[B]`.
///
/// ```
/// use autograd::Tensor;
/// use prob::{ContinuousBernoulli, Distribution};
///
/// // λ = ¾: the density is ¾ˣ ¼¹⁻ˣ · 2 ln 3.
/// let p = ContinuousBernoulli::new(Tensor::from([3.0_f64.ln()]));
/// let log_p = p.log_prob(&Tensor::from([1.0]));
/// assert!((log_p.item() - (0.75 * 2.0 * 3.0_f64.ln()).ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct ContinuousBernoulli<V> {
    logits: V,
}

impl<V: Array> ContinuousBernoulli<V> {
    /// From the logits.
    pub fn new(logits: V) -> Self {
        ContinuousBernoulli { logits }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If a logit is not finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        ParameterError::finite("ContinuousBernoulli", "logits", &self.logits)?;
        Ok(self)
    }

    /// The logits.
    pub fn logits(&self) -> &V {
        &self.logits
    }

    /// The same distribution over plain numbers.
    fn values(&self) -> ContinuousBernoulli<Tensor<V::F>> {
        ContinuousBernoulli { logits: self.logits.value() }
    }

    /// The inverse of the distribution function at σ(u) for standard logistic u.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        let noise = self.logits.fill(shape, |u| fill_standard_logistic(rng, u));
        V::apply(EachOf("ContinuousBernoulli::rsample", Quantile), &[&noise, &self.logits])
    }
}

/// −m |l| + T(|l|), where m, 1 − x for l > 0 and x elsewhere, is how far x is from the likelier of 0 and 1: an exponential
/// variable of rate |l| that is cut off at 1, with e^T(a) = a/(1 − e⁻ᵃ). Written like this, nothing cancels.
///
/// −∞ for x outside [0, 1]. ∂/∂x = l and ∂/∂l = x − E[x], 0 outside.
#[derive(Debug)]
struct LogDensity;

impl<F: Real> Function<F, 2> for LogDensity {
    #[inline(always)]
    fn f(&self, [x, l]: [F; 2]) -> F {
        let log_p = log_normalizer(l.abs()) - from_likelier(x, l) * l.abs();
        if outside(x) { F::neg_infinity() } else { log_p }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, l]: [F; 2]) -> F {
        let slope = match I {
            0 => l,
            _ => {
                let more = from_likelier(x, l) - mean(l.abs());
                if l > F::zero() { -more } else { more }
            }
        };
        if outside(x) { F::zero() } else { slope }
    }
}

/// Whether x is not in [0, 1]; NaN is not called outside.
#[inline(always)]
fn outside<F: Real>(x: F) -> bool {
    (x < F::zero()) | (x > F::one())
}

/// m.
#[inline(always)]
fn from_likelier<F: Real>(x: F, l: F) -> F {
    if l > F::zero() { F::one() - x } else { x }
}

/// 0 below 0, (eˡˣ − 1)/(eˡ − 1) from there to 1, and 1; ∂/∂x is the density, ∂/∂l = F (x μ(lx) − μ(l)) with the mean μ
/// for a logit, 0 outside.
#[derive(Debug)]
struct Below;

impl<F: Real> Function<F, 2> for Below {
    #[inline(always)]
    fn f(&self, [x, l]: [F; 2]) -> F {
        let a = l.abs();
        // What is left of (eˡˣ − 1)/(eˡ − 1) when it is written with e⁻ᵃ.
        let rest = if l > F::zero() { (-a * (F::one() - x)).fast_exp() } else { F::one() };
        let below = rest * (-a * x).fast_exp_m1() / (-a).fast_exp_m1();
        let below = if flat(a) { x } else { below };
        let below = if x < F::zero() { F::zero() } else { below };
        if x > F::one() { F::one() } else { below }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, l]: [F; 2]) -> F {
        let slope = match I {
            0 => LogDensity.f([x, l]).fast_exp(),
            _ => self.f([x, l]) * (x * Mean.f([l * x]) - Mean.f([l])),
        };
        if outside(x) { F::zero() } else { slope }
    }
}

/// Whether a rate is so small that the distribution is uniform but for rounding.
#[inline(always)]
fn flat<F: Real>(a: F) -> bool {
    a < F::of(0.25) * F::epsilon()
}

/// x with F(x) = σ(u), for any u: q for l ≤ 0 and 1 − q for l > 0, where the distance q from the likelier end is
/// log(1 + σ(w) (e⁻ᵃ − 1))/−a = (softplus(w) − softplus(w − a))/a with a = |l| and w = u or −u. ∂x/∂l = −∂q/∂a and
/// ∂x/∂u = ∂q/∂w = σ(u) σ(−u)/p(x).
#[derive(Debug)]
struct Quantile;

impl Quantile {
    /// a, w and q.
    #[inline(always)]
    fn distance<F: Real>(u: F, l: F) -> (F, F, F) {
        let (a, w) = (l.abs(), if l > F::zero() { -u } else { u });
        let near = -(w.sigmoid() * (-a).fast_exp_m1()).fast_ln_1p() / a;
        let near = if flat(a) { w.sigmoid() } else { near };
        let far = (w.softplus() - (w - a).softplus()) / a;
        (a, w, hold(if a < F::one() { near } else { far }, F::zero(), F::one()))
    }
}

impl<F: Real> Function<F, 2> for Quantile {
    #[inline(always)]
    fn f(&self, [u, l]: [F; 2]) -> F {
        let (_, _, q) = Quantile::distance(u, l);
        if l > F::zero() { F::one() - q } else { q }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [u, l]: [F; 2]) -> F {
        let (a, w, q) = Quantile::distance(u, l);
        if I == 0 {
            return w.sigmoid() * (-w).sigmoid() * (q * a - log_normalizer(a)).fast_exp();
        }
        // −∂F/∂l over the density; it does not cancel at a = 0.
        let width = (a * q).fast_exp_m1() / a;
        let width = if flat(a) { q } else { width };
        let near = width * (mean(a) - q * mean(a * q));
        let far = (q - (w - a).sigmoid()) / a;
        if a < F::one() { near } else { far }
    }
}

/// E[x] for a logit, in [0, 1]; the derivative is the variance.
#[derive(Debug)]
pub(crate) struct Mean;

impl<F: Real> Function<F, 1> for Mean {
    #[inline(always)]
    fn f(&self, [l]: [F; 1]) -> F {
        let m = mean(l.abs());
        if l > F::zero() { F::one() - m } else { m }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [l]: [F; 1]) -> F {
        variance(l.abs())
    }
}

/// Var[x] for a logit; it is even.
#[derive(Debug)]
struct Variance;

impl<F: Real> Function<F, 1> for Variance {
    #[inline(always)]
    fn f(&self, [l]: [F; 1]) -> F {
        variance(l.abs())
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [l]: [F; 1]) -> F {
        let slope = variance_slope(l.abs());
        if l > F::zero() { slope } else { -slope }
    }
}

/// a E[m] − T(a) with a = |l|; ∂/∂l = −l Var[x].
#[derive(Debug)]
struct Uncertainty;

impl<F: Real> Function<F, 1> for Uncertainty {
    #[inline(always)]
    fn f(&self, [l]: [F; 1]) -> F {
        let a = l.abs();
        a * mean(a) - log_normalizer(a)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [l]: [F; 1]) -> F {
        -l * variance(l.abs())
    }
}

impl<V: Array> Distribution<V> for ContinuousBernoulli<V> {
    fn shape(&self) -> Shape {
        self.logits.shape()
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        V::apply(SumOf("ContinuousBernoulli::log_prob", LogDensity), &[x, &self.logits])
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::check("ContinuousBernoulli", "x", "between 0 and 1", x, |x| (0.0..=1.0).contains(&x))
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample_n(n, rng)
    }
}

impl<V: Array> Reparameterized<V> for ContinuousBernoulli<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Moments<V> for ContinuousBernoulli<V> {
    /// 1/(1 − e⁻ˡ) − 1/l, ½ at l = 0.
    fn mean(&self) -> V {
        V::apply(EachOf("ContinuousBernoulli::mean", Mean), &[&self.logits])
    }

    /// 1/l² − 1/(4 sinh²(l/2)), 1/12 at l = 0.
    fn variance(&self) -> V {
        V::apply(EachOf("ContinuousBernoulli::variance", Variance), &[&self.logits])
    }
}

impl<V: Array> Cdf<V> for ContinuousBernoulli<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        V::apply(EachOf("ContinuousBernoulli::cdf", Below), &[x, &self.logits])
    }
}

/// 1 where l > 0, else 0.
impl<V: Array> Mode<V> for ContinuousBernoulli<V> {
    fn mode(&self) -> V {
        let logits = self.logits.value();
        let likelier = |l: &V::F| V::F::of(f64::from(l.as_f64() > 0.0));
        self.logits.constant(&Tensor::new(logits.shape(), logits.data().iter().map(likelier).collect()))
    }
}

/// Σⱼ { softplus(lⱼ) − log C(lⱼ) − lⱼ E\[xⱼ\] }, 0 at l = 0 and negative elsewhere.
impl<V: Array> Entropy<V> for ContinuousBernoulli<V> {
    fn entropy(&self) -> V {
        V::apply(SumOf("ContinuousBernoulli::entropy", Uncertainty), &[&self.logits])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autograd::check;

    /// By the noise too, which no draw is differentiated by.
    #[test]
    fn derivatives_of_the_quantile() {
        let u = Tensor::from([[-3.0, -0.4, 0.0, 1.0, 4.0]]);
        let l = Tensor::from([[-20.0], [-1.5], [-0.3], [1e-7], [0.9], [3.0], [30.0]]);
        check::gradients(&[u, l], |v| Var::apply(EachOf("quantile", Quantile), &[&v[0], &v[1]])).unwrap();
    }
}
