//! Points in a plane: where a model puts its data in latent space.

use std::collections::BTreeMap;

use super::canvas::{Anchor, Canvas};
use super::frame::{Frame, LABEL_SIZE, TICK_SIZE, TITLE_SIZE, label_room};
use super::legend::{self, Entry, Key};
use super::range::{Range, plottable};
use super::ticks::Ticks;
use super::{Picture, colour, font};

const MARGIN: usize = 28;
/// The plot is a square, so that both axes have the same scale.
const SIDE: usize = 680;
/// From the upper margin to the plot: title and the y axis' name.
const HEAD: usize = 66;
/// From the plot to the lower margin: tick labels and the x axis' name.
const FOOT: usize = 54;
const LEGEND_GAP: usize = 30;
/// As many entries as fit beside the plot, with the ellipse's.
const MOST_ENTRIES: usize = 25;

/// One row of data in the plane.
#[derive(Clone, Copy, Debug, Default)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Upwards.
    pub y: f64,
    /// Standard deviations along x and y, drawn as a thin ellipse.
    pub sigma: Option<(f64, f64)>,
    /// The class that colours the point. There are ten colours: class 10 has that of class 0.
    pub class: Option<u8>,
}

/// A scatter plot with both axes to the same scale.
#[derive(Clone, Debug, Default)]
pub struct Scatter {
    /// Above the plot.
    pub title: String,
    /// Below the plot.
    pub x_label: String,
    /// Above the y axis.
    pub y_label: String,
    /// What to show; a point with a coordinate that is not finite is left out.
    pub points: Vec<Point>,
}

impl Scatter {
    /// Draws the figure.
    pub fn draw(&self) -> Picture {
        let points: Vec<Point> = self.points.iter().copied().filter(|p| plottable(p.x) && plottable(p.y)).collect();
        let (x, y) = ranges(&points);
        let mut frame = Frame { left: MARGIN, top: MARGIN + HEAD, width: SIDE, height: SIDE, x, y };
        let (x_ticks, y_ticks) = ticks(&frame);
        frame.left += label_room(&y_ticks).ceil() as usize;
        let entries = entries(&points);
        let legend = entries.iter().map(Entry::width).fold(0.0, f32::max).ceil() as usize;
        let right = if entries.is_empty() { 0 } else { LEGEND_GAP + legend };
        let mut canvas = Canvas::new(frame.left + SIDE + right + MARGIN, frame.top + SIDE + FOOT + MARGIN);

        frame.draw_x(&mut canvas, &x_ticks, true);
        frame.draw_y(&mut canvas, &y_ticks);
        frame.draw_base(&mut canvas);
        self.names(&mut canvas, &frame);
        marks(&mut canvas, &frame, &points);
        class_numbers(&mut canvas, &frame, &points);
        draw_legend(&mut canvas, &frame, &entries);
        if points.is_empty() {
            frame.remark(&mut canvas, "no points");
        }
        canvas.into_picture()
    }

    fn names(&self, canvas: &mut Canvas, frame: &Frame) {
        let (left, side) = (frame.left as f32, SIDE as f32);
        let title = font::fit(&self.title, TITLE_SIZE, side);
        let baseline = MARGIN as f32 + font::CAP_HEIGHT * TITLE_SIZE;
        canvas.text(&title, (left, baseline), TITLE_SIZE, Anchor::Start, colour::INK);
        let y_label = font::fit(&self.y_label, LABEL_SIZE, side);
        canvas.text(&y_label, (left, frame.top as f32 - 12.0), LABEL_SIZE, Anchor::Start, colour::INK);
        let x_label = font::fit(&self.x_label, LABEL_SIZE, side);
        let at = (left + side / 2.0, frame.top as f32 + side + FOOT as f32 - 4.0);
        canvas.text(&x_label, at, LABEL_SIZE, Anchor::Middle, colour::INK);
    }
}

/// Ranges of the same span that hold all points with their ellipses.
fn ranges(points: &[Point]) -> (Range, Range) {
    let ends = |centre: f64, sigma: Option<f64>| {
        let around = sigma.filter(|&s| plottable(s)).unwrap_or(0.0);
        [centre - around, centre + around]
    };
    let unit = Range { low: -1.0, high: 1.0 };
    let x = Range::of(points.iter().flat_map(|p| ends(p.x, p.sigma.map(|s| s.0)))).unwrap_or(unit).widened(0.04);
    let y = Range::of(points.iter().flat_map(|p| ends(p.y, p.sigma.map(|s| s.1)))).unwrap_or(unit).widened(0.04);
    let span = x.span().max(y.span());
    (x.with_span(span), y.with_span(span))
}

/// The coarser ticks of both axes on both, so that their rules make squares.
fn ticks(frame: &Frame) -> (Ticks, Ticks) {
    let (x, y) = (frame.x_ticks(Ticks::new), frame.y_ticks());
    let coarser = if x.step() > y.step() { x } else { y };
    (coarser.over(frame.x), coarser.over(frame.y))
}

/// The place of a point's colour in the palette.
fn shade(point: &Point) -> usize {
    point.class.map_or(0, usize::from)
}

/// The dots, in the order given so that no class lies on top of another, and the ellipses over them.
fn marks(canvas: &mut Canvas, frame: &Frame, points: &[Point]) {
    // Many points want to be small and faint, for density to show.
    let crowd = (points.len().max(1) as f32).log10();
    let radius = (5.8 - 0.9 * crowd).clamp(1.2, 4.5);
    let alpha = (270.0 - 33.0 * crowd).clamp(90.0, 200.0) as u8;
    for point in points {
        let colour = colour::translucent(colour::qualitative(shade(point)), alpha);
        canvas.disc(frame.place(point.x, point.y), radius, colour);
    }
    for point in points {
        let Some((sx, sy)) = point.sigma.filter(|s| plottable(s.0) && plottable(s.1)) else { continue };
        let scale = SIDE as f64 / frame.x.span();
        let radii = ((sx.abs() * scale) as f32, (sy.abs() * scale) as f32);
        canvas.ellipse(frame.place(point.x, point.y), radii, 1.2, colour::dark(colour::qualitative(shade(point))));
    }
}

/// Writes each class on the middle of its points, so that colour is not all there is to tell classes apart.
fn class_numbers(canvas: &mut Canvas, frame: &Frame, points: &[Point]) {
    let size = 1.3 * LABEL_SIZE;
    let mut taken: Vec<(f32, f32)> = Vec::new();
    for (class, members) in classes(points) {
        let (x, y) = frame.place(median(members.iter().map(|p| p.x)), median(members.iter().map(|p| p.y)));
        let free = |&(a, b): &(f32, f32)| (a - x).abs() > 1.5 * size || (b - y).abs() > size;
        // Where two classes lie on each other only one can be named; the legend has both.
        if taken.iter().all(free) {
            taken.push((x, y));
            let baseline = y + font::CAP_HEIGHT * size / 2.0;
            canvas.text_with_rim(&class.to_string(), (x, baseline), size, Anchor::Middle, colour::INK);
        }
    }
}

fn classes(points: &[Point]) -> BTreeMap<u8, Vec<&Point>> {
    let mut classes: BTreeMap<u8, Vec<&Point>> = BTreeMap::new();
    for point in points {
        if let Some(class) = point.class {
            classes.entry(class).or_default().push(point);
        }
    }
    classes
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn entries(points: &[Point]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = classes(points)
        .into_keys()
        .map(|class| Entry { name: class.to_string(), key: Key::Dot, colour: colour::qualitative(class.into()) })
        .collect();
    if entries.len() > MOST_ENTRIES {
        entries.truncate(MOST_ENTRIES);
        entries.push(Entry { name: "…".into(), key: Key::Dot, colour: colour::PAPER });
    }
    if points.iter().any(|p| p.sigma.is_some()) {
        entries.push(Entry { name: "σ of q(z|x)".into(), key: Key::Ellipse, colour: colour::FAINT_INK });
    }
    entries
}

fn draw_legend(canvas: &mut Canvas, frame: &Frame, entries: &[Entry]) {
    let left = (frame.left + SIDE + LEGEND_GAP) as f32;
    let mut baseline = frame.top as f32 + font::CAP_HEIGHT * TICK_SIZE;
    for entry in entries {
        entry.draw(canvas, (left, baseline));
        baseline += legend::ROW;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(count: usize) -> Vec<Point> {
        // A golden-angle spiral: spread out, and the same every time.
        let point = |i: usize| {
            let (angle, radius) = (2.4 * i as f64, (i as f64).sqrt() / 10.0);
            let sigma = i.is_multiple_of(10).then_some((0.1, 0.2));
            Point { x: radius * angle.cos(), y: radius * angle.sin(), sigma, class: Some((i % 10) as u8) }
        };
        (0..count).map(point).collect()
    }

    fn scatter(points: Vec<Point>) -> Scatter {
        Scatter { title: "Latent space".into(), x_label: "z₁".into(), y_label: "z₂".into(), points }
    }

    /// Whether some pixel has just the colour of a class' legend key.
    fn shows(picture: &Picture, class: usize) -> bool {
        let (width, height) = picture.size();
        let colour = colour::qualitative(class);
        let rgb = [colour.red(), colour.green(), colour.blue()];
        (0..height).any(|y| (0..width).any(|x| picture.pixel(x, y) == rgb))
    }

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        let draw = || scatter(points(500)).draw().to_png().unwrap();
        assert_eq!(draw(), draw());
    }

    #[test]
    fn the_legend_names_the_classes_there_are() {
        let picture = scatter(points(500)).draw();
        assert!((0..10).all(|class| shows(&picture, class)) && picture.has_blank_rim(20));
        let few = scatter(points(5)).draw();
        assert!(shows(&few, 4) && !shows(&few, 5));
    }

    #[test]
    fn both_axes_have_one_scale() {
        let (x, y) = ranges(&[
            Point { x: -3.0, ..Point::default() },
            Point { x: 5.0, y: 0.5, sigma: Some((2.0, 0.1)), ..Point::default() },
        ]);
        assert!((x.span() - y.span()).abs() < 1e-12);
        assert!(x.low < -3.0 && x.high > 7.0 && y.low < -3.0 && y.high > 3.0, "{x:?} {y:?}");
    }

    #[test]
    fn extremes_are_drawn_without_cutting_text() {
        let at = |x, y| Point { x, y, ..Point::default() };
        let wide = Point { sigma: Some((1e90, f64::INFINITY)), class: Some(255), ..Point::default() };
        let cases = [
            vec![],
            vec![at(0.0, 0.0)],
            vec![at(f64::NAN, 1.0), at(1.0, f64::INFINITY)],
            vec![at(-1e100, 0.0), at(1e100, 1e-100), at(1e300, 0.0)],
            vec![at(123_456.0, 1e-7), at(123_456.001, 1e-7)],
            vec![wide, Point { sigma: Some((-1.0, 0.0)), ..wide }],
            (0..=255).map(|class| Point { class: Some(class), x: class.into(), ..wide }).collect(),
        ];
        for points in cases {
            let picture = Scatter { title: "title ".repeat(50), ..scatter(points.clone()) }.draw();
            assert!(picture.has_blank_rim(5), "{points:?}");
        }
    }
}
