//! Sums over pairs, against the same formula out of several operations.

use super::{close, same_bits, tensor};
use autograd::ops::{Binary, SumOf};
use autograd::{Array, check, prelude::*};
use proptest::prelude::*;
use std::slice::from_ref;

/// a²·eᵇ: the two derivatives differ from each other and from the function.
#[derive(Debug)]
struct SquareExp;

impl<F: Real> Binary<F> for SquareExp {
    #[inline(always)]
    fn f(&self, a: F, b: F) -> F {
        a * a * b.exp()
    }

    #[inline(always)]
    fn da(&self, a: F, b: F) -> F {
        (a + a) * b.exp()
    }

    #[inline(always)]
    fn db(&self, a: F, b: F) -> F {
        a * a * b.exp()
    }
}

fn fused<V: Array>(a: &V, b: &V) -> V {
    V::apply(SumOf("square_exp", SquareExp), &[a, b])
}

fn composed<V: Array>(a: &V, b: &V) -> V {
    let terms = a.square() * b.exp();
    if terms.shape().rank() == 0 { terms } else { terms.sum(-1) }
}

/// Two shapes that go together, the event's extent on both sides of the loops' 32 lanes.
fn pairs() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    let length = prop::sample::select(vec![0usize, 1, 2, 7, 31, 32, 33, 70]);
    (0usize..3, 0usize..3, length, 0..7).prop_map(|(s, b, n, way)| match way {
        0 => (vec![s, b, n], vec![s, b, n]),
        1 => (vec![b, n], vec![s, b, n]),
        2 => (vec![s, b, n], vec![n]),
        3 => (vec![s, b, 1], vec![s, 1, n]),
        4 => (vec![], vec![b, n]),
        5 => (vec![b, 1], vec![b, 1]),
        _ => (vec![], vec![]),
    })
}

fn gradients<F: Real>(
    inputs: [&Tensor<f64>; 2],
    f: impl for<'t> Fn(&Var<'t, F>, &Var<'t, F>) -> Var<'t, F>,
) -> Vec<Vec<f64>> {
    let params = inputs.map(|x| Param::new(x.cast::<F>()));
    let mut tape = Tape::new();
    let (_, gradients) = tape.value_and_grad(|tape| {
        let y = f(&tape.param(&params[0]), &tape.param(&params[1]));
        (y * tape.constant(&Tensor::from_fn(y.shape(), |i| F::of(0.6 + 0.1 * (i % 13) as f64)))).sum_all()
    });
    params.iter().map(|p| gradients.get(p).unwrap().data().iter().map(|g| g.as_f64()).collect()).collect()
}

proptest! {
    /// Sums of at most 70 terms below e²·4, and for what is repeated of 280: 10⁻¹² is some ten roundings of each. In
    /// single precision 10⁻⁴ of the sum's size is as many.
    #[test]
    fn one_operation_or_several((a, b) in pairs(), seed: u64) {
        let (a, b) = (tensor(&a, seed), tensor(&b, !seed));
        close(fused(&a, &b).data(), composed(&a, &b).data(), 1e-12);
        prop_assert_eq!(fused(&a, &b).shape(), composed(&a, &b).shape());
        same_bits!([a, b] fused(&a, &b));
        let double = gradients::<f64>([&a, &b], |a, b| fused(a, b));
        for (one, several) in double.iter().zip(gradients::<f64>([&a, &b], |a, b| composed(a, b))) {
            close(one, &several, 1e-12);
        }
        for (single, double) in gradients::<f32>([&a, &b], |a, b| fused(a, b)).iter().zip(&double) {
            let size = double.iter().fold(100.0, |m: f64, g| m.max(g.abs()));
            single.iter().zip(double).for_each(|(s, d)| assert!((s - d).abs() <= 1e-5 * size, "{s} {d}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn derivatives((a, b) in pairs(), seed: u64) {
        let (a, b) = (tensor(&a, seed), tensor(&b, !seed) * 0.5);
        check::gradients(&[a.clone(), b.clone()], |v| fused(&v[0], &v[1]))?;
        check::gradients(from_ref(&a), |v| fused(&v[0], &v[0].constant(&b)))?;
        check::gradients(&[b], |v| fused(&v[0].constant(&a), &v[0]))?;
        check::gradients(&[a], |v| fused(&v[0], &v[0]))?;
    }
}

#[test]
#[should_panic(expected = "square_exp: [2] and [3] do not go together")]
fn shapes_must_go_together() {
    let _ = fused(&Tensor::from([0.0; 2]), &Tensor::from([0.0; 3]));
}
