//! Log-densities with their gradients, and draws, of a million numbers each.

use crate::normal;
use autograd::prelude::*;
use prob::prelude::*;
use std::hint::black_box;

/// Rows and elements of a row.
const SHAPE: [usize; 2] = [1000, 1000];

/// Variables and classes of the categorical distributions.
const CLASSES: [[usize; 3]; 2] = [[1000, 100, 10], [1000, 4, 250]];

/// Something that is done to a million numbers again and again.
pub struct Case {
    /// What it is called.
    pub name: String,
    /// Does it.
    pub run: Box<dyn FnMut()>,
}

/// The sum of log p(x) over all events, and its gradient by every parameter; `x` is data.
pub fn gradients() -> Vec<Case> {
    let x = normal(SHAPE);
    let (real, positive) = (normal(SHAPE), normal(SHAPE).square() + 0.5);
    let bits = Tensor::from_fn(SHAPE, |i| f32::from(x.data()[i] > 0.0));
    let rate = positive.clone() * 3.0;
    let counts = Poisson::new(rate.clone()).sample(&mut Key::new(0).stream("data", 0, 0));
    let mut cases = vec![
        gradient("Normal", [real.clone(), positive.clone()], x.clone(), |[m, s], x| Normal::new(m, s).log_prob(&x)),
        gradient("Laplace", [real.clone(), positive], x, |[m, b], x| Laplace::new(m, b).log_prob(&x)),
        gradient("Bernoulli", [real], bits, |[l], x| Bernoulli::new(l).log_prob(&x)),
        gradient("Poisson", [rate.clone()], counts.clone(), |[rate], x| Poisson::new(rate).log_prob(&x)),
        gradient("NegativeBinomial", [rate, normal(SHAPE)], counts, |[total, logits], x| {
            NegativeBinomial::new(total, logits).log_prob(&x)
        }),
    ];
    for [rows, variables, classes] in CLASSES {
        let x = Tensor::from_fn([rows, variables], |i| (i % classes) as f32);
        let name = format!("Categorical of {classes}");
        let logits = [normal([rows, variables, classes])];
        cases.push(gradient(&name, logits, x, |[l], x| Categorical::new(l).log_prob(&x)));
    }
    cases
}

/// Draws without gradients.
pub fn draws() -> Vec<Case> {
    let (real, positive) = (normal(SHAPE), normal(SHAPE).square() + 0.5);
    vec![
        draw("Bernoulli", Bernoulli::new(real.clone())),
        draw("Normal", Normal::new(real.clone(), positive.clone())),
        draw("Uniform", Uniform::new(real.clone(), real + positive)),
    ]
}

/// The sum of `log_prob(parameters, x)` and its gradient by the parameters.
fn gradient<const N: usize>(
    name: &str,
    parameters: [Tensor; N],
    x: Tensor,
    log_prob: impl for<'t> Fn([Var<'t>; N], Var<'t>) -> Var<'t> + 'static,
) -> Case {
    let parameters = parameters.map(Param::new);
    let mut tape = Tape::new();
    let run = move || {
        let (value, _) = tape.value_and_grad(|tape| {
            let parameters = parameters.each_ref().map(|p| tape.param(p));
            log_prob(parameters, tape.constant(&x)).sum_all()
        });
        black_box(value);
    };
    Case { name: name.into(), run: Box::new(run) }
}

fn draw(name: &str, p: impl Distribution<Tensor> + 'static) -> Case {
    let mut rng = Key::new(0).stream("noise", 0, 0);
    Case { name: name.into(), run: Box::new(move || drop(black_box(p.sample(&mut rng)))) }
}
