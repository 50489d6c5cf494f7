//! From the shards' gradients to new parameters, in one pass over memory.
//!
//! Each parameter is cut into blocks of rows. A block's gradients, which for the weights of affine maps are products that
//! nobody has multiplied out yet, are computed, summed over the shards and used while they are in the cache.

use super::shard::Shard;
use crate::Threads;
use autograd::{Gradients, ParamId, Real, Shape};
use nn::Module;
use nn::optim::{Optimizer, Update, clip as clipping};
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// The most elements of a block: with its parameters and what the optimiser keeps of them, a second-level cache holds it.
const BLOCK: usize = 1 << 17;
/// Elements from which on sharing the work among threads pays.
const SHARED: usize = 1 << 15;

/// Into how many blocks at least a parameter of so many elements is cut.
const SHARES: usize = 4;

/// How a parameter is cut into blocks of rows: in the same way for any number of threads.
#[derive(Clone, Copy)]
struct Cut {
    id: ParamId,
    rows: usize,
    /// Elements of a row.
    row: usize,
    blocks: usize,
}

/// Some rows of a parameter, and their part of the update.
struct Block<U> {
    cut: Cut,
    rows: Range<usize>,
    update: U,
}

impl Cut {
    fn new(id: ParamId, shape: Shape) -> Cut {
        let rows = shape.dims().first().copied().unwrap_or(1);
        let row = shape.size().checked_div(rows).unwrap_or(0);
        let least = if shape.size() < SHARED { 1 } else { SHARES };
        Cut { id, rows, row, blocks: shape.size().div_ceil(BLOCK).clamp(least, rows.max(least)) }
    }

    /// The blocks of an update.
    fn blocks<F: Real, U: Update<F>>(self, update: U) -> impl Iterator<Item = Block<U>> {
        let mut rest = Some(update);
        (0..self.blocks).map_while(move |i| {
            let [from, to] = [i, i + 1].map(|i| self.rows * i / self.blocks);
            let (update, behind) = rest.take()?.split_at((to - from) * self.row);
            rest = Some(behind);
            Some(Block { cut: self, rows: from..to, update })
        })
    }
}

/// A step of the optimiser with the sum of the shards' gradients, added in the order of the shards.
///
/// Of each parameter that is cut a thread takes its share of the blocks, which the sweep may have left in its cache; then what
/// others have not come to. It begins with the large ones, so that small ones are left for whoever is done early. Who took which
/// does not show.
///
/// Returns whether the sum was finite; if not, the parameters are not either.
pub(super) fn update<F, M, P>(
    model: &mut M,
    optimizer: &mut P,
    shards: &[&Gradients<F>],
    threads: &Threads,
    rooms: &Mutex<Vec<Vec<F>>>,
) -> bool
where
    F: Real,
    M: Module<F> + Send,
    P: Optimizer<F> + Send,
{
    let finite = AtomicBool::new(true);
    let rooms = || rooms.lock().expect("nobody panics while taking or leaving a room");
    let apply = |Block { cut, rows, update }: Block<P::Update<'_>>| {
        let mut room = rooms().pop().unwrap_or_default();
        let n = rows.len() * cut.row;
        if room.len() < n {
            room.resize(n, F::zero());
        }
        if !update.apply(Gradients::sum_rows(shards, cut.id, rows, &mut room[..n])) {
            finite.store(false, Ordering::Relaxed);
        }
        rooms().push(room);
    };
    let (count, mut size) = (threads.count(), 0);
    let own: Vec<_> = (0..count).map(|_| Mutex::new(Vec::new())).collect();
    let of = |thread: usize| own[thread].lock().expect("nobody panics while taking a block");
    optimizer.begin_step(
        model,
        |param| {
            let touched = shards.iter().any(|shard| shard.contains(param.id()));
            touched.then(|| Cut::new(param.id(), param.value().shape()))
        },
        |update, cut| {
            size += update.len();
            for (i, block) in cut.blocks(update).enumerate() {
                // One thread need not remember them, and a step of it allocates next to nothing.
                if count == 1 { apply(block) } else { of(i * count / cut.blocks).push(block) }
            }
        },
    );
    (0..count).for_each(|thread| of(thread).sort_unstable_by_key(|block| block.update.len()));
    threads.together(size >= SHARED, |thread| {
        for thread in (thread..count).chain(0..thread) {
            std::iter::from_fn(|| of(thread).pop()).for_each(&apply);
        }
    });
    finite.into_inner()
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
