//! Which way a product goes.

use super::lanes::Lanes;

/// The longest inner extent that is not cut. B's strips, of 192 bytes a row, then take up to 192 KiB, which leaves room for
/// A in a second-level cache; they do not fit the first, but are read one after another, which the processor foresees.
/// Shorter pieces were slower: C has to be read again for each.
pub(super) const K_MOST: usize = 1024;

/// From this inner extent on, and where the operands and the result have more bytes than this, some of it is far away: it is asked for
/// before it is needed, and strips of B are taken together. Shorter sums would notice it, and a short strip stays in the
/// first-level cache until the next rows of A come.
const FAR: usize = 96;
const NEAR: usize = 256 << 10;

/// Whether a product `[m, k, n]` is far-reaching.
pub(super) fn is_far<L: Lanes>([m, k, n]: [usize; 3]) -> bool {
    k >= FAR && (m * k + k * n + m * n) * size_of::<L::Elem>() > NEAR
}

/// Bytes of B's strips that the rows of A run past together, unless a single strip has more: a part of the second-level cache. C is
/// written along its rows so, and comes in order where it is large. 200 KB measured best among 50, 100, 200 and 500.
const GROUP: usize = 192 << 10;

/// The most strips of a group.
pub(super) const GROUP_MOST: usize = 16;

/// How many strips of an inner extent are a group, if the product is far-reaching.
pub(super) fn group<L: Lanes>(k: usize, far: bool) -> usize {
    if far { (GROUP / (k * L::VECTORS * L::LEN * size_of::<L::Elem>())).clamp(1, GROUP_MOST) } else { 1 }
}

/// The most rows of A that a strip of B meets before the next one comes. 512 rows of 1024 numbers just fit a second-level
/// cache; fewer rows would have B packed more often.
pub(super) const M_MOST: usize = 512;

/// From this inner extent on, an A that lies column by column is packed, where B has more than [`PACKED_STRIPS`] strips.
/// Shorter ones stay in the cache as they are.
const K_PACKED: usize = 96;
const PACKED_STRIPS: usize = 1;

/// The multiply-adds from which on threads share a product: they take a few times as long as it does to tell them.
const SHARED: usize = 3 << 18;

/// Whether threads share a product `[m, k, n]`.
pub(crate) fn is_shared([m, k, n]: [usize; 3]) -> bool {
    m * k * n >= SHARED
}

/// The rows of a result from which on a thread takes its rows: it had those of the operation before, and has them in its cache.
const OWN_ROWS: usize = 32;

/// Whether threads take the rows of a batch that they had before.
pub(super) fn takes_own_rows(batch: usize, threads: usize) -> bool {
    batch >= OWN_ROWS * threads
}

/// Whether threads take columns of what [`super::tiles`] computes, and not rows, which no bit depends on. The result of a batch has its rows,
/// which are columns if it is `turned`; but where B is larger than the rest, and `transposed` on the way, a thread rather does that to
/// columns of its own. Where rows are few, threads take what the one with the most tiles is done with first; rearranging a strip of B
/// takes about as long as a tile of it, and happens once for all rows that a thread has.
pub(super) fn by_columns<L: Lanes>([m, k, n]: [usize; 3], transposed: bool, turned: bool, threads: usize) -> bool {
    let batch = if turned { n } else { m };
    if takes_own_rows(batch, threads) {
        return turned || transposed && k * n > m * (k + n);
    }
    let (rows, columns) = (m.div_ceil(L::ROWS), n.div_ceil(L::LEN));
    columns.div_ceil(threads) * (rows + 1) <= (rows.div_ceil(threads) + 1) * columns
}

/// Ways to compute C = A·B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// [`super::tiles`].
    Tiles,
    /// [`super::tiles`] of Cᵀ = Bᵀ·Aᵀ, transposed into C at the end.
    Turned,
    /// [`super::dots`].
    Dots,
}

impl Way {
    /// Whether a product with the inner extent `k` can go this way.
    pub fn is_open(self, k: usize, a_transposed: bool, b_transposed: bool) -> bool {
        match self {
            Way::Tiles => true,
            Way::Turned => k <= K_MOST,
            Way::Dots => b_transposed && !a_transposed,
        }
    }
}

/// A product that takes less time than this, in the unit of [`choose`], is not asked for zeros: a first look takes up to a
/// hundredth of it.
const SPARSE_LEAST: usize = 2_000_000;
/// Lists of zeros have at most so many entries, which are 4 MiB.
const VISITS_MOST: usize = 1 << 20;

/// Whether an A that lies column by column is packed.
pub(super) fn packs_columns<L: Lanes>(k: usize, n: usize) -> bool {
    k >= K_PACKED && n > PACKED_STRIPS * L::VECTORS * L::LEN
}

/// The way that should take the least time, in twentieths of a cycle of a core that starts two vectors of fused
/// multiply-adds a cycle; and that time.
pub(super) fn choose<L: Lanes>([m, k, n]: [usize; 3], a_transposed: bool, b_transposed: bool) -> (Way, usize) {
    let vectors = |extent: usize| extent.div_ceil(L::LEN);
    // Transposing takes 0.3 cycles an element, or a cycle where C is so large that it has to be brought first. A copy without
    // transposing takes 0.3 cycles, too, in the case of A's columns, and nothing in that of B's rows, which happens while they are used.
    let turning = if m * n * size_of::<L::Elem>() > NEAR { 20 } else { 6 };
    let moving = |elements: usize, moved: bool| if moved { 6 * elements } else { 0 };
    let tiles =
        10 * m * k * vectors(n) + moving(n * k, b_transposed) + moving(m * k, a_transposed && packs_columns::<L>(k, n));
    let turned = 10 * n * k * vectors(m)
        + moving(m * k, !a_transposed)
        + moving(n * k, !b_transposed && packs_columns::<L>(k, m))
        + turning * m * n;
    // Adding up the lanes of a sum takes 4 cycles.
    let dots = m * n * (10 * vectors(k) + 80);
    [(Way::Tiles, tiles), (Way::Turned, turned), (Way::Dots, dots)]
        .into_iter()
        .filter(|(way, _)| way.is_open(k, a_transposed, b_transposed))
        .min_by_key(|&(_, cost)| cost)
        .unwrap_or((Way::Tiles, tiles))
}

/// How many visits by [`sparse::product`] take four fifths of the time of the dense way, if it is worth a look whether
/// the operand with zeros needs no more. It is the one that lies row by row, A before B.
///
/// Where images of pen strokes are the rows of the operand, a strip of four rows has anything else than zeros at 30–45 % of the
/// inner indices, and a strip of four neighbouring columns, that is pixels, at 20–30 %. There is no look where these
/// would not do.
pub(super) fn most_visits<L: Lanes>(
    [m, k, n]: [usize; 3],
    a_transposed: bool,
    b_transposed: bool,
    dense: usize,
) -> Option<usize> {
    if dense < SPARSE_LEAST || a_transposed && b_transposed {
        return None;
    }
    let (m, n, turned) = if a_transposed { (n, m, true) } else { (m, n, false) };
    let all = m.div_ceil(L::SPARSE_ROWS) * k;
    // Turning C also waits for it to come from beyond the second-level cache.
    let fixed = 4 * m * k + if b_transposed { 6 * n * k } else { n * k } + if turned { 14 * m * n } else { 0 };
    // Two cycles to begin with; six to put it on a list.
    let visit = 10 * L::SPARSE_ROWS * n.div_ceil(L::LEN) + 160;
    let most = (dense / 5 * 4).checked_sub(fixed)? / visit;
    let usual = if turned { all / 4 } else { all / 5 * 2 };
    (all <= VISITS_MOST && most >= usual).then_some(most)
}

/// Cuts `total` into as few pieces of at most `most` as there can be, of nearly equal lengths: their starts and lengths.
#[inline(always)]
pub(super) fn pieces(total: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    // Small products would notice the division.
    let count = if total <= most { 1 } else { total.div_ceil(most) };
    let (length, longer) = if count == 1 { (total, 0) } else { (total / count, total % count) };
    (0..count).map(move |i| (i * length + i.min(longer), length + usize::from(i < longer)))
}

/// How many of the [`pieces`] from the one that starts at `at` on have its length, and that length.
#[inline(always)]
pub(super) fn equal_pieces(total: usize, most: usize, at: usize) -> (usize, usize) {
    let count = total.div_ceil(most);
    let (length, longer) = (total / count, total % count);
    let long = longer * (length + 1);
    if at < long { ((long - at) / (length + 1), length + 1) } else { ((total - at) / length, length) }
}

/// The length of the first, longest of the [`pieces`].
#[inline(always)]
pub(super) fn longest(total: usize, most: usize) -> usize {
    if total <= most { total } else { total.div_ceil(total.div_ceil(most)) }
}
