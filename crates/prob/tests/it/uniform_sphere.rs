//! The uniform distribution on a sphere, of which `von_mises_fisher` is the one without concentration.

use crate::support::draws::{N, dkw, have_moments, ks_distance};
use crate::support::golden::row;
use crate::support::limits::is_outside;
use crate::support::{INF, close, stream, tensor};
use autograd::prelude::*;
use prob::prelude::*;
use std::f64::consts::PI;

/// The circle, the sphere, and beyond: 2π, 4π, 2π², and 2π⁵⁰/49! by Stirling's series.
#[test]
fn areas() {
    let areas = [(2, (2.0 * PI).ln()), (3, (4.0 * PI).ln()), (4, (2.0 * PI * PI).ln()), (100, -86.636_102_473_314_93)];
    for (p, log_area) in areas {
        let x = Tensor::from_fn([p], |i| f64::from(i == 1));
        let q = UniformSphere::new([p]);
        close(&q.log_prob(&x), &Tensor::scalar(-log_area), 1e-14);
        close::<f64>(&q.entropy(), &Tensor::scalar(log_area), 1e-14);
        close(&q.log_prob(&x.cast::<f32>()), &Tensor::scalar(-log_area), 1e-6);
    }
}

fn supports(x: &Tensor<f64>) -> Result<(), prob::SupportError> {
    Distribution::<Tensor<f64>>::supports(&UniformSphere::new([2]), x)
}

/// In three dimensions elements are uniform between −1 and 1 (Archimedes); in two, the angle is uniform.
#[test]
fn draws() {
    let z: Tensor<f64> = UniformSphere::new([N, 3]).sample(&mut stream(490));
    for j in 0..3 {
        let distance =
            ks_distance((0..N).map(|i| z.row(i)[j]).collect(), |x| Tensor::full([x.shape()[0]], 0.5f64.ln()));
        assert!(distance < dkw(N), "{j}: {distance}");
    }
    let z: Tensor<f64> = UniformSphere::new([N, 2]).sample(&mut stream(491));
    let angles = (0..N).map(|i| z.row(i)[1].atan2(z.row(i)[0])).collect();
    let distance = ks_distance(angles, |x| Tensor::full([x.shape()[0]], -(2.0 * PI).ln()));
    assert!(distance < dkw(N), "{distance}");
    assert_eq!(z, Distribution::<Tensor<f64>>::sample_n(&UniformSphere::new([2]), N, &mut stream(491)));
    assert!(supports(&z).is_ok());
    let single: Tensor<f32> = UniformSphere::new([3, 40]).sample(&mut stream(492));
    let double: Tensor<f64> = UniformSphere::new([3, 40]).sample(&mut stream(492));
    close(&single, &double, 1e-7);
    close(&double.square().sum(-1), &Tensor::ones([3]), 1e-14);
    let q = UniformSphere::new([2, 4]);
    assert_eq!([q.mean(), q.variance()], [Tensor::<f64>::zeros([2, 4]), Tensor::full([2, 4], 0.25)]);
    have_moments(&q, 493);
}

#[test]
fn outside_its_support() {
    fn log_prob<V: Array>(x: [V; 2]) -> V {
        UniformSphere::new([2]).log_prob(&row(&x))
    }
    for x in [[2.0, 0.0], [0.0, 0.0], [INF, 0.0], [0.99, 0.0]] {
        is_outside(x, |x| log_prob(x), |x| log_prob(x));
    }
    assert!(UniformSphere::new([2]).log_prob(&Tensor::from([f64::NAN, 1.0])).item().is_nan());
    let outside = supports(&Tensor::from([[0.6, 0.8], [0.0, 2.0]])).unwrap_err();
    assert_eq!(outside.to_string(), "UniformSphere: ‖x‖² must be 1 within 6e-6; element 1 is 4");
}

/// The distribution may have more axes than `x`, and `x` is then repeated.
#[test]
fn shapes() {
    let x = tensor([4, 2, 3], 1);
    let x = &x / x.square().sum_keep(-1).sqrt();
    close(&UniformSphere::new([3]).log_prob(&x), &Tensor::full([4, 2], -(4.0 * PI).ln()), 1e-15);
    assert_eq!(UniformSphere::new([4, 2, 3]).log_prob(&x).shape(), Shape::new(&[4, 2]));
    let row = x.slice(0, ..1).slice(1, ..1).reshape([3]);
    assert_eq!(UniformSphere::new([2, 3]).log_prob(&row).shape(), Shape::new(&[2]));
}

#[test]
#[should_panic(expected = "UniformSphere: needs a shape [.., p] of vectors of 2 elements or more, not [4, 1]")]
fn dimension() {
    UniformSphere::new([4, 1]);
}
