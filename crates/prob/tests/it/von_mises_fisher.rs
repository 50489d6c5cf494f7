//! The von Mises–Fisher distribution.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{
    N, come_through_every_door, dkw, gradients_of_expectation, have_moments, ks_distance, pinned,
};
use crate::support::golden::{DOUBLE, SINGLE, golden, row};
use crate::support::gradients::{array, gradients};
use crate::support::limits::is_outside;
use crate::support::mass::{Domain, mass};
use crate::support::{INF, close, divergence, repeated, stream, tensor};
use autograd::prelude::*;
use prob::prelude::*;
use prob::special::scalar::{bessel_ratio, bessel_ratio_derivative, lgamma};
use proptest::prelude::*;
use std::f64::consts::{LN_2, PI};

type P<V> = VonMisesFisher<V>;

/// In the dimension that the first number is, with its second number as the first element of the mean direction.
fn with_element<V: Array>(p: &V, m: &V, k: &V) -> P<V> {
    let mut elements = vec![m.constant(&Tensor::scalar(V::F::of(0.0))); p.value().item().as_f64() as usize];
    elements[0] = m.clone();
    P::new(row(&elements), k.clone())
}

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let first = |y: V| y.slice(-1, ..1);
    let one = || x[0].constant(&Tensor::scalar(V::F::of(1.0)));
    match what {
        "log_prob" => {
            let p = x.len() / 2;
            P::new(row(&x[p..2 * p]), x[2 * p].clone()).log_prob(&row(&x[..p]))
        }
        "kl" => {
            let p = x.len() / 2 - 1;
            let [m0, m1] = [row(&x[..p]), row(&x[p..2 * p])];
            kl(&P::new(m0, x[2 * p].clone()), &P::new(m1, x[2 * p + 1].clone()))
        }
        "entropy" => with_element(&x[0], &one(), &x[1]).entropy(),
        "kl_uniform" => {
            let q = with_element(&x[0], &one(), &x[1]);
            kl(&q, &UniformSphere::new(q.shape()))
        }
        "mean" => first(with_element(&x[0], &x[2], &x[1]).mean()),
        "variance" => first(with_element(&x[0], &x[2], &x[1]).variance()),
        _ => panic!("this test does not know `{what}`"),
    }
}

/// Every error is below the bound for elementary functions, although there are Bessel functions in them.
#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/von_mises_fisher.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// v/‖v‖ of each vector.
fn unit<V: Array>(v: &V) -> V {
    v.clone() / v.square().sum_keep(-1).sqrt()
}

/// (cos θ, sin θ, 0, …, 0) for each angle.
fn at_angle(p: usize, angles: &Tensor<f64>) -> Tensor<f64> {
    let element = |i: usize, angle: f64| [angle.cos(), angle.sin(), 0.0][i.min(2)];
    Tensor::from_fn([angles.shape().size(), p], |i| element(i % p, angles.data()[i / p]))
}

/// Around the first axis.
fn around_axis(p: usize, concentration: f64) -> P<Tensor<f64>> {
    P::new(Tensor::from_fn([p], |i| f64::from(i == 0)), Tensor::scalar(concentration))
}

/// log of the density of the angle θ: of the vectors at θ together, S_{p−1} sin^(p−2) θ times what each has.
fn log_density_of_angle(p: usize, concentration: f64, angles: &Tensor<f64>) -> Tensor<f64> {
    let half = 0.5 * (p as f64 - 1.0);
    let log_area = LN_2 + half * PI.ln() - lgamma(half);
    let log_p = around_axis(p, concentration).log_prob(&at_angle(p, angles));
    let powers = Tensor::from_fn(log_p.shape(), |i| {
        if p == 2 { 0.0 } else { (p as f64 - 2.0) * angles.data()[i].sin().max(1e-300).ln() }
    });
    log_p + powers + log_area
}

const DIMENSIONS_AND_CONCENTRATIONS: [(usize, f64); 14] = [
    (2, 0.0),
    (2, 0.5),
    (2, 20.0),
    (2, 1e6),
    (3, 0.0),
    (3, 2.0),
    (3, 1e6),
    (5, 10.0),
    (5, 1e-6),
    (100, 0.0),
    (100, 30.0),
    (100, 1e3),
    (100, 1e6),
    (300, 150.0),
];

/// By double exponentials. At κ = 10⁶ the logarithms of the density are of that size, elsewhere along the sphere.
#[test]
fn its_mass_is_one() {
    for (p, k) in DIMENSIONS_AND_CONCENTRATIONS {
        let mass = mass(Domain::Between(0.0, PI), |x| log_density_of_angle(p, k, x));
        assert!((mass - 1.0).abs() < 1e-12, "({p}, {k}): {mass}");
    }
}

/// Vectors whose first element is not near 0, where the reflection of draws changes.
fn vectors(shape: &'static [usize]) -> impl Strategy<Value = Tensor<f64>> {
    array(shape, -1.0, 1.0).prop_filter("a direction", |v| {
        let n = v.shape()[v.shape().rank() - 1];
        v.data().chunks_exact(n).all(|v| v[0].abs() > 1e-2 && v.iter().map(|v| v * v).sum::<f64>() > 0.3)
    })
}

fn direction() -> impl Strategy<Value = Tensor<f64>> {
    prop::sample::select(vec![&[2, 3][..], &[3]]).prop_flat_map(vectors)
}

fn concentration() -> impl Strategy<Value = Tensor<f64>> {
    prop::sample::select(vec![&[2][..], &[]]).prop_flat_map(|shape: &'static [usize]| array(shape, 0.1, 9.0))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Of the draws by the direction: that they follow the concentration's derivative has tests of its own.
    #[test]
    fn derivatives(
        x in vectors(&[2, 2, 3]), m in direction(), k in concentration(), m1 in direction(), k1 in concentration(), seed: u64,
    ) {
        let p = [m.clone(), k.clone()];
        gradients(&[x, m.clone(), k.clone()], |v| P::new(unit(&v[1]), v[2]).log_prob(&unit(&v[0])))?;
        gradients(&p, |v| P::new(unit(&v[0]), v[1]).entropy())?;
        gradients(&p, |v| P::new(v[0], v[1]).mean())?;
        gradients(&p, |v| P::new(v[0], v[1]).variance())?;
        gradients(&p, |v| P::new(v[0], v[1]).mode() + v[1].sum_all())?;
        gradients(&p, |v| kl(&P::new(v[0], v[1]), &UniformSphere::new([3])) + v[0].sum_all())?;
        gradients(&[m.clone(), k.clone(), m1, k1], |v| kl(&P::new(v[0], v[1]), &P::new(v[2], v[3])))?;
        gradients(&[m], |v| {
            let p = P::new(unit(&v[0]), v[0].constant(&k));
            p.rsample(&mut stream(seed)).sum_all() + p.rsample_n(2, &mut stream(seed))
        })?;
    }
}

/// The angles of draws to the mean direction, without cancellation.
fn angles(z: &Tensor<f64>, mean_direction: &Tensor<f64>) -> Vec<f64> {
    (z - mean_direction).square().sum(-1).data().iter().map(|square| 2.0 * (0.5 * square.sqrt()).asin()).collect()
}

/// Angles against the density; fewer draws in many dimensions, which take long.
#[test]
fn draws_have_the_angles_of_the_density() {
    for (test, (p, k)) in DIMENSIONS_AND_CONCENTRATIONS.into_iter().enumerate() {
        let n = if p < 10 { N } else { N / 10 };
        let mean_direction = unit(&tensor([p], 5));
        let q = P::new(mean_direction.clone(), Tensor::scalar(k));
        let z = q.sample_n(n, &mut stream(430 + test as u64));
        assert!(q.supports(&z).is_ok());
        let distance = ks_distance(angles(&z, &mean_direction), |x| log_density_of_angle(p, k, x));
        assert!(distance < dkw(n), "({p}, {k}): {distance}");
    }
}

/// In two dimensions the signed angle has a density of its own; in three, any element of a uniform vector is uniform between
/// −1 and 1 (Archimedes), and so is one across the mean direction over its greatest value, the cosine of a uniform angle.
#[test]
fn draws_have_all_directions() {
    let n = N;
    let (m, k) = (0.6f64.acos(), 3.0);
    let q = P::new(Tensor::from([0.6f64, 0.8]), Tensor::scalar(k));
    let z: Tensor<f64> = q.sample_n(n, &mut stream(450));
    let signed = (0..n).map(|i| (z.row(i)[1].atan2(z.row(i)[0]) - m + 3.0 * PI).rem_euclid(2.0 * PI) - PI).collect();
    let distance = ks_distance(signed, |x| q.log_prob(&at_angle(2, &(x + m))));
    assert!(distance < dkw(n), "{distance}");

    let uniform = |x: &Tensor<f64>| Tensor::full([x.shape()[0]], -LN_2);
    let z: Tensor<f64> = P::new(Tensor::from([0.0, 0.6, -0.8]), Tensor::scalar(0.0)).sample_n(n, &mut stream(451));
    for j in 0..3 {
        let distance = ks_distance((0..n).map(|i| z.row(i)[j]).collect(), uniform);
        assert!(distance < dkw(n), "{j}: {distance}");
    }
    let z: Tensor<f64> = P::new(Tensor::from([0.0, 0.6, -0.8]), Tensor::scalar(5.0)).sample_n(n, &mut stream(452));
    let azimuth = |i: usize| (0.8 * z.row(i)[1] + 0.6 * z.row(i)[2]).atan2(z.row(i)[0]);
    let uniform = |x: &Tensor<f64>| Tensor::full([x.shape()[0]], -(2.0 * PI).ln());
    let distance = ks_distance((0..n).map(azimuth).collect(), uniform);
    assert!(distance < dkw(n), "{distance}");
}

#[test]
fn draws() {
    have_moments(&P::new(unit(&tensor([2, 2], 1)), Tensor::from([0.5, 8.0])), 453);
    have_moments(&P::new(unit(&tensor([3], 2)), Tensor::scalar(2.0)), 454);
    have_moments(&P::new(unit(&tensor([5], 3)), Tensor::scalar(0.0)), 455);
    have_moments(&P::new(unit(&tensor([4], 3)), Tensor::scalar(1e6)), 456);
    come_through_every_door(&P::new(unit(&tensor([3], 1)), Tensor::scalar(2.0)));
    come_through_every_door(&P::new(unit(&tensor([2, 3], 1)), Tensor::scalar(2.0)));
    come_through_every_door(&P::new(unit(&tensor([3], 1)), Tensor::from([2.0, 50.0])));
    assert_eq!(P::new(unit(&tensor([3], 1)), Tensor::from([2.0, 50.0])).shape(), Shape::new(&[2, 3]));
    pinned(
        &P::new(Tensor::from([0.0, 1.0, 0.0]), Tensor::scalar(2.0)),
        &[0.11165527438018963, 0.8074886837135502, 0.5792194103944054],
    );
}

/// Lengths are 1 to rounding in either type, however concentrated the draws are; so are directions that were rounded.
#[test]
fn draws_lie_on_the_sphere() {
    fn check<F: Real>(tolerance: f64) {
        for (p, k) in DIMENSIONS_AND_CONCENTRATIONS {
            let mean_direction = unit(&tensor([4, p], 7).cast::<F>());
            let q = P::new(mean_direction.clone(), Tensor::scalar(F::of(k)));
            let z = q.sample_n(50, &mut stream(457));
            close(&z.square().sum(-1), &Tensor::ones([50, 4]), tolerance);
            assert!(q.supports(&z).is_ok() && q.supports(&mean_direction).is_ok());
            assert!(q.log_prob(&z).data().iter().all(|y| y.is_finite()));
        }
    }
    check::<f64>(1e-14);
    check::<f32>(5e-6);
}

/// ½ ‖z − μ‖² = 1 − cos θ of draws, and its derivatives by the concentrations, one for each draw.
fn moves(p: usize, k: f64, n: usize, test: u64) -> (Vec<f64>, Vec<f64>) {
    let mean_direction = unit(&tensor([p], 5));
    let concentrations = Param::new(Tensor::full([n], k));
    let (mut tape, mut heights) = (Tape::new(), Vec::new());
    let (_, gradients) = tape.value_and_grad(|tape| {
        let q = P::new(tape.constant(&mean_direction), tape.param(&concentrations));
        let z = q.rsample(&mut stream(test));
        let u = (z - tape.constant(&mean_direction)).square().sum(-1) * 0.5;
        heights = u.value().data().to_vec();
        u.sum_all()
    });
    (heights, gradients.get(&concentrations).unwrap().data().to_vec())
}

/// In three dimensions u = 1 − cos θ is exponential, cut off at 2: P(U ≤ u) = (1 − e^−κu)/(1 − e^−2κ), and ∂u/∂κ is
/// −(∂P/∂κ)/(∂P/∂u). That cancels for small κ, and leaves 10⁻⁹ of it.
#[test]
fn a_draw_moves_with_the_concentration_in_three_dimensions() {
    for k in [1e-3, 0.5, 7.0, 300.0, 1e6] {
        let (heights, slopes) = moves(3, k, 200, 458);
        for (u, slope) in heights.into_iter().zip(slopes) {
            let cut = 2.0 / (2.0 * k).exp_m1() * (k * u).exp_m1();
            let expected = if k > 100.0 { -u / k } else { (cut - u) / k };
            assert!((slope - expected).abs() <= 1e-9 * expected.abs(), "κ = {k}, u = {u}: {slope}, not {expected}");
        }
    }
}

/// The distribution function by double exponentials, its derivative by a difference quotient of fourth order: 10⁻⁶ of the
/// largest derivative is room for its errors.
#[test]
fn a_draw_moves_with_the_concentration() {
    for (p, k) in [(2, 0.3), (2, 4.0), (2, 400.0), (4, 1.0), (4, 60.0), (30, 2.0), (30, 500.0), (101, 1.0), (101, 2e4)]
    {
        let (heights, slopes) = moves(p, k, 12, 459);
        let largest = slopes.iter().fold(0.0f64, |m, s| m.max(s.abs()));
        for (u, slope) in heights.into_iter().zip(slopes) {
            let angle = 2.0 * (0.5 * u).sqrt().asin();
            let below = |k: f64| mass(Domain::Between(0.0, angle), |x| log_density_of_angle(p, k, x));
            let h = 2e-3 * k;
            let by_k = (8.0 * (below(k + h) - below(k - h)) - (below(k + 2.0 * h) - below(k - 2.0 * h))) / (12.0 * h);
            let density = log_density_of_angle(p, k, &Tensor::from([[angle]])).item().exp();
            let expected = -by_k / density * angle.sin();
            let room = 1e-6 * largest;
            assert!((slope - expected).abs() <= room, "({p}, {k}), u = {u}: {slope}, not {expected}, within {room}");
        }
    }
}

/// E[aᵀz] = A aᵀμ and E[(aᵀz)²] = (A/κ) ‖a‖² + (1 − p A/κ) (aᵀμ)² with μ = v/‖v‖.
#[test]
fn gradients_pass_through_draws() {
    for (test, (p, k)) in [(2, 0.5), (2, 60.0), (3, 4.0), (20, 30.0)].into_iter().enumerate() {
        let test = 460 + 2 * test as u64;
        let (v, a, n) = (tensor([p], 3) * 1.5, tensor([p], 8), p as f64);
        let length = v.square().sum_all().sqrt().item();
        let m = &v / length;
        let (along, square) = ((&a * &m).sum_all().item(), a.square().sum_all().item());
        let ratio = bessel_ratio(0.5 * n - 1.0, k);
        let ratio_slope = bessel_ratio_derivative(0.5 * n - 1.0, k);
        let (s, s_slope) = (ratio / k, (ratio_slope - ratio / k) / k);
        let turn = (&a - &m * along) / length;
        let params = [v, Tensor::scalar(k)];
        let exact = [&turn * ratio, Tensor::scalar(ratio_slope * along)];
        gradients_of_expectation(&params, &exact, test, |v, n, rng| {
            (P::new(unit(&v[0]), v[1]).rsample_n(n, rng) * v[0].constant(&a)).sum(-1)
        });
        let exact = [turn * (2.0 * (1.0 - n * s) * along), Tensor::scalar(s_slope * (square - n * along * along))];
        gradients_of_expectation(&params, &exact, test + 1, |v, n, rng| {
            (P::new(unit(&v[0]), v[1]).rsample_n(n, rng) * v[0].constant(&a)).sum(-1).square()
        });
    }
}

#[test]
fn divergences() {
    let table = divergence::normal_table;
    let q = P::new(unit(&table(480)), Tensor::from([0.5, 3.0, 40.0]));
    let p = P::new(unit(&(table(480) + table(481) * 0.2)), Tensor::from([2.0, 1.0, 20.0]));
    divergence::agrees_with_simulation(&q, &p, 482);
    divergence::agrees_with_simulation(&q, &UniformSphere::new([2]), 483);
    let q = P::new(unit(&tensor([3, 40], 2)), Tensor::from([0.5, 20.0, 200.0]));
    divergence::agrees_with_simulation(&q, &UniformSphere::new([40]), 484);
    // From none to all of it, and as it falls to the uniform distribution: κ²/2p.
    for (k, tolerance) in [(0.0, 1e-16), (1e-4, 1e-14)] {
        let gain = kl(&around_axis(3, k), &UniformSphere::new([3])).item();
        assert!((gain - k * k / 6.0).abs() < tolerance, "{k}: {gain}");
    }
}

proptest! {
    /// Rounding of terms below 100.
    #[test]
    fn divergences_are_not_negative(m in vectors(&[2, 3]), k in array(&[2], 0.0, 50.0), m1 in vectors(&[3]), k1 in 0.0..50.0) {
        let (q, p) = (P::new(unit(&m), k), P::new(unit(&m1), Tensor::scalar(k1)));
        divergence::is_not_negative(&q, &p, 1e-13);
        for value in kl(&q, &UniformSphere::new([3])).data() {
            prop_assert!(*value >= -1e-14);
        }
        // The uniform distribution is the one without concentration.
        let uniform = P::new(unit(&m1), Tensor::scalar(0.0));
        close(&kl(&q, &uniform), &kl(&q, &UniformSphere::new([3])), 1e-13);
        close(&uniform.entropy(), &UniformSphere::new([3]).entropy(), 1e-14);
        close(&uniform.log_prob(&unit(&m)), &UniformSphere::new([3]).log_prob(&unit(&m)), 1e-14);
    }
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, m, k) = (unit(&inputs.table(&[2, 2, 3], 0)), unit(&inputs.table(&[2, 3], 1)), inputs.positive(&[2], 2));
    let p = P::new(m.clone(), k.clone());
    let q = P::new(unit(&inputs.table(&[3], 3)), inputs.positive(&[], 5));
    let rng = &mut stream(485);
    let samples = [p.sample(rng), p.sample_n(2, rng)];
    let mut all = values(&[p.log_prob(&x), p.entropy(), p.mean(), p.variance(), p.mode(), kl(&p, &q), kl(&q, &p)]);
    all.extend(values(&[kl(&p, &UniformSphere::new([3])), p.rsample(rng), p.rsample_n(2, rng)]));
    all.into_iter().chain(samples).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    fn log_prob<V: Array>([x, y, m, n, k]: [V; 5]) -> V {
        P::new(row(&[m, n]), k).log_prob(&row(&[x, y]))
    }
    for [x, y] in [[2.0, 0.0], [0.5, 0.5], [0.0, 0.0], [INF, 0.0], [-INF, INF], [1.0, 1e300], [1.01, 0.0]] {
        is_outside([x, y, 0.6, 0.8, 2.0], |v| log_prob(v), |v| log_prob(v));
        is_outside([x, y, 0.6, 0.8, 0.0], |v| log_prob(v), |v| log_prob(v));
    }
    let p = P::new(Tensor::from([0.6, 0.8]), Tensor::scalar(1.0));
    assert!(p.log_prob(&Tensor::from([f64::NAN, 0.0])).item().is_nan());
    // Data of single precision are unit vectors in double precision, too.
    let single = unit(&tensor([20, 2], 3).cast::<f32>()).cast::<f64>();
    assert!(p.log_prob(&single).data().iter().all(|y| y.is_finite()));
}

/// Concentrations so large that nothing but the mean direction is left, in either type.
#[test]
fn limits() {
    fn check<F: Real>() {
        for k in [1e10, 1e30] {
            let q = P::new(Tensor::from([F::of(0.6), F::of(0.8)]), Tensor::scalar(F::of(k)));
            let z = q.sample(&mut stream(486));
            close(&z, &Tensor::from([0.6, 0.8]), 1e-4);
            assert!(q.entropy().item().is_finite() && q.log_prob(q.mean_direction()).item().is_finite());
            close(&q.mean(), &Tensor::from([0.6, 0.8]), 1e-6);
        }
    }
    check::<f64>();
    check::<f32>();
    let k = Param::new(Tensor::<f64>::scalar(1e300));
    let mut tape = Tape::new();
    let (value, gradients) = tape.value_and_grad(|tape| {
        let m = tape.constant(&Tensor::from([0.6, 0.8]));
        P::new(m, tape.param(&k)).rsample(&mut stream(487)).sum_all()
    });
    assert!((value - 1.4).abs() < 1e-14 && gradients.get(&k).unwrap().item() == 0.0);
}

/// A concentration for all, one a row, and draws in front: as one event at a time.
#[test]
fn vectors_and_concentrations() {
    const S: usize = 4;
    const B: usize = 2;
    let x = unit(&tensor([S, B, 3], 1));
    let leading: [&[usize]; 3] = [&[], &[B], &[S, B]];
    for (a, b) in (0..9).map(|i| (leading[i / 3], leading[i % 3])) {
        let (m, k) = (unit(&tensor(&[a, &[3]].concat()[..], 2)), tensor(b, 3).exp());
        let p = P::new(m.clone(), k.clone());
        let (y, entropy) = (p.log_prob(&x), repeated(&p.entropy(), [S, B]));
        let gain = repeated(&kl(&p, &UniformSphere::new([3])), [S, B]);
        let (mean, variance) = (repeated(&p.mean(), [S, B, 3]), repeated(&p.variance(), [S, B, 3]));
        let (m, k) = (repeated(&m, [S, B, 3]).reshape([S * B, 3]), repeated(&k, [S, B]));
        for e in 0..S * B {
            let pick = |x: &Tensor<f64>| x.reshape([S * B, 3]).slice(0, e..e + 1).reshape([3]);
            let number = |x: &Tensor<f64>| Tensor::scalar(x.data()[e]);
            let one = P::new(pick(&m), number(&k));
            close(&one.log_prob(&pick(&x)), &number(&y), 1e-15);
            close(&one.entropy(), &number(&entropy), 1e-15);
            close(&kl(&one, &UniformSphere::new([3])), &number(&gain), 1e-15);
            close(&one.mean(), &pick(&mean), 1e-15);
            close(&one.variance(), &pick(&variance), 1e-15);
        }
    }
}

#[test]
fn messages() {
    let refused = |p: P<Tensor<f64>>, message: &str| assert_eq!(p.validated().unwrap_err().to_string(), message);
    refused(
        P::new(Tensor::from([[0.6, 0.8], [2.0, 0.0]]), Tensor::scalar(1.0)),
        "VonMisesFisher: the square length of mean_direction must be 1; element 1 is 4",
    );
    refused(
        P::new(Tensor::from([f64::NAN, 0.0]), Tensor::scalar(1.0)),
        "VonMisesFisher: the square length of mean_direction must be 1; it is NaN",
    );
    refused(
        P::new(Tensor::from([0.6, 0.8]), Tensor::from([1.0, -0.5])),
        "VonMisesFisher: concentration must be finite and not negative; element 1 is -0.5",
    );
    assert!(P::new(Tensor::from([0.6, 0.8]), Tensor::scalar(0.0)).validated().is_ok());
    let outside = P::new(Tensor::from([0.6, 0.8]), Tensor::scalar(1.0)).supports(&Tensor::from([2.0, 0.0]));
    assert_eq!(outside.unwrap_err().to_string(), "VonMisesFisher: ‖x‖² must be 1 within 6e-6; it is 4");
    let single =
        P::new(Tensor::from([0.6f32, 0.8]), Tensor::scalar(1.0)).supports(&Tensor::from([[0.6, 0.8], [0.0, 0.0]]));
    assert_eq!(single.unwrap_err().to_string(), "VonMisesFisher: ‖x‖² must be 1 within 5e-3; element 1 is 0");
}

#[test]
#[should_panic(expected = "VonMisesFisher: needs a mean direction [.., p] with 2 elements or more, not [3, 1]")]
fn dimension() {
    P::new(Tensor::<f64>::zeros([3, 1]), Tensor::zeros([3]));
}

#[test]
#[should_panic(expected = "VonMisesFisher: vectors of 1 and of 2 elements do not go together")]
fn vectors_of_another_dimension() {
    let _ = P::new(Tensor::from([0.6, 0.8]), Tensor::scalar(1.0)).log_prob(&Tensor::from([1.0]));
}
