//! The commands, one a file.

mod data;
mod encode;
mod eval;
mod reconstruct;
mod sample;
mod source;
mod train;

use serde_json::Value;

use crate::args::Command;
use crate::error::Error;

/// What a command has to say when it is done.
pub struct Outcome {
    /// For people.
    pub text: String,
    /// For programs.
    pub json: Value,
}

/// Does what was asked.
pub fn run(command: &Command) -> Result<Outcome, Error> {
    match command {
        Command::Train(args) => train::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Sample(args) => sample::run(args),
        Command::Reconstruct(args) => reconstruct::run(args),
        Command::Encode(args) => encode::run(args),
        Command::Data(args) => data::run(args),
    }
}
