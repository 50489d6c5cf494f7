//! The register tile: a block of C that stays in registers while the inner index runs.

use super::lanes::Lanes;
use num_traits::One;

/// Blocks of C below each other, and the strips of A and the strip of B whose products they are.
pub(super) struct Tile<F> {
    /// How many blocks.
    pub count: usize,
    /// Inner extent.
    pub k: usize,
    /// The numbers of the first block's rows, from `a` and from `c` on, and the distance of the next block's.
    pub rows: *const u32,
    pub rows_next: usize,
    /// The first strip of A, the distance of its rows and of its columns, and that of the next strip.
    pub a: *const F,
    pub a_row: usize,
    pub a_col: usize,
    pub a_next: usize,
    /// The strip of B, and the distance of its rows.
    pub b: *const F,
    pub b_row: usize,
    /// Where the strip of B is copied to, and the distance of the copy's rows.
    pub copy: *mut F,
    pub copy_row: usize,
    /// The first block of C, the distance of its rows, and that of the next block.
    pub c: *mut F,
    pub c_row: usize,
    pub c_next: usize,
    /// How many lanes of a row's last vector belong to C.
    pub last: usize,
    /// Whether the sums go on from what C holds.
    pub go_on: bool,
    /// Whether what C holds is added to the sums at the end, as if the product were added afterwards.
    pub add: bool,
}

/// Computes blocks of `R` rows of `V` vectors: each element is one chain of multiply-adds in the order of the inner index.
/// Short blocks would notice a call for each.
///
/// B's rows are whole vectors; or, with `COPY`, they end with C's, and are copied as whole vectors on the way.
///
/// # Safety
///
/// The processor has the instruction set, and the strips and the block lie within their arrays.
#[inline(always)]
pub(super) unsafe fn tile<L: Lanes, const R: usize, const V: usize, const COPY: bool>(t: &Tile<L::Elem>) {
    let (mut rows, mut a, mut c) = (t.rows, t.a, t.c);
    for _ in 0..t.count {
        // SAFETY: the caller's promises.
        unsafe { block::<L, R, V, COPY>(t, rows.cast(), a, c) };
        // After the last block these lead nowhere.
        rows = rows.wrapping_add(t.rows_next);
        a = a.wrapping_add(t.a_next);
        c = c.wrapping_add(t.c_next);
    }
}

/// Computes one block.
///
/// # Safety
///
/// As for [`tile`].
#[inline(always)]
unsafe fn block<L: Lanes, const R: usize, const V: usize, const COPY: bool>(
    t: &Tile<L::Elem>,
    rows: *const [u32; R],
    strip: *const L::Elem,
    block: *mut L::Elem,
) {
    // SAFETY: the caller's promises; i < R rows, j < V vectors, the last of which holds `t.last` elements.
    unsafe {
        let (mut a, mut c) = ([strip; R], [block; R]);
        for i in 0..R {
            let row = (*rows)[i] as usize;
            (a[i], c[i]) = (strip.add(row * t.a_row), block.add(row * t.c_row));
        }
        let mut sums = [[L::zero(); V]; R];
        if t.go_on {
            each::<L, R, V>(t, &c, |i, j, before| sums[i][j] = before);
        }
        let (mut at, mut b, mut copy) = (0, t.b, t.copy);
        for _ in 0..t.k {
            let mut row = [L::zero(); V];
            for j in 0..V {
                let b = b.add(j * L::LEN);
                row[j] = if COPY && j + 1 == V { L::load_first(b, t.last) } else { L::load(b) };
                if COPY {
                    row[j].store(copy.add(j * L::LEN));
                }
            }
            for i in 0..R {
                let a = L::splat(*a[i].add(at));
                for j in 0..V {
                    sums[i][j] = a.mul_add(row[j], sums[i][j]);
                }
            }
            // After the last row these lead nowhere, and nobody follows them.
            at += t.a_col;
            b = b.wrapping_add(t.b_row);
            copy = copy.wrapping_add(t.copy_row);
        }
        if t.add {
            each::<L, R, V>(t, &c, |i, j, before| sums[i][j] = L::splat(L::Elem::one()).mul_add(before, sums[i][j]));
        }
        for i in 0..R {
            for j in 0..V {
                let c = c[i].add(j * L::LEN);
                if j + 1 == V { sums[i][j].store_first(c, t.last) } else { sums[i][j].store(c) }
            }
        }
    }
}

/// What a block of C holds.
///
/// # Safety
///
/// As for [`tile`].
#[inline(always)]
unsafe fn each<L: Lanes, const R: usize, const V: usize>(
    t: &Tile<L::Elem>,
    c: &[*mut L::Elem; R],
    mut f: impl FnMut(usize, usize, L),
) {
    for i in 0..R {
        for j in 0..V {
            // SAFETY: the caller's promises.
            unsafe {
                let c = c[i].add(j * L::LEN);
                f(i, j, if j + 1 == V { L::load_first(c, t.last) } else { L::load(c) });
            }
        }
    }
}
