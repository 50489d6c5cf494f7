//! Sums in a fixed order: the result depends on the numbers and their shape alone.

use super::walk::rows;
use crate::{Real, Shape};
use multiversion::multiversion;

/// Partial sums that a long sum is split into: enough for the widest vectors, and the rounding error falls by as much.
const LANES: usize = 32;

/// Σ f(x).
#[inline(always)]
pub(crate) fn fold_sum<F: Real>(x: &[F], f: impl Fn(F) -> F) -> F {
    let mut lanes = [F::zero(); LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane += f(x);
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane += f(x);
    }
    let mut n = LANES / 2;
    while n > 0 {
        for i in 0..n {
            lanes[i] = lanes[i] + lanes[i + n];
        }
        n /= 2;
    }
    lanes[0]
}

/// Σ x.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn sum<F: Real>(x: &[F]) -> F {
    fold_sum(x, |x| x)
}

/// Σ x².
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn sum_of_squares<F: Real>(x: &[F]) -> F {
    fold_sum(x, |x| x * x)
}

/// Adds `g`, of shape `out`, to `d`, of a shape that broadcasts to `out`: the sum over what was repeated.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn unbroadcast<F: Real>(g: &[F], out: Shape, d: &mut [F], shape: Shape) {
    rows(out, [shape], |r| {
        let g = &g[r.out..r.out + r.len];
        let d = &mut d[r.at[0]..];
        if r.moves[0] {
            d.iter_mut().zip(g).for_each(|(d, &g)| *d += g);
        } else {
            d[0] += fold_sum(g, |g| g);
        }
    });
}
