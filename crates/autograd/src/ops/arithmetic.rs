//! Addition, subtraction, multiplication, division and their operators.

use super::Named;
use super::elementwise::elementwise;
use super::fused::Function;
use crate::kernels::map;
use crate::{Array, Cotangents, Op, Point, Real, Shape, ShapeError, Tensor, Var};
use std::fmt::Debug;
use std::ops;

/// A function of two numbers, quick to compute, as an operation on arrays that broadcast.
#[derive(Debug)]
struct Pairwise<B>(B);

impl<F: Real, B: Function<F, 2> + Named + Debug + Send + 'static> Op<F> for Pairwise<B> {
    fn name(&self) -> &'static str {
        B::NAME
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        inputs[0].broadcast(inputs[1])
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let [a, b] = [0, 1].map(|i| (inputs[i].data(), inputs[i].shape()));
        let out = a.1.broadcast(b.1).expect("shapes were judged");
        map::binary(&self.0, a, b, y, out);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let [a, b] = [0, 1].map(|i| (at.x(i), at.shape(i)));
        let out = at.output_shape();
        dx.with_broadcast(0, |d| map::binary_vjp::<F, B, false>(&self.0, a, b, g, d, out));
        dx.with_broadcast(1, |d| map::binary_vjp::<F, B, true>(&self.0, a, b, g, d, out));
    }
}

/// Writes a function of two numbers in one block.
macro_rules! pairwise {
    ($($(#[$doc:meta])* $Op:ident $name:literal ($a:ident, $b:ident): $f:expr, $da:expr, $db:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        struct $Op;

        impl Named for $Op {
            const NAME: &'static str = $name;
        }

        impl<F: Real> Function<F, 2> for $Op {
            #[inline(always)]
            fn f(&self, [$a, $b]: [F; 2]) -> F {
                $f
            }

            #[inline(always)]
            #[allow(unused_variables)]
            fn d<const I: usize>(&self, [$a, $b]: [F; 2]) -> F {
                match I {
                    0 => $da,
                    _ => $db,
                }
            }
        }
    )*};
}

pairwise! {
    /// a · b, with derivatives b and a.
    Mul "mul" (a, b): a * b, b, a;
    /// a / b, with derivatives 1/b and −a/b².
    Div "div" (a, b): a / b, b.recip(), -a / (b * b);
    /// The greater of a and b; its derivative goes there, to `a` if they are equal. NaN if either is.
    Maximum "maximum" (a, b): if a >= b || a.is_nan() { a } else { b },
        if a >= b { F::one() } else { F::zero() }, if a >= b { F::zero() } else { F::one() };
    /// The lesser of a and b; its derivative goes there, to `a` if they are equal. NaN if either is.
    Minimum "minimum" (a, b): if a <= b || a.is_nan() { a } else { b },
        if a <= b { F::one() } else { F::zero() }, if a <= b { F::zero() } else { F::one() };
}

/// a ± b, with derivatives 1 and ±1: a block of its own, since the cotangent needs no pass over the inputs.
#[derive(Debug)]
struct Sum<const MINUS: bool>;

impl<F: Real, const MINUS: bool> Function<F, 2> for Sum<MINUS> {
    #[inline(always)]
    fn f(&self, [a, b]: [F; 2]) -> F {
        if MINUS { a - b } else { a + b }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, _: [F; 2]) -> F {
        if MINUS && I == 1 { -F::one() } else { F::one() }
    }
}

impl<F: Real, const MINUS: bool> Op<F> for Sum<MINUS> {
    fn name(&self) -> &'static str {
        if MINUS { "sub" } else { "add" }
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        inputs[0].broadcast(inputs[1])
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let [a, b] = [0, 1].map(|i| (inputs[i].data(), inputs[i].shape()));
        let out = a.1.broadcast(b.1).expect("shapes were judged");
        map::binary(self, a, b, y, out);
    }

    fn vjp(&self, _: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        if dx.needs(1) {
            dx.add(0, g);
            if MINUS {
                map::scale(g, -F::one());
            }
            dx.pass(1);
        } else {
            dx.pass(0);
        }
    }
}

/// Functions of two numbers that have no operator.
pub trait Arithmetic: Array {
    /// The greater of two elements; the derivative goes to it, to the first if they are equal. NaN if either is.
    #[must_use]
    #[track_caller]
    fn maximum(&self, other: &Self) -> Self {
        Self::apply(Pairwise(Maximum), &[self, other])
    }

    /// The lesser of two elements; the derivative goes to it, to the first if they are equal. NaN if either is.
    #[must_use]
    #[track_caller]
    fn minimum(&self, other: &Self) -> Self {
        Self::apply(Pairwise(Minimum), &[self, other])
    }
}

impl<V: Array> Arithmetic for V {}

elementwise! {
    /// Arithmetic with a constant: what the operators with a number on one side record.
    trait WithConstant;

    /// x + c, with derivative 1.
    plus => Plus(c = 0.7) on -2.0..2.0, kinks [];
    f(x) = x + c;
    df(_x, _y) = { let _ = c; F::one() };

    /// c − x, with derivative −1.
    subtracted_from => SubtractedFrom(c = 0.7) on -2.0..2.0, kinks [];
    f(x) = c - x;
    df(_x, _y) = { let _ = c; -F::one() };

    /// c·x, with derivative c.
    times => Times(c = 0.7) on -2.0..2.0, kinks [];
    f(x) = c * x;
    df(_x, _y) = c;

    /// x/c, with derivative 1/c.
    divided_by => DividedBy(c = 0.7) on -2.0..2.0, kinks [];
    f(x) = x / c;
    df(_x, _y) = c.recip();

    /// c/x, with derivative −c/x².
    dividing => Dividing(c = 0.7) on 0.2..2.0, kinks [];
    f(x) = c / x;
    df(x, y) = { let _ = c; -y / x };
}

/// The operators of one array type: between two arrays, owned or borrowed, and with an `f64` on either side.
macro_rules! operators {
    ([$($life:lifetime)?] $V:ty) => {
        operators!(@two [$($life)?] $V, Add add, Sum::<false>);
        operators!(@two [$($life)?] $V, Sub sub, Sum::<true>);
        operators!(@two [$($life)?] $V, Mul mul, Pairwise(Mul));
        operators!(@two [$($life)?] $V, Div div, Pairwise(Div));
        operators!(@number [$($life)?] $V, Add add, |x, c| x.plus(c), |c, x| x.plus(c));
        operators!(@number [$($life)?] $V, Sub sub, |x, c| x.plus(-c), |c, x| x.subtracted_from(c));
        operators!(@number [$($life)?] $V, Mul mul, |x, c| x.times(c), |c, x| x.times(c));
        operators!(@number [$($life)?] $V, Div div, |x, c| x.divided_by(c), |c, x| x.dividing(c));
        operators!(@neg [$($life)?] $V, $V);
        operators!(@neg [$($life)?] $V, &$V);
    };
    (@two [$($life:lifetime)?] $V:ty, $Trait:ident $method:ident, $op:expr) => {
        operators!(@one [$($life)?] $V, $V, $V, $Trait $method, $op);
        operators!(@one [$($life)?] $V, $V, &$V, $Trait $method, $op);
        operators!(@one [$($life)?] $V, &$V, $V, $Trait $method, $op);
        operators!(@one [$($life)?] $V, &$V, &$V, $Trait $method, $op);
    };
    (@one [$($life:lifetime)?] $V:ty, $A:ty, $B:ty, $Trait:ident $method:ident, $op:expr) => {
        impl<$($life,)? F: Real> ops::$Trait<$B> for $A {
            type Output = $V;

            #[track_caller]
            fn $method(self, other: $B) -> $V {
                <$V>::apply($op, &[&self, &other])
            }
        }
    };
    (@number [$($life:lifetime)?] $V:ty, $Trait:ident $method:ident, |$x:ident, $c:ident| $right:expr, |$d:ident, $z:ident| $left:expr) => {
        operators!(@right [$($life)?] $V, $V, $Trait $method, |$x, $c| $right);
        operators!(@right [$($life)?] $V, &$V, $Trait $method, |$x, $c| $right);
        operators!(@left [$($life)?] $V, $V, $Trait $method, |$d, $z| $left);
        operators!(@left [$($life)?] $V, &$V, $Trait $method, |$d, $z| $left);
    };
    (@right [$($life:lifetime)?] $V:ty, $A:ty, $Trait:ident $method:ident, |$x:ident, $c:ident| $value:expr) => {
        impl<$($life,)? F: Real> ops::$Trait<f64> for $A {
            type Output = $V;

            fn $method(self, $c: f64) -> $V {
                let $x = self;
                $value
            }
        }
    };
    (@left [$($life:lifetime)?] $V:ty, $A:ty, $Trait:ident $method:ident, |$c:ident, $x:ident| $value:expr) => {
        impl<$($life,)? F: Real> ops::$Trait<$A> for f64 {
            type Output = $V;

            fn $method(self, $x: $A) -> $V {
                let $c = self;
                $value
            }
        }
    };
    (@neg [$($life:lifetime)?] $V:ty, $A:ty) => {
        impl<$($life,)? F: Real> ops::Neg for $A {
            type Output = $V;

            fn neg(self) -> $V {
                self.times(-1.0)
            }
        }
    };
}

operators!(['t] Var<'t, F>);
operators!([] Tensor<F>);

#[cfg(test)]
mod tests {
    use crate::prelude::*;
    use crate::{Tensor, check};
    use proptest::prelude::*;

    /// Pairs of shapes that go together, of every kind the rule knows.
    fn shapes() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
        let extents = prop::collection::vec(0usize..4, 0..4);
        (extents, 0usize..3, any::<bool>(), prop::collection::vec(any::<bool>(), 4)).prop_map(
            |(long, kind, swap, ones)| {
                let short = match kind {
                    0 => Vec::new(),
                    1 => long[long.len() / 2..].to_vec(),
                    _ => long.iter().zip(&ones).map(|(&n, &one)| if one { 1 } else { n }).collect(),
                };
                if swap { (short, long) } else { (long, short) }
            },
        )
    }

    fn tensor(shape: &[usize], mut seed: u64) -> Tensor<f64> {
        // Away from 0, so that quotients are tame, and distinct, so that no maximum is a tie.
        Tensor::from_fn(shape, |_| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let u = (seed >> 11) as f64 / (1u64 << 53) as f64;
            if seed & (1 << 8) == 0 { 0.5 + u } else { -0.5 - u }
        })
    }

    /// The operand repeated by hand to the shape of the result.
    fn explicit(x: &Tensor<f64>, out: Shape) -> Tensor<f64> {
        let lead = out.rank() - x.shape().rank();
        Tensor::from_fn(out, |mut i| {
            let mut index = vec![0; out.rank()];
            for axis in (0..out.rank()).rev() {
                index[axis] = i % out[axis];
                i /= out[axis];
            }
            let own: Vec<usize> =
                index[lead..].iter().zip(x.shape().dims()).map(|(&i, &n)| if n == 1 { 0 } else { i }).collect();
            x.at(&own)
        })
    }

    proptest! {
        #[test]
        fn derivatives_under_broadcasting((a, b) in shapes(), seed: u64) {
            let inputs = [tensor(&a, seed), tensor(&b, !seed)];
            check::gradients(&inputs, |v| v[0] + v[1])?;
            check::gradients(&inputs, |v| v[0] - v[1])?;
            check::gradients(&inputs, |v| v[0] * v[1])?;
            check::gradients(&inputs, |v| v[0] / v[1])?;
            check::gradients(&inputs, |v| v[0].maximum(&v[1]))?;
            check::gradients(&inputs, |v| v[0].minimum(&v[1]))?;
        }

        #[test]
        fn broadcasting_equals_repeating((a, b) in shapes(), seed: u64) {
            let (a, b) = (tensor(&a, seed), tensor(&b, !seed));
            let out = a.shape().broadcast(b.shape()).unwrap();
            let (ra, rb) = (explicit(&a, out), explicit(&b, out));
            prop_assert_eq!(&a + &b, &ra + &rb);
            prop_assert_eq!(&a - &b, &ra - &rb);
            prop_assert_eq!(&a * &b, &ra * &rb);
            prop_assert_eq!(&a / &b, &ra / &rb);
        }

        /// (αf + βg)′ = αf′ + βg′, exactly: both sides round alike because the factors are powers of two.
        #[test]
        fn differentiation_is_linear(x in prop::collection::vec(-2.0..2.0f64, 1..6)) {
            let p = Param::new(Tensor::new([x.len()], x));
            let mut tape = Tape::new();
            let f = tape.value_and_grad(|t| t.param(&p).sin().sum_all()).1.get(&p).unwrap().clone();
            let g = tape.value_and_grad(|t| t.param(&p).exp().sum_all()).1.get(&p).unwrap().clone();
            let both = tape
                .value_and_grad(|t| 2.0 * t.param(&p).sin().sum_all() - 0.5 * t.param(&p).exp().sum_all())
                .1
                .get(&p)
                .unwrap()
                .clone();
            let expected = f * 2.0 - g * 0.5;
            for (a, b) in both.data().iter().zip(expected.data()) {
                prop_assert!((a - b).abs() <= 1e-15 * (1.0 + b.abs()), "{a} {b}");
            }
        }
    }

    #[test]
    fn numbers_stand_on_either_side() {
        let x = Tensor::from([1.0, 2.0, 4.0]);
        assert_eq!((1.0 - &x).data(), &[0.0, -1.0, -3.0]);
        assert_eq!((&x - 1.0).data(), &[0.0, 1.0, 3.0]);
        assert_eq!((8.0 / &x).data(), &[8.0, 4.0, 2.0]);
        assert_eq!((&x / 2.0).data(), &[0.5, 1.0, 2.0]);
        assert_eq!((2.0 * &x + 1.0).data(), &[3.0, 5.0, 9.0]);
        assert_eq!((-x).data(), &[-1.0, -2.0, -4.0]);
    }

    #[test]
    fn infinities_and_nan_go_through() {
        let inf = Tensor::from([f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.0]);
        let one = Tensor::from([1.0; 4]);
        assert_eq!((&inf + &one).data()[..2], [f64::INFINITY, f64::NEG_INFINITY]);
        assert_eq!((&one / &inf).data()[..2], [0.0, 0.0]);
        assert_eq!(one.maximum(&inf).data()[..2], [f64::INFINITY, 1.0]);
        assert_eq!(one.minimum(&inf).data()[..2], [1.0, f64::NEG_INFINITY]);
        for y in [&inf + &one, &inf * &one, one.maximum(&inf), inf.maximum(&one), one.minimum(&inf)] {
            assert!(y.data()[2].is_nan());
        }
    }
}
