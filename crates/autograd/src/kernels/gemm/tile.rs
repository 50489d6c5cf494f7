//! The register tile: a block of C that stays in registers while the inner index runs.

use super::lanes::Lanes;
use num_traits::One;

/// Inner indices that the loop takes at a time.
const STEPS: usize = 4;

/// Blocks of C beside or below each other, and the strips of A and of B whose products they are.
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
    /// The first strip of B, the distance of its rows, and that of the next strip.
    pub b: *const F,
    pub b_row: usize,
    pub b_next: usize,
    /// Where the first strip of B is copied to, the distance of the copy's rows, and that of the next copy.
    pub copy: *mut F,
    pub copy_row: usize,
    pub copy_next: usize,
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
    /// What is added to the sums in the end, a number for each column of the first block, or for each row, and the distance of the
    /// next block's.
    pub bias: Option<*const F>,
    pub bias_next: usize,
    pub bias_of_rows: bool,
    /// Whether C is far away, and asked for before the sums begin, so that they need not wait for it at the end.
    pub far: bool,
    /// What is asked for meanwhile.
    pub ahead: Ahead<F>,
}

/// What will be needed later: its cache lines are asked for one by one, as often as the loop over the inner index goes round.
#[derive(Clone, Copy)]
pub(super) struct Ahead<F> {
    pub at: *const F,
    /// The distance to the next line.
    pub step: usize,
}

impl<F> Ahead<F> {
    /// How many lines are asked for on the way through `k` inner indices.
    pub fn lines(k: usize) -> usize {
        k / STEPS
    }
}

/// How the strips lie that a block is the product of.
pub(super) trait Chain {
    /// Adds the products of a strip of A, whose rows begin at `a`, and one of B.
    ///
    /// # Safety
    ///
    /// As for [`tile`].
    unsafe fn add<L: Lanes, const R: usize, const V: usize>(
        t: &Tile<L::Elem>,
        a: [*const L::Elem; R],
        b: *const L::Elem,
        copy: *mut L::Elem,
        ahead: &mut Ahead<L::Elem>,
        sums: &mut [[L; V]; R],
    );
}

/// B's is `[k, V · LEN]` without gaps; A's is row by row, or, if it is `PACKED`, `[k, R]` without gaps.
pub(super) struct Dense<const PACKED: bool>;

/// Both lie anywhere, B's in whole vectors; or, with `COPY`, its rows end with C's, and are copied as whole vectors on the way.
pub(super) struct Apart<const COPY: bool>;

/// Computes blocks of `R` rows of `V` vectors: each element is one chain of multiply-adds in the order of the inner index.
/// Short blocks would notice a call for each.
///
/// # Safety
///
/// The processor has the instruction set, the strips lie as the chain says, and they and the blocks within their arrays.
#[inline(always)]
pub(super) unsafe fn tile<L: Lanes, const R: usize, const V: usize, K: Chain>(t: &Tile<L::Elem>) {
    let (mut rows, mut a, mut b, mut copy, mut c, mut ahead) = (t.rows, t.a, t.b, t.copy, t.c, t.ahead);
    let mut bias = t.bias;
    for _ in 0..t.count {
        // SAFETY: the caller's promises; i < R rows.
        unsafe {
            let numbers = &*rows.cast::<[u32; R]>();
            let (mut a, mut c) = ([a; R], [c; R]);
            for i in 0..R {
                let row = numbers[i] as usize;
                (a[i], c[i]) = (a[i].add(row * t.a_row), c[i].add(row * t.c_row));
            }
            let mut sums = begin::<L, R, V>(t, &c);
            K::add(t, a, b, copy, &mut ahead, &mut sums);
            end(t, &c, bias, sums);
        }
        // After the last block these lead nowhere.
        rows = rows.wrapping_add(t.rows_next);
        a = a.wrapping_add(t.a_next);
        b = b.wrapping_add(t.b_next);
        copy = copy.wrapping_add(t.copy_next);
        c = c.wrapping_add(t.c_next);
        bias = bias.map(|bias| bias.wrapping_add(t.bias_next));
    }
}

/// What the sums of a block begin with.
///
/// # Safety
///
/// As for [`tile`].
#[inline(always)]
unsafe fn begin<L: Lanes, const R: usize, const V: usize>(t: &Tile<L::Elem>, c: &[*mut L::Elem; R]) -> [[L; V]; R] {
    // SAFETY: the caller's promises; i < R rows, j < V vectors, the last of which holds `t.last` elements; here and below.
    unsafe {
        let mut sums = [[L::zero(); V]; R];
        if t.go_on {
            each::<L, R, V>(t, c, |i, j, before| sums[i][j] = before);
        } else if t.far {
            for i in 0..R {
                for j in 0..V {
                    L::prefetch(c[i].add(j * L::LEN));
                }
            }
        }
        sums
    }
}

/// Writes the sums of a block.
///
/// # Safety
///
/// As for [`tile`].
#[inline(always)]
unsafe fn end<L: Lanes, const R: usize, const V: usize>(
    t: &Tile<L::Elem>,
    c: &[*mut L::Elem; R],
    bias: Option<*const L::Elem>,
    mut sums: [[L; V]; R],
) {
    // SAFETY: as above.
    unsafe {
        let one = L::splat(L::Elem::one());
        if t.add {
            each::<L, R, V>(t, c, |i, j, before| sums[i][j] = one.mul_add(before, sums[i][j]));
        }
        match bias {
            Some(bias) if t.bias_of_rows => {
                for i in 0..R {
                    let b = L::splat(*bias.add(i));
                    for j in 0..V {
                        sums[i][j] = one.mul_add(b, sums[i][j]);
                    }
                }
            }
            Some(bias) => {
                for j in 0..V {
                    let bias = bias.add(j * L::LEN);
                    let b = if j + 1 == V { L::load_first(bias, t.last) } else { L::load(bias) };
                    for i in 0..R {
                        sums[i][j] = one.mul_add(b, sums[i][j]);
                    }
                }
            }
            None => {}
        }
        for i in 0..R {
            for j in 0..V {
                let c = c[i].add(j * L::LEN);
                if j + 1 == V { sums[i][j].store_first(c, t.last) } else { sums[i][j].store(c) }
            }
        }
    }
}

impl<const PACKED: bool> Chain for Dense<PACKED> {
    #[inline(always)]
    unsafe fn add<L: Lanes, const R: usize, const V: usize>(
        t: &Tile<L::Elem>,
        a: [*const L::Elem; R],
        mut b: *const L::Elem,
        _copy: *mut L::Elem,
        ahead: &mut Ahead<L::Elem>,
        sums: &mut [[L; V]; R],
    ) {
        let a_col = if PACKED { R } else { 1 };
        let mut at = 0;
        // SAFETY: the caller's promises.
        unsafe {
            for _ in 0..t.k / STEPS {
                L::prefetch(ahead.at);
                ahead.at = ahead.at.wrapping_add(ahead.step);
                for l in 0..STEPS {
                    let column = column::<L, R, PACKED>(&a, at + l * a_col);
                    step(&column, &row(b.add(l * V * L::LEN)), sums);
                }
                at += STEPS * a_col;
                b = b.add(STEPS * V * L::LEN);
            }
            for _ in 0..t.k % STEPS {
                step(&column::<L, R, PACKED>(&a, at), &row(b), sums);
                at += a_col;
                b = b.add(V * L::LEN);
            }
        }
    }
}

impl<const COPY: bool> Chain for Apart<COPY> {
    #[inline(always)]
    unsafe fn add<L: Lanes, const R: usize, const V: usize>(
        t: &Tile<L::Elem>,
        a: [*const L::Elem; R],
        mut b: *const L::Elem,
        mut copy: *mut L::Elem,
        _ahead: &mut Ahead<L::Elem>,
        sums: &mut [[L; V]; R],
    ) {
        let mut at = 0;
        for _ in 0..t.k {
            // SAFETY: the caller's promises.
            unsafe {
                let row = if COPY {
                    let mut row = [L::zero(); V];
                    for j in 0..V {
                        let b = b.add(j * L::LEN);
                        row[j] = if j + 1 == V { L::load_first(b, t.last) } else { L::load(b) };
                        row[j].store(copy.add(j * L::LEN));
                    }
                    row
                } else {
                    row(b)
                };
                step(&column::<L, R, false>(&a, at), &row, sums);
            }
            // After the last row these lead nowhere, and nobody follows them.
            at += t.a_col;
            b = b.wrapping_add(t.b_row);
            copy = copy.wrapping_add(t.copy_row);
        }
    }
}

/// Where a column of A is, `at` elements after its first one.
///
/// # Safety
///
/// As for [`tile`].
#[inline(always)]
unsafe fn column<L: Lanes, const R: usize, const PACKED: bool>(
    a: &[*const L::Elem; R],
    at: usize,
) -> [*const L::Elem; R] {
    let mut column = *a;
    for i in 0..R {
        // SAFETY: the caller's promises.
        column[i] = unsafe { if PACKED { a[0].add(at + i) } else { a[i].add(at) } };
    }
    column
}

/// A row of B.
///
/// # Safety
///
/// As for [`tile`].
#[inline(always)]
unsafe fn row<L: Lanes, const V: usize>(b: *const L::Elem) -> [L; V] {
    // SAFETY: the caller's promises.
    unsafe {
        let mut row = [L::zero(); V];
        for j in 0..V {
            row[j] = L::load(b.add(j * L::LEN));
        }
        row
    }
}

/// Adds the products of a column of A and a row of B.
///
/// # Safety
///
/// As for [`tile`].
#[inline(always)]
unsafe fn step<L: Lanes, const R: usize, const V: usize>(
    column: &[*const L::Elem; R],
    row: &[L; V],
    sums: &mut [[L; V]; R],
) {
    for i in 0..R {
        // SAFETY: the caller's promises.
        unsafe {
            let a = L::splat(*column[i]);
            for j in 0..V {
                sums[i][j] = a.mul_add(row[j], sums[i][j]);
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
