//! Formulas of several arrays as one operation, against the same formulas out of several operations.

use super::{close, same_bits, tensor};
use autograd::ops::{EachOf, Function, SumOf};
use autograd::{Array, check, prelude::*};
use proptest::prelude::*;
use std::slice::from_ref;

/// a²·eᵇ: the two derivatives differ from each other and from the function.
#[derive(Debug)]
struct SquareExp;

impl<F: Real> Function<F, 2> for SquareExp {
    #[inline(always)]
    fn f(&self, [a, b]: [F; 2]) -> F {
        a * a * b.exp()
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [a, b]: [F; 2]) -> F {
        match I {
            0 => (a + a) * b.exp(),
            _ => a * a * b.exp(),
        }
    }
}

/// (a + b²)·c + d³ for as many of the four as there are.
#[derive(Debug)]
struct Several;

impl<F: Real, const N: usize> Function<F, N> for Several {
    #[inline(always)]
    fn f(&self, x: [F; N]) -> F {
        let at = |i: usize, missing: F| if i < N { x[i.min(N - 1)] } else { missing };
        let (one, zero) = (F::one(), F::zero());
        let (a, b, c, d) = (at(0, zero), at(1, zero), at(2, one), at(3, zero));
        (a + b * b) * c + d * d * d
    }

    #[inline(always)]
    fn d<const I: usize>(&self, x: [F; N]) -> F {
        let at = |i: usize, missing: F| if i < N { x[i.min(N - 1)] } else { missing };
        let (one, zero) = (F::one(), F::zero());
        let (a, b, c, d) = (at(0, zero), at(1, zero), at(2, one), at(3, zero));
        match I {
            0 => c,
            1 => (b + b) * c,
            2 => a + b * b,
            _ => F::of(3.0) * d * d,
        }
    }
}

fn fused<V: Array>(a: &V, b: &V) -> V {
    V::apply(SumOf("square_exp", SquareExp), &[a, b])
}

fn composed<V: Array>(a: &V, b: &V) -> V {
    sum(a.square() * b.exp())
}

fn sum<V: Array>(terms: V) -> V {
    if terms.shape().rank() == 0 { terms } else { terms.sum(-1) }
}

/// The lengths of events on both sides of the loops' 32 lanes, and beyond their blocks of 256.
fn lengths() -> impl Strategy<Value = usize> {
    prop::sample::select(vec![0usize, 1, 2, 7, 31, 32, 33, 64, 70, 300])
}

/// Two shapes that go together.
fn pairs() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    (0usize..3, 0usize..3, lengths(), 0..7).prop_map(|(s, b, n, way)| match way {
        0 => (vec![s, b, n], vec![s, b, n]),
        1 => (vec![b, n], vec![s, b, n]),
        2 => (vec![s, b, n], vec![n]),
        3 => (vec![s, b, 1], vec![s, 1, n]),
        4 => (vec![], vec![b, n]),
        5 => (vec![b, 1], vec![b, 1]),
        _ => (vec![], vec![]),
    })
}

/// The shape `[s, b, n]` among up to three that repeat along it, in any order.
fn several() -> impl Strategy<Value = Vec<Vec<usize>>> {
    (1usize..3, 1usize..4, lengths()).prop_flat_map(|(s, b, n)| {
        let full = vec![s, b, n];
        let others = [vec![], vec![n], vec![b, n], vec![s, b, 1], vec![1, b, n], vec![s, 1, 1], full.clone()];
        let others = prop::collection::vec(prop::sample::select(others.to_vec()), 0..=3);
        (others, any::<prop::sample::Index>()).prop_map(move |(mut shapes, place)| {
            shapes.insert(place.index(shapes.len() + 1), full.clone());
            shapes
        })
    })
}

fn gradients<F: Real>(inputs: &[&Tensor<f64>], f: impl for<'t> Fn(&[Var<'t, F>]) -> Var<'t, F>) -> Vec<Vec<f64>> {
    let params: Vec<_> = inputs.iter().map(|x| Param::new(x.cast::<F>())).collect();
    let mut tape = Tape::new();
    let (_, gradients) = tape.value_and_grad(|tape| {
        let y = f(&params.iter().map(|p| tape.param(p)).collect::<Vec<_>>());
        (y * tape.constant(&Tensor::from_fn(y.shape(), |i| F::of(0.6 + 0.1 * (i % 13) as f64)))).sum_all()
    });
    params.iter().map(|p| gradients.get(p).unwrap().data().iter().map(|g| g.as_f64()).collect()).collect()
}

/// The function of all arrays as one operation, summed or not.
fn all<V: Array>(x: &[V], summed: bool) -> V {
    fn apply<const N: usize, V: Array>(x: &[V], summed: bool) -> V {
        let x: Vec<&V> = x.iter().collect();
        if summed {
            V::apply(SumOf::<_, N>("several", Several), &x)
        } else {
            V::apply(EachOf::<_, N>("several", Several), &x)
        }
    }
    match x.len() {
        1 => apply::<1, V>(x, summed),
        2 => apply::<2, V>(x, summed),
        3 => apply::<3, V>(x, summed),
        _ => apply::<4, V>(x, summed),
    }
}

/// The same out of several operations, each array first repeated to the shape of all.
fn all_composed<V: Array>(x: &[V], summed: bool) -> V {
    let mut shapes: Vec<Shape> = x.iter().map(V::shape).collect();
    shapes.sort_by_key(|s| std::cmp::Reverse(s.rank()));
    let full = shapes.iter().fold(Shape::SCALAR, |full, s| full.broadcast(*s).unwrap());
    let x: Vec<V> = x.iter().map(|x| x.fill(full, |y| y.fill(V::F::of(0.0))) + x).collect();
    let mut y = x[0].clone();
    if let Some(b) = x.get(1) {
        y = y + b.square();
    }
    if let Some(c) = x.get(2) {
        y = y * c;
    }
    if let Some(d) = x.get(3) {
        y = y + d.square() * d;
    }
    if summed { sum(y) } else { y }
}

proptest! {
    /// Sums of at most 300 terms below e²·4, and for what is repeated of 1,200: 10⁻¹² is some ten roundings of each. In
    /// single precision 10⁻⁴ of the sum's size is as many.
    #[test]
    fn one_operation_or_several((a, b) in pairs(), seed: u64) {
        let (a, b) = (tensor(&a, seed), tensor(&b, !seed));
        close(fused(&a, &b).data(), composed(&a, &b).data(), 1e-12);
        prop_assert_eq!(fused(&a, &b).shape(), composed(&a, &b).shape());
        same_bits!([a, b] fused(&a, &b));
        let double = gradients::<f64>(&[&a, &b], |v| fused(&v[0], &v[1]));
        for (one, several) in double.iter().zip(gradients::<f64>(&[&a, &b], |v| composed(&v[0], &v[1]))) {
            close(one, &several, 1e-12);
        }
        for (single, double) in gradients::<f32>(&[&a, &b], |v| fused(&v[0], &v[1])).iter().zip(&double) {
            let size = double.iter().fold(100.0, |m: f64, g| m.max(g.abs()));
            single.iter().zip(double).for_each(|(s, d)| assert!((s - d).abs() <= 1e-5 * size, "{s} {d}"));
        }
    }

    /// One to four arrays that repeat in every combination. Terms are below 20, of which at most 1,800 are added: 10⁻¹² of
    /// a value or, near 0, of 1 leaves room for rounding.
    #[test]
    fn any_number_of_arrays(shapes in several(), seed: u64, summed: bool) {
        let x: Vec<_> = shapes.iter().enumerate().map(|(i, s)| tensor(s, seed ^ i as u64)).collect();
        let (one, several) = (all(&x, summed), all_composed(&x, summed));
        prop_assert_eq!(one.shape(), several.shape());
        close(one.data(), several.data(), 1e-11);
        let x: Vec<_> = x.iter().collect();
        let (one, several) = (
            gradients::<f64>(&x, |v| all(v, summed)),
            gradients::<f64>(&x, |v| all_composed(v, summed)),
        );
        one.iter().zip(&several).for_each(|(one, several)| close(one, several, 1e-11));
        for (single, double) in gradients::<f32>(&x, |v| all(v, summed)).iter().zip(&one) {
            let size = double.iter().fold(1000.0, |m: f64, g| m.max(g.abs()));
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

/// Whatever the others are, one array that is a number for the row, for the rest of the row, or moves gives the same bits
/// as when it is repeated by hand: the order of a sum depends on its length alone.
#[test]
fn repeated_arrays_give_the_same_bits() {
    for n in [2, 31, 32, 33, 96, 100] {
        let (a, number) = (tensor(&[3, n], 1), tensor(&[], 2));
        let row = &number + Tensor::zeros([n]);
        let whole = &number + Tensor::zeros([3, n]);
        assert_eq!(fused(&a, &number), fused(&a, &whole));
        assert_eq!(fused(&a, &row), fused(&a, &whole));
        assert_eq!(fused(&number, &a), fused(&whole, &a));
    }
}

/// −x.
#[derive(Debug)]
struct Negative;

impl<F: Real> Function<F, 1> for Negative {
    #[inline(always)]
    fn f(&self, [x]: [F; 1]) -> F {
        -x
    }

    #[inline(always)]
    fn d<const I: usize>(&self, _: [F; 1]) -> F {
        -F::one()
    }
}

/// A term of −0 alone is −0: it is not added to anything.
#[test]
fn one_term_keeps_its_sign() {
    let y = Tensor::apply(SumOf("negative", Negative), &[&Tensor::from([[0.0f64]])]);
    assert_eq!(y.data()[0].to_bits(), (-0.0f64).to_bits());
}

#[test]
#[should_panic(expected = "square_exp: [2] and [3] do not go together")]
fn shapes_must_go_together() {
    let _ = fused(&Tensor::from([0.0; 2]), &Tensor::from([0.0; 3]));
}
