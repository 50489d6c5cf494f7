//! The threads that training and evaluation share.

use autograd::Team;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A number of threads to work on. One thread means the caller's own.
#[derive(Debug)]
pub struct Threads(Option<Team>);

impl Threads {
    /// `n` threads, 0 meaning as many as the machine has; fewer where the system refuses to start so many. The number does
    /// not show in any result.
    pub fn new(n: usize) -> Threads {
        let mut n = if n == 0 { std::thread::available_parallelism().map_or(1, |n| n.get()) } else { n };
        while n > 1 {
            if let Ok(team) = Team::new(n) {
                return Threads(Some(team));
            }
            n /= 2;
        }
        Threads(None)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.as_ref().map_or(1, Team::count)
    }

    /// Calls `f(i, item i)` for each item. A thread takes the items of its share, the same at every call, so that it finds in
    /// its cache what it left there; when it is done with them, those that others have not come to.
    pub(crate) fn for_each<T: Send>(&self, items: &mut [T], f: impl Fn(usize, &mut T) + Sync) {
        let n = items.len();
        let items: Vec<_> = items.iter_mut().map(|item| Mutex::new(Some(item))).collect();
        self.together(n > 1, |thread| {
            let first = n * thread / self.count();
            for i in (first..n).chain(0..first) {
                let item = items[i].lock().expect("nobody panics while taking").take();
                item.into_iter().for_each(|item| f(i, item));
            }
        });
    }

    /// Calls `f` with the number of each thread, on it; if it is not `worth` it, with 0 alone.
    pub(crate) fn together(&self, worth: bool, f: impl Fn(usize) + Sync) {
        match &self.0 {
            Some(team) if worth => team.run(&f),
            _ => f(0),
        }
    }

    /// `[f(0), …, f(n − 1)]`. Each thread makes a workspace with `init` and takes the next call when it is done with one;
    /// which workspace a call finds must not show in its result.
    pub(crate) fn map<W, R: Send>(
        &self,
        n: usize,
        init: impl Fn() -> W + Sync,
        f: impl Fn(&mut W, usize) -> R + Sync,
    ) -> Vec<R> {
        let Some(team) = self.0.as_ref().filter(|_| n > 1) else {
            let mut workspace = init();
            return (0..n).map(|i| f(&mut workspace, i)).collect();
        };
        let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(n)));
        team.run(&|_| {
            let mut workspace = init();
            let mine = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&i| i < n));
            let mine: Vec<_> = mine.map(|i| (i, f(&mut workspace, i))).collect();
            results.lock().expect("nobody panics while adding").extend(mine);
        });
        let mut results = results.into_inner().expect("nobody panics while adding");
        results.sort_unstable_by_key(|(i, _)| *i);
        results.into_iter().map(|(_, result)| result).collect()
    }
}
