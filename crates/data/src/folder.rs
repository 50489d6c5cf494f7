//! A folder with files in MNIST's naming convention, one for each part of the data set.

use std::path::{Path, PathBuf};

use crate::idx::by;
use crate::{Error, Examples, images};

/// The parts of a data set that a folder holds.
pub(crate) struct Parts {
    pub train: Examples,
    pub validation: Option<Examples>,
    pub test: Option<Examples>,
}

/// Reads `…train-images-idx3-ubyte`, and `…valid-` and `…test-` or `…t10k-` if there, each with `.gz` or not.
pub(crate) fn read(folder: &Path) -> Result<Parts, Error> {
    let names = file_names(folder)?;
    let part = |words: &[&str]| match find(folder, &names, words)? {
        None => Ok(None),
        Some(file) => Examples::read(&file).map(|examples| Some((file, examples))),
    };
    let train = part(&["train", "training"])?;
    let (train_file, train) =
        train.ok_or_else(|| Error::invalid(folder, "a file train-images-idx3-ubyte, with .gz or not", "none"))?;
    let validation = part(&["valid", "validation", "val"])?;
    let test = part(&["test", "t10k"])?;

    for (file, examples) in [&validation, &test].into_iter().flatten() {
        if examples.shape() != train.shape() {
            return Err(Error::invalid(
                file,
                format!("images of {} as in {}", by(&train.shape()), train_file.display()),
                by(&examples.shape()),
            ));
        }
    }
    Ok(one_scale(train, validation.map(|(_, examples)| examples), test.map(|(_, examples)| examples)))
}

/// The parts are judged together: a part that happens to hold only 0 and 1 is as grey as the others.
fn one_scale(train: Examples, validation: Option<Examples>, test: Option<Examples>) -> Parts {
    let max = [Some(&train), validation.as_ref(), test.as_ref()]
        .into_iter()
        .flatten()
        .fold(1, |max, examples| max.max(examples.max()));
    Parts {
        train: train.on_scale(max),
        validation: validation.map(|examples| examples.on_scale(max)),
        test: test.map(|examples| examples.on_scale(max)),
    }
}

/// The names of the files in `folder` in alphabetical order, which the operating system does not promise.
fn file_names(folder: &Path) -> Result<Vec<String>, Error> {
    let unreadable = |e| Error::unreadable(folder, e);
    let mut names = Vec::new();
    for entry in folder.read_dir().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if let (true, Ok(name)) = (entry.path().is_file(), entry.file_name().into_string()) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// The one file of images whose name says one of `words`; a file and its compressed twin count as one, and the plain one is taken.
fn find(folder: &Path, names: &[String], words: &[&str]) -> Result<Option<PathBuf>, Error> {
    let mut found: Vec<&str> = Vec::new();
    for name in names {
        let twin = name.strip_suffix(".gz").is_some_and(|plain| found.contains(&plain));
        if !twin && images::prefix(name).is_some_and(|prefix| says(prefix, words)) {
            found.push(name);
        }
    }
    match found[..] {
        [] => Ok(None),
        [name] => Ok(Some(folder.join(name))),
        _ => Err(Error::invalid(folder, format!("one file of {} images", words[0]), found.join(", "))),
    }
}

/// Whether a name's beginning has one of `words` in it: `binarized-mnist-train-` says `train`.
fn says(prefix: &str, words: &[&str]) -> bool {
    prefix.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| words.contains(&word))
}
