//! Which way a product goes.

use super::lanes::Lanes;

/// The longest inner extent that is not cut. B's strips, of 192 bytes a row, then take up to 192 KiB, which leaves room for
/// A in a second-level cache; they do not fit the first, but are read one after another, which the processor foresees.
/// Shorter pieces were slower: C has to be read again for each.
pub(super) const K_MOST: usize = 1024;

/// The most rows of A that a strip of B meets before the next one comes. 512 rows of 1024 numbers just fit a second-level
/// cache; fewer rows would have B packed more often.
pub(super) const M_MOST: usize = 512;

/// From this inner extent on, an A that lies column by column is packed, where B has more than [`PACKED_STRIPS`] strips.
/// Shorter ones stay in the cache as they are.
const K_PACKED: usize = 96;
const PACKED_STRIPS: usize = 1;

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

/// Whether an A that lies column by column is packed.
pub(super) fn packs_columns<L: Lanes>(k: usize, n: usize) -> bool {
    k >= K_PACKED && n > PACKED_STRIPS * L::VECTORS * L::LEN
}

/// The way that should take the least time, in twentieths of a cycle of a core that starts two vectors of fused
/// multiply-adds a cycle.
pub(super) fn choose<L: Lanes>([m, k, n]: [usize; 3], a_transposed: bool, b_transposed: bool) -> Way {
    let vectors = |extent: usize| extent.div_ceil(L::LEN);
    // Transposing takes 0.3 cycles an element; a copy without transposing as much in the case of A's columns, and nothing
    // in that of B's rows, which happens while they are used.
    let moving = |elements: usize, moved: bool| if moved { 6 * elements } else { 0 };
    let tiles =
        10 * m * k * vectors(n) + moving(n * k, b_transposed) + moving(m * k, a_transposed && packs_columns::<L>(k, n));
    let turned = 10 * n * k * vectors(m)
        + moving(m * k, !a_transposed)
        + moving(n * k, !b_transposed && packs_columns::<L>(k, m))
        + moving(m * n, true);
    // Adding up the lanes of a sum takes 4 cycles.
    let dots = m * n * (10 * vectors(k) + 80);
    [(Way::Tiles, tiles), (Way::Turned, turned), (Way::Dots, dots)]
        .into_iter()
        .filter(|(way, _)| way.is_open(k, a_transposed, b_transposed))
        .min_by_key(|&(_, cost)| cost)
        .map_or(Way::Tiles, |(way, _)| way)
}

/// Cuts `total` into as few pieces of at most `most` as there can be, of nearly equal lengths: their starts and lengths.
#[inline(always)]
pub(super) fn pieces(total: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    // Small products would notice the division.
    let count = if total <= most { 1 } else { total.div_ceil(most) };
    let (length, longer) = if count == 1 { (total, 0) } else { (total / count, total % count) };
    (0..count).map(move |i| (i * length + i.min(longer), length + usize::from(i < longer)))
}

/// The length of the first, longest of the [`pieces`].
#[inline(always)]
pub(super) fn longest(total: usize, most: usize) -> usize {
    if total <= most { total } else { total.div_ceil(total.div_ceil(most)) }
}
