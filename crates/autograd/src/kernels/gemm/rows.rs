//! Products whose left operand has rows of zeros in memory, which leave these rows out.
//!
//! Such an operand is the cotangent G of draws whose importance weight is 0. In G·W the rows left out are zeros of the result; in
//! Gᵀ·X they are inner indices that add nothing, and go with their rows of X.
//!
//! As where single zeros are left out ([`sparse`](super::sparse)), the order of a sum's other terms stays, and what is not
//! finite is not lost beside a zero: the rows of X that are left out are looked at, and W shows in any row of the result.

use super::isa::Isa;
use super::tiles::{self, Keep, Target};
use super::{Mat, Out, View};
use crate::kernels::scratch::{self, Scratch};
use num_traits::Zero;
use std::cell::Cell;
use std::slice;

/// The multiply-adds from which on a product is asked for rows of zeros.
const LEAST: usize = 1 << 20;
/// The rows from which on it is. A look at each waits for memory that another core may have, and batches of rows times draws, which have
/// such rows, are larger.
const LEAST_ROWS: usize = 256;
/// One row in so many has to be zeros, or moving the others does not pay.
const SHARE: usize = 16;

thread_local! {
    static SCRATCH: Scratch = const { Cell::new(Vec::new()) };
}

/// C = A·B, or C ← C + A·B, leaving out rows of zeros that A has in memory. If they are too few to pay, or something is not
/// finite, the answer is no, and what `c` holds means nothing; if it was to `add`, it is untouched. No extent is 0.
///
/// Products that nobody forms from cotangents are not asked: Aᵀ·Bᵀ, and C + A·B.
///
/// # Safety
///
/// The processor has the instruction set.
pub(super) unsafe fn product<L: Isa>(a: Mat<'_, L::Elem>, b: Mat<'_, L::Elem>, c: &mut [L::Elem], add: bool) -> bool {
    let [m, k, n] = [a.rows, a.cols, b.cols];
    let rows = if a.transposed { k } else { m };
    if m * k * n < LEAST || rows < LEAST_ROWS || a.transposed && b.transposed || add && !a.transposed {
        return false;
    }
    scratch::with(&SCRATCH, [rows], |[kept]: [*mut u32; 1]| {
        // SAFETY: there is room for so many numbers, all of which were written, as zeros at first. The caller's promise.
        unsafe {
            let kept = list::<L>(a, slice::from_raw_parts_mut(kept, rows));
            if (rows - kept.len()) * SHARE < rows {
                false
            } else if a.transposed {
                inner::<L>(kept, a, b, c, add)
            } else {
                outer::<L>(kept, a, b, c)
            }
        }
    })
}

/// The rows in memory that are not all zeros.
///
/// # Safety
///
/// The processor has the instruction set.
unsafe fn list<'k, L: Isa>(a: Mat<'_, L::Elem>, room: &'k mut [u32]) -> &'k [u32] {
    let mut count = 0;
    for i in 0..room.len() {
        // SAFETY: the caller's promise.
        if !unsafe { is_zero::<L>(a.line(i)) } {
            room[count] = i as u32;
            count += 1;
        }
    }
    &room[..count]
}

/// Gᵀ·X from the rows of G and X that are kept.
///
/// # Safety
///
/// The processor has the instruction set.
unsafe fn inner<L: Isa>(kept: &[u32], a: Mat<'_, L::Elem>, b: Mat<'_, L::Elem>, c: &mut [L::Elem], add: bool) -> bool {
    let mut left_out = (0..a.cols).filter(|&i| kept.binary_search(&(i as u32)).is_err());
    // SAFETY: the caller's promise.
    if !left_out.all(|i| unsafe { is_finite::<L>(b.line(i)) }) {
        return false;
    }
    if kept.is_empty() {
        if !add {
            c.fill(L::Elem::zero());
        }
        return true;
    }
    let (extents, keep) = ([a.rows, kept.len(), b.cols], Keep { inner: Some(kept), ..Keep::default() });
    let to = Target { c: Out(c.as_mut_ptr()), row: b.cols, add, bias: None };
    // SAFETY: the caller's promise; the views have what is kept.
    unsafe { tiles::product::<L, false>(extents, View::new(a), View::new(b), to, keep) };
    true
}

/// G·W, whose rows that are left out are zeros.
///
/// # Safety
///
/// The processor has the instruction set.
unsafe fn outer<L: Isa>(kept: &[u32], a: Mat<'_, L::Elem>, b: Mat<'_, L::Elem>, c: &mut [L::Elem]) -> bool {
    let n = b.cols;
    // SAFETY: the caller's promise, here and below; the views have what is kept.
    unsafe {
        let Some(&first) = kept.first() else {
            c.fill(L::Elem::zero());
            return is_finite::<L>(b.data);
        };
        let (extents, keep) = ([kept.len(), a.cols, n], Keep { rows: Some(kept), ..Keep::default() });
        let to = Target { c: Out(c.as_mut_ptr()), row: n, add: false, bias: None };
        tiles::product::<L, false>(extents, View::new(a), View::new(b), to, keep);
        if !is_finite::<L>(&c[first as usize * n..][..n]) {
            return false;
        }
    }
    let mut next = 0;
    for &row in kept.iter().chain([&(a.rows as u32)]) {
        c[next * n..row as usize * n].fill(L::Elem::zero());
        next = row as usize + 1;
    }
    true
}

/// # Safety
///
/// The processor has the instruction set.
unsafe fn is_zero<L: Isa>(line: &[L::Elem]) -> bool {
    // Most lines are not, as their first number tells.
    line[0].is_zero()
        && line.chunks(64).all(|chunk| {
            let mut word = 0;
            // SAFETY: the caller's promise; there are so many numbers, and a bit for each.
            unsafe { L::nonzeros(chunk.as_ptr(), chunk.len(), &mut word) };
            word == 0
        })
}

/// # Safety
///
/// The processor has the instruction set.
unsafe fn is_finite<L: Isa>(numbers: &[L::Elem]) -> bool {
    // SAFETY: the caller's promise; there are so many numbers.
    unsafe { L::finite(numbers.as_ptr(), numbers.len()) }
}

#[cfg(test)]
mod tests {
    use super::product;
    use crate::Real;
    use crate::kernels::gemm::isa::Isa;
    use crate::kernels::gemm::lanes::Portable;
    use crate::kernels::gemm::{Mat, Plus, dense_or_sparse, tests::random};
    use num_traits::Float;
    use proptest::prelude::*;

    /// Which product: G·W, x·Wᵀ, Gᵀ·X or C + Gᵀ·X.
    const KINDS: [(bool, bool, bool); 4] =
        [(false, false, false), (false, true, false), (true, false, false), (true, false, true)];

    /// A, B and C of a product, whose A has the rows in memory zeroed that `gone` names.
    struct Case<F> {
        extents: [usize; 3],
        kind: (bool, bool, bool),
        a: Vec<F>,
        b: Vec<F>,
        c: Vec<F>,
    }

    impl<F: Real> Case<F> {
        fn new(extents: [usize; 3], kind: (bool, bool, bool), seed: u64, gone: impl Fn(usize) -> bool) -> Self {
            let [m, k, n] = extents;
            let [mut a, b, c] = [m * k, k * n, m * n].map(|len| random::<F>(len, seed ^ len as u64));
            let width = if kind.0 { m } else { k };
            for (i, line) in a.chunks_mut(width).enumerate() {
                if gone(i) {
                    // Zeros of either sign.
                    line.iter_mut().for_each(|x| *x *= F::zero());
                }
            }
            Case { extents, kind, a, b, c }
        }

        fn mats(&self) -> [Mat<'_, F>; 2] {
            let [m, k, n] = self.extents;
            let a = if self.kind.0 { Mat::new(&self.a, k, m).t() } else { Mat::new(&self.a, m, k) };
            let b = if self.kind.1 { Mat::new(&self.b, n, k).t() } else { Mat::new(&self.b, k, n) };
            [a, b]
        }

        /// The result without rows of zeros, if there is one, and the one with them.
        unsafe fn results<L: Isa<Elem = F>>(&self) -> (Option<Vec<F>>, Vec<F>) {
            let ([a, b], mut c, mut all) = (self.mats(), self.c.clone(), self.c.clone());
            // SAFETY: the caller's promise that the processor has the instruction set.
            let done = unsafe {
                if self.kind.2 {
                    dense_or_sparse::<L>(a, b, &mut all, Plus::Itself);
                    product::<L>(a, b, &mut c, true)
                } else {
                    dense_or_sparse::<L>(a, b, &mut all, Plus::Nothing);
                    product::<L>(a, b, &mut c, false)
                }
            };
            assert!(done || !self.kind.2 || c == self.c, "C was touched");
            (done.then_some(c), all)
        }
    }

    /// Calls `$check::<L>` with every instruction set of this processor in single precision, and the portable one in double.
    macro_rules! every_set {
        ($check:ident($($arg:expr),*)) => {{
            $check::<Portable<f32, 4>>($($arg),*);
            $check::<Portable<f64, 2>>($($arg),*);
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                $check::<crate::kernels::gemm::lanes::Avx2F32>($($arg),*);
                if is_x86_feature_detected!("avx512f") {
                    $check::<crate::kernels::gemm::lanes::Avx512F32>($($arg),*);
                }
            }
        }};
    }

    /// The extents of a product whose A has so many rows in memory, of so many numbers.
    fn extents(kind: (bool, bool, bool), [rows, length]: [usize; 2], n: usize) -> [usize; 3] {
        if kind.0 { [length, rows, n] } else { [rows, length, n] }
    }

    /// The sums are the same chains of multiply-adds, but where fewer rows go another way: then they differ by rounding.
    fn agree<L: Isa>(a: [usize; 2], n: usize, seed: u64, every: usize) {
        for kind in KINDS {
            let extents = extents(kind, a, n);
            let case = Case::<L::Elem>::new(extents, kind, seed, |i| !(i + 1).is_multiple_of(every));
            // SAFETY: `every_set` asks the processor.
            let (some, all) = unsafe { case.results::<L>() };
            let some = some.expect("half of the rows are zeros at least");
            let k = L::Elem::of(extents[1] as f64 + 1.0);
            for (x, y) in some.iter().zip(&all) {
                assert!((*x - *y).abs() <= k * k.sqrt() * L::Elem::epsilon(), "{kind:?} {extents:?}: {x} {y}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn rows_of_zeros_change_nothing(rows in 256usize..300, length in 70usize..90, n in 70usize..90, every in 2usize..400, seed: u64) {
            every_set!(agree([rows, length], n, seed, every));
        }
    }

    /// Lists that are cut with the rows and with the inner extent.
    #[test]
    fn long_lists() {
        every_set!(agree([2600, 40], 50, 1, 2));
    }

    /// What is not finite beside a zero is seen, and the answer is no.
    fn refuses<L: Isa>(bad: L::Elem) {
        for kind in KINDS {
            for all_gone in [false, true] {
                let mut case =
                    Case::<L::Elem>::new(extents(kind, [260, 100], 90), kind, 3, |i| all_gone || i.is_multiple_of(2));
                assert!(unsafe { case.results::<L>() }.0.is_some());
                // In Gᵀ·X, of a row that is left out; in W anywhere.
                let at = if kind.0 { 2 * 90 + 5 } else { 1234 };
                case.b[at] = bad;
                assert!(unsafe { case.results::<L>() }.0.is_none(), "{kind:?} {all_gone}");
            }
        }
    }

    #[test]
    fn what_is_not_finite_beside_a_zero_counts() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            fn check<L: Isa>(bad: f64) {
                refuses::<L>(L::Elem::of(bad));
            }
            every_set!(check(bad));
        }
    }

    #[test]
    fn few_rows_of_zeros_and_small_products_are_left_alone() {
        let case = |extents, gone| Case::<f32>::new(extents, (false, false, false), 1, move |i| i < gone);
        for case in [case([300, 100, 90], 4), case([250, 100, 90], 100), case([300, 8, 8], 100)] {
            // SAFETY: it needs no particular processor.
            assert!(unsafe { case.results::<Portable<f32, 4>>() }.0.is_none());
        }
    }
}
