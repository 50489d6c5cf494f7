//! From grey values to zeros and ones, which a Bernoulli likelihood needs.

use std::fmt;
use std::str::FromStr;

use rand::Rng;

use crate::{Error, Examples};

/// How grey values become zeros and ones. Log-likelihoods under different binarisations are not to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binarization {
    /// Drawn anew whenever a batch is made: [`Examples::draw`].
    Dynamic,
    /// Drawn once for the whole set: [`Examples::drawn`].
    Fixed,
    /// 1 where the value is at least half of the largest: [`Examples::thresholded`].
    Threshold,
}

impl fmt::Display for Binarization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Dynamic => "dynamic",
            Self::Fixed => "fixed",
            Self::Threshold => "threshold",
        })
    }
}

impl FromStr for Binarization {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        match word {
            "dynamic" => Ok(Self::Dynamic),
            "fixed" => Ok(Self::Fixed),
            "threshold" => Ok(Self::Threshold),
            _ => Err(Error::Unknown {
                what: "binarisation",
                word: word.to_owned(),
                expected: "`dynamic`, `fixed` or `threshold`",
            }),
        }
    }
}

impl Examples {
    /// Writes the examples `rows` to `out`, `[rows, D]`, each value drawn as 1 with probability `value / max`, else 0.
    ///
    /// The probability is exact at 0 (never 1) and at `max` (always 1), and elsewhere within 2⁻³². A row takes ⌈D/2⌉
    /// 64-bit numbers from `rng` whatever its values are, so that the draws of one row do not depend on another's.
    ///
    /// # Panics
    /// If there is no such row, or `out` has not room for exactly these.
    #[track_caller]
    pub fn draw<R: Rng + ?Sized>(&self, rows: &[usize], rng: &mut R, out: &mut [f32]) {
        self.each(rows, out, |values, out| {
            draw_row(values, self.max(), rng, out);
        });
    }

    /// All examples drawn once as by [`draw`](Self::draw): values 0 and 1, the labels as they are.
    pub fn drawn<R: Rng + ?Sized>(&self, rng: &mut R) -> Self {
        let mut bits = vec![0; self.bytes().len()];
        let features = self.features();
        let rows = self.bytes().chunks_exact(features);
        for (values, out) in rows.zip(bits.chunks_exact_mut(features)) {
            draw_row(values, self.max(), rng, out);
        }
        self.with_bits(bits)
    }

    /// All examples with 1 where the value is at least half of `max` (128 where `max` is 255), else 0; the labels as they are.
    pub fn thresholded(&self) -> Self {
        let half = self.max().div_ceil(2);
        self.with_bits(self.bytes().iter().map(|&v| u8::from(v >= half)).collect())
    }

    fn with_bits(&self, bits: Vec<u8>) -> Self {
        let examples = Self::new(self.shape(), bits, 1);
        match self.labels() {
            Some(labels) => examples.with_labels(labels.to_vec()),
            None => examples,
        }
    }

    /// Refuses grey values, for a likelihood that gives only 0 and 1 a probability; `name` says in the message whose they are.
    ///
    /// # Errors
    /// [`Error::Grey`] if a value is neither 0 nor `max`.
    pub fn require_binary(&self, name: &str) -> Result<(), Error> {
        let max = self.max();
        match self.bytes().iter().position(|&v| v != 0 && v != max) {
            None => Ok(()),
            Some(at) => {
                Err(Error::Grey { name: name.to_owned(), row: at / self.features(), value: self.bytes()[at], max })
            }
        }
    }
}

/// Draws each of `values` as 1 with probability `value / max`, two from a random 64-bit number.
///
/// The random numbers of a block are made before they are used: the second loop then has neither calls nor branches, and is
/// vectorised. (A branch on a random bit would be mispredicted at every other grey value.)
fn draw_row<T: From<bool>, R: Rng + ?Sized>(values: &[u8], max: u8, rng: &mut R, out: &mut [T]) {
    const BLOCK: usize = 64;
    let mut random = [0; BLOCK];
    for (values, out) in values.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
        let (pairs, _) = random.as_chunks_mut::<2>();
        for pair in &mut pairs[..values.len().div_ceil(2)] {
            let bits = rng.next_u64();
            *pair = [bits as u32, (bits >> 32) as u32];
        }
        for ((out, &value), &random) in out.iter_mut().zip(values).zip(&random) {
            *out = below(random, value, max).into();
        }
    }
}

/// Whether a random number in 0..max, made by multiplication from one in 0..2³², is below `value`.
fn below(random: u32, value: u8, max: u8) -> bool {
    (u64::from(random) * u64::from(max)) >> 32 < u64::from(value)
}
