//! `vae train`: from data to a trained model, its numbers and its pictures.

mod closing;
mod plan;
mod session;

use vae::Threads;

use super::Outcome;
use crate::args::Train;
use crate::error::Error;
use crate::interrupt;
use crate::text::{plural, quoted};
use plan::Plan;
use session::Session;

pub fn run(args: &Train) -> Result<Outcome, Error> {
    let work = match plan::plan(args)? {
        Plan::Finished(run) => {
            let json = run.summary()?;
            let epochs = json.get("epochs").and_then(|n| n.as_u64()).unwrap_or(0);
            let text =
                format!("{} is finished, with {}: there is nothing to resume.\n", run.name(), plural(epochs, "epoch"));
            return Ok(Outcome { text, json });
        }
        Plan::Work(work) => work,
    };
    interrupt::watch()?;
    let how_to_resume = how_to_resume(&work.run.name(), args.common.threads);
    let mut session = Session::open(*work, Threads::new(args.common.threads))?;
    if session.train()?.is_break() {
        return Err(Error::Interrupted(format!("{}; to go on:\n  {how_to_resume}", session.stand())));
    }
    closing::close(&session)
}

/// The command that goes on with a run.
fn how_to_resume(run: &str, threads: usize) -> String {
    let program = program();
    let threads = if threads == 0 { String::new() } else { format!(" --threads {threads}") };
    format!("{program} train --resume --out {}{threads}", quoted(run))
}

/// The program as it was called.
fn program() -> String {
    quoted(&std::env::args().next().unwrap_or_else(|| "vae".into()))
}
