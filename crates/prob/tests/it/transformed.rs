//! Distributions by a change of variables.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{
    come_through_every_door, follow_cdf, follow_density, gradients_of_expectation, have_moments,
};
use crate::support::flows::{KINDS, flow, parameters, takes};
use crate::support::golden::row;
use crate::support::gradients::gradients;
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{Domain, expectation, mass};
use crate::support::{INF, close, stream, tensor};
use autograd::prelude::*;
use prob::prelude::*;
use prob::transform::*;

type Flow = Transformed<Normal<Tensor<f64>>, Box<dyn Invertible<Tensor<f64>>>>;

fn standard(shape: impl Into<Shape>) -> Normal<Tensor<f64>> {
    Normal::standard(&Tensor::zeros(shape))
}

fn flow_of(kind: &str, k: usize) -> Flow {
    let p = parameters(k);
    Transformed::new(standard([k]), flow(kind, p.each_ref()))
}

/// The integral of the density of one element; what is left is rounding.
#[test]
fn its_mass_is_one() {
    let above = Domain::Above { low: 0.0, scale: 1.0 };
    let line = Domain::Line { loc: 0.0, scale: 2.0 };
    for (kind, domain) in [
        ("affine", line),
        ("exp", above),
        ("tanh", Domain::Between(-1.0, 1.0)),
        ("sigmoid", Domain::Between(0.0, 1.0)),
        ("softplus", above),
        ("planar", line),
        ("planars", line),
        ("iaf", line),
        ("maf", line),
    ] {
        let mass = mass(domain, |y| flow_of(kind, 1).log_prob(y));
        assert!((mass - 1.0).abs() < 1e-9, "{kind}: {mass}");
    }
}

/// The trapezoidal rule over [−12, 12]² in steps of 0.03. The planar flow squeezes space twentyfold, for which steps of
/// 0.06 were 2·10⁻⁶ off and these are 10⁻¹³; the mass outside is less than 10⁻⁹.
#[test]
fn its_mass_is_one_in_two_dimensions() {
    const N: usize = 801;
    const STEP: f64 = 0.03;
    let y = Tensor::from_fn([N, N, 2], |i| {
        let index = if i % 2 == 0 { i / 2 / N } else { i / 2 % N };
        (index as f64 - (N / 2) as f64) * STEP
    });
    for kind in ["affine", "planar", "coupling", "iaf", "maf"] {
        let mass = flow_of(kind, 2).log_prob(&y).exp().sum_all().item() * STEP * STEP;
        assert!((mass - 1.0).abs() < 1e-6, "{kind}: {mass}");
    }
}

/// The same without the inverse: a grid of x, the areas of the cells that T makes of its cells, and the density at their
/// middles. The areas and the density at the middle are off by the squares of the steps, 10⁻³ of them in all.
#[test]
fn its_mass_is_one_over_a_mapped_grid() {
    const N: usize = 400;
    const STEP: f64 = 0.04;
    let grid = |n: usize, offset: f64| {
        Tensor::from_fn([n, n, 2], |i| {
            let index = if i % 2 == 0 { i / 2 / n } else { i / 2 % n };
            (index as f64 + offset - (N / 2) as f64) * STEP
        })
    };
    for kind in ["planar", "planars", "coupling"] {
        let q = flow_of(kind, 2);
        let corners = q.transform().forward(&grid(N + 1, 0.0));
        let corner = |i: usize, j: usize| [0, 1].map(|e| corners.data()[(i * (N + 1) + j) * 2 + e]);
        let middles = grid(N, 0.5);
        let (_, log_det) = q.transform().forward_with_log_det(&middles);
        let density = (q.base().log_prob(&middles) - log_det).exp();
        let mass: f64 = (0..N * N)
            .map(|cell| {
                let (i, j) = (cell / N, cell % N);
                let [a, b, c, d] = [corner(i, j), corner(i + 1, j + 1), corner(i + 1, j), corner(i, j + 1)];
                let area = 0.5 * ((b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0])).abs();
                area * density.data()[cell]
            })
            .sum();
        assert!((mass - 1.0).abs() < 1e-3, "{kind}: {mass}");
    }
}

/// The density that comes with a draw is the density of the draw, through the inverse.
#[test]
fn draws_come_with_their_density() {
    for (k, kind) in [1, 2, 4].iter().flat_map(|k| KINDS.iter().map(move |t| (*k, *t))).filter(|(k, t)| takes(t, *k)) {
        let p = parameters(k);
        let q = Transformed::new(Normal::new(tensor([2, k], 1) * 0.5, Tensor::from(0.7)), flow(kind, p.each_ref()));
        let (z, log_q) = q.rsample_n_with_log_prob(3, &mut stream(200));
        close(&log_q, &q.log_prob(&z), 1e-11);
        assert_eq!((z.shape().dims(), log_q.shape().dims()), (&[3, 2, k][..], &[3, 2][..]));
        let (z, log_q) = q.rsample_with_log_prob(&mut stream(200));
        assert_eq!(z, q.rsample(&mut stream(200)));
        close(&log_q, &q.log_prob(&z), 1e-11);
        come_through_every_door(&q);
        q.supports(&z).unwrap();
    }
    // What every distribution has without being a flow.
    let p = Laplace::new(tensor([2, 3], 1), Tensor::from(0.5));
    let (z, log_p) = p.rsample_n_with_log_prob(4, &mut stream(201));
    assert_eq!((&z, &log_p), (&p.rsample_n(4, &mut stream(201)), &p.log_prob(&z)));
}

#[test]
fn draws_follow_the_density() {
    for (i, kind) in ["affine", "exp", "tanh", "sigmoid", "softplus", "planar", "planars", "maf"].iter().enumerate() {
        follow_density(&flow_of(kind, 1), 210 + i as u64);
    }
}

/// E[e^{μ + σu}] = e^{μ + σ²/2}, by μ itself and by σ times σ.
#[test]
fn gradients_pass_through_draws() {
    let (m, s) = (Tensor::from([0.3]), Tensor::from([0.5]));
    let mean = (0.3f64 + 0.125).exp();
    gradients_of_expectation(&[m, s], &[Tensor::from([mean]), Tensor::from([0.5 * mean])], 220, |v, n, rng| {
        Transformed::new(Normal::new(v[0], v[1]), Exp).rsample_n(n, rng).sum(-1)
    });
}

/// log p by y and by all parameters, and log q(z) by the parameters alone at fixed noise.
#[test]
fn derivatives() {
    for kind in KINDS {
        let ([a, b, w, c], loc) = (parameters(3), tensor([2, 3], 1));
        let y = flow(kind, [&a, &b, &w, &c]).forward(&tensor([4, 2, 3], 2));
        gradients(&[y, loc.clone(), a.clone(), b.clone(), w.clone(), c.clone()], |v| {
            let scale = v[1].constant(&Tensor::from(0.8));
            Transformed::new(Normal::new(v[1], scale), flow(kind, [&v[2], &v[3], &v[4], &v[5]])).log_prob(&v[0])
        })
        .unwrap_or_else(|why| panic!("{kind}: {why}"));
        gradients(&[loc, a, b, w, c], |v| {
            let scale = v[0].constant(&Tensor::from(0.8));
            let q = Transformed::new(Normal::new(v[0], scale), flow(kind, [&v[1], &v[2], &v[3], &v[4]]));
            let (z, log_q) = q.rsample_n_with_log_prob(2, &mut stream(221));
            z.sin().sum(-1) + log_q
        })
        .unwrap_or_else(|why| panic!("draws of {kind}: {why}"));
    }
}

/// An affine map, whose inverse nobody may ask for.
struct OneWay(Affine<Tensor<f64>>);

impl Transform<Tensor<f64>> for OneWay {
    fn forward_with_log_det(&self, x: &Tensor<f64>) -> (Tensor<f64>, Tensor<f64>) {
        self.0.forward_with_log_det(x)
    }
}

impl Invertible<Tensor<f64>> for OneWay {
    fn inverse_with_log_det(&self, _: &Tensor<f64>) -> (Tensor<f64>, Tensor<f64>) {
        panic!("the inverse was asked for")
    }
}

/// 5 standard errors: a false alarm has probability 6·10⁻⁷ for each event.
#[test]
fn divergences_need_no_inverse() {
    let (m, s) = (tensor([2, 3], 1), tensor([2, 3], 2).exp());
    let q = Transformed::new(standard([2, 3]), OneWay(Affine::new(m.clone(), s.clone())));
    let p = StandardNormal::new([3]);
    let estimate = kl_monte_carlo(&q, &p, 20_000, &mut stream(222));
    let exact = kl(&Normal::new(m, s), &p);
    for (i, exact) in exact.data().iter().enumerate() {
        let (value, error) = (estimate.value.data()[i], estimate.standard_error.data()[i]);
        assert!(error < 0.05 && (exact - value).abs() < 5.0 * error, "event {i}: {exact}, not {value} ± {error}");
    }
}

/// A base that is a flow itself, and a normal distribution with a full covariance under a flow.
#[test]
fn bases() {
    let (a, b) = (Affine::new(Tensor::from([0.5]), Tensor::from([2.0])), Exp);
    let twice = Transformed::new(Transformed::new(standard([1]), a.clone()), b);
    let once = Transformed::new(standard([1]), (a, b));
    let (z, log_q) = twice.rsample_with_log_prob(&mut stream(223));
    assert_eq!((z.clone(), log_q), once.rsample_with_log_prob(&mut stream(223)));
    close(&twice.log_prob(&z), &once.log_prob(&z), 1e-14);
    let base = MultivariateNormal::new(tensor([2], 1), Tensor::from([[1.0, 0.0], [0.5, 2.0]]));
    let q = Transformed::new(base.clone(), Sigmoid);
    let (z, log_q) = q.rsample_with_log_prob(&mut stream(224));
    close(&q.log_prob(&z), &log_q, 1e-12);
    // An affine map of a normal variable is normal: μ + σ(m + s u).
    let y = tensor([4, 3], 3);
    let (m, s) = (tensor([3], 4), tensor([3], 5));
    let q = Transformed::new(Normal::new(Tensor::from(0.3), Tensor::from(1.5)), Affine::new(m.clone(), s.clone()));
    close(&q.log_prob(&y), &Normal::new(m + &s * 0.3, s.abs() * 1.5).log_prob(&y), 1e-13);
}

/// Transforms of each element by itself, and chains of each kind of them: increasing where b is positive, else decreasing.
fn monotone<'a, V: Array + 'a>(kind: &str, [a, b]: [&V; 2]) -> Box<dyn Monotone<V> + 'a> {
    let affine = || Affine::new(a.clone(), b.clone());
    let up = Affine::new(a.clone(), b.abs());
    match kind {
        "affine" => Box::new(affine()),
        "exp" => Box::new((affine(), Exp)),
        "tanh" => Box::new([(affine(), Tanh)]),
        "sigmoid" => Box::new((affine(), Sigmoid, up)),
        "softplus" => Box::new((up, affine(), Affine::new(a.clone(), -b.clone()), Softplus)),
        "exp first" => Box::new((Exp, affine())),
        "tanh first" => Box::new(vec![Box::new(Tanh) as Box<dyn Monotone<V>>, Box::new(affine()), Box::new(affine())]),
        _ => panic!("there is no transform `{kind}`"),
    }
}

const MONOTONE: [&str; 7] = ["affine", "exp", "tanh", "sigmoid", "softplus", "exp first", "tanh first"];

/// Of one element, with shift 0.3.
fn monotone_of(kind: &str, b: f64) -> Transformed<Normal<Tensor<f64>>, Box<dyn Monotone<Tensor<f64>>>> {
    let base = Normal::new(Tensor::from([0.2]), Tensor::from([0.8]));
    Transformed::new(base, monotone(kind, [&Tensor::from([0.3]), &Tensor::from([b])]))
}

/// The integral of the density up to y; what is left is rounding. Draws by Kolmogorov and Smirnov's test.
#[test]
fn distribution_functions_are_integrals() {
    for (i, (kind, b)) in MONOTONE.iter().flat_map(|kind| [0.9, -0.7].map(|b| (*kind, b))).enumerate() {
        let q = monotone_of(kind, b);
        // Where the range begins, if it does.
        let start = match kind {
            "exp" | "softplus" => Some(0.0),
            "tanh" => Some(-1.0),
            "sigmoid" => Some(0.3),
            "exp first" if b > 0.0 => Some(0.3),
            // y = a + b (a + b tanh x) with b².
            "tanh first" => Some(0.3 + b * 0.3 - b * b),
            _ => None,
        };
        let draws = q.sample_n(5, &mut stream(230));
        for y in draws.data() {
            let below = Domain::Below { high: *y, scale: 1.0 };
            let expected = mass(start.map_or(below, |start| Domain::Between(start, *y)), |y| q.log_prob(y));
            close(&q.cdf(&Tensor::from([*y])), &Tensor::from([expected]), 1e-9);
        }
        follow_cdf(&q, 231 + i as u64);
    }
}

/// By y and all parameters, where elements go different ways.
#[test]
fn derivatives_of_distribution_functions() {
    for kind in MONOTONE {
        let (m, s) = (tensor([2, 3], 1), Tensor::from(0.8));
        let [a, b] = [Tensor::from([0.3, -0.2, 0.1]), Tensor::from([0.9, -0.7, -1.1])];
        let y = monotone(kind, [&a, &b]).forward(&tensor([4, 2, 3], 2));
        gradients(&[y, m, s, a, b], |v| {
            Transformed::new(Normal::new(v[1], v[2]), monotone(kind, [&v[3], &v[4]])).cdf(&v[0])
        })
        .unwrap_or_else(|why| panic!("{kind}: {why}"));
    }
}

/// 0 below the range and 1 above it, where nothing moves; no NaN at the least and the greatest numbers.
fn ends_in<F: Real>() {
    let cdf = |kind: &str, y: f64, b: f64| {
        at_each::<F, 5>([y, 0.2, 0.8, 0.25, b], |[y, m, s, a, b]| {
            Transformed::new(Normal::new(m, s), monotone(kind, [&a, &b])).cdf(&y)
        })
    };
    let (least, most) = (if F::NAME == "f32" { 1e-45 } else { 5e-324 }, F::max_value().as_f64());
    for kind in MONOTONE {
        for b in [0.75, -0.5, 1e-30, -1e30] {
            assert_eq!(cdf(kind, -INF, b), (0.0, [0.0; 5]), "{kind}, {b}");
            assert_eq!(cdf(kind, INF, b), (1.0, [0.0; 5]), "{kind}, {b}");
            for y in [0.0, -0.0, least, -least, F::min_positive_value().as_f64(), 0.25, 1.0, -1.0, most, -most] {
                let (below, slopes) = cdf(kind, y, b);
                let all = slopes.iter().all(|d| !d.is_nan());
                assert!((0.0..=1.0).contains(&below) && all, "{kind} at {y}, {b}: {below}, {slopes:?}");
            }
        }
    }
    for (kind, y, b, below) in [
        ("exp", 0.0, 0.75, 0.0),
        ("exp", -3.0, -0.5, 0.0),
        ("tanh", 1.0, -0.5, 1.0),
        ("tanh", -1.0, -0.5, 0.0),
        ("tanh", 2.0, 0.75, 1.0),
        ("sigmoid", 0.25, -0.5, 0.0),
        ("sigmoid", 1.5, 0.75, 1.0),
        ("softplus", 0.0, -0.5, 0.0),
        ("exp first", 0.125, 0.75, 0.0),
        ("exp first", 0.5, -0.5, 1.0),
        ("tanh first", 3.0, -0.5, 1.0),
    ] {
        assert_eq!(cdf(kind, y, b), (below, [0.0; 5]), "{kind} at {y}");
    }
}

#[test]
fn ends_of_the_range() {
    ends_in::<f32>();
    ends_in::<f64>();
    assert!(monotone_of("exp", 1.0).cdf(&Tensor::from([f64::NAN])).item().is_nan());
}

/// An affine map of a normal variable is normal: roundings. Of others, E[−log p] by the integral, and by draws.
#[test]
fn affine_maps_have_moments() {
    let (m, s) = (tensor([2, 3], 1), tensor([2, 3], 2).exp());
    let (a, b) = (tensor([3], 3), Tensor::from([0.5, -2.0, 3.0]));
    let q = Transformed::new(Normal::new(m.clone(), s.clone()), Affine::new(a.clone(), b.clone()));
    let p = Normal::new(&m * &b + &a, s * b.abs());
    for (q, p) in [(q.mean(), p.mean()), (q.variance(), p.variance()), (q.mode(), p.mode()), (q.entropy(), p.entropy())]
    {
        close(&q, &p, 1e-14);
    }
    close(&q.cdf(&tensor([4, 2, 3], 4)), &p.cdf(&tensor([4, 2, 3], 4)), 1e-14);
    gradients(&[m, tensor([2, 3], 2), a, b.clone()], |v| {
        let q = Transformed::new(Normal::from_log_variance(v[0], v[1]), Affine::new(v[2], v[3]));
        q.mean().sum(-1) + q.variance().sum(-1) + q.mode().square().sum(-1) + q.entropy()
    })
    .unwrap();

    let gamma = Gamma::new(Tensor::from([2.5]), Tensor::from([1.5]));
    let q = Transformed::new(gamma.clone(), Affine::new(Tensor::from(4.0), Tensor::from(-0.5)));
    let line = Domain::Below { high: 4.0, scale: 1.0 };
    let entropy = expectation(line, |y| q.log_prob(y), |y| -q.log_prob(&Tensor::from([y])).item());
    close(&q.entropy(), &Tensor::scalar(entropy), 1e-9);
    close(&q.mode(), &(4.0 - gamma.mode() * 0.5), 1e-15);
    have_moments(&q, 250);

    // The event is a vector: L becomes diag(b) L.
    let l = Tensor::from([[1.0, 0.0, 0.0], [0.5, 2.0, 0.0], [-0.3, 0.2, 0.7]]);
    let base = MultivariateNormal::new(tensor([2, 3], 5), l.clone());
    let q = Transformed::new(base, Affine::new(tensor([3], 3), b.abs()));
    let p = MultivariateNormal::new(q.mean(), l * b.abs().reshape([3, 1]));
    close(&q.entropy(), &p.entropy(), 1e-14);
    close(&q.variance(), &p.variance(), 1e-14);
    close(&q.cdf(&tensor([4, 2, 3], 4)), &p.cdf(&tensor([4, 2, 3], 4)), 1e-14);
    // A scale whose square is no number.
    let q = Transformed::new(
        Normal::new(Tensor::from([0.0]), Tensor::from([1e-150])),
        Affine::new(Tensor::from(0.0), Tensor::from(1e200)),
    );
    close(&(q.variance() * 1e-100), &Tensor::from([1.0]), 1e-14);
}

#[test]
#[should_panic(expected = "Transformed: the transform makes [2, 3] of a draw [3]")]
fn rows_do_not_share_entropy() {
    let _ = Transformed::new(standard([3]), Affine::new(Tensor::zeros([2, 3]), Tensor::from(1.0))).entropy();
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let p = [inputs.table(&[3], 1), inputs.table(&[3], 2), inputs.table(&[6, 3], 3) * 0.5, inputs.table(&[6], 4)];
    let mut all = Vec::new();
    for kind in KINDS {
        let t = flow(kind, p.each_ref());
        let y = t.forward(&(inputs.table(&[2, 2, 3], 5) * 0.25));
        let q = Transformed::new(Normal::new(inputs.table(&[2, 3], 6) * 0.25, inputs.table(&[3], 7) * 0.1 + 0.5), t);
        let rng = &mut stream(225);
        let (z, log_q) = q.rsample_n_with_log_prob(2, rng);
        // A function of the draws that is as flat as the flow is steep: single precision is not asked for more.
        all.extend(values(&[z.tanh(), log_q * 0.1, q.log_prob(&y) * 0.1, q.rsample(rng).tanh()]));
        all.push(q.sample(rng).tanh());
    }
    let base = Normal::new(inputs.table(&[2, 3], 6) * 0.25, inputs.table(&[3], 7) * 0.1 + 0.5);
    for kind in MONOTONE {
        let t = monotone(kind, [&p[0], &p[1]]);
        let y = t.forward(&(inputs.table(&[2, 2, 3], 5) * 0.25));
        all.extend(values(&[Transformed::new(base.clone(), t).cdf(&y)]));
    }
    let q = Transformed::new(base, Affine::new(p[0].clone(), p[1].clone()));
    all.extend(values(&[q.mean(), q.variance(), q.mode(), q.entropy()]));
    all
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for (y, kind) in [(0.0, 0), (-1.0, 0), (INF, 0), (-INF, 0), (1.0, 1), (-2.0, 1), (1.5, 2), (0.0, 2), (-3.0, 3)] {
        fn density<V: Array>(kind: usize, [y, m, s]: [V; 3]) -> V {
            let base = Normal::new(m, s);
            match kind {
                0 => Transformed::new(base, Exp).log_prob(&y),
                1 => Transformed::new(base, Tanh).log_prob(&y),
                2 => Transformed::new(base, Sigmoid).log_prob(&y),
                _ => Transformed::new(base, Softplus).log_prob(&y),
            }
        }
        is_outside([y, 1.0, 0.5], |v| density(kind, v), |v| density(kind, v));
    }
    // No flow makes NaN of infinity or the greatest number, and one element outside does not touch the other events.
    for (kind, edge) in KINDS.iter().flat_map(|kind| [INF, -INF, f64::MAX, -f64::MAX].map(|edge| (*kind, edge))) {
        let q = flow_of(kind, 3);
        let (y, log_q) = q.rsample_n_with_log_prob(2, &mut stream(226));
        let mut far = y.clone();
        far.data_mut()[1] = edge;
        let log_p = q.log_prob(&far);
        // The logarithm of the greatest number is no large one.
        let possible = kind == "exp" && edge == f64::MAX;
        assert!(if possible { log_p.data()[0].is_finite() } else { log_p.data()[0] == -INF }, "{kind} at {edge}");
        assert!((log_p.data()[1] - log_q.data()[1]).abs() < 1e-10, "{kind}");
        gradients(&[y], |v| {
            let y = v[0].constant(&far) + v[0] * 0.0;
            let p = parameters(3).map(|p| v[0].constant(&p));
            let base = Normal::standard(&v[0].constant(&Tensor::zeros([3])));
            let log_p = Transformed::new(base, flow(kind, p.each_ref())).log_prob(&y);
            log_p.slice(0, 1..)
        })
        .unwrap();
    }
}

#[test]
fn data_outside_the_support_are_named() {
    let says = |why: Result<(), prob::SupportError>, message: &str| assert_eq!(why.unwrap_err().to_string(), message);
    let base = || standard([2]);
    let y = |a: f64, b: f64| Tensor::from([a, b]);
    says(Transformed::new(base(), Exp).supports(&y(1.0, -2.0)), "Exp: y must be positive and finite; element 1 is -2");
    says(Transformed::new(base(), Tanh).supports(&y(1.0, 0.0)), "Tanh: y must be between -1 and 1; element 0 is 1");
    says(
        Transformed::new(base(), Sigmoid).supports(&y(0.5, 0.0)),
        "Sigmoid: y must be between 0 and 1; element 1 is 0",
    );
    says(
        Transformed::new(base(), Softplus).supports(&y(INF, 1.0)),
        "Softplus: y must be positive and finite; element 0 is inf",
    );
    let affine = || Affine::new(Tensor::from([0.0, 3.0]), Tensor::from(1.0));
    says(Transformed::new(base(), affine()).supports(&y(0.0, -INF)), "Affine: y must be finite; element 1 is -inf");
    // 3 + eˣ is above 3.
    let shifted = Transformed::new(base(), (Exp, affine()));
    says(shifted.supports(&y(1.0, 2.0)), "Exp: y must be positive and finite; element 1 is -1");
    assert_eq!(shifted.log_prob(&y(1.0, 2.0)).item(), -INF);
    shifted.supports(&y(0.5, 3.5)).unwrap();
    // The base's own support, in terms of x.
    let twice = Transformed::new(Transformed::new(base(), Exp), Reverse);
    says(twice.supports(&y(-1.0, 2.0)), "Exp: y must be positive and finite; element 1 is -1");
}

/// A log-scale without bounds, e to which is ∞ where y is −10⁴.
#[test]
fn overflow_in_a_flow_is_impossible() {
    fn log_prob<V: Array>([a, b, m]: [V; 3]) -> V {
        let base = Normal::new(row(&[m.clone(), m.clone()]), m.constant(&Tensor::scalar(V::F::of(1.0))));
        let coupling = Coupling::new(Unchanged::First(1), |a: &V| (a.clone() * 0.0, a.clone()));
        Transformed::new(base, coupling).log_prob(&row(&[a, b]))
    }
    for [a, b] in [[-1e4, 1.0], [-1e4, 0.0], [-f64::MAX, 1.0], [f64::MAX, 1.0], [INF, 0.0]] {
        is_outside([a, b, 0.5], |v| log_prob(v), |v| log_prob(v));
    }
    // One vector for two rows of parameters, which the base does not have.
    let rows = Transformed::new(standard([3]), Affine::new(tensor([2, 3], 1), Tensor::from(1.0)));
    assert_eq!(rows.log_prob(&Tensor::from([0.0, f64::MAX, 0.0])).data(), [-INF; 2]);
    // Parameters that are no numbers are not hidden.
    for a in [0.0, -1e4, INF] {
        assert!(at_each::<f64, 3>([a, 0.0, f64::NAN], |v| log_prob(v)).0.is_nan());
    }
}

/// Rows of parameters that the base does not have would draw all rows from the same noise.
#[test]
#[should_panic(expected = "Transformed: the transform makes [2, 3] of a draw [3]")]
fn rows_do_not_share_noise() {
    let t = Affine::new(Tensor::zeros([2, 3]), Tensor::from(1.0));
    let _ = Transformed::new(standard([3]), t).rsample(&mut stream(1));
}
