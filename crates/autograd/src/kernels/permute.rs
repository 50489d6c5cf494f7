//! Copies of arrays with their axes in another order.

use crate::Shape;
use crate::shape::MAX_RANK;

/// Side of the squares in which axes are exchanged, so that neither the reads nor the writes wander through memory.
const SIDE: usize = 16;

/// y = x with its axes in another order: axis `i` of the result is axis `axes[i]` of `x`.
pub(crate) fn permute<F: Copy>(x: &[F], shape: Shape, axes: &[usize], y: &mut [F]) {
    if x.is_empty() {
        return;
    }
    // Per axis of the result, padded in front with axes of extent 1: the extent, and the strides in `x` and in `y`.
    let lead = MAX_RANK - axes.len();
    let (mut extent, mut from, mut to) = ([1; MAX_RANK], [1; MAX_RANK], [1; MAX_RANK]);
    let mut step = 1;
    for i in (0..axes.len()).rev() {
        extent[lead + i] = shape[axes[i]];
        from[lead + i] = shape.dims()[axes[i] + 1..].iter().product();
        to[lead + i] = step;
        step *= shape[axes[i]];
    }
    // The axis that is contiguous in `x` goes next to last, where it is walked together with the one contiguous in `y`.
    let last = MAX_RANK - 1;
    if let Some(i) = axes.iter().position(|&axis| axis + 1 == axes.len()).map(|i| lead + i)
        && i < last - 1
    {
        for v in [&mut extent, &mut from, &mut to] {
            v.swap(i, last - 1);
        }
    }
    let [n0, n1, rows, columns] = extent;
    for i in 0..n0 {
        for j in 0..n1 {
            let (x, y) = (&x[i * from[0] + j * from[1]..], &mut y[i * to[0] + j * to[1]..]);
            plane(x, y, [rows, columns], [from[2], from[3]], to[2]);
        }
    }
}

/// Copies `[rows, columns]` between arrays of the given strides; the columns of `y` are contiguous.
fn plane<F: Copy>(x: &[F], y: &mut [F], [rows, columns]: [usize; 2], from: [usize; 2], to: usize) {
    if from[1] == 1 {
        for r in 0..rows {
            y[r * to..][..columns].copy_from_slice(&x[r * from[0]..][..columns]);
        }
        return;
    }
    for top in (0..rows).step_by(SIDE) {
        for left in (0..columns).step_by(SIDE) {
            for r in top..rows.min(top + SIDE) {
                let width = SIDE.min(columns - left);
                let x = x[r * from[0] + left * from[1]..].iter().step_by(from[1]);
                y[r * to + left..][..width].iter_mut().zip(x).for_each(|(y, &x)| *y = x);
            }
        }
    }
}
