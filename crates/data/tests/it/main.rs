//! The tests, in one program: linking one takes as long as many of them take to run.

mod batches;
mod binarize;
mod common;
mod dataset;
mod embedded;
mod idx;
mod source;
