//! The normal distribution whose covariance is diagonal but for a few directions.

use crate::event::{columns, expand, prepend, rows, together};
use crate::multivariate_normal::{LogDensity, row_lengths};
use crate::noise::{correlated_normal, standard_normal};
use crate::woodbury::Woodbury;
use crate::{
    Cdf, Distribution, Entropy, Mode, Moments, MultivariateNormal, Normal, ParameterError, Reparameterized,
    SupportError,
};
use autograd::ops::EachOf;
use autograd::prelude::*;
use rand::Rng;
use std::f64::consts::{E, PI};

/// N(μ, Σ) with Σ = W Wᵀ + diag d: R directions in which elements vary together, and a variance of each element's own.
///
/// log p(x) = −½ (x − μ)ᵀΣ⁻¹(x − μ) − ½ log|Σ| − ½ K log 2π
///
/// Σ is not formed: the inverse is M. Woodbury's, the determinant that of the matrix determinant lemma, by the Cholesky
/// factor of the capacitance matrix I + WᵀD⁻¹W, which has R rows. Of K elements that takes K R² operations in the place of K³,
/// and K (R + 1) parameters in the place of ½ K (K + 1) ([`MultivariateNormal`]).
///
/// Shapes: `loc [.., K]`, `factor [.., K, R]` and `diagonal [.., K]`; the axes before them are equal, or those of one are
/// the last of the other's. R may be 0, or larger than K. A draw has the shape `[.., K]`, `log_prob` of `x [.., K]` gives
/// `[..]`; `x` may have more axes in front.
///
/// Where an element's own variance is far below what the directions give it, (Σ⁻¹)ⱼⱼ is a small difference of large
/// numbers: gradients then have a relative error of about 10⁻¹⁶·‖Wⱼ‖²/dⱼ, in `f32` too.
///
/// ```
/// use autograd::Tensor;
/// use prob::{Distribution, LowRankNormal, Moments};
///
/// let p = LowRankNormal::new(Tensor::from([0.0, 0.0]), Tensor::from([[1.0], [2.0]]), Tensor::from([0.5, 1.0]));
/// assert_eq!(p.variance(), Tensor::from([1.5, 5.0]));
/// // |Σ| = 1.5·5 − 2².
/// let log_p = p.log_prob(&Tensor::from([0.0, 0.0])).item();
/// assert!((log_p - -0.5 * (3.5_f64.ln() + 2.0 * std::f64::consts::TAU.ln())).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct LowRankNormal<V> {
    loc: V,
    factor: V,
    diagonal: V,
}

impl<V: Array> LowRankNormal<V> {
    /// From the mean μ, the factor W and the variances d > 0 of the elements' own.
    ///
    /// # Panics
    /// If the shapes do not go together. The values are not looked at: see [`validated`](LowRankNormal::validated).
    #[track_caller]
    pub fn new(loc: V, factor: V, diagonal: V) -> Self {
        let (m, w, d) = (loc.shape(), factor.shape(), diagonal.shape());
        let of_vectors = m.rank() >= 1 && w.rank() >= 2 && d.rank() >= 1;
        assert!(
            of_vectors && m[m.rank() - 1] == w[w.rank() - 2] && m[m.rank() - 1] == d[d.rank() - 1],
            "LowRankNormal: needs loc [.., K], factor [.., K, R] and diagonal [.., K], not {m}, {w} and {d}"
        );
        let w_rows = rows(w);
        let go_together = |a: Shape, b: Shape| a.dims().ends_with(b.dims()) || b.dims().ends_with(a.dims());
        assert!(
            go_together(m, w_rows) && go_together(w_rows, d) && go_together(m, d),
            "LowRankNormal: the leading axes of loc {m}, factor {w} and diagonal {d} do not go together"
        );
        LowRankNormal { loc, factor, diagonal }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If μ or W is not finite, or d not positive and finite.
    pub fn validated(self) -> Result<Self, ParameterError> {
        let who = "LowRankNormal";
        ParameterError::finite(who, "loc", &self.loc)?;
        ParameterError::finite(who, "factor", &self.factor)?;
        ParameterError::positive(who, "diagonal", &self.diagonal)?;
        Ok(self)
    }

    /// The mean μ as it was given.
    pub fn loc(&self) -> &V {
        &self.loc
    }

    /// The factor W as it was given.
    pub fn factor(&self) -> &V {
        &self.factor
    }

    /// The variances d as they were given.
    pub fn diagonal(&self) -> &V {
        &self.diagonal
    }

    /// Σ = W Wᵀ + diag d, `[.., K, K]`.
    pub fn covariance(&self) -> V {
        let [factor, diagonal] = self.factors();
        factor.matmul_t(&factor) + diagonal.diagonal_matrix()
    }

    /// A square root of Σ: the matrices (W, diag √d), `[.., K, R + K]`.
    pub(crate) fn square_root(&self) -> V {
        let [factor, diagonal] = self.factors();
        V::concat(&[&factor, &diagonal.sqrt().diagonal_matrix()], -1)
    }

    /// tr(AᵀΣ⁻¹A) for each matrix of `a [.., K, C]`.
    #[track_caller]
    pub(crate) fn square_norm(&self, a: &V) -> V {
        let sigma = self.sigma();
        let a_rows = rows(a.shape());
        let shape = together("LowRankNormal: two factors", a_rows, sigma.shape());
        let a = expand(a.clone(), shape.push(a.shape()[a_rows.rank()]));
        sigma.square_distance(columns(&a)).sum(0)
    }

    /// dᵀΣ⁻¹d for each vector of `d [.., K]`.
    #[track_caller]
    pub(crate) fn square_distance(&self, d: V) -> V {
        self.sigma().square_distance(d)
    }

    /// log|Σ| for each event.
    pub(crate) fn log_determinant(&self) -> V {
        expand(self.sigma().log_determinant(), rows(self.shape()))
    }

    /// Σ in factors.
    fn sigma(&self) -> Woodbury<V> {
        let [factor, diagonal] = self.factors();
        Woodbury::new(factor, diagonal)
    }

    /// W and d with the same leading axes.
    fn factors(&self) -> [V; 2] {
        let (w, d) = (self.factor.shape(), self.diagonal.shape());
        let shape = together("LowRankNormal", rows(w), d);
        [expand(self.factor.clone(), shape.push(w[w.rank() - 1])), expand(self.diagonal.clone(), shape)]
    }

    /// K.
    pub(crate) fn extent(&self) -> usize {
        self.loc.shape()[self.loc.shape().rank() - 1]
    }

    /// The same distribution over plain numbers.
    fn values(&self) -> LowRankNormal<Tensor<V::F>> {
        LowRankNormal { loc: self.loc.value(), factor: self.factor.value(), diagonal: self.diagonal.value() }
    }

    /// z = μ + W u + √d ⊙ e with u, e ~ N(0, I).
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        let together = correlated_normal(&self.factor, shape, rng);
        let own = standard_normal(&self.loc, shape, rng) * self.diagonal.sqrt();
        together + own + &self.loc
    }
}

impl<V: Array> Distribution<V> for LowRankNormal<V> {
    fn shape(&self) -> Shape {
        let factors = together("LowRankNormal", rows(self.factor.shape()), self.diagonal.shape());
        together("LowRankNormal", self.loc.shape(), factors)
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        together("LowRankNormal: x and the distribution", x.shape(), self.shape());
        let sigma = self.sigma();
        let distance = sigma.square_distance(x.clone() - &self.loc);
        let density = EachOf("LowRankNormal::log_prob", LogDensity::of(self.extent()));
        V::apply(density, &[&distance, &sigma.log_determinant()])
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::finite("LowRankNormal", "x", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample_n(n, rng)
    }
}

impl<V: Array> Reparameterized<V> for LowRankNormal<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Moments<V> for LowRankNormal<V> {
    fn mean(&self) -> V {
        expand(self.loc.clone(), self.shape())
    }

    /// The diagonal of Σ: Σ_r Wⱼᵣ² + dⱼ.
    fn variance(&self) -> V {
        expand(self.factor.square().sum(-1) + &self.diagonal, self.shape())
    }
}

/// Φ((xⱼ − μⱼ)/√Σⱼⱼ).
impl<V: Array> Cdf<V> for LowRankNormal<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        let [factor, diagonal] = self.factors();
        let own = diagonal.sqrt().reshape(diagonal.shape().push(1));
        Normal::new(self.loc.clone(), row_lengths(&V::concat(&[&factor, &own], -1))).cdf(x)
    }
}

/// μ.
impl<V: Array> Mode<V> for LowRankNormal<V> {
    fn mode(&self) -> V {
        self.mean()
    }
}

/// ½ K log 2πe + ½ log|Σ|.
impl<V: Array> Entropy<V> for LowRankNormal<V> {
    fn entropy(&self) -> V {
        (self.log_determinant() + self.extent() as f64 * (2.0 * PI * E).ln()) * 0.5
    }
}

/// The same distribution, its covariance written in full.
impl<V: Array> From<&LowRankNormal<V>> for MultivariateNormal<V> {
    fn from(q: &LowRankNormal<V>) -> Self {
        MultivariateNormal::from_covariance(q.loc.clone(), q.covariance())
    }
}
