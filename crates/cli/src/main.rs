//! The `vae` command.

mod args;
mod commands;
mod config;
mod error;
mod figures;
mod files;
mod interrupt;
mod origin;
mod output;
mod picture;
mod progress;
mod rows;
mod run;
mod text;
mod trained;

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use args::Cli;
use commands::Outcome;
use error::Error;
use progress::say;

fn main() -> ExitCode {
    let cli = Cli::read();
    match commands::run(&cli.command).and_then(|outcome| print(&outcome, cli.command.common().json)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ Error::Interrupted(_)) => {
            say(&error);
            ExitCode::from(error.exit_code())
        }
        Err(error) => {
            say(format!("error: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

/// Writes the outcome to standard output. Whoever closes it early has seen enough.
fn print(outcome: &Outcome, json: bool) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    let written = if json { writeln!(out, "{}", outcome.json) } else { write!(out, "{}", outcome.text) };
    match written.and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(Error::Failed(format!("standard output: {e}"))),
        _ => Ok(()),
    }
}
