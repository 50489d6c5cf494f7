//! Sums over pairs of elements, computed in one pass.

use super::chunks::{filled, whole};
use super::map::Binary;
use super::reduce::{fold_pairs, fold_sum};
use super::walk::lines;
use crate::{Real, Shape};
use multiversion::multiversion;

/// y = Σ f(a, b) along the last axis of `full`, to which `a` and `b` broadcast.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn sum<F: Real, B: Binary<F>>(f: &B, a: (&[F], Shape), b: (&[F], Shape), full: Shape, y: &mut [F]) {
    y.fill(F::zero());
    lines(full, [a.1, b.1], |r| {
        let (a, b) = (&a.0[r.at[0]..], &b.0[r.at[1]..]);
        y[r.out / r.len] = match r.moves {
            [true, true] => fold_pairs(&a[..r.len], &b[..r.len], |a, b| f.f(a, b)),
            [true, false] => fold_sum(&a[..r.len], |a| f.f(a, b[0])),
            [false, true] => fold_sum(&b[..r.len], |b| f.f(a[0], b)),
            // One pair is the whole row.
            [false, false] => f.f(a[0], b[0]),
        };
    });
}

/// d = g · ∂f/∂a (or ∂f/∂b with `WRT_B`), in the shape of a (or b): the sum over what was repeated.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn sum_vjp<F: Real, B: Binary<F>, const WRT_B: bool>(
    f: &B,
    a: (&[F], Shape),
    b: (&[F], Shape),
    full: Shape,
    g: &[F],
    d: &mut [F],
) {
    let which = usize::from(WRT_B);
    let repeats = d.len() != full.size();
    if repeats {
        d.fill(F::zero());
    }
    lines(full, [a.1, b.1], |r| {
        let (g, d) = (g[r.out / r.len], &mut d[r.at[which]..]);
        let (a, b) = (&a.0[r.at[0]..], &b.0[r.at[1]..]);
        let slope = |a, b| if WRT_B { f.db(a, b) } else { f.da(a, b) };
        if r.moves == [true, true] {
            let apply = |a: &[F], b: &[F], d: &mut [F]| {
                let pairs = d.iter_mut().zip(a.iter().zip(b));
                if repeats {
                    pairs.for_each(|(d, (&a, &b))| *d += g * slope(a, b));
                } else {
                    pairs.for_each(|(d, (&a, &b))| *d = g * slope(a, b));
                }
            };
            let whole = whole(r.len);
            apply(&a[..whole], &b[..whole], &mut d[..whole]);
            if whole < r.len {
                let d = &mut d[whole..r.len];
                let mut chunk = filled(d);
                apply(&filled(&a[whole..r.len]), &filled(&b[whole..r.len]), &mut chunk);
                d.copy_from_slice(&chunk[..d.len()]);
            }
            return;
        }
        for i in 0..r.len {
            let [i_a, i_b] = r.moves.map(|moves| if moves { i } else { 0 });
            let slope = g * slope(a[i_a], b[i_b]);
            let d = &mut d[if r.moves[which] { i } else { 0 }];
            *d = if repeats { *d + slope } else { slope };
        }
    });
}
