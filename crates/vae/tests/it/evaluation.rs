//! What evaluation reports, against closed forms, and that threads do not show in it.

use crate::common::{Case, Size, stream};
use autograd::prelude::*;
use prob::Key;
use vae::evaluate::{self, Codes};
use vae::models::{LikelihoodFamily, MlpConfig, MlpVae, PosteriorFamily};
use vae::objective::{ImportanceWeighted, MonteCarloElbo};
use vae::{Elbo, Threads, Vae};

fn threads() -> [Threads; 3] {
    [1, 2, 3].map(Threads::new)
}

/// Means and standard deviations of q(z|x), in the order of the rows, over several chunks and a part of one.
#[test]
fn codes_are_the_moments_of_the_posterior() {
    for family in [PosteriorFamily::Diagonal, PosteriorFamily::Full] {
        let case = Case::random(41, Size { d: 5, k: 3, rows: 75 }).of(family);
        let codes = evaluate::encode(&case.model(family), &case.data(), Key::new(1), &Threads::new(2));
        let std: Vec<f64> = case.l.iter().map(|row| row.iter().map(|l| l * l).sum::<f64>().sqrt()).collect();
        assert_eq!((codes.mean.shape(), codes.std.shape()), (Shape::new(&[75, 3]), Shape::new(&[75, 3])));
        for (i, m) in case.means().into_iter().enumerate() {
            for j in 0..3 {
                assert!((codes.mean.at(&[i, j]) - m[j]).abs() < 1e-12, "a sum of 6 products");
                assert!((codes.std.at(&[i, j]) - std[j]).abs() < 1e-12);
            }
        }
    }
}

/// A unit is active where the variance of its mean over the data is above 0.01, not at it and not below.
#[test]
fn active_units_are_those_whose_mean_moves() {
    let spread = [0.0, 0.0999, 0.1001, 3.0];
    let mean = Tensor::from_fn([10, 4], |i| 7.0 + spread[i % 4] * if i / 4 % 2 == 0 { 1.0 } else { -1.0 });
    let codes = Codes { std: Tensor::<f64>::ones([10, 4]), mean };
    assert_eq!(codes.active_units(), 2);
}

/// Of a model in which one of three units is made to ignore the data.
#[test]
fn a_collapsed_unit_is_not_active() {
    let mut case = Case::random(42, Size { d: 4, k: 3, rows: 200 });
    case.a[1].fill(1e-4);
    let codes = evaluate::encode(&case.model(PosteriorFamily::Diagonal), &case.data(), Key::new(1), &Threads::new(1));
    assert_eq!(codes.active_units(), 2);
}

/// Every number of the report, each by its definition.
#[test]
fn the_report_is_made_of_the_rows() {
    let case = Case::random(43, Size { d: 4, k: 2, rows: 70 });
    let (model, x, key) = (case.model(PosteriorFamily::Full).with_best_posterior(), case.data(), Key::new(2));
    let report = evaluate::evaluate(&model, &MonteCarloElbo { samples: 2 }, &x, 50, key, &Threads::new(2));
    let log_p = case.log_evidence();
    let (mean, error) = {
        let (mean, variance) = crate::common::moments(&log_p);
        (mean, (variance / 70.0).sqrt())
    };
    assert_eq!((report.rows, report.samples), (70, 50));
    // With the exact posterior every draw gives log p(x): see exact.rs.
    assert!((report.elbo - mean).abs() < 1e-9 && (report.nll + mean).abs() < 1e-9);
    assert!((report.elbo_se - error).abs() < 1e-9 && (report.nll_se - error).abs() < 1e-9);
    assert!((report.expected_log_likelihood - report.kl - report.elbo).abs() < 1e-9);
    assert!(report.nll_mc_se < 1e-6, "rounding of Σ w̃² − 1/S at most");
    assert!((report.bits_per_dim + mean / (4.0 * 2f64.ln())).abs() < 1e-9);
    let active = evaluate::encode(&model, &x, key, &Threads::new(1)).active_units();
    assert_eq!(report.active_units, active);

    let terms = evaluate::bound(&model, &Elbo { samples: 1 }, &x, key, &Threads::new(1));
    let report = evaluate::evaluate(&model, &Elbo { samples: 1 }, &x, 1, key, &Threads::new(3));
    assert_eq!(
        (report.elbo, report.expected_log_likelihood, report.kl),
        (terms.elbo, terms.expected_log_likelihood, terms.kl)
    );
}

/// The same bits with 1, 2 and 3 threads; with another key, others.
#[test]
fn threads_do_not_show() {
    let case = Case::random(44, Size { d: 5, k: 3, rows: 150 });
    let (model, x, key) = (case.model(PosteriorFamily::Full), case.data(), Key::new(3));
    let [one, two, three] = threads().map(|threads| {
        (
            evaluate::evaluate(&model, &Elbo { samples: 2 }, &x, 40, key, &threads),
            evaluate::log_likelihood(&model, &x, 40, key, &threads),
            evaluate::encode(&model, &x, key, &threads),
            evaluate::bound(&model, &ImportanceWeighted { samples: 3 }, &x, key, &threads),
        )
    });
    assert_eq!(one, two);
    assert_eq!(one, three);
    let other = evaluate::log_likelihood(&model, &x, 40, Key::new(4), &Threads::new(1));
    assert!(one.1.iter().zip(&other).all(|(a, b)| a.value != b.value));
}

/// In single precision and with networks too.
#[test]
fn threads_do_not_show_in_networks() {
    let config =
        MlpConfig { hidden: vec![17], latent: 3, likelihood: LikelihoodFamily::Bernoulli, ..MlpConfig::default() };
    let model = MlpVae::<f32>::new(11, &config, &mut stream(45));
    assert_eq!((model.features(), model.latent()), (11, 3));
    let x = Tensor::from_fn([90, 11], |i| (i * i % 3 % 2) as f32);
    let [one, two, three] =
        threads().map(|threads| evaluate::evaluate(&model, &Elbo { samples: 1 }, &x, 33, Key::new(5), &threads));
    assert!(one.nll.is_finite() && one.nll_mc_se > 0.0);
    assert_eq!(one, two);
    assert_eq!(one, three);
}
