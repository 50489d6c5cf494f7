//! A sheet of paper with the few marks that figures are made of. Positions are pixels from the top left corner.

use tiny_skia::{
    Color, ColorU8, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform,
};

use super::{Picture, colour, font};

/// No picture is wider or higher than this many pixels.
pub const MAX_SIDE: usize = 4096;

/// Which part of a text stands at the position given.
#[derive(Clone, Copy)]
pub enum Anchor {
    /// Its left end.
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

/// The paper and what has been drawn on it.
pub struct Canvas {
    pixmap: Pixmap,
}

impl Canvas {
    /// Blank paper; sides are brought between 1 and [`MAX_SIDE`].
    pub fn new(width: usize, height: usize) -> Self {
        let [width, height] = [width, height].map(|side| side.clamp(1, MAX_SIDE) as u32);
        let mut pixmap = Pixmap::new(width, height).expect("sides are bounded and not zero");
        pixmap.fill(opaque(colour::PAPER));
        Self { pixmap }
    }

    /// A filled rectangle with hard edges, on whole pixels.
    pub fn rect(&mut self, left: usize, top: usize, width: usize, height: usize, colour: ColorU8) {
        let (columns, rows) = (self.pixmap.width() as usize, self.pixmap.height() as usize);
        let (right, bottom) = ((left + width).min(columns), (top + height).min(rows));
        let pixel = colour.premultiply();
        for row in self.pixmap.pixels_mut().chunks_exact_mut(columns).take(bottom).skip(top) {
            if let Some(span) = row.get_mut(left..right) {
                span.fill(pixel);
            }
        }
    }

    /// A line through `points`.
    pub fn polyline(&mut self, points: &[(f32, f32)], width: f32, colour: ColorU8) {
        let mut path = PathBuilder::new();
        if let Some((&(x, y), rest)) = points.split_first() {
            path.move_to(x, y);
            rest.iter().for_each(|&(x, y)| path.line_to(x, y));
        }
        self.stroke(path.finish(), width, colour);
    }

    /// A filled disc.
    pub fn disc(&mut self, (x, y): (f32, f32), radius: f32, colour: ColorU8) {
        self.fill(PathBuilder::from_circle(x, y, radius), colour);
    }

    /// The outline of an ellipse with half-axes `rx` and `ry`.
    pub fn ellipse(&mut self, (x, y): (f32, f32), (rx, ry): (f32, f32), width: f32, colour: ColorU8) {
        let bounds = Rect::from_ltrb(x - rx, y - ry, x + rx, y + ry);
        self.stroke(bounds.and_then(PathBuilder::from_oval), width, colour);
    }

    /// One line of text; `y` is its baseline, put on a whole pixel for crispness.
    pub fn text(&mut self, text: &str, (x, y): (f32, f32), size: f32, anchor: Anchor, colour: ColorU8) {
        self.fill(outline(text, (x, y), size, anchor), colour);
    }

    /// Text with a rim of paper, to be read on top of data.
    pub fn text_with_rim(&mut self, text: &str, at: (f32, f32), size: f32, anchor: Anchor, colour: ColorU8) {
        let path = outline(text, at, size, anchor);
        self.stroke(path.clone(), size / 4.0, colour::PAPER);
        self.fill(path, colour);
    }

    /// The drawing, finished.
    pub fn into_picture(self) -> Picture {
        let rgb = self.pixmap.pixels().iter().flat_map(|p| [p.red(), p.green(), p.blue()]).collect();
        Picture::new(self.pixmap.width(), self.pixmap.height(), rgb)
    }

    fn fill(&mut self, path: Option<Path>, colour: ColorU8) {
        if let Some(path) = path {
            self.pixmap.fill_path(&path, &paint(colour), FillRule::Winding, Transform::identity(), None);
        }
    }

    fn stroke(&mut self, path: Option<Path>, width: f32, colour: ColorU8) {
        let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        if let Some(path) = path {
            self.pixmap.stroke_path(&path, &paint(colour), &stroke, Transform::identity(), None);
        }
    }
}

fn outline(text: &str, (x, y): (f32, f32), size: f32, anchor: Anchor) -> Option<Path> {
    let before = match anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => font::width(text, size) / 2.0,
        Anchor::End => font::width(text, size),
    };
    font::outline(text, size, (x - before, y.round()))
}

fn opaque(colour: ColorU8) -> Color {
    Color::from_rgba8(colour.red(), colour.green(), colour.blue(), colour.alpha())
}

fn paint(colour: ColorU8) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(opaque(colour));
    paint
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_off_the_paper_are_cut() {
        let mut canvas = Canvas::new(8, 0);
        canvas.rect(6, 0, 10, 10, colour::INK);
        canvas.rect(60, 60, 10, 10, colour::INK);
        canvas.disc((1e9, f32::NAN), 4.0, colour::INK);
        canvas.polyline(&[], 1.0, colour::INK);
        canvas.polyline(&[(-1e30, 0.0), (1e30, 0.0)], 1.0, colour::RULE);
        canvas.ellipse((0.0, 0.0), (0.0, 0.0), 1.0, colour::INK);
        assert_eq!(canvas.into_picture().size(), (8, 1));
        assert_eq!(Canvas::new(usize::MAX, 1).into_picture().size(), (MAX_SIDE as u32, 1));
    }
}
