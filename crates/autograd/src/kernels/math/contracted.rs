//! Single precision on processors that multiply and add at once.

#![allow(unsafe_code, reason = "slices of a number that is an `f32` by another name")]

use crate::Real;
use crate::kernels::gemm::{Gemm, Mat, Plus};
use num_traits::{Float, FloatConst, Num, NumCast, One, ToPrimitive, Zero};
use std::fmt;
use std::iter::Sum;
use std::num::FpCategory;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

/// An `f32` whose elementary functions use fused multiply-adds, to be used where these are single instructions.
///
/// Formulas are generic in the number, and kernels call them with this one. It computes like `f32` but for these functions.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
#[repr(transparent)]
pub struct Contracted(pub(super) f32);

impl Contracted {
    /// The same numbers.
    #[inline(always)]
    pub fn of(x: &[f32]) -> &[Self] {
        // SAFETY: the layout of a number is that of an `f32`; here and below.
        unsafe { &*(std::ptr::from_ref(x) as *const [Self]) }
    }

    /// The same numbers, to be written.
    #[inline(always)]
    pub fn of_mut(x: &mut [f32]) -> &mut [Self] {
        // SAFETY: as above.
        unsafe { &mut *(std::ptr::from_mut(x) as *mut [Self]) }
    }

    fn single(x: &[Self]) -> &[f32] {
        // SAFETY: as above.
        unsafe { &*(std::ptr::from_ref(x) as *const [f32]) }
    }
}

macro_rules! operators {
    ($($Op:ident $op:ident $Assign:ident $assign:ident)*) => {
        $(impl $Op for Contracted {
            type Output = Self;
            #[inline(always)]
            fn $op(self, other: Self) -> Self {
                Self($Op::$op(self.0, other.0))
            }
        }
        impl $Assign for Contracted {
            #[inline(always)]
            fn $assign(&mut self, other: Self) {
                $Assign::$assign(&mut self.0, other.0);
            }
        })*
    };
}

operators! {
    Add add AddAssign add_assign
    Sub sub SubAssign sub_assign
    Mul mul MulAssign mul_assign
    Div div DivAssign div_assign
    Rem rem RemAssign rem_assign
}

impl Neg for Contracted {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

/// What is the same as for `f32`: of no number, of one and of two to a number, and of one to something else.
macro_rules! same {
    ($($name:ident)* ; $($one:ident)* ; $($two:ident)* ; $($other:ident: $T:ty),*) => {
        $(#[inline(always)]
        fn $name() -> Self {
            Self(f32::$name())
        })*
        $(#[inline(always)]
        fn $one(self) -> Self {
            Self(Float::$one(self.0))
        })*
        $(#[inline(always)]
        fn $two(self, other: Self) -> Self {
            Self(Float::$two(self.0, other.0))
        })*
        $(#[inline(always)]
        fn $other(self) -> $T {
            Float::$other(self.0)
        })*
    };
}

impl Float for Contracted {
    same! {
        nan infinity neg_infinity neg_zero min_value min_positive_value max_value epsilon;
        floor ceil round trunc fract abs signum recip sqrt exp exp2 ln log2 log10 cbrt sin cos tan asin acos atan exp_m1 ln_1p
        sinh cosh tanh asinh acosh atanh;
        powf log max min abs_sub hypot atan2 copysign;
        is_nan: bool, is_infinite: bool, is_finite: bool, is_normal: bool, is_sign_positive: bool, is_sign_negative: bool,
        classify: FpCategory, integer_decode: (u64, i16, i8)
    }

    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        Self(self.0.mul_add(b.0, c.0))
    }

    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        Self(self.0.powi(n))
    }

    fn sin_cos(self) -> (Self, Self) {
        (self.sin(), self.cos())
    }
}

macro_rules! constants {
    ($($name:ident)*) => {
        impl FloatConst for Contracted {
            $(#[inline(always)]
            fn $name() -> Self {
                Self(<f32 as FloatConst>::$name())
            })*
        }
    };
}

constants! {
    E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8 LN_10 LN_2 LOG10_E LOG2_E
    PI SQRT_2
}

impl Zero for Contracted {
    #[inline(always)]
    fn zero() -> Self {
        Self(0.0)
    }

    #[inline(always)]
    fn is_zero(&self) -> bool {
        self.0 == 0.0
    }
}

impl One for Contracted {
    #[inline(always)]
    fn one() -> Self {
        Self(1.0)
    }
}

impl Num for Contracted {
    type FromStrRadixErr = <f32 as Num>::FromStrRadixErr;

    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        f32::from_str_radix(text, radix).map(Self)
    }
}

impl ToPrimitive for Contracted {
    #[inline(always)]
    fn to_i64(&self) -> Option<i64> {
        self.0.to_i64()
    }

    #[inline(always)]
    fn to_u64(&self) -> Option<u64> {
        self.0.to_u64()
    }

    #[inline(always)]
    fn to_i128(&self) -> Option<i128> {
        self.0.to_i128()
    }

    #[inline(always)]
    fn to_u128(&self) -> Option<u128> {
        self.0.to_u128()
    }

    #[inline(always)]
    fn to_f64(&self) -> Option<f64> {
        self.0.to_f64()
    }
}

impl NumCast for Contracted {
    #[inline(always)]
    fn from<T: ToPrimitive>(x: T) -> Option<Self> {
        x.to_f32().map(Self)
    }
}

impl Sum for Contracted {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        Self(terms.map(|x| x.0).sum())
    }
}

impl fmt::Display for Contracted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::LowerExp for Contracted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerExp::fmt(&self.0, f)
    }
}

/// Products fuse their multiply-adds anyway.
impl Gemm for Contracted {
    #[allow(private_interfaces)]
    fn gemm(a: Mat<'_, Self>, b: Mat<'_, Self>, c: &mut [Self], plus: Plus<'_, Self>) {
        // SAFETY: the layout of a number is that of an `f32`.
        let c = unsafe { &mut *(std::ptr::from_mut(c) as *mut [f32]) };
        f32::gemm(a.map(Self::single), b.map(Self::single), c, plus.map(Self::single));
    }
}

impl Real for Contracted {
    const NAME: &'static str = f32::NAME;
    type Contracted = Self;

    #[inline(always)]
    fn of(x: f64) -> Self {
        Self(x as f32)
    }

    #[inline(always)]
    fn as_f64(self) -> f64 {
        self.0.as_f64()
    }

    #[inline(always)]
    fn contracted(x: &[Self]) -> &[Self] {
        x
    }

    #[inline(always)]
    fn contracted_mut(x: &mut [Self]) -> &mut [Self] {
        x
    }
}
