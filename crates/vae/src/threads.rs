//! The threads that training and evaluation share.

use rayon::{Scope, ThreadPool};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A number of threads to work on. One thread means the caller's own.
#[derive(Debug)]
pub struct Threads(Option<ThreadPool>);

impl Threads {
    /// `n` threads, 0 meaning as many as the machine has; fewer where the system refuses to start so many. The number does
    /// not show in any result.
    pub fn new(n: usize) -> Threads {
        let mut n = if n == 0 { std::thread::available_parallelism().map_or(1, |n| n.get()) } else { n };
        while n > 1 {
            if let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(n).build() {
                return Threads(Some(pool));
            }
            n /= 2;
        }
        Threads(None)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.as_ref().map_or(1, ThreadPool::current_num_threads)
    }

    /// Calls `f`, if it is `worth` it on one of the threads: what `f` then shares out has no way to go but to the others.
    pub(crate) fn enter<R: Send>(&self, worth: bool, f: impl FnOnce() -> R + Send) -> R {
        match &self.0 {
            Some(pool) if worth => pool.install(f),
            _ => f(),
        }
    }

    /// Calls `f(i, item i)` for each item, the same thread for the same item at every call, so that it finds in its cache
    /// what it left there. The caller's thread takes a single one.
    pub(crate) fn for_each<T: Send>(&self, items: &mut [T], f: impl Fn(usize, &mut T) + Send + Sync) {
        let Some(pool) = self.0.as_ref().filter(|_| items.len() > 1) else {
            return items.iter_mut().enumerate().for_each(|(i, item)| f(i, item));
        };
        let size = items.len().div_ceil(self.count());
        let shares: Vec<_> = items.chunks_mut(size).map(Mutex::new).collect();
        pool.broadcast(|thread| {
            let Some(share) = shares.get(thread.index()) else { return };
            let mut share = share.lock().expect("a share has one taker");
            share.iter_mut().enumerate().for_each(|(i, item)| f(thread.index() * size + i, item));
        });
    }

    /// Calls `f` with where it can leave work for other threads, if there are any and it is `worth` it, and waits for that
    /// work.
    pub(crate) fn scope<'s, R: Send>(&self, worth: bool, f: impl FnOnce(Option<&Scope<'s>>) -> R + Send) -> R {
        match &self.0 {
            Some(pool) if worth => pool.scope(|scope| f(Some(scope))),
            _ => f(None),
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
        let Some(pool) = self.0.as_ref().filter(|_| n > 1) else {
            let mut workspace = init();
            return (0..n).map(|i| f(&mut workspace, i)).collect();
        };
        let next = AtomicUsize::new(0);
        let parts = pool.broadcast(|_| {
            let mut workspace = init();
            let mine = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&i| i < n));
            mine.map(|i| (i, f(&mut workspace, i))).collect::<Vec<_>>()
        });
        let mut results: Vec<_> = parts.into_iter().flatten().collect();
        results.sort_unstable_by_key(|(i, _)| *i);
        results.into_iter().map(|(_, result)| result).collect()
    }
}
