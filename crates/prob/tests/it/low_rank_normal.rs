//! The normal distribution with a covariance of low rank beside a diagonal, and its divergences from and to the others.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{
    N, come_through_every_door, dkw, follow_density, gradients_of_expectation, have_moments, ks_distance, pinned,
};
use crate::support::golden::{DOUBLE, SINGLE, golden, row};
use crate::support::gradients::{array, gradients};
use crate::support::limits::is_outside;
use crate::support::mass::{LOCS_AND_SCALES, simpson};
use crate::support::{INF, close, divergence, repeated, stream, tensor};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;

type P<V> = LowRankNormal<V>;

/// From 3 numbers of the mean, 6 of the factor, 3 of the diagonal.
fn from_numbers<V: Array>(x: &[V]) -> P<V> {
    P::new(row(&x[..3]), row(&x[3..9]).reshape([3, 2]), row(&x[9..12]))
}

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    match what {
        "log_prob" => from_numbers(&x[3..]).log_prob(&row(&x[..3])),
        "entropy" => P::new(row(&x[6..]), row(&x[..6]).reshape([3, 2]), row(&x[6..])).entropy(),
        "kl" => kl(&from_numbers(x), &from_numbers(&x[12..])),
        "kl_standard" => kl(&from_numbers(x), &StandardNormal::new([3])),
        "kl_normal" => kl(&from_numbers(x), &Normal::new(row(&x[12..15]), row(&x[15..]))),
        _ if what.starts_with("cdf_") => {
            let j: usize = what["cdf_".len()..].parse().expect("an element");
            from_numbers(&x[1..]).cdf(&x[0]).slice(0, j..j + 1)
        }
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/low_rank_normal.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// Of one variable, by Simpson's rule as for `Normal`: 0.6² + 0.8² = 1. A correlated pair, Σ = ((1, 0.8), (0.8, 1)): sums
/// over a grid as for `MultivariateNormal`.
#[test]
fn its_mass_is_one() {
    for (loc, scale) in LOCS_AND_SCALES {
        let own = (0.8 * scale) * (0.8 * scale);
        let p = P::new(Tensor::from([loc]), Tensor::from([[0.6 * scale]]), Tensor::from([own]));
        let mass = simpson(10, loc, scale, |x| p.log_prob(x));
        assert!((mass - 1.0).abs() < 1e-10, "({loc}, {scale}): {mass}");
    }
    let w = 0.8f64.sqrt();
    let p = P::new(Tensor::from([0.3, -0.2]), Tensor::from([[w], [w]]), Tensor::from([0.2, 0.2]));
    let x = Tensor::from_fn([201, 201, 2], |i| 0.1 * (if i % 2 == 0 { i / 402 } else { i / 2 % 201 } as f64 - 100.0));
    let mass: f64 = p.log_prob(&x).exp().sum_all().item() * 0.01;
    assert!((mass - 1.0).abs() < 1e-12, "{mass}");
}

/// Factors of fewer directions than elements, and of more, one or one a row.
fn factor() -> impl Strategy<Value = Tensor<f64>> {
    let shapes = vec![&[3, 2][..], &[2, 3, 2], &[3, 1], &[2, 3, 5], &[3, 0]];
    prop::sample::select(shapes).prop_flat_map(|shape: &'static [usize]| array(shape, -1.0, 1.0))
}

/// Variances, one for all rows or one a row.
fn diagonal() -> impl Strategy<Value = Tensor<f64>> {
    prop::sample::select(vec![&[3][..], &[2, 3]]).prop_flat_map(|shape: &'static [usize]| array(shape, 0.4, 2.5))
}

fn triangle() -> impl Strategy<Value = Tensor<f64>> {
    array(&[2, 3, 3], -1.0, 1.0).prop_map(|l| l * 0.5 + Tensor::eye(3) * 1.5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(
        x in array(&[2, 2, 3], -1.0, 1.0), m in array(&[2, 3], -1.0, 1.0), w in factor(), d in diagonal(),
        m1 in array(&[2, 3], -1.0, 1.0), w1 in factor(), d1 in diagonal(), l in triangle(), seed: u64,
    ) {
        let p = [m, w, d];
        let with = |more: &[&Tensor<f64>]| -> Vec<_> { p.iter().chain(more.iter().copied()).cloned().collect() };
        gradients(&with(&[&x]), |v| P::new(v[0], v[1], v[2]).log_prob(&v[3]))?;
        gradients(&with(&[&x]), |v| P::new(v[0], v[1], v[2]).cdf(&v[3]))?;
        gradients(&p, |v| P::new(v[0], v[1], v[2]).entropy())?;
        gradients(&p, |v| P::new(v[0], v[1], v[2]).variance())?;
        gradients(&p, |v| P::new(v[0], v[1], v[2]).covariance())?;
        gradients(&p, |v| P::new(v[0], v[1], v[2]).rsample(&mut stream(seed)))?;
        gradients(&p, |v| P::new(v[0], v[1], v[2]).rsample_n(2, &mut stream(seed)))?;
        gradients(&p, |v| kl(&P::new(v[0], v[1], v[2]), &StandardNormal::new([3])))?;
        gradients(&with(&[&m1, &d1]), |v| kl(&P::new(v[0], v[1], v[2]), &Normal::new(v[3], v[4])))?;
        gradients(&with(&[&m1, &d1]), |v| kl(&Normal::new(v[3], v[4]), &P::new(v[0], v[1], v[2])))?;
        gradients(&with(&[&m1, &l]), |v| kl(&P::new(v[0], v[1], v[2]), &MultivariateNormal::new(v[3], v[4])))?;
        gradients(&with(&[&m1, &l]), |v| kl(&MultivariateNormal::new(v[3], v[4]), &P::new(v[0], v[1], v[2])))?;
        gradients(&with(&[&m1, &w1, &d1]), |v| kl(&P::new(v[0], v[1], v[2]), &P::new(v[3], v[4], v[5])))?;
    }

    /// The distribution with the same covariance in full: 10⁻¹¹ is rounding, of a covariance whose condition is below 100.
    #[test]
    fn a_covariance_in_full(
        x in array(&[2, 2, 3], -2.0, 2.0), m in array(&[2, 3], -1.0, 1.0), w in factor(), d in diagonal(),
        m1 in array(&[2, 3], -1.0, 1.0), w1 in factor(), d1 in diagonal(),
    ) {
        let (q, p) = (P::new(m, w, d.clone()), P::new(m1.clone(), w1, d1.clone()));
        let (full_q, full_p) = (MultivariateNormal::from(&q), MultivariateNormal::from(&p));
        let diagonal = Normal::new(m1, d1);
        close(&q.log_prob(&x), &full_q.log_prob(&x), 1e-11);
        close(&q.cdf(&x), &full_q.cdf(&x), 1e-11);
        close(&q.variance(), &full_q.variance(), 1e-11);
        close(&q.entropy(), &(full_q.entropy() + Tensor::zeros(q.entropy().shape())), 1e-11);
        let exact = kl(&full_q, &full_p);
        close(&kl(&q, &p), &exact, 1e-11);
        close(&kl(&q, &full_p), &exact, 1e-11);
        close(&kl(&full_q, &p), &exact, 1e-11);
        close(&kl(&q, &diagonal), &kl(&full_q, &diagonal), 1e-11);
        close(&kl(&diagonal, &q), &kl(&diagonal, &full_q), 1e-11);
        close(&kl(&q, &StandardNormal::new([3])), &kl(&full_q, &StandardNormal::new([3])), 1e-11);
        divergence::is_not_negative(&q, &p, 1e-12);
    }
}

/// Without directions it is the diagonal normal distribution.
#[test]
fn of_rank_0() {
    let (m, d, x) = (tensor([2, 3], 1), tensor([3], 2).exp(), tensor([4, 2, 3], 3));
    let (p, diagonal) = (P::new(m.clone(), Tensor::zeros([3, 0]), d.clone()), Normal::new(m, d.sqrt()));
    close(&p.log_prob(&x), &diagonal.log_prob(&x), 1e-14);
    close(&p.cdf(&x), &diagonal.cdf(&x), 1e-14);
    close(&p.entropy(), &diagonal.entropy(), 1e-14);
    come_through_every_door(&p);
    have_moments(&P::new(tensor([2], 1), Tensor::zeros([2, 0]), tensor([2], 2).exp()), 401);
}

/// Five directions that are nearly the same, 10⁵ times as wide as what the elements have of their own: I is lost in AᵀA in
/// single precision, and would be in double. The reference is in `f64` with R = 1, where the sum of squares is one number.
#[test]
fn directions_that_are_nearly_the_same() {
    fn check<F: Real>(width: f64, tolerance: f64) {
        let one = Tensor::from_fn([3, 1], |j| width * (j + 1) as f64);
        let same = Tensor::<f64>::from_fn([3, 5], |i| width * (i / 5 + 1) as f64);
        let (zero, ones) = (Tensor::zeros([3]), Tensor::ones([3]));
        let x = Tensor::from([1.0, 2.0, 3.5]);
        let expected = P::new(zero.clone(), &one * 5.0f64.sqrt(), ones.clone()).log_prob(&x).item();
        let p = P::new(zero.cast::<F>(), same.cast(), ones.cast());
        let value = p.log_prob(&x.cast()).item().as_f64();
        assert!((value - expected).abs() < tolerance, "{value} is not {expected}");
    }
    check::<f32>(131072.0, 1e-5);
    check::<f64>(131072.0, 1e-9);
    check::<f64>(1e12, 1e-3);
}

#[test]
fn draws() {
    follow_density(&P::new(Tensor::from([-1.5]), Tensor::from([[0.3]]), Tensor::from([0.16])), 402);
    let (m, w) = (Tensor::from([0.5, -2.0]), Tensor::from([[1.0, 0.2, -0.3], [-0.8, 0.6, 2.0]]));
    have_moments(&P::new(m, w.clone(), Tensor::from([0.5, 2.0])), 403);
    let loc = Tensor::from([[0.5, -2.0], [3.0, 4.0]]);
    have_moments(&P::new(loc, (&w * 2.0 + w.repeat(2)) * tensor([2, 2, 3], 3), Tensor::from([0.5, 2.0])), 404);
    let (w, d) = (tensor([3, 2], 1), Tensor::ones([3]));
    come_through_every_door(&P::new(Tensor::zeros([3]), w.clone(), d.clone()));
    come_through_every_door(&P::new(Tensor::zeros([2, 3]), w.clone(), d.clone()));
    come_through_every_door(&P::new(Tensor::zeros([3]), w.repeat(2), d.clone()));
    come_through_every_door(&P::new(Tensor::zeros([3]), w.clone(), d.repeat(2)));
    pinned(
        &P::new(Tensor::zeros([2]), Tensor::from([[1.0], [2.0]]), Tensor::ones([2])),
        &[4.012356114623875, 4.442384457202305],
    );
}

/// Every projection aᵀz of a normal vector is N(aᵀμ, aᵀΣa). Coordinates by themselves would not show a wrong correlation.
#[test]
fn projections_of_draws() {
    let (loc, w) = (Tensor::from([0.5, -1.0, 2.0]), Tensor::from([[1.0, 0.3], [-0.8, 0.6], [2.0, 0.0]]));
    let p = P::new(loc.clone(), w, Tensor::from([0.1, 0.5, 0.2]));
    let z = p.rsample_n(N, &mut stream(405));
    for a in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [-2.0, 0.0, 1.0], [1.0, -1.0, 0.5]] {
        let a = Tensor::from(a);
        let mean: f64 = (&loc * &a).sum_all().item();
        let row = a.reshape([1, 3]);
        let scale = row.matmul(&p.covariance()).matmul_t(&row).item().sqrt();
        let q = Normal::new(Tensor::from([mean]), Tensor::from([scale]));
        let d = ks_distance((&z * &a).sum(-1).data().to_vec(), |x| q.log_prob(x));
        assert!(d < dkw(N), "{a:?}: {d}");
    }
}

/// E‖z‖² = ‖μ‖² + ‖W‖² + Σ d.
#[test]
fn gradients_pass_through_draws() {
    let (m, w, d) = (Tensor::from([0.7, -0.4]), Tensor::from([[1.0], [-0.8]]), Tensor::from([0.5, 2.0]));
    let exact = [Tensor::from([1.4, -0.8]), Tensor::from([[2.0], [-1.6]]), Tensor::from([1.0, 1.0])];
    gradients_of_expectation(&[m, w, d], &exact, 406, |v, n, rng| {
        P::new(v[0], v[1], v[2]).rsample_n(n, rng).square().sum(-1)
    });
}

#[test]
fn divergences() {
    let table = divergence::normal_table;
    let low_rank = |seed: u64| P::new(table(seed), table(seed + 1).reshape([3, 2, 1]), table(seed + 2).exp());
    let factors = Tensor::from_fn([3, 2, 2], |i| table(24).data()[i / 2] * 0.5 + [1.0, 0.0, 0.0, 1.5][i % 4]);
    let (full, diagonal) =
        (MultivariateNormal::new(table(20), factors), Normal::from_log_variance(table(22), table(23)));
    let (q, p) = (low_rank(410), low_rank(413));
    divergence::agrees_with_simulation(&q, &p, 416);
    divergence::agrees_with_simulation(&q, &full, 417);
    divergence::agrees_with_simulation(&full, &q, 418);
    divergence::agrees_with_simulation(&q, &diagonal, 419);
    divergence::agrees_with_simulation(&diagonal, &q, 420);
    divergence::agrees_with_simulation(&q, &StandardNormal::new([2]), 421);
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, m, d) = (inputs.table(&[2, 2, 3], 0), inputs.table(&[2, 3], 1), inputs.positive(&[3], 2));
    let p = P::new(m.clone(), inputs.table(&[3, 2], 3), d.clone());
    let q = P::new(d.clone(), inputs.table(&[2, 3, 4], 4), inputs.positive(&[2, 3], 5));
    let (full, diagonal) = (MultivariateNormal::new(m.clone(), inputs.triangle(4)), Normal::new(m, d));
    let rng = &mut stream(422);
    let samples = [p.sample(rng), p.sample_n(2, rng)];
    let mut all =
        values(&[p.log_prob(&x), p.cdf(&x), q.cdf(&x), p.entropy(), p.mean(), p.variance(), p.mode(), p.covariance()]);
    all.extend(values(&[p.rsample(rng), p.rsample_n(2, rng), kl(&p, &q), kl(&q, &p), kl(&p, &full), kl(&full, &p)]));
    all.extend(values(&[kl(&p, &StandardNormal::new([3])), kl(&p, &diagonal), kl(&diagonal, &p)]));
    all.into_iter().chain(samples).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    fn log_prob<V: Array>([x, y, m, w, d]: [V; 5]) -> V {
        let twice = |a: &V| row(&[a.clone(), a.clone()]);
        P::new(twice(&m), twice(&w).reshape([2, 1]), twice(&d)).log_prob(&row(&[x, y]))
    }
    for (x, y) in [(INF, 0.0), (-INF, INF), (INF, INF), (f64::MAX, 0.0), (f64::MAX, -f64::MAX)] {
        is_outside([x, y, 0.5, 0.7, 2.0], |v| log_prob(v), |v| log_prob(v));
    }
    let p = P::new(Tensor::from([1.0, 1.0]), Tensor::from([[0.5], [-1.0]]), Tensor::from([1.0, 1.0]));
    for x in [f64::MAX, -1e300] {
        assert_eq!(p.log_prob(&Tensor::from([x, x])).item(), -INF);
    }
    assert!(p.log_prob(&Tensor::from([f64::NAN, INF])).item().is_nan());
    let [q, p] = [f64::MAX, -f64::MAX]
        .map(|m| P::new(Tensor::from([m, m]), Tensor::from([[0.5], [-1.0]]), Tensor::from([1.0, 1.0])));
    assert_eq!(kl(&q, &p).item(), INF);
}

/// A vector's event with one factor, one a row, and draws in front: as one event at a time.
#[test]
fn vectors_and_factors() {
    const S: usize = 4;
    const B: usize = 2;
    const K: usize = 3;
    const R: usize = 2;
    let x = tensor([S, B, K], 1);
    let leading: [&[usize]; 3] = [&[], &[B], &[S, B]];
    for (a, b, c) in (0..27).map(|i| (leading[i / 9], leading[i / 3 % 3], leading[i % 3])) {
        let m = tensor(&[a, &[K]].concat()[..], 2);
        let w = tensor(&[b, &[K, R]].concat()[..], 3);
        let d = tensor(&[c, &[K]].concat()[..], 4).exp();
        let p = P::new(m.clone(), w.clone(), d.clone());
        let (y, entropy) = (p.log_prob(&x), repeated(&p.entropy(), [S, B]));
        let [m, d] = [m, d].map(|x| repeated(&x, [S, B, K]).reshape([S * B, K]));
        let w = repeated(&w, [S, B, K, R]).reshape([S * B, K, R]);
        for e in 0..S * B {
            let pick = |x: &Tensor<f64>| x.slice(0, e..e + 1).reshape([K]);
            let one = P::new(pick(&m), w.slice(0, e..e + 1).reshape([K, R]), pick(&d));
            close(&one.log_prob(&pick(&x.reshape([S * B, K]))), &Tensor::scalar(y.data()[e]), 1e-14);
            close(&one.entropy(), &Tensor::scalar(entropy.data()[e]), 1e-14);
        }
    }
    let p = P::new(Tensor::zeros([K]), tensor([B, K, R], 3), Tensor::ones([K]));
    close(&p.covariance().diagonal(), &p.variance(), 1e-14);
    // `x` of fewer axes is repeated.
    close(&p.log_prob(&tensor([K], 1)), &p.log_prob(&tensor([K], 1).repeat(B)), 1e-15);
}

#[test]
fn messages() {
    let p = || P::new(Tensor::zeros([2]), Tensor::ones([2, 1]), Tensor::ones([2]));
    let refused = |p: P<Tensor<f64>>, message: &str| assert_eq!(p.validated().unwrap_err().to_string(), message);
    refused(
        P::new(Tensor::zeros([2]), Tensor::ones([2, 1]), Tensor::from([1.0, 0.0])),
        "LowRankNormal: diagonal must be positive and finite; element 1 is 0",
    );
    refused(
        P::new(Tensor::zeros([2]), Tensor::full([2, 1], INF), Tensor::ones([2])),
        "LowRankNormal: factor must be finite; element [0, 0] is inf",
    );
    refused(
        P::new(Tensor::from([0.0, INF]), Tensor::ones([2, 1]), Tensor::ones([2])),
        "LowRankNormal: loc must be finite; element 1 is inf",
    );
    assert!(p().validated().is_ok());
    let outside = p().supports(&Tensor::from([0.0, -INF])).unwrap_err().to_string();
    assert_eq!(outside, "LowRankNormal: x must be finite; element 1 is -inf");
    assert!(p().supports(&Tensor::from([0.0, 1e300])).is_ok());
}

#[test]
#[should_panic(
    expected = "LowRankNormal: needs loc [.., K], factor [.., K, R] and diagonal [.., K], not [2], [3, 1] and [2]"
)]
fn shapes() {
    P::new(Tensor::<f64>::zeros([2]), Tensor::zeros([3, 1]), Tensor::ones([2]));
}

#[test]
#[should_panic(
    expected = "LowRankNormal: the leading axes of loc [4, 2], factor [2, 1] and diagonal [3, 2] do not go together"
)]
fn leading_axes() {
    P::new(Tensor::<f64>::zeros([4, 2]), Tensor::zeros([2, 1]), Tensor::ones([3, 2]));
}
