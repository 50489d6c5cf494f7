//! Linear layers with activations between them.

use crate::{Activation, Linear, Module, Visitor};
use autograd::prelude::*;
use rand::Rng;

/// Linear layers with an activation after each but the last, and one after the last if it is given:
/// the multilayer perceptron.
///
/// Names are those of PyTorch's `nn.Sequential(Linear, ReLU, Linear, …)`, where the activations are counted too:
/// the linear layer number k = 0, 1, … has the parameters `2k.weight` and `2k.bias`.
///
/// ```
/// use nn::{Activation, Mlp, Module};
/// use rand::SeedableRng;
///
/// let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(0);
/// let mlp = Mlp::<f32>::new(&[784, 400, 20], Activation::Relu, &mut rng);
/// let names: Vec<String> = mlp.named_params().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["0.weight", "0.bias", "2.weight", "2.bias"]);
/// ```
#[derive(Clone, Debug)]
pub struct Mlp<F = f32> {
    layers: Vec<Linear<F>>,
    hidden: Activation,
    output: Activation,
}

impl<F: Real> Mlp<F> {
    /// Layers from each size to the next, started as [`Linear::new`] does, without an activation after the last.
    ///
    /// # Panics
    /// If there are fewer than two sizes.
    #[track_caller]
    pub fn new(sizes: &[usize], hidden: Activation, rng: &mut (impl Rng + ?Sized)) -> Mlp<F> {
        assert!(sizes.len() >= 2, "an Mlp needs the sizes of its input and its output; it got {sizes:?}");
        Mlp::from_layers(sizes.windows(2).map(|s| Linear::new(s[0], s[1], rng)).collect(), hidden)
    }

    /// The given layers, without an activation after the last.
    ///
    /// # Panics
    /// If there are none, or if one does not take what the one before gives.
    #[track_caller]
    pub fn from_layers(layers: Vec<Linear<F>>, hidden: Activation) -> Mlp<F> {
        assert!(!layers.is_empty(), "an Mlp needs at least one layer");
        for (i, pair) in layers.windows(2).enumerate() {
            let (gives, takes) = (pair[0].outputs(), pair[1].inputs());
            assert!(gives == takes, "layer {i} gives {gives} features, layer {} takes {takes}", i + 1);
        }
        Mlp { layers, hidden, output: Activation::Identity }
    }

    /// The same network with an activation after the last layer.
    #[must_use]
    pub fn with_output(mut self, output: Activation) -> Mlp<F> {
        self.output = output;
        self
    }

    /// The number of features taken.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs()
    }

    /// The number of features given.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs()
    }

    /// The linear layers, first to last.
    pub fn layers(&self) -> &[Linear<F>] {
        &self.layers
    }

    /// `[.., in]` gives `[.., out]`.
    ///
    /// # Panics
    /// If the last axis of `x` is not `in`.
    #[track_caller]
    pub fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        let mut y = x;
        for (i, layer) in self.layers.iter().enumerate() {
            let f = if i + 1 < self.layers.len() { self.hidden } else { self.output };
            y = layer.forward_with(y, f);
        }
        y
    }
}

impl<F: Real> Module<F> for Mlp<F> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, &'a Param<F>>) {
        self.layers.iter().enumerate().for_each(|(k, layer)| visitor.field(2 * k, layer));
    }

    fn visit_mut<'a>(&'a mut self, visitor: &mut Visitor<'_, &'a mut Param<F>>) {
        self.layers.iter_mut().enumerate().for_each(|(k, layer)| visitor.field(2 * k, layer));
    }
}
