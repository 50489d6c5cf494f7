//! The continuous Bernoulli distribution.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{
    come_through_every_door, follow_cdf, follow_density, gradients_of_expectation, have_moments, pinned,
};
use crate::support::fused::{one_operation_or_several, shapes, sum, wave};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{array, gradients, param};
use crate::support::limits::{at, at_each, is_outside};
use crate::support::mass::{Domain, expectation, mass};
use crate::support::{INF, close, divergence, stream};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;
use std::slice::from_ref;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let p = |i: usize| ContinuousBernoulli::new(x[i].clone());
    match what {
        "log_prob" => p(1).log_prob(&x[0]),
        "cdf" => p(1).cdf(&x[0]),
        "mean" => p(0).mean(),
        "variance" => p(0).variance(),
        "entropy" => p(0).entropy(),
        "kl" => kl(&p(0), &p(1)),
        "log_kl" => kl(&p(0), &p(1)).ln(),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/continuous_bernoulli.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

fn of(logit: f64) -> ContinuousBernoulli<Tensor<f64>> {
    ContinuousBernoulli::new(Tensor::from([logit]))
}

/// Logits from all parts of the formulas, and beyond.
const LOGITS: [f64; 15] =
    [0.0, 1e-300, -1e-12, 1e-6, -1e-6, 0.01, -0.7, 0.999_999, 1.000_001, -3.0, 12.0, 50.0, -50.0, -700.0, 1e4];

/// Rounding alone, and at the upper end that of x: l times 10⁻¹⁶ of the exponent.
#[test]
fn its_mass_is_one() {
    for l in LOGITS {
        let p = of(l);
        let mass = mass(Domain::Between(0.0, 1.0), |x| p.log_prob(x));
        assert!((mass - 1.0).abs() < 1e-13 * l.abs().max(10.0), "{l}: {mass}");
    }
}

/// Mean, variance and entropy are the integrals that define them.
#[test]
fn moments_and_entropy_are_integrals() {
    for l in LOGITS {
        let p = of(l);
        let average = |g: &dyn Fn(f64) -> f64| expectation(Domain::Between(0.0, 1.0), |x| p.log_prob(x), g);
        let (mean, tolerance) = (p.mean().item(), 1e-13 * l.abs().max(10.0));
        assert!((average(&|x| x) - mean).abs() < tolerance, "{l}");
        assert!((average(&|x| (x - mean).powi(2)) - p.variance().item()).abs() < tolerance, "{l}");
        let entropy = -average(&|x| p.log_prob(&Tensor::from([x])).item());
        assert!((entropy - p.entropy().item()).abs() < 10.0 * tolerance, "{l}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(x in array(&[2, 2, 3], 0.1, 0.9), l in param(-4.0, 4.0), l1 in param(-4.0, 4.0), seed: u64) {
        gradients(&[x.clone(), l.clone()], |v| ContinuousBernoulli::new(v[1]).log_prob(&v[0]))?;
        gradients(&[x, l.clone()], |v| ContinuousBernoulli::new(v[1]).cdf(&v[0]))?;
        gradients(from_ref(&l), |v| ContinuousBernoulli::new(v[0]).entropy())?;
        gradients(from_ref(&l), |v| ContinuousBernoulli::new(v[0]).mean())?;
        gradients(from_ref(&l), |v| ContinuousBernoulli::new(v[0]).variance())?;
        gradients(from_ref(&l), |v| ContinuousBernoulli::new(v[0]).rsample_n(2, &mut stream(seed)))?;
        gradients(&[l, l1], |v| kl(&ContinuousBernoulli::new(v[0]), &ContinuousBernoulli::new(v[1])))?;
    }

    /// The terms are of order 10⁰, and where they would cancel they are not computed.
    #[test]
    fn divergences_are_not_negative(q in param(-20.0, 20.0), p in param(-20.0, 20.0)) {
        divergence::is_not_negative(&ContinuousBernoulli::new(q), &ContinuousBernoulli::new(p), 0.0);
    }

    /// ∂x/∂l = −(∂F/∂l)/p at a draw x, however near 0 or far from it the logit is: some ten roundings, of numbers below 1
    /// and, where the density is low, of F over it.
    #[test]
    fn draws_move_as_the_distribution_function_says(l in prop::sample::select(LOGITS[..12].to_vec()), seed: u64) {
        let (x, slope) = at::<f64>(l, |l| ContinuousBernoulli::new(l).rsample(&mut stream(seed)));
        let (_, [_, by_logit]) = at_each::<f64, 2>([x, l], |[x, l]| ContinuousBernoulli::new(l).cdf(&x));
        let density = of(l).log_prob(&Tensor::from([x])).exp().item();
        let tolerance = 1e-15 * (1.0 + density.recip()) * l.abs().max(1.0);
        prop_assert!((slope + by_logit / density).abs() < tolerance, "{l}, {x}: {slope}, {}", -by_logit / density);
    }

    /// The draw is the inverse of the distribution function at σ(u), for the noise u that the logistic distribution draws:
    /// some ten roundings of x, which F magnifies by the density, at most |l|.
    #[test]
    fn draws_invert_the_distribution_function(l in prop::sample::select(LOGITS.to_vec()), seed: u64) {
        let u = Logistic::new(Tensor::scalar(0.0), Tensor::scalar(1.0)).sample(&mut stream(seed)).sigmoid().item();
        let below = of(l).cdf(&of(l).sample(&mut stream(seed))).item();
        prop_assert!((below - u).abs() < 2e-15 * l.abs().max(1.0), "{l}: {below} for {u}");
    }
}

/// Σ { x l − softplus(l) + log C } as the paper has it, with C = l/tanh(l/2).
fn log_density<V: Array>(x: &V, l: &V) -> V {
    let log_constant = (l.clone() / (l.clone() * 0.5).tanh()).ln();
    sum(x.clone() * l - l.softplus() + log_constant)
}

proptest! {
    /// Sums of at most 280 terms below 20 in size: 10⁻¹² of a thousand, and in single precision 10⁻⁴, are some ten roundings.
    /// The derivative of log C as composed cancels near l = 0, by 1/l: no logit is within 1/16 of it.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let x = wave(&a, 1.0, seed).abs();
        let mut l = wave(&b, 10.0, !seed);
        l.data_mut().iter_mut().for_each(|l| *l += 0.0625_f64.copysign(*l));
        one_operation_or_several!([x, l], ContinuousBernoulli::new(l).log_prob(&x), log_density(&x, &l), 1e-12, 1e-4);
    }
}

#[test]
fn draws() {
    for (i, l) in [0.0, 1e-6, -1.3, 4.0, -60.0, 300.0].into_iter().enumerate() {
        follow_density(&of(l), 620 + i as u64);
        follow_cdf(&of(l), 630 + i as u64);
    }
    have_moments(&ContinuousBernoulli::new(Tensor::from([0.0, -0.8, 3.0, 70.0])), 640);
    come_through_every_door(&ContinuousBernoulli::new(Tensor::from([[0.0, 1.0, -2.0], [0.3, 20.0, -20.0]])));
    pinned(
        &ContinuousBernoulli::new(Tensor::from([0.0, 2.0, -2.0])),
        &[0.9801199350884071, 0.5128958630891186, 0.9827668419791189],
    );
}

/// E[Σ x²] = Σ { Var + μ² }, whose derivative is that of the moments.
#[test]
fn gradients_pass_through_draws() {
    let l = Tensor::from([0.0, 1e-3, 0.9, -2.5, 40.0]);
    let param = Param::new(l.clone());
    let mut tape = Tape::new();
    let (_, gradients) = tape.value_and_grad(|tape| {
        let p = ContinuousBernoulli::new(tape.param(&param));
        (p.variance() + p.mean().square()).sum_all()
    });
    gradients_of_expectation(&[l], &[gradients.get(&param).unwrap().clone()], 641, |v, n, rng| {
        ContinuousBernoulli::new(v[0]).rsample_n(n, rng).square().sum(-1)
    });
}

#[test]
fn divergences() {
    let [q, p] = [642, 643].map(|seed| ContinuousBernoulli::new(divergence::normal_table(seed) * 3.0));
    divergence::agrees_with_simulation(&q, &p, 644);
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let p = ContinuousBernoulli::new(inputs.table(&[2, 3], 1) * 4.0);
    let q = ContinuousBernoulli::new(inputs.table(&[3], 2));
    let unit = inputs.levels(&[2, 3], 0.25, 5);
    let rng = &mut stream(14);
    let samples = [p.sample(rng), p.sample_n(2, rng)];
    let mut all = values(&[p.log_prob(&unit), p.cdf(&unit), p.entropy(), p.mean(), p.variance(), p.mode()]);
    all.extend(values(&[p.rsample(rng), p.rsample_n(2, rng), kl(&p, &q), kl(&q, &p)]));
    all.into_iter().chain(samples).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for (x, l) in [(-1e-6, 0.3), (1.000_001, 50.0), (INF, -2.0), (-INF, 0.0)] {
        is_outside(
            [x, l],
            |[x, l]| ContinuousBernoulli::new(l).log_prob(&x),
            |[x, l]| ContinuousBernoulli::new(l).log_prob(&x),
        );
    }
    for (x, below) in [(-INF, 0.0), (-0.5, 0.0), (1.5, 1.0), (INF, 1.0)] {
        assert_eq!(at_each::<f64, 2>([x, 3.0], |[x, l]| ContinuousBernoulli::new(l).cdf(&x)), (below, [0.0; 2]), "{x}");
    }
}

/// Everything is finite at all logits that are, and every draw lies in [0, 1].
fn finite_in<F: Real>() {
    let ends = [F::min_positive_value().as_f64(), 1e-40, 88.0, 750.0, 1e20, 0.5 * F::max_value().as_f64()];
    for l in ends.into_iter().flat_map(|l| [l, -l]) {
        for x in [0.0, 0.25, 1.0] {
            let (log_p, slopes) = at_each::<F, 2>([x, l], |[x, l]| ContinuousBernoulli::new(l).log_prob(&x));
            assert!(log_p.is_finite() && slopes.iter().all(|d| d.is_finite()), "{x}, {l}: {log_p}, {slopes:?}");
            let (below, slopes) = at_each::<F, 2>([x, l], |[x, l]| ContinuousBernoulli::new(l).cdf(&x));
            assert!((0.0..=1.0).contains(&below) && slopes.iter().all(|d| d.is_finite()), "{x}, {l}: {below}");
        }
        let all = [
            at::<F>(l, |l| ContinuousBernoulli::new(l).mean()),
            at::<F>(l, |l| ContinuousBernoulli::new(l).variance()),
            at::<F>(l, |l| ContinuousBernoulli::new(l).entropy()),
            at::<F>(l, |l| ContinuousBernoulli::new(l).rsample(&mut stream(9))),
        ];
        assert!(all.iter().all(|(y, dy)| y.is_finite() && dy.is_finite()), "{l}: {all:?}");
        for other in [0.0, 1.0, -3.0, l] {
            for pair in [[l, other], [other, l]] {
                let (kl, slopes) =
                    at_each::<F, 2>(pair, |[q, p]| kl(&ContinuousBernoulli::new(q), &ContinuousBernoulli::new(p)));
                assert!(
                    kl >= 0.0 && kl.is_finite() && slopes.iter().all(|d| d.is_finite()),
                    "{pair:?}: {kl} {slopes:?}"
                );
            }
        }
        let draws = ContinuousBernoulli::new(Tensor::scalar(F::of(l))).sample_n(1000, &mut stream(10));
        assert!(draws.data().iter().all(|x| (F::zero()..=F::one()).contains(x)), "{l}");
    }
}

#[test]
fn limits() {
    finite_in::<f32>();
    finite_in::<f64>();
    // At l = 0 it is uniform; the rest is exact.
    let uniform = of(0.0);
    for x in [0.0, 0.3, 1.0] {
        let (value, slopes) = at_each::<f64, 2>([x, 0.0], |[x, l]| ContinuousBernoulli::new(l).log_prob(&x));
        assert_eq!((value, slopes), (0.0, [0.0, x - 0.5]));
        assert_eq!(uniform.cdf(&Tensor::from([x])), Tensor::from([x]));
    }
    let moments = [uniform.mean().item(), uniform.variance().item(), uniform.entropy().item()];
    assert_eq!(moments, [0.5, 1.0 / 12.0, 0.0]);
    // Far away it is exponential: the mean is 1/|l| from the likelier end, to the last digit.
    close(&(ContinuousBernoulli::new(Tensor::from([-1e12])).mean() * 1e12), &Tensor::from([1.0]), 1e-15);
    assert_eq!(ContinuousBernoulli::new(Tensor::from([0.0, -0.1, 1e-9])).mode(), Tensor::from([0.0, 0.0, 1.0]));
    assert!(uniform.log_prob(&Tensor::from([f64::NAN])).item().is_nan());
}

#[test]
fn messages() {
    let why = ContinuousBernoulli::new(Tensor::from([0.0, INF])).validated().unwrap_err();
    assert_eq!(why.to_string(), "ContinuousBernoulli: logits must be finite; element 1 is inf");
    assert!(of(3.0).validated().is_ok());
    let why = of(3.0).supports(&Tensor::from([0.0, 1.0, 1.5])).unwrap_err();
    assert_eq!(why.to_string(), "ContinuousBernoulli: x must be between 0 and 1; element 2 is 1.5");
}
