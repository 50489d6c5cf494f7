//! The threads that training and evaluation share.

use autograd::Team;
use std::any::Any;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A number of threads to work on. One thread means the caller's own.
#[derive(Debug)]
pub struct Threads {
    /// More than one.
    team: Option<Team>,
    /// What earlier calls worked in, for later ones: fresh memory costs a visit of the system for each of its pages.
    workspaces: Mutex<Vec<Box<dyn Any + Send>>>,
}

impl Threads {
    /// `n` threads, 0 meaning as many as the machine has; half as many, and half of those, where the system refuses to start so many. The number does
    /// not show in any result.
    pub fn new(n: usize) -> Threads {
        let mut n = if n == 0 { std::thread::available_parallelism().map_or(1, |n| n.get()) } else { n };
        while n > 1 {
            if let Ok(team) = Team::new(n) {
                return Threads::of(Some(team));
            }
            n /= 2;
        }
        Threads::of(None)
    }

    fn of(team: Option<Team>) -> Threads {
        Threads { team, workspaces: Mutex::default() }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.team.as_ref().map_or(1, Team::count)
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

    /// Calls `f(i, item i)` for each item, as large a piece of work as there is: where there are fewer than threads, these share the
    /// larger operations of one after the other.
    pub(crate) fn for_each_large<T: Send>(&self, items: &mut [T], f: impl Fn(usize, &mut T) + Sync) {
        match &self.team {
            Some(team) if items.len() < team.count() => {
                team.lend(|| items.iter_mut().enumerate().for_each(|(i, item)| f(i, item)));
            }
            _ => self.for_each(items, f),
        }
    }

    /// Calls `f` with the number of each thread, on it; if it is not `worth` it, with 0 alone.
    pub(crate) fn together(&self, worth: bool, f: impl Fn(usize) + Sync) {
        match &self.team {
            Some(team) if worth => team.run(&f),
            Some(team) => team.lend(|| f(0)),
            None => f(0),
        }
    }

    /// `[f(0), …, f(n − 1)]`. Each thread works in a workspace that an earlier call left, or in a new one, and takes the next
    /// call when it is done with one; which workspace a call finds must not show in its result.
    pub(crate) fn map<W: Default + Send + 'static, R: Send>(
        &self,
        n: usize,
        f: impl Fn(&mut W, usize) -> R + Sync,
    ) -> Vec<R> {
        let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(n)));
        self.together(n > 1, |_| {
            let mut workspace = self.workspace::<W>();
            let mine = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&i| i < n));
            let mine: Vec<_> = mine.map(|i| (i, f(&mut workspace, i))).collect();
            results.lock().expect("nobody panics while adding").extend(mine);
            self.workspaces.lock().expect("nobody panics while leaving one").push(workspace);
        });
        let mut results = results.into_inner().expect("nobody panics while adding");
        results.sort_unstable_by_key(|(i, _)| *i);
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// A workspace of this type.
    fn workspace<W: Default + Send + 'static>(&self) -> Box<W> {
        let mut kept = self.workspaces.lock().expect("nobody panics while taking one");
        let found = kept.iter().position(|workspace| workspace.is::<W>()).map(|i| kept.swap_remove(i));
        found.and_then(|workspace| workspace.downcast().ok()).unwrap_or_default()
    }
}
