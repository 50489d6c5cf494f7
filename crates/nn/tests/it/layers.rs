//! Layers and activations: values, derivatives and messages.

use autograd::check;
use autograd::prelude::*;
use nn::{Activation, Linear, Mlp, Module, checkpoint};
use proptest::prelude::*;
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

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap() as f32).collect()
}

/// Compares the gradient by every parameter with central differences: h = 1e-5 and functions of size 1 give errors of
/// 1e-10 by truncation and 1e-11 by rounding; a wrong term is off by far more than the tolerance of 1e-7.
fn check_params(mut model: Mlp<f64>, x: &Tensor<f64>) {
    let mut tape = Tape::new();
    fn loss<'t>(tape: &'t Tape<f64>, model: &Mlp<f64>, x: &Tensor<f64>) -> Var<'t, f64> {
        let y = model.forward(tape.constant(x));
        (y * tape.constant(&Tensor::from_fn(y.shape(), |i| 0.3 + 0.1 * i as f64))).sum_all()
    }
    let gradients = tape.value_and_grad(|tape| loss(tape, &model, x)).1.clone();
    let count = model.named_params().len();
    for which in 0..count {
        let expected = gradients.get(model.named_params()[which].1).unwrap().clone();
        for (element, expected) in expected.data().iter().enumerate() {
            let mut at = |h: f64| {
                let mut i = 0;
                model.for_each_param_mut(&mut |_, p| {
                    if i == which {
                        p.value_mut().data_mut()[element] += h;
                    }
                    i += 1;
                });
                tape.evaluate(|tape| loss(tape, &model, x).item())
            };
            let (up, down) = (at(1e-5), at(-2e-5));
            at(1e-5);
            let difference = (up - down) / 2e-5;
            assert!((expected - difference).abs() < 1e-7, "parameter {which}[{element}]: {expected} {difference}");
        }
    }
}

proptest! {
    #[test]
    fn derivatives_by_the_input(rows in 1usize..4, inputs in 1usize..4, outputs in 1usize..4, seed: u64) {
        let linear = Linear::<f64>::new(inputs, outputs, &mut rng(seed));
        let mlp = Mlp::<f64>::new(&[inputs, 3, outputs], Activation::Tanh, &mut rng(seed)).with_output(Activation::Softplus);
        let x = nn::init::normal([rows, inputs], 0.0, 1.0, &mut rng(!seed));
        check::gradients(std::slice::from_ref(&x), |v| linear.forward(v[0]))?;
        check::gradients(&[x], |v| mlp.forward(v[0]))?;
    }

    #[test]
    fn names_of_activations_can_be_read_back(i in 0..Activation::ALL.len()) {
        let f = Activation::ALL[i];
        prop_assert_eq!(f.to_string().parse::<Activation>(), Ok(f));
    }
}

#[test]
fn derivatives_by_the_parameters() {
    let x = nn::init::normal([3, 2], 0.0, 1.0, &mut rng(1));
    check_params(Mlp::new(&[2, 3], Activation::Relu, &mut rng(2)), &x);
    check_params(Mlp::new(&[2, 4, 3], Activation::Tanh, &mut rng(3)).with_output(Activation::Sigmoid), &x);
    check_params(Mlp::new(&[2, 4, 3, 2], Activation::Elu, &mut rng(4)), &x);
}

/// The network is the formula, and `hidden` does not follow the last layer: exactly, since it is the same arithmetic.
#[test]
fn an_mlp_is_its_formula() {
    let mlp = Mlp::<f64>::new(&[2, 4, 3], Activation::Relu, &mut rng(5));
    let x = nn::init::normal([5, 2], 0.0, 1.0, &mut rng(6));
    let [a, b] = [0, 1].map(|i| &mlp.layers()[i]);
    let plain = x.affine(a.weight.value(), a.bias.value()).relu().affine(b.weight.value(), b.bias.value());
    let forward = |mlp: &Mlp<f64>| Tape::new().evaluate(|tape| mlp.forward(tape.constant(&x)).value());
    assert_eq!(forward(&mlp), plain);
    assert!(plain.data().iter().any(|&y| y < 0.0), "or a relu after the last layer would not show");
    assert_eq!(forward(&mlp.clone().with_output(Activation::Sigmoid)), plain.sigmoid());
    assert_eq!((mlp.inputs(), mlp.outputs()), (2, 3));
}

#[test]
fn leading_axes_stay() {
    let mlp = Mlp::<f64>::new(&[2, 4, 3], Activation::Relu, &mut rng(5));
    let tape = Tape::new();
    assert_eq!(mlp.forward(tape.constant(&Tensor::zeros([7, 5, 2]))).shape(), Shape::new(&[7, 5, 3]));
}

/// Weights that PyTorch wrote, read by name, give PyTorch's outputs. Single precision: outputs of size 1 from sums of at
/// most 6 terms differ by a few units of 6e-8; the tolerance is 1e-6.
#[test]
fn weights_from_pytorch() {
    let expected: Value = serde_json::from_slice(&std::fs::read(golden("mlp.json")).unwrap()).unwrap();
    let x = Tensor::new([6, 3], numbers(&expected["x"]));
    let close = |y: &Tensor<f32>, name: &str| {
        let expected = numbers(&expected[name]);
        assert_eq!(y.data().len(), expected.len());
        for (y, e) in y.data().iter().zip(expected) {
            assert!((y - e).abs() < 1e-6, "{name}: {y} {e}");
        }
    };

    let mut linear = Linear::<f32>::new(3, 4, &mut rng(0));
    checkpoint::load(golden("linear.safetensors"), &mut linear).unwrap();
    close(&Tape::new().evaluate(|tape| linear.forward(tape.constant(&x)).value()), "linear");

    let mut mlp = Mlp::<f32>::new(&[3, 5, 4, 2], Activation::Gelu, &mut rng(0)).with_output(Activation::Tanh);
    let metadata = checkpoint::load(golden("mlp.safetensors"), &mut mlp).unwrap();
    assert_eq!(metadata["made by"], "torch");
    close(&Tape::new().evaluate(|tape| mlp.forward(tape.constant(&x)).value()), "mlp");
}

/// Every activation at −1.5 and 0.5, by the standard library's functions; each is one or two roundings away.
#[test]
fn activations_are_what_their_names_say() {
    let [a, b] = [-1.5_f64, 0.5];
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let erf = [-0.866_385_597_462_284, 0.382_924_922_548_026]; // erf(x/√2) at the two points, from tables of Φ
    let expected = [
        ("relu", [0.0, b]),
        ("leaky_relu", [a / 100.0, b]),
        ("elu", [a.exp_m1(), b]),
        ("gelu", [a * 0.5 * (1.0 + erf[0]), b * 0.5 * (1.0 + erf[1])]),
        ("silu", [a * sigmoid(a), b * sigmoid(b)]),
        ("tanh", [a.tanh(), b.tanh()]),
        ("sigmoid", [sigmoid(a), sigmoid(b)]),
        ("softplus", [a.exp().ln_1p(), b.exp().ln_1p()]),
        ("identity", [a, b]),
    ];
    assert_eq!(expected.map(|(name, _)| name).to_vec(), Activation::ALL.iter().map(|f| f.name()).collect::<Vec<_>>());
    for (name, expected) in expected {
        let f: Activation = name.parse().unwrap();
        for (y, e) in f.apply(&Tensor::from([a, b])).data().iter().zip(expected) {
            assert!((y - e).abs() < 1e-14, "{name}: {y} {e}");
        }
        check::gradients(&[Tensor::from([a, b])], |v| f.apply(&v[0])).unwrap();
    }
}

#[test]
fn an_unknown_activation_lists_the_choices() {
    assert_eq!(
        "ReLU".parse::<Activation>().unwrap_err().to_string(),
        "unknown activation `ReLU`: expected one of relu, leaky_relu, elu, gelu, silu, tanh, sigmoid, softplus, identity"
    );
}

#[test]
#[should_panic(expected = "a linear layer has weight [out, in] and bias [out]; the shapes are [2, 3] and [3]")]
fn a_bias_of_another_length_is_refused() {
    Linear::<f32>::from_tensors(Tensor::zeros([2, 3]), Tensor::zeros([3]));
}

#[test]
#[should_panic(expected = "layer 0 gives 4 features, layer 1 takes 3")]
fn layers_that_do_not_fit_are_refused() {
    let mut rng = rng(0);
    Mlp::<f32>::from_layers(vec![Linear::new(2, 4, &mut rng), Linear::new(3, 2, &mut rng)], Activation::Relu);
}

#[test]
#[should_panic(expected = "an Mlp needs the sizes of its input and its output; it got [2]")]
fn one_size_makes_no_network() {
    Mlp::<f32>::new(&[2], Activation::Relu, &mut rng(0));
}
