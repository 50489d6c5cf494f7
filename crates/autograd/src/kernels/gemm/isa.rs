//! The kernels, compiled for each instruction set.

use super::dots::{Dots, dots};
use super::lanes::{Lanes, Portable};
use super::pack::{Transpose, transpose};
use super::sparse::{Visits, finite, nonzeros, visit};
use super::tile::{Chain, Tile, tile};

/// An instruction set: the kernels on its vectors, compiled for it.
///
/// # Safety
///
/// As for the functions of the same names.
pub(super) trait Isa: Lanes {
    unsafe fn tile<const R: usize, const V: usize, K: Chain>(t: &Tile<Self::Elem>);
    unsafe fn dots<const R: usize>(t: &Dots<Self::Elem>);
    unsafe fn transpose<const PAD: bool>(t: &Transpose<Self::Elem>);
    unsafe fn visit<const R: usize, const V: usize>(t: &Visits<Self::Elem>);
    unsafe fn nonzeros(at: *const Self::Elem, count: usize, words: *mut u64);
    unsafe fn finite(at: *const Self::Elem, count: usize) -> bool;
}

/// An instruction set's kernels: functions that enable its features and contain the generic code.
macro_rules! isa {
    ($L:ty $(, $features:literal)?) => {
        impl Isa for $L {
            unsafe fn tile<const R: usize, const V: usize, K: Chain>(t: &Tile<Self::Elem>) {
                $(#[target_feature(enable = $features)])?
                unsafe fn compiled<const R: usize, const V: usize, K: Chain>(t: &Tile<<$L as Lanes>::Elem>) {
                    // SAFETY: the caller's promises, here and below.
                    unsafe { tile::<$L, R, V, K>(t) }
                }
                // SAFETY: as above.
                unsafe { compiled::<R, V, K>(t) }
            }

            unsafe fn dots<const R: usize>(t: &Dots<Self::Elem>) {
                $(#[target_feature(enable = $features)])?
                unsafe fn compiled<const R: usize>(t: &Dots<<$L as Lanes>::Elem>) {
                    // SAFETY: as above.
                    unsafe { dots::<$L, R>(t) }
                }
                // SAFETY: as above.
                unsafe { compiled::<R>(t) }
            }

            unsafe fn transpose<const PAD: bool>(t: &Transpose<Self::Elem>) {
                $(#[target_feature(enable = $features)])?
                unsafe fn compiled<const PAD: bool>(t: &Transpose<<$L as Lanes>::Elem>) {
                    // SAFETY: as above.
                    unsafe { transpose::<$L, PAD>(t) }
                }
                // SAFETY: as above.
                unsafe { compiled::<PAD>(t) }
            }

            unsafe fn visit<const R: usize, const V: usize>(t: &Visits<Self::Elem>) {
                $(#[target_feature(enable = $features)])?
                unsafe fn compiled<const R: usize, const V: usize>(t: &Visits<<$L as Lanes>::Elem>) {
                    // SAFETY: as above.
                    unsafe { visit::<$L, R, V>(t) }
                }
                // SAFETY: as above.
                unsafe { compiled::<R, V>(t) }
            }

            unsafe fn nonzeros(at: *const Self::Elem, count: usize, words: *mut u64) {
                $(#[target_feature(enable = $features)])?
                unsafe fn compiled(at: *const <$L as Lanes>::Elem, count: usize, words: *mut u64) {
                    // SAFETY: as above.
                    unsafe { nonzeros::<$L>(at, count, words) }
                }
                // SAFETY: as above.
                unsafe { compiled(at, count, words) }
            }

            unsafe fn finite(at: *const Self::Elem, count: usize) -> bool {
                $(#[target_feature(enable = $features)])?
                unsafe fn compiled(at: *const <$L as Lanes>::Elem, count: usize) -> bool {
                    // SAFETY: as above.
                    unsafe { finite::<$L>(at, count) }
                }
                // SAFETY: as above.
                unsafe { compiled(at, count) }
            }
        }
    };
}

/// Evaluates an expression with a constant `R` equal to the number of rows, from 1 to the constant `$most` ≤ 8.
macro_rules! with_rows {
    ($r:expr, $most:expr, $R:ident => $call:expr) => {
        with_rows!(@ $r, $most, $R => $call; 1 2 3 4 5 6 7 8)
    };
    (@ $r:expr, $most:expr, $R:ident => $call:expr; $($rows:literal)*) => {
        match $r {
            // The comparison is constant: tiles that do not occur are not compiled.
            $($rows if $rows <= $most => {
                const $R: usize = $rows;
                $call
            })*
            _ => unreachable!("a block has at most {} rows", $most),
        }
    };
}
pub(super) use with_rows;

isa!(Portable<f32, 4>);
isa!(Portable<f64, 2>);

#[cfg(target_arch = "aarch64")]
mod neon {
    use super::super::lanes::{NeonF32, NeonF64};
    use super::*;

    isa!(NeonF32);
    isa!(NeonF64);
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::super::lanes::{Avx2F32, Avx2F64, Avx512F32, Avx512F64};
    use super::*;

    isa!(Avx512F32, "avx512f,avx2,fma");
    isa!(Avx512F64, "avx512f,avx2,fma");
    isa!(Avx2F32, "avx2,fma");
    isa!(Avx2F64, "avx2,fma");
}
