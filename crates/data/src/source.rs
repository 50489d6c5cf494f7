//! What a person may write where a data set is asked for.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::{Dataset, Error, Examples, embedded, folder};

/// Opens a data set by name or path:
///
/// - `digits`: 12,000 digits of MNIST, 28 × 28, built in ([`embedded::digits`]);
/// - `optdigits`: 1,797 digits, 8 × 8, built in ([`embedded::optdigits`]);
/// - an IDX file of images, plain or gzip ([`Examples::read`]); it has no test part;
/// - a folder with `train-images-idx3-ubyte` and, if they exist, `valid-images-idx3-ubyte` (or `val-`, `validation-`),
///   `t10k-images-idx3-ubyte` (or `test-`) and their labels `…labels-idx1-ubyte`; plain or gzip, other words before these
///   allowed (`binarized-mnist-train-images-idx3-ubyte.gz`).
///
/// A path that has the name of a built-in set is written `./digits`.
///
/// Where a file or folder has no validation part, the last sixth of its training examples, rounded down but at least 1
/// and at most 10,000, validates: of MNIST's 60,000 the last 10,000, as is the custom. Nothing is shuffled for that: in a file
/// whose rows are sorted by kind the last sixth is no fair sample.
///
/// ```
/// let digits = data::open("optdigits")?;
/// assert_eq!((digits.train.rows(), digits.train.shape()), (1250, [8, 8]));
///
/// let error = data::open("optdigit").unwrap_err();
/// assert!(error.to_string().starts_with("unknown data set `optdigit`: expected `digits`, `optdigits`, "));
/// # Ok::<(), data::Error>(())
/// ```
///
/// # Errors
/// If there is no such set, file or folder; if a file is damaged or not IDX; if the parts do not fit together; or if
/// there is only one training example and nothing to validate by.
pub fn open(spec: &str) -> Result<Dataset, Error> {
    match spec {
        "digits" => Ok(embedded::digits()),
        "optdigits" => Ok(embedded::optdigits()),
        path => open_path(path),
    }
}

fn open_path(spec: &str) -> Result<Dataset, Error> {
    let path = Path::new(spec);
    let about = path.metadata().map_err(|e| match e.kind() {
        ErrorKind::NotFound => Error::Unknown {
            what: "data set",
            word: spec.to_owned(),
            expected: "`digits`, `optdigits`, an IDX file of images, or a folder with train-images-idx3-ubyte and its \
                       companions (.gz or not); no file or folder has this name",
        },
        _ => Error::unreadable(path, e),
    })?;
    let name = name_of(path)?;
    let (train, validation, test) = if about.is_dir() {
        let parts = folder::read(path)?;
        (parts.train, parts.validation, parts.test)
    } else {
        (Examples::read(path)?, None, None)
    };
    let (train, validation) = match validation {
        Some(validation) => (train, validation),
        None => hold_out(path, train)?,
    };
    Ok(Dataset { name, train, validation, test })
}

/// Sets the examples apart that validate, where nobody has.
fn hold_out(path: &Path, train: Examples) -> Result<(Examples, Examples), Error> {
    let rows = train.rows();
    if rows < 2 {
        return Err(Error::invalid(path, "at least 2 examples, one to train and one to validate", rows.to_string()));
    }
    Ok(train.split_at(rows - (rows / 6).clamp(1, 10_000)))
}

/// The file's or folder's own name, without `.gz`.
fn name_of(path: &Path) -> Result<String, Error> {
    let absolute: PathBuf;
    let name = match path.file_name() {
        Some(name) => name,
        // `.` and `..` have a name only once they are resolved; the root has none.
        None => {
            absolute = path.canonicalize().map_err(|e| Error::unreadable(path, e))?;
            absolute.file_name().unwrap_or("data".as_ref())
        }
    };
    let name = name.to_string_lossy();
    Ok(name.strip_suffix(".gz").unwrap_or(&name).to_owned())
}
