//! The Dirichlet distribution.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{
    N, come_through_every_door, dkw, gradients_of_expectation, have_moments, ks_distance, pinned,
};
use crate::support::golden::{DOUBLE, SINGLE, golden, row};
use crate::support::gradients::{array, gradients};
use crate::support::limits::{at_each, is_outside};
use crate::support::{INF, close, divergence, stream};
use autograd::prelude::*;
use prob::prelude::*;
use prob::special::Special;
use proptest::prelude::*;
use std::slice::from_ref;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let (first, second) = x.split_at(x.len() / 2);
    match what {
        "log_prob" => Dirichlet::new(row(second)).log_prob(&row(first)),
        "entropy" => Dirichlet::new(row(x)).entropy(),
        _ if what.starts_with("cdf_") => {
            let (j, k) = (what["cdf_".len()..].parse::<usize>().expect("a share"), x.len() - 1);
            Dirichlet::new(row(&x[1..])).cdf(&row(&vec![x[0].clone(); k])).slice(0, j..j + 1)
        }
        "kl" => kl(&Dirichlet::new(row(first)), &Dirichlet::new(row(second))),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/dirichlet.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

proptest! {
    /// The first share is a beta variable, and so are the others' parts of the rest: with the densities of Beta, which
    /// are proved to integrate to 1, p(x) = p(x₁) p(x₂/(1 − x₁))/(1 − x₁). Concentrations are from 10⁻³ to 10⁶; the
    /// tolerance is for the rounding of shares, which moves log p by α ε.
    #[test]
    fn it_is_a_chain_of_beta_variables(v in prop::collection::vec(-6.9..13.8f64, 3), seed: u64) {
        let p = Dirichlet::new(Tensor::from([v[0].exp(), v[1].exp(), v[2].exp()]));
        let [a, b, c] = [0, 1, 2].map(|i| p.concentration().data()[i]);
        let x = p.sample(&mut stream(seed));
        let [x0, x1, x2] = [0, 1, 2].map(|i| x.data()[i]);
        prop_assume!(x0.min(x1).min(x2) > 1e-6);
        let log_beta = |x: f64, a: f64, b: f64| {
            let [x, a, b] = [x, a, b].map(Tensor::from);
            Beta::new(a, b).log_prob(&x).item()
        };
        let expected = log_beta(x0, a, b + c) + log_beta(x1 / (x1 + x2), b, c) - (x1 + x2).ln();
        let log_p = p.log_prob(&x).item();
        let room = 1e-15 * (a + b + c) / x0.min(x1).min(x2).min(1e-3) + 1e-11;
        prop_assert!((log_p - expected).abs() <= room, "{log_p}, not {expected}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Each share moves by itself, as much off the simplex as a difference needs.
    #[test]
    fn derivatives(
        x in array(&[4, 2, 3], -1.0, 1.0), a in array(&[2, 3], 0.4, 3.0), b in array(&[3], 0.4, 3.0),
    ) {
        let x = x.softmax(-1);
        gradients(&[x.clone(), a.clone()], |v| Dirichlet::new(v[1]).log_prob(&v[0]))?;
        gradients(&[x.clone(), b.clone()], |v| Dirichlet::new(v[1]).log_prob(&v[0]))?;
        gradients(&[x.clone(), a.clone()], |v| Dirichlet::new(v[1]).cdf(&v[0]))?;
        gradients(&[x, b.clone()], |v| Dirichlet::new(v[1]).cdf(&v[0]))?;
        for a in [&a, &b] {
            gradients(from_ref(a), |v| Dirichlet::new(v[0]).entropy())?;
            gradients(from_ref(a), |v| Dirichlet::new(v[0]).mean())?;
            gradients(from_ref(a), |v| Dirichlet::new(v[0]).variance())?;
            gradients(&[a + 1.0], |v| Dirichlet::new(v[0]).mode())?;
        }
        gradients(&[a.clone(), b.clone()], |v| kl(&Dirichlet::new(v[0]), &Dirichlet::new(v[1])))?;
        gradients(&[b, a], |v| kl(&Dirichlet::new(v[0]), &Dirichlet::new(v[1])))?;
    }

    /// The formulas as they are written, in several operations; 10⁻¹¹ of a value is some hundred roundings.
    #[test]
    fn formulas(x in array(&[4, 2, 3], -1.0, 1.0), a in array(&[2, 3], 0.4, 3.0), b in array(&[3], 0.4, 3.0)) {
        let x = x.softmax(-1);
        let log_beta = |a: &Tensor<f64>| a.lgamma().sum(-1) - a.sum(-1).lgamma();
        let (p, q) = (Dirichlet::new(a.clone()), Dirichlet::new(b.clone()));
        close(&p.log_prob(&x), &((x.ln() * &(&a - 1.0)).sum(-1) - log_beta(&a)), 1e-11);
        let total = a.sum(-1);
        let entropy = log_beta(&a) + (&total - 3.0) * total.digamma() - ((&a - 1.0) * a.digamma()).sum(-1);
        close(&p.entropy(), &entropy, 1e-11);
        let means = a.digamma() - total.digamma().reshape([2, 1]);
        close(&kl(&p, &q), &(log_beta(&b) - log_beta(&a) + ((&a - &b) * means).sum(-1)), 1e-11);
    }
}

/// Of two shares the first is a beta variable, in density, entropy, divergence and moments; 10⁻¹² is some thousand
/// roundings.
#[test]
fn two_shares_are_a_beta_variable() {
    let (a, b) = (Tensor::from([1e-3, 0.5, 2.0, 1e6]), Tensor::from([2e-3, 3.0, 1.0, 3e6]));
    let pairs = |a: &Tensor<f64>, b: &Tensor<f64>| Tensor::from_fn([4, 2], |i| [a, b][i % 2].data()[i / 2]);
    let p = Dirichlet::new(pairs(&a, &b));
    let x = Tensor::from([0.125, 0.25, 0.5, 0.75]);
    let alone = |x: &Tensor<f64>| x.reshape([4, 1]);
    let beta = Beta::new(alone(&a), alone(&b));
    close(&p.log_prob(&pairs(&x, &(1.0 - x.clone()))), &beta.log_prob(&alone(&x)), 1e-12);
    close(&p.entropy(), &beta.entropy(), 1e-12);
    let (q, other) = (Dirichlet::new(pairs(&b, &a)), Beta::new(alone(&b), alone(&a)));
    close(&kl(&p, &q), &kl(&beta, &other), 1e-12);
    for (whole, part) in [(p.mean(), beta.mean()), (p.variance(), beta.variance()), (p.mode(), beta.mode())] {
        close(&whole.slice(1, 0..1), &part, 1e-15);
    }
}

/// Each share by itself is a beta variable, to roundings also where one concentration is far above the others' sum; 0 and 1
/// outside, and nothing moves there.
#[test]
fn shares_are_beta_variables() {
    fn check<F: Real>(tolerance: f64) {
        for a in [[1e6, 1e-3, 2e-3], [0.5, 3.0, 1e4], [1.0, 1.0, 1.0]] {
            let [a, b, c] = a.map(|a| F::of(a).as_f64());
            let p = Dirichlet::new(Tensor::from([a, b, c].map(F::of)));
            for x in [1e-4, 0.3, 0.999, 1.0 - 1e-6].map(|x| F::of(x).as_f64()) {
                let beta = Beta::new(Tensor::from([a, b, c]), Tensor::from([b + c, a + c, a + b]));
                close(&p.cdf(&Tensor::full([3], F::of(x))), &beta.cdf(&Tensor::scalar(x)), tolerance);
            }
            for (x, below) in [(-INF, 0.0), (-0.5, 0.0), (0.0, 0.0), (1.0, 1.0), (1.5, 1.0), (INF, 1.0)] {
                let (value, slopes) = at_each::<F, 4>([x, a, b, c], |[x, a, b, c]| {
                    Dirichlet::new(row(&[a, b, c])).cdf(&row(&[x, x, x])).slice(0, 1..2).sum_all()
                });
                assert_eq!((value, slopes), (below, [0.0; 4]), "{x}");
            }
        }
    }
    check::<f64>(1e-12);
    check::<f32>(1e-6);
    // One share is all there is.
    let p = Dirichlet::new(Tensor::from([3.0]));
    let points = Tensor::from([[0.0], [0.5], [0.999], [1.0]]);
    close(&p.cdf(&points), &Tensor::from([[0.0], [0.0], [0.0], [1.0]]), 1e-300);
}

/// The marginal distributions, by Kolmogorov and Smirnov's test: of each share, and of the second's part of what the
/// first leaves.
fn follow_marginals<F: Real>(concentration: [f64; 3], test: u64) {
    let p = Dirichlet::new(Tensor::from(concentration.map(F::of)));
    let draws = p.sample_n(N, &mut stream(test)).cast::<f64>();
    let [a, b, c] = [0, 1, 2].map(|i| p.concentration().data()[i].as_f64());
    let check = |f: &dyn Fn(&[f64]) -> f64, a: f64, b: f64| {
        let mut x: Vec<f64> = (0..N).map(|i| f(draws.row(i))).collect();
        x.sort_by(f64::total_cmp);
        let below = Dirichlet::new(Tensor::from([a, b])).cdf(&Tensor::from_fn([N, 2], |i| x[i / 2])).slice(1, 0..1);
        let distance = |(i, p): (usize, &f64)| (p - (i as f64 + 0.5) / N as f64).abs();
        let distance = below.data().iter().enumerate().map(distance).fold(0.0, f64::max);
        assert!(distance < dkw(N), "{concentration:?}: {distance}");
    };
    check(&|x| x[0], a, b + c);
    check(&|x| x[1], b, a + c);
    check(&|x| x[2], c, a + b);
    check(&|x| x[1] / (x[1] + x[2]), b, c);
}

#[test]
fn draws() {
    follow_marginals::<f64>([1.0, 2.5, 4.0], 900);
    follow_marginals::<f64>([0.3, 1e3, 20.0], 901);
    follow_marginals::<f32>([1e6, 2e6, 1e5], 902);
    follow_marginals::<f32>([0.7, 1.0, 2.0], 903);
    have_moments(&Dirichlet::new(Tensor::from([0.3, 2.0, 7.0])), 904);
    come_through_every_door(&Dirichlet::new(Tensor::ones([2, 3])));
    pinned(
        &Dirichlet::new(Tensor::from([0.5, 1.0, 3.0])),
        &[0.0006547006599811149, 0.1547206661417527, 0.8446246331982661],
    );
    // A uniform first share, by the density itself.
    let p = Dirichlet::new(Tensor::ones([2]));
    let first = p.sample_n(N, &mut stream(905)).slice(1, 0..1);
    let both = |x: &Tensor<f64>| Tensor::concat(&[x, &(-x + 1.0)], 1);
    let distance = ks_distance(first.data().to_vec(), |x| p.log_prob(&both(x)));
    assert!(distance < dkw(N), "{distance}");
}

/// With concentrations of 10⁻³ nearly all is in one share, each as often as its concentration says; none is 0 or NaN.
#[test]
fn draws_of_tiny_concentrations() {
    fn check<F: Real>(test: u64) {
        let p = Dirichlet::new(Tensor::from([1e-3, 2e-3, 5e-3].map(F::of)));
        let draws = p.sample_n(N, &mut stream(test));
        assert!(draws.data().iter().all(|x| *x > F::zero() && *x <= F::one()));
        assert!(p.supports(&draws).is_ok());
        assert!(p.log_prob(&draws).data().iter().all(|x| x.is_finite()));
        for (i, expected) in [0.125, 0.25, 0.625].into_iter().enumerate() {
            let most = (0..N).map(|n| draws.row(n)[i].as_f64()).sum::<f64>() / N as f64;
            assert!((most - expected).abs() < dkw(N), "share {i}: {most}");
        }
    }
    check::<f64>(906);
    check::<f32>(907);
}

/// E[Σ wᵢ log zᵢ] = Σ wᵢ (ψ(αᵢ) − ψ(A)), and E[z₁²] = α₁ (α₁ + 1)/A (A + 1).
#[test]
fn gradients_pass_through_draws() {
    let weights = Tensor::from([1.0, -2.0, 0.5]);
    for (i, a) in [[0.3, 1.0, 4.0], [0.05, 20.0, 1e4]].into_iter().enumerate() {
        let a = Tensor::from(a);
        let exact = &weights * &a.trigamma() - weights.sum_all() * a.sum_all().trigamma();
        gradients_of_expectation(&[a], &[exact], 910 + i as u64, |v, n, rng| {
            let z = Dirichlet::new(v[0]).rsample_n(n, rng);
            (z.ln() * z.constant(&weights)).sum(-1)
        });
    }
    let (a, total) = (Tensor::from([0.5, 1.5, 2.0]), 4.0);
    let square = 0.5 * 1.5 / (total * (total + 1.0));
    let by_total = -square * (1.0 / total + 1.0 / (total + 1.0));
    let exact = Tensor::from([square * (1.0 / 0.5 + 1.0 / 1.5) + by_total, by_total, by_total]);
    gradients_of_expectation(&[a], &[exact], 912, |v, n, rng| {
        Dirichlet::new(v[0]).rsample_n(n, rng).slice(1, 0..1).square().sum(-1)
    });
    let (p, mut tape) = (Param::new(Tensor::from([1e-3_f64, 1e-5, 1e-3])), Tape::new());
    let (_, gradients) =
        tape.value_and_grad(|tape| Dirichlet::new(tape.param(&p)).rsample_n(1000, &mut stream(913)).square().sum_all());
    assert!(gradients.get(&p).unwrap().data().iter().all(|g| g.is_finite()));
}

#[test]
fn divergences() {
    let table = |seed| (divergence::normal_table(seed) * 0.5).exp();
    divergence::agrees_with_simulation(&Dirichlet::new(table(920)), &Dirichlet::new(table(921)), 922);
}

proptest! {
    /// For concentrations of 10⁻³ to 10⁸; what is left of δ, of order ln α, is rounded.
    #[test]
    fn divergences_are_not_negative(v in prop::collection::vec(-1.0..1.0f64, 6), near in -20.0..0.0f64) {
        let concentration = |move_by: f64| Tensor::from_fn([3], |i| (v[i] * 12.0 + 6.0 + move_by * v[3 + i]).exp());
        let [q, p] = [0.0, near.exp()].map(|move_by| Dirichlet::new(concentration(move_by)));
        divergence::is_not_negative(&q, &p, 1e-13);
    }
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, a) = (inputs.table(&[2, 2, 3], 0).softmax(-1), inputs.positive(&[2, 3], 1));
    let (p, q) = (Dirichlet::new(a), Dirichlet::new(inputs.positive(&[3], 2)));
    let rng = &mut stream(923);
    let samples = [p.sample(rng), p.sample_n(2, rng)];
    let mut all = values(&[p.log_prob(&x), q.log_prob(&x), p.entropy(), p.mean(), p.variance(), p.mode(), kl(&p, &q)]);
    all.extend(values(&[p.rsample(rng), p.rsample_n(2, rng), kl(&q, &p), p.cdf(&x), q.cdf(&x)]));
    all.into_iter().chain(samples).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for (x, y) in [(0.0, 1.0), (-0.25, 1.25), (0.5, 0.625), (0.25, 0.5), (INF, 0.5), (-INF, INF), (0.5, 0.498)] {
        for a in [0.5, 1.0, 3.0] {
            is_outside(
                [x, y, a, 2.0],
                |[x, y, a, b]| Dirichlet::new(row(&[a, b])).log_prob(&row(&[x, y])),
                |[x, y, a, b]| Dirichlet::new(row(&[a, b])).log_prob(&row(&[x, y])),
            );
        }
    }
    // The next vector does not notice.
    let p = Dirichlet::new(Tensor::from([0.5, 2.0]));
    let log_p = p.log_prob(&Tensor::from([[0.0, 1.0], [0.25, 0.75]]));
    assert_eq!(log_p.data(), [-INF, p.log_prob(&Tensor::from([0.25, 0.75])).item()]);
}

#[test]
fn limits() {
    let mode =
        Dirichlet::new(Tensor::from([[3.0, 2.0, 1.5], [3.0, 0.5, 2.0], [0.5, 0.75, 0.25], [1.0, 1.0, 1.0]])).mode();
    let third = 1.0 / 3.0;
    let expected = [[2.0 / 3.5, 1.0 / 3.5, 0.5 / 3.5], [2.0 * third, 0.0, third], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    close(&mode, &Tensor::from(expected), 1e-15);
    // One share is all there is.
    let p = Dirichlet::new(Tensor::from([3.0]));
    close(&p.log_prob(&Tensor::from([1.0])), &Tensor::scalar(0.0), 1e-15);
    // Uniform over triangles of area ½, whose density is 2.
    let p = Dirichlet::new(Tensor::ones([3]));
    close(&p.log_prob(&Tensor::from([0.5, 0.25, 0.25])), &Tensor::scalar(2.0_f64.ln()), 1e-15);
    close(&p.entropy(), &Tensor::scalar(-2.0_f64.ln()), 1e-15);
}

#[test]
fn illegal_values_are_named() {
    let p = Dirichlet::new(Tensor::from([1.0, 2.0]));
    let why = Dirichlet::new(Tensor::from([1.0, 0.0])).validated().unwrap_err().to_string();
    assert_eq!(why, "Dirichlet: concentration must be positive and finite; element 1 is 0");
    let why = p.supports(&Tensor::from([[0.5, 0.5], [1.0, 0.0]])).unwrap_err().to_string();
    assert_eq!(why, "Dirichlet: x must be positive; element [1, 1] is 0");
    let why = p.supports(&Tensor::from([[0.5, 0.5], [0.5, 0.25]])).unwrap_err().to_string();
    assert_eq!(why, "Dirichlet: the sum of shares must be 1 within 10⁻³; element 1 is 0.75");
    assert!(p.supports(&Tensor::from([0.1, 0.9])).is_ok());
    let single = Dirichlet::new(Tensor::from([1.0f32, 2.0]));
    assert!(
        single.supports(&Tensor::from([0.1, 0.9])).is_ok() && single.supports(&Tensor::from([0.1, 0.902])).is_err()
    );
}

#[test]
#[should_panic(expected = "Dirichlet: needs concentration [.., K], not []")]
fn no_vector() {
    Dirichlet::new(Tensor::scalar(1.0f64));
}

#[test]
#[should_panic(expected = "Dirichlet: concentration [3] does not go with vectors [4, 1]")]
fn shapes_go_together() {
    let _ = Dirichlet::new(Tensor::<f64>::ones([3])).log_prob(&Tensor::ones([4, 1]));
}
