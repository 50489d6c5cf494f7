//! Golden values: lines that the scripts in `tests/golden` wrote with mpmath.

use autograd::prelude::*;

/// The tolerance in double precision: some thousand roundings of the result.
pub const DOUBLE: f64 = 1e-12;

/// The tolerance in single precision: some hundred roundings of the result. The arguments are exact in single precision.
pub const SINGLE: f64 = 1e-5;

/// Compares every line of a file, `what, number of arguments, arguments, value, derivative by each argument`, with what
/// `evaluate` gives for `what` at the arguments, each a variable of rank 0, within `tolerance`·max(1, |expected|).
///
/// A derivative that is `-` is not compared. A line may also end with the value.
#[track_caller]
pub fn golden<F: Real>(csv: &str, tolerance: f64, evaluate: impl for<'t> Fn(&str, &[Var<'t, F>]) -> Var<'t, F>) {
    let mut tape = Tape::new();
    let mut lines = csv.lines().filter(|line| !line.starts_with('#')).peekable();
    assert!(lines.peek().is_some(), "no golden values");
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |i: usize| fields[i].parse::<f64>().unwrap_or_else(|_| panic!("no number {}: {line}", fields[i]));
        let n: usize = fields[1].parse().unwrap();
        assert!([n + 3, 2 * n + 3].contains(&fields.len()), "a line of {} fields: {line}", fields.len());
        let params: Vec<_> = (0..n).map(|i| Param::new(Tensor::scalar(F::of(number(2 + i))))).collect();
        let (value, gradients) = tape.value_and_grad(|tape| {
            let args: Vec<_> = params.iter().map(|p| tape.param(p)).collect();
            evaluate(fields[0], &args).sum_all()
        });
        let compare = |what: &str, value: F, expected: f64| {
            let value = value.as_f64();
            let agree = value == expected || (value - expected).abs() <= tolerance * expected.abs().max(1.0);
            assert!(agree, "{what} is {value:e} in {}, not {expected:e}: {line}", F::NAME);
        };
        compare("the value", value, number(n + 2));
        for (i, p) in params.iter().enumerate().filter(|(i, _)| fields.get(n + 3 + i).is_some_and(|f| *f != "-")) {
            let gradient = gradients.get(p).map_or(F::zero(), |g| g.item());
            compare(&format!("the derivative by argument {i}"), gradient, number(n + 3 + i));
        }
    }
}

/// Numbers in a row.
pub fn row<V: Array>(x: &[V]) -> V {
    let x: Vec<V> = x.iter().map(|x| x.reshape([1])).collect();
    V::concat(&x.iter().collect::<Vec<_>>(), 0)
}
