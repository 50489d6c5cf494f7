//! Functions of one number, applied to each element.

use super::Named;
use crate::kernels::map::{self, Curve};
use crate::{Array, Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};
use std::fmt::Debug;

/// A function of one number as an operation on each element: `V::apply(Each(f), &[x])`, with dx = g · f′(x).
///
/// ```
/// use autograd::ops::{Each, Named, Unary};
/// use autograd::{Array, check, prelude::*};
///
/// /// 1/(1 + x²), with derivative −2x f(x)².
/// #[derive(Debug)]
/// struct Witch;
///
/// impl Named for Witch {
///     const NAME: &'static str = "witch";
/// }
///
/// impl<F: Real> Unary<F> for Witch {
///     const NEEDS_X: bool = true;
///
///     #[inline(always)]
///     fn f(&self, x: F) -> F {
///         (F::one() + x * x).recip()
///     }
///
///     #[inline(always)]
///     fn df(&self, x: F, y: F) -> F {
///         -(x + x) * y * y
///     }
/// }
///
/// let x = Tensor::from([0.0, 1.0, -3.0]);
/// assert_eq!(Tensor::apply(Each(Witch), &[&x]), Tensor::from([1.0, 0.5, 0.1]));
/// check::gradients(&[x], |v| Var::apply(Each(Witch), &[&v[0]])).unwrap();
/// ```
#[derive(Debug)]
pub struct Each<U>(
    /// f.
    pub U,
);

impl<F: Real, U: Curve<F> + Named + Debug + Send + 'static> Op<F> for Each<U> {
    fn name(&self) -> &'static str {
        U::NAME
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        Ok(inputs[0])
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        map::unary(&self.0, inputs[0].data(), y);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        map::unary_vjp(&self.0, at.x(0), at.y(), g);
        dx.pass(0);
    }
}

/// Writes a function in one block: the method, the function as a value, and the property test of its derivative over the
/// stated domain (with the stated arguments, and away from the stated kinks). A derivative names what it uses of x and
/// y = f(x); an underscore before the name of x says that y is enough.
macro_rules! elementwise {
    (
        $(#[$about:meta])*
        $vis:vis trait $Trait:ident;
        $(
        $(#[$doc:meta])*
        $method:ident => $Op:ident($($arg:ident = $example:expr),*) on $domain:expr, kinks $kinks:expr;
        f($x:ident) = $f:expr;
        df($dx:ident, $dy:ident) = $df:expr;
        )*
    ) => {
        $(#[$about])*
        $vis trait $Trait: Array {
            $(
                $(#[$doc])*
                #[must_use]
                fn $method(&self $(, $arg: f64)*) -> Self {
                    Self::apply($crate::ops::elementwise::Each($Op { $($arg),* }), &[self])
                }
            )*
        }

        impl<V: Array> $Trait for V {}

        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $Op {
                $(
                    #[doc = concat!("`", stringify!($arg), "` of the formula.")]
                    pub $arg: f64,
                )*
            }

            impl $crate::ops::Named for $Op {
                const NAME: &'static str = stringify!($method);
            }

            impl<F: $crate::Real> $crate::kernels::map::Unary<F> for $Op {
                const NEEDS_X: bool = !matches!(stringify!($dx).as_bytes(), [b'_', ..]);

                #[inline(always)]
                fn f(&self, $x: F) -> F {
                    $(let $arg = F::of(self.$arg);)*
                    $f
                }

                #[inline(always)]
                fn df(&self, $dx: F, $dy: F) -> F {
                    $(let $arg = F::of(self.$arg);)*
                    $df
                }
            }
        )*

        #[cfg(test)]
        mod derivatives {
            use super::*;
            use $crate::Tensor;
            use proptest::prelude::*;

            proptest! { $(
                #[test]
                fn $method(x in prop::collection::vec($domain, 0..7)) {
                    let kinks: &[f64] = &$kinks;
                    prop_assume!(x.iter().all(|&x: &f64| kinks.iter().all(|k| (x - k).abs() > 1e-3)));
                    $crate::check::gradients(&[Tensor::new([x.len()], x)], |v| v[0].$method($($example),*))?;
                }
            )* }
        }
    };
}

pub(super) use elementwise;

elementwise! {
    /// Functions of one number, applied to each element of an [`Array`].
    ///
    /// Each is exact at ±∞ where the limit exists, and NaN at NaN. Errors in ulp of `f32` are the largest over its whole
    /// range, subnormal arguments and results included; docs/numerics.md has them for `f64` and tells how they were found.
    /// `powf`, `sin` and `cos` are the standard library's.
    pub trait Elementwise;

    /// eˣ, with derivative eˣ. Within 0.9 ulp.
    exp => Exp() on -4.0..4.0, kinks [];
    f(x) = x.fast_exp();
    df(_x, y) = y;

    /// eˣ − 1 without cancellation near 0, with derivative eˣ. Within 1.4 ulp.
    exp_m1 => ExpM1() on -4.0..4.0, kinks [];
    f(x) = x.fast_exp_m1();
    df(_x, y) = y + F::one();

    /// ln x, with derivative 1/x. −∞ at 0, NaN below. Within 0.9 ulp.
    ln => Ln() on 0.05..5.0, kinks [];
    f(x) = x.fast_ln();
    df(x, _y) = x.recip();

    /// ln(1 + x) without cancellation near 0, with derivative 1/(1 + x). −∞ at −1, NaN below. Within 1.5 ulp.
    ln_1p => Ln1p() on -0.9..5.0, kinks [];
    f(x) = x.fast_ln_1p();
    df(x, _y) = (F::one() + x).recip();

    /// ln(1 − eˣ) for x ≤ 0, with derivative −1/(e⁻ˣ − 1). −∞ at 0, NaN above. Within 2.1 ulp.
    log1mexp => Log1mExp() on -5.0..-0.05, kinks [];
    f(x) = x.log1mexp();
    // eˣ/(eˣ − 1) where e⁻ˣ would overflow.
    df(x, _y) = -(x.fast_exp() / x.fast_exp_m1().abs());

    /// √x, with derivative 1/(2√x).
    sqrt => Sqrt() on 0.1..5.0, kinks [];
    f(x) = x.sqrt();
    df(_x, y) = F::of(0.5) / y;

    /// x², with derivative 2x.
    square => Square() on -3.0..3.0, kinks [];
    f(x) = x * x;
    df(x, _y) = x + x;

    /// xᵖ for a constant p, with derivative p·xᵖ⁻¹.
    powf => Powf(p = 2.5) on 0.1..3.0, kinks [];
    f(x) = x.powf(p);
    // x⁰ is constant, also where x^−1 is not finite.
    df(x, _y) = if p == F::zero() { F::zero() } else { p * x.powf(p - F::one()) };

    /// 1/x, with derivative −1/x².
    recip => Recip() on 0.2..4.0, kinks [];
    f(x) = x.recip();
    df(_x, y) = -y * y;

    /// |x|, with derivative sign x, 0 at 0.
    abs => Abs() on -2.0..2.0, kinks [0.0];
    f(x) = x.abs();
    df(x, _y) = if x > F::zero() { F::one() } else if x < F::zero() { -F::one() } else { x * F::zero() };

    /// x held between two constants, with derivative 1 between them (ends included) and 0 outside.
    clamp => Clamp(lo = -0.7, hi = 0.4) on -2.0..2.0, kinks [-0.7, 0.4];
    f(x) = if x < lo { lo } else if x > hi { hi } else { x };
    df(x, _y) = if x < lo || x > hi { F::zero() } else { F::one() };

    /// sin x, with derivative cos x.
    sin => Sin() on -4.0..4.0, kinks [];
    f(x) = x.sin();
    df(x, _y) = x.cos();

    /// cos x, with derivative −sin x.
    cos => Cos() on -4.0..4.0, kinks [];
    f(x) = x.cos();
    df(x, _y) = -x.sin();

    /// tanh x, with derivative 1 − tanh² x. Within 1.4 ulp.
    tanh => Tanh() on -3.0..3.0, kinks [];
    f(x) = x.fast_tanh();
    df(_x, y) = F::one() - y * y;

    /// σ(x) = 1/(1 + e⁻ˣ), with derivative σ(x)(1 − σ(x)). Within 2.5 ulp.
    sigmoid => Sigmoid() on -4.0..4.0, kinks [];
    f(x) = x.sigmoid();
    df(_x, y) = y * (F::one() - y);

    /// ln(1 + eˣ), with derivative σ(x). Linear in the upper tail, eˣ in the lower. Within 1.7 ulp.
    softplus => Softplus() on -4.0..4.0, kinks [];
    f(x) = x.softplus();
    df(x, _y) = x.sigmoid();

    /// ln σ(x) = −softplus(−x), with derivative σ(−x). Within 1.7 ulp.
    log_sigmoid => LogSigmoid() on -4.0..4.0, kinks [];
    f(x) = -(-x).softplus();
    df(x, _y) = (-x).sigmoid();

    /// erf x = 2/√π ∫₀ˣ e^−t² dt, with derivative 2/√π·e^−x². Within 1.4 ulp.
    erf => Erf() on -3.0..3.0, kinks [];
    f(x) = x.erf();
    df(x, _y) = F::FRAC_2_SQRT_PI() * x.exp_minus_square();

    /// erfc x = 1 − erf x without cancellation in the upper tail, with derivative −2/√π·e^−x². Within 2.7 ulp.
    erfc => Erfc() on -3.0..3.0, kinks [];
    f(x) = x.erfc();
    df(x, _y) = -F::FRAC_2_SQRT_PI() * x.exp_minus_square();

    /// max(x, 0), with derivative 1 above 0, 0 elsewhere.
    relu => Relu() on -2.0..2.0, kinks [0.0];
    f(x) = if x < F::zero() { F::zero() } else { x };
    df(_x, y) = if y > F::zero() { F::one() } else { F::zero() };

    /// x above 0 and `slope`·x elsewhere, with derivative 1 and `slope`.
    leaky_relu => LeakyRelu(slope = 0.2) on -2.0..2.0, kinks [0.0];
    f(x) = if x > F::zero() { x } else { slope * x };
    df(x, _y) = if x > F::zero() { F::one() } else { slope };

    /// x above 0 and eˣ − 1 elsewhere, with derivative 1 and eˣ (D. Clevert et al., 2016, α = 1). Within 1 ulp.
    elu => Elu() on -3.0..3.0, kinks [];
    f(x) = if x > F::zero() { x } else { x.fast_exp_m1() };
    df(_x, y) = if y > F::zero() { F::one() } else { y + F::one() };

    /// x·Φ(x) with the normal distribution function Φ, with derivative Φ(x) + x φ(x) (D. Hendrycks and K. Gimpel, 2016; exact form).
    /// Within 3.2 ulp.
    gelu => Gelu() on -3.0..3.0, kinks [];
    f(x) = x.gelu();
    df(x, _y) = x.gelu_derivative();

    /// x·σ(x), with derivative σ(x) (1 + x σ(−x)) (S. Elfwing et al., 2018). Within 2.8 ulp.
    silu => Silu() on -4.0..4.0, kinks [];
    f(x) = x.silu();
    df(x, y) = x.sigmoid() + if x.is_infinite() { F::zero() } else { y * (-x).sigmoid() };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    const INF: f64 = f64::INFINITY;

    /// Value and derivative of a function at one point.
    fn at<F: Real>(x: f64, f: impl for<'t> Fn(Var<'t, F>) -> Var<'t, F>) -> (f64, f64) {
        let p = Param::new(Tensor::scalar(F::of(x)));
        let mut tape = Tape::new();
        let (y, gradients) = tape.value_and_grad(|tape| f(tape.param(&p)));
        (y.as_f64(), gradients.get(&p).unwrap().item().as_f64())
    }

    /// Limits at the ends of the range, in both types: value and derivative.
    #[test]
    fn limits() {
        fn check<F: Real>() {
            assert_eq!(at::<F>(INF, |x| x.softplus()), (INF, 1.0));
            assert_eq!(at::<F>(-INF, |x| x.softplus()), (0.0, 0.0));
            assert_eq!(at::<F>(INF, |x| x.log_sigmoid()), (0.0, 0.0));
            assert_eq!(at::<F>(-INF, |x| x.log_sigmoid()), (-INF, 1.0));
            assert_eq!(at::<F>(INF, |x| x.sigmoid()), (1.0, 0.0));
            assert_eq!(at::<F>(-INF, |x| x.sigmoid()), (0.0, 0.0));
            assert_eq!(at::<F>(-INF, |x| x.tanh()), (-1.0, 0.0));
            assert_eq!(at::<F>(-INF, |x| x.exp()), (0.0, 0.0));
            assert_eq!(at::<F>(0.0, |x| x.ln()), (-INF, INF));
            assert_eq!(at::<F>(-INF, |x| x.elu()), (-1.0, 0.0));
            assert_eq!(at::<F>(-INF, |x| x.silu()), (0.0, 0.0));
            assert_eq!(at::<F>(INF, |x| x.silu()), (INF, 1.0));
            assert_eq!(at::<F>(-INF, |x| x.gelu()), (0.0, 0.0));
            assert_eq!(at::<F>(INF, |x| x.gelu()), (INF, 1.0));
            assert_eq!(at::<F>(INF, |x| x.erf()), (1.0, 0.0));
            assert_eq!(at::<F>(-INF, |x| x.erf()), (-1.0, 0.0));
            assert_eq!(at::<F>(INF, |x| x.erfc()), (0.0, 0.0));
            assert_eq!(at::<F>(-INF, |x| x.erfc()), (2.0, 0.0));
            assert_eq!(at::<F>(-INF, |x| x.exp_m1()), (-1.0, 0.0));
            assert_eq!(at::<F>(INF, |x| x.exp_m1()), (INF, INF));
            assert_eq!(at::<F>(-1.0, |x| x.ln_1p()), (-INF, INF));
            assert_eq!(at::<F>(INF, |x| x.ln_1p()), (INF, 0.0));
            assert_eq!(at::<F>(INF, |x| x.clamp(-1.0, 2.0)), (2.0, 0.0));
            assert_eq!(at::<F>(0.0, |x| x.log1mexp()), (-INF, -INF));
            assert_eq!(at::<F>(-INF, |x| x.log1mexp()), (0.0, 0.0));
            assert_eq!(at::<F>(0.0, |x| x.powf(0.0)), (1.0, 0.0));
            assert_eq!(at::<F>(0.0, |x| x.abs()), (0.0, 0.0));
        }
        check::<f32>();
        check::<f64>();
    }

    /// Large and tiny arguments that a naive formula would lose.
    #[test]
    fn tails() {
        assert_eq!(at::<f32>(1000.0, |x| x.softplus()), (1000.0, 1.0));
        assert_eq!(at::<f64>(-700.0, |x| x.softplus()).0, (-700.0f64).exp());
        assert_eq!(at::<f64>(1e-20, |x| x.ln_1p()).0, 1e-20);
        assert_eq!(at::<f64>(1e-20, |x| x.exp_m1()).0, 1e-20);
        assert!((at::<f64>(-1e-20, |x| x.log1mexp()).0 - 1e-20f64.ln()).abs() < 1e-13);
        assert!((at::<f32>(-90.0, |x| x.sigmoid()).0 / (-90.0f64).exp() - 1.0).abs() < 1e-3);
    }

    /// The sign of zero stays in odd functions.
    #[test]
    fn negative_zero() {
        let zero = Tensor::scalar(-0.0f32);
        for y in [zero.exp_m1(), zero.ln_1p(), zero.tanh(), zero.erf(), zero.elu(), zero.gelu(), zero.silu()] {
            assert!(y.item() == 0.0 && y.item().is_sign_negative());
        }
    }

    #[test]
    fn nan_stays() {
        fn check<F: Real>() {
            let nan = Tensor::scalar(F::nan());
            let all = [
                nan.exp(),
                nan.exp_m1(),
                nan.ln(),
                nan.ln_1p(),
                nan.log1mexp(),
                nan.sqrt(),
                nan.square(),
                nan.powf(2.0),
                nan.recip(),
                nan.abs(),
                nan.clamp(0.0, 1.0),
                nan.sin(),
                nan.cos(),
                nan.tanh(),
                nan.sigmoid(),
                nan.softplus(),
                nan.log_sigmoid(),
                nan.relu(),
                nan.leaky_relu(0.1),
                nan.erf(),
                nan.erfc(),
                nan.elu(),
                nan.gelu(),
                nan.silu(),
            ];
            for (i, y) in all.iter().enumerate() {
                assert!(y.item().is_nan(), "function {i} loses NaN");
            }
        }
        check::<f32>();
        check::<f64>();
    }

    /// The derivatives in `f32` agree with those in `f64` to rounding: relative 1e-5 is 80 ulp.
    #[test]
    fn single_precision_agrees() {
        for x in [-2.5, -0.3, 0.7, 1.9] {
            macro_rules! agree {
                ($($f:ident($($arg:expr),*))*) => {$(
                    let (single, double) = (at::<f32>(x, |x| x.$f($($arg),*)), at::<f64>(x, |x| x.$f($($arg),*)));
                    assert!((single.0 - double.0).abs() <= 1e-5 * (1.0 + double.0.abs()), stringify!($f));
                    assert!((single.1 - double.1).abs() <= 1e-5 * (1.0 + double.1.abs()), stringify!($f));
                )*};
            }
            agree!(exp() exp_m1() square() abs() sin() cos() tanh() sigmoid() softplus() log_sigmoid() erf() erfc() relu() elu() gelu() silu());
        }
    }
}
