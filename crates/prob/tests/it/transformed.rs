//! Changes of variables.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{come_through_every_door, follow_cdf, follow_density, gradients_of_expectation};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{array, gradients};
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{Domain, mass};
use crate::support::{INF, close, repeated, stream, tensor};
use autograd::prelude::*;
use prob::prelude::*;
use prob::transform::{
    Affine, Coupling, Exp, Inverse, InverseAutoregressive, MaskedAutoregressive, Planar, Sigmoid, Softplus, Tanh,
    Transform, check_autoregressive,
};
use proptest::prelude::*;

fn normal<V: Array>(loc: &V, scale: &V) -> Normal<V> {
    Normal::new(loc.clone(), scale.clone())
}

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let (y, base) = (&x[0], normal(&x[1], &x[2]));
    let number = |c: f64| y.fill(Shape::SCALAR, |x| x.fill(V::F::of(c)));
    let affine = Affine::new(number(0.25), number(1.5));
    match what {
        "exp" => Transformed::new(base, Exp).log_prob(y),
        "tanh" => Transformed::new(base, Tanh).log_prob(y),
        "sigmoid" => Transformed::new(base, Sigmoid).log_prob(y),
        "softplus" => Transformed::new(base, Softplus).log_prob(y),
        "exp_affine" => Transformed::new(base, (Exp, affine)).log_prob(y),
        "tanh_affine" => Transformed::new(base, (Tanh, affine)).log_prob(y),
        "sigmoid_affine" => Transformed::new(base, (Sigmoid, affine)).log_prob(y),
        "softplus_affine" => Transformed::new(base, (Softplus, affine)).log_prob(y),
        _ => panic!("this test does not know `{what}`"),
    }
}

/// Of a chain with an affine transform in single precision only what is not near the ends of an image: (y − 0.25)/1.5
/// loses digits there.
#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/transformed.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    let alone: Vec<&str> = CSV.lines().filter(|line| !line.contains("_affine")).collect();
    golden::<f32>(&alone.join("\n"), SINGLE, |what, x| evaluate(what, x));
}

/// The closed forms that have a file of their own.
#[test]
fn known_distributions() {
    let (loc, scale, y) = (tensor([3], 1), tensor([3], 2).exp(), tensor([4, 3], 3).exp());
    let p = Transformed::new(normal(&loc, &scale), Exp);
    close(&p.log_prob(&y), &LogNormal::new(loc.clone(), scale.clone()).log_prob(&y), 1e-14);
    let standard = Transformed::new(Normal::standard(&loc), Affine::new(loc.clone(), scale.clone()));
    close(&standard.log_prob(&y), &normal(&loc, &scale).log_prob(&y), 1e-14);
    // A uniform variable's logit is logistic.
    let unit = Uniform::new(Tensor::zeros([3]), Tensor::ones([3]));
    let x = tensor([4, 3], 4);
    let (u, log_det) = Sigmoid.forward(&x);
    let logistic = Logistic::new(Tensor::zeros([3]), Tensor::ones([3]));
    close(&(unit.log_prob(&u) + log_det), &logistic.log_prob(&x), 1e-14);
}

/// By double exponentials the rest is rounding.
#[test]
fn masses_are_one() {
    for (loc, scale) in [(0.0, 1.0), (-2.0, 0.5), (1.0, 3.0)] {
        let base = || normal(&Tensor::from([loc]), &Tensor::from([scale]));
        let whole = |mass: f64| assert!((mass - 1.0).abs() < 1e-9, "({loc}, {scale}): {mass}");
        whole(mass(Domain::Above { low: 0.0, scale: 1.0 }, |y| Transformed::new(base(), Exp).log_prob(y)));
        whole(mass(Domain::Above { low: 0.0, scale: 1.0 }, |y| Transformed::new(base(), Softplus).log_prob(y)));
        whole(mass(Domain::Between(0.0, 1.0), |y| Transformed::new(base(), Sigmoid).log_prob(y)));
        whole(mass(Domain::Between(-1.0, 1.0), |y| Transformed::new(base(), Tanh).log_prob(y)));
    }
}

/// x·W for vectors x with any leading axes.
fn through<V: Array>(x: &V, weight: &V) -> V {
    let [shape, to] = [x.shape(), weight.shape()];
    let rows = x.reshape([shape.size() / to[0], to[0]]);
    rows.matmul(weight).reshape(shape.without(shape.rank() - 1).push(to[1]))
}

/// A conditioner: of elements x its shifts and log-scales, autoregressive by a strictly lower triangular weight.
fn masked<V: Array>(weight: V) -> impl Fn(&V) -> (V, V) {
    move |x: &V| {
        let hidden = through(x, &weight).tanh();
        (hidden.clone() * 1.5, hidden * 0.5)
    }
}

/// Weights [K, K] by which output i reads inputs before i.
fn weight<V: Array>(like: &V, k: usize) -> V {
    let number = |i: usize| if i / k < i % k { 0.6 * ((i * 7 % 5) as f64 - 1.8) } else { 0.0 };
    like.constant(&Tensor::from_fn([k, k], |i| V::F::of(number(i))))
}

/// A weight of which only the part that `lower` has is read.
fn of<'t>(weight: Var<'t, f64>, lower: &Tensor<f64>) -> Var<'t, f64> {
    weight * weight.constant(lower)
}

/// A conditioner for couplings: from vectors of `from` to shifts and log-scales of `to`.
fn halves<V: Array>(like: &V, from: usize, to: usize) -> impl Fn(&V) -> (V, V) + use<V> {
    let weight = like.constant(&Tensor::from_fn([from, to], |i| V::F::of(0.4 - 0.3 * (i % 4) as f64)));
    move |x: &V| {
        let hidden = through(x, &weight).tanh();
        (hidden.clone() * 0.8, hidden * 0.7)
    }
}

fn couplings<V: Array>(like: &V, k: usize) -> (impl Inverse<V> + use<V>, impl Inverse<V> + use<V>) {
    (Coupling::first(halves(like, k / 2, k - k / 2)), Coupling::second(halves(like, k - k / 2, k / 2)))
}

fn planar<V: Array>(like: &V, k: usize, seed: usize) -> Planar<V> {
    let vector = |seed: usize| like.constant(&Tensor::from_fn([k], |i| V::F::of(((i + 3 * seed) as f64 * 1.7).sin())));
    Planar::new(vector(seed) * -2.0, vector(seed + 5), like.constant(&Tensor::scalar(V::F::of(0.3))))
}

/// What a transform gives: values and log-determinants.
type Pair = (Tensor<f64>, Tensor<f64>);

/// log|det| of the Jacobian at rows x [N, K] by central differences, whose error is of order 10⁻¹⁰.
fn log_det_by_differences(forward: &dyn Fn(&Tensor<f64>) -> Pair, x: &Tensor<f64>) -> Tensor<f64> {
    let [n, k] = [0, 1].map(|axis| x.shape()[axis]);
    let step = 1e-5;
    let columns: Vec<Tensor<f64>> = (0..k)
        .map(|j| {
            let shift = Tensor::from_fn([n, k], |i| if i % k == j { step } else { 0.0 });
            (forward(&(x + &shift)).0 - forward(&(x - &shift)).0) / (2.0 * step)
        })
        .collect();
    let row = |i: usize| {
        let mut m: Vec<Vec<f64>> = (0..k).map(|r| (0..k).map(|c| columns[c].row(i)[r]).collect()).collect();
        // Elimination with pivots.
        let mut log_det = 0.0;
        for c in 0..k {
            let pivot = (c..k).max_by(|&a, &b| m[a][c].abs().total_cmp(&m[b][c].abs())).unwrap();
            m.swap(c, pivot);
            log_det += m[c][c].abs().ln();
            for r in c + 1..k {
                let factor = m[r][c] / m[c][c];
                let (above, below) = m.split_at_mut(r);
                below[0].iter_mut().zip(&above[c]).for_each(|(x, y)| *x -= factor * y);
            }
        }
        log_det
    };
    Tensor::from_fn([n], row)
}

#[test]
fn log_determinants() {
    for k in [1, 2, 5] {
        let x = tensor([3, k], k) * 1.5;
        let check = |forward: &dyn Fn(&Tensor<f64>) -> Pair| {
            let (_, log_det) = forward(&x);
            assert_eq!(log_det.shape().dims(), [3]);
            close(&log_det, &log_det_by_differences(forward, &x), 1e-7);
        };
        let affine = Affine::new(tensor([k], 7), tensor([k], 8) - 2.0);
        check(&|x| Exp.forward(x));
        check(&|x| Tanh.forward(x));
        check(&|x| Sigmoid.forward(x));
        check(&|x| Softplus.forward(x));
        check(&|x| affine.forward(x));
        check(&|x| (Affine::new(Tensor::scalar(0.5), Tensor::scalar(-2.0)), Sigmoid).forward(x));
        check(&|x| planar(x, k, 1).forward(x));
        check(&|x| vec![planar(x, k, 1), planar(x, k, 2), planar(x, k, 3)].forward(x));
        check(&|x| InverseAutoregressive::new(masked(weight(x, k))).forward(x));
        check(&|x| MaskedAutoregressive::new(masked(weight(x, k))).forward(x));
        // One log-scale for all elements counts for each.
        let constant = |x: &Tensor<f64>| (x * 0.0, Tensor::scalar(0.3));
        check(&|x| InverseAutoregressive::new(constant).forward(x));
        check(&|x| MaskedAutoregressive::new(constant).forward(x));
        if k > 1 {
            check(&|x| couplings(x, k).forward(x));
            let one_shift = |_: &Tensor<f64>| (Tensor::scalar(0.5), Tensor::full([3, 1], 0.3));
            check(&|x| Coupling::first(one_shift).forward(x));
        }
    }
}

/// There and back; the log-determinants cancel. Rounding of numbers below 20, of which slopes make up to 10⁻¹².
#[test]
fn inverses() {
    fn check(transform: &impl Inverse<Tensor<f64>>, x: &Tensor<f64>) {
        let (y, there) = transform.forward(x);
        let (again, back) = transform.inverse(&y);
        close(&again, x, 1e-12);
        close(&there, &-back, 1e-12);
    }
    for k in [1, 2, 5] {
        let x = tensor([2, 3, k], k) * 2.0;
        check(&Exp, &x);
        check(&Tanh, &x);
        check(&Sigmoid, &x);
        check(&Softplus, &x);
        check(&Affine::new(tensor([k], 7), tensor([k], 8) - 2.0), &x);
        check(&(Softplus, Affine::new(tensor([k], 7), tensor([k], 8) - 2.0)), &x);
        check(&vec![Affine::new(Tensor::scalar(1.0), tensor([k], 8) - 2.0); 3], &x);
        check(&InverseAutoregressive::new(masked(weight(&x, k))), &x);
        check(&MaskedAutoregressive::new(masked(weight(&x, k))), &x);
        if k > 1 {
            check(&couplings(&x, k), &x);
        }
    }
}

/// One is the other the other way round.
#[test]
fn autoregressive_flows_are_inverses() {
    let x = tensor([4, 5], 3);
    let c = || masked(weight(&x, 5));
    let (masked, inverse) = (MaskedAutoregressive::new(c()), InverseAutoregressive::new(c()));
    let (y, _) = masked.forward(&x);
    check_autoregressive(&c(), &x).unwrap();
    // Forward of the inverse flow scales where the way back of the masked one divides: with −s for s and −t e⁻ˢ for t.
    let (z, log_det) = InverseAutoregressive::new(|v: &Tensor<f64>| {
        let (shift, log_scale) = c()(v);
        (-shift * (-log_scale.clone()).exp(), -log_scale)
    })
    .forward(&y);
    close(&z, &masked.inverse(&y).0, 1e-13);
    close(&log_det, &masked.inverse(&y).1, 1e-13);
    assert_ne!(inverse.forward(&x).0, y);
}

#[test]
fn a_conditioner_that_looks_ahead_is_found() {
    let x = tensor([4, 3], 3);
    let sees_itself = |x: &Tensor<f64>| (x.clone() * 0.0, x.clone());
    let why = check_autoregressive(&sees_itself, &x).unwrap_err();
    assert_eq!(why.to_string(), "the conditioner is not autoregressive: output 0 depends on element 0");
    let ahead = weight(&x, 3).transpose();
    let why = check_autoregressive(&masked(ahead), &x).unwrap_err();
    assert_eq!(why.to_string(), "the conditioner is not autoregressive: output 0 depends on element 1");
}

/// In one dimension a planar flow is monotone: the images of neighbours are neighbours, and the density that goes with draws
/// is integrated between them by the trapezoidal rule, to some 10⁻⁷.
#[test]
fn planar_densities_are_normalised() {
    let x = Tensor::from_fn([20_001, 1], |i| (i as f64 - 10_000.0) * 1e-3);
    let flow = vec![planar(&x, 1, 1), planar(&x, 1, 2)];
    let (y, log_det) = flow.forward(&x);
    let density = (Normal::standard(&Tensor::zeros([1])).log_prob(&x) - log_det).exp();
    let cells = y.data().windows(2).zip(density.data().windows(2));
    let mass: f64 = cells.map(|(y, p)| 0.5 * (p[0] + p[1]) * (y[1] - y[0])).sum();
    assert!(y.data().is_sorted() && (mass - 1.0).abs() < 1e-6, "{mass}");
}

/// The density of a flow in two dimensions over a grid of y: heavy or narrow corners are not there, so that steps of 0.02
/// over ±9 leave less than 10⁻⁶.
#[test]
fn flows_of_two_elements_are_normalised() {
    fn check(transform: impl Inverse<Tensor<f64>>) {
        let n = 901;
        let y =
            Tensor::from_fn([n * n, 2], |i| ((if i % 2 == 0 { i / 2 / n } else { i / 2 % n }) as f64 - 450.0) * 0.02);
        let p = Transformed::new(Normal::standard(&Tensor::zeros([2])), transform);
        let mass = p.log_prob(&y).exp().sum_all().item() * 0.02 * 0.02;
        assert!((mass - 1.0).abs() < 1e-6, "{mass}");
    }
    let like = Tensor::zeros([2]);
    check(couplings(&like, 2));
    check(MaskedAutoregressive::new(masked(weight(&like, 2))));
    check(InverseAutoregressive::new(masked(weight(&like, 2))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn derivatives(
        x in array(&[2, 3], -1.5, 1.5), loc in array(&[3], -1.0, 1.0), scale in array(&[3], 0.5, 1.5), seed: u64,
    ) {
        let inputs = [x.clone(), loc.clone(), scale.clone()];
        gradients(&inputs, |v| Transformed::new(normal(&v[1], &v[2]), Exp).log_prob(&v[0].exp()))?;
        gradients(&inputs, |v| Transformed::new(normal(&v[1], &v[2]), Tanh).log_prob(&v[0].tanh()))?;
        gradients(&inputs, |v| Transformed::new(normal(&v[1], &v[2]), Sigmoid).log_prob(&v[0].sigmoid()))?;
        gradients(&inputs, |v| Transformed::new(normal(&v[1], &v[2]), Softplus).log_prob(&v[0].softplus()))?;
        gradients(&inputs, |v| {
            Transformed::new(Normal::standard(&v[1]), Affine::new(v[1], v[2])).log_prob(&v[0])
        })?;
        gradients(&[loc.clone(), scale.clone()], |v| {
            let (z, log_q) = Transformed::new(normal(&v[0], &v[1]), (Tanh, Affine::new(v[0], v[1])))
                .rsample_n_with_log_prob(2, &mut stream(seed));
            z.sum(-1) + log_q
        })?;
        // Through the parameters of flows: u, w, b; the weights of a conditioner.
        gradients(&[x.clone(), loc.clone(), scale.clone()], |v| {
            let flow = Planar::new(v[1], v[2], v[1].sum_all());
            let (y, log_det) = flow.forward(&v[0]);
            y.sum(-1) + log_det
        })?;
        let weights = Tensor::from_fn([3, 3], |i| if i / 3 < i % 3 { loc.data()[i % 3] } else { 0.0 });
        let lower = Tensor::from_fn([3, 3], |i| f64::from(i / 3 < i % 3));
        gradients(&[x.clone(), weights.clone()], |v| {
            let (y, log_det) = InverseAutoregressive::new(masked(of(v[1], &lower))).forward(&v[0]);
            y.sum(-1) + log_det
        })?;
        gradients(&[x.clone(), weights.clone()], |v| {
            let (y, log_det) = MaskedAutoregressive::new(masked(of(v[1], &lower))).forward(&v[0]);
            y.sum(-1) + log_det
        })?;
        gradients(&[x.clone(), weights], |v| {
            Transformed::new(Normal::standard(&v[0]), MaskedAutoregressive::new(masked(of(v[1], &lower)))).log_prob(&v[0])
        })?;
        gradients(&[x], |v| Transformed::new(Normal::standard(&v[0]), couplings(&v[0], 3)).log_prob(&v[0]))?;
    }
}

#[test]
fn draws() {
    let base = || normal(&Tensor::from([0.3]), &Tensor::from([0.8]));
    follow_density(&Transformed::new(base(), Tanh), 450);
    follow_density(&Transformed::new(base(), Sigmoid), 451);
    follow_density(&Transformed::new(base(), (Softplus, Affine::new(Tensor::from([1.0]), Tensor::from([-2.0])))), 452);
    follow_cdf(&LogNormal::new(Tensor::from([0.3]), Tensor::from([0.8])), 453);
    come_through_every_door(&Transformed::new(normal(&Tensor::zeros([2, 3]), &Tensor::ones([3])), Sigmoid));
    let exp = Transformed::new(base(), Exp).sample_n(5, &mut stream(454));
    assert_eq!(exp, LogNormal::new(Tensor::from([0.3]), Tensor::from([0.8])).sample_n(5, &mut stream(454)));
}

/// What goes with a draw is its density.
#[test]
fn draws_know_their_density() {
    let like = Tensor::<f64>::zeros([2, 3]);
    fn check<T: Inverse<Tensor<f64>>>(like: &Tensor<f64>, transform: T) {
        let p = Transformed::new(Normal::standard(like), transform);
        let (z, log_q) = p.rsample_n_with_log_prob(4, &mut stream(455));
        assert_eq!((z.shape().dims(), log_q.shape().dims()), (&[4, 2, 3][..], &[4, 2][..]));
        assert_eq!(z, p.rsample_n(4, &mut stream(455)));
        close(&log_q, &p.log_prob(&z), 1e-11);
        let (one, _) = p.rsample_with_log_prob(&mut stream(455));
        assert_eq!(one, p.rsample(&mut stream(455)));
    }
    check(&like, Tanh);
    check(&like, (Softplus, Affine::new(tensor([3], 1), tensor([3], 2).exp())));
    check(&like, couplings(&like, 3));
    check(&like, InverseAutoregressive::new(masked(weight(&like, 3))));
}

/// E[y] of exp is exp(μ + ½ σ²), and so are its derivatives.
#[test]
fn gradients_pass_through_draws() {
    let (m, s) = (Tensor::from([0.2]), Tensor::from([0.5]));
    let mean = LogNormal::new(m.clone(), s.clone()).mean();
    gradients_of_expectation(&[m, s.clone()], &[mean.clone(), mean * s], 456, |v, n, rng| {
        Transformed::new(normal(&v[0], &v[1]), Exp).rsample_n(n, rng).sum(-1)
    });
}

/// A planar posterior, of which no density at a given point exists: −ELBO by its draws, E[log q(z) − log p(z)], against the
/// divergence of the base alone where the flow does nothing, and not below 0 within 5 standard errors elsewhere.
#[test]
fn divergences_of_flows() {
    let like = Tensor::<f64>::zeros([2]);
    let prior = StandardNormal::new([2]);
    let simulate = |flow: Planar<Tensor<f64>>| {
        let q = Transformed::new(Normal::standard(&like), flow);
        let (z, log_q) = q.rsample_n_with_log_prob(20_000, &mut stream(457));
        let terms = log_q - prior.log_prob(&z);
        let mean = terms.mean(0).item();
        (mean, ((terms - mean).square().mean(0).item() / 20_000.0).sqrt())
    };
    let (value, error) = simulate(planar(&like, 2, 1));
    assert!(value > 0.01 && value > 5.0 * error, "{value} ± {error}");
    // With w·u = log(e − 1), m(w·u) = 0, and u = w log(e − 1)/‖w‖² becomes 0: nothing moves.
    let w = Tensor::from([1.0, 0.0]);
    let still = Planar::new(&w * 1f64.exp_m1().ln(), w, Tensor::scalar(0.0));
    assert!(simulate(still).0.abs() < 1e-12);
    let normal_flow = Affine::new(Tensor::from([1.0, 0.0]), Tensor::from([0.5, 2.0]));
    let q = Transformed::new(Normal::standard(&like), normal_flow);
    let exact = kl(&normal(&Tensor::from([1.0, 0.0]), &Tensor::from([0.5, 2.0])), &prior).item();
    let estimate = kl_monte_carlo(&q, &prior, 20_000, &mut stream(458));
    assert!((estimate.value.item() - exact).abs() < 5.0 * estimate.standard_error.item());
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let (loc, scale) = (inputs.table(&[2, 3], 1), inputs.positive(&[3], 2) * 0.25);
    let rng = &mut stream(459);
    let mut all = Vec::new();
    let affine = || Affine::new(loc.clone(), scale.clone());
    let p = Transformed::new(normal(&loc, &scale), (Sigmoid, affine()));
    let (z, log_q) = p.rsample_n_with_log_prob(2, rng);
    all.extend(values(&[p.log_prob(&(loc.clone() + scale.clone() * 0.5)), z, log_q, p.rsample(rng)]));
    all.push(p.sample(rng));
    let flow = Transformed::new(normal(&loc, &scale), MaskedAutoregressive::new(masked(weight(&loc, 3))));
    all.extend(values(&[flow.log_prob(&loc), flow.rsample(rng)]));
    let (y, log_det) = planar(&loc, 3, 1).forward(&loc);
    all.extend(values(&[y, log_det]));
    all
}

agreement!(everything);

#[test]
fn outside_its_support() {
    fn check<T: prob::transform::Bijection>(transform: T, outside: &[f64]) {
        for &y in outside {
            is_outside(
                [y, 1.0, 0.5],
                |[y, m, s]| Transformed::new(normal(&m, &s), transform).log_prob(&y),
                |[y, m, s]| Transformed::new(normal(&m, &s), transform).log_prob(&y),
            );
            let p = Transformed::new(normal(&Tensor::from([0.0]), &Tensor::from([1.0])), transform);
            assert!(p.supports(&Tensor::from([y])).is_err());
        }
    }
    check(Exp, &[0.0, -1.0, INF, -INF]);
    check(Softplus, &[0.0, -1.0, INF, -INF]);
    check(Sigmoid, &[0.0, 1.0, -1.0, 2.0, INF]);
    check(Tanh, &[1.0, -1.0, 2.0, -INF]);
    // In a chain the first transform may be the one that does not reach y.
    let (value, slopes) = at_each::<f64, 3>([1.0, 2.0, 0.5], |[y, m, s]| {
        Transformed::new(normal(&m, &s), (Exp, Affine::new(m, s))).log_prob(&y)
    });
    assert_eq!((value, slopes), (-INF, [0.0; 3]));
    let p = Transformed::new(normal(&Tensor::from([0.0]), &Tensor::from([1.0])), Exp);
    assert!(p.log_prob(&Tensor::from([f64::NAN])).item().is_nan());
}

/// Where slopes vanish their logarithms stay.
#[test]
fn far_from_zero() {
    for x in [-50.0, -20.0, 20.0, 50.0f64] {
        let at = Tensor::from([x]);
        close(&Tanh.forward(&at).1, &Tensor::scalar(2.0 * (2f64.ln() - x.abs())), 1e-15);
        close(&Sigmoid.forward(&at).1, &Tensor::scalar(-x.abs()), 1e-8);
        close(&Softplus.forward(&at).1, &Tensor::scalar(x.min(0.0)), 1e-8);
    }
    let (x, _) = Softplus.inverse(&Tensor::from([1e-30]));
    close(&x, &Tensor::from([1e-30f64.ln()]), 1e-15);
}

#[test]
fn messages() {
    let p = Transformed::new(normal(&Tensor::from([0.0]), &Tensor::from([1.0])), Tanh);
    let y = Tensor::from([0.5, -1.0]);
    assert_eq!(p.supports(&y).unwrap_err().to_string(), "Tanh: x must be between −1 and 1; element 1 is -1");
    let shifted = Affine::new(Tensor::from([1.0]), Tensor::from([2.0]));
    let p = Transformed::new(normal(&Tensor::from([0.0]), &Tensor::from([1.0])), (Exp, shifted));
    assert!(p.supports(&Tensor::from([1.5])).is_ok());
    assert_eq!(
        p.supports(&Tensor::from([0.0])).unwrap_err().to_string(),
        "Exp: x must be positive and finite; element 0 is -0.5"
    );
    let p = Transformed::new(normal(&Tensor::from([0.0]), &Tensor::from([1.0])), vec![Exp, Exp]);
    assert!(p.supports(&Tensor::from([1.5])).is_ok() && p.supports(&Tensor::from([0.5])).is_err());
}

#[test]
#[should_panic(expected = "Coupling: needs vectors of two or more, not [3, 1]")]
fn a_coupling_of_one() {
    let x = Tensor::<f64>::zeros([3, 1]);
    let _ = couplings(&x, 2).forward(&x);
}

#[test]
#[should_panic(expected = "Planar: needs u [K], w [K] and a number b, not [2], [3] and []")]
fn planar_shapes() {
    Planar::new(Tensor::<f64>::zeros([2]), Tensor::zeros([3]), Tensor::scalar(0.0));
}

#[test]
fn rows_repeat() {
    let p = Transformed::new(normal(&tensor([2, 3], 1), &Tensor::ones([3])), Sigmoid);
    let y = repeated(&Tensor::full([3], 0.25), [4, 2, 3]);
    assert_eq!(p.log_prob(&y).shape().dims(), [4, 2]);
    assert_eq!(p.log_prob(&Tensor::full([3], 0.25)).shape().dims(), [2]);
}
