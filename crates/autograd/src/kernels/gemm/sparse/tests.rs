use super::super::lanes::Portable;
use super::super::plan::{Way, choose, most_visits};
use super::super::{Mat, Plus, matmul, product_by};
use super::product;
use crate::kernels::gemm::isa::Isa;
use crate::{Real, Team};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Calls `$check::<L>($case)` for each instruction set of this processor and both element types.
macro_rules! every_set {
    ($check:ident($($case:expr),*)) => {{
        $check::<Portable<f32, 4>>($($case),*);
        $check::<Portable<f64, 2>>($($case),*);
        #[cfg(target_arch = "aarch64")]
        {
            $check::<crate::kernels::gemm::lanes::NeonF32>($($case),*);
            $check::<crate::kernels::gemm::lanes::NeonF64>($($case),*);
        }
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            $check::<crate::kernels::gemm::lanes::Avx2F32>($($case),*);
            $check::<crate::kernels::gemm::lanes::Avx2F64>($($case),*);
            if is_x86_feature_detected!("avx512f") {
                $check::<crate::kernels::gemm::lanes::Avx512F32>($($case),*);
                $check::<crate::kernels::gemm::lanes::Avx512F64>($($case),*);
            }
        }
    }};
}

/// How the operands lie: x·W, x·Wᵀ or Gᵀ·x; x is the sparse one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
    Nn,
    Nt,
    Tn,
}

const LIES: [Lie; 3] = [Lie::Nn, Lie::Nt, Lie::Tn];

/// Which product, and which numbers of the sparse operand are not 0.
#[derive(Clone, Copy, Debug)]
struct Case {
    lie: Lie,
    extents: [usize; 3],
    /// Runs of so many neighbours ...
    run: usize,
    /// ... of which so many in a hundred are not 0.
    percent: u32,
    seed: u64,
}

impl Case {
    /// A and B as they lie, of which the first or the second is sparse.
    fn numbers<F: Real>(&self) -> [Vec<F>; 2] {
        let [m, k, n] = self.extents;
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        let mut dense = |len| (0..len).map(|_| F::of(rng.random_range(-1.0..1.0))).collect::<Vec<_>>();
        let [mut a, mut b] = [dense(m * k), dense(k * n)];
        for run in (if self.lie == Lie::Tn { &mut b } else { &mut a }).chunks_mut(self.run) {
            if rng.random_range(0..100) >= self.percent {
                // Zeros of either sign.
                run.iter_mut().for_each(|x| *x *= F::zero());
            }
        }
        [a, b]
    }

    fn mats<'a, F>(&self, a: &'a [F], b: &'a [F]) -> [Mat<'a, F>; 2] {
        let [m, k, n] = self.extents;
        match self.lie {
            Lie::Nn => [Mat::new(a, m, k), Mat::new(b, k, n)],
            Lie::Nt => [Mat::new(a, m, k), Mat::new(b, n, k).t()],
            Lie::Tn => [Mat::new(a, k, m).t(), Mat::new(b, k, n)],
        }
    }
}

/// The same numbers as the dense product of the same instruction set, whose sums have the same terms in the same order but for
/// products with 0; only zeros may differ in sign. What surrounds the result is not touched.
fn agrees<L: Isa<Elem: Real>>(case: Case) {
    let [a, b] = case.numbers::<L::Elem>();
    let [a, b] = case.mats(&a, &b);
    let len = a.rows * b.cols;
    let fence = L::Elem::of(12345.0);
    let (mut dense, mut c) = (vec![fence; len], vec![fence; len + 6]);
    // SAFETY: `every_set` asks whether the processor has the instructions, here and below.
    unsafe {
        product_by::<L>(Way::Tiles, a, b, &mut dense, Plus::Nothing);
        assert!(product::<L>(a, b, &mut c[3..3 + len], usize::MAX), "{case:?}");
    }
    assert!(c[3..3 + len] == dense, "{case:?}");
    assert!(c[..3].iter().chain(&c[3 + len..]).all(|&c| c == fence), "{case:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 256 }))]

    #[test]
    fn products_agree_with_the_dense_ones(
        m in 1usize..70, k in 1usize..150, n in 1usize..140, lie in 0usize..3,
        run in 1usize..40, percent in prop::sample::select(vec![0, 3, 20, 50, 100]), seed: u64,
    ) {
        every_set!(agrees(Case { lie: LIES[lie], extents: [m, k, n], run, percent, seed }));
    }
}

/// Beyond the blocks of the dense way, and the shapes of images, of which a single pixel is lit in one.
#[test]
#[cfg_attr(miri, ignore = "long")]
fn larger_products_agree() {
    for lie in LIES {
        for (extents, run, percent) in [([21, 1100, 101], 9, 20), ([530, 70, 50], 5, 15), ([64, 784, 100], 784, 1)] {
            let case = Case { lie, extents, run, percent, seed: 1 };
            every_set!(agrees(case));
            for threads in [2, 3] {
                Team::new(threads).expect("threads").lend(|| every_set!(agrees(case)));
            }
        }
    }
}

/// What is not finite in the dense operand is noticed wherever it meets nothing but zeros; in the sparse operand it
/// either shows in the result or is noticed.
fn notices<L: Isa<Elem: Real>>(case: Case, at: usize, bad: f64) {
    let [mut a, mut b] = case.numbers::<L::Elem>();
    let (dense, sparse) = if case.lie == Lie::Tn { (&mut a, &mut b) } else { (&mut b, &mut a) };
    let (at_dense, at_sparse) = (at % dense.len(), at % sparse.len());
    let good = std::mem::replace(&mut dense[at_dense], L::Elem::of(bad));
    let mut c = vec![L::Elem::of(0.0); case.extents[0] * case.extents[2]];
    let [x, y] = case.mats(&a, &b);
    // SAFETY: as above.
    assert!(!unsafe { product::<L>(x, y, &mut c, usize::MAX) }, "{case:?} {at} {bad}");
    let (dense, sparse) = if case.lie == Lie::Tn { (&mut a, &mut b) } else { (&mut b, &mut a) };
    dense[at_dense] = good;
    sparse[at_sparse] = L::Elem::of(bad);
    let [x, y] = case.mats(&a, &b);
    let mut expected = c.clone();
    // SAFETY: as above.
    unsafe {
        product_by::<L>(Way::Tiles, x, y, &mut expected, Plus::Nothing);
        if product::<L>(x, y, &mut c, usize::MAX) {
            let same = |(c, e): (&L::Elem, &L::Elem)| c == e || c.as_f64().is_nan() && e.as_f64().is_nan();
            assert!(c.iter().zip(&expected).all(same), "{case:?} {at} {bad}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 128 }))]

    #[test]
    fn infinities_and_nans_are_noticed(
        m in 1usize..40, k in 1usize..90, n in 1usize..60, lie in 0usize..3, at: u32,
        percent in prop::sample::select(vec![0, 5, 100]),
        bad in prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
    ) {
        let case = Case { lie: LIES[lie], extents: [m, k, n], run: 7, percent, seed: 3 };
        every_set!(notices(case, at as usize, bad));
    }
}

/// An operand with more numbers than it may have is refused, and one with just so many is not.
fn refuses<L: Isa<Elem: Real>>(lie: Lie) {
    // Every strip of rows of x, or of its columns, has numbers at all 32 indices.
    let case = Case { lie, extents: [32, 32, 32], run: 1, percent: 100, seed: 4 };
    let [a, b] = case.numbers::<L::Elem>();
    let [a, b] = case.mats(&a, &b);
    let mut c = vec![L::Elem::of(0.0); 32 * 32];
    let all = 32 / L::SPARSE_ROWS * 32;
    for (most, goes) in [(0, false), (all - 1, false), (all, true)] {
        // SAFETY: as above.
        assert_eq!(unsafe { product::<L>(a, b, &mut c, most) }, goes, "{lie:?} {most}");
    }
}

#[test]
fn operands_with_more_numbers_than_allowed_are_refused() {
    for lie in LIES {
        every_set!(refuses(lie));
    }
}

/// Whether an operand is mostly zeros or not, and whether the other is finite, the product is that of all numbers.
#[test]
#[cfg_attr(miri, ignore = "long")]
fn the_choice_does_not_show() {
    for (lie, extents) in [(Lie::Nt, [64, 784, 400]), (Lie::Tn, [400, 64, 784])] {
        for (percent, bad) in [(0, 1.0), (19, 1.0), (60, 1.0), (100, 1.0), (0, f32::NAN), (19, f32::INFINITY)] {
            let case = Case { lie, extents, run: 28, percent, seed: 5 };
            let [mut a, mut b] = case.numbers::<f32>();
            *(if lie == Lie::Tn { &mut a[70] } else { &mut b[70] }) = bad;
            let [x, y] = case.mats(&a, &b);
            let (mut c, mut expected) = (vec![0.0; extents[0] * extents[2]], vec![0.0; extents[0] * extents[2]]);
            matmul(x, y, &mut c);
            // SAFETY: these need no particular processor.
            unsafe { product_by::<Portable<f32, 4>>(Way::Tiles, x, y, &mut expected, Plus::Nothing) };
            for (c, e) in c.iter().zip(&expected) {
                // Sums of up to 784 products of numbers below 1, whose errors are far below the bound for each.
                assert!((c - e).abs() < 1e-4 || c == e || c.is_nan() && e.is_nan(), "{case:?} {bad}: {c} is not {e}");
            }
        }
    }
}

/// The first layer of a network is asked for zeros, small products and those without a fitting operand are not.
#[cfg(target_arch = "x86_64")]
#[test]
fn who_is_asked() {
    use crate::kernels::gemm::lanes::Avx512F32;
    let asked = |extents, a, b| most_visits::<Avx512F32>(extents, a, b, choose::<Avx512F32>(extents, a, b).1).is_some();
    assert!(asked([64, 784, 400], false, true));
    assert!(asked([400, 64, 784], true, false));
    assert!(asked([128, 784, 1024], false, true));
    assert!(!asked([64, 64, 128], false, true));
    assert!(!asked([20, 784, 200], false, true));
    assert!(!asked([400, 64, 784], true, true));
}

/// What is not finite in the columns of one thread alone is noticed beside zeros: by the result, and, where that is larger, by the
/// dense operand; in either orientation.
#[test]
fn threads_notice_what_is_not_finite_in_their_columns() {
    for (m, k, n) in [(128_usize, 400, 200), (512, 150, 200)] {
        let s: Vec<f32> = (0..m * k).map(|i| if i.is_multiple_of(41) && i % k != 7 { 1.0 } else { 0.0 }).collect();
        let turned: Vec<f32> = (0..k * m).map(|i| s[i % m * k + i / m]).collect();
        for (j, threads) in [(0, 2), (n / 2, 3), (n - 1, 2), (n - 1, 3)] {
            let mut d = vec![1.0f32; k * n];
            d[7 * n + j] = f32::NAN;
            let (team, mut c) = (Team::new(threads).expect("a few threads"), vec![0.0; m * n]);
            team.lend(|| matmul(Mat::new(&s, m, k), Mat::new(&d, k, n), &mut c));
            assert!((0..m).all(|i| c[i * n + j].is_nan()), "{m}·{k}·{n}, column {j}, {threads} threads");
            // As Gᵀ·X lies: (S·D)ᵀ.
            team.lend(|| matmul(Mat::new(&d, k, n).t(), Mat::new(&turned, k, m), &mut c));
            assert!((0..m).all(|i| c[j * m + i].is_nan()), "{n}·{k}·{m}, row {j}, {threads} threads");
        }
    }
}
