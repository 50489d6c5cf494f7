//! Gradients compared with central differences.

use crate::prelude::*;
use std::fmt;

/// Where a gradient and the difference quotient disagree.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// Which input.
    pub input: usize,
    /// Which of its elements, counted through the buffer.
    pub element: usize,
    /// The derivative that the sweep gave.
    pub gradient: f64,
    /// The central difference.
    pub difference: f64,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { input, element, gradient, difference } = self;
        write!(
            f,
            "input {input}, element {element}: the gradient is {gradient:e}, the central difference {difference:e}"
        )
    }
}

impl std::error::Error for Mismatch {}

/// Compares the gradient of Σ wᵢ f(x)ᵢ with central differences in every element of every input, for fixed weights `w`
/// that differ from each other.
///
/// The step is h = 6·10⁻⁶ max(1, |x|), near the optimum ∛ε for central differences in `f64`. Then truncation (h² f‴/6) and
/// rounding (ε|f|/h) are each about 10⁻¹⁰ of the scale of f, and the tolerance of 10⁻⁶ (1 + |gradient| + |f|) leaves
/// room for functions of large third derivative, while a wrong term in a rule is off by far more.
///
/// ```
/// use autograd::{check, prelude::*};
///
/// let x = Tensor::from([0.3, -1.2]);
/// check::gradients(&[x], |v| v[0].sin() * v[0]).unwrap();
/// ```
pub fn gradients<L>(inputs: &[Tensor<f64>], f: L) -> Result<(), Mismatch>
where
    L: for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
{
    compare(inputs, &f)
}

type Formula<'f> = dyn for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64> + 'f;

/// [`gradients`], compiled once for all formulas, which are many.
fn compare(inputs: &[Tensor<f64>], f: &Formula<'_>) -> Result<(), Mismatch> {
    let mut params: Vec<Param<f64>> = inputs.iter().cloned().map(Param::new).collect();
    let mut tape = Tape::new();
    let (value, gradients) = tape.value_and_grad(|tape| loss(tape, &params, f));
    let gradients: Vec<Option<Tensor<f64>>> = params.iter().map(|p| gradients.get(p).cloned()).collect();

    for input in 0..params.len() {
        for element in 0..inputs[input].data().len() {
            let x = inputs[input].data()[element];
            let h = 6e-6 * x.abs().max(1.0);
            let mut at = |x: f64| {
                params[input].value_mut().data_mut()[element] = x;
                tape.evaluate(|tape| loss(tape, &params, f).item())
            };
            let difference = (at(x + h) - at(x - h)) / (2.0 * h);
            at(x);
            let gradient = gradients[input].as_ref().map_or(0.0, |g| g.data()[element]);
            let tolerance = 1e-6 * (1.0 + difference.abs() + value.abs());
            // False where either is NaN, which is a mismatch too.
            let agree = (gradient - difference).abs() <= tolerance;
            if !agree {
                return Err(Mismatch { input, element, gradient, difference });
            }
        }
    }
    Ok(())
}

/// Σ wᵢ f(x)ᵢ with w = 0.6, 0.7, …: a plain sum would not notice cotangents that land in the wrong place.
fn loss<'t>(tape: &'t Tape<f64>, params: &[Param<f64>], f: &Formula<'_>) -> Var<'t, f64> {
    let vars: Vec<_> = params.iter().map(|p| tape.param(p)).collect();
    let y = f(&vars);
    let weights = Tensor::from_fn(y.shape(), |i| 0.6 + 0.1 * (i % 13) as f64);
    (y * tape.constant(&weights)).sum_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cotangents, Op, Point, ShapeError};

    /// x² with a derivative of x.
    #[derive(Debug)]
    struct Wrong;

    impl Op<f64> for Wrong {
        fn name(&self) -> &'static str {
            "wrong"
        }

        fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
            Ok(inputs[0])
        }

        fn forward(&self, inputs: &[&Tensor<f64>], y: &mut [f64], _: &mut [f64]) {
            y.iter_mut().zip(inputs[0].data()).for_each(|(y, x)| *y = x * x);
        }

        fn vjp(&self, at: &Point<'_, f64>, g: &mut [f64], dx: &mut Cotangents<'_, f64>) {
            g.iter_mut().zip(at.x(0)).for_each(|(g, x)| *g *= x);
            dx.pass(0);
        }
    }

    #[test]
    fn a_wrong_derivative_is_found() {
        let wrong = gradients(&[Tensor::from([0.0, 2.0])], |v| Var::apply(Wrong, &[&v[0]])).unwrap_err();
        assert_eq!((wrong.input, wrong.element), (0, 1));
        assert!((wrong.gradient - 1.4).abs() < 1e-12 && (wrong.difference - 2.8).abs() < 1e-6);
    }
}
