//! The training itself, from wherever the run stands to its last epoch.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use data::{Batches, Dataset};
use nn::{Adam, Module, checkpoint};
use vae::evaluate::bound;
use vae::models::MlpVae;
use vae::train::{Record, Settings};
use vae::{Elbo, Threads, Trainer};

use super::plan::Work;
use crate::config::Config;
use crate::error::Error;
use crate::interrupt;
use crate::progress::{TrainingBar, say};
use crate::rows::{Rows, digest};
use crate::run::Run;
use crate::text::{count, plural};
use crate::trained::About;

/// A checkpoint is not written more often than this, but for the first and the last.
const PAUSE: Duration = Duration::from_secs(2);

/// A run under way.
pub struct Session {
    pub run: Run,
    pub config: Config,
    pub data: Dataset,
    pub trainer: Trainer<MlpVae, Elbo, Adam>,
    train: Rows,
    validation: Rows,
    /// Of the training data.
    digest: String,
    saved: Option<Instant>,
    /// Held as long as the session.
    _lock: Option<std::fs::File>,
}

impl Session {
    /// Takes up a run where its checkpoint stands, or at the beginning.
    pub fn open(work: Work, threads: Threads) -> Result<Self, Error> {
        let Work { run, config, data, lock } = work;
        let train = Rows::for_training(&data.train, &config, &config.data)?;
        let validation = Rows::once(&data.validation, &config, &config.data, "validation")?;
        let settings = Settings { seed: config.seed, shards: config.train.shards, clip: config.train.clip };
        let mut rng = prob::Key::new(config.seed).stream("init", 0, 0);
        let model = MlpVae::new(data.train.features(), &config.model, &mut rng);
        let objective = Elbo { samples: config.train.samples };
        let trainer = Trainer::new(model, objective, Adam::new(config.train.learning_rate), settings, threads);
        let digest = digest(&data.train);
        let mut session = Self { run, config, data, trainer, train, validation, digest, saved: None, _lock: lock };
        session.take_up()?;
        Ok(session)
    }

    fn take_up(&mut self) -> Result<(), Error> {
        let checkpoint = self.run.checkpoint();
        if checkpoint.exists() {
            self.trainer.resume(&checkpoint)?;
            self.require_whole_epochs()?;
            say(format!("{}: going on after {}", self.run.name(), self.position()));
        } else {
            let rows = |examples: &data::Examples| count(examples.rows() as u64);
            say(format!(
                "{}: {} rows to train, {} to validate; {} parameters",
                self.run.name(),
                rows(&self.data.train),
                rows(&self.data.validation),
                count(self.trainer.model().param_count() as u64)
            ));
        }
        // Lines that are ahead of the checkpoint are cut off; they will be written again.
        self.run.write_metrics(self.trainer.history())
    }

    /// Refuses a checkpoint whose epochs are not as long as the data make them.
    fn require_whole_epochs(&self) -> Result<(), Error> {
        let batches = self.batches() as u64;
        let whole = |record: &Record| record.epoch.checked_mul(batches) == Some(record.steps);
        let before = self.trainer.history().last().map_or(0, |record| record.steps);
        let fits = self.trainer.history().iter().all(whole) && self.trainer.steps().saturating_sub(before) <= batches;
        if fits {
            return Ok(());
        }
        let (steps, epochs) = (plural(self.trainer.steps(), "step"), plural(self.trainer.epochs(), "epoch"));
        let reason =
            format!("does not fit the data, of which an epoch has {batches} steps: it stands at {steps} and {epochs}");
        Err(Error::file(self.run.checkpoint(), reason))
    }

    /// Steps of an epoch.
    fn batches(&self) -> usize {
        self.data.train.rows().div_ceil(self.config.train.batch)
    }

    /// Trains to the end; breaks off if somebody presses Ctrl-C.
    pub fn train(&mut self) -> Result<ControlFlow<()>, Error> {
        let (epochs, batches) = (self.config.train.epochs, self.batches() as u64);
        if self.trainer.epochs() >= epochs {
            return Ok(ControlFlow::Continue(()));
        }
        let mut bar = TrainingBar::new(epochs, batches, self.trainer.history(), self.trainer.steps());
        let outcome = self.epochs(&mut bar);
        bar.clear();
        outcome
    }

    fn epochs(&mut self, bar: &mut TrainingBar) -> Result<ControlFlow<()>, Error> {
        while self.trainer.epochs() < self.config.train.epochs {
            if self.steps(bar)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            let record = self.finish_epoch()?;
            bar.epoch(&record);
            if interrupt::requested() && self.trainer.epochs() < self.config.train.epochs {
                self.save()?;
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The steps of the epoch under way, with a pause now and then for a checkpoint.
    fn steps(&mut self, bar: &TrainingBar) -> Result<ControlFlow<()>, Error> {
        let mut order = Batches::new(self.data.train.rows(), self.config.train.batch);
        order.shuffle(&mut self.trainer.key().stream("shuffle", self.trainer.epochs(), 0));
        let batches: Vec<&[usize]> = order.iter().collect();
        let began = Instant::now();
        loop {
            let since = self.saved.unwrap_or(began);
            let done = self.trainer.epoch(&self.train, &batches, |progress| {
                bar.step(&progress);
                let pause = interrupt::requested() || since.elapsed() > 5 * PAUSE;
                if pause { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            if done.map_err(|e| self.failed(e))?.is_some() {
                return Ok(ControlFlow::Continue(()));
            }
            self.save()?;
            if interrupt::requested() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }

    /// Validates, and keeps the model if it is the best so far. What is written first must not be missed if the rest is not
    /// written any more: the model before the checkpoint, which a resumed run believes.
    fn finish_epoch(&mut self) -> Result<Record, Error> {
        let key = self.trainer.key();
        let objective = *self.trainer.objective();
        let terms = bound(self.trainer.model(), &objective, &self.validation, key, self.trainer.threads());
        if !terms.elbo.is_finite() {
            let reason = format!("the bound on the validation data is {} after {}", terms.elbo, self.position());
            return Err(Error::Failed(format!("training diverged: {reason}{}", self.remains())));
        }
        let before = best(self.trainer.history()).map(|record| record.validation.elbo);
        let record = self.trainer.finish_epoch(terms);
        if before.is_none_or(|before| terms.elbo > before) {
            let about = About {
                shape: self.data.train.shape(),
                epoch: record.epoch,
                digest: self.digest.clone(),
                config: self.config.essence()?,
            };
            checkpoint::save(self.run.model(), self.trainer.model(), &about.metadata()).map_err(vae::Error::from)?;
        }
        let last = record.epoch >= self.config.train.epochs;
        if last || self.saved.is_none_or(|saved| saved.elapsed() > PAUSE) {
            self.save()?;
        }
        self.run.append_metrics(&record)?;
        Ok(record)
    }

    fn save(&mut self) -> Result<(), Error> {
        self.trainer.save_checkpoint(self.run.checkpoint())?;
        self.saved = Some(Instant::now());
        Ok(())
    }

    fn failed(&self, error: vae::Error) -> Error {
        match error {
            vae::Error::Diverged { .. } | vae::Error::Spoilt { .. } => {
                Error::Failed(format!("{error}{}", self.remains()))
            }
            error => error.into(),
        }
    }

    /// What a run that failed leaves behind.
    fn remains(&self) -> String {
        let kept = [self.run.checkpoint(), self.run.model()];
        let kept: Vec<String> =
            kept.iter().filter(|file| file.exists()).map(|file| file.display().to_string()).collect();
        if kept.is_empty() { String::new() } else { format!("; kept: {}", kept.join(", ")) }
    }

    /// How far the run has come: `epoch 3 of 50` or `step 250, in epoch 4 of 50`.
    fn position(&self) -> String {
        let (steps, done, epochs) = (self.trainer.steps(), self.trainer.epochs(), self.config.train.epochs);
        if done.checked_mul(self.batches() as u64) == Some(steps) {
            format!("epoch {done} of {epochs}")
        } else {
            format!("{}, in epoch {} of {epochs}", plural(steps, "step"), done.saturating_add(1))
        }
    }

    /// What to say when the run is broken off.
    pub fn stand(&self) -> String {
        format!("stopped after {}", self.position())
    }
}

/// The epoch whose model is kept: the first with the highest bound on the validation data.
pub fn best(history: &[Record]) -> Option<&Record> {
    history.iter().reduce(|best, record| if record.validation.elbo > best.validation.elbo { record } else { best })
}
