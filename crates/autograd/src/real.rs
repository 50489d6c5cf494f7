//! The one generic bound of the workspace.

use crate::kernels::{
    gemm::Gemm,
    math::{Contracted, Math},
};
use num_traits::{Float, FloatConst, NumAssign};
use std::fmt::{Debug, Display, LowerExp};
use std::iter::Sum;

/// A floating-point number that tensors are made of: `f32` or `f64`.
///
/// Arithmetic and the elementary functions come from [`num_traits::Float`]. The trait is sealed by its crate-private supertraits:
/// kernels exist for these two types only, and for one that stands for `f32` within them.
pub trait Real:
    Float + FloatConst + NumAssign + Sum + Default + Debug + Display + LowerExp + Send + Sync + Math + Gemm + 'static
{
    /// The type's name, as it stands in messages and file headers.
    const NAME: &'static str;

    /// The number nearest to `x`.
    fn of(x: f64) -> Self;

    /// The same number as `f64`; exact for both types.
    fn as_f64(self) -> f64;

    /// The type that formulas are computed with on processors that have fused multiply-adds: the same numbers, with elementary
    /// functions that use these.
    #[doc(hidden)]
    type Contracted: Real<Contracted = Self::Contracted>;

    #[doc(hidden)]
    fn contracted(x: &[Self]) -> &[Self::Contracted];

    #[doc(hidden)]
    fn contracted_mut(x: &mut [Self]) -> &mut [Self::Contracted];
}

impl Real for f32 {
    const NAME: &'static str = "f32";

    #[inline(always)]
    fn of(x: f64) -> f32 {
        x as f32
    }

    #[inline(always)]
    fn as_f64(self) -> f64 {
        f64::from(self)
    }

    type Contracted = Contracted;

    #[inline(always)]
    fn contracted(x: &[f32]) -> &[Contracted] {
        Contracted::of(x)
    }

    #[inline(always)]
    fn contracted_mut(x: &mut [f32]) -> &mut [Contracted] {
        Contracted::of_mut(x)
    }
}

impl Real for f64 {
    const NAME: &'static str = "f64";

    #[inline(always)]
    fn of(x: f64) -> f64 {
        x
    }

    #[inline(always)]
    fn as_f64(self) -> f64 {
        self
    }

    /// The functions are the standard library's, which have nothing to fuse.
    type Contracted = f64;

    #[inline(always)]
    fn contracted(x: &[f64]) -> &[f64] {
        x
    }

    #[inline(always)]
    fn contracted_mut(x: &mut [f64]) -> &mut [f64] {
        x
    }
}
