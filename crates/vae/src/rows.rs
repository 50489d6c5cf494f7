//! Where batches come from.

use crate::Threads;
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

    /// Whether [`read`](Rows::read) draws anything, as it may unless this says otherwise. If it does not, threads read a batch
    /// together: each calls it for some of the rows, with a generator that is not to be used.
    fn draws(&self) -> bool {
        true
    }
}

/// Elements from which on threads read a batch together.
const SHARED: usize = 1 << 15;

/// [`Rows::read`] by several threads, if nothing is drawn.
pub(crate) fn read<F: Real, D: Rows<F>, R: Rng + Clone + Send + Sync>(
    data: &D,
    rows: &[usize],
    rng: &mut R,
    threads: &Threads,
    out: &mut [F],
) {
    let count = threads.count();
    if count == 1 || out.len() < SHARED || data.draws() {
        return data.read(rows, rng, out);
    }
    let (each, rng) = (rows.len().div_ceil(count), &*rng);
    let mut parts: Vec<_> = rows.chunks(each).zip(out.chunks_mut(each * data.features())).collect();
    threads.for_each(&mut parts, |_, (rows, out)| data.read(rows, &mut rng.clone(), out));
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

    fn draws(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prob::Key;

    /// Threads that read a batch together read what one reads, also where they do not divide the rows or are more than these.
    #[test]
    fn threads_read_the_same() {
        for [rows, features] in [[301, 200], [3, 20_000]] {
            let data = Tensor::<f32>::from_fn([rows + 7, features], |i| i as f32);
            let rows: Vec<usize> = (0..rows).map(|i| (i * 5 + 2) % (rows + 7)).collect();
            let read_by = |threads: usize| {
                let mut x = vec![-1.0; rows.len() * features];
                read(&data, &rows, &mut Key::new(1).stream("binarize", 0, 0), &Threads::new(threads), &mut x);
                x
            };
            let alone = read_by(1);
            assert_eq!(alone[features..2 * features], *data.row(rows[1]));
            for threads in [2, 3, 5] {
                assert!(read_by(threads) == alone, "{threads} threads");
            }
        }
    }
}
