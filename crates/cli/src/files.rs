//! Files that are written whole or not at all, and small ones that are read with a limit.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Writes `bytes` to `path`: a file that was there stays until the new one can take its place.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_with(path, |file| file.write_all(bytes))
}

/// The same for what is written bit by bit.
pub fn replace_with(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    if path.metadata().is_ok_and(|about| !about.is_file()) {
        // A pipe or a device is written to; only a file is replaced.
        return write(&mut File::create(path)?);
    }
    let temporary = beside(path)?;
    let written = create(&temporary, write).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to report; a leftover does no harm.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A name in the same folder, so that renaming stays on one file system, and of this process alone.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.tmp", std::process::id()));
    Ok(path.with_file_name(hidden))
}

fn create(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut file = File::create(path)?;
    write(&mut file)?;
    file.sync_all()
}

/// The text of a file of a few lines; one of more than a megabyte is not read.
pub fn read_small(path: &Path) -> Result<String, Error> {
    const MOST: u64 = 1 << 20;
    let mut text = String::new();
    let file = File::open(path).map_err(|e| Error::file(path, format!("cannot be read: {e}")))?;
    file.take(MOST + 1).read_to_string(&mut text).map_err(|e| Error::file(path, format!("cannot be read: {e}")))?;
    if text.len() as u64 > MOST {
        return Err(Error::file(path, "expected a few lines of text, found more than a megabyte"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        replace(&path, b"old").unwrap();
        let failed = replace_with(&path, |file| {
            file.write_all(b"new")?;
            Err(io::Error::other("the disk is full"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "the disk is full");
        assert_eq!(read_small(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
