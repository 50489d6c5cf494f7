//! The linear layer.

use crate::{Activation, init};
use autograd::prelude::*;
use rand::Rng;

/// y = x·Wᵀ + b, with `weight [out, in]` and `bias [out]`: the layout and the names of PyTorch's `nn.Linear`, so that
/// weights trained there are read by name.
#[derive(Clone, Debug)]
pub struct Linear<F = f32> {
    /// W, `[out, in]`.
    pub weight: Param<F>,
    /// b, `[out]`.
    pub bias: Param<F>,
}

crate::parameters!(Linear: weight, bias);

impl<F: Real> Linear<F> {
    /// A layer with weight and bias drawn from U(−1/√in, 1/√in), first the weight: PyTorch's default, so that a model
    /// starts from the same distribution in both. Other starts: [`from_tensors`](Linear::from_tensors) with [`init`].
    ///
    /// The variance of a weight is 1/(3·in), that of Y. LeCun et al., *Efficient BackProp*, 1998, divided by 3.
    pub fn new(inputs: usize, outputs: usize, rng: &mut (impl Rng + ?Sized)) -> Linear<F> {
        let a = (inputs.max(1) as f64).sqrt().recip();
        let weight = init::uniform([outputs, inputs], -a, a, rng);
        Linear::from_tensors(weight, init::uniform([outputs], -a, a, rng))
    }

    /// A layer with the given weight `[out, in]` and bias `[out]`.
    ///
    /// # Panics
    /// If they do not have these shapes.
    #[track_caller]
    pub fn from_tensors(weight: Tensor<F>, bias: Tensor<F>) -> Linear<F> {
        let (w, b) = (weight.shape(), bias.shape());
        assert!(
            w.rank() == 2 && b.dims() == &w.dims()[..1],
            "a linear layer has weight [out, in] and bias [out]; the shapes are {w} and {b}"
        );
        Linear { weight: Param::named("weight", weight), bias: Param::named("bias", bias) }
    }

    /// The number of features taken.
    pub fn inputs(&self) -> usize {
        self.weight.value().shape()[1]
    }

    /// The number of features given.
    pub fn outputs(&self) -> usize {
        self.weight.value().shape()[0]
    }

    /// `[.., in]` gives `[.., out]`.
    ///
    /// # Panics
    /// If the last axis of `x` is not `in`.
    #[track_caller]
    pub fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        self.forward_with(x, Activation::Identity)
    }

    /// [`forward`](Linear::forward) followed by an activation, as one operation.
    ///
    /// # Panics
    /// If the last axis of `x` is not `in`.
    #[track_caller]
    pub fn forward_with<'t>(&self, x: Var<'t, F>, f: Activation) -> Var<'t, F> {
        let tape = x.tape();
        f.affine(&x, &tape.param(&self.weight), &tape.param(&self.bias))
    }
}
