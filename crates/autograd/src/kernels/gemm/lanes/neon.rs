//! NEON, which every 64-bit ARM has.

use super::{Lanes, MAX_LEN};
use std::arch::aarch64::*;

/// 4 numbers in a register of NEON.
#[derive(Clone, Copy)]
pub(in super::super) struct NeonF32(float32x4_t);

/// 2 numbers in a register of NEON.
#[derive(Clone, Copy)]
pub(in super::super) struct NeonF64(float64x2_t);

macro_rules! neon {
    ($L:ident, $F:ty, $len:literal, $splat:ident $load:ident $store:ident $fma:ident $sum:ident) => {
        impl Lanes for $L {
            type Elem = $F;
            const LEN: usize = $len;
            const ROWS: usize = 8;
            const VECTORS: usize = 3;
            const SPARSE_ROWS: usize = 4;
            const SPARSE_VECTORS: usize = 6;
            const DOT_ROWS: usize = 6;
            const COLUMNS: usize = 1;

            #[inline(always)]
            unsafe fn zero() -> Self {
                // SAFETY: every processor here has the instructions, here and below.
                Self(unsafe { $splat(0.0) })
            }

            #[inline(always)]
            unsafe fn splat(x: $F) -> Self {
                // SAFETY: as above.
                Self(unsafe { $splat(x) })
            }

            #[inline(always)]
            unsafe fn load(at: *const $F) -> Self {
                // SAFETY: as above, and the caller's promise of `LEN` elements.
                Self(unsafe { $load(at) })
            }

            #[inline(always)]
            unsafe fn load_first(at: *const $F, count: usize) -> Self {
                let mut x = [0.0; $len];
                for (i, x) in x.iter_mut().enumerate().take(count) {
                    // SAFETY: the caller's promise, i < count.
                    *x = unsafe { *at.add(i) };
                }
                // SAFETY: as above.
                Self(unsafe { $load(x.as_ptr()) })
            }

            #[inline(always)]
            unsafe fn store(self, at: *mut $F) {
                // SAFETY: as above, and the caller's promise of room for `LEN` elements.
                unsafe { $store(at, self.0) }
            }

            #[inline(always)]
            unsafe fn store_first(self, at: *mut $F, count: usize) {
                let mut x = [0.0; $len];
                // SAFETY: as above.
                unsafe { $store(x.as_mut_ptr(), self.0) };
                for (i, &x) in x.iter().enumerate().take(count) {
                    // SAFETY: the caller's promise, i < count.
                    unsafe { *at.add(i) = x };
                }
            }

            #[inline(always)]
            unsafe fn mul_add(self, b: Self, c: Self) -> Self {
                // SAFETY: as above.
                Self(unsafe { $fma(c.0, self.0, b.0) })
            }

            #[inline(always)]
            unsafe fn nonzero(self) -> u32 {
                let mut x = [0.0; $len];
                // SAFETY: as above.
                unsafe { $store(x.as_mut_ptr(), self.0) };
                (0..$len).map(|i| u32::from(x[i] != 0.0) << i).sum()
            }

            #[inline(always)]
            unsafe fn sums(vectors: [Self; 4], at: *mut $F, count: usize) {
                for (i, v) in vectors.iter().enumerate().take(count) {
                    // SAFETY: as above; the caller's promise, i < count.
                    unsafe { *at.add(i) = $sum(v.0) };
                }
            }

            #[inline(always)]
            unsafe fn columns<const Q: usize>(rows: &[*const $F; MAX_LEN], at: usize, to: *mut $F, stride: usize) {
                for q in 0..Q {
                    for i in 0..$len {
                        // SAFETY: the caller's promise.
                        unsafe { *to.add(q * stride + i) = *rows[i].add(at + q) };
                    }
                }
            }
        }
    };
}

neon!(NeonF32, f32, 4, vdupq_n_f32 vld1q_f32 vst1q_f32 vfmaq_f32 vaddvq_f32);
neon!(NeonF64, f64, 2, vdupq_n_f64 vld1q_f64 vst1q_f64 vfmaq_f64 vaddvq_f64);
