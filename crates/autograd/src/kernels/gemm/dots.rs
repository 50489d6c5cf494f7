//! Products by dot products: C = A·Bᵀ with both operands read along their rows, so that neither is packed.

use super::View;
use super::isa::{Isa, with_rows};
use super::lanes::Lanes;
use super::plan::{is_shared, pieces, takes_own_rows};
use super::tiles::Target;
use crate::kernels::share::{share, sharing};

/// Columns of C in a block.
const COLS: usize = 4;

/// Rows of B that go past all of A before the next ones come: they stay in the second-level cache, and A in the first.
const CHUNK: usize = 64;

/// A block of C, and the rows of A and B, `k` elements each, whose products it is.
pub(super) struct Dots<F> {
    pub k: usize,
    /// Rows of A, and their distance.
    pub a: *const F,
    pub a_row: usize,
    /// Rows of B, and their distance.
    pub b: *const F,
    pub b_row: usize,
    /// How many rows B has here, at most [`COLS`].
    pub cols: usize,
    /// The block of C, and the distance of its rows.
    pub c: *mut F,
    pub c_row: usize,
    /// What is added to its columns, if anything is.
    pub bias: Option<*const F>,
}

/// Computes `R` rows of up to [`COLS`] columns.
///
/// # Safety
///
/// The processor has the instruction set, and the rows, the block and the bias of its columns lie within their arrays.
#[inline(always)]
pub(super) unsafe fn dots<L: Lanes, const R: usize>(t: &Dots<L::Elem>) {
    // SAFETY: the caller's promises; i < R rows of A, columns up to the last of B, elements below k.
    unsafe {
        let mut sums = [[L::zero(); COLS]; R];
        let (mut a, mut b) = ([t.a; R], [t.b; COLS]);
        for i in 0..R {
            a[i] = t.a.add(i * t.a_row);
        }
        for j in 0..COLS {
            b[j] = t.b.add(j.min(t.cols - 1) * t.b_row);
        }
        let whole = t.k - t.k % L::LEN;
        for at in (0..whole).step_by(L::LEN) {
            let mut x = [L::zero(); R];
            for i in 0..R {
                x[i] = L::load(a[i].add(at));
            }
            for j in 0..COLS {
                let w = L::load(b[j].add(at));
                for i in 0..R {
                    sums[i][j] = x[i].mul_add(w, sums[i][j]);
                }
            }
        }
        if whole < t.k {
            let rest = t.k - whole;
            let mut x = [L::zero(); R];
            for i in 0..R {
                x[i] = L::load_first(a[i].add(whole), rest);
            }
            for j in 0..COLS {
                let w = L::load_first(b[j].add(whole), rest);
                for i in 0..R {
                    sums[i][j] = x[i].mul_add(w, sums[i][j]);
                }
            }
        }
        for i in 0..R {
            let c = t.c.add(i * t.c_row);
            L::sums(sums[i], c, t.cols);
            if let Some(bias) = t.bias {
                (0..t.cols).for_each(|j| *c.add(j) = *c.add(j) + *bias.add(j));
            }
        }
    }
}

/// C = A·B with `[m, k, n]`, where A has contiguous rows and B contiguous columns. Threads share it. Nothing is added to what C holds.
///
/// # Safety
///
/// The processor has the instruction set, the pointers lead to whole matrices, and a bias has a number for each column.
pub(super) unsafe fn product<L: Isa>(
    [m, k, n]: [usize; 3],
    a: View<L::Elem>,
    b: View<L::Elem>,
    c: Target<'_, L::Elem>,
) {
    let by_rows = takes_own_rows(m, sharing());
    let (all, grain) = if by_rows { (m, L::DOT_ROWS) } else { (n, COLS) };
    share(all.div_ceil(grain), is_shared([m, k, n]), |part| {
        let part = part.start * grain..all.min(part.end * grain);
        let (rows, columns) = if by_rows { (part, 0..n) } else { (0..m, part) };
        for (start, length) in pieces(columns.len(), CHUNK) {
            let chunk = columns.start + start..columns.start + start + length;
            for (i, r) in pieces(rows.len(), L::DOT_ROWS) {
                let i = rows.start + i;
                for j in chunk.clone().step_by(COLS) {
                    // SAFETY: i + r ≤ m and j < n; the parts of C do not overlap.
                    unsafe {
                        let (a, b) = (a.from(i, 0), b.from(0, j));
                        let cols = (chunk.end - j).min(COLS);
                        let bias = c.bias.map(|bias| bias[j..].as_ptr());
                        let (c, c_row) = (c.c.from(i * c.row + j), c.row);
                        let t = Dots { k, a: a.at, a_row: a.row, b: b.at, b_row: b.col, cols, c, c_row, bias };
                        with_rows!(r, L::DOT_ROWS, R => L::dots::<R>(&t));
                    }
                }
            }
        }
    });
}
