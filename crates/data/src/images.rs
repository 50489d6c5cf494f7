//! An IDX file of images, with the labels that lie beside it by MNIST's naming convention.

use std::path::{Path, PathBuf};

use crate::idx::{self, by};
use crate::{Error, Examples};

impl Examples {
    /// Reads all examples of one IDX file, plain or gzip: `[N, H, W]`, or `[N, D]` for rows of height 1.
    ///
    /// A file called `…images-idx3-ubyte`, with `.gz` or not, takes its labels from `…labels-idx1-ubyte` in the same
    /// folder if that exists. The value that stands for 1 is 1 if no value is above 1, else 255.
    ///
    /// # Errors
    /// If a file is not what it should be (see [`idx::read`]), has another number of dimensions, or the labels are not as many as the examples.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let images = idx::read(path)?;
        let shape = match images.sizes[..] {
            [_, features] => [1, features],
            [_, height, width] => [height, width],
            ref sizes => {
                return Err(Error::invalid(
                    path,
                    "images in 3 dimensions or rows in 2",
                    format!("{}: {}", dimensions(sizes), by(sizes)),
                ));
            }
        };
        let max = if images.values.iter().all(|&v| v <= 1) { 1 } else { 255 };
        let examples = Self::new(shape, images.values, max);
        match labels_beside(path) {
            None => Ok(examples),
            Some(file) => {
                let labels = read_labels(&file, path, examples.rows())?;
                Ok(examples.with_labels(labels))
            }
        }
    }
}

fn read_labels(file: &Path, images: &Path, rows: usize) -> Result<Vec<u8>, Error> {
    let labels = idx::read(file)?;
    if labels.sizes == [rows] {
        return Ok(labels.values);
    }
    Err(Error::invalid(
        file,
        format!("{rows} labels in 1 dimension, one for each image of {}", images.display()),
        format!("{}: {}", dimensions(&labels.sizes), by(&labels.sizes)),
    ))
}

fn dimensions(sizes: &[usize]) -> String {
    match sizes.len() {
        1 => "1 dimension".into(),
        n => format!("{n} dimensions"),
    }
}

/// What stands before `images-idx3-ubyte` in a name by MNIST's convention: with `.gz` or not, and
/// `images.idx3-ubyte` as some copies of MNIST have it.
pub(crate) fn prefix(name: &str) -> Option<&str> {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let name = ["idx3-ubyte", "idx2-ubyte"].iter().find_map(|end| name.strip_suffix(end))?;
    name.strip_suffix("images-").or_else(|| name.strip_suffix("images."))
}

fn labels_beside(images: &Path) -> Option<PathBuf> {
    let prefix = prefix(images.file_name()?.to_str()?)?;
    ["-idx1-ubyte", ".idx1-ubyte", "-idx1-ubyte.gz", ".idx1-ubyte.gz"]
        .map(|end| images.with_file_name(format!("{prefix}labels{end}")))
        .into_iter()
        .find(|file| file.is_file())
}
