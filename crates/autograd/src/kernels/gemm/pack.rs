//! Rearranging operands so that the register tile reads them one after another.

use super::lanes::{Lanes, MAX_LEN};

/// A matrix to be transposed: `[rows, cols]` row by row, the rows `stride` elements apart; and where its transpose
/// goes, the rows of it `to_stride` apart.
pub(super) struct Transpose<F> {
    pub rows: usize,
    pub cols: usize,
    pub from: *const F,
    pub stride: usize,
    pub to: *mut F,
    pub to_stride: usize,
}

/// Writes the transpose. With `PAD`, its rows are filled up to whole vectors, by numbers that mean nothing.
///
/// # Safety
///
/// The processor has the instruction set, and both matrices lie within their arrays.
#[inline(always)]
pub(super) unsafe fn transpose<L: Lanes, const PAD: bool>(t: &Transpose<L::Elem>) {
    for i in (0..t.rows).step_by(L::LEN) {
        // Rather some rows again than fewer of them.
        let i = if PAD { i } else { i.min(t.rows.saturating_sub(L::LEN)) };
        let lanes = (t.rows - i).min(L::LEN);
        let mut p = 0;
        // SAFETY: the caller's promises; rows past the last are read as the last.
        unsafe {
            let mut rows = [t.from; MAX_LEN];
            for j in 0..L::LEN {
                rows[j] = t.from.add((i + j).min(t.rows - 1) * t.stride);
            }
            if PAD || lanes == L::LEN {
                while p + 4 * L::COLUMNS <= t.cols {
                    L::columns::<4>(&rows, p, t.to.add(p * t.to_stride + i), t.to_stride);
                    p += 4 * L::COLUMNS;
                }
                while p + L::COLUMNS <= t.cols {
                    L::columns::<1>(&rows, p, t.to.add(p * t.to_stride + i), t.to_stride);
                    p += L::COLUMNS;
                }
            }
            while p < t.cols {
                for j in 0..if PAD { L::LEN } else { lanes } {
                    *t.to.add(p * t.to_stride + i + j) = *rows[j].add(p);
                }
                p += 1;
            }
        }
    }
}

/// Copies `R` neighbouring columns of a matrix of `k` rows that are `stride` elements apart, leaving no gaps.
///
/// # Safety
///
/// Both lie within their arrays.
pub(super) unsafe fn columns<F: Copy, const R: usize>(k: usize, from: *const F, stride: usize, to: *mut F) {
    for p in 0..k {
        // SAFETY: the caller's promise.
        unsafe {
            to.add(p * R).cast::<[F; R]>().write_unaligned(from.add(p * stride).cast::<[F; R]>().read_unaligned())
        }
    }
}
