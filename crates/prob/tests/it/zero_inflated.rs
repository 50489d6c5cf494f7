//! Zero-inflated counts.

use crate::support::agreement::{Inputs, agreement, values};
use crate::support::draws::{follow_mass, have_moments, pinned};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::{array, gradients, param};
use crate::support::limits::{at_each, is_outside};
use crate::support::mass::{discrete_expectation, discrete_mass};
use crate::support::{INF, close, stream};
use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;

fn poisson<V: Array>(l: &V, g: &V) -> ZeroInflated<Poisson<V>, V> {
    ZeroInflated::new(Poisson::from_log_rate(l.clone()), g.clone())
}

fn negative_binomial<V: Array>(m: &V, r: &V, g: &V) -> ZeroInflated<NegativeBinomial<V>, V> {
    ZeroInflated::new(NegativeBinomial::from_mean(m.clone(), r.clone()), g.clone())
}

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    match what {
        "poisson" => poisson(&x[1], &x[2]).log_prob(&x[0]),
        "negative_binomial" => negative_binomial(&x[1], &x[2], &x[3]).log_prob(&x[0]),
        "bernoulli" => ZeroInflated::new(Bernoulli::new(x[1].clone()), x[2].clone()).log_prob(&x[0]),
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/zero_inflated.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

fn n(x: f64) -> Tensor<f64> {
    Tensor::from([x])
}

/// Rounding alone: some thousand terms.
#[test]
fn its_mass_is_one() {
    for g in [-INF, -40.0, -1.5, 0.0, 3.0, 40.0, INF] {
        let p = poisson(&n(2.0), &n(g));
        assert!((discrete_mass(|x| p.log_prob(x)) - 1.0).abs() < 1e-13, "{g}");
        let p = negative_binomial(&n(7.0), &n(0.6), &n(g));
        assert!((discrete_mass(|x| p.log_prob(x)) - 1.0).abs() < 1e-13, "{g}");
        let mean = discrete_expectation(|x| p.log_prob(x), |x| x);
        close(&p.mean(), &n(mean), 1e-12);
        close(&p.variance(), &n(discrete_expectation(|x| p.log_prob(x), |x| (x - mean).powi(2))), 1e-11);
        let x = Tensor::from_fn([30, 1], |i| i as f64);
        let mut sum = 0.0;
        for (mass, below) in p.log_prob(&x).exp().data().iter().zip(p.cdf(&x).data()) {
            sum += mass;
            assert!((sum - below).abs() < 1e-12, "{g}: {sum} is not {below}");
        }
    }
}

/// A gate that is never open is the base.
#[test]
fn without_inflation_it_is_the_base() {
    let (l, x) = (Tensor::from([0.5, 2.0, -1.0]), Tensor::from([[0.0, 3.0, 1.0], [2.0, 0.0, 0.0]]));
    let base = Poisson::from_log_rate(l.clone());
    close(&poisson(&l, &Tensor::scalar(-INF)).log_prob(&x), &base.log_prob(&x), 1e-15);
    close(&poisson(&l, &Tensor::scalar(-50.0)).log_prob(&x), &base.log_prob(&x), 1e-14);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn derivatives(
        x in array(&[2, 2, 3], 0.0, 4.0), l in param(-2.0, 2.0), g in param(-3.0, 3.0), m in param(0.2, 5.0),
        r in param(0.3, 5.0),
    ) {
        let x = Tensor::new(x.shape(), x.data().iter().map(|x| (x - 1.0).floor().max(0.0)).collect());
        gradients(&[l.clone(), g.clone()], |v| poisson(&v[0], &v[1]).log_prob(&v[0].constant(&x)))?;
        gradients(&[l.clone(), g.clone()], |v| poisson(&v[0], &v[1]).log_prob_each(&v[0].constant(&x)))?;
        gradients(&[l.clone(), g.clone()], |v| poisson(&v[0], &v[1]).cdf(&v[0].constant(&x)))?;
        gradients(&[l.clone(), g.clone()], |v| poisson(&v[0], &v[1]).mean())?;
        gradients(&[l, g.clone()], |v| poisson(&v[0], &v[1]).variance())?;
        gradients(&[m, r, g], |v| negative_binomial(&v[0], &v[1], &v[2]).log_prob(&v[0].constant(&x)))?;
    }

    /// log(π + (1 − π) p) and log((1 − π) p), in tens of roundings.
    #[test]
    fn one_operation_or_several(l in array(&[2, 3], -3.0, 3.0), g in array(&[3], -5.0, 5.0), seed: u64) {
        let x = Poisson::from_log_rate(l.clone()).sample(&mut stream(seed));
        let p = (-l.exp()).exp();
        let gate = g.sigmoid();
        let zero = (gate.clone() + (-gate.clone() + 1.0) * p).ln();
        let other = Poisson::from_log_rate(l.clone()).log_prob_each(&x) + (-g.clone()).log_sigmoid();
        let is_zero = |i: usize| x.data()[i] == 0.0;
        let expected = Tensor::from_fn([2, 3], |i| if is_zero(i) { zero.data()[i] } else { other.data()[i] });
        let each = poisson(&l, &g).log_prob_each(&x);
        close(&each, &expected, 1e-13);
        close(&poisson(&l, &g).log_prob(&x), &each.sum(-1), 1e-13);
    }
}

#[test]
fn draws() {
    follow_mass(&poisson(&n(1.5), &n(0.4)), 180);
    follow_mass(&poisson(&n(0.5), &n(-3.0)), 181);
    follow_mass(&negative_binomial(&n(5.0), &n(0.7), &n(-0.5)), 182);
    follow_mass(&ZeroInflated::new(Bernoulli::new(n(2.0)), n(0.0)), 183);
    // The base and the gate each have axes that the other has not: its draws are independent all the same.
    let p = poisson(&Tensor::from([[1.0], [2.0]]), &Tensor::from([[0.0, -1.0, 1.0]]));
    have_moments(&p, 184);
    let p = poisson(&Tensor::scalar(3.0), &Tensor::from([[-INF, 0.0], [-INF, -INF]]));
    have_moments(&p, 185);
    let x = p.sample_n(2000, &mut stream(186));
    let same = (0..2000).filter(|&i| x.row(i)[0] == x.row(i)[2]).count();
    assert!(same < 400, "two elements draw the same {same} times of 2000: a twelfth is expected");
    assert_eq!(p.sample_n(1, &mut stream(1)).data(), p.sample(&mut stream(1)).data());
    assert_eq!(poisson(&n(3.0), &n(INF)).sample_n(9, &mut stream(1)), Tensor::zeros([9, 1]));
    pinned(&poisson(&Tensor::scalar(1.0), &Tensor::zeros([8])), &[9.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 2.0]);
}

fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>> {
    let p = poisson(&inputs.table(&[2, 3], 1), &inputs.table(&[3], 2));
    let q = negative_binomial(&inputs.positive(&[3], 3), &inputs.positive(&[3], 4), &inputs.table(&[2, 3], 5));
    let x = inputs.levels(&[2, 2, 3], 1.0, 5);
    let rng = &mut stream(18);
    let mut all =
        values(&[p.log_prob(&x), q.log_prob(&x), p.log_prob_each(&x), p.cdf(&x), q.cdf(&x), p.mode(), q.mode()]);
    all.extend(values(&[p.mean(), q.mean(), p.variance(), q.variance()]));
    all.into_iter().chain([p.sample(rng), q.sample_n(2, rng)]).collect()
}

agreement!(everything);

#[test]
fn outside_its_support() {
    for x in [-1.0, 0.5, INF, -INF] {
        for g in [-INF, -3.0, 0.0, 50.0, INF] {
            is_outside([x, 0.7, g], |[x, l, g]| poisson(&l, &g).log_prob(&x), |[x, l, g]| poisson(&l, &g).log_prob(&x));
        }
    }
    // What the gate or the base rules out.
    for (x, l, g) in [(2.0, 0.7, INF), (2.0, -INF, 0.3)] {
        is_outside([x, l, g], |[x, l, g]| poisson(&l, &g).log_prob(&x), |[x, l, g]| poisson(&l, &g).log_prob(&x));
    }
    // A base without 0, and no gate that gives one.
    let certain = |[x, l, g]: [Tensor<f64>; 3]| ZeroInflated::new(Bernoulli::new(l), g).log_prob(&x).item();
    assert_eq!(certain([0.0, INF, -INF].map(Tensor::scalar)), -INF);
    assert!(poisson(&n(0.0), &n(0.0)).log_prob(&n(f64::NAN)).item().is_nan());
}

#[test]
fn limits() {
    fn check<F: Real>() {
        let of = |x: f64, l: f64, g: f64| at_each::<F, 3>([x, l, g], |[x, l, g]| poisson(&l, &g).log_prob(&x));
        assert_eq!(of(0.0, 0.7, INF), (0.0, [0.0; 3]));
        assert_eq!(of(0.0, 0.0, -INF), (-1.0, [0.0, -1.0, 0.0]));
        // A rate so large that only the gate gives zeros: log σ(g).
        let (value, slopes) = of(0.0, 30.0, -2.0);
        let expected = -(1.0 + 2.0f64.exp()).ln();
        assert!((value - expected).abs() < 1e-6 && slopes[1] == 0.0);
        assert!((slopes[2] - (1.0 + (-2.0f64).exp()).recip()).abs() < 1e-6);
    }
    check::<f32>();
    check::<f64>();
    // Zero is the mode where the gate makes it so, though the base has another.
    let p = poisson(&Tensor::scalar(3.5f64.ln()), &Tensor::from([-4.0, 0.0]));
    assert_eq!(p.mode(), Tensor::from([3.0, 0.0]));
    let p = poisson(&n(1.0), &n(0.0));
    assert_eq!((p.cdf(&n(-0.5)).item(), p.cdf(&n(INF)).item()), (0.0, 1.0));
}

#[test]
#[should_panic(expected = "ZeroInflated: base and gate_logits: [2] and [3] do not go together")]
fn shapes() {
    poisson(&Tensor::<f64>::ones([2]), &Tensor::zeros([3]));
}

#[test]
fn messages() {
    let p = poisson(&Tensor::from([1.0, 2.0]), &Tensor::from([0.0, f64::NAN]));
    assert_eq!(
        p.clone().validated().unwrap_err().to_string(),
        "ZeroInflated: gate_logits must be numbers; element 1 is NaN"
    );
    assert!(poisson(&n(0.0), &n(INF)).validated().is_ok());
    assert!(p.supports(&Tensor::from([0.0, 7.0])).is_ok() && p.supports(&Tensor::from([0.0, 0.5])).is_err());
}
