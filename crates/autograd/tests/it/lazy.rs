//! Gradients that are left as products: the same numbers as whole ones, in whatever parts they are read.

use autograd::prelude::*;
use proptest::prelude::*;

/// `[rows, columns]`; one number in `1/density` is not 0.
fn wave(rows: usize, columns: usize, density: usize) -> Tensor<f32> {
    Tensor::from_fn([rows, columns], |i| if i / 3 % density == 0 { (0.7 * i as f32).sin() } else { 0.0 })
}

/// Weights of two layers that are large enough to be left, biases, and a weight that is not.
fn network() -> [Param<f32>; 6] {
    let param = |rows, columns| Param::new(wave(rows, columns, 1) * 0.1);
    let bias = |n| Param::new(Tensor::from_fn([n], |i| 0.01 * i as f32));
    [param(70, 90), bias(70), param(70, 70), bias(70), param(2, 70), bias(2)]
}

fn loss<'t>(tape: &'t Tape<f32>, [w0, b0, w1, b1, w2, b2]: &[Param<f32>; 6], x: &Tensor<f32>) -> Var<'t, f32> {
    let p = |param| tape.param(param);
    let h = tape.constant(x).affine(&p(w0), &p(b0)).tanh().affine(&p(w1), &p(b1)).tanh();
    h.affine(&p(w2), &p(b2)).square().mean_all()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The bits of whole gradients, at once and cut anywhere; step after step on the same tape.
    #[test]
    fn parts_are_those_of_the_whole(rows in 1usize..40, density in 1usize..9, cut in 0usize..=70) {
        let params = network();
        let (mut eager, mut lazy) = (Tape::new(), Tape::lazy());
        for step in 0..3 {
            let x = wave(rows + step, 90, density);
            let (value, whole) = eager.value_and_grad(|tape| loss(tape, &params, &x));
            let (same, parts) = lazy.value_and_grad(|tape| loss(tape, &params, &x));
            prop_assert_eq!(value, same);
            for param in &params {
                let whole = whole.get(param).unwrap();
                let n = whole.shape()[0];
                let at = cut.min(n);
                let row = whole.data().len() / n;
                let mut read = vec![f32::NAN; whole.data().len()];
                let (front, back) = read.split_at_mut(at * row);
                // What the pieces are made in need not be where they are.
                for (rows, room) in [(0..at, front), (at..n, back)] {
                    let range = rows.start * row..rows.end * row;
                    prop_assert_eq!(Gradients::sum_rows(&[parts], param.id(), rows, room), &whole.data()[range]);
                }
            }
            for param in &params {
                prop_assert_eq!(parts.get(param), whole.get(param));
            }
            prop_assert_eq!(parts.norm(), whole.norm());
        }
    }
}

/// What gradients can do besides, with products among them.
#[test]
fn whole_gradients_are_formed_where_they_are_changed() {
    let (params, x) = (network(), wave(20, 90, 2));
    let [mut eager, mut lazy] = [Tape::new(), Tape::lazy()];
    let (_, whole) = eager.value_and_grad(|tape| loss(tape, &params, &x));
    let (_, left) = lazy.value_and_grad(|tape| loss(tape, &params, &x));
    let twice = whole.clone();
    whole.add(&twice);
    left.add(&left.clone());
    whole.scale(0.5);
    left.scale(0.5);
    assert!(params.iter().all(|p| whole.get(p) == left.get(p)));
    assert_eq!(left.iter().count(), params.len());
    assert!(left.iter_mut().all(|(_, g)| g.data().iter().all(|g| g.is_finite())));
}

/// A weight that the loss depends on in several ways gets the sum: two products, or a product and something else. The order
/// of additions differs, which costs a few roundings of terms of the order of 0.1.
#[test]
fn weights_used_twice() {
    let w = Param::new(wave(70, 70, 1) * 0.1);
    let b = Param::new(Tensor::zeros([70]));
    let x = wave(20, 70, 1);
    for kind in 0..3 {
        let [whole, left] = [Tape::new(), Tape::lazy()].map(|mut tape| {
            let (_, gradients) = tape.value_and_grad(|tape| {
                let [w, b] = [&w, &b].map(|p| tape.param(p));
                let h = tape.constant(&x).affine(&w, &b).tanh();
                match kind {
                    0 => h.affine(&w, &b).square().sum_all(),
                    1 => h.square().sum_all() + w.square().sum_all(),
                    _ => w.square().sum_all() + h.square().sum_all(),
                }
            });
            gradients.get(&w).unwrap().clone()
        });
        for (a, b) in whole.data().iter().zip(left.data()) {
            assert!((a - b).abs() < 1e-5 * a.abs().max(1.0), "way {kind}: {a} and {b}");
        }
    }
}
