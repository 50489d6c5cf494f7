//! Samples have the moments of p(x), and threads do not show in them.

use crate::common::{Case, Size, dense, stream};
use autograd::prelude::*;
use prob::Key;
use vae::models::{LikelihoodFamily, LinearGaussian, MlpConfig, MlpVae, PosteriorFamily};
use vae::{Sampler, Threads, generate};

fn linear(seed: u64) -> (Case, LinearGaussian<f64>) {
    let case = Case::random(seed, Size { d: 4, k: 2, rows: 1 });
    let model = case.model(PosteriorFamily::Diagonal);
    (case, model)
}

fn network(likelihood: LikelihoodFamily) -> MlpVae<f32> {
    MlpVae::new(11, &MlpConfig { hidden: vec![17], latent: 3, likelihood, ..MlpConfig::default() }, &mut stream(61))
}

/// How many standard errors the sample means of xᵢ and of (xᵢ − μᵢ)(xⱼ − μⱼ) are away from those of N(μ, Σ), at most. Their
/// variances are Σᵢᵢ ÷ n and (Σᵢᵢ Σⱼⱼ + Σᵢⱼ²) ÷ n.
fn farthest(x: &Tensor<f64>, mu: &[f64], sigma: &dense::Matrix) -> f64 {
    let [n, d] = [x.shape()[0], x.shape()[1]];
    let mean = |f: &dyn Fn(&[f64]) -> f64| (0..n).map(|i| f(x.row(i))).sum::<f64>() / n as f64;
    let errors = (0..d).flat_map(|i| {
        let first = (mean(&|x| x[i]) - mu[i]) / sigma[i][i].sqrt();
        let second = (0..=i).map(move |j| {
            let variance = sigma[i][i] * sigma[j][j] + sigma[i][j].powi(2);
            (mean(&|x| (x[i] - mu[i]) * (x[j] - mu[j])) - sigma[i][j]) / variance.sqrt()
        });
        std::iter::once(first).chain(second)
    });
    errors.fold(0.0, |most: f64, error| most.max(error.abs())) * (n as f64).sqrt()
}

/// p(x) = N(μ, W Wᵀ + σ² I), and E[x|z] ~ N(μ, W Wᵀ). 28 statistics within 4.5 standard errors: a false alarm in 5,000 seeds,
/// and the seed is fixed.
#[test]
fn samples_have_the_moments_of_the_model() {
    let (case, model) = linear(62);
    let threads = Threads::new(2);
    let mut sigma = dense::mul(&case.w, &dense::transpose(&case.w));
    let means = farthest(&Sampler::means(&model, Key::new(6)).rows(20_000, &threads), &case.mu, &sigma);
    dense::add_diagonal(&mut sigma, case.variance);
    let draws = farthest(&Sampler::draws(&model, Key::new(6)).rows(20_000, &threads), &case.mu, &sigma);
    assert!(means < 4.5 && draws < 4.5, "{means}, {draws} standard errors");
}

/// The same bits with 1, 2 and 3 threads; with another key or other chunks, others.
#[test]
fn threads_do_not_show() {
    let (_, linear) = linear(63);
    for likelihood in [LikelihoodFamily::Bernoulli, LikelihoodFamily::Gaussian] {
        let network = network(likelihood);
        let [one, two, three] = [1, 2, 3].map(|threads| {
            let threads = Threads::new(threads);
            let z = Tensor::from_fn([300, 3], |i| (i as f32).sin());
            (
                Sampler::draws(&network, Key::new(7)).rows(1000, &threads),
                Sampler::means(&network, Key::new(7)).with_chunks_of(7).rows(300, &threads),
                Sampler::draws(&linear, Key::new(7)).rows(1000, &threads),
                generate::decode(&network, &z, &threads),
            )
        });
        assert!(one == two && one == three);
        let means = Sampler::means(&network, Key::new(7));
        let x = means.rows(300, &Threads::new(1));
        assert_ne!(x, one.1, "other chunks");
        assert_ne!(x, Sampler::means(&network, Key::new(8)).rows(300, &Threads::new(1)), "another key");
    }
}

/// A part of the sequence is what it is in the whole, and fewer samples are the first of more. Only products of other sizes
/// may round otherwise: sums of at most 17 products in f32.
#[test]
fn parts_are_those_of_the_whole() {
    let (model, threads) = (network(LikelihoodFamily::Gaussian), Threads::new(2));
    for sampler in [Sampler::draws(&model, Key::new(9)), Sampler::means(&model, Key::new(9))] {
        let sampler = sampler.with_chunks_of(50);
        let whole = sampler.rows(190, &threads);
        let parts: Vec<Vec<f32>> = [0..50, 50..150, 150..190]
            .into_iter()
            .flat_map(|part| sampler.chunks(part, &threads, |x: &Tensor| x.data().to_vec()))
            .collect();
        assert_eq!(parts.iter().map(|part| part.len() / 11).collect::<Vec<_>>(), [50, 50, 50, 40]);
        assert_eq!(parts.concat(), whole.data());
        let fewer = sampler.rows(171, &threads);
        assert!(fewer.data().iter().zip(whole.data()).all(|(a, b)| (a - b).abs() < 1e-5));
    }
}

/// E[x|z] = W z + μ, over several chunks and a part of one.
#[test]
fn latent_vectors_are_decoded_to_means() {
    let (case, model) = linear(64);
    let z = Tensor::from_fn([300, 2], |i| (i as f64).sin());
    let x = generate::decode(&model, &z, &Threads::new(2));
    assert_eq!(x.shape(), Shape::new(&[300, 4]));
    for i in 0..300 {
        let mean = dense::plus(&dense::apply(&case.w, z.row(i)), &case.mu);
        assert!(x.row(i).iter().zip(mean).all(|(x, mean)| (x - mean).abs() < 1e-12), "a sum of 3 terms");
    }
}

#[test]
fn nothing_is_made_of_nothing() {
    let (_, model) = linear(65);
    let threads = Threads::new(1);
    assert_eq!(Sampler::draws(&model, Key::new(1)).rows(0, &threads).shape().dims(), [0, 4]);
    assert_eq!(generate::decode(&model, &Tensor::zeros([0, 2]), &threads).shape().dims(), [0, 4]);
}

#[test]
#[should_panic(expected = "no chunk of 128 begins at sample 100")]
fn parts_begin_where_a_chunk_does() {
    let (_, model) = linear(66);
    Sampler::draws(&model, Key::new(1)).chunks(100..200, &Threads::new(1), |_: &Tensor<f64>| ());
}

#[test]
#[should_panic(expected = "a chunk has rows")]
fn chunks_are_not_empty() {
    let (_, model) = linear(67);
    let _ = Sampler::draws(&model, Key::new(1)).with_chunks_of(0);
}

#[test]
#[should_panic(expected = "latent vectors of a model with 2 dimensions are [N, 2], not [2, 3]")]
fn latent_vectors_must_fit() {
    let (_, model) = linear(68);
    generate::decode(&model, &Tensor::zeros([2, 3]), &Threads::new(1));
}
