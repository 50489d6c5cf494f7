//! `vae reconstruct`: data above what a trained model makes of them.

use prob::Key;
use serde_json::json;
use vae::Threads;
use vae::evaluate::encode;

use super::Outcome;
use super::source::Loaded;
use crate::args::Reconstruct;
use crate::error::Error;
use crate::figures;
use crate::output::{self, Format};
use crate::rows::grey;
use crate::text::plural;

pub fn run(args: &Reconstruct) -> Result<Outcome, Error> {
    let path = args.output.clone().unwrap_or_else(|| args.source.run.join("reconstructions.png"));
    let format = Format::of(&path, &Format::IMAGES)?;
    let Loaded { trained, data, part, examples, rows } = Loaded::open(&args.source)?;
    let n = (args.n as usize).min(examples.rows());
    output::room(n, trained.features(), format)?;
    let key = Key::new(args.common.seed.unwrap_or(trained.config.seed));
    let threads = Threads::new(args.common.threads);
    let codes = encode(&trained.model, &rows.head(n), key, &threads);
    let parts = trained.decode_parts(codes.mean.data(), &threads);
    let picture = |values: &[f32]| figures::reconstructions(&trained, &grey(&examples, n), values);
    output::write_rows(&path, format, (n, trained.shape), parts, picture)?;
    Ok(Outcome {
        text: format!("{} of {data} ({}): {}\n", plural(n as u64, "reconstruction"), part.name(), path.display()),
        json: json!({
            "run": trained.run.name(), "data": data, "part": part.name(), "file": path.display().to_string(),
            "rows": n,
            "features": trained.features(),
        }),
    })
}
