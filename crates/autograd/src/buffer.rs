//! Where a tensor's elements lie.

use crate::Real;
use crate::kernels::scratch::Line;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A tensor's storage, which tensors of the same elements share.
pub(crate) type Buffer<F> = Arc<Elements<F>>;

/// Vectors of numbers that begin at a cache line are within one each; all others, of the widest sort, lie across two. W1's step
/// takes 5 % longer with these.
const LINE: usize = size_of::<Line>();

/// Elements, the first of which begins a cache line unless they came as a [`Vec`].
#[derive(Debug)]
pub(crate) struct Elements<F> {
    memory: Vec<F>,
    start: usize,
    len: usize,
}

impl<F: Real> Elements<F> {
    /// `len` zeros.
    pub fn zeros(len: usize) -> Self {
        // Rows shorter than a cache line are not worth one.
        let spare = if len * size_of::<F>() < LINE { 0 } else { LINE / size_of::<F>() - 1 };
        let memory = vec![F::zero(); len + spare];
        let start = memory.as_ptr().align_offset(LINE).min(spare);
        Elements { memory, start, len }
    }

    /// The elements of an iterator that has `len` of them.
    pub fn collect(len: usize, elements: impl Iterator<Item = F>) -> Self {
        let mut all = Elements::zeros(len);
        all.iter_mut().zip(elements).for_each(|(to, from)| *to = from);
        all
    }
}

impl<F> From<Vec<F>> for Elements<F> {
    fn from(memory: Vec<F>) -> Self {
        Elements { len: memory.len(), memory, start: 0 }
    }
}

impl<F: Real> Clone for Elements<F> {
    fn clone(&self) -> Self {
        let mut copy = Elements::zeros(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

impl<F> Deref for Elements<F> {
    type Target = [F];

    #[inline]
    fn deref(&self) -> &[F] {
        &self.memory[self.start..self.start + self.len]
    }
}

impl<F> DerefMut for Elements<F> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [F] {
        &mut self.memory[self.start..self.start + self.len]
    }
}

/// The elements of a buffer that has one owner, as those from the [pool](crate::pool) do.
pub(crate) fn unique<F>(buffer: &mut Buffer<F>) -> &mut [F] {
    Arc::get_mut(buffer).expect("a pooled buffer has one owner")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_begin_at_a_cache_line() {
        for len in [16, 17, 100, 10_000] {
            let zeros = Elements::<f32>::zeros(len);
            let copy = Elements::from(vec![1.5_f64; len]).clone();
            assert_eq!((zeros.len(), zeros.as_ptr() as usize % LINE), (len, 0));
            assert_eq!((&copy[..], copy.as_ptr() as usize % LINE), (&vec![1.5; len][..], 0));
        }
        assert!(Elements::<f32>::zeros(0).is_empty());
        assert_eq!(Elements::<f64>::zeros(3)[..], [0.0; 3]);
    }
}
