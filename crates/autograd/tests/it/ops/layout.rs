//! Other shapes, other orders, parts, joins and copies.

use super::{same_bits, shapes, shapes_and_axes, tensor};
use autograd::{check, prelude::*};
use proptest::prelude::*;

/// The index for each axis of the `i`-th element.
fn index(shape: &[usize], mut i: usize) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for axis in (0..shape.len()).rev() {
        index[axis] = i % shape[axis];
        i /= shape[axis];
    }
    index
}

/// The array of a shape with `f(index)` at each index.
fn by_index(shape: &[usize], f: impl Fn(Vec<usize>) -> f64) -> Tensor<f64> {
    Tensor::from_fn(shape, |i| f(index(shape, i)))
}

/// A shape and an order of its axes.
fn orders(extents: std::ops::Range<usize>) -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    prop::collection::vec(extents, 0..=4).prop_flat_map(|shape| {
        let axes: Vec<usize> = (0..shape.len()).collect();
        (Just(shape), Just(axes).prop_shuffle())
    })
}

fn permuted(x: &Tensor<f64>, axes: &[usize]) -> Tensor<f64> {
    let shape: Vec<usize> = axes.iter().map(|&axis| x.shape()[axis]).collect();
    by_index(&shape, |out| {
        let mut own = vec![0; axes.len()];
        axes.iter().zip(out).for_each(|(&axis, i)| own[axis] = i);
        x.at(&own)
    })
}

proptest! {
    #[test]
    fn permute((shape, axes) in orders(0..4), seed: u64) {
        let x = tensor(&shape, seed);
        prop_assert_eq!(x.permute(&axes), permuted(&x, &axes));
        same_bits!([x] x.permute(&axes));
        check::gradients(&[x], |v| v[0].permute(&axes))?;
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Extents past the squares of the loop.
    #[test]
    fn permute_large((shape, axes) in orders(1..25), seed: u64) {
        prop_assume!(shape.iter().product::<usize>() < 20_000);
        let x = Tensor::from_fn(&shape[..], |i| i as f64 + seed as f64 % 7.0);
        prop_assert_eq!(x.permute(&axes), permuted(&x, &axes));
    }

}

proptest! {
    #[test]
    fn transpose(shape in shapes(2..=4), seed: u64) {
        let x = tensor(&shape, seed);
        let mut axes: Vec<usize> = (0..shape.len()).collect();
        axes.swap(shape.len() - 2, shape.len() - 1);
        prop_assert_eq!(x.transpose(), permuted(&x, &axes));
        prop_assert_eq!(x.transpose().transpose(), x.clone());
        check::gradients(&[x], |v| v[0].transpose())?;
    }

    #[test]
    fn reshape(shape in shapes(0..=4), seed: u64) {
        let x = tensor(&shape, seed);
        let y = x.reshape([x.shape().size()]);
        prop_assert_eq!(y.data(), x.data());
        prop_assert_eq!(y.data().as_ptr(), x.data().as_ptr(), "the buffer is shared");
        check::gradients(&[x], |v| v[0].reshape([1, v[0].shape().size()]) * v[0].reshape([v[0].shape().size()]))?;
    }

    #[test]
    fn slice((shape, axis) in shapes_and_axes(), a in 0usize..4, b in 0usize..4, seed: u64) {
        let x = tensor(&shape, seed);
        let front = super::front(&shape, axis);
        let n = shape[front];
        let (start, end) = (a.min(b).min(n), a.max(b).min(n));
        let mut part = shape.clone();
        part[front] = end - start;
        let expected = by_index(&part, |mut i| {
            i[front] += start;
            x.at(&i)
        });
        prop_assert_eq!(x.slice(axis, start..end), expected);
        prop_assert_eq!(x.slice(axis, ..), x.clone());
        same_bits!([x] x.slice(axis, start..end));
        check::gradients(&[x], |v| v[0].slice(axis, start..end))?;
    }

    #[test]
    fn concat((shape, axis) in shapes_and_axes(), extents in prop::collection::vec(0usize..4, 1..6), seed: u64) {
        let front = super::front(&shape, axis);
        let parts: Vec<Tensor<f64>> = (extents.iter().zip(seed % 100..))
            .map(|(&n, seed)| {
                let mut own = shape.clone();
                own[front] = n;
                tensor(&own, seed)
            })
            .collect();
        let whole = Tensor::concat(&parts.iter().collect::<Vec<_>>(), axis);
        let mut start = 0;
        for (part, n) in parts.iter().zip(&extents) {
            prop_assert_eq!(&whole.slice(axis, start..start + n), part);
            start += n;
        }
        prop_assert_eq!(whole.shape()[front], start);
        check::gradients(&parts, |v| Var::concat(&v.iter().collect::<Vec<_>>(), axis))?;
    }

    #[test]
    fn repeat(shape in shapes(0..=3), n in 0usize..4, seed: u64) {
        let x = tensor(&shape, seed);
        let y = x.repeat(n);
        prop_assert_eq!(y.shape()[0], n);
        prop_assert_eq!(y.shape().without(0), Shape::new(&shape));
        prop_assert_eq!(y.data(), x.data().repeat(n));
        same_bits!([x] x.repeat(n));
        check::gradients(&[x], |v| v[0].repeat(n))?;
    }
}

/// Every kind of range means the same as it does for slices.
#[test]
fn ranges() {
    let x = Tensor::from([0.0, 1.0, 2.0, 3.0]);
    assert_eq!(x.slice(0, 1..3).data(), [1.0, 2.0]);
    assert_eq!(x.slice(0, 1..=3).data(), [1.0, 2.0, 3.0]);
    assert_eq!(x.slice(0, ..2).data(), [0.0, 1.0]);
    assert_eq!(x.slice(0, ..=2).data(), [0.0, 1.0, 2.0]);
    assert_eq!(x.slice(0, 3..).data(), [3.0]);
    assert_eq!(x.slice(-1, ..).data(), x.data());
    use std::ops::Bound::{Excluded, Unbounded};
    assert_eq!(x.slice(0, (Excluded(1), Unbounded)).data(), [2.0, 3.0]);
    assert_eq!(x.slice(0, 4..).data(), []);
}

/// An array concatenated with itself gets both parts of the cotangent.
#[test]
fn twice_the_same() {
    check::gradients(&[tensor(&[2, 3], 1)], |v| Var::concat(&[&v[0], &v[0], &v[0]], 1)).unwrap();
}

#[test]
fn detach_shares_the_buffer_and_stops_gradients() {
    let p = Param::new(tensor(&[3], 1));
    let q = Param::new(tensor(&[3], 2));
    assert_eq!(p.value().detach().data().as_ptr(), p.value().data().as_ptr());
    let mut tape = Tape::new();
    let (_, g) = tape.value_and_grad(|tape| {
        let (p, q) = (tape.param(&p), tape.param(&q));
        let square = p.square();
        assert_eq!(square.detach().value().data().as_ptr(), square.value().data().as_ptr());
        (square.detach() * p + q.detach()).sum_all()
    });
    assert_eq!(g.get(&p).unwrap(), &p.value().square());
    assert!(g.get(&q).is_none());
}
