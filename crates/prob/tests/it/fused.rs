//! Densities and divergences that are one operation, against the same formulas out of several.

use autograd::prelude::*;
use prob::prelude::*;
use proptest::prelude::*;

const INF: f64 = f64::INFINITY;

fn sum<V: Array>(terms: V) -> V {
    if terms.shape().rank() == 0 { terms } else { terms.sum(-1) }
}

fn greatest<F: Real>() -> f64 {
    F::max_value().as_f64()
}

/// Σ { x l − softplus(l) }, with −∞ added where x is outside [0, 1] or ruled out by an infinite logit.
fn bernoulli<V: Array>(x: &V, l: &V) -> V {
    let flag =
        |a: &V, is: &dyn Fn(f64) -> bool| a.value().cast::<f64>().data().iter().map(|&a| f64::from(is(a))).collect();
    let flag = |a: &V, is: &dyn Fn(f64) -> bool| Tensor::new(a.shape(), flag(a, is));
    let never = flag(l, &|l| l == -INF) * flag(x, &|x| x > 0.0);
    let always = flag(l, &|l| l == INF) * flag(x, &|x| x < 1.0);
    let mut penalty = never + always + flag(x, &|x| !(0.0..=1.0).contains(&x) && !x.is_nan());
    penalty.data_mut().iter_mut().for_each(|p| *p = if *p > 0.0 { -INF } else { 0.0 });
    let most = greatest::<V::F>();
    let l = l.clamp(-most, most);
    sum(x.clamp(0.0, 1.0) * &l - l.softplus() + x.constant(&penalty.cast()))
}

/// ½ Σ { μ² + eˡ − 1 − l }.
fn divergence<V: Array>(loc: &V, log_variance: &V) -> V {
    sum(loc.square() + log_variance.exp() - 1.0 - log_variance.clone()) * 0.5
}

/// The value of `f`, and the gradients of a weighted sum of it.
fn differentiate<F: Real>(
    inputs: [&Tensor<f64>; 2],
    f: impl for<'t> Fn(&Var<'t, F>, &Var<'t, F>) -> Var<'t, F>,
) -> [Tensor<f64>; 3] {
    let params = inputs.map(|x| Param::new(x.cast::<F>()));
    let (mut tape, mut value) = (Tape::new(), None);
    let (_, gradients) = tape.value_and_grad(|tape| {
        let y = f(&tape.param(&params[0]), &tape.param(&params[1]));
        value = Some(y.value().cast());
        (y * tape.constant(&Tensor::from_fn(y.shape(), |i| F::of(0.6 + 0.1 * (i % 13) as f64)))).sum_all()
    });
    let [a, b] = params.each_ref().map(|p| gradients.get(p).unwrap().cast());
    [value.unwrap(), a, b]
}

/// Within `tolerance`·max(1, |b|), equal infinities and NaN where there is NaN.
#[track_caller]
fn agree(a: &[Tensor<f64>; 3], b: &[Tensor<f64>; 3], tolerance: f64) {
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        assert_eq!(a.shape(), b.shape());
        for (a, b) in a.data().iter().zip(b.data()) {
            let close = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * b.abs().max(1.0);
            assert!(close, "{a} is not {b}, number {i}");
        }
    }
}

/// Shapes that go together: events of 0 to 70 elements, repeated over rows and draws.
fn shapes() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    let length = prop::sample::select(vec![0usize, 1, 3, 32, 50, 70]);
    (0usize..3, 0usize..3, length, 0..6).prop_map(|(s, b, n, way)| match way {
        0 => (vec![b, n], vec![s, b, n]),
        1 => (vec![s, b, n], vec![b, n]),
        2 => (vec![b, n], vec![n]),
        3 => (vec![b, n], vec![]),
        4 => (vec![b, n], vec![b, 1]),
        _ => (vec![], vec![]),
    })
}

fn wave(shape: &[usize], size: f64, seed: u64) -> Tensor<f64> {
    Tensor::from_fn(shape, |i| {
        (f64::from((0.7 * i as f64 + (seed % 101) as f64).sin() as f32) * size).clamp(-size, size)
    })
}

proptest! {
    /// Sums of at most 280 terms below 10 in size: 10⁻¹² of a thousand, and in single precision 10⁻⁴, are some ten roundings.
    #[test]
    fn one_operation_or_several((a, b) in shapes(), seed: u64) {
        fn check<F: Real>(a: &[usize], b: &[usize], seed: u64, tolerance: f64) {
            let (x, l) = (wave(a, 1.0, seed).abs(), wave(b, 10.0, !seed));
            agree(
                &differentiate::<F>([&x, &l], |x, l| Bernoulli::new(*l).log_prob(x)),
                &differentiate::<F>([&x, &l], |x, l| bernoulli(x, l)),
                tolerance,
            );
            let (m, l) = (wave(a, 2.0, seed), wave(b, 2.0, !seed));
            agree(
                &differentiate::<F>([&m, &l], |m, l| kl(&Normal::from_log_variance(*m, *l), &StandardNormal::new(Shape::SCALAR))),
                &differentiate::<F>([&m, &l], |m, l| divergence(&(*m + *l * 0.0), &(*l + *m * 0.0))),
                tolerance,
            );
        }
        check::<f64>(&a, &b, seed, 1e-12);
        check::<f32>(&a, &b, seed, 1e-4);
    }
}

/// All pairs of what is legal, not legal, infinite and not a number, alone and as one element of a long event.
#[test]
fn bernoulli_at_the_ends() {
    fn check<F: Real>(tolerance: f64) {
        let xs = [0.0, -0.0, 1.0, 0.5, 1e-30, -1e-30, -0.1, 1.1, 2.0, INF, -INF, f64::NAN];
        let ls = [0.0, -0.0, 1.0, -3.0, 88.0, -88.0, 1e30, -1e30, greatest::<F>(), INF, -INF, f64::NAN];
        for (x, l) in xs.iter().flat_map(|x| ls.iter().map(move |l| (*x, *l))) {
            for (n, at) in [(1, 0), (70, 40), (70, 69)] {
                let place = |value: f64, other: f64| Tensor::from_fn([1, n], |i| if i == at { value } else { other });
                let (x, l) = (place(x, 1.0), place(l, 0.25));
                agree(
                    &differentiate::<F>([&x, &l], |x, l| Bernoulli::new(*l).log_prob(x)),
                    &differentiate::<F>([&x, &l], |x, l| bernoulli(x, l)),
                    tolerance,
                );
            }
        }
    }
    check::<f64>(1e-14);
    check::<f32>(1e-5);
}

/// e⁻⁴⁰ survives beside 40, where x l − softplus(l) would cancel to 0; the tolerance is a few roundings.
#[test]
fn certain_outcomes_keep_their_digits() {
    fn check<F: Real>(tolerance: f64) {
        let y = Bernoulli::new(Tensor::scalar(F::of(40.0))).log_prob(&Tensor::scalar(F::one()));
        assert!((y.item().as_f64() / -(-40.0f64).exp() - 1.0).abs() < tolerance);
        // KL = ½ (l²/2 + l³/6 + …), to an error of ε·l, not of ε.
        let q = Normal::from_log_variance(Tensor::scalar(F::zero()), Tensor::scalar(F::of(1e-3)));
        let exact = 0.5 * (5e-7 + 1e-9 / 6.0 + 1e-12 / 24.0 + 1e-15 / 120.0);
        assert!(
            (kl(&q, &StandardNormal::new(Shape::SCALAR)).item().as_f64() - exact).abs() < 1e-3 * F::epsilon().as_f64()
        );
    }
    check::<f64>(1e-14);
    check::<f32>(1e-6);
}
