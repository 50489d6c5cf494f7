//! Draws against their distribution, and gradients through draws against those of the expectation.

use super::{FALSE_ALARM, stream};
use autograd::prelude::*;
use prob::prelude::*;

/// The number of draws that most tests take.
pub const N: usize = 100_000;

/// √(ln(2/α)/2n): an empirical distribution function, and so any frequency, of `n` draws is farther than this from the
/// true one with probability below α (Dvoretzky–Kiefer–Wolfowitz inequality with P. Massart's constant, 1990).
pub fn dkw(n: usize) -> f64 {
    ((2.0 / FALSE_ALARM).ln() / (2.0 * n as f64)).sqrt()
}

/// The greatest distance between the empirical distribution function of the draws and the integral of the density.
///
/// The density, log p at points `[n, 1]`, is integrated by the trapezoidal rule between neighbouring draws. With 10⁵
/// draws its error is far below the bound of 8·10⁻³ that `dkw` gives, as is the mass beyond the extremes.
pub fn ks_distance(mut draws: Vec<f64>, log_prob: impl Fn(&Tensor<f64>) -> Tensor<f64>) -> f64 {
    draws.sort_by(f64::total_cmp);
    let n = draws.len();
    let density = log_prob(&Tensor::new([n, 1], draws.clone())).exp();
    let p = density.data();
    let (mut below, mut distance) = (0.0, 0.0f64);
    for i in 0..n {
        if i > 0 {
            below += 0.5 * (p[i] + p[i - 1]) * (draws[i] - draws[i - 1]);
        }
        distance = distance.max((below - (i as f64 + 0.5) / n as f64).abs());
    }
    distance
}

/// [`N`] draws of one variable follow its density (Kolmogorov–Smirnov test): for densities that are bounded.
#[track_caller]
pub fn follow_density<P: Distribution<Tensor<f64>>>(p: &P, test: u64) {
    let distance = ks_distance(p.sample_n(N, &mut stream(test)).data().to_vec(), |x| p.log_prob(x));
    assert!(distance < dkw(N), "{distance} ≥ {}", dkw(N));
}

/// [`N`] draws of one variable follow its distribution function (Kolmogorov–Smirnov test).
#[track_caller]
pub fn follow_cdf<P: Distribution<Tensor<f64>> + Cdf<Tensor<f64>>>(p: &P, test: u64) {
    let mut draws = p.sample_n(N, &mut stream(test)).data().to_vec();
    draws.sort_by(f64::total_cmp);
    let cdf = p.cdf(&Tensor::new([N, 1], draws));
    let distance = |(i, below): (usize, &f64)| {
        let (before, after) = (i as f64 / N as f64, (i + 1) as f64 / N as f64);
        (below - before).abs().max((after - below).abs())
    };
    let distance = cdf.data().iter().enumerate().map(distance).fold(0.0, f64::max);
    assert!(distance < dkw(N), "{distance} ≥ {}", dkw(N));
}

/// [`N`] draws of one variable with values 0, 1, 2, … have the frequencies of its mass function (χ² test).
///
/// Neighbouring values of which fewer than 20 draws are expected are taken together. A χ² variable with k degrees of
/// freedom exceeds k + 2√(kt) + 2t with probability below e⁻ᵗ (B. Laurent and P. Massart, 2000).
#[track_caller]
pub fn follow_mass<P: Distribution<Tensor<f64>>>(p: &P, test: u64) {
    let draws = p.sample_n(N, &mut stream(test));
    assert!(draws.data().iter().all(|x| *x >= 0.0 && x.fract() == 0.0), "a draw is no whole number");
    let greatest = draws.data().iter().fold(0.0f64, |m, x| m.max(*x)) as usize;
    let mut counts = vec![0usize; greatest + 1];
    draws.data().iter().for_each(|x| counts[*x as usize] += 1);
    let probabilities = p.log_prob(&Tensor::from_fn([counts.len(), 1], |i| i as f64)).exp();
    let impossible = counts.iter().zip(probabilities.data()).position(|(count, p)| *count > 0 && *p == 0.0);
    assert!(impossible.is_none(), "{impossible:?} was drawn, which is impossible");

    let (mut statistic, mut cells) = (0.0, 0);
    let (mut expected, mut observed, mut left) = (0.0, 0, N as f64);
    for (count, p) in counts.iter().zip(probabilities.data()) {
        expected += N as f64 * p;
        observed += count;
        // The last cell is what lies beyond the greatest draw, too: it must not become too small.
        if expected >= 20.0 && left - expected >= 20.0 {
            statistic += (observed as f64 - expected).powi(2) / expected;
            (left, cells, expected, observed) = (left - expected, cells + 1, 0.0, 0);
        }
    }
    if left > 1e-6 {
        statistic += (observed as f64 - left).powi(2) / left;
        cells += 1;
    }
    let (k, t) = (f64::from(cells - 1), -FALSE_ALARM.ln());
    let bound = k + 2.0 * (k * t).sqrt() + 2.0 * t;
    assert!(statistic < bound, "χ² = {statistic} ≥ {bound} with {k} degrees of freedom");
}

/// The sample means and variances of [`N`] draws lie within 5 standard errors of `mean()` and `variance()`, which normal
/// errors exceed with probability 6·10⁻⁷. Var(s²) ≈ (κ − 1)σ⁴/n with the kurtosis κ, estimated from the same draws.
#[track_caller]
pub fn have_moments<P: Distribution<Tensor<f64>> + Moments<Tensor<f64>>>(p: &P, test: u64) {
    let (draws, mean, variance) = (p.sample_n(N, &mut stream(test)), p.mean(), p.variance());
    assert_eq!(mean.shape(), p.shape());
    assert_eq!(variance.shape(), p.shape());
    for j in 0..mean.shape().size() {
        let x: Vec<f64> = (0..N).map(|i| draws.row(i)[j]).collect();
        let (m, v) = (mean.data()[j], variance.data()[j]);
        let moment = |k: i32| x.iter().map(|x| (x - m).powi(k)).sum::<f64>() / N as f64;
        assert!(moment(1).abs() <= 5.0 * (v / N as f64).sqrt(), "mean of element {j} is off by {}", moment(1));
        let error = ((moment(4) - v * v) / N as f64).sqrt();
        assert!((moment(2) - v).abs() <= 5.0 * error, "variance of element {j}: {} for {v}", moment(2));
    }
}

/// ∇ E\[f(z)\] through the draws is the `exact` one, parameter by parameter and element by element.
///
/// `f` is given the parameters and gives the mean of f over 1600 draws of its own; that is done 64 times. The average lies
/// within 6 of its standard errors, estimated from the 64, of what is exact: Student's t with 63 degrees of freedom
/// exceeds 6 with probability 10⁻⁷.
#[track_caller]
pub fn gradients_of_expectation(
    params: &[Tensor<f64>],
    exact: &[Tensor<f64>],
    test: u64,
    f: impl for<'t> Fn(&[Var<'t, f64>], usize, &mut prob::Stream) -> Var<'t, f64>,
) {
    const BATCHES: usize = 64;
    let params: Vec<_> = params.iter().cloned().map(Param::new).collect();
    let (mut tape, rng) = (Tape::new(), &mut stream(test));
    let batches: Vec<Vec<Tensor<f64>>> = (0..BATCHES)
        .map(|_| {
            let f = &f;
            let rng = &mut *rng;
            let (_, gradients) = tape.value_and_grad(|tape| {
                let params: Vec<_> = params.iter().map(|p| tape.param(p)).collect();
                f(&params, 1600, rng).mean_all()
            });
            params.iter().map(|p| gradients.get(p).expect("a draw depends on its parameters").clone()).collect()
        })
        .collect();
    for (k, exact) in exact.iter().enumerate() {
        for (i, &exact) in exact.data().iter().enumerate() {
            let all: Vec<f64> = batches.iter().map(|batch| batch[k].data()[i]).collect();
            let mean = all.iter().sum::<f64>() / BATCHES as f64;
            let squares = all.iter().map(|g| (g - mean).powi(2)).sum::<f64>();
            let error = (squares / (BATCHES * (BATCHES - 1)) as f64).sqrt();
            // A gradient without noise is exact up to rounding.
            let room = 6.0 * error + 1e-12 * exact.abs().max(1.0);
            assert!((mean - exact).abs() <= room, "parameter {k}, element {i}: {mean} ± {error}, not {exact}");
        }
    }
}

/// Where a parameter moves, a draw moves so that its quantile stays: F(z(θ); θ) does not depend on θ.
///
/// `f` is given the parameters and gives F of a draw z, and F of the same draw as a constant. Through the draw the
/// derivative of the second goes, up to 10⁻⁹ of it: some thousand roundings in the special functions.
#[track_caller]
pub fn keep_their_quantiles(
    params: &[Tensor<f64>],
    test: u64,
    f: impl for<'t> Fn(&[Var<'t, f64>], &mut prob::Stream) -> [Var<'t, f64>; 2],
) {
    let params: Vec<_> = params.iter().cloned().map(Param::new).collect();
    let mut tape = Tape::new();
    for draw in 0..64 {
        let [through, fixed] = [0, 1].map(|which| {
            let (_, gradients) = tape.value_and_grad(|tape| {
                let params: Vec<_> = params.iter().map(|p| tape.param(p)).collect();
                f(&params, &mut stream(test + 1_000_000 * draw))[which].sum_all()
            });
            params.iter().map(|p| gradients.get(p).expect("F depends on its parameters").clone()).collect::<Vec<_>>()
        });
        for (k, (through, fixed)) in through.iter().zip(&fixed).enumerate() {
            for (i, (a, b)) in through.data().iter().zip(fixed.data()).enumerate() {
                assert!(a.abs() <= 1e-9 * b.abs(), "parameter {k}, element {i}: {a:e} is left of {b:e}");
            }
        }
    }
}

/// The first draws of a fixed key, as they were when they were written down: a change of the sampler changes every
/// training run, and must be meant.
#[track_caller]
pub fn pinned<P: Distribution<Tensor<f64>>>(p: &P, expected: &[f64]) {
    let draws = p.sample(&mut Key::new(1).stream("noise", 0, 0));
    assert_eq!(draws.data(), expected);
}

/// The same draws come through every door, with a new axis in front where there are several, and no noise is used twice.
#[track_caller]
pub fn come_through_every_door<P: Reparameterized<Tensor<f64>>>(p: &P) {
    const S: usize = 4;
    let shape = p.shape();
    let z = p.rsample(&mut stream(1));
    assert_eq!(z.shape(), shape);
    assert_eq!(z, p.sample(&mut stream(1)));
    let many = p.rsample_n(S, &mut stream(1));
    assert_eq!(many, p.sample_n(S, &mut stream(1)));
    assert_eq!(many.shape().dims(), [&[S], shape.dims()].concat());
    assert_eq!(p.log_prob(&many).shape().dims(), [&[S], &shape.dims()[..shape.rank() - 1]].concat());
    assert_eq!(p.rsample_n(1, &mut stream(1)).data(), z.data());
    let mut all = many.data().to_vec();
    all.sort_by(f64::total_cmp);
    assert!(all.windows(2).all(|w| w[0] != w[1]), "noise was used twice");
}
