//! Convolutions of images.

use crate::kernels::{conv::Geometry, reduce};
use crate::{Array, Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};

/// How a kernel moves over an image, along its rows and its columns: `[vertically, horizontally]`.
///
/// ```
/// use autograd::prelude::*;
///
/// // Halves the extents with a kernel of 4×4.
/// let halving = Window { stride: [2, 2], padding: [1, 1], ..Window::default() };
/// let x = Tensor::<f32>::ones([5, 3, 28, 28]);
/// let y = x.conv2d(&Tensor::ones([8, 3, 4, 4]), &Tensor::zeros([8]), halving);
/// assert_eq!(y.shape(), Shape::from([5, 8, 14, 14]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The distance of neighbouring places of the kernel.
    pub stride: [usize; 2],
    /// Rows and columns of zeros that the image is thought to have around it, on each side.
    pub padding: [usize; 2],
    /// The distance of neighbouring taps of the kernel.
    pub dilation: [usize; 2],
    /// The channels of the input and of the output are cut into as many groups, and each output group sees the input group
    /// with its number alone.
    pub groups: usize,
}

impl Default for Window {
    /// Stride 1, no padding, no gaps, one group.
    fn default() -> Window {
        Window { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 }
    }
}

/// What is judged along one axis.
const SIDES: [&str; 2] = ["vertical", "horizontal"];

impl Window {
    /// Refuses what no shapes could go with.
    fn judge(&self) -> Result<(), ShapeError> {
        for (what, pair) in [("stride", self.stride), ("dilation", self.dilation)] {
            if pair.contains(&0) {
                return Err(ShapeError::new(format!("a {what} of {pair:?} does not move")));
            }
        }
        if self.groups == 0 {
            return Err(ShapeError::new("no groups"));
        }
        Ok(())
    }

    /// The extent that a kernel of `k` taps covers along an axis, d·(k − 1) + 1.
    fn reach(&self, axis: usize, k: usize) -> Result<usize, ShapeError> {
        if k == 0 {
            return Err(ShapeError::new("a kernel without taps"));
        }
        (k - 1).checked_mul(self.dilation[axis]).and_then(|n| n.checked_add(1)).ok_or_else(overflow)
    }

    /// The extent with padding on both sides.
    fn padded(&self, axis: usize, n: usize) -> Result<usize, ShapeError> {
        self.padding[axis].checked_mul(2).and_then(|p| p.checked_add(n)).ok_or_else(overflow)
    }

    /// The places of a kernel of `k` taps along an axis of extent `n`.
    fn places(&self, axis: usize, n: usize, k: usize) -> Result<usize, ShapeError> {
        let (reach, padded) = (self.reach(axis, k)?, self.padded(axis, n)?);
        match padded.checked_sub(reach) {
            Some(rest) => Ok(rest / self.stride[axis] + 1),
            None => Err(ShapeError::new(format!(
                "the kernel reaches over {reach}, the image with its padding over {padded} ({})",
                SIDES[axis]
            ))),
        }
    }

    /// The extent of the smallest image over which a kernel of `k` taps has `n` places, and `more`.
    fn covered(&self, axis: usize, n: usize, k: usize, more: usize) -> Result<usize, ShapeError> {
        let reach = self.reach(axis, k)?;
        let Some(last) = n.checked_sub(1) else { return Err(ShapeError::new("an image without pixels")) };
        let (stride, dilation) = (self.stride[axis], self.dilation[axis]);
        if more >= stride.max(dilation) {
            return Err(ShapeError::new(format!(
                "output padding of {more} is not below the stride of {stride} or the dilation of {dilation} ({})",
                SIDES[axis]
            )));
        }
        let whole =
            last.checked_mul(stride).and_then(|n| n.checked_add(reach)?.checked_add(more)).ok_or_else(overflow)?;
        match whole.checked_sub(self.padded(axis, 0)?) {
            None | Some(0) => Err(ShapeError::new(format!(
                "the kernel's places cover {whole}, of which a padding of {} leaves nothing ({})",
                self.padding[axis], SIDES[axis]
            ))),
            Some(n) => Ok(n),
        }
    }

    /// Where a kernel with these weights lies between a batch of images and a batch of grids.
    fn geometry(&self, image: Shape, weight: Shape, grid: Shape) -> Geometry {
        Geometry {
            batch: image[0],
            groups: self.groups,
            image: [image[1], image[2], image[3]],
            grid: [grid[1], grid[2], grid[3]],
            kernel: [weight[2], weight[3]],
            stride: self.stride,
            padding: self.padding,
            dilation: self.dilation,
        }
    }
}

fn overflow() -> ShapeError {
    ShapeError::new("an extent overflows")
}

/// Judges ranks and channels, of which the weight's axis 0 counts the `own` and axis 1 the `other` side's in a group.
fn judge_channels(inputs: &[Shape], window: &Window, transposed: bool) -> Result<usize, ShapeError> {
    let (x, w, b) = (inputs[0], inputs[1], inputs[2]);
    if x.rank() != 4 || w.rank() != 4 || b.rank() != 1 {
        let weight = if transposed { "[I, O/groups, kh, kw]" } else { "[O, I/groups, kh, kw]" };
        return Err(ShapeError::new(format!("needs x [B, I, H, W], weight {weight} and bias [O]")));
    }
    window.judge()?;
    let groups = window.groups;
    if !w[0].is_multiple_of(groups) || !x[1].is_multiple_of(groups) {
        let (given, channels) = if x[1].is_multiple_of(groups) { ("the weight gives", w[0]) } else { ("x has", x[1]) };
        return Err(ShapeError::new(format!("{given} {channels} channels, which {groups} groups do not share evenly")));
    }
    let (takes, gives) = if transposed { (w[0], w[1].checked_mul(groups)) } else { (w[1] * groups, Some(w[0])) };
    let gives = gives.ok_or_else(overflow)?;
    if x[1] != takes {
        return Err(ShapeError::new(format!("x has {} channels, the weight takes {takes}", x[1])));
    }
    if b[0] != gives {
        return Err(ShapeError::new(format!("the weight gives {gives} channels, the bias has {}", b[0])));
    }
    Ok(gives)
}

/// A shape whose size must not overflow.
fn checked(dims: [usize; 4]) -> Result<Shape, ShapeError> {
    let fits = dims.iter().try_fold(1usize, |size, &d| size.checked_mul(d.max(1))).is_some();
    if fits {
        Ok(Shape::from(dims))
    } else {
        Err(ShapeError::new(format!("the number of elements of {dims:?} overflows")))
    }
}

/// Σ over images and places of each channel.
fn channel_sums<F: Real>(g: &[F], shape: Shape, d: &mut [F]) {
    d.fill(F::zero());
    let places = shape[2] * shape[3];
    reduce::unbroadcast(g, Shape::new(&[shape[0], shape[1], places]), d, Shape::new(&[1, shape[1], 1]));
}

/// y[b, o] = Σ W[o, c] ⋆ x[b, c] + bias[o], at each place of the kernel; dx is the transposed convolution of g,
/// dW[o, c, i, j] the sum of g[b, o] times what the tap (i, j) saw, and dbias[o] = Σ g[b, o].
#[derive(Debug)]
struct Conv2d {
    window: Window,
}

impl<F: Real> Op<F> for Conv2d {
    fn name(&self) -> &'static str {
        "conv2d"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let channels = judge_channels(inputs, &self.window, false)?;
        let (x, w) = (inputs[0], inputs[1]);
        checked([x[0], channels, self.window.places(0, x[2], w[2])?, self.window.places(1, x[3], w[3])?])
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let shapes = [inputs[0].shape(), inputs[1].shape(), inputs[2].shape()];
        let grid = Op::<F>::shape(self, &shapes).expect("shapes were judged");
        let [x, w, bias] = [inputs[0].data(), inputs[1].data(), inputs[2].data()];
        self.window.geometry(shapes[0], shapes[1], grid).to_grid(x, w, Some(bias), y);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let geometry = self.window.geometry(at.shape(0), at.shape(1), at.output_shape());
        dx.with(0, |d| geometry.to_image(g, at.x(1), None, d));
        dx.with(1, |d| geometry.to_weights(at.x(0), g, d));
        dx.with(2, |d| channel_sums(g, at.output_shape(), d));
    }
}

/// The adjoint of the convolution with the same weights, + bias: x[b, i] times the weights W[i, o] is added to y[b, o] at each
/// place of the kernel. dx is the convolution of g, dW and dbias are as there.
#[derive(Debug)]
struct ConvTranspose2d {
    window: Window,
    output_padding: [usize; 2],
}

impl<F: Real> Op<F> for ConvTranspose2d {
    fn name(&self) -> &'static str {
        "conv_transpose2d"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let channels = judge_channels(inputs, &self.window, true)?;
        let (x, w) = (inputs[0], inputs[1]);
        let extent = |axis| self.window.covered(axis, x[axis + 2], w[axis + 2], self.output_padding[axis]);
        checked([x[0], channels, extent(0)?, extent(1)?])
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let shapes = [inputs[0].shape(), inputs[1].shape(), inputs[2].shape()];
        let image = Op::<F>::shape(self, &shapes).expect("shapes were judged");
        let [x, w, bias] = [inputs[0].data(), inputs[1].data(), inputs[2].data()];
        self.window.geometry(image, shapes[1], shapes[0]).to_image(x, w, Some(bias), y);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let geometry = self.window.geometry(at.output_shape(), at.shape(1), at.shape(0));
        dx.with(0, |d| geometry.to_grid(g, at.x(1), None, d));
        dx.with(1, |d| geometry.to_weights(g, at.x(0), d));
        dx.with(2, |d| channel_sums(g, at.output_shape(), d));
    }
}

/// Convolutions, in the sense of networks: the kernel is not flipped.
///
/// Extents and their arithmetic, with pictures: Dumoulin & Visin, *A guide to convolution arithmetic for deep learning* (2016).
pub trait Convolution: Array {
    /// The convolution of images `[B, I, H, W]` with `weight [O, I/groups, kh, kw]` and `bias [O]`: `[B, O, h, w]` with
    ///
    /// y[b, o, y, x] = bias[o] + Σ weight[o, c, i, j] · x[b, c, s·y + d·i − p, s·x + d·j − p] over c, i and j,
    ///
    /// h = ⌊(H + 2p − d·(kh − 1) − 1) / s⌋ + 1 and w likewise, for stride s, dilation d and padding p.
    ///
    /// # Panics
    /// If the shapes do not go together, or the kernel does not fit the padded image.
    #[must_use]
    #[track_caller]
    fn conv2d(&self, weight: &Self, bias: &Self, window: Window) -> Self {
        Self::apply(Conv2d { window }, &[self, weight, bias])
    }

    /// The transposed convolution of images `[B, I, h, w]` with `weight [I, O/groups, kh, kw]` and `bias [O]`: `[B, O, H, W]`
    /// with H = s·(h − 1) + d·(kh − 1) + 1 − 2p + `output_padding` and W likewise.
    ///
    /// Each input pixel lays the kernel, times its value, onto the output. Without bias this is the adjoint of
    /// [`conv2d`](Convolution::conv2d) with the same weight and window: ⟨conv2d(x), y⟩ = ⟨x, conv_transpose2d(y)⟩. Images
    /// whose extents differ by less than the stride have convolutions of the same extents; the output padding, rows below and
    /// columns to the right, says which of them is meant.
    ///
    /// # Panics
    /// If the shapes do not go together, if padding leaves nothing, or if the output padding is neither below the stride nor
    /// below the dilation.
    #[must_use]
    #[track_caller]
    fn conv_transpose2d(&self, weight: &Self, bias: &Self, window: Window, output_padding: [usize; 2]) -> Self {
        Self::apply(ConvTranspose2d { window, output_padding }, &[self, weight, bias])
    }
}

impl<V: Array> Convolution for V {}
