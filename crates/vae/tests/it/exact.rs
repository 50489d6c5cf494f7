//! What is known exactly about the linear Gaussian model: its evidence, its posterior, its ELBO, and how they hang together.
//!
//! The tolerance is 1e-9 nats throughout: values are of the order of 10 to 1000, conditions of the matrices below 1e4, so that
//! rounding leaves some 1e-12, while a wrong term is off by far more.

use crate::common::{Case, Size, dense, on_tape, stream, tensor};
use autograd::prelude::*;
use nn::Linear;
use prob::{Distribution, Key, MultivariateNormal, kl};
use proptest::prelude::*;
use vae::models::{LinearGaussian, Posterior, PosteriorFamily};
use vae::objective::log_weights;
use vae::{Threads, Vae, evaluate};

const TOLERANCE: f64 = 1e-9;

fn sizes() -> impl Strategy<Value = Size> {
    (1usize..7, 1usize..5, 1usize..4).prop_map(|(d, k, rows)| Size { d, k, rows })
}

fn families() -> impl Strategy<Value = PosteriorFamily> {
    prop_oneof![Just(PosteriorFamily::Diagonal), Just(PosteriorFamily::Full)]
}

fn close(a: &[f64], b: &[f64]) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        prop_assert!((a - b).abs() < TOLERANCE, "{} and {}", a, b);
    }
    Ok(())
}

/// q(z|x) as a distribution over plain numbers.
fn q(model: &LinearGaussian<f64>, x: &Tensor<f64>) -> MultivariateNormal<Tensor<f64>> {
    on_tape(x, |x| match model.encode(x) {
        Posterior::Full(q) => MultivariateNormal::new(q.loc().value(), q.scale_tril().value()),
        Posterior::Diagonal(q) => MultivariateNormal::new(q.loc().value(), q.scale().value().diagonal_matrix()),
    })
}

/// The ELBO as the model computes it.
fn elbo(model: &LinearGaussian<f64>, x: &Tensor<f64>) -> Tensor<f64> {
    on_tape(x, |x| model.elbo(x).value())
}

proptest! {
    #[test]
    fn the_evidence_is_the_density_of_x(size in sizes(), seed: u64) {
        let case = Case::random(seed, size);
        let log_p = case.model(PosteriorFamily::Full).log_evidence(&case.data());
        close(log_p.data(), &case.log_evidence())?;
    }

    #[test]
    fn the_posterior_is_that_of_the_formula(size in sizes(), seed: u64) {
        let case = Case::random(seed, size);
        let posterior = case.model(PosteriorFamily::Diagonal).posterior(&case.data());
        let (means, covariance) = case.posterior();
        close(posterior.loc().data(), &means.concat())?;
        close(posterior.covariance().data(), &covariance.concat())?;
    }

    /// log p(x) = log p(x, z) − log p(z|x) at any z whatever.
    #[test]
    fn joint_by_posterior_is_the_evidence(size in sizes(), seed: u64) {
        let case = Case::random(seed, size);
        let (model, x) = (case.model(PosteriorFamily::Full), case.data());
        let z = tensor(&crate::common::normal_matrix(&mut stream(!seed), size.rows, size.k, 1.0));
        let joint = on_tape(&x, |x| {
            let z = x.constant(&z);
            (model.decode(z).log_prob(&x) + model.prior(x.tape()).log_prob(&z)).value()
        });
        close((joint - model.posterior(&x).log_prob(&z)).data(), &case.log_evidence())?;
    }

    #[test]
    fn the_elbo_is_the_formula_written_out(size in sizes(), family in families(), seed: u64) {
        let case = Case::random(seed, size).of(family);
        close(elbo(&case.model(family), &case.data()).data(), &case.elbo())?;
    }

    /// It is below for every q, and not only up to rounding: a random q is far from the posterior.
    #[test]
    fn the_elbo_is_below_the_evidence(size in sizes(), family in families(), seed: u64) {
        let case = Case::random(seed, size);
        let (model, x) = (case.model(family), case.data());
        for (elbo, log_p) in elbo(&model, &x).data().iter().zip(model.log_evidence(&x).data()) {
            prop_assert!(elbo < log_p, "{} is not below {}", elbo, log_p);
        }
    }

    /// log p(x) = ELBO + KL(q(z|x) ‖ p(z|x)).
    #[test]
    fn the_gap_is_the_divergence_from_the_posterior(size in sizes(), family in families(), seed: u64) {
        let case = Case::random(seed, size);
        let (model, x) = (case.model(family), case.data());
        let gap = kl(&q(&model, &x), &model.posterior(&x));
        close((elbo(&model, &x) + gap).data(), model.log_evidence(&x).data())?;
    }

    /// With q(z|x) = p(z|x) the weight p(x, z)/q(z|x) is p(x) at every draw: its estimate has no variance.
    #[test]
    fn the_exact_posterior_closes_the_gap_at_every_draw(size in sizes(), seed: u64) {
        let case = Case::random(seed, size);
        let (model, x) = (case.model(PosteriorFamily::Full).with_best_posterior(), case.data());
        let log_p = case.log_evidence();
        close(elbo(&model, &x).data(), &log_p)?;
        let log_w = on_tape(&x, |x| log_weights(&model, &model.encode(x), x, 7, &mut stream(!seed)).value());
        prop_assert_eq!(log_w.shape(), Shape::new(&[7, size.rows]));
        (0..7).try_for_each(|s| close(log_w.row(s), &log_p))?;
        let estimates = evaluate::log_likelihood(&model, &x, 20, Key::new(seed), &Threads::new(1));
        close(&estimates.iter().map(|e| e.value).collect::<Vec<_>>(), &log_p)?;
        prop_assert!(estimates.iter().all(|e| e.variance < 1e-12), "20 equal weights");
    }

    /// Among diagonal S, diag 1/Λⱼⱼ around the exact mean is best, and leaves ½ { Σⱼ log Λⱼⱼ − log|Λ| }.
    #[test]
    fn the_best_diagonal_posterior_leaves_the_known_gap(size in sizes(), seed: u64) {
        let case = Case::random(seed, size);
        let (model, x) = (case.model(PosteriorFamily::Diagonal).with_best_posterior(), case.data());
        let precision = case.precision();
        let (_, log_det) = dense::inverse(&precision);
        let gap = 0.5 * ((0..size.k).map(|j| precision[j][j].ln()).sum::<f64>() - log_det);
        let best = elbo(&model, &x);
        close((best.clone() + gap).data(), &case.log_evidence())?;

        // Any other diagonal q(z|x), here one that is a little off, is worse.
        let mut s = vec![vec![0.0; size.k]; size.k];
        let off = crate::common::normal(&mut stream(!seed), size.k);
        (0..size.k).for_each(|j| s[j][j] = (0.1 * off[j] - 0.5 * precision[j][j].ln()).exp());
        let (a, c) = (model.encoder().weight.value().clone(), model.encoder().bias.value().clone());
        let other = model.with_posterior(Linear::from_tensors(a, c), &tensor(&s));
        for (other, best) in elbo(&other, &x).data().iter().zip(best.data()) {
            prop_assert!(other < best, "{} is not below {}", other, best);
        }
    }

    /// With orthogonal columns of W, Λ is diagonal, and so a diagonal q(z|x) loses nothing.
    #[test]
    fn orthogonal_columns_need_no_full_covariance(seed: u64, rows in 1usize..4) {
        let mut case = Case::random(seed, Size { d: 5, k: 2, rows });
        let along = |i: usize, j: usize| f64::from(i % 2 == j);
        case.w.iter_mut().enumerate().for_each(|(i, row)| row.iter_mut().enumerate().for_each(|(j, w)| *w *= along(i, j)));
        let model = case.model(PosteriorFamily::Diagonal).with_best_posterior();
        close(elbo(&model, &case.data()).data(), &case.log_evidence())?;
    }
}

/// A new model's q(z|x) is the prior, and then KL(q(z|x) ‖ p(z)) is 0.
#[test]
fn a_new_model_infers_the_prior() {
    let case = Case::random(1, Size { d: 4, k: 3, rows: 2 });
    let decoder = Linear::from_tensors(tensor(&case.w), crate::common::vector(&case.mu));
    let model = LinearGaussian::new(decoder, case.variance, PosteriorFamily::Full);
    let q = q(&model, &case.data());
    assert_eq!((q.loc(), q.covariance()), (&Tensor::zeros([2, 3]), Tensor::eye(3)));
    assert_eq!((model.latent(), model.features()), (3, 4));
    assert!((model.variance() - case.variance).abs() < 1e-15);
    assert_eq!(model.decoder().weight.value(), &tensor(&case.w));
}
