//! Log-sum-exp and softmax.

use super::{along, at, close, same_bits, shapes_and_axes, tensor};
use autograd::{check, prelude::*};
use proptest::prelude::*;

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

fn logsumexp(x: &[f64]) -> f64 {
    x.iter().map(|x| x.exp()).sum::<f64>().ln()
}

/// The lines of `[outer, inner, n]` put back into the place that they have in `[outer, n, inner]`.
fn put_back(x: &Tensor<f64>, axis: isize, lines: Vec<Vec<f64>>) -> Vec<f64> {
    let (_, n, inner) = x.shape().split(x.shape().axis(axis).unwrap());
    (0..x.data().len()).map(|i| lines[i / (n * inner) * inner + i % inner][i / inner % n]).collect()
}

proptest! {
    /// Exponentials below e² with an error of an ulp each.
    #[test]
    fn values((shape, axis) in shapes_and_axes(), seed: u64) {
        let x = tensor(&shape, seed);
        close(x.logsumexp(axis).data(), &along(&x, axis, logsumexp), 1e-14);
        let line = |x: &[f64]| x.iter().map(|xi| xi.exp() / x.iter().map(|x| x.exp()).sum::<f64>()).collect();
        let softmax = put_back(&x, axis, along(&x, axis, line));
        close(x.softmax(axis).data(), &softmax, 1e-14);
        close(&x.log_softmax(axis).data().iter().map(|y| y.exp()).collect::<Vec<_>>(), &softmax, 1e-14);
        same_bits!([x] x.logsumexp(axis));
        same_bits!([x] x.softmax(axis));
        same_bits!([x] x.log_softmax(axis));
    }

    #[test]
    fn derivatives((shape, axis) in shapes_and_axes(), seed: u64) {
        let x = [tensor(&shape, seed)];
        // −∞ along an empty axis, of which there is nothing to differentiate.
        check::gradients(&x, |v| v[0].logsumexp(axis))?;
        check::gradients(&x, |v| v[0].logsumexp_keep(axis))?;
        check::gradients(&x, |v| v[0].softmax(axis))?;
        check::gradients(&x, |v| v[0].log_softmax(axis))?;
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Extents past the lanes and tiles of the loops; 150 terms with an error of an ulp each.
    #[test]
    fn long_axes(outer in 1usize..3, n in 1usize..150, inner in 1usize..150, seed: u64) {
        let x = tensor(&[outer, n, inner], seed);
        for axis in 0..3 {
            let line = |x: &[f64]| x.iter().map(|xi| xi.exp() / x.iter().map(|x| x.exp()).sum::<f64>()).collect();
            let softmax = put_back(&x, axis, along(&x, axis, line));
            close(x.logsumexp(axis).data(), &along(&x, axis, logsumexp), 1e-13);
            close(x.softmax(axis).data(), &softmax, 1e-13);
            close(&at::<f64>(&x, |x| x.logsumexp(axis)).1, &softmax, 1e-13);
            // Σ y² and Σ (ln y)·2 along the axis, differentiated by hand.
            let expected = put_back(&x, axis, along(&x, axis, |x| {
                let y: Vec<f64> = line(x);
                let dot: f64 = y.iter().map(|y| 2.0 * y * y).sum();
                y.iter().map(|y| y * (2.0 * y - dot)).collect()
            }));
            close(&at::<f64>(&x, |x| x.softmax(axis).square()).1, &expected, 1e-13);
            let n = x.shape()[axis as usize] as f64;
            let expected: Vec<f64> = softmax.iter().map(|y| 1.0 - n * y).collect();
            close(&at::<f64>(&x, |x| x.log_softmax(axis)).1, &expected, 1e-12);
        }
    }

}

proptest! {
    /// ln Σ e^(x + c) = c + ln Σ eˣ for any c, to the rounding of x + c.
    #[test]
    fn a_shift_goes_through(x in prop::collection::vec(-2.0..2.0f64, 1..40), c in -1e5..1e5f64) {
        let n = x.len();
        let x = Tensor::new([n], x);
        let rounding = c.abs() * 2.0 * f64::EPSILON + 1e-14;
        prop_assert!(((&x + c).logsumexp(0).item() - c - x.logsumexp(0).item()).abs() <= rounding);
        for (a, b) in (&x + c).softmax(0).data().iter().zip(x.softmax(0).data()) {
            prop_assert!((a - b).abs() <= rounding);
        }
    }
}

/// The same limits in both types and on both paths, along the last axis and along another; and with a long row too.
fn limits<F: Real>() {
    let cases: [(&[f64], f64, &[f64]); 10] = [
        (&[-INF, -INF], -INF, &[0.0, 0.0]),
        (&[-INF, 3.0], 3.0, &[0.0, 1.0]),
        (&[INF, 3.0], INF, &[1.0, 0.0]),
        (&[INF, -INF, INF], INF, &[0.5, 0.0, 0.5]),
        (&[NAN, 1.0], NAN, &[NAN, NAN]),
        (&[1.0, NAN, -INF], NAN, &[NAN, NAN, NAN]),
        (&[INF, NAN], NAN, &[NAN, NAN]),
        (&[1000.0, 1000.0, -1000.0], 1000.0 + std::f64::consts::LN_2, &[0.5, 0.5, 0.0]),
        (&[-1e6, -1e6], -1e6 + std::f64::consts::LN_2, &[0.5, 0.5]),
        (&[1e-30], 1e-30, &[1.0]),
    ];
    for (x, y, p) in cases {
        let n = x.len();
        for (shape, axis) in [(vec![n], 0), (vec![1, n], -1), (vec![n, 2], 0), (vec![2, n, 3], 1)] {
            let inner: usize = shape[super::front(&shape, axis) + 1..].iter().product();
            let x = Tensor::from_fn(&shape[..], |i| x[i / inner % n]);
            let expected: Vec<f64> = (0..x.data().len()).map(|i| p[i / inner % n]).collect();
            let plain = x.cast::<F>();
            // 1e6 + ln 2 has an ulp of 1/16 in single precision.
            let tolerance = if F::NAME == "f32" { 1e-7 } else { 1e-15 };
            let (_, g) = at::<F>(&x, |x| x.logsumexp(axis));
            close(&g, &expected, 0.0);
            let values = plain.logsumexp(axis).cast::<f64>();
            close(values.data(), &vec![y; values.data().len()], tolerance);
            close(plain.softmax(axis).cast::<f64>().data(), &expected, 0.0);
            let logs: Vec<f64> = expected.iter().map(|p| p.ln()).collect();
            // Where p underflows, its logarithm does not; that case stands below.
            if !expected.contains(&0.0) || x.data().contains(&INF) || x.data().contains(&-INF) {
                close(plain.log_softmax(axis).cast::<f64>().data(), &logs, 1e-7);
            }
        }
    }
}

#[test]
fn limits_in_single_precision() {
    limits::<f32>();
}

#[test]
fn limits_in_double_precision() {
    limits::<f64>();
}

/// A row of 40 goes through the lanes; one element decides.
#[test]
fn one_element_among_many() {
    for (place, special, y) in [(33, INF, INF), (7, NAN, NAN), (39, NAN, NAN), (39, INF, INF)] {
        let mut x = vec![0.0; 40];
        x[place] = special;
        close(&[Tensor::new([40], x).logsumexp(0).item()], &[y], 0.0);
    }
    let mut x = vec![-INF; 40];
    assert_eq!(Tensor::new([40], x.clone()).logsumexp(0).item(), -INF);
    x[39] = -5.0;
    assert_eq!(Tensor::new([40], x).logsumexp(0).item(), -5.0);
}

#[test]
fn an_empty_axis_has_no_weight() {
    let x = Tensor::<f64>::zeros([2, 0]);
    assert_eq!(x.logsumexp(1).data(), [-INF, -INF]);
    assert_eq!(x.softmax(1).shape(), x.shape());
    assert_eq!(x.transpose().logsumexp(0).data(), [-INF, -INF]);
}

/// The logarithm keeps what the softmax loses to underflow.
#[test]
fn log_softmax_does_not_underflow() {
    let x = Tensor::from([0.0f32, -2000.0]);
    assert_eq!((x.softmax(0).data(), x.log_softmax(0).data()), (&[1.0, 0.0][..], &[0.0, -2000.0][..]));
}

/// The derivatives through rows at −∞ are numbers: 0 for what has no weight.
#[test]
fn derivatives_at_minus_infinity() {
    let x = Tensor::from([[-INF, -INF], [-INF, 2.0]]);
    assert_eq!(at::<f64>(&x, |x| x.logsumexp(1).exp()).1, [0.0, 0.0, 0.0, 2.0f64.exp()]);
    assert_eq!(at::<f64>(&x, |x| x.softmax(1).square()).1, [0.0; 4]);
    let (_, g) = at::<f64>(&x, |x| x.log_softmax(1).slice(1, 1..));
    assert!(g.iter().all(|g| g.is_finite()), "{g:?}");
}

/// Far from 0 the derivative in single precision is as exact as near it: it is not e^(x − y) with the rounded y.
#[test]
fn weights_far_from_zero() {
    let x = tensor(&[5], 2);
    let near = at::<f64>(&x, |x| x.logsumexp(0)).1;
    let far = x.cast::<f32>() - 4096.0;
    let back = (&far + 4096.0).cast::<f64>();
    let exact = at::<f64>(&back, |x| x.logsumexp(0)).1;
    let g = at::<f32>(&far.cast(), |x| x.logsumexp(0)).1;
    close(&g, &exact, 3e-7);
    // The numbers themselves were rounded to multiples of 2⁻¹¹.
    close(&g, &near, 1e-3);
}

/// Shares below √(smallest normal number), e⁻⁴³·⁷ in `f32`, are 0 in the derivative: their products would be subnormal.
#[test]
fn least_shares_are_nothing() {
    let x = Tensor::from([0.0f32, -10.0, -43.0, -44.0, -80.0]);
    let lines = Tensor::from_fn([5, 2], |i| x.data()[i / 2]);
    let expected = |x: f32| if x < -43.7 { 0.0 } else { f64::from(x).exp() };
    let expected: Vec<f64> = x.data().iter().map(|&x| expected(x)).collect();
    let relative = |d: f64, e: f64| if e == 0.0 { d } else { (d / e - 1.0).abs() };
    for (i, d) in at::<f32>(&x.cast(), |x| x.logsumexp(0)).1.iter().enumerate() {
        assert!(relative(*d, expected[i]) < 1e-4, "{i}: {d}");
    }
    for (i, d) in at::<f32>(&lines.cast(), |x| x.logsumexp(0)).1.iter().enumerate() {
        assert!(relative(*d, expected[i / 2]) < 1e-4, "{i}: {d}");
    }
}

/// ln of one share of each row as the operations that [`Reduce::log_softmax_at`] stands for.
fn chosen<V: Array<F = f64>>(x: &V, index: &Tensor<f64>) -> V {
    let shape = x.shape();
    let (own, n) = (shape.without(shape.rank() - 1), shape[shape.rank() - 1]);
    let out = own.broadcast(index.shape()).unwrap();
    let whole = x.fill(out.push(n), |y| y.fill(0.0)) + x;
    whole.log_softmax(-1).gather(&(Tensor::zeros(out) + index))
}

/// The same bits, whatever repeats; in the derivatives, sums over what repeats are of at most 12 terms below 4 in size.
#[test]
fn one_share_of_each_row() {
    let shapes: [(&[usize], &[usize]); 5] =
        [(&[3, 4, 5], &[3, 4]), (&[5], &[]), (&[4, 5], &[3, 4]), (&[3, 4, 40], &[4]), (&[3, 1, 5], &[1, 4])];
    for (i, (x, index)) in shapes.into_iter().enumerate() {
        let (x, n) = (tensor(x, i as u64), x[x.len() - 1]);
        let index = Tensor::from_fn(index, |i| (i * 7 % n) as f64);
        assert_eq!(x.log_softmax_at(&index), chosen(&x, &index));
        same_bits!([x, index] x.log_softmax_at(&index));
        check::gradients(std::slice::from_ref(&x), |v| v[0].log_softmax_at(&v[0].constant(&index))).unwrap();
        let (one, several) =
            (at::<f64>(&x, |x| x.log_softmax_at(&x.constant(&index))), at::<f64>(&x, |x| chosen(&x, &index)));
        close(&one.1, &several.1, 1e-13);
    }
}

#[test]
fn a_share_of_no_element() {
    let x = Tensor::from([[1.0, f64::NEG_INFINITY, 0.5]; 6]);
    let index = Tensor::from([3.0, -1.0, 0.5, f64::INFINITY, f64::NAN, 1.0]);
    let (p, i) = (Param::new(x), Param::new(index));
    let mut tape = Tape::new();
    let (y, gradients) = tape.value_and_grad(|tape| tape.param(&p).log_softmax_at(&tape.param(&i)).max(0));
    assert_eq!(y, f64::NEG_INFINITY);
    assert!(gradients.get(&i).is_none(), "nothing is differentiated by the index");
    let (_, gradients) = tape.value_and_grad(|tape| tape.param(&p).log_softmax_at(&tape.param(&i)).sum_all());
    let d = gradients.get(&p).unwrap();
    assert!(d.data()[..15].iter().all(|d| *d == 0.0), "what is no element has no derivative: {d:?}");
    let share = 1.0 / (1.0 + (-0.5f64).exp());
    close(d.row(5), &[-share, 1.0, share - 1.0], 1e-15);
    let none = Tensor::<f64>::zeros([2, 0]).log_softmax_at(&Tensor::zeros([2]));
    assert_eq!(none.data(), [f64::NEG_INFINITY; 2]);
}
