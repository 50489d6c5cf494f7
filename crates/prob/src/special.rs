//! A product for expectations.

use crate::event::{expand, together};
use autograd::prelude::*;
use autograd::{Cotangents, Op, Point, ShapeError};

/// w·t, and 0 where the weight w is 0 whatever t is: a term of an expectation, Σ w log(…), to which an event of no
/// probability adds nothing though its logarithm is infinite. ∂/∂w = t (0 where w = 0 and t is not finite), ∂/∂t = w.
#[derive(Debug)]
struct Weigh;

impl<F: Real> Op<F> for Weigh {
    fn name(&self) -> &'static str {
        "weigh"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        if inputs[0] == inputs[1] { Ok(inputs[0]) } else { Err(ShapeError::new("needs equal shapes")) }
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        for ((y, &w), &t) in y.iter_mut().zip(inputs[0].data()).zip(inputs[1].data()) {
            *y = if w == F::zero() { F::zero() } else { w * t };
        }
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let (w, t) = (at.x(0), at.x(1));
        dx.with(0, |d| {
            for (i, d) in d.iter_mut().enumerate() {
                *d = if w[i] == F::zero() && !t[i].is_finite() { F::zero() } else { g[i] * t[i] };
            }
        });
        dx.with(1, |d| d.iter_mut().enumerate().for_each(|(i, d)| *d = g[i] * w[i]));
    }
}

/// w·t, and 0 where the weight w is 0 whatever t is; the two broadcast.
#[track_caller]
pub(crate) fn weigh<V: Array>(weight: V, term: V) -> V {
    let shape = together("weigh", weight.shape(), term.shape());
    V::apply(Weigh, &[&expand(weight, shape), &expand(term, shape)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use autograd::check;

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
