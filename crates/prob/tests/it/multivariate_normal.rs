//! The normal distribution with a full covariance, and its divergences from and to the one without.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{
    N, come_through_every_door, dkw, follow_density, gradients_of_expectation, have_moments, ks_distance, pinned,
};
use crate::support::golden::{DOUBLE, SINGLE, golden, row};
use crate::support::gradients::{array, gradients, param};
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{LOCS_AND_SCALES, simpson};
use crate::support::{INF, close, divergence, repeated, stream, tensor};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;

/// From a row of 3 and 6 numbers: the factor's rows up to the diagonal; what stands above is not to be used.
fn from_numbers<V: Array>(loc: &[V], lower: &[V]) -> MultivariateNormal<V> {
    let above = lower[0].constant(&Tensor::scalar(V::F::of(9.0)));
    let above = || above.clone();
    let v = |i: usize| lower[i].clone();
    let factor = [v(0), above(), above(), v(1), v(2), above(), v(3), v(4), v(5)];
    MultivariateNormal::new(row(loc), row(&factor).reshape([3, 3]))
}

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    match what {
        "log_prob" => from_numbers(&x[3..6], &x[6..]).log_prob(&row(&x[..3])),
        "entropy" => from_numbers(&x[..3], x).entropy(),
        "kl" => kl(&from_numbers(&x[..3], &x[3..9]), &from_numbers(&x[9..12], &x[12..])),
        "log_kl" => evaluate("kl", x).ln(),
        _ if what.starts_with("cdf_") => {
            let (j, loc) = (what["cdf_".len()..].parse::<usize>().expect("an element"), vec![x[1].clone(); 3]);
            from_numbers(&loc, &x[2..]).cdf(&x[0]).slice(0, j..j + 1)
        }
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/multivariate_normal.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// Of one variable, by Simpson's rule as for `Normal`. A correlated pair (ρ = 0.8): sums over a grid of step 0.1 in both
/// directions, whose error for an analytic density of smallest standard deviation 0.6 is exp(−2π²(0.6/0.1)²), out to 10
/// standard deviations.
#[test]
fn its_mass_is_one() {
    for (loc, scale) in LOCS_AND_SCALES {
        let p = MultivariateNormal::new(Tensor::from([loc]), Tensor::from([[scale]]));
        let mass = simpson(10, loc, scale, |x| p.log_prob(x));
        assert!((mass - 1.0).abs() < 1e-10, "({loc}, {scale}): {mass}");
    }
    let p = MultivariateNormal::new(Tensor::from([0.3, -0.2]), Tensor::from([[1.0, 0.0], [0.8, 0.6]]));
    let x = Tensor::from_fn([201, 201, 2], |i| 0.1 * (if i % 2 == 0 { i / 402 } else { i / 2 % 201 } as f64 - 100.0));
    let mass: f64 = p.log_prob(&x).exp().sum_all().item() * 0.01;
    assert!((mass - 1.0).abs() < 1e-12, "{mass}");
}

/// Triangular factors with the diagonal in (0.5, 2.5), one or one a row.
fn factor() -> impl Strategy<Value = Tensor<f64>> {
    prop::sample::select(vec![&[3, 3][..], &[2, 3, 3]])
        .prop_flat_map(|shape: &'static [usize]| array(shape, -1.0, 1.0))
        .prop_map(|mut l| {
            l.data_mut().iter_mut().enumerate().filter(|(i, _)| i % 9 % 4 == 0).for_each(|(_, l)| *l += 1.5);
            l
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(
        x in array(&[2, 2, 3], -1.0, 1.0), m0 in array(&[2, 3], -1.0, 1.0), l0 in factor(),
        m1 in array(&[2, 3], -1.0, 1.0), l1 in factor(), s1 in param(0.4, 2.5),
    ) {
        gradients(&[x.clone(), m0.clone(), l0.clone()], |v| MultivariateNormal::new(v[1], v[2]).log_prob(&v[0]))?;
        gradients(&[x, m0.clone(), l0.clone()], |v| MultivariateNormal::new(v[1], v[2]).cdf(&v[0]))?;
        gradients(&[m0.clone(), l0.clone()], |v| MultivariateNormal::new(v[0], v[1]).entropy())?;
        gradients(&[m0.clone(), l0.clone()], |v| MultivariateNormal::new(v[0], v[1]).variance())?;
        gradients(&[m0.clone(), l0.clone()], |v| kl(&MultivariateNormal::new(v[0], v[1]), &StandardNormal::new([3])))?;
        gradients(&[m0.clone(), l0.clone(), m1.clone(), l1.clone()], |v| {
            kl(&MultivariateNormal::new(v[0], v[1]), &MultivariateNormal::new(v[2], v[3]))
        })?;
        gradients(&[m0.clone(), l0.clone(), m1.clone(), s1.clone()], |v| {
            kl(&MultivariateNormal::new(v[0], v[1]), &Normal::new(v[2], v[3]))
        })?;
        gradients(&[m0, s1, m1, l1], |v| kl(&Normal::new(v[0], v[1]), &MultivariateNormal::new(v[2], v[3])))?;
        gradients(&[l0], |v| {
            let l = v[0].tril();
            let q = MultivariateNormal::from_covariance(l.constant(&Tensor::zeros([3])), l.matmul_t(&l));
            q.log_prob(&v[0].constant(&Tensor::from([0.5, -1.0, 0.2])))
        })?;
    }

    #[test]
    fn derivatives_of_draws(m in param(-2.0, 2.0), s in param(0.4, 2.5), l in factor(), seed: u64) {
        let row = m + Tensor::zeros([2, 3]);
        gradients(&[row.clone(), l.clone()], |v| MultivariateNormal::new(v[0], v[1]).rsample(&mut stream(seed)))?;
        gradients(&[row.clone(), l.clone()], |v| MultivariateNormal::new(v[0], v[1]).rsample_n(2, &mut stream(seed)))?;
        gradients(&[row, l, s], |v| {
            let (q, p) = (MultivariateNormal::new(v[0], v[1]), Normal::new(v[0] + 1.0, v[2]));
            kl_monte_carlo(&q, &p, 3, &mut stream(seed)).value
        })?;
    }
}

#[test]
fn draws() {
    follow_density(&MultivariateNormal::new(Tensor::from([-1.5]), Tensor::from([[0.3]])), 3);
    let m = Tensor::from([0.5, -2.0]);
    have_moments(&MultivariateNormal::new(m, Tensor::from([[1.0, 0.0], [-0.8, 0.6]])), 160);
    let factors = Tensor::new([2, 2, 2], vec![1.0, 0.0, -0.8, 0.6, 0.1, 0.0, 2.0, 0.3]);
    have_moments(&MultivariateNormal::new(Tensor::from([[0.5, -2.0], [3.0, 4.0]]), factors), 161);
    let eye = Tensor::<f64>::eye(3);
    come_through_every_door(&MultivariateNormal::new(Tensor::zeros([3]), eye.clone()));
    come_through_every_door(&MultivariateNormal::new(Tensor::zeros([2, 3]), eye.clone()));
    come_through_every_door(&MultivariateNormal::new(Tensor::zeros([3]), eye.repeat(2)));
    come_through_every_door(&MultivariateNormal::new(Tensor::zeros([2, 3]), eye.repeat(2)));
    assert_eq!(MultivariateNormal::new(Tensor::zeros([3]), eye.repeat(2)).shape(), Shape::new(&[2, 3]));
    pinned(
        &MultivariateNormal::new(Tensor::zeros([3]), Tensor::eye(3)),
        &[1.4187662518554012, 2.5935898627684737, 1.6048519534915031],
    );
}

/// Every projection aᵀz of a normal vector is N(aᵀμ, aᵀΣa). Coordinates by themselves would not show a wrong correlation.
#[test]
fn projections_of_draws() {
    let (loc, l) = (Tensor::from([0.5, -1.0, 2.0]), Tensor::from([[1.0, 0.0, 0.0], [-0.8, 0.6, 0.0], [2.0, 0.3, 0.1]]));
    let z = MultivariateNormal::new(loc.clone(), l.clone()).rsample_n(N, &mut stream(5));
    for a in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [-2.0, 0.0, 1.0], [1.0, -1.0, 0.5]] {
        let a = Tensor::from(a);
        let mean: f64 = (&loc * &a).sum_all().item();
        let scale = a.reshape([1, 3]).matmul(&l).square().sum_all().sqrt().item();
        let p = Normal::new(Tensor::from([mean]), Tensor::from([scale]));
        let d = ks_distance((&z * &a).sum(-1).data().to_vec(), |x| p.log_prob(x));
        assert!(d < dkw(N), "{a:?}: {d}");
    }
}

/// E‖z‖² = ‖μ‖² + ‖L‖².
#[test]
fn gradients_pass_through_draws() {
    let (m, l) = (Tensor::from([0.7, -0.4]), Tensor::from([[1.0, 9.0], [-0.8, 0.6]]));
    let exact = [Tensor::from([1.4, -0.8]), Tensor::from([[2.0, 0.0], [-1.6, 1.2]])];
    gradients_of_expectation(&[m, l], &exact, 162, |v, n, rng| {
        MultivariateNormal::new(v[0], v[1]).rsample_n(n, rng).square().sum(-1)
    });
}

#[test]
fn divergences() {
    let table = divergence::normal_table;
    let factors =
        |seed: u64| Tensor::from_fn([3, 2, 2], |i| table(seed).data()[i / 2] * 0.5 + [1.0, 0.0, 0.0, 1.5][i % 4]);
    let by_variance = Normal::from_log_variance(table(22), table(23));
    let full = MultivariateNormal::new(table(20), factors(24));
    divergence::agrees_with_simulation(&full, &MultivariateNormal::new(table(22), factors(25)), 33);
    divergence::agrees_with_simulation(&full, &StandardNormal::new([2]), 34);
    divergence::agrees_with_simulation(&full, &by_variance, 35);
    divergence::agrees_with_simulation(&by_variance, &full, 36);
}

/// The often-met wrong formula, with μᵀΣ⁻¹μ for μᵀμ, gives 2.318….
#[test]
fn the_mean_is_not_divided_by_the_posterior_variance() {
    let expected = Tensor::scalar(0.818_147_180_559_945_3);
    let (m, s) = (Tensor::from([1.0]), Tensor::from([0.5]));
    let prior = StandardNormal::new([1]);
    let diagonal = Normal::new(m.clone(), s.clone());
    let full = MultivariateNormal::new(m, s.reshape([1, 1]));
    let (standard, standard_full) =
        (Normal::standard(diagonal.loc()), MultivariateNormal::from(&Normal::standard(diagonal.loc())));
    for value in [
        kl(&diagonal, &prior),
        kl(&full, &prior),
        kl(&diagonal, &standard),
        kl(&full, &standard),
        kl(&diagonal, &standard_full),
        kl(&full, &standard_full),
    ] {
        close(&value, &expected, 1e-15);
    }
}

/// A diagonal covariance written in full, for every pair that takes either. 10⁻¹² is rounding.
#[test]
fn a_diagonal_covariance_in_full() {
    let q = Normal::new(Tensor::from([[0.3, -1.0], [2.0, 0.1]]), Tensor::from([0.5, 2.0]));
    let p = Normal::from_log_variance(Tensor::from([0.7, 0.2]), Tensor::from([[0.4, -1.0], [0.0, 1.0]]));
    let (full_q, full_p) = (MultivariateNormal::from(&q), MultivariateNormal::from(&p));
    let exact = kl(&q, &p);
    close(&kl(&full_q, &p), &exact, 1e-12);
    close(&kl(&q, &full_p), &exact, 1e-12);
    close(&kl(&full_q, &full_p), &exact, 1e-12);
    close(&full_q.entropy(), &q.entropy(), 1e-12);
    let x = Tensor::from([[1.0, -1.0], [0.5, 0.25]]);
    close(&full_q.log_prob(&x), &q.log_prob(&x), 1e-12);
    assert_eq!(full_q.mode(), q.mode());
}

proptest! {
    /// The largest terms are of order e⁹.
    #[test]
    fn divergences_are_not_negative(v in prop::collection::vec(-3.0..3.0f64, 12)) {
        let row = |i: usize| Tensor::from([v[2 * i], v[2 * i + 1]]);
        let factor = |i: usize| Tensor::from([[v[i].exp(), 0.0], [v[i + 1], v[i + 2].exp()]]);
        let (q, p) = (MultivariateNormal::new(row(0), factor(2)), MultivariateNormal::new(row(3), factor(8)));
        divergence::is_not_negative(&q, &p, 1e-14 * 9.0f64.exp());
    }
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, m, s) = (inputs.table(&[2, 2, 3], 0), inputs.table(&[2, 3], 1), inputs.positive(&[3], 2));
    let p = MultivariateNormal::new(m.clone(), inputs.triangle(4));
    let (q, diagonal) = (MultivariateNormal::new(s.clone(), inputs.triangle(6)), Normal::new(m, s));
    let rng = &mut stream(12);
    let samples = [p.sample(rng), p.sample_n(2, rng)];
    let mut all = values(&[p.log_prob(&x), p.cdf(&x), p.entropy(), p.mean(), p.variance(), p.mode(), p.covariance()]);
    all.extend(values(&[p.rsample(rng), p.rsample_n(2, rng)]));
    all.extend(values(&[kl(&p, &q), kl(&p, &StandardNormal::new([3])), kl(&p, &diagonal), kl(&diagonal, &p)]));
    all.push(kl_monte_carlo(&p, &diagonal, 9, rng).value.value());
    all.into_iter().chain(samples).collect()
}

agreement!(everything);

/// Of each element by itself: N(μⱼ, Σⱼⱼ); 10⁻¹⁴ is a few roundings. Its scale may be as small and as large as that of a
/// normal variable alone.
#[test]
fn distribution_functions_are_of_each_element() {
    let p = MultivariateNormal::new(tensor([2, 3], 1), Tensor::eye(3) + tensor([3, 3], 2).tril() * 0.5);
    let x = tensor([4, 2, 3], 3);
    let alone = Normal::new(p.mean(), p.variance().sqrt());
    close(&p.cdf(&x), &alone.cdf(&x), 1e-14);
    let ends = Tensor::from([-INF, INF, 0.0]);
    assert_eq!(p.cdf(&ends).slice(-1, ..2), Tensor::from([[0.0, 1.0]; 2]));
    let p = MultivariateNormal::new(tensor([3], 1), p.scale_tril().clone());
    let draws = p.sample_n(N, &mut stream(251));
    for j in 0..3 {
        let mut z: Vec<f64> = (0..N).map(|i| draws.row(i)[j]).collect();
        z.sort_by(f64::total_cmp);
        let z = Tensor::new([N, 1], z);
        let below = p.cdf(&(z + Tensor::zeros([N, 3]))).slice(1, j..j + 1);
        let distance =
            below.data().iter().enumerate().map(|(i, p)| (p - (i as f64 + 0.5) / N as f64).abs()).fold(0.0, f64::max);
        assert!(distance < dkw(N), "element {j}: {distance}");
    }
    fn check<F: Real>(size: f64) {
        let l = Param::new(Tensor::from([[3.0, 0.0], [-4.0, 3.0]].map(|row| row.map(|l| F::of(l * size)))));
        let mut tape = Tape::new();
        let mut below = None;
        let (_, gradients) = tape.value_and_grad(|tape| {
            let x = tape.constant(&Tensor::from([F::of(3.0 * size), F::of(-5.0 * size)]));
            let cdf = MultivariateNormal::new(x * 0.0, tape.param(&l)).cdf(&x);
            below = Some(cdf.value());
            cdf.sum_all()
        });
        close(&below.unwrap(), &Tensor::from([0.841_344_746_068_542_9, 0.158_655_253_931_457_05]), 1e-6);
        // −u φ(u)/σ by σ, of which Lⱼᵢ/σ comes to Lⱼᵢ.
        let density = 0.241_970_724_519_143_37 / size;
        let expected = [-density / 3.0, 0.0, density / 5.0 * -0.8, density / 5.0 * 0.6];
        for (g, expected) in gradients.get(&l).unwrap().data().iter().zip(expected) {
            assert!((g.as_f64() - expected).abs() <= 1e-6 * expected.abs(), "{g}, not {expected}");
        }
    }
    check::<f32>(1.0);
    check::<f32>(2f64.powi(-100));
    check::<f32>(2f64.powi(100));
    check::<f64>(2f64.powi(-700));
    check::<f64>(2f64.powi(700));
}

#[test]
fn limits() {
    for x in [INF, -INF, f64::MAX, -1e300] {
        let p = MultivariateNormal::new(Tensor::from([1.0]), Tensor::from([[0.5]]));
        assert_eq!(p.log_prob(&Tensor::from([x])).item(), -INF);
    }
}

/// Forward substitution would make NaN of ∞ − ∞; the other vector of the batch, and all gradients, do not notice.
#[test]
fn infinite_vectors_are_impossible_and_move_nothing() {
    let x = Tensor::from([[INF, INF], [0.5, -0.25], [0.0, -INF], [f64::MAX, f64::MAX], [f64::NAN, INF]]);
    let parameters = [Param::new(Tensor::from([0.5, -1.0])), Param::new(Tensor::from([[1.5, 0.0], [0.5, 0.75]]))];
    let gradients = |x: &Tensor<f64>| {
        let (x, mut tape) = (Param::new(x.clone()), Tape::new());
        let (value, gradients) = tape.value_and_grad(|tape| {
            let [loc, lower] = parameters.each_ref().map(|p| tape.param(p));
            MultivariateNormal::new(loc, lower).log_prob(&tape.param(&x)).exp().sum_all()
        });
        let of_x = gradients.get(&x).unwrap().clone();
        (value, of_x, parameters.each_ref().map(|p| gradients.get(p).unwrap().clone()))
    };
    let p = MultivariateNormal::new(parameters[0].value().clone(), parameters[1].value().clone());
    let log_p = p.log_prob(&x);
    let alone = p.log_prob(&x.slice(0, 1..2)).data()[0];
    assert_eq!(log_p.data()[..4], [-INF, alone, -INF, -INF]);
    assert!(log_p.data()[4].is_nan());

    let (value, of_x, of_parameters) = gradients(&x.slice(0, 0..4));
    let (value_alone, of_x_alone, of_parameters_alone) = gradients(&x.slice(0, 1..2));
    assert_eq!((value, of_parameters), (value_alone, of_parameters_alone));
    assert_eq!(of_x.data(), [&[0.0; 2][..], of_x_alone.data(), &[0.0; 4]].concat());
}

/// Where the solution of a triangular system overflows, for the rest of it is 0·∞ or ∞ − ∞.
#[test]
fn finite_vectors_that_overflow_are_impossible() {
    fn log_prob<V: Array>([x, y, m, a, b, c]: [V; 6]) -> V {
        let factor = row(&[a.clone(), a * 0.0, b, c]).reshape([2, 2]);
        MultivariateNormal::new(row(&[m.clone(), m]), factor).log_prob(&row(&[x, y]))
    }
    for [a, b, c] in [[0.5, 0.0, 2.0], [1e-3, 0.75, 1e-3], [1.0, -1.0, 1.0], [1.0, 2.0, 0.25]] {
        for [x, y, m] in [[1.0, 0.0, 0.5], [1.0, 1.0, 0.5], [-1.0, 1.0, 0.5], [0.0, 1.0, 0.5], [1.0, 0.0, -1e300]] {
            is_outside([x * f64::MAX, y * f64::MAX, m, a, b, c], |v| log_prob(v), |v| log_prob(v));
            let max = f64::from(f32::MAX);
            let single = at_each::<f32, 6>([x * max, y * max, m.max(-max), a, b, c], |v| log_prob(v));
            assert_eq!(single, (-INF, [0.0; 6]), "{x} {y} in f32");
        }
    }
    // Parameters that are no numbers are not hidden.
    for x in [0.0, f64::MAX, INF] {
        assert!(at_each::<f64, 6>([x, 0.0, 0.5, 1.0, f64::NAN, 1.0], |v| log_prob(v)).0.is_nan());
        assert!(at_each::<f64, 6>([x, 0.0, 0.5, 1.0, 0.5, -1.0], |v| log_prob(v)).0.is_nan());
    }
    let [q, p] = [f64::MAX, -f64::MAX].map(|m| MultivariateNormal::new(Tensor::from([m, 0.0]), Tensor::eye(2)));
    assert_eq!(kl(&q, &p).item(), INF);
}

/// As one with the same covariance in full, which is compared with exact values, in relation to its size; and nothing at all
/// for q = p.
#[test]
fn divergences_of_neighbours_keep_their_digits() {
    fn check<F: Real>(tolerance: f64) {
        let loc = || Tensor::<F>::from([[0.5, -1.0], [0.25, 0.0]].map(|row| row.map(F::of)));
        let scale = Tensor::from([1.5, 0.75].map(F::of));
        let p = Normal::new(loc(), scale.clone());
        let full_p = MultivariateNormal::from(&p);
        let (standard, full_standard) =
            (StandardNormal::new([2]), MultivariateNormal::from(&Normal::standard(&Tensor::zeros([2]))));
        let near = |a: &Tensor<F>, b: &Tensor<F>| {
            let far = |(a, b): (&F, &F)| (a.as_f64() / b.as_f64() - 1.0).abs() > tolerance;
            assert!(!a.data().iter().zip(b.data()).any(far), "{a:?} is not {b:?}");
        };
        for exponent in [3, 12, 20] {
            let step = 2.0f64.powi(-exponent);
            let change = Tensor::from([[F::of(step), F::zero()], [F::of(-2.0 * step), F::of(step)]]);
            let moved = loc() + step;
            let q = MultivariateNormal::new(moved.clone(), scale.diagonal_matrix() + &change);
            near(&kl(&q, &p), &kl(&q, &full_p));
            let q = MultivariateNormal::new(moved - loc(), Tensor::eye(2) + change);
            near(&kl(&q, &standard), &kl(&q, &full_standard));
        }
        for kl in [kl(&full_p, &full_p), kl(&full_p, &p), kl(&p, &full_p)] {
            assert_eq!(kl, Tensor::zeros([2]));
        }
        assert_eq!(kl(&full_standard, &standard), Tensor::scalar(F::zero()));
        // The square of such a scale is no number.
        let narrow = Normal::new(loc(), Tensor::full([2], F::min_positive_value()));
        assert_eq!(kl(&MultivariateNormal::from(&narrow), &narrow), Tensor::zeros([2]));
    }
    check::<f64>(1e-13);
    check::<f32>(1e-5);
}

/// Factors `[.., 3, 3]` with a positive diagonal; what stands above it is not to be used.
fn triangle(shape: &[usize], seed: usize) -> Tensor<f64> {
    let l = tensor(shape, seed);
    Tensor::from_fn(shape, |i| if i % 9 % 4 == 0 { 1.5 + l.data()[i] } else { l.data()[i] })
}

/// A vector's event with one factor, one a row, and draws in front: as one event at a time.
#[test]
fn vectors_and_factors() {
    const S: usize = 4;
    const B: usize = 2;
    const D: usize = 3;
    let x = tensor([S, B, D], 1);
    let locs: [&[usize]; 3] = [&[D], &[B, D], &[S, B, D]];
    let factors: [&[usize]; 3] = [&[D, D], &[B, D, D], &[S, B, D, D]];
    for (m, l) in locs.iter().flat_map(|m| factors.iter().map(move |l| (m, l))) {
        let (m, l) = (tensor(*m, 2), triangle(l, 3));
        let p = MultivariateNormal::new(m.clone(), l.clone());
        let other = MultivariateNormal::new(tensor([B, D], 4), triangle(&[D, D], 5));
        let (y, to, from) = (p.log_prob(&x), kl(&p, &other), kl(&other, &p));
        let (big_m, big_l) = (repeated(&m, [S, B, D]), repeated(&l, [S, B, D, D]));
        for (s, b) in (0..S).flat_map(|s| (0..B).map(move |b| (s, b))) {
            let e = s * B + b;
            let one = MultivariateNormal::new(
                big_m.reshape([S * B, D]).slice(0, e..e + 1).reshape([D]),
                big_l.reshape([S * B, D, D]).slice(0, e..e + 1).reshape([D, D]),
            );
            let alone =
                MultivariateNormal::new(tensor([B, D], 4).slice(0, b..b + 1).reshape([D]), triangle(&[D, D], 5));
            close(
                &one.log_prob(&x.slice(0, s..s + 1).slice(1, b..b + 1).reshape([D])),
                &Tensor::scalar(y.at(&[s, b])),
                1e-13,
            );
            let index =
                |k: &Tensor<f64>| Tensor::scalar(if k.shape().rank() == 2 { k.at(&[s, b]) } else { k.at(&[b]) });
            close(&kl(&one, &alone), &index(&to), 1e-13);
            close(&kl(&alone, &one), &index(&from), 1e-13);
            if p.shape().rank() == 3 {
                close(&one.entropy(), &Tensor::scalar(p.entropy().at(&[s, b])), 1e-13);
            }
        }
    }
    let q = MultivariateNormal::new(tensor([D], 1), triangle(&[B, D, D], 2));
    close(&q.covariance().diagonal(), &q.variance(), 1e-14);
    let same = MultivariateNormal::from_covariance(q.loc().clone(), q.covariance());
    close(same.scale_tril(), q.scale_tril(), 1e-13);
}
