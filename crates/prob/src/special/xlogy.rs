//! Products in which zero wins.

use autograd::ops::{EachOf, Function};
use autograd::{Array, Real};

/// w·t, and 0 where the weight w is 0 whatever t is: a term of an expectation, Σ w log(…), to which an event of no
/// probability adds nothing though its logarithm is infinite. ∂/∂w = t (0 where w = 0 and t is not finite), ∂/∂t = w.
/// The two broadcast.
#[track_caller]
pub(crate) fn weigh<V: Array>(weight: V, term: V) -> V {
    V::apply(EachOf("weigh", Weigh), &[&weight, &term])
}

/// x ln y, and 0 where x = 0 and y is not NaN. ∂/∂x = ln y (0 where x = 0 and ln y is not finite), ∂/∂y = x/y (0 where
/// x = 0). The two broadcast.
///
/// ```
/// use autograd::Tensor;
/// use prob::special::xlogy;
///
/// let y = xlogy(&Tensor::from([0.0, 2.0]), &Tensor::from([0.0, 1.0]));
/// assert_eq!(y, Tensor::from([0.0, 0.0]));
/// ```
///
/// # Panics
/// If the shapes do not broadcast.
#[must_use]
#[track_caller]
pub fn xlogy<V: Array>(x: &V, y: &V) -> V {
    V::apply(EachOf("xlogy", XLogY), &[x, y])
}

/// x ln(1 + y), and 0 where x = 0 and y is not NaN. ∂/∂x = ln(1 + y) (0 where x = 0 and the logarithm is not finite),
/// ∂/∂y = x/(1 + y) (0 where x = 0). The two broadcast.
///
/// # Panics
/// If the shapes do not broadcast.
#[must_use]
#[track_caller]
pub fn xlog1py<V: Array>(x: &V, y: &V) -> V {
    V::apply(EachOf("xlog1py", XLog1pY), &[x, y])
}

/// The functions of numbers.
pub(super) mod scalar {
    use super::{Real, times};

    /// x ln y, and 0 where x = 0 and y is not NaN.
    #[inline(always)]
    pub fn xlogy<F: Real>(x: F, y: F) -> F {
        let product = times(x, y.fast_ln());
        if y.is_nan() { y } else { product }
    }

    /// x ln(1 + y), and 0 where x = 0 and y is not NaN.
    #[inline(always)]
    pub fn xlog1py<F: Real>(x: F, y: F) -> F {
        let product = times(x, y.fast_ln_1p());
        if y.is_nan() { y } else { product }
    }
}

/// w·t, and 0 where w = 0.
#[inline(always)]
fn times<F: Real>(w: F, t: F) -> F {
    if w == F::zero() { F::zero() } else { w * t }
}

/// ∂/∂w of [`times`].
#[inline(always)]
fn factor<F: Real>(w: F, t: F) -> F {
    if (w == F::zero()) & !t.is_finite() { F::zero() } else { t }
}

/// x/y, and 0 where x = 0.
#[inline(always)]
fn over<F: Real>(x: F, y: F) -> F {
    if x == F::zero() { F::zero() } else { x / y }
}

/// A product and its derivatives.
macro_rules! product {
    ($Op:ident ($w:ident, $t:ident): $f:expr, $dw:expr, $dt:expr) => {
        #[derive(Debug)]
        struct $Op;

        impl<F: Real> Function<F, 2> for $Op {
            #[inline(always)]
            fn f(&self, [$w, $t]: [F; 2]) -> F {
                $f
            }

            #[inline(always)]
            fn d<const I: usize>(&self, [$w, $t]: [F; 2]) -> F {
                match I {
                    0 => $dw,
                    _ => $dt,
                }
            }
        }
    };
}

product!(Weigh (w, t): times(w, t), factor(w, t), w);
product!(XLogY (x, y): scalar::xlogy(x, y), factor(x, y.fast_ln()), over(x, y));
product!(XLog1pY (x, y): scalar::xlog1py(x, y), factor(x, y.fast_ln_1p()), over(x, F::one() + y));

#[cfg(test)]
mod tests {
    use super::*;
    use autograd::{check, prelude::*};

    #[test]
    fn derivatives() {
        let (w, t) = (Tensor::from([[0.0, 0.3], [1.0, 2.0]]), Tensor::from([1.5, -2.0]));
        check::gradients(&[w, t], |v| weigh(v[0], v[1])).unwrap();
    }

    #[test]
    fn no_weight_no_term() {
        let t = Tensor::from([f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 3.0]);
        let (w, t) = (Param::new(Tensor::zeros([4])), Param::new(t));
        let mut tape = Tape::new();
        let (y, gradients) = tape.value_and_grad(|tape| weigh(tape.param(&w), tape.param(&t)).sum_all());
        assert_eq!(y, 0.0);
        assert_eq!(gradients.get(&w).unwrap().data(), &[0.0, 0.0, 0.0, 3.0]);
        assert_eq!(gradients.get(&t).unwrap().data(), &[0.0; 4]);
    }
}
