//! The Laplace distribution.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{
    come_through_every_door, follow_cdf, follow_density, gradients_of_expectation, have_moments, pinned,
};
use crate::support::fused::{one_operation_or_several, positive, shapes, sum, wave};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{apart, array, gradients, param};
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{Domain, LOCS_AND_SCALES, mass, simpson};
use crate::support::{INF, close, divergence, stream};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;
use std::f64::consts::{LN_2, LN_10};

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let laplace = |i: usize| Laplace::new(x[i].clone(), x[i + 1].clone());
    match what {
        "log_prob" => laplace(1).log_prob(&x[0]),
        "entropy" => Laplace::new(x[0].clone() * 0.0, x[0].clone()).entropy(),
        "cdf" => laplace(1).cdf(&x[0]),
        "kl" => kl(&laplace(0), &laplace(2)),
        "log_kl" => kl(&laplace(0), &laplace(2)).ln(),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/laplace.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// The error of Simpson's rule is of order step⁴/180 = 2·10⁻¹¹; what lies beyond 40 scales is below 10⁻¹⁷. By double
/// exponentials, on both sides of the kink, the rest is rounding.
#[test]
fn its_mass_is_one() {
    for (loc, scale) in LOCS_AND_SCALES {
        let p = Laplace::new(Tensor::from([loc]), Tensor::from([scale]));
        let mass = simpson(40, loc, scale, |x| p.log_prob(x));
        assert!((mass - 1.0).abs() < 1e-10, "({loc}, {scale}): {mass}");
    }
    let p = Laplace::new(Tensor::from([0.7]), Tensor::from([2.0]));
    for half in [Domain::Above { low: 0.7, scale: 2.0 }, Domain::Below { high: 0.7, scale: 2.0 }] {
        close(&Tensor::scalar(mass(half, |x| p.log_prob(x))), &Tensor::scalar(0.5), 1e-13);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(
        x in array(&[2, 2, 3], -2.0, 2.0), m0 in param(-2.0, 2.0), b0 in param(0.4, 2.5),
        m1 in param(-2.0, 2.0), b1 in param(0.4, 2.5), seed: u64,
    ) {
        prop_assume!(apart(&x, &m0) && apart(&m0, &m1));
        gradients(&[x.clone(), m0.clone(), b0.clone()], |v| Laplace::new(v[1], v[2]).log_prob(&v[0]))?;
        gradients(&[x, m0.clone(), b0.clone()], |v| Laplace::new(v[1], v[2]).cdf(&v[0]))?;
        gradients(&[m0.clone(), b0.clone()], |v| Laplace::new(v[0], v[1]).entropy())?;
        gradients(&[m0.clone(), b0.clone()], |v| Laplace::new(v[0], v[1]).variance())?;
        gradients(&[m0.clone(), b0.clone()], |v| Laplace::new(v[0], v[1]).rsample_n(2, &mut stream(seed)))?;
        gradients(&[m0, b0, m1, b1], |v| kl(&Laplace::new(v[0], v[1]), &Laplace::new(v[2], v[3])))?;
    }
}

/// Σ { |μ₀ − μ₁|/b₁ + (b₀/b₁) exp(−|μ₀ − μ₁|/b₀) − 1 − log(b₀/b₁) }.
fn divergence<V: Array>([m0, b0, m1, b1]: [&V; 4]) -> V {
    let (distance, ratio) = ((m0.clone() - m1).abs(), b0.clone() / b1);
    let overlap = (-(distance.clone() / b0)).exp() * &ratio;
    sum(distance / b1 + overlap - ratio.ln() - 1.0)
}

/// Σ { −|x − μ|/b − log 2b }.
fn log_density<V: Array>(x: &V, loc: &V, scale: &V) -> V {
    let u = (x.clone() - loc) / scale;
    sum(-u.abs() - scale.ln() - LN_2)
}

proptest! {
    /// Sums of at most 280 terms below 20 in size, and derivatives below 100: 10⁻¹¹ of a value, in single precision 10⁻³
    /// of it, are some ten roundings of the terms.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        let (x, m, s) = (wave(&a, 2.0, seed), wave(&b, 2.0, !seed), positive(&b, 0.25, 2.0, seed / 2));
        one_operation_or_several!([x, m, s], Laplace::new(m, s).log_prob(&x), log_density(&x, &m, &s), 1e-11, 1e-3);
        one_operation_or_several!(
            [x, s, m],
            kl(&Laplace::new(x, s), &Laplace::new(m, s * 2.0)),
            divergence([&x, &s, &m, &(s * 2.0)]),
            1e-11,
            1e-3
        );
    }
}

#[test]
fn draws() {
    let p = Laplace::new(Tensor::from([-1.5]), Tensor::from([0.3]));
    follow_density(&p, 2);
    follow_cdf(&p, 130);
    have_moments(&Laplace::new(Tensor::from([0.5, -2.0]), Tensor::from([0.3, 2.0])), 131);
    come_through_every_door(&Laplace::new(Tensor::zeros([2, 3]), Tensor::ones([3])));
    pinned(
        &Laplace::new(Tensor::zeros([3]), Tensor::scalar(1.0)),
        &[-1.8012898744040378, -0.40958636638776424, -0.10171825061519746],
    );
}

/// E[Σ z²] = Σ (μ² + 2b²).
#[test]
fn gradients_pass_through_draws() {
    let (m, b) = (Tensor::from([0.7, -0.4]), Tensor::from([0.5, 1.3]));
    gradients_of_expectation(&[m, b], &[Tensor::from([1.4, -0.8]), Tensor::from([2.0, 5.2])], 132, |v, n, rng| {
        Laplace::new(v[0], v[1]).rsample_n(n, rng).square().sum(-1)
    });
}

#[test]
fn divergences() {
    let table = divergence::normal_table;
    let (m0, s0, m1, s1) = (table(20), (table(21) * 0.5).exp(), table(22), (table(23) * 0.5).exp());
    divergence::agrees_with_simulation(&Laplace::new(m0, s0), &Laplace::new(m1, s1), 37);
    // Far apart and narrow: the overlap of two densities underflows to nothing.
    let [a, b] = [0.0, 1e6].map(|m| Laplace::new(Tensor::from(m), Tensor::from(1e-3)));
    close(&kl(&a, &b), &Tensor::scalar(1e9 - 1.0), 1e-15);
    // Neither the ratio of scales nor the distance over the narrower is a number.
    let [a, b] = [0.0, 1e200].map(|m| Laplace::new(Tensor::from(m), Tensor::from(if m == 0.0 { 1e-200 } else { m })));
    close(&kl(&a, &b), &Tensor::scalar(400.0 * LN_10), 1e-14);
    assert_eq!(kl(&b, &a).item(), INF);
    assert_eq!(kl(&b, &Laplace::new(b.loc().clone(), Tensor::from(1e-200))).item(), INF);
    assert_eq!(kl(&a, &a).item(), 0.0);
}

proptest! {
    /// The largest terms are of order e⁹.
    #[test]
    fn divergences_are_not_negative(v in prop::collection::vec(-3.0..3.0f64, 8)) {
        let row = |i: usize| Tensor::new([2, 1], v[2 * i..2 * i + 2].to_vec());
        let (q, p) = (Laplace::new(row(0), row(1).exp()), Laplace::new(row(2), row(3).exp()));
        divergence::is_not_negative(&q, &p, 1e-14 * 9.0f64.exp());
    }
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, m, s) = (inputs.table(&[2, 2, 3], 0), inputs.table(&[2, 3], 1), inputs.positive(&[3], 2));
    let (p, q) = (Laplace::new(m, s.clone()), Laplace::new(s, inputs.positive(&[2, 3], 7)));
    let rng = &mut stream(13);
    let samples = [p.sample(rng), p.sample_n(2, rng)];
    let mut all = values(&[p.log_prob(&x), p.cdf(&x), p.entropy(), p.mean(), p.variance(), p.mode(), kl(&p, &q)]);
    all.extend(values(&[p.rsample(rng), p.rsample_n(2, rng)]));
    all.into_iter().chain(samples).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for x in [INF, -INF] {
        is_outside(
            [x, 1.0, 0.5],
            |[x, m, s]| Laplace::new(m, s).log_prob(&x),
            |[x, m, s]| Laplace::new(m, s).log_prob(&x),
        );
    }
}

#[test]
fn limits() {
    let p = Laplace::new(Tensor::from([1.0]), Tensor::from([0.5]));
    for x in [INF, -INF, f64::MAX, -1e300] {
        assert!(p.log_prob(&Tensor::from([x])).item() <= -1e300);
    }
    for (x, below) in [(-INF, 0.0), (INF, 1.0), (-1e300, 0.0), (1e300, 1.0)] {
        let (value, slopes) = at_each::<f64, 3>([x, 1.0, 0.5], |[x, m, s]| Laplace::new(m, s).cdf(&x));
        assert_eq!((value, slopes), (below, [0.0; 3]), "{x}");
    }
    // At the kink nothing moves but the scale.
    let (value, slopes) = at_each::<f64, 3>([1.0, 1.0, 0.5], |[x, m, s]| Laplace::new(m, s).log_prob(&x));
    assert_eq!((value, slopes), (0.0, [0.0, 0.0, -2.0]));
    assert_eq!(p.mode(), p.mean());
}
