//! Closed-form divergences against simulation, and what every divergence satisfies.

use super::stream;
use autograd::prelude::*;
use prob::prelude::*;

/// Within 5 standard errors of the average over 20,000 draws: a false alarm has probability 6·10⁻⁷ for each event.
#[track_caller]
pub fn agrees_with_simulation<Q, P>(q: &Q, p: &P, test: u64)
where
    Q: Reparameterized<Tensor<f64>> + KlTo<P, Tensor<f64>>,
    P: Distribution<Tensor<f64>>,
{
    let (exact, estimate) = (kl(q, p), kl_monte_carlo(q, p, 20_000, &mut stream(test)));
    for (i, &exact) in exact.data().iter().enumerate() {
        let (value, error) = (estimate.value.data()[i], estimate.standard_error.data()[i]);
        assert!(error > 0.0 && error < 0.02 * exact.max(1.0), "a weak test: the standard error is {error}");
        assert!((exact - value).abs() < 5.0 * error, "event {i}: {exact}, simulated {value} ± {error}");
    }
}

/// KL(q ‖ p) ≥ 0 and KL(q ‖ q) = 0, both up to `room` for the rounding of their terms.
#[track_caller]
pub fn is_not_negative<Q: KlTo<P, Tensor<f64>> + KlTo<Q, Tensor<f64>>, P>(q: &Q, p: &P, room: f64) {
    for value in kl(q, p).data() {
        assert!(*value >= -room, "KL(q ‖ p) = {value}");
    }
    for value in kl::<Tensor<f64>, _, _>(q, q).data() {
        assert!(value.abs() <= room, "KL(q ‖ q) = {value}");
    }
}

/// Positive numbers `[3, 2]` and numbers `[3, 2]`, for parameters of three events.
pub fn normal_table(seed: u64) -> Tensor<f64> {
    let mut x = Tensor::zeros([3, 2]);
    prob::fill_standard_normal(&mut stream(seed), x.data_mut());
    x
}
