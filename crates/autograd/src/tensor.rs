//! Dense arrays of numbers.

use crate::buffer::{Buffer, Elements};
use crate::{Real, Shape};
use std::fmt;
use std::sync::Arc;

/// A dense array: a [`Shape`] and a contiguous buffer, last axis fastest.
///
/// Cloning shares the buffer; [`data_mut`](Tensor::data_mut) copies it first where it is shared.
pub struct Tensor<F = f32> {
    shape: Shape,
    data: Buffer<F>,
}

impl<F: Real> Tensor<F> {
    /// An array with the given elements.
    ///
    /// # Panics
    /// If the number of elements is not the shape's size.
    #[track_caller]
    pub fn new(shape: impl Into<Shape>, data: Vec<F>) -> Tensor<F> {
        Tensor::from_buffer(shape.into(), Arc::new(data.into()))
    }

    #[track_caller]
    pub(crate) fn from_buffer(shape: Shape, data: Buffer<F>) -> Tensor<F> {
        assert!(data.len() == shape.size(), "{} elements do not fill a tensor of shape {shape}", data.len());
        Tensor { shape, data }
    }

    /// An array of rank 0.
    pub fn scalar(x: F) -> Tensor<F> {
        Tensor::full(Shape::SCALAR, x)
    }

    /// An array of zeros.
    #[track_caller]
    pub fn zeros(shape: impl Into<Shape>) -> Tensor<F> {
        let shape = shape.into();
        Tensor::from_buffer(shape, Arc::new(Elements::zeros(shape.size())))
    }

    /// An array of ones.
    #[track_caller]
    pub fn ones(shape: impl Into<Shape>) -> Tensor<F> {
        Tensor::full(shape, F::one())
    }

    /// An array with every element equal to `x`.
    #[track_caller]
    pub fn full(shape: impl Into<Shape>, x: F) -> Tensor<F> {
        let shape = shape.into();
        Tensor::from_fn(shape, |_| x)
    }

    /// An array whose `i`-th element, counted through the buffer, is `f(i)`.
    #[track_caller]
    pub fn from_fn(shape: impl Into<Shape>, f: impl FnMut(usize) -> F) -> Tensor<F> {
        let shape = shape.into();
        Tensor::from_buffer(shape, Arc::new(Elements::collect(shape.size(), (0..shape.size()).map(f))))
    }

    /// The identity matrix `[n, n]`.
    #[track_caller]
    pub fn eye(n: usize) -> Tensor<F> {
        Tensor::from_fn([n, n], |i| if i / n == i % n { F::one() } else { F::zero() })
    }

    /// The extents.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The elements, last axis fastest.
    pub fn data(&self) -> &[F] {
        &self.data
    }

    /// The elements for writing. A buffer that another tensor shares is copied first.
    pub fn data_mut(&mut self) -> &mut [F] {
        &mut Arc::make_mut(&mut self.data)[..]
    }

    /// The only element.
    ///
    /// # Panics
    /// If there is not exactly one.
    #[track_caller]
    pub fn item(&self) -> F {
        assert!(self.data.len() == 1, "item() needs one element; the shape is {}", self.shape);
        self.data[0]
    }

    /// The element at an index for each axis.
    ///
    /// # Panics
    /// If the index has another rank or lies outside.
    #[track_caller]
    pub fn at(&self, index: &[usize]) -> F {
        let dims = self.shape.dims();
        let inside = index.len() == dims.len() && index.iter().zip(dims).all(|(i, d)| i < d);
        assert!(inside, "{index:?} is no index into a tensor of shape {}", self.shape);
        self.data[index.iter().zip(dims).fold(0, |offset, (i, d)| offset * d + i)]
    }

    /// The elements at `i` along the first axis.
    ///
    /// # Panics
    /// If the tensor is a number or has no such row.
    #[track_caller]
    pub fn row(&self, i: usize) -> &[F] {
        let rows = *self.shape.dims().first().expect("a number has no rows");
        assert!(i < rows, "a tensor of shape {} has no row {i}", self.shape);
        let n = self.data.len() / rows;
        &self.data[i * n..(i + 1) * n]
    }

    /// The same elements in another type.
    pub fn cast<G: Real>(&self) -> Tensor<G> {
        Tensor::from_fn(self.shape, |i| G::of(self.data[i].as_f64()))
    }

    /// The same buffer under another shape.
    #[track_caller]
    pub(crate) fn share(&self, shape: Shape) -> Tensor<F> {
        Tensor::from_buffer(shape, Arc::clone(&self.data))
    }

    /// The buffer, for the pool.
    pub(crate) fn into_buffer(self) -> Buffer<F> {
        self.data
    }
}

impl<F: PartialEq> PartialEq for Tensor<F> {
    fn eq(&self, other: &Self) -> bool {
        self.shape == other.shape && self.data[..] == other.data[..]
    }
}

impl<F> Clone for Tensor<F> {
    fn clone(&self) -> Self {
        Tensor { shape: self.shape, data: Arc::clone(&self.data) }
    }
}

impl From<f64> for Tensor<f64> {
    fn from(x: f64) -> Self {
        Tensor::scalar(x)
    }
}

impl From<f32> for Tensor<f32> {
    fn from(x: f32) -> Self {
        Tensor::scalar(x)
    }
}

impl<F: Real, const N: usize> From<[F; N]> for Tensor<F> {
    fn from(row: [F; N]) -> Self {
        Tensor::new([N], row.to_vec())
    }
}

impl<F: Real, const M: usize, const N: usize> From<[[F; N]; M]> for Tensor<F> {
    fn from(rows: [[F; N]; M]) -> Self {
        Tensor::new([M, N], rows.concat())
    }
}

/// Long arrays are cut short: a failed assertion should fit a screen.
impl<F: fmt::Debug> fmt::Debug for Tensor<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 24;
        write!(f, "Tensor<{}>{} ", std::any::type_name::<F>(), self.shape)?;
        let mut list = f.debug_list();
        list.entries(self.data.iter().take(SHOWN));
        if self.data.len() > SHOWN { list.finish_non_exhaustive() } else { list.finish() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_to_a_shared_buffer_copies_it() {
        let a = Tensor::from([1.0, 2.0]);
        let mut b = a.clone();
        assert_eq!(a.data().as_ptr(), b.data().as_ptr());
        b.data_mut()[0] = 3.0;
        assert_eq!((a.data(), b.data()), (&[1.0, 2.0][..], &[3.0, 2.0][..]));
    }

    #[test]
    fn indexing() {
        let a = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        assert_eq!(a.at(&[1, 2]), 6.0);
        assert_eq!(a.row(1), &[4.0, 5.0, 6.0]);
        assert_eq!(Tensor::<f32>::eye(2).data(), &[1.0, 0.0, 0.0, 1.0]);
        assert_eq!(Tensor::from(2.5).item(), 2.5);
    }

    #[test]
    #[should_panic(expected = "3 elements do not fill a tensor of shape [2, 2]")]
    fn elements_must_fill_the_shape() {
        Tensor::new([2, 2], vec![1.0, 2.0, 3.0]);
    }
}
