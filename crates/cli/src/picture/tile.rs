//! Grey images and the size at which they are laid side by side.

use tiny_skia::ColorU8;

use super::canvas::{Canvas, MAX_SIDE};

/// The width that a row of tiles should have.
const GOOD_WIDTH: usize = 900;
/// A few small images need not fill that width.
const MOST_MAGNIFIED: usize = 10;

/// Images of one size, one after the other, each `height` rows of `width` grey values: 0 is black, 1 is white.
#[derive(Clone, Copy, Debug)]
pub struct Images<'a> {
    /// The values; what is over after the last whole image is left out.
    pub pixels: &'a [f32],
    /// Rows of one image.
    pub height: usize,
    /// Values in one row.
    pub width: usize,
}

impl<'a> Images<'a> {
    /// The number of whole images.
    pub fn count(&self) -> usize {
        self.pixels.len().checked_div(self.area()).unwrap_or(0)
    }

    /// The values of each image in turn.
    pub fn iter(&self) -> impl Iterator<Item = &'a [f32]> {
        self.pixels.chunks_exact(self.area().max(1)).take(self.count())
    }

    fn area(&self) -> usize {
        self.height.saturating_mul(self.width)
    }
}

/// How an image is drawn: each pixel as a square, or, where even one pixel for each is too much, the mean of a square
/// of them as one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tile {
    image: (usize, usize),
    magnified: usize,
    reduced: usize,
}

impl Tile {
    /// The tile for these images that makes `columns` of them about as wide as is good to look at, and whose `layout`,
    /// the size of the whole picture, is within bounds.
    pub fn fitting(images: &Images, columns: usize, layout: impl Fn(&Self) -> (usize, usize)) -> Self {
        let across = images.width.saturating_mul(columns).max(1);
        let magnified = ((GOOD_WIDTH + across / 2) / across).clamp(1, MOST_MAGNIFIED);
        let tile = |magnified, reduced| Self { image: (images.width, images.height), magnified, reduced };
        let larger = (1..=magnified).rev().map(|times| tile(times, 1));
        let smaller = (1..usize::BITS).map(|bits| tile(1, 1 << bits));
        let fits = |tile: &Self| {
            let (width, height) = layout(tile);
            width.max(height) <= MAX_SIDE
        };
        larger.chain(smaller).find(|tile| fits(tile) || tile.width().max(tile.height()) <= 1).unwrap_or(tile(1, 1))
    }

    /// Pixels from left to right.
    pub fn width(&self) -> usize {
        self.image.0.div_ceil(self.reduced) * self.magnified
    }

    /// Pixels from top to bottom.
    pub fn height(&self) -> usize {
        self.image.1.div_ceil(self.reduced) * self.magnified
    }

    /// Draws an image's values with its top left corner at the given place.
    pub fn draw(&self, canvas: &mut Canvas, pixels: &[f32], left: usize, top: usize) {
        let (width, height) = self.image;
        let side = self.magnified;
        for (i, y) in (0..height).step_by(self.reduced).enumerate() {
            for (j, x) in (0..width).step_by(self.reduced).enumerate() {
                let rows = y..(y + self.reduced).min(height);
                let columns = x..(x + self.reduced).min(width);
                let square = rows.flat_map(|y| &pixels[y * width..][columns.clone()]);
                canvas.rect(left + j * side, top + i * side, side, side, grey(square));
            }
        }
    }
}

/// The mean of some values as a colour; out of bounds is black or white, and no number at all is black.
fn grey<'a>(values: impl Iterator<Item = &'a f32>) -> ColorU8 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), &v| (sum + v.clamp(0.0, 1.0), count + 1.0));
    let level = (sum / count * 255.0).round() as u8;
    ColorU8::from_rgba(level, level, level, 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(side: usize, columns: usize, rows: usize) -> Tile {
        let images = Images { pixels: &[], height: side, width: side };
        let layout = |tile: &Tile| (tile.width().saturating_mul(columns), tile.height().saturating_mul(rows));
        Tile::fitting(&images, columns, layout)
    }

    #[test]
    fn digits_are_magnified_and_photographs_reduced() {
        assert_eq!(tile(28, 10, 10).width(), 84);
        assert_eq!(tile(28, 20, 20).width(), 56);
        assert_eq!(tile(8, 10, 10).width(), 80);
        assert_eq!(tile(28, 1, 1).width(), 280);
        assert_eq!(tile(512, 10, 10).width(), 256);
        assert_eq!(tile(28, 10, 1000).width(), 4);
        assert_eq!(tile(28, 5000, 5000).width(), 1);
        assert_eq!(tile(0, 3, 3).width(), 0);
        assert!(tile(usize::MAX, 1, 1).width() <= MAX_SIDE);
    }

    #[test]
    fn greys_are_faithful() {
        let level = |values: &[f32]| grey(values.iter()).red();
        assert_eq!([level(&[0.0]), level(&[0.5]), level(&[1.0])], [0, 128, 255]);
        assert_eq!([level(&[-3.0]), level(&[f32::INFINITY]), level(&[f32::NAN])], [0, 255, 0]);
        assert_eq!(level(&[0.0, 1.0, 1.0, 0.0]), 128);
    }

    #[test]
    fn incomplete_images_do_not_count() {
        let images = |height, width| Images { pixels: &[0.0; 13], height, width };
        assert_eq!(images(2, 3).iter().count(), 2);
        assert_eq!(images(0, 3).iter().count(), 0);
        assert_eq!(images(usize::MAX, 3).iter().count(), 0);
    }
}
