//! From the shards' gradients to new parameters, in one pass over memory.

use super::shard::Shard;
use crate::Threads;
use autograd::{Gradients, ParamId, Real};
use nn::Module;
use nn::optim::{Optimizer, Update, clip as clipping};
use std::sync::atomic::{AtomicBool, Ordering};

/// Elements whose gradients are summed before they are used: few enough to stay in the first cache and on the stack.
const BLOCK: usize = 2048;
/// Elements of a parameter from which on sharing the work among threads pays.
const SHARED: usize = 1 << 15;

/// A step of the optimiser with the sum of the shards' gradients, added in the order of the shards.
///
/// Parameters are cut into one range for each thread. Every element is computed in the same way wherever the cuts are.
/// Returns whether the sum was finite; if not, the parameters are not either.
pub(super) fn update<F, M, P>(model: &mut M, optimizer: &mut P, shards: &[&Gradients<F>], threads: &Threads) -> bool
where
    F: Real,
    M: Module<F> + Send,
    P: Optimizer<F> + Send,
{
    let finite = AtomicBool::new(true);
    let apply = |part, id, from| {
        if !apply(part, shards, id, from) {
            finite.store(false, Ordering::Relaxed);
        }
    };
    threads.scope(|scope| {
        optimizer.begin_step(
            model,
            |param| shards.iter().any(|shard| shard.get(param).is_some()).then(|| param.id()),
            |update, id| {
                let Some(scope) = scope.filter(|_| update.len() >= SHARED) else {
                    return apply(update, id, 0);
                };
                let range = update.len().div_ceil(threads.count());
                let (mut rest, mut from) = (update, 0);
                while rest.len() > range {
                    let (part, behind) = rest.split_at(range);
                    scope.spawn(move |_| apply(part, id, from));
                    (rest, from) = (behind, from + range);
                }
                scope.spawn(move |_| apply(rest, id, from));
            },
        );
    });
    finite.into_inner()
}

/// Applies an update of a parameter's elements from `from` on. Returns whether the gradient was finite.
fn apply<F: Real>(mut update: impl Update<F>, shards: &[&Gradients<F>], id: ParamId, mut from: usize) -> bool {
    let gradients = || shards.iter().filter_map(|shard| shard.by_id(id)).map(|g| g.data());
    if gradients().count() == 1 {
        let g = gradients().next().expect("counted");
        let n = update.len();
        return update.apply(&g[from..from + n]);
    }
    let (mut sum, mut finite) = ([F::zero(); BLOCK], true);
    while !update.is_empty() {
        let n = update.len().min(BLOCK);
        let (block, rest) = update.split_at(n);
        let sum = &mut sum[..n];
        for (i, g) in gradients().enumerate() {
            let g = &g[from..from + n];
            if i == 0 {
                sum.copy_from_slice(g);
            } else {
                sum.iter_mut().zip(g).for_each(|(sum, &g)| *sum += g);
            }
        }
        finite &= block.apply(sum);
        (update, from) = (rest, from + n);
    }
    finite
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
