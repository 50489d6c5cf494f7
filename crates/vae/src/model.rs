//! What a variational autoencoder is.

use autograd::{Real, Tape, Var};
use nn::Module;
use prob::{Distribution, Moments, Reparameterized};

/// A latent-variable model p(x, z) = p(z) p(x|z) together with its approximate posterior q(z|x).
///
/// The associated types say which distributions these are; a closed-form KL between them is not asked for here but by
/// the objective that uses it, since flows and learned priors have none.
pub trait Vae<F: Real = f32>: Module<F> + Send + Sync {
    /// q(z|x).
    type Posterior<'t>: Reparameterized<Var<'t, F>> + Moments<Var<'t, F>>;
    /// p(z).
    type Prior<'t>: Distribution<Var<'t, F>>;
    /// p(x|z).
    type Likelihood<'t>: Distribution<Var<'t, F>> + Moments<Var<'t, F>>;

    /// q(z|x) for rows of data `[B, D]`: a distribution over `[B, K]`.
    fn encode<'t>(&self, x: Var<'t, F>) -> Self::Posterior<'t>;

    /// p(x|z) for latent vectors `[.., K]`: a distribution over `[.., D]`.
    fn decode<'t>(&self, z: Var<'t, F>) -> Self::Likelihood<'t>;

    /// p(z) on a tape.
    fn prior<'t>(&self, tape: &'t Tape<F>) -> Self::Prior<'t>;

    /// K, the number of latent dimensions.
    fn latent(&self) -> usize;

    /// D, the number of features of a row.
    fn features(&self) -> usize;
}
