//! The stretch of numbers that an axis shows.

/// Numbers further out than this are left out like infinities, so that no arithmetic on a range overflows.
const FARTHEST: f64 = 1e100;

/// From `low` to `high`, with `low < high` once it has been [`widened`](Range::widened).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Whether a number can have a place on an axis.
pub fn plottable(value: f64) -> bool {
    value.abs() <= FARTHEST
}

impl Range {
    /// The range that just holds all plottable `values`; `None` if there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let values = values.into_iter().filter(|&v| plottable(v));
        values.map(|v| Self { low: v, high: v }).reduce(|a, b| Self { low: a.low.min(b.low), high: a.high.max(b.high) })
    }

    /// The length of the range.
    pub fn span(self) -> f64 {
        self.high - self.low
    }

    /// A range with room around its values, and some room even where they are all the same or nearly so.
    pub fn widened(self, margin: f64) -> Self {
        let size = self.low.abs().max(self.high.abs());
        let least = if size < 1e-90 { 1.0 } else { size * 1e-9 };
        let around = if self.span() < least { (size * 0.05).max(least) } else { self.span() * margin };
        Self { low: self.low - around, high: self.high + around }
    }

    /// The range of the given length with the same middle.
    pub fn with_span(self, span: f64) -> Self {
        let middle = self.low + self.span() / 2.0;
        Self { low: middle - span / 2.0, high: middle + span / 2.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_can_be_plotted() {
        assert_eq!(Range::of([2.0, f64::NAN, -1.0, f64::INFINITY, 1e300]), Some(Range { low: -1.0, high: 2.0 }));
        assert_eq!(Range::of([f64::NAN]), None);
    }

    #[test]
    fn is_never_empty_once_widened() {
        for (low, high) in
            [(0.0, 0.0), (1e-300, 1e-300), (-5.0, -5.0), (1e100, 1e100), (1e9, 1e9 + 1e-6), (-1e100, 1e100)]
        {
            let range = Range { low, high }.widened(0.04);
            assert!(range.low < low && range.high > high && range.span().is_finite(), "{range:?}");
        }
    }
}
