//! Normal distributions of independent elements, with covariances of full and of low rank, and their exponentials.

use super::KlTo;
use super::excess::Excess;
use crate::event::{expand, full, rows, sum_event, together};
use crate::{Distribution, LogNormal, LowRankNormal, Moments, MultivariateNormal, Normal, StandardNormal};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;

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

/// That of the logarithms: both densities have the same factor 1/x.
impl<V: Array> KlTo<LogNormal<V>, V> for LogNormal<V> {
    #[track_caller]
    fn kl_to(&self, p: &LogNormal<V>) -> V {
        together("KL(LogNormal ‖ LogNormal)", self.shape(), p.shape());
        self.log().kl_to(p.log())
    }
}
