//! The normal distribution with a full covariance.

use crate::event::{columns, expand, prepend, rows, sum_event, together};
use crate::noise::correlated_normal;
use crate::overflow::unless_overflow;
use crate::{Cdf, Distribution, Entropy, Mode, Moments, Normal, ParameterError, Reparameterized, SupportError};
use autograd::ops::{EachOf, Function};
use autograd::prelude::*;
use rand::Rng;
use std::f64::consts::{E, PI, TAU};

/// N(μ, Σ) with Σ = L Lᵀ, L lower triangular with a positive diagonal.
///
/// log p(x) = −½ ‖L⁻¹(x − μ)‖² − Σⱼ log Lⱼⱼ − ½ K log 2π
///
/// L⁻¹(x − μ) is found by forward substitution; no inverse is formed.
///
/// Shapes: `loc [.., K]` and `scale_tril [.., K, K]`; the axes before them are equal, or those of one are the last of
/// the other's. A draw has the shape `[.., K]`, `log_prob` of `x [.., K]` gives `[..]`; `x` may have more axes in front.
///
/// ```
/// use autograd::Tensor;
/// use prob::{MultivariateNormal, StandardNormal, kl};
///
/// let q = MultivariateNormal::new(Tensor::from([1.0_f64]), Tensor::from([[0.5]]));
/// assert!((kl(&q, &StandardNormal::new([1])).item() - 0.8181471805599453).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct MultivariateNormal<V> {
    loc: V,
    /// L, with zeros above the diagonal.
    scale_tril: V,
}

impl<V: Array> MultivariateNormal<V> {
    /// From the mean μ and the triangular factor L. What stands above L's diagonal is not used.
    ///
    /// # Panics
    /// If the shapes do not go together. The values are not looked at: see [`validated`](MultivariateNormal::validated).
    #[track_caller]
    pub fn new(loc: V, scale_tril: V) -> Self {
        let (m, l) = (loc.shape(), scale_tril.shape());
        let square = l.rank() >= 2 && l[l.rank() - 1] == l[l.rank() - 2];
        assert!(
            square && m.rank() >= 1 && m[m.rank() - 1] == l[l.rank() - 1],
            "MultivariateNormal: needs loc [.., K] and scale_tril [.., K, K], not {m} and {l}"
        );
        let (mean, factor) = (m.dims(), &l.dims()[..l.rank() - 1]);
        assert!(
            mean.ends_with(factor) || factor.ends_with(mean),
            "MultivariateNormal: the leading axes of loc {m} and scale_tril {l} do not go together"
        );
        MultivariateNormal { loc, scale_tril: scale_tril.tril() }
    }

    /// From the mean μ and the covariance Σ, symmetric and positive definite, whose Cholesky factor is L.
    ///
    /// Where Σ is not positive definite the factor is NaN, which [`validated`](MultivariateNormal::validated) reports.
    ///
    /// # Panics
    /// If the shapes do not go together.
    #[track_caller]
    pub fn from_covariance(loc: V, covariance: V) -> Self {
        MultivariateNormal::new(loc, covariance.cholesky())
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Errors
    /// If a parameter is not finite, or L's diagonal not positive.
    pub fn validated(self) -> Result<Self, ParameterError> {
        ParameterError::finite("MultivariateNormal", "loc", &self.loc)?;
        ParameterError::finite("MultivariateNormal", "scale_tril", &self.scale_tril)?;
        let (what, diagonal) = ("the diagonal of scale_tril", self.scale_tril.value().diagonal());
        ParameterError::check("MultivariateNormal", what, "positive", &diagonal, |l| l > 0.0)?;
        Ok(self)
    }

    /// The mean μ as it was given.
    pub fn loc(&self) -> &V {
        &self.loc
    }

    /// The triangular factor L, with zeros above its diagonal.
    pub fn scale_tril(&self) -> &V {
        &self.scale_tril
    }

    /// Σ = L Lᵀ.
    pub fn covariance(&self) -> V {
        self.scale_tril.matmul_t(&self.scale_tril)
    }

    /// log Lⱼⱼ, of the shape of a draw.
    pub(crate) fn log_diagonal(&self) -> V {
        expand(self.scale_tril.diagonal().ln(), self.shape())
    }

    /// dᵀΣ⁻¹d = ‖L⁻¹ d‖² for each vector of `d [.., K]`.
    #[track_caller]
    pub(crate) fn square_distance(&self, d: V) -> V {
        let shape = together("MultivariateNormal: x and scale_tril", d.shape(), rows(self.scale_tril.shape()));
        unless_overflow("MultivariateNormal", f64::INFINITY, &expand(d, shape), |d| {
            self.scale_tril.solve_lower(d).square().sum(-1)
        })
    }

    /// tr(AᵀΣ⁻¹A) = ‖L⁻¹ A‖² for each matrix of `a [.., K, C]`.
    #[track_caller]
    pub(crate) fn square_norm(&self, a: &V) -> V {
        let (a_rows, l_rows) = (rows(a.shape()), rows(self.scale_tril.shape()));
        let shape = together("MultivariateNormal: two factors", a_rows, l_rows);
        let a = expand(a.clone(), shape.push(a.shape()[a_rows.rank()]));
        self.square_distance(columns(&a)).sum(0)
    }

    /// K.
    pub(crate) fn extent(&self) -> usize {
        self.loc.shape()[self.loc.shape().rank() - 1]
    }

    /// The same distribution over plain numbers.
    fn values(&self) -> MultivariateNormal<Tensor<V::F>> {
        MultivariateNormal { loc: self.loc.value(), scale_tril: self.scale_tril.value() }
    }

    /// z = μ + L u with u ~ N(0, I).
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        correlated_normal(&self.scale_tril, shape, rng) + &self.loc
    }
}

/// The length of each row of matrices `[.., K, C]`, measured by its greatest element, whose square may overflow or vanish.
pub(crate) fn row_lengths<V: Array>(matrices: &V) -> V {
    let shape = rows(matrices.shape());
    if shape.size() == 0 {
        return matrices.sum(-1);
    }
    let greatest = matrices.constant(&matrices.value().abs().max(-1));
    (matrices.clone() / greatest.reshape(shape.push(1))).square().sum(-1).sqrt() * greatest
}

/// −½ (q + l + K log 2π) with q = (x − μ)ᵀΣ⁻¹(x − μ) and l = log|Σ|; ∂/∂q = ∂/∂l = −½, 0 where q is infinite.
#[derive(Debug)]
pub(crate) struct LogDensity {
    constant: f64,
}

impl LogDensity {
    /// Of vectors of K elements.
    pub fn of(k: usize) -> Self {
        LogDensity { constant: k as f64 * TAU.ln() }
    }
}

impl<F: Real> Function<F, 2> for LogDensity {
    #[inline(always)]
    fn f(&self, [q, l]: [F; 2]) -> F {
        (q + l + F::of(self.constant)) * F::of(-0.5)
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [q, _]: [F; 2]) -> F {
        if q == F::infinity() { F::zero() } else { F::of(-0.5) }
    }
}

impl<V: Array> Distribution<V> for MultivariateNormal<V> {
    fn shape(&self) -> Shape {
        together("MultivariateNormal", self.loc.shape(), rows(self.scale_tril.shape()))
    }

    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        together("MultivariateNormal: x and the distribution", x.shape(), self.shape());
        let distance = self.square_distance(x.clone() - &self.loc);
        let log_determinant = sum_event(self.log_diagonal() * 2.0);
        V::apply(EachOf("MultivariateNormal::log_prob", LogDensity::of(self.extent())), &[&distance, &log_determinant])
    }

    fn supports(&self, x: &Tensor<V::F>) -> Result<(), SupportError> {
        SupportError::finite("MultivariateNormal", "x", x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample(rng)
    }

    fn sample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> Tensor<V::F> {
        self.values().rsample_n(n, rng)
    }
}

impl<V: Array> Reparameterized<V> for MultivariateNormal<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Moments<V> for MultivariateNormal<V> {
    fn mean(&self) -> V {
        expand(self.loc.clone(), self.shape())
    }

    /// The diagonal of Σ.
    fn variance(&self) -> V {
        expand(self.scale_tril.square().sum(-1), self.shape())
    }
}

/// Φ((xⱼ − μⱼ)/√Σⱼⱼ).
impl<V: Array> Cdf<V> for MultivariateNormal<V> {
    #[track_caller]
    fn cdf(&self, x: &V) -> V {
        Normal::new(self.loc.clone(), row_lengths(&self.scale_tril)).cdf(x)
    }
}

/// μ.
impl<V: Array> Mode<V> for MultivariateNormal<V> {
    fn mode(&self) -> V {
        self.mean()
    }
}

/// ½ K log 2πe + Σⱼ log Lⱼⱼ.
impl<V: Array> Entropy<V> for MultivariateNormal<V> {
    fn entropy(&self) -> V {
        sum_event(self.log_diagonal() + 0.5 * (2.0 * PI * E).ln())
    }
}

/// Σ = diag σ².
impl<V: Array> From<&Normal<V>> for MultivariateNormal<V> {
    fn from(q: &Normal<V>) -> Self {
        MultivariateNormal { loc: q.mean(), scale_tril: expand(q.scale(), q.shape()).diagonal_matrix() }
    }
}
