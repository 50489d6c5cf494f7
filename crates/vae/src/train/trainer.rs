//! The training loop.

use super::shard::{Shard, Step, default_shards, part};
use super::update::{clip, update};
use crate::objective::Objective;
use crate::{Error, Rows, Sums, Terms, Threads, Vae};
use autograd::Real;
use nn::Optimizer;
use prob::Key;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::time::Instant;

/// What a training run depends on besides the model, the objective, the optimiser and the data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The seed of every stream of random numbers.
    pub seed: u64,
    /// Parts that a batch is split into, each with its own tape and stream of noise; by default two from 256 draws of z on. The
    /// number changes the bits of the result, the number of threads does not.
    pub shards: Option<usize>,
    /// The largest norm of the gradient; larger ones are scaled down to it.
    pub clip: Option<f64>,
}

/// One epoch of training: a line of `metrics.jsonl`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The number of epochs done, from 1.
    pub epoch: u64,
    /// The number of steps done.
    pub steps: u64,
    /// Seconds of training so far, over all its parts if it was interrupted.
    pub seconds: f64,
    /// Averages over the epoch's batches, each before the step it led to.
    pub train: Terms,
    /// On the validation set after the epoch.
    pub validation: Terms,
}

/// How far an epoch has come, after each step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Epochs done before this one.
    pub epoch: u64,
    /// Batches done in this epoch, and how many it has.
    pub batch: usize,
    /// Batches in the epoch.
    pub batches: usize,
    /// Averages over the epoch so far.
    pub terms: Terms,
}

/// Where a training run stands: with the parameters and the optimiser's state, all that a resumed run needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Position {
    /// Steps done.
    pub steps: u64,
    /// Batches done in the epoch under way.
    pub batch: usize,
    /// Sums over these batches.
    pub sums: Sums,
    /// Seconds spent.
    pub seconds: f64,
    /// The epochs done.
    pub history: Vec<Record>,
}

impl Position {
    /// Whether a trainer could stand here: epochs are numbered from 1, steps and seconds add up. A file may say otherwise.
    pub fn is_possible(&self) -> bool {
        let mut before = (0, 0, 0.0);
        for record in &self.history {
            let Record { epoch, steps, seconds, .. } = *record;
            if epoch != before.0 + 1 || steps < before.1 || !(seconds >= before.2 && seconds.is_finite()) {
                return false;
            }
            before = (epoch, steps, seconds);
        }
        let (_, steps, seconds) = before;
        // Steps outside of epochs count, too.
        self.steps.checked_sub(steps).is_some_and(|since| since >= self.batch as u64)
            && self.seconds >= seconds
            && self.seconds.is_finite()
            && (self.sums.rows() == 0) == (self.batch == 0)
    }
}

/// Trains a model by stochastic gradient ascent on a bound.
///
/// A step splits its batch into shards, each with a tape and a stream of noise of its own; the gradients are summed in the
/// order of the shards. So the result has the same bits on any number of threads.
pub struct Trainer<M, O, P, F: Real = f32> {
    pub(super) model: M,
    objective: O,
    pub(super) optimizer: P,
    pub(super) settings: Settings,
    threads: Threads,
    shards: Vec<Shard<F>>,
    /// Room for the gradients that threads are at.
    rooms: Mutex<Vec<Vec<F>>>,
    pub(super) position: Position,
}

impl<F, M, O, P> Trainer<M, O, P, F>
where
    F: Real,
    M: Vae<F>,
    O: Objective<F, M>,
    P: Optimizer<F> + Send,
{
    /// A trainer at step 0.
    pub fn new(mut model: M, objective: O, optimizer: P, settings: Settings, threads: Threads) -> Self {
        model.assign_names();
        let (shards, rooms, position) = (Vec::new(), Mutex::default(), Position::default());
        Trainer { model, objective, optimizer, settings, threads, shards, rooms, position }
    }

    /// The model as it stands.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// The trained model.
    pub fn into_model(self) -> M {
        self.model
    }

    /// The objective.
    pub fn objective(&self) -> &O {
        &self.objective
    }

    /// The threads it works on.
    pub fn threads(&self) -> &Threads {
        &self.threads
    }

    /// Epochs done.
    pub fn epochs(&self) -> u64 {
        self.position.history.len() as u64
    }

    /// Steps done.
    pub fn steps(&self) -> u64 {
        self.position.steps
    }

    /// The epochs done, one record each.
    pub fn history(&self) -> &[Record] {
        &self.position.history
    }

    /// Where the streams of random numbers come from.
    pub fn key(&self) -> Key {
        Key::new(self.settings.seed)
    }

    /// One step on the named rows of the data. Returns sums over them of the bound, as it was before the step.
    ///
    /// # Errors
    /// If the bound is not finite, or, where gradients are clipped, their norm: the parameters are then those of before the
    /// step. If the gradient is not finite though the bound is, the parameters are spoilt.
    pub fn step<D: Rows<F>>(&mut self, data: &D, rows: &[usize]) -> Result<Sums, Error> {
        let suggested = || default_shards(rows.len() * self.objective.samples());
        let shards = self.settings.shards.unwrap_or_else(suggested).clamp(1, rows.len().max(1));
        if self.shards.len() < shards {
            // The norm of a gradient takes all of it.
            let by_parts = self.settings.clip.is_none();
            self.shards.resize_with(shards, || Shard::new(by_parts));
        }
        let Trainer { model, objective, optimizer, settings, threads, rooms, position, .. } = self;
        let active = &mut self.shards[..shards];
        let number = position.steps;
        let step = Step { model, objective, data, threads, rows, key: Key::new(settings.seed), number };
        threads.for_each_large(active, |i, shard| shard.run(i, part(rows.len(), shards, i), &step));

        let mut sums = Sums::default();
        active.iter().for_each(|shard| sums += shard.sums);
        let diverged = |what, value| Error::Diverged { step: number, what, value };
        let value = sums.mean().elbo;
        if !value.is_finite() {
            return Err(diverged("the bound", value));
        }
        let parts = match settings.clip {
            None => active,
            Some(max) => clip(active, max).map_err(|norm| diverged("the gradient's norm", norm))?,
        };
        let gradients: Vec<_> = parts.iter().map(|shard| shard.tape.gradients()).collect();
        if !update(model, optimizer, &gradients, threads, rooms) {
            return Err(Error::Spoilt { step: number });
        }
        self.position.steps += 1;
        Ok(sums)
    }

    /// The rest of the epoch under way: a step for each batch, and `watch` after each. Returns the averages over the whole
    /// epoch, or nothing if `watch` broke off.
    ///
    /// The batches are those of the whole epoch, in its order; the ones already done are skipped. A finished epoch is to be
    /// closed with [`finish_epoch`](Trainer::finish_epoch).
    ///
    /// # Errors
    /// As of [`step`](Trainer::step).
    pub fn epoch<D: Rows<F>>(
        &mut self,
        data: &D,
        batches: &[&[usize]],
        mut watch: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Option<Terms>, Error> {
        let start = Instant::now();
        let before = self.position.seconds;
        while self.position.batch < batches.len() {
            let sums = self.step(data, batches[self.position.batch])?;
            self.position.sums += sums;
            self.position.batch += 1;
            self.position.seconds = before + start.elapsed().as_secs_f64();
            let progress = Progress {
                epoch: self.epochs(),
                batch: self.position.batch,
                batches: batches.len(),
                terms: self.position.sums.mean(),
            };
            if watch(progress).is_break() {
                return Ok(None);
            }
        }
        Ok(Some(self.position.sums.mean()))
    }

    /// Closes an epoch with its validation, and returns its record.
    pub fn finish_epoch(&mut self, validation: Terms) -> Record {
        let record = Record {
            epoch: self.epochs() + 1,
            steps: self.position.steps,
            seconds: self.position.seconds,
            train: self.position.sums.mean(),
            validation,
        };
        self.position.history.push(record);
        self.position.batch = 0;
        self.position.sums = Sums::default();
        record
    }
}
