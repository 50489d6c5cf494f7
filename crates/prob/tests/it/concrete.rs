//! The Concrete distribution, and that of its logarithm.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{N, come_through_every_door, dkw, gradients_of_expectation, pinned};
use crate::support::golden::{DOUBLE, SINGLE, golden, row};
use crate::support::gradients::{array, gradients};
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{Domain, mass};
use crate::support::{INF, close, stream};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;
use std::f64::consts::PI;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let p = Concrete::new(row(&x[3..6]), x[6].clone());
    match what {
        "concrete" => p.log_prob(&row(&x[..3])),
        "exp_concrete" => p.log().log_prob(&row(&x[..3])),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/concrete.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// The logarithms of the vectors whose differences from the last element are `u`.
fn from_differences(u: &Tensor<f64>) -> Tensor<f64> {
    let (shape, zeros) = (u.shape(), Tensor::zeros([u.shape()[0], 1]));
    assert_eq!(shape.rank(), 2);
    Tensor::concat(&[u, &zeros], 1).log_softmax(-1)
}

/// For two elements by quadrature, of the logarithm for temperatures at which x itself is on the boundary; the tolerances
/// are far above the errors of the rules.
#[test]
fn its_mass_is_one() {
    for (logits, temperature) in [([0.0, 0.0], 1.0), ([1.0, -0.5], 0.5), ([-3.0, 2.0], 2.0), ([0.3, 0.1], 0.01)] {
        let p = Concrete::new(Tensor::from([logits]), Tensor::scalar(temperature));
        let domain = Domain::Line { loc: (logits[0] - logits[1]) / temperature, scale: 1.0 / temperature };
        let total = mass(domain, |u| p.log().log_prob(&from_differences(u)));
        assert!((total - 1.0).abs() < 1e-12, "{logits:?}, {temperature}: {total}");
        if temperature >= 1.0 {
            let total = mass(Domain::Between(0.0, 1.0), |x| p.log_prob(&Tensor::concat(&[x, &(-x.clone() + 1.0)], 1)));
            assert!((total - 1.0).abs() < 1e-9, "{logits:?}, {temperature}: {total}");
        }
    }
    // For three elements by the trapezoidal rule, which is exact to rounding for analytic functions that vanish at both ends.
    let p = ExpConcrete::new(Tensor::from([0.5, -1.0, 1.0]), Tensor::scalar(0.7));
    let (n, step) = (481, 0.25);
    let at = |i: usize| (i as f64 - 240.0) * step;
    let u = Tensor::from_fn([n * n, 2], |i| if i % 2 == 0 { at(i / 2 / n) } else { at(i / 2 % n) });
    let total = p.log_prob(&from_differences(&u)).exp().sum_all().item() * step * step;
    assert!((total - 1.0).abs() < 1e-10, "{total}");
}

/// p(x) Π x is the density of log x.
#[test]
fn the_logarithm_has_the_same_density_in_its_own_measure() {
    let p = Concrete::new(Tensor::from([[0.5, -1.0, 1.0], [2.0, 0.0, 0.0]]), Tensor::from([[0.7], [2.0]]));
    let x = p.sample_n(5, &mut stream(200));
    close(&p.log().log_prob(&x.ln()), &(p.log_prob(&x) + x.ln().sum(-1)), 1e-12);
    let q = Concrete::new(Tensor::from([0.0, 0.5, 1.0]), Tensor::scalar(0.9));
    let of_logs = p.log().log_prob(&x.ln()) - q.log().log_prob(&x.ln());
    close(&(p.log_prob(&x) - q.log_prob(&x)), &of_logs, 1e-12);
}

fn of<'t>(v: &[Var<'t, f64>]) -> Concrete<Var<'t, f64>> {
    Concrete::new(v[0], v[1])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn derivatives(
        u in array(&[2, 2, 3], -1.0, 1.0), l in array(&[2, 3], -2.0, 2.0), t in array(&[2, 1], 0.4, 2.0), seed: u64,
    ) {
        let y = u.log_softmax(-1);
        gradients(&[l.clone(), t.clone(), y.exp()], |v| of(v).log_prob(&v[2]))?;
        gradients(&[l.clone(), t.clone(), y.clone()], |v| of(v).log().log_prob(&v[2]))?;
        gradients(&[l.clone(), Tensor::scalar(0.7), y], |v| of(v).log().log_prob(&v[2]))?;
        gradients(&[l.clone(), t.clone()], |v| of(v).rsample_n(2, &mut stream(seed)))?;
        gradients(&[l, t], |v| of(v).log().rsample(&mut stream(seed)))?;
    }

    /// What each vector's density is made of, out of several operations.
    #[test]
    fn one_operation_or_several(u in array(&[4, 2, 3], -2.0, 2.0), l in array(&[2, 3], -2.0, 2.0), t in 0.2..2.0f64) {
        let y = u.log_softmax(-1);
        let w = l.clone() - y.clone() * t;
        let expected = w.sum(-1) - w.logsumexp(-1) * 3.0 + 2.0 * t.ln() + 2.0f64.ln();
        close(&ExpConcrete::new(l, Tensor::scalar(t)).log_prob(&y), &expected, 1e-13);
    }
}

/// The difference of two Gumbel variables is logistic: so is y₁ − y₂, with location (l₁ − l₂)/τ and scale 1/τ
/// (Kolmogorov–Smirnov test). The greatest element is that of the class with its probability, whatever the temperature.
#[test]
fn draws() {
    for (test, logits, temperature) in [(201, [0.4, -0.8], 0.3), (202, [0.0, 1.0], 2.0)] {
        let p = ExpConcrete::new(Tensor::from(logits), Tensor::scalar(temperature));
        let y = p.sample_n(N, &mut stream(test));
        let mut u: Vec<f64> = (0..N).map(|i| y.row(i)[0] - y.row(i)[1]).collect();
        u.sort_by(f64::total_cmp);
        let below = |u: f64| (1.0 + (logits[0] - logits[1] - temperature * u).exp()).recip();
        let distance =
            u.iter().enumerate().map(|(i, u)| (below(*u) - (i as f64 + 0.5) / N as f64).abs()).fold(0.0, f64::max);
        assert!(distance < dkw(N), "{distance}");
    }
    let logits = Tensor::from([1.0, -1.0, 0.3, -3.0]);
    let x = Concrete::new(logits.clone(), Tensor::scalar(0.1)).sample_n(N, &mut stream(203));
    for (class, p) in logits.softmax(-1).data().iter().enumerate() {
        let wins = |row: &[f64]| row.iter().all(|x| *x <= row[class]);
        let count = (0..N).filter(|&i| wins(x.row(i))).count();
        assert!((count as f64 / N as f64 - p).abs() < dkw(N), "{class}");
    }
    let p = Concrete::new(Tensor::from([[0.5, -1.0, 1.0], [2.0, 0.0, 0.0]]), Tensor::from([[0.7], [2.0]]));
    come_through_every_door(&p);
    come_through_every_door(p.log());
    assert_eq!(p.rsample(&mut stream(1)), p.log().rsample(&mut stream(1)).exp());
    pinned(
        &Concrete::new(Tensor::zeros([3]), Tensor::scalar(1.0)),
        &[0.2791549762596409, 0.12594733178750434, 0.5948976919528548],
    );
}

/// E[(y₁ − y₂)²] = {(l₁ − l₂)² + π²/3}/τ².
#[test]
fn gradients_pass_through_draws() {
    let (d, t) = (1.3, 0.8);
    let exact = [
        Tensor::from([2.0 * d / (t * t), -2.0 * d / (t * t)]),
        Tensor::from([-2.0 * (d * d + PI * PI / 3.0) / (t * t * t)]),
    ];
    gradients_of_expectation(&[Tensor::from([d, 0.0]), Tensor::from([t])], &exact, 204, |v, n, rng| {
        let y = ExpConcrete::new(v[0], v[1]).rsample_n(n, rng);
        (y.slice(1, 0..1) - y.slice(1, 1..2)).square().sum(-1)
    });
}

/// At a temperature of 1/50 nearly every draw in single precision lies on the boundary, where log p is −∞. Kept in
/// logarithms, the same draws have densities, as the double precision says, and a divergence with finite gradients. The
/// logits l − τ y have roundings of 10⁻⁶, and ten of them are summed.
#[test]
fn low_temperatures_in_single_precision() {
    let logits = Tensor::from_fn([10], |i| (i as f32 * 0.7).sin());
    let (p, prior) = (
        Concrete::new(logits.clone(), Tensor::scalar(0.02f32)),
        Concrete::new(Tensor::zeros([10]), Tensor::scalar(0.02f32)),
    );
    let wide = Concrete::new(logits.cast::<f64>(), Tensor::scalar(f64::from(0.02f32)));
    let y = p.log().sample_n(1000, &mut stream(205));
    assert!(p.log().supports(&y).is_ok());
    let on_boundary = p.log_prob(&y.exp()).data().iter().filter(|log_p| **log_p == f32::NEG_INFINITY).count();
    assert!(on_boundary > 900, "{on_boundary}");
    close(&p.log().log_prob(&y), &wide.log().log_prob(&y.cast()), 3e-5);
    let estimate = (p.log().log_prob(&y) - prior.log().log_prob(&y)).mean_all().item();
    assert!(estimate.is_finite() && estimate > 0.0, "{estimate}");

    let (logits, temperature) = (Param::new(logits), Param::new(Tensor::scalar(0.02f32)));
    let mut tape = Tape::new();
    let (_, gradients) = tape.value_and_grad(|tape| {
        let q = ExpConcrete::new(tape.param(&logits), tape.param(&temperature));
        let y = q.rsample_n(100, &mut stream(206));
        (q.log_prob(&y) + y.exp().sum(-1)).sum_all()
    });
    assert!(gradients.get(&logits).unwrap().data().iter().all(|g| g.is_finite()));
    assert!(gradients.get(&temperature).unwrap().item().is_finite());
}

/// The estimate of a divergence: for equal temperatures and two elements it is that of two logistic distributions, which
/// the quadrature of its definition gives. Five standard errors, a false alarm in 6·10⁻⁷.
#[test]
fn divergences_by_simulation() {
    let number = Tensor::scalar(0.5);
    let (q, p) = (
        ExpConcrete::new(Tensor::from([1.0, 0.0]), number.clone()),
        ExpConcrete::new(Tensor::from([-0.5, 0.0]), number),
    );
    let domain = Domain::Line { loc: 2.0, scale: 2.0 };
    let log_ratio = |u: f64| {
        let y = from_differences(&Tensor::from([[u]]));
        (q.log_prob(&y) - p.log_prob(&y)).item()
    };
    let exact = crate::support::mass::expectation(
        domain,
        |u| q.log_prob(&from_differences(u)),
        |u| log_ratio(u.clamp(-1e3, 1e3)),
    );
    let estimate = kl_monte_carlo(&q, &p, 20_000, &mut stream(207));
    assert!((estimate.value.item() - exact).abs() < 5.0 * estimate.standard_error.item(), "{exact}");
    assert!(estimate.standard_error.item() < 0.02);
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let p = Concrete::new(inputs.table(&[2, 3], 1), inputs.positive(&[2, 1], 2));
    let y = inputs.table(&[2, 2, 3], 3).log_softmax(-1);
    let rng = &mut stream(20);
    let all = values(&[p.log_prob(&y.exp()), p.log().log_prob(&y), p.rsample(rng), p.log().rsample_n(2, rng)]);
    all.into_iter().chain([p.sample(rng), p.sample_n(2, rng), p.log().sample(rng)]).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    // A pair (x₁, x₂) with logits 0.3 and 0.
    fn pair<'t, F: Real>([a, b, l, t]: [Var<'t, F>; 4], log: bool) -> Var<'t, F> {
        let p = Concrete::new(row(&[l, l * 0.0]), t);
        if log { p.log().log_prob(&row(&[a, b])) } else { p.log_prob(&row(&[a, b])) }
    }
    for [a, b] in [[0.0, 1.0], [-0.5, 1.5], [0.5, 0.6], [0.2, 0.2], [INF, 0.5], [-INF, 0.5], [1.0, 0.01]] {
        for t in [0.01, 1.0, 50.0] {
            is_outside([a, b, 0.3, t], |x| pair(x, false), |x| pair(x, false));
        }
    }
    for [a, b] in [[0.0, 0.0], [-INF, 0.0], [INF, 0.0], [-1.0, -1.0], [0.5, -1.0]] {
        is_outside([a, b, 0.3, 0.5], |x| pair(x, true), |x| pair(x, true));
    }
    // One vector of several leaves the others as they are.
    let p = Concrete::new(Tensor::from([0.0, 0.0]), Tensor::scalar(1.0));
    close(&p.log_prob(&Tensor::from([[0.5, 0.5], [1.0, 0.0]])), &Tensor::from([0.0, -INF]), 1e-15);
}

#[test]
fn limits() {
    // One element: nothing is left to chance.
    let (value, slopes) =
        at_each::<f64, 3>([1.0, 0.3, 0.5], |[x, l, t]| Concrete::new(row(&[l]), t).log_prob(&row(&[x])));
    assert_eq!((value, slopes), (0.0, [-1.0, 0.0, 0.0]));
    let alone = Concrete::new(Tensor::from([0.3]), Tensor::scalar(0.5)).sample(&mut stream(1));
    assert_eq!(alone, Tensor::from([1.0]));
    // For two elements with equal logits and τ = 1 it is uniform.
    let p = Concrete::new(Tensor::zeros([2]), Tensor::scalar(1.0));
    let x = Tensor::from([[0.1, 0.9], [1e-9, 1.0 - 1e-9], [0.625, 0.375]]);
    close(&p.log_prob(&x), &Tensor::zeros([3]), 1e-14);
}

#[test]
#[should_panic(expected = "Concrete: needs one temperature for each vector, a number or [.., 1], not [3]")]
fn temperatures_of_elements() {
    Concrete::new(Tensor::<f64>::zeros([2, 3]), Tensor::ones([3]));
}

#[test]
#[should_panic(expected = "ExpConcrete: logits and temperature: [2, 3] and [4, 1] do not go together")]
fn temperatures_of_others() {
    ExpConcrete::new(Tensor::<f64>::zeros([2, 3]), Tensor::ones([4, 1]));
}

#[test]
#[should_panic(expected = "Concrete: x [2] and logits [3] do not go together")]
fn other_classes() {
    let _ = Concrete::new(Tensor::<f64>::zeros([3]), Tensor::scalar(1.0)).log_prob(&Tensor::ones([2]));
}

#[test]
fn messages() {
    let why =
        |l: f64, t: f64| Concrete::new(Tensor::from([0.0, l]), Tensor::scalar(t)).validated().unwrap_err().to_string();
    assert_eq!(why(-INF, 1.0), "Concrete: logits must be finite; element 1 is -inf");
    assert_eq!(why(0.0, 0.0), "Concrete: temperature must be positive and finite; it is 0");
    let p = ExpConcrete::new(Tensor::from([0.0, f64::NAN]), Tensor::scalar(1.0));
    assert_eq!(p.validated().unwrap_err().to_string(), "ExpConcrete: logits must be finite; element 1 is NaN");
    let p = Concrete::new(Tensor::from([0.0, 0.0]), Tensor::scalar(1.0)).validated().unwrap();
    let message = |x: [f64; 2]| p.supports(&Tensor::from([x])).unwrap_err().to_string();
    assert_eq!(message([0.0, 1.0]), "Concrete: x must be positive and finite; element [0, 0] is 0");
    assert_eq!(message([0.5, 0.25]), "Concrete: the sum of a vector of x must be 1 within 10⁻³; element 0 is 0.75");
    assert!(p.supports(&Tensor::from([0.25, 0.75])).is_ok());
    let y = Tensor::from([0.0, 0.0]);
    assert_eq!(
        p.log().supports(&y).unwrap_err().to_string(),
        "ExpConcrete: the sum of the exponentials of a vector of y must be 1 within 10⁻³; it is 2"
    );
    let why = p.log().supports(&Tensor::from([0.0, -INF])).unwrap_err().to_string();
    assert_eq!(why, "ExpConcrete: y must be finite; element 1 is -inf");
    assert!(p.log().supports(&Tensor::from([0.25, 0.75]).ln()).is_ok());
}
