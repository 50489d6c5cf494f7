//! What a trained model is worth: its bound, its likelihood by importance sampling, its codes.
//!
//! Rows are taken in chunks of fixed size, each with streams of noise of its own, so that the numbers depend on the model,
//! the data and the key alone, not on the number of threads.

use crate::Terms;
use crate::chunks::{chunked, stack};
use crate::objective::{Objective, log_weights};
use crate::{Rows, Threads, Vae};
use autograd::prelude::*;
use prob::{Key, Moments};
use serde::Serialize;
use std::ops::Range;

/// Rows that are taken at once.
const ROWS: usize = 32;
/// Draws for each row that are taken at once: with [`ROWS`], enough for the matrix products, few enough for the cache.
const DRAWS: usize = 16;
/// A latent unit is active where the variance of its posterior mean over the data is above this
/// (Y. Burda et al., 2016, appendix C).
const ACTIVE: f64 = 0.01;

/// The objective's bound, averaged over all rows.
pub fn bound<F, M, O, D>(model: &M, objective: &O, data: &D, key: Key, threads: &Threads) -> Terms
where
    F: Real,
    M: Vae<F>,
    O: Objective<F, M>,
    D: Rows<F>,
{
    let rows = row_bounds(model, objective, data, key, threads);
    let mean = |term: fn(&Terms) -> f64| spread(rows.iter().map(term)).0;
    Terms {
        elbo: mean(|row| row.elbo),
        expected_log_likelihood: mean(|row| row.expected_log_likelihood),
        kl: mean(|row| row.kl),
    }
}

/// Means and standard deviations of q(z|x), each `[N, K]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Codes<F = f32> {
    /// E_q\[z\].
    pub mean: Tensor<F>,
    /// √Var_q\[z\].
    pub std: Tensor<F>,
}

impl<F: Real> Codes<F> {
    /// How many latent units are active: Var_x(E_q\[z\]) > 0.01.
    pub fn active_units(&self) -> usize {
        let [n, k] = [self.mean.shape()[0], self.mean.shape()[1]];
        let column = |j: usize| (0..n).map(move |i| self.mean.data()[i * k + j].as_f64());
        (0..k).filter(|&j| spread(column(j)).1.powi(2) > ACTIVE).count()
    }
}

/// Encodes every row.
pub fn encode<F, M, D>(model: &M, data: &D, key: Key, threads: &Threads) -> Codes<F>
where
    F: Real,
    M: Vae<F>,
    D: Rows<F>,
{
    let chunks = chunked(data.rows(), ROWS, threads, |tape, chunk, rows| {
        let mut draws = key.stream("eval binarize", chunk as u64, 0);
        tape.evaluate(|tape| {
            let q_z = model.encode(read(tape, data, &rows, &mut draws));
            (q_z.mean().value(), q_z.variance().sqrt().value())
        })
    });
    let shape = [data.rows(), model.latent()];
    let (mean, std): (Vec<_>, Vec<_>) = chunks.into_iter().unzip();
    Codes { mean: stack(shape, &mean), std: stack(shape, &std) }
}

/// An estimate of log p(x) by importance sampling, for one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogLikelihood {
    /// log p̂(x) = log 1/S Σₛ wₛ, in nats. It underestimates log p(x) on average.
    pub value: f64,
    /// Its simulation variance by the delta method: Σₛ w̃ₛ² − 1/S with the weights normalised to Σₛ w̃ₛ = 1.
    pub variance: f64,
}

/// log p̂(x) of every row with `samples` draws from q(z|x).
///
/// # Panics
/// If `samples` is 0.
pub fn log_likelihood<F, M, D>(model: &M, data: &D, samples: usize, key: Key, threads: &Threads) -> Vec<LogLikelihood>
where
    F: Real,
    M: Vae<F>,
    D: Rows<F>,
{
    assert!(samples > 0, "importance sampling needs a sample");
    let chunks = chunked(data.rows(), ROWS, threads, |tape, chunk, rows| {
        let mut weights = vec![Weights::default(); rows.len()];
        for (block, first) in (0..samples).step_by(DRAWS).enumerate() {
            let mut draws = key.stream("eval binarize", chunk as u64, 0);
            let mut noise = key.stream("importance", chunk as u64, block as u64);
            let log_w = tape.evaluate(|tape| {
                let x = read(tape, data, &rows, &mut draws);
                let q_z = model.encode(x);
                log_weights(model, &q_z, x, DRAWS.min(samples - first), &mut noise).value()
            });
            for log_w in log_w.data().chunks_exact(rows.len()) {
                weights.iter_mut().zip(log_w).for_each(|(w, log_w)| w.add(log_w.as_f64()));
            }
        }
        weights.iter().map(Weights::log_likelihood).collect::<Vec<_>>()
    });
    chunks.concat()
}

/// Importance weights of one row, summed as they come, relative to the largest so far.
#[derive(Clone, Copy, Debug)]
struct Weights {
    n: f64,
    max: f64,
    sum: f64,
    sum_of_squares: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Weights { n: 0.0, max: f64::NEG_INFINITY, sum: 0.0, sum_of_squares: 0.0 }
    }
}

impl Weights {
    fn add(&mut self, log_w: f64) {
        self.n += 1.0;
        if log_w > self.max {
            let shrink = (self.max - log_w).exp();
            self.sum *= shrink;
            self.sum_of_squares *= shrink * shrink;
            self.max = log_w;
        }
        // A weight of 0 counts, and adds nothing; −∞ − (−∞) would be NaN.
        if log_w > f64::NEG_INFINITY {
            let w = (log_w - self.max).exp();
            self.sum += w;
            self.sum_of_squares += w * w;
        }
        if log_w.is_nan() {
            self.max = f64::NAN;
        }
    }

    fn log_likelihood(&self) -> LogLikelihood {
        let variance = self.sum_of_squares / (self.sum * self.sum) - 1.0 / self.n;
        // Rounding can leave it a little below 0; a comparison lets NaN through.
        let variance = if variance < 0.0 { 0.0 } else { variance };
        LogLikelihood { value: self.max + (self.sum / self.n).ln(), variance }
    }
}

/// All that `vae eval` reports; nats per example unless named otherwise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Examples.
    pub rows: usize,
    /// The ELBO.
    pub elbo: f64,
    /// Standard deviation over rows ÷ √rows.
    pub elbo_se: f64,
    /// E_q[log p(x|z)].
    pub expected_log_likelihood: f64,
    /// KL(q(z|x) ‖ p(z)).
    pub kl: f64,
    /// −log p̂(x).
    pub nll: f64,
    /// Standard deviation over rows ÷ √rows.
    pub nll_se: f64,
    /// The simulation error of `nll`: √(Σ_b (Σ_s w̃²_bs − 1/S)) ÷ rows.
    pub nll_mc_se: f64,
    /// S, the draws for each row.
    pub samples: usize,
    /// nll ÷ (D ln 2).
    pub bits_per_dim: f64,
    /// Latent units with Var_x(E_q\[z\]) > 0.01.
    pub active_units: usize,
}

/// Evaluates a model with everything that is reported about it.
pub fn evaluate<F, M, O, D>(
    model: &M,
    objective: &O,
    data: &D,
    samples: usize,
    key: Key,
    threads: &Threads,
) -> Evaluation
where
    F: Real,
    M: Vae<F>,
    O: Objective<F, M>,
    D: Rows<F>,
{
    let rows = data.rows();
    let bounds = row_bounds(model, objective, data, key, threads);
    let estimates = log_likelihood(model, data, samples, key, threads);
    let (elbo, elbo_sd) = spread(bounds.iter().map(|row| row.elbo));
    let (log_p, log_p_sd) = spread(estimates.iter().map(|e| e.value));
    let n = rows as f64;
    Evaluation {
        rows,
        elbo,
        elbo_se: elbo_sd / n.sqrt(),
        expected_log_likelihood: spread(bounds.iter().map(|row| row.expected_log_likelihood)).0,
        kl: spread(bounds.iter().map(|row| row.kl)).0,
        nll: -log_p,
        nll_se: log_p_sd / n.sqrt(),
        nll_mc_se: estimates.iter().map(|e| e.variance).sum::<f64>().sqrt() / n,
        samples,
        bits_per_dim: -log_p / (model.features() as f64 * std::f64::consts::LN_2),
        active_units: encode(model, data, key, threads).active_units(),
    }
}

/// The objective's bound for each row.
fn row_bounds<F, M, O, D>(model: &M, objective: &O, data: &D, key: Key, threads: &Threads) -> Vec<Terms>
where
    F: Real,
    M: Vae<F>,
    O: Objective<F, M>,
    D: Rows<F>,
{
    let chunks = chunked(data.rows(), ROWS, threads, |tape, chunk, rows| {
        let mut noise = key.stream("eval", chunk as u64, 0);
        let mut draws = key.stream("eval binarize", chunk as u64, 0);
        tape.evaluate(|tape| Terms::rows(&objective.bound(model, read(tape, data, &rows, &mut draws), &mut noise)))
    });
    chunks.concat()
}

/// Mean and standard deviation (population) of some numbers.
fn spread(x: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = x.clone().count() as f64;
    let mean = x.clone().sum::<f64>() / n;
    (mean, (x.map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt())
}

/// Some rows of the data as a constant `[B, D]`.
fn read<'t, F: Real, D: Rows<F>>(
    tape: &'t Tape<F>,
    data: &D,
    rows: &Range<usize>,
    draws: &mut impl rand::Rng,
) -> Var<'t, F> {
    let rows: Vec<usize> = rows.clone().collect();
    tape.fill([rows.len(), data.features()], |x| data.read(&rows, draws, x))
}
