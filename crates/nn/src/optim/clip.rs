//! Bounds on gradients.

use autograd::{Gradients, Real};

/// Shortens the gradients, taken together as one vector, to length `max` if they are longer, and returns the length they
/// had: g ← g · max/‖g‖ where ‖g‖ > max.
///
/// R. Pascanu, T. Mikolov and Y. Bengio, *On the difficulty of training recurrent neural networks*, 2013, Algorithm 1.
///
/// A length that is not finite has no direction left to keep: the gradients stay as they are, and the value returned tells.
///
/// # Panics
/// If `max` is negative or not a number.
#[track_caller]
pub fn by_norm<F: Real>(gradients: &mut Gradients<F>, max: f64) -> F {
    assert!(max >= 0.0, "a bound on the norm is not negative: {max}");
    let norm = gradients.norm();
    if norm.is_finite() && norm.as_f64() > max {
        gradients.scale(F::of(max) / norm);
    }
    norm
}

/// Holds every element of the gradients between −`max` and `max`. NaN stays NaN.
///
/// # Panics
/// If `max` is negative or not a number.
#[track_caller]
pub fn by_value<F: Real>(gradients: &mut Gradients<F>, max: f64) {
    assert!(max >= 0.0, "a bound on the elements is not negative: {max}");
    let max = F::of(max);
    for (_, g) in gradients.iter_mut() {
        for g in g.data_mut() {
            *g = if *g > max {
                max
            } else if *g < -max {
                -max
            } else {
                *g
            };
        }
    }
}
