//! The Laplace distribution.

use crate::event::{assert_each, expand, prepend, sum_event, together};
use crate::noise::fill_standard_laplace;
use crate::{Distribution, Entropy, Moments, Reparameterized};
use autograd::prelude::*;
use rand::Rng;
use std::f64::consts::{E, LN_2};

/// Independent Laplace elements with location μ and scale b.
///
/// log p(x) = Σⱼ { −|xⱼ − μⱼ|/bⱼ − log 2bⱼ }
///
/// Shapes: `loc` and `scale` broadcast, to `[B, D]` say; a draw has that shape, and `log_prob` of `x [.., B, D]` gives
/// `[.., B]`.
///
/// At x = μ, where the density has a kink, the gradient by x and by μ is 0.
#[derive(Clone, Debug)]
pub struct Laplace<V> {
    loc: V,
    scale: V,
}

impl<V: Array> Laplace<V> {
    /// From the location μ and the scale b > 0.
    ///
    /// # Panics
    /// If the shapes do not broadcast. The values are not looked at: see [`validated`](Laplace::validated).
    #[track_caller]
    pub fn new(loc: V, scale: V) -> Self {
        together("Laplace: loc and scale", loc.shape(), scale.shape());
        Laplace { loc, scale }
    }

    /// The same distribution, its parameters checked: for parameters that are written down or read, not computed.
    ///
    /// # Panics
    /// If μ is not finite, or b not positive and finite.
    #[track_caller]
    #[must_use]
    pub fn validated(self) -> Self {
        assert_each("Laplace", "loc", "finite", &self.loc, f64::is_finite);
        assert_each("Laplace", "scale", "positive and finite", &self.scale, |b| b > 0.0 && b.is_finite());
        self
    }

    /// The location μ as it was given.
    pub fn loc(&self) -> &V {
        &self.loc
    }

    /// The scale b as it was given.
    pub fn scale(&self) -> &V {
        &self.scale
    }

    /// The shape of a draw.
    pub fn shape(&self) -> Shape {
        together("Laplace", self.loc.shape(), self.scale.shape())
    }

    /// z = μ + b ⊙ u with u from the Laplace distribution with μ = 0 and b = 1.
    fn draw<R: Rng + ?Sized>(&self, shape: Shape, rng: &mut R) -> V {
        self.loc.fill(shape, |u| fill_standard_laplace(rng, u)) * &self.scale + &self.loc
    }
}

impl<V: Array> Distribution<V> for Laplace<V> {
    #[track_caller]
    fn log_prob(&self, x: &V) -> V {
        let u = (x.clone() - &self.loc) / &self.scale;
        sum_event(-u.abs() - self.scale.ln() - LN_2)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Tensor<V::F> {
        Laplace { loc: self.loc.value(), scale: self.scale.value() }.rsample(rng)
    }
}

impl<V: Array> Reparameterized<V> for Laplace<V> {
    fn rsample<R: Rng + ?Sized>(&self, rng: &mut R) -> V {
        self.draw(self.shape(), rng)
    }

    fn rsample_n<R: Rng + ?Sized>(&self, n: usize, rng: &mut R) -> V {
        self.draw(prepend(n, self.shape()), rng)
    }
}

impl<V: Array> Moments<V> for Laplace<V> {
    fn mean(&self) -> V {
        expand(self.loc.clone(), self.shape())
    }

    /// 2b².
    fn variance(&self) -> V {
        expand(self.scale.square() * 2.0, self.shape())
    }
}

/// Σⱼ log 2e bⱼ.
impl<V: Array> Entropy<V> for Laplace<V> {
    fn entropy(&self) -> V {
        sum_event(expand(self.scale.ln(), self.shape()) + (2.0 * E).ln())
    }
}
