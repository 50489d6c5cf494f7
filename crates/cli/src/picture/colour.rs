//! Colours: a few greys for paper, ink and rules, and ten colours that tell classes and curves apart.

use tiny_skia::ColorU8;

/// The ground of every figure.
pub const PAPER: ColorU8 = hex(0xffffff);
/// Titles and names.
pub const INK: ColorU8 = hex(0x22262a);
/// Tick labels and notes, which should not compete with the data.
pub const FAINT_INK: ColorU8 = hex(0x666b70);
/// Axis lines.
pub const AXIS: ColorU8 = hex(0x9a9fa4);
/// Grid lines.
pub const RULE: ColorU8 = hex(0xe9ebed);
/// What shows between the tiles of a grid of images: close to black, so that the images and not the lattice are seen.
pub const LATTICE: ColorU8 = hex(0x33373b);

/// Ten colours that stay apart under the common colour-vision deficiencies and in lightness too: the ten-colour
/// sequence of M. A. Petroff, "Accessible Color Sequences for Data Visualization", arXiv:2107.02270 (2021).
const PALETTE: [ColorU8; 10] = [
    hex(0x3f90da),
    hex(0xffa90e),
    hex(0xbd1f01),
    hex(0x94a4a2),
    hex(0x832db6),
    hex(0xa96b59),
    hex(0xe76300),
    hex(0xb9ac70),
    hex(0x717581),
    hex(0x92dadd),
];

/// The palette's colour for class or curve `index`; after ten the colours come round again.
pub fn qualitative(index: usize) -> ColorU8 {
    PALETTE[index % PALETTE.len()]
}

/// `colour`, darkened for thin lines that lie on marks of the same colour.
pub fn dark(colour: ColorU8) -> ColorU8 {
    let [r, g, b] = [colour.red(), colour.green(), colour.blue()].map(|channel| channel / 3 * 2);
    ColorU8::from_rgba(r, g, b, colour.alpha())
}

/// `colour`, let through to the given part of 255.
pub fn translucent(colour: ColorU8, alpha: u8) -> ColorU8 {
    ColorU8::from_rgba(colour.red(), colour.green(), colour.blue(), alpha)
}

const fn hex(rgb: u32) -> ColorU8 {
    let [_, r, g, b] = rgb.to_be_bytes();
    ColorU8::from_rgba(r, g, b, 255)
}
