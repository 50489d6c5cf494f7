//! Element-wise loops.

use super::chunks::{LANES, filled, whole};
use crate::Real;
use multiversion::multiversion;

/// A function of one number and its derivative. Implementations are `#[inline(always)]`.
pub trait Unary<F> {
    /// Whether the derivative uses x; otherwise y is enough.
    const NEEDS_X: bool;
    /// f(x).
    fn f(&self, x: F) -> F;
    /// f′(x), given y = f(x) too.
    fn df(&self, x: F, y: F) -> F;
}

/// f(x) = x, with derivative 1.
#[derive(Debug)]
pub(crate) struct Identity;

impl<F: Real> Unary<F> for Identity {
    const NEEDS_X: bool = false;

    #[inline(always)]
    fn f(&self, x: F) -> F {
        x
    }

    #[inline(always)]
    fn df(&self, _: F, _: F) -> F {
        F::one()
    }
}

/// y = f(x).
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn unary<F: Real, U: Unary<F>>(op: &U, x: &[F], y: &mut [F]) {
    let apply = |x: &[F], y: &mut [F]| y.iter_mut().zip(x).for_each(|(y, &x)| *y = op.f(x));
    let ((x, x_rest), (y, y_rest)) = (x.split_at(whole(x.len())), y.split_at_mut(whole(x.len())));
    apply(x, y);
    if !y_rest.is_empty() {
        let mut y = [F::zero(); LANES];
        apply(&filled(x_rest), &mut y);
        y_rest.copy_from_slice(&y[..y_rest.len()]);
    }
}

/// g ← g · f′(x).
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn unary_vjp<F: Real, U: Unary<F>>(op: &U, x: &[F], y: &[F], g: &mut [F]) {
    each_slope(op, x, y, g);
}

/// The loop of [`unary_vjp`], for the instructions of its caller.
#[inline(always)]
pub(crate) fn each_slope<F: Real, U: Unary<F>>(op: &U, x: &[F], y: &[F], g: &mut [F]) {
    let apply = |x: &[F], y: &[F], g: &mut [F]| g.iter_mut().zip(x).zip(y).for_each(|((g, &x), &y)| *g *= op.df(x, y));
    let whole = whole(g.len());
    let ((x, x_rest), (y, y_rest), (g, g_rest)) = (x.split_at(whole), y.split_at(whole), g.split_at_mut(whole));
    apply(x, y, g);
    if !g_rest.is_empty() {
        let mut g = filled(g_rest);
        apply(&filled(x_rest), &filled(y_rest), &mut g);
        g_rest.copy_from_slice(&g[..g_rest.len()]);
    }
}

/// y ← y + x.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn add_assign<F: Real>(y: &mut [F], x: &[F]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += x;
    }
}

/// y ← c · y.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn scale<F: Real>(y: &mut [F], c: F) {
    for y in y {
        *y *= c;
    }
}
