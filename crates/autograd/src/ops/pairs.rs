//! Sums over pairs of elements.

use crate::kernels::pairs;
use crate::{Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};
use std::fmt::Debug;

pub use crate::kernels::map::Binary;

/// y = Σ f(a, b) along the last axis: da = g · ∂f/∂a, db = g · ∂f/∂b.
///
/// Written out of other operations, f would be a pass over the memory and a node on the tape for each of them; here it is
/// one of each, `V::apply(SumOf("name", f), &[a, b])`. The arrays broadcast; f of two numbers is not summed. The functions
/// of f are to be `#[inline(always)]`, and free of branches where they can, so that the loops over them vectorise.
///
/// ```
/// use autograd::ops::{Binary, SumOf};
/// use autograd::{Array, check, prelude::*};
///
/// /// a²b.
/// #[derive(Debug)]
/// struct SquareTimes;
///
/// impl<F: Real> Binary<F> for SquareTimes {
///     #[inline(always)]
///     fn f(&self, a: F, b: F) -> F {
///         a * a * b
///     }
///
///     #[inline(always)]
///     fn da(&self, a: F, b: F) -> F {
///         (a + a) * b
///     }
///
///     #[inline(always)]
///     fn db(&self, a: F, _b: F) -> F {
///         a * a
///     }
/// }
///
/// let (a, b) = (Tensor::from([[1.0, 2.0], [3.0, 4.0]]), Tensor::from([10.0, 1.0]));
/// assert_eq!(Tensor::apply(SumOf("square_times", SquareTimes), &[&a, &b]), Tensor::from([14.0, 106.0]));
/// check::gradients(&[a, b], |v| Var::apply(SumOf("square_times", SquareTimes), &[&v[0], &v[1]])).unwrap();
/// ```
#[derive(Debug)]
pub struct SumOf<B>(
    /// The name in messages.
    pub &'static str,
    /// f.
    pub B,
);

impl<F: Real, B: Binary<F> + Debug + Send + 'static> Op<F> for SumOf<B> {
    fn name(&self) -> &'static str {
        self.0
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let full = inputs[0].broadcast(inputs[1])?;
        Ok(if full.rank() > 0 { full.without(full.rank() - 1) } else { full })
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let [a, b] = [inputs[0], inputs[1]].map(|x| (x.data(), x.shape()));
        pairs::sum(&self.1, a, b, a.1.broadcast(b.1).expect("judged"), y);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let [a, b] = [0, 1].map(|i| (at.x(i), at.shape(i)));
        let full = a.1.broadcast(b.1).expect("judged");
        dx.with(0, |d| pairs::sum_vjp::<F, B, false>(&self.1, a, b, full, g, d));
        dx.with(1, |d| pairs::sum_vjp::<F, B, true>(&self.1, a, b, full, g, d));
    }
}
