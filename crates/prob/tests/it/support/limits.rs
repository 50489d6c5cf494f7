//! Values and derivatives at one point.

use autograd::prelude::*;

/// f of one number, and its derivative by it, in the type `F`.
pub fn at<F: Real>(x: f64, f: impl for<'t> Fn(Var<'t, F>) -> Var<'t, F>) -> (f64, f64) {
    let p = Param::new(Tensor::scalar(F::of(x)));
    let mut tape = Tape::new();
    let (y, gradients) = tape.value_and_grad(|tape| f(tape.param(&p)));
    (y.as_f64(), gradients.get(&p).unwrap().item().as_f64())
}

/// f of several numbers, and its derivative by each, in the type `F`.
pub fn at_each<F: Real, const N: usize>(
    x: [f64; N],
    f: impl for<'t> Fn([Var<'t, F>; N]) -> Var<'t, F>,
) -> (f64, [f64; N]) {
    let params = x.map(|x| Param::new(Tensor::scalar(F::of(x))));
    let mut tape = Tape::new();
    let (y, gradients) = tape.value_and_grad(|tape| f(params.each_ref().map(|p| tape.param(p))));
    (y.as_f64(), params.each_ref().map(|p| gradients.get(p).map_or(0.0, |g| g.item().as_f64())))
}

/// Outside the support log p is −∞, and its derivatives by x and every parameter are 0. `x` is the first of the numbers.
#[track_caller]
pub fn is_outside<const N: usize>(
    x: [f64; N],
    single: impl for<'t> Fn([Var<'t, f32>; N]) -> Var<'t, f32>,
    double: impl for<'t> Fn([Var<'t, f64>; N]) -> Var<'t, f64>,
) {
    assert_eq!(at_each::<f32, N>(x, single), (f64::NEG_INFINITY, [0.0; N]), "{x:?} in f32");
    assert_eq!(at_each::<f64, N>(x, double), (f64::NEG_INFINITY, [0.0; N]), "{x:?} in f64");
}
