//! The embedded typeface: measuring and outlining one line of text, kerned.

use std::sync::LazyLock;

use tiny_skia::{Path, PathBuilder};
use ttf_parser::gpos::{PairAdjustment, PositioningSubtable};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// Height of a capital or a digit for a font size of one.
pub const CAP_HEIGHT: f32 = 0.727;

static FACE: LazyLock<Face<'static>> = LazyLock::new(|| {
    let bytes = include_bytes!("../../assets/figure-sans.otf");
    Face::parse(bytes, 0).expect("the embedded font is sound")
});

/// The width of `text`, in pixels.
pub fn width(text: &str, size: f32) -> f32 {
    let end = walk(text, |_, _| ());
    end as f32 * scale(size)
}

/// `text`, cut and ended by an ellipsis if it is wider than `room`.
pub fn fit(text: &str, size: f32, room: f32) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let ends = text.char_indices().map(|(end, _)| end).rev();
    let mut cuts = ends.map(|end| format!("{}…", text[..end].trim_end()));
    cuts.find(|cut| width(cut, size) <= room).unwrap_or_default()
}

/// The outline of `text`, its baseline starting at `(x, y)`; `None` where there is no ink.
pub fn outline(text: &str, size: f32, (x, y): (f32, f32)) -> Option<Path> {
    let mut pen = Pen { path: PathBuilder::new(), scale: scale(size), x, y };
    walk(text, |glyph, at| {
        pen.x = x + at as f32 * pen.scale;
        FACE.outline_glyph(glyph, &mut pen);
    });
    pen.path.finish()
}

fn scale(size: f32) -> f32 {
    size / f32::from(FACE.units_per_em())
}

/// Calls `visit` with each glyph and where it starts, in font units, and returns where the last one ends.
fn walk(text: &str, mut visit: impl FnMut(GlyphId, i32)) -> i32 {
    let mut at = 0;
    let mut previous = None;
    // The font lacks the double bar of a divergence, KL(q ‖ p), which two bars stand in for.
    let text = text.replace('‖', "||");
    for glyph in text.chars().map(|c| FACE.glyph_index(c).unwrap_or_default()) {
        at += previous.map_or(0, |left| i32::from(kerning(left, glyph)));
        visit(glyph, at);
        at += i32::from(FACE.glyph_hor_advance(glyph).unwrap_or(0));
        previous = Some(glyph);
    }
    at
}

/// How far `right` moves when it follows `left`. The subset font keeps kerning alone, so its pair lookups are all for
/// that.
fn kerning(left: GlyphId, right: GlyphId) -> i16 {
    let lookups = FACE.tables().gpos.into_iter().flat_map(|gpos| gpos.lookups);
    let mut subtables = lookups.flat_map(|lookup| lookup.subtables.into_iter::<PositioningSubtable>());
    subtables
        .find_map(|subtable| match subtable {
            PositioningSubtable::Pair(pairs) => advance(&pairs, left, right),
            _ => None,
        })
        .unwrap_or(0)
}

fn advance(pairs: &PairAdjustment, left: GlyphId, right: GlyphId) -> Option<i16> {
    let covered = pairs.coverage().get(left)?;
    let (first, _) = match pairs {
        PairAdjustment::Format1 { sets, .. } => sets.get(covered)?.get(right)?,
        PairAdjustment::Format2 { classes, matrix, .. } => matrix.get((classes.0.get(left), classes.1.get(right)))?,
    };
    Some(first.x_advance)
}

/// Takes a glyph's outline, whose y points up, to the canvas, whose y points down.
struct Pen {
    path: PathBuilder,
    scale: f32,
    x: f32,
    y: f32,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_every_character_that_figures_use() {
        let texts = [
            "0123456789 ×⁰¹²³⁴⁵⁶⁷⁸⁹⁻ −.…",
            "z₀₁₂₃₄₅₆₇₈₉ σ μ ± √ ∞ ≤ ≥ – — → ·",
            "KL(q(z|x) | p(z))",
            "Zürich Ångström",
        ];
        for c in texts.iter().flat_map(|text| text.chars()) {
            assert!(FACE.glyph_index(c).is_some(), "no glyph for {c:?}");
        }
        let cap = FACE.capital_height().unwrap();
        assert!((f32::from(cap) * scale(1.0) - CAP_HEIGHT).abs() < 1e-3);
    }

    #[test]
    fn pairs_are_kerned() {
        let apart = width("T", 100.0) + width("o", 100.0);
        assert!(width("To", 100.0) < apart - 1.0);
        assert_eq!(width("HH", 100.0), 2.0 * width("H", 100.0));
    }

    #[test]
    fn an_outline_stays_within_its_width() {
        let text = "expected log-likelihood";
        let bounds = outline(text, 16.0, (10.0, 30.0)).unwrap().bounds();
        assert!(bounds.left() >= 10.0 && bounds.right() <= 10.0 + width(text, 16.0));
        assert!(outline("  ", 16.0, (0.0, 0.0)).is_none());
    }

    #[test]
    fn long_text_is_cut_to_the_room() {
        assert_eq!(fit("short", 16.0, 200.0), "short");
        let cut = fit("a title that goes on and on", 16.0, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 16.0) <= 100.0, "{cut}");
        assert_eq!(fit("none", 16.0, 0.0), "");
    }
}
