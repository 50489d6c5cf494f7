//! The numbers that a bound is reported by.

use crate::objective::Bound;
use autograd::{Real, Var};
use serde::{Deserialize, Deserializer, Serialize};

/// A bound and its parts in nats per example, averaged over examples.
///
/// JSON has no NaN and no infinities: it holds `null` for them, which is read as NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// The bound on log p(x): the ELBO, unless the objective is another one.
    #[serde(deserialize_with = "number")]
    pub elbo: f64,
    /// E_q[log p(x|z)].
    #[serde(deserialize_with = "number")]
    pub expected_log_likelihood: f64,
    /// KL(q(z|x) ‖ p(z)).
    #[serde(deserialize_with = "number")]
    pub kl: f64,
}

/// A number, or NaN for `null`.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

impl Terms {
    /// The terms of each row of a bound.
    pub fn rows<F: Real>(bound: &Bound<'_, F>) -> Vec<Terms> {
        let [value, likelihood, kl] = [bound.value, bound.expected_log_likelihood, bound.kl].map(|x| x.value());
        (value.data().iter().zip(likelihood.data()).zip(kl.data()))
            .map(|((elbo, likelihood), kl)| Terms {
                elbo: elbo.as_f64(),
                expected_log_likelihood: likelihood.as_f64(),
                kl: kl.as_f64(),
            })
            .collect()
    }
}

/// Sums over examples, from which [`Terms`] are averages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    rows: u64,
    terms: Terms,
}

impl Sums {
    /// The sums over the rows of a bound.
    pub fn of<F: Real>(bound: &Bound<'_, F>) -> Sums {
        let sum = |x: Var<'_, F>| x.value().data().iter().map(|x| x.as_f64()).sum();
        Sums {
            rows: bound.value.shape().size() as u64,
            terms: Terms {
                elbo: sum(bound.value),
                expected_log_likelihood: sum(bound.expected_log_likelihood),
                kl: sum(bound.kl),
            },
        }
    }

    /// How many examples.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The averages; NaN over no examples.
    pub fn mean(&self) -> Terms {
        let n = self.rows as f64;
        let Terms { elbo, expected_log_likelihood, kl } = self.terms;
        Terms { elbo: elbo / n, expected_log_likelihood: expected_log_likelihood / n, kl: kl / n }
    }
}

/// The sums over both.
impl std::ops::AddAssign for Sums {
    fn add_assign(&mut self, other: Sums) {
        self.rows += other.rows;
        self.terms.elbo += other.terms.elbo;
        self.terms.expected_log_likelihood += other.terms.expected_log_likelihood;
        self.terms.kl += other.terms.kl;
    }
}
