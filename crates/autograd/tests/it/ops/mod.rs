//! Operations against their definitions, and their derivatives against central differences, over all small shapes.

mod affine;
mod conv;
mod conv_golden;
mod fused;
mod layout;
mod linalg;
mod pool2d;
mod reduce;
mod select;
mod softmax;

use autograd::prelude::*;
use proptest::prelude::*;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Shapes of the given ranks with extents 0 to 3.
fn shapes(ranks: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0usize..4, ranks)
}

/// A shape and one of its axes, counted from either end.
fn shapes_and_axes() -> impl Strategy<Value = (Vec<usize>, isize)> {
    shapes(1..=4).prop_flat_map(|shape| {
        let rank = shape.len() as isize;
        (Just(shape), -rank..rank)
    })
}

/// Numbers within ±2 that are at least 0.003 apart, far more than the steps of central differences: nothing is nearly a tie.
fn tensor(shape: &[usize], seed: u64) -> Tensor<f64> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let n = shape.iter().product::<usize>();
    let mut ranks: Vec<usize> = (0..n).collect();
    ranks.shuffle(&mut rng);
    Tensor::from_fn(shape, |i| 4.0 * (ranks[i] as f64 + 0.7 * rng.random::<f64>()) / n as f64 - 2.0)
}

/// The axis counted from the front.
fn front(shape: &[usize], axis: isize) -> usize {
    if axis < 0 { (shape.len() as isize + axis) as usize } else { axis as usize }
}

/// `f` of each line along an axis, one after the other as `[outer, inner]`: the definition of what a reduction computes.
fn along<R>(x: &Tensor<f64>, axis: isize, f: impl Fn(&[f64]) -> R) -> Vec<R> {
    let shape = x.shape();
    let axis = front(shape.dims(), axis);
    let (outer, n, inner) = shape.split(axis);
    let line = |i: usize| (0..n).map(|j| x.data()[(i / inner * n + j) * inner + i % inner]).collect::<Vec<_>>();
    (0..outer * inner).map(|i| f(&line(i))).collect()
}

/// Asserts that numbers agree to `tolerance`, relative above 1; equal infinities and two NaN agree.
#[track_caller]
fn close(actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len());
    for (i, (&a, &e)) in actual.iter().zip(expected).enumerate() {
        let agree = a == e || (a.is_nan() && e.is_nan()) || (a - e).abs() <= tolerance * e.abs().max(1.0);
        assert!(agree, "element {i} is {a:e}, not {e:e}: {actual:?} for {expected:?}");
    }
}

/// Asserts that an expression gives the same bits whether it is recorded, evaluated without a graph, or computed on tensors.
macro_rules! same_bits {
    ([$($x:ident),*] $f:expr) => {{
        let on_tensors: Tensor<_> = $f;
        let mut tape = Tape::new();
        let recorded = {
            let params = [$(Param::new($x.clone())),*];
            let mut vars = params.iter().map(|p| tape.param(p));
            $(let $x = vars.next().unwrap();)*
            ($f).value()
        };
        let evaluated = tape.evaluate(|tape| {
            $(let $x = tape.constant(&$x);)*
            ($f).value()
        });
        let bits = |x: &Tensor<f64>| x.data().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(on_tensors.shape(), recorded.shape());
        assert_eq!(bits(&on_tensors), bits(&recorded));
        assert_eq!(bits(&on_tensors), bits(&evaluated));
    }};
}

use same_bits;

/// The value of Σ f(x) and its gradient at `x`, in the type `F`.
fn at<F: Real>(x: &Tensor<f64>, f: impl for<'t> Fn(Var<'t, F>) -> Var<'t, F>) -> (f64, Vec<f64>) {
    let p = Param::new(x.cast::<F>());
    let mut tape = Tape::new();
    let (y, gradients) = tape.value_and_grad(|tape| f(tape.param(&p)).sum_all());
    (y.as_f64(), gradients.get(&p).unwrap().data().iter().map(|g| g.as_f64()).collect())
}
