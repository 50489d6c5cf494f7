//! Tests of the densities, draws and divergences against independent computations.
//!
//! Each distribution is proved in a file of its own, by the means of `support`. The other files are about what holds for
//! all of them: shapes, messages, the streams of random numbers.

mod support;

mod bernoulli;
mod beta;
mod categorical;
mod concrete;
mod continuous_bernoulli;
mod dirichlet;
mod discretized_logistic;
mod discretized_logistic_mixture;
mod exponential;
mod gamma;
mod independent;
mod laplace;
mod laplace_and_normal;
mod log_normal;
mod logistic;
mod low_rank_normal;
mod mixture;
mod multivariate_normal;
mod negative_binomial;
mod normal;
mod one_hot_categorical;
mod poisson;
mod standard_normal;
mod student_t;
mod transform;
mod transformed;
mod uniform;
mod uniform_sphere;
mod von_mises_fisher;
mod zero_inflated;

mod messages;
mod not_a_number;
mod shapes;
mod special;
mod streams;
