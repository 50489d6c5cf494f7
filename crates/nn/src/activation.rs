//! Activation functions by name.

use autograd::ops::function::*;
use autograd::prelude::*;
use std::fmt;
use std::str::FromStr;

/// Writes the choices in one table: variant, name, function.
macro_rules! activations {
    ($($(#[$doc:meta])* $Variant:ident $name:literal: $f:expr;)*) => {
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
            /// x: none at all.
            Identity,
        }

        impl Activation {
            /// Every choice.
            pub const ALL: &[Activation] = &[$(Activation::$Variant,)* Activation::Identity];

            /// The name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Activation::$Variant => $name,)*
                    Activation::Identity => "identity",
                }
            }

            /// f(x), element by element.
            #[must_use]
            pub fn apply<V: Array>(self, x: &V) -> V {
                match self {
                    $(Activation::$Variant => V::apply(Each($f), &[x]),)*
                    Activation::Identity => x.clone(),
                }
            }

            /// f(x·Wᵀ + b), as one operation.
            ///
            /// # Panics
            /// If the shapes are not `x [.., in]`, `weight [out, in]` and `bias [out]`.
            #[must_use]
            #[track_caller]
            pub fn affine<V: Array>(self, x: &V, weight: &V, bias: &V) -> V {
                match self {
                    $(Activation::$Variant => x.affine_with(weight, bias, $f),)*
                    Activation::Identity => x.affine(weight, bias),
                }
            }

            /// f of the [convolution](Convolution::conv2d), as one operation.
            ///
            /// # Panics
            /// As [`conv2d`](Convolution::conv2d) does.
            #[must_use]
            #[track_caller]
            pub fn conv2d<V: Array>(self, x: &V, weight: &V, bias: &V, window: Window) -> V {
                match self {
                    $(Activation::$Variant => x.conv2d_with(weight, bias, window, $f),)*
                    Activation::Identity => x.conv2d(weight, bias, window),
                }
            }

            /// f of the [transposed convolution](Convolution::conv_transpose2d), as one operation.
            ///
            /// # Panics
            /// As [`conv_transpose2d`](Convolution::conv_transpose2d) does.
            #[must_use]
            #[track_caller]
            pub fn conv_transpose2d<V: Array>(
                self,
                x: &V,
                weight: &V,
                bias: &V,
                window: Window,
                output_padding: [usize; 2],
            ) -> V {
                match self {
                    $(Activation::$Variant => x.conv_transpose2d_with(weight, bias, window, output_padding, $f),)*
                    Activation::Identity => x.conv_transpose2d(weight, bias, window, output_padding),
                }
            }
        }
    };
}

activations! {
    /// max(x, 0).
    Relu "relu": Relu {};
    /// x above 0, x/100 elsewhere.
    LeakyRelu "leaky_relu": LeakyRelu { slope: 0.01 };
    /// x above 0, eˣ − 1 elsewhere.
    Elu "elu": Elu {};
    /// x·Φ(x), with the normal distribution function Φ.
    Gelu "gelu": Gelu {};
    /// x·σ(x), also called swish.
    Silu "silu": Silu {};
    /// tanh x.
    Tanh "tanh": Tanh {};
    /// σ(x) = 1/(1 + e⁻ˣ).
    Sigmoid "sigmoid": Sigmoid {};
    /// ln(1 + eˣ).
    Softplus "softplus": Softplus {};
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
