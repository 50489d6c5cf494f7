//! Which values make sense.

use std::fmt::Display;
use std::ops::RangeInclusive;

use vae::models::{LikelihoodFamily, MlpConfig, PosteriorFamily};

use super::Config;

const MOST_LAYERS: usize = 32;
const MOST_UNITS: usize = 65_536;
/// A full covariance has latent² entries for each row, and as many rows in the matrices that arrange them.
const MOST_FULL: usize = 64;
/// A gigabyte; training needs about four times that.
const MOST_PARAMETERS: u64 = 1 << 28;
/// Numbers that a step may hold in one layer: half a gigabyte, of which there are a dozen or more.
const MOST_ACTIVATIONS: u64 = 1 << 27;

/// Refuses values that make no sense, or no model that fits into a computer.
pub fn check(config: &Config, features: usize, rows: usize) -> Result<(), String> {
    let (model, train) = (&config.model, &config.train);
    within("train.epochs", train.epochs, 1..=1_000_000)?;
    within("train.batch", train.batch, 1..=1_000_000)?;
    within("train.samples", train.samples, 1..=10_000)?;
    if let Some(shards) = train.shards {
        within("train.shards", shards, 1..=1_024)?;
    }
    positive("train.learning_rate", train.learning_rate)?;
    if let Some(clip) = train.clip {
        positive("train.clip", clip)?;
    }
    layout(model)?;
    size(model, features)?;
    let widest = model.hidden.iter().copied().fold(features.max(model.latent), usize::max) as u64;
    let batch = train.batch.min(rows) as u64;
    if batch.saturating_mul(train.samples as u64).saturating_mul(widest) > MOST_ACTIVATIONS {
        return Err(format!(
            "train.batch × train.samples is too much for one step: {batch} rows × {} draws × {widest} units",
            train.samples
        ));
    }
    Ok(())
}

fn layout(model: &MlpConfig) -> Result<(), String> {
    within("the number of layers in model.hidden", model.hidden.len(), 1..=MOST_LAYERS)?;
    for &units in &model.hidden {
        within("a layer in model.hidden", units, 1..=MOST_UNITS)?;
    }
    match model.posterior {
        PosteriorFamily::Diagonal => within("model.latent", model.latent, 1..=MOST_UNITS)?,
        PosteriorFamily::Full => within("model.latent with a full posterior", model.latent, 1..=MOST_FULL)?,
    }
    match (model.scale, model.likelihood) {
        (None, _) => Ok(()),
        (Some(scale), LikelihoodFamily::Gaussian) => positive("model.scale", scale),
        (Some(_), LikelihoodFamily::Bernoulli) => {
            Err("model.scale is for model.likelihood = \"gaussian\"; a bernoulli likelihood has none".into())
        }
    }
}

fn size(model: &MlpConfig, features: usize) -> Result<(), String> {
    let parameters = parameters(model, features);
    if parameters > MOST_PARAMETERS {
        return Err(format!(
            "the model is too large: {parameters} parameters where at most {MOST_PARAMETERS} are allowed \
             (model.hidden, model.latent)"
        ));
    }
    Ok(())
}

/// How many numbers the model's parameters have together, found without building it.
pub fn parameters(model: &MlpConfig, features: usize) -> u64 {
    let linear = |inputs: usize, outputs: usize| (inputs as u64).saturating_add(1).saturating_mul(outputs as u64);
    let trunk = |sizes: Vec<usize>| sizes.windows(2).map(|w| linear(w[0], w[1])).fold(0, u64::saturating_add);
    let (first, last) = (model.hidden.first().copied().unwrap_or(0), model.hidden.last().copied().unwrap_or(0));
    let spread = match model.posterior {
        PosteriorFamily::Diagonal => linear(last, model.latent),
        PosteriorFamily::Full => {
            let below = model.latent.saturating_mul(model.latent.saturating_sub(1)) / 2;
            linear(last, model.latent).saturating_add(linear(last, below))
        }
    };
    let learned = model.likelihood == LikelihoodFamily::Gaussian && model.scale.is_none();
    [
        trunk([features].into_iter().chain(model.hidden.iter().copied()).collect()),
        linear(last, model.latent),
        spread,
        trunk([model.latent].into_iter().chain(model.hidden.iter().rev().copied()).collect()),
        linear(first, features),
        if learned { features as u64 } else { 0 },
    ]
    .into_iter()
    .fold(0, u64::saturating_add)
}

fn within<T: PartialOrd + Display>(what: &str, value: T, range: RangeInclusive<T>) -> Result<(), String> {
    let (least, most) = (range.start(), range.end());
    if range.contains(&value) {
        return Ok(());
    }
    Err(if value < *least {
        format!("{what} must be at least {least}, and is {value}")
    } else {
        format!("{what} must be at most {most}, and is {value}")
    })
}

fn positive(what: &str, value: f64) -> Result<(), String> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(format!("{what} must be a positive number, and is {value}"))
}

#[cfg(test)]
mod tests {
    use nn::Module;
    use prob::Key;
    use vae::models::MlpVae;

    use super::*;

    #[test]
    fn parameters_are_counted_as_the_model_has_them() {
        for posterior in [PosteriorFamily::Diagonal, PosteriorFamily::Full] {
            for (likelihood, scale) in [
                (LikelihoodFamily::Bernoulli, None),
                (LikelihoodFamily::Gaussian, None),
                (LikelihoodFamily::Gaussian, Some(0.5)),
            ] {
                let model =
                    MlpConfig { hidden: vec![7, 5], latent: 3, likelihood, scale, posterior, ..MlpConfig::default() };
                let built = MlpVae::<f32>::new(11, &model, &mut Key::new(0).stream("init", 0, 0));
                assert_eq!(parameters(&model, 11), built.param_count() as u64, "{model:?}");
            }
        }
    }

    #[test]
    fn sizes_beyond_counting_are_refused_without_building() {
        let model = MlpConfig { hidden: vec![MOST_UNITS; MOST_LAYERS], latent: MOST_UNITS, ..MlpConfig::default() };
        assert!(size(&model, usize::MAX).unwrap_err().starts_with("the model is too large"));
    }
}
