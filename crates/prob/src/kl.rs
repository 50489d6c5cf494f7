//! Kullback–Leibler divergences: every closed form on one page.

use crate::continuous_bernoulli::Mean;
use crate::event::{expand, full, rows, spread, sum_event, together, without_last};
use crate::special::quadrature::with_few_nodes;
use crate::special::scalar::{self, stirling_error, stirling_error_derivative, trigamma};
use crate::special::truncated_exponential::{log_normalizer, mean, variance};
use crate::special::{
    Deviance, bd0, deviance, deviance_of_product, difference_of_products, digamma_less_ln, ln_quotient,
};
use crate::{
    Bernoulli, Beta, Categorical, ContinuousBernoulli, Dirichlet, Distribution, Exponential, Gamma, Laplace, LogNormal,
    LowRankNormal, Moments, MultivariateNormal, Normal, OneHotCategorical, Poisson, StandardNormal, Uniform,
    UniformCategorical, UniformSphere, VonMisesFisher,
};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use std::f64::consts::{E, FRAC_1_SQRT_2, FRAC_PI_2, PI};

/// A distribution whose divergence to a `P` has a closed form.
#[diagnostic::on_unimplemented(
    message = "no closed-form KL({Self} ‖ {P})",
    note = "use `kl_monte_carlo`; or, where draws of q cannot be differentiated, `Estimate::average` of log q(x) − log p(x)"
)]
pub trait KlTo<P, V: Array> {
    /// KL(self ‖ p) in nats, one number per event.
    #[must_use]
    fn kl_to(&self, p: &P) -> V;
}

/// KL(q ‖ p) = E_q\[log q(x) − log p(x)\] in nats, in closed form, one number per event.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Normal, StandardNormal, kl};
///
/// let q = Normal::new(Tensor::from([1.0_f64]), Tensor::from([0.5]));
/// assert!((kl(&q, &StandardNormal::new([1])).item() - 0.8181471805599453).abs() < 1e-15);
/// ```
///
/// A pair without a closed form does not compile, and the message says what to do instead,
/// *no closed-form KL(Laplace ‖ Logistic) … use `kl_monte_carlo`*; where q has none at all, p is an underscore there:
///
/// ```compile_fail,E0277
/// # use autograd::Tensor;
/// # use prob::{Laplace, Logistic, kl};
/// let q = Laplace::new(Tensor::from([1.0_f64]), Tensor::from([0.5]));
/// let p = Logistic::new(Tensor::from([0.0_f64]), Tensor::from([1.0]));
/// let divergence = kl(&q, &p);
/// ```
///
/// # Panics
/// If the shapes of q and p do not go together.
#[track_caller]
#[must_use]
pub fn kl<V: Array, Q: KlTo<P, V>, P>(q: &Q, p: &P) -> V {
    q.kl_to(p)
}

/// ½ Σⱼ { σ₀²/σ₁² + ((μ₀ − μ₁)/σ₁)² − 1 − log(σ₀²/σ₁²) }, all of an element's terms before the sum over elements. Near
/// σ₀ = σ₁ expm1 keeps the digits that the ratio loses against 1.
impl<V: Array> KlTo<Normal<V>, V> for Normal<V> {
    #[track_caller]
    fn kl_to(&self, p: &Normal<V>) -> V {
        together("KL(Normal ‖ Normal)", self.shape(), p.shape());
        let log_ratio = self.log_variance() - p.log_variance();
        let distance = ((self.loc().clone() - p.loc()) / p.scale()).square();
        sum_event(distance + (log_ratio.exp_m1() - log_ratio)) * 0.5
    }
}

/// ½ Σⱼ { σⱼ² + μⱼ² − 1 − log σⱼ² } (D. P. Kingma and M. Welling, *Auto-Encoding Variational Bayes*, 2014, appendix B).
impl<V: Array> KlTo<StandardNormal, V> for Normal<V> {
    #[track_caller]
    fn kl_to(&self, p: &StandardNormal) -> V {
        let shape = together("KL(Normal ‖ StandardNormal)", self.shape(), p.shape());
        let loc = expand(self.loc().clone(), shape);
        V::apply(SumOf("KL(Normal ‖ StandardNormal)", KlToStandard), &[&loc, &self.log_variance()])
    }
}

/// ½ { μ² + (eˡ − 1) − l } with l = log σ²; ∂/∂μ = μ, ∂/∂l = ½ (eˡ − 1). Near l = 0, where posteriors collapse to,
/// expm1 keeps the digits that eˡ loses against 1.
#[derive(Debug)]
struct KlToStandard;

impl<F: Real> Function<F, 2> for KlToStandard {
    #[inline(always)]
    fn f(&self, [loc, log_variance]: [F; 2]) -> F {
        (loc * loc + (log_variance.fast_exp_m1() - log_variance)) * F::of(0.5)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [loc, log_variance]: [F; 2]) -> F {
        match I {
            0 => loc,
            _ => log_variance.fast_exp_m1() * F::of(0.5),
        }
    }
}

/// ½ { tr(Σ₁⁻¹Σ₀) + (μ₀ − μ₁)ᵀΣ₁⁻¹(μ₀ − μ₁) − K + log|Σ₁| − log|Σ₀| } (J. Duchi, *Derivations for linear algebra and
/// optimization*, 2007), where with Σ = L Lᵀ the form is ‖L₁⁻¹(μ₀ − μ₁)‖², and with L₁⁻¹L₀ = I + E the rest is
/// ½ ‖E‖² + Σⱼ { Eⱼⱼ − log(1 + Eⱼⱼ) }. E is computed as L₁⁻¹(L₀ − L₁), so that no digits are lost near
/// q = p, where the divergence is 0 or a sum of small squares.
impl<V: Array> KlTo<MultivariateNormal<V>, V> for MultivariateNormal<V> {
    #[track_caller]
    fn kl_to(&self, p: &MultivariateNormal<V>) -> V {
        const NAME: &str = "KL(MultivariateNormal ‖ MultivariateNormal)";
        together(NAME, self.shape(), p.shape());
        let (lower, other) = (self.scale_tril(), p.scale_tril());
        let distance = p.square_distance(self.loc().clone() - p.loc());
        let change = p.square_norm(&(lower.clone() - other));
        let excess = V::apply(SumOf(NAME, Excess), &[&other.diagonal(), &lower.diagonal()]);
        (distance + change) * 0.5 + excess
    }
}

/// ½ { tr Σ + μᵀμ − K − log|Σ| }, element by element: the same with L₁ = I and E = L − I.
impl<V: Array> KlTo<StandardNormal, V> for MultivariateNormal<V> {
    #[track_caller]
    fn kl_to(&self, p: &StandardNormal) -> V {
        const NAME: &str = "KL(MultivariateNormal ‖ StandardNormal)";
        let shape = together(NAME, self.shape(), p.shape());
        let lower = self.scale_tril();
        let k = self.extent();
        let identity = lower.fill(Shape::new(&[k, k]), |x| {
            x.fill(V::F::of(0.0));
            x.iter_mut().step_by(k + 1).for_each(|x| *x = V::F::of(1.0));
        });
        let one = full(lower, Shape::new(&[]), 1.0);
        let change = (lower.clone() - identity).square().sum(-1);
        let excess = V::apply(EachOf(NAME, Excess), &[&one, &lower.diagonal()]);
        sum_event(expand((self.loc().square() + change) * 0.5 + excess, shape))
    }
}

/// ½ Σⱼ { Σ₀ⱼⱼ/σ₁ⱼ² + ((μ₀ⱼ − μ₁ⱼ)/σ₁ⱼ)² − 1 + log σ₁ⱼ² − 2 log L₀ⱼⱼ }, element by element: the same with L₁ = diag σ₁, where
/// row j of E is that of L₀ − L₁ over σ₁ⱼ.
impl<V: Array> KlTo<Normal<V>, V> for MultivariateNormal<V> {
    #[track_caller]
    fn kl_to(&self, p: &Normal<V>) -> V {
        const NAME: &str = "KL(MultivariateNormal ‖ Normal)";
        together(NAME, self.shape(), p.shape());
        let (lower, scale) = (self.scale_tril(), p.scale());
        let full = together(NAME, rows(lower.shape()), scale.shape());
        let scale = expand(scale, full);
        let distance = ((self.loc().clone() - p.loc()) / &scale).square();
        let change = (lower.clone() - scale.diagonal_matrix()) / scale.reshape(full.push(1));
        let change = change.square().sum(-1);
        let excess = V::apply(EachOf(NAME, Excess), &[&scale, &lower.diagonal()]);
        sum_event((distance + change) * 0.5 + excess)
    }
}

/// The divergence of the same distribution with the covariance diag σ².
impl<V: Array> KlTo<MultivariateNormal<V>, V> for Normal<V> {
    #[track_caller]
    fn kl_to(&self, p: &MultivariateNormal<V>) -> V {
        together("KL(Normal ‖ MultivariateNormal)", self.shape(), p.shape());
        MultivariateNormal::from(self).kl_to(p)
    }
}

/// ½ { tr(Σ₁⁻¹Σ₀) + (μ₀ − μ₁)ᵀΣ₁⁻¹(μ₀ − μ₁) − K + log|Σ₁| − log|Σ₀| }, where with Σ₀ = S Sᵀ and S = (W, diag √d) the trace
/// is the sum of sᵀΣ₁⁻¹s over the columns s of S.
///
/// Here and below, where a covariance of low rank is on either side, the terms are large near q = p and nearly cancel: the
/// absolute error is some roundings of K and of the log-determinants, and a divergence of 0 may come out as −10⁻¹⁵ K.
impl<V: Array> KlTo<LowRankNormal<V>, V> for LowRankNormal<V> {
    #[track_caller]
    fn kl_to(&self, p: &LowRankNormal<V>) -> V {
        together("KL(LowRankNormal ‖ LowRankNormal)", self.shape(), p.shape());
        let log_ratio = p.log_determinant() - self.log_determinant() - self.extent() as f64;
        let distance = p.square_distance(self.loc().clone() - p.loc());
        (p.square_norm(&self.square_root()) + distance + log_ratio) * 0.5
    }
}

/// As between two of low rank, with ‖L₁⁻¹S‖² for the trace.
impl<V: Array> KlTo<MultivariateNormal<V>, V> for LowRankNormal<V> {
    #[track_caller]
    fn kl_to(&self, p: &MultivariateNormal<V>) -> V {
        together("KL(LowRankNormal ‖ MultivariateNormal)", self.shape(), p.shape());
        let log_ratio = sum_event(p.log_diagonal() * 2.0 - 1.0) - self.log_determinant();
        let distance = p.square_distance(self.loc().clone() - p.loc());
        (p.square_norm(&self.square_root()) + distance + log_ratio) * 0.5
    }
}

/// As between two of low rank, with S = L₀.
impl<V: Array> KlTo<LowRankNormal<V>, V> for MultivariateNormal<V> {
    #[track_caller]
    fn kl_to(&self, p: &LowRankNormal<V>) -> V {
        together("KL(MultivariateNormal ‖ LowRankNormal)", self.shape(), p.shape());
        let log_ratio = p.log_determinant() - sum_event(self.log_diagonal() * 2.0 + 1.0);
        let distance = p.square_distance(self.loc().clone() - p.loc());
        (p.square_norm(self.scale_tril()) + distance + log_ratio) * 0.5
    }
}

/// The divergence of the same distribution with the covariance diag σ².
impl<V: Array> KlTo<LowRankNormal<V>, V> for Normal<V> {
    #[track_caller]
    fn kl_to(&self, p: &LowRankNormal<V>) -> V {
        together("KL(Normal ‖ LowRankNormal)", self.shape(), p.shape());
        MultivariateNormal::from(self).kl_to(p)
    }
}

/// ½ { tr Σ + μᵀμ − K − log|Σ| }, the trace and K element by element.
impl<V: Array> KlTo<StandardNormal, V> for LowRankNormal<V> {
    #[track_caller]
    fn kl_to(&self, p: &StandardNormal) -> V {
        let shape = together("KL(LowRankNormal ‖ StandardNormal)", self.shape(), p.shape());
        let terms = self.variance() + self.loc().square() - 1.0;
        (sum_event(expand(terms, shape)) - self.log_determinant()) * 0.5
    }
}

/// ½ Σⱼ { Σ₀ⱼⱼ/σ₁ⱼ² + ((μ₀ⱼ − μ₁ⱼ)/σ₁ⱼ)² − 1 + log σ₁ⱼ² } − ½ log|Σ₀|: the trace needs the diagonal of Σ₀ alone.
impl<V: Array> KlTo<Normal<V>, V> for LowRankNormal<V> {
    #[track_caller]
    fn kl_to(&self, p: &Normal<V>) -> V {
        together("KL(LowRankNormal ‖ Normal)", self.shape(), p.shape());
        let distance = ((self.loc().clone() - p.loc()) / p.scale()).square();
        let trace = self.variance() / p.square_scale();
        (sum_event(trace + distance - 1.0 + p.log_variance()) - self.log_determinant()) * 0.5
    }
}

/// Σⱼ { a log(a/b) + (1 − a) log((1 − a)/(1 − b)) } with the probabilities a of q and b of p; ∞ where q allows what p
/// rules out.
impl<V: Array> KlTo<Bernoulli<V>, V> for Bernoulli<V> {
    #[track_caller]
    fn kl_to(&self, p: &Bernoulli<V>) -> V {
        const NAME: &str = "KL(Bernoulli ‖ Bernoulli)";
        together(NAME, self.shape(), p.shape());
        let yes = (self.logits().clone(), p.logits().clone());
        let no = (-yes.0.clone(), -yes.1.clone());
        let term = |(q, p): (V, V)| V::apply(EachOf(NAME, BetweenClasses), &[&q.log_sigmoid(), &p.log_sigmoid()]);
        sum_event(term(yes) + term(no))
    }
}

/// Σⱼ { A(l₁) − A(l₀) − (l₁ − l₀) E_q\[xⱼ\] } with A(l) = log ∫₀¹ eˡˣ dx, whose derivatives are the mean and the variance; with
/// a relative error of some hundred roundings at most, and near q = p of some.
impl<V: Array> KlTo<ContinuousBernoulli<V>, V> for ContinuousBernoulli<V> {
    #[track_caller]
    fn kl_to(&self, p: &ContinuousBernoulli<V>) -> V {
        let terms = SumOf("KL(ContinuousBernoulli ‖ ContinuousBernoulli)", BetweenContinuousBernoullis);
        V::apply(terms, &[self.logits(), p.logits()])
    }
}

/// As it stands, with what logits of large size have in common left out; near l₁ = l₀, where that cancels, the integral
/// d² ∫₀¹ (1 − t) v(l₀ + t d) dt of the variance v with d = l₁ − l₀. ∂/∂l₀ = −d v(l₀); ∂/∂l₁ is the difference of the means,
/// and near l₁ = l₀ d ∫₀¹ v(l₀ + t d) dt.
#[derive(Debug)]
struct BetweenContinuousBernoullis;

/// Whether the variance is a polynomial of degree 15, but for rounding, between two logits.
#[inline(always)]
fn are_near<F: Real>(l0: F, l1: F) -> bool {
    let least = if l0.abs() < l1.abs() { l0.abs() } else { l1.abs() };
    (l1 - l0).abs() < F::one() + F::of(0.25) * least
}

impl<F: Real> Function<F, 2> for BetweenContinuousBernoullis {
    #[inline(always)]
    fn f(&self, [l0, l1]: [F; 2]) -> F {
        let (d, q, p) = (l1 - l0, l0.abs(), l1.abs());
        let near = d * d * with_few_nodes(|t| (F::one() - t) * variance((l0 + t * d).abs()));
        let m = mean(q);
        let same_side = (l0 > F::zero()) == (l1 > F::zero());
        let rate = if same_side { (p - q) * m } else { p * (F::one() - m) - q * m };
        let far = log_normalizer(q) - log_normalizer(p) + rate;
        if are_near(l0, l1) { near } else { far }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [l0, l1]: [F; 2]) -> F {
        let d = l1 - l0;
        if I == 0 {
            return -d * variance(l0.abs());
        }
        let near = d * with_few_nodes(|t| variance((l0 + t * d).abs()));
        let far = Mean.f([l1]) - Mean.f([l0]);
        if are_near(l0, l1) { near } else { far }
    }
}

/// Σⱼ Σ_c q(xⱼ = c) { log q(xⱼ = c) − log p(xⱼ = c) }; ∞ where q allows what p rules out.
impl<V: Array> KlTo<Categorical<V>, V> for Categorical<V> {
    #[track_caller]
    fn kl_to(&self, p: &Categorical<V>) -> V {
        together("KL(Categorical ‖ Categorical), logits", self.logits().shape(), p.logits().shape());
        sum_event(classes(self.log_probs(), p.log_probs()))
    }
}

/// The same of each vector: Σ_c q(x\[c\] = 1) { log q(x\[c\] = 1) − log p(x\[c\] = 1) }.
impl<V: Array> KlTo<OneHotCategorical<V>, V> for OneHotCategorical<V> {
    #[track_caller]
    fn kl_to(&self, p: &OneHotCategorical<V>) -> V {
        together("KL(OneHotCategorical ‖ OneHotCategorical), logits", self.logits().shape(), p.logits().shape());
        classes(self.log_probs(), p.log_probs())
    }
}

/// Σⱼ { log C − H\[xⱼ\] } with the entropies H.
impl<V: Array> KlTo<UniformCategorical, V> for Categorical<V> {
    #[track_caller]
    fn kl_to(&self, p: &UniformCategorical) -> V {
        let shape = together("KL(Categorical ‖ UniformCategorical)", self.shape(), p.shape());
        sum_event(expand(to_uniform("Categorical", self.log_probs(), p), shape))
    }
}

/// log C − H of each vector.
impl<V: Array> KlTo<UniformCategorical, V> for OneHotCategorical<V> {
    #[track_caller]
    fn kl_to(&self, p: &UniformCategorical) -> V {
        let each = to_uniform("OneHotCategorical", self.log_probs(), p);
        let shape = together("KL(OneHotCategorical ‖ UniformCategorical)", each.shape(), p.shape());
        expand(each, shape)
    }
}

/// Σ_c q_c (log q_c − log p_c), of all rows.
#[track_caller]
fn classes<V: Array>(log_q: V, log_p: V) -> V {
    V::apply(SumOf("KL(Categorical ‖ Categorical)", BetweenClasses), &[&log_q, &log_p])
}

/// A class's q (log q − log p) + p − q, given log q and log p: what is added sums to 0, and with it no term is negative, so
/// that near q = p the divergence is a sum of small squares. ∂/∂log q = q (log q − log p), ∂/∂log p = p − q; 0 where
/// q = 0, but for p, and where both are equal.
#[derive(Debug)]
struct BetweenClasses;

impl<F: Real> Function<F, 2> for BetweenClasses {
    #[inline(always)]
    fn f(&self, [log_q, log_p]: [F; 2]) -> F {
        let (q, p) = (log_q.fast_exp(), log_p.fast_exp());
        let ratio = log_q - log_p;
        let term = deviance(q, p, -q * (-ratio).fast_exp_m1(), ratio);
        let term = if q == F::zero() { p } else { term };
        if log_q == log_p { F::zero() } else { term }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [log_q, log_p]: [F; 2]) -> F {
        let q = log_q.fast_exp();
        let slope = match I {
            0 => q * (log_q - log_p),
            // Where p is far greater, q (p/q) might be 0·∞.
            _ if log_p - log_q > F::one() => log_p.fast_exp() - q,
            _ => q * (log_p - log_q).fast_exp_m1(),
        };
        let nothing = (log_q == log_p) | ((I == 0) & (q == F::zero()));
        if nothing { F::zero() } else { slope }
    }
}

/// Σ_c q_c (log q_c + log C), of all rows.
#[track_caller]
fn to_uniform<V: Array>(who: &str, log_q: V, p: &UniformCategorical) -> V {
    let shape = log_q.shape();
    let (own, other) = (shape[shape.rank() - 1], p.classes());
    assert!(own == other, "KL({who} ‖ UniformCategorical): {own} and {other} classes");
    let log_p = full(&log_q, Shape::new(&[]), -(other as f64).ln());
    classes(log_q, log_p)
}

/// Σⱼ { |μ₀ − μ₁|/b₁ + (b₀/b₁) exp(−|μ₀ − μ₁|/b₀) − 1 − log(b₀/b₁) }
/// (M. Gil, F. Alajaji and T. Linder, *Rényi divergence measures for commonly used univariate continuous
/// distributions*, 2013), with a relative error of some roundings, near q = p too.
impl<V: Array> KlTo<Laplace<V>, V> for Laplace<V> {
    #[track_caller]
    fn kl_to(&self, p: &Laplace<V>) -> V {
        let terms = SumOf("KL(Laplace ‖ Laplace)", BetweenLaplaces);
        V::apply(terms, &[self.loc(), self.scale(), p.loc(), p.scale()])
    }
}

/// r (t + e⁻ᵗ − 1) + (r − 1 − log r) with t = |μ₀ − μ₁|/b₀ and r = b₀/b₁, neither of which is negative or cancels: the
/// first is r bd0(1, e⁻ᵗ). With the sign s of μ₀ − μ₁, ∂/∂μ₀ = s (1 − e⁻ᵗ)/b₁ = −∂/∂μ₁, ∂/∂b₀ = {(b₀ − b₁)/b₀ −
/// bd0(e⁻ᵗ, 1)}/b₁ and ∂/∂b₁ = {(b₁ − b₀)/b₁ − r bd0(1, e⁻ᵗ)}/b₁.
#[derive(Debug)]
struct BetweenLaplaces;

impl BetweenLaplaces {
    /// r bd0(1, e⁻ᵗ), t, and e⁻ᵗ − 1.
    #[inline(always)]
    fn shift<F: Real>([m0, b0, m1, b1]: [F; 4]) -> (F, F, F) {
        let distance = (m0 - m1).abs();
        let (t, ratio) = (distance / b0, b0 / b1);
        let less = (-t).fast_exp_m1();
        let shift = ratio * deviance(F::one(), F::one() + less, -less, t);
        let shift = if distance == F::zero() { F::zero() } else { shift };
        // Where t overflows, r t may be a number.
        (if t == F::infinity() { distance / b1 } else { shift }, t, less)
    }
}

impl<F: Real> Function<F, 4> for BetweenLaplaces {
    #[inline(always)]
    fn f(&self, x: [F; 4]) -> F {
        let [_, b0, _, b1] = x;
        BetweenLaplaces::shift(x).0 + Excess.f([b1, b0])
    }

    #[inline(always)]
    fn d<const I: usize>(&self, x: [F; 4]) -> F {
        let [m0, b0, m1, b1] = x;
        let (shift, t, less) = BetweenLaplaces::shift(x);
        let away = if m0 < m1 { less } else { -less };
        let slope = match I {
            0 => away,
            1 => (b0 - b1) / b0 - deviance(F::one() + less, F::one(), less, -t),
            2 => -away,
            _ => (b1 - b0) / b1 - shift,
        };
        slope / b1
    }
}

/// That of the logarithms: both densities have the same factor 1/x.
impl<V: Array> KlTo<LogNormal<V>, V> for LogNormal<V> {
    #[track_caller]
    fn kl_to(&self, p: &LogNormal<V>) -> V {
        together("KL(LogNormal ‖ LogNormal)", self.shape(), p.shape());
        self.log().kl_to(p.log())
    }
}

/// Σⱼ log((dⱼ − cⱼ)/(bⱼ − aⱼ)) for q on \[a, b\] inside \[c, d\] of p; ∞ where q allows what p rules out.
impl<V: Array> KlTo<Uniform<V>, V> for Uniform<V> {
    #[track_caller]
    fn kl_to(&self, p: &Uniform<V>) -> V {
        let shape = together("KL(Uniform ‖ Uniform)", self.shape(), p.shape());
        let low = expand(self.low().clone(), shape);
        V::apply(SumOf("KL(Uniform ‖ Uniform)", Wider), &[&low, self.high(), p.low(), p.high()])
    }
}

/// log(d − c) − log(b − a); ∂/∂a = 1/(b − a), ∂/∂b = −1/(b − a), ∂/∂c = −1/(d − c), ∂/∂d = 1/(d − c); where \[a, b\] is
/// not inside \[c, d\], ∞ that nothing moves.
#[derive(Debug)]
struct Wider;

impl<F: Real> Function<F, 4> for Wider {
    #[inline(always)]
    fn f(&self, [a, b, c, d]: [F; 4]) -> F {
        let kl = ((d - c) / (b - a)).fast_ln();
        if (a < c) | (b > d) { F::infinity() } else { kl }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a, b, c, d]: [F; 4]) -> F {
        let slope = match I {
            0 => (b - a).recip(),
            1 => -(b - a).recip(),
            2 => -(d - c).recip(),
            _ => (d - c).recip(),
        };
        if (a < c) | (b > d) { F::zero() } else { slope }
    }
}

/// Σⱼ { λ₀ log(λ₀/λ₁) + λ₁ − λ₀ } = Σⱼ bd0(λ₀, λ₁); ∞ where p never counts and q does.
impl<V: Array> KlTo<Poisson<V>, V> for Poisson<V> {
    #[track_caller]
    fn kl_to(&self, p: &Poisson<V>) -> V {
        together("KL(Poisson ‖ Poisson)", self.shape(), p.shape());
        match (self.given_log_rate(), p.given_log_rate()) {
            (Some(l0), Some(l1)) => V::apply(SumOf("KL(Poisson ‖ Poisson)", DevianceOfLogs), &[l0, l1]),
            _ => sum_event(bd0(&self.rate(), &p.rate())),
        }
    }
}

/// bd0(λ₀, λ₁) of l₀ = log λ₀ and l₁ = log λ₁, whose difference has digits that the rates have lost; ∂/∂l₀ = λ₀ (l₀ − l₁),
/// ∂/∂l₁ = λ₁ − λ₀ = λ₀ (exp(l₁ − l₀) − 1).
#[derive(Debug)]
struct DevianceOfLogs;

impl<F: Real> Function<F, 2> for DevianceOfLogs {
    #[inline(always)]
    fn f(&self, [l0, l1]: [F; 2]) -> F {
        let (rate, other) = (l0.fast_exp(), l1.fast_exp());
        deviance(rate, other, -rate * (l1 - l0).fast_exp_m1(), l0 - l1)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [l0, l1]: [F; 2]) -> F {
        let (rate, other, distance) = (l0.fast_exp(), l1.fast_exp(), l1 - l0);
        let slope = match I {
            0 => -rate * distance,
            _ if distance < F::one() => rate * distance.fast_exp_m1(),
            _ => other - rate,
        };
        let at_nothing = if I == 0 { F::zero() } else { other };
        if rate == F::zero() { at_nothing } else { slope }
    }
}

/// log c(κ₀) − log c(κ₁) + A(κ₀) (κ₀ − κ₁ μ₀ᵀμ₁) with the density's constant c and the length A of its mean, in a form in which
/// little cancels (T. Diethe, *A Note on the Kullback-Leibler Divergence for the von Mises-Fisher distribution*, 2015).
impl<V: Array> KlTo<VonMisesFisher<V>, V> for VonMisesFisher<V> {
    #[track_caller]
    fn kl_to(&self, p: &VonMisesFisher<V>) -> V {
        self.divergence(p)
    }
}

/// κ A(κ) + log c(κ) + log S with the sphere's area S (T. Davidson et al., *Hyperspherical Variational Auto-Encoders*, 2018,
/// section 3.2).
impl<V: Array> KlTo<UniformSphere, V> for VonMisesFisher<V> {
    #[track_caller]
    fn kl_to(&self, p: &UniformSphere) -> V {
        let shape = together("KL(VonMisesFisher ‖ UniformSphere)", self.shape(), p.shape());
        expand(self.concentration_gain(), shape.without(shape.rank() - 1))
    }
}

/// Σⱼ { (b/σ)² + ½ ((μ₀ − μ₁)/σ)² − log(b/σ) + ½ log(π/2) − 1 } for the Laplace distribution with μ₀ and b: E\[(x − μ₁)²\]
/// is 2b² + (μ₀ − μ₁)², and the entropy is log 2eb.
impl<V: Array> KlTo<Normal<V>, V> for Laplace<V> {
    #[track_caller]
    fn kl_to(&self, p: &Normal<V>) -> V {
        let terms = SumOf("KL(Laplace ‖ Normal)", LaplaceToNormal);
        V::apply(terms, &[self.loc(), self.scale(), p.loc(), &p.scale()])
    }
}

/// With d = μ₀ − μ₁: ∂/∂μ₀ = d/σ² = −∂/∂μ₁, ∂/∂b = 2b/σ² − 1/b, ∂/∂σ = (1 − 2 (b/σ)² − (d/σ)²)/σ.
#[derive(Debug)]
struct LaplaceToNormal;

impl<F: Real> Function<F, 4> for LaplaceToNormal {
    #[inline(always)]
    fn f(&self, [m, b, loc, scale]: [F; 4]) -> F {
        let (ratio, t) = (b / scale, (m - loc) / scale);
        let constant = F::of(0.5 * FRAC_PI_2.ln() - 1.0);
        ratio * ratio + F::of(0.5) * (t * t) - ln_quotient(b, scale) + constant
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [m, b, loc, scale]: [F; 4]) -> F {
        let (ratio, t, two) = (b / scale, (m - loc) / scale, F::of(2.0));
        match I {
            0 => t / scale,
            1 => two * ratio / scale - b.recip(),
            2 => -t / scale,
            _ => (F::one() - two * ratio * ratio - t * t) / scale,
        }
    }
}

/// Σⱼ { E|x − μ₁|/b − log(σ/b) − ½ log(πe/2) } for the normal distribution with μ₀ and σ, where with d = μ₀ − μ₁ and t = d/σ
/// E|x − μ₁| = σ √(2/π) e^−t²/2 + d erf(t/√2), the mean of a folded normal variable
/// (F. Leone, L. Nelson and R. Nottingham, *The folded normal distribution*, 1961).
impl<V: Array> KlTo<Laplace<V>, V> for Normal<V> {
    #[track_caller]
    fn kl_to(&self, p: &Laplace<V>) -> V {
        let terms = SumOf("KL(Normal ‖ Laplace)", NormalToLaplace);
        V::apply(terms, &[self.loc(), &self.scale(), p.loc(), p.scale()])
    }
}

/// ∂/∂μ₀ = erf(t/√2)/b = −∂/∂μ₁, ∂/∂σ = √(2/π) e^−t²/2/b − 1/σ, ∂/∂b = (1 − E|x − μ₁|/b)/b.
#[derive(Debug)]
struct NormalToLaplace;

impl NormalToLaplace {
    /// E|x − μ₁|/b, erf(t/√2) and √(2/π) e^−t²/2.
    #[inline(always)]
    fn distance<F: Real>([m, scale, loc, b]: [F; 4]) -> (F, F, F) {
        let d = m - loc;
        let t = d / scale * F::of(FRAC_1_SQRT_2);
        let (side, overlap) = (t.erf(), F::of((2.0 / PI).sqrt()) * t.exp_minus_square());
        // The quotient may overflow where nothing of the overlap is left.
        let centre = if overlap == F::zero() { F::zero() } else { scale / b * overlap };
        (centre + d / b * side, side, overlap)
    }
}

impl<F: Real> Function<F, 4> for NormalToLaplace {
    #[inline(always)]
    fn f(&self, x: [F; 4]) -> F {
        let (distance, _, _) = NormalToLaplace::distance(x);
        distance - ln_quotient(x[1], x[3]) - F::of(0.5 * (FRAC_PI_2 * E).ln())
    }

    #[inline(always)]
    fn d<const I: usize>(&self, x: [F; 4]) -> F {
        let (distance, side, overlap) = NormalToLaplace::distance(x);
        let [_, scale, _, b] = x;
        match I {
            0 => side / b,
            1 => overlap / b - scale.recip(),
            2 => -side / b,
            _ => (F::one() - distance) / b,
        }
    }
}

/// Σⱼ { log(λ₀/λ₁) + λ₁/λ₀ − 1 }.
impl<V: Array> KlTo<Exponential<V>, V> for Exponential<V> {
    #[track_caller]
    fn kl_to(&self, p: &Exponential<V>) -> V {
        V::apply(SumOf("KL(Exponential ‖ Exponential)", Excess), &[self.rate(), p.rate()])
    }
}

/// By how much b/a exceeds 1 + log(b/a): bd0(a, b)/a, in which nothing cancels; ∂/∂a = (a − b)/a²,
/// ∂/∂b = (b − a)/ab.
#[derive(Debug)]
struct Excess;

impl<F: Real> Function<F, 2> for Excess {
    #[inline(always)]
    fn f(&self, [a, b]: [F; 2]) -> F {
        scalar::bd0(a, b) / a
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a, b]: [F; 2]) -> F {
        match I {
            0 => (a - b) / a / a,
            _ => (b - a) / a / b,
        }
    }
}

/// Σⱼ { (α₀ − α₁) ψ(α₀) − log Γ(α₀) + log Γ(α₁) + α₁ log(β₀/β₁) + α₀ (β₁ − β₀)/β₀ } (W. D. Penny, *Kullback–Leibler
/// divergences of normal, gamma, Dirichlet and Wishart densities*, 2001).
impl<V: Array> KlTo<Gamma<V>, V> for Gamma<V> {
    #[track_caller]
    fn kl_to(&self, p: &Gamma<V>) -> V {
        let parameters = [self.concentration(), self.rate(), p.concentration(), p.rate()];
        V::apply(SumOf("KL(Gamma ‖ Gamma)", BetweenGammas), &parameters)
    }
}

/// bd0(α₁, m) with m = α₀ β₁/β₀, and what [`remainder`] tells of α₀ and α₁: nothing large cancels. ∂/∂α₀ =
/// (α₀ − α₁) ψ′(α₀) + (β₁ − β₀)/β₀, ∂/∂β₀ = (α₁ − m)/β₀, ∂/∂α₁ = ln(α₁/m) + (ψ(α₁) − ln α₁) − (ψ(α₀) − ln α₀),
/// ∂/∂β₁ = (m − α₁)/β₁.
#[derive(Debug)]
struct BetweenGammas;

impl BetweenGammas {
    /// α₁ and m compared, and α₁ − m.
    #[inline(always)]
    fn compare<F: Real>([a0, b0, a1, b1]: [F; 4]) -> (Deviance<F>, F) {
        let excess = difference_of_products([a1, b0], [a0, b1]) / b0;
        (deviance_of_product(a1, [a0, b1 / b0], excess), excess)
    }
}

impl<F: Real> Function<F, 4> for BetweenGammas {
    #[inline(always)]
    fn f(&self, x: [F; 4]) -> F {
        let [a0, _, a1, _] = x;
        Self::compare(x).0.value + remainder(a0, a1)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, x: [F; 4]) -> F {
        let [a0, b0, a1, b1] = x;
        let (Deviance { log_ratio, .. }, excess) = Self::compare(x);
        match I {
            0 => (a0 - a1) * trigamma(a0) + (b1 - b0) / b0,
            1 => excess / b0,
            2 => log_ratio + (digamma_less_ln(a1) - digamma_less_ln(a0)),
            _ => -excess / b1,
        }
    }
}

/// Σⱼ { log B(α₁, β₁) − log B(α₀, β₀) + (α₀ − α₁) ψ(α₀) + (β₀ − β₁) ψ(β₀) + (n₁ − n₀) ψ(n₀) } with n = α + β: that
/// of Dirichlet distributions of two shares.
impl<V: Array> KlTo<Beta<V>, V> for Beta<V> {
    #[track_caller]
    fn kl_to(&self, p: &Beta<V>) -> V {
        let parameters = [self.concentration1(), self.concentration0(), p.concentration1(), p.concentration0()];
        V::apply(SumOf("KL(Beta ‖ Beta)", BetweenBetas), &parameters)
    }
}

/// bd0(α₁, n₁α₀/n₀) + bd0(β₁, n₁β₀/n₀), and what [`remainder`] tells of α and β less that of n: nothing large cancels.
/// ∂/∂α₀ = (α₀ − α₁) ψ′(α₀) + (n₁ − n₀) ψ′(n₀), ∂/∂α₁ = ψ(α₁) − ψ(n₁) − ψ(α₀) + ψ(n₀), and β likewise.
#[derive(Debug)]
struct BetweenBetas;

impl<F: Real> Function<F, 4> for BetweenBetas {
    #[inline(always)]
    fn f(&self, [a0, b0, a1, b1]: [F; 4]) -> F {
        let (n0, n1) = (a0 + b0, a1 + b1);
        let excess = difference_of_products([a1, b0], [b1, a0]) / n0;
        let loss = deviance_of_product(a1, [n1, a0 / n0], excess).value
            + deviance_of_product(b1, [n1, b0 / n0], -excess).value;
        loss + (remainder(a0, a1) + remainder(b0, b1) - remainder(n0, n1))
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a0, b0, a1, b1]: [F; 4]) -> F {
        let (n0, n1) = (a0 + b0, a1 + b1);
        // p is the concentration that moves, or that of the other distribution beside it, r the one on the other side.
        let ([p0, p1], [r0, r1]) = if I == 0 || I == 2 { ([a0, a1], [b0, b1]) } else { ([b0, b1], [a0, a1]) };
        if I < 2 {
            return (p0 - p1) * trigamma(p0) + ((p1 - p0) + (r1 - r0)) * trigamma(n0);
        }
        let excess = difference_of_products([p1, r0], [r1, p0]) / n0;
        let errors = digamma_less_ln(p1) - digamma_less_ln(n1) - digamma_less_ln(p0) + digamma_less_ln(n0);
        deviance_of_product(p1, [n1, p0 / n0], excess).log_ratio + errors
    }
}

/// log B(α₁) − log B(α₀) + Σᵢ (α₀ᵢ − α₁ᵢ)(ψ(α₀ᵢ) − ψ(A₀)) with log B(α) = Σᵢ log Γ(αᵢ) − log Γ(A) (W. D. Penny,
/// *Kullback–Leibler divergences of normal, gamma, Dirichlet and Wishart densities*, 2001).
impl<V: Array> KlTo<Dirichlet<V>, V> for Dirichlet<V> {
    #[track_caller]
    fn kl_to(&self, p: &Dirichlet<V>) -> V {
        let full = p.beside(self.shape());
        let [q_total, p_total] = [self, p].map(|d| spread(&d.totals(), full));
        let remainders = q_total.data().iter().zip(p_total.data()).map(|(q, p)| -remainder(*q, *p)).collect();
        let once = Tensor::new(q_total.shape(), remainders);
        let [q_total, p_total] = [q_total, p_total].map(|total| self.concentration().constant(&total));
        let parameters = [self.concentration(), p.concentration(), &q_total, &p_total];
        let shares = V::apply(SumOf("KL(Dirichlet ‖ Dirichlet)", BetweenShares), &parameters);
        shares + self.concentration().constant(&without_last(&once))
    }
}

/// The terms of a share: bd0(α₁, A₁α₀/A₀), and what [`remainder`] tells of α₀ and α₁.
///
/// What a vector has in common, A₀ and A₁, are constants here, so the derivatives are those of the whole divergence:
/// ∂/∂α₀ = (α₀ − α₁) ψ′(α₀) + (A₁ − A₀) ψ′(A₀), ∂/∂α₁ = ψ(α₁) − ψ(A₁) − ψ(α₀) + ψ(A₀).
#[derive(Debug)]
struct BetweenShares;

impl<F: Real> Function<F, 4> for BetweenShares {
    #[inline(always)]
    fn f(&self, [a0, a1, n0, n1]: [F; 4]) -> F {
        let excess = difference_of_products([a1, n0], [n1, a0]) / n0;
        deviance_of_product(a1, [n1, a0 / n0], excess).value + remainder(a0, a1)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a0, a1, n0, n1]: [F; 4]) -> F {
        match I {
            0 => (a0 - a1) * trigamma(a0) + (n1 - n0) * trigamma(n0),
            1 => {
                let excess = difference_of_products([a1, n0], [n1, a0]) / n0;
                let errors = digamma_less_ln(a1) - digamma_less_ln(n1) - digamma_less_ln(a0) + digamma_less_ln(n0);
                deviance_of_product(a1, [n1, a0 / n0], excess).log_ratio + errors
            }
            _ => F::zero(),
        }
    }
}

/// By how much ln Γ at p is above its tangent at q, ln Γ(p) − ln Γ(q) − (p − q) ψ(q), less bd0(p, q): half of bd0(q,
/// p)/q, and the same for what Stirling's formula lacks, δ(p) − δ(q) − (p − q) δ′(q). No term is negative.
#[inline(always)]
fn remainder<F: Real>(q: F, p: F) -> F {
    let above = stirling_error(p) - stirling_error(q) - (p - q) * stirling_error_derivative(q);
    F::of(0.5) * (scalar::bd0(q, p) / q) + above
}
