//! Element-wise loops.

use super::chunks::{LANES, filled, whole};
use super::cut::Cut;
use super::fused::Function;
use super::share::{SHARED, share_slices};
use super::walk::rows;
use crate::{Real, Shape};
use multiversion::multiversion;

/// A function of one number and its derivative: see [`Each`](crate::ops::Each).
///
/// Both are to be `#[inline(always)]`, and free of branches where they can, so that the loops over them vectorise. Implement it for
/// every [`Real`]: kernels may call it with a number of their own that stands for `f32`.
pub trait Unary<F>: Sync {
    /// Whether the derivative uses x; otherwise y is enough.
    const NEEDS_X: bool;
    /// Whether f(x) = x, so that an affine map needs no pass of its own for it; [`NEEDS_X`](Unary::NEEDS_X) is false then.
    const IS_IDENTITY: bool = false;
    /// f(x).
    fn f(&self, x: F) -> F;
    /// f′(x), given y = f(x) too.
    fn df(&self, x: F, y: F) -> F;
}

/// A [`Unary`] of the numbers of an array type, and of those that stand for them where multiply-adds are fused. Whatever implements
/// that for every [`Real`] is one.
pub trait Curve<F: Real>: Unary<F> + Unary<F::Contracted> {}

impl<F: Real, U: Unary<F> + Unary<F::Contracted>> Curve<F> for U {}

/// f(x) = x, with derivative 1.
#[derive(Debug)]
pub(crate) struct Identity;

impl<F: Real> Unary<F> for Identity {
    const NEEDS_X: bool = false;
    const IS_IDENTITY: bool = true;

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
pub(crate) fn unary<F: Real, U: Curve<F>>(op: &U, x: &[F], y: &mut [F]) {
    let n = y.len();
    share_slices(n.div_ceil(LANES), n >= SHARED, [(y, LANES)], |part, [y]| {
        unary_part(op, &x[part.start * LANES..][..y.len()], y);
    });
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
fn unary_part<F: Real, U: Curve<F>>(op: &U, x: &[F], y: &mut [F]) {
    if fuses!() { unary_by(op, F::contracted(x), F::contracted_mut(y)) } else { unary_by(op, x, y) }
}

#[inline(always)]
fn unary_by<F: Real, U: Unary<F>>(op: &U, x: &[F], y: &mut [F]) {
    let ((x, x_rest), (y, y_rest)) = (x.split_at(whole(x.len())), y.split_at_mut(whole(x.len())));
    values(op, x, y);
    if !y_rest.is_empty() {
        let mut y = [F::zero(); LANES];
        values(op, &filled(x_rest), &mut y);
        y_rest.copy_from_slice(&y[..y_rest.len()]);
    }
}

/// The loop of [`unary_part`], over whole chunks: of the vectors of one the compiler mixes the instructions, so that they wait less. Neither
/// it nor the function in it may be a closure, which is not inlined where f is long.
#[inline(always)]
fn values<F: Real, U: Unary<F>>(op: &U, x: &[F], y: &mut [F]) {
    debug_assert!(x.len() == y.len() && x.len().is_multiple_of(LANES));
    for (y, x) in y.as_chunks_mut::<LANES>().0.iter_mut().zip(x.as_chunks::<LANES>().0) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = op.f(x);
        }
    }
}

/// g ← g · f′(x).
pub(crate) fn unary_vjp<F: Real, U: Curve<F>>(op: &U, x: &[F], y: &[F], g: &mut [F]) {
    let n = g.len();
    share_slices(n.div_ceil(LANES), n >= SHARED, [(g, LANES)], |part, [g]| {
        let at = part.start * LANES..part.start * LANES + g.len();
        unary_vjp_part(op, &x[at.clone()], &y[at], g);
    });
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
fn unary_vjp_part<F: Real, U: Curve<F>>(op: &U, x: &[F], y: &[F], g: &mut [F]) {
    if fuses!() {
        each_slope(op, F::contracted(x), F::contracted(y), F::contracted_mut(g));
    } else {
        each_slope(op, x, y, g);
    }
}

/// g ← g · f′(x), for the instructions of its caller.
#[inline(always)]
pub(crate) fn each_slope<F: Real, U: Unary<F>>(op: &U, x: &[F], y: &[F], g: &mut [F]) {
    let whole = whole(g.len());
    let ((x, x_rest), (y, y_rest), (g, g_rest)) = (x.split_at(whole), y.split_at(whole), g.split_at_mut(whole));
    slopes(op, x, y, g);
    if !g_rest.is_empty() {
        let mut g = filled(g_rest);
        slopes(op, &filled(x_rest), &filled(y_rest), &mut g);
        g_rest.copy_from_slice(&g[..g_rest.len()]);
    }
}

#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "the compiler made of iterators an element at a time, depending on what was around"
)]
fn slopes<F: Real, U: Unary<F>>(op: &U, x: &[F], y: &[F], g: &mut [F]) {
    let (x, y) = (&x[..g.len()], &y[..g.len()]);
    for i in 0..g.len() {
        g[i] *= op.df(x[i], y[i]);
    }
}

/// y = f(a, b), where `a` and `b` broadcast to `out`: for functions that take no longer than to read their arguments, a
/// loop for each way in which those repeat.
pub(crate) fn binary<F: Real, B: Function<F, 2>>(op: &B, a: (&[F], Shape), b: (&[F], Shape), y: &mut [F], out: Shape) {
    Cut::new(out).share([a, b], out, &[], y, &|[a, b], out, _, y| binary_part(op, a, b, y, out));
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
fn binary_part<F: Real, B: Function<F, 2>>(op: &B, a: (&[F], Shape), b: (&[F], Shape), y: &mut [F], out: Shape) {
    for r in rows(out, [a.1, b.1]) {
        let y = &mut y[r.out..r.out + r.len];
        let (a, b) = (&a.0[r.at[0]..], &b.0[r.at[1]..]);
        match r.moves {
            [true, true] => y.iter_mut().zip(a).zip(b).for_each(|((y, &a), &b)| *y = op.f([a, b])),
            [true, false] => y.iter_mut().zip(a).for_each(|(y, &a)| *y = op.f([a, b[0]])),
            [false, true] => y.iter_mut().zip(b).for_each(|(y, &b)| *y = op.f([a[0], b])),
            [false, false] => y.fill(op.f([a[0], b[0]])),
        }
    }
}

/// d = g · ∂f/∂a (or ∂f/∂b with `WRT_B`), in the shape of the output.
pub(crate) fn binary_vjp<F: Real, B: Function<F, 2>, const WRT_B: bool>(
    op: &B,
    a: (&[F], Shape),
    b: (&[F], Shape),
    g: &[F],
    d: &mut [F],
    out: Shape,
) {
    Cut::new(out).share([a, b], out, g, d, &|[a, b], out, g, d| binary_vjp_part::<F, B, WRT_B>(op, a, b, g, d, out));
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
fn binary_vjp_part<F: Real, B: Function<F, 2>, const WRT_B: bool>(
    op: &B,
    a: (&[F], Shape),
    b: (&[F], Shape),
    g: &[F],
    d: &mut [F],
    out: Shape,
) {
    for r in rows(out, [a.1, b.1]) {
        let (d, g) = (&mut d[r.out..r.out + r.len], &g[r.out..r.out + r.len]);
        let (a, b) = (&a.0[r.at[0]..], &b.0[r.at[1]..]);
        let slope = |a, b| if WRT_B { op.d::<1>([a, b]) } else { op.d::<0>([a, b]) };
        let d = d.iter_mut().zip(g);
        match r.moves {
            [true, true] => d.zip(a).zip(b).for_each(|(((d, &g), &a), &b)| *d = g * slope(a, b)),
            [true, false] => d.zip(a).for_each(|((d, &g), &a)| *d = g * slope(a, b[0])),
            [false, true] => d.zip(b).for_each(|((d, &g), &b)| *d = g * slope(a[0], b)),
            [false, false] => {
                let slope = slope(a[0], b[0]);
                d.for_each(|(d, &g)| *d = g * slope);
            }
        }
    }
}

/// y = a + b.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn add<F: Real>(a: &[F], b: &[F], y: &mut [F]) {
    for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
        *y = a + b;
    }
}

/// y ← y + x.
pub(crate) fn add_assign<F: Real>(y: &mut [F], x: &[F]) {
    let n = y.len();
    share_slices(n.div_ceil(LANES), n >= SHARED, [(y, LANES)], |part, [y]| {
        add_assign_part(y, &x[part.start * LANES..][..y.len()]);
    });
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn add_assign_part<F: Real>(y: &mut [F], x: &[F]) {
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
