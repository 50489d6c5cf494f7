//! Elements and rows by their numbers.

use super::{at, same_bits, shapes, tensor};
use autograd::{check, prelude::*};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

proptest! {
    #[test]
    fn gather(shape in shapes(0..=3), n in 1usize..5, seed: u64) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut full = shape.clone();
        full.push(n);
        let x = tensor(&full, seed);
        let index = Tensor::from_fn(&shape[..], |_| rng.random_range(0..n) as f64);
        let expected: Vec<f64> = index.data().iter().enumerate().map(|(r, &i)| x.data()[r * n + i as usize]).collect();
        prop_assert_eq!(x.gather(&index), Tensor::new(&shape[..], expected));
        same_bits!([x] x.gather(&index));
        check::gradients(&[x], |v| v[0].gather(&index))?;
    }

    #[test]
    fn take(shape in shapes(0..=3), n in 1usize..4, picks in prop::collection::vec(any::<prop::sample::Index>(), 0..6), seed: u64) {
        let mut full = vec![n];
        full.extend(&shape);
        let x = tensor(&full, seed);
        let rows: Vec<usize> = picks.iter().map(|i| i.index(n)).collect();
        full[0] = rows.len();
        let expected: Vec<f64> = rows.iter().flat_map(|&r| x.row(r)).copied().collect();
        prop_assert_eq!(x.take(&rows), Tensor::new(&full[..], expected));
        same_bits!([x] x.take(&rows));
        check::gradients(&[x], |v| v[0].take(&rows))?;
    }
}

#[test]
fn a_row_taken_twice_has_both_cotangents() {
    let x = Tensor::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    assert_eq!(at::<f64>(&x, |x| x.take(&[2, 0, 2])).1, [1.0, 1.0, 0.0, 0.0, 2.0, 2.0]);
}

#[test]
fn nothing_selected() {
    let x = Tensor::<f64>::zeros([0, 3]);
    assert_eq!(x.gather(&Tensor::zeros([0])).shape(), Shape::from([0]));
    assert_eq!(x.take(&[]).shape(), Shape::from([0, 3]));
    assert_eq!(Tensor::<f64>::zeros([0, 0]).gather(&Tensor::zeros([0])).shape(), Shape::from([0]));
    check::gradients(&[Tensor::zeros([2, 0])], |v| v[0].take(&[1, 1, 0])).unwrap();
}
