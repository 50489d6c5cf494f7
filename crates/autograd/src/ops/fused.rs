//! A formula of several arrays as one operation.

use crate::kernels::fused;
use crate::shape::MAX_RANK;
use crate::{Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};
use std::fmt::Debug;

pub use crate::kernels::fused::{Formula, Function};

/// y = Σ f(x₀, …, x_N₋₁) along the last axis: dx_i = g · ∂f/∂x_i, for one to four arrays.
///
/// Written out of other operations, f would be a pass over the memory and a node on the tape for each of them; here it is
/// one of each, `V::apply(SumOf("name", f), &[x, …])`. The arrays broadcast; f of numbers is not summed. What stands for
/// many elements counts for each, and its gradient is the sum over them. The functions of f are to be
/// `#[inline(always)]`, and free of branches where they can, so that the loops over them vectorise.
///
/// ```
/// use autograd::ops::{Function, SumOf};
/// use autograd::{Array, check, prelude::*};
///
/// /// a²b.
/// #[derive(Debug)]
/// struct SquareTimes;
///
/// impl<F: Real> Function<F, 2> for SquareTimes {
///     #[inline(always)]
///     fn f(&self, [a, b]: [F; 2]) -> F {
///         a * a * b
///     }
///
///     #[inline(always)]
///     fn d<const I: usize>(&self, [a, b]: [F; 2]) -> F {
///         match I {
///             0 => (a + a) * b,
///             _ => a * a,
///         }
///     }
/// }
///
/// let (a, b) = (Tensor::from([[1.0, 2.0], [3.0, 4.0]]), Tensor::from([10.0, 1.0]));
/// assert_eq!(Tensor::apply(SumOf("square_times", SquareTimes), &[&a, &b]), Tensor::from([14.0, 106.0]));
/// check::gradients(&[a, b], |v| Var::apply(SumOf("square_times", SquareTimes), &[&v[0], &v[1]])).unwrap();
/// ```
#[derive(Debug)]
pub struct SumOf<T, const N: usize>(
    /// The name in messages.
    pub &'static str,
    /// f.
    pub T,
);

/// y = f(x₀, …, x_N₋₁) for each element: [`SumOf`] without the sum.
#[derive(Debug)]
pub struct EachOf<T, const N: usize>(
    /// The name in messages.
    pub &'static str,
    /// f.
    pub T,
);

/// The shape that arrays go together to. Those of most axes are asked first, since they have what the others are the
/// last axes of.
pub(super) fn together(shapes: &[Shape]) -> Result<Shape, ShapeError> {
    let mut by_rank = (0..=MAX_RANK).rev().flat_map(|rank| shapes.iter().filter(move |s| s.rank() == rank));
    by_rank.try_fold(Shape::SCALAR, |full, &shape| full.broadcast(shape))
}

/// The arrays, and the shape they go together to.
fn arrays<'a, F, const N: usize>(at: impl Fn(usize) -> (&'a [F], Shape)) -> ([(&'a [F], Shape); N], Shape) {
    let x: [(&[F], Shape); N] = std::array::from_fn(at);
    (x, together(&x.map(|x| x.1)).expect("shapes were judged"))
}

/// The cotangent of each array that needs one.
fn vjp<F: Real, T: Formula<F, N>, const N: usize>(f: &T, at: &Point<'_, F>, g: &[F], dx: &mut Cotangents<'_, F>) {
    const { assert!(0 < N && N <= 4, "a function of one to four numbers") };
    let (x, full) = arrays::<F, N>(|i| (at.x(i), at.shape(i)));
    for i in 0..N {
        dx.with(i, |d| fused::vjp(f, i, x, full, g, d));
    }
}

impl<F: Real, T: Formula<F, N> + Debug + Send + 'static, const N: usize> Op<F> for SumOf<T, N> {
    fn name(&self) -> &'static str {
        self.0
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let full = together(inputs)?;
        Ok(if full.rank() > 0 { full.without(full.rank() - 1) } else { full })
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let (x, full) = arrays(|i| (inputs[i].data(), inputs[i].shape()));
        fused::sum(&self.1, x, full, y);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        vjp(&self.1, at, g, dx);
    }
}

impl<F: Real, T: Formula<F, N> + Debug + Send + 'static, const N: usize> Op<F> for EachOf<T, N> {
    fn name(&self) -> &'static str {
        self.0
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        together(inputs)
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let (x, full) = arrays(|i| (inputs[i].data(), inputs[i].shape()));
        fused::each(&self.1, x, full, y);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        vjp(&self.1, at, g, dx);
    }
}
