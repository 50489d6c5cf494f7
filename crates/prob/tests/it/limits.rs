//! Extreme legal inputs: limits are taken where they exist, and there is no NaN, in values or gradients.

use crate::support::close;
use autograd::prelude::*;
use prob::prelude::*;

const INF: f64 = f64::INFINITY;

/// A number's event: log p of `x` for one parameter, and its derivative by the parameter.
fn at<F: Real>(parameter: f64, f: impl for<'t> Fn(Var<'t, F>) -> Var<'t, F>) -> (f64, f64) {
    let p = Param::new(Tensor::scalar(F::of(parameter)));
    let mut tape = Tape::new();
    let (y, gradients) = tape.value_and_grad(|tape| f(tape.param(&p)));
    (y.as_f64(), gradients.get(&p).unwrap().item().as_f64())
}

/// x·l − softplus(l) and x − σ(l); exact here: what e⁻¹⁰⁰ is added to is 0, or it is lost in either type.
fn bernoulli_logits<F: Real>() {
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
}

#[test]
fn bernoulli() {
    bernoulli_logits::<f32>();
    bernoulli_logits::<f64>();
    // One element that is certain leaves the others of the event as they were.
    let p = Bernoulli::new(Tensor::from([[INF, 0.3], [-INF, 0.3]]));
    let alone = Bernoulli::new(Tensor::from([0.3])).log_prob(&Tensor::from([1.0])).item();
    close(&p.log_prob(&Tensor::from([1.0, 1.0])), &Tensor::from([alone, -INF]), 1e-15);
    let p = Bernoulli::from_probs(Tensor::from([0.0, 1.0, 0.25]));
    assert_eq!(p.logits().data()[..2], [-INF, INF]);
    close(&p.log_prob(&Tensor::from([0.0, 1.0, 1.0])), &Tensor::scalar(0.25f64.ln()), 1e-15);
    close(&p.mean(), &Tensor::from([0.0, 1.0, 0.25]), 1e-15);
}

#[test]
fn categorical() {
    let row = [0.0, -INF, 2.0, -1e4];
    let total = (1.0 + 2.0f64.exp()).ln();
    let p = Categorical::new(Tensor::from([row]));
    for (x, expected) in [(0.0, -total), (1.0, -INF), (2.0, 2.0 - total), (3.0, -1e4 - total)] {
        close(&p.log_prob(&Tensor::from([x])), &Tensor::scalar(expected), 1e-14);
    }
    for x in [-1.0, 4.0, 0.5, INF, -INF] {
        assert_eq!(p.log_prob(&Tensor::from([x])).item(), -INF, "{x} is no class");
    }
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
fn densities_vanish_at_infinity() {
    for x in [INF, -INF, f64::MAX, -1e300] {
        let x = Tensor::from([x]);
        let (m, s) = (Tensor::from([1.0]), Tensor::from([0.5]));
        let values = [
            Normal::new(m.clone(), s.clone()).log_prob(&x),
            Normal::from_log_variance(m.clone(), s.clone()).log_prob(&x),
            MultivariateNormal::new(m, s.reshape([1, 1])).log_prob(&x),
            StandardNormal::new([1]).log_prob(&x),
        ];
        assert!(values.iter().all(|y| y.item() == -INF), "{values:?}");
        assert!(Laplace::new(Tensor::from([1.0]), Tensor::from([0.5])).log_prob(&x).item() <= -1e300);
    }
}

/// Log-variances over the range in which σ is a positive number of its type, ±170 in single precision.
#[test]
fn extreme_variances() {
    for l in [-170.0f32, -80.0, 80.0, 170.0] {
        let p = Normal::from_log_variance(Tensor::from([0.5f32]), Tensor::from([l]));
        close(&p.log_prob(&Tensor::from([0.5f32])), &Tensor::scalar(-0.5 * f64::from(l) - 0.918_938_533), 1e-6);
        let exact = 0.5 * (f64::from(l).exp() + 0.25 - 1.0 - f64::from(l));
        let value = kl(&p, &StandardNormal::new([1])).item();
        assert!(if exact < 1e38 { (f64::from(value) - exact).abs() < 1e-5 * exact } else { value == f32::INFINITY });
    }
    // Far apart and narrow: the overlap of two Laplace densities underflows to nothing.
    let [a, b] = [0.0, 1e6].map(|m| Laplace::new(Tensor::from(m), Tensor::from(1e-3)));
    close(&kl(&a, &b), &Tensor::scalar(1e9 - 1.0), 1e-15);
}
