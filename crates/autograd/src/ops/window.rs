//! How a window moves over an image: the arithmetic of extents that convolutions and pooling share.

use crate::ShapeError;

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

/// The axes in messages.
const ALONG: [&str; 2] = ["vertically", "horizontally"];

fn overflow() -> ShapeError {
    ShapeError::new("an extent overflows")
}

impl Window {
    /// Refuses what goes with no shapes.
    pub(super) fn judge(&self) -> Result<(), ShapeError> {
        if self.stride.contains(&0) {
            return Err(ShapeError::new(format!("a stride of {:?} leads nowhere", self.stride)));
        }
        if self.dilation.contains(&0) {
            return Err(ShapeError::new(format!("a dilation of {:?} puts all taps in one place", self.dilation)));
        }
        if self.groups == 0 {
            return Err(ShapeError::new("channels cannot be cut into 0 groups"));
        }
        Ok(())
    }

    /// How far a kernel of `k` taps reaches along an axis, d·(k − 1) + 1.
    fn reach(&self, axis: usize, k: usize) -> Result<usize, ShapeError> {
        let gaps =
            k.checked_sub(1).ok_or_else(|| ShapeError::new(format!("the kernel has no taps {}", ALONG[axis])))?;
        gaps.checked_mul(self.dilation[axis]).and_then(|n| n.checked_add(1)).ok_or_else(overflow)
    }

    /// An extent with padding on both sides.
    fn padded(&self, axis: usize, n: usize) -> Result<usize, ShapeError> {
        self.padding[axis].checked_mul(2).and_then(|p| p.checked_add(n)).ok_or_else(overflow)
    }

    /// The number of places that a kernel of `k` taps has along an axis of extent `n`: ⌊(n + 2p − reach) / s⌋ + 1.
    pub(super) fn places(&self, axis: usize, n: usize, k: usize) -> Result<usize, ShapeError> {
        let (reach, padded) = (self.reach(axis, k)?, self.padded(axis, n)?);
        match padded.checked_sub(reach) {
            Some(rest) => Ok(rest / self.stride[axis] + 1),
            None => {
                let along = ALONG[axis];
                Err(ShapeError::new(format!(
                    "{along} the kernel reaches over {reach} of {padded} pixels, padding included"
                )))
            }
        }
    }

    /// The extent of an image over which a kernel of `k` taps has `n` places, `more` than the smallest such extent:
    /// s·(n − 1) + reach − 2p + `more`.
    pub(super) fn covered(&self, axis: usize, n: usize, k: usize, more: usize) -> Result<usize, ShapeError> {
        let (reach, along) = (self.reach(axis, k)?, ALONG[axis]);
        let steps = n.checked_sub(1).ok_or_else(|| ShapeError::new(format!("the images have no pixels {along}")))?;
        let (stride, dilation) = (self.stride[axis], self.dilation[axis]);
        if more >= stride.max(dilation) {
            return Err(ShapeError::new(format!(
                "{along} an output padding of {more} is below neither the stride, {stride}, nor the dilation, {dilation}"
            )));
        }
        let sum = |steps: usize| steps.checked_add(reach)?.checked_add(more);
        let whole = steps.checked_mul(stride).and_then(sum).ok_or_else(overflow)?;
        match whole.checked_sub(self.padded(axis, 0)?) {
            Some(n) if n > 0 => Ok(n),
            _ => {
                let padding = self.padding[axis];
                Err(ShapeError::new(format!("{along} a padding of {padding} leaves nothing of {whole} pixels")))
            }
        }
    }
}
