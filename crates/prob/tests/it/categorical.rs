//! The categorical distribution.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::divergence;
use crate::support::draws::{N, dkw, follow_mass, have_moments, pinned};
use crate::support::fused::{agree, differentiate, sum};
use crate::support::golden::{DOUBLE, SINGLE, golden, row};
use crate::support::gradients::{array, gradients};
use crate::support::{INF, close, repeated, stream, tensor};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;
use std::slice::from_ref;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let categorical = |i: usize| Categorical::new(row(&x[i..i + 4]));
    match what {
        "log_prob" => categorical(1).log_prob(&x[0]),
        "cdf" => categorical(1).cdf(&x[0]),
        "entropy" => categorical(0).entropy(),
        "kl" => kl(&categorical(0), &categorical(4)),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/categorical.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// All outcomes of three variables; rounding alone: 64 terms.
#[test]
fn its_mass_is_one() {
    let logits = Tensor::from([[0.3, -1.2, 2.0, 0.0], [100.0, -100.0, 50.0, 0.0], [-INF, 1e4, 1e4, 0.0]]);
    let outcomes = Tensor::from_fn([64, 3], |i| ((i / 3) >> (2 * (i % 3)) & 3) as f64);
    let mass: f64 = Categorical::new(logits).log_prob(&outcomes).exp().sum_all().item();
    assert!((mass - 1.0).abs() < 1e-14, "{mass}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(a in array(&[2, 3, 4], -3.0, 3.0), b in array(&[3, 4], -3.0, 3.0), seed: u64) {
        let x = Categorical::new(a.clone()).sample(&mut stream(seed));
        gradients(from_ref(&a), |v| Categorical::new(v[0]).log_prob(&v[0].constant(&x)))?;
        gradients(from_ref(&b), |v| Categorical::new(v[0]).log_prob(&v[0].constant(&x)))?;
        gradients(from_ref(&a), |v| Categorical::new(v[0]).cdf(&v[0].constant(&x)))?;
        gradients(from_ref(&b), |v| Categorical::new(v[0]).cdf(&v[0].constant(&x)))?;
        gradients(from_ref(&a), |v| Categorical::new(v[0]).entropy())?;
        gradients(from_ref(&a), |v| Categorical::new(v[0]).mean())?;
        gradients(from_ref(&a), |v| Categorical::new(v[0]).variance())?;
        gradients(&[a.clone(), b.clone()], |v| kl(&Categorical::new(v[0]), &Categorical::new(v[1])))?;
        gradients(&[b, a], |v| kl(&Categorical::new(v[0]), &Categorical::new(v[1])))?;
    }

    /// The class chosen from all log-probabilities. Sums of 3 terms below 10 in size, over 4 draws of `x` in the
    /// derivatives.
    #[test]
    fn one_operation_or_several(a in array(&[2, 3, 5], -4.0, 4.0), x in prop::collection::vec(0usize..5, 24)) {
        let x = Tensor::new([4, 2, 3], x.iter().map(|x| *x as f64).collect());
        fn check<F: Real>(a: &Tensor<f64>, x: &Tensor<f64>, tolerance: f64) {
            let x = x.cast::<F>();
            agree(
                &differentiate::<F, _>([a], |[a]| Categorical::new(a).log_prob(&a.constant(&x))),
                &differentiate::<F, _>([a], |[a]| {
                    let whole = a + a.constant(&Tensor::zeros([4, 2, 3, 5]));
                    sum(whole.log_softmax(-1).gather(&x))
                }),
                tolerance,
            );
        }
        check::<f64>(&a, &x, 1e-13);
        check::<f32>(&a, &x, 1e-5);
    }
}

/// The sums of the masses, and between the classes the same as at the one below: rounding alone.
#[test]
fn distribution_functions_are_sums() {
    let logits = Tensor::from([[0.3, -1.2, 2.0, 0.0], [100.0, -100.0, 50.0, 0.0], [-INF, 1e4, 1e4, 0.0]]);
    let p = Categorical::new(logits.reshape([3, 1, 4]));
    let mut below = Tensor::zeros([3, 1]);
    for class in 0..3 {
        let x = Tensor::full([3, 1], f64::from(class));
        below = below + p.log_prob(&x).exp().reshape([3, 1]);
        close(&p.cdf(&x), &below, 1e-15);
        assert_eq!(p.cdf(&(x + 0.875)), p.cdf(&Tensor::scalar(f64::from(class))));
    }
}

/// 0 below the classes and 1 from the last one on, exactly, and nothing moves.
#[test]
fn ends_of_the_distribution_function() {
    let logits = Param::new(Tensor::from([[0.3, -1.2, 0.1, -0.7], [0.0, -INF, 2.0, -1e4]]));
    let mut tape = Tape::new();
    for (x, expected) in [(-INF, 0.0), (-0.01, 0.0), (3.0, 1.0), (3.5, 1.0), (1e300, 1.0), (INF, 1.0)] {
        let mut below = None;
        let (_, gradients) = tape.value_and_grad(|tape| {
            let cdf = Categorical::new(tape.param(&logits)).cdf(&tape.constant(&Tensor::from([x, x])));
            below = Some(cdf.value());
            (cdf * tape.constant(&Tensor::from([2.0, 3.0]))).sum_all()
        });
        assert_eq!(below.unwrap(), Tensor::from([expected; 2]), "{x}");
        assert_eq!(gradients.get(&logits).unwrap(), &Tensor::zeros([2, 4]), "{x}");
    }
    let p = Categorical::new(Tensor::from([0.3, -1.2]));
    assert!(p.cdf(&Tensor::scalar(f64::NAN)).item().is_nan());
    assert_eq!(Categorical::new(Tensor::from([5.0])).cdf(&Tensor::from([-1.0, 0.0])), Tensor::from([0.0, 1.0]));
}

/// Frequencies of classes, also of one that is ruled out.
#[test]
fn draws() {
    let p = Categorical::new(Tensor::from([[1.0, -INF, 0.0], [-2.0, 1.0, 3.0]]));
    let x = p.sample_n(N, &mut stream(7));
    for j in 0..2 {
        for class in 0..3 {
            let count = (0..N).filter(|&i| x.row(i)[j] == class as f64).count();
            let expected = p.probs().at(&[j, class]);
            assert!((count as f64 / N as f64 - expected).abs() < dkw(N), "{j} {class}");
            assert!(expected > 0.0 || count == 0, "a class that is ruled out was drawn");
        }
    }
    have_moments(&Categorical::new(Tensor::from([[1.0, -1.0, 0.0], [-2.0, 1.0, 3.0]])), 150);
    follow_mass(&Categorical::new(Tensor::from([[1.0, -1.0, -INF, 0.0, -9.0, 2.0]])), 151);
    assert_eq!(p.sample_n(1, &mut stream(1)).data(), p.sample(&mut stream(1)).data());
    assert_eq!(Categorical::new(Tensor::<f64>::zeros([2, 3, 5])).sample(&mut stream(1)).shape(), Shape::new(&[2, 3]));
    pinned(&Categorical::new(Tensor::zeros([8, 5])), &[4.0, 1.0, 4.0, 4.0, 4.0, 3.0, 2.0, 4.0]);
}

/// For masses the definition is a finite sum. 10⁻¹² is far above the rounding of 9 terms.
#[test]
fn divergences_are_the_sums_that_define_them() {
    let [a, b] = [[[0.4, -3.0, 1.0], [0.0, 0.0, 5.0]], [[-1.0, 2.0, 0.5], [3.0, -2.0, 1.0]]]
        .map(|l| Categorical::new(Tensor::from(l)));
    let x = Tensor::from_fn([9, 2], |i| [i / 6, i / 2 % 3][i % 2] as f64);
    close(&kl(&a, &b), &(a.log_prob(&x).exp() * (a.log_prob(&x) - b.log_prob(&x))).sum_all(), 1e-12);
    // The entropy is log C less the divergence from the uniform distribution.
    let uniform = Categorical::new(Tensor::zeros([2, 3]));
    close(&(kl(&a, &uniform) + a.entropy()), &Tensor::scalar(2.0 * 3.0f64.ln()), 1e-14);
}

proptest! {
    /// The terms are below 60 in size.
    #[test]
    fn divergences_are_not_negative(v in prop::collection::vec(-3.0..3.0f64, 4)) {
        let row = |i: usize| Tensor::new([1, 2], v[2 * i..2 * i + 2].to_vec()) * 10.0;
        divergence::is_not_negative(&Categorical::new(row(0)), &Categorical::new(row(1)), 1e-13);
    }
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let logits = inputs.table(&[2, 3, 4], 3);
    let (p, q) = (Categorical::new(logits.clone()), Categorical::new(logits * 0.0));
    let classes = inputs.levels(&[2, 3], 1.0, 4);
    let rng = &mut stream(14);
    let mut all =
        values(&[p.log_prob(&classes), p.cdf(&classes), p.entropy(), p.mean(), p.variance(), p.mode(), kl(&p, &q)]);
    all.extend(values(&[p.probs(), p.log_probs()]));
    all.into_iter().chain([p.sample(rng), p.sample_n(2, rng)]).collect()
}

agreement!(everything);

#[test]
fn limits() {
    let row = [0.0, -INF, 2.0, -1e4];
    let total = (1.0 + 2.0f64.exp()).ln();
    let p = Categorical::new(Tensor::from([row]));
    for (x, expected) in [(0.0, -total), (1.0, -INF), (2.0, 2.0 - total), (3.0, -1e4 - total)] {
        close(&p.log_prob(&Tensor::from([x])), &Tensor::scalar(expected), 1e-14);
    }
    assert_eq!(p.mode(), Tensor::from([2.0]));
    let q = Categorical::new(Tensor::from([[0.0, 0.0, 2.0, -1e4]]));
    close(&kl(&p, &p), &Tensor::scalar(0.0), 0.0);
    assert_eq!(kl(&q, &p).item(), INF, "q allows what p rules out");
    close(&kl(&p, &q), &Tensor::scalar((1.0 / (1.0 + 2.0f64.exp())).ln_1p()), 1e-14);

    let logits = Param::new(Tensor::from([row, [100.0, -100.0, 0.0, 0.0]]));
    let mut tape = Tape::new();
    let (_, gradients) = tape.value_and_grad(|tape| {
        let p = Categorical::new(tape.param(&logits));
        let x = tape.constant(&Tensor::from([0.0, 1.0]));
        (p.entropy() + p.log_prob(&x) + kl(&p, &Categorical::new(tape.param(&logits)))).sum_all()
    });
    assert!(gradients.get(&logits).unwrap().data().iter().all(|g| g.is_finite()));
}

#[test]
fn outside_its_support() {
    let logits = Param::new(Tensor::from([[0.0, -INF, 2.0, -1e4]]));
    let mut tape = Tape::new();
    for x in [-1.0, 4.0, 0.5, INF, -INF] {
        let (value, gradients) = tape
            .value_and_grad(|tape| Categorical::new(tape.param(&logits)).log_prob(&tape.constant(&Tensor::from([x]))));
        assert_eq!(value, -INF, "{x} is no class");
        assert_eq!(gradients.get(&logits).unwrap().data(), &[0.0; 4]);
    }
}

/// Draws of `x` or of logits in front of the other side's axes: each is the event by itself.
#[test]
fn samples_in_front() {
    let (logits, x) = (tensor([3, 5], 6), Tensor::from_fn([4, 2, 3], |i| (i * 3 % 5) as f64));
    let y = Categorical::new(logits.clone()).log_prob(&x);
    assert_eq!(y, Categorical::new(repeated(&logits, [4, 2, 3, 5])).log_prob(&x));
    let y = Categorical::new(logits.clone()).cdf(&x);
    assert_eq!(y, Categorical::new(repeated(&logits, [4, 2, 3, 5])).cdf(&x));
    let logits = tensor([4, 2, 3, 5], 6);
    let row = Tensor::from([[0.0, 4.0, 1.0], [3.0, 3.0, 2.0]]);
    let p = Categorical::new(logits);
    assert_eq!(p.log_prob(&row), p.log_prob(&row.repeat(4)));
    assert_eq!(p.cdf(&row), p.cdf(&row.repeat(4)));
}

/// Near q = p no term of a divergence is negative, and in double precision it is its quadratic form ½ Var_q\[d\] in the
/// difference d of the logits, but for terms of third order, which are below |d|/3 of it; the difference itself has an
/// absolute error of 10⁻¹⁵.
#[test]
fn divergences_of_neighbours() {
    let q = tensor([200, 6], 3) * 2.0;
    let d = tensor([200, 6], 4) * 1e-5;
    let p = q.clone() + &d;
    let weights = q.softmax(-1);
    let mean = (weights.clone() * &d).sum(-1).reshape([200, 1]);
    let form = (weights * (d - mean).square()).sum(-1) * 0.5;
    let exact = kl(&OneHotCategorical::new(q.clone()), &OneHotCategorical::new(p.clone()));
    for (kl, form) in exact.data().iter().zip(form.data()) {
        assert!((kl / form - 1.0).abs() < 1e-4, "{kl:e} {form:e}");
    }
    let [q, p] = [q, p].map(|logits| logits.cast::<f32>());
    let single = kl(&OneHotCategorical::new(q.clone()), &OneHotCategorical::new(p.clone()));
    assert!(single.data().iter().all(|&kl| kl >= 0.0));
    assert!(kl(&Categorical::new(q), &Categorical::new(p)).item() >= 0.0);
    let flat = tensor([200, 6], 5).cast::<f32>() * 1e-4;
    assert!(kl(&OneHotCategorical::new(flat), &UniformCategorical::new([200], 6)).data().iter().all(|&kl| kl >= 0.0));
    let logits = tensor([200, 1], 6).cast::<f32>() * 5.0;
    let moved = logits.clone() + tensor([200, 1], 7).cast::<f32>() * 1e-4;
    assert!(kl(&Bernoulli::new(logits), &Bernoulli::new(moved)).data().iter().all(|&kl| kl >= 0.0));
}

/// Sums of probabilities are not above 1, wherever rounding takes them.
#[test]
fn distribution_functions_end_at_one() {
    let logits = Tensor::from_fn([500, 7], |i| if i % 7 == 6 { -f32::INFINITY } else { (i as f32 * 0.7).sin() * 3.0 });
    let x = Tensor::full([500], 5.0);
    assert!(Categorical::new(logits.clone()).cdf(&x).data().iter().all(|&p| p <= 1.0));
    let x = Tensor::full([500, 7], 0.5);
    assert!(OneHotCategorical::new(logits.clone()).cdf(&x).data().iter().all(|&p| p <= 1.0));
    let pixels = DiscretizedLogisticMixture::new(logits.clone(), logits.sigmoid(), logits.sigmoid() + 0.1, 256);
    assert!(pixels.cdf(&Tensor::full([500], 1.0)).data().iter().all(|&p| p <= 1.0));
    let components = Normal::new(Tensor::zeros([500, 7, 1]), Tensor::ones([500, 7, 1]));
    let mixture = Mixture::new(logits.clone(), components);
    assert!(mixture.cdf(&Tensor::full([500, 1], 50.0)).data().iter().all(|&p| p <= 1.0));
    let counts = ZeroInflated::new(Poisson::new(Tensor::ones([500, 7])), logits);
    assert!(counts.cdf(&Tensor::full([500, 7], 90.0)).data().iter().all(|&p| p <= 1.0));
}
