//! Draws follow their density, and gradients through them are those of the expectation.

use crate::support::{close, dkw, ks_distance, stream};
use autograd::prelude::*;
use prob::fill_standard_normal;
use prob::prelude::*;

const N: usize = 100_000;

/// The Kolmogorov–Smirnov distance of draws from a density of one variable.
fn distance<P: Reparameterized<Tensor<f64>>>(p: &P, test: u64) -> f64 {
    ks_distance(p.rsample_n(N, &mut stream(test)).data().to_vec(), |x| p.log_prob(x))
}

#[test]
fn draws_follow_their_density() {
    let [m, s] = [[-1.5], [0.3]].map(Tensor::from);
    let distances = [
        distance(&Normal::new(m.clone(), s.clone()), 0),
        distance(&Normal::from_log_variance(m.clone(), s.clone()), 1),
        distance(&Laplace::new(m.clone(), s.clone()), 2),
        distance(&MultivariateNormal::new(m, s.reshape([1, 1])), 3),
    ];
    for (i, d) in distances.into_iter().enumerate() {
        assert!(d < dkw(N), "distribution {i}: {d} ≥ {}", dkw(N));
    }
    let z: Tensor<f64> = StandardNormal::new([N, 1]).sample(&mut stream(4));
    assert!(ks_distance(z.data().to_vec(), |x| StandardNormal::new([1]).log_prob(x)) < dkw(N));
}

/// Every projection aᵀz of a normal vector is N(aᵀμ, aᵀΣa). Coordinates by themselves would not show a wrong correlation.
#[test]
fn projections_of_a_normal_vector() {
    let (loc, l) = (Tensor::from([0.5, -1.0, 2.0]), Tensor::from([[1.0, 0.0, 0.0], [-0.8, 0.6, 0.0], [2.0, 0.3, 0.1]]));
    let z = MultivariateNormal::new(loc.clone(), l.clone()).rsample_n(N, &mut stream(5));
    for a in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [-2.0, 0.0, 1.0], [1.0, -1.0, 0.5]] {
        let a = Tensor::from(a);
        let mean: f64 = (&loc * &a).sum_all().item();
        let scale = a.reshape([1, 3]).matmul(&l).square().sum_all().sqrt().item();
        let p = Normal::new(Tensor::from([mean]), Tensor::from([scale]));
        let d = ks_distance((&z * &a).sum(-1).data().to_vec(), |x| p.log_prob(x));
        assert!(d < dkw(N), "{a:?}: {d}");
    }
}

/// Frequencies of single values, and of pairs: elements are independent.
#[test]
fn frequencies() {
    let logits = Tensor::from_fn([N, 2], |i| [0.7, -2.0][i % 2]);
    let p = Bernoulli::new(logits);
    let x = p.sample(&mut stream(6));
    assert!(x.data().iter().all(|x| [0.0, 1.0].contains(x)));
    let [a, b] = [0, 1].map(|j| p.probs().data()[j]);
    let both = (0..N).filter(|&i| x.row(i) == [1.0, 1.0]).count();
    let first = (0..N).filter(|&i| x.row(i)[0] == 1.0).count();
    assert!((first as f64 / N as f64 - a).abs() < dkw(N));
    assert!((both as f64 / N as f64 - a * b).abs() < dkw(N));

    let logits = Tensor::from_fn([N, 2, 3], |i| [1.0, f64::NEG_INFINITY, 0.0, -2.0, 1.0, 3.0][i % 6]);
    let p = Categorical::new(logits);
    let x = p.sample(&mut stream(7));
    for j in 0..2 {
        for class in 0..3 {
            let count = (0..N).filter(|&i| x.row(i)[j] == class as f64).count();
            let expected = p.probs().at(&[0, j, class]);
            assert!((count as f64 / N as f64 - expected).abs() < dkw(N), "{j} {class}");
            assert!(expected > 0.0 || count == 0, "a class that is ruled out was drawn");
        }
    }
}

/// Sample mean and variance within 5 standard errors of `mean()` and `variance()`, which normal errors exceed with
/// probability 6·10⁻⁷. Var(s²) ≈ (κ − 1)σ⁴/n with the kurtosis κ, estimated from the same draws.
fn check_moments(draws: &Tensor<f64>, mean: &Tensor<f64>, variance: &Tensor<f64>) {
    for j in 0..mean.shape().size() {
        let x: Vec<f64> = (0..N).map(|i| draws.row(i)[j]).collect();
        let (m, v) = (mean.data()[j], variance.data()[j]);
        let moment = |k: i32| x.iter().map(|x| (x - m).powi(k)).sum::<f64>() / N as f64;
        assert!(moment(1).abs() <= 5.0 * (v / N as f64).sqrt(), "mean of element {j} is off by {}", moment(1));
        let error = ((moment(4) - v * v) / N as f64).sqrt();
        assert!((moment(2) - v).abs() <= 5.0 * error, "variance of element {j}: {} for {v}", moment(2));
    }
}

#[test]
fn moments() {
    let rng = &mut stream(8);
    let (m, s) = (Tensor::from([0.5, -2.0]), Tensor::from([0.3, 2.0]));
    let p = Normal::new(m.clone(), s.clone());
    check_moments(&p.rsample_n(N, rng), &p.mean(), &p.variance());
    let p = Normal::from_log_variance(m.clone(), s.clone());
    check_moments(&p.rsample_n(N, rng), &p.mean(), &p.variance());
    let p = Laplace::new(m.clone(), s);
    check_moments(&p.rsample_n(N, rng), &p.mean(), &p.variance());
    let p = MultivariateNormal::new(m, Tensor::from([[1.0, 0.0], [-0.8, 0.6]]));
    check_moments(&p.rsample_n(N, rng), &p.mean(), &p.variance());
    let factors = Tensor::new([2, 2, 2], vec![1.0, 0.0, -0.8, 0.6, 0.1, 0.0, 2.0, 0.3]);
    let p = MultivariateNormal::new(Tensor::from([[0.5, -2.0], [3.0, 4.0]]), factors);
    check_moments(&p.rsample_n(N, rng), &p.mean(), &p.variance());

    let l = Tensor::from([0.7, -2.0]);
    let (p, many) = (Bernoulli::new(l.clone()), Bernoulli::new(l.repeat(N)));
    check_moments(&many.sample(rng), &p.mean(), &p.variance());
    let l = Tensor::from([[1.0, -1.0, 0.0], [-2.0, 1.0, 3.0]]);
    let (p, many) = (Categorical::new(l.clone()), Categorical::new(l.repeat(N)));
    check_moments(&many.sample(rng), &p.mean(), &p.variance());
}

/// ∇ E[Σ z²] through the draws, averaged over N of them, within 5 of its standard errors of the closed form.
///
/// E[z²] is μ² + σ² for the normal distribution, μ² + 2b² for Laplace's, and ‖μ‖² + ‖L‖² for vectors; the derivative
/// by a parameter θ of one draw is 2z ∂z/∂θ, whose standard deviation is below 12 for each of these parameters.
#[test]
fn gradients_of_expectations() {
    macro_rules! check {
        ($second:expr, |$m:ident, $s:ident| $p:expr, $d_loc:expr, $d_second:expr) => {
            let (loc, second) = (Param::new(Tensor::from([0.7, -0.4])), Param::new(Tensor::from($second)));
            let mut tape = Tape::new();
            let (_, gradients) = tape.value_and_grad(|tape| {
                let ($m, $s) = (tape.param(&loc), tape.param(&second));
                $p.rsample_n(N, &mut stream(10)).square().sum(-1).mean_all()
            });
            for (gradient, exact) in
                [(gradients.get(&loc), Tensor::from($d_loc)), (gradients.get(&second), Tensor::from($d_second))]
            {
                close(gradient.unwrap(), &exact, 5.0 * 12.0 / (N as f64).sqrt());
            }
        };
    }
    check!([0.5, 1.3], |m, s| Normal::new(m, s), [1.4, -0.8], [1.0, 2.6]);
    // d(σ²)/d(log σ²) = σ².
    check!([0.0, 0.5], |m, l| Normal::from_log_variance(m, l), [1.4, -0.8], [1.0, 0.5f64.exp()]);
    check!([0.5, 1.3], |m, b| Laplace::new(m, b), [1.4, -0.8], [2.0, 5.2]);
    check!([[1.0, 9.0], [-0.8, 0.6]], |m, l| MultivariateNormal::new(m, l), [1.4, -0.8], [[2.0, 0.0], [-1.6, 1.2]]);
}

/// `f32` draws are `f64` draws rounded.
#[test]
fn single_precision_noise_is_rounded_double_precision_noise() {
    let (mut single, mut double) = ([0.0f32; 1000], [0.0f64; 1000]);
    fill_standard_normal(&mut stream(9), &mut single);
    fill_standard_normal(&mut stream(9), &mut double);
    assert!(single.iter().zip(&double).all(|(s, d)| *s == *d as f32));
}
