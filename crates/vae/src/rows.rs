//! Where batches come from.

use autograd::{Real, Tensor};
use rand::Rng;

/// Rows of data that batches are made of.
pub trait Rows<F: Real>: Sync {
    /// How many there are.
    fn rows(&self) -> usize;

    /// D, the number of features of a row.
    fn features(&self) -> usize;

    /// Writes the named rows to `out`, `[rows.len(), D]`. What is drawn anew each time a row is read, as dynamic
    /// binarisation is, comes from `rng`.
    fn read<R: Rng + ?Sized>(&self, rows: &[usize], rng: &mut R, out: &mut [F]);
}

/// The rows of a matrix `[N, D]`, as they are.
impl<F: Real> Rows<F> for Tensor<F> {
    fn rows(&self) -> usize {
        self.shape()[0]
    }

    fn features(&self) -> usize {
        self.shape()[1]
    }

    fn read<R: Rng + ?Sized>(&self, rows: &[usize], _: &mut R, out: &mut [F]) {
        for (&row, out) in rows.iter().zip(out.chunks_exact_mut(self.shape()[1].max(1))) {
            out.copy_from_slice(self.row(row));
        }
    }
}
