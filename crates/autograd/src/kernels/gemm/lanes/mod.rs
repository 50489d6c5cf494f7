//! Vectors of one instruction set, in the few operations that a matrix product needs.

#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(target_arch = "aarch64")]
pub(super) use neon::{NeonF32, NeonF64};
pub(super) use portable::Portable;
#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2F32, Avx2F64, Avx512F32, Avx512F64};

use crate::Real;

/// The most lanes that any vector here has.
pub(super) const MAX_LEN: usize = 16;

/// A vector of an instruction set, and the kernels' extents that suit its registers.
///
/// # Safety
///
/// All methods: the processor must have the instruction set. Of the methods that take a pointer, each says how many
/// elements must be readable or writable there; no alignment is needed beyond the element's.
pub(super) trait Lanes: Copy {
    /// What a lane holds.
    type Elem: Real;
    /// Number of lanes.
    const LEN: usize;
    /// Rows of the register tile.
    const ROWS: usize;
    /// Vectors in each row of the register tile: `ROWS · VECTORS` sums, a row of B and one number of A fill the
    /// registers.
    const VECTORS: usize;
    /// Rows of the register tile of a sparse operand, a power of two: the fewer, the more zeros are left out.
    const SPARSE_ROWS: usize;
    /// Vectors in each row of that tile: `SPARSE_ROWS · SPARSE_VECTORS` sums, a vector of the other operand, and a number of
    /// each row fill the registers. One sum too many, and each visit waits for the memory that it is kept in.
    const SPARSE_VECTORS: usize;
    /// Rows of A in a block of dot products: `DOT_ROWS · DOT_COLS` sums, a vector of each row and one of B.
    const DOT_ROWS: usize;
    /// Columns that [`Self::columns`] transposes at a time.
    const COLUMNS: usize;

    /// All lanes 0.
    unsafe fn zero() -> Self;
    /// All lanes `x`.
    unsafe fn splat(x: Self::Elem) -> Self;
    /// `LEN` elements.
    unsafe fn load(at: *const Self::Elem) -> Self;
    /// `count ≤ LEN` elements, then zeros.
    unsafe fn load_first(at: *const Self::Elem, count: usize) -> Self;
    /// Writes `LEN` elements.
    unsafe fn store(self, at: *mut Self::Elem);
    /// Writes the first `count ≤ LEN` lanes.
    unsafe fn store_first(self, at: *mut Self::Elem, count: usize);
    /// self · b + c.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;
    /// Asks for the cache line of an element that will be written; no more than a hint, and no promise is needed.
    #[inline(always)]
    fn prefetch(_at: *const Self::Elem) {}

    /// Which lanes are not 0, NaN among them: lane i is bit i.
    unsafe fn nonzero(self) -> u32;
    /// Writes each vector's sum over its lanes, of the first `count ≤ 4` vectors.
    unsafe fn sums(vectors: [Self; 4], at: *mut Self::Elem, count: usize);
    /// Elements `at..at + Q · COLUMNS` of `LEN` rows, transposed: as many vectors, written `stride` elements apart.
    unsafe fn columns<const Q: usize>(
        rows: &[*const Self::Elem; MAX_LEN],
        at: usize,
        to: *mut Self::Elem,
        stride: usize,
    );
}
