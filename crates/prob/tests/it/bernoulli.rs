//! The Bernoulli distribution.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::divergence;
use crate::support::draws::{N, dkw, follow_mass, have_moments, pinned};
use crate::support::fused::{agree, differentiate, one_operation_or_several, shapes, sum, wave};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{array, gradients, param};
use crate::support::limits::{at, at_each};
use crate::support::{INF, close, stream, tensor};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;
use std::slice::from_ref;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let bernoulli = |i: usize| Bernoulli::new(x[i].clone());
    match what {
        "log_prob" => bernoulli(1).log_prob(&x[0]),
        "entropy" => bernoulli(0).entropy(),
        "cdf" => bernoulli(1).cdf(&x[0]),
        "kl" => kl(&bernoulli(0), &bernoulli(1)),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/bernoulli.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// All outcomes of three variables; rounding alone: 8 terms.
#[test]
fn its_mass_is_one() {
    for logits in [[0.3, -1.2, 2.0], [100.0, -100.0, 0.0], [INF, -INF, 30.0]] {
        let outcomes = Tensor::from_fn([8, 3], |i| ((i / 3) >> (i % 3) & 1) as f64);
        let mass: f64 = Bernoulli::new(Tensor::from(logits)).log_prob(&outcomes).exp().sum_all().item();
        assert!((mass - 1.0).abs() < 1e-14, "{logits:?}: {mass}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(
        x in array(&[2, 2, 3], 0.1, 0.9), a in param(-4.0, 4.0), b in param(-4.0, 4.0), p in param(0.1, 0.9),
    ) {
        gradients(&[x.clone(), a.clone()], |v| Bernoulli::new(v[1]).log_prob(&v[0]))?;
        gradients(&[x.clone(), a.clone()], |v| Bernoulli::new(v[1]).cdf(&v[0]))?;
        gradients(&[x, p], |v| Bernoulli::from_probs(v[1]).log_prob(&v[0]))?;
        gradients(from_ref(&a), |v| Bernoulli::new(v[0]).entropy())?;
        gradients(from_ref(&a), |v| Bernoulli::new(v[0]).variance())?;
        gradients(&[a, b], |v| kl(&Bernoulli::new(v[0]), &Bernoulli::new(v[1])))?;
    }
}

fn greatest<F: Real>() -> f64 {
    F::max_value().as_f64()
}

/// Σ { x l − softplus(l) }, with −∞ added where x is outside [0, 1] or ruled out by an infinite logit.
fn log_mass<V: Array>(x: &V, l: &V) -> V {
    let flag =
        |a: &V, is: &dyn Fn(f64) -> bool| a.value().cast::<f64>().data().iter().map(|&a| f64::from(is(a))).collect();
    let flag = |a: &V, is: &dyn Fn(f64) -> bool| Tensor::new(a.shape(), flag(a, is));
    let never = flag(l, &|l| l == -INF) * flag(x, &|x| x > 0.0);
    let always = flag(l, &|l| l == INF) * flag(x, &|x| x < 1.0);
    let mut penalty = never + always + flag(x, &|x| !(0.0..=1.0).contains(&x) && !x.is_nan());
    penalty.data_mut().iter_mut().for_each(|p| *p = if *p > 0.0 { -INF } else { 0.0 });
    let most = greatest::<V::F>();
    let l = l.clamp(-most, most);
    sum(x.clamp(0.0, 1.0) * &l - l.softplus() + x.constant(&penalty.cast()))
}

proptest! {
    /// Sums of at most 280 terms below 10 in size: 10⁻¹² of a thousand, and in single precision 10⁻⁴, are some ten roundings.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let (x, l) = (wave(&a, 1.0, seed).abs(), wave(&b, 10.0, !seed));
        one_operation_or_several!([x, l], Bernoulli::new(l).log_prob(&x), log_mass(&x, &l), 1e-12, 1e-4);
    }
}

/// All pairs of what is legal, not legal, infinite and not a number, alone and as one element of a long event.
#[test]
fn one_operation_or_several_at_the_ends() {
    fn check<F: Real>(tolerance: f64) {
        let xs = [0.0, -0.0, 1.0, 0.5, 1e-30, -1e-30, -0.1, 1.1, 2.0, INF, -INF, f64::NAN];
        let ls = [0.0, -0.0, 1.0, -3.0, 88.0, -88.0, 1e30, -1e30, greatest::<F>(), INF, -INF, f64::NAN];
        for (x, l) in xs.iter().flat_map(|x| ls.iter().map(move |l| (*x, *l))) {
            for (n, at) in [(1, 0), (70, 40), (70, 69)] {
                let place = |value: f64, other: f64| Tensor::from_fn([1, n], |i| if i == at { value } else { other });
                let (x, l) = (place(x, 1.0), place(l, 0.25));
                agree(
                    &differentiate::<F, _>([&x, &l], |[x, l]| Bernoulli::new(l).log_prob(&x)),
                    &differentiate::<F, _>([&x, &l], |[x, l]| log_mass(&x, &l)),
                    tolerance,
                );
            }
        }
    }
    check::<f64>(1e-14);
    check::<f32>(1e-5);
}

/// e⁻⁴⁰ survives beside 40, where x l − softplus(l) would cancel to 0; the tolerance is a few roundings.
#[test]
fn certain_outcomes_keep_their_digits() {
    fn check<F: Real>(tolerance: f64) {
        let y = Bernoulli::new(Tensor::scalar(F::of(40.0))).log_prob(&Tensor::scalar(F::one()));
        assert!((y.item().as_f64() / -(-40.0f64).exp() - 1.0).abs() < tolerance);
    }
    check::<f64>(1e-14);
    check::<f32>(1e-6);
}

/// Frequencies of single values, and of pairs: elements are independent.
#[test]
fn draws() {
    let p = Bernoulli::new(Tensor::from([0.7, -2.0]));
    let x = p.sample_n(N, &mut stream(6));
    assert!(x.data().iter().all(|x| [0.0, 1.0].contains(x)));
    let [a, b] = [0, 1].map(|j| p.probs().data()[j]);
    let both = (0..N).filter(|&i| x.row(i) == [1.0, 1.0]).count();
    let first = (0..N).filter(|&i| x.row(i)[0] == 1.0).count();
    assert!((first as f64 / N as f64 - a).abs() < dkw(N));
    assert!((both as f64 / N as f64 - a * b).abs() < dkw(N));
    have_moments(&p, 140);
    follow_mass(&Bernoulli::new(Tensor::from([-1.3])), 141);
    follow_mass(&Bernoulli::new(Tensor::from([-INF])), 142);
    assert_eq!(p.sample_n(1, &mut stream(1)).data(), p.sample(&mut stream(1)).data());
    pinned(&Bernoulli::new(Tensor::zeros([8])), &[0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
}

/// For masses the definition is a finite sum. 10⁻¹² is far above the rounding of 4 terms.
#[test]
fn divergences_are_the_sums_that_define_them() {
    let [a, b] = [[0.4, -3.0], [-1.0, 2.0]].map(|l| Bernoulli::new(Tensor::from(l)));
    let x = Tensor::from_fn([4, 2], |i| [i / 4, i / 2 % 2][i % 2] as f64);
    close(&kl(&a, &b), &(a.log_prob(&x).exp() * (a.log_prob(&x) - b.log_prob(&x))).sum_all(), 1e-12);
}

proptest! {
    /// The terms are below 40 in size.
    #[test]
    fn divergences_are_not_negative(v in prop::collection::vec(-3.0..3.0f64, 4)) {
        let row = |i: usize| Tensor::new([2, 1], v[2 * i..2 * i + 2].to_vec()) * 10.0;
        divergence::is_not_negative(&Bernoulli::new(row(0)), &Bernoulli::new(row(1)), 1e-13);
    }
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (p, q) = (Bernoulli::new(inputs.table(&[2, 3], 1) * 4.0), Bernoulli::new(inputs.table(&[3], 2)));
    let unit = inputs.levels(&[2, 3], 0.25, 5);
    let rng = &mut stream(14);
    let all = values(&[p.log_prob(&unit), p.cdf(&unit), p.entropy(), p.mean(), p.variance(), p.mode(), kl(&p, &q)]);
    all.into_iter().chain([p.sample(rng), p.sample_n(2, rng)]).collect()
}

agreement!(everything);

/// x·l − softplus(l) and x − σ(l); exact here: what e⁻¹⁰⁰ is added to is 0, or it is lost in either type.
fn limits_in<F: Real>() {
    let log_prob = |x: f64, l: f64| at::<F>(l, |l| Bernoulli::new(l).log_prob(&l.constant(&Tensor::scalar(F::of(x)))));
    let tiny = (-100.0f64).exp();
    for (x, l, value, derivative) in [
        (1.0, 100.0, -tiny, 0.0),
        (0.0, 100.0, -100.0, -1.0),
        (1.0, -100.0, -100.0, 1.0),
        (0.0, -100.0, -tiny, -tiny),
        (0.5, 100.0, -50.0, -0.5),
        (1.0, INF, 0.0, 0.0),
        (0.0, -INF, 0.0, 0.0),
    ] {
        let (y, dy) = log_prob(x, l);
        // e⁻¹⁰⁰ itself is subnormal in single precision.
        assert!((y - value).abs() <= 1e-44 && (dy - derivative).abs() <= 1e-44, "x = {x}, l = {l}: {y}, {dy}");
    }
    for (x, l) in [(0.0, INF), (0.5, INF), (1.0, -INF), (0.5, -INF), (-0.1, 0.0), (1.1, 0.0), (2.0, INF), (INF, 1.0)] {
        let (y, dy) = log_prob(x, l);
        assert!(y == -INF && !dy.is_nan(), "x = {x}, l = {l}: {y}, {dy}");
    }
    for l in [INF, -INF, 1e30, -1e30] {
        assert_eq!(at::<F>(l, |l| Bernoulli::new(l).entropy()), (0.0, 0.0), "{l}");
    }
    for (q, p, value) in [(INF, INF, 0.0), (-INF, -INF, 0.0), (INF, 1e3, 0.0), (INF, -INF, INF), (0.0, INF, INF)] {
        let (y, dy) = at::<F>(q, |l| kl(&Bernoulli::new(l), &Bernoulli::new(l.constant(&Tensor::scalar(F::of(p))))));
        assert!(y == value && (dy.is_finite() || y == INF), "KL({q} ‖ {p}) = {y}, {dy}");
    }
    for (x, l, below) in [(-INF, 0.0, 0.0), (INF, 0.0, 1.0), (0.0, INF, 0.0), (0.0, -INF, 1.0), (1.0, INF, 1.0)] {
        assert_eq!(at_each::<F, 2>([x, l], |[x, l]| Bernoulli::new(l).cdf(&x)), (below, [0.0; 2]), "x = {x}, l = {l}");
    }
}

#[test]
fn limits() {
    limits_in::<f32>();
    limits_in::<f64>();
    // One element that is certain leaves the others of the event as they were.
    let p = Bernoulli::new(Tensor::from([[INF, 0.3], [-INF, 0.3]]));
    let alone = Bernoulli::new(Tensor::from([0.3])).log_prob(&Tensor::from([1.0])).item();
    close(&p.log_prob(&Tensor::from([1.0, 1.0])), &Tensor::from([alone, -INF]), 1e-15);
    let p = Bernoulli::from_probs(Tensor::from([0.0, 1.0, 0.25]));
    assert_eq!(p.logits().data()[..2], [-INF, INF]);
    close(&p.log_prob(&Tensor::from([0.0, 1.0, 1.0])), &Tensor::scalar(0.25f64.ln()), 1e-15);
    close(&p.mean(), &Tensor::from([0.0, 1.0, 0.25]), 1e-15);
    assert_eq!(p.mode(), Tensor::from([0.0, 1.0, 0.0]));
}

/// Draws of logits in front of the axes of `x`: each is the event by itself.
#[test]
fn samples_in_front() {
    let (logits, x) = (tensor([4, 2, 3], 4), tensor([2, 3], 5).abs());
    let y = Bernoulli::new(logits.clone()).log_prob(&x);
    for s in 0..4 {
        assert_eq!(Bernoulli::new(logits.slice(0, s..s + 1).reshape([2, 3])).log_prob(&x).data(), y.row(s));
    }
}
