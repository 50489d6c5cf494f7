//! Ctrl-C, and SIGTERM and SIGHUP where there are signals: the first asks for an orderly end, the second ends at once.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;

/// The shells' exit code for a program that Ctrl-C ended.
const EXIT_CODE: i32 = 130;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From here on the first of them does not end the program but sets a mark.
pub fn watch() -> Result<(), Error> {
    ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::SeqCst) {
            std::process::exit(EXIT_CODE);
        }
    })
    .map_err(|e| Error::Failed(format!("Ctrl-C cannot be watched: {e}")))
}

/// Whether somebody has asked for the end.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}
