//! The linear model with Gaussian noise, of which everything is known exactly.

use super::{Posterior, PosteriorFamily};
use crate::Vae;
use autograd::prelude::*;
use nn::{Linear, Module, Visitor};
use prob::{Distribution, KlTo, MultivariateNormal, Normal, StandardNormal};
use rand::Rng;

/// Probabilistic principal component analysis as a VAE: the model to measure bounds, estimators and training against.
///
/// ```text
/// p(z)   = N(0, I)             p(x)   = N(μ, W Wᵀ + σ² I)
/// p(x|z) = N(W z + μ, σ² I)    p(z|x) = N(Λ⁻¹ Wᵀ (x − μ)/σ², Λ⁻¹),   Λ = I + Wᵀ W/σ²
/// q(z|x) = N(A x + c, S)
/// ```
///
/// S, diagonal or full, is the same for every x, as the exact posterior's covariance is: with a full S, or where W's columns
/// are orthogonal, q(z|x) can be exact, and the best ELBO is then log p(x) (M. Tipping and C. Bishop, *Probabilistic
/// principal component analysis*, 1999; J. Lucas et al., *Don't blame the ELBO!*, 2019).
///
/// ```
/// use autograd::Tensor;
/// use nn::Linear;
/// use vae::models::{LinearGaussian, PosteriorFamily};
///
/// // p(x) = N(0, 2² + 1² + 2) = N(0, 7).
/// let decoder = Linear::from_tensors(Tensor::from([[2.0, 1.0]]), Tensor::from([0.0_f64]));
/// let model = LinearGaussian::new(decoder, 2.0, PosteriorFamily::Full);
/// let log_p = model.log_evidence(&Tensor::from([[0.0]])).item();
/// assert!((log_p + 0.5 * (std::f64::consts::TAU * 7.0).ln()).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct LinearGaussian<F = f32> {
    /// A and c.
    encoder: Linear<F>,
    /// S.
    spread: Spread<F>,
    /// W and μ.
    decoder: Linear<F>,
    /// log σ², a number.
    log_variance: Param<F>,
}

nn::parameters!(LinearGaussian: encoder, spread, decoder, log_variance);

/// The covariance of q(z|x).
#[derive(Clone, Debug)]
enum Spread<F> {
    /// log of S's diagonal, `[K]`.
    Diagonal(Param<F>),
    /// S's factor `[K, K]`: the logarithms of its diagonal, and what is below. What is above is not used.
    Full(Param<F>),
}

impl<F: Real> Module<F> for Spread<F> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, &'a Param<F>>) {
        match self {
            Spread::Diagonal(log_variance) => visitor.field("log_variance", log_variance),
            Spread::Full(log_tril) => visitor.field("log_tril", log_tril),
        }
    }

    fn visit_mut<'a>(&'a mut self, visitor: &mut Visitor<'_, &'a mut Param<F>>) {
        match self {
            Spread::Diagonal(log_variance) => visitor.field("log_variance", log_variance),
            Spread::Full(log_tril) => visitor.field("log_tril", log_tril),
        }
    }
}

impl<F: Real> LinearGaussian<F> {
    /// The model with W and μ as the decoder's weight `[D, K]` and bias, σ² = `variance`, and the prior for q(z|x).
    ///
    /// # Panics
    /// If the variance is not positive and finite.
    #[track_caller]
    pub fn new(decoder: Linear<F>, variance: f64, posterior: PosteriorFamily) -> Self {
        assert!(variance > 0.0 && variance.is_finite(), "a variance is positive and finite, not {variance}");
        let (d, k) = (decoder.outputs(), decoder.inputs());
        LinearGaussian {
            encoder: Linear::from_tensors(Tensor::zeros([k, d]), Tensor::zeros([k])),
            spread: match posterior {
                PosteriorFamily::Diagonal => Spread::Diagonal(Param::named("log_variance", Tensor::zeros([k]))),
                PosteriorFamily::Full => Spread::Full(Param::named("log_tril", Tensor::zeros([k, k]))),
            },
            decoder,
            log_variance: Param::named("log_variance", Tensor::scalar(F::of(variance.ln()))),
        }
    }

    /// A model of `features` numbers to start training from: A, c, W and μ drawn from `rng`, σ² = 1, S = I.
    pub fn random(features: usize, latent: usize, posterior: PosteriorFamily, rng: &mut (impl Rng + ?Sized)) -> Self {
        let encoder = Linear::new(features, latent, rng);
        LinearGaussian { encoder, ..LinearGaussian::new(Linear::new(latent, features, rng), 1.0, posterior) }
    }

    /// The same p(x, z) with q(z|x) = N(A x + c, L Lᵀ): A and c are the encoder's weight `[K, D]` and bias. A diagonal q
    /// takes the diagonal of L, with the standard deviations, and leaves the rest.
    ///
    /// # Panics
    /// If a shape does not fit.
    #[track_caller]
    #[must_use]
    pub fn with_posterior(mut self, encoder: Linear<F>, scale_tril: &Tensor<F>) -> Self {
        let [d, k] = [self.features(), self.latent()];
        assert_eq!((encoder.inputs(), encoder.outputs()), (d, k), "the encoder's (inputs, outputs)");
        assert_eq!(scale_tril.shape(), Shape::new(&[k, k]), "the shape of S's factor");
        let log_diagonal = scale_tril.diagonal().ln();
        self.encoder = encoder;
        match &mut self.spread {
            Spread::Diagonal(log_variance) => *log_variance.value_mut() = log_diagonal * 2.0,
            Spread::Full(log_tril) => {
                *log_tril.value_mut() = scale_tril.tril() + (log_diagonal - scale_tril.diagonal()).diagonal_matrix();
            }
        }
        self
    }

    /// The same p(x, z) with the q(z|x) of its family that has the greatest ELBO for every x: if S is full the exact
    /// posterior, if it is diagonal N(Λ⁻¹ Wᵀ (x − μ)/σ², diag 1/Λⱼⱼ), whose KL to the exact one is ½ { Σⱼ log Λⱼⱼ − log|Λ| }.
    #[must_use]
    pub fn with_best_posterior(self) -> Self {
        let (w, precision) = (self.decoder.weight.value().clone(), self.precision());
        // Row d of this is Λ⁻¹ Wᵀ e_d/σ²: column d of A.
        let a = (solve(&precision, &w) / self.variance()).transpose();
        let c = -self.decoder.bias.value().reshape([1, w.shape()[0]]).matmul_t(&a).reshape([w.shape()[1]]);
        let scale_tril = match &self.spread {
            Spread::Diagonal(_) => (precision.diagonal().ln() * -0.5).exp().diagonal_matrix(),
            Spread::Full(_) => inverse_factor(&precision),
        };
        self.with_posterior(Linear::from_tensors(a, c), &scale_tril)
    }

    /// p(x) = N(μ, W Wᵀ + σ² I).
    pub fn evidence(&self) -> MultivariateNormal<Tensor<F>> {
        let w = self.decoder.weight.value();
        let noise = Tensor::eye(w.shape()[0]) * self.variance();
        MultivariateNormal::from_covariance(self.decoder.bias.value().clone(), w.matmul_t(w) + noise)
    }

    /// log p(x) of each row of `x [B, D]`, exactly, in nats.
    pub fn log_evidence(&self, x: &Tensor<F>) -> Tensor<F> {
        self.evidence().log_prob(x)
    }

    /// p(z|x) = N(Λ⁻¹ Wᵀ (x − μ)/σ², Λ⁻¹) for each row of `x [B, D]`.
    pub fn posterior(&self, x: &Tensor<F>) -> MultivariateNormal<Tensor<F>> {
        let precision = self.precision();
        let h = (x - self.decoder.bias.value()).matmul(self.decoder.weight.value()) / self.variance();
        MultivariateNormal::new(solve(&precision, &h), inverse_factor(&precision))
    }

    /// The ELBO of each row of `x [B, D]` in closed form, without a draw:
    ///
    /// ```text
    /// ELBO = log N(x; W m + μ, σ² I) − tr(Wᵀ W S)/(2σ²) − KL(N(m, S) ‖ N(0, I)),   m = A x + c
    /// ```
    pub fn elbo<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        let tape = x.tape();
        let q_z = self.encode(x);
        let at_mean = self.decode(self.encoder.forward(x)).log_prob(&x);
        // tr(Wᵀ W L Lᵀ) = ‖W L‖².
        let trace = tape.param(&self.decoder.weight).matmul(&self.scale_tril(tape)).square().sum_all();
        let expected_log_likelihood = at_mean - trace * 0.5 / tape.param(&self.log_variance).exp();
        expected_log_likelihood - q_z.kl_to(&self.prior(tape))
    }

    /// σ².
    pub fn variance(&self) -> f64 {
        self.log_variance.value().item().as_f64().exp()
    }

    /// W and μ, as weight `[D, K]` and bias.
    pub fn decoder(&self) -> &Linear<F> {
        &self.decoder
    }

    /// A and c, as weight `[K, D]` and bias.
    pub fn encoder(&self) -> &Linear<F> {
        &self.encoder
    }

    /// Λ = I + Wᵀ W/σ².
    fn precision(&self) -> Tensor<F> {
        let w = self.decoder.weight.value();
        let w_t = w.transpose();
        w_t.matmul(w) / self.variance() + Tensor::eye(w.shape()[1])
    }

    /// S's factor on a tape, `[K, K]`.
    fn scale_tril<'t>(&self, tape: &'t Tape<F>) -> Var<'t, F> {
        match &self.spread {
            Spread::Diagonal(log_variance) => (tape.param(log_variance) * 0.5).exp().diagonal_matrix(),
            Spread::Full(log_tril) => {
                let log_tril = tape.param(log_tril);
                let logs = log_tril.diagonal();
                log_tril.tril() + (logs.exp() - logs).diagonal_matrix()
            }
        }
    }
}

impl<F: Real> Vae<F> for LinearGaussian<F> {
    type Posterior<'t> = Posterior<Var<'t, F>>;
    type Prior<'t> = StandardNormal;
    type Likelihood<'t> = Normal<Var<'t, F>>;

    fn encode<'t>(&self, x: Var<'t, F>) -> Posterior<Var<'t, F>> {
        let loc = self.encoder.forward(x);
        match &self.spread {
            Spread::Diagonal(log_variance) => {
                Posterior::Diagonal(Normal::from_log_variance(loc, x.tape().param(log_variance)))
            }
            Spread::Full(_) => Posterior::Full(MultivariateNormal::new(loc, self.scale_tril(x.tape()))),
        }
    }

    fn decode<'t>(&self, z: Var<'t, F>) -> Normal<Var<'t, F>> {
        Normal::from_log_variance(self.decoder.forward(z), z.tape().param(&self.log_variance))
    }

    fn prior(&self, _: &Tape<F>) -> StandardNormal {
        StandardNormal::new([self.latent()])
    }

    fn latent(&self) -> usize {
        self.decoder.inputs()
    }

    fn features(&self) -> usize {
        self.decoder.outputs()
    }
}

/// M⁻¹ b for each row b, with a positive definite M.
fn solve<F: Real>(m: &Tensor<F>, b: &Tensor<F>) -> Tensor<F> {
    let l = m.cholesky();
    l.solve_lower_t(&l.solve_lower(b))
}

/// The lower triangular L with L Lᵀ = M⁻¹: with the order of the axes reversed on both sides, written J, the Cholesky
/// factor N of J M J gives L = J N⁻ᵀ J, and M⁻¹ itself need not be formed.
fn inverse_factor<F: Real>(m: &Tensor<F>) -> Tensor<F> {
    let reverse = |m: &Tensor<F>| Tensor::new(m.shape(), m.data().iter().rev().copied().collect());
    let n = reverse(m).cholesky();
    // Row i of this is N⁻¹ eᵢ: it is N⁻ᵀ.
    reverse(&n.solve_lower(&Tensor::eye(m.shape()[0])))
}
