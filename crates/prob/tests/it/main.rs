//! Tests of the densities, draws and divergences against independent computations.
//!
//! Each distribution is proved in a file of its own, by the means of `support`. The other files are about what holds for
//! all of them: shapes, messages, the streams of random numbers.

mod support;

mod bernoulli;
mod beta;
mod categorical;
mod dirichlet;
mod exponential;
mod gamma;
mod laplace;
mod multivariate_normal;
mod normal;
mod standard_normal;
mod student_t;

mod messages;
mod shapes;
mod special;
mod streams;
