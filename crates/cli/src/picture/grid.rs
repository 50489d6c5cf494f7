//! Images side by side: samples from a model, or a walk over its latent plane.

use super::canvas::{Canvas, MAX_SIDE};
use super::tile::{Images, Tile};
use super::{Picture, colour};

/// Pixels between tiles, and around them.
const GAP: usize = 3;

/// The images in rows of `columns`, white on black, with a thin dark lattice between them.
///
/// Small images are magnified by a whole number so that the picture is about 900 pixels wide; too many or too large
/// ones are reduced, so that no side is above 4096; what is too much even at a pixel for each image is left out.
/// Without images there is one empty tile.
pub fn grid(images: &Images, columns: usize) -> Picture {
    // Of the smallest tiles, one pixel each.
    let most = (MAX_SIDE - GAP) / (1 + GAP);
    let columns = columns.clamp(1, images.count().clamp(1, most));
    let rows = images.count().div_ceil(columns).clamp(1, most);
    let size = |tile: &Tile| (columns * (tile.width() + GAP) + GAP, rows * (tile.height() + GAP) + GAP);
    let tile = Tile::fitting(images, columns, size);
    let (width, height) = size(&tile);
    let mut canvas = Canvas::new(width, height);
    canvas.rect(0, 0, width, height, colour::LATTICE);
    for (i, pixels) in images.iter().take(rows * columns).enumerate() {
        let (row, column) = (i / columns, i % columns);
        tile.draw(&mut canvas, pixels, GAP + column * (tile.width() + GAP), GAP + row * (tile.height() + GAP));
    }
    canvas.into_picture()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_are_in_reading_order() {
        let pixels: Vec<f32> = (0..5).flat_map(|i| [i as f32 / 4.0; 4]).collect();
        let picture = grid(&Images { pixels: &pixels, height: 2, width: 2 }, 2);
        assert_eq!(picture.size(), (2 * 23 + 3, 3 * 23 + 3));
        let levels = [(10, 10), (34, 10), (10, 34), (34, 34), (10, 56)].map(|(x, y)| picture.pixel(x, y)[0]);
        assert_eq!(levels, [0, 64, 128, 191, 255]);
        let lattice = [colour::LATTICE.red(), colour::LATTICE.green(), colour::LATTICE.blue()];
        assert_eq!([picture.pixel(0, 0), picture.pixel(34, 56), picture.pixel(24, 10)], [lattice; 3]);
    }

    #[test]
    fn usual_grids_have_a_good_size() {
        let pixels = vec![0.5; 400 * 784];
        let grid = |count: usize, columns| {
            grid(&Images { pixels: &pixels[..count * 784], height: 28, width: 28 }, columns).size()
        };
        assert_eq!(grid(100, 10), (873, 873));
        assert_eq!(grid(400, 20), (1183, 1183));
        assert_eq!(grid(3, 10), (3 * 283 + 3, 286));
    }

    #[test]
    fn nothing_and_too_much_are_bounded() {
        let size = |count: usize, side, columns| {
            let pixels = vec![0.5; count * side * side];
            grid(&Images { pixels: &pixels, height: side, width: side }, columns).size()
        };
        assert_eq!(size(0, 28, 10), (286, 286));
        assert_eq!(size(0, 0, 0), (6, 6));
        for (count, side, columns) in
            [(4, 3000, 2), (5000, 8, 1), (5000, 8, usize::MAX), (90_000, 1, 1), (100_000, 1, 300)]
        {
            let (width, height) = size(count, side, columns);
            assert!(width <= 4096 && height <= 4096 && width.max(height) > 1000, "{width}×{height}");
        }
    }
}
