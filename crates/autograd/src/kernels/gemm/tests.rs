use super::lanes::Portable;
use super::plan::{K_MOST, M_MOST, Way};
use super::{Mat, Plus, matmul, matmul_add, matmul_bias, product_by};
use crate::{Real, Team};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A product on a certain way by a certain instruction set.
type By<F> = unsafe fn(Way, Mat<'_, F>, Mat<'_, F>, &mut [F], Plus<'_, F>);

/// An element type and the instruction sets that this processor has, the portable one among them.
trait Sets: Real {
    fn sets() -> Vec<(&'static str, By<Self>)>;
}

macro_rules! sets {
    ($F:ty, $portable:literal, $neon:ident, $avx2:ident, $avx512:ident) => {
        impl Sets for $F {
            fn sets() -> Vec<(&'static str, By<$F>)> {
                let mut sets: Vec<(&'static str, By<$F>)> = vec![("portable", product_by::<Portable<$F, $portable>>)];
                #[cfg(target_arch = "aarch64")]
                sets.push(("NEON", product_by::<super::lanes::$neon>));
                #[cfg(target_arch = "x86_64")]
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    sets.push(("AVX2", product_by::<super::lanes::$avx2>));
                    if is_x86_feature_detected!("avx512f") {
                        sets.push(("AVX-512", product_by::<super::lanes::$avx512>));
                    }
                }
                sets
            }
        }
    };
}

sets!(f32, 4, NeonF32, Avx2F32, Avx512F32);
sets!(f64, 2, NeonF64, Avx2F64, Avx512F64);

/// Extents of a product, and which operands lie transposed.
#[derive(Clone, Copy, Debug)]
struct Case {
    extents: [usize; 3],
    transposed: [bool; 2],
}

impl Case {
    /// The product of `a` and `b`, which lie as the case says.
    fn operands<'a, F>(&self, a: &'a [F], b: &'a [F]) -> (Mat<'a, F>, Mat<'a, F>) {
        let [m, k, n] = self.extents;
        let mat = |data, rows, cols, transposed: bool| {
            if transposed { Mat::new(data, cols, rows).t() } else { Mat::new(data, rows, cols) }
        };
        (mat(a, m, k, self.transposed[0]), mat(b, k, n, self.transposed[1]))
    }

    /// The ways that are open to the product.
    fn ways(&self) -> impl Iterator<Item = Way> {
        let (k, [a, b]) = (self.extents[1], self.transposed);
        [Way::Tiles, Way::Turned, Way::Dots].into_iter().filter(move |way| way.is_open(k, a, b))
    }

    /// Where A has its element in row i and column l, and B in row l and column j.
    fn index(&self, i: usize, l: usize, j: usize) -> [usize; 2] {
        let [m, k, n] = self.extents;
        let [a, b] = self.transposed;
        [if a { l * m + i } else { i * k + l }, if b { j * k + l } else { l * n + j }]
    }
}

pub(super) fn random<F: Real>(len: usize, seed: u64) -> Vec<F> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    (0..len).map(|_| F::of(rng.random_range(-1.0..1.0))).collect()
}

/// What surrounds a result, and must be there afterwards.
const FENCE: f64 = 12345.0;

/// Compares all instruction sets and ways with the definition, with a bias if the seed is even. An error of a sum of k products and a
/// bias is at most (k + 1)·ε times the sum of their magnitudes.
fn compare<F: Sets>(case: Case, seed: u64) {
    let [m, k, n] = case.extents;
    // An odd number of elements before each matrix: aligned to nothing.
    let (a, b) = (random::<F>(m * k + 1, seed), random::<F>(k * n + 3, !seed));
    let (a, b) = (&a[1..], &b[3..]);
    for (set, by) in F::sets() {
        for way in case.ways() {
            let mut c = vec![F::of(FENCE); m * n + 6];
            let (x, y) = case.operands(a, b);
            let bias = random::<F>(n + 1, seed / 2);
            let bias = seed.is_multiple_of(2).then_some(&bias[1..]);
            // SAFETY: `sets` lists what the processor has.
            unsafe { by(way, x, y, &mut c[3..3 + m * n], bias.map_or(Plus::Nothing, Plus::Bias)) };
            assert!(c[..3].iter().chain(&c[3 + m * n..]).all(|&c| c == F::of(FENCE)), "{set} {way:?} {case:?}");
            for i in 0..m {
                for j in 0..n {
                    let terms = (0..k).map(|l| case.index(i, l, j)).map(|[p, q]| a[p].as_f64() * b[q].as_f64());
                    let terms = terms.chain(bias.map(|bias| bias[j].as_f64()));
                    let (sum, size) = terms.fold((0.0, 0.0), |(sum, size), t| (sum + t, size + t.abs()));
                    let error = (c[3 + i * n + j].as_f64() - sum).abs();
                    let bound = (k + 1) as f64 * F::epsilon().as_f64() * size;
                    assert!(error <= bound, "{} {set} {way:?} {case:?} at {i}, {j}: {error:e} > {bound:e}", F::NAME);
                }
            }
        }
    }
}

fn every_order(extents: [usize; 3]) -> impl Iterator<Item = Case> {
    [[false, false], [false, true], [true, false], [true, true]]
        .into_iter()
        .map(move |transposed| Case { extents, transposed })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 256 }))]

    #[test]
    fn products_agree_with_the_definition(m in 1usize..70, k in 1usize..70, n in 1usize..70, a: bool, b: bool, seed: u64) {
        let case = Case { extents: [m, k, n], transposed: [a, b] };
        compare::<f32>(case, seed);
        compare::<f64>(case, seed);
    }
}

/// Every number of rows in a block and of columns in a strip, and every rest of the inner extent.
#[test]
#[cfg_attr(miri, ignore = "long")]
fn every_edge() {
    for m in 1..=17 {
        for n in (1..=20).chain(47..=51) {
            for k in [1, 3, 4, 17, 33] {
                for case in every_order([m, k, n]) {
                    compare::<f32>(case, (m + n) as u64);
                    compare::<f64>(case, (m + n + 1) as u64);
                }
            }
        }
    }
}

/// Extents beyond all blocks: the inner one cut, packed columns, a second round of rows, several groups of strips.
#[test]
#[cfg_attr(miri, ignore = "long")]
fn products_beyond_the_blocks() {
    for extents in [
        [M_MOST + 9, 100, 101],
        [13, K_MOST + 7, 55],
        [70, 2 * K_MOST + 1, 21],
        [M_MOST + 1, K_MOST + 1, 49],
        [2, 300, 500],
        [41, 200, 700],
    ] {
        for case in every_order(extents) {
            compare::<f32>(case, 2);
            compare::<f64>(case, 3);
        }
    }
}

/// The bits do not depend on what the scratch memory held, on the thread, or on where the operands lie.
#[test]
fn repeated_products_have_the_same_bits() {
    for case in every_order([33, 120, 75]) {
        let [m, k, n] = case.extents;
        let (a, b) = (random::<f32>(m * k, 3), random::<f32>(k * n, 4));
        let product = |a: &[f32], b: &[f32]| {
            let mut c = vec![0.0; m * n];
            let (x, y) = case.operands(a, b);
            matmul(x, y, &mut c);
            c.into_iter().map(f32::to_bits).collect::<Vec<_>>()
        };
        let first = product(&a, &b);
        // Fills the scratch memory with something else, f64 at that.
        compare::<f64>(Case { extents: [40, 150, 80], ..case }, 5);
        assert_eq!(product(&a, &b), first);
        let thread = std::thread::scope(|s| s.spawn(|| product(&a, &b)).join().expect("no panic"));
        assert_eq!(thread, first);
        for shift in 1..5 {
            let moved = |x: &[f32]| [&vec![f32::NAN; shift], x].concat();
            assert_eq!(product(&moved(&a)[shift..], &moved(&b)[shift..]), first);
        }
    }
}

/// A product added twice to 0 is twice the product; one without terms adds nothing.
#[test]
fn products_are_added() {
    for case in every_order([33, 120, 75]).chain(every_order([9, K_MOST + 7, 20])) {
        let [m, k, n] = case.extents;
        let (a, b) = (random::<f32>(m * k, 3), random::<f32>(k * n, 4));
        let (x, y) = case.operands(&a, &b);
        let (mut once, mut sum) = (vec![0.0; m * n], vec![0.0; m * n]);
        matmul(x, y, &mut once);
        matmul_add(x, y, &mut sum);
        matmul_add(x, y, &mut sum);
        // A sum of 2k products of numbers below 1, against twice one of k.
        let bound = 4.0 * (k as f32).powi(2) * f32::EPSILON;
        assert!(once.iter().zip(&sum).all(|(once, sum)| (2.0 * once - sum).abs() <= bound), "{case:?}");
        matmul_add(Mat::new(&[], m, 0), Mat::new(&[], 0, n), &mut sum);
        assert!(once.iter().zip(&sum).all(|(once, sum)| (2.0 * once - sum).abs() <= bound), "{case:?}");
    }
}

/// A number that is not finite reaches the elements of its row or column, and no other, even by a product with 0.
#[test]
fn infinities_and_nans_propagate() {
    for extents in [[11, 21, 35], [9, 100, 7], [1, 40, 66]] {
        for case in every_order(extents) {
            let [m, k, n] = extents;
            for (set, by) in f32::sets() {
                for way in case.ways() {
                    let (mut a, mut b) = (vec![0.0f32; m * k], vec![1.0f32; k * n]);
                    let (i, l, j) = (m / 2, k - 1, n - 1);
                    b[case.index(0, l, j)[1]] = f32::INFINITY;
                    a[case.index(i, 0, 0)[0]] = f32::NAN;
                    a[case.index(m - 1, l, 0)[0]] = f32::INFINITY;
                    let mut c = vec![0.0; m * n];
                    let (x, y) = case.operands(&a, &b);
                    // SAFETY: `sets` lists what the processor has.
                    unsafe { by(way, x, y, &mut c, Plus::Nothing) };
                    for (at, c) in c.iter().enumerate() {
                        let (row, col) = (at / n, at % n);
                        let expected = match (row == i, row == m - 1, col == j) {
                            (true, _, _) | (_, false, true) => f32::NAN,
                            (_, true, _) => f32::INFINITY,
                            _ => 0.0,
                        };
                        let same = *c == expected || c.is_nan() && expected.is_nan();
                        assert!(same, "{set} {way:?} {case:?} at {row}, {col}: {c} is not {expected}");
                    }
                }
            }
        }
    }
}

/// Shapes of a small network go the ways that were measured to be fastest for them, with vectors of 16 numbers.
#[cfg(target_arch = "x86_64")]
#[test]
fn ways_of_usual_shapes() {
    use super::lanes::Avx512F32;
    let choose = |extents, a, b| super::plan::choose::<Avx512F32>(extents, a, b).0;
    assert_eq!(choose([128, 784, 400], false, true), Way::Turned);
    assert_eq!(choose([128, 400, 784], false, true), Way::Tiles);
    assert_eq!(choose([1000, 200, 784], false, true), Way::Tiles);
    assert_eq!(choose([128, 400, 20], false, true), Way::Dots);
    assert_eq!(choose([1, 784, 400], false, true), Way::Dots);
    assert_eq!(choose([128, 784, 400], false, false), Way::Tiles);
    assert_eq!(choose([400, 128, 784], true, false), Way::Tiles);
    assert_eq!(choose([400, 128, 20], true, false), Way::Turned);
}

/// Threads take the rows of a batch, but columns of a weight that outweighs it and has to be transposed; of few rows, whatever is even.
#[cfg(target_arch = "x86_64")]
#[test]
fn threads_take_what_they_had() {
    use super::lanes::Avx512F32;
    let by_columns = |extents, transposed, turned| super::plan::by_columns::<Avx512F32>(extents, transposed, turned, 2);
    assert!(by_columns([128, 400, 784], true, false));
    assert!(!by_columns([128, 784, 400], false, false));
    // As large as the rest, not larger.
    assert!(!by_columns([512, 1024, 1024], true, false));
    assert!(by_columns([400, 784, 128], true, true));
    assert!(by_columns([20, 200, 784], true, false));
}

/// Who computes what does not show: products on each way, with a bias and without, dense and with zeros. Most are large enough to be
/// shared; the last three are, as x·Wᵀ, dot products by rows of the batch, tiles by columns of W, and turned.
#[test]
fn threads_change_no_bit() {
    let teams = [2, 3, 5].map(|n| Team::new(n).expect("threads"));
    for extents in [
        [70, 80, 90],
        [20, 310, 130],
        [3, 1100, 300],
        [1020, 260, 3],
        [257, 100, 200],
        [170, 397, 19],
        [165, 300, 700],
        [128, 784, 400],
    ] {
        for case in every_order(extents) {
            let [m, k, n] = case.extents;
            let (mut a, mut b, bias) = (random::<f32>(m * k, 1), random::<f32>(k * n, 2), random::<f32>(n, 3));
            for zeros in [false, true] {
                if zeros {
                    a.iter_mut().chain(&mut b).enumerate().filter(|(i, _)| i / 16 % 8 != 0).for_each(|(_, x)| *x = 0.0);
                }
                let (a, b) = case.operands(&a, &b);
                let product = || {
                    let (mut c, mut d) = (vec![0.5; m * n], vec![0.5; m * n]);
                    matmul(a, b, &mut c);
                    matmul_add(a, b, &mut c);
                    matmul_bias(a, b, &bias, &mut d);
                    [c, d]
                };
                let alone = product();
                for team in &teams {
                    assert!(team.lend(product) == alone, "{case:?} on {} threads", team.count());
                }
            }
        }
    }
}

/// A sum is the bits of the product, added.
#[test]
fn adding_is_adding_the_product() {
    let extents @ [m, k, n] = [40, 70, 60];
    for case in every_order(extents) {
        let (a, b, before) = (random::<f32>(m * k, 3), random::<f32>(k * n, 4), random::<f32>(m * n, 5));
        let (a, b) = case.operands(&a, &b);
        let (mut product, mut sum) = (vec![0.0; m * n], before.clone());
        matmul(a, b, &mut product);
        matmul_add(a, b, &mut sum);
        assert!(sum.iter().zip(before.iter().zip(&product)).all(|(&sum, (&c, &p))| sum == c + p), "{case:?}");
    }
}

/// A bias has the bits of one that is added to the product afterwards, whichever way that goes: dense, by dot products, leaving out
/// zeros or rows of them, and where what is not finite beside a zero sends it another way.
#[test]
#[cfg_attr(miri, ignore = "long")]
fn a_bias_is_added_as_if_afterwards() {
    let mostly_zeros = |i: usize, x: f32| if i.is_multiple_of(9) { x } else { 0.0 };
    let rows_of_zeros = |i: usize, x: f32| if (i / 400).is_multiple_of(3) { 0.0 } else { x };
    for ([m, k, n], a_of) in [
        ([128, 400, 200], (|_, x| x) as fn(usize, f32) -> f32),
        ([128, 400, 20], |_, x| x),
        ([1, 400, 300], |_, x| x),
        ([128, 400, 200], mostly_zeros),
        ([128, 400, 200], rows_of_zeros),
        ([5, 0, 7], |_, x| x),
        ([0, 5, 7], |_, x| x),
        ([5, 7, 0], |_, x| x),
    ] {
        let a: Vec<f32> = random::<f32>(m * k, 8).into_iter().enumerate().map(|(i, x)| a_of(i, x)).collect();
        let bias = random::<f32>(n, 9);
        for bad in [None, Some(f32::NAN), Some(f32::INFINITY)] {
            let mut w = random::<f32>(n * k, 10);
            w.last_mut().zip(bad).into_iter().for_each(|(w, bad)| *w = bad);
            let (a, w) = (Mat::new(&a, m, k), Mat::new(&w, n, k));
            let (mut product, mut sum) = (vec![0.0; m * n], vec![0.0; m * n]);
            matmul(a, w.t(), &mut product);
            matmul_bias(a, w.t(), &bias, &mut sum);
            for (i, (sum, product)) in sum.iter().zip(product).enumerate() {
                let expected = product + bias[i % n];
                let same = sum.to_bits() == expected.to_bits() || sum.is_nan() && expected.is_nan();
                assert!(same, "{m}·{k}·{n}, {bad:?} at {i}: {sum} {expected}");
            }
        }
    }
}
