//! From the shards' gradients to new parameters, in one pass over memory.

use super::shard::Shard;
use crate::Threads;
use autograd::{Gradients, ParamId, Real};
use multiversion::multiversion;
use nn::Module;
use nn::optim::{Optimizer, Update, clip as clipping};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Elements whose gradients are summed before they are used: few enough to stay in the first cache and on the stack.
const BLOCK: usize = 2048;
/// Elements of a parameter from which on sharing the work among threads pays, where several have gradients in their caches.
const SHARED: usize = 1 << 15;
/// The same where one has them all: the others' ranges must be worth the way there, and at the next step back.
const SHARED_BY_ONE: usize = 1 << 19;

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
    let shared = if shards.len() == 1 { SHARED_BY_ONE } else { SHARED };
    let worth = shards[0].iter().any(|(_, g)| g.data().len() >= shared);
    threads.scope(worth, |scope| {
        optimizer.begin_step(
            model,
            |param| shards.iter().any(|shard| shard.get(param).is_some()).then(|| param.id()),
            |update, id| {
                let Some(scope) = scope.filter(|_| update.len() >= shared) else {
                    return apply(update, id, 0);
                };
                let parts = cut(update, threads.count());
                // The same thread takes the same range at every step, and finds it in its cache.
                scope.spawn_broadcast(move |_, thread| {
                    let part = parts[thread.index()].lock().expect("a part has one taker").take();
                    part.into_iter().for_each(|(part, from)| apply(part, id, from));
                });
            },
        );
    });
    finite.into_inner()
}

/// An update in as many parts as there are threads, each with where it begins.
fn cut<F: Real, U: Update<F>>(update: U, threads: usize) -> Vec<Mutex<Option<(U, usize)>>> {
    let length = update.len().div_ceil(threads);
    let (mut rest, mut from) = (update, 0);
    let mut parts = Vec::with_capacity(threads);
    for _ in 0..threads {
        let n = rest.len().min(length);
        let (part, behind) = rest.split_at(n);
        parts.push(Mutex::new(Some((part, from))));
        (rest, from) = (behind, from + n);
    }
    parts
}

/// Applies an update of a parameter's elements from `from` on. Returns whether the gradient was finite.
fn apply<F: Real>(mut update: impl Update<F>, shards: &[&Gradients<F>], id: ParamId, mut from: usize) -> bool {
    let mut gradients = shards.iter().filter_map(|shard| shard.by_id(id)).map(|g| g.data());
    let first = gradients.next().expect("an update is made where a shard has a gradient");
    let Some(second) = gradients.next() else {
        let n = update.len();
        return update.apply(&first[from..from + n]);
    };
    let (mut sum, mut finite) = ([F::zero(); BLOCK], true);
    while !update.is_empty() {
        let n = update.len().min(BLOCK);
        let (block, rest) = update.split_at(n);
        let (sum, range) = (&mut sum[..n], from..from + n);
        add(&first[range.clone()], &second[range.clone()], sum);
        gradients.clone().for_each(|g| accumulate(&g[range.clone()], sum));
        finite &= block.apply(sum);
        (update, from) = (rest, from + n);
    }
    finite
}

/// sum = a + b.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn add<F: Real>(a: &[F], b: &[F], sum: &mut [F]) {
    sum.iter_mut().zip(a).zip(b).for_each(|((sum, &a), &b)| *sum = a + b);
}

/// sum ← sum + g.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn accumulate<F: Real>(g: &[F], sum: &mut [F]) {
    sum.iter_mut().zip(g).for_each(|(sum, &g)| *sum += g);
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
