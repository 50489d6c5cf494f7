//! No constant is dropped: values of trivial models, worked out by hand.

use crate::common::{on_tape, stream};
use autograd::prelude::*;
use nn::{Linear, Module};
use prob::Key;
use vae::models::{LinearGaussian, MlpConfig, MlpVae, PosteriorFamily};
use vae::objective::{ImportanceWeighted, MonteCarloElbo};
use vae::{Elbo, Terms, Threads, evaluate};

/// W = 0, μ = 0, σ² = 1 in one dimension, with q(z|x) = N(m, s²).
fn flat(m: f64, s: f64, family: PosteriorFamily) -> LinearGaussian<f64> {
    let zero = || Tensor::from([[0.0]]);
    let decoder = Linear::from_tensors(zero(), Tensor::from([0.0]));
    LinearGaussian::new(decoder, 1.0, family)
        .with_posterior(Linear::from_tensors(zero(), Tensor::from([m])), &Tensor::from([[s]]))
}

const FAMILIES: [PosteriorFamily; 2] = [PosteriorFamily::Diagonal, PosteriorFamily::Full];

/// ½ log 2π = 0.918938…: x = 0 in one dimension has the negative log-likelihood of the standard normal density at 0; x = 2 has
/// 2 more.
#[test]
fn half_log_two_pi_is_there() {
    for family in FAMILIES {
        let model = flat(0.0, 1.0, family);
        let x = Tensor::from([[0.0], [2.0]]);
        let log_p = model.log_evidence(&x);
        assert!((log_p.data()[0] + 0.918_938_533_204_672_8).abs() < 1e-15);
        assert!((log_p.data()[1] + 2.918_938_533_204_672_8).abs() < 1e-14);
        let report = evaluate::evaluate(&model, &Elbo { samples: 1 }, &x, 3, Key::new(1), &Threads::new(1));
        assert!(
            (report.nll - 1.918_938_533_204_673).abs() < 1e-14,
            "q(z|x) = p(z) = p(z|x): exact at any number of draws"
        );
        assert!((report.elbo + 1.918_938_533_204_673).abs() < 1e-14 && report.kl.abs() < 1e-15);
        assert!((report.bits_per_dim - 1.918_938_533_204_673 / std::f64::consts::LN_2).abs() < 1e-14);
        assert!(report.nll_mc_se < 1e-8);
    }
}

/// KL(N(1, 0.25) ‖ N(0, 1)) = ½ (0.25 + 1 − 1 − log 0.25) = 0.818147…; with μᵀΣ⁻¹μ in place of μᵀμ it would be 2.318147….
#[test]
fn the_divergence_is_the_forward_one() {
    for family in FAMILIES {
        let model = flat(1.0, 0.5, family);
        let x = Tensor::from([[0.0]]);
        let terms = evaluate::bound(&model, &Elbo { samples: 5 }, &x, Key::new(1), &Threads::new(1));
        assert!((terms.kl - 0.818_147_180_559_945_3).abs() < 1e-14, "{terms:?}");
        assert!((terms.expected_log_likelihood + 0.918_938_533_204_672_8).abs() < 1e-14, "x does not depend on z");
        assert!((terms.elbo + 1.737_085_713_764_618).abs() < 1e-14);
        assert!((on_tape(&x, |x| model.elbo(x).item()) - terms.elbo).abs() < 1e-14);
    }
}

/// With all parameters 0 a network's q(z|x) is the prior, and each of D binary features has the chance ½: every bound is
/// −D log 2, at every draw, and in bits a feature 1. In single precision: sums of 5 rounded numbers.
#[test]
fn a_network_of_zeros_says_one_bit_a_feature() {
    for posterior in FAMILIES {
        let config = MlpConfig { hidden: vec![4], latent: 3, posterior, ..MlpConfig::default() };
        let mut model = MlpVae::<f32>::new(5, &config, &mut stream(71));
        model.for_each_param_mut(&mut |_, p| p.value_mut().data_mut().fill(0.0));
        let x = Tensor::from([[0.0, 1.0, 1.0, 0.0, 1.0], [0.0; 5]]);
        let (key, threads) = (Key::new(2), Threads::new(1));
        let exact = -5.0 * std::f64::consts::LN_2;
        let near = |terms: Terms| {
            assert!((terms.elbo - exact).abs() < 1e-5, "{terms:?}");
            assert!((terms.expected_log_likelihood - exact).abs() < 1e-5 && terms.kl.abs() < 1e-5, "{terms:?}");
        };
        near(evaluate::bound(&model, &Elbo { samples: 2 }, &x, key, &threads));
        near(evaluate::bound(&model, &MonteCarloElbo { samples: 2 }, &x, key, &threads));
        near(evaluate::bound(&model, &ImportanceWeighted { samples: 2 }, &x, key, &threads));
        let report = evaluate::evaluate(&model, &Elbo { samples: 1 }, &x, 20, key, &threads);
        assert!((report.bits_per_dim - 1.0).abs() < 1e-5 && (report.nll + exact).abs() < 1e-5);
        assert_eq!(report.active_units, 0);
    }
}
