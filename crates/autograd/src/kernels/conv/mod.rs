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
//! vectors together. Cutting and summing depend on the shapes alone.

mod columns;

use super::gemm::{Mat, matmul, matmul_add};
use super::scratch::{self, Scratch};
use crate::Real;
use columns::Frame;
use std::cell::Cell;

thread_local! {
    static SCRATCH: Scratch = const { Cell::new(Vec::new()) };
}

/// How many numbers the columns that exist at a time should not exceed.
const COLUMNS: usize = 1 << 17;

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

/// Rows of the grids of neighbouring images: either all of them, or some of one image.
#[derive(Clone, Copy)]
struct Block {
    image: usize,
    images: usize,
    row: usize,
    rows: usize,
}

impl Geometry {
    /// Grid = W · columns + bias; `[B, C, H, W]` to `[B, O, h, w]`.
    pub fn to_grid<F: Real>(&self, image: &[F], weight: &[F], bias: Option<&[F]>, grid: &mut [F]) {
        let (o, k) = (self.group_outputs(), self.terms());
        let most = self.places_at_once();
        let frame = self.frame();
        scratch::arrays(&SCRATCH, [frame.len(self.images_at_once()), k * most + columns::SLACK, o * most], |scratch| {
            let [framed, columns, product] = scratch;
            for group in 0..self.groups {
                let weight = Mat::new(&weight[group * o * k..(group + 1) * o * k], o, k);
                self.blocks(|block| {
                    let places = self.places(block);
                    if block.row == 0 {
                        frame.write(image, self.image[0], block.image, block.images, group, framed);
                    }
                    frame.columns(self, framed, block.images, block.row..block.row + block.rows, columns);
                    let product = &mut product[..o * places];
                    matmul(weight, Mat::new(&columns[..k * places], k, places), product);
                    self.pieces(group, block, |channel, from, to| {
                        let bias = bias.map_or(F::zero(), |bias| bias[channel]);
                        grid[to].iter_mut().zip(&product[from]).for_each(|(y, &x)| *y = x + bias);
                    });
                });
            }
        });
    }

    /// Columns = Wᵀ · grid, added up in the image, + bias; `[B, O, h, w]` to `[B, C, H, W]`.
    pub fn to_image<F: Real>(&self, grid: &[F], weight: &[F], bias: Option<&[F]>, image: &mut [F]) {
        let (o, k) = (self.group_outputs(), self.terms());
        let most = self.places_at_once();
        let frame = self.frame();
        scratch::arrays(&SCRATCH, [frame.len(self.images_at_once()), k * most + columns::SLACK, o * most], |scratch| {
            let [framed, columns, gathered] = scratch;
            for group in 0..self.groups {
                let weight = Mat::new(&weight[group * o * k..(group + 1) * o * k], o, k);
                self.blocks(|block| {
                    let places = self.places(block);
                    let gathered = &mut gathered[..o * places];
                    self.pieces(group, block, |_, to, from| gathered[to].copy_from_slice(&grid[from]));
                    matmul(weight.t(), Mat::new(gathered, o, places), &mut columns[..k * places]);
                    if block.row == 0 {
                        framed.fill(F::zero());
                    }
                    frame.add_columns(self, columns, block.images, block.row..block.row + block.rows, framed);
                    if block.row + block.rows == self.grid[1] {
                        frame.read(framed, self.image[0], block.image, block.images, group, bias, image);
                    }
                });
            }
        });
    }

    /// W = Σ grid · columnsᵀ over the images.
    pub fn to_weights<F: Real>(&self, image: &[F], grid: &[F], weight: &mut [F]) {
        let (o, k) = (self.group_outputs(), self.terms());
        let most = self.places_at_once();
        let frame = self.frame();
        weight.fill(F::zero());
        scratch::arrays(&SCRATCH, [frame.len(self.images_at_once()), k * most + columns::SLACK, o * most], |scratch| {
            let [framed, columns, gathered] = scratch;
            for group in 0..self.groups {
                let weight = &mut weight[group * o * k..(group + 1) * o * k];
                self.blocks(|block| {
                    let places = self.places(block);
                    if block.row == 0 {
                        frame.write(image, self.image[0], block.image, block.images, group, framed);
                    }
                    frame.columns(self, framed, block.images, block.row..block.row + block.rows, columns);
                    let gathered = &mut gathered[..o * places];
                    self.pieces(group, block, |_, to, from| gathered[to].copy_from_slice(&grid[from]));
                    matmul_add(Mat::new(gathered, o, places), Mat::new(&columns[..k * places], k, places).t(), weight);
                });
            }
        });
    }

    /// Channels of a group of the grid: rows of its weights.
    fn group_outputs(&self) -> usize {
        self.grid[0] / self.groups
    }

    /// Terms of a sum: elements of a column, rows of the columns.
    fn terms(&self) -> usize {
        self.image[0] / self.groups * self.kernel[0] * self.kernel[1]
    }

    fn frame(&self) -> Frame {
        Frame::new(self)
    }

    /// How many images a block has.
    fn images_at_once(&self) -> usize {
        let one = self.terms() * self.grid[1] * self.grid[2];
        (COLUMNS / one.max(1)).clamp(1, self.batch.max(1))
    }

    /// How many rows of its grids.
    fn rows_at_once(&self) -> usize {
        let one = self.terms() * self.grid[2];
        (COLUMNS / one.max(1)).clamp(1, self.grid[1].max(1))
    }

    /// The most places of a block.
    fn places_at_once(&self) -> usize {
        self.images_at_once() * self.rows_at_once() * self.grid[2]
    }

    fn places(&self, block: Block) -> usize {
        block.images * block.rows * self.grid[2]
    }

    /// Calls `f` for all blocks, in order.
    fn blocks(&self, mut f: impl FnMut(Block)) {
        let (images_most, rows_most) = (self.images_at_once(), self.rows_at_once());
        for image in (0..self.batch).step_by(images_most) {
            let images = images_most.min(self.batch - image);
            for row in (0..self.grid[1]).step_by(rows_most) {
                f(Block { image, images, row, rows: rows_most.min(self.grid[1] - row) });
            }
        }
    }

    /// Calls `f` with the contiguous pieces of a block's matrix `[O, places]`: the channel among all, where the piece lies in
    /// the matrix, and where in the batch of grids.
    fn pieces(
        &self,
        group: usize,
        block: Block,
        mut f: impl FnMut(usize, std::ops::Range<usize>, std::ops::Range<usize>),
    ) {
        let [channels, h, w] = self.grid;
        let length = block.rows * w;
        for i in 0..self.group_outputs() {
            let channel = group * self.group_outputs() + i;
            for b in 0..block.images {
                let from = (i * block.images + b) * length;
                let to = (((block.image + b) * channels + channel) * h + block.row) * w;
                f(channel, from..from + length, to..to + length);
            }
        }
    }
}
