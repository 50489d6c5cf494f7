//! log p(x) = ELBO(q) + KL(q ‖ p(z|x)), whatever q is.
//!
//! The latent variable has one dimension, so that every integral over z can be done on a grid and log p(x) is known. The
//! decoder sees z² only: the posterior p(z|x) has two modes of equal weight, near ±1.9, and no normal distribution is like it.
//! So the identity is seen at work with a q that is poor, one that is better, and the best there is among normals.

use autograd::prelude::*;
use nn::{Adam, Optimizer};
use prob::prelude::*;
use std::f64::consts::LN_2;

const X: [f64; 5] = [1.0, 1.0, 0.0, 1.0, 0.0];
const STEP: f64 = 0.01;

/// p(x|z) for z `[.., 1]`: five pixels whose logits depend on z².
fn decode<V: Array>(z: &V) -> Bernoulli<V> {
    let weights = z.constant(&Tensor::from([[2.0, 2.0, -2.0, 2.0, -2.0]].map(|row| row.map(V::F::of))));
    Bernoulli::new((z.square() - 2.0) * weights)
}

/// log p(x|z), one number for each z.
fn log_likelihood<V: Array>(z: &V) -> V {
    decode(z).log_prob(&z.constant(&Tensor::from(X.map(V::F::of))))
}

/// ∫ q(z) f(z) dz, given log q and f on the grid.
fn expect<V: Array>(log_q: V, f: V) -> V {
    (log_q.exp() * f).sum(-1) * STEP
}

/// ELBO(q) = E_q[log p(x|z)] − KL(q(z) ‖ p(z)).
fn elbo<V: Array>(q: &Normal<V>, z: &V) -> V {
    expect(q.log_prob(z), log_likelihood(z)) - kl(q, &StandardNormal::new([1]))
}

/// The normal of the greatest ELBO, by gradient ascent from N(0.5, 1).
fn best_normal(z: &Tensor<f64>) -> Normal<Tensor<f64>> {
    let mut params = vec![Param::new(Tensor::from([0.5])), Param::new(Tensor::from([0.0]))];
    let (mut tape, mut adam) = (Tape::new(), Adam::new(0.05));
    for _ in 0..600 {
        let (_, gradients) = tape.value_and_grad(|tape| {
            let q = Normal::from_log_variance(tape.param(&params[0]), tape.param(&params[1]));
            -elbo(&q, &tape.constant(z))
        });
        adam.step(&mut params, gradients);
    }
    Normal::from_log_variance(params[0].value().clone(), params[1].value().clone())
}

fn main() {
    let z = Tensor::from_fn([2401, 1], |i| -12.0 + STEP * i as f64);
    let log_joint = log_likelihood(&z) + StandardNormal::new([1]).log_prob(&z);
    let log_p_x = log_joint.logsumexp(-1).item() + STEP.ln();
    let log_posterior = log_joint - log_p_x;

    println!("q(z)                   ELBO(q)   KL(q ‖ p(z|x))        sum    ELBO by 20,000 single draws");
    let normal = |loc, scale| Normal::new(Tensor::from([loc]), Tensor::from([scale]));
    let mut rng = Key::new(1).stream("noise", 0, 0);
    let mut gap = f64::NAN;
    for q in [normal(0.0, 1.0), normal(0.0, 1.7), normal(1.5, 0.5), best_normal(&z)] {
        let elbo = elbo(&q, &z).item();
        let log_q = q.log_prob(&z);
        gap = expect(log_q.clone(), log_q - &log_posterior).item();

        // Each draw by itself estimates the ELBO without bias, and log p(x) it does not.
        let draws = q.rsample_n(20_000, &mut rng);
        let single = log_likelihood(&draws) + StandardNormal::new([1]).log_prob(&draws) - q.log_prob(&draws);
        let (mean, error) = (single.mean_all().item(), (single.var(-1).item() / 20_000.0).sqrt());

        let name = format!("N({:.3}, {:.3}²)", q.loc().item(), q.scale().item());
        println!("{name:17} {elbo:12.6}     {gap:12.6} {:10.6}    {mean:10.4} ± {error:.4}", elbo + gap);
        assert!((elbo + gap - log_p_x).abs() < 1e-9 && (mean - elbo).abs() < 5.0 * error);
    }
    println!("log p(x)                                        {log_p_x:10.6}");
    println!("\nThe last q is the best normal. It covers one mode of the two, which costs log 2 = {LN_2:.6} nats;");
    println!("the other {:.6} are what a mode differs from a normal.", gap - LN_2);
}

#[test]
fn runs() {
    main();
}
