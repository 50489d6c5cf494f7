//! Images with a frame of zeros.

use super::finish::apply;
use super::{Block, Finish, Geometry, SLACK};
use crate::Real;
use crate::kernels::map::{Curve, Unary};
use multiversion::multiversion;
use std::ops::Range;

/// Numbers of a part that are moved at a time.
const CHUNK: usize = 8;

/// How a group of an image's channels lies with its padding around it: each row split into parts, elements 0, s, 2s, …
/// first, then 1, s + 1, …, for the stride s. So what the places of a grid's row see of it under one tap is contiguous.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// Channels of a group, and of all groups.
    pub channels: usize,
    all_channels: usize,
    /// Extents of the image, without padding, and the padding.
    image: [usize; 2],
    padding: [usize; 2],
    /// Parts of a row: the stride along it.
    pub parts: usize,
    /// Length of a part, of a row, and of a channel.
    pub part: usize,
    pub row: usize,
    pub plane: usize,
}

impl Frame {
    pub fn new(g: &Geometry) -> Frame {
        let [all_channels, h, w] = g.image;
        let parts = g.stride[1];
        let part = (w + 2 * g.padding[1]).div_ceil(parts);
        let (row, rows) = (parts * part, h + 2 * g.padding[0]);
        let channels = all_channels / g.groups;
        Frame { channels, all_channels, image: [h, w], padding: g.padding, parts, part, row, plane: rows * row }
    }

    /// Numbers that so many images take.
    pub fn len(&self, images: usize) -> usize {
        images * self.channels * self.plane + SLACK
    }

    /// For each part of a row: where the image's first element of it lies in the row, its number in the image's row, and how
    /// many there are.
    #[inline(always)]
    fn parts(self) -> impl Iterator<Item = (usize, usize, usize)> {
        let (s, p, w) = (self.parts, self.padding[1], self.image[1]);
        (0..s).map(move |q| {
            let first = (q + s - p % s) % s;
            (q * self.part + (first + p) / s, first, w.saturating_sub(first).div_ceil(s))
        })
    }

    /// Calls `f` for each row of the images of a block: the channel's number, what the row and those after it in the channel
    /// take in the batch of images, and where the row lies in the frame.
    #[inline(always)]
    fn rows(self, block: Block, mut f: impl FnMut(usize, Range<usize>, usize)) {
        let [h, w] = self.image;
        for b in 0..block.images {
            for c in 0..self.channels {
                let channel = block.group * self.channels + c;
                let image = ((block.image + b) * self.all_channels + channel) * h * w;
                let plane = (b * self.channels + c) * self.plane + self.padding[0] * self.row;
                for y in 0..h {
                    f(channel, image + y * w..image + h * w, plane + y * self.row);
                }
            }
        }
    }

    /// Writes a block's images into their frames, which are zeros or images of the same extents.
    pub fn write<F: Real>(self, images: &[F], block: Block, framed: &mut [F]) {
        match self.parts {
            1 => write_by::<F, 1, CHUNK>(self, images, block, framed),
            2 => write_by::<F, 2, { 2 * CHUNK }>(self, images, block, framed),
            _ => self.rows(block, |_, rows, row| {
                for (at, first, n) in self.parts() {
                    let x = images[rows.clone()][..self.image[1]].iter().skip(first).step_by(self.parts);
                    framed[row + at..row + at + n].iter_mut().zip(x).for_each(|(y, &x)| *y = x);
                }
            }),
        }
    }

    /// Reads a block's images out of their frames, and finishes them; without biases, there is nothing to add.
    pub fn read<F: Real, U: Curve<F>>(self, framed: &[F], block: Block, finish: Finish<'_, F, U>, images: &mut [F]) {
        match self.parts {
            1 => read_by::<F, U, 1, CHUNK>(self, framed, block, finish, images),
            2 => read_by::<F, U, 2, { 2 * CHUNK }>(self, framed, block, finish, images),
            _ => self.rows(block, |channel, rows, row| {
                let images = &mut images[rows][..self.image[1]];
                for (at, first, n) in self.parts() {
                    let y = images.iter_mut().skip(first).step_by(self.parts);
                    y.zip(&framed[row + at..row + at + n]).for_each(|(y, &x)| *y = x);
                }
                apply(finish.f, finish.bias_of(channel), images);
            }),
        }
    }
}

/// [`Frame::write`] for the stride `S`, by chunks of `C` = `S` · [`CHUNK`] numbers. After what is written past a part's end come
/// zeros, which is what lies there, or what is written later.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn write_by<F: Real, const S: usize, const C: usize>(frame: Frame, images: &[F], block: Block, framed: &mut [F]) {
    let mut parts = [(0, 0, 0); S];
    frame.parts().zip(&mut parts).for_each(|(part, to)| *to = part);
    frame.rows(block, |_, rows, row| {
        for (at, first, n) in parts {
            let part = &mut framed[row + at..][..n + CHUNK];
            for l in (0..n).step_by(CHUNK) {
                let from = &images[rows.start + first + S * l..];
                let last: [F; C];
                let x = match from.first_chunk() {
                    Some(x) => x,
                    None => {
                        last = std::array::from_fn(|i| from.get(i).copied().unwrap_or(F::zero()));
                        &last
                    }
                };
                let to: &mut [F; CHUNK] = part[l..].first_chunk_mut().expect("a chunk");
                for i in 0..CHUNK {
                    to[i] = x[(S * i).min(C - 1)];
                }
            }
            part[n..].first_chunk_mut::<CHUNK>().expect("a chunk").fill(F::zero());
        }
    });
}

/// [`Frame::read`] for the stride `S`, by chunks of `C` = `S` · [`CHUNK`] numbers. What a row's last one writes too much, the
/// channel's next row overwrites.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn read_by<F: Real, U: Curve<F>, const S: usize, const C: usize>(
    frame: Frame,
    framed: &[F],
    block: Block,
    finish: Finish<'_, F, U>,
    images: &mut [F],
) {
    let w = frame.image[1];
    // Where the parts of elements 0, S, … and, if there are two, of 1, S + 1, … begin.
    let mut parts = [0; 2];
    frame.parts().for_each(|(at, first, _)| parts[first] = at);
    frame.rows(block, |channel, rows, row| {
        let (framed, rows, bias) = (&framed[row..], &mut images[rows], finish.bias_of(channel));
        if fuses!() {
            let (bias, rows) = (F::contracted(&[bias])[0], F::contracted_mut(rows));
            read_row::<_, U, S, C>(F::contracted(framed), parts, w, bias, finish.f, rows);
        } else {
            read_row::<F, U, S, C>(framed, parts, w, bias, finish.f, rows);
        }
    });
}

/// A row of `w` elements, which begins where `framed` and `rows` do.
#[inline(always)]
fn read_row<F: Real, U: Unary<F>, const S: usize, const C: usize>(
    framed: &[F],
    parts: [usize; 2],
    w: usize,
    bias: F,
    f: &U,
    rows: &mut [F],
) {
    for x in (0..w).step_by(C) {
        let even: &[F; CHUNK] = framed[parts[0] + x / S..].first_chunk().expect("a chunk");
        let odd: &[F; CHUNK] = framed[parts[S - 1] + x / S..].first_chunk().expect("a chunk");
        let mut chunk = [F::zero(); C];
        for (i, y) in chunk.iter_mut().enumerate() {
            *y = f.f(if i % S == 0 { even[i / S] } else { odd[i / S] } + bias);
        }
        match rows[x..].first_chunk_mut() {
            Some(to) => *to = chunk,
            None => rows[x..w].copy_from_slice(&chunk[..w - x]),
        }
    }
}
