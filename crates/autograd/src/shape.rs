//! The extents of a tensor, and the one broadcasting rule.

use crate::op::ShapeError;
use std::fmt;
use std::ops::Index;

/// The largest number of axes a tensor may have.
pub const MAX_RANK: usize = 4;

/// The extents of a tensor along its axes: inline, `Copy`, rank at most [`MAX_RANK`].
///
/// Values lie row by row: the last axis is contiguous. Rank 0 is a number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Axes past the rank hold 1, so that derived equality and the size need not look at the rank.
    dims: [usize; MAX_RANK],
    rank: u8,
}

impl Shape {
    /// The shape of a number.
    pub const SCALAR: Shape = Shape { dims: [1; MAX_RANK], rank: 0 };

    /// A shape with the given extents.
    ///
    /// # Panics
    /// If there are more than [`MAX_RANK`] axes, or if the number of elements overflows `usize`.
    #[track_caller]
    pub fn new(dims: &[usize]) -> Shape {
        assert!(dims.len() <= MAX_RANK, "a tensor has at most {MAX_RANK} axes, not {}: {dims:?}", dims.len());
        let fits = dims.iter().try_fold(1usize, |size, &d| size.checked_mul(d.max(1)));
        assert!(fits.is_some(), "the number of elements of {dims:?} overflows");
        let mut shape = Shape { rank: dims.len() as u8, ..Shape::SCALAR };
        shape.dims[..dims.len()].copy_from_slice(dims);
        shape
    }

    /// The extents, first axis first.
    pub fn dims(&self) -> &[usize] {
        &self.dims[..self.rank()]
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.rank as usize
    }

    /// The number of elements: the product of the extents, 1 for a number.
    pub fn size(&self) -> usize {
        self.dims.iter().product()
    }

    /// The number of an axis counted from the front (0, 1, …) or from the back (−1, −2, …).
    pub fn axis(&self, axis: isize) -> Result<usize, ShapeError> {
        let rank = self.rank() as isize;
        if (-rank..rank).contains(&axis) {
            Ok(axis.rem_euclid(rank) as usize)
        } else {
            Err(ShapeError::new(format!("{self} has no axis {axis}")))
        }
    }

    /// The array seen as `[outer, n, inner]` around one axis: the elements before it, along it and after it.
    pub fn split(&self, axis: usize) -> (usize, usize, usize) {
        let dims = self.dims();
        (dims[..axis].iter().product(), dims[axis], dims[axis + 1..].iter().product())
    }

    /// The shape with one axis left out.
    pub fn without(&self, axis: usize) -> Shape {
        let dims = self.dims();
        let mut rest = Shape { rank: self.rank - 1, ..Shape::SCALAR };
        rest.dims[..axis].copy_from_slice(&dims[..axis]);
        rest.dims[axis..dims.len() - 1].copy_from_slice(&dims[axis + 1..]);
        rest
    }

    /// The shape with one extent replaced.
    #[track_caller]
    pub fn with(&self, axis: usize, n: usize) -> Shape {
        let mut dims = self.dims;
        dims[axis] = n;
        Shape::new(&dims[..self.rank()])
    }

    /// The shape with one axis more at the end.
    #[track_caller]
    pub fn push(&self, n: usize) -> Shape {
        let mut dims = [1; MAX_RANK + 1];
        dims[..self.rank()].copy_from_slice(self.dims());
        dims[self.rank()] = n;
        Shape::new(&dims[..self.rank() + 1])
    }

    /// The shape of an element-wise operation on two arrays.
    ///
    /// The rule is narrow on purpose, so that `[B] − [B, 1]` is an error and not a silent `[B, B]`:
    /// either the ranks agree and every pair of extents is equal or has a 1,
    /// or one side is a number,
    /// or one side is exactly the suffix of the other (`[B, K]` with `[K]`).
    pub fn broadcast(self, other: Shape) -> Result<Shape, ShapeError> {
        let (short, long) = if self.rank <= other.rank { (self, other) } else { (other, self) };
        if short.rank == 0 || long.dims().ends_with(short.dims()) {
            return Ok(long);
        }
        let mut out = long;
        if short.rank == long.rank {
            let agree = (0..out.rank()).all(|i| {
                let (a, b) = (short.dims[i], long.dims[i]);
                out.dims[i] = if a == 1 { b } else { a };
                a == b || a == 1 || b == 1
            });
            if agree {
                return Ok(out);
            }
        }
        Err(ShapeError::new(format!(
            "{self} and {other} do not go together: extents must be equal or 1 at equal rank, or one side must be a number or the other's last axes"
        )))
    }

    /// Strides for reading an array of this shape along the axes of `out`, to which it broadcasts: 0 where it repeats.
    pub(crate) fn strides_in(&self, out: Shape) -> [usize; MAX_RANK] {
        let lead = out.rank() - self.rank();
        let mut strides = [0; MAX_RANK];
        let mut step = 1;
        for axis in (0..self.rank()).rev() {
            if self.dims[axis] != 1 {
                strides[lead + axis] = step;
            }
            step *= self.dims[axis];
        }
        strides
    }
}

impl Index<usize> for Shape {
    type Output = usize;

    #[track_caller]
    fn index(&self, axis: usize) -> &usize {
        &self.dims()[axis]
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    #[track_caller]
    fn from(dims: [usize; N]) -> Shape {
        Shape::new(&dims)
    }
}

impl From<&[usize]> for Shape {
    #[track_caller]
    fn from(dims: &[usize]) -> Shape {
        Shape::new(dims)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.dims(), f)
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn together(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
        Shape::new(a).broadcast(Shape::new(b)).ok().map(|s| s.dims().to_vec())
    }

    #[test]
    fn broadcasting_is_narrow() {
        assert_eq!(together(&[3, 4], &[3, 4]), Some(vec![3, 4]));
        assert_eq!(together(&[3, 4], &[]), Some(vec![3, 4]));
        assert_eq!(together(&[4], &[3, 4]), Some(vec![3, 4]));
        assert_eq!(together(&[3, 1], &[1, 4]), Some(vec![3, 4]));
        assert_eq!(together(&[2, 3, 4], &[3, 4]), Some(vec![2, 3, 4]));
        assert_eq!(together(&[0, 4], &[1, 4]), Some(vec![0, 4]));
        assert_eq!(together(&[3], &[3, 1]), None);
        assert_eq!(together(&[3], &[3, 4]), None);
        assert_eq!(together(&[1], &[3, 4]), None, "[1] is neither a number nor a suffix of [3, 4]");
        assert_eq!(together(&[3, 4], &[3, 5]), None);
        assert_eq!(together(&[2, 3, 4], &[1, 4]), None);
    }

    #[test]
    fn axes_count_from_both_ends() {
        let s = Shape::new(&[2, 3, 4]);
        assert_eq!(s.axis(-1).unwrap(), 2);
        assert_eq!(s.axis(0).unwrap(), 0);
        assert_eq!(s.axis(3).unwrap_err().to_string(), "[2, 3, 4] has no axis 3");
        assert!(Shape::SCALAR.axis(0).is_err());
        assert_eq!(s.split(1), (2, 3, 4));
        assert_eq!(s.without(1), Shape::new(&[2, 4]));
        assert_eq!(s.push(5), Shape::new(&[2, 3, 4, 5]));
    }

    #[test]
    #[should_panic(expected = "overflows")]
    fn sizes_that_overflow_are_refused() {
        Shape::new(&[usize::MAX, 2]);
    }
}
