//! Counts with more zeros than their distribution has.

use crate::event::{expand, prepend, together};
use crate::{Cdf, Distribution, Factorized, Mode, Moments, ParameterError, SupportError};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use rand::{Rng, RngExt};

/// Independent elements that are 0 with probability π = σ(g) = 1/(1 + e⁻ᵍ), whatever the base distribution says, and draws
/// from it otherwise (D. Lambert, *Zero-Inflated Poisson Regression*, 1992):
///
/// p(0) = π + (1 − π) p_base(0), p(x) = (1 − π) p_base(x) for x ≠ 0; log p is the sum of their logarithms.
///
/// The base is any distribution of independent counts, such as [`Poisson`](crate::Poisson) and
/// [`NegativeBinomial`](crate::NegativeBinomial): a *mass*, not a density, for what has a density is 0 with probability 0, and
/// then the sum above means nothing. Gate logits of ±∞ mean certainty.
///
/// The entropy has no closed form.
///
/// Shapes: the base's parameters and `gate_logits` broadcast, to `[B, D]` say; `log_prob` of `x [B, D]` gives `[B]`.
///
/// ```
/// use autograd::prelude::*;
/// use prob::{Distribution, Poisson, ZeroInflated};
///
/// let p = ZeroInflated::new(Poisson::new(Tensor::from([2.0])), Tensor::from([0.0]));
/// let p_0 = p.log_prob(&Tensor::from([0.0])).exp();
/// assert!((p_0.item() - 0.5 * (1.0 + (-2.0_f64).exp())).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct ZeroInflated<P, V> {
    base: P,
    gate_logits: V,
}

impl<V: Array, P: Distribution<V>> ZeroInflated<P, V> {
    /// From the base distribution and the logits g of an additional zero.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[track_caller]
    pub fn new(base: P, gate_logits: V) -> Self {
        together("ZeroInflated: base and gate_logits", base.shape(), gate_logits.shape());
        ZeroInflated { base, gate_logits }
    }

    /// The same distribution, its gate checked: for parameters that are written down or read, not computed. The base is
    /// checked by its own `validated`.
    ///
    /// # Errors
    /// If a gate logit is NaN.
    pub fn validated(self) -> Result<Self, ParameterError> {
        ParameterError::check("ZeroInflated", "gate_logits", "numbers", &self.gate_logits, |g| !g.is_nan())?;
        Ok(self)
    }

    /// The base distribution.
    pub fn base(&self) -> &P {
        &self.base
    }

    /// The logits g as they were given.
    pub fn gate_logits(&self) -> &V {
        &self.gate_logits
    }

    /// 1 − π = σ(−g).
    fn open(&self) -> V {
        (-self.gate_logits.clone()).sigmoid()
    }
}

impl<V: Array, P: Factorized<V>> ZeroInflated<P, V> {
    /// `n` draws for each element of the shape, which lies behind them.
    fn draw<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Vec<V::F> {
        let shape = self.shape();
        let numbers = Tensor::from_fn(self.base.shape(), |i| i as f64);
        let (places, gates) = (expand(numbers, shape), expand(self.gate_logits.value().sigmoid(), shape));
        // An element of the base that stands for several needs a draw for each.
        let base_size = self.base.shape().size();
        let copies = (n * shape.size()).checked_div(base_size).unwrap_or(0);
        let base = self.base.sample_n(copies, rng);
        let mut used = vec![0; base_size];
        let mut draw = |(place, gate): (&f64, &V::F)| {
            let place = *place as usize;
            used[place] += 1;
            let x = base.data()[(used[place] - 1) * base_size + place];
            if rng.random::<f64>() < gate.as_f64() { V::F::of(0.0) } else { x }
        };
        (0..n).flat_map(|_| places.data().iter().zip(gates.data()).map(&mut draw).collect::<Vec<_>>()).collect()
    }
}

/// Of x, b = log p_base(x) and g. For x ≠ 0 it is b − softplus(g), with ∂/∂b = 1 and ∂/∂g = −σ(g). For x = 0 it is
/// log(1 − t) with t = σ(−g)(1 − eᵇ), how likely another number is; with w = σ(b − g), how likely it is that the base
/// gave the 0, ∂/∂b = w and ∂/∂g = (1 − w) t. 0 where log p is −∞.
#[derive(Debug)]
struct Inflate;

/// What follows from b and g at x = 0.
#[inline(always)]
fn other_than_zero<F: Real>(b: F, g: F) -> F {
    -(-g).sigmoid() * b.fast_exp_m1()
}

impl<F: Real> Function<F, 3> for Inflate {
    #[inline(always)]
    fn f(&self, [x, b, g]: [F; 3]) -> F {
        // Where 0 is not likely, log(eᵍ + eᵇ) − softplus(g).
        let t = other_than_zero(b, g);
        let unlikely = t > F::of(0.5);
        let (more, less) = if b > g { (b, g) } else { (g, b) };
        let ratio = if more == F::neg_infinity() { F::zero() } else { (less - more).fast_exp() };
        let log_1p = (if unlikely { ratio } else { -t }).fast_ln_1p();
        let at_zero = if unlikely { more + log_1p - g.softplus() } else { log_1p };
        if x == F::zero() { at_zero } else { b - g.softplus() }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x, b, g]: [F; 3]) -> F {
        let certain = g.abs() == F::infinity();
        let w = (b - g).sigmoid();
        let t = other_than_zero(b, g);
        let (at_zero, elsewhere) = match I {
            0 => (F::zero(), F::zero()),
            1 => (w, F::one()),
            _ => ((g - b).sigmoid() * t, -g.sigmoid()),
        };
        let impossible = (b == F::neg_infinity()) & ((x != F::zero()) | (g == F::neg_infinity()));
        let impossible = impossible | ((g == F::infinity()) & (x != F::zero()));
        let slope = if x == F::zero() { at_zero } else { elsewhere };
        if impossible | ((I == 2) & certain) { F::zero() } else { slope }
    }
}

impl<V: Array, P: Factorized<V>> Distribution<V> for ZeroInflated<P, V> {
    fn shape(&self) -> Shape {
        together("ZeroInflated", self.base.shape(), self.gate_logits.shape())
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        let base = self.base.log_prob_each(x);
        V::apply(SumOf("ZeroInflated::log_prob", Inflate), &[x, &base, &self.gate_logits])
    }

    /// That of the base, and 0.
    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        self.base.supports(x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        Tensor::new(self.shape(), self.draw(1, rng))
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        Tensor::new(prepend(n, self.shape()), self.draw(n, rng))
    }
}

impl<V: Array, P: Factorized<V>> Factorized<V> for ZeroInflated<P, V> {
    #[track_caller]
    fn log_prob_each(&self, x: &V) -> V {
        let base = self.base.log_prob_each(x);
        V::apply(EachOf("ZeroInflated::log_prob_each", Inflate), &[x, &base, &self.gate_logits])
    }
}

impl<V: Array, P: Factorized<V> + Moments<V>> Moments<V> for ZeroInflated<P, V> {
    /// (1 − π) E_base\[x\].
    fn mean(&self) -> V {
        self.open() * self.base.mean()
    }

    /// (1 − π) { Var_base\[x\] + π E_base\[x\]² }.
    fn variance(&self) -> V {
        self.open() * (self.base.variance() + self.gate_logits.sigmoid() * self.base.mean().square())
    }
}

/// (1 − π) F_base(x), and from 0 on π + (1 − π) F_base(x).
impl<V: Array, P: Factorized<V> + Cdf<V>> Cdf<V> for ZeroInflated<P, V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        let values = x.value();
        let from_zero = values.data().iter().map(|x| if *x >= V::F::of(0.0) { V::F::of(1.0) } else { V::F::of(0.0) });
        let from_zero = x.constant(&Tensor::new(values.shape(), from_zero.collect()));
        (self.open() * self.base.cdf(x) + self.gate_logits.sigmoid() * from_zero).clamp(0.0, 1.0)
    }
}

/// 0, or the mode of the base where that is likelier.
impl<V: Array, P: Factorized<V> + Mode<V>> Mode<V> for ZeroInflated<P, V> {
    fn mode(&self) -> V {
        let mode = expand(self.base.mode(), self.shape());
        let likelier = self.log_prob_each(&mode).value();
        let zero = self.log_prob_each(&(mode.constant(&Tensor::zeros(mode.shape())))).value();
        let values = mode.value();
        let choose = |((mode, p), zero): ((&V::F, &V::F), &V::F)| if p > zero { *mode } else { V::F::of(0.0) };
        let chosen = values.data().iter().zip(likelier.data()).zip(zero.data()).map(choose).collect();
        mode.constant(&Tensor::new(values.shape(), chosen))
    }
}
