//! The register tile: a block of C that stays in registers while the inner index runs.

use super::lanes::Lanes;

/// A block of C, and the strips of A and B whose product it is.
pub(super) struct Tile<F> {
    /// Inner extent.
    pub k: usize,
    /// The strip of A, and the distance of its rows and of its columns.
    pub a: *const F,
    pub a_row: usize,
    pub a_col: usize,
    /// The strip of B, and the distance of its rows.
    pub b: *const F,
    pub b_row: usize,
    /// Where the strip of B is copied to, and the distance of the copy's rows.
    pub copy: *mut F,
    pub copy_row: usize,
    /// The block of C, and the distance of its rows.
    pub c: *mut F,
    pub c_row: usize,
    /// How many lanes of a row's last vector belong to C.
    pub last: usize,
    /// Whether the product is added to what C holds.
    pub add: bool,
}

/// Computes `R` rows of `V` vectors: each element is one chain of multiply-adds in the order of the inner index.
///
/// B's rows are whole vectors; or, with `COPY`, they end with C's, and are copied as whole vectors on the way.
///
/// # Safety
///
/// The processor has the instruction set, and the strips and the block lie within their arrays.
#[inline(always)]
pub(super) unsafe fn tile<L: Lanes, const R: usize, const V: usize, const COPY: bool>(t: &Tile<L::Elem>) {
    // SAFETY: the caller's promises; i < R rows, j < V vectors, the last of which holds `t.last` elements.
    unsafe {
        let mut sums = [[L::zero(); V]; R];
        if t.add {
            for i in 0..R {
                for j in 0..V {
                    let c = t.c.add(i * t.c_row + j * L::LEN);
                    sums[i][j] = if j + 1 == V { L::load_first(c, t.last) } else { L::load(c) };
                }
            }
        }
        let mut a = [t.a; R];
        for i in 0..R {
            a[i] = t.a.add(i * t.a_row);
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
        for i in 0..R {
            for j in 0..V {
                let c = t.c.add(i * t.c_row + j * L::LEN);
                if j + 1 == V { sums[i][j].store_first(c, t.last) } else { sums[i][j].store(c) }
            }
        }
    }
}
