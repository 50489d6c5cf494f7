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
    // The order of a Bessel function is a constant, and the same for all lines of a test.
    macro_rules! nu { ($x:expr) => { $x.value().data()[0].as_f64() }; }
    claims! { x:
        "lgamma" 1.0 1.0 = x[0].lgamma(),
        "digamma" Unit 1.0 1.0 = x[0].digamma(),
        "trigamma" 1.0 1.0 = x[0].trigamma(),
        "polygamma2" 1.0 1.0 = x[0].trigamma(); by 0,
        "stirling_error" 1.0 1.0 = x[0].stirling_error(),
        "stirling_error_derivative" 1.0 1.0 = generic!(stirling_error_derivative, x[0]),
        "bd0" 1.0 1.0 = bd0(&x[0], &x[1]),
        "log_ndtr" 1.0 1.0 = x[0].log_ndtr(),
        "log_ndtr'" 1.0 1.0 = x[0].log_ndtr(); by 0,
        "ndtri" 1.0 1.0 = x[0].ndtri(),
        "ndtri'" 1.0 1.0 = x[0].ndtri(); by 0,
        "log_bessel_i" Unit 1.0 1.0 = x[1].log_bessel_i(nu!(x[0])),
        "log_bessel_i'" Unit 1.0 1.0 = x[1].log_bessel_i(nu!(x[0])); by 1,
        "log_bessel_i_reduced" Unit 1.0 1.0 = x[1].log_bessel_i_reduced(nu!(x[0])),
        "log_bessel_i_reduced'" 1.0 1.0 = x[1].log_bessel_i_reduced(nu!(x[0])); by 1,
        "bessel_ratio" 1.0 1.0 = x[1].bessel_ratio(nu!(x[0])),
        "bessel_ratio_derivative" 1.0 1.0 = x[1].bessel_ratio(nu!(x[0])); by 1,
        "gamma_p" 1.0 1.0 = gamma_p(&x[0], &x[1]),
        "gamma_q" 1.0 1.0 = gamma_q(&x[0], &x[1]),
        "gamma_p_derivative" 1.0 1.0 = gamma_p(&x[0], &x[1]); by 0,
        "gamma_draw_derivative" 1.0 1.0 = each(x, |x| scalar::gamma_draw_derivative(x[0], x[1])),
        "beta_inc" 1.0 1.0 = beta_inc(&x[0], &x[1], &x[2]),
        "beta_inc_da" 1.0 1.0 = beta_inc(&x[0], &x[1], &x[2]); by 0,
        "beta_inc_db" 1.0 1.0 = beta_inc(&x[0], &x[1], &x[2]); by 1,
        "beta_draw_da" 1.0 1.0 = each(x, |x| scalar::beta_draw_derivatives(x[0], x[1], x[2])[0]),
        "beta_draw_db" 1.0 1.0 = each(x, |x| scalar::beta_draw_derivatives(x[0], x[1], x[2])[1]),
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

#[test]
fn golden() {
    for claim in claims() {
        let worst = worst(&claim, include_str!("../golden/special.csv"));
        println!("{:28} {worst:?}", claim.name);
    }
}
