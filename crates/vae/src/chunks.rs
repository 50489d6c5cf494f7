//! Rows in chunks of fixed size, which threads share.

use crate::Threads;
use autograd::{Real, Shape, Tape, Tensor};
use std::ops::Range;

/// `f(tape, number, rows)` for each chunk of `0..n`, in their order. What a chunk depends on is its number and its rows, never
/// the tape that it is handed nor the thread.
pub(crate) fn chunked<F: Real, R: Send>(
    n: usize,
    size: usize,
    threads: &Threads,
    f: impl Fn(&mut Tape<F>, usize, Range<usize>) -> R + Send + Sync,
) -> Vec<R> {
    threads.map(n.div_ceil(size), |tape, i| f(tape, i, i * size..((i + 1) * size).min(n)))
}

/// The chunks' rows one below the other.
pub(crate) fn stack<F: Real>(shape: impl Into<Shape>, parts: &[Tensor<F>]) -> Tensor<F> {
    let parts: Vec<&[F]> = parts.iter().map(Tensor::data).collect();
    Tensor::new(shape, parts.concat())
}
