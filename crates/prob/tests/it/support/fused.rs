//! Densities and divergences that are one operation, against the same formulas out of several.

use autograd::prelude::*;
use proptest::prelude::*;

/// Σ over the event; a number is an event by itself.
pub fn sum<V: Array>(terms: V) -> V {
    if terms.shape().rank() == 0 { terms } else { terms.sum(-1) }
}

/// The value of `f`, and the gradients of a weighted sum of it.
pub fn differentiate<F: Real, const N: usize>(
    inputs: [&Tensor<f64>; N],
    f: impl for<'t> Fn([Var<'t, F>; N]) -> Var<'t, F>,
) -> Vec<Tensor<f64>> {
    let params = inputs.map(|x| Param::new(x.cast::<F>()));
    let (mut tape, mut value) = (Tape::new(), None);
    let (_, gradients) = tape.value_and_grad(|tape| {
        let y = f(params.each_ref().map(|p| tape.param(p)));
        value = Some(y.value().cast());
        (y * tape.constant(&Tensor::from_fn(y.shape(), |i| F::of(0.6 + 0.1 * (i % 13) as f64)))).sum_all()
    });
    let gradients = params.iter().map(|p| gradients.get(p).expect("every input has a gradient").cast());
    value.into_iter().chain(gradients).collect()
}

/// Within `tolerance`·max(1, |b|), equal infinities and NaN where there is NaN.
#[track_caller]
pub fn agree(a: &[Tensor<f64>], b: &[Tensor<f64>], tolerance: f64) {
    assert_eq!(a.len(), b.len());
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        assert_eq!(a.shape(), b.shape());
        for (a, b) in a.data().iter().zip(b.data()) {
            let close = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * b.abs().max(1.0);
            assert!(close, "{a} is not {b}, number {i} (0 is the value, then the gradient by each input)");
        }
    }
}

/// `f` as one operation and `g` out of several agree in value and gradients, within a tolerance for each type.
macro_rules! one_operation_or_several {
    ([$($x:ident),*], $f:expr, $g:expr, $double:expr, $single:expr) => {{
        use $crate::support::fused::{agree, differentiate};
        let inputs = [$(&$x),*];
        agree(
            &differentiate::<f64, _>(inputs, |[$($x),*]| $f),
            &differentiate::<f64, _>(inputs, |[$($x),*]| $g),
            $double,
        );
        agree(
            &differentiate::<f32, _>(inputs, |[$($x),*]| $f),
            &differentiate::<f32, _>(inputs, |[$($x),*]| $g),
            $single,
        );
    }};
}

pub(crate) use one_operation_or_several;

/// Shapes of `x` and a parameter that go together: events of 0 to 70 elements, repeated over rows and draws.
pub fn shapes() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    let length = prop::sample::select(vec![0usize, 1, 3, 32, 50, 70]);
    (0usize..3, 0usize..3, length, 0..6).prop_map(|(s, b, n, way)| match way {
        0 => (vec![b, n], vec![s, b, n]),
        1 => (vec![s, b, n], vec![b, n]),
        2 => (vec![b, n], vec![n]),
        3 => (vec![b, n], vec![]),
        4 => (vec![b, n], vec![b, 1]),
        _ => (vec![], vec![]),
    })
}

/// Numbers between −`size` and `size`, exact in single precision.
pub fn wave(shape: &[usize], size: f64, seed: u64) -> Tensor<f64> {
    Tensor::from_fn(shape, |i| {
        let unit = f64::from((0.7 * i as f64 + (seed % 101) as f64).sin() as f32);
        f64::from((unit * size) as f32).clamp(-size, size)
    })
}

/// Positive numbers between `low` and `high`, exact in single precision.
pub fn positive(shape: &[usize], low: f64, high: f64, seed: u64) -> Tensor<f64> {
    let wave = wave(shape, 1.0, seed);
    Tensor::from_fn(shape, |i| f64::from((low + (high - low) * 0.5 * (wave.data()[i] + 1.0)) as f32))
}
