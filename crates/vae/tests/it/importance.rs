//! Importance sampling: the bound rises with the number of draws, to log p(x), and the simulation error is what it says.

use crate::common::{Case, Size, mean_and_error, on_tape, stream, tensor};
use autograd::prelude::*;
use nn::Linear;
use prob::Key;
use proptest::prelude::*;
use vae::models::{LinearGaussian, PosteriorFamily};
use vae::objective::{ImportanceWeighted, MonteCarloElbo, log_mean_exp, log_weights};
use vae::{Objective, Terms, Threads, Vae, evaluate};

/// How many standard errors a test of one number allows. With fixed seeds it passes or fails for good; the chance that a right
/// program fails at another seed is 7 in a million for each number.
const SIGMAS: f64 = 4.5;

/// Columns of the log-weights whose rows a mask chooses, `[k, subsets]`, for all masks of k bits.
fn subsets(log_w: &[f64], k: u32) -> Tensor<f64> {
    let masks: Vec<u32> = (0..1u32 << log_w.len()).filter(|mask| mask.count_ones() == k).collect();
    let chosen = |mask: u32, s: usize| log_w.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1).nth(s);
    Tensor::from_fn([k as usize, masks.len()], |i| *chosen(masks[i % masks.len()], i / masks.len()).expect("k bits").1)
}

proptest! {
    /// With fixed weights the statement has no noise: the bound with k + 1 of them, averaged over all choices, is at least that
    /// with k (Y. Burda et al., 2016, theorem 1). 1e-12 is for rounding; where weights differ, as here, it is strict.
    #[test]
    fn more_weights_never_lower_the_bound(d in 1usize..5, k in 1usize..4, seed: u64) {
        let case = Case::random(seed, Size { d, k, rows: 1 });
        let model = case.model(PosteriorFamily::Full);
        let log_w = on_tape(&case.data(), |x| log_weights(&model, &model.encode(x), x, 7, &mut stream(!seed)).value());
        let bounds: Vec<f64> = (1..=7).map(|k| log_mean_exp(&subsets(log_w.data(), k)).mean_all().item()).collect();
        let mean = log_w.mean_all().item();
        prop_assert!((bounds[0] - mean).abs() < 1e-12 * (1.0 + mean.abs()), "one draw: the mean of log w");
        for pair in bounds.windows(2) {
            prop_assert!(pair[0] < pair[1] + 1e-12 * (1.0 + pair[1].abs()), "{:?}", bounds);
        }
        let most = log_w.data().iter().copied().fold(f64::NEG_INFINITY, f64::max);
        prop_assert!(bounds[6] <= most + 1e-12);
    }
}

/// One row, many times over, so that each row of a bound is an independent draw of it.
fn repeated(case: &Case, times: usize) -> Tensor<f64> {
    Tensor::from_fn([times, case.mu.len()], |i| case.x[0][i % case.mu.len()])
}

/// A bound's value at each of many draws.
fn draws<O: Objective<f64, LinearGaussian<f64>>>(
    objective: O,
    model: &LinearGaussian<f64>,
    x: &Tensor<f64>,
) -> Vec<f64> {
    on_tape(x, |x| Terms::rows(&objective.bound(model, x, &mut stream(3))))
        .into_iter()
        .map(|terms| terms.elbo)
        .collect()
}

/// From the ELBO up: the mean over 20,000 draws of the bound, at 1, 2, 5 and 25 weights, with q(z|x) some 2 nats away from the
/// posterior.
#[test]
fn the_bound_rises_from_the_elbo_towards_the_evidence() {
    let case = Case::random(5, Size { d: 4, k: 2, rows: 1 });
    let model = loose(&case, 1.6, 0.8);
    let x = repeated(&case, 20_000);
    let elbo = on_tape(&case.data(), |x| model.elbo(x).item());
    let log_p = case.log_evidence()[0];

    let levels = [1, 2, 5, 25].map(|samples| mean_and_error(&draws(ImportanceWeighted { samples }, &model, &x)));
    let (first, error) = levels[0];
    assert!((first - elbo).abs() < SIGMAS * error, "one weight: {first} ± {error}, the ELBO is {elbo}");
    for pair in levels.windows(2) {
        let error = pair[0].1.hypot(pair[1].1);
        assert!(pair[1].0 - pair[0].0 > SIGMAS * error, "each level is clearly above the one before: {levels:?}");
    }
    let (last, error) = levels[3];
    assert!(last < log_p + SIGMAS * error && log_p - last < 0.05, "{last} ± {error} comes near {log_p}");

    let (mean, error) = mean_and_error(&draws(MonteCarloElbo { samples: 25 }, &model, &x));
    assert!((mean - elbo).abs() < SIGMAS * error, "draws by themselves do not tighten the ELBO");
}

/// The model with q(z|x) wider than the posterior by a factor, and aside by some standard deviations: weights are bounded, and
/// their variances moderate.
fn loose(case: &Case, wider: f64, aside: f64) -> LinearGaussian<f64> {
    let exact = case.model(PosteriorFamily::Full).with_best_posterior();
    let l = exact.posterior(&case.data()).scale_tril().clone();
    let (a, c) = (exact.encoder().weight.value().clone(), exact.encoder().bias.value() + l.sum(-1) * aside);
    exact.with_posterior(Linear::from_tensors(a, c), &(l * wider))
}

/// log p̂(x) of 1,500 rows with 1,000 draws each against log p(x).
///
/// Deviations in units of the stated simulation error are close to N(0, 1), so that 1.96 is passed by 5 % of the rows: 75 of
/// 1,500 with a standard deviation of 8.4; counts outside 38..=112 have a chance of 1 in 100,000. The bias of log p̂ is minus
/// half its variance (delta method), which the mean over rows shows.
#[test]
fn the_simulation_error_is_what_it_says() {
    let case = Case::random(11, Size { d: 3, k: 2, rows: 1_500 });
    let model = loose(&case, 1.4, 0.5);
    let estimates = evaluate::log_likelihood(&model, &case.data(), 1_000, Key::new(2), &Threads::new(2));
    let log_p = case.log_evidence();
    let deviations: Vec<f64> =
        estimates.iter().zip(&log_p).map(|(e, log_p)| (e.value - log_p) / e.variance.sqrt()).collect();
    let beyond = deviations.iter().filter(|z| z.abs() > 1.96).count();
    assert!((38..=112).contains(&beyond), "{beyond} of 1,500 rows are further off than they should");

    let n = log_p.len() as f64;
    let bias = estimates.iter().zip(&log_p).map(|(e, log_p)| e.value + 0.5 * e.variance - log_p).sum::<f64>() / n;
    let error = estimates.iter().map(|e| e.variance).sum::<f64>().sqrt() / n;
    assert!(bias.abs() < SIGMAS * error, "{bias} with an error of {error}");

    // The variance by the delta method is that of the estimates: ratio 1 with a standard error of √(2/1,500).
    let ratio = deviations.iter().map(|z| z * z).sum::<f64>() / n;
    assert!((ratio - 1.0).abs() < SIGMAS * (2.0 / n).sqrt(), "{ratio}");
}

/// What `evaluate` reports for all rows together: the negative log-likelihood lies within its simulation error of the exact one,
/// and the errors fall as 1/√S.
#[test]
fn the_reported_likelihood_is_exact_within_its_error() {
    let case = Case::random(12, Size { d: 3, k: 2, rows: 200 });
    let model = loose(&case, 1.5, 0.6);
    let exact = -case.log_evidence().iter().sum::<f64>() / 200.0;
    let report = |samples| {
        evaluate::evaluate(&model, &MonteCarloElbo { samples: 1 }, &case.data(), samples, Key::new(3), &Threads::new(2))
    };
    let (few, many) = (report(100), report(6_400));
    for report in [&few, &many] {
        let bias = 0.5 * report.nll_mc_se.powi(2) * 200.0;
        let off = report.nll - exact - bias;
        assert!(off.abs() < SIGMAS * report.nll_mc_se, "{} ± {}, exactly {exact}", report.nll, report.nll_mc_se);
    }
    let ratio = few.nll_mc_se / many.nll_mc_se;
    assert!((ratio - 8.0).abs() < 0.8, "64 times as many draws, an error {ratio} times as small");
}

/// A row more or less in the data changes no other row's noise within its chunk's size, and the data are read the same for every
/// block of draws: the estimate of a row does not depend on rows after it.
#[test]
fn estimates_do_not_depend_on_later_chunks() {
    let case = Case::random(13, Size { d: 3, k: 2, rows: 96 });
    let (model, key) = (loose(&case, 1.5, 0.5), Key::new(4));
    let of = |rows: usize| {
        let x = tensor(&case.x[..rows].to_vec());
        evaluate::log_likelihood(&model, &x, 40, key, &Threads::new(1))
    };
    assert_eq!(of(64), of(96)[..64]);
}
