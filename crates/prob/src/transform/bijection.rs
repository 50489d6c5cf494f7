//! Functions of one number as transforms of each element.

use super::{Inverse, Transform};
use crate::SupportError;
use autograd::ops::{EachOf, Function, SumOf};
use autograd::prelude::*;
use std::fmt::Debug;

/// A monotone, differentiable function of one number: in one block all that makes it a transform. Implementations are
/// `#[inline(always)]` and free of branches where they can, so that loops over them vectorise.
pub trait Bijection: Copy + Debug + Send + 'static {
    /// The name in messages.
    const NAME: &'static str;
    /// The image in words: what y must be.
    const IMAGE: &'static str;
    /// T(x).
    fn value<F: Real>(self, x: F) -> F;
    /// log|T′(x)|.
    fn log_slope<F: Real>(self, x: F) -> F;
    /// The derivative of log|T′|.
    fn bend<F: Real>(self, x: F) -> F;
    /// T′(x).
    fn slope<F: Real>(self, x: F) -> F;
    /// T⁻¹(y), for y that [`has`](Bijection::has) accepts.
    fn undo<F: Real>(self, y: F) -> F;
    /// Whether y is the image of a number.
    fn has<F: Real>(self, y: F) -> bool;
}

/// T, with derivative T′.
#[derive(Debug)]
struct Value<T>(T);

impl<F: Real, T: Bijection> Function<F, 1> for Value<T> {
    #[inline(always)]
    fn f(&self, [x]: [F; 1]) -> F {
        self.0.value(x)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x]: [F; 1]) -> F {
        self.0.slope(x)
    }
}

/// log|T′|.
#[derive(Debug)]
struct LogSlope<T>(T);

impl<F: Real, T: Bijection> Function<F, 1> for LogSlope<T> {
    #[inline(always)]
    fn f(&self, [x]: [F; 1]) -> F {
        self.0.log_slope(x)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [x]: [F; 1]) -> F {
        self.0.bend(x)
    }
}

/// T⁻¹, with derivative 1/T′; outside the image 0, which nothing moves, and NaN of NaN.
#[derive(Debug)]
struct Undo<T>(T);

impl<F: Real, T: Bijection> Function<F, 1> for Undo<T> {
    #[inline(always)]
    fn f(&self, [y]: [F; 1]) -> F {
        let x = if self.0.has(y) { self.0.undo(y) } else { F::zero() };
        if y.is_nan() { y } else { x }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [y]: [F; 1]) -> F {
        let slope = self.0.slope(self.0.undo(y)).recip();
        if self.0.has(y) { slope } else { F::zero() }
    }
}

/// 0 on the image, −∞ elsewhere; nothing moves it.
#[derive(Debug)]
struct Possible<T>(T);

impl<F: Real, T: Bijection> Function<F, 1> for Possible<T> {
    #[inline(always)]
    fn f(&self, [y]: [F; 1]) -> F {
        if self.0.has(y) | y.is_nan() { F::zero() } else { F::neg_infinity() }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, _: [F; 1]) -> F {
        F::zero()
    }
}

impl<V: Array, T: Bijection> Transform<V> for T {
    fn forward(&self, x: &V) -> (V, V) {
        (V::apply(EachOf(T::NAME, Value(*self)), &[x]), V::apply(SumOf(T::NAME, LogSlope(*self)), &[x]))
    }
}

impl<V: Array, T: Bijection> Inverse<V> for T {
    fn inverse(&self, y: &V) -> (V, V) {
        let x = V::apply(EachOf(T::NAME, Undo(*self)), &[y]);
        let log_slope = V::apply(SumOf(T::NAME, LogSlope(*self)), &[&x]);
        (x, V::apply(SumOf(T::NAME, Possible(*self)), &[y]) - log_slope)
    }

    fn preimage(&self, y: &Tensor<V::F>) -> Result<Option<Tensor<V::F>>, SupportError> {
        SupportError::check(T::NAME, "x", T::IMAGE, y, |y| self.has(y))?;
        Ok(Some(Tensor::apply(EachOf(T::NAME, Undo(*self)), &[y])))
    }
}
