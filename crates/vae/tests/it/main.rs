//! Tests of models, objectives, training and evaluation; most against the linear Gaussian model, of which everything is known
//! exactly.

mod allocations;
mod common;
mod constants;
mod conv;
mod determinism;
mod divergence;
mod estimators;
mod evaluation;
mod exact;
mod generation;
mod importance;
mod ppca;
mod quadrature;
mod resume;
mod shards;
