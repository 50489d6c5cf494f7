//! An affine map and a function in one operation, against the two one after the other.

use super::tensor;
use autograd::ops::function::*;
use autograd::{check, prelude::*};
use proptest::prelude::*;

/// Calls a macro for every function, with the method of the same name.
macro_rules! each_function {
    ($with:ident) => {
        $with!(relu() Relu {});
        $with!(leaky_relu(0.2) LeakyRelu { slope: 0.2 });
        // Not positive: here the sign of y does not tell that of x.
        $with!(leaky_relu(-0.3) LeakyRelu { slope: -0.3 });
        $with!(leaky_relu(0.0) LeakyRelu { slope: 0.0 });
        $with!(elu() Elu {});
        $with!(gelu() Gelu {});
        $with!(silu() Silu {});
        $with!(tanh() Tanh {});
        $with!(sigmoid() Sigmoid {});
        $with!(softplus() Softplus {});
    };
}

/// x, W and b whose map is −0.6, −0.4, …, and so not near 0, where some functions have a kink.
fn away_from_zero(rows: usize, k: usize, n: usize, seed: u64) -> [Tensor<f64>; 3] {
    let [x, w] = [tensor(&[rows, k], seed) * 0.05, tensor(&[n, k], !seed) * 0.05];
    [x, w, Tensor::from_fn([n], |i| 0.2 * ((i + seed as usize % 8) % 8) as f64 - 0.7)]
}

/// The result of `f` and the gradients of Σ wᵢ f(x, w, b)ᵢ, for weights that differ.
fn differentiate<F: Real>(
    inputs: &[Tensor<f64>; 3],
    f: impl for<'t> Fn([Var<'t, F>; 3]) -> Var<'t, F>,
) -> [Tensor<F>; 4] {
    let params = inputs.each_ref().map(|x| Param::new(x.cast::<F>()));
    let (mut tape, mut y) = (Tape::new(), None);
    let (_, gradients) = tape.value_and_grad(|tape| {
        let result = f(params.each_ref().map(|p| tape.param(p)));
        y = Some(result.value());
        let weights = Tensor::from_fn(result.shape(), |i| F::of(0.6 + 0.1 * (i % 13) as f64));
        (result * tape.constant(&weights)).sum_all()
    });
    let [x, w, b] = params.each_ref().map(|p| gradients.get(p).unwrap().clone());
    [y.unwrap(), x, w, b]
}

fn bits<F: Real>(x: &Tensor<F>) -> Vec<u64> {
    x.data().iter().map(|x| x.as_f64().to_bits()).collect()
}

/// The same arithmetic, and so the same bits, but for Σ of the rows of one column: `rows` terms, in another order.
fn same<F: Real>([a, b]: [[Tensor<F>; 4]; 2], what: &str) {
    for i in 0..3 {
        assert_eq!((a[i].shape(), bits(&a[i])), (b[i].shape(), bits(&b[i])), "{what}: {i}");
    }
    let size = a[3].data().iter().fold(1.0, |m, x| x.as_f64().abs().max(m));
    let tolerance = 100.0 * F::epsilon().as_f64() * size;
    a[3].data().iter().zip(b[3].data()).for_each(|(a, b)| assert!((*a - *b).as_f64().abs() <= tolerance, "{what}"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn one_operation_or_two(rows in 0usize..40, k in 0usize..5, n in 0usize..70, seed: u64) {
        fn check<F: Real>(rows: usize, k: usize, n: usize, seed: u64) {
            let inputs = [tensor(&[rows, k], seed), tensor(&[n, k], !seed), tensor(&[n], seed / 2)];
            macro_rules! compare {
                ($f:ident($($arg:expr)?) $F:expr) => {
                    let one = differentiate::<F>(&inputs, |[x, w, b]| x.affine_with(&w, &b, $F));
                    same([one, differentiate::<F>(&inputs, |[x, w, b]| x.affine(&w, &b).$f($($arg)?))], stringify!($F));
                };
            }
            each_function!(compare);
        }
        check::<f32>(rows, k, n, seed);
        check::<f64>(rows, k, n, seed);
    }

    #[test]
    fn derivatives(rows in 0usize..4, k in 0usize..4, n in 0usize..4, seed: u64) {
        let inputs = away_from_zero(rows, k, n, seed);
        macro_rules! check {
            ($f:ident($($arg:expr)?) $F:expr) => {
                check::gradients(&inputs, |v| v[0].affine_with(&v[1], &v[2], $F))?;
            };
        }
        each_function!(check);
        // A bias that nothing is differentiated by, and leading axes.
        check::gradients(&inputs[..2], |v| v[0].affine_with(&v[1], &v[0].constant(&inputs[2]), Silu {}))?;
        let stack = inputs[0].reshape([1, rows, k]).repeat(2).reshape([2, rows, k]);
        check::gradients(&[stack, inputs[1].clone(), inputs[2].clone()], |v| v[0].affine_with(&v[1], &v[2], Tanh {}))?;
    }

    /// Some ten operations on numbers of about 1, each rounded: 10⁻⁵ is a hundred roundings in single precision.
    #[test]
    fn single_precision_agrees(rows in 1usize..4, k in 1usize..4, n in 1usize..40, seed: u64) {
        let inputs = away_from_zero(rows, k, n, seed).map(|x| x.cast::<f32>().cast::<f64>());
        macro_rules! compare {
            ($f:ident($($arg:expr)?) $F:expr) => {
                let single = differentiate::<f32>(&inputs, |[x, w, b]| x.affine_with(&w, &b, $F));
                let double = differentiate::<f64>(&inputs, |[x, w, b]| x.affine_with(&w, &b, $F));
                for (s, d) in single.iter().zip(&double).flat_map(|(s, d)| s.data().iter().zip(d.data())) {
                    prop_assert!((f64::from(*s) - d).abs() <= 1e-5 * d.abs().max(1.0), "{}: {s} {d}", stringify!($F));
                }
            };
        }
        each_function!(compare);
    }
}

/// ±∞ and NaN in the map: the value and the derivative are those of the function by itself.
#[test]
fn extremes() {
    let inputs = [
        Tensor::from([[1.0]]),
        Tensor::from([[1.0]; 7]),
        Tensor::from([f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -1.0, 1e30, -1e30, -2.0]),
    ];
    macro_rules! compare {
        ($f:ident($($arg:expr)?) $F:expr) => {
            let one = differentiate::<f64>(&inputs, |[x, w, b]| x.affine_with(&w, &b, $F));
            let two = differentiate::<f64>(&inputs, |[x, w, b]| x.affine(&w, &b).$f($($arg)?));
            for (one, two) in one.iter().zip(&two).flat_map(|(a, b)| a.data().iter().zip(b.data())) {
                assert!(one == two || (one.is_nan() && two.is_nan()), "{}: {one} {two}", stringify!($F));
            }
        };
    }
    each_function!(compare);
}
