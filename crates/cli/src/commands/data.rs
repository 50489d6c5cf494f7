//! `vae data`: what a data set holds.

use std::collections::BTreeMap;

use data::{Dataset, Examples};
use serde_json::{Value, json};
use vae::models::LikelihoodFamily;

use super::Outcome;
use crate::args;
use crate::config::{Binarization, constant_features, suits};
use crate::error::Error;
use crate::rows::doubt;
use crate::text::{count, plural};

pub fn run(args: &args::Data) -> Result<Outcome, Error> {
    let set = data::open(&args.data)?;
    let facts = Facts::of(&set);
    Ok(Outcome { text: facts.text(&args.data), json: facts.json(&args.data) })
}

/// What is said of a data set.
struct Facts<'a> {
    parts: Vec<(&'static str, &'a Examples)>,
    values: Values,
    constant: usize,
    likelihood: LikelihoodFamily,
    binarization: Binarization,
    doubt: Option<String>,
}

/// How the training values are distributed.
struct Values {
    least: u8,
    largest: u8,
    different: usize,
    /// The value that stands for 1.
    one: u8,
    mean: f64,
    /// The share of values that are not 0.
    ink: f64,
    binary: bool,
}

impl Values {
    fn of(examples: &Examples) -> Self {
        let mut counts = [0_u64; 256];
        examples.bytes().iter().for_each(|&v| counts[usize::from(v)] += 1);
        let present: Vec<usize> = (0..256).filter(|&v| counts[v] > 0).collect();
        let n = examples.bytes().len() as f64;
        let sum: f64 = present.iter().map(|&v| v as f64 * counts[v] as f64).sum();
        Self {
            least: present.first().map_or(0, |&v| v as u8),
            largest: present.last().map_or(0, |&v| v as u8),
            different: present.len(),
            one: examples.max(),
            mean: sum / n / f64::from(examples.max()),
            ink: 1.0 - counts[0] as f64 / n,
            binary: examples.is_binary(),
        }
    }
}

impl<'a> Facts<'a> {
    fn of(set: &'a Dataset) -> Self {
        let test = set.test.as_ref().map(|test| ("test", test));
        let parts = [("train", &set.train), ("validation", &set.validation)].into_iter().chain(test).collect();
        let (likelihood, binarization) = suits(&set.train);
        Self {
            parts,
            values: Values::of(&set.train),
            constant: constant_features(&set.train),
            likelihood,
            binarization,
            doubt: doubt(&set.train),
        }
    }

    fn shape(&self) -> [usize; 2] {
        self.parts[0].1.shape()
    }

    fn text(&self, name: &str) -> String {
        let ([height, width], v) = (self.shape(), &self.values);
        let features = count((height * width) as u64);
        let shape = if height == 1 {
            plural(width as u64, "value")
        } else {
            format!("{height} × {width} = {features} values")
        };
        let mut text = format!("{name}: rows of {shape}\n\n");
        for (part, examples) in &self.parts {
            text += &format!("  {part:<12}{:>10} rows\n", count(examples.rows() as u64));
        }
        let kind = if v.binary { "binary" } else { "grey" };
        text +=
            &format!("\n  values      {}..{} of {}, {kind}, {} different\n", v.least, v.largest, v.one, v.different);
        text += &format!("  ink         {:.1} % of the values are not 0; the mean is {:.3}\n", 100.0 * v.ink, v.mean);
        if let Some(doubt) = &self.doubt {
            text += &format!("  warning     {doubt}\n");
        }
        if self.constant > 0 {
            text += &format!("  constant    {} never change\n", plural(self.constant as u64, "position"));
        }
        if let Some(classes) = classes(self.parts[0].1) {
            text += &format!("  classes     {}: {}\n", classes.len(), listed(&classes));
        }
        text + &format!("\n  suits       {}\n", self.advice())
    }

    fn advice(&self) -> String {
        match (self.likelihood, self.binarization) {
            (LikelihoodFamily::Bernoulli, Binarization::None) => "a bernoulli likelihood: all values are 0 or 1",
            (LikelihoodFamily::Bernoulli, _) => {
                "a bernoulli likelihood with dynamic binarisation: most values are nearly black or white"
            }
            (LikelihoodFamily::Gaussian, _) => "a gaussian likelihood: most values are neither black nor white",
        }
        .to_owned()
    }

    fn json(&self, name: &str) -> Value {
        let part = |examples: &Examples| json!({ "rows": examples.rows(), "classes": classes(examples) });
        let parts: BTreeMap<&str, Value> = self.parts.iter().map(|(name, examples)| (*name, part(examples))).collect();
        let v = &self.values;
        json!({
            "data": name,
            "shape": self.shape(),
            "features": self.shape()[0] * self.shape()[1],
            "parts": parts,
            "min": v.least, "max": v.largest, "one": v.one, "different_values": v.different,
            "mean": v.mean, "ink": v.ink, "binary": v.binary, "constant_features": self.constant,
            "likelihood": self.likelihood, "binarization": self.binarization, "warning": self.doubt,
        })
    }
}

/// How many rows each label has.
fn classes(examples: &Examples) -> Option<BTreeMap<u8, u64>> {
    let mut classes = BTreeMap::new();
    for &label in examples.labels()? {
        *classes.entry(label).or_default() += 1;
    }
    Some(classes)
}

fn listed(classes: &BTreeMap<u8, u64>) -> String {
    const MOST: usize = 12;
    let mut words: Vec<String> =
        classes.iter().take(MOST).map(|(label, n)| format!("{label} ×{}", count(*n))).collect();
    if classes.len() > MOST {
        words.push("…".into());
    }
    words.join("  ")
}
