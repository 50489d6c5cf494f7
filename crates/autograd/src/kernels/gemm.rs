//! Matrix products by the `gemm` crate.

use crate::Real;

/// A matrix in a slice: `[rows, cols]` row by row, or its transpose.
#[derive(Clone, Copy)]
pub(crate) struct Mat<'a, F> {
    data: &'a [F],
    rows: usize,
    cols: usize,
    /// Whether the slice holds the transpose, `[cols, rows]` row by row.
    transposed: bool,
}

impl<'a, F> Mat<'a, F> {
    /// The matrix `[rows, cols]` that `data` holds row by row.
    #[inline]
    pub fn new(data: &'a [F], rows: usize, cols: usize) -> Self {
        assert_eq!(data.len(), rows * cols);
        Mat { data, rows, cols, transposed: false }
    }

    /// The transpose of this view.
    #[inline]
    pub fn t(self) -> Self {
        Mat { rows: self.cols, cols: self.rows, transposed: !self.transposed, ..self }
    }

    /// Distance of neighbours within a column, and within a row.
    fn strides(&self) -> (isize, isize) {
        if self.transposed { (1, self.rows as isize) } else { (self.cols as isize, 1) }
    }
}

/// C = A·B; `c` is `[a.rows, b.cols]` row by row.
pub(crate) fn matmul<F: Real>(a: Mat<'_, F>, b: Mat<'_, F>, c: &mut [F]) {
    assert_eq!((a.cols, c.len()), (b.rows, a.rows * b.cols));
    if a.cols == 0 {
        c.fill(F::zero());
    } else if !c.is_empty() {
        F::gemm(a, b, c);
    }
}

/// The element type's matrix product.
pub trait Gemm: Sized {
    /// C = A·B, no extent being 0.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn gemm(a: Mat<'_, Self>, b: Mat<'_, Self>, c: &mut [Self]);
}

macro_rules! gemm_by_crate {
    ($($F:ty)*) => {$(
        #[allow(unsafe_code)]
        impl Gemm for $F {
            #[allow(private_interfaces)]
            fn gemm(a: Mat<'_, $F>, b: Mat<'_, $F>, c: &mut [$F]) {
                let (m, k, n) = (a.rows, a.cols, b.cols);
                let ((a_row, a_col), (b_row, b_col)) = (a.strides(), b.strides());
                // SAFETY: `Mat::new` and `matmul` checked that each slice holds its whole matrix, and `c` is borrowed
                // mutably, so that it overlaps neither operand.
                unsafe {
                    gemm::gemm(
                        m, n, k,
                        c.as_mut_ptr(), 1, n as isize, false,
                        a.data.as_ptr(), a_col, a_row,
                        b.data.as_ptr(), b_col, b_row,
                        1.0, 1.0,
                        false, false, false,
                        gemm::Parallelism::None,
                    );
                }
            }
        }
    )*};
}

gemm_by_crate!(f32 f64);
