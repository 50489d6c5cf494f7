//! The axes around a plot.

use super::canvas::{Anchor, Canvas};
use super::range::Range;
use super::ticks::Ticks;
use super::{colour, font};

/// Size of tick labels.
pub const TICK_SIZE: f32 = 14.0;
/// Size of the axes' names and of legends.
pub const LABEL_SIZE: f32 = 15.0;
/// Size of a figure's title.
pub const TITLE_SIZE: f32 = 20.0;
/// An axis has no more ticks than this.
const MOST_TICKS: usize = 8;
/// How far a tick label may reach past the plot's right edge.
const OVERHANG: usize = 20;
/// Pixels between a plot and its tick labels.
const TICK_GAP: f32 = 9.0;

/// A plot's place on the canvas and the ranges that it shows.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The left edge.
    pub left: usize,
    /// The top edge.
    pub top: usize,
    /// Pixels across.
    pub width: usize,
    /// Pixels from top to bottom.
    pub height: usize,
    /// What the width shows.
    pub x: Range,
    /// What the height shows.
    pub y: Range,
}

impl Frame {
    /// Where on the canvas a point of the plot is.
    pub fn place(&self, x: f64, y: f64) -> (f32, f32) {
        let right = (x - self.x.low) / self.x.span() * self.width as f64;
        let up = (y - self.y.low) / self.y.span() * self.height as f64;
        ((self.left as f64 + right) as f32, ((self.top + self.height) as f64 - up) as f32)
    }

    /// Ticks for the x axis whose labels have room beside each other.
    pub fn x_ticks(&self, make: impl Fn(Range, usize) -> Ticks) -> Ticks {
        let ticks = |most| make(self.x, most);
        let roomy = |ticks: &Ticks| {
            let pitch = self.width as f32 / ticks.labels().len() as f32;
            widest(ticks) + TICK_SIZE <= pitch
        };
        (2..=MOST_TICKS).rev().map(ticks).find(roomy).unwrap_or_else(|| ticks(2))
    }

    /// Ticks for the y axis.
    pub fn y_ticks(&self) -> Ticks {
        Ticks::new(self.y, (self.height / 35).min(MOST_TICKS))
    }

    /// Tick marks and labels below the plot, and vertical rules if they are wanted.
    pub fn draw_x(&self, canvas: &mut Canvas, ticks: &Ticks, rules: bool) {
        let bottom = self.top + self.height;
        for (value, label) in ticks.values().zip(ticks.labels()) {
            let (x, _) = self.place(value, self.y.low);
            if rules {
                canvas.rect(x.round() as usize, self.top, 1, self.height, colour::RULE);
            }
            canvas.rect(x.round() as usize, bottom, 1, 5, colour::AXIS);
            let baseline = bottom as f32 + TICK_GAP + font::CAP_HEIGHT * TICK_SIZE;
            // A wide label at the right end moves in rather than out of the margin.
            let rightmost = (self.left + self.width + OVERHANG) as f32 - font::width(&label, TICK_SIZE) / 2.0;
            canvas.text(&label, (x.min(rightmost), baseline), TICK_SIZE, Anchor::Middle, colour::FAINT_INK);
        }
    }

    /// Horizontal rules and their labels to the left.
    pub fn draw_y(&self, canvas: &mut Canvas, ticks: &Ticks) {
        for (value, label) in ticks.values().zip(ticks.labels()) {
            let (_, y) = self.place(self.x.low, value);
            canvas.rect(self.left, y.round() as usize, self.width, 1, colour::RULE);
            let at = (self.left as f32 - TICK_GAP, y + font::CAP_HEIGHT * TICK_SIZE / 2.0);
            canvas.text(&label, at, TICK_SIZE, Anchor::End, colour::FAINT_INK);
        }
    }

    /// The line at the bottom, over the rules.
    pub fn draw_base(&self, canvas: &mut Canvas) {
        canvas.rect(self.left, self.top + self.height, self.width + 1, 1, colour::AXIS);
    }

    /// A remark in the middle of the plot, for a plot without data.
    pub fn remark(&self, canvas: &mut Canvas, text: &str) {
        let at = (self.left as f32 + self.width as f32 / 2.0, self.top as f32 + self.height as f32 / 2.0);
        canvas.text_with_rim(text, at, LABEL_SIZE, Anchor::Middle, colour::FAINT_INK);
    }
}

/// The room that labels take at the left of a plot.
pub fn label_room(ticks: &Ticks) -> f32 {
    widest(ticks) + TICK_GAP
}

fn widest(ticks: &Ticks) -> f32 {
    ticks.labels().iter().map(|label| font::width(label, TICK_SIZE)).fold(0.0, f32::max)
}
