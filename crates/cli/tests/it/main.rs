//! The `vae` command as people and programs use it.

mod common;
mod configuration;
mod data;
mod files;
mod outputs;
mod resume;
mod train;
