//! Distributions on the sphere.

use super::KlTo;
use crate::event::{expand, together};
use crate::{Distribution, UniformSphere, VonMisesFisher};
use autograd::prelude::*;

/// log c(κ₀) − log c(κ₁) + A(κ₀) (κ₀ − κ₁ μ₀ᵀμ₁) with the density's constant c and the length A of its mean, in a form in which
/// little cancels (T. Diethe, *A Note on the Kullback-Leibler Divergence for the von Mises-Fisher distribution*, 2015).
impl<V: Array> KlTo<VonMisesFisher<V>, V> for VonMisesFisher<V> {
    #[track_caller]
    fn kl_to(&self, p: &VonMisesFisher<V>) -> V {
        self.divergence(p)
    }
}

/// κ A(κ) + log c(κ) + log S with the sphere's area S (T. Davidson et al., *Hyperspherical Variational Auto-Encoders*, 2018,
/// section 3.2).
impl<V: Array> KlTo<UniformSphere, V> for VonMisesFisher<V> {
    #[track_caller]
    fn kl_to(&self, p: &UniformSphere) -> V {
        let shape = together("KL(VonMisesFisher ‖ UniformSphere)", self.shape(), p.shape());
        expand(self.concentration_gain(), shape.without(shape.rank() - 1))
    }
}
