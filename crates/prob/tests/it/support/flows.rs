//! Small flows of every kind, from arrays of parameters.

use super::tensor;
use autograd::prelude::*;
use prob::transform::*;

/// The kinds; those after the first six act on pairs of elements too.
pub const KINDS: [&str; 11] =
    ["affine", "exp", "tanh", "sigmoid", "softplus", "reverse", "planar", "planars", "coupling", "iaf", "maf"];

/// Whether events may have k elements.
pub fn takes(kind: &str, k: usize) -> bool {
    k > 1 || kind != "coupling"
}

/// Parameters for events of k elements: vectors, and the weights and biases of a conditioner.
pub fn parameters(k: usize) -> [Tensor<f64>; 4] {
    [tensor([k], 1), tensor([k], 2), tensor([2 * k, k], 3), tensor([2 * k], 4)]
}

/// One layer: the shift sin(Wx + b), the log-scale ½ tanh(Wx + b), of which those are different rows.
fn net<V: Array>(weight: V, bias: V) -> impl Fn(&V) -> (V, V) {
    let m = bias.shape()[0] / 2;
    move |x: &V| {
        let h = x.affine(&weight, &bias);
        (h.slice(-1, ..m).sin(), h.slice(-1, m..).tanh() * 0.5)
    }
}

/// The same with the weights set to 0 that an autoregressive conditioner may not have.
pub fn masked<V: Array>(weight: &V, bias: &V) -> impl Fn(&V) -> (V, V) + use<V> {
    let k = bias.shape()[0] / 2;
    let mask = Tensor::from_fn(weight.shape(), |i| V::F::of(f64::from(i % k < i / k % k)));
    net(weight.clone() * weight.constant(&mask), bias.clone())
}

/// A flow of a kind.
pub fn flow<'a, V: Array + 'a>(kind: &str, [a, b, w, c]: [&V; 4]) -> Box<dyn Invertible<V> + 'a> {
    let k = c.shape()[0] / 2;
    let affine = Affine::new(a.clone(), -(b.exp()));
    let planar = |a: &V, b: &V| Planar::new(a.clone() + 1.5, b.clone() * 2.0, c.slice(0, ..1).reshape([]));
    let coupling = |unchanged| {
        let m = 2 * (k - 1);
        Coupling::new(unchanged, net(w.slice(0, ..m).slice(-1, ..1), c.slice(0, ..m)))
    };
    match kind {
        "affine" => Box::new(affine),
        "exp" => Box::new((affine, Exp)),
        "tanh" => Box::new((affine, Tanh)),
        "sigmoid" => Box::new((affine, Sigmoid)),
        "softplus" => Box::new((affine, Softplus)),
        "reverse" => Box::new([Reverse]),
        "planar" => Box::new(planar(a, b)),
        "planars" => Box::new(vec![planar(a, b), planar(b, a), planar(a, &-a.clone())]),
        "coupling" => Box::new((coupling(Unchanged::First(1)), coupling(Unchanged::Last(1)))),
        "iaf" => Box::new((
            InverseAutoregressive::new(masked(w, c)),
            Reverse,
            InverseAutoregressive::new(masked(&-w.clone(), c)),
        )),
        "maf" => Box::new((
            affine,
            MaskedAutoregressive::new(masked(w, c)),
            Reverse,
            MaskedAutoregressive::new(masked(&-w.clone(), c)),
        )),
        _ => panic!("there is no flow `{kind}`"),
    }
}
