//! Estimators of the ELBO and of its gradient: unbiased, and of the variance that they should have.
//!
//! Seeds are fixed, so that a test passes or fails for good. "Within z standard errors" states how often a right program would
//! fail at another seed: 4.5 for 7 in a million.

use crate::common::{Case, Size, dense, mean_and_error, moments, on_tape, stream};
use autograd::prelude::*;
use nn::Module;
use vae::models::{LinearGaussian, PosteriorFamily};
use vae::objective::MonteCarloElbo;
use vae::{Elbo, Objective, Terms};

const SIGMAS: f64 = 4.5;
const FAMILIES: [PosteriorFamily; 2] = [PosteriorFamily::Diagonal, PosteriorFamily::Full];

/// The only row of a case, many times over, so that each row of a bound is an independent draw of it.
fn repeated(case: &Case, times: usize) -> Tensor<f64> {
    Tensor::from_fn([times, case.mu.len()], |i| case.x[0][i % case.mu.len()])
}

/// The terms of a bound at each of many draws.
fn draws<O: Objective<f64, LinearGaussian<f64>>>(
    objective: O,
    model: &LinearGaussian<f64>,
    x: &Tensor<f64>,
) -> Vec<Terms> {
    on_tape(x, |x| Terms::rows(&objective.bound(model, x, &mut stream(8))))
}

/// The mean over 20,000 draws is the closed form, part by part, and the two estimators agree.
#[test]
fn both_estimators_are_unbiased() {
    for (family, samples) in FAMILIES.into_iter().zip([1, 3]) {
        let case = Case::random(21, Size { d: 4, k: 3, rows: 1 }).of(family);
        let (model, x) = (case.model(family), repeated(&case, 20_000));
        let (likelihood, kl) = case.elbo_parts()[0];
        let near = |what: &str, terms: Vec<f64>, exact: f64| {
            let (mean, error) = mean_and_error(&terms);
            assert!((mean - exact).abs() < SIGMAS * error + 1e-9, "{what}: {mean} ± {error}, exactly {exact}");
        };
        for (name, terms) in [
            ("closed KL", draws(Elbo { samples }, &model, &x)),
            ("drawn KL", draws(MonteCarloElbo { samples }, &model, &x)),
        ] {
            let each = |f: fn(&Terms) -> f64| terms.iter().map(f).collect::<Vec<f64>>();
            near(name, each(|t| t.elbo), likelihood - kl);
            near(name, each(|t| t.expected_log_likelihood), likelihood);
            near(name, each(|t| t.kl), kl);
            assert!(
                terms.iter().all(|t| (t.elbo - t.expected_log_likelihood + t.kl).abs() < 1e-9),
                "its parts make it up"
            );
        }
        let spread = moments(&draws(Elbo { samples }, &model, &x).iter().map(|t| t.kl).collect::<Vec<_>>()).1;
        assert!(spread < 1e-18, "the closed KL does not depend on the draw");
    }
}

/// log p(x|z) at z = m + L u is a + gᵀu − ½ uᵀH u with g = Lᵀ Wᵀ r/σ², H = Lᵀ Wᵀ W L/σ²; its variance is gᵀg + ½ tr H², and
/// that of the mean of S draws is the S-th part. A sample variance of n draws has the standard error √((m₄ − m₂²)/n).
#[test]
fn variance_falls_with_the_number_of_draws() {
    let case = Case::random(22, Size { d: 4, k: 2, rows: 1 });
    let (model, x) = (case.model(PosteriorFamily::Full), repeated(&case, 20_000));
    let w_l = dense::mul(&case.w, &case.l);
    let r = dense::minus(&dense::minus(&case.x[0], &case.mu), &dense::apply(&case.w, &case.means()[0]));
    let g = dense::apply(&dense::transpose(&w_l), &r);
    let h = dense::mul(&dense::transpose(&w_l), &w_l);
    let exact = (dense::dot(&g, &g) + 0.5 * dense::trace(&dense::mul(&h, &h))) / case.variance.powi(2);

    for samples in [1, 4, 16] {
        let elbos: Vec<f64> = draws(Elbo { samples }, &model, &x).iter().map(|t| t.elbo).collect();
        let (mean, variance) = moments(&elbos);
        let fourth = elbos.iter().map(|e| (e - mean).powi(4)).sum::<f64>() / elbos.len() as f64;
        let error = ((fourth - variance * variance) / elbos.len() as f64).sqrt();
        let (scaled, error) = (variance * samples as f64, error * samples as f64);
        assert!((scaled - exact).abs() < SIGMAS * error, "{samples} draws: {scaled} ± {error}, exactly {exact}");
    }
}

/// The gradient of a loss by every parameter that it touches, flattened, zeros for the others.
fn gradient(
    tape: &mut Tape<f64>,
    model: &LinearGaussian<f64>,
    loss: impl for<'t> FnOnce(&'t Tape<f64>) -> Var<'t, f64>,
) -> Vec<f64> {
    let (_, gradients) = tape.value_and_grad(loss);
    let of =
        |p: &Param<f64>| gradients.get(p).map_or_else(|| vec![0.0; p.value().shape().size()], |g| g.data().to_vec());
    model.named_params().into_iter().flat_map(|(_, p)| of(p)).collect()
}

/// Each element of the mean over 2,000 gradients of an estimate from one draw for each of 4 rows, against the gradient of the
/// closed form. About 100 numbers are compared: 4.5 standard errors are passed by chance at 1 seed in 1,500.
fn gradients_are_unbiased<O: Objective<f64, LinearGaussian<f64>>>(objective: O) {
    for family in FAMILIES {
        let case = Case::random(23, Size { d: 4, k: 3, rows: 4 }).of(family);
        let (model, x) = (case.model(family), case.data());
        let mut tape = Tape::new();
        let exact = gradient(&mut tape, &model, |tape| model.elbo(tape.constant(&x)).mean_all());
        let mut rng = stream(9);
        let estimates: Vec<Vec<f64>> = (0..2_000)
            .map(|_| {
                gradient(&mut tape, &model, |tape| {
                    objective.bound(&model, tape.constant(&x), &mut rng).objective().mean_all()
                })
            })
            .collect();
        let names: Vec<String> = model
            .named_params()
            .into_iter()
            .flat_map(|(name, p)| (0..p.value().shape().size()).map(move |i| format!("{name}[{i}]")))
            .collect();
        for (j, name) in names.iter().enumerate() {
            let (mean, error) = mean_and_error(&estimates.iter().map(|g| g[j]).collect::<Vec<_>>());
            let off = (mean - exact[j]).abs();
            assert!(off < SIGMAS * error + 1e-9, "{name}, {family:?}: {mean} ± {error}, exactly {}", exact[j]);
        }
        assert!(exact.iter().filter(|g| g.abs() > 1e-3).count() > names.len() / 2, "the gradients are not zeros");
    }
}

#[test]
fn the_gradient_with_the_closed_divergence_is_unbiased() {
    gradients_are_unbiased(Elbo { samples: 1 });
}

#[test]
fn the_gradient_with_the_drawn_divergence_is_unbiased() {
    gradients_are_unbiased(MonteCarloElbo { samples: 1 });
}

/// The closed form itself, by central differences of the formula written out for plain numbers.
#[test]
fn the_closed_form_is_differentiated_correctly() {
    let case = Case::random(24, Size { d: 3, k: 2, rows: 2 });
    let model = case.model(PosteriorFamily::Full);
    let x = case.data();
    let exact = gradient(&mut Tape::new(), &model, |tape| model.elbo(tape.constant(&x)).mean_all());
    let mean = |case: &Case| case.elbo().iter().sum::<f64>() / 2.0;
    // encoder.weight is first: 6 elements of A.
    for (i, exact) in exact.iter().enumerate().take(6) {
        let at = |h: f64| {
            let mut moved = case.clone();
            moved.a[i / 3][i % 3] += h;
            mean(&moved)
        };
        let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
        assert!((difference - exact).abs() < 1e-6 * (1.0 + exact.abs()), "{difference} and {exact}");
    }
}
