//! Shapes: what belongs to one event, and how parameters of fewer axes reach it.

use autograd::prelude::*;

/// Σ over the event: the last axis. A number is an event by itself.
#[track_caller]
pub(crate) fn sum_event<V: Array>(terms: V) -> V {
    if terms.shape().rank() == 0 { terms } else { terms.sum(-1) }
}

/// Σ over the event of terms that stand for all elements of `shape`, to which they broadcast: one number per event. What
/// repeats along the event is multiplied, and not repeated before.
#[track_caller]
pub(crate) fn sum_repeated<V: Array>(terms: V, shape: Shape) -> V {
    let (own, Some(&k)) = (terms.shape(), shape.dims().last()) else { return terms };
    let sum = match own.dims().last() {
        None => terms * k as f64,
        Some(&n) if n != k => terms.sum(-1) * k as f64,
        _ => terms.sum(-1),
    };
    expand(sum, shape.without(shape.rank() - 1))
}

/// The array repeated to `shape`, so that a sum over the event counts what stands for many elements for each of them.
#[track_caller]
pub(crate) fn expand<V: Array>(x: V, shape: Shape) -> V {
    if x.shape() == shape {
        return x;
    }
    let zeros = x.fill(shape, |y| y.fill(V::F::of(0.0)));
    x + zeros
}

/// The shape that two go together to.
///
/// # Panics
/// If they do not; `who` says whose they are.
#[track_caller]
pub(crate) fn together(who: &str, a: Shape, b: Shape) -> Shape {
    a.broadcast(b).unwrap_or_else(|why| panic!("{who}: {why}"))
}

/// The shape with an axis of `n` in front.
#[track_caller]
pub(crate) fn prepend(n: usize, shape: Shape) -> Shape {
    Shape::new(&[&[n], shape.dims()].concat())
}

/// The array with axes of 1 in front, until it has `rank` axes.
pub(crate) fn lead<V: Array>(x: &V, rank: usize) -> V {
    let shape = x.shape();
    let ones = vec![1; rank - shape.rank()];
    x.reshape(Shape::new(&[&ones, shape.dims()].concat()))
}

/// The shape without its last axis.
#[track_caller]
pub(crate) fn rows(shape: Shape) -> Shape {
    shape.without(shape.rank() - 1)
}

/// A constant array of the shape of `like`.
pub(crate) fn full<V: Array>(like: &V, shape: Shape, value: f64) -> V {
    like.fill(shape, |x| x.fill(V::F::of(value)))
}

/// The columns of matrices as vectors along a new first axis: `[.., K, C] → [C, .., K]`.
pub(crate) fn columns<V: Array>(matrices: &V) -> V {
    let last = matrices.shape().rank() - 1;
    let order: Vec<usize> = std::iter::once(last).chain(0..last).collect();
    matrices.permute(&order)
}

/// Rows `[.., 1]` repeated to those of `full`.
pub(crate) fn spread<F: Real>(rows: &Tensor<F>, full: Shape) -> Tensor<F> {
    let last = full.rank() - 1;
    rows.reshape(Shape::new(&[&vec![1; full.rank() - rows.shape().rank()], rows.shape().dims()].concat()))
        + Tensor::zeros(full.without(last).push(1))
}

/// Rows `[.., 1]` as `[..]`.
pub(crate) fn without_last<F: Real>(rows: &Tensor<F>) -> Tensor<F> {
    rows.reshape(rows.shape().without(rows.shape().rank() - 1))
}
