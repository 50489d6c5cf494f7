//! Training reaches the maximum likelihood of probabilistic principal component analysis, which is known in closed form.
//!
//! With the eigenvalues λ₁ ≥ … ≥ λ_D of the data's covariance, the maximum over W, μ and σ² is at W = U (Λ_K − σ² I)^½ up to a
//! rotation, μ the data's mean, σ² the mean of the discarded eigenvalues, and there
//!
//! ```text
//! log p(x) = −½ { D log 2π + Σ_{j ≤ K} log λⱼ + (D − K) log σ² + D }   per example
//! ```
//!
//! (M. Tipping and C. Bishop, *Probabilistic principal component analysis*, 1999, eq. 6–8).

use crate::common::{Case, Size, dense, on_tape, stream};
use autograd::prelude::*;
use nn::optim::{AdamUpdate, State};
use nn::{Adam, Module, Optimizer};
use vae::models::{LinearGaussian, PosteriorFamily};
use vae::train::Settings;
use vae::{Elbo, Threads, Trainer};

const D: usize = 6;
const K: usize = 2;
const ROWS: usize = 500;
const STEPS: usize = 2_000;

/// Adam with a rate that stays for the first half and then falls to a hundredth, so that the noise of the gradients averages out.
#[derive(Clone)]
struct Annealed {
    adam: Adam<f64>,
    steps: usize,
}

impl Optimizer<f64> for Annealed {
    type Update<'a> = AdamUpdate<'a, f64>;

    fn begin_step<'a, M: Module<f64> + ?Sized, G>(
        &'a mut self,
        model: &'a mut M,
        gradient: impl FnMut(&Param<f64>) -> Option<G>,
        each: impl FnMut(AdamUpdate<'a, f64>, G),
    ) {
        let progress = self.steps as f64 / STEPS as f64;
        self.adam.set_learning_rate(0.02 * 0.01f64.powf((2.0 * progress - 1.0).max(0.0)));
        self.steps += 1;
        self.adam.begin_step(model, gradient, each);
    }

    fn state<M: Module<f64> + ?Sized>(&self, model: &M) -> State<f64> {
        self.adam.state(model)
    }

    fn restore<M: Module<f64> + ?Sized>(&mut self, model: &M, state: State<f64>) -> Result<(), String> {
        self.adam.restore(model, state)
    }
}

/// Rows drawn from a linear Gaussian model.
fn data() -> Tensor<f64> {
    let case = Case::random(31, Size { d: D, k: K, rows: 1 });
    let model = case.model(PosteriorFamily::Full);
    let rng = &mut stream(32);
    let (z, u) = (
        crate::common::normal_matrix(rng, ROWS, K, 1.0),
        crate::common::normal_matrix(rng, ROWS, D, model.variance().sqrt()),
    );
    let row = |(z, u): (&Vec<f64>, &Vec<f64>)| dense::plus(&dense::plus(&dense::apply(&case.w, z), &case.mu), u);
    crate::common::tensor(&z.iter().zip(&u).map(row).collect())
}

/// The maximum of the mean log p(x), and σ² there.
fn maximum(x: &Tensor<f64>) -> (f64, f64) {
    let mean: Vec<f64> = (0..D).map(|j| (0..ROWS).map(|i| x.row(i)[j]).sum::<f64>() / ROWS as f64).collect();
    let centred: dense::Matrix = (0..ROWS).map(|i| dense::minus(x.row(i), &mean)).collect();
    let mut covariance = dense::mul(&dense::transpose(&centred), &centred);
    covariance.iter_mut().flatten().for_each(|c| *c /= ROWS as f64);
    let eigenvalues = dense::eigenvalues(&covariance);
    assert!((eigenvalues.iter().sum::<f64>() - dense::trace(&covariance)).abs() < 1e-9, "rotations keep the trace");
    let (_, log_det) = dense::inverse(&covariance);
    assert!((eigenvalues.iter().map(|l| l.ln()).sum::<f64>() - log_det).abs() < 1e-9, "and the determinant");

    let (kept, discarded) = eigenvalues.split_at(K);
    let variance = discarded.iter().sum::<f64>() / (D - K) as f64;
    let log_dets = kept.iter().map(|l| l.ln()).sum::<f64>() + (D - K) as f64 * variance.ln();
    (-0.5 * (D as f64 * std::f64::consts::TAU.ln() + log_dets + D as f64), variance)
}

/// Mean log p(x), mean ELBO, and the model.
fn train(x: &Tensor<f64>, family: PosteriorFamily) -> (f64, f64, LinearGaussian<f64>) {
    let model = LinearGaussian::random(D, K, family, &mut stream(33));
    let settings = Settings { seed: 34, shards: Some(2), clip: None };
    let optimizer = Annealed { adam: Adam::new(0.02), steps: 0 };
    let mut trainer = Trainer::new(model, Elbo { samples: 4 }, optimizer, settings, Threads::new(1));
    let rows: Vec<usize> = (0..ROWS).collect();
    for _ in 0..STEPS {
        trainer.step(x, &rows).expect("the bound stays finite");
    }
    let model = trainer.into_model();
    let elbo = on_tape(x, |x| model.elbo(x).mean_all().item());
    (model.log_evidence(x).mean_all().item(), elbo, model)
}

/// To 0.01 nats per example, with slack for the noise of the gradients; a maximum cannot be passed but by rounding. Both families
/// get there: the full S is exact for any W, and the diagonal one is where W's columns are orthogonal, to which a rotation of z,
/// free for p(x), brings them. (This is the sense in which the ELBO breaks the symmetry of p(x).)
#[test]
fn training_reaches_the_maximum_likelihood() {
    let x = data();
    let (maximum, variance) = maximum(&x);
    for family in [PosteriorFamily::Full, PosteriorFamily::Diagonal] {
        let (log_p, elbo, model) = train(&x, family);
        assert!(log_p < maximum + 1e-9, "{family:?}: {log_p} is above the maximum {maximum}");
        assert!(maximum - log_p < 0.01, "{family:?}: log p(x) = {log_p}, at most {maximum}");
        assert!(elbo < log_p && maximum - elbo < 0.01, "{family:?}: ELBO = {elbo}, log p(x) at most {maximum}");
        assert!((model.variance() / variance - 1.0).abs() < 0.02, "{family:?}: σ² = {}, {variance}", model.variance());
        if family == PosteriorFamily::Diagonal {
            let w = model.decoder().weight.value();
            let products = w.transpose().matmul(w);
            let cosine = products.at(&[0, 1]) / (products.at(&[0, 0]) * products.at(&[1, 1])).sqrt();
            assert!(cosine.abs() < 0.1, "its axes are the principal ones: W's columns are orthogonal, not at {cosine}");
        }
    }
}
