//! What follows the product of an affine map: the bias and a function, row by row.

use super::map::Unary;
use crate::Real;
use multiversion::multiversion;

/// y ← f(y + bias) for each row of y. `before` gets y + bias, if the derivative needs it; otherwise it is empty.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn finish<F: Real, U: Unary<F>>(f: &U, bias: &[F], y: &mut [F], before: &mut [F]) {
    let n = bias.len();
    if n == 0 {
        return;
    }
    for (i, y) in y.chunks_exact_mut(n).enumerate() {
        if U::NEEDS_X {
            let before = &mut before[i * n..(i + 1) * n];
            for ((y, &b), x) in y.iter_mut().zip(bias).zip(before) {
                *x = *y + b;
                *y = f.f(*x);
            }
        } else {
            y.iter_mut().zip(bias).for_each(|(y, &b)| *y = f.f(*y + b));
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
        for (((g, &x), &y), d) in g.iter_mut().zip(x).zip(y).zip(&mut *d) {
            *g *= f.df(x, y);
            *d += *g;
        }
    }
}
