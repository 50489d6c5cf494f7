//! What can be written on the command line.

use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::config::{PRESETS, described_keys};

/// Variational autoencoders on your own data: train, evaluate, sample, encode.
#[derive(Debug, Parser)]
#[command(name = "vae", version, propagate_version = true, max_term_width = 110)]
#[command(after_help = "Start with:\n  vae train                  a model of handwritten digits, in runs/digits-1\n  \
                        vae train --help           everything that can be set")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// What was written on the command line; ends the program if it makes no sense or asks for help.
    pub fn read() -> Self {
        let mut command = Self::described();
        let matches = command.get_matches_mut();
        Self::from_arg_matches(&matches).unwrap_or_else(|e| e.format(&mut command).exit())
    }

    /// The command line. All commands take the common options; where one does nothing, the help is silent about it.
    fn described() -> clap::Command {
        Self::command().mut_subcommand("data", |data| {
            ["seed", "threads"].iter().fold(data, |data, id| data.mut_arg(id, |a| a.hide(true)))
        })
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train a model, evaluate it and draw its pictures.
    Train(Train),
    /// ELBO and log p(x) of a trained model.
    Eval(Eval),
    /// Draw new data from a trained model.
    Sample(Sample),
    /// Data above what a trained model makes of them.
    Reconstruct(Reconstruct),
    /// Means and standard deviations of q(z|x).
    Encode(Encode),
    /// What a data set holds, and which likelihood suits it.
    Data(Data),
}

impl Command {
    /// The options that every command has.
    pub fn common(&self) -> &Common {
        match self {
            Self::Train(args) => &args.common,
            Self::Eval(args) => &args.common,
            Self::Sample(args) => &args.common,
            Self::Reconstruct(args) => &args.common,
            Self::Encode(args) => &args.common,
            Self::Data(args) => &args.common,
        }
    }
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Seed of the random numbers [default: 0 for a new run, else the run's own]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: Option<u64>,
    /// Threads to work on; 0 means all cores. The result is the same for any number
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = threads)]
    pub threads: usize,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    pub json: bool,
}

fn threads(word: &str) -> Result<usize, String> {
    const MOST: usize = 1024;
    match word.parse() {
        Ok(n) if n <= MOST => Ok(n),
        Ok(n) => Err(format!("{n} threads are more than {MOST}")),
        Err(_) => Err("expected a number of threads, or 0 for all cores".into()),
    }
}

const DATA: &str = "Data set: `digits`, `optdigits`, an IDX file (.gz or not), or a folder with MNIST's four files";

/// `vae train`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vae train digits --latent 8 --epochs 30 --out runs/eight\n\n\
                        --help shows the presets and the keys for --set and --config")]
#[command(after_long_help = train_help())]
pub struct Train {
    #[arg(help = DATA, long_help = format!("{DATA} [default: digits]"))]
    pub data: Option<String>,
    /// Settings from a file, as config.toml of a run
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Settings with a name; see the list below
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,
    /// One setting, as model.hidden=[200,100]; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Folder of the run [default: a new one, runs/<data>-<n>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Passes over the training data
    #[arg(long, value_name = "N")]
    pub epochs: Option<u32>,
    /// Rows of a step
    #[arg(long, value_name = "N")]
    pub batch: Option<u32>,
    /// Latent dimensions
    #[arg(long, value_name = "N")]
    pub latent: Option<u32>,
    /// Go on with an interrupted run: the one in --out, else the newest unfinished one in runs/
    #[arg(long)]
    pub resume: bool,
    #[command(flatten)]
    pub common: Common,
}

fn train_help() -> String {
    let presets: String = PRESETS.iter().map(|p| format!("  {:<20} {}\n", p.name, p.about)).collect();
    format!(
        "Examples:\n  vae train\n  vae train digits --preset manifold\n  \
         vae train path/to/mnist --latent 40 --set model.hidden=[800,400] --set train.learning_rate=5e-4\n  \
         vae train --resume --out runs/digits-1\n\n\
         Presets:\n{presets}\n\
         Keys for --set and --config:\n{}\n\
         What comes later wins: defaults for the data, --preset, --config, --set, other options.\n\n\
         Ctrl-C stops after the step under way, and --resume goes on as if nothing had happened.\n\
         A resumed run keeps its configuration. Without --out it is the newest unfinished one\n\
         in runs/, of DATA if that is given.",
        described_keys()
    )
}

/// A run, and data for it that need not be those it was trained on.
#[derive(Clone, Debug, Args)]
pub struct Source {
    /// Folder of a run
    pub run: PathBuf,
    #[arg(help = format!("{DATA} [default: the run's own]"))]
    pub data: Option<String>,
    /// Rows to take [default: test; of data without it validation, or all if they are not the run's own]
    #[arg(long, value_name = "PART")]
    pub part: Option<Part>,
}

/// Which rows of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Those that parameters are fitted to.
    Train,
    /// Those that choose the best epoch.
    Validation,
    /// Those that results are quoted on.
    Test,
    /// Train and validation, in the order of the file.
    All,
}

/// `vae eval`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vae eval runs/digits-1 --samples 5000\n\n\
                        Values are nats per example, unless named otherwise. Grey data are made binary in the same way\n\
                        whatever the seed.")]
pub struct Eval {
    #[command(flatten)]
    pub source: Source,
    /// Draws of z for each row in the estimate of log p(x)
    #[arg(long, value_name = "S", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub samples: u32,
    #[command(flatten)]
    pub common: Common,
}

/// `vae sample`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  vae sample runs/digits-1\n  vae sample runs/digits-1 -n 10000 -o samples.npy")]
pub struct Sample {
    /// Folder of a run
    pub run: PathBuf,
    /// How many
    #[arg(short, long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub n: u32,
    /// File to write: .png, .npy or .csv [default: RUN/samples.png]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Draw x from p(x|z), instead of taking its mean
    #[arg(long)]
    pub draw: bool,
    #[command(flatten)]
    pub common: Common,
}

/// `vae reconstruct`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  vae reconstruct runs/digits-1 -n 60\n  \
                        vae reconstruct runs/digits-1 --part train -n 9000 -o means.npy\n\n\
                        A reconstruction is the mean of p(x|z) at the mean of q(z|x).")]
pub struct Reconstruct {
    #[command(flatten)]
    pub source: Source,
    /// How many, from the first row on
    #[arg(short, long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..))]
    pub n: u32,
    /// File to write: .png, .npy or .csv [default: RUN/reconstructions.png]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

/// `vae encode`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  vae encode runs/digits-1 -o codes.csv\n  \
                        python -c \"import numpy; mean, std = numpy.load('codes.npy')\"")]
pub struct Encode {
    #[command(flatten)]
    pub source: Source,
    /// File to write: .csv (with labels) or .npy (means and standard deviations, [2, rows, latent]) [default: RUN/codes.csv]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

/// `vae data`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vae data digits")]
pub struct Data {
    #[arg(help = DATA)]
    pub data: String,
    #[command(flatten)]
    pub common: Common,
}
