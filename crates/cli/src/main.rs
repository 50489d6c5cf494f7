//! The `vae` command.
fn main() {}
