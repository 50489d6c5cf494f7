//! Data as a model reads them.

use data::{Dataset, Examples};
use prob::Key;
use rand::Rng;
use vae::models::LikelihoodFamily;

use crate::args::Part;
use crate::config::{Binarization, Config};
use crate::error::Error;
use crate::progress::say;

/// The seed of every binarisation that is done once: no option changes it, so that numbers can be compared.
const CONSTANT: u64 = 0;

/// Rows of a data set: grey or binary values as they are, or binary ones drawn anew at each reading.
#[derive(Debug)]
pub struct Rows {
    examples: Examples,
    draw: bool,
}

impl Rows {
    /// The rows that a model learns from.
    pub fn for_training(examples: &Examples, config: &Config, name: &str) -> Result<Self, Error> {
        match config.train.binarization {
            Binarization::Dynamic => Ok(Self { examples: examples.clone(), draw: true }),
            _ => Self::once(examples, config, name, "train"),
        }
    }

    /// Rows to judge a model by: binarised once, in a way that depends on the part's name alone.
    pub fn once(examples: &Examples, config: &Config, name: &str, part: &str) -> Result<Self, Error> {
        let examples = once(examples, config.train.binarization, part);
        if config.model.likelihood == LikelihoodFamily::Bernoulli {
            examples.require_binary(name)?;
        }
        Ok(Self { examples, draw: false })
    }

    /// Rows of data that need not be those the model learnt from, binarised once, each as in its own part. Grey values are
    /// drawn as for `dynamic` if the model knows only 0 and 1 and learnt from data that had no others.
    pub fn of(part: Part, set: &Dataset, config: &Config, name: &str) -> Result<Self, Error> {
        let mut parts = vec![(part.name(), part.of(set)?)];
        if part == Part::All {
            parts = vec![("train", set.train.clone()), ("validation", set.validation.clone())];
        }
        let bernoulli = config.model.likelihood == LikelihoodFamily::Bernoulli;
        let grey = parts.iter().any(|(_, examples)| !examples.is_binary());
        let mut binarization = config.train.binarization;
        if bernoulli && grey && binarization == Binarization::None {
            say(format!("{name} is grey and the model binary: each value is drawn once as 0 or 1, whatever the seed"));
            binarization = Binarization::Dynamic;
        }
        let read = parts.iter().map(|(part, examples)| once(examples, binarization, part));
        let examples =
            read.reduce(|a, b| joined(&a, &b)).ok_or_else(|| Error::Failed(format!("{name} has no rows")))?;
        Ok(Self { examples, draw: false })
    }

    /// The first `n` rows alone.
    pub fn head(self, n: usize) -> Self {
        let n = n.min(self.examples.rows());
        Self { examples: self.examples.split_at(n).0, ..self }
    }
}

/// Examples as a model is to be judged by them: what is drawn is drawn by a stream of the part's own.
fn once(examples: &Examples, binarization: Binarization, part: &str) -> Examples {
    match binarization {
        Binarization::None => examples.clone(),
        Binarization::Dynamic | Binarization::Fixed => examples.drawn(&mut Key::new(CONSTANT).stream(part, 0, 0)),
        Binarization::Threshold => examples.thresholded(),
    }
}

/// A doubt about the scale of values that are divided by 255, if even the largest is far below.
pub fn doubt(examples: &Examples) -> Option<String> {
    const LEAST: u8 = 128;
    let largest = examples.bytes().iter().max().copied().unwrap_or(0);
    (examples.max() == u8::MAX && largest < LEAST).then(|| {
        format!(
            "the largest value is {largest}, and 255 stands for 1: scale the values to 0..255 if {largest} is white"
        )
    })
}

/// The first `n` examples as numbers in [0, 1], one after the other.
pub fn grey(examples: &Examples, n: usize) -> Vec<f32> {
    let rows: Vec<usize> = (0..n.min(examples.rows())).collect();
    let mut values = vec![0.0; rows.len() * examples.features()];
    examples.grey(&rows, &mut values);
    values
}

impl vae::Rows<f32> for Rows {
    fn rows(&self) -> usize {
        self.examples.rows()
    }

    fn features(&self) -> usize {
        self.examples.features()
    }

    fn read<R: Rng + ?Sized>(&self, rows: &[usize], rng: &mut R, out: &mut [f32]) {
        if self.draw { self.examples.draw(rows, rng, out) } else { self.examples.grey(rows, out) }
    }

    fn draws(&self) -> bool {
        self.draw
    }
}

impl Part {
    /// The word for it; it also names the stream that binarises it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
            Self::All => "all",
        }
    }

    /// The part that is taken where nobody says which: `own` tells whether the data are those that the model learnt from.
    pub fn usual(data: &Dataset, own: bool) -> Self {
        match (&data.test, own) {
            (Some(_), _) => Self::Test,
            (None, true) => Self::Validation,
            (None, false) => Self::All,
        }
    }

    /// Its rows.
    pub fn of(self, data: &Dataset) -> Result<Examples, Error> {
        match self {
            Self::Train => Ok(data.train.clone()),
            Self::Validation => Ok(data.validation.clone()),
            Self::Test => data.test.clone().ok_or_else(|| Error::Failed(format!("{} has no test part", data.name))),
            Self::All => Ok(joined(&data.train, &data.validation)),
        }
    }
}

/// Both parts, one after the other.
fn joined(a: &Examples, b: &Examples) -> Examples {
    let all = Examples::new(a.shape(), [a.bytes(), b.bytes()].concat(), a.max());
    match (a.labels(), b.labels()) {
        (Some(a), Some(b)) => all.with_labels([a, b].concat()),
        _ => all,
    }
}

/// A number that tells one set of examples from another: FNV-1a over their shape and values.
pub fn digest(examples: &Examples) -> String {
    let shape = examples.shape().map(|side| side as u64).map(u64::to_le_bytes).concat();
    let bytes = shape.iter().chain(examples.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}
