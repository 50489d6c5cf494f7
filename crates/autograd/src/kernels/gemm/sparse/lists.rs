//! Where an operand has something else than zeros.

use super::super::View;
use super::super::isa::Isa;
use super::super::lanes::Lanes;
use crate::kernels::scratch::{self, Scratch};
use std::cell::Cell;
use std::slice;

thread_local! {
    static SCRATCH: Scratch = const { Cell::new(Vec::new()) };
}

/// For each strip of S the inner indices where it holds a number that is not 0, in ascending order; and each
/// inner index in one list at least.
pub(super) struct Lists {
    /// `k` places for each strip, of which the first so many are taken.
    places: *mut u32,
    taken: *mut u32,
    k: usize,
    /// How many are taken in all.
    total: usize,
}

// SAFETY: whoever has them from [`with`] only reads them.
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
    /// As for [`Self::of`], which has not had this index before.
    #[inline(always)]
    unsafe fn push(&mut self, strip: usize, k: usize) {
        // SAFETY: the caller's promise: a strip has at most `self.k` different indices.
        unsafe {
            let taken = self.taken.add(strip);
            *self.places.add(strip * self.k + *taken as usize) = k as u32;
            *taken += 1;
        }
        self.total += 1;
    }
}

/// Calls `f` with the lists of S `[m, k]`; not if they would have more than `most` entries, or, as soon as it is noticed,
/// if what was seen so far has more than its share. The answer is that of `f`, or no.
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
    let bits = m.max(k).div_ceil(64);
    let lengths = [(strips * k).div_ceil(2), strips.div_ceil(2), bits, bits];
    scratch::with(&SCRATCH, lengths, |[places, taken, words, seen]: [*mut u64; 4]| {
        // SAFETY: there is room for as much, which nobody else has, and as many list entries. The caller's promise.
        unsafe {
            taken.write_bytes(0, lengths[1]);
            let mut lists = Lists { places: places.cast(), taken: taken.cast(), k, total: 0 };
            let [words, seen] = [words, seen].map(|set| slice::from_raw_parts_mut(set, bits));
            let few = if s.col == 1 {
                rows::<L>(&mut lists, [m, k], s, most, words, seen)
            } else {
                columns::<L>(&mut lists, [m, k], s, most, words)
            };
            few && f(&lists)
        }
    })
}

/// Fills the lists, S lying row by row: strip after strip.
///
/// # Safety
///
/// As for [`with`].
unsafe fn rows<L: Isa>(
    lists: &mut Lists,
    [m, k]: [usize; 2],
    s: View<L::Elem>,
    most: usize,
    words: &mut [u64],
    seen: &mut [u64],
) -> bool {
    let strips = m.div_ceil(L::SPARSE_ROWS);
    let (words, seen) = (&mut words[..k.div_ceil(64)], &mut seen[..k.div_ceil(64)]);
    seen.fill(0);
    for strip in 0..strips {
        words.fill(0);
        for i in strip * L::SPARSE_ROWS..m.min((strip + 1) * L::SPARSE_ROWS) {
            // SAFETY: i < m.
            unsafe { L::nonzeros(s.from(i, 0).at, k, words.as_mut_ptr()) };
        }
        words.iter().zip(&mut *seen).for_each(|(word, seen)| *seen |= word);
        if strip + 1 == strips {
            // What no strip has.
            for (w, (word, seen)) in words.iter_mut().zip(&*seen).enumerate() {
                *word |= !seen & first(k - w * 64);
            }
        }
        let more = words.iter().map(|word| word.count_ones() as usize).sum::<usize>();
        if exceeds(lists.total + more, most, strip, strips) {
            return false;
        }
        // SAFETY: a strip meets each index once, and indices are below k.
        each(words, |p| unsafe { lists.push(strip, p) });
    }
    true
}

/// Fills the lists, S lying column by column: index after index.
///
/// # Safety
///
/// As for [`with`].
unsafe fn columns<L: Isa>(
    lists: &mut Lists,
    [m, k]: [usize; 2],
    s: View<L::Elem>,
    most: usize,
    words: &mut [u64],
) -> bool {
    let words = &mut words[..m.div_ceil(64)];
    for p in 0..k {
        words.fill(0);
        // SAFETY: p < k.
        unsafe { L::nonzeros(s.from(0, p).at, m, words.as_mut_ptr()) };
        let mut any = 0;
        for word in &mut *words {
            // The first bit of each strip tells of all of it.
            let mut told = 1;
            while told < L::SPARSE_ROWS {
                *word |= *word >> told;
                told *= 2;
            }
            *word &= u64::MAX / ((1 << L::SPARSE_ROWS) - 1);
            any |= *word;
        }
        if any == 0 {
            words[0] = 1;
        }
        // SAFETY: each strip meets p once, and bits are below m.
        each(words, |i| unsafe { lists.push(i / L::SPARSE_ROWS, p) });
        if exceeds(lists.total, most, p, k) {
            return false;
        }
    }
    true
}

/// Whether the first `part + 1` of `parts` have so many more entries than their share of `most` that the rest, if it is
/// like them, will not make up for it. The last part settles it.
fn exceeds(entries: usize, most: usize, part: usize, parts: usize) -> bool {
    let slack = if part + 1 == parts { 0 } else { parts / 16 };
    entries * parts > most.saturating_mul(part + 1 + slack)
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
