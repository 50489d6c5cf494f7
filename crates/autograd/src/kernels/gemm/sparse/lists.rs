//! Where an operand has something else than zeros.

use super::super::View;
use super::super::isa::Isa;
use super::super::lanes::Lanes;
use crate::kernels::scratch::{self, Scratch};
use crate::kernels::share::{SHARED, share};
use std::cell::Cell;
use std::slice;
use std::sync::atomic::{AtomicU64, Ordering};

thread_local! {
    static SCRATCH: Scratch = const { Cell::new(Vec::new()) };
    /// A bit for each inner index, or each row.
    static WORDS: Scratch = const { Cell::new(Vec::new()) };
}

/// For each strip of S the inner indices where it holds a number that is not 0, in ascending order; and each
/// inner index in one list at least.
pub(super) struct Lists {
    /// `k` places for each strip, of which the first so many are taken.
    places: *mut u32,
    taken: *mut u32,
    k: usize,
}

// SAFETY: while they are filled, each strip is one thread's; whoever has them from [`with`] only reads them.
unsafe impl Sync for Lists {}

impl Lists {
    /// The list of a strip of S, and its length.
    ///
    /// # Safety
    ///
    /// S has this strip.
    pub unsafe fn of(&self, strip: usize) -> (*const u32, usize) {
        // SAFETY: the caller's promise.
        unsafe { (self.places.add(strip * self.k), *self.taken.add(strip) as usize) }
    }

    /// Appends to the list of a strip.
    ///
    /// # Safety
    ///
    /// As for [`Self::of`], which has not had this index before, and is this thread's.
    #[inline(always)]
    unsafe fn push(&self, strip: usize, k: usize) {
        // SAFETY: the caller's promise: a strip has at most `self.k` different indices.
        unsafe {
            let taken = self.taken.add(strip);
            *self.places.add(strip * self.k + *taken as usize) = k as u32;
            *taken += 1;
        }
    }
}

/// Calls `f` with the lists of S `[m, k]`; not if they have more than `most` entries, or if a look at the first eighth says
/// that they will. The answer is that of `f`, or no. Threads share the work.
///
/// # Safety
///
/// The processor has the instruction set, and S these extents, which are not 0.
pub(super) unsafe fn with<L: Isa>(
    [m, k]: [usize; 2],
    s: View<L::Elem>,
    most: usize,
    f: impl FnOnce(&Lists) -> bool,
) -> bool {
    let strips = m.div_ceil(L::SPARSE_ROWS);
    let lengths = [(strips * k).div_ceil(2), strips.div_ceil(2), k.div_ceil(64)];
    scratch::with(&SCRATCH, lengths, |[places, taken, seen]: [*mut u64; 3]| {
        // SAFETY: there is room for as much, which nobody else has, and as many list entries. The caller's promise.
        unsafe {
            let (all, count) = if s.col == 1 {
                (strips, &(|strip| strip_entries::<L>([m, k], s, strip)) as &dyn Fn(usize) -> usize)
            } else {
                (k, &(|p| index_entries::<L>(m, s, p)) as &dyn Fn(usize) -> usize)
            };
            let part = all / 8 + 1;
            // A quarter more than its share may be chance.
            if (0..part).map(count).sum::<usize>() * all > most.saturating_mul(5 * part) / 4 {
                return false;
            }
            taken.write_bytes(0, lengths[1]);
            seen.write_bytes(0, lengths[2]);
            let lists = Lists { places: places.cast(), taken: taken.cast(), k };
            let seen = slice::from_raw_parts(seen.cast::<AtomicU64>(), lengths[2]);
            if s.col == 1 {
                rows::<L>(&lists, [m, k], s, seen);
            } else {
                columns::<L>(&lists, [m, k], s, seen);
            }
            let total = (0..strips).map(|strip| lists.of(strip).1).sum::<usize>();
            total <= most && f(&lists)
        }
    })
}

/// Calls `f` with the bits of the inner indices at which a strip of S, which lies row by row, has something.
///
/// # Safety
///
/// As for [`with`]; S has this strip.
unsafe fn with_strip<L: Isa, R>(
    [m, k]: [usize; 2],
    s: View<L::Elem>,
    strip: usize,
    f: impl FnOnce(&mut [u64]) -> R,
) -> R {
    scratch::with(&WORDS, [k.div_ceil(64)], |[words]: [*mut u64; 1]| {
        // SAFETY: there is room for so many, which nobody else has; i < m.
        unsafe {
            let words = slice::from_raw_parts_mut(words, k.div_ceil(64));
            words.fill(0);
            for i in strip * L::SPARSE_ROWS..m.min((strip + 1) * L::SPARSE_ROWS) {
                L::nonzeros(s.from(i, 0).at, k, words.as_mut_ptr());
            }
            f(words)
        }
    })
}

/// How many entries a strip's list has.
///
/// # Safety
///
/// As for [`with_strip`].
unsafe fn strip_entries<L: Isa>(extents: [usize; 2], s: View<L::Elem>, strip: usize) -> usize {
    // SAFETY: the caller's promises.
    unsafe { with_strip::<L, _>(extents, s, strip, |words| ones(words)) }
}

/// Fills the lists, S lying row by row: strip after strip.
///
/// # Safety
///
/// As for [`with`]; nobody else has the lists, which are empty. `seen` has a bit for each index.
unsafe fn rows<L: Isa>(lists: &Lists, [m, k]: [usize; 2], s: View<L::Elem>, seen: &[AtomicU64]) {
    let last = m.div_ceil(L::SPARSE_ROWS) - 1;
    // SAFETY: a strip is one thread's and meets each index once, and indices are below k.
    let list = |strip: usize, words: &[u64]| each(words, |p| unsafe { lists.push(strip, p) });
    share(last, m * k >= SHARED, |part| {
        for strip in part {
            // SAFETY: the caller's promises.
            unsafe {
                with_strip::<L, _>([m, k], s, strip, |words| {
                    for (&word, seen) in words.iter().zip(seen) {
                        if word & !seen.load(Ordering::Relaxed) != 0 {
                            seen.fetch_or(word, Ordering::Relaxed);
                        }
                    }
                    list(strip, words);
                });
            }
        }
    });
    // The last one has what no other has.
    // SAFETY: the caller's promises.
    unsafe {
        with_strip::<L, _>([m, k], s, last, |words| {
            for (w, (word, seen)) in words.iter_mut().zip(seen).enumerate() {
                *word |= !seen.load(Ordering::Relaxed) & first(k - w * 64);
            }
            list(last, words);
        });
    }
}

/// Calls `f` with the bits of the strips among the rows from `from` to `to` of S, which lies column by column, that have something at
/// an inner index: the first bit of a strip's.
///
/// # Safety
///
/// As for [`with`]; S has these rows, of which the first begins a word, and this index.
#[inline(always)]
unsafe fn strips_at<L: Isa>(s: View<L::Elem>, [from, to]: [usize; 2], p: usize, words: &mut [u64]) {
    words.fill(0);
    // SAFETY: the caller's promises.
    unsafe { L::nonzeros(s.from(from, p).at, to - from, words.as_mut_ptr()) };
    for word in words {
        let mut told = 1;
        while told < L::SPARSE_ROWS {
            *word |= *word >> told;
            told *= 2;
        }
        *word &= u64::MAX / ((1 << L::SPARSE_ROWS) - 1);
    }
}

/// In how many lists an inner index is.
///
/// # Safety
///
/// As for [`with`]; S lies column by column, and has this index.
unsafe fn index_entries<L: Isa>(m: usize, s: View<L::Elem>, p: usize) -> usize {
    scratch::with(&WORDS, [m.div_ceil(64)], |[words]: [*mut u64; 1]| {
        // SAFETY: there is room for so many, which nobody else has; the caller's promises.
        unsafe {
            let words = slice::from_raw_parts_mut(words, m.div_ceil(64));
            strips_at::<L>(s, [0, m], p, words);
            ones(words)
        }
    })
}

/// Fills the lists, S lying column by column: index after index.
///
/// # Safety
///
/// As for [`rows`].
unsafe fn columns<L: Isa>(lists: &Lists, [m, k]: [usize; 2], s: View<L::Elem>, seen: &[AtomicU64]) {
    share(m.div_ceil(64), m * k >= SHARED, |part| {
        let (from, to) = (part.start * 64, m.min(part.end * 64));
        scratch::with(&WORDS, [part.len()], |[words]: [*mut u64; 1]| {
            // SAFETY: there is room for so many, which nobody else has; p < k, the strips are this thread's, and meet p once.
            unsafe {
                let words = slice::from_raw_parts_mut(words, part.len());
                for p in 0..k {
                    strips_at::<L>(s, [from, to], p, words);
                    if words.iter().any(|&word| word != 0) {
                        seen[p / 64].fetch_or(1 << (p % 64), Ordering::Relaxed);
                    }
                    each(words, |i| lists.push((from + i) / L::SPARSE_ROWS, p));
                }
            }
        });
    });
    // The first one has what no other has: from the end on, so that none is overwritten before it has moved.
    let missing = |p: usize| seen[p / 64].load(Ordering::Relaxed) >> (p % 64) & 1 == 0;
    let count = (0..k).filter(|&p| missing(p)).count();
    if count > 0 {
        // SAFETY: nobody else has the lists now; the first has room for all indices, each of which it has once.
        unsafe {
            let (list, mut own) = (lists.places, *lists.taken as usize);
            let mut at = own + count;
            *lists.taken = at as u32;
            for p in (0..k).rev() {
                if own > 0 && *list.add(own - 1) as usize == p {
                    (own, at) = (own - 1, at - 1);
                    *list.add(at) = p as u32;
                } else if missing(p) {
                    at -= 1;
                    *list.add(at) = p as u32;
                }
            }
        }
    }
}

/// The bits that are set.
fn ones(words: &[u64]) -> usize {
    words.iter().map(|word| word.count_ones() as usize).sum()
}

/// The first `count` bits, or all 64.
fn first(count: usize) -> u64 {
    if count < 64 { (1 << count) - 1 } else { u64::MAX }
}

/// Calls `f` for each bit that is set, in ascending order.
#[inline(always)]
fn each(words: &[u64], mut f: impl FnMut(usize)) {
    for (w, &word) in words.iter().enumerate() {
        let mut left = word;
        while left != 0 {
            f(w * 64 + left.trailing_zeros() as usize);
            left &= left - 1;
        }
    }
}

/// Sets one bit for each of `count` elements that is not 0.
///
/// # Safety
///
/// The processor has the instruction set; there are `count` elements and as many bits.
#[inline(always)]
pub(in super::super) unsafe fn nonzeros<L: Lanes>(at: *const L::Elem, count: usize, words: *mut u64) {
    let whole = count / 64;
    // SAFETY: the caller's promises.
    unsafe {
        for w in 0..whole {
            let mut word = 0;
            for i in (0..64).step_by(L::LEN) {
                word |= u64::from(L::load(at.add(w * 64 + i)).nonzero()) << i;
            }
            *words.add(w) |= word;
        }
        for i in (whole * 64..count).step_by(L::LEN) {
            let lanes = L::load_first(at.add(i), (count - i).min(L::LEN));
            *words.add(whole) |= u64::from(lanes.nonzero()) << (i % 64);
        }
    }
}

/// Whether all of `count` elements are finite.
///
/// # Safety
///
/// The processor has the instruction set, and there are `count` elements.
#[inline(always)]
pub(in super::super) unsafe fn finite<L: Lanes>(at: *const L::Elem, count: usize) -> bool {
    // SAFETY: the caller's promises.
    unsafe {
        // 0·x is 0 or NaN; several sums, so that none waits for itself.
        let mut sums = [L::zero(); 4];
        let whole = count / (4 * L::LEN);
        for i in 0..whole {
            for j in 0..4 {
                sums[j] = L::zero().mul_add(L::load(at.add((4 * i + j) * L::LEN)), sums[j]);
            }
        }
        for i in (whole * 4 * L::LEN..count).step_by(L::LEN) {
            let lanes = L::load_first(at.add(i), (count - i).min(L::LEN));
            sums[0] = L::zero().mul_add(lanes, sums[0]);
        }
        sums.iter().all(|sum| sum.nonzero() == 0)
    }
}
