//! Walking arrays that repeat along some axes, row by row.

use crate::Shape;
use crate::shape::MAX_RANK;

/// A run of consecutive elements of the output, and where the operands' elements for it lie.
#[derive(Clone, Copy)]
pub(crate) struct Row<const N: usize> {
    /// Offset of the first element in the output.
    pub out: usize,
    /// Number of elements.
    pub len: usize,
    /// Offset of each operand's first element.
    pub at: [usize; N],
    /// Whether each operand moves along the row; otherwise one element serves all of it.
    pub moves: [bool; N],
}

/// Extents and each operand's strides, right-aligned: axes that are not there have extent 1.
type Axes<const N: usize> = ([usize; MAX_RANK], [[usize; MAX_RANK]; N]);

/// The longest possible rows of `out`, in order. The operands broadcast to `out`.
#[inline(always)]
pub(crate) fn rows<const N: usize>(out: Shape, operands: [Shape; N]) -> Rows<N> {
    let (dims, strides) = merge(out, operands);
    Rows {
        dims,
        strides,
        next: [0; MAX_RANK - 1],
        row: 0,
        count: if out.size() == 0 { 0 } else { out.size() / dims[MAX_RANK - 1] },
    }
}

/// Rows that [`rows`] gives. They are an iterator, since a long body of a loop that is a closure would not be inlined.
pub(crate) struct Rows<const N: usize> {
    dims: [usize; MAX_RANK],
    strides: [[usize; MAX_RANK]; N],
    /// Where the next row is along all axes but the last.
    next: [usize; MAX_RANK - 1],
    /// How many rows came before it, and how many there are.
    row: usize,
    count: usize,
}

impl<const N: usize> Iterator for Rows<N> {
    type Item = Row<N>;

    #[inline(always)]
    fn next(&mut self) -> Option<Row<N>> {
        if self.row == self.count {
            return None;
        }
        let len = self.dims[MAX_RANK - 1];
        let at = self.strides.map(|s| self.next.iter().zip(s).map(|(i, s)| i * s).sum());
        let row = Row { out: self.row * len, len, at, moves: self.strides.map(|s| s[MAX_RANK - 1] != 0) };
        self.row += 1;
        for axis in (0..self.next.len()).rev() {
            self.next[axis] += 1;
            if self.next[axis] < self.dims[axis] {
                break;
            }
            self.next[axis] = 0;
        }
        Some(row)
    }
}

/// Drops axes of extent 1 and joins neighbours that every operand walks alike, so that rows are as long as they can be.
fn merge<const N: usize>(out: Shape, operands: [Shape; N]) -> Axes<N> {
    let strides = operands.map(|s| s.strides_in(out));
    let mut dims = [1; MAX_RANK];
    let mut merged = [[0; MAX_RANK]; N];
    let mut slot = MAX_RANK; // the axis being filled, from the back; MAX_RANK: none yet
    for axis in (0..out.rank()).rev() {
        let n = out[axis];
        if n == 1 {
            continue;
        }
        let joins = slot < MAX_RANK && (0..N).all(|o| strides[o][axis] == merged[o][slot] * dims[slot]);
        if joins {
            dims[slot] *= n;
        } else {
            slot -= 1;
            dims[slot] = n;
            for o in 0..N {
                merged[o][slot] = strides[o][axis];
            }
        }
    }
    (dims, merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(out: &[usize], a: &[usize]) -> Vec<(usize, usize, usize, bool)> {
        rows(Shape::new(out), [Shape::new(a)]).map(|r| (r.out, r.len, r.at[0], r.moves[0])).collect()
    }

    #[test]
    fn rows_are_as_long_as_possible() {
        assert_eq!(walk(&[2, 3, 4], &[2, 3, 4]), [(0, 24, 0, true)]);
        assert_eq!(walk(&[2, 3], &[]), [(0, 6, 0, false)]);
        assert_eq!(walk(&[2, 3], &[3]), [(0, 3, 0, true), (3, 3, 0, true)]);
        assert_eq!(walk(&[2, 3], &[2, 1]), [(0, 3, 0, false), (3, 3, 1, false)]);
        assert_eq!(walk(&[2, 1, 3], &[1, 1, 3]), [(0, 3, 0, true), (3, 3, 0, true)]);
        assert_eq!(
            walk(&[2, 2, 1, 2], &[2, 1, 1, 2]),
            [(0, 2, 0, true), (2, 2, 0, true), (4, 2, 2, true), (6, 2, 2, true)]
        );
        assert_eq!(walk(&[1, 1], &[]), [(0, 1, 0, false)]);
        assert_eq!(walk(&[], &[]), [(0, 1, 0, false)]);
        assert_eq!(walk(&[0, 3], &[3]), []);
        assert_eq!(walk(&[2, 0], &[0]), []);
    }
}
