//! Operations defined outside the crate.

use autograd::{Cotangents, Op, Point, ShapeError, check, prelude::*};
use proptest::prelude::*;

/// ln cosh x, with derivative tanh x, which the way there has found.
#[derive(Debug)]
struct LogCosh;

impl<F: Real> Op<F> for LogCosh {
    fn name(&self) -> &'static str {
        "log_cosh"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        Ok(inputs[0])
    }

    fn keeps(&self, inputs: &[Shape]) -> usize {
        inputs[0].size()
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], tanh: &mut [F]) {
        for ((y, tanh), &x) in y.iter_mut().zip(tanh).zip(inputs[0].data()) {
            *tanh = x.tanh();
            *y = x.abs() + (-F::of(2.0) * x.abs()).exp().ln_1p() - F::LN_2();
        }
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        g.iter_mut().zip(at.keep()).for_each(|(g, &tanh)| *g *= tanh);
        dx.pass(0);
    }
}

/// a·b of arrays that broadcast, the slow way: every rule of [`Cotangents`] is used once.
#[derive(Debug)]
struct Times;

impl<F: Real> Op<F> for Times {
    fn name(&self) -> &'static str {
        "times"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        if inputs[1].rank() != 0 {
            return Err(ShapeError::new("the second factor must be a number"));
        }
        Ok(inputs[0])
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let b = inputs[1].item();
        y.iter_mut().zip(inputs[0].data()).for_each(|(y, &a)| *y = a * b);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        assert_eq!((at.len(), at.is_empty(), at.output_shape()), (2, false, at.shape(0)));
        // The result's shape is the first input's; for the second it is summed.
        dx.with_broadcast(1, |d| d.iter_mut().zip(&*g).zip(at.x(0)).for_each(|((d, &g), &a)| *d = g * a));
        if dx.needs(0) {
            g.iter_mut().for_each(|g| *g *= at.x(1)[0]);
            dx.add(0, g);
        }
    }
}

/// Σ i·xᵢ over any number of inputs.
#[derive(Debug)]
struct Weighted;

impl<F: Real> Op<F> for Weighted {
    fn name(&self) -> &'static str {
        "weighted"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        inputs.iter().try_fold(inputs[0], |a, &b| a.broadcast(b))
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        y.fill(F::zero());
        for (i, x) in inputs.iter().enumerate() {
            y.iter_mut().zip(x.data()).for_each(|(y, &x)| *y += F::of(i as f64) * x);
        }
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        for i in 0..at.len() {
            dx.with(i, |d| d.iter_mut().zip(&*g).for_each(|(d, &g)| *d = F::of(i as f64) * g));
        }
    }
}

fn log_cosh<V: Array>(x: &V) -> V {
    V::apply(LogCosh, &[x])
}

proptest! {
    #[test]
    fn derivatives(x in prop::collection::vec(-3.0..3.0f64, 0..7), b in -2.0..2.0f64, inputs in 1usize..7) {
        let x = Tensor::new([x.len()], x);
        check::gradients(std::slice::from_ref(&x), |v| log_cosh(&v[0]) * v[0])?;
        check::gradients(&[x.clone(), Tensor::from(b)], |v| Var::apply(Times, &[&v[0], &v[1]]))?;
        check::gradients(&[Tensor::from(b)], |v| v[0].tape().apply(Times, &[&v[0].tape().constant(&x), &v[0]]))?;
        let all: Vec<Tensor<f64>> = (0..inputs).map(|i| &x + i as f64).collect();
        check::gradients(&all, |v| Var::apply(Weighted, &v.iter().collect::<Vec<_>>()))?;
    }
}

#[test]
fn on_tensors_and_in_both_types() {
    assert_eq!(log_cosh(&Tensor::from([0.0, 1000.0])).data(), [0.0, 1000.0 - std::f64::consts::LN_2]);
    let x = Tensor::from([0.5f32, -1.5]);
    for (y, x) in log_cosh(&x).data().iter().zip(x.data()) {
        assert!((y - x.cosh().ln()).abs() < 1e-6);
    }
}

#[test]
#[should_panic(expected = "times: the second factor must be a number; inputs: [2], [1]")]
fn its_shapes_are_judged() {
    let _ = Tensor::apply(Times, &[&Tensor::<f64>::zeros([2]), &Tensor::zeros([1])]);
}

/// Rules that do not do what they promise are caught by the gradient check.
#[test]
fn a_rule_that_forgets_an_input_is_found() {
    #[derive(Debug)]
    struct Forgets;

    impl Op<f64> for Forgets {
        fn name(&self) -> &'static str {
            "forgets"
        }

        fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
            Op::<f64>::shape(&Times, inputs)
        }

        fn forward(&self, inputs: &[&Tensor<f64>], y: &mut [f64], keep: &mut [f64]) {
            Times.forward(inputs, y, keep);
        }

        fn vjp(&self, at: &Point<'_, f64>, g: &mut [f64], dx: &mut Cotangents<'_, f64>) {
            g.iter_mut().for_each(|g| *g *= at.x(1)[0]);
            dx.pass(0);
        }
    }

    let inputs = [Tensor::from([1.0, 2.0]), Tensor::from(3.0)];
    let wrong = check::gradients(&inputs, |v| Var::apply(Forgets, &[&v[0], &v[1]])).unwrap_err();
    assert_eq!((wrong.input, wrong.gradient), (1, 0.0));
}
