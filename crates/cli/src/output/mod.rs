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

/// Values of all images of one picture: with the picture itself they take less than a gigabyte.
const MOST_VALUES: usize = 1 << 26;
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

/// Refuses more rows than a picture holds; files of numbers are written bit by bit.
pub fn room(rows: usize, features: usize, format: Format) -> Result<(), Error> {
    let most = MOST_IMAGES.min(MOST_VALUES / features.max(1)).max(1);
    if format == Format::Png && rows > most {
        return Err(Error::Usage(format!(
            "a picture holds at most {most} images of {features} values, not {rows}: write .npy or .csv"
        )));
    }
    Ok(())
}

/// Writes a file whole or not at all.
pub fn write(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), Error> {
    files::replace_with(path, write).map_err(|e| Error::file(path, format!("cannot be written: {e}")))
}

/// Writes `n` rows of data, which come some at a time: numbers, or the picture of them all.
pub fn write_rows(
    path: &Path,
    format: Format,
    (n, [height, width]): (usize, [usize; 2]),
    chunks: impl Iterator<Item = Vec<f32>>,
    picture: impl FnOnce(&[f32]) -> Picture,
) -> Result<(), Error> {
    let features = height * width;
    match format {
        Format::Png => {
            let values: Vec<f32> = chunks.flatten().collect();
            picture(&values).save(path).map_err(|e| Error::Failed(e.to_string()))
        }
        Format::Npy => {
            let images = [n, height, width];
            let shape = if height == 1 { &[n, width][..] } else { &images };
            write(path, |file| npy::write(file, shape, chunks))
        }
        Format::Csv => write(path, |file| {
            let names: Vec<String> = (1..=features).map(|i| format!("x_{i}")).collect();
            let rows =
                chunks.flat_map(|chunk| chunk.chunks_exact(features).map(<[f32]>::to_vec).collect::<Vec<Vec<f32>>>());
            csv::write(BufWriter::new(file), &names, None, rows)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_bounded_by_rows_and_by_values() {
        let refused = |rows, features| room(rows, features, Format::Png).is_err();
        assert_eq!((refused(10_000, 784), refused(10_001, 784)), (false, true));
        assert_eq!((refused(64, 1 << 20), refused(65, 1 << 20)), (false, true));
        assert!(room(usize::MAX, 784, Format::Npy).is_ok() && room(1, usize::MAX, Format::Png).is_ok());
    }
}
