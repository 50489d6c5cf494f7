//! Files of numbers.

pub mod csv;
pub mod npy;

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use crate::error::Error;
use crate::files;
use crate::picture::Picture;

/// What a file's name says it is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A picture.
    Png,
    /// A NumPy array.
    Npy,
    /// Comma-separated text.
    Csv,
}

/// Numbers that are held in memory at once: eight gigabytes.
const MOST_NUMBERS: usize = 1 << 31;
/// Images of one picture.
const MOST_IMAGES: usize = 10_000;

impl Format {
    /// What rows of data can be written as.
    pub const IMAGES: [Format; 3] = [Format::Png, Format::Npy, Format::Csv];

    /// The format by the name's ending, if it is one of `allowed`.
    pub fn of(path: &Path, allowed: &[Format]) -> Result<Format, Error> {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        allowed.iter().copied().find(|format| format.ending() == ending).ok_or_else(|| {
            let endings: Vec<String> = allowed.iter().map(|format| format!(".{}", format.ending())).collect();
            Error::Usage(format!("{}: the name of the output must end in {}", path.display(), endings.join(" or ")))
        })
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Npy => "npy",
            Self::Csv => "csv",
        }
    }
}

/// Refuses more rows than memory or a picture holds.
pub fn room(rows: usize, features: usize, format: Format) -> Result<(), Error> {
    if format == Format::Png && rows > MOST_IMAGES {
        return Err(Error::Usage(format!(
            "a picture holds at most {MOST_IMAGES} images, not {rows}: write .npy or .csv"
        )));
    }
    if rows.saturating_mul(features) > MOST_NUMBERS {
        return Err(Error::Usage(format!("{rows} rows of {features} values are more than memory should hold")));
    }
    Ok(())
}

/// Writes a file whole or not at all.
pub fn write(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), Error> {
    files::replace_with(path, write).map_err(|e| Error::file(path, format!("cannot be written: {e}")))
}

/// Writes rows of data: numbers, or the picture of them.
pub fn write_rows(
    path: &Path,
    format: Format,
    values: &[f32],
    [height, width]: [usize; 2],
    picture: impl FnOnce() -> Picture,
) -> Result<(), Error> {
    let features = height * width;
    match format {
        Format::Png => picture().save(path).map_err(|e| Error::Failed(e.to_string())),
        Format::Npy => {
            let n = values.len() / features;
            let images = [n, height, width];
            let shape = if height == 1 { &[n, width][..] } else { &images };
            write(path, |file| npy::write(file, shape, values))
        }
        Format::Csv => write(path, |file| {
            let names: Vec<String> = (1..=features).map(|i| format!("x_{i}")).collect();
            csv::write(BufWriter::new(file), &names, None, values.chunks_exact(features).map(|row| vec![row]))
        }),
    }
}
