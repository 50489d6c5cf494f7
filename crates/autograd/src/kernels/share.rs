//! Operations that threads share.
//!
//! A [`Team`] is [lent](Team::lend) to a thread; large operations on it then go in parts to all of the team. Which thread has what depends on
//! their number alone, and no element of a result on how it is cut.

#![allow(unsafe_code, reason = "a team is lent for a while, and slices to several threads at a time")]

use super::team::Team;
use std::cell::Cell;
use std::marker::PhantomData;
use std::ops::Range;
use std::slice;

/// The elements from which on threads share what is computed element by element: a few times what it takes to tell them.
pub(crate) const SHARED: usize = 3 << 12;

thread_local! {
    /// The team that was lent to this thread.
    static LENT: Cell<Option<*const Team>> = const { Cell::new(None) };
}

/// How many threads would [`share`] something.
pub(crate) fn sharing() -> usize {
    // SAFETY: who lent it has not had it back.
    LENT.get().map_or(1, |team| unsafe { &*team }.count())
}

/// Calls `f` for all of `0..n`, of which each thread of the team that was lent to this one has a part, the same at every call; if
/// it is not `worth` it, or there is no such team, for all of it at once.
pub(crate) fn share(n: usize, worth: bool, f: impl Fn(Range<usize>) + Sync) {
    // What is computed within a share is not shared again.
    let lent = if worth && n > 1 { LENT.take() } else { None };
    let Some(team) = lent else { return f(0..n) };
    let _back = Lent(lent);
    // SAFETY: who lent it has it back when this call has returned.
    let team = unsafe { &*team };
    let count = team.count();
    team.run(&|i| {
        let part = n * i / count..n * (i + 1) / count;
        if !part.is_empty() {
            f(part);
        }
    });
}

/// [`share`] of 0..n where each of these numbers stands for some neighbouring elements of each slice, fewer at its end: `f` gets
/// those of its part.
pub(crate) fn share_slices<T: Send, const N: usize>(
    n: usize,
    worth: bool,
    slices: [(&mut [T], usize); N],
    f: impl Fn(Range<usize>, [&mut [T]; N]) + Sync,
) {
    let slices = slices.map(|(slice, each)| (Apart::new(slice), each));
    share(n, worth, |part| {
        let parts = slices.each_ref().map(|(slice, each)| {
            let [start, end] = [part.start, part.end].map(|i| (i * each).min(slice.len));
            // SAFETY: the parts of 0..n do not overlap.
            unsafe { slice.part(start..end) }
        });
        f(part, parts);
    });
}

/// A slice of which threads write parts that do not overlap.
pub(crate) struct Apart<'a, T> {
    at: *mut T,
    len: usize,
    slice: PhantomData<&'a mut [T]>,
}

// SAFETY: it only leads to parts that do not overlap, of which a thread may have one.
unsafe impl<T: Send> Sync for Apart<'_, T> {}

impl<'a, T> Apart<'a, T> {
    pub fn new(slice: &'a mut [T]) -> Self {
        Apart { at: slice.as_mut_ptr(), len: slice.len(), slice: PhantomData }
    }

    /// A part.
    ///
    /// # Safety
    ///
    /// Nobody else has any of it for as long.
    #[inline(always)]
    #[allow(clippy::mut_from_ref, reason = "the caller's promise")]
    pub unsafe fn part(&self, range: Range<usize>) -> &mut [T] {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: it lies within the slice; the caller's promise.
        unsafe { slice::from_raw_parts_mut(self.at.add(range.start), range.len()) }
    }
}

/// Calls `f` while a team is lent to this thread.
pub(super) fn lent<R>(team: &Team, f: impl FnOnce() -> R) -> R {
    let _back = Lent(LENT.replace(Some(team)));
    f()
}

/// What was lent before, until this is dropped.
struct Lent(Option<*const Team>);

impl Drop for Lent {
    fn drop(&mut self) {
        LENT.set(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Mutex;

    /// What was lent is taken back, whatever happens; shares within shares are not shared.
    #[test]
    fn what_is_lent_comes_back() {
        let team = Team::new(3).expect("threads");
        let parts = |n| {
            let parts = Mutex::new(Vec::new());
            share(n, true, |part| {
                share(part.len(), true, |_| parts.lock().expect("no panic").push((part.start, part.end)))
            });
            let mut parts = parts.into_inner().expect("no panic");
            parts.sort_unstable();
            parts
        };
        assert_eq!(parts(7), [(0, 7)]);
        assert_eq!(team.lend(|| parts(7)), [(0, 2), (2, 4), (4, 7)]);
        assert_eq!(team.lend(|| (parts(2), parts(2))), (vec![(0, 1), (1, 2)], vec![(0, 1), (1, 2)]));
        let panicking = || team.lend(|| share(3, true, |part| assert!(part.start == 0)));
        assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
        assert_eq!(parts(7), [(0, 7)]);
        share(3, false, |part| assert_eq!(part, 0..3));
    }

    /// Each thread has the elements that belong to its numbers, the last ones fewer.
    #[test]
    fn slices_are_cut_with_the_numbers() {
        let team = Team::new(3).expect("threads");
        let (mut a, mut b) = ([0; 7], [0; 3]);
        team.lend(|| {
            share_slices(4, true, [(&mut a[..], 2), (&mut b[..], 1)], |part, [a, b]| {
                a.fill(part.start + 1);
                b.fill(part.end);
            });
        });
        assert_eq!((a, b), ([1, 1, 2, 2, 3, 3, 3], [1, 2, 4]));
    }
}
