//! Curves over a common horizontal axis, in panels one above the other.

use super::canvas::{Anchor, Canvas};
use super::frame::{Frame, LABEL_SIZE, TITLE_SIZE, label_room};
use super::legend::{self, Entry, Key, flow};
use super::range::{Range, plottable};
use super::ticks::Ticks;
use super::{Picture, colour, font};

const MARGIN: usize = 28;
/// Of the whole figure.
const WIDTH: usize = 900;
/// Of a plot that stands alone, and of one among several.
const HEIGHTS: [usize; 2] = [380, 210];
/// Title, with the gap below it.
const HEAD: usize = 40;
/// A panel's name, above its plot.
const NAME: usize = 34;
/// Between one plot and the next panel's name.
const PANEL_GAP: usize = 22;
/// Below the last plot: tick labels and the axis' name.
const FOOT: usize = 54;
/// More panels than this are not drawn.
const MOST_PANELS: usize = 12;
const STROKE: f32 = 2.0;

/// One curve.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// What the legend calls it; curves of the same name have the same colour in all panels.
    pub name: String,
    /// Places and values, from left to right; one that is not finite makes a gap.
    pub points: Vec<(f64, f64)>,
}

/// One plot of several curves with its own vertical axis.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    /// What is shown and in which unit, as in "ELBO (nats)".
    pub name: String,
    /// The curves.
    pub series: Vec<Series>,
    /// The place from which on the curves decide what the vertical axis shows; before it they may leave the plot.
    pub from: f64,
}

/// Panels one above the other, over a horizontal axis of whole numbers.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// Above all.
    pub title: String,
    /// The horizontal axis, as in "epoch".
    pub x_label: String,
    /// From top to bottom, twelve at most.
    pub panels: Vec<Panel>,
}

impl Lines {
    /// Draws the figure.
    pub fn draw(&self) -> Picture {
        let names = self.names();
        let entries: Vec<Entry> = names.iter().enumerate().map(|(i, name)| entry(name, i)).collect();
        let left = MARGIN + self.label_room();
        let places = flow(&entries, (WIDTH - MARGIN - left) as f32);
        let rows = places.last().map_or(0.0, |last| last.1 + legend::ROW);
        let frames = self.frames(left, MARGIN + HEAD + rows as usize);
        let bottom = frames.iter().map(|frame| frame.top + frame.height).max().unwrap_or(0);
        let mut canvas = Canvas::new(WIDTH, bottom + FOOT + MARGIN);

        self.draw_title(&mut canvas, left);
        for (entry, (x, y)) in entries.iter().zip(places) {
            let baseline = (MARGIN + HEAD) as f32 + font::CAP_HEIGHT * LABEL_SIZE;
            entry.draw(&mut canvas, (left as f32 + x, baseline + y));
        }
        for (panel, frame) in self.panels().iter().zip(&frames) {
            panel.draw(&mut canvas, frame, &names);
        }
        if let Some(frame) = frames.last() {
            self.draw_x(&mut canvas, frame);
        }
        canvas.into_picture()
    }

    /// The panels drawn: at most so many, and an empty one rather than none.
    fn panels(&self) -> &[Panel] {
        static EMPTY: Panel = Panel { name: String::new(), series: Vec::new(), from: 0.0 };
        match &self.panels[..] {
            [] => std::slice::from_ref(&EMPTY),
            panels => &panels[..panels.len().min(MOST_PANELS)],
        }
    }

    /// The curves' names in order of appearance.
    fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for series in self.panels().iter().flat_map(|panel| &panel.series) {
            if !names.contains(&series.name.as_str()) {
                names.push(series.name.as_str());
            }
        }
        names
    }

    /// Pixels at the left of all plots, for the widest label of any.
    fn label_room(&self) -> usize {
        let rooms = self.frames(0, 0).into_iter().map(|frame| label_room(&frame.y_ticks()));
        rooms.fold(0.0, f32::max).ceil() as usize
    }

    /// The plots below each other, all from the same left edge, the first panel's name starting at `top`.
    fn frames(&self, left: usize, top: usize) -> Vec<Frame> {
        let x = Range::of(self.panels().iter().flat_map(Panel::points).map(|p| p.0));
        // A single epoch stands in the middle; otherwise curves run from edge to edge.
        let x = x.filter(|x| x.span() > 0.0).or(x.map(|x| x.with_span(1.0)));
        let x = x.unwrap_or(Range { low: 0.0, high: 1.0 }).widened(0.0);
        let height = HEIGHTS[usize::from(self.panels().len() > 1)];
        let frame = |(i, panel): (usize, &Panel)| {
            let top = top + NAME + i * (NAME + height + PANEL_GAP);
            Frame { left, top, width: WIDTH - MARGIN - left, height, x, y: panel.range() }
        };
        self.panels().iter().enumerate().map(frame).collect()
    }

    fn draw_title(&self, canvas: &mut Canvas, left: usize) {
        let title = font::fit(&self.title, TITLE_SIZE, (WIDTH - MARGIN - left) as f32);
        let baseline = MARGIN as f32 + font::CAP_HEIGHT * TITLE_SIZE;
        canvas.text(&title, (left as f32, baseline), TITLE_SIZE, Anchor::Start, colour::INK);
    }

    fn draw_x(&self, canvas: &mut Canvas, frame: &Frame) {
        frame.draw_x(canvas, &frame.x_ticks(Ticks::whole), false);
        let name = font::fit(&self.x_label, LABEL_SIZE, frame.width as f32);
        let x = frame.left as f32 + frame.width as f32 / 2.0;
        let y = (frame.top + frame.height + FOOT) as f32 - 4.0;
        canvas.text(&name, (x, y), LABEL_SIZE, Anchor::Middle, colour::INK);
    }
}

impl Panel {
    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        let all = self.series.iter().flat_map(|series| series.points.iter().copied());
        all.filter(|&(x, y)| plottable(x) && plottable(y))
    }

    fn range(&self) -> Range {
        let shown = Range::of(self.points().filter(|p| p.0 >= self.from).map(|p| p.1));
        let all = || Range::of(self.points().map(|p| p.1));
        shown.or_else(all).unwrap_or(Range { low: 0.0, high: 1.0 }).widened(0.06)
    }

    fn draw(&self, canvas: &mut Canvas, frame: &Frame, names: &[&str]) {
        let name = font::fit(&self.name, LABEL_SIZE, frame.width as f32);
        let at = (frame.left as f32, frame.top as f32 - 12.0);
        canvas.text(&name, at, LABEL_SIZE, Anchor::Start, colour::INK);
        frame.draw_y(canvas, &frame.y_ticks());
        frame.draw_base(canvas);
        for series in &self.series {
            let index = names.iter().position(|name| *name == series.name).unwrap_or(0);
            series.draw(canvas, frame, index);
        }
        if self.points().next().is_none() {
            frame.remark(canvas, "no data");
        }
    }
}

impl Series {
    /// Draws the stretches between gaps, and a point between two gaps as a dot.
    fn draw(&self, canvas: &mut Canvas, frame: &Frame, index: usize) {
        let colour = colour::qualitative(index);
        for stretch in self.points.split(|&(x, y)| !plottable(x) || !plottable(y)) {
            if let [alone] = stretch
                && (frame.y.low..=frame.y.high).contains(&alone.1)
            {
                canvas.disc(frame.place(alone.0, alone.1), 2.0 * STROKE, colour);
            }
            for inside in within(stretch, frame.y) {
                let places: Vec<(f32, f32)> = inside.iter().map(|&(x, y)| frame.place(x, y)).collect();
                canvas.polyline(&places, STROKE, colour);
            }
        }
    }
}

/// The pieces of a curve whose values are in the range, cut where they leave it.
fn within(curve: &[(f64, f64)], range: Range) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    for ends in curve.windows(2) {
        let Some([a, b]) = cut([ends[0], ends[1]], range) else { continue };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&a) => piece.push(b),
            _ => pieces.push(vec![a, b]),
        }
    }
    pieces
}

/// The part of a line between two points whose values are in the range.
fn cut([a, b]: [(f64, f64); 2], range: Range) -> Option<[(f64, f64); 2]> {
    let at = |limit: f64| (a.0 + (b.0 - a.0) * (limit - a.1) / (b.1 - a.1), limit);
    let end = |p: (f64, f64)| match p.1 {
        y if y < range.low => at(range.low),
        y if y > range.high => at(range.high),
        _ => p,
    };
    let apart = a.1.max(b.1) < range.low || a.1.min(b.1) > range.high;
    (!apart).then(|| [end(a), end(b)])
}

fn entry(name: &str, index: usize) -> Entry {
    let name = font::fit(name, LABEL_SIZE, WIDTH as f32 / 2.0);
    Entry { name, key: Key::Line, colour: colour::qualitative(index) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(name: &str, points: &[(f64, f64)]) -> Panel {
        Panel { name: name.into(), series: vec![Series { name: name.into(), points: points.to_vec() }], from: 0.0 }
    }

    fn lines(panels: Vec<Panel>) -> Lines {
        Lines { title: "Training".into(), x_label: "epoch".into(), panels }
    }

    fn curve() -> Vec<(f64, f64)> {
        (1..=50).map(|epoch| (epoch.into(), -100.0 - 80.0 / f64::from(epoch))).collect()
    }

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        let draw = || lines(vec![panel("train", &curve())]).draw().to_png().unwrap();
        assert_eq!(draw(), draw());
    }

    #[test]
    fn panels_stand_below_each_other() {
        let height = |count| lines(vec![panel("train", &curve()); count]).draw().size().1;
        assert_eq!(height(3) - height(2), (NAME + HEIGHTS[1] + PANEL_GAP) as u32);
        assert_eq!(height(100), height(MOST_PANELS));
        assert_eq!(lines(vec![]).draw().size().0, 900);
    }

    #[test]
    fn a_name_has_one_colour_in_all_panels() {
        let both =
            Panel { name: "KL".into(), series: vec![Series { name: "validation".into(), points: vec![] }], from: 0.0 };
        let figure = lines(vec![panel("train", &curve()), panel("validation", &curve()), both]);
        assert_eq!(figure.names(), ["train", "validation"]);
    }

    #[test]
    fn curves_are_cut_where_they_leave_the_plot() {
        let range = Range { low: 0.0, high: 4.0 };
        let curve = [(0.0, -4.0), (1.0, 4.0), (2.0, 2.0), (3.0, 6.0), (4.0, 5.0), (5.0, 3.0)];
        let pieces = [vec![(0.5, 0.0), (1.0, 4.0), (2.0, 2.0), (2.5, 4.0)], vec![(4.5, 4.0), (5.0, 3.0)]];
        assert_eq!(within(&curve, range), pieces);
        assert_eq!(within(&[(0.0, -9.0), (1.0, 12.0)], range).len(), 1);

        let steep = Panel { from: 3.0, ..panel("train", &[(1.0, -1e6), (2.0, -500.0), (3.0, -10.0), (4.0, -9.0)]) };
        assert!(steep.range().low > -11.0);
        assert!(lines(vec![steep]).draw().has_blank_rim(5));
    }

    #[test]
    fn extremes_are_drawn_without_cutting_text() {
        let gaps = [(1.0, f64::NAN), (2.0, 1.0), (3.0, f64::NEG_INFINITY), (4.0, 2.0), (5.0, 1.0), (6.0, 1e300)];
        let cases: [&[(f64, f64)]; 9] = [
            &[],
            &[(1.0, -3.0)],
            &[(f64::NAN, f64::NAN)],
            &[(0.0, 0.0), (1e6, 0.0)],
            &[(1.0, -1e100), (9.0, 1e100)],
            &[(1.0, 1e-300), (3e7, 2e-300)],
            &[(1.0, -98.123456), (20.0, -98.123457)],
            &[(1e100, 5.0), (-1e100, 1e9)],
            &gaps,
        ];
        for points in cases {
            let name = "a long name ".repeat(20);
            let figure = Lines { title: name.clone(), x_label: name.clone(), panels: vec![panel(&name, points); 2] };
            assert!(figure.draw().has_blank_rim(5), "{points:?}");
        }
    }
}
