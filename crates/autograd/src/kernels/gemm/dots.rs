//! Products by dot products: C = A·Bᵀ with both operands read along their rows, so that neither is packed.

use super::isa::{Isa, with_rows};
use super::lanes::Lanes;
use super::plan::{is_shared, pieces};
use super::{Out, View};
use crate::kernels::share::share;

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
}

/// Computes `R` rows of up to [`COLS`] columns.
///
/// # Safety
///
/// The processor has the instruction set, and the rows and the block lie within their arrays.
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
            L::sums(sums[i], t.c.add(i * t.c_row), t.cols);
        }
    }
}

/// C = A·B with `[m, k, n]`, where A has contiguous rows and B contiguous columns. Threads share it.
///
/// # Safety
///
/// The processor has the instruction set, and the pointers lead to whole matrices.
pub(super) unsafe fn product<L: Isa>([m, k, n]: [usize; 3], a: View<L::Elem>, b: View<L::Elem>, c: Out<L::Elem>) {
    share(n.div_ceil(COLS), is_shared([m, k, n]), |part| {
        let (from, to) = (part.start * COLS, n.min(part.end * COLS));
        for (start, length) in pieces(to - from, CHUNK) {
            let columns = from + start..from + start + length;
            for (i, r) in pieces(m, L::DOT_ROWS) {
                for j in columns.clone().step_by(COLS) {
                    // SAFETY: i + r ≤ m and j < n; the parts of C do not overlap.
                    unsafe {
                        let (a, b) = (a.from(i, 0), b.from(0, j));
                        let cols = (columns.end - j).min(COLS);
                        let c = c.from(i * n + j);
                        let t = Dots { k, a: a.at, a_row: a.row, b: b.at, b_row: b.col, cols, c, c_row: n };
                        with_rows!(r, L::DOT_ROWS, R => L::dots::<R>(&t));
                    }
                }
            }
        }
    });
}
