//! Matrix products, on one core or on the team's that was [lent](super::team::Team::lend).
//!
//! [`matmul`] looks at the shapes ([`plan`]) and goes one of three ways, of which two are the same with the operands
//! exchanged:
//!
//! - [`tiles`]: B goes through the cache strip by strip; blocks of C stay in registers ([`tile`]) while the inner index
//!   runs. What is not in an order that suits that is rearranged ([`pack`]) in memory that each thread keeps
//!   ([`scratch`](super::scratch)).
//! - [`dots`]: both operands are read along their rows and nothing is rearranged, for small C of long rows.
//!
//! If A turns out to have rows of zeros, [`rows`] leaves these out, and if an operand is mostly zeros, [`sparse`] does.
//!
//! All of it is written once, for vectors of any length ([`lanes`]), and compiled for each instruction set ([`isa`]); the
//! best one is chosen when the program runs. The result depends on nothing but the operands and that choice: an element
//! of C is summed in the same order whatever happened before, and wherever the operands lie.

#![allow(unsafe_code, reason = "instruction sets that are chosen at run time, and loops without bounds checks")]
#![allow(clippy::needless_range_loop, reason = "loops over registers, which are unrolled, read as the formulas do")]

mod dots;
mod isa;
mod lanes;
mod pack;
mod plan;
mod rows;
mod sparse;
#[cfg(test)]
mod tests;
mod tile;
mod tiles;

use super::map;
use super::share::{SHARED, share_slices};
use crate::Real;
use isa::Isa;
use lanes::Portable;
use plan::Way;
pub(crate) use plan::is_shared;
use std::ops::Range;
use tiles::{Keep, Target};

/// A matrix in a slice: `[rows, cols]` row by row, or its transpose.
#[derive(Clone, Copy)]
pub(crate) struct Mat<'a, F> {
    data: &'a [F],
    rows: usize,
    cols: usize,
    /// Distance of the rows that the slice holds.
    stride: usize,
    /// Whether the slice holds the transpose, `[cols, rows]` row by row.
    transposed: bool,
}

impl<'a, F> Mat<'a, F> {
    /// The matrix `[rows, cols]` that `data` holds row by row.
    #[inline]
    pub fn new(data: &'a [F], rows: usize, cols: usize) -> Self {
        assert_eq!(data.len(), rows * cols);
        Mat { data, rows, cols, stride: cols, transposed: false }
    }

    /// The same matrix of other numbers, or the same by another name.
    pub fn map<G>(self, f: impl FnOnce(&'a [F]) -> &'a [G]) -> Mat<'a, G> {
        let Mat { data, rows, cols, stride, transposed } = self;
        Mat { data: f(data), rows, cols, stride, transposed }
    }

    /// Some columns of a matrix that the slice holds row by row.
    pub fn columns(self, range: Range<usize>) -> Self {
        assert!(!self.transposed && range.start <= range.end && range.end <= self.cols);
        let data = match self.rows {
            0 => &[],
            rows => &self.data[range.start..(rows - 1) * self.stride + range.end],
        };
        Mat { data, cols: range.len(), ..self }
    }

    /// Row `i` in memory: of the matrix, or of its transpose if that is what the slice holds.
    fn line(&self, i: usize) -> &'a [F] {
        &self.data[i * self.stride..][..if self.transposed { self.rows } else { self.cols }]
    }

    /// The transpose of this view.
    #[inline]
    pub fn t(self) -> Self {
        Mat { rows: self.cols, cols: self.rows, transposed: !self.transposed, ..self }
    }
}

/// Where a matrix lies: its first element, and the distance of neighbours within a column and within a row, one of which
/// is 1.
struct View<F> {
    at: *const F,
    row: usize,
    col: usize,
}

impl<F> Clone for View<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for View<F> {}

impl<F> View<F> {
    fn new(m: Mat<'_, F>) -> Self {
        let (row, col) = if m.transposed { (1, m.stride) } else { (m.stride, 1) };
        View { at: m.data.as_ptr(), row, col }
    }

    fn t(self) -> Self {
        View { row: self.col, col: self.row, ..self }
    }

    /// What begins at a row and a column.
    ///
    /// # Safety
    ///
    /// The matrix has them.
    unsafe fn from(self, row: usize, col: usize) -> Self {
        // SAFETY: the caller's promise.
        View { at: unsafe { self.at.add(row * self.row + col * self.col) }, ..self }
    }
}

// SAFETY: what it leads to is only read.
unsafe impl<F: Sync> Sync for View<F> {}

/// Where a result goes, of which threads write parts that do not overlap.
#[derive(Clone, Copy)]
struct Out<F>(*mut F);

// SAFETY: see above.
unsafe impl<F: Send> Sync for Out<F> {}

impl<F> Out<F> {
    /// What begins at an element.
    ///
    /// # Safety
    ///
    /// The result has it.
    unsafe fn from(&self, at: usize) -> *mut F {
        // SAFETY: the caller's promise.
        unsafe { self.0.add(at) }
    }
}

/// What a product is added to.
#[derive(Clone, Copy)]
pub(crate) enum Plus<'b, F> {
    Nothing,
    /// What C holds.
    Itself,
    /// A number for each column, which is added to the sums as they are complete.
    Bias(&'b [F]),
}

impl<'b, F> Plus<'b, F> {
    fn adds(self) -> bool {
        matches!(self, Plus::Itself)
    }

    fn bias(self) -> Option<&'b [F]> {
        if let Plus::Bias(bias) = self { Some(bias) } else { None }
    }

    /// The same with other numbers, or the same by another name.
    pub fn map<G>(self, f: impl FnOnce(&'b [F]) -> &'b [G]) -> Plus<'b, G> {
        match self {
            Plus::Nothing => Plus::Nothing,
            Plus::Itself => Plus::Itself,
            Plus::Bias(bias) => Plus::Bias(f(bias)),
        }
    }
}

/// C = A·B; `c` is `[a.rows, b.cols]` row by row.
pub(crate) fn matmul<F: Real>(a: Mat<'_, F>, b: Mat<'_, F>, c: &mut [F]) {
    assert_eq!((a.cols, c.len()), (b.rows, a.rows * b.cols));
    if a.cols == 0 {
        c.fill(F::zero());
    } else if !c.is_empty() {
        F::gemm(a, b, c, Plus::Nothing);
    }
}

/// C ← C + A·B; `c` is `[a.rows, b.cols]` row by row.
pub(crate) fn matmul_add<F: Real>(a: Mat<'_, F>, b: Mat<'_, F>, c: &mut [F]) {
    assert_eq!((a.cols, c.len()), (b.rows, a.rows * b.cols));
    if a.cols > 0 && !c.is_empty() {
        F::gemm(a, b, c, Plus::Itself);
    }
}

/// C = A·B + bias, a number for each column, added to the sums as they are complete; `c` is `[a.rows, b.cols]` row by row.
pub(crate) fn matmul_bias<F: Real>(a: Mat<'_, F>, b: Mat<'_, F>, bias: &[F], c: &mut [F]) {
    assert_eq!((a.cols, c.len(), bias.len()), (b.rows, a.rows * b.cols, b.cols));
    if a.cols == 0 {
        c.fill(F::zero());
        add_bias(bias, c);
    } else if !c.is_empty() {
        F::gemm(a, b, c, Plus::Bias(bias));
    }
}

/// Adds the bias to each row. Threads share it.
fn add_bias<F: Real>(bias: &[F], c: &mut [F]) {
    let (n, size) = (bias.len(), c.len());
    share_slices(size.checked_div(n).unwrap_or(0), size >= SHARED, [(c, n)], |_, [c]| {
        c.chunks_exact_mut(n.max(1)).for_each(|row| map::add_assign(row, bias));
    });
}

/// C = A·B, plus what it is added to, by an instruction set, no extent being 0.
///
/// # Safety
///
/// The processor has the instruction set.
unsafe fn product<L: Isa>(a: Mat<'_, L::Elem>, b: Mat<'_, L::Elem>, c: &mut [L::Elem], plus: Plus<'_, L::Elem>) {
    // SAFETY: the caller's promise.
    let dense = unsafe { !rows::product::<L>(a, b, c, plus.adds()) && dense_or_sparse::<L>(a, b, c, plus) };
    if !dense {
        plus.bias().into_iter().for_each(|bias| add_bias(bias, c));
    }
}

/// [`product`] of operands without many rows of zeros. Returns whether it went a dense way; no other adds the bias.
///
/// # Safety
///
/// The processor has the instruction set.
unsafe fn dense_or_sparse<L: Isa>(
    a: Mat<'_, L::Elem>,
    b: Mat<'_, L::Elem>,
    c: &mut [L::Elem],
    plus: Plus<'_, L::Elem>,
) -> bool {
    if plus.adds() {
        // SAFETY: the caller's promise, here and below.
        unsafe { product_by::<L>(Way::Tiles, a, b, c, plus) };
        return true;
    }
    let extents = [a.rows, a.cols, b.cols];
    let (way, time) = plan::choose::<L>(extents, a.transposed, b.transposed);
    let most = plan::most_visits::<L>(extents, a.transposed, b.transposed, time);
    // SAFETY: as above.
    unsafe {
        let sparse = most.is_some_and(|most| sparse::product::<L>(a, b, c, most));
        if !sparse {
            product_by::<L>(way, a, b, c, plus);
        }
        !sparse
    }
}

/// [`product`] on a certain way, which must be open to it; only [`Way::Tiles`] can add to what C holds.
///
/// # Safety
///
/// The processor has the instruction set.
unsafe fn product_by<L: Isa>(
    way: Way,
    a: Mat<'_, L::Elem>,
    b: Mat<'_, L::Elem>,
    c: &mut [L::Elem],
    plus: Plus<'_, L::Elem>,
) {
    let (add, bias) = (plus.adds(), plus.bias());
    assert!(a.cols == b.rows && c.len() == a.rows * b.cols && a.cols > 0 && !c.is_empty());
    assert!(bias.is_none_or(|bias| bias.len() == b.cols));
    let extents @ [m, k, n] = [a.rows, a.cols, b.cols];
    assert!(way.is_open(k, a.transposed, b.transposed) && (!add || way == Way::Tiles));
    let (a, b, keep) = (View::new(a), View::new(b), Keep::default());
    let to = Target { c: Out(c.as_mut_ptr()), row: n, add, bias };
    // SAFETY: the caller's promise; `Mat::new` and the assertions make sure that the slices hold the whole matrices, and
    // `c` is borrowed mutably, so that it overlaps neither operand.
    unsafe {
        match way {
            Way::Dots => dots::product::<L>(extents, a, b, to),
            Way::Tiles => tiles::product::<L, false>(extents, a, b, to, keep),
            Way::Turned => tiles::product::<L, true>([n, k, m], b.t(), a.t(), to, keep),
        }
    }
}

/// The element type's matrix product.
pub trait Gemm: Sized {
    /// C = A·B, plus what it is added to, no extent being 0. It is generic in nothing, so that crates that use it need not compile it.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn gemm(a: Mat<'_, Self>, b: Mat<'_, Self>, c: &mut [Self], plus: Plus<'_, Self>);
}

macro_rules! gemm {
    ($F:ty, $portable:literal, $neon:ident, $avx2:ident, $avx512:ident) => {
        impl Gemm for $F {
            #[allow(private_interfaces)]
            #[allow(unreachable_code, reason = "every 64-bit ARM has NEON")]
            fn gemm(a: Mat<'_, $F>, b: Mat<'_, $F>, c: &mut [$F], plus: Plus<'_, $F>) {
                #[cfg(target_arch = "x86_64")]
                {
                    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
                    if avx2 && is_x86_feature_detected!("avx512f") {
                        // SAFETY: the instructions were detected.
                        return unsafe { product::<lanes::$avx512>(a, b, c, plus) };
                    }
                    if avx2 {
                        // SAFETY: the instructions were detected.
                        return unsafe { product::<lanes::$avx2>(a, b, c, plus) };
                    }
                }
                #[cfg(target_arch = "aarch64")]
                // SAFETY: every 64-bit ARM has the instructions.
                return unsafe { product::<lanes::$neon>(a, b, c, plus) };
                // SAFETY: these need no particular processor.
                unsafe { product::<Portable<$F, $portable>>(a, b, c, plus) }
            }
        }
    };
}

gemm!(f32, 4, NeonF32, Avx2F32, Avx512F32);
gemm!(f64, 2, NeonF64, Avx2F64, Avx512F64);
