//! The special functions against 50 digits, which `special.py` wrote to `tests/golden/special.csv`, and in `f32` against
//! themselves in `f64`; their derivatives against central differences; their limits. docs/numerics.md quotes the bounds that
//! are asserted here.

use autograd::check::gradients;
use autograd::prelude::*;
use prob::special::{Special, bd0, beta_inc, gamma_p, gamma_q, scalar, xlog1py, xlogy};
use proptest::prelude::*;
use std::slice::from_ref;

/// What an error is measured in: the value, or that and 1, whichever is larger.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Measure {
    Relative,
    Unit,
}

/// A function, or a derivative of one, with the bounds on its errors in `f32` and `f64`: the largest found, rounded up.
struct Claim {
    name: &'static str,
    measure: Measure,
    bounds: [f64; 2],
    single: fn(&[Tensor<f32>]) -> Tensor<f32>,
    double: fn(&[Tensor<f64>]) -> Tensor<f64>,
}

/// The derivative of `f` by its argument `i`, as the tape finds it.
macro_rules! derivative {
    ($i:literal, |$x:ident| $f:expr) => {
        |x| {
            let params: Vec<_> = x.iter().cloned().map(Param::new).collect();
            let mut tape = Tape::new();
            let (_, gradients) = tape.value_and_grad(|tape| {
                let $x: Vec<_> = params.iter().map(|p| tape.param(p)).collect();
                $f.sum_all()
            });
            gradients.get(&params[$i]).unwrap().clone()
        }
    };
}

macro_rules! claims {
    (@by $x:ident $f:expr) => { |$x| $f };
    (@by $x:ident $f:expr, $i:literal) => { derivative!($i, |$x| $f) };
    ($x:ident: $($name:literal $($measure:ident)? $single:literal $double:literal = $f:expr $(; by $i:literal)?,)*) => {
        vec![$(Claim {
            name: $name,
            measure: [$(Measure::$measure,)? Measure::Relative][0],
            bounds: [$single, $double],
            single: claims!(@by $x $f $(, $i)?),
            double: claims!(@by $x $f $(, $i)?),
        }),*]
    };
}

/// A function of numbers in `f64`, number by number.
fn each<F: Real>(x: &[Tensor<F>], f: impl Fn(&[f64]) -> f64) -> Tensor<F> {
    Tensor::from_fn(x[0].shape(), |i| F::of(f(&x.iter().map(|x| x.data()[i].as_f64()).collect::<Vec<_>>())))
}

/// A generic function of numbers.
macro_rules! generic {
    ($f:ident, $x:expr) => {
        Tensor::from_fn($x.shape(), |i| scalar::$f($x.data()[i]))
    };
}

#[rustfmt::skip]
fn claims() -> Vec<Claim> {
    // The order of a Bessel function is a constant: lines are evaluated one by one.
    macro_rules! nu { ($x:expr) => { $x.value().data()[0].as_f64() }; }
    claims! { x:
        "lgamma" 4e-7 6e-16 = x[0].lgamma(),
        "digamma" Unit 2e-7 3e-16 = x[0].digamma(),
        "trigamma" 2.5e-7 4e-16 = x[0].trigamma(),
        "polygamma2" 3.5e-7 5e-16 = x[0].trigamma(); by 0,
        "stirling_error" 1.1e-6 1.2e-15 = x[0].stirling_error(),
        "stirling_error_derivative" 1.8e-6 3e-15 = generic!(stirling_error_derivative, x[0]),
        "log_ndtr" 5e-7 5e-16 = x[0].log_ndtr(),
        "log_ndtr'" 5e-7 6e-16 = x[0].log_ndtr(); by 0,
        "ndtri" 3.5e-7 4e-16 = x[0].ndtri(),
        "ndtri'" 4e-7 5e-16 = x[0].ndtri(); by 0,
        "bd0" 4.5e-7 1e-15 = bd0(&x[0], &x[1]),
        "log_bessel_i" Unit 6e-8 2e-15 = x[1].log_bessel_i(nu!(x[0])),
        "log_bessel_i'" Unit 6e-8 2e-15 = x[1].log_bessel_i(nu!(x[0])); by 1,
        "log_bessel_i_reduced" Unit 6e-8 5e-16 = x[1].log_bessel_i_reduced(nu!(x[0])),
        "log_bessel_i_reduced'" 6e-8 2e-14 = x[1].log_bessel_i_reduced(nu!(x[0])); by 1,
        "log_bessel_i_reduced'" 6e-8 2e-14 = each(x, |x| scalar::bessel_ratio_m1(x[0], x[1])),
        "bessel_ratio" 6e-8 2.5e-15 = x[1].bessel_ratio(nu!(x[0])),
        "bessel_ratio_derivative" 6e-8 8e-13 = x[1].bessel_ratio(nu!(x[0])); by 1,
        "gamma_p" 6e-8 1e-13 = gamma_p(&x[0], &x[1]),
        "gamma_q" 6e-8 1e-13 = gamma_q(&x[0], &x[1]),
        "gamma_p_derivative" 6e-8 1e-13 = gamma_p(&x[0], &x[1]); by 0,
        "gamma_draw_derivative" 6e-8 1e-13 = each(x, |x| scalar::gamma_draw_derivative(x[0], x[1])),
        "beta_inc" 6e-8 2e-13 = beta_inc(&x[0], &x[1], &x[2]),
        "beta_inc_da" 6e-8 1.2e-12 = beta_inc(&x[0], &x[1], &x[2]); by 0,
        "beta_inc_db" 6e-8 2e-13 = beta_inc(&x[0], &x[1], &x[2]); by 1,
        "beta_draw_da" 6e-8 1.2e-12 = each(x, |x| scalar::beta_draw_derivatives(x[0], x[1], x[2])[0]),
        "beta_draw_db" 6e-8 2e-13 = each(x, |x| scalar::beta_draw_derivatives(x[0], x[1], x[2])[1]),
    }
}

/// The error of `y`. Results below the normal numbers are measured in the least of those, and ∞ counts as the largest
/// number, which the value may lie above.
fn error<F: Real>(y: F, value: f64, measure: Measure) -> f64 {
    let max = F::max_value().as_f64();
    let (y, value) = (y.as_f64().clamp(-max, max), value.clamp(-max, max));
    let least = if measure == Measure::Unit { 1.0 } else { F::min_positive_value().as_f64() };
    let error = (y - value).abs() / value.abs().max(least);
    if error.is_nan() { f64::INFINITY } else { error }
}

/// The largest errors of a claim in both types over the lines of a file, and where they are.
fn worst(claim: &Claim, file: &str) -> [(f64, Vec<f64>); 2] {
    let mut worst = [(0.0, vec![]), (0.0, vec![])];
    for line in file.lines() {
        let mut fields = line.split(',');
        if fields.next() != Some(claim.name) {
            continue;
        }
        let mut args: Vec<f64> = fields.map(|x| x.parse().unwrap()).collect();
        let value = args.pop().unwrap();
        let double: Vec<_> = args.iter().map(|&x| Tensor::scalar(x)).collect();
        let mut found = [error((claim.double)(&double).item(), value, claim.measure), 0.0];
        if args.iter().all(|&x| f64::from(x as f32) == x) {
            let single: Vec<_> = double.iter().map(Tensor::cast).collect();
            found[1] = error((claim.single)(&single).item(), value, claim.measure);
        }
        for (worst, found) in worst.iter_mut().rev().zip(found) {
            if found > worst.0 {
                *worst = (found, args.clone());
            }
        }
    }
    worst
}

/// The bounds hold at every line, and are not more than ten times what they have to be.
#[test]
fn golden() {
    for claim in claims() {
        let worst = worst(&claim, include_str!("../golden/special.csv"));
        for ((error, at), bound) in worst.iter().zip(claim.bounds) {
            assert!(*error <= bound, "{} errs by {error:e} at {at:?}, more than {bound:e}", claim.name);
            assert!(*error > 0.1 * bound, "{} errs by {error:e} only", claim.name);
        }
    }
}

/// The largest error in `f32` of a claim about a function of one number, over the numbers of these bit patterns, and where it
/// is. The same function in `f64` is the reference.
fn worst_single(claim: &Claim, mut bits: impl Iterator<Item = u32>) -> (f64, f32) {
    let mut worst = (0.0, 0.0);
    loop {
        let x: Vec<f32> = bits.by_ref().take(4096).map(f32::from_bits).collect();
        if x.is_empty() {
            return worst;
        }
        let x = [Tensor::new([x.len()], x)];
        let (y, values) = ((claim.single)(&x), (claim.double)(&[x[0].cast()]));
        for ((&x, &y), &value) in x[0].data().iter().zip(y.data()).zip(values.data()) {
            let error = if y.is_nan() && value.is_nan() { 0.0 } else { error(y, value, claim.measure) };
            if error > worst.0 {
                worst = (error, x);
            }
        }
    }
}

/// The claims about functions of one number.
fn claims_of_one() -> impl Iterator<Item = Claim> {
    claims().into_iter().take_while(|claim| claim.name != "bd0")
}

/// Numbers from all of `f32`, and those near the places where a function changes its method or has a zero.
#[test]
fn single_precision() {
    for claim in claims_of_one() {
        let near = |x: f32| (0..200).map(move |i| x.to_bits() + i - 100);
        let places = [0.125, 0.5, 0.875, 1.0, 1.461_632_1, 2.0, 3.0, 13.0, 14.5].into_iter().flat_map(near);
        let (error, at) = worst_single(&claim, (0..=u32::MAX).step_by(65537).chain(places));
        assert!(error <= claim.bounds[0], "{} errs by {error:e} at {at:e}", claim.name);
    }
}

/// Prints the largest errors that docs/numerics.md states: those at the lines of the file that `PROB_SPECIAL` names, or of the
/// committed one, and for functions of one number in `f32` those over each 61st number.
#[test]
#[ignore = "takes a minute"]
fn errors() {
    let file = std::env::var("PROB_SPECIAL").map(|path| std::fs::read_to_string(path).expect("a file"));
    let file = file.unwrap_or_else(|_| include_str!("../golden/special.csv").into());
    for claim in claims() {
        let worst = worst(&claim, &file);
        println!("{:26} {:.2e} at {:?}, {:.2e} at {:?}", claim.name, worst[0].0, worst[0].1, worst[1].0, worst[1].1);
    }
    for claim in claims_of_one() {
        println!("{:26} {:?}", claim.name, worst_single(&claim, (0..=u32::MAX).step_by(61)));
    }
}

/// Every operation at once, of two arrays, of which the first is to be a probability where that is wanted.
fn all<V: Array>(x: &V, y: &V) -> Vec<V> {
    let of_one = |x: &V| {
        let gamma = [x.lgamma(), x.digamma(), x.trigamma(), x.stirling_error()];
        let bessel = [x.log_bessel_i(1.5), x.log_bessel_i_reduced(1.5), x.bessel_ratio(1.5)];
        gamma.into_iter().chain([x.log_ndtr(), x.ndtri()]).chain(bessel).collect::<Vec<V>>()
    };
    let of_two = [bd0(x, y), xlogy(x, y), xlog1py(x, y), gamma_p(x, y), gamma_q(x, y), beta_inc(y, y, x)];
    of_one(x).into_iter().chain(of_one(y)).chain(of_two).collect()
}

/// Recorded or not, the numbers are the same bits.
#[test]
fn variables_and_tensors_agree() {
    let (x, y) = (Tensor::from([[0.2f32, 0.5], [0.7, 0.9]]), Tensor::from([3.0, 0.4]));
    let bits = |x: &Tensor<f32>| x.data().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let (params, mut tape) = ([Param::new(x.clone()), Param::new(y.clone())], Tape::new());
    let mut recorded = vec![];
    tape.value_and_grad(|tape| {
        let vars = all(&tape.param(&params[0]), &tape.param(&params[1]));
        recorded = vars.iter().map(|v| bits(&v.value())).collect();
        vars[0].sum_all()
    });
    assert_eq!(all(&x, &y).iter().map(bits).collect::<Vec<_>>(), recorded);
}

#[test]
fn nan_stays() {
    fn check<F: Real>() {
        let nan = Tensor::scalar(F::nan());
        for (i, y) in all(&nan, &nan).iter().enumerate() {
            assert!(y.item().is_nan(), "function {i} loses NaN in {}", F::NAME);
        }
        for (x, y) in [(F::nan(), F::of(0.5)), (F::of(0.5), F::nan())] {
            let of_two = &all(&Tensor::scalar(x), &Tensor::scalar(y))[18..];
            assert!(of_two.iter().all(|y| y.item().is_nan()), "{of_two:?}");
        }
        assert!(xlogy(&Tensor::scalar(F::zero()), &nan).item().is_nan());
    }
    check::<f32>();
    check::<f64>();
}

/// Value and derivatives of `f` at one point, rounded to 10⁻⁶.
fn at<F: Real>(x: &[f64], f: impl for<'t> Fn(&[Var<'t, F>]) -> Var<'t, F>) -> Vec<f64> {
    let params: Vec<_> = x.iter().map(|&x| Param::new(Tensor::scalar(F::of(x)))).collect();
    let mut tape = Tape::new();
    let (y, gradients) = tape.value_and_grad(|tape| f(&params.iter().map(|p| tape.param(p)).collect::<Vec<_>>()));
    let slopes = params.iter().map(|p| gradients.get(p).unwrap().item().as_f64());
    std::iter::once(y.as_f64()).chain(slopes).map(|y| if y.is_finite() { (y * 1e6).round() / 1e6 } else { y }).collect()
}

/// Value and derivative at the ends of the domain, outside it, and at points with a closed form.
#[test]
fn limits() {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    #[track_caller]
    fn same(actual: Vec<f64>, expected: &[f64]) {
        let same = actual.iter().zip(expected).all(|(a, e)| a == e || (a.is_nan() && e.is_nan()));
        assert!(same && actual.len() == expected.len(), "{actual:?} is not {expected:?}");
    }
    fn check<F: Real>() {
        same(at::<F>(&[0.0], |x| x[0].lgamma()), &[INF, -INF]);
        same(at::<F>(&[1.0], |x| x[0].lgamma()), &[0.0, -0.577216]);
        same(at::<F>(&[2.0], |x| x[0].lgamma()), &[0.0, 0.422784]);
        same(at::<F>(&[INF], |x| x[0].lgamma()), &[INF, INF]);
        same(at::<F>(&[-0.5], |x| x[0].lgamma()), &[NAN, NAN]);
        same(at::<F>(&[0.0], |x| x[0].digamma()), &[-INF, INF]);
        same(at::<F>(&[INF], |x| x[0].digamma()), &[INF, 0.0]);
        same(at::<F>(&[-0.5], |x| x[0].digamma()), &[NAN, NAN]);
        same(at::<F>(&[0.0], |x| x[0].trigamma()), &[INF, -INF]);
        same(at::<F>(&[INF], |x| x[0].trigamma()), &[0.0, 0.0]);
        same(at::<F>(&[-2.5], |x| x[0].trigamma()), &[NAN, NAN]);
        same(at::<F>(&[0.0], |x| x[0].stirling_error()), &[INF, -INF]);
        same(at::<F>(&[INF], |x| x[0].stirling_error()), &[0.0, 0.0]);
        same(at::<F>(&[-0.5], |x| x[0].stirling_error()), &[NAN, NAN]);
        same(at::<F>(&[1.0], |x| x[0].log_ndtr()), &[-0.172754, 0.287600]);
        same(at::<F>(&[INF], |x| x[0].log_ndtr()), &[0.0, 0.0]);
        same(at::<F>(&[-INF], |x| x[0].log_ndtr()), &[-INF, INF]);
        same(at::<F>(&[0.0], |x| x[0].ndtri()), &[-INF, INF]);
        same(at::<F>(&[0.5], |x| x[0].ndtri()), &[0.0, 2.506628]);
        same(at::<F>(&[1.0], |x| x[0].ndtri()), &[INF, INF]);
        same(at::<F>(&[-0.1], |x| x[0].ndtri()), &[NAN, NAN]);
        same(at::<F>(&[1.1], |x| x[0].ndtri()), &[NAN, NAN]);

        same(at::<F>(&[0.0], |x| x[0].log_bessel_i(0.0)), &[0.0, -1.0]);
        same(at::<F>(&[0.0], |x| x[0].log_bessel_i(2.0)), &[-INF, INF]);
        same(at::<F>(&[INF], |x| x[0].log_bessel_i(2.0)), &[-INF, 0.0]);
        same(at::<F>(&[0.0], |x| x[0].log_bessel_i_reduced(2.0)), &[-2.079442, -1.0]);
        same(
            at::<F>(&[0.0], |x| x[0].log_bessel_i_reduced(99.0)),
            &[-427.755776, -1.0].map(|y| if y < -2.0 { rounded::<F>(y) } else { y }),
        );
        same(at::<F>(&[0.0], |x| x[0].bessel_ratio(1.0)), &[0.0, 0.25]);
        same(at::<F>(&[0.0], |x| x[0].bessel_ratio(49.0)), &[0.0, 0.01]);
        same(at::<F>(&[INF], |x| x[0].bessel_ratio(1.0)), &[1.0, 0.0]);
        same(at::<F>(&[-1.0], |x| x[0].bessel_ratio(1.0)), &[NAN, NAN]);
        same(at::<F>(&[1.0], |x| x[0].log_bessel_i(-1.0)), &[NAN, NAN]);

        let log_least = (F::min_positive_value().as_f64().ln() * 1e6).round() / 1e6;
        same(at::<F>(&[0.0, 2.5], |x| bd0(&x[0], &x[1])), &[2.5, rounded::<F>(log_least), 1.0]);
        same(at::<F>(&[0.0, 0.0], |x| bd0(&x[0], &x[1])), &[0.0, 0.0, 0.0]);
        same(at::<F>(&[2.0, 0.0], |x| bd0(&x[0], &x[1])), &[INF, INF, -INF]);
        same(at::<F>(&[2.0, 2.0], |x| bd0(&x[0], &x[1])), &[0.0, 0.0, 0.0]);
        same(at::<F>(&[INF, 2.0], |x| bd0(&x[0], &x[1])), &[INF, INF, -INF]);
        same(at::<F>(&[-1.0, 2.0], |x| bd0(&x[0], &x[1]))[..1].to_vec(), &[NAN]);
        same(at::<F>(&[0.0, 0.0], |x| xlogy(&x[0], &x[1])), &[0.0, 0.0, 0.0]);
        same(at::<F>(&[0.0, 1.0], |x| xlogy(&x[0], &x[1])), &[0.0, 0.0, 0.0]);
        same(at::<F>(&[2.0, 0.0], |x| xlogy(&x[0], &x[1])), &[-INF, -INF, INF]);
        same(at::<F>(&[0.0, INF], |x| xlogy(&x[0], &x[1])), &[0.0, 0.0, 0.0]);
        same(at::<F>(&[0.0, -1.0], |x| xlog1py(&x[0], &x[1])), &[0.0, 0.0, 0.0]);
        same(at::<F>(&[2.0, -1.0], |x| xlog1py(&x[0], &x[1])), &[-INF, -INF, INF]);

        for x in [0.0, -1.0, -INF] {
            same(at::<F>(&[2.5, x], |x| gamma_p(&x[0], &x[1])), &[0.0, 0.0, 0.0]);
            same(at::<F>(&[2.5, x], |x| gamma_q(&x[0], &x[1])), &[1.0, 0.0, 0.0]);
            same(at::<F>(&[2.5, 0.5, x], |x| beta_inc(&x[0], &x[1], &x[2])), &[0.0; 4]);
        }
        same(at::<F>(&[2.5, INF], |x| gamma_p(&x[0], &x[1])), &[1.0, 0.0, 0.0]);
        same(at::<F>(&[2.5, INF], |x| gamma_q(&x[0], &x[1])), &[0.0, 0.0, 0.0]);
        same(at::<F>(&[0.0, 1.0], |x| gamma_q(&x[0], &x[1])), &[NAN; 3]);
        same(at::<F>(&[INF, 1.0], |x| gamma_p(&x[0], &x[1])), &[NAN; 3]);
        same(at::<F>(&[2.5, 0.5, 1.0], |x| beta_inc(&x[0], &x[1], &x[2])), &[1.0, 0.0, 0.0, 0.0]);
        same(at::<F>(&[2.5, 0.0, 0.5], |x| beta_inc(&x[0], &x[1], &x[2])), &[NAN; 4]);
    }
    /// What is left of a large number in the type, to 10⁻⁶.
    fn rounded<F: Real>(x: f64) -> f64 {
        (F::of(x).as_f64() * 1e6).round() / 1e6
    }
    check::<f32>();
    check::<f64>();
    // Where kernel and factor round to more than 1.
    assert_eq!(scalar::gamma_p(4.445588816362901e-23, 1.9988876669635407e-8), 1.0);
    assert_eq!(scalar::gamma_draw_derivative(0.01, 0.0), 0.0);
    assert_eq!(scalar::beta_draw_derivatives(0.01, 2.0, 0.0), [0.0; 2]);
}

/// Numbers in one of the shapes that go with `[2, 3]`.
fn numbers(low: f64, high: f64) -> impl Strategy<Value = Tensor<f64>> {
    prop::sample::select(vec![&[][..], &[3], &[2, 3]]).prop_flat_map(move |shape: &'static [usize]| {
        let size = shape.iter().product::<usize>();
        prop::collection::vec(low..high, size).prop_map(move |x| Tensor::new(shape, x))
    })
}

// The tolerance is that of `autograd::check::gradients`, which states its reasons.
proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn derivatives_of_one(x in numbers(0.2, 9.0), z in numbers(-6.0, 6.0), p in numbers(0.02, 0.98)) {
        gradients(from_ref(&x), |v| v[0].lgamma())?;
        gradients(from_ref(&x), |v| v[0].digamma())?;
        gradients(from_ref(&x), |v| v[0].trigamma())?;
        gradients(from_ref(&x), |v| v[0].stirling_error())?;
        gradients(from_ref(&z), |v| v[0].log_ndtr())?;
        gradients(from_ref(&p), |v| v[0].ndtri())?;
    }

    #[test]
    fn derivatives_of_bessel_functions(
        x in prop_oneof![numbers(0.1, 15.0), numbers(10.0, 100.0)], nu in prop_oneof![0.0..20.0, 10.0..500.0],
    ) {
        gradients(from_ref(&x), |v| v[0].log_bessel_i(nu))?;
        gradients(from_ref(&x), |v| v[0].log_bessel_i_reduced(nu))?;
        gradients(from_ref(&x), |v| v[0].bessel_ratio(nu))?;
    }

    #[test]
    fn derivatives_of_two(x in numbers(0.3, 4.0), y in numbers(0.3, 4.0), a in prop_oneof![numbers(0.3, 9.0), numbers(25.0, 40.0)]) {
        gradients(&[x.clone(), y.clone()], |v| bd0(&v[0], &v[1]))?;
        gradients(&[x.clone(), y.clone()], |v| xlogy(&v[0], &v[1]))?;
        gradients(&[x.clone(), y.clone()], |v| xlog1py(&v[0], &v[1]))?;
        gradients(&[a.clone(), x.clone()], |v| gamma_p(&v[0], &(v[0] * v[1])))?;
        gradients(&[a, y], |v| gamma_q(&v[0], &(v[0] * v[1])))?;
    }

    #[test]
    fn derivatives_of_beta_inc(
        a in prop_oneof![numbers(0.3, 9.0), numbers(30.0, 40.0)], b in prop_oneof![numbers(0.3, 9.0), numbers(30.0, 40.0)],
        x in numbers(0.05, 0.95),
    ) {
        gradients(&[a, b, x], |v| beta_inc(&v[0], &v[1], &v[2]))?;
    }

    /// Whatever the legal arguments are: a probability, the two tails together 1, derivatives of the right sign, and finite
    /// derivatives of draws.
    #[test]
    fn incomplete_functions_everywhere(
        log_a in -14.0f64..30.0, log_b in -14.0f64..30.0, log_x in -700.0f64..40.0, near in -1.0f64..1.0, far: bool,
    ) {
        let (a, b) = (log_a.exp(), log_b.exp());
        let x = if far { log_x.exp() } else { a * near.exp() };
        let (p, q) = (scalar::gamma_p(a, x), scalar::gamma_q(a, x));
        prop_assert!((0.0..=1.0).contains(&p) && (0.0..=1.0).contains(&q) && (p + q - 1.0).abs() < 1e-13, "{p} {q}");
        prop_assert!(scalar::gamma_p_derivative(a, x) <= 0.0);
        let slope = scalar::gamma_draw_derivative(a, x);
        prop_assert!(slope >= 0.0 && slope.is_finite(), "{slope}");

        let x = if far { (-log_x.abs()).exp() } else { (a / (a + b) * near.exp()).min(1.0) };
        let (p, q) = (scalar::beta_inc(a, b, x), scalar::beta_inc(b, a, 1.0 - x));
        prop_assert!((0.0..=1.0).contains(&p) && (0.0..=1.0).contains(&q), "{p} {q}");
        let [by_a, by_b] = scalar::beta_inc_derivatives(a, b, x);
        prop_assert!(by_a <= 0.0 && by_b >= 0.0, "{by_a} {by_b}");
        let [by_a, by_b] = scalar::beta_draw_derivatives(a, b, x);
        prop_assert!(by_a >= 0.0 && by_b <= 0.0 && by_a.is_finite() && by_b.is_finite(), "{by_a} {by_b}");
    }
}

#[test]
#[should_panic(expected = "beta_inc: [2] and [3] do not go together")]
fn beta_inc_shapes() {
    let _ = beta_inc(&Tensor::<f64>::ones([2]), &Tensor::ones([3]), &Tensor::ones([2]));
}

#[test]
#[should_panic(expected = "gamma_q: [2] and [3] do not go together")]
fn gamma_shapes() {
    let _ = gamma_q(&Tensor::<f64>::ones([2]), &Tensor::ones([3]));
}
