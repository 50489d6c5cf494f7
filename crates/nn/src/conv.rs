//! Convolutions of images, and their transposes.

use crate::{Activation, init};
use autograd::prelude::*;
use rand::Rng;

/// y = W ⋆ x + b, the [convolution](Convolution::conv2d) of images, with `weight [out, in/groups, kh, kw]` and `bias [out]`: the
/// layout and the names of PyTorch's `nn.Conv2d`.
///
/// ```
/// use autograd::prelude::*;
/// use nn::Conv2d;
/// use rand::SeedableRng;
///
/// let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(0);
/// let halving = Window { stride: [2, 2], padding: [1, 1], ..Window::default() };
/// let layer = Conv2d::<f32>::new(3, 8, [4, 4], halving, &mut rng);
/// let tape = Tape::new();
/// assert_eq!(layer.forward(tape.constant(&Tensor::zeros([5, 3, 28, 28]))).shape(), Shape::from([5, 8, 14, 14]));
/// ```
#[derive(Clone, Debug)]
pub struct Conv2d<F = f32> {
    /// W, `[out, in/groups, kh, kw]`.
    pub weight: Param<F>,
    /// b, `[out]`.
    pub bias: Param<F>,
    window: Window,
}

crate::parameters!(Conv2d: weight, bias);

impl<F: Real> Conv2d<F> {
    /// A layer from `inputs` to `outputs` channels with a kernel of `[kh, kw]` taps. Weight and bias are drawn from U(−a, a) with
    /// a = 1/√(in/groups · kh · kw), first the weight: PyTorch's default.
    ///
    /// # Panics
    /// If the groups do not share the channels evenly, or if the kernel, the stride or the dilation is 0 in a direction.
    #[track_caller]
    pub fn new(
        inputs: usize,
        outputs: usize,
        kernel: [usize; 2],
        window: Window,
        rng: &mut (impl Rng + ?Sized),
    ) -> Conv2d<F> {
        let [inputs, _] = shared("a convolution", [inputs, outputs], window);
        let (weight, bias) = start([outputs, inputs, kernel[0], kernel[1]], outputs, rng);
        Conv2d::from_tensors(weight, bias, window)
    }

    /// A layer with the given weight `[out, in/groups, kh, kw]` and bias `[out]`.
    ///
    /// # Panics
    /// If they do not have these shapes, and as [`new`](Conv2d::new) does.
    #[track_caller]
    pub fn from_tensors(weight: Tensor<F>, bias: Tensor<F>, window: Window) -> Conv2d<F> {
        let (w, b) = (weight.shape(), bias.shape());
        assert!(
            w.rank() == 4 && b.dims() == &w.dims()[..1],
            "a convolution has weight [out, in/groups, kh, kw] and bias [out]; the shapes are {w} and {b}"
        );
        shared("a convolution", [w[1] * window.groups, w[0]], window);
        moving("a convolution", w, window);
        Conv2d { weight: Param::named("weight", weight), bias: Param::named("bias", bias), window }
    }

    /// The number of channels taken.
    pub fn inputs(&self) -> usize {
        self.weight.value().shape()[1] * self.window.groups
    }

    /// The number of channels given.
    pub fn outputs(&self) -> usize {
        self.weight.value().shape()[0]
    }

    /// How the kernel moves.
    pub fn window(&self) -> Window {
        self.window
    }

    /// `[B, in, H, W]` gives `[B, out, h, w]` with h = ⌊(H + 2p − d·(kh − 1) − 1) / s⌋ + 1 and w likewise, for stride s,
    /// dilation d and padding p.
    ///
    /// # Panics
    /// If `x` is not `[B, in, H, W]`, or if the kernel does not fit the padded image.
    #[must_use]
    #[track_caller]
    pub fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        self.forward_with(x, Activation::Identity)
    }

    /// f of [`forward`](Conv2d::forward), in one operation.
    ///
    /// # Panics
    /// As [`forward`](Conv2d::forward) does.
    #[must_use]
    #[track_caller]
    pub fn forward_with<'t>(&self, x: Var<'t, F>, f: Activation) -> Var<'t, F> {
        let tape = x.tape();
        f.conv2d(&x, &tape.param(&self.weight), &tape.param(&self.bias), self.window)
    }
}

/// y = Wᵀ ⋆ x + b, the [transposed convolution](Convolution::conv_transpose2d) of images, with
/// `weight [in, out/groups, kh, kw]` and `bias [out]`: the layout and the names of PyTorch's `nn.ConvTranspose2d`.
///
/// It leads back from the extents that a [`Conv2d`] of the same kernel and window gives to those that it takes.
///
/// ```
/// use autograd::prelude::*;
/// use nn::ConvTranspose2d;
/// use rand::SeedableRng;
///
/// let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(0);
/// let doubling = Window { stride: [2, 2], padding: [1, 1], ..Window::default() };
/// let layer = ConvTranspose2d::<f32>::new(8, 3, [4, 4], doubling, &mut rng);
/// let tape = Tape::new();
/// assert_eq!(layer.forward(tape.constant(&Tensor::zeros([5, 8, 14, 14]))).shape(), Shape::from([5, 3, 28, 28]));
/// ```
#[derive(Clone, Debug)]
pub struct ConvTranspose2d<F = f32> {
    /// W, `[in, out/groups, kh, kw]`.
    pub weight: Param<F>,
    /// b, `[out]`.
    pub bias: Param<F>,
    window: Window,
    output_padding: [usize; 2],
}

crate::parameters!(ConvTranspose2d: weight, bias);

impl<F: Real> ConvTranspose2d<F> {
    /// A layer from `inputs` to `outputs` channels with a kernel of `[kh, kw]` taps. Weight and bias are drawn from U(−a, a) with
    /// a = 1/√(out/groups · kh · kw), first the weight: PyTorch's default, which counts the weight's second axis as inputs here too.
    ///
    /// # Panics
    /// If the groups do not share the channels evenly, or if the kernel, the stride or the dilation is 0 in a direction.
    #[track_caller]
    pub fn new(
        inputs: usize,
        outputs: usize,
        kernel: [usize; 2],
        window: Window,
        rng: &mut (impl Rng + ?Sized),
    ) -> ConvTranspose2d<F> {
        let [_, own] = shared("a transposed convolution", [inputs, outputs], window);
        let (weight, bias) = start([inputs, own, kernel[0], kernel[1]], outputs, rng);
        ConvTranspose2d::from_tensors(weight, bias, window)
    }

    /// A layer with the given weight `[in, out/groups, kh, kw]` and bias `[out]`.
    ///
    /// # Panics
    /// If they do not have these shapes, and as [`new`](ConvTranspose2d::new) does.
    #[track_caller]
    pub fn from_tensors(weight: Tensor<F>, bias: Tensor<F>, window: Window) -> ConvTranspose2d<F> {
        let (w, b) = (weight.shape(), bias.shape());
        assert!(
            w.rank() == 4 && b.dims() == [w[1] * window.groups],
            "a transposed convolution has weight [in, out/groups, kh, kw] and bias [out]; the shapes are {w} and {b} with {} groups",
            window.groups
        );
        shared("a transposed convolution", [w[0], b[0]], window);
        moving("a transposed convolution", w, window);
        let (weight, bias) = (Param::named("weight", weight), Param::named("bias", bias));
        ConvTranspose2d { weight, bias, window, output_padding: [0, 0] }
    }

    /// The same layer with so many rows more below, and columns to the right: which of the images is meant whose convolutions
    /// have the same extents.
    ///
    /// # Panics
    /// If they are neither below the stride nor below the dilation.
    #[must_use]
    #[track_caller]
    pub fn with_output_padding(mut self, output_padding: [usize; 2]) -> ConvTranspose2d<F> {
        let Window { stride, dilation, .. } = self.window;
        assert!(
            (0..2).all(|axis| output_padding[axis] < stride[axis].max(dilation[axis])),
            "an output padding of {output_padding:?} is not below the stride of {stride:?} or the dilation of {dilation:?}"
        );
        self.output_padding = output_padding;
        self
    }

    /// The number of channels taken.
    pub fn inputs(&self) -> usize {
        self.weight.value().shape()[0]
    }

    /// The number of channels given.
    pub fn outputs(&self) -> usize {
        self.weight.value().shape()[1] * self.window.groups
    }

    /// How the kernel moves.
    pub fn window(&self) -> Window {
        self.window
    }

    /// `[B, in, h, w]` gives `[B, out, H, W]` with H = s·(h − 1) + d·(kh − 1) + 1 − 2p + the output padding and W likewise, for
    /// stride s, dilation d and padding p.
    ///
    /// # Panics
    /// If `x` is not `[B, in, h, w]`, or if padding leaves nothing.
    #[must_use]
    #[track_caller]
    pub fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        self.forward_with(x, Activation::Identity)
    }

    /// f of [`forward`](ConvTranspose2d::forward), in one operation.
    ///
    /// # Panics
    /// As [`forward`](ConvTranspose2d::forward) does.
    #[must_use]
    #[track_caller]
    pub fn forward_with<'t>(&self, x: Var<'t, F>, f: Activation) -> Var<'t, F> {
        let tape = x.tape();
        f.conv_transpose2d(&x, &tape.param(&self.weight), &tape.param(&self.bias), self.window, self.output_padding)
    }
}

/// Channels of a group, of those taken and those given.
#[track_caller]
fn shared(layer: &str, [inputs, outputs]: [usize; 2], window: Window) -> [usize; 2] {
    let groups = window.groups;
    assert!(
        groups > 0 && inputs.is_multiple_of(groups) && outputs.is_multiple_of(groups),
        "{groups} groups do not share the channels of {layer} from {inputs} to {outputs} evenly"
    );
    [inputs / groups, outputs / groups]
}

/// Refuses kernels without taps, and those that do not move.
#[track_caller]
fn moving(layer: &str, weight: Shape, window: Window) {
    let Window { stride, dilation, .. } = window;
    let kernel = [weight[2], weight[3]];
    for (what, pair) in [("kernel", kernel), ("stride", stride), ("dilation", dilation)] {
        assert!(!pair.contains(&0), "{layer} has a {what} of {pair:?}; both must be at least 1");
    }
}

/// A weight and a bias from U(−a, a), a² = 1/(product of the weight's axes past the first).
fn start<F: Real>(weight: [usize; 4], outputs: usize, rng: &mut (impl Rng + ?Sized)) -> (Tensor<F>, Tensor<F>) {
    let fan: usize = weight[1..].iter().product();
    let a = (fan.max(1) as f64).sqrt().recip();
    let weight = init::uniform(weight, -a, a, rng);
    (weight, init::uniform([outputs], -a, a, rng))
}
