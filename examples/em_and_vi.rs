//! EM and variational inference climb the same bound, F(q, θ) = E_q[log p(x|z; θ)] − KL(q(z) ‖ p(z; θ)) ≤ log p(x; θ).
//!
//! The model is a mixture of two normals on a line, where everything is exact. EM (A. Dempster, N. Laird and D. Rubin, 1977,
//! in the form of R. Neal and G. Hinton, 1998) maximises F by turns: over q, which makes q the posterior and F equal to
//! log p(x), then over θ. Variational inference moves q and θ together along the gradient of F; its q(z|x) is an encoder with
//! three parameters, as that of a VAE has thousands. The posterior is one of these q, so both end at the same maximum.

use autograd::prelude::*;
use nn::{Adam, Optimizer};
use prob::prelude::*;

/// θ: p(z), and p(x|z) for z = 0 and z = 1.
struct Mixture<V> {
    p_z: Bernoulli<V>,
    p_x_z: [Normal<V>; 2],
}

impl<V: Array> Mixture<V> {
    /// From the logit of P(z = 1), the two means and the two log-variances, each `[1]`.
    fn new(theta: &[V]) -> Self {
        let component = |k: usize| Normal::from_log_variance(theta[1 + k].clone(), theta[3 + k].clone());
        Mixture { p_z: Bernoulli::new(theta[0].clone()), p_x_z: [component(0), component(1)] }
    }

    /// F(q, θ) over all rows of x `[N, 1]`, with a q(zₙ) for each.
    fn elbo(&self, q: &Bernoulli<V>, x: &V) -> V {
        let [log_p0, log_p1] = self.p_x_z.each_ref().map(|p| p.log_prob(x));
        let r = q.probs().sum(-1); // q(zₙ = 1), [N]
        let expected_log_likelihood = (log_p1 - &log_p0) * r + log_p0;
        (expected_log_likelihood - kl(q, &self.p_z)).sum_all()
    }

    /// p(z|x), by Bayes' rule.
    fn posterior(&self, x: &V) -> Bernoulli<V> {
        let [log_p0, log_p1] = self.p_x_z.each_ref().map(|p| p.log_prob(x));
        Bernoulli::new((log_p1 - log_p0).reshape(x.shape()) + self.p_z.logits())
    }

    /// log p(x) = Σ log { p(z = 0) p(x|0) + p(z = 1) p(x|1) }, without q.
    fn log_likelihood(&self, x: &V) -> V {
        let log_p = [0, 1].map(|z| self.p_z.log_prob(&x.constant(&Tensor::from([V::F::of(f64::from(z))]))));
        let [log_p0, log_p1] = self.p_x_z.each_ref().map(|p| p.log_prob(x).reshape(x.shape()));
        V::concat(&[&(log_p0 + &log_p[0]), &(log_p1 + &log_p[1])], -1).logsumexp(-1).sum_all()
    }
}

/// q(z|x), the encoder: a linear layer on (x, x²) gives the logit. That of the posterior is a quadratic in x, too.
fn encode<V: Array>(weight: &V, bias: &V, x: &V) -> Bernoulli<V> {
    Bernoulli::new(V::concat(&[x, &x.square()], -1).affine(weight, bias))
}

/// The θ of the greatest F(q, θ) for a given q: weighted means and variances.
fn m_step(q: &Bernoulli<Tensor<f64>>, x: &Tensor<f64>) -> Vec<Tensor<f64>> {
    let r = [1.0 - q.probs(), q.probs()];
    let n = r.each_ref().map(|r| r.sum(0));
    let loc = [0, 1].map(|k| (x * &r[k]).sum(0) / &n[k]);
    let log_variance = [0, 1].map(|k| (((x - &loc[k]).square() * &r[k]).sum(0) / &n[k]).ln());
    [(&n[1] / &n[0]).ln()].into_iter().chain(loc).chain(log_variance).collect()
}

fn main() {
    let mut rng = Key::new(4).stream("data", 0, 0);
    let group = |n, loc, scale| Normal::new(Tensor::full([n, 1], loc), Tensor::from(scale));
    let x = Tensor::concat(&[&group(120, -1.0, 0.6).sample(&mut rng), &group(180, 1.2, 0.9).sample(&mut rng)], 0);
    let start: Vec<Tensor<f64>> = [0.0, -0.5, 0.5, 0.0, 0.0].map(|theta| Tensor::from([theta])).into();

    println!("EM      F after the E step   F after the M step   log p(x) (none of them ever falls)");
    let (mut theta, mut last) = (start.clone(), f64::NEG_INFINITY);
    for iteration in 1..=100 {
        let q = Mixture::new(&theta).posterior(&x);
        let after_e = Mixture::new(&theta).elbo(&q, &x).item();
        theta = m_step(&q, &x);
        let after_m = Mixture::new(&theta).elbo(&q, &x).item();
        let log_p = Mixture::new(&theta).log_likelihood(&x).item();
        assert!(last - 1e-9 <= after_e && after_e <= after_m + 1e-9 && after_m <= log_p + 1e-9);
        last = log_p;
        if [1, 2, 3, 5, 10, 20, 50, 100].contains(&iteration) {
            println!("{iteration:4} {after_e:21.6} {after_m:20.6} {log_p:14.6}");
        }
    }

    println!("\nVI                 F(q, θ)        log p(x)     KL(q ‖ p(z|x))");
    let encoder = [Tensor::zeros([1, 2]), Tensor::zeros([1])];
    let mut params: Vec<Param<f64>> = start.into_iter().chain(encoder).map(Param::new).collect();
    let (mut tape, mut adam) = (Tape::new(), Adam::new(0.03));
    for step in 0..=2000 {
        let (loss, gradients) = tape.value_and_grad(|tape| {
            let v: Vec<Var<f64>> = params.iter().map(|p| tape.param(p)).collect();
            let x = tape.constant(&x);
            -Mixture::new(&v[..5]).elbo(&encode(&v[5], &v[6], &x), &x)
        });
        if [0, 10, 50, 100, 200, 500, 1000, 2000].contains(&step) {
            let theta: Vec<_> = params.iter().map(|p| p.value().clone()).collect();
            let model = Mixture::new(&theta[..5]);
            let log_p = model.log_likelihood(&x).item();
            let gap = kl(&encode(&theta[5], &theta[6], &x), &model.posterior(&x)).sum_all().item();
            println!("{step:4} {:21.6} {log_p:15.6} {gap:14.6}", -loss);
            assert!((-loss + gap - log_p).abs() < 1e-8, "log p(x) = F + KL(q ‖ p(z|x))");
        }
        adam.step(&mut params, gradients);
    }

    println!("\n                P(z = 1)     mean 0     mean 1       sd 0       sd 1");
    let vi: Vec<_> = params[..5].iter().map(|p| p.value().clone()).collect();
    for (name, theta) in [("EM", &theta), ("VI", &vi)] {
        let Mixture { p_z, p_x_z: [a, b] } = Mixture::new(theta);
        let [p, m0, m1, s0, s1] = [&p_z.probs(), a.loc(), b.loc(), &a.scale(), &b.scale()].map(|v| v.item());
        println!("{name:12} {p:11.6}{m0:11.6}{m1:11.6}{s0:11.6}{s1:11.6}");
    }
    assert!(theta.iter().zip(&vi).all(|(em, vi)| (em.item() - vi.item()).abs() < 1e-4));
}

#[test]
fn runs() {
    main();
}
