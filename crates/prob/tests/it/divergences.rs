//! Closed-form divergences against simulation, and what every divergence satisfies.

use crate::support::{close, stream};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;

/// The often-met wrong formula, with μᵀΣ⁻¹μ for μᵀμ, gives 2.318….
#[test]
fn the_mean_is_not_divided_by_the_posterior_variance() {
    let expected = Tensor::scalar(0.818_147_180_559_945_3);
    let (m, s) = (Tensor::from([1.0]), Tensor::from([0.5]));
    let prior = StandardNormal::new([1]);
    let diagonal = Normal::new(m.clone(), s.clone());
    let full = MultivariateNormal::new(m, s.reshape([1, 1]));
    let (standard, standard_full) =
        (Normal::standard(diagonal.loc()), MultivariateNormal::from(&Normal::standard(diagonal.loc())));
    for value in [
        kl(&diagonal, &prior),
        kl(&full, &prior),
        kl(&diagonal, &standard),
        kl(&full, &standard),
        kl(&diagonal, &standard_full),
        kl(&full, &standard_full),
    ] {
        close(&value, &expected, 1e-15);
    }
}

/// Within 5 standard errors of the average over 20,000 draws: a false alarm has probability 6·10⁻⁷ for each number, and
/// there are 3 rows for each of 9 pairs.
#[test]
fn closed_forms_agree_with_simulation() {
    fn check<Q, P>(q: &Q, p: &P, test: u64)
    where
        Q: Reparameterized<Tensor<f64>> + KlTo<P, Tensor<f64>>,
        P: Distribution<Tensor<f64>>,
    {
        let (exact, estimate) = (kl(q, p), kl_monte_carlo(q, p, 20_000, &mut stream(test)));
        for i in 0..3 {
            let (exact, value, error) = (exact.data()[i], estimate.value.data()[i], estimate.standard_error.data()[i]);
            assert!(error > 0.0 && error < 0.02 * exact.max(1.0), "a weak test: the standard error is {error}");
            assert!((exact - value).abs() < 5.0 * error, "pair {test}, row {i}: {exact}, simulated {value} ± {error}");
        }
    }
    let tensor = |seed: u64| {
        let mut x = Tensor::zeros([3, 2]);
        prob::fill_standard_normal(&mut stream(seed), x.data_mut());
        x
    };
    let factors =
        |seed: u64| Tensor::from_fn([3, 2, 2], |i| tensor(seed).data()[i / 2] * 0.5 + [1.0, 0.0, 0.0, 1.5][i % 4]);
    let (m0, s0, m1, s1) = (tensor(20), (tensor(21) * 0.5).exp(), tensor(22), (tensor(23) * 0.5).exp());
    let normal = Normal::new(m0.clone(), s0.clone());
    let by_variance = Normal::from_log_variance(m1.clone(), s1.ln() * 2.0);
    let full = MultivariateNormal::new(m0.clone(), factors(24));
    check(&normal, &by_variance, 30);
    check(&by_variance, &normal, 31);
    check(&by_variance, &StandardNormal::new([2]), 32);
    check(&full, &MultivariateNormal::new(m1.clone(), factors(25)), 33);
    check(&full, &StandardNormal::new([2]), 34);
    check(&full, &by_variance, 35);
    check(&by_variance, &full, 36);
    check(&Laplace::new(m0, s0), &Laplace::new(m1, s1), 37);
}

/// For masses the definition is a finite sum. 10⁻¹² is far above the rounding of 9 terms.
#[test]
fn discrete_divergences_are_the_sums_that_define_them() {
    let enumerate =
        |q: &dyn Fn(&Tensor<f64>) -> Tensor<f64>, p: &dyn Fn(&Tensor<f64>) -> Tensor<f64>, classes: usize| {
            let x = Tensor::from_fn([classes * classes, 2], |i| [i / 2 / classes, i / 2 % classes][i % 2] as f64);
            (q(&x).exp() * (q(&x) - p(&x))).sum_all()
        };
    let [a, b] = [[0.4, -3.0], [-1.0, 2.0]].map(|l| Bernoulli::new(Tensor::from(l)));
    close(&kl(&a, &b), &enumerate(&|x| a.log_prob(x), &|x| b.log_prob(x), 2), 1e-12);
    let [a, b] = [[[0.4, -3.0, 1.0], [0.0, 0.0, 5.0]], [[-1.0, 2.0, 0.5], [3.0, -2.0, 1.0]]]
        .map(|l| Categorical::new(Tensor::from(l)));
    close(&kl(&a, &b), &enumerate(&|x| a.log_prob(x), &|x| b.log_prob(x), 3), 1e-12);
    // The entropy is log C less the divergence from the uniform distribution.
    let uniform = Categorical::new(Tensor::zeros([2, 3]));
    close(&(kl(&a, &uniform) + a.entropy()), &Tensor::scalar(2.0 * 3.0f64.ln()), 1e-14);
}

/// A diagonal covariance written in full, for every pair that takes either. 10⁻¹² is rounding.
#[test]
fn a_diagonal_covariance_in_full() {
    let q = Normal::new(Tensor::from([[0.3, -1.0], [2.0, 0.1]]), Tensor::from([0.5, 2.0]));
    let p = Normal::from_log_variance(Tensor::from([0.7, 0.2]), Tensor::from([[0.4, -1.0], [0.0, 1.0]]));
    let (full_q, full_p) = (MultivariateNormal::from(&q), MultivariateNormal::from(&p));
    let exact = kl(&q, &p);
    close(&kl(&full_q, &p), &exact, 1e-12);
    close(&kl(&q, &full_p), &exact, 1e-12);
    close(&kl(&full_q, &full_p), &exact, 1e-12);
    close(&full_q.entropy(), &q.entropy(), 1e-12);
    let x = Tensor::from([[1.0, -1.0], [0.5, 0.25]]);
    close(&full_q.log_prob(&x), &q.log_prob(&x), 1e-12);
}

proptest! {
    /// KL ≥ 0 and KL(p ‖ p) = 0, both up to the rounding of terms, the largest of which are of order e⁹.
    #[test]
    fn divergences_are_not_negative(v in prop::collection::vec(-3.0..3.0f64, 12)) {
        let row = |i: usize| Tensor::new([2, 1], v[2 * i..2 * i + 2].to_vec());
        let factor = |i: usize| {
            Tensor::new([2, 2], vec![v[i].exp(), 0.0, v[i + 1], v[i + 2].exp()])
        };
        let room = 1e-14 * 9.0f64.exp();
        macro_rules! check {
            ($($q:expr, $p:expr;)*) => {$({
                let (q, p) = ($q, $p);
                for value in kl(&q, &p).data() {
                    prop_assert!(*value >= -room, "{value}");
                }
                for value in kl(&q, &q).data() {
                    prop_assert!(value.abs() <= room, "{value}");
                }
            })*};
        }
        check! {
            Normal::new(row(0), row(1).exp()), Normal::new(row(2), row(3).exp());
            Normal::from_log_variance(row(0), row(1)), Normal::new(row(2), row(3).exp());
            MultivariateNormal::new(row(0).reshape([2]), factor(2)),
                MultivariateNormal::new(row(3).reshape([2]), factor(8));
            Laplace::new(row(0), row(1).exp()), Laplace::new(row(2), row(3).exp());
            Bernoulli::new(row(0) * 10.0), Bernoulli::new(row(1) * 10.0);
            Categorical::new(row(0).reshape([1, 2]) * 10.0), Categorical::new(row(1).reshape([1, 2]) * 10.0);
        }
        let prior = kl(&Normal::from_log_variance(row(0), row(1)), &StandardNormal::new([1]));
        prop_assert!(prior.data().iter().all(|kl| *kl >= -room));
    }
}
