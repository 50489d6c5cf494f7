//! The objectives' own code with Gauss–Hermite nodes in place of noise: expectations without a sampling error, to be compared
//! with closed forms.
//!
//! A wrapper of the model hands out the nodes as draws and weighs what is averaged over them. log p(x|z), log p(z) and
//! log q(z|x) are quadratic in the noise, for which a rule of 2 nodes an axis would do; tolerances of 1e-9 nats leave room for
//! rounding alone.

use crate::common::{Case, Size, dense, on_tape, stream, tensor};
use autograd::prelude::*;
use nn::{Linear, Module, Visitor};
use prob::{
    Distribution, KlTo, Moments, MultivariateNormal, Normal, Reparameterized, StandardNormal, SupportError, kl,
};
use proptest::prelude::*;
use rand::Rng;
use vae::models::{LinearGaussian, Posterior, PosteriorFamily};
use vae::objective::{ImportanceWeighted, MonteCarloElbo};
use vae::{Elbo, Objective, Vae};

/// How weights enter, so that the mean over S nodes that an objective takes is the rule's sum.
#[derive(Clone, Copy, Debug)]
enum Weigh {
    /// Mean of S·w·f.
    Terms,
    /// Mean of exp(f + log S·w).
    Exponentials,
}

/// A rule for E[f(u)], u ~ N(0, I), over K axes.
#[derive(Clone, Debug)]
struct Rule {
    /// `[S, K]`.
    nodes: Tensor<f64>,
    /// S·w, `[S, 1]`.
    weights: Tensor<f64>,
    weigh: Weigh,
}

impl Rule {
    /// The product rule with `n` nodes an axis.
    fn new(n: usize, k: usize, weigh: Weigh) -> Rule {
        let axis = dense::gauss_hermite(n);
        let s = n.pow(k as u32);
        let at = |node: usize, j: usize| axis[node / n.pow(j as u32) % n];
        Rule {
            nodes: Tensor::from_fn([s, k], |i| at(i / k, i % k).0),
            weights: Tensor::from_fn([s, 1], |i| (0..k).map(|j| at(i, j).1).product::<f64>() * s as f64),
            weigh,
        }
    }

    fn len(&self) -> usize {
        self.nodes.shape()[0]
    }
}

/// The model with the rule for noise.
struct ByRule {
    model: LinearGaussian<f64>,
    rule: Rule,
}

/// A distribution whose log-densities at the nodes carry the weights.
struct Weighted<P> {
    p: P,
    rule: Rule,
    /// In a mean of exponentials one factor takes the weight.
    bears: bool,
}

impl<V: Array<F = f64>, P: Distribution<V>> Distribution<V> for Weighted<P> {
    fn shape(&self) -> Shape {
        self.p.shape()
    }

    fn log_prob(&self, x: &V) -> V {
        let log_p = self.p.log_prob(x);
        match (self.rule.weigh, self.bears) {
            (Weigh::Terms, _) => log_p * x.constant(&self.rule.weights),
            (Weigh::Exponentials, true) => log_p + x.constant(&self.rule.weights.ln()),
            (Weigh::Exponentials, false) => log_p,
        }
    }

    fn supports(&self, x: &Tensor<f64>) -> Result<(), SupportError> {
        self.p.supports(x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<f64> {
        self.p.sample(rng)
    }
}

impl<V: Array<F = f64>, P: Moments<V>> Moments<V> for Weighted<P> {
    fn mean(&self) -> V {
        self.p.mean()
    }

    fn variance(&self) -> V {
        self.p.variance()
    }
}

impl<'t> Reparameterized<Var<'t, f64>> for Weighted<Posterior<Var<'t, f64>>> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> Var<'t, f64> {
        self.p.rsample(rng)
    }

    /// z = m + L u at every node u.
    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, _: &mut R) -> Var<'t, f64> {
        assert_eq!(n, self.rule.len(), "as many draws as nodes");
        let mean = self.p.mean();
        let l = match &self.p {
            Posterior::Full(q) => *q.scale_tril(),
            Posterior::Diagonal(q) => q.scale().diagonal_matrix(),
        };
        let [rows, k] = [mean.shape()[0], mean.shape()[1]];
        let u = mean.constant(&self.rule.nodes);
        u.matmul_t(&l).reshape([n, 1, k]) + mean.reshape([1, rows, k])
    }
}

impl<'t> KlTo<Weighted<StandardNormal>, Var<'t, f64>> for Weighted<Posterior<Var<'t, f64>>> {
    fn kl_to(&self, p: &Weighted<StandardNormal>) -> Var<'t, f64> {
        self.p.kl_to(&p.p)
    }
}

impl Module<f64> for ByRule {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, &'a Param<f64>>) {
        self.model.visit(visitor);
    }

    fn visit_mut<'a>(&'a mut self, visitor: &mut Visitor<'_, &'a mut Param<f64>>) {
        self.model.visit_mut(visitor);
    }
}

impl Vae<f64> for ByRule {
    type Posterior<'t> = Weighted<Posterior<Var<'t, f64>>>;
    type Prior<'t> = Weighted<StandardNormal>;
    type Likelihood<'t> = Weighted<Normal<Var<'t, f64>>>;

    fn encode<'t>(&self, x: Var<'t, f64>) -> Self::Posterior<'t> {
        Weighted { p: self.model.encode(x), rule: self.rule.clone(), bears: false }
    }

    fn decode<'t>(&self, z: Var<'t, f64>) -> Self::Likelihood<'t> {
        Weighted { p: self.model.decode(z), rule: self.rule.clone(), bears: true }
    }

    fn prior<'t>(&self, tape: &'t Tape<f64>) -> Self::Prior<'t> {
        Weighted { p: self.model.prior(tape), rule: self.rule.clone(), bears: false }
    }

    fn latent(&self) -> usize {
        self.model.latent()
    }

    fn features(&self) -> usize {
        self.model.features()
    }
}

/// (bound, E_q[log p(x|z)], KL(q(z|x) ‖ p(z))) of each row.
fn bound<O: Objective<f64, ByRule>>(objective: O, model: &ByRule, x: &Tensor<f64>) -> Vec<[f64; 3]> {
    on_tape(x, |x| {
        let bound = objective.bound(model, x, &mut stream(0));
        let [value, likelihood, kl] = [bound.value, bound.expected_log_likelihood, bound.kl].map(|x| x.value());
        (0..x.shape()[0]).map(|i| [value.data()[i], likelihood.data()[i], kl.data()[i]]).collect()
    })
}

fn families() -> impl Strategy<Value = PosteriorFamily> {
    prop_oneof![Just(PosteriorFamily::Diagonal), Just(PosteriorFamily::Full)]
}

proptest! {
    #[test]
    fn both_elbos_are_the_closed_form(d in 1usize..6, k in 1usize..3, n in 2usize..6, family in families(), seed: u64) {
        let case = Case::random(seed, Size { d, k, rows: 4 }).of(family);
        let model = ByRule { model: case.model(family), rule: Rule::new(n, k, Weigh::Terms) };
        let (x, samples) = (case.data(), model.rule.len());
        let (closed, drawn) = (bound(Elbo { samples }, &model, &x), bound(MonteCarloElbo { samples }, &model, &x));

        // log p(x) − ELBO = KL(q(z|x) ‖ p(z|x)).
        let (means, l) = (tensor(&case.means()), tensor(&case.l));
        let gap = kl(&MultivariateNormal::new(means, l), &model.model.posterior(&x));
        let log_p = case.log_evidence();

        for (i, (likelihood, kl)) in case.elbo_parts().into_iter().enumerate() {
            for [value, l, k] in [closed[i], drawn[i]] {
                prop_assert!((l - likelihood).abs() < 1e-9, "E log p(x|z): {} and {}", l, likelihood);
                prop_assert!((k - kl).abs() < 1e-9, "KL: {} and {}", k, kl);
                prop_assert!((log_p[i] - value - gap.data()[i]).abs() < 1e-9, "{} + {} and {}", value, gap.data()[i], log_p[i]);
            }
        }
    }

    /// log E_q[w] = log p(x). The weight is the exponential of a quadratic; with q's variance 1.44 times the posterior's, the
    /// rule's error falls by a factor of about (0.44/2.44)ⁿ, and 24 nodes an axis leave rounding alone.
    #[test]
    fn the_mean_weight_is_the_evidence(d in 1usize..6, k in 1usize..3, seed: u64) {
        let case = Case::random(seed, Size { d, k, rows: 3 });
        let exact = case.model(PosteriorFamily::Full).with_best_posterior();
        let (x, encoder) = (case.data(), exact.encoder().clone());
        let l = exact.posterior(&x).scale_tril().clone();
        let aside = encoder.bias.value() + l.sum(-1) * 0.3;
        let model = exact.with_posterior(Linear::from_tensors(encoder.weight.value().clone(), aside), &(l * 1.2));
        let model = ByRule { model, rule: Rule::new(24, k, Weigh::Exponentials) };
        let bounds = bound(ImportanceWeighted { samples: model.rule.len() }, &model, &x);
        for ([value, ..], log_p) in bounds.into_iter().zip(case.log_evidence()) {
            prop_assert!((value - log_p).abs() < 1e-9, "{} and {}", value, log_p);
        }
    }
}

/// The rule by itself: E[uᵏ] is 0 for odd k and (k − 1)!! for even k, up to k = 2n − 1.
#[test]
fn the_rule_is_exact_for_polynomials() {
    for n in 1..12 {
        let rule = dense::gauss_hermite(n);
        for k in 0..2 * n as i32 {
            let exact: f64 = if k % 2 == 1 { 0.0 } else { (1..k).step_by(2).map(f64::from).product() };
            let scale: f64 = rule.iter().map(|(u, w)| w * u.abs().powi(k)).sum();
            let sum: f64 = rule.iter().map(|(u, w)| w * u.powi(k)).sum();
            assert!((sum - exact).abs() < 1e-12 * (1.0 + scale), "n = {n}, k = {k}: {sum} and {exact}");
        }
    }
}
