//! Mixtures, of several families.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{N, dkw, follow_cdf, follow_density, follow_mass, have_moments, pinned};
use crate::support::golden::{DOUBLE, SINGLE, golden, row};
use crate::support::gradients::{array, gradients};
use crate::support::limits::is_outside;
use crate::support::mass::{Domain, mass};
use crate::support::{INF, close, stream, tensor};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;

/// Two normal components of one variable, from 2 logits, 2 means, 2 standard deviations.
fn two<V: Array>(x: &[V]) -> Mixture<V, Normal<V>> {
    let column = |i: usize| row(&x[i..i + 2]).reshape([2, 1]);
    Mixture::new(row(&x[..2]), Normal::new(column(2), column(4)))
}

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    match what {
        "log_prob" => two(&x[1..]).log_prob(&row(&x[..1])),
        "cdf" => two(&x[1..]).cdf(&row(&x[..1])),
        "mean" => two(x).mean(),
        "variance" => two(x).variance(),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/mixture.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// Three components of one variable, one of which is ruled out.
fn three() -> Mixture<Tensor<f64>, Normal<Tensor<f64>>> {
    let (loc, scale) = (Tensor::from([[-2.0], [50.0], [1.0]]), Tensor::from([[0.5], [1.0], [1.5]]));
    Mixture::new(Tensor::from([0.3, -INF, 1.0]), Normal::new(loc, scale))
}

/// By double exponentials, which are exact for each component.
#[test]
fn its_mass_is_one() {
    let mass = mass(Domain::Line { loc: 0.0, scale: 2.0 }, |x| three().log_prob(x));
    assert!((mass - 1.0).abs() < 1e-13, "{mass}");
    let classes = Mixture::new(Tensor::from([0.5, -1.0]), Categorical::new(tensor([2, 1, 4], 1)));
    let mass: f64 = classes.log_prob(&Tensor::from([[0.0], [1.0], [2.0], [3.0]])).exp().sum_all().item();
    assert!((mass - 1.0).abs() < 1e-14, "{mass}");
}

/// log Σ exp { log πₘ + log pₘ(x) }, component by component, with logits and components of every number of axes. 10⁻¹⁴ is
/// rounding.
#[test]
fn a_sum_over_components() {
    const S: usize = 4;
    const B: usize = 2;
    const M: usize = 3;
    const D: usize = 5;
    let leading: [&[usize]; 3] = [&[], &[B], &[S, B]];
    for (a, b, c) in (0..27).map(|i| (leading[i / 9], leading[i / 3 % 3], leading[i % 3])) {
        let (logits, loc) = (tensor(&[a, &[M]].concat()[..], 1) * 2.0, tensor(&[b, &[M, D]].concat()[..], 2));
        let (scale, x) = (tensor([M, D], 3).exp(), tensor(&[c, &[D]].concat()[..], 4));
        let p = Mixture::new(logits.clone(), Normal::new(loc.clone(), scale.clone()));
        let rows = [a, b, c].into_iter().max_by_key(|s| s.len()).unwrap();
        let y = p.log_prob(&x);
        assert_eq!(y.shape().dims(), rows);
        let own = if a.len() > b.len() { a } else { b };
        assert_eq!(p.shape().dims(), [own, &[D]].concat());
        assert_eq!([p.mean(), p.variance()].map(|x| x.shape()), [p.shape(); 2]);
        assert_eq!(p.cdf(&x).shape().dims(), [rows, &[D]].concat());
        assert_eq!(p.sample(&mut stream(1)).shape(), p.shape());
        let pick = |x: &Tensor<f64>, n: usize, r: usize| x.data().chunks_exact(n).cycle().nth(r).unwrap().to_vec();
        for (r, y) in y.data().iter().enumerate() {
            let (logits, x) = (pick(&logits, M, r), pick(&x, D, r));
            let loc = Tensor::new([M, D], pick(&loc, M * D, r));
            let total: f64 = logits.iter().map(|l| l.exp()).sum();
            let density: f64 = (0..M)
                .map(|m| {
                    let row = |x: &Tensor<f64>| Tensor::new([D], x.row(m).to_vec());
                    let component = Normal::new(row(&loc), row(&scale));
                    logits[m].exp() / total * component.log_prob(&Tensor::new([D], x.clone())).item().exp()
                })
                .sum();
            assert!((y - density.ln()).abs() < 1e-13, "{y} is not {}", density.ln());
        }
    }
}

/// Components that have a covariance, one for each; and many of them, each far from the others.
#[test]
fn of_vectors_with_covariances() {
    let (loc, factors) = (tensor([3, 2], 1), tensor([3, 2, 2], 2) + Tensor::eye(2) * 2.0);
    let p = Mixture::new(tensor([3], 3), MultivariateNormal::new(loc.clone(), factors.clone()));
    let x = tensor([4, 2], 4);
    let alone = |m: usize| {
        let l = factors.slice(0, m..m + 1).reshape([2, 2]);
        MultivariateNormal::new(loc.slice(0, m..m + 1).reshape([2]), l).log_prob(&x).exp() * p.weights().data()[m]
    };
    close(&p.log_prob(&x).exp(), &(alone(0) + alone(1) + alone(2)), 1e-14);
    have_moments(&p, 500);
    let z = p.sample_n(7, &mut stream(1));
    assert_eq!(p.log_prob(&z).shape(), Shape::new(&[7]));
    let low_rank = LowRankNormal::new(loc, tensor([3, 2, 1], 5), tensor([3, 2], 6).exp());
    have_moments(&Mixture::new(tensor([3], 3), low_rank), 501);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn derivatives(
        x in array(&[2, 2, 3], -2.0, 2.0),
        l in prop::sample::select(vec![&[4][..], &[2, 4]]).prop_flat_map(|s: &'static [usize]| array(s, -2.0, 2.0)),
        m in prop::sample::select(vec![&[4, 3][..], &[2, 4, 3]]).prop_flat_map(|s: &'static [usize]| array(s, -2.0, 2.0)),
        s in array(&[4, 3], 0.4, 2.5),
    ) {
        let p = [l, m, s, x];
        gradients(&p, |v| Mixture::new(v[0], Normal::new(v[1], v[2])).log_prob(&v[3]))?;
        gradients(&p, |v| Mixture::new(v[0], Normal::new(v[1], v[2])).cdf(&v[3]))?;
        gradients(&p, |v| Mixture::new(v[0], Normal::new(v[1], v[2])).mean() + v[3])?;
        gradients(&p, |v| Mixture::new(v[0], Normal::new(v[1], v[2])).variance() + v[3])?;
    }
}

#[test]
fn draws() {
    follow_density(&three(), 502);
    follow_cdf(&three(), 503);
    have_moments(&three(), 504);
    have_moments(
        &Mixture::new(tensor([2, 3], 1) * 2.0, Normal::new(tensor([3, 2], 2) * 3.0, Tensor::scalar(0.5))),
        505,
    );
    have_moments(&Mixture::new(tensor([3], 1), Laplace::new(tensor([2, 3, 2], 2), tensor([3, 2], 3).exp())), 506);
    follow_mass(&Mixture::new(Tensor::from([0.5, -1.0]), Categorical::new(tensor([2, 1, 4], 1) * 2.0)), 507);
    pinned(
        &Mixture::new(Tensor::zeros([2]), Normal::new(Tensor::from([[1.0], [2.0]]), Tensor::scalar(1.0))),
        &[4.593589862768473],
    );
    for n in [0, 1, 3] {
        let p = Mixture::new(tensor([2, 3], 1), Normal::new(tensor([3, 2], 2), Tensor::scalar(0.5)));
        assert_eq!(p.sample_n(n, &mut stream(1)).shape(), Shape::new(&[n, 2, 2]));
    }
}

/// Rows that share their components do not share their draws, and the elements of one draw are of one component.
#[test]
fn a_component_is_picked_for_each_row() {
    let loc = Tensor::from([[-100.0, -100.0], [100.0, 100.0]]);
    let p = Mixture::new(Tensor::zeros([2, 2]), Normal::new(loc, Tensor::scalar(1.0)));
    let z = p.sample_n(N / 4, &mut stream(508));
    let side = |x: f64| x > 0.0;
    let mut both = 0;
    for z in z.data().chunks_exact(4) {
        assert!(side(z[0]) == side(z[1]) && side(z[2]) == side(z[3]));
        assert_ne!(z[0].abs(), z[2].abs());
        both += usize::from(side(z[0]) && side(z[2]));
    }
    assert!((both as f64 / (N / 4) as f64 - 0.25).abs() < dkw(N / 4));
}

/// The divergence to a mixture of a component with itself is that to the component.
#[test]
fn the_same_component_twice() {
    let loc = tensor([1, 3], 1);
    let p = Mixture::new(tensor([2], 2), Normal::new(loc.repeat(2).reshape([2, 3]), Tensor::scalar(0.7)));
    let single = Normal::new(loc.reshape([3]), Tensor::scalar(0.7));
    let (x, q) = (tensor([5, 3], 3), Normal::new(tensor([2, 3], 4), Tensor::scalar(0.5)));
    close(&p.log_prob(&x), &single.log_prob(&x), 1e-14);
    close(&p.mean(), &single.mean(), 1e-15);
    close(&p.variance(), &single.variance(), 1e-15);
    let [a, b] =
        [kl_monte_carlo(&q, &p, 10, &mut stream(509)).value, kl_monte_carlo(&q, &single, 10, &mut stream(509)).value];
    close(&a, &b, 1e-13);
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (x, m, s) = (inputs.table(&[2, 2, 3], 0), inputs.table(&[4, 3], 1), inputs.positive(&[3], 2));
    let p = Mixture::new(inputs.table(&[2, 4], 3), Normal::new(m, s));
    let rng = &mut stream(510);
    let all = values(&[p.log_prob(&x), p.cdf(&x), p.mean(), p.variance(), p.weights()]);
    all.into_iter().chain([p.sample(rng), p.sample_n(2, rng)]).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    fn log_prob<V: Array>([x, l0, l1, a, b]: [V; 5]) -> V {
        let classes = Categorical::new(row(&[a.clone(), b.clone(), b, a]).reshape([2, 1, 2]));
        Mixture::new(row(&[l0, l1]), classes).log_prob(&row(&[x]))
    }
    for x in [-1.0, 2.0, 0.5, INF] {
        is_outside([x, 0.3, -0.4, 0.1, 0.2], |v| log_prob(v), |v| log_prob(v));
    }
    fn of_normals<V: Array>([x, l0, l1, m, s]: [V; 5]) -> V {
        two(&[l0, l1, m.clone(), m, s.clone(), s]).log_prob(&row(&[x]))
    }
    for x in [INF, -INF] {
        is_outside([x, 0.3, -0.4, 0.1, 0.2], |v| of_normals(v), |v| of_normals(v));
        is_outside([x, 0.3, -INF, 0.1, 0.2], |v| of_normals(v), |v| of_normals(v));
    }
}

#[test]
fn messages() {
    let normals = || Normal::new(Tensor::from([[0.0], [1.0]]), Tensor::scalar(1.0));
    let refused = |logits: Tensor<f64>, message: &str| {
        assert_eq!(Mixture::new(logits, normals()).validated().unwrap_err().to_string(), message);
    };
    refused(Tensor::from([0.0, INF]), "Mixture: logits must be finite or −∞; element 1 is inf");
    refused(
        Tensor::from([-INF, -INF]),
        "Mixture: the logits of a mixture must be finite for one component at least; it is -inf",
    );
    assert!(Mixture::new(Tensor::from([0.0, -INF]), normals()).validated().is_ok());
    let outside = Mixture::new(Tensor::zeros([2]), normals()).supports(&Tensor::from([[0.0], [INF]])).unwrap_err();
    assert_eq!(outside.to_string(), "Normal: x must be finite; element [1, 0, 0] is inf");
    assert!(Mixture::new(Tensor::zeros([2]), normals()).supports(&Tensor::from([[0.0], [3.0]])).is_ok());
}

#[test]
#[should_panic(expected = "Mixture: needs logits [.., M] and components [.., M, D], not [3] and [2, 4]")]
fn components_without_logits() {
    Mixture::new(Tensor::zeros([3]), Normal::new(Tensor::zeros([2, 4]), Tensor::scalar(1.0)));
}

#[test]
#[should_panic(expected = "Mixture: the leading axes of logits [5, 2] and components [3, 2, 4] do not go together")]
fn leading_axes() {
    Mixture::new(Tensor::zeros([5, 2]), Normal::new(Tensor::zeros([3, 2, 4]), Tensor::scalar(1.0)));
}

#[test]
#[should_panic(expected = "Mixture: needs x [.., 4], not [3]")]
fn x_of_another_length() {
    let p = Mixture::new(Tensor::zeros([2]), Normal::new(Tensor::zeros([2, 4]), Tensor::scalar(1.0)));
    let _ = p.log_prob(&Tensor::zeros([3]));
}
