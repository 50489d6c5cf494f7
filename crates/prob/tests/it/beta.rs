//! The beta distribution.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{
    N, come_through_every_door, dkw, follow_cdf, follow_density, gradients_of_expectation, have_moments,
    keep_their_quantiles, pinned,
};
use crate::support::fused::{one_operation_or_several, positive, shapes, sum};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{array, gradients, param};
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{Domain, expectation, mass};
use crate::support::{INF, close, divergence, stream};
use autograd::prelude::*;
use prob::prelude::*;
use prob::special::Special;
use proptest::prelude::*;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let beta = |i: usize| Beta::new(x[i].clone(), x[i + 1].clone());
    match what {
        "log_prob" => beta(1).log_prob(&x[0]),
        "entropy" => beta(0).entropy(),
        "cdf" => beta(1).cdf(&x[0]),
        "kl" => kl(&beta(0), &beta(2)),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/beta.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

fn beta(a: f64, b: f64) -> Beta<Tensor<f64>> {
    Beta::new(Tensor::from([a]), Tensor::from([b]))
}

/// By double exponentials between the ends, or around the mode where the density is narrow, all but rounding is there;
/// and −E[log p] is the entropy. What a density has within a rounding of 1 is not seen: for β = 0.9 that is 10⁻¹⁴.
#[test]
fn its_mass_is_one() {
    for (a, b) in [(1.0, 1.0), (0.2, 2.0), (2.5, 1.5), (300.0, 0.9), (1e6, 1e6), (1e4, 1e7)] {
        let p = beta(a, b);
        let log_p = |x: &Tensor<f64>| p.log_prob(x);
        let parts = if a.min(b) > 100.0 {
            let [mode, scale] = [p.mode(), p.variance().sqrt()].map(|x| x.data()[0]);
            vec![Domain::Below { high: mode, scale }, Domain::Above { low: mode, scale }]
        } else {
            vec![Domain::Between(0.0, 1.0)]
        };
        let total: f64 = parts.iter().map(|d| mass(*d, log_p)).sum();
        assert!((total - 1.0).abs() < 1e-11, "({a}, {b}): {total}");
        let information = |x: f64| if x > 0.0 && x < 1.0 { -log_p(&Tensor::from([x])).item() } else { 0.0 };
        let information: f64 = parts.iter().map(|d| expectation(*d, log_p, information)).sum();
        close(&Tensor::scalar(information), &p.entropy(), 1e-10);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(
        x in array(&[2, 2, 3], 0.1, 0.9), a0 in param(0.4, 3.0), b0 in param(0.4, 3.0),
        a1 in param(0.4, 3.0), b1 in param(0.4, 3.0),
    ) {
        gradients(&[x.clone(), a0.clone(), b0.clone()], |v| Beta::new(v[1], v[2]).log_prob(&v[0]))?;
        gradients(&[x, a0.clone(), b0.clone()], |v| Beta::new(v[1], v[2]).cdf(&v[0]))?;
        gradients(&[a0.clone(), b0.clone()], |v| Beta::new(v[0], v[1]).entropy())?;
        gradients(&[a0.clone(), b0.clone()], |v| Beta::new(v[0], v[1]).mean())?;
        gradients(&[a0.clone(), b0.clone()], |v| Beta::new(v[0], v[1]).variance())?;
        gradients(&[a0.clone() + 1.0, b0.clone() + 1.0], |v| Beta::new(v[0], v[1]).mode())?;
        gradients(&[a0, b0, a1, b1], |v| kl(&Beta::new(v[0], v[1]), &Beta::new(v[2], v[3])))?;
    }
}

/// log Γ(α) + log Γ(β) − log Γ(α + β).
fn log_beta<V: Array>(a: &V, b: &V) -> V {
    a.lgamma() + b.lgamma() - (a.clone() + b).lgamma()
}

/// Σ { (α − 1) log x + (β − 1) log(1 − x) − log B(α, β) }.
fn log_density<V: Array>(x: &V, a: &V, b: &V) -> V {
    sum(x.ln() * &(a.clone() - 1.0) + (-x.clone()).ln_1p() * &(b.clone() - 1.0) - log_beta(a, b))
}

/// Σ { log B(α₁, β₁) − log B(α₀, β₀) + (α₀ − α₁) ψ(α₀) + (β₀ − β₁) ψ(β₀) + (n₁ − n₀) ψ(n₀) }.
fn divergence<V: Array>(a0: &V, b0: &V, a1: &V, b1: &V) -> V {
    let [n0, n1] = [a0.clone() + b0, a1.clone() + b1];
    let means = (a0.clone() - a1) * a0.digamma() + (b0.clone() - b1) * b0.digamma() + (n1 - &n0) * n0.digamma();
    sum(log_beta(a1, b1) - log_beta(a0, b0) + means)
}

proptest! {
    /// Sums of at most 280 terms below 30 in size: 10⁻¹¹ of a value, in single precision 10⁻³, are some ten roundings.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let (x, one) = (positive(&a, 0.1, 0.9, seed), positive(&b, 0.25, 4.0, !seed));
        let (zero, other) = (positive(&b, 0.25, 4.0, seed / 3), positive(&a, 0.5, 4.0, seed / 7));
        one_operation_or_several!(
            [x, one, zero], Beta::new(one, zero).log_prob(&x), log_density(&x, &one, &zero), 1e-11, 1e-3
        );
        let more = positive(&a, 0.5, 4.0, seed / 11);
        one_operation_or_several!(
            [more, other, one, zero],
            kl(&Beta::new(more, other), &Beta::new(one, zero)),
            divergence(&more, &other, &one, &zero),
            1e-11,
            1e-3
        );
    }
}

#[test]
fn draws() {
    for (i, (a, b)) in [(1.5, 2.5), (1.0, 1.0), (30.0, 4.0), (1e6, 1e5)].into_iter().enumerate() {
        follow_density(&beta(a, b), 700 + i as u64);
    }
    for (i, (a, b)) in [(0.5, 0.5), (0.1, 3.0), (3.0, 0.7), (1e8, 1e8)].into_iter().enumerate() {
        follow_cdf(&beta(a, b), 710 + i as u64);
    }
    have_moments(&Beta::new(Tensor::from([0.3, 2.0, 1e4]), Tensor::from([0.5, 3.0, 1e3])), 720);
    come_through_every_door(&Beta::new(Tensor::ones([3]) * 0.5, Tensor::ones([2, 3])));
    pinned(
        &Beta::new(Tensor::from([0.5, 1.0, 3.0]), Tensor::scalar(2.0)),
        &[0.002043944800374407, 0.9159497656047172, 0.6326414765472873],
    );
}

/// With concentrations of 10⁻³ nearly all draws are nearer to an end than any number but that end itself, half of them
/// to each; those that are not follow the distribution, in either type.
#[test]
fn draws_of_tiny_concentrations() {
    fn check<F: Real>(test: u64) {
        let tiny = Tensor::scalar(F::of(1e-3));
        let (p, exact) = (Beta::new(tiny.clone(), tiny.clone()), Beta::new(tiny.cast::<f64>(), tiny.cast()));
        let draws = p.sample_n(N, &mut stream(test));
        assert!(draws.data().iter().all(|x| *x > F::zero() && *x < F::one()));
        assert!(p.log_prob(&draws.reshape([N, 1])).data().iter().all(|x| x.is_finite()));
        for x in [2.0 * F::min_positive_value().as_f64(), 1e-30, 1e-3, 0.5, 1.0 - 4.0 * F::epsilon().as_f64()] {
            let below = draws.data().iter().filter(|draw| draw.as_f64() <= x).count() as f64 / N as f64;
            let expected = exact.cdf(&Tensor::scalar(x)).item();
            assert!((below - expected).abs() < dkw(N), "P(X ≤ {x:e}): {below} for {expected}");
        }
    }
    check::<f64>(730);
    check::<f32>(731);
}

/// E[Σ z²] = Σ α (α + 1)/n (n + 1), and E[log z] = ψ(α) − ψ(n).
#[test]
fn gradients_pass_through_draws() {
    let (a, b) = (Tensor::from([0.3, 1.0, 4.0]), Tensor::from([0.5, 1.5, 2.0]));
    let n = &a + &b;
    let square = &a * &(&a + 1.0) / (&n * &(&n + 1.0));
    let by_n = -(n.recip() + (&n + 1.0).recip());
    let by_a = &square * &(a.recip() + (&a + 1.0).recip() + &by_n);
    gradients_of_expectation(&[a.clone(), b.clone()], &[by_a, &square * &by_n], 732, |v, n, rng| {
        Beta::new(v[0], v[1]).rsample_n(n, rng).square().sum(-1)
    });
    let (a, b) = (Tensor::from([0.05, 1.0, 1e4]), Tensor::from([2.0, 0.5, 1e4]));
    let n = (&a + &b).trigamma();
    gradients_of_expectation(&[a.clone(), b.clone()], &[a.trigamma() - &n, -n], 733, |v, n, rng| {
        Beta::new(v[0], v[1]).rsample_n(n, rng).ln().sum(-1)
    });
}

#[test]
fn draws_move_along_their_quantiles() {
    let (a, b) = (Tensor::from([0.05, 0.3, 1.0, 50.0, 1e6]), Tensor::from([2.0, 0.5, 1.0, 1e3, 1e5]));
    keep_their_quantiles(&[a, b], 734, |v, rng| {
        let p = Beta::new(v[0], v[1]);
        let z = p.rsample(rng);
        [p.cdf(&z), p.cdf(&z.constant(&z.value()))]
    });
    let (p, mut tape) = (Param::new(Tensor::from([1e-3_f64, 1e-5])), Tape::new());
    let (_, gradients) = tape
        .value_and_grad(|tape| Beta::new(tape.param(&p), tape.param(&p)).rsample_n(1000, &mut stream(735)).sum_all());
    assert!(gradients.get(&p).unwrap().data().iter().all(|g| g.is_finite()));
}

#[test]
fn divergences() {
    let table = |seed| (divergence::normal_table(seed) * 0.5).exp();
    let (q, p) = (Beta::new(table(740), table(741)), Beta::new(table(742), table(743)));
    divergence::agrees_with_simulation(&q, &p, 744);
}

proptest! {
    /// For concentrations of 10⁻³ to 10⁸; what is left of δ, of order ln α, is rounded.
    #[test]
    fn divergences_are_not_negative(v in prop::collection::vec(-1.0..1.0f64, 4), near in -20.0..0.0f64) {
        let beta = |move_by: f64| {
            beta((v[0] * 12.0 + 6.0 + move_by * v[1]).exp(), (v[2] * 12.0 + 6.0 + move_by * v[3]).exp())
        };
        divergence::is_not_negative(&beta(0.0), &beta(near.exp()), 1e-14);
    }
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, a, b) =
        (inputs.levels(&[2, 2, 3], 0.125, 5) + 0.125, inputs.positive(&[2, 3], 1), inputs.positive(&[3], 2));
    let (p, q) = (Beta::new(a, b.clone()), Beta::new(b, inputs.positive(&[2, 3], 7)));
    let rng = &mut stream(745);
    let samples = [p.sample(rng), p.sample_n(2, rng)];
    let mut all = values(&[p.log_prob(&x), p.cdf(&x), p.entropy(), p.mean(), p.variance(), p.mode(), kl(&p, &q)]);
    all.extend(values(&[p.rsample(rng), p.rsample_n(2, rng)]));
    all.into_iter().chain(samples).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for (x, a) in [0.0, 1.0, -1e-30, 1.5, -INF, INF].into_iter().flat_map(|x| [0.5, 1.0, 3.0].map(|a| (x, a))) {
        is_outside([x, a, 2.0], |[x, a, b]| Beta::new(a, b).log_prob(&x), |[x, a, b]| Beta::new(a, b).log_prob(&x));
        is_outside([x, 2.0, a], |[x, a, b]| Beta::new(a, b).log_prob(&x), |[x, a, b]| Beta::new(a, b).log_prob(&x));
    }
}

/// Nothing is NaN from the least number of a type to those whose sum is still a number.
#[test]
fn limits() {
    fn check<F: Real>() {
        let ends = [F::min_positive_value(), F::max_value() * F::of(0.25), F::one(), F::of(1e-20), F::of(1e20)]
            .map(|x| x.as_f64());
        let near_one = (F::one() - F::epsilon() * F::of(0.5)).as_f64();
        for x in [ends[0], 1e-20, 0.3, near_one] {
            for i in 0..ends.len().pow(2) {
                let at @ [_, a, b] = [x, ends[i % 5], ends[i / 5]];
                let (value, slopes) = at_each::<F, 3>(at, |[x, a, b]| Beta::new(a, b).log_prob(&x));
                assert!(value < INF && slopes.iter().all(|s| !s.is_nan()), "{x:e}, {a:e}, {b:e}: {value}, {slopes:?}");
            }
        }
    }
    check::<f64>();
    check::<f32>();
    for (x, below) in [(-INF, 0.0), (-1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (INF, 1.0)] {
        let (value, slopes) = at_each::<f64, 3>([x, 0.5, 2.0], |[x, a, b]| Beta::new(a, b).cdf(&x));
        assert_eq!((value, slopes), (below, [0.0; 3]), "{x}");
    }
    let (a, b) = ([2.0, 0.5, 1.0, 1.0, 0.5, 3.0, 0.7], [3.0, 2.0, 0.5, 1.0, 0.5, 1.0, 0.5]);
    let mode = Beta::new(Tensor::from(a), Tensor::from(b)).mode();
    close(&mode, &Tensor::from([1.0 / 3.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0]), 1e-15);
}

#[test]
fn illegal_values_are_named() {
    let beta = |a: [f64; 2], b: f64| Beta::new(Tensor::from(a), Tensor::scalar(b));
    let why = beta([1.0, 0.0], 1.0).validated().unwrap_err().to_string();
    assert_eq!(why, "Beta: concentration1 must be positive and finite; element 1 is 0");
    let why = beta([1.0, 2.0], -1.0).validated().unwrap_err().to_string();
    assert_eq!(why, "Beta: concentration0 must be positive and finite; it is -1");
    let why = beta([1.0, 2.0], 1.0).supports(&Tensor::from([0.5, 1.0])).unwrap_err().to_string();
    assert_eq!(why, "Beta: x must be between 0 and 1, not at an end; element 1 is 1");
    assert!(beta([1.0, 2.0], 1.0).validated().unwrap().supports(&Tensor::from([1e-300, 0.75])).is_ok());
}

#[test]
#[should_panic(expected = "Beta: concentration1 and concentration0: [2] and [3] do not go together")]
fn shapes_go_together() {
    Beta::new(Tensor::<f64>::ones([2]), Tensor::ones([3]));
}
