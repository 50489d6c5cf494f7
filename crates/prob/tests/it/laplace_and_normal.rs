//! Divergences between Laplace and normal distributions.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::divergence;
use crate::support::fused::{one_operation_or_several, positive, shapes, sum, wave};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{array, gradients, param};
use crate::support::limits::at_each;
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;
use std::f64::consts::{E, FRAC_1_SQRT_2, PI, TAU};

fn laplace_to_normal<V: Array>(m0: &V, b: &V, m1: &V, s: &V) -> V {
    kl(&Laplace::new(m0.clone(), b.clone()), &Normal::new(m1.clone(), s.clone()))
}

fn normal_to_laplace<V: Array>(m0: &V, s: &V, m1: &V, b: &V) -> V {
    kl(&Normal::new(m0.clone(), s.clone()), &Laplace::new(m1.clone(), b.clone()))
}

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    match what {
        "laplace to normal" => laplace_to_normal(&x[0], &x[1], &x[2], &x[3]),
        "normal to laplace" => normal_to_laplace(&x[0], &x[1], &x[2], &x[3]),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/laplace_and_normal.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(
        m0 in array(&[2, 2, 3], -2.0, 2.0), s0 in param(0.4, 2.5), m1 in param(-2.0, 2.0), s1 in param(0.4, 2.5),
    ) {
        let params = [m0, s0, m1, s1];
        gradients(&params, |v| laplace_to_normal(&v[0], &v[1], &v[2], &v[3]))?;
        gradients(&params, |v| normal_to_laplace(&v[0], &v[1], &v[2], &v[3]))?;
        // With log-variances, which the scale is computed from.
        gradients(&params, |v| {
            let normal = Normal::from_log_variance(v[2], v[3]);
            kl(&Laplace::new(v[0], v[1]), &normal)
        })?;
        gradients(&params, |v| {
            let normal = Normal::from_log_variance(v[2], v[3]);
            kl(&normal, &Laplace::new(v[0], v[1]))
        })?;
    }

    /// The least is 0.07 for one direction, where b² = ½ σ², and 0.05 for the other: nothing cancels to 0.
    #[test]
    fn divergences_are_positive(v in prop::collection::vec(-3.0..3.0f64, 4)) {
        let [m0, s0, m1, s1] = [v[0], v[1].exp(), v[2], v[3].exp()].map(|x| Tensor::from([x]));
        prop_assert!(laplace_to_normal(&m0, &s0, &m1, &s1).item() > 0.0723);
        prop_assert!(normal_to_laplace(&m0, &s0, &m1, &s1).item() > 0.0484);
    }
}

/// Σ { (2b² + d²)/2σ² + log σ + ½ log 2π − log 2b − 1 }.
fn cross_less_entropy<V: Array>(m0: &V, b: &V, m1: &V, s: &V) -> V {
    let square = b.square() * 2.0 + (m0.clone() - m1).square();
    sum(square / s.square() * 0.5 + s.ln() + 0.5 * TAU.ln() - (b.clone() * 2.0).ln() - 1.0)
}

/// Σ { (σ √(2/π) exp(−d²/2σ²) + d erf(d/σ√2))/b + log 2b − ½ log 2πeσ² }.
fn folded_less_entropy<V: Array>(m0: &V, s: &V, m1: &V, b: &V) -> V {
    let d = m0.clone() - m1;
    let t = d.clone() / s;
    let distance = (t.square() * -0.5).exp() * s * (2.0 / PI).sqrt() + (t * FRAC_1_SQRT_2).erf() * d;
    sum(distance / b + (b.clone() * 2.0).ln() - s.ln() - 0.5 * (TAU * E).ln())
}

proptest! {
    /// Sums of at most 280 terms below 150 in size, and derivatives below 1000: 10⁻¹¹ of a value, in single precision 10⁻³
    /// of it, are some ten roundings of the terms.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let (m0, s0) = (wave(&a, 2.0, seed), positive(&a, 0.25, 2.0, seed / 3));
        let (m1, s1) = (wave(&b, 2.0, !seed), positive(&b, 0.25, 2.0, seed / 2));
        one_operation_or_several!(
            [m0, s0, m1, s1],
            laplace_to_normal(&m0, &s0, &m1, &s1),
            cross_less_entropy(&m0, &s0, &m1, &s1),
            1e-11,
            1e-3
        );
        one_operation_or_several!(
            [m0, s0, m1, s1],
            normal_to_laplace(&m0, &s0, &m1, &s1),
            folded_less_entropy(&m0, &s0, &m1, &s1),
            1e-11,
            1e-3
        );
    }
}

#[test]
fn divergences() {
    let table = divergence::normal_table;
    let (m0, s0, m1, s1) = (table(70), (table(71) * 0.5).exp(), table(72), (table(73) * 0.5).exp());
    let (laplace, normal) = (Laplace::new(m0, s0), Normal::new(m1, s1));
    divergence::agrees_with_simulation(&laplace, &normal, 74);
    divergence::agrees_with_simulation(&normal, &laplace, 75);
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (m, s, n, t) =
        (inputs.table(&[2, 3], 1), inputs.positive(&[3], 2), inputs.table(&[3], 3), inputs.positive(&[2, 3], 4));
    values(&[laplace_to_normal(&m, &s, &n, &t), normal_to_laplace(&m, &s, &n, &t)])
}

agreement!(everything);

/// Scales so far apart that quotients and squares overflow leave infinity, not NaN, or the logarithm of their quotient.
fn limits_in<F: Real>() {
    let (tiny, huge) = (F::min_positive_value().as_f64(), 0.5 * F::max_value().as_f64());
    let scales = [tiny, 1e-30, 1.0, 1e30, huge];
    for (d, (s, t)) in [0.0, 1.0, 1e30, -huge]
        .into_iter()
        .flat_map(|d| scales.into_iter().flat_map(move |s| scales.map(|t| (d, (s, t)))))
    {
        for to_laplace in [false, true] {
            let (value, slopes) = at_each::<F, 4>([d, s, 0.0, t], |[m0, s0, m1, s1]| {
                if to_laplace { normal_to_laplace(&m0, &s0, &m1, &s1) } else { laplace_to_normal(&m0, &s0, &m1, &s1) }
            });
            assert!(value > 0.04 && slopes.iter().all(|d| !d.is_nan()), "{d}, {s}, {t}: {value}, {slopes:?}");
        }
    }
    // A quotient below the least number.
    let (value, _) = at_each::<F, 4>([0.0, tiny, 0.0, huge], |[m0, s0, m1, s1]| normal_to_laplace(&m0, &s0, &m1, &s1));
    let expected = huge.ln() - tiny.ln() - 0.5 * (PI * E / 2.0).ln();
    assert!((value / expected - 1.0).abs() < 1e-6, "{value}, {expected}");
}

#[test]
fn limits() {
    limits_in::<f32>();
    limits_in::<f64>();
}
