//! Images above what a model makes of them.

use super::canvas::{Anchor, Canvas, MAX_SIDE};
use super::tile::{Images, Tile};
use super::{Picture, colour, font};

const MARGIN: usize = 20;
/// Pixels between neighbours, and between an image and its reconstruction.
const GAP: usize = 4;
/// Pixels between one band of pairs and the next.
const BAND_GAP: usize = 20;
const LABELS: [&str; 2] = ["original", "reconstruction"];
const LABEL_SIZE: f32 = 15.0;
/// No row of images is lower than this.
const LABEL_HEIGHT: usize = 15;
/// Pixels between a label and its row.
const LABEL_GAP: usize = 12;

/// Each original with its reconstruction below it, `columns` pairs side by side in a band; both rows of a band are
/// labelled.
///
/// Sizes are chosen as for [`grid`](super::grid()), and bands that no longer fit are left out. Where one has more
/// images than the other, those without a partner are left out.
pub fn reconstructions(originals: &Images, reconstructions: &[f32], columns: usize) -> Picture {
    let made = Images { pixels: reconstructions, ..*originals };
    let layout = Layout::of(originals, originals.count().min(made.count()), columns);
    let (width, height) = layout.size(&layout.tile);
    let mut canvas = Canvas::new(width, height);
    for band in 0..layout.bands {
        layout.label(&mut canvas, band);
    }
    for (i, pair) in originals.iter().zip(made.iter()).take(layout.columns * layout.bands).enumerate() {
        let (band, column) = (i / layout.columns, i % layout.columns);
        for (row, pixels) in [pair.0, pair.1].into_iter().enumerate() {
            let (left, top) = layout.corner(band, row, column);
            layout.tile.draw(&mut canvas, pixels, left, top);
        }
    }
    canvas.into_picture()
}

struct Layout {
    tile: Tile,
    columns: usize,
    bands: usize,
    left: usize,
}

impl Layout {
    fn of(images: &Images, pairs: usize, columns: usize) -> Self {
        let label = LABELS.iter().map(|label| font::width(label, LABEL_SIZE)).fold(0.0, f32::max);
        let left = MARGIN + label.ceil() as usize + LABEL_GAP;
        // Of the smallest tiles, one pixel each.
        let columns = columns.clamp(1, pairs.clamp(1, (MAX_SIDE - left - MARGIN) / (1 + GAP)));
        let band = 2 * (LABEL_HEIGHT + GAP) + BAND_GAP;
        let bands = pairs.div_ceil(columns).clamp(1, (MAX_SIDE - 2 * MARGIN) / band);
        let layout = |tile| Self { tile, columns, bands, left };
        layout(Tile::fitting(images, columns, |tile| layout(*tile).size(tile)))
    }

    fn size(&self, tile: &Tile) -> (usize, usize) {
        let width = self.left + self.columns * (tile.width() + GAP) - GAP + MARGIN;
        let height = self.bands * self.band_height(tile) - BAND_GAP + 2 * MARGIN;
        (width, height)
    }

    fn band_height(&self, tile: &Tile) -> usize {
        2 * self.row_height(tile) + BAND_GAP
    }

    /// High enough for the label even where the images are tiny.
    fn row_height(&self, tile: &Tile) -> usize {
        tile.height().max(LABEL_HEIGHT) + GAP
    }

    fn corner(&self, band: usize, row: usize, column: usize) -> (usize, usize) {
        let top = MARGIN + band * self.band_height(&self.tile) + row * self.row_height(&self.tile);
        (self.left + column * (self.tile.width() + GAP), top)
    }

    fn label(&self, canvas: &mut Canvas, band: usize) {
        for (row, text) in LABELS.into_iter().enumerate() {
            let (left, top) = self.corner(band, row, 0);
            let middle = top as f32 + self.tile.height() as f32 / 2.0;
            let at = ((left - LABEL_GAP) as f32, middle + font::CAP_HEIGHT * LABEL_SIZE / 2.0);
            canvas.text(text, at, LABEL_SIZE, Anchor::End, colour::INK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(pairs: usize, side: usize, columns: usize) -> Picture {
        let (light, dark) = (vec![0.8; pairs * side * side], vec![0.2; pairs * side * side]);
        reconstructions(&Images { pixels: &light, height: side, width: side }, &dark, columns)
    }

    #[test]
    fn originals_are_above() {
        let picture = draw(4, 28, 2);
        let (width, height) = picture.size();
        let levels: Vec<u8> = (0..height).map(|y| picture.pixel(width - 30, y)[0]).collect();
        let mut bands: Vec<u8> = levels.into_iter().filter(|&level| level != 255).collect();
        bands.dedup();
        assert_eq!(bands, [204, 51, 204, 51]);
    }

    #[test]
    fn labels_are_whole_whatever_the_images() {
        for (pairs, side, columns) in
            [(20, 28, 10), (0, 28, 10), (3, 1, 0), (2, 0, 1), (5, 600, 5), (3000, 2, 1), (1, 5000, 9)]
        {
            let picture = draw(pairs, side, columns);
            let (width, height) = picture.size();
            assert!(width <= 4096 && height <= 4096, "{width}×{height}");
            assert!(picture.has_blank_rim(10), "{pairs} {side} {columns}");
        }
    }

    #[test]
    fn a_missing_partner_leaves_out_the_pair() {
        let images = Images { pixels: &[0.5; 12], height: 2, width: 2 };
        assert_eq!(reconstructions(&images, &[0.5; 9], 3).size(), reconstructions(&images, &[0.5; 8], 2).size());
    }
}
