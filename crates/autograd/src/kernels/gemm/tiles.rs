//! Products by register tiles.
//!
//! ```text
//!            k                    strip of ≤ 3 vectors (≤ 48 numbers)
//!       ┌─────────┐             ┌────┬────┬──┐               ┌────┬────┬──┐
//! ≤ 8 ──┤         │             │    │    │  │          ≤ 8 ─┤tile│    │  │
//! rows  ├─────────┤             │    │    │  │               ├────┼────┼──┤
//!       │    A    │      ·    k │    │ B  │  │       =       │    │ C  │  │
//!       │         │             │    │    │  │               │    │    │  │
//!       └─────────┘             └────┴────┴──┘               └────┴────┴──┘
//! ```
//!
//! For one strip of B after the other, A runs past it, a block of rows at a time. The tile reads a row of the strip as
//! vectors and a column of the block number by number. So B's strips are copied to where they lie densely; if B comes
//! row by row, the first tile of a strip does that in passing. A is read where it is if its rows are contiguous: eight
//! streams that move on by 4 bytes. Of long columns the tile would read 32 bytes in each of many rows, often all in the
//! same set of the cache: these are copied to `[k, rows of the block]` first.
//!
//! An inner extent above [`K_MOST`] is cut, and rows beyond [`M_MOST`] start over with the first strip.
//!
//! A product may leave out rows of A, with those of C, or inner indices: it is given a list of those that it [`Keep`]s.

use super::isa::{Isa, with_rows};
use super::pack::{Transpose, columns};
use super::plan::{K_MOST, M_MOST, by_columns, equal_pieces, is_shared, longest, packs_columns, pieces};
use super::tile::Tile;
use super::{Out, View};
use crate::kernels::scratch::{self, Scratch};
use crate::kernels::share::{share, sharing};
use std::cell::Cell;

/// Elements of B from which on its strips are asked for before they are used: 2 MiB in single precision. Smaller ones are
/// near enough, and asking takes time, too.
const FAR: usize = 1 << 19;

thread_local! {
    static SCRATCH: Scratch = const { Cell::new(Vec::new()) };
}

/// Which rows of A and C, and which inner indices, take part in a product, in ascending order; without a list, all of them.
#[derive(Clone, Copy, Default)]
pub(super) struct Keep<'l> {
    pub rows: Option<&'l [u32]>,
    pub inner: Option<&'l [u32]>,
}

impl Keep<'_> {
    /// The same for `m` rows from the `i`-th on.
    fn some_rows(self, i: usize, m: usize) -> Self {
        Keep { rows: self.rows.map(|rows| &rows[i..i + m]), ..self }
    }

    /// The same for `k` inner indices from the `l`-th on.
    fn some_inner(self, l: usize, k: usize) -> Self {
        Keep { inner: self.inner.map(|inner| &inner[l..l + k]), ..self }
    }
}

/// The rows of a block one after the other.
static NEIGHBOURS: [u32; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

/// C = A·B with `[m, k, n]`, or C ← C + A·B; with `TURNED`, `c` is `[n, m]` and gets the transpose. Threads share it.
///
/// # Safety
///
/// The processor has the instruction set, and the pointers lead to whole matrices, which have what is kept: m rows and k inner
/// indices. With `TURNED`, k ≤ [`K_MOST`], nothing is added, and everything kept. If rows of A are left out, it lies row by row; if
/// inner indices are, B does.
pub(super) unsafe fn product<L: Isa, const TURNED: bool>(
    [m, k, n]: [usize; 3],
    a: View<L::Elem>,
    b: View<L::Elem>,
    c: Out<L::Elem>,
    keep: Keep<'_>,
    add: bool,
) {
    let c_row = if TURNED { m } else { n };
    // Each thread rearranges what its part takes of either operand: B by itself if it has columns for all of them.
    let by_columns = by_columns::<L>([m, n], TURNED, sharing());
    let (all, grain) = if by_columns { (n, L::LEN) } else { (m, L::ROWS) };
    share(all.div_ceil(grain), is_shared([m, k, n]), |part| {
        let (from, to) = (part.start * grain, all.min(part.end * grain));
        // SAFETY: the caller's promises; the parts of C do not overlap.
        unsafe {
            if by_columns {
                let c = c.from(if TURNED { from * c_row } else { from });
                piece::<L, TURNED>([m, k, to - from], a, b.from(0, from), c, c_row, keep, add);
            } else {
                let extents = [to - from, k, n];
                let row = if keep.rows.is_some() { 0 } else { from };
                let (c, keep) = (c.from(if TURNED { row } else { row * c_row }), keep.some_rows(from, to - from));
                piece::<L, TURNED>(extents, a.from(row, 0), b, c, c_row, keep, add);
            }
        }
    });
}

/// [`product`] on this thread, where C's rows, or those of its transpose, are `c_row` elements apart.
///
/// # Safety
///
/// As for [`product`].
unsafe fn piece<L: Isa, const TURNED: bool>(
    [m, k, n]: [usize; 3],
    a: View<L::Elem>,
    b: View<L::Elem>,
    c: *mut L::Elem,
    c_row: usize,
    keep: Keep<'_>,
    add: bool,
) {
    let (m_most, k_most) = (longest(m, M_MOST), longest(k, K_MOST));
    let packs = keep.inner.is_some() || a.col != 1 && packs_columns::<L>(k, n);
    let strip = L::VECTORS * L::LEN;
    let lengths = [
        k_most * strip.min(n.next_multiple_of(L::LEN)),
        if packs { m_most * k_most } else { 0 },
        if TURNED { m_most * strip } else { 0 },
    ];
    scratch::with(&SCRATCH, lengths, |[b_copy, a_copy, turned]| {
        for (i, rows) in pieces(m, M_MOST) {
            for (l, k) in pieces(k, K_MOST) {
                // SAFETY: i < m and l < k, whose pieces fit the arrays; with `TURNED`, l is 0.
                unsafe {
                    let keep = keep.some_rows(i, rows).some_inner(l, k);
                    let (row, p) = (if keep.rows.is_some() { 0 } else { i }, if keep.inner.is_some() { 0 } else { l });
                    let (a, b) = (a.from(row, p), b.from(p, 0));
                    if packs {
                        pack::<L>([rows, k], a, keep.inner, a_copy);
                    }
                    let c = if TURNED { c.add(row) } else { c.add(row * c_row) };
                    let a_copy = packs.then_some(a_copy);
                    let (go_on, add) = (l > 0, add && l == 0);
                    let block = Block { rows, k, keep, a, a_copy, b_copy, turned, c_row, go_on, add };
                    strips::<L, TURNED>(n, &block, b, c);
                }
            }
        }
    });
}

/// Rows of A and of C, and a piece of the inner extent.
struct Block<'l, F> {
    rows: usize,
    k: usize,
    keep: Keep<'l>,
    a: View<F>,
    /// The packed rows of A, if they are.
    a_copy: Option<*mut F>,
    /// Room for a strip of B.
    b_copy: *mut F,
    /// Room for a strip of Cᵀ.
    turned: *mut F,
    /// Distance of C's rows.
    c_row: usize,
    /// Whether this piece of the inner extent is not the first, so that the sums go on from what C holds.
    go_on: bool,
    /// Whether it is the first one, and the product is added to what C holds.
    add: bool,
}

/// Packs blocks of A's rows, `[k, rows of the block]` each, one after another.
///
/// A few rows of memory are read from end to end before the next ones, as far as the cache can hold them where they are a
/// power of two apart.
///
/// # Safety
///
/// A has these extents, the inner one of what is kept, and `to` room for them; it lies column by column, or indices are left out.
unsafe fn pack<L: Isa>([rows, k]: [usize; 2], a: View<L::Elem>, inner: Option<&[u32]>, to: *mut L::Elem) {
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

/// Goes through the `n` columns of B and C.
///
/// # Safety
///
/// As for [`product`], for a block.
unsafe fn strips<L: Isa, const TURNED: bool>(n: usize, block: &Block<'_, L::Elem>, b: View<L::Elem>, c: *mut L::Elem) {
    let mut j = 0;
    while j < n {
        let left = (n - j).div_ceil(L::LEN);
        // The last two strips share their vectors: a tile of a single vector would wait for its sums.
        let v = if left > L::VECTORS && left < 2 * L::VECTORS { left.div_ceil(2) } else { left.min(L::VECTORS) };
        let (width, padded) = ((v * L::LEN).min(n - j), v * L::LEN);
        // SAFETY: j + width ≤ n.
        unsafe {
            let b = b.from(0, j);
            let in_place = (b.col == 1 && block.keep.inner.is_none()).then_some(b);
            if b.col != 1 {
                let (rows, cols) = (width, block.k);
                let to = block.b_copy;
                L::transpose::<true>(&Transpose { rows, cols, from: b.at, stride: b.col, to, to_stride: padded });
            } else if let Some(inner) = block.keep.inner {
                for (p, &index) in inner.iter().enumerate() {
                    block.b_copy.add(p * padded).copy_from_nonoverlapping(b.from(index as usize, 0).at, width);
                }
            }
            // Rows far apart come from beyond the cache one by one, unless they are asked for in time.
            let ahead =
                (in_place.is_some() && j + width < n && block.k * n >= FAR).then(|| View { at: b.at.add(width), ..b });
            if TURNED {
                rows::<L>(block, v, width, in_place, ahead, block.turned, padded);
                let (rows, cols, to) = (block.rows, width, c.add(j * block.c_row));
                let from = block.turned.cast_const();
                L::transpose::<false>(&Transpose { rows, cols, from, stride: padded, to, to_stride: block.c_row });
            } else {
                rows::<L>(block, v, width, in_place, ahead, c.add(j), block.c_row);
            }
        }
        j += width;
    }
}

/// Goes through the rows of A and C, for a strip of `width` columns in `v` vectors. Meanwhile the strip `ahead` is brought
/// nearer, a piece before each tile.
///
/// # Safety
///
/// As for [`strips`]. The strip is packed, unless it is `b`.
unsafe fn rows<L: Isa>(
    block: &Block<'_, L::Elem>,
    v: usize,
    width: usize,
    b: Option<View<L::Elem>>,
    ahead: Option<View<L::Elem>>,
    c: *mut L::Elem,
    c_row: usize,
) {
    let (k, padded) = (block.k, v * L::LEN);
    let last = width - (v - 1) * L::LEN;
    // A copy that nobody reads need not be kept, nor made if the rows are whole vectors.
    let once = block.rows <= L::ROWS;
    let copy_row = if once { 0 } else { padded };
    let mut i = 0;
    while i < block.rows {
        let in_place = b.filter(|_| i == 0);
        let copies = in_place.is_some() && !(once && width == padded);
        let (mut count, r) = equal_pieces(block.rows, L::ROWS, i);
        if in_place.is_some() || ahead.is_some() {
            count = 1;
        }
        // SAFETY: i + count · r ≤ rows.
        unsafe {
            // Either the numbers of the rows move on from block to block, or the strips and the blocks do.
            let (rows, rows_next, row, next) = match block.keep.rows {
                Some(rows) => (rows.as_ptr().add(i), r, 0, 0),
                None => (NEIGHBOURS.as_ptr(), 0, i, r),
            };
            let (a, a_row, a_col, a_next) = match block.a_copy {
                Some(copy) => (copy.cast_const().add(i * k), 1, r, r * k),
                None => (block.a.from(row, 0).at, block.a.row, block.a.col, next * block.a.row),
            };
            let (b, b_row) = in_place.map_or((block.b_copy.cast_const(), padded), |b| (b.at, b.row));
            let (copy, c, c_next) = (block.b_copy, c.add(row * c_row), next * c_row);
            if let Some(ahead) = ahead {
                for p in k * i / block.rows..k * (i + r) / block.rows {
                    for line in (0..padded).step_by(64 / size_of::<L::Elem>()) {
                        L::prefetch(ahead.from(p, 0).at.wrapping_add(line));
                    }
                }
            }
            let (go_on, add) = (block.go_on, block.add);
            let t = Tile {
                count,
                k,
                rows,
                rows_next,
                a,
                a_row,
                a_col,
                a_next,
                b,
                b_row,
                copy,
                copy_row,
                c,
                c_row,
                c_next,
                last,
                go_on,
                add,
            };
            if copies { tile::<L, true>(r, v, &t) } else { tile::<L, false>(r, v, &t) }
        }
        i += count * r;
    }
}

/// The tile of `r` rows of `v` vectors.
///
/// # Safety
///
/// As for [`Isa::tile`].
#[inline(always)]
unsafe fn tile<L: Isa, const COPY: bool>(r: usize, v: usize, t: &Tile<L::Elem>) {
    // SAFETY: the caller's promises.
    unsafe {
        match v {
            1 => with_rows!(r, L::ROWS, R => L::tile::<R, 1, COPY>(t)),
            2 => with_rows!(r, L::ROWS, R => L::tile::<R, 2, COPY>(t)),
            3 if L::VECTORS > 2 => with_rows!(r, L::ROWS, R => L::tile::<R, 3, COPY>(t)),
            _ => unreachable!("a strip has at most {} vectors", L::VECTORS),
        }
    }
}
