//! The register tile that visits some of the inner indices only.

use super::super::lanes::Lanes;

/// A block of C, the strip of the sparse S and the packed strip of D whose product it is, and where to look.
pub(in super::super) struct Visits<F> {
    /// The inner indices to visit, in ascending order.
    pub list: *const u32,
    pub len: usize,
    /// The strip of S, and the distance of its rows and of its columns.
    pub s: *const F,
    pub s_row: usize,
    pub s_col: usize,
    /// The strip of D: rows of `V` vectors, one after another.
    pub d: *const F,
    /// The block of C, and the distance of its rows.
    pub c: *mut F,
    pub c_row: usize,
    /// How many lanes of a row's last vector belong to C.
    pub last: usize,
}

/// Computes `R` rows of `V` vectors: each element is one chain of multiply-adds in the order of the list.
///
/// # Safety
///
/// The processor has the instruction set, and the strips, as far as they are visited, and the block lie within their
/// arrays.
#[inline(always)]
pub(in super::super) unsafe fn visit<L: Lanes, const R: usize, const V: usize>(t: &Visits<L::Elem>) {
    // SAFETY: the caller's promises; i < R rows, j < V vectors, the last of which holds `t.last` elements of C.
    unsafe {
        let mut sums = [[L::zero(); V]; R];
        for l in 0..t.len {
            let k = *t.list.add(l) as usize;
            let (s, d) = (t.s.add(k * t.s_col), t.d.add(k * V * L::LEN));
            // In this order a vector of D is used up at once: the registers have room for one.
            let mut numbers = [L::zero(); R];
            for i in 0..R {
                numbers[i] = L::splat(*s.add(i * t.s_row));
            }
            for j in 0..V {
                let d = L::load(d.add(j * L::LEN));
                for i in 0..R {
                    sums[i][j] = numbers[i].mul_add(d, sums[i][j]);
                }
            }
        }
        for i in 0..R {
            for j in 0..V {
                let c = t.c.add(i * t.c_row + j * L::LEN);
                if j + 1 == V { sums[i][j].store_first(c, t.last) } else { sums[i][j].store(c) }
            }
        }
    }
}
