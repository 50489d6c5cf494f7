//! The errors of the elementary functions in units in the last place. docs/numerics.md quotes the bounds that are asserted here.
//!
//! In `f32` the functions are compared with `f64` over the whole range, in `f64` with values of 50 digits, which `elementwise.py` wrote
//! to `tests/golden/elementwise.csv`. Everything goes through tensors and tapes, thus through the loops that every operation runs.

use autograd::prelude::*;
use std::f64::consts::{FRAC_1_SQRT_2, LN_2};

/// A function of each number of a tensor.
type Each<F> = fn(&Tensor<F>) -> Tensor<F>;

/// What derivatives are measured in: units of their own last place, or of 1's where they are below 1.
#[derive(Clone, Copy)]
enum Unit {
    Own,
    One,
}

/// A function with the bounds on its errors in ulp; bounds are the largest errors found, rounded up.
struct Claim {
    name: &'static str,
    /// What it is in `f64`, to a few ulp of that; to x² of them in the tail of `gelu`, where x² < 220.
    exact: fn(f64) -> f64,
    single: Each<f32>,
    double: Each<f64>,
    /// Bounds on the function in `f32`, and where its error is largest: without fused multiply-adds and with them.
    single_ulp: [(f64, f32); 2],
    /// The bound in `f64`.
    double_ulp: f64,
    single_derivative: Each<f32>,
    double_derivative: Each<f64>,
    /// Bounds on the derivative in `f32` and `f64`, and their unit.
    derivative: ([f64; 2], Unit),
}

/// The derivative of a function at each number, as the tape finds it.
macro_rules! derivative {
    ($f:ident) => {
        |x| {
            let p = Param::new(x.clone());
            let mut tape = Tape::new();
            tape.value_and_grad(|tape| tape.param(&p).$f().sum_all()).1.get(&p).unwrap().clone()
        }
    };
}

macro_rules! claims {
    ($($f:ident($x:ident) = $exact:expr; $separate:literal at $at:literal, fused $fused:literal at $fused_at:literal; $double:literal; derivative $dsingle:literal $ddouble:literal $unit:ident)*) => {
        [$(Claim {
            name: stringify!($f),
            exact: |$x| $exact,
            single: Tensor::$f,
            double: Tensor::$f,
            single_ulp: [($separate, $at), ($fused, $fused_at)],
            double_ulp: $double,
            single_derivative: derivative!($f),
            double_derivative: derivative!($f),
            derivative: ([$dsingle, $ddouble], Unit::$unit),
        }),*]
    };
}

#[rustfmt::skip]
fn claims() -> [Claim; 14] {
    claims! {
        exp(x) = x.exp(); 1.0 at 59.96131, fused 0.9 at 16.30295; 1.0; derivative 0.9 1.4 Own
        exp_m1(x) = x.exp_m1(); 1.5 at 0.34777653, fused 1.6 at 0.3613764; 1.0; derivative 1.0 1.4 One
        ln(x) = x.ln(); 0.9 at 0.69971275, fused 0.9 at 0.7010217; 1.0; derivative 0.6 0.4 Own
        ln_1p(x) = x.ln_1p(); 1.5 at -8.940697e-8, fused 1.5 at -8.940697e-8; 1.0; derivative 1.5 1.4 Own
        log1mexp(x) = log1mexp(x); 2.1 at -0.9980061, fused 2.1 at -16.228209; 1.8; derivative 1.5 1.4 Own
        tanh(x) = x.tanh(); 1.5 at -0.6335302, fused 1.5 at -0.6335302; 2.0; derivative 1.0 1.5 One
        sigmoid(x) = sigmoid(x); 2.5 at -4.157294, fused 2.5 at -4.157294; 2.0; derivative 0.9 1.0 One
        softplus(x) = softplus(x); 1.8 at -0.7911765, fused 1.8 at -0.69523513; 1.5; derivative 1.2 1.4 Own
        log_sigmoid(x) = -softplus(-x); 1.8 at 0.7911765, fused 1.8 at 0.69523513; 1.5; derivative 1.2 1.4 Own
        erf(x) = libm::erf(x); 1.4 at 0.996785, fused 1.4 at 0.996785; 1.0; derivative 2.0 1.4 Own
        erfc(x) = libm::erfc(x); 2.7 at 6.6341734, fused 2.8 at 3.1658738; 2.2; derivative 1.5 1.4 Own
        elu(x) = if x > 0.0 { x } else { x.exp_m1() }; 1.0 at -0.27556455, fused 1.0 at -0.27556455; 1.0; derivative 0.8 0.7 One
        gelu(x) = if x < -1e3 { -0.0 } else { x * 0.5 * libm::erfc(-x * FRAC_1_SQRT_2) }; 3.3 at -1.837337, fused 3.3 at -1.837337; 4.2; derivative 0.8 1.4 One
        silu(x) = if x < -1e3 { -0.0 } else { x * sigmoid(x) }; 2.9 at -5.0930576, fused 2.6 at -3.2181692; 2.6; derivative 1.5 1.4 One
    }
}

fn sigmoid(x: f64) -> f64 {
    if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }
}

fn softplus(x: f64) -> f64 {
    (if x > 0.0 { x } else { 0.0 }) + (-x.abs()).exp().ln_1p()
}

fn log1mexp(x: f64) -> f64 {
    if x > -LN_2 { (-x.exp_m1()).ln() } else { (-x.exp()).ln_1p() }
}

/// The unit in the last place that `F` has at `x`.
fn unit<F: Real>(x: f64) -> f64 {
    let binade = f64::from_bits(x.to_bits() & 0x7ff << 52);
    binade.max(F::min_positive_value().as_f64()) * F::epsilon().as_f64()
}

/// The distance of `y` from `exact` in such units. ∞ counts as the number that would follow the largest, which is what it
/// stands for in rounding. NaN is only NaN's equal.
fn ulps<F: Real>(y: F, exact: f64, in_units_of: Unit) -> f64 {
    let max = F::max_value().as_f64();
    let top = max + unit::<F>(max);
    let bound = |x: f64| x.clamp(-top, top);
    let (y, exact) = (bound(y.as_f64()), bound(exact));
    if y == exact || y.is_nan() && exact.is_nan() {
        return 0.0;
    }
    let unit = match in_units_of {
        Unit::Own => unit::<F>(exact),
        Unit::One => unit::<F>(exact).max(F::epsilon().as_f64()),
    };
    let error = (y - exact).abs() / unit;
    if error.is_nan() { f64::INFINITY } else { error }
}

/// Whether this processor's kernels fuse multiply-adds.
fn fuses() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}

/// The largest error in `f32` over the numbers of these bit patterns, and where it is.
fn worst(claim: &Claim, mut bits: impl Iterator<Item = u32>) -> (f64, f32) {
    let mut worst = (0.0, 0.0);
    loop {
        let x: Vec<f32> = bits.by_ref().take(4096).map(f32::from_bits).collect();
        if x.is_empty() {
            return worst;
        }
        let x = Tensor::new([x.len()], x);
        for (&x, &y) in x.data().iter().zip((claim.single)(&x).data()) {
            let error = ulps(y, (claim.exact)(f64::from(x)), Unit::Own);
            if error > worst.0 {
                worst = (error, x);
            }
        }
    }
}

/// Half a million numbers from all of `f32`, and two hundred at each place where a function overflows, underflows, or is computed in
/// another way than before. The stated maximum is attained where it is said to be, so that bounds are not slack.
#[test]
fn single_precision() {
    const PLACES: [f32; 26] = [
        0.0,
        1.175e-38,
        0.3466,
        0.5,
        0.625,
        std::f32::consts::LN_2,
        std::f32::consts::FRAC_1_SQRT_2,
        1.0,
        1.0397,
        std::f32::consts::SQRT_2,
        2.0,
        2.8284,
        4.0,
        10.2,
        14.5,
        15.0,
        17.0,
        87.33,
        88.03,
        88.72,
        89.0,
        103.28,
        103.97,
        107.0,
        110.0,
        f32::MAX,
    ];
    for claim in claims() {
        let near = |x: f32| (0..200).map(move |i| x.to_bits().wrapping_add(i).wrapping_sub(100));
        let places = PLACES.into_iter().flat_map(|x| near(x).chain(near(-x)));
        let (bound, worst_at) = claim.single_ulp[usize::from(fuses())];
        let (error, at) = worst(&claim, (0..=u32::MAX).step_by(8191).chain(places));
        assert!(error <= bound, "{} errs by {error:.3} ulp at {at:e}", claim.name);
        let (error, _) = worst(&claim, std::iter::once(worst_at.to_bits()));
        assert!(error > bound - 0.1, "{} errs by {error:.3} ulp only", claim.name);
    }
}

/// Prints the maxima that docs/numerics.md states: over every number with 2⁻³⁰ ≤ |x| < 2⁸, and beyond, where functions are linear or
/// constant or repeat, over each 61st.
#[test]
#[ignore = "takes minutes"]
fn every_single_precision_number() {
    let (low, high) = (2.0f32.powi(-30).to_bits(), 2.0f32.powi(8).to_bits());
    for claim in claims() {
        let half = |sign: u32| {
            let inner = (low..high).chain((0..low).step_by(61)).chain((high..1 << 31).step_by(61));
            worst(&claim, inner.map(|bits| bits | sign))
        };
        let (positive, negative) = std::thread::scope(|scope| {
            let positive = scope.spawn(|| half(0));
            (half(1 << 31), positive.join().unwrap())
        });
        println!("{:12} {positive:?} {negative:?}", claim.name);
    }
}

/// A line of the file: a function, an argument, the value in `f64`, what that lacks in ulp, and the derivative.
fn golden() -> impl Iterator<Item = (Claim, [f64; 4])> {
    include_str!("../golden/elementwise.csv").lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (name, numbers) = line.split_once(',').unwrap();
        let mut numbers = numbers.split(',').map(|x| x.parse().unwrap());
        let claim = claims().into_iter().find(|claim| claim.name == name).unwrap();
        (claim, std::array::from_fn(|_| numbers.next().unwrap()))
    })
}

#[test]
fn double_precision() {
    let mut worst = [0.0f64; 14];
    for (claim, [x, value, rest, _]) in golden() {
        let y = (claim.double)(&Tensor::scalar(x)).item();
        let error = if y == value && y.is_infinite() { 0.0 } else { ((y - value) / unit::<f64>(value) - rest).abs() };
        assert!(error <= claim.double_ulp, "{} errs by {error:.3} ulp at {x:e}", claim.name);
        let i = claims().iter().position(|c| c.name == claim.name).unwrap();
        worst[i] = worst[i].max(error);
    }
    for (claim, worst) in claims().iter().zip(worst) {
        assert!(worst > claim.double_ulp - 0.5, "{} errs by {worst:.3} ulp only", claim.name);
    }
}

/// The derivatives in both types, at the same arguments.
#[test]
fn derivatives() {
    let mut worst = [[0.0f64; 2]; 14];
    for (claim, [x, _, _, exact]) in golden() {
        let ([single, double], in_units_of) = claim.derivative;
        let i = claims().iter().position(|c| c.name == claim.name).unwrap();
        let mut check = |j: usize, name, error: f64, bound| {
            assert!(error <= bound, "the derivative of {} errs by {error:.3} ulp at {x:e} in {name}", claim.name);
            worst[i][j] = worst[i][j].max(error);
        };
        let slope = (claim.double_derivative)(&Tensor::scalar(x)).item();
        check(1, "f64", ulps(slope, exact, in_units_of), double);
        if f64::from(x as f32) == x {
            let slope = (claim.single_derivative)(&Tensor::scalar(x as f32)).item();
            check(0, "f32", ulps(slope, exact, in_units_of), single);
        }
    }
    for (claim, worst) in claims().iter().zip(worst) {
        let bounds = claim.derivative.0;
        assert!(
            (0..2).all(|i| worst[i] > bounds[i] - 0.5),
            "the derivative of {} errs by {worst:.3?} ulp only",
            claim.name
        );
    }
}

/// A derivative is a number wherever the function is.
#[test]
fn derivatives_are_numbers() {
    let x = Tensor::from_fn([65537], |i| f32::from_bits(65537u32.wrapping_mul(i as u32)));
    for claim in claims() {
        let (y, slope) = ((claim.single)(&x), (claim.single_derivative)(&x));
        for (i, (y, slope)) in y.data().iter().zip(slope.data()).enumerate() {
            assert!(y.is_nan() || !slope.is_nan(), "the derivative of {} at {:e}", claim.name, x.data()[i]);
        }
    }
}
