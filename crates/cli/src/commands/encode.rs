//! `vae encode`: means and standard deviations of q(z|x).

use std::io::BufWriter;
use std::path::Path;

use prob::Key;
use serde_json::json;
use vae::Threads;
use vae::evaluate::{Codes, encode};

use super::Outcome;
use super::source::Loaded;
use crate::args::Encode;
use crate::error::Error;
use crate::output::{self, Format, csv, npy};
use crate::progress::Counted;
use crate::text::plural;

pub fn run(args: &Encode) -> Result<Outcome, Error> {
    let path = args.output.clone().unwrap_or_else(|| args.source.run.join("codes.csv"));
    let format = Format::of(&path, &[Format::Csv, Format::Npy])?;
    let loaded = Loaded::open(&args.source)?;
    let key = Key::new(args.common.seed.unwrap_or(loaded.trained.config.seed));
    let threads = Threads::new(args.common.threads);
    let codes = encode(&loaded.trained.model, &Counted::new(&loaded.rows, 1, "encoding"), key, &threads);
    write(&path, format, &codes, loaded.examples.labels())?;
    let rows = loaded.examples.rows();
    let units = plural(loaded.trained.latent() as u64, "dimension");
    Ok(Outcome {
        text: format!("{} of {}, {units}: {}\n", plural(rows as u64, "code"), loaded.name(), path.display()),
        json: json!({
            "run": loaded.trained.run.name(), "data": loaded.data, "part": loaded.part.name(),
            "file": path.display().to_string(), "rows": rows,
            "latent": loaded.trained.latent(), "active_units": codes.active_units(),
        }),
    })
}

fn write(path: &Path, format: Format, codes: &Codes, labels: Option<&[u8]>) -> Result<(), Error> {
    let [n, k] = [codes.mean.shape()[0], codes.mean.shape()[1]];
    output::write(path, |file| {
        let mut file = BufWriter::new(file);
        if format == Format::Npy {
            return npy::write(file, &[2, n, k], [codes.mean.data(), codes.std.data()]);
        }
        let names: Vec<String> =
            ["mean", "std"].iter().flat_map(|word| (1..=k).map(move |j| format!("{word}_{j}"))).collect();
        let rows = (0..n).map(|i| [codes.mean.row(i), codes.std.row(i)].concat());
        csv::write(&mut file, &names, labels, rows)
    })
}
