//! The gamma distribution.

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
    let gamma = |i: usize| Gamma::new(x[i].clone(), x[i + 1].clone());
    match what {
        "log_prob" => gamma(1).log_prob(&x[0]),
        "entropy" => gamma(0).entropy(),
        "cdf" => gamma(1).cdf(&x[0]),
        "kl" => kl(&gamma(0), &gamma(2)),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/gamma.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

fn gamma(concentration: f64, rate: f64) -> Gamma<Tensor<f64>> {
    Gamma::new(Tensor::from([concentration]), Tensor::from([rate]))
}

/// By double exponentials around the mean all but rounding is there, narrow densities and singular ones; and −E[log p]
/// is the entropy, of which the tolerance is some roundings of log p.
#[test]
fn its_mass_is_one() {
    for (a, b) in [(1.0, 1.0), (0.3, 2.0), (0.2, 1e3), (7.5, 1e-6), (400.0, 1e6), (1e6, 1.0), (1e8, 1e-3)] {
        let p = gamma(a, b);
        let halves = if a > 100.0 {
            let [mode, scale] = [p.mode(), p.variance().sqrt()].map(|x| x.data()[0]);
            // Below 40 standard deviations nothing is left, but the domain goes on to where x is negative.
            vec![Domain::Below { high: mode, scale }, Domain::Above { low: mode, scale }]
        } else {
            vec![Domain::Above { low: 0.0, scale: a / b }]
        };
        let log_p = |x: &Tensor<f64>| p.log_prob(x);
        let total: f64 = halves.iter().map(|d| mass(*d, log_p)).sum();
        assert!((total - 1.0).abs() < 1e-12, "({a}, {b}): {total}");
        let information = |x: f64| if x > 0.0 { -log_p(&Tensor::from([x])).item() } else { 0.0 };
        let information: f64 = halves.iter().map(|d| expectation(*d, log_p, information)).sum();
        close(&Tensor::scalar(information), &p.entropy(), 1e-11);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(
        x in array(&[2, 2, 3], 0.1, 3.0), a0 in param(0.4, 3.0), b0 in param(0.4, 2.5),
        a1 in param(0.4, 3.0), b1 in param(0.4, 2.5),
    ) {
        gradients(&[x.clone(), a0.clone(), b0.clone()], |v| Gamma::new(v[1], v[2]).log_prob(&v[0]))?;
        gradients(&[x, a0.clone(), b0.clone()], |v| Gamma::new(v[1], v[2]).cdf(&v[0]))?;
        gradients(&[a0.clone(), b0.clone()], |v| Gamma::new(v[0], v[1]).entropy())?;
        gradients(&[a0.clone(), b0.clone()], |v| Gamma::new(v[0], v[1]).mean())?;
        gradients(&[a0.clone(), b0.clone()], |v| Gamma::new(v[0], v[1]).variance())?;
        gradients(&[a0.clone() + 1.0, b0.clone()], |v| Gamma::new(v[0], v[1]).mode())?;
        gradients(&[a0, b0, a1, b1], |v| kl(&Gamma::new(v[0], v[1]), &Gamma::new(v[2], v[3])))?;
    }
}

/// Σ { α log β + (α − 1) log x − βx − log Γ(α) }.
fn log_density<V: Array>(x: &V, a: &V, b: &V) -> V {
    sum(b.ln() * a + x.ln() * &(a.clone() - 1.0) - b.clone() * x - a.lgamma())
}

/// Σ { (α₀ − α₁) ψ(α₀) − log Γ(α₀) + log Γ(α₁) + α₁ log(β₀/β₁) + α₀ (β₁ − β₀)/β₀ }.
fn divergence<V: Array>(a0: &V, b0: &V, a1: &V, b1: &V) -> V {
    let rates = (b0.clone() / b1).ln() * a1 + (b1.clone() - b0) / b0 * a0;
    sum((a0.clone() - a1) * a0.digamma() - a0.lgamma() + a1.lgamma() + rates)
}

proptest! {
    /// Sums of at most 280 terms below 30 in size: 10⁻¹¹ of a value, in single precision 10⁻³, are some ten roundings.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let (x, rate) = (positive(&a, 0.25, 4.0, seed), positive(&b, 0.5, 2.0, seed / 3));
        let concentration = positive(&b, 0.25, 4.0, !seed);
        one_operation_or_several!(
            [x, concentration, rate],
            Gamma::new(concentration, rate).log_prob(&x),
            log_density(&x, &concentration, &rate),
            1e-11,
            1e-3
        );
        let other = positive(&a, 0.5, 2.0, seed / 7);
        one_operation_or_several!(
            [x, other, concentration, rate],
            kl(&Gamma::new(x, other), &Gamma::new(concentration, rate)),
            divergence(&x, &other, &concentration, &rate),
            1e-11,
            1e-3
        );
    }
}

/// By the sampler's three ways: below 1, near it, and where densities are narrow; and with numbers that are no longer
/// above the least one.
#[test]
fn draws() {
    for (i, (a, b)) in [(1.5, 0.3), (1.0, 2.0), (30.0, 1.0), (1e6, 1e3)].into_iter().enumerate() {
        follow_density(&gamma(a, b), 610 + i as u64);
    }
    for (i, (a, b)) in [(0.7, 3.0), (0.1, 1.0), (3.0, 1.0), (1e9, 1.0)].into_iter().enumerate() {
        follow_cdf(&gamma(a, b), 620 + i as u64);
    }
    have_moments(&Gamma::new(Tensor::from([0.3, 2.0, 1e4]), Tensor::from([0.5, 3.0, 1e3])), 630);
    come_through_every_door(&Gamma::new(Tensor::ones([3]) * 0.5, Tensor::ones([2, 3])));
    pinned(
        &Gamma::new(Tensor::from([0.5, 1.0, 3.0]), Tensor::scalar(2.0)),
        &[0.0024449768760045694, 0.5778036804904404, 3.1542471595082406],
    );
}

/// Of α = 10⁻³ half of the draws are less than any number; those that are not follow the distribution, in either type,
/// and a small rate brings others back.
#[test]
fn draws_of_tiny_concentrations() {
    fn check<F: Real>(rate: f64, test: u64) {
        let [a, b] = [1e-3, rate].map(|x| Tensor::scalar(F::of(x)));
        let (p, exact) = (Gamma::new(a.clone(), b.clone()), Gamma::new(a.cast::<f64>(), b.cast()));
        let draws = p.sample_n(N, &mut stream(test));
        let least = F::min_positive_value();
        assert!(draws.data().iter().all(|x| *x >= least && x.is_finite()));
        assert!(p.log_prob(&draws.reshape([N, 1])).data().iter().all(|x| x.is_finite()));
        for x in [2.0 * least.as_f64(), 1e-30, 1e-10, 1e-3, 1.0, 1e3] {
            let below = draws.data().iter().filter(|draw| draw.as_f64() <= x).count() as f64 / N as f64;
            let expected = exact.cdf(&Tensor::scalar(x)).item();
            assert!((below - expected).abs() < dkw(N), "P(X ≤ {x:e}): {below} for {expected}");
        }
    }
    check::<f64>(1.0, 640);
    check::<f32>(1.0, 641);
    check::<f64>(1e-200, 642);
    check::<f32>(1e-20, 643);
}

/// E[Σ z²] = Σ α (α + 1)/β², and E[log z] = ψ(α) − log β.
#[test]
fn gradients_pass_through_draws() {
    let (a, b) = (Tensor::from([0.3, 1.0, 4.0]), Tensor::from([0.5, 1.5, 2.0]));
    let by_a = (&a * 2.0 + 1.0) / b.square();
    let by_b = &a * &(&a + 1.0) * -2.0 / (b.square() * &b);
    gradients_of_expectation(&[a.clone(), b.clone()], &[by_a, by_b], 644, |v, n, rng| {
        Gamma::new(v[0], v[1]).rsample_n(n, rng).square().sum(-1)
    });
    let a = Tensor::from([0.05, 1.0, 1e4]);
    gradients_of_expectation(&[a.clone(), b.clone()], &[a.trigamma(), -b.recip()], 645, |v, n, rng| {
        Gamma::new(v[0], v[1]).rsample_n(n, rng).ln().sum(-1)
    });
}

/// From tiny to large concentrations; where g = βz underflows, too.
#[test]
fn draws_move_along_their_quantiles() {
    let (a, b) = (Tensor::from([1e-2, 0.3, 1.0, 50.0, 1e6]), Tensor::from([2.0, 0.1, 1.0, 1e3, 1e-3]));
    keep_their_quantiles(&[a, b], 646, |v, rng| {
        let p = Gamma::new(v[0], v[1]);
        let z = p.rsample(rng);
        [p.cdf(&z), p.cdf(&z.constant(&z.value()))]
    });
    let (p, mut tape) = (Param::new(Tensor::from([1e-3_f64])), Tape::new());
    let (_, gradients) = tape.value_and_grad(|tape| {
        let rate = tape.constant(&Tensor::from([1e-250]));
        Gamma::new(tape.param(&p), rate).rsample_n(1000, &mut stream(647)).ln().mean_all()
    });
    assert!(gradients.get(&p).unwrap().item().is_finite());
}

#[test]
fn divergences() {
    let table = |seed| (divergence::normal_table(seed) * 0.5).exp();
    let (q, p) = (Gamma::new(table(650), table(651)), Gamma::new(table(652), table(653)));
    divergence::agrees_with_simulation(&q, &p, 654);
    // Exponential waiting times are gamma elements of concentration 1.
    let one = Tensor::ones([3, 2]);
    let (a, b) = (Exponential::new(table(655)), Exponential::new(table(656)));
    let same = kl(&Gamma::new(one.clone(), table(655)), &Gamma::new(one, table(656)));
    close(&same, &kl(&a, &b), 1e-14);
}

proptest! {
    /// For concentrations of 10⁻³ to 10⁸; what is left of δ, of order ln α, is rounded, and so is a quotient of up to
    /// e²⁶.
    #[test]
    fn divergences_are_not_negative(v in prop::collection::vec(-1.0..1.0f64, 4), near in -20.0..0.0f64) {
        let concentrations = [v[0] * 12.0 + 6.0, v[0] * 12.0 + 6.0 + near.exp() * v[1]];
        let gamma = |i: usize| Gamma::new(Tensor::from([concentrations[i].exp()]), Tensor::from([(3.0 * v[i + 2]).exp()]));
        divergence::is_not_negative(&gamma(0), &gamma(1), 1e-14);
    }
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, a, b) = (inputs.positive(&[2, 2, 3], 0), inputs.positive(&[2, 3], 1), inputs.positive(&[3], 2));
    let (p, q) = (Gamma::new(a, b.clone()), Gamma::new(b, inputs.positive(&[2, 3], 7)));
    let rng = &mut stream(657);
    let samples = [p.sample(rng), p.sample_n(2, rng)];
    let mut all = values(&[p.log_prob(&x), p.cdf(&x), p.entropy(), p.mean(), p.variance(), p.mode(), kl(&p, &q)]);
    all.extend(values(&[p.rsample(rng), p.rsample_n(2, rng)]));
    all.into_iter().chain(samples).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for (x, a) in [0.0, -1e-30, -1.0, -INF, INF].into_iter().flat_map(|x| [0.5, 1.0, 3.0].map(|a| (x, a))) {
        is_outside([x, a, 2.0], |[x, a, b]| Gamma::new(a, b).log_prob(&x), |[x, a, b]| Gamma::new(a, b).log_prob(&x));
    }
}

/// Nothing is NaN from the least number of a type to those of which a thousand are still one.
#[test]
fn limits() {
    fn check<F: Real>() {
        let ends = [F::min_positive_value(), F::max_value() / F::of(4096.0), F::one(), F::of(1e-20), F::of(1e20)]
            .map(|x| x.as_f64());
        for i in 0..ends.len().pow(3) {
            let at @ [x, a, b] = [i % 5, i / 5 % 5, i / 25].map(|i| ends[i]);
            let (value, slopes) = at_each::<F, 3>(at, |[x, a, b]| Gamma::new(a, b).log_prob(&x));
            assert!(value < INF && slopes.iter().all(|s| !s.is_nan()), "{x:e}, {a:e}, {b:e}: {value}, {slopes:?}");
            // The incomplete gamma function is for concentrations as large as there are reasons for.
            let at @ [x, a, b] = [x, a.min(1e20), b];
            let (value, slopes) = at_each::<F, 3>(at, |[x, a, b]| Gamma::new(a, b).cdf(&x));
            assert!((0.0..=1.0).contains(&value) && slopes.iter().all(|s| !s.is_nan()), "{x:e}, {a:e}, {b:e}: {value}");
        }
    }
    check::<f64>();
    check::<f32>();
    for (x, below) in [(-INF, 0.0), (-1.0, 0.0), (0.0, 0.0), (INF, 1.0)] {
        let (value, slopes) = at_each::<f64, 3>([x, 0.5, 2.0], |[x, a, b]| Gamma::new(a, b).cdf(&x));
        assert_eq!((value, slopes), (below, [0.0; 3]), "{x}");
    }
    assert_eq!(Gamma::new(Tensor::from([0.5, 1.0, 3.0]), Tensor::scalar(2.0)).mode(), Tensor::from([0.0, 0.0, 1.0]));
}

#[test]
fn illegal_values_are_named() {
    let gamma = |a: [f64; 2], b: f64| Gamma::new(Tensor::from(a), Tensor::scalar(b));
    let why = gamma([1.0, -0.5], 1.0).validated().unwrap_err().to_string();
    assert_eq!(why, "Gamma: concentration must be positive and finite; element 1 is -0.5");
    let why = gamma([1.0, 2.0], INF).validated().unwrap_err().to_string();
    assert_eq!(why, "Gamma: rate must be positive and finite; it is inf");
    let why = gamma([1.0, 2.0], 1.0).supports(&Tensor::from([1.0, 0.0])).unwrap_err().to_string();
    assert_eq!(why, "Gamma: x must be positive and finite; element 1 is 0");
    assert!(gamma([1.0, 2.0], 1.0).validated().unwrap().supports(&Tensor::from([1e-300, 1e300])).is_ok());
}

#[test]
#[should_panic(expected = "Gamma: concentration and rate: [2] and [3] do not go together")]
fn shapes_go_together() {
    Gamma::new(Tensor::<f64>::ones([2]), Tensor::ones([3]));
}
