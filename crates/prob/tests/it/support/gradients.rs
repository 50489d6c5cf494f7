//! Derivatives against central differences: inputs for [`autograd::check::gradients`], which states its tolerance.

use autograd::prelude::*;
use proptest::prelude::*;

pub use autograd::check::gradients;

/// Numbers from a range in one of the shapes that go with `x [2, 2, 3]`: a number, a row, a table.
pub fn param(low: f64, high: f64) -> impl Strategy<Value = Tensor<f64>> {
    prop::sample::select(vec![&[][..], &[3], &[2, 3]])
        .prop_flat_map(move |shape: &'static [usize]| array(shape, low, high))
}

/// Numbers from a range.
pub fn array(shape: &'static [usize], low: f64, high: f64) -> impl Strategy<Value = Tensor<f64>> {
    let size = shape.iter().product::<usize>();
    prop::collection::vec(low..high, size).prop_map(move |x| Tensor::new(shape, x))
}

/// Whether no x is close to its μ, where a density has a kink.
pub fn apart(x: &Tensor<f64>, loc: &Tensor<f64>) -> bool {
    (x - loc).data().iter().all(|d| d.abs() > 1e-3)
}
