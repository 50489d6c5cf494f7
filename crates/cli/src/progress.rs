//! What a person sees on standard error while something takes its time.

use std::fmt::Display;
use std::io::Write;

use indicatif::{ProgressBar, ProgressStyle};
use rand::Rng;
use vae::Terms;
use vae::train::{Progress, Record};

use crate::rows::Rows;

/// A line on standard error. Nobody may be listening: that is no reason to stop.
pub fn say(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The bar of a training run, and a line for each epoch above it. Where standard error is no terminal there is no bar.
pub struct TrainingBar {
    bar: ProgressBar,
    epochs: u64,
    best: f64,
}

impl TrainingBar {
    /// A bar for `epochs` epochs of `batches` steps, of which `history` are done.
    pub fn new(epochs: u64, batches: u64, history: &[Record], steps: u64) -> Self {
        let bar = ProgressBar::new(epochs * batches)
            .with_style(style("{prefix} {wide_bar:.cyan/dim} {percent:>3} %  {msg}  {eta:>3} left"));
        bar.set_position(steps);
        bar.reset_eta();
        let best = history.iter().map(|record| record.validation.elbo).fold(f64::NEG_INFINITY, f64::max);
        let bar = Self { bar, epochs, best };
        bar.line(&format!(
            "{:>7}{:>12}{:>12}{:>9}{:>18}{:>9}",
            "epoch", "ELBO", "log p(x|z)", "KL", "validation ELBO", "seconds"
        ));
        bar
    }

    /// After a step.
    pub fn step(&self, progress: &Progress) {
        let Terms { elbo, expected_log_likelihood, kl } = progress.terms;
        self.bar.set_prefix(format!("epoch {}/{}", progress.epoch + 1, self.epochs));
        self.bar.set_message(format!("ELBO {elbo:.2}  log p(x|z) {expected_log_likelihood:.2}  KL {kl:.2}"));
        self.bar.inc(1);
    }

    /// After an epoch.
    pub fn epoch(&mut self, record: &Record) {
        let Terms { elbo, expected_log_likelihood, kl } = record.train;
        let validation = record.validation.elbo;
        let best = validation > self.best;
        self.best = self.best.max(validation);
        self.line(&format!(
            "{:>7}{elbo:>12.2}{expected_log_likelihood:>12.2}{kl:>9.2}{validation:>16.2} {}{:>9.1}",
            record.epoch,
            if best { '*' } else { ' ' },
            record.seconds,
        ));
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn line(&self, line: &str) {
        if self.bar.is_hidden() {
            say(line);
        } else {
            self.bar.println(line);
        }
    }
}

/// Rows that show on a bar how often they were read.
pub struct Counted<'a> {
    rows: &'a Rows,
    bar: ProgressBar,
}

impl<'a> Counted<'a> {
    /// Rows that will be read `times` times each.
    pub fn new(rows: &'a Rows, times: u64, what: &'static str) -> Self {
        let total = vae::Rows::<f32>::rows(rows) as u64 * times;
        let bar = ProgressBar::new(total).with_style(style("{prefix} {bar:40.cyan/dim} {percent:>3} %  {eta:>3} left"));
        bar.set_prefix(what);
        Self { rows, bar }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl vae::Rows<f32> for Counted<'_> {
    fn rows(&self) -> usize {
        vae::Rows::<f32>::rows(self.rows)
    }

    fn features(&self) -> usize {
        vae::Rows::<f32>::features(self.rows)
    }

    fn read<R: Rng + ?Sized>(&self, rows: &[usize], rng: &mut R, out: &mut [f32]) {
        self.rows.read(rows, rng, out);
        self.bar.inc(rows.len() as u64);
    }

    fn draws(&self) -> bool {
        vae::Rows::<f32>::draws(self.rows)
    }
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("━━─")
}
