//! The uniform distribution on an interval.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{come_through_every_door, follow_cdf, gradients_of_expectation, have_moments, pinned};
use crate::support::fused::{one_operation_or_several, shapes, sum, wave};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{array, gradients, param};
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{Domain, mass};
use crate::support::{INF, divergence, stream};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let uniform = |i: usize| Uniform::new(x[i].clone(), x[i + 1].clone());
    match what {
        "log_prob" => uniform(1).log_prob(&x[0]),
        "cdf" => uniform(1).cdf(&x[0]),
        "entropy" => uniform(0).entropy(),
        "kl" => kl(&uniform(0), &uniform(2)),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/uniform.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// Rounding alone.
#[test]
fn its_mass_is_one() {
    for (low, high) in [(0.0, 1.0), (-3.5, 4.0), (-1e-300, 1e-300), (-1e300, 1e300), (64.0, 65.0)] {
        let p = Uniform::new(Tensor::from([low]), Tensor::from([high]));
        let mass = mass(Domain::Between(low, high), |x| p.log_prob(x));
        assert!((mass - 1.0).abs() < 1e-12, "[{low}, {high}]: {mass}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// No x is near an end.
    #[test]
    fn derivatives(
        x in array(&[2, 2, 3], -0.9, 0.9), a in param(-3.0, -1.0), b in param(1.0, 3.0),
        c in param(-6.0, -3.5), d in param(3.5, 6.0), seed: u64,
    ) {
        gradients(&[x.clone(), a.clone(), b.clone()], |v| Uniform::new(v[1], v[2]).log_prob(&v[0]))?;
        gradients(&[x, a.clone(), b.clone()], |v| Uniform::new(v[1], v[2]).cdf(&v[0]))?;
        gradients(&[a.clone(), b.clone()], |v| Uniform::new(v[0], v[1]).entropy())?;
        gradients(&[a.clone(), b.clone()], |v| Uniform::new(v[0], v[1]).mean())?;
        gradients(&[a.clone(), b.clone()], |v| Uniform::new(v[0], v[1]).variance())?;
        gradients(&[a.clone(), b.clone()], |v| Uniform::new(v[0], v[1]).rsample_n(2, &mut stream(seed)))?;
        gradients(&[a, b, c, d], |v| kl(&Uniform::new(v[0], v[1]), &Uniform::new(v[2], v[3])))?;
    }

    /// Sums of at most 70 terms below 2 in size, over 6 rows in the derivatives.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let x = wave(&a, 0.9, seed);
        let (low, high) = (wave(&b, 0.5, !seed) - 2.0, wave(&b, 0.5, seed / 2) + 2.0);
        one_operation_or_several!(
            [x, low, high],
            Uniform::new(low, high).log_prob(&x),
            sum(-(high - low).ln() + x * 0.0),
            1e-12,
            1e-4
        );
    }
}

#[test]
fn draws() {
    follow_cdf(&Uniform::new(Tensor::from([-1.5]), Tensor::from([0.3])), 400);
    have_moments(&Uniform::new(Tensor::from([0.5, -2.0]), Tensor::from([0.75, 2.0])), 401);
    come_through_every_door(&Uniform::new(Tensor::zeros([2, 3]), Tensor::ones([3])));
    let unit = Uniform::new(Tensor::zeros([3]), Tensor::scalar(1.0));
    let mut rng = Key::new(1).stream("noise", 0, 0);
    pinned(&unit, &[0; 3].map(|_| rand::RngExt::random::<f64>(&mut rng)));
}

/// A million draws between neighbours that are two roundings apart: rounding reaches the ends, and never beyond.
#[test]
fn draws_are_inside() {
    let (low, high) = (1.0f32, 1.0 + 2.0 * f32::EPSILON);
    let p = Uniform::new(Tensor::from([low]), Tensor::from([high]));
    let draws = p.sample_n(1_000_000, &mut stream(402));
    assert!(p.supports(&draws).is_ok());
    assert!(draws.data().contains(&low) && draws.data().contains(&high));
}

/// E[Σ z²] = Σ (a² + ab + b²)/3.
#[test]
fn gradients_pass_through_draws() {
    let (a, b) = (Tensor::from([-1.0, 0.5]), Tensor::from([2.0, 0.75]));
    let exact = [Tensor::from([0.0, 1.75 / 3.0]), Tensor::from([1.0, 2.0 / 3.0])];
    gradients_of_expectation(&[a, b], &exact, 403, |v, n, rng| {
        Uniform::new(v[0], v[1]).rsample_n(n, rng).square().sum(-1)
    });
}

/// The logarithm of the ratio is the same at every draw, so that simulation has no error to speak of.
#[test]
fn divergences() {
    let uniform = |low: f64, high: f64| Uniform::new(Tensor::from([low]), Tensor::from([high]));
    let (q, p) = (uniform(-0.5, 1.0), uniform(-2.0, 1.0));
    let estimate = kl_monte_carlo(&q, &p, 100, &mut stream(404));
    assert!((estimate.value.item() - kl(&q, &p).item()).abs() < 1e-14);
    assert_eq!(kl(&q, &q).item(), 0.0);
    assert_eq!(kl(&p, &q).item(), INF);
    let far = |x: [f64; 4]| at_each::<f64, 4>(x, |[a, b, c, d]| kl(&Uniform::new(a, b), &Uniform::new(c, d)));
    assert_eq!(far([0.0, 2.0, 0.0, 1.0]), (INF, [0.0; 4]));
    assert_eq!(far([-1.0, 1.0, 0.0, 1.0]), (INF, [0.0; 4]));
}

proptest! {
    /// Of intervals inside each other.
    #[test]
    fn divergences_are_not_negative(a in -3.0..3.0f64, w in 1e-3..3.0f64, left in 0.0..2.0f64, right in 0.0..2.0f64) {
        let (q, p) = (
            Uniform::new(Tensor::from(a), Tensor::from(a + w)),
            Uniform::new(Tensor::from(a - left), Tensor::from(a + w + right)),
        );
        divergence::is_not_negative(&q, &p, 0.0);
    }
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, a, w) = (inputs.table(&[2, 2, 3], 0), inputs.table(&[2, 3], 1), inputs.positive(&[3], 2));
    let p = Uniform::new(a.clone(), a.clone() + &w);
    let wider = Uniform::new(a.clone() - 0.5, a + w * 2.0);
    let rng = &mut stream(405);
    let samples = [p.sample(rng), p.sample_n(2, rng)];
    let mut all = values(&[p.log_prob(&x), p.cdf(&x), p.entropy(), p.mean(), p.variance(), p.mode(), kl(&p, &wider)]);
    all.extend(values(&[p.rsample(rng), p.rsample_n(2, rng)]));
    all.into_iter().chain(samples).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for x in [INF, -INF, -0.5, 1.5] {
        is_outside(
            [x, 0.0, 1.0],
            |[x, a, b]| Uniform::new(a, b).log_prob(&x),
            |[x, a, b]| Uniform::new(a, b).log_prob(&x),
        );
    }
}

#[test]
fn limits() {
    let p = Uniform::new(Tensor::from([0.0]), Tensor::from([2.0]));
    for (x, log_p, below) in
        [(0.0, -(2f64.ln()), 0.0), (2.0, -(2f64.ln()), 1.0), (-INF, -INF, 0.0), (INF, -INF, 1.0), (-1.0, -INF, 0.0)]
    {
        let x = Tensor::from([x]);
        assert_eq!((p.log_prob(&x).item(), p.cdf(&x).item()), (log_p, below), "{x:?}");
    }
    assert!(p.log_prob(&Tensor::from([f64::NAN])).item().is_nan());
    assert_eq!(p.mode().item(), 0.0);
}

#[test]
fn messages() {
    let of = |low: f64, high: f64| Uniform::new(Tensor::from([low]), Tensor::from([high]));
    let refused = |p: Uniform<Tensor<f64>>| p.validated().unwrap_err().to_string();
    assert_eq!(refused(of(-INF, 0.0)), "Uniform: low must be finite; element 0 is -inf");
    assert_eq!(refused(of(0.0, f64::NAN)), "Uniform: high must be finite; element 0 is NaN");
    assert_eq!(refused(of(1.0, 0.5)), "Uniform: high − low must be positive and finite; element 0 is -0.5");
    assert_eq!(refused(of(-1e308, 1e308)), "Uniform: high − low must be positive and finite; element 0 is inf");
    assert!(of(0.0, 1.0).validated().is_ok());
    assert!(of(0.0, 1.0).supports(&Tensor::from([0.0, 1.0, 0.5])).is_ok());
    assert_eq!(
        of(0.0, 1.0).supports(&Tensor::from([0.0, 1.5])).unwrap_err().to_string(),
        "Uniform: the distance of x from its interval must be 0; element 1 is 0.5"
    );
}
