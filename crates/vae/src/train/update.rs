//! From the shards' gradients to new parameters, in one pass over memory.
//!
//! Each parameter is cut into blocks of rows. A block's gradients, which for the weights of affine maps are products that
//! nobody has multiplied out yet, are computed, summed over the shards and used while they are in the cache.

use super::shard::Shard;
use crate::Threads;
use autograd::{Gradients, ParamId, Real, Shape};
use multiversion::multiversion;
use nn::Module;
use nn::optim::{Optimizer, Update, clip as clipping};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// The most elements of a block: with its parameters and what the optimiser keeps of them, a second-level cache holds it.
const BLOCK: usize = 1 << 16;
/// Elements of a parameter from which on sharing the work among threads pays.
const SHARED: usize = 1 << 15;

/// Memory that a thread keeps for the blocks it is at.
#[derive(Debug, Default)]
pub(super) struct Room<F> {
    sum: Vec<F>,
    term: Vec<F>,
}

/// A parameter, by which there are gradients, and how it is cut.
#[derive(Clone, Copy)]
struct Cut {
    id: ParamId,
    /// Elements of a row, and rows.
    row: usize,
    rows: usize,
    blocks: usize,
}

impl Cut {
    /// Into an even number of blocks, if there are several, so that two threads have as much to do.
    fn new(id: ParamId, shape: Shape) -> Cut {
        let rows = shape.dims().first().copied().unwrap_or(1).max(1);
        let row = shape.size() / rows;
        let most = (BLOCK / row.max(1)).max(1);
        let blocks = if rows <= most { 1 } else { rows.div_ceil(most).next_multiple_of(2).min(rows) };
        Cut { id, row, rows, blocks }
    }

    /// The first row of a block, or of the share of a thread if there are as many blocks as threads.
    fn start(&self, block: usize) -> usize {
        self.rows * block / self.blocks
    }
}

/// A step of the optimiser with the sum of the shards' gradients, added in the order of the shards.
///
/// Which thread takes which blocks does not show: blocks are cut in the same way for any number of them. Returns whether
/// the sum was finite; if not, the parameters are not either.
pub(super) fn update<F, M, P>(
    model: &mut M,
    optimizer: &mut P,
    shards: &[&Gradients<F>],
    threads: &Threads,
    rooms: &[Mutex<Room<F>>],
) -> bool
where
    F: Real,
    M: Module<F> + Send,
    P: Optimizer<F> + Send,
{
    let finite = AtomicBool::new(true);
    let apply = |share: Share<_>| {
        let thread = rayon::current_thread_index().unwrap_or(0);
        let mut room = rooms[thread].lock().expect("a thread's room is its own");
        if !share.apply(shards, &mut room) {
            finite.store(false, Ordering::Relaxed);
        }
    };
    let mut worth = false;
    model.for_each_param(&mut |_, param| worth |= param.value().shape().size() >= SHARED);
    threads.scope(worth, |scope| {
        optimizer.begin_step(
            model,
            |param| {
                let touched = shards.iter().any(|shard| shard.contains(param.id()));
                touched.then(|| Cut::new(param.id(), param.value().shape()))
            },
            |update, cut| {
                let Some(scope) = scope.filter(|_| update.len() >= SHARED) else {
                    return apply(Share { update, cut, blocks: [0, cut.blocks] });
                };
                let shares = share(update, cut, threads.count());
                // The same thread takes the same blocks at every step, and finds them in its cache.
                scope.spawn_broadcast(move |_, thread| {
                    let share = shares[thread.index()].lock().expect("a share has one taker").take();
                    share.into_iter().for_each(apply);
                });
            },
        );
    });
    finite.into_inner()
}

/// Neighbouring blocks of a parameter, from the first to before the last.
struct Share<U> {
    update: U,
    cut: Cut,
    blocks: [usize; 2],
}

/// An update in as many shares as there are threads.
fn share<F: Real, U: Update<F>>(update: U, cut: Cut, threads: usize) -> Vec<Mutex<Option<Share<U>>>> {
    let mut rest = update;
    let mut shares = Vec::with_capacity(threads);
    for thread in 0..threads {
        let blocks = [thread, thread + 1].map(|thread| cut.blocks * thread / threads);
        let [from, to] = blocks.map(|block| cut.start(block));
        let (update, behind) = rest.split_at((to - from) * cut.row);
        shares.push(Mutex::new(Some(Share { update, cut, blocks })));
        rest = behind;
    }
    shares
}

impl<U> Share<U> {
    /// Applies the update block by block. Returns whether the gradient was finite.
    fn apply<F: Real>(self, shards: &[&Gradients<F>], room: &mut Room<F>) -> bool
    where
        U: Update<F>,
    {
        let Share { update, cut, blocks: [first, last] } = self;
        let Room { sum, term } = room;
        let mut shards = shards.iter().filter(|shard| shard.contains(cut.id));
        let start = shards.next().expect("an update is made where a shard has a gradient");
        let (mut rest, mut finite) = (update, true);
        for block in first..last {
            let rows = cut.start(block)..cut.start(block + 1);
            let n = rows.len() * cut.row;
            let (update, behind) = rest.split_at(n);
            rest = behind;
            if sum.len() < n {
                sum.resize(n, F::zero());
                term.resize(n, F::zero());
            }
            let (sum, term) = (&mut sum[..n], &mut term[..n]);
            start.read(cut.id, rows.clone(), sum);
            for shard in shards.clone() {
                shard.read(cut.id, rows.clone(), term);
                add(term, sum);
            }
            finite &= update.apply(sum);
        }
        finite
    }
}

/// sum ← sum + term.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn add<F: Real>(term: &[F], sum: &mut [F]) {
    sum.iter_mut().zip(term).for_each(|(sum, &term)| *sum += term);
}

/// Sums the shards' gradients into the first shard's, and shortens them to length `max`. Returns that shard alone, or the
/// length if it is not finite.
pub(super) fn clip<F: Real>(shards: &mut [Shard<F>], max: f64) -> Result<&mut [Shard<F>], f64> {
    let (first, rest) = shards.split_at_mut(1);
    let sum = first[0].tape.gradients_mut();
    rest.iter().for_each(|shard| sum.add(shard.tape.gradients()));
    let norm = clipping::by_norm(sum, max).as_f64();
    if norm.is_finite() { Ok(first) } else { Err(norm) }
}
