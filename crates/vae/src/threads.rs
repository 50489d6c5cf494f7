//! The threads that training and evaluation share.

use rayon::prelude::*;
use rayon::{Scope, ThreadPool};

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

    /// Calls `f(i, item i)` for each item.
    pub(crate) fn for_each<T: Send>(&self, items: &mut [T], f: impl Fn(usize, &mut T) + Send + Sync) {
        match &self.0 {
            None => items.iter_mut().enumerate().for_each(|(i, item)| f(i, item)),
            Some(pool) => pool.install(|| items.par_iter_mut().enumerate().for_each(|(i, item)| f(i, item))),
        }
    }

    /// Calls `f` with where it can leave work for other threads, if there are any, and waits for that work.
    pub(crate) fn scope<'s, R: Send>(&self, f: impl FnOnce(Option<&Scope<'s>>) -> R + Send) -> R {
        match &self.0 {
            None => f(None),
            Some(pool) => pool.scope(|scope| f(Some(scope))),
        }
    }

    /// `[f(0), …, f(n − 1)]`. Each call is handed a workspace that `init` made; which one it is must not show in the result.
    pub(crate) fn map<W: Send, R: Send>(
        &self,
        n: usize,
        init: impl Fn() -> W + Send + Sync,
        f: impl Fn(&mut W, usize) -> R + Send + Sync,
    ) -> Vec<R> {
        match &self.0 {
            None => {
                let mut workspace = init();
                (0..n).map(|i| f(&mut workspace, i)).collect()
            }
            Some(pool) => pool.install(|| (0..n).into_par_iter().map_init(init, f).collect()),
        }
    }
}
