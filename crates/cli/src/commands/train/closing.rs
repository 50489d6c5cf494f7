//! The end of a run: the best model is judged on the test data, drawn, and summed up.

use nn::Module;
use serde_json::{Value, json};
use vae::Terms;
use vae::evaluate::{Codes, bound, encode};
use vae::train::Record;

use super::session::{Session, best};
use super::{how_to_resume, program};
use crate::args::Part;
use crate::commands::Outcome;
use crate::error::Error;
use crate::figures;
use crate::interrupt;
use crate::picture::Picture;
use crate::rows::{Rows, grey};
use crate::text::{count, plural, quoted, time};
use crate::trained::Trained;

/// Images in `samples.png` and pairs in `reconstructions.png`.
const SAMPLES: usize = 100;
const PAIRS: usize = 40;

/// What the best model is judged to be.
struct Judged {
    /// On the test data, if there are any.
    test: Option<Terms>,
    rows: usize,
    active_units: usize,
}

/// Evaluates, draws, and finishes the run.
pub fn close(session: &Session) -> Result<Outcome, Error> {
    let history = session.trainer.history();
    let best = best(history).ok_or_else(|| Error::file(session.run.folder(), "no epoch was trained"))?;
    let trained = Trained::load(&session.run)?;
    let part = Part::usual(&session.data, true);
    let examples = part.of(&session.data)?;
    let rows = Rows::once(&examples, &session.config, &session.config.data, part.name())?;
    let (key, threads) = (session.trainer.key(), session.trainer.threads());
    let terms = bound(&trained.model, session.trainer.objective(), &rows, key, threads);
    let codes = encode(&trained.model, &rows, key, threads);
    let judged = Judged {
        test: (part == Part::Test).then_some(terms),
        rows: examples.rows(),
        active_units: codes.active_units(),
    };
    let pictures = draw(session, &trained, &examples, &codes, part)?;
    if interrupt::requested() {
        let how = how_to_resume(&session.run.name(), 0);
        return Err(Error::Interrupted(format!("stopped before the summary; to write it:\n  {how}")));
    }
    let summary = summary(session, best, &judged);
    session.run.write_summary(&summary)?;
    Ok(Outcome { text: text(session, best, &judged, &pictures), json: summary })
}

/// Draws the pictures and returns their names.
fn draw(
    session: &Session,
    trained: &Trained,
    examples: &data::Examples,
    codes: &Codes,
    part: Part,
) -> Result<Vec<&'static str>, Error> {
    let name = &session.data.name;
    let save = |file: &'static str, picture: &Picture| -> Result<&'static str, Error> {
        picture.save(&session.run.file(file)).map_err(|e| Error::Failed(e.to_string()))?;
        Ok(file)
    };
    let threads = session.trainer.threads();
    let samples = trained.sample(SAMPLES, session.trainer.key(), false, threads);
    let made = figures::decoded(trained, codes, PAIRS, threads);
    let latent = figures::latent(&format!("Latent space of {name} ({})", part.name()), codes, examples.labels());
    let mut files = vec![
        save("samples.png", &figures::samples(trained, &samples))?,
        save("reconstructions.png", &figures::reconstructions(trained, &grey(examples, PAIRS), &made))?,
        save("latent.png", &latent)?,
        save("loss.png", &figures::loss(&format!("Training on {name}"), session.trainer.history()))?,
    ];
    if let Some(manifold) = figures::manifold(trained, threads) {
        files.push(save("manifold.png", &manifold)?);
    }
    Ok(files)
}

fn summary(session: &Session, best: &Record, judged: &Judged) -> Value {
    let test = judged.test.map(|terms| {
        json!({
            "elbo": terms.elbo,
            "expected_log_likelihood": terms.expected_log_likelihood,
            "kl": terms.kl,
            "rows": judged.rows,
        })
    });
    json!({
        "run": session.run.name(),
        "data": session.config.data,
        "epochs": session.trainer.epochs(),
        "best_epoch": best.epoch,
        "steps": session.trainer.steps(),
        "seed": session.config.seed,
        "parameters": session.trainer.model().param_count(),
        "seconds": session.trainer.history().last().map(|record| record.seconds),
        "train": best.train,
        "validation": best.validation,
        "test": test,
        "active_units": judged.active_units,
        "latent": session.config.model.latent,
    })
}

fn text(session: &Session, best: &Record, judged: &Judged, pictures: &[&str]) -> String {
    let run = session.run.name();
    let seconds = session.trainer.history().last().map_or(0.0, |record| record.seconds);
    let took = time(seconds);
    let mut text = format!(
        "\n{run}: {}, {} steps in {took}; best after epoch {}\n\n",
        plural(session.trainer.epochs(), "epoch"),
        count(session.trainer.steps()),
        best.epoch
    );
    text += &format!("  {:<12}{:>10}{:>14}{:>10}\n", "nats", "ELBO", "log p(x|z)", "KL");
    let row = |name: &str, terms: Terms, rows: usize| {
        let Terms { elbo, expected_log_likelihood, kl } = terms;
        format!("  {name:<12}{elbo:>10.2}{expected_log_likelihood:>14.2}{kl:>10.2}   {}\n", plural(rows as u64, "row"))
    };
    text += &row("train", best.train, session.data.train.rows());
    text += &row("validation", best.validation, session.data.validation.rows());
    if let Some(terms) = judged.test {
        text += &row("test", terms, judged.rows);
    }
    text += &format!("\n  {} of {} latent units are active\n", judged.active_units, session.config.model.latent);
    text + &whereabouts(&run, pictures)
}

/// Where to look, and what to do next.
fn whereabouts(run: &str, pictures: &[&str]) -> String {
    let (program, quoted) = (program(), quoted(run));
    let next = [
        (format!("eval {quoted}"), "log p(x) by importance sampling"),
        (format!("sample {quoted} -n 400 -o samples.png"), "new images"),
        (format!("encode {quoted} -o codes.csv"), "mean and σ of q(z|x), row by row"),
    ];
    let width = next.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    let next = next.map(|(command, what)| format!("  {program} {command:<width$}   {what}\n"));
    format!("\nPictures in {run}:\n  {}\n\nNext:\n{}", pictures.join("  "), next.concat())
}
