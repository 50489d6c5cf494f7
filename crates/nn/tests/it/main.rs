//! The tests, in one program: linking one takes as long as many of them take to run.

// A counting allocator can be written in no other way.
#[allow(unsafe_code)]
mod allocation;
mod checkpoints;
mod conv;
mod init;
mod layers;
mod modules;
mod optimizers;
