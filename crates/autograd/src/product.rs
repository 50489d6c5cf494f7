//! Gradients that are left as the products they are.

use crate::buffer::Buffer;
use crate::kernels::gemm::{Mat, matmul, matmul_add};
use crate::pool::Pool;
use crate::{Real, Shape, Tensor};
use std::ops::Range;
use std::sync::OnceLock;

/// The gradient by the weight `[n, k]` of an affine map, Gᵀ·X with cotangents G `[rows, n]` and inputs X `[rows, k]`, not
/// multiplied out: who uses a few of its rows at a time need not write and read it all.
#[derive(Clone, Debug)]
pub(crate) struct Product<F> {
    shape: Shape,
    g: Buffer<F>,
    x: Tensor<F>,
    /// All of it, once somebody has asked.
    whole: OnceLock<Tensor<F>>,
}

impl<F: Real> Product<F> {
    pub fn new(shape: Shape, g: Buffer<F>, x: Tensor<F>) -> Self {
        Product { shape, g, x, whole: OnceLock::new() }
    }

    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// G and X, of which G has some columns only.
    fn factors(&self, columns: Range<usize>) -> [Mat<'_, F>; 2] {
        let [n, k] = [self.shape[0], self.shape[1]];
        let rows = self.g.len() / n;
        [Mat::new(&self.g, rows, n).columns(columns), Mat::new(self.x.data(), rows, k)]
    }

    /// Writes some of its rows; each number has the same bits whichever other ones are asked for.
    pub fn write(&self, rows: Range<usize>, out: &mut [F]) {
        let [g, x] = self.factors(rows);
        matmul(g.t(), x, out);
    }

    /// Adds some of its rows.
    pub fn add_to(&self, rows: Range<usize>, sum: &mut [F]) {
        let [g, x] = self.factors(rows);
        matmul_add(g.t(), x, sum);
    }

    /// All of it.
    pub fn whole(&self) -> &Tensor<F> {
        self.whole.get_or_init(|| {
            let mut whole = Tensor::zeros(self.shape);
            self.write(0..self.shape[0], whole.data_mut());
            whole
        })
    }

    /// All of it, without the factors.
    pub fn into_whole(self) -> Tensor<F> {
        self.whole();
        self.whole.into_inner().expect("it was formed")
    }

    /// The factors go back to where they came from.
    pub fn recycle(self, pool: &mut Pool<F>) {
        pool.give(self.g);
        pool.give(self.x.into_buffer());
    }
}
