//! Convolutions of images.

use super::window::Window;
use crate::kernels::conv::{self, Finish, Geometry};
use crate::kernels::map::{self, Curve, Identity, Unary};
use crate::{Array, Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};
use std::fmt::Debug;

/// The number of channels that come out, if ranks and channels go together.
fn channels<const TRANSPOSED: bool>(inputs: &[Shape], window: &Window) -> Result<usize, ShapeError> {
    let (x, w, b) = (inputs[0], inputs[1], inputs[2]);
    if x.rank() != 4 || w.rank() != 4 || b.rank() != 1 {
        let weight = if TRANSPOSED { "[I, O/groups, kh, kw]" } else { "[O, I/groups, kh, kw]" };
        return Err(ShapeError::new(format!("needs x [B, I, H, W], weight {weight} and bias [O]")));
    }
    window.judge()?;
    let groups = window.groups;
    let even = |what: &str, n: usize| match n.is_multiple_of(groups) {
        true => Ok(()),
        false => Err(ShapeError::new(format!("{groups} groups do not divide the {n} channels {what}"))),
    };
    even("of x", x[1])?;
    even(if TRANSPOSED { "that the weight takes" } else { "that the weight gives" }, w[0])?;
    let all = w[1].checked_mul(groups).ok_or_else(|| ShapeError::new("the number of channels overflows"))?;
    let (takes, gives) = if TRANSPOSED { (w[0], all) } else { (all, w[0]) };
    if x[1] != takes {
        return Err(ShapeError::new(format!("x has {} channels, the weight takes {takes}", x[1])));
    }
    if b[0] != gives {
        return Err(ShapeError::new(format!("the weight gives {gives} channels, the bias has {}", b[0])));
    }
    Ok(gives)
}

/// How a kernel with these weights lies between a batch of images and one of grids, `[channels, height, width]` each.
fn lay(window: &Window, x: Shape, w: Shape, image: [usize; 3], grid: [usize; 3]) -> Result<Geometry, ShapeError> {
    let Window { padding, dilation, groups, .. } = *window;
    // A stride that leads out of the image at once may as well lead to its end.
    let stride = [0, 1].map(|axis| window.stride[axis].min(image[axis + 1] + 2 * padding[axis]));
    let geometry = Geometry { batch: x[0], groups, image, grid, kernel: [w[2], w[3]], stride, padding, dilation };
    let overflow =
        || ShapeError::new(format!("too many elements: images {image:?}, padding {padding:?}, places {grid:?}"));
    geometry.is_countable().then_some(geometry).ok_or_else(overflow)
}

/// Turns G into H = G·f′, and gives the bias the sums of H over images and pixels.
fn finish_vjp<F: Real, U: Curve<F>>(f: &U, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
    let (y, shape) = (at.y(), at.output_shape());
    let before = if <U as Unary<F>>::NEEDS_X { at.keep() } else { y };
    if dx.needs(2) {
        dx.with(2, |d| conv::finish_vjp(f, before, y, g, shape[2] * shape[3], d));
    } else {
        map::unary_vjp(f, before, y, g);
    }
}

/// y[b, o, y, x] = f(`bias[o]` + Σ W[o, c, i, j] · x[b, c, s·y + d·i − p, s·x + d·j − p]): with H = G·f′, dx is the transposed
/// convolution of H with W, dW[o, c, i, j] = Σ H[b, o, y, x] · x[b, c, s·y + d·i − p, s·x + d·j − p],
/// `dbias[o]` = Σ H[b, o, y, x].
#[derive(Debug)]
struct Conv2d<U> {
    window: Window,
    f: U,
}

impl<U> Conv2d<U> {
    fn geometry(&self, inputs: &[Shape]) -> Result<Geometry, ShapeError> {
        let outputs = channels::<false>(inputs, &self.window)?;
        let (x, w) = (inputs[0], inputs[1]);
        let places = |axis: usize| self.window.places(axis, x[axis + 2], w[axis + 2]);
        lay(&self.window, x, w, [x[1], x[2], x[3]], [outputs, places(0)?, places(1)?])
    }
}

impl<F: Real, U: Curve<F> + Debug + Send + 'static> Op<F> for Conv2d<U> {
    fn name(&self) -> &'static str {
        "conv2d"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let Geometry { batch, grid: [o, h, w], .. } = self.geometry(inputs)?;
        Ok(Shape::from([batch, o, h, w]))
    }

    /// What f is applied to, if its derivative needs it.
    fn keeps(&self, inputs: &[Shape]) -> usize {
        if <U as Unary<F>>::NEEDS_X { Op::<F>::shape(self, inputs).map_or(0, |y| y.size()) } else { 0 }
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], keep: &mut [F]) {
        let [x, w, bias] = [inputs[0], inputs[1], inputs[2]];
        let geometry = self.geometry(&[x.shape(), w.shape(), bias.shape()]).expect("shapes were judged");
        let (x, w, bias) = (x.data(), w.data(), bias.data());
        if <U as Unary<F>>::NEEDS_X {
            geometry.to_grid(x, w, Some(Finish { bias, f: &Identity }), keep);
            map::unary(&self.f, keep, y);
        } else {
            geometry.to_grid(x, w, Some(Finish { bias, f: &self.f }), y);
        }
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let geometry = self.geometry(&[at.shape(0), at.shape(1), at.shape(2)]).expect("shapes were judged");
        finish_vjp(&self.f, at, g, dx);
        dx.with(0, |d| geometry.to_image(g, at.x(1), None::<Finish<'_, F, Identity>>, d));
        dx.with(1, |d| geometry.to_weights(at.x(0), g, d));
    }
}

/// Each x[b, i, y, x] · W[i, o, k, l] is added to z[b, o, s·y + d·k − p, s·x + d·l − p], and `bias[o]` to all of z[b, o];
/// y = f(z). With H = G·f′, dx is the convolution of H with W,
/// dW[i, o, k, l] = Σ x[b, i, y, x] · H[b, o, s·y + d·k − p, s·x + d·l − p], and `dbias[o]` = Σ H[b, o, y, x].
#[derive(Debug)]
struct ConvTranspose2d<U> {
    window: Window,
    output_padding: [usize; 2],
    f: U,
}

impl<U> ConvTranspose2d<U> {
    fn geometry(&self, inputs: &[Shape]) -> Result<Geometry, ShapeError> {
        let outputs = channels::<true>(inputs, &self.window)?;
        let (x, w) = (inputs[0], inputs[1]);
        let covered = |axis: usize| self.window.covered(axis, x[axis + 2], w[axis + 2], self.output_padding[axis]);
        lay(&self.window, x, w, [outputs, covered(0)?, covered(1)?], [x[1], x[2], x[3]])
    }
}

impl<F: Real, U: Curve<F> + Debug + Send + 'static> Op<F> for ConvTranspose2d<U> {
    fn name(&self) -> &'static str {
        "conv_transpose2d"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let Geometry { batch, image: [o, h, w], .. } = self.geometry(inputs)?;
        Ok(Shape::from([batch, o, h, w]))
    }

    /// What f is applied to, if its derivative needs it.
    fn keeps(&self, inputs: &[Shape]) -> usize {
        if <U as Unary<F>>::NEEDS_X { Op::<F>::shape(self, inputs).map_or(0, |y| y.size()) } else { 0 }
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], keep: &mut [F]) {
        let [x, w, bias] = [inputs[0], inputs[1], inputs[2]];
        let geometry = self.geometry(&[x.shape(), w.shape(), bias.shape()]).expect("shapes were judged");
        let (x, w, bias) = (x.data(), w.data(), bias.data());
        if <U as Unary<F>>::NEEDS_X {
            geometry.to_image(x, w, Some(Finish { bias, f: &Identity }), keep);
            map::unary(&self.f, keep, y);
        } else {
            geometry.to_image(x, w, Some(Finish { bias, f: &self.f }), y);
        }
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let geometry = self.geometry(&[at.shape(0), at.shape(1), at.shape(2)]).expect("shapes were judged");
        finish_vjp(&self.f, at, g, dx);
        let (x, w) = (at.x(0), at.x(1));
        if dx.needs(0) && dx.needs(1) {
            dx.with_both([0, 1], |dx, dw| geometry.to_grid_and_weights(g, (w, dx), (x, dw)));
        } else {
            dx.with(0, |d| geometry.to_grid(g, w, None::<Finish<'_, F, Identity>>, d));
            dx.with(1, |d| geometry.to_weights(g, x, d));
        }
    }
}

/// Convolutions, as networks have them: the kernel is not flipped.
///
/// The arithmetic of extents, with pictures: Dumoulin & Visin, *A guide to convolution arithmetic for deep learning* (2016).
pub trait Convolution: Array {
    /// The convolution of images `[B, I, H, W]` with `weight [O, I/groups, kh, kw]`, plus `bias [O]`: `[B, O, h, w]`,
    ///
    /// y[b, o, y, x] = `bias[o]` + Σ weight[o, c, i, j] · x[b, c, s·y + d·i − p, s·x + d·j − p],
    ///
    /// where x is 0 outside the image, with h = ⌊(H + 2p − d·(kh − 1) − 1) / s⌋ + 1 and w likewise, for the window's stride s,
    /// padding p and dilation d.
    ///
    /// # Panics
    /// If the shapes do not go together, or the kernel reaches further than the padded image.
    #[must_use]
    #[track_caller]
    fn conv2d(&self, weight: &Self, bias: &Self, window: Window) -> Self {
        Self::apply(Conv2d { window, f: Identity }, &[self, weight, bias])
    }

    /// f of [`conv2d`](Convolution::conv2d) for one of the [`function`](super::function)s, in one operation: the same values, in
    /// fewer passes over the memory.
    ///
    /// # Panics
    /// As [`conv2d`](Convolution::conv2d) does.
    #[must_use]
    #[track_caller]
    fn conv2d_with<U>(&self, weight: &Self, bias: &Self, window: Window, f: U) -> Self
    where
        U: Curve<Self::F> + Debug + Send + 'static,
    {
        Self::apply(Conv2d { window, f }, &[self, weight, bias])
    }

    /// The transposed convolution of images `[B, I, h, w]` with `weight [I, O/groups, kh, kw]`, plus `bias [O]`:
    /// `[B, O, H, W]` with H = s·(h − 1) + d·(kh − 1) + 1 − 2p + `output_padding[0]`, and W likewise.
    ///
    /// Each pixel lays the kernel, times its value, onto the output. Without bias this is the adjoint of
    /// [`conv2d`](Convolution::conv2d) with the same weight and window: ⟨conv2d(x), y⟩ = ⟨x, conv_transpose2d(y)⟩. Images whose
    /// extents differ by less than the stride have convolutions of equal extents; the output padding, rows below and columns
    /// to the right, says which of them is meant.
    ///
    /// # Panics
    /// If the shapes do not go together, if padding leaves nothing, or if the output padding is below neither the stride nor
    /// the dilation.
    #[must_use]
    #[track_caller]
    fn conv_transpose2d(&self, weight: &Self, bias: &Self, window: Window, output_padding: [usize; 2]) -> Self {
        Self::apply(ConvTranspose2d { window, output_padding, f: Identity }, &[self, weight, bias])
    }

    /// f of [`conv_transpose2d`](Convolution::conv_transpose2d) for one of the [`function`](super::function)s, in one
    /// operation: the same values, in fewer passes over the memory.
    ///
    /// # Panics
    /// As [`conv_transpose2d`](Convolution::conv_transpose2d) does.
    #[must_use]
    #[track_caller]
    fn conv_transpose2d_with<U>(
        &self,
        weight: &Self,
        bias: &Self,
        window: Window,
        output_padding: [usize; 2],
        f: U,
    ) -> Self
    where
        U: Curve<Self::F> + Debug + Send + 'static,
    {
        Self::apply(ConvTranspose2d { window, output_padding, f }, &[self, weight, bias])
    }
}

impl<V: Array> Convolution for V {}
