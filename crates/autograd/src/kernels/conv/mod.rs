//! Convolutions, their transposes and their derivatives as matrix products.
//!
//! A kernel moves over an *image* `[C, H, W]`; its places are a *grid* `[O, h, w]`. What lies under the kernel at a place is
//! a column of a matrix,
//!
//! columns[(c, i, j), (y, x)] = image[c, s·y + d·i − p, s·x + d·j − p], 0 outside the image,
//!
//! with stride s, dilation d and padding p. With weights W `[O, C·kh·kw]` there are three products:
//!
//! - [`to_grid`](Geometry::to_grid), grid = W · columns: the convolution, and the transposed one's derivative by its input;
//! - [`to_image`](Geometry::to_image), columns = Wᵀ · grid, each element added to the image where it would come from: the
//!   transposed convolution, and the convolution's derivative by its input;
//! - [`to_weights`](Geometry::to_weights), W = Σ grid · columnsᵀ: the derivative of both by the weights.
//!
//! The columns, in which an image's elements occur kh·kw/s² times, exist for a few images at a time, or for a few rows of a
//! large grid: they stay in the second-level cache between being written and being multiplied, and narrow grids fill
//! vectors together. Threads share the images in a few parts, each with a sum of its own for the weights. Cutting and summing
//! depend on the shapes alone.

#![allow(unsafe_code, reason = "threads that write the images of a batch side by side")]

mod columns;
mod finish;
mod frame;

pub(crate) use finish::{Finish, finish_vjp};

use super::gemm::{Mat, is_shared, matmul, matmul_add};
use super::map::{self, Curve, Identity};
use super::permute::permute;
use super::scratch::{self, Scratch};
use super::share::{self, Apart};
use crate::{Real, Shape};
use frame::Frame;
use std::cell::Cell;
use std::ops::Range;

thread_local! {
    /// What a block needs.
    static SCRATCH: Scratch = const { Cell::new(Vec::new()) };
    /// The transpose of weights.
    static TRANSPOSED: Scratch = const { Cell::new(Vec::new()) };
}

/// How many numbers a block's columns and its part of the grid should not exceed: half a megabyte in single precision. Half as
/// many cost 5 % where grids are 7×7, twice as many gained nothing.
const COLUMNS: usize = 1 << 17;

/// Into how many parts at most threads share a batch. Each costs a pass over the weights' gradient.
const PARTS: usize = 4;

/// Room behind columns and frames for vectors that reach over the end of the last row.
const SLACK: usize = 16;

/// How a kernel lies on a batch of images.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Geometry {
    pub batch: usize,
    /// Channels are cut into as many groups, of which each sees the one with its number.
    pub groups: usize,
    /// `[C, H, W]`.
    pub image: [usize; 3],
    /// `[O, h, w]`.
    pub grid: [usize; 3],
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    pub padding: [usize; 2],
    pub dilation: [usize; 2],
}

/// A part of a batch.
struct Part {
    number: usize,
    /// Its first image.
    first: usize,
    /// How the kernel lies on its images.
    geometry: Geometry,
}

impl Part {
    /// Where its images lie in the batch.
    fn images(&self) -> Range<usize> {
        self.of(self.geometry.image)
    }

    /// Where its grids lie in the batch of grids.
    fn grids(&self) -> Range<usize> {
        self.of(self.geometry.grid)
    }

    fn of(&self, extents: [usize; 3]) -> Range<usize> {
        let size: usize = extents.iter().product();
        self.first * size..(self.first + self.geometry.batch) * size
    }

    /// Where its sum for the weights lies among those of all parts.
    fn sum(&self) -> Range<usize> {
        let g = &self.geometry;
        let size = g.groups * g.outputs() * g.terms();
        self.number * size..(self.number + 1) * size
    }
}

/// A group of channels in rows of the grids of neighbouring images: either all rows, or some of one image.
#[derive(Clone, Copy)]
struct Block {
    group: usize,
    image: usize,
    images: usize,
    row: usize,
    rows: usize,
}

/// Memory for what a block is computed by way of.
struct Room<'a, F> {
    frame: Frame,
    /// The block's images in their frames.
    framed: &'a mut [F],
    /// The columns, `[C·kh·kw, places]`, and slack.
    columns: &'a mut [F],
    /// A matrix `[O, places]`.
    grid: &'a mut [F],
}

impl Geometry {
    /// Whether the elements of all that is computed on the way can be counted, in bytes.
    pub fn is_countable(&self) -> bool {
        let countable = |extents: &[usize]| {
            let bytes = extents.iter().try_fold(size_of::<f64>(), |size, &n| size.checked_mul(n.max(1)));
            bytes.is_some_and(|bytes| bytes < isize::MAX as usize / 4)
        };
        let ([c, h, w], [o, rows, columns], [p, q]) = (self.image, self.grid, self.padding);
        // A row that is split by the stride is less than twice as long.
        countable(&[self.batch, c, h + 2 * p, w + 2 * q, 2])
            && countable(&[self.batch, c, self.kernel[0], self.kernel[1], rows, columns])
            && countable(&[self.batch, o, rows, columns])
    }

    /// Grid = f(W · columns + bias), with bias and f if they are given; `[B, C, H, W]` to `[B, O, h, w]`.
    pub fn to_grid<F: Real, U: Curve<F>>(
        self,
        image: &[F],
        weight: &[F],
        finish: Option<Finish<'_, F, U>>,
        grid: &mut [F],
    ) {
        let grid = Apart::new(grid);
        self.share(|part| {
            // SAFETY: no other part has these images.
            let (image, grid) = unsafe { (&image[part.images()], grid.part(part.grids())) };
            part.geometry.blocks(|block, room| {
                self.columns(image, block, room);
                self.multiply(weight, block, room, grid);
                if let Some(Finish { bias, f }) = finish {
                    self.pieces(block, |channel, _, at| finish::apply(f, bias[channel], &mut grid[at]));
                }
            });
        });
    }

    /// Image = f(columns = Wᵀ · grid, added up, + bias), with bias and f if they are given; `[B, O, h, w]` to `[B, C, H, W]`.
    pub fn to_image<F: Real, U: Curve<F>>(
        self,
        grid: &[F],
        weight: &[F],
        finish: Option<Finish<'_, F, U>>,
        image: &mut [F],
    ) {
        let image = Apart::new(image);
        self.share(|part| {
            // SAFETY: no other part has these images.
            let (grid, image) = unsafe { (&grid[part.grids()], image.part(part.images())) };
            part.geometry.blocks(|block, room| {
                let (k, places) = (self.terms(), self.places(block));
                let weight = self.weight(weight, block.group).t();
                matmul(weight, self.matrix(grid, block, room.grid), &mut room.columns[..k * places]);
                if block.row == 0 {
                    room.framed.fill(F::zero());
                }
                columns::scatter(&self, block, room.columns, room.framed);
                if block.row + block.rows == self.grid[1] {
                    match finish {
                        Some(finish) => room.frame.read(room.framed, block, finish, image),
                        None => room.frame.read(room.framed, block, Finish { bias: &[], f: &Identity }, image),
                    }
                }
            });
        });
    }

    /// W = Σ grid · columnsᵀ over the images.
    pub fn to_weights<F: Real>(self, image: &[F], grid: &[F], weight: &mut [F]) {
        self.transposed(weight, |sums| {
            self.share(|part| {
                // SAFETY: each part has its own.
                let sum = unsafe { sums.part(part.sum()) };
                let (image, grid) = (&image[part.images()], &grid[part.grids()]);
                part.geometry.blocks(|block, room| {
                    self.columns(image, block, room);
                    self.add_product(grid, block, room, sum);
                });
            });
        });
    }

    /// [`to_grid`](Geometry::to_grid) with one grid's weights and [`to_weights`](Geometry::to_weights) with another grid, for
    /// the same columns.
    pub fn to_grid_and_weights<F: Real>(
        self,
        image: &[F],
        (weight, to_grid): (&[F], &mut [F]),
        (grid, to_weight): (&[F], &mut [F]),
    ) {
        let to_grid = Apart::new(to_grid);
        self.transposed(to_weight, |sums| {
            self.share(|part| {
                // SAFETY: no other part has these images, and each its own sum.
                let (to_grid, sum) = unsafe { (to_grid.part(part.grids()), sums.part(part.sum())) };
                let (image, grid) = (&image[part.images()], &grid[part.grids()]);
                part.geometry.blocks(|block, room| {
                    self.columns(image, block, room);
                    self.multiply(weight, block, room, to_grid);
                    self.add_product(grid, block, room, sum);
                });
            });
        });
    }

    /// Calls `f` for each part of the batch: some images, of which blocks have as many at a time as they would of all.
    fn share(&self, f: impl Fn(Part) + Sync) {
        let at_once = self.at_once().0;
        let blocks = self.batch.div_ceil(at_once);
        let parts = self.parts();
        let first = |part: usize| (blocks * part / parts * at_once).min(self.batch);
        let places = self.batch * self.grid[1] * self.grid[2];
        share::share(parts, is_shared([places, self.terms(), self.grid[0]]), |range| {
            for number in range {
                let images = first(number)..first(number + 1);
                f(Part { number, first: images.start, geometry: Geometry { batch: images.len(), ..*self } });
            }
        });
    }

    /// How many parts there are.
    fn parts(&self) -> usize {
        self.batch.div_ceil(self.at_once().0).clamp(1, PARTS)
    }

    /// How many images, or else rows of one, a block has at most.
    fn at_once(&self) -> (usize, usize) {
        let ([_, h, w], numbers) = (self.grid, self.terms() + self.outputs());
        let at_once = |numbers: usize, all: usize| (COLUMNS / numbers.max(1)).clamp(1, all.max(1));
        (at_once(numbers * h * w, self.batch), at_once(numbers * w, h))
    }

    /// Channels of a group of the grid: rows of its weights.
    fn outputs(&self) -> usize {
        self.grid[0] / self.groups
    }

    /// Terms of a sum: rows of the columns.
    fn terms(&self) -> usize {
        self.image[0] / self.groups * self.kernel[0] * self.kernel[1]
    }

    /// Places of a block: columns.
    fn places(&self, block: Block) -> usize {
        block.images * block.rows * self.grid[2]
    }

    /// A group's weights.
    fn weight<'a, F>(&self, weight: &'a [F], group: usize) -> Mat<'a, F> {
        let (o, k) = (self.outputs(), self.terms());
        Mat::new(&weight[group * o * k..][..o * k], o, k)
    }

    /// The columns as a matrix, without the slack.
    fn mat<'a, F>(&self, columns: &'a [F], block: Block) -> Mat<'a, F> {
        let (k, places) = (self.terms(), self.places(block));
        Mat::new(&columns[..k * places], k, places)
    }

    /// Writes the columns of a block.
    fn columns<F: Real>(&self, images: &[F], block: Block, room: &mut Room<'_, F>) {
        if block.row == 0 {
            // The padding of the first block is that of all.
            if block.group == 0 && block.image == 0 {
                room.framed.fill(F::zero());
            }
            room.frame.write(images, block, room.framed);
        }
        columns::gather(self, block, room.framed, room.columns);
    }

    /// Writes W · columns into a block's part of the grid.
    fn multiply<F: Real>(&self, weight: &[F], block: Block, room: &mut Room<'_, F>, grid: &mut [F]) {
        let (weight, columns) = (self.weight(weight, block.group), self.mat(room.columns, block));
        match self.whole(block) {
            Some(matrix) => matmul(weight, columns, &mut grid[matrix]),
            None => {
                matmul(weight, columns, room.grid);
                self.pieces(block, |_, from, to| grid[to].copy_from_slice(&room.grid[from]));
            }
        }
    }

    /// Adds columns · gridᵀ of a block to the transpose of the weights: of the two factors the second is packed, and the grid
    /// is the smaller one.
    fn add_product<F: Real>(&self, grid: &[F], block: Block, room: &mut Room<'_, F>, transposed: &mut [F]) {
        let (o, k) = (self.outputs(), self.terms());
        let grid = self.matrix(grid, block, room.grid);
        matmul_add(self.mat(room.columns, block), grid.t(), &mut transposed[block.group * o * k..][..o * k]);
    }

    /// Writes weights whose transpose, group by group, is the sum of what `f` adds to zeros for each part of the batch.
    fn transposed<F: Real>(&self, weight: &mut [F], f: impl FnOnce(&Apart<'_, F>)) {
        let n = weight.len();
        scratch::arrays(&TRANSPOSED, [self.parts() * n], |[sums]| {
            sums.fill(F::zero());
            f(&Apart::new(sums));
            let (sum, others) = sums.split_at_mut(n);
            for other in others.chunks_exact(n.max(1)) {
                map::add_assign(sum, other);
            }
            permute(sum, Shape::new(&[self.groups, self.terms(), self.outputs()]), &[0, 2, 1], weight);
        });
    }

    /// A block's part of the grid as a matrix `[O, places]`, where it lies or in `copy`.
    fn matrix<'a, F: Real>(&self, grid: &'a [F], block: Block, copy: &'a mut [F]) -> Mat<'a, F> {
        let matrix = match self.whole(block) {
            Some(matrix) => &grid[matrix],
            None => {
                self.pieces(block, |_, to, from| copy[to].copy_from_slice(&grid[from]));
                copy
            }
        };
        Mat::new(matrix, self.outputs(), self.places(block))
    }

    /// Where the grid holds the matrix `[O, places]` of a block by itself: if it is a single image.
    fn whole(&self, block: Block) -> Option<Range<usize>> {
        let (channels, length) = (self.outputs(), self.grid[1] * self.grid[2]);
        let first = (block.image * self.groups + block.group) * channels * length;
        (block.images == 1 && block.rows == self.grid[1]).then_some(first..first + channels * length)
    }

    /// Calls `f` for all blocks, in order.
    fn blocks<F: Real>(&self, mut f: impl FnMut(Block, &mut Room<'_, F>)) {
        let (o, k, frame) = (self.outputs(), self.terms(), Frame::new(self));
        let [_, h, w] = self.grid;
        let (images_most, rows_most) = self.at_once();
        let places = images_most * rows_most * w;
        scratch::arrays(
            &SCRATCH,
            [frame.len(images_most), k * places + SLACK, o * places],
            |[framed, columns, grid]| {
                for group in 0..self.groups {
                    for image in (0..self.batch).step_by(images_most) {
                        let images = images_most.min(self.batch - image);
                        for row in (0..h).step_by(rows_most) {
                            let block = Block { group, image, images, row, rows: rows_most.min(h - row) };
                            let grid = &mut grid[..o * self.places(block)];
                            f(block, &mut Room { frame, framed, columns, grid });
                        }
                    }
                }
            },
        );
    }

    /// Calls `f` with the contiguous pieces of a block's matrix `[O, places]`: the channel's number, where the piece lies in
    /// the matrix, and where in the batch of grids.
    fn pieces(&self, block: Block, mut f: impl FnMut(usize, Range<usize>, Range<usize>)) {
        let [channels, h, w] = self.grid;
        let length = block.rows * w;
        let mut at = 0;
        for o in 0..self.outputs() {
            let channel = block.group * self.outputs() + o;
            for b in block.image..block.image + block.images {
                let grid = ((b * channels + channel) * h + block.row) * w;
                f(channel, at..at + length, grid..grid + length);
                at += length;
            }
        }
    }
}
