//! Tests of the densities, draws and divergences against independent computations.

mod agreement;
mod divergences;
mod draws;
mod fused;
mod golden;
mod gradients;
mod limits;
mod mass;
mod panics;
mod shapes;
mod special;
mod streams;
mod support;
