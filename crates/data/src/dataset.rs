//! Rows of unsigned bytes with a shape, a scale and perhaps labels; and the sets of rows that make up a data set.

use std::fmt;

/// Rows of grey values, one byte each, all of one shape: `[N, H, W]` in memory, `[N, H·W]` to a model.
///
/// A value `v` stands for the number `v / max` in [0, 1]. The bytes are kept as they came, a quarter of the memory that
/// floats would take, and become floats batch by batch.
#[derive(Clone, PartialEq, Eq)]
pub struct Examples {
    shape: [usize; 2],
    bytes: Vec<u8>,
    max: u8,
    labels: Option<Vec<u8>>,
}

impl Examples {
    /// Examples of `shape` = `[height, width]` from their bytes, row by row; `max` is the value that stands for 1.
    ///
    /// # Panics
    /// If an example would have no features, the bytes are not a whole number of examples, `max` is 0, or a value is above `max`.
    #[track_caller]
    pub fn new(shape: [usize; 2], bytes: Vec<u8>, max: u8) -> Self {
        let features = shape[0] * shape[1];
        assert!(features > 0, "examples of shape {shape:?} have no features");
        assert!(
            bytes.len().is_multiple_of(features),
            "{} bytes are not a whole number of examples of {features}",
            bytes.len()
        );
        assert!(max > 0, "the value that stands for 1 cannot be 0");
        let largest = bytes.iter().max().copied().unwrap_or(0);
        assert!(largest <= max, "a value of {largest} is above max = {max}");
        Self { shape, bytes, max, labels: None }
    }

    /// The same examples with a label for each.
    ///
    /// # Panics
    /// If there are not as many labels as rows.
    #[track_caller]
    pub fn with_labels(mut self, labels: Vec<u8>) -> Self {
        assert_eq!(labels.len(), self.rows(), "one label for each row");
        self.labels = Some(labels);
        self
    }

    /// The same bytes on a scale where `max` stands for 1; it must not be below any value.
    pub(crate) fn on_scale(mut self, max: u8) -> Self {
        self.max = max;
        self
    }

    /// The number of examples, N.
    pub fn rows(&self) -> usize {
        self.bytes.len() / self.features()
    }

    /// The numbers in one example, D = H·W.
    pub fn features(&self) -> usize {
        self.shape[0] * self.shape[1]
    }

    /// `[height, width]`; the height is 1 where rows are not images.
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }

    /// The value that stands for 1.
    pub fn max(&self) -> u8 {
        self.max
    }

    /// All values, `[N, D]`, row by row.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The values of one example, `[D]`.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn row(&self, row: usize) -> &[u8] {
        assert!(row < self.rows(), "row {row} of {} rows", self.rows());
        &self.bytes[row * self.features()..][..self.features()]
    }

    /// One label for each row, `[N]`, if the data have labels.
    pub fn labels(&self) -> Option<&[u8]> {
        self.labels.as_deref()
    }

    /// Whether every value stands for 0 or 1.
    pub fn is_binary(&self) -> bool {
        self.bytes.iter().all(|&v| v == 0 || v == self.max)
    }

    /// The first `rows` examples, and the others.
    ///
    /// # Panics
    /// If there are fewer than `rows`.
    #[track_caller]
    pub fn split_at(mut self, rows: usize) -> (Self, Self) {
        assert!(rows <= self.rows(), "a split at row {rows} of {}", self.rows());
        let rest = Self {
            bytes: self.bytes.split_off(rows * self.features()),
            labels: self.labels.as_mut().map(|labels| labels.split_off(rows)),
            ..self
        };
        (self, rest)
    }

    /// The examples `rows`, in that order; a row may be taken more than once.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn select(&self, rows: &[usize]) -> Self {
        let mut bytes = Vec::with_capacity(rows.len() * self.features());
        for &row in rows {
            bytes.extend_from_slice(self.row(row));
        }
        let pick = |labels: &Vec<u8>| rows.iter().map(|&row| labels[row]).collect();
        Self { bytes, labels: self.labels.as_ref().map(pick), ..*self }
    }

    /// Writes the examples `rows` to `out`, `[rows, D]`, as numbers in [0, 1]: each value divided by `max`.
    ///
    /// ```
    /// let pairs = data::Examples::new([1, 2], vec![0, 4, 2, 1], 4);
    /// let mut x = [0.0; 4];
    /// pairs.grey(&[1, 0], &mut x);
    /// assert_eq!(x, [0.5, 0.25, 0.0, 1.0]);
    /// ```
    ///
    /// # Panics
    /// If there is no such row, or `out` has not room for exactly these.
    #[track_caller]
    pub fn grey(&self, rows: &[usize], out: &mut [f32]) {
        let max = f32::from(self.max);
        self.each(rows, out, |values, out| {
            for (out, &value) in out.iter_mut().zip(values) {
                *out = f32::from(value) / max;
            }
        });
    }

    /// Calls `f` for each of `rows` with its values and its place in `out`.
    #[track_caller]
    pub(crate) fn each(&self, rows: &[usize], out: &mut [f32], mut f: impl FnMut(&[u8], &mut [f32])) {
        assert_eq!(
            out.len(),
            rows.len() * self.features(),
            "room for {} rows of {} values",
            rows.len(),
            self.features()
        );
        for (&row, out) in rows.iter().zip(out.chunks_exact_mut(self.features())) {
            f(self.row(row), out);
        }
    }
}

/// Sizes only: the values themselves may be millions.
impl fmt::Debug for Examples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Examples")
            .field("rows", &self.rows())
            .field("shape", &self.shape)
            .field("max", &self.max)
            .field("labels", &self.labels.is_some())
            .finish()
    }
}

/// A data set, cut into the examples that train a model, those that choose between models, and those that judge it.
///
/// The parts have one shape and one scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// A short name, good for a folder's: `digits`, or the file's or folder's own name.
    pub name: String,
    /// What the parameters are fitted to.
    pub train: Examples,
    /// What the best moment or model is chosen by.
    pub validation: Examples,
    /// What the result is quoted on, if whoever made the data set some apart for that.
    pub test: Option<Examples>,
}
