//! The tests, in one program: linking one takes as long as many of them take to run.

mod custom_op;
mod laws;
mod lazy;
mod math;
mod messages;
mod ops;
mod team;
