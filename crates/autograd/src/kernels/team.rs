//! Threads that work together for a moment, many times.

#![allow(unsafe_code, reason = "a job is lent to threads that outlive it")]

use super::share;
use std::any::Any;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

type Job = dyn Fn(usize) + Sync;

/// How long a thread looks out for the next job, or for the others to be done, before it sleeps. The steps of training follow
/// one another faster; and to wake a thread takes as long as a small step's share of one.
const LOOKOUT: Duration = Duration::from_millis(2);

/// Some threads, the caller's among them, that run a function together.
///
/// Between one job and the next they stay awake for two milliseconds. So a job costs about a microsecond, where a pool whose
/// threads sleep at once costs ten to a hundred.
///
/// ```
/// use autograd::Team;
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// let team = Team::new(3)?;
/// let sum = AtomicUsize::new(0);
/// team.run(&|i| _ = sum.fetch_add(i, Ordering::Relaxed));
/// assert_eq!(sum.into_inner(), 0 + 1 + 2);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Team {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    /// Held by who has a job done.
    turn: Mutex<()>,
}

struct Shared {
    /// The job of the round.
    job: Mutex<Option<&'static Job>>,
    /// Rises with each job.
    round: AtomicUsize,
    /// Workers that are not done with it.
    busy: AtomicUsize,
    /// Whether each worker sleeps, or is about to.
    asleep: Box<[AtomicBool]>,
    /// What a worker's panic carried.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    stop: AtomicBool,
}

impl Team {
    /// `n` threads, of which the caller of [`run`](Team::run) is one; at least that one.
    ///
    /// # Errors
    /// If the system does not start so many.
    pub fn new(n: usize) -> io::Result<Team> {
        let workers = n.max(1) - 1;
        let shared = Arc::new(Shared {
            job: Mutex::new(None),
            round: AtomicUsize::new(0),
            busy: AtomicUsize::new(0),
            asleep: (0..workers).map(|_| AtomicBool::new(false)).collect(),
            panic: Mutex::new(None),
            stop: AtomicBool::new(false),
        });
        let mut team = Team { shared, workers: Vec::with_capacity(workers), turn: Mutex::new(()) };
        for worker in 0..workers {
            let shared = Arc::clone(&team.shared);
            let thread = thread::Builder::new().name(format!("team-{}", worker + 1));
            // Where one fails, the ones before it are stopped as the team is dropped.
            team.workers.push(thread.spawn(move || shared.work(worker))?);
        }
        Ok(team)
    }

    /// How many threads there are.
    pub fn count(&self) -> usize {
        self.workers.len() + 1
    }

    /// Calls `job(i)` for each i below [`count`](Team::count), always on the same thread for the same i, 0 being the caller's,
    /// and returns when all of them have. A panic of any of them is passed on.
    ///
    /// If the team is at a job already, of another thread's or around this one, the caller makes all calls itself.
    pub fn run(&self, job: &(dyn Fn(usize) + Sync)) {
        let _turn = match self.turn.try_lock() {
            Ok(turn) => turn,
            Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
            Err(TryLockError::WouldBlock) => return (0..self.count()).for_each(job),
        };
        // SAFETY: whatever way this function ends, `all` waits before it does until no worker uses the job any more; they
        // only take it up in this round.
        let lent = unsafe { std::mem::transmute::<&(dyn Fn(usize) + Sync), &'static Job>(job) };
        let all = self.begin(lent);
        job(0);
        drop(all);
        if let Some(panic) = lock(&self.shared.panic).take() {
            resume_unwind(panic);
        }
    }

    /// Calls `f`, whose larger operations, as far as they are computed on this thread, the team shares. That changes no bit of
    /// them.
    ///
    /// ```
    /// use autograd::prelude::*;
    /// use autograd::Team;
    ///
    /// let (a, b) = (Tensor::<f32>::ones([100, 200]), Tensor::ones([200, 100]));
    /// let product = Team::new(2)?.lend(|| a.matmul(&b));
    /// assert_eq!(product, a.matmul(&b));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn lend<R>(&self, f: impl FnOnce() -> R) -> R {
        share::lent(self, f)
    }

    /// Hands a job to the workers.
    fn begin(&self, job: &'static Job) -> AllDone<'_> {
        let shared = &*self.shared;
        *lock(&shared.job) = Some(job);
        shared.busy.store(self.workers.len(), Ordering::Relaxed);
        // A worker says that it will sleep before it looks at the round for the last time.
        shared.round.fetch_add(1, Ordering::SeqCst);
        self.wake();
        AllDone(shared)
    }

    fn wake(&self) {
        for (worker, asleep) in self.workers.iter().zip(&self.shared.asleep) {
            if asleep.load(Ordering::SeqCst) {
                worker.thread().unpark();
            }
        }
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.shared.round.fetch_add(1, Ordering::SeqCst);
        self.wake();
        for worker in self.workers.drain(..) {
            // Workers catch the panics of jobs and have none of their own.
            let _ = worker.join();
        }
    }
}

impl fmt::Debug for Team {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Team({})", self.count())
    }
}

/// Waits, when it is dropped, until all workers are done.
struct AllDone<'a>(&'a Shared);

impl Drop for AllDone<'_> {
    fn drop(&mut self) {
        while !look_out(|| self.0.busy.load(Ordering::Acquire) == 0) {
            thread::sleep(LOOKOUT / 20);
        }
        *lock(&self.0.job) = None;
    }
}

impl Shared {
    /// What a worker does all its life.
    fn work(&self, worker: usize) {
        let mut seen = 0;
        loop {
            self.await_round(worker, seen);
            seen += 1;
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let job = lock(&self.job).expect("a round has a job");
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| job(worker + 1))) {
                *lock(&self.panic) = Some(panic);
            }
            self.busy.fetch_sub(1, Ordering::Release);
        }
    }

    /// Returns once there is a round after the one that was seen.
    fn await_round(&self, worker: usize, seen: usize) {
        let begun = || self.round.load(Ordering::SeqCst) != seen;
        if look_out(begun) {
            return;
        }
        let asleep = &self.asleep[worker];
        asleep.store(true, Ordering::SeqCst);
        while !begun() {
            thread::park();
        }
        asleep.store(false, Ordering::SeqCst);
    }
}

/// Waits for something for a while, and says whether it came.
fn look_out(came: impl Fn() -> bool) -> bool {
    /// Looks between two of the clock; at each of the latter, another thread may have this one's core.
    const LOOKS: usize = 256;
    let start = Instant::now();
    loop {
        for _ in 0..LOOKS {
            if came() {
                return true;
            }
            std::hint::spin_loop();
        }
        if start.elapsed() > LOOKOUT {
            return false;
        }
        thread::yield_now();
    }
}

/// What a panic while it was locked leaves behind is whole: all these are written at once.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    /// Every thread takes part once in each of many jobs, also after all of them have slept.
    #[test]
    fn everybody_takes_part() {
        for n in [1, 2, 4] {
            let team = Team::new(n).expect("a few threads");
            let calls: Vec<AtomicU64> = (0..n).map(|_| AtomicU64::new(0)).collect();
            for job in 0..300 {
                if job % 100 == 99 {
                    thread::sleep(2 * LOOKOUT);
                }
                team.run(&|i| _ = calls[i].fetch_add(1, Ordering::Relaxed));
                assert!(calls.iter().all(|calls| calls.load(Ordering::Relaxed) == job + 1), "{n} threads, job {job}");
            }
        }
    }

    /// The same thread for the same number; the caller for 0.
    #[test]
    fn each_has_its_number() {
        let team = Team::new(3).expect("a few threads");
        let ids = Mutex::new(vec![None; 3]);
        for _ in 0..50 {
            team.run(&|i| {
                let id = ids.lock().expect("no panics")[i].replace(thread::current().id());
                assert!(id.is_none_or(|id| id == thread::current().id()));
            });
        }
        assert_eq!(ids.into_inner().expect("no panics")[0], Some(thread::current().id()));
    }

    /// A panic arrives at the caller, whoever had it, when nobody is at the job any more; the team goes on.
    #[test]
    fn panics_are_passed_on() {
        let team = Team::new(2).expect("a thread");
        for unlucky in 0..2 {
            let done = AtomicU64::new(0);
            let result = catch_unwind(AssertUnwindSafe(|| {
                team.run(&|i| {
                    assert!(i != unlucky, "as it happens");
                    thread::sleep(LOOKOUT);
                    done.fetch_add(1, Ordering::Relaxed);
                });
            }));
            assert_eq!(result.unwrap_err().downcast_ref(), Some(&"as it happens"));
            assert_eq!(done.into_inner(), 1);
        }
        let calls = AtomicU64::new(0);
        team.run(&|_| _ = calls.fetch_add(1, Ordering::Relaxed));
        assert_eq!(calls.into_inner(), 2);
    }

    /// Jobs within jobs, and of several threads at a time, are done all the same.
    #[test]
    fn a_busy_team_leaves_the_work_to_the_caller() {
        let team = Team::new(2).expect("a thread");
        let calls = AtomicU64::new(0);
        let count = |_| _ = calls.fetch_add(1, Ordering::Relaxed);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..100).for_each(|_| team.run(&|_| team.run(&count))));
            }
        });
        assert_eq!(calls.into_inner(), 4 * 100 * 2 * 2);
    }
}
