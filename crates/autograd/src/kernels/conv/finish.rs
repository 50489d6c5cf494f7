//! What follows the product of a convolution: the bias and a function, channel by channel.

#![allow(unsafe_code, reason = "threads that write channels side by side")]

use crate::Real;
use crate::kernels::map::{Curve, Unary};
use crate::kernels::share::{Apart, SHARED, share_slices};
use multiversion::multiversion;

/// Numbers that are added up side by side.
const LANES: usize = 16;

/// y = f(x + bias of the channel).
pub(crate) struct Finish<'a, F, U> {
    pub bias: &'a [F],
    pub f: &'a U,
}

impl<F, U> Clone for Finish<'_, F, U> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F, U> Copy for Finish<'_, F, U> {}

impl<F: Real, U> Finish<'_, F, U> {
    /// The bias of a channel; 0 where there are none.
    #[inline(always)]
    pub fn bias_of(&self, channel: usize) -> F {
        self.bias.get(channel).copied().unwrap_or(F::zero())
    }
}

/// y ← f(y + bias).
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(super) fn apply<F: Real, U: Curve<F>>(f: &U, bias: F, y: &mut [F]) {
    if fuses!() { apply_by(f, F::contracted(&[bias])[0], F::contracted_mut(y)) } else { apply_by(f, bias, y) }
}

#[inline(always)]
fn apply_by<F: Real, U: Unary<F>>(f: &U, bias: F, y: &mut [F]) {
    for y in y {
        *y = f.f(*y + bias);
    }
}

/// g ← g · f′(x), and d = Σ of g over images and pixels for each channel, `[B, C, pixels]` to `[C]`.
pub(crate) fn finish_vjp<F: Real, U: Curve<F>>(f: &U, x: &[F], y: &[F], g: &mut [F], pixels: usize, d: &mut [F]) {
    let (channels, size) = (d.len(), g.len());
    assert!(x.len() == size && y.len() == size && (size == 0 || size.is_multiple_of(channels * pixels)));
    let g = Apart::new(g);
    // By channels, so that each sum is one thread's, and in the order of the images.
    share_slices(channels, size >= SHARED, [(d, 1)], |part, [d]| {
        d.fill(F::zero());
        for first in (0..size).step_by((channels * pixels).max(1)) {
            let at = first + part.start * pixels..first + part.end * pixels;
            // SAFETY: nobody else has these channels.
            let g = unsafe { g.part(at.clone()) };
            add_planes(f, &x[at.clone()], &y[at], g, pixels, d);
        }
    });
}

/// g ← g · f′(x), and d ← d + Σ of g over the pixels of an image, for some of its channels.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
fn add_planes<F: Real, U: Curve<F>>(f: &U, x: &[F], y: &[F], g: &mut [F], pixels: usize, d: &mut [F]) {
    if fuses!() {
        let (x, y) = (F::contracted(x), F::contracted(y));
        add_planes_by(f, x, y, F::contracted_mut(g), pixels, F::contracted_mut(d));
    } else {
        add_planes_by(f, x, y, g, pixels, d);
    }
}

#[inline(always)]
fn add_planes_by<F: Real, U: Unary<F>>(f: &U, x: &[F], y: &[F], g: &mut [F], pixels: usize, d: &mut [F]) {
    let planes = g.chunks_exact_mut(pixels).zip(x.chunks_exact(pixels)).zip(y.chunks_exact(pixels));
    for (((g, x), y), d) in planes.zip(d) {
        let mut sums = [F::zero(); LANES];
        let (chunks, rest) = g.as_chunks_mut::<LANES>();
        let ((x_chunks, x), (y_chunks, y)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
        for ((g, x), y) in chunks.iter_mut().zip(x_chunks).zip(y_chunks) {
            for l in 0..LANES {
                g[l] *= f.df(x[l], y[l]);
                sums[l] += g[l];
            }
        }
        for (((g, &x), &y), sum) in rest.iter_mut().zip(x).zip(y).zip(&mut sums) {
            *g *= f.df(x, y);
            *sum += *g;
        }
        let mut n = LANES / 2;
        while n > 0 {
            for l in 0..n {
                sums[l] += sums[l + n];
            }
            n /= 2;
        }
        *d += sums[0];
    }
}
