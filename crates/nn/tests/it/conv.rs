//! Convolutional layers: values, shapes, derivatives, checkpoints and messages. The operations themselves are tested in
//! `autograd`.

use autograd::check;
use autograd::prelude::*;
use nn::{Activation, Conv2d, ConvTranspose2d, Module, Visitor, checkpoint, init};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::Value;
use std::path::PathBuf;

fn rng(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// `nn.Sequential(Conv2d, Tanh, ConvTranspose2d)`: every option of the two has a value of its own in each direction.
struct Network<F> {
    down: Conv2d<F>,
    up: ConvTranspose2d<F>,
}

impl<F: Real> Network<F> {
    fn new(seed: u64) -> Network<F> {
        let window = Window { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 };
        let down = Conv2d::new(4, 6, [3, 2], window, &mut rng(seed));
        let window = Window { stride: [2, 2], padding: [0, 1], groups: 2, ..Window::default() };
        let up = ConvTranspose2d::new(6, 4, [2, 3], window, &mut rng(!seed)).with_output_padding([1, 0]);
        Network { down, up }
    }

    fn hidden<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        self.down.forward(x)
    }

    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        self.up.forward(Activation::Tanh.apply(&self.hidden(x)))
    }
}

impl<F: Real> Module<F> for Network<F> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, &'a Param<F>>) {
        visitor.field(0, &self.down);
        visitor.field(2, &self.up);
    }

    fn visit_mut<'a>(&'a mut self, visitor: &mut Visitor<'_, &'a mut Param<F>>) {
        visitor.field(0, &mut self.down);
        visitor.field(2, &mut self.up);
    }
}

/// Weights that PyTorch wrote, read by name, give PyTorch's outputs. Single precision: sums of at most 13 terms below 1 differ
/// by a few units of 6e-8; the tolerance is 1e-6.
#[test]
fn weights_from_pytorch() {
    let expected: Value = serde_json::from_slice(&std::fs::read(golden("conv.json")).unwrap()).unwrap();
    let numbers = |name: &str| -> Vec<f32> { serde_json::from_value(expected[name].clone()).unwrap() };
    let mut network = Network::<f32>::new(0);
    checkpoint::load(golden("conv.safetensors"), &mut network).unwrap();
    let x = Tensor::new([2, 4, 5, 4], numbers("x"));
    let close = |y: Tensor<f32>, name: &str, shape: &str| {
        let shape: Vec<usize> = serde_json::from_value(expected[shape].clone()).unwrap();
        assert_eq!(y.shape().dims(), shape);
        for (i, (y, e)) in y.data().iter().zip(numbers(name)).enumerate() {
            assert!((y - e).abs() < 1e-6, "{name}, element {i}: {y} {e}");
        }
    };
    close(Tape::new().evaluate(|tape| network.hidden(tape.constant(&x)).value()), "hidden", "hidden_shape");
    close(Tape::new().evaluate(|tape| network.forward(tape.constant(&x)).value()), "y", "y_shape");
}

/// By the input; and every parameter has a part in the loss.
#[test]
fn derivatives() {
    let network = Network::<f64>::new(1);
    let x = init::normal([2, 4, 5, 4], 0.0, 1.0, &mut rng(2));
    check::gradients(std::slice::from_ref(&x), |v| network.forward(v[0])).unwrap();
    let mut tape = Tape::new();
    let (_, gradients) = tape.value_and_grad(|tape| network.forward(tape.constant(&x)).square().sum_all());
    for (name, p) in network.named_params() {
        assert!(gradients.get(p).unwrap().data().iter().all(|&g| g != 0.0), "{name}");
    }
}

/// In one operation or in two: the same bits.
#[test]
fn activations_belong_to_the_operation() {
    let network = Network::<f32>::new(6);
    let x = init::normal([2, 4, 5, 4], 0.0, 1.0, &mut rng(7));
    for &f in Activation::ALL {
        Tape::new().evaluate(|tape| {
            let (x, plain) = (tape.constant(&x), network.hidden(tape.constant(&x)));
            let hidden = network.down.forward_with(x, f);
            assert_eq!(hidden.value(), f.apply(&plain).value(), "{f}");
            assert_eq!(network.up.forward_with(hidden, f).value(), f.apply(&network.up.forward(hidden)).value(), "{f}");
        });
    }
}

#[test]
fn checkpoints_keep_every_number() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.safetensors");
    let (saved, mut read) = (Network::<f32>::new(3), Network::<f32>::new(4));
    checkpoint::save(&file, &saved, &checkpoint::Metadata::new()).unwrap();
    checkpoint::load(&file, &mut read).unwrap();
    let names: Vec<String> = saved.named_params().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["0.weight", "0.bias", "2.weight", "2.bias"]);
    for ((name, saved), (_, read)) in saved.named_params().into_iter().zip(read.named_params()) {
        assert_eq!(saved.value(), read.value(), "{name}");
    }
}

#[test]
fn channels_are_those_of_the_weights() {
    let Network { down, up } = Network::<f32>::new(5);
    assert_eq!((down.inputs(), down.outputs(), down.weight.value().shape()), (4, 6, Shape::from([6, 2, 3, 2])));
    assert_eq!((up.inputs(), up.outputs(), up.weight.value().shape()), (6, 4, Shape::from([6, 2, 2, 3])));
    assert_eq!((down.param_count(), up.param_count()), (6 * 12 + 6, 6 * 12 + 4));
}

/// A transposed convolution leads back to the extents that the convolution was given.
#[test]
fn extents_there_and_back() {
    let halving = Window { stride: [2, 2], padding: [1, 1], ..Window::default() };
    let down = Conv2d::<f64>::new(1, 2, [4, 4], halving, &mut rng(6));
    let up = ConvTranspose2d::new(2, 1, [4, 4], halving, &mut rng(7));
    let tape = Tape::new();
    let x = tape.constant(&Tensor::zeros([3, 1, 8, 6]));
    let hidden = down.forward(x);
    assert_eq!(hidden.shape(), Shape::from([3, 2, 4, 3]));
    assert_eq!(up.forward(hidden).shape(), x.shape());
    // No images, and layers without channels, are no error.
    assert_eq!(down.forward(tape.constant(&Tensor::zeros([0, 1, 8, 6]))).shape(), Shape::from([0, 2, 4, 3]));
    assert_eq!(Conv2d::<f32>::new(0, 2, [1, 1], Window::default(), &mut rng(8)).param_count(), 2);
}

#[test]
#[should_panic(expected = "3 groups do not share the channels of a convolution from 6 to 4 evenly")]
fn channels_that_groups_do_not_share() {
    Conv2d::<f32>::new(6, 4, [3, 3], Window { groups: 3, ..Window::default() }, &mut rng(0));
}

#[test]
#[should_panic(expected = "0 groups do not share the channels of a transposed convolution from 6 to 4 evenly")]
fn no_groups() {
    ConvTranspose2d::<f32>::new(6, 4, [3, 3], Window { groups: 0, ..Window::default() }, &mut rng(0));
}

#[test]
#[should_panic(expected = "a convolution has a stride of [1, 0]; both must be at least 1")]
fn a_stride_of_nothing() {
    Conv2d::<f32>::new(6, 4, [3, 3], Window { stride: [1, 0], ..Window::default() }, &mut rng(0));
}

#[test]
#[should_panic(expected = "a transposed convolution has a kernel of [0, 3]; both must be at least 1")]
fn a_kernel_without_taps() {
    ConvTranspose2d::<f32>::new(6, 4, [0, 3], Window::default(), &mut rng(0));
}

#[test]
#[should_panic(
    expected = "a convolution has weight [out, in/groups, kh, kw] and bias [out]; the shapes are [2, 3, 1, 1] and [3]"
)]
fn a_bias_of_another_length() {
    Conv2d::<f32>::from_tensors(Tensor::zeros([2, 3, 1, 1]), Tensor::zeros([3]), Window::default());
}

#[test]
#[should_panic(
    expected = "a transposed convolution has weight [in, out/groups, kh, kw] and bias [out]; the shapes are [2, 3, 1, 1] and [3] with 2 groups"
)]
fn a_bias_without_groups() {
    let window = Window { groups: 2, ..Window::default() };
    ConvTranspose2d::<f32>::from_tensors(Tensor::zeros([2, 3, 1, 1]), Tensor::zeros([3]), window);
}

#[test]
#[should_panic(expected = "an output padding of [0, 2] is not below the stride of [2, 2] or the dilation of [1, 1]")]
fn output_padding_of_a_whole_stride() {
    let window = Window { stride: [2, 2], ..Window::default() };
    let _ = ConvTranspose2d::<f32>::new(6, 4, [3, 3], window, &mut rng(0)).with_output_padding([0, 2]);
}

/// Messages of the operation name the layer's parameters.
#[test]
#[should_panic(
    expected = "conv2d: x has 3 channels, the weight takes 4; inputs: [2, 3, 5, 4], [6, 4, 3, 2] (parameter `weight`), [6] (parameter `bias`)"
)]
fn images_of_other_channels() {
    let tape = Tape::new();
    let layer = Conv2d::<f32>::new(4, 6, [3, 2], Window::default(), &mut rng(0));
    let _ = layer.forward(tape.constant(&Tensor::zeros([2, 3, 5, 4])));
}
