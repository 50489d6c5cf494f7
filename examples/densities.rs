//! Densities and divergences on plain numbers, with `prob`: no tape, no gradient, no model.
//!
//! It shows that the densities are normalised (every constant is kept), and looks at one divergence closely:
//! KL(N(1, 0.25) ‖ N(0, 1)), where a formula that is often met gives another number. All values are in nats.

use autograd::prelude::*;
use prob::prelude::*;

fn main() {
    // A normal density on a grid of x [4001, 1]: 4001 events of one number each.
    let p = Normal::new(Tensor::from(1.0), Tensor::from(2.0));
    let grid = Tensor::from_fn([4001, 1], |i| -19.0 + 0.01 * i as f64);
    println!("N(1, 2²)       log p(3) = {:.6}", p.log_prob(&Tensor::from(3.0)).item());
    println!("               ∫ p(x) dx = {:.12}", p.log_prob(&grid).exp().sum_all().item() * 0.01);

    // Three coins by their logits, one of them as good as certain: all eight outcomes [8, 3] at once.
    let coins = Bernoulli::new(Tensor::from([0.0, -1.5, 80.0]));
    let outcomes = Tensor::from_fn([8, 3], |i| f64::from((i / 3) as u32 >> (i % 3) & 1));
    println!("Three coins    P(x = 1) = {:.3?}", coins.probs().data());
    println!("               Σ P(x) over all outcomes = {:.12}", coins.log_prob(&outcomes).exp().sum_all().item());
    let (heads, tails) = (Tensor::from([1.0, 1.0, 1.0]), Tensor::from([1.0, 1.0, 0.0]));
    println!("               log P(111) = {:.6}", coins.log_prob(&heads).item());
    println!("               log P(110) = {:.6}, and not −∞", coins.log_prob(&tails).item());

    // ½ (σ² + μ² − 1 − log σ²): the mean stands alone. In μᵀΣ⁻¹μ, as some texts have it, it is divided by σ²: that is the
    // term of KL(p ‖ q), the divergence the other way round. The two agree only where μ = 0 or Σ = I.
    let (mu, variance) = (1.0, 0.25_f64);
    let q = Normal::new(Tensor::from([mu]), Tensor::from([variance.sqrt()]));
    let p = Normal::new(Tensor::from([0.0]), Tensor::from([1.0]));
    let closed = kl(&q, &p).item();
    let wrong = 0.5 * (variance + mu * mu / variance - 1.0 - variance.ln());
    println!("\nKL(q ‖ p) with q = N(1, 0.25) and p = N(0, 1)");
    println!("  closed form                  {closed:.6}");
    let mut rng = Key::new(1).stream("noise", 0, 0);
    for samples in [100, 10_000, 100_000] {
        let estimate = kl_monte_carlo(&q, &p, samples, &mut rng);
        let (value, error) = (estimate.value.item(), estimate.standard_error.item());
        println!("  {samples:>9} draws              {value:.6} ± {error:.6}");
        assert!((value - closed).abs() < 5.0 * error && (value - wrong).abs() > 5.0 * error);
    }
    println!("  with μᵀΣ⁻¹μ for μᵀμ (wrong)  {wrong:.6}");
    println!("  the other way, KL(p ‖ q)     {:.6}", kl(&p, &q).item());

    // A pair without a closed form is a compile error for `kl`, with this advice.
    let laplace = Laplace::new(Tensor::from([0.0]), Tensor::from([1.0]));
    let estimate = kl_monte_carlo(&q, &laplace, 10_000, &mut rng);
    println!("\nKL(q ‖ Laplace(0, 1)) ≈ {:.4} ± {:.4}", estimate.value.item(), estimate.standard_error.item());
}

#[test]
fn runs() {
    main();
}
