//! Activation functions by name.

use autograd::prelude::*;
use std::fmt;
use std::str::FromStr;

/// Writes the choices in one table: variant, name, formula.
macro_rules! activations {
    ($($(#[$doc:meta])* $Variant:ident $name:literal: |$x:ident| $y:expr;)*) => {
        /// An activation function, by the name that configuration files use.
        ///
        /// ```
        /// use autograd::prelude::*;
        /// use nn::Activation;
        ///
        /// let f: Activation = "leaky_relu".parse()?;
        /// assert_eq!(f.apply(&Tensor::from([-1.0, 2.0])).data(), &[-0.01, 2.0]);
        /// assert_eq!(f.to_string(), "leaky_relu");
        /// # Ok::<(), nn::UnknownActivation>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Activation {
            $($(#[$doc])* $Variant,)*
        }

        impl Activation {
            /// Every choice.
            pub const ALL: &[Activation] = &[$(Activation::$Variant),*];

            /// The name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Activation::$Variant => $name,)*
                }
            }

            /// f(x), element by element.
            #[must_use]
            pub fn apply<V: Array>(self, x: &V) -> V {
                match self {
                    $(Activation::$Variant => {
                        let $x = x;
                        $y
                    })*
                }
            }
        }
    };
}

activations! {
    /// max(x, 0).
    Relu "relu": |x| x.relu();
    /// x above 0, x/100 elsewhere.
    LeakyRelu "leaky_relu": |x| x.leaky_relu(0.01);
    /// x above 0, eˣ − 1 elsewhere.
    Elu "elu": |x| x.elu();
    /// x·Φ(x), with the normal distribution function Φ.
    Gelu "gelu": |x| x.gelu();
    /// x·σ(x), also called swish.
    Silu "silu": |x| x.silu();
    /// tanh x.
    Tanh "tanh": |x| x.tanh();
    /// σ(x) = 1/(1 + e⁻ˣ).
    Sigmoid "sigmoid": |x| x.sigmoid();
    /// ln(1 + eˣ).
    Softplus "softplus": |x| x.softplus();
    /// x: none at all.
    Identity "identity": |x| x.clone();
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Activation {
    type Err = UnknownActivation;

    fn from_str(name: &str) -> Result<Self, UnknownActivation> {
        let found = Activation::ALL.iter().find(|a| a.name() == name);
        found.copied().ok_or_else(|| UnknownActivation { name: name.to_owned() })
    }
}

/// A name that is none of the activation functions'.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown activation `{name}`: expected one of {}", Activation::ALL.iter().map(|a| a.name()).collect::<Vec<_>>().join(", "))]
pub struct UnknownActivation {
    /// The name as it was given.
    pub name: String,
}
