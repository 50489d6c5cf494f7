//! Values that are not legal: of parameters and of data that people write down or read.

use autograd::{Array, Real, Shape, Tensor};
use std::error::Error;
use std::fmt;

/// Which value of a parameter breaks which rule, in words: what `validated()` of a distribution finds.
///
/// ```
/// use autograd::Tensor;
/// use prob::Normal;
///
/// let why = Normal::new(Tensor::from([0.0, 0.0]), Tensor::from([1.0, -0.5])).validated().unwrap_err();
/// assert_eq!(why.to_string(), "Normal: scale must be positive and finite; element 1 is -0.5");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterError(String);

impl ParameterError {
    /// An error unless every number of a parameter passes the test that `rule` puts in words. The first that does not
    /// is named.
    pub fn check<V: Array>(
        who: &str,
        parameter: &str,
        rule: &str,
        x: &V,
        legal: impl Fn(f64) -> bool,
    ) -> Result<(), ParameterError> {
        first(who, parameter, rule, &x.value(), legal).map_or(Ok(()), |why| Err(ParameterError(why)))
    }

    /// An error unless every number of a parameter is finite.
    pub fn finite<V: Array>(who: &str, parameter: &str, x: &V) -> Result<(), ParameterError> {
        ParameterError::check(who, parameter, FINITE, x, f64::is_finite)
    }

    /// An error unless every number of a parameter is positive and finite.
    pub fn positive<V: Array>(who: &str, parameter: &str, x: &V) -> Result<(), ParameterError> {
        ParameterError::check(who, parameter, POSITIVE, x, is_positive)
    }
}

/// Which value lies outside a distribution's support, in words: what
/// [`supports`](crate::Distribution::supports) finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportError(String);

impl SupportError {
    /// An error unless every number of `x` passes the test that `rule` puts in words. The first that does not is named.
    /// `what` is `"x"`, or what was computed from it.
    pub fn check<F: Real>(
        who: &str,
        what: &str,
        rule: &str,
        x: &Tensor<F>,
        legal: impl Fn(f64) -> bool,
    ) -> Result<(), SupportError> {
        first(who, what, rule, x, legal).map_or(Ok(()), |why| Err(SupportError(why)))
    }

    /// An error unless every number of `x` is finite.
    pub fn finite<F: Real>(who: &str, what: &str, x: &Tensor<F>) -> Result<(), SupportError> {
        SupportError::check(who, what, FINITE, x, f64::is_finite)
    }

    /// An error unless every number of `x` is positive and finite.
    pub fn positive<F: Real>(who: &str, what: &str, x: &Tensor<F>) -> Result<(), SupportError> {
        SupportError::check(who, what, POSITIVE, x, is_positive)
    }
}

const FINITE: &str = "finite";

const POSITIVE: &str = "positive and finite";

fn is_positive(x: f64) -> bool {
    x > 0.0 && x.is_finite()
}

/// The message about the first number that does not pass.
fn first<F: Real>(who: &str, what: &str, rule: &str, x: &Tensor<F>, legal: impl Fn(f64) -> bool) -> Option<String> {
    let at = x.data().iter().position(|x| !legal(x.as_f64()))?;
    Some(format!("{who}: {what} must be {rule}; {} is {}", place(at, x.shape()), x.data()[at]))
}

/// The place of the element with a number, an index for each axis where there are several.
fn place(mut at: usize, shape: Shape) -> String {
    if shape.rank() < 2 {
        return if shape.rank() == 0 { "it".into() } else { format!("element {at}") };
    }
    let mut index = vec![0; shape.rank()];
    for (i, &n) in index.iter_mut().zip(shape.dims()).rev() {
        (*i, at) = (at % n, at / n);
    }
    format!("element {index:?}")
}

macro_rules! display {
    ($($Error:ty),*) => {$(
        impl fmt::Display for $Error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Error for $Error {}
    )*};
}

display!(ParameterError, SupportError);
