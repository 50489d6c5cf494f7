//! What follows the product of a convolution: the bias and a function, channel by channel.

use crate::Real;
use crate::kernels::map::Unary;
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

/// y ← f(y + bias).
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(super) fn apply<F: Real, U: Unary<F>>(f: &U, bias: F, y: &mut [F]) {
    y.iter_mut().for_each(|y| *y = f.f(*y + bias));
}

/// g ← g · f′(x), and d = Σ of g over images and pixels for each channel, `[B, C, pixels]` to `[C]`.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma+bmi1+bmi2", "x86_64+avx2+fma+bmi1+bmi2"))]
pub(crate) fn finish_vjp<F: Real, U: Unary<F>>(f: &U, x: &[F], y: &[F], g: &mut [F], pixels: usize, d: &mut [F]) {
    d.fill(F::zero());
    if g.is_empty() {
        return;
    }
    let planes = g.chunks_exact_mut(pixels).zip(x.chunks_exact(pixels)).zip(y.chunks_exact(pixels));
    for (i, ((g, x), y)) in planes.enumerate() {
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
        d[i % d.len()] += sums[0];
    }
}
