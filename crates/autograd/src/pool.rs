//! Buffers that are used again at the next step.

use crate::Real;
use crate::buffer::{Buffer, Elements, unique};
use std::sync::Arc;

/// Resets after which buffers of a length that nobody asked for are let go.
const PATIENCE: u64 = 64;

/// Places to remember where the bin of a length is.
const HINTS: usize = 64;

/// Free buffers, by length. They have no other owner.
#[derive(Debug)]
pub(crate) struct Pool<F> {
    /// Sorted by length.
    bins: Vec<Bin<F>>,
    /// Where the bin was that was last asked for by a length of the same hash. Small steps notice a search.
    hints: [u32; HINTS],
    resets: u64,
}

#[derive(Debug)]
struct Bin<F> {
    len: usize,
    free: Vec<Buffer<F>>,
    /// Buffers taken and not given back.
    lent: usize,
    last_used: u64,
}

impl<F: Real> Pool<F> {
    pub fn new() -> Self {
        Pool { bins: Vec::new(), hints: [0; HINTS], resets: 0 }
    }

    /// A buffer of `len` elements, for which [`unique`] will succeed. It holds old numbers; in debug builds NaN,
    /// so that an element which nobody writes shows.
    pub fn take(&mut self, len: usize) -> Buffer<F> {
        let now = self.resets;
        let bin = self.bin(len);
        bin.last_used = now;
        bin.lent += 1;
        let mut buffer = bin.free.pop().unwrap_or_else(|| Arc::new(Elements::zeros(len)));
        if cfg!(debug_assertions) {
            unique(&mut buffer).fill(F::nan());
        }
        buffer
    }

    /// Takes a buffer back, unless somebody else still holds it.
    ///
    /// No more are taken than were lent: constants bring buffers of their own, which would pile up.
    pub fn give(&mut self, buffer: Buffer<F>) {
        // Nobody holds weak references.
        if Arc::strong_count(&buffer) == 1 {
            let bin = self.bin(buffer.len());
            if bin.lent > 0 {
                bin.lent -= 1;
                bin.free.push(buffer);
            }
        }
    }

    /// Marks the end of a step: buffers of lengths long out of use are freed.
    pub fn step(&mut self) {
        self.resets += 1;
        if self.resets.is_multiple_of(PATIENCE) {
            let oldest = self.resets - PATIENCE;
            self.bins.retain(|bin| bin.last_used >= oldest);
        }
    }

    fn bin(&mut self, len: usize) -> &mut Bin<F> {
        // Fibonacci hashing: the upper 6 bits of a product with 2⁶⁴/φ.
        let hint = &mut self.hints[((len as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize];
        if self.bins.get(*hint as usize).is_some_and(|bin| bin.len == len) {
            return &mut self.bins[*hint as usize];
        }
        let i = self.bins.binary_search_by_key(&len, |bin| bin.len).unwrap_or_else(|i| {
            self.bins.insert(i, Bin { len, free: Vec::new(), lent: 0, last_used: self.resets });
            i
        });
        *hint = i as u32;
        &mut self.bins[i]
    }
}
