//! Columns of images in their frames, and back.

#![allow(unsafe_code, reason = "rows of a few numbers, moved by vectors that reach over their ends")]

use super::frame::Frame;
use super::{Block, Geometry, SLACK};
use crate::Real;
use multiversion::multiversion;

/// Copies to `columns`, `[C·kh·kw, places]` of a block, what lies under the kernel in `framed`.
pub(super) fn gather<F: Real>(g: &Geometry, block: Block, framed: &[F], columns: &mut [F]) {
    let lattice = Lattice::new(g, block, framed.len(), columns.len());
    match lattice.width {
        ..=8 => gather_by::<F, 8, true>(lattice, framed, columns),
        9..=16 => gather_by::<F, 16, true>(lattice, framed, columns),
        _ => gather_by::<F, 16, false>(lattice, framed, columns),
    }
}

/// Adds `columns`, `[C·kh·kw, places]` of a block, to where they would come from in `framed`.
pub(super) fn scatter<F: Real>(g: &Geometry, block: Block, columns: &[F], framed: &mut [F]) {
    let lattice = Lattice::new(g, block, framed.len(), columns.len());
    match lattice.width {
        ..=8 => scatter_by::<F, 8, true>(lattice, columns, framed),
        9..=16 => scatter_by::<F, 16, true>(lattice, columns, framed),
        _ => scatter_by::<F, 16, false>(lattice, columns, framed),
    }
}

/// Rows of neighbouring places, and where they lie in the columns and, for each tap of the kernel, in the frame.
///
/// In the columns one follows the other, in the order of taps, images, rows.
#[derive(Clone, Copy)]
struct Lattice<'a> {
    frame: Frame,
    geometry: &'a Geometry,
    block: Block,
    /// Numbers in a row.
    width: usize,
}

impl<'a> Lattice<'a> {
    /// Panics unless the kernel's places lie within the frame, and the arrays have the lengths that they must have.
    fn new(geometry: &'a Geometry, block: Block, framed: usize, columns: usize) -> Self {
        let frame = Frame::new(geometry);
        let Geometry { image, grid, kernel, stride, padding, dilation, .. } = geometry;
        let last = |axis: usize| (grid[axis + 1] - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis];
        assert!(
            (0..2).all(|axis| last(axis) < image[axis + 1] + 2 * padding[axis]) && block.row + block.rows <= grid[1]
        );
        assert!(framed >= frame.len(block.images) && columns >= geometry.terms() * geometry.places(block) + SLACK);
        Lattice { frame, geometry, block, width: geometry.grid[2] }
    }

    /// Calls `f` with the first places of all rows, in the columns and in the frame. From there on, both have as many numbers
    /// as a row and [`SLACK`].
    #[inline(always)]
    fn rows(self, mut f: impl FnMut(usize, usize)) {
        let Lattice { frame, geometry: g, block, width } = self;
        let step = g.stride[0] * frame.row;
        let mut at = 0;
        for c in 0..frame.channels {
            for i in 0..g.kernel[0] {
                for j in 0..g.kernel[1] {
                    let x = j * g.dilation[1];
                    let tap = i * g.dilation[0] * frame.row + x % frame.parts * frame.part + x / frame.parts;
                    for b in 0..block.images {
                        let mut place = (b * frame.channels + c) * frame.plane + block.row * step + tap;
                        for _ in 0..block.rows {
                            f(at, place);
                            (at, place) = (at + width, place + step);
                        }
                    }
                }
            }
        }
    }
}

/// [`gather`] by chunks of `C` numbers; with `ONE`, each row is one. What a row's last chunk writes too much, the next row
/// overwrites.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn gather_by<F: Real, const C: usize, const ONE: bool>(lattice: Lattice<'_>, framed: &[F], columns: &mut [F]) {
    const { assert!(C <= SLACK) }
    let (from, to) = (framed.as_ptr(), columns.as_mut_ptr());
    lattice.rows(|column, place| {
        let mut x = 0;
        while x < if ONE { 1 } else { lattice.width } {
            // SAFETY: there are `width` and `SLACK` ≥ C numbers from `column` and from `place` on.
            unsafe {
                let chunk = from.add(place + x).cast::<[F; C]>().read_unaligned();
                to.add(column + x).cast::<[F; C]>().write_unaligned(chunk);
            }
            x += C;
        }
    });
}

/// [`scatter`] by chunks of `C` numbers, of which those past the end of a row add 0; with `ONE`, each row is one.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn scatter_by<F: Real, const C: usize, const ONE: bool>(lattice: Lattice<'_>, columns: &[F], framed: &mut [F]) {
    const { assert!(C <= SLACK) }
    let (from, to) = (columns.as_ptr(), framed.as_mut_ptr());
    let whole = if ONE { 0 } else { lattice.width - lattice.width % C };
    let rest: &[bool; C] = first_of(lattice.width - whole);
    lattice.rows(|column, place| {
        // SAFETY: there are `width` and `SLACK` ≥ C numbers from `column` and from `place` on.
        unsafe {
            let mut x = 0;
            while x < whole {
                let (from, to) = (from.add(column + x).cast::<[F; C]>(), to.add(place + x).cast::<[F; C]>());
                let (terms, mut sums) = (from.read_unaligned(), to.read_unaligned());
                for l in 0..C {
                    sums[l] += terms[l];
                }
                to.write_unaligned(sums);
                x += C;
            }
            if ONE || rest[0] {
                let (from, to) = (from.add(column + x).cast::<[F; C]>(), to.add(place + x).cast::<[F; C]>());
                let (terms, mut sums) = (from.read_unaligned(), to.read_unaligned());
                for l in 0..C {
                    sums[l] += if rest[l] { terms[l] } else { F::zero() };
                }
                to.write_unaligned(sums);
            }
        }
    });
}

/// Which of `C` lanes are among the first `n`.
#[inline(always)]
fn first_of<const C: usize>(n: usize) -> &'static [bool; C] {
    const { assert!(C <= SLACK) }
    static LANES: [bool; 2 * SLACK] = {
        let mut lanes = [false; 2 * SLACK];
        let mut i = 0;
        while i < SLACK {
            lanes[i] = true;
            i += 1;
        }
        lanes
    };
    LANES[SLACK - n..].first_chunk().expect("n is at most C")
}
