//! Affine maps and functions of them.

#![allow(unsafe_code, reason = "threads that write rows and their sums side by side")]

use super::chunks::{LANES, filled, whole};
use super::gemm::{Mat, matmul, matmul_bias};
use super::map::{Curve, Unary, add_assign, each_slope};
use super::scratch::{self, Scratch};
use super::share::{Apart, SHARED, share, share_slices};
use crate::Real;
use multiversion::multiversion;
use std::cell::Cell;

/// y = f(x·Wᵀ + bias) with x `[rows, k]`, W `[n, k]` and y `[rows, n]`. `before` gets x·Wᵀ + bias, if the derivative needs it;
/// otherwise it is empty.
pub(crate) fn affine<F: Real, U: Curve<F>>(f: &U, [x, w]: [Mat<'_, F>; 2], bias: &[F], y: &mut [F], before: &mut [F]) {
    if <U as Unary<F>>::IS_IDENTITY {
        return matmul_bias(x, w.t(), bias, y);
    }
    matmul(x, w.t(), y);
    let (n, size) = (bias.len(), y.len());
    if n > 0 {
        let rows = [(y, n), (before, if <U as Unary<F>>::NEEDS_X { n } else { 0 })];
        share_slices(size / n, size >= SHARED, rows, |_, [y, before]| finish_rows(f, bias, y, before));
    }
}

/// y ← f(y + bias) for each row of y.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
fn finish_rows<F: Real, U: Curve<F>>(f: &U, bias: &[F], y: &mut [F], before: &mut [F]) {
    if fuses!() {
        finish_by(f, F::contracted(bias), F::contracted_mut(y), F::contracted_mut(before));
    } else {
        finish_by(f, bias, y, before);
    }
}

#[inline(always)]
fn finish_by<F: Real, U: Unary<F>>(f: &U, bias: &[F], y: &mut [F], before: &mut [F]) {
    let n = bias.len();
    let whole = whole(n);
    for (i, y) in y.chunks_exact_mut(n).enumerate() {
        let before = if U::NEEDS_X { &mut before[i * n..(i + 1) * n] } else { &mut [][..] };
        let (before, before_rest) = before.split_at_mut(whole.min(before.len()));
        let ((y, y_rest), (bias, bias_rest)) = (y.split_at_mut(whole), bias.split_at(whole));
        finish_row(f, bias, y, before);
        if !y_rest.is_empty() {
            let (mut y, mut x) = (filled(y_rest), [F::zero(); LANES]);
            finish_row(f, &filled(bias_rest), &mut y, &mut x);
            y_rest.copy_from_slice(&y[..y_rest.len()]);
            before_rest.copy_from_slice(&x[..before_rest.len()]);
        }
    }
}

/// Not a closure: where f is long that would not be inlined, and not be compiled for the instructions of its caller.
#[inline(always)]
fn finish_row<F: Real, U: Unary<F>>(f: &U, bias: &[F], y: &mut [F], before: &mut [F]) {
    if U::NEEDS_X {
        for ((y, &b), x) in y.iter_mut().zip(bias).zip(before) {
            *x = *y + b;
            *y = f.f(*x);
        }
    } else {
        for (y, &b) in y.iter_mut().zip(bias) {
            *y = f.f(*y + b);
        }
    }
}

/// Rows whose sum is formed by itself, whoever forms it: a thread that has the rows of an operation has them in its cache.
const ROWS: usize = 32;

thread_local! {
    static SUMS: Scratch = const { Cell::new(Vec::new()) };
}

/// g ← g · f′(x), and d = Σ of the rows of g.
pub(crate) fn finish_vjp<F: Real, U: Curve<F>>(f: &U, x: &[F], y: &[F], g: &mut [F], d: &mut [F]) {
    let (n, size) = (d.len(), g.len());
    d.fill(F::zero());
    let block = ROWS * n;
    if size == 0 {
        return;
    }
    scratch::arrays(&SUMS, [size.div_ceil(block) * n], |[sums]| {
        let (g, all) = (Apart::new(g), Apart::new(&mut *sums));
        share(size.div_ceil(block), size >= SHARED, |part| {
            for i in part {
                let at = i * block..size.min((i + 1) * block);
                // SAFETY: nobody else has this block.
                let (g, sum) = unsafe { (g.part(at.clone()), all.part(i * n..(i + 1) * n)) };
                finish_vjp_rows(f, &x[at.clone()], &y[at], g, sum);
            }
        });
        sums.chunks_exact(n).for_each(|sum| add_assign(d, sum));
    });
}

/// [`finish_vjp`] of some rows.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
fn finish_vjp_rows<F: Real, U: Curve<F>>(f: &U, x: &[F], y: &[F], g: &mut [F], d: &mut [F]) {
    if fuses!() {
        let (x, y) = (F::contracted(x), F::contracted(y));
        finish_vjp_by(f, x, y, F::contracted_mut(g), F::contracted_mut(d));
    } else {
        finish_vjp_by(f, x, y, g, d);
    }
}

#[inline(always)]
fn finish_vjp_by<F: Real, U: Unary<F>>(f: &U, x: &[F], y: &[F], g: &mut [F], d: &mut [F]) {
    d.fill(F::zero());
    let n = d.len();
    for ((g, x), y) in g.chunks_exact_mut(n).zip(x.chunks_exact(n)).zip(y.chunks_exact(n)) {
        each_slope(f, x, y, g);
        d.iter_mut().zip(&*g).for_each(|(d, &g)| *d += g);
    }
}
