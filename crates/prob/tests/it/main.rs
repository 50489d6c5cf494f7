//! Tests of the densities, draws and divergences against independent computations.
//!
//! Each distribution is proved in a file of its own, by the means of `support`. The other files are about what holds for
//! all of them: shapes, messages, the streams of random numbers.

mod support;

mod bernoulli;
mod categorical;
mod continuous_bernoulli;
mod discretized_logistic;
mod discretized_logistic_mixture;
mod laplace;
mod logistic;
mod multivariate_normal;
mod normal;
mod standard_normal;

mod messages;
mod shapes;
mod special;
mod streams;
