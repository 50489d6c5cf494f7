//! Logistic regression by maximum likelihood, with `autograd` alone.
//!
//! The data are the 23 flights of the space shuttle before the one that was lost in January 1986: the temperature at
//! launch in °F, and whether an O-ring of the boosters was damaged (S. Dalal, E. Fowlkes and B. Hoadley, *Risk analysis
//! of the space shuttle*, Journal of the American Statistical Association 84, 1989). The model is P(damage | t) = σ(a + b t).
//!
//! The program compares the gradient of log p(y | t; a, b) with finite differences, and then climbs it.

use autograd::{check, prelude::*};

#[rustfmt::skip]
const TEMPERATURE: [f64; 23] = [
    66., 70., 69., 68., 67., 72., 73., 70., 57., 63., 70., 78., 67., 53., 67., 75., 70., 81., 76., 79., 75., 76., 58.,
];
#[rustfmt::skip]
const DAMAGE: [f64; 23] = [
    0., 1., 0., 0., 0., 0., 0., 0., 1., 1., 1., 0., 0., 1., 0., 0., 0., 0., 0., 0., 1., 0., 1.,
];

/// log p(y | t) = Σ { y l − softplus(l) } with the logits l = w·(1, s), in nats. The same lines serve variables on a tape
/// and plain tensors.
fn log_likelihood<V: Array>(w: V, rows: V, y: V) -> V {
    let logits = (rows * w).sum(-1);
    (y * &logits - logits.softplus()).sum_all()
}

fn main() {
    // In units of 10 °F around 70 °F the two directions are about equally steep, so that plain gradient steps do.
    let rows = Tensor::from(TEMPERATURE.map(|t| [1.0, (t - 70.0) / 10.0]));
    let y = Tensor::from(DAMAGE);
    let mut w = Param::new(Tensor::from([0.0, 0.0]));

    let at = Tensor::from([0.3, -0.8]);
    check::gradients(&[at], |v| log_likelihood(v[0], v[0].constant(&rows), v[0].constant(&y)))
        .expect("the gradient is the slope");
    println!("The gradient agrees with finite differences.\n\n step   log-likelihood   |gradient|");

    let mut tape = Tape::new();
    for step in 0..=100 {
        let (log_p, gradients) =
            tape.value_and_grad(|t| log_likelihood(t.param(&w), t.constant(&rows), t.constant(&y)));
        if [0, 1, 2, 5, 10, 20, 50, 100].contains(&step) {
            println!("{step:5}   {log_p:14.6}   {:.2e}", gradients.norm());
        }
        let slope = gradients.get(&w).expect("the likelihood depends on w");
        *w.value_mut() = w.value() + slope * 0.2;
    }

    let (a, b) = (w.value().data()[0] - 7.0 * w.value().data()[1], w.value().data()[1] / 10.0);
    println!("\nMaximum likelihood: a = {a:.4}, b = {b:.4} per °F.");
    for t in [31.0, 53.0, 70.0, 81.0] {
        let p = Tensor::from(a + b * t).sigmoid().item();
        println!("P(damage at {t} °F) = {p:.4}{}", if t == 31.0 { "   (the launch of January 1986)" } else { "" });
    }
    assert!((a - 15.0429).abs() < 1e-4 && (b + 0.2322).abs() < 1e-4, "the maximum found by statistical packages");
}

#[test]
fn runs() {
    main();
}
