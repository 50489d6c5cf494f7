//! `vae sample`: new data from a trained model.

use prob::Key;
use serde_json::json;
use vae::Threads;

use super::Outcome;
use crate::args::Sample;
use crate::error::Error;
use crate::figures;
use crate::output::{self, Format};
use crate::run::Run;
use crate::text::plural;
use crate::trained::Trained;

pub fn run(args: &Sample) -> Result<Outcome, Error> {
    let path = args.output.clone().unwrap_or_else(|| args.run.join("samples.png"));
    let format = Format::of(&path, &Format::IMAGES)?;
    let trained = Trained::load(&Run::at(&args.run))?;
    let n = args.n as usize;
    output::room(n, trained.features(), format)?;
    let key = Key::new(args.common.seed.unwrap_or(trained.config.seed));
    let threads = Threads::new(args.common.threads);
    let parts = trained.sample_parts(n, key, args.draw, &threads);
    output::write_rows(&path, format, (n, trained.shape), parts, |values| figures::samples(&trained, values))?;
    let what = if args.draw { "drawn from p(x|z)" } else { "means of p(x|z)" };
    Ok(Outcome {
        text: format!("{}, {what}: {}\n", plural(n as u64, "sample"), path.display()),
        json: json!({
            "run": trained.run.name(), "file": path.display().to_string(), "rows": n, "features": trained.features(),
            "kind": if args.draw { "draws" } else { "means" }, "seed": key.seed(),
        }),
    })
}
