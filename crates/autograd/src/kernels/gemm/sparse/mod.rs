//! Products with an operand that is mostly zeros, such as images of pen strokes, which leave zeros out.
//!
//! They are C = S·D with a sparse S, or Cᵀ = Bᵀ·Aᵀ with a sparse S = Bᵀ, which is turned into C at the end. Single zeros are too
//! small to leave out: a register tile reads a strip of four rows of S and visits the inner indices where these have
//! anything else than zeros. There is a list of them for each strip ([`lists`]). So the tile ([`tile`]) has few rows and many
//! vectors: the narrower a strip the more it leaves out, but the more often D, in packed strips, goes past it.
//!
//! Adding a product with 0 changes no sum, and the order of the others stays, so that the result is that of
//! [`tiles`](super::tiles) bit for bit, but for the sign of zeros where products fall below the range of the numbers. This takes
//! D to be finite, since 0·∞ and 0·NaN are not 0; if it is not, the product goes a dense way. To find out, it
//! is enough to look at C where that is smaller than D: each inner index is on one list at least, so that what is not finite
//! gets into some sum and stays in it.

mod lists;
#[cfg(test)]
mod tests;
mod tile;

use super::isa::{Isa, with_rows};
use super::lanes::MAX_LEN;
use super::pack::Transpose;
use super::plan::{is_shared, pieces};
use super::{Mat, Out, View};
use crate::kernels::scratch::{self, Scratch};
use crate::kernels::share::share;
use lists::Lists;
pub(super) use lists::{finite, nonzeros};
use std::cell::Cell;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
pub(super) use tile::{Visits, visit};

thread_local! {
    static SCRATCH: Scratch = const { Cell::new(Vec::new()) };
}

/// C = A·B, leaving out zeros of A, or of B if A is transposed, which B then is not. If that takes more than `most` visits, or
/// the other operand is not finite, the answer is no, and what `c` holds means nothing. No extent is 0.
///
/// # Safety
///
/// The processor has the instruction set.
pub(super) unsafe fn product<L: Isa>(a: Mat<'_, L::Elem>, b: Mat<'_, L::Elem>, c: &mut [L::Elem], most: usize) -> bool {
    assert!(a.cols == b.rows && c.len() == a.rows * b.cols && a.cols > 0 && !c.is_empty());
    assert!(!a.transposed || !b.transposed);
    let turned = a.transposed;
    let (s, d) = if turned { (b.t(), a.t()) } else { (a, b) };
    let extents = [s.rows, s.cols, d.cols];
    // Of D and C, the smaller one tells whether D is finite, D before it is used; each thread looks at its columns.
    let before = d.data.len() <= c.len();
    // SAFETY: the caller's promise; `Mat::new` and the assertions make sure that the slices hold the whole matrices, and
    // `c` is borrowed mutably, so that it overlaps neither operand.
    unsafe {
        lists::with::<L>([s.rows, s.cols], View::new(s), most, |lists| {
            let (s, d, to, finite) = (View::new(s), View::new(d), Out(c.as_mut_ptr()), AtomicBool::new(true));
            let [m, k, n] = extents;
            share(n.div_ceil(L::LEN), is_shared(extents), |part| {
                // Columns of D that are not finite leave others of C alone.
                let (j, width) = (part.start * L::LEN, n.min(part.end * L::LEN) - part.start * L::LEN);
                if before && !is_finite::<L>([k, width], d.from(0, j)) {
                    return finite.store(false, Ordering::Relaxed);
                }
                if turned {
                    strips::<L, true>(extents, part, lists, s, d, &to);
                } else {
                    strips::<L, false>(extents, part, lists, s, d, &to);
                }
                let (row, col) = if turned { (1, m) } else { (n, 1) };
                let c = View { at: to.from(0).cast_const(), row, col };
                if !before && !is_finite::<L>([m, width], c.from(0, j)) {
                    finite.store(false, Ordering::Relaxed);
                }
            });
            finite.into_inner()
        })
    }
}

/// Whether all elements of a matrix `[rows, cols]` are finite.
///
/// # Safety
///
/// The processor has the instruction set, and the matrix these extents.
unsafe fn is_finite<L: Isa>([rows, cols]: [usize; 2], m: View<L::Elem>) -> bool {
    let (lines, length, stride) = if m.col == 1 { (rows, cols, m.row) } else { (cols, rows, m.col) };
    // SAFETY: the caller's promises.
    (0..lines).all(|i| unsafe { L::finite(m.at.add(i * stride), length) })
}

/// Columns of C = S·D with `[m, k, n]`, `part` of its vectors; with `TURNED`, `c` is `[n, m]` and gets the transpose.
///
/// # Safety
///
/// The processor has the instruction set, the pointers lead to whole matrices, and the lists are those of S.
unsafe fn strips<L: Isa, const TURNED: bool>(
    [m, k, n]: [usize; 3],
    part: Range<usize>,
    lists: &Lists,
    s: View<L::Elem>,
    d: View<L::Elem>,
    c: &Out<L::Elem>,
) {
    let most = L::SPARSE_VECTORS * L::LEN;
    scratch::with(&SCRATCH, [k * most, if TURNED { MAX_LEN * most } else { 0 }], |[copy, turned]| {
        for (first, v) in pieces(part.len(), L::SPARSE_VECTORS) {
            let (j, padded) = ((part.start + first) * L::LEN, v * L::LEN);
            let width = padded.min(n - j);
            // SAFETY: j + width ≤ n, i + rows ≤ m.
            unsafe {
                pack::<L>([k, width], d.from(0, j), copy, padded);
                let block = Block { v, last: width - (v - 1) * L::LEN, d: copy };
                for i in (0..m).step_by(MAX_LEN) {
                    let rows = MAX_LEN.min(m - i);
                    if TURNED {
                        let to = c.from(j * m + i);
                        // The last one, since the block before may have brought the first; now there is time to do so.
                        (0..width).for_each(|j| L::prefetch(to.add(j * m + rows - 1)));
                        block.rows::<L>(i, rows, lists, s, turned, padded);
                        let from = turned.cast_const();
                        L::transpose::<false>(&Transpose { rows, cols: width, from, stride: padded, to, to_stride: m });
                    } else {
                        block.rows::<L>(i, rows, lists, s, c.from(i * n + j), n);
                    }
                }
            }
        }
    });
}

/// A strip of D.
struct Block<F> {
    /// How many vectors, and how many lanes of the last one belong to D.
    v: usize,
    last: usize,
    /// The packed strip.
    d: *const F,
}

impl<F> Block<F> {
    /// Its products with `rows` rows of S from row `i` on, where a strip begins.
    ///
    /// # Safety
    ///
    /// As for [`strips`]; `c` has room for the rows, `c_row` elements apart.
    unsafe fn rows<L: Isa<Elem = F>>(&self, i: usize, rows: usize, lists: &Lists, s: View<F>, c: *mut F, c_row: usize) {
        let &Block { v, last, d } = self;
        for r in (0..rows).step_by(L::SPARSE_ROWS) {
            // SAFETY: i + r is a row of S.
            unsafe {
                let (list, len) = lists.of((i + r) / L::SPARSE_ROWS);
                let (s, s_row, s_col) = (s.from(i + r, 0).at, s.row, s.col);
                let c = c.add(r * c_row);
                tile::<L>(L::SPARSE_ROWS.min(rows - r), v, &Visits { list, len, s, s_row, s_col, d, c, c_row, last });
            }
        }
    }
}

/// Copies a strip of D `[k, width]` to rows of whole vectors, the rest of which means nothing.
///
/// # Safety
///
/// The processor has the instruction set; D has these extents, and `to` room for `k` rows of `padded` elements.
unsafe fn pack<L: Isa>([k, width]: [usize; 2], d: View<L::Elem>, to: *mut L::Elem, padded: usize) {
    // SAFETY: the caller's promises.
    unsafe {
        if d.col == 1 {
            for p in 0..k {
                to.add(p * padded).copy_from_nonoverlapping(d.from(p, 0).at, width);
            }
        } else {
            let (rows, cols, from, stride) = (width, k, d.at, d.col);
            L::transpose::<true>(&Transpose { rows, cols, from, stride, to, to_stride: padded });
        }
    }
}

/// The tile of `r` ≤ `SPARSE_ROWS` rows of `v` vectors.
///
/// # Safety
///
/// As for [`Isa::visit`].
unsafe fn tile<L: Isa>(r: usize, v: usize, t: &Visits<L::Elem>) {
    // SAFETY: the caller's promises.
    unsafe {
        match v {
            1 => with_rows!(r, L::SPARSE_ROWS, R => L::visit::<R, 1>(t)),
            2 => with_rows!(r, L::SPARSE_ROWS, R => L::visit::<R, 2>(t)),
            3 if L::SPARSE_VECTORS > 2 => with_rows!(r, L::SPARSE_ROWS, R => L::visit::<R, 3>(t)),
            4 if L::SPARSE_VECTORS > 3 => with_rows!(r, L::SPARSE_ROWS, R => L::visit::<R, 4>(t)),
            5 if L::SPARSE_VECTORS > 3 => with_rows!(r, L::SPARSE_ROWS, R => L::visit::<R, 5>(t)),
            6 if L::SPARSE_VECTORS > 3 => with_rows!(r, L::SPARSE_ROWS, R => L::visit::<R, 6>(t)),
            _ => unreachable!("a strip has at most {} vectors", L::SPARSE_VECTORS),
        }
    }
}
