//! A part of a batch, with a tape of its own.

use crate::objective::Objective;
use crate::rows::read;
use crate::terms::Sums;
use crate::{Rows, Threads, Vae};
use autograd::prelude::*;
use prob::Key;
use std::ops::Range;

/// What every shard of a step shares.
pub(super) struct Step<'a, M, O, D> {
    pub model: &'a M,
    pub objective: &'a O,
    pub data: &'a D,
    pub threads: &'a Threads,
    /// The rows of the whole batch.
    pub rows: &'a [usize],
    pub key: Key,
    pub number: u64,
}

/// A tape and what it found at the last step.
pub(super) struct Shard<F: Real> {
    pub tape: Tape<F>,
    pub sums: Sums,
}

impl<F: Real> Shard<F> {
    /// A shard whose gradients are read part by part, or as a whole.
    pub fn new(by_parts: bool) -> Self {
        Shard { tape: if by_parts { Tape::lazy() } else { Tape::new() }, sums: Sums::default() }
    }

    /// The gradient of −Σ bound ÷ (rows of the whole batch) over the shard's part of the batch. The streams of noise
    /// depend on the step and the shard's number, not on the thread that runs it.
    pub fn run<M, O, D>(&mut self, number: usize, part: Range<usize>, step: &Step<'_, M, O, D>)
    where
        M: Vae<F>,
        O: Objective<F, M>,
        D: Rows<F>,
    {
        let rows = &step.rows[part];
        let mut draws = step.key.stream("binarize", step.number, number as u64);
        let mut noise = step.key.stream("noise", step.number, number as u64);
        let sums = &mut self.sums;
        self.tape.value_and_grad(|tape| {
            let x =
                tape.fill([rows.len(), step.data.features()], |x| read(step.data, rows, &mut draws, step.threads, x));
            let bound = step.objective.bound(step.model, x, &mut noise);
            *sums = Sums::of(&bound);
            bound.objective().sum_all() * (-1.0 / step.rows.len() as f64)
        });
    }
}

/// How many shards a batch is split into where the configuration does not say: two from 256 draws of z on.
///
/// It depends on the batch and the objective alone, so that the machine's threads do not show in the result. Each shard costs a pass over
/// the gradients and smaller products; two threads that have one each meet less often than over each operation of one.
pub(super) fn default_shards(draws: usize) -> usize {
    if draws < 256 { 1 } else { 2 }
}

/// The rows of shard `i` of `shards`.
pub(super) fn part(rows: usize, shards: usize, i: usize) -> Range<usize> {
    rows * i / shards..rows * (i + 1) / shards
}
