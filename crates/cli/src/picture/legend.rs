//! Which colour is which.

use tiny_skia::ColorU8;

use super::canvas::{Anchor, Canvas};
use super::frame::LABEL_SIZE;
use super::{colour, font};

/// Pixels from one row of a legend to the next.
pub const ROW: f32 = 25.0;
const KEY: f32 = 24.0;
const KEY_GAP: f32 = 8.0;
const ENTRY_GAP: f32 = 24.0;

/// The mark beside a name.
#[derive(Clone, Copy)]
pub enum Key {
    /// A short line.
    Line,
    /// A dot.
    Dot,
    /// A small ellipse.
    Ellipse,
}

/// One name and its mark.
pub struct Entry {
    /// The name.
    pub name: String,
    /// Its mark.
    pub key: Key,
    /// The mark's colour.
    pub colour: ColorU8,
}

impl Entry {
    /// Pixels across, mark and name together.
    pub fn width(&self) -> f32 {
        self.key_width() + KEY_GAP + font::width(&self.name, LABEL_SIZE)
    }

    /// Draws the entry with its left end and its baseline at the place given.
    pub fn draw(&self, canvas: &mut Canvas, (x, y): (f32, f32)) {
        let width = self.key_width();
        let middle = y - font::CAP_HEIGHT * LABEL_SIZE / 2.0;
        match self.key {
            Key::Line => canvas.polyline(&[(x + 1.0, middle), (x + width - 1.0, middle)], 2.5, self.colour),
            Key::Dot => canvas.disc((x + width / 2.0, middle), 5.0, self.colour),
            Key::Ellipse => canvas.ellipse((x + width / 2.0, middle), (8.0, 5.0), 1.2, self.colour),
        }
        canvas.text(&self.name, (x + width + KEY_GAP, y), LABEL_SIZE, Anchor::Start, colour::INK);
    }

    fn key_width(&self) -> f32 {
        match self.key {
            Key::Line => KEY,
            Key::Dot | Key::Ellipse => 16.0,
        }
    }
}

/// Where entries side by side go in rows of the given width, relative to the first.
pub fn flow(entries: &[Entry], width: f32) -> Vec<(f32, f32)> {
    let (mut x, mut y) = (0.0, 0.0);
    let place = |entry: &Entry| {
        if x > 0.0 && x + entry.width() > width {
            (x, y) = (0.0, y + ROW);
        }
        let at = (x, y);
        x += entry.width() + ENTRY_GAP;
        at
    };
    entries.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_flow_into_rows() {
        let entry = || Entry { name: "validation".into(), key: Key::Line, colour: colour::INK };
        let entries = [entry(), entry(), entry()];
        let width = entries[0].width();
        let places = flow(&entries, 2.0 * width + ENTRY_GAP);
        assert_eq!(places, [(0.0, 0.0), (width + ENTRY_GAP, 0.0), (0.0, ROW)]);
        assert_eq!(flow(&entries, 1.0), [(0.0, 0.0), (0.0, ROW), (0.0, 2.0 * ROW)]);
    }
}
