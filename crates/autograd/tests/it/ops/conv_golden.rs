//! Convolutions and pooling against PyTorch, whose results `golden/conv.py` wrote to `golden/conv.csv`.

use autograd::prelude::*;

/// An array of numbers whose sums of products have no roundings, in either precision.
fn array<F: Real>(shape: impl Into<Shape>, salt: usize) -> Tensor<F> {
    Tensor::from_fn(shape, |i| F::of(((37 * i + 5 * salt) % 23) as f64 / 8.0 - 11.0 / 8.0))
}

/// What a line asks for: its operation, on the inputs that its settings give.
fn inputs<F: Real>(what: &str, settings: &[usize]) -> Vec<Tensor<F>> {
    let x = [settings[0], settings[1], settings[2], settings[3]];
    if what.ends_with("pool2d") {
        let nan = settings[10];
        let mut x = array(x, 0);
        x.data_mut().iter_mut().step_by(nan.max(1)).filter(|_| nan > 0).for_each(|x| *x = F::nan());
        return vec![x];
    }
    let (o, kh, kw, groups) = (settings[4], settings[5], settings[6], settings[13]);
    let [first, second] = if what == "conv2d" { [o, x[1] / groups] } else { [x[1], o / groups] };
    vec![array(x, 0), array([first, second, kh, kw], 1), array([o], 2)]
}

fn apply<V: Array>(what: &str, s: &[usize], v: &[V]) -> V {
    let pair = |at: usize| [s[at], s[at + 1]];
    let window = || Window { stride: pair(7), padding: pair(9), dilation: pair(11), groups: s[13] };
    match what {
        "conv2d" => v[0].conv2d(&v[1], &v[2], window()),
        "conv_transpose2d" => v[0].conv_transpose2d(&v[1], &v[2], window(), pair(14)),
        "max_pool2d" => v[0].max_pool2d(pair(4), pair(6), pair(8)),
        _ => v[0].avg_pool2d(pair(4), pair(6), pair(8)),
    }
}

/// The result `y`, or the gradient of Σ g·y by an input.
fn result<F: Real>(what: &str, settings: &[usize], name: &str) -> Tensor<F> {
    let params: Vec<_> = inputs::<F>(what, settings).into_iter().map(Param::new).collect();
    if name == "y" {
        return apply(what, settings, &params.iter().map(|p| p.value().clone()).collect::<Vec<_>>());
    }
    let mut tape = Tape::new();
    let (_, gradients) = tape.value_and_grad(|tape| {
        let y = apply(what, settings, &params.iter().map(|p| tape.param(p)).collect::<Vec<_>>());
        (y * tape.constant(&array(y.shape(), 3))).sum_all()
    });
    let input = ["dx", "dw", "db"].iter().position(|input| *input == name).unwrap();
    gradients.get(&params[input]).unwrap().clone()
}

/// All are equal to the last bit, but for the sign of 0 and NaN.
fn compare<F: Real>() {
    let mut lines = 0;
    for line in include_str!("../../golden/conv.csv").lines() {
        let fields: Vec<&str> = line.split(',').collect();
        let at = fields.iter().position(|field| ["y", "dx", "dw", "db"].contains(field)).unwrap();
        let settings: Vec<usize> = fields[1..at].iter().map(|field| field.parse().unwrap()).collect();
        let actual = result::<F>(fields[0], &settings, fields[at]).cast::<f64>();
        let expected: Vec<f64> = fields[at + 1..].iter().map(|x| x.parse().unwrap()).collect();
        assert_eq!(actual.data().len(), expected.len(), "{:?}", &fields[..=at]);
        for (i, (a, e)) in actual.data().iter().zip(&expected).enumerate() {
            assert!(a == e || a.is_nan() && e.is_nan(), "{:?}: element {i} is {a}, not {e}", &fields[..=at]);
        }
        lines += 1;
    }
    assert_eq!(lines, 52);
}

#[test]
fn double_precision() {
    compare::<f64>();
}

#[test]
fn single_precision() {
    compare::<f32>();
}
