//! What follows the product of an affine map: the bias and a function, row by row.

use super::chunks::{LANES, filled, whole};
use super::map::{Unary, each_slope};
use crate::Real;
use multiversion::multiversion;

/// y ← f(y + bias) for each row of y. `before` gets y + bias, if the derivative needs it; otherwise it is empty.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn finish<F: Real, U: Unary<F>>(f: &U, bias: &[F], y: &mut [F], before: &mut [F]) {
    let n = bias.len();
    if n == 0 {
        return;
    }
    let whole = whole(n);
    let apply = |y: &mut [F], bias: &[F], before: &mut [F]| {
        if U::NEEDS_X {
            for ((y, &b), x) in y.iter_mut().zip(bias).zip(before) {
                *x = *y + b;
                *y = f.f(*x);
            }
        } else {
            y.iter_mut().zip(bias).for_each(|(y, &b)| *y = f.f(*y + b));
        }
    };
    for (i, y) in y.chunks_exact_mut(n).enumerate() {
        let before = if U::NEEDS_X { &mut before[i * n..(i + 1) * n] } else { &mut [][..] };
        let (before, before_rest) = before.split_at_mut(whole.min(before.len()));
        let ((y, y_rest), (bias, bias_rest)) = (y.split_at_mut(whole), bias.split_at(whole));
        apply(y, bias, before);
        if !y_rest.is_empty() {
            let (mut y, mut x) = (filled(y_rest), [F::zero(); LANES]);
            apply(&mut y, &filled(bias_rest), &mut x);
            y_rest.copy_from_slice(&y[..y_rest.len()]);
            before_rest.copy_from_slice(&x[..before_rest.len()]);
        }
    }
}

/// g ← g · f′(x), and d = Σ of the rows of g.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn finish_vjp<F: Real, U: Unary<F>>(f: &U, x: &[F], y: &[F], g: &mut [F], d: &mut [F]) {
    d.fill(F::zero());
    let n = d.len();
    if n == 0 {
        return;
    }
    for ((g, x), y) in g.chunks_exact_mut(n).zip(x.chunks_exact(n)).zip(y.chunks_exact(n)) {
        each_slope(f, x, y, g);
        d.iter_mut().zip(&*g).for_each(|(d, &g)| *d += g);
    }
}
