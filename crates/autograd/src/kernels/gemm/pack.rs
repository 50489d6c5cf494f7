//! Rearranging operands so that the register tile reads them one after another.

use super::View;
use super::isa::with_rows;
use super::lanes::{Lanes, MAX_LEN};
use super::plan::pieces;

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

/// Packs blocks of A's rows, `[k, rows of the block]` each, one after another.
///
/// A few rows of memory are read from end to end before the next ones, as far as the cache can hold them where they are a
/// power of two apart.
///
/// # Safety
///
/// A has these extents, the inner one of what is kept, and `to` room for them; it lies column by column, or indices are left out.
pub(super) unsafe fn blocks<L: Lanes>(
    [rows, k]: [usize; 2],
    a: View<L::Elem>,
    inner: Option<&[u32]>,
    to: *mut L::Elem,
) {
    for p in (0..k).step_by(8) {
        for (i, r) in pieces(rows, L::ROWS) {
            // SAFETY: i < rows and p < k; the blocks before this one take i·k elements.
            unsafe {
                let (to, count) = (to.add(i * k + p * r), (k - p).min(8));
                match inner {
                    None => with_rows!(r, L::ROWS, R => columns::<L::Elem, R>(count, a.from(i, p).at, a.col, to)),
                    Some(inner) => {
                        for (q, &index) in inner[p..p + count].iter().enumerate() {
                            let (from, to) = (a.from(i, index as usize).at, to.add(q * r));
                            with_rows!(r, L::ROWS, R => columns::<L::Elem, R>(1, from, a.col, to));
                        }
                    }
                }
            }
        }
    }
}

/// Copies `R` neighbouring columns of a matrix of `k` rows that are `stride` elements apart, leaving no gaps.
///
/// # Safety
///
/// Both lie within their arrays.
unsafe fn columns<F: Copy, const R: usize>(k: usize, from: *const F, stride: usize, to: *mut F) {
    for p in 0..k {
        // SAFETY: the caller's promise.
        unsafe {
            to.add(p * R).cast::<[F; R]>().write_unaligned(from.add(p * stride).cast::<[F; R]>().read_unaligned())
        }
    }
}
