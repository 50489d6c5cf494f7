//! Round numbers for an axis: multiples of 1, 2 or 5 times a power of ten.

use super::range::Range;

/// The marks of one axis: `first..=last` steps of `digit`·10^`exponent`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ticks {
    digit: f64,
    exponent: i32,
    first: f64,
    last: f64,
}

impl Ticks {
    /// The finest ticks of which at most `most` (two or more) fall on `range`.
    pub fn new(range: Range, most: usize) -> Self {
        Self::from_exponent(range, most, i32::MIN)
    }

    /// The same for an axis that counts: no fractions between whole numbers.
    pub fn whole(range: Range, most: usize) -> Self {
        Self::from_exponent(range, most, 0)
    }

    fn from_exponent(range: Range, most: usize, least: i32) -> Self {
        let most = most.max(2);
        let rough = (range.span() / most as f64).log10().floor() as i32;
        let mut exponent = rough.max(least);
        loop {
            for digit in [1.0, 2.0, 5.0] {
                let ticks = Self::stepping(range, digit, exponent);
                if ticks.count() <= most {
                    return ticks;
                }
            }
            exponent += 1;
        }
    }

    fn stepping(range: Range, digit: f64, exponent: i32) -> Self {
        let step = digit * 10f64.powi(exponent);
        // An end that is itself a multiple may miss it by a rounding error.
        let slack = 1e-9;
        Self { digit, exponent, first: (range.low / step - slack).ceil(), last: (range.high / step + slack).floor() }
    }

    /// Ticks as far apart as these on another range.
    pub fn over(&self, range: Range) -> Self {
        Self::stepping(range, self.digit, self.exponent)
    }

    /// How far apart the ticks are.
    pub fn step(&self) -> f64 {
        self.digit * 10f64.powi(self.exponent)
    }

    fn count(&self) -> usize {
        (self.last - self.first + 1.0) as usize
    }

    /// The numbers themselves, ascending.
    pub fn values(&self) -> impl Iterator<Item = f64> {
        let Self { digit, exponent, first, .. } = *self;
        (0..self.count()).map(move |i| {
            let multiple = (first + i as f64) * digit;
            // Dividing by a power of ten rounds once, where multiplying by its inverse would round twice (3 × 0.1).
            if exponent < 0 { multiple / 10f64.powi(-exponent) } else { multiple * 10f64.powi(exponent) }
        })
    }

    /// The numbers as they are written: all with the same decimals, or all with the same power of ten.
    pub fn labels(&self) -> Vec<String> {
        let largest = self.values().fold(0.0, |largest: f64, v| largest.max(v.abs()));
        if largest == 0.0 {
            return self.values().map(|_| "0".into()).collect();
        }
        if (1e-4..1e6).contains(&largest) {
            let decimals = (-self.exponent).max(0) as usize;
            return self.values().map(|v| signed(v, decimals, "")).collect();
        }
        let power = largest.log10().floor() as i32;
        let decimals = (power - self.exponent).max(0) as usize;
        let times = format!("×10{}", superscript(power));
        self.values()
            .map(|v| if v == 0.0 { "0".into() } else { signed(v / 10f64.powi(power), decimals, &times) })
            .collect()
    }
}

/// A number with a true minus sign, and none before zero.
fn signed(value: f64, decimals: usize, suffix: &str) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{:.decimals$}{suffix}", value.abs())
}

fn superscript(power: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| c.to_digit(10).map_or('⁻', |digit| DIGITS[digit as usize]);
    power.to_string().chars().map(raise).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, most: usize) -> String {
        Ticks::new(Range { low, high }, most).labels().join(" ")
    }

    #[test]
    fn labels_are_what_a_person_would_write() {
        assert_eq!(labels(0.0, 1.0, 6), "0.0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(labels(0.0, 0.3, 4), "0.0 0.1 0.2 0.3");
        assert_eq!(labels(-207.3, -98.1, 6), "−200 −180 −160 −140 −120 −100");
        assert_eq!(labels(-3.4, 3.9, 8), "−3 −2 −1 0 1 2 3");
        assert_eq!(labels(0.0, 100_000.0, 5), "0 50000 100000");
        assert_eq!(labels(0.0, 4e6, 5), "0 1×10⁶ 2×10⁶ 3×10⁶ 4×10⁶");
        assert_eq!(labels(-98.12347, -98.12345, 3), "−98.12347 −98.12346 −98.12345");
        assert_eq!(labels(-1e-7, 1.1e-6, 2), "0 1×10⁻⁶");
        assert_eq!(labels(-0.9e-7, 0.9e-7, 2), "0");
        assert_eq!(labels(-3e-7, 3e-7, 4), "−2×10⁻⁷ 0 2×10⁻⁷");
        assert_eq!(labels(9.5e19, 1.05e20, 4), "0.95×10²⁰ 1.00×10²⁰ 1.05×10²⁰");
    }

    #[test]
    fn epochs_are_whole() {
        let labels = |low, high| Ticks::whole(Range { low, high }, 10).labels().join(" ");
        assert_eq!(labels(0.5, 1.5), "1");
        assert_eq!(labels(1.0, 4.0), "1 2 3 4");
        assert_eq!(labels(1.0, 25.0), "5 10 15 20 25");
        assert_eq!(labels(0.1, 0.9), "");
    }

    /// Over many ranges of all sizes: 1-2-5 steps, at least one and at most the number asked for, inside the range,
    /// ascending, as fine as allowed.
    #[test]
    fn the_rule_holds_everywhere() {
        for exponent in -90..=100 {
            for offset in [-1e6, -37.7, -1.0, -0.31, 0.0, 0.123, 1.0, 8.9, 5e5] {
                for (width, most) in [(0.999, 2), (1.0, 5), (1.7, 3), (4.2, 7), (7.0, 12)] {
                    let size = 10f64.powi(exponent);
                    check(Range { low: offset * size, high: (offset + width) * size }, most);
                }
            }
        }
    }

    fn check(range: Range, most: usize) {
        let ticks = Ticks::new(range, most);
        let values: Vec<f64> = ticks.values().collect();
        let step = ticks.digit * 10f64.powi(ticks.exponent);
        assert!([1.0, 2.0, 5.0].contains(&ticks.digit));
        assert!((1..=most).contains(&values.len()), "{range:?} {most}: {values:?}");
        assert!(values.is_sorted_by(|a, b| a < b), "{range:?}: {values:?}");
        let slack = 1e-8 * step;
        assert!(values.iter().all(|&v| v >= range.low - slack && v <= range.high + slack), "{range:?}: {values:?}");
        let finer = if ticks.digit == 2.0 { step / 2.0 } else { step / if ticks.digit == 1.0 { 2.0 } else { 2.5 } };
        assert!(
            (range.high / finer).floor() - (range.low / finer).ceil() + 1.0 > most as f64 - 1.0,
            "{range:?} {most}"
        );
        let mut labels = ticks.labels();
        labels.dedup();
        assert_eq!(labels.len(), values.len(), "{range:?}: {labels:?}");
    }
}
