//! Vectors of 16 bytes in plain Rust, which every processor's compiler knows to put into registers.

use super::{Lanes, MAX_LEN};

/// `N` numbers.
#[derive(Clone, Copy)]
pub(in super::super) struct Portable<F, const N: usize>([F; N]);

macro_rules! portable {
    ($F:ty, $N:literal) => {
        impl Lanes for Portable<$F, $N> {
            type Elem = $F;
            const LEN: usize = $N;
            const ROWS: usize = 4;
            const VECTORS: usize = 2;
            const SPARSE_ROWS: usize = 4;
            const SPARSE_VECTORS: usize = 2;
            const DOT_ROWS: usize = 2;
            const COLUMNS: usize = 1;

            #[inline(always)]
            unsafe fn zero() -> Self {
                Portable([0.0; $N])
            }

            #[inline(always)]
            unsafe fn splat(x: $F) -> Self {
                Portable([x; $N])
            }

            #[inline(always)]
            unsafe fn load(at: *const $F) -> Self {
                // SAFETY: the caller's promise; unaligned.
                Portable(unsafe { at.cast::<[$F; $N]>().read_unaligned() })
            }

            #[inline(always)]
            unsafe fn load_first(at: *const $F, count: usize) -> Self {
                let mut x = [0.0; $N];
                for (i, x) in x.iter_mut().enumerate().take(count) {
                    // SAFETY: the caller's promise, i < count.
                    *x = unsafe { *at.add(i) };
                }
                Portable(x)
            }

            #[inline(always)]
            unsafe fn store(self, at: *mut $F) {
                // SAFETY: the caller's promise; unaligned.
                unsafe { at.cast::<[$F; $N]>().write_unaligned(self.0) }
            }

            #[inline(always)]
            unsafe fn store_first(self, at: *mut $F, count: usize) {
                for (i, &x) in self.0.iter().enumerate().take(count) {
                    // SAFETY: the caller's promise, i < count.
                    unsafe { *at.add(i) = x };
                }
            }

            /// Rounds twice: without the instruction, a fused operation is a slow call.
            #[inline(always)]
            unsafe fn mul_add(self, b: Self, c: Self) -> Self {
                let mut y = c.0;
                for i in 0..$N {
                    y[i] += self.0[i] * b.0[i];
                }
                Portable(y)
            }

            #[inline(always)]
            unsafe fn nonzero(self) -> u32 {
                (0..$N).map(|i| u32::from(self.0[i] != 0.0) << i).sum()
            }

            #[inline(always)]
            unsafe fn sums(vectors: [Self; 4], at: *mut $F, count: usize) {
                for (i, v) in vectors.iter().enumerate().take(count) {
                    // SAFETY: the caller's promise, i < count.
                    unsafe { *at.add(i) = v.0.iter().sum() };
                }
            }

            #[inline(always)]
            unsafe fn columns<const Q: usize>(rows: &[*const $F; MAX_LEN], at: usize, to: *mut $F, stride: usize) {
                for q in 0..Q {
                    for i in 0..$N {
                        // SAFETY: the caller's promise.
                        unsafe { *to.add(q * stride + i) = *rows[i].add(at + q) };
                    }
                }
            }
        }
    };
}

portable!(f32, 4);
portable!(f64, 2);
