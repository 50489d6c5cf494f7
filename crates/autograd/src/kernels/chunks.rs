//! Rows in chunks of a fixed length.
//!
//! A loop of vectors leaves the last few elements to a loop of single ones, where a function like eˣ costs as much for each
//! element as before for a vector. So the last chunk is filled up, computed like the others, and cut again.

/// Elements of a chunk: two of the widest vectors of single precision.
pub(crate) const LANES: usize = 32;

/// How many elements the whole chunks of a row of `n` have.
#[inline(always)]
pub(crate) fn whole(n: usize) -> usize {
    n - n % LANES
}

/// A chunk that begins with `rest`, of which there is something, and goes on with its first element.
#[inline(always)]
pub(crate) fn filled<F: Copy>(rest: &[F]) -> [F; LANES] {
    let mut chunk = [rest[0]; LANES];
    chunk[..rest.len()].copy_from_slice(rest);
    chunk
}
