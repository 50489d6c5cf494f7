//! `vae eval`: what a trained model is worth.

use prob::Key;
use serde_json::json;
use vae::evaluate::{Evaluation, evaluate};
use vae::{Elbo, Threads};

use super::Outcome;
use super::source::Loaded;
use crate::args::Eval;
use crate::error::Error;
use crate::progress::Counted;
use crate::text::{count, plural};

/// Draws that the evaluation makes in one reading of the data.
const DRAWS_A_READING: u64 = 16;

pub fn run(args: &Eval) -> Result<Outcome, Error> {
    let loaded = Loaded::open(&args.source)?;
    let key = Key::new(args.common.seed.unwrap_or(loaded.trained.config.seed));
    let objective = Elbo { samples: loaded.trained.config.train.samples };
    let threads = Threads::new(args.common.threads);
    let readings = u64::from(args.samples).div_ceil(DRAWS_A_READING) + 2;
    let rows = Counted::new(&loaded.rows, readings, "evaluating");
    let values = evaluate(&loaded.trained.model, &objective, &rows, args.samples as usize, key, &threads);
    drop(rows);
    let mut json = json!(values);
    if let Some(object) = json.as_object_mut() {
        object.insert("run".into(), loaded.trained.run.name().into());
        object.insert("data".into(), loaded.data.clone().into());
        object.insert("part".into(), loaded.part.name().into());
    }
    Ok(Outcome { text: table(&values, &loaded), json })
}

fn table(values: &Evaluation, loaded: &Loaded) -> String {
    let Evaluation { elbo, elbo_se, expected_log_likelihood, kl, nll, nll_se, nll_mc_se, .. } = values;
    format!(
        "{} on {}, {}\n\n\
         {:<14}{elbo:>10.2} ± {elbo_se:.2}\n\
         {:<14}{expected_log_likelihood:>10.2}\n\
         {:<14}{kl:>10.2}\n\
         {:<14}{nll:>10.2} ± {nll_se:.2}   {} importance samples, simulation error {nll_mc_se:.3}\n\
         {:<14}{:>10.3}\n\
         {:<14}{:>10}   of {}\n\n\
         Nats per example, ± standard error over rows.\n",
        loaded.trained.run.name(),
        loaded.name(),
        plural(values.rows as u64, "row"),
        "ELBO",
        "  log p(x|z)",
        "  KL",
        "−log p(x)",
        count(values.samples as u64),
        "  bits/dim",
        values.bits_per_dim,
        "active units",
        values.active_units,
        loaded.trained.latent(),
    )
}
