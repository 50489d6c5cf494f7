//! New data from a model: samples, and what latent vectors stand for.
//!
//! Rows are made in chunks of fixed size, each with streams of noise of its own, so that the numbers depend on the model, the
//! key and the size of a chunk, not on the number of threads.

use crate::chunks::{chunked, stack};
use crate::{Threads, Vae};
use autograd::prelude::*;
use prob::{Distribution, Key, Moments};
use std::ops::Range;

/// Rows that are made at once: enough for the matrix products, few enough for the cache.
const ROWS: usize = 128;

/// Samples of a model: z ~ p(z), and for each the mean of p(x|z) or a draw from it.
///
/// The samples of a key are one endless sequence, any part of which can be made by itself: all at once by
/// [`rows`](Sampler::rows), or some at a time by [`chunks`](Sampler::chunks), where they are too many to be held.
///
/// ```
/// use prob::Key;
/// use vae::models::{MlpConfig, MlpVae};
/// use vae::{Sampler, Threads};
///
/// let model = MlpVae::<f32>::new(9, &MlpConfig::default(), &mut Key::new(0).stream("init", 0, 0));
/// let x = Sampler::draws(&model, Key::new(1)).rows(300, &Threads::new(2));
/// assert_eq!(x.shape().dims(), [300, 9]);
/// assert!(x.data().iter().all(|&x| x == 0.0 || x == 1.0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Sampler<'m, M> {
    model: &'m M,
    key: Key,
    /// Whether x is drawn from p(x|z), not its mean taken.
    draw: bool,
    chunk: usize,
}

impl<'m, M> Sampler<'m, M> {
    /// x ~ p(x): z ~ p(z), then x ~ p(x|z).
    pub fn draws(model: &'m M, key: Key) -> Self {
        Sampler { model, key, draw: true, chunk: ROWS }
    }

    /// E\[x|z\] at z ~ p(z): free of the noise of p(x|z), as pictures of samples are usually shown.
    pub fn means(model: &'m M, key: Key) -> Self {
        Sampler { draw: false, ..Sampler::draws(model, key) }
    }

    /// The same with chunks of so many rows, 128 otherwise. The number changes the samples.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn with_chunks_of(self, rows: usize) -> Self {
        assert!(rows > 0, "a chunk has rows");
        Sampler { chunk: rows, ..self }
    }

    /// The first `n` samples, `[n, D]`.
    pub fn rows<F: Real>(&self, n: usize, threads: &Threads) -> Tensor<F>
    where
        M: Vae<F>,
    {
        stack([n, self.model.features()], &self.chunks(0..n, threads, Tensor::clone))
    }

    /// Calls `f` with each chunk of the samples in a range, `[rows, D]`; gives its results in the order of the samples.
    ///
    /// `f` runs where the chunk was made, on any thread. A tensor that it does not keep is memory for the next chunk.
    ///
    /// # Panics
    /// If the range does not begin where a chunk does.
    #[track_caller]
    pub fn chunks<F: Real, R: Send>(
        &self,
        samples: Range<usize>,
        threads: &Threads,
        f: impl Fn(&Tensor<F>) -> R + Send + Sync,
    ) -> Vec<R>
    where
        M: Vae<F>,
    {
        let first = samples.start / self.chunk;
        assert!(first * self.chunk == samples.start, "no chunk of {} begins at sample {}", self.chunk, samples.start);
        chunked(samples.len(), self.chunk, threads, |tape, i, rows| {
            tape.evaluate(|tape| f(&self.chunk(tape, (first + i) as u64, rows.len())))
        })
    }

    /// Some rows of a chunk, from its first on. z and x have streams of their own, so that how many rows there are does not
    /// show in them.
    fn chunk<F: Real>(&self, tape: &Tape<F>, number: u64, rows: usize) -> Tensor<F>
    where
        M: Vae<F>,
    {
        let k = self.model.latent();
        let p_z = self.model.prior(tape);
        let mut noise = self.key.stream("sample z", number, 0);
        let z = tape.fill([rows, k], |z| {
            z.chunks_exact_mut(k.max(1)).for_each(|z| z.copy_from_slice(p_z.sample(&mut noise).data()));
        });
        let p_x_z = self.model.decode(z);
        if self.draw { p_x_z.sample(&mut self.key.stream("sample x", number, 0)) } else { p_x_z.mean().value() }
    }
}

/// E\[x|z\] for latent vectors `[N, K]`: `[N, D]`.
///
/// # Panics
/// If `z` is not `[N, K]`.
#[track_caller]
pub fn decode<F: Real, M: Vae<F>>(model: &M, z: &Tensor<F>, threads: &Threads) -> Tensor<F> {
    let k = model.latent();
    let fits = z.shape().rank() == 2 && z.shape()[1] == k;
    assert!(fits, "latent vectors of a model with {k} dimensions are [N, {k}], not {}", z.shape());
    let n = z.shape()[0];
    let chunks = chunked(n, ROWS, threads, |tape, _, rows| {
        tape.evaluate(|tape| {
            let part = &z.data()[rows.start * k..rows.end * k];
            model.decode(tape.fill([rows.len(), k], |z| z.copy_from_slice(part))).mean().value()
        })
    });
    stack([n, model.features()], &chunks)
}
