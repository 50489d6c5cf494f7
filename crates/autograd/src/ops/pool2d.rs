//! Pooling of images.

use super::window::Window;
use crate::{Array, Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};
use std::ops::Range;

/// Windows of an extent that lie on images as a kernel would.
#[derive(Clone, Copy, Debug)]
struct Windows {
    size: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
}

impl Windows {
    fn shape(&self, x: Shape) -> Result<Shape, ShapeError> {
        if x.rank() != 4 {
            return Err(ShapeError::new("needs images [B, C, H, W]"));
        }
        let window = Window { stride: self.stride, padding: self.padding, ..Window::default() };
        window.judge()?;
        let [h, w] = [window.places(0, x[2], self.size[0])?, window.places(1, x[3], self.size[1])?];
        // So that every window sees a pixel, as far as there are any.
        if (0..2).any(|axis| self.padding[axis] > self.size[axis] / 2) {
            let Windows { size, padding, .. } = self;
            return Err(ShapeError::new(format!("a padding of {padding:?} is more than half of a window of {size:?}")));
        }
        if x[2] == 0 || x[3] == 0 {
            return Err(ShapeError::new("the images have no pixels"));
        }
        Ok(x.with(2, h).with(3, w))
    }

    /// Calls `f` with the number of each window and the rows and columns of its channel that it sees, as ranges of elements:
    /// the first elements of the rows, and what to add to them.
    fn each(&self, x: Shape, mut f: impl FnMut(usize, std::iter::StepBy<Range<usize>>, Range<usize>)) {
        let y = self.shape(x).expect("shapes were judged");
        let seen = |axis: usize, place: usize| {
            let end = self.stride[axis] * place + self.size[axis] - self.padding[axis];
            end.saturating_sub(self.size[axis])..end.min(x[axis + 2])
        };
        let mut window = 0;
        for channel in 0..y[0] * y[1] {
            let first = channel * x[2] * x[3];
            for i in 0..y[2] {
                let rows = seen(0, i);
                for j in 0..y[3] {
                    let rows = (first + rows.start * x[3]..first + rows.end * x[3]).step_by(x[3]);
                    f(window, rows, seen(1, j));
                    window += 1;
                }
            }
        }
    }
}

/// y = max x over each window; the derivative is 1 at the first maximum, or the last NaN if there is one, and 0 elsewhere.
#[derive(Debug)]
struct MaxPool2d(Windows);

impl MaxPool2d {
    /// Calls `f` with the number of each window and the place of its maximum.
    fn maxima<F: Real>(&self, x: &[F], shape: Shape, mut f: impl FnMut(usize, usize)) {
        self.0.each(shape, |window, rows, columns| {
            let places = rows.flat_map(|row| columns.clone().map(move |column| row + column));
            let greater = |best: usize, at: usize| if x[at] > x[best] || x[at].is_nan() { at } else { best };
            f(window, places.reduce(greater).expect("every window sees a pixel"));
        });
    }
}

impl<F: Real> Op<F> for MaxPool2d {
    fn name(&self) -> &'static str {
        "max_pool2d"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        self.0.shape(inputs[0])
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let x = inputs[0].data();
        self.maxima(x, inputs[0].shape(), |window, at| y[window] = x[at]);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        dx.with(0, |d| {
            d.fill(F::zero());
            self.maxima(at.x(0), at.shape(0), |window, at| d[at] += g[window]);
        });
    }
}

/// y = Σ x / n over each window of n pixels, those of the padding included; the derivative is 1/n.
#[derive(Debug)]
struct AvgPool2d(Windows);

impl AvgPool2d {
    fn share<F: Real>(&self) -> F {
        F::of((self.0.size[0] as f64 * self.0.size[1] as f64).recip())
    }
}

impl<F: Real> Op<F> for AvgPool2d {
    fn name(&self) -> &'static str {
        "avg_pool2d"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        self.0.shape(inputs[0])
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let (x, share) = (inputs[0].data(), self.share::<F>());
        self.0.each(inputs[0].shape(), |window, rows, columns| {
            let sum: F = rows.flat_map(|row| &x[row + columns.start..row + columns.end]).copied().sum();
            y[window] = sum * share;
        });
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let share = self.share::<F>();
        dx.with(0, |d| {
            d.fill(F::zero());
            self.0.each(at.shape(0), |window, rows, columns| {
                for row in rows {
                    d[row + columns.start..row + columns.end].iter_mut().for_each(|d| *d += g[window] * share);
                }
            });
        });
    }
}

/// Pooling: images in fewer pixels.
///
/// Windows of `size` pixels lie on images `[B, C, H, W]`, `stride` apart, with `padding` around the images of at most half
/// the size: the result is `[B, C, h, w]` with h = ⌊(H + 2·padding − size) / stride⌋ + 1, and w likewise.
pub trait Pooling: Array {
    /// The greatest pixel of each window; NaN if there is one. The derivative goes to the first of equal ones.
    ///
    /// # Panics
    /// If these are no images, a window is larger than a padded image, or the padding more than half of a window.
    #[must_use]
    #[track_caller]
    fn max_pool2d(&self, size: [usize; 2], stride: [usize; 2], padding: [usize; 2]) -> Self {
        Self::apply(MaxPool2d(Windows { size, stride, padding }), &[self])
    }

    /// The mean over each window, in which the pixels of the padding count as zeros.
    ///
    /// # Panics
    /// As [`max_pool2d`](Pooling::max_pool2d).
    #[must_use]
    #[track_caller]
    fn avg_pool2d(&self, size: [usize; 2], stride: [usize; 2], padding: [usize; 2]) -> Self {
        Self::apply(AvgPool2d(Windows { size, stride, padding }), &[self])
    }
}

impl<V: Array> Pooling for V {}
