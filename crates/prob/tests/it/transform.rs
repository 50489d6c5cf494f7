//! Changes of variables: inverses, log-determinants, derivatives.

use crate::support::flows::{KINDS, flow, masked, parameters, takes};
use crate::support::golden::{DOUBLE, SINGLE, golden};
use crate::support::gradients::gradients;
use crate::support::limits::at;
use crate::support::{INF, close, tensor};
use autograd::prelude::*;
use prob::transform::*;
use prob::{Cdf, Distribution, Normal, Transformed};

fn evaluate<V: Array>(what: &str, x: &[V]) -> V {
    let density = |t: &dyn Invertible<V>| Transformed::new(Normal::new(x[1].clone(), x[2].clone()), t).log_prob(&x[0]);
    let below = |t: &dyn Monotone<V>| Transformed::new(Normal::new(x[1].clone(), x[2].clone()), t).cdf(&x[0]);
    match what {
        "exp" => density(&Exp),
        "tanh" => density(&Tanh),
        "sigmoid" => density(&Sigmoid),
        "softplus" => density(&Softplus),
        "tanh log_det" => Tanh.forward_with_log_det(&x[0]).1,
        "sigmoid log_det" => Sigmoid.forward_with_log_det(&x[0]).1,
        "exp cdf" => below(&Exp),
        "tanh cdf" => below(&Tanh),
        "sigmoid cdf" => below(&Sigmoid),
        "softplus cdf" => below(&Softplus),
        "tanh down cdf" => below(&(Tanh, Affine::new(x[3].clone(), x[4].clone()))),
        "softplus log_det" => Softplus.forward_with_log_det(&x[0]).1,
        _ => panic!("this test does not know `{what}`"),
    }
}

#[test]
fn golden_values() {
    const CSV: &str = include_str!("../golden/transformed.csv");
    golden::<f64>(CSV, DOUBLE, |what, x| evaluate(what, x));
    golden::<f32>(CSV, SINGLE, |what, x| evaluate(what, x));
}

/// Every kind for every number of elements, at S·B·K points.
fn each_flow(check: impl Fn(&str, &dyn Invertible<Tensor<f64>>, &Tensor<f64>)) {
    for (k, kind) in (1..=5).flat_map(|k| KINDS.iter().map(move |kind| (k, kind))).filter(|(k, kind)| takes(kind, *k)) {
        let p = parameters(k);
        check(kind, &*flow(kind, p.each_ref()), &(tensor([4, 2, k], 5) * 2.0));
    }
}

/// The flows stretch by less than 100 here, so that the roundings of y are below 10⁻¹³ of x; chains have some.
#[test]
fn inverses_find_x_again() {
    each_flow(|kind, t, x| {
        let (y, log_det) = t.forward_with_log_det(x);
        let (again, same) = t.inverse_with_log_det(&y);
        close(&again, x, 1e-12);
        close(&same, &log_det, 1e-12);
        assert_eq!((y.shape(), log_det.shape().dims()), (x.shape(), &[4, 2][..]), "{kind}");
        close(&t.forward(x), &y, 0.0);
        close(&t.inverse(&y), &again, 0.0);
        t.supports(&y).unwrap();
    });
}

/// In single precision as in double, to some ten roundings of a stretch of 100.
#[test]
fn single_precision_agrees() {
    for (k, kind) in [(1, "planars"), (3, "planars"), (3, "coupling"), (4, "iaf"), (4, "maf"), (3, "tanh")] {
        let (p, x) = (parameters(k).map(|p| p.cast::<f32>()), tensor([2, k], 6).cast::<f32>());
        let double = p.each_ref().map(|p| p.cast::<f64>());
        let (t, exact) = (flow(kind, p.each_ref()), flow(kind, double.each_ref()));
        let (y, log_det) = t.forward_with_log_det(&x);
        let (exact_y, exact_log_det) = exact.forward_with_log_det(&x.cast());
        close(&y, &exact_y, 1e-5);
        close(&log_det, &exact_log_det, 1e-5);
        close(&t.inverse(&y), &x.cast(), 1e-4);
    }
}

/// log|det| of a matrix, by elimination with the greatest pivot.
fn log_abs_det(mut a: Vec<Vec<f64>>) -> f64 {
    let mut log_det = 0.0;
    for j in 0..a.len() {
        let pivot = (j..a.len()).max_by(|&p, &q| a[p][j].abs().total_cmp(&a[q][j].abs())).unwrap();
        a.swap(j, pivot);
        log_det += a[j][j].abs().ln();
        let (done, rest) = a.split_at_mut(j + 1);
        for row in rest {
            let factor = row[j] / done[j][j];
            row.iter_mut().zip(&done[j]).for_each(|(a, b)| *a -= factor * b);
        }
    }
    log_det
}

/// The determinant of central differences, whose error is of order 10⁻¹⁰ of a derivative.
#[test]
fn log_determinants_are_those_of_the_jacobian() {
    const H: f64 = 1e-5;
    each_flow(|kind, t, x| {
        let k = x.shape()[2];
        let log_det = t.forward_with_log_det(x).1;
        for (event, log_det) in x.data().chunks_exact(k).zip(log_det.data()) {
            let moved = |j: usize, h: f64| {
                let x = Tensor::from_fn([k], |i| event[i] + if i == j { h } else { 0.0 });
                t.forward(&x)
            };
            let column = |j: usize| ((moved(j, H) - moved(j, -H)) / (2.0 * H)).data().to_vec();
            let jacobian = log_abs_det((0..k).map(column).collect());
            assert!((jacobian - log_det).abs() < 1e-6, "{kind}, {k} elements: {log_det}, not {jacobian}");
        }
    });
}

/// By x, by every parameter, and through the conditioner, in both directions.
#[test]
fn derivatives() {
    for (k, kind) in [1, 3].iter().flat_map(|k| KINDS.iter().map(move |kind| (*k, *kind))).filter(|(k, t)| takes(t, *k))
    {
        let ([a, b, w, c], x) = (parameters(k), tensor([2, 2, k], 7));
        let y = flow(kind, [&a, &b, &w, &c]).forward(&x);
        gradients(&[x, a.clone(), b.clone(), w.clone(), c.clone()], |v| {
            let (y, log_det) = flow(kind, [&v[1], &v[2], &v[3], &v[4]]).forward_with_log_det(&v[0]);
            y.sin().sum(-1) + log_det * 0.7
        })
        .unwrap_or_else(|why| panic!("{kind}, {k} elements: {why}"));
        gradients(&[y, a, b, w, c], |v| {
            let (x, log_det) = flow(kind, [&v[1], &v[2], &v[3], &v[4]]).inverse_with_log_det(&v[0]);
            x.sin().sum(-1) + log_det * 0.7
        })
        .unwrap_or_else(|why| panic!("{kind} inverted, {k} elements: {why}"));
    }
}

/// One element after the other gives what all at once give, and the layer of one direction inverts the other's.
#[test]
fn slow_directions_are_the_fast_ones() {
    let ([_, _, w, c], x) = (parameters(4), tensor([2, 4], 8));
    let conditioner = masked(&w, &c);
    let (shift, log_scale) = conditioner(&x);
    let u = (&x - &shift) * (-&log_scale).exp();
    let (slow, log_det) = MaskedAutoregressive::new(&conditioner).forward_with_log_det(&u);
    close(&slow, &x, 1e-14);
    close(&log_det, &log_scale.sum(-1), 1e-14);
    let y = &x * log_scale.exp() + shift;
    let (slow, log_det) = InverseAutoregressive::new(&conditioner).inverse_with_log_det(&y);
    close(&slow, &x, 1e-14);
    close(&log_det, &log_scale.sum(-1), 1e-14);
}

#[test]
fn conditioners_that_are_not_autoregressive_are_found() {
    let ([_, _, w, c], x) = (parameters(4), tensor([2, 4], 8));
    check_autoregressive(&masked(&w, &c), &x).unwrap();
    check_autoregressive(&|x: &Tensor<f64>| (Tensor::scalar(0.5), x * 0.0), &x).unwrap();
    let later = |x: &Tensor<f64>| {
        let relu = x.slice(-1, 3..4).relu() * Tensor::from([[0.0, 0.0, 1.0, 0.0]]);
        (relu, x * 0.0)
    };
    let why = check_autoregressive(&later, &x).unwrap_err();
    assert_eq!(why.to_string(), "the conditioner is not autoregressive: shift 2 depends on element 3");
    let why = check_autoregressive(&|x: &Tensor<f64>| (x * 0.0, x * f64::NAN), &x).unwrap_err();
    assert_eq!(why.to_string(), "the conditioner is not autoregressive: log-scale 0 depends on element 0");
}

/// wᵀû > −1 for every u, however far against w, and the root is found to the end of what is one-to-one: the error of x is
/// that of y over the stretch, which is 10⁻⁹ and more here.
#[test]
fn planar_flows_stay_invertible() {
    for u in [-20.0, -3.0, 0.0, 5.0, 1e6] {
        let t = Planar::new(Tensor::from([1.0, -0.5]), Tensor::from([u, -u]), Tensor::from(0.1));
        let along = (t.direction() * Tensor::from([1.0, -0.5])).sum(-1).item();
        assert!(along >= -1.0, "{along}");
        let x = tensor([9, 2], 3) * 3.0;
        let (y, log_det) = t.forward_with_log_det(&x);
        assert!(log_det.data().iter().all(|l: &f64| l.is_finite()));
        let again = t.inverse(&y);
        let room = 1e-14 * (1.0 + u.abs()) / log_det.exp().data().iter().fold(1.0, |m: f64, d| m.min(*d));
        close(&again, &x, room.min(1e-5));
    }
}

/// x and the log-determinant, of y.
type Inverse<F> = dyn for<'t> Fn(Var<'t, F>) -> (Var<'t, F>, Var<'t, F>);

/// Where y rounds to the end of the range, and at the ends of the range.
fn extremes<F: Real>() {
    for (x, y) in [(20.0, 1.0), (-20.0, -1.0)] {
        assert_eq!(at::<F>(x, |x| Tanh.forward(&x)).0 as f32, y);
    }
    assert_eq!(at::<F>(50.0, |x| Sigmoid.forward(&x)).0, 1.0);
    assert!((at::<F>(-50.0, |x| Sigmoid.forward(&x)).0 / (-50.0f64).exp() - 1.0).abs() < 1e-5);
    let (x, slope) = at::<F>(1e-30, |y| Softplus.inverse(&y));
    assert!((x - 1e-30f64.ln()).abs() < 1e-4 && (slope * 1e-30 - 1.0).abs() < 1e-6, "{x}, {slope}");
    let outside: [(&Inverse<F>, &[f64]); 4] = [
        (&|y| Exp.inverse_with_log_det(&y), &[0.0, -1.0, -INF]),
        (&|y| Tanh.inverse_with_log_det(&y), &[1.0, -1.0, 3.0, INF, -INF]),
        (&|y| Sigmoid.inverse_with_log_det(&y), &[0.0, 1.0, -0.5, 2.0, INF, -INF]),
        (&|y| Softplus.inverse_with_log_det(&y), &[0.0, -2.0, -INF]),
    ];
    for (t, ys) in outside {
        for &y in ys {
            assert_eq!((at::<F>(y, |y| t(y).0), at::<F>(y, |y| t(y).1)), ((0.0, 0.0), (INF, 0.0)), "{y}");
        }
        assert!(at::<F>(f64::NAN, |y| t(y).0).0.is_nan());
    }
}

#[test]
fn limits() {
    extremes::<f32>();
    extremes::<f64>();
}

/// Parameters for rows, for all rows, for all elements, with extents of 1: as if they were repeated.
#[test]
fn parameters_broadcast() {
    let x = tensor([4, 2, 3], 1);
    for shape in [&[][..], &[3], &[2, 3], &[4, 2, 3], &[4, 1, 3], &[1, 2, 1], &[4, 2, 1]] {
        let (shift, scale) = (tensor(shape, 2), tensor(shape, 3));
        let repeated = |p: &Tensor<f64>| p + Tensor::zeros([4, 2, 3]);
        let (y, log_det) = Affine::new(shift.clone(), scale.clone()).forward_with_log_det(&x);
        let (full_y, full_log_det) = Affine::new(repeated(&shift), repeated(&scale)).forward_with_log_det(&x);
        assert_eq!(y, full_y);
        close(&log_det, &full_log_det, 1e-14);
    }
    // A flow for each row.
    let (w, u, b) = (tensor([2, 3], 4), tensor([2, 3], 5), tensor([2], 6));
    let (y, log_det) = Planar::new(w.clone(), u.clone(), b.clone()).forward_with_log_det(&x);
    for row in 0..2 {
        let part = |p: &Tensor<f64>| Tensor::new([3], p.row(row).to_vec());
        let one = Planar::new(part(&w), part(&u), Tensor::from(b.data()[row]));
        let (z, stretch) = one.forward_with_log_det(&x.slice(1, row..row + 1));
        close(&z, &y.slice(1, row..row + 1), 1e-14);
        close(&stretch, &log_det.slice(1, row..row + 1), 1e-14);
    }
    let number = Tensor::from(0.5);
    assert_eq!(Reverse.forward_with_log_det(&number), (number.clone(), Tensor::from(0.0)));
    let none: [Affine<Tensor<f64>>; 0] = [];
    assert_eq!(none.forward_with_log_det(&x), (x.clone(), Tensor::zeros([4, 2])));
}

#[test]
fn parameters_are_named() {
    let t = |x: [f64; 2]| Tensor::from(x);
    let why = Affine::new(t([0.0; 2]), t([1.0, 0.0])).validated().unwrap_err();
    assert_eq!(why.to_string(), "Affine: scale must be finite and not 0; element 1 is 0");
    let why = Planar::new(t([0.0; 2]), t([1.0; 2]), Tensor::from(0.0)).validated().unwrap_err();
    assert_eq!(why.to_string(), "Planar: ‖w‖² must be positive and finite; it is 0");
    let why = Planar::new(t([1.0; 2]), t([INF, 1.0]), Tensor::from(0.0)).validated().unwrap_err();
    assert_eq!(why.to_string(), "Planar: û, which u is corrected to, must be finite; element 0 is inf");
    assert!(Affine::new(t([0.0; 2]), t([1.0, -2.0])).validated().is_ok());
    assert!(Planar::new(t([1.0, 0.0]), t([0.0; 2]), Tensor::from(0.0)).validated().is_ok());
}

#[test]
#[should_panic(expected = "Coupling: 1 elements are to pass unchanged, and others not, of an array [1]")]
fn one_element_has_no_parts() {
    let t = Coupling::new(Unchanged::First(1), |x: &Tensor<f64>| (x.clone(), x.clone()));
    let _ = t.forward(&Tensor::from([1.0]));
}

#[test]
#[should_panic(expected = "Coupling: the conditioner gives the shift [4, 2] and the log-scale [2] for a part [2]")]
fn conditioners_may_not_add_rows() {
    let t = Coupling::new(Unchanged::Last(2), |x: &Tensor<f64>| (Tensor::zeros([4, 2]), x.clone()));
    let _ = t.forward(&Tensor::from([1.0, 2.0, 3.0, 4.0]));
}

#[test]
#[should_panic(expected = "InverseAutoregressive: needs an array [.., K], not []")]
fn a_number_has_no_order() {
    let _ = InverseAutoregressive::new(|x: &Tensor<f64>| (x.clone(), x.clone())).forward(&Tensor::from(1.0));
}
