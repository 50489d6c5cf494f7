//! Images with a frame of zeros, their columns, and back.

use super::Geometry;
use crate::Real;
use multiversion::multiversion;
use std::ops::Range;

/// Numbers that are copied at a time: short rows are written with what follows, and the next row overwrites it.
const CHUNK: usize = 8;

/// Room behind arrays for what is written or read past the last row.
pub(super) const SLACK: usize = CHUNK;

/// How a group of an image's channels lies with its padding around it: each row split by the stride, elements 0, s, 2s, …
/// first, then 1, s + 1, …. So what the kernel's places along a row see of it is contiguous.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    channels: usize,
    /// Extents of the image, without padding.
    image: [usize; 2],
    padding: [usize; 2],
    /// Rows with padding.
    rows: usize,
    /// Parts of a row: the stride along it.
    parts: usize,
    /// Length of a part.
    part: usize,
}

impl Frame {
    pub fn new(g: &Geometry) -> Frame {
        let [_, h, w] = g.image;
        Frame {
            channels: g.image[0] / g.groups,
            image: [h, w],
            padding: g.padding,
            rows: h + 2 * g.padding[0],
            parts: g.stride[1],
            part: (w + 2 * g.padding[1]).div_ceil(g.stride[1]),
        }
    }

    /// Numbers that so many images take, with room for reading past the last.
    pub fn len(&self, images: usize) -> usize {
        images * self.channels * self.plane() + SLACK
    }

    fn plane(&self) -> usize {
        self.rows * self.parts * self.part
    }

    /// For each part of a row: where the image's first element of it lies in the part, its number in the image's row, and how
    /// many there are.
    #[inline(always)]
    fn parts(self) -> impl Iterator<Item = (usize, usize, usize)> {
        let (s, p, w) = (self.parts, self.padding[1], self.image[1]);
        (0..s).map(move |q| {
            let first = (q + s - p % s) % s;
            (q * self.part + (first + p) / s, first, w.saturating_sub(first).div_ceil(s))
        })
    }

    /// Writes images with their frame.
    pub fn write<F: Real>(
        &self,
        x: &[F],
        channels: usize,
        image: usize,
        images: usize,
        group: usize,
        framed: &mut [F],
    ) {
        write(self, x, channels, image, images, group, framed);
    }

    /// Reads images out of their frame, and adds a number for each channel.
    #[allow(clippy::too_many_arguments)]
    pub fn read<F: Real>(
        &self,
        framed: &[F],
        channels: usize,
        image: usize,
        images: usize,
        group: usize,
        bias: Option<&[F]>,
        y: &mut [F],
    ) {
        let [h, w] = self.image;
        for b in 0..images {
            for c in 0..self.channels {
                let channel = group * self.channels + c;
                let bias = bias.map_or(F::zero(), |bias| bias[channel]);
                let plane = &framed[(b * self.channels + c) * self.plane()..][..self.plane()];
                let y = &mut y[((image + b) * channels + channel) * h * w..][..h * w];
                for row in 0..h {
                    let from = &plane[(row + self.padding[0]) * self.parts * self.part..][..self.parts * self.part];
                    for (at, first, n) in self.parts() {
                        let to = y[row * w..(row + 1) * w].iter_mut().skip(first).step_by(self.parts);
                        to.zip(&from[at..at + n]).for_each(|(y, &x)| *y = x + bias);
                    }
                }
            }
        }
    }

    /// Where the row of columns of a tap begins, as seen from a plane: at the grid's place (0, 0).
    fn tap(&self, g: &Geometry, i: usize, j: usize) -> usize {
        let x = j * g.dilation[1];
        (i * g.dilation[0] * self.parts + x % self.parts) * self.part + x / self.parts
    }

    /// Calls `f` for each row of places of each row of the columns: where they lie in the columns, and in the frame.
    #[inline(always)]
    fn each(&self, g: &Geometry, images: usize, rows: Range<usize>, mut f: impl FnMut(usize, usize)) {
        let step = g.stride[0] * self.parts * self.part;
        let mut to = 0;
        for c in 0..self.channels {
            for i in 0..g.kernel[0] {
                for j in 0..g.kernel[1] {
                    let tap = self.tap(g, i, j);
                    for b in 0..images {
                        let plane = (b * self.channels + c) * self.plane();
                        for y in rows.clone() {
                            f(to, plane + y * step + tap);
                            to += g.grid[2];
                        }
                    }
                }
            }
        }
    }

    /// Writes the columns of rows of the grid.
    pub fn columns<F: Real>(&self, g: &Geometry, framed: &[F], images: usize, rows: Range<usize>, columns: &mut [F]) {
        copy(self, g, framed, images, rows, columns);
    }

    /// Adds the columns to where they would come from.
    pub fn add_columns<F: Real>(
        &self,
        g: &Geometry,
        columns: &[F],
        images: usize,
        rows: Range<usize>,
        framed: &mut [F],
    ) {
        add(self, g, columns, images, rows, framed);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn write<F: Real>(
    frame: &Frame,
    x: &[F],
    channels: usize,
    image: usize,
    images: usize,
    group: usize,
    framed: &mut [F],
) {
    let [h, w] = frame.image;
    framed.fill(F::zero());
    for b in 0..images {
        for c in 0..frame.channels {
            let x = &x[((image + b) * channels + group * frame.channels + c) * h * w..][..h * w];
            let plane = &mut framed[(b * frame.channels + c) * frame.plane()..][..frame.plane()];
            for row in 0..h {
                let to = &mut plane[(row + frame.padding[0]) * frame.parts * frame.part..][..frame.parts * frame.part];
                for (at, first, n) in frame.parts() {
                    let from = x[row * w..(row + 1) * w].iter().skip(first).step_by(frame.parts);
                    to[at..at + n].iter_mut().zip(from).for_each(|(y, &x)| *y = x);
                }
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn copy<F: Real>(frame: &Frame, g: &Geometry, framed: &[F], images: usize, rows: Range<usize>, columns: &mut [F]) {
    let w = g.grid[2];
    frame.each(g, images, rows, |to, from| {
        for x in (0..w).step_by(CHUNK) {
            let (to, from) = (&mut columns[to + x..][..CHUNK], &framed[from + x..][..CHUNK]);
            to.copy_from_slice(from);
        }
    });
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn add<F: Real>(frame: &Frame, g: &Geometry, columns: &[F], images: usize, rows: Range<usize>, framed: &mut [F]) {
    let w = g.grid[2];
    frame.each(g, images, rows, |from, to| {
        framed[to..to + w].iter_mut().zip(&columns[from..from + w]).for_each(|(y, &x)| *y += x);
    });
}
