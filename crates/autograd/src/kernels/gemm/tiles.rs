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
//! For one group of B's strips after the other, A runs past it, a block of rows at a time, so that C is written along its rows.
//! The group stays in the second-level cache. The tile reads a row of the strip as vectors and a column of the block number
//! by number. So B's strips are copied to where they lie densely; if B comes row by row, the first tile of a strip does that
//! in passing. A is read where it is if its rows are contiguous: eight streams that move on by 4 bytes. Of long columns the
//! tile would read 32 bytes in each of many rows, often all in the same set of the cache: these are copied to `[k, rows of
//! the block]` first. What the next group will read is asked for meanwhile, a cache line every few steps ([`Ahead`]).
//!
//! An inner extent above [`K_MOST`] is cut, and rows beyond [`M_MOST`] start over with the first strip.
//!
//! A product may leave out rows of A, with those of C, or inner indices: it is given a list of those that it [`Keep`]s.

use super::isa::{Isa, with_rows};
use super::pack::{Transpose, blocks};
use super::plan::{
    GROUP_MOST, K_MOST, M_MOST, by_columns, equal_pieces, group, is_far, is_shared, longest, packs_columns, pieces,
};
use super::tile::{Ahead, Apart, Chain, Dense, Tile};
use super::{Out, View};
use crate::kernels::scratch::{self, Line, Scratch};
use crate::kernels::share::{share, sharing};
use std::cell::Cell;

/// Rows of Cᵀ that are computed before they are transposed into C, while they are in the first-level cache.
const TURNED_ROWS: usize = 32;

/// The most blocks that a tile is called for at once, where something is asked for meanwhile.
const RUN: usize = 4;

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

/// Where a product goes.
#[derive(Clone, Copy)]
pub(super) struct Target<'b, F> {
    pub c: Out<F>,
    /// Distance of its rows.
    pub row: usize,
    /// Whether it is added to what is there.
    pub add: bool,
    /// What is added to each row of C in the end: a number for each column, as if afterwards.
    pub bias: Option<&'b [F]>,
}

impl<F> Target<'_, F> {
    /// What begins at a row and a column of the product, or, with `TURNED`, of its transpose.
    ///
    /// # Safety
    ///
    /// It has them.
    unsafe fn from<const TURNED: bool>(self, row: usize, col: usize) -> Self {
        let (row, col) = if TURNED { (col, row) } else { (row, col) };
        // SAFETY: the caller's promise.
        let c = Out(unsafe { self.c.from(row * self.row + col) });
        Target { c, bias: self.bias.map(|bias| &bias[col..]), ..self }
    }
}

/// C = A·B with `[m, k, n]`, or C ← C + A·B; with `TURNED`, C is `[n, m]` and gets the transpose. Threads share it.
///
/// # Safety
///
/// The processor has the instruction set, and the pointers lead to whole matrices, which have what is kept: m rows and k inner
/// indices. With `TURNED`, k ≤ [`K_MOST`], nothing is added, and everything kept. If rows of A are left out, it lies row by row,
/// and there is no bias; if inner indices are, B does.
pub(super) unsafe fn product<L: Isa, const TURNED: bool>(
    [m, k, n]: [usize; 3],
    a: View<L::Elem>,
    b: View<L::Elem>,
    c: Target<'_, L::Elem>,
    keep: Keep<'_>,
) {
    // Each thread rearranges what its part takes of either operand: B by itself if it has columns for all of them.
    let by_columns = by_columns::<L>([m, k, n], b.col != 1, TURNED, sharing());
    let (all, grain) = if by_columns { (n, L::LEN) } else { (m, L::ROWS) };
    share(all.div_ceil(grain), is_shared([m, k, n]), |part| {
        let (from, to) = (part.start * grain, all.min(part.end * grain));
        // SAFETY: the caller's promises; the parts of C do not overlap.
        unsafe {
            if by_columns {
                piece::<L, TURNED>([m, k, to - from], a, b.from(0, from), c.from::<TURNED>(0, from), keep);
            } else {
                let row = if keep.rows.is_some() { 0 } else { from };
                let (a, c, keep) = (a.from(row, 0), c.from::<TURNED>(row, 0), keep.some_rows(from, to - from));
                piece::<L, TURNED>([to - from, k, n], a, b, c, keep);
            }
        }
    });
}

/// [`product`] on this thread.
///
/// # Safety
///
/// As for [`product`].
unsafe fn piece<L: Isa, const TURNED: bool>(
    [m, k, n]: [usize; 3],
    a: View<L::Elem>,
    b: View<L::Elem>,
    c: Target<'_, L::Elem>,
    keep: Keep<'_>,
) {
    let (m_most, k_most) = (longest(m, M_MOST), longest(k, K_MOST));
    let packs = keep.inner.is_some() || a.col != 1 && packs_columns::<L>(k, n);
    let far = is_far::<L>([m_most, k_most, n]);
    let group = group::<L>(k_most, far);
    let width = (group * L::VECTORS * L::LEN).min(n.next_multiple_of(L::LEN));
    let lengths =
        [k_most * width, if packs { m_most * k_most } else { 0 }, if TURNED { TURNED_ROWS * width } else { 0 }];
    scratch::with(&SCRATCH, lengths, |[b_copy, a_copy, turned]| {
        for (i, rows) in pieces(m, M_MOST) {
            for (l, length) in pieces(k, K_MOST) {
                // SAFETY: i < m and l < k, whose pieces fit the arrays; with `TURNED`, l is 0.
                unsafe {
                    let keep = keep.some_rows(i, rows).some_inner(l, length);
                    let (row, p) = (if keep.rows.is_some() { 0 } else { i }, if keep.inner.is_some() { 0 } else { l });
                    let (a, b, c) = (a.from(row, p), b.from(p, 0), c.from::<TURNED>(row, 0));
                    if packs {
                        blocks::<L>([rows, length], a, keep.inner, a_copy);
                    }
                    let a_copy = packs.then_some(a_copy);
                    let (go_on, add, bias) = (l > 0, c.add && l == 0, c.bias.filter(|_| l + length == k));
                    let c = Target { add, bias, ..c };
                    let block = Block { rows, k: length, keep, far, group, a, a_copy, b_copy, turned, c, go_on };
                    columns::<L, TURNED>(n, &block, b);
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
    /// Whether [`is_far`].
    far: bool,
    /// How many strips of B are taken together.
    group: usize,
    a: View<F>,
    /// The packed rows of A, if they are.
    a_copy: Option<*mut F>,
    /// Room for a group of B's strips.
    b_copy: *mut F,
    /// Room for [`TURNED_ROWS`] of a group's columns of Cᵀ.
    turned: *mut F,
    /// Added to, if this piece of the inner extent is the first, and with its bias, if it is the last.
    c: Target<'l, F>,
    /// Whether it is not the first, so that the sums go on from what C holds.
    go_on: bool,
}

/// Columns of B and C that a tile takes at once.
#[derive(Clone, Copy, Default)]
struct Strip {
    /// The first one.
    at: usize,
    /// How many there are.
    width: usize,
    /// The vectors that they fill.
    vectors: usize,
}

impl Strip {
    /// The strip that begins at a column of `n`.
    fn at<L: Isa>(at: usize, n: usize) -> Strip {
        let left = (n - at).div_ceil(L::LEN);
        // The last two strips share their vectors: a tile of a single vector would wait for its sums.
        let vectors = if left > L::VECTORS && left < 2 * L::VECTORS { left.div_ceil(2) } else { left.min(L::VECTORS) };
        Strip { at, width: (vectors * L::LEN).min(n - at), vectors }
    }
}

/// Goes through the `n` columns of B and C.
///
/// # Safety
///
/// As for [`product`], for a block.
unsafe fn columns<L: Isa, const TURNED: bool>(n: usize, block: &Block<'_, L::Elem>, b: View<L::Elem>) {
    let mut at = 0;
    while at < n {
        let (mut strips, mut count, from) = ([Strip::default(); GROUP_MOST], 0, at);
        while at < n && count < block.group {
            strips[count] = Strip::at::<L>(at, n);
            at += strips[count].width;
            count += 1;
        }
        let next = (n - at).min(block.group * L::VECTORS * L::LEN);
        // SAFETY: at ≤ n.
        unsafe {
            let c = block.c.from::<TURNED>(0, from);
            let group = Group { strips: &strips[..count], from, width: at - from, next, b };
            pack_strips::<L>(block, &group);
            rows::<L, TURNED>(block, &group, c);
        }
    }
}

/// Neighbouring strips of B.
struct Group<'g, F> {
    strips: &'g [Strip],
    /// The first column, and how many there are.
    from: usize,
    width: usize,
    /// How many columns the next group has.
    next: usize,
    /// All of B.
    b: View<F>,
}

/// Copies the strips of a group, unless the first tiles will do that in passing.
///
/// # Safety
///
/// As for [`columns`].
unsafe fn pack_strips<L: Isa>(block: &Block<'_, L::Elem>, group: &Group<'_, L::Elem>) {
    for strip in group.strips {
        let padded = strip.vectors * L::LEN;
        // SAFETY: strips lie within B, and there is room for their copies.
        unsafe {
            let (b, to) = (group.b.from(0, strip.at), block.b_copy.add((strip.at - group.from) * block.k));
            if b.col != 1 {
                let (rows, cols) = (strip.width, block.k);
                L::transpose::<true>(&Transpose { rows, cols, from: b.at, stride: b.col, to, to_stride: padded });
            } else if let Some(inner) = block.keep.inner {
                for (p, &index) in inner.iter().enumerate() {
                    to.add(p * padded).copy_from_nonoverlapping(b.from(index as usize, 0).at, strip.width);
                }
            }
        }
    }
}

/// Goes through the rows of A and C, for a group of strips; `c` is where its columns of C begin.
///
/// # Safety
///
/// As for [`columns`]. The strips are packed, unless that is left to the first tiles.
unsafe fn rows<L: Isa, const TURNED: bool>(
    block: &Block<'_, L::Elem>,
    group: &Group<'_, L::Elem>,
    c: Target<'_, L::Elem>,
) {
    let (k, b) = (block.k, group.b);
    let by_first = b.col == 1 && block.keep.inner.is_none();
    // A copy that nobody reads need not be kept, nor made if the rows are whole vectors.
    let once = block.rows <= L::ROWS;
    let turned_row = group.width.next_multiple_of(L::LEN);
    // Where something is asked for meanwhile, not too many at once.
    let run = if block.far { RUN } else { usize::MAX };
    let (mut i, mut turned) = (0, 0);
    while i < block.rows {
        let (equal, r) = equal_pieces(block.rows, L::ROWS, i);
        let in_place = by_first && i == 0;
        // A single strip stays where it is for some blocks below each other; of several, a block takes those beside each other.
        let single = group.strips.len() == 1;
        let below = if single && !in_place {
            equal.min(run).min(if TURNED { (TURNED_ROWS - (i - turned)) / r } else { equal })
        } else {
            1
        };
        let down = if single { r } else { 0 };
        // SAFETY: i + below · r ≤ rows; strips lie within B and C.
        unsafe {
            // Either the numbers of the rows move on from block to block, or the strips and the blocks do.
            let (rows, rows_next, row, next) = match block.keep.rows {
                Some(rows) => (rows.as_ptr().add(i), down, 0, 0),
                None => (NEIGHBOURS.as_ptr(), 0, i, down),
            };
            let (a, a_row, a_col, a_next) = match block.a_copy {
                Some(copy) => (copy.cast_const().add(i * k), 1, r, down * k),
                None => (block.a.from(row, 0).at, block.a.row, block.a.col, next * block.a.row),
            };
            let (to, to_row) = if TURNED {
                (block.turned.add((i - turned) * turned_row), turned_row)
            } else {
                (c.from::<false>(row, 0).c.0, c.row)
            };
            let mut tiles = i / L::ROWS * group.strips.len();
            for strips in group.strips.chunk_by(|s, t| s.width == t.width).flat_map(|equal| equal.chunks(run)) {
                let Strip { at, width, vectors: v } = strips[0];
                let padded = v * L::LEN;
                let copy = block.b_copy.add((at - group.from) * k);
                let (b, b_row, b_next) =
                    if in_place { (b.from(0, at).at, b.row, padded) } else { (copy.cast_const(), padded, padded * k) };
                let (b_next, c_next, right) = if single { (0, next * to_row, 0) } else { (b_next, padded, padded) };
                let t = Tile {
                    count: below * strips.len(),
                    k,
                    rows,
                    rows_next,
                    a,
                    a_row,
                    a_col,
                    a_next,
                    b,
                    b_row,
                    b_next,
                    copy,
                    copy_row: if once { 0 } else { padded },
                    copy_next: padded * k,
                    c: to.add(at - group.from),
                    c_row: to_row,
                    c_next,
                    last: width - (v - 1) * L::LEN,
                    go_on: block.go_on,
                    add: c.add,
                    bias: c.bias.map(|bias| bias[if TURNED { i } else { at - group.from }..].as_ptr()),
                    bias_next: if TURNED { down } else { right },
                    bias_of_rows: TURNED,
                    far: block.far,
                    ahead: ahead::<L>(block, group, i + below * r, tiles),
                };
                let copies = in_place && !(once && width == padded);
                let dense = b_row == padded && !copies;
                match (a_row, a_col) {
                    _ if copies => tile::<L, Apart<true>>(r, v, &t),
                    (1, col) if dense && col == r => tile::<L, Dense<true>>(r, v, &t),
                    (_, 1) if dense => tile::<L, Dense<false>>(r, v, &t),
                    _ => tile::<L, Apart<false>>(r, v, &t),
                }
                tiles += strips.len();
            }
            i += below * r;
            if TURNED && (i == block.rows || i - turned + L::ROWS > TURNED_ROWS) {
                let (rows, cols, from, stride) = (i - turned, group.width, block.turned.cast_const(), turned_row);
                let (to, to_stride) = (c.from::<true>(turned, 0).c.0, c.row);
                L::transpose::<false>(&Transpose { rows, cols, from, stride, to, to_stride });
                turned = i;
            }
        }
    }
}

/// What is asked for during the tiles after so many `tiles` of a group: the next group, or, during the last one, the rows of A from
/// the `i`-th on, where they are next.
fn ahead<L: Isa>(block: &Block<'_, L::Elem>, group: &Group<'_, L::Elem>, i: usize, tiles: usize) -> Ahead<L::Elem> {
    let line = size_of::<Line>() / size_of::<L::Elem>();
    let (k, a, b, lines) = (block.k, block.a, group.b, Ahead::<L::Elem>::lines(block.k));
    let (at, asked) = (group.from + group.width, tiles * lines);
    let nothing = Ahead { at: block.b_copy.cast_const(), step: 0 };
    if !block.far {
        return nothing;
    }
    // These may lead beyond the arrays: an address that is not there is ignored.
    if group.next > 0 && block.keep.inner.is_none() {
        if b.col == 1 && asked / k < group.next.div_ceil(line) {
            let (row, col) = (asked % k, at + asked / k * line);
            return Ahead { at: b.at.wrapping_add(row * b.row + col), step: b.row };
        }
        if b.col != 1 && asked * line < group.next * k {
            return Ahead { at: b.at.wrapping_add(at * b.col + asked * line), step: line };
        }
    } else if group.next == 0 && block.a_copy.is_none() && block.keep.rows.is_none() && a.col == 1 {
        let asked = asked % (group.strips.len() * lines);
        return Ahead { at: a.at.wrapping_add(i * a.row + asked * line), step: line };
    }
    nothing
}

/// The tile of `r` rows of `v` vectors.
///
/// # Safety
///
/// As for [`Isa::tile`].
#[inline(always)]
unsafe fn tile<L: Isa, K: Chain>(r: usize, v: usize, t: &Tile<L::Elem>) {
    // SAFETY: the caller's promises.
    unsafe {
        match v {
            1 => with_rows!(r, L::ROWS, R => L::tile::<R, 1, K>(t)),
            2 => with_rows!(r, L::ROWS, R => L::tile::<R, 2, K>(t)),
            3 if L::VECTORS > 2 => with_rows!(r, L::ROWS, R => L::tile::<R, 3, K>(t)),
            _ => unreachable!("a strip has at most {} vectors", L::VECTORS),
        }
    }
}
