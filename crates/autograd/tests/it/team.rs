//! Operations that threads share have the bits that one thread gives them, in value and gradient.

use autograd::ops::function::{Gelu, Relu, Tanh};
use autograd::ops::{EachOf, Function, SumOf, Window};
use autograd::prelude::*;
use autograd::{Tape, Team, Tensor};

/// Numbers that go up and down, some of them 0.
fn numbers(shape: &[usize], seed: usize) -> Tensor<f32> {
    Tensor::from_fn(shape, |i| match (i + seed) % 7 {
        0 => 0.0,
        _ => ((i * 37 + seed * 11) as f32 * 0.013).sin(),
    })
}

/// The bits of a function's value and gradients on one thread, and on teams of two, three and five.
fn agree(what: &str, inputs: &[Tensor<f32>], f: impl for<'t> Fn(&[Var<'t, f32>]) -> Var<'t, f32>) {
    let inputs: Vec<_> = inputs.iter().map(|x| Param::new(x.clone())).collect();
    let run = || {
        let mut tape = Tape::new();
        let mut value = Vec::new();
        tape.value_and_grad(|tape| {
            let x: Vec<_> = inputs.iter().map(|x| tape.param(x)).collect();
            let y = f(&x);
            value = bits(&y.value());
            // Weights that tell the elements apart.
            let weights = tape.constant(&numbers(y.shape().dims(), 5));
            (y * weights).sum_all()
        });
        let gradients = inputs.iter().map(|x| bits(tape.gradients().get(x).expect("a gradient")));
        (value, gradients.collect::<Vec<_>>())
    };
    let alone = run();
    for n in [2, 3, 5] {
        let team = Team::new(n).expect("a few threads");
        assert!(team.lend(run) == alone, "{what} on {n} threads");
    }
}

fn bits(x: &Tensor<f32>) -> Vec<u32> {
    x.data().iter().map(|x| x.to_bits()).collect()
}

#[test]
fn affine_maps() {
    for [rows, k, n] in [[128, 60, 100], [33, 300, 257], [700, 40, 17], [9, 900, 1000]] {
        let inputs = [numbers(&[rows, k], 1), numbers(&[n, k], 2), numbers(&[n], 3)];
        agree("affine", &inputs, |x| x[0].affine(&x[1], &x[2]));
        agree("affine with relu", &inputs, |x| x[0].affine_with(&x[1], &x[2], Relu {}));
        agree("affine with tanh", &inputs, |x| x[0].affine_with(&x[1], &x[2], Tanh {}));
        agree("affine with gelu", &inputs, |x| x[0].affine_with(&x[1], &x[2], Gelu {}));
    }
}

#[test]
fn functions_of_one_and_two_numbers() {
    agree("tanh", &[numbers(&[20_011], 1)], |x| x[0].tanh());
    let shapes: [[&[usize]; 2]; 6] = [
        [&[130, 101], &[130, 101]],
        [&[130, 101], &[101]],
        [&[130, 101], &[130, 1]],
        [&[1, 130, 1], &[1, 1, 101]],
        [&[7, 1, 2000], &[1, 3, 1]],
        [&[20_000], &[]],
    ];
    for [a, b] in shapes {
        agree("a product", &[numbers(a, 1), numbers(b, 2)], |x| x[0] * x[1]);
        agree("a quotient", &[numbers(a, 1), numbers(b, 2) + 2.0], |x| x[0] / x[1]);
    }
}

/// a·eᵇ + c.
#[derive(Debug)]
struct Formula;

impl<F: Real> Function<F, 3> for Formula {
    #[inline(always)]
    fn f(&self, [a, b, c]: [F; 3]) -> F {
        a * b.fast_exp() + c
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a, b, _]: [F; 3]) -> F {
        match I {
            0 => b.fast_exp(),
            1 => a * b.fast_exp(),
            _ => F::one(),
        }
    }
}

#[test]
fn formulas_and_their_sums() {
    let shapes: [[&[usize]; 3]; 6] = [
        [&[130, 101], &[130, 101], &[130, 101]],
        [&[1, 130, 101], &[101], &[1, 130, 1]],
        [&[130, 101], &[130, 1], &[]],
        [&[7, 1, 2000], &[1, 3, 1], &[7, 3, 1]],
        [&[20_000], &[20_000], &[1]],
        [&[1, 1, 20_000], &[], &[20_000]],
    ];
    for [a, b, c] in shapes {
        let inputs = [numbers(a, 1), numbers(b, 2), numbers(c, 3)];
        agree("each", &inputs, |x| Var::apply(EachOf("each", Formula), &[&x[0], &x[1], &x[2]]));
        agree("sums", &inputs, |x| Var::apply(SumOf("sums", Formula), &[&x[0], &x[1], &x[2]]));
    }
}

#[test]
fn convolutions() {
    let windows = [
        (Window::default(), 1),
        (Window { stride: [2, 2], padding: [1, 1], ..Window::default() }, 1),
        (Window { stride: [1, 2], dilation: [2, 1], padding: [2, 0], groups: 2 }, 2),
    ];
    // Many small images, of which a block has several; and a few that take several blocks each.
    for (images, side) in [(37, 12), (3, 90)] {
        for (window, groups) in &windows {
            let x = numbers(&[images, 4, side, side], 1);
            let inputs = [x.clone(), numbers(&[6, 4 / groups, 3, 3], 2), numbers(&[6], 3)];
            agree("conv2d", &inputs, |x| x[0].conv2d_with(&x[1], &x[2], *window, Relu {}));
            let inputs = [x, numbers(&[4, 6 / groups, 3, 3], 2), numbers(&[6], 3)];
            agree("conv_transpose2d", &inputs, |x| x[0].conv_transpose2d_with(&x[1], &x[2], *window, [0, 0], Gelu {}));
        }
    }
}
