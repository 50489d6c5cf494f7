//! The mass of a negative binomial count in terms that do not cancel.

use crate::count::{at_counts, is_count};
use crate::special::scalar::{stirling_error, stirling_error_derivative};
use crate::special::{deviance, factorial_excess, less_exp, log_of_quotient, remainder};
use autograd::Real;

/// What the density of a count is computed from.
pub(super) struct Parts<F> {
    pub x: F,
    pub r: F,
    /// x + r.
    pub n: F,
    /// σ(l) and σ(−l).
    pub p: F,
    pub q: F,
    /// x − n p = n q − r = q (x − r eˡ).
    pub excess: F,
    /// log(x/(n p)) and log(r/(n q)), for where they are not near 0.
    pub log_x: F,
    pub log_r: F,
}

impl<F: Real> Parts<F> {
    #[inline(always)]
    pub fn by_logits(x: F, r: F, l: F) -> Self {
        let (one, n) = (F::one(), x + r);
        // x − r eˡ, or for positive logits, where eˡ may overflow, r − x e⁻ˡ.
        let above = l > F::zero();
        let (a, b) = if above { (r, x) } else { (x, r) };
        let (difference, e) = less_exp(a, b, -l.abs());
        let larger = (one + e).recip();
        let (p, q) = if above { (larger, e * larger) } else { (e * larger, larger) };
        let excess = larger * if above { -difference } else { difference };
        // Where a probability may vanish, its logarithm is ±l.
        let far = F::of(40.0);
        let (p_or_one, minus_log_p) = if l < -far { (one, -l) } else { (p, F::zero()) };
        let (q_or_one, minus_log_q) = if l > far { (one, l) } else { (q, F::zero()) };
        let log_x = (x / n / p_or_one).fast_ln() + minus_log_p;
        let log_r = (r / n / q_or_one).fast_ln() + minus_log_q;
        Parts { x, r, n, p, q, excess, log_x, log_r }
    }

    #[inline(always)]
    pub fn by_mean(x: F, mean: F, r: F) -> Self {
        let n = x + r;
        let (p, q) = (mean / (mean + r), r / (mean + r));
        let (log_x, log_r) = ((x / n / p).fast_ln(), ((mean + r) / n).fast_ln());
        Parts { x, r, n, p, q, excess: q * (x - mean), log_x, log_r }
    }

    /// −bd0(x, n p) − bd0(r, n q) + δ(n) − δ(r) − ½ log(n/r) − δ(x) − ½ log 2πx; at x = 0 the deviances alone.
    #[inline(always)]
    pub fn log_mass(&self) -> F {
        let Parts { x, r, n, p, q, excess, log_x, log_r } = *self;
        let deviances = deviance(x, n * p, excess, log_x) + deviance(r, n * q, -excess, log_r);
        let more = stirling_error(r) - remainder(n.recip()) - F::of(0.5) * (r / n).fast_ln() + factorial_excess(x);
        at_counts(x, -deviances - if x == F::zero() { F::zero() } else { more })
    }

    /// ψ(n) − ψ(a) − log(n/a) = (n − a)/2an + δ′(n) − δ′(a).
    #[inline(always)]
    pub fn harmonic(&self, a: F, difference: F) -> F {
        difference / self.n / (a + a) + (stirling_error_derivative(self.n) - stirling_error_derivative(a))
    }

    /// ∂/∂r of log p where the logits stay: ψ(n) − ψ(r) + log q.
    #[inline(always)]
    pub fn by_count(&self) -> F {
        self.log_quotient() + self.harmonic(self.r, self.x)
    }

    /// ∂/∂r of log p where the mean μ stays: ψ(n) − ψ(r) + log q − u with u = (x − μ)/(μ + r) and 1 + u = n q/r.
    ///
    /// A total count below 1 makes ψ(n) − ψ(r) and u large of the order of 1/r. Of ψ(n) − ψ(1 + r), which is not, they
    /// leave 1/r − u = (μ (1 + r) − r (x − 1))/(r (μ + r)), formed in `f64`.
    #[inline(always)]
    pub fn by_count_at_mean(&self, mean: F) -> F {
        let Parts { x, r, n, log_r, .. } = *self;
        let (one, total) = (F::one(), mean + r);
        // log(1 + u) − u, the deviance of 1 from 1 + u.
        let apart = -deviance(one, n / total, (mean - x) / total, log_r);
        let wide = mean.as_f64() * (1.0 + r.as_f64()) - r.as_f64() * (x.as_f64() - 1.0);
        let joint = F::of(wide) / total / r + (n / total * (r / (one + r))).fast_ln();
        let small = (r < one) & (x > F::zero());
        let (a, difference) = if small { (one + r, x - one) } else { (r, x) };
        self.harmonic(a, difference) + if small { joint } else { apart }
    }

    /// log(n q/r).
    #[inline(always)]
    pub fn log_quotient(&self) -> F {
        -log_of_quotient(self.r, self.n * self.q, -self.excess, self.log_r)
    }

    /// The slope, 0 where log p is −∞.
    #[inline(always)]
    pub fn where_possible(&self, slope: F) -> F {
        let never = (self.p == F::zero()) & (self.log_x == F::infinity());
        let possible = is_count(self.x) & !(never & (self.x > F::zero()));
        if possible { slope } else { F::zero() }
    }
}
