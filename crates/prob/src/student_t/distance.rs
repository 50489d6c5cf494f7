//! How far a number is from the middle of Student's t distribution.

use autograd::Real;

/// How far out x is, by s = |u|/√ν with u = (x − μ)/σ, in numbers that do not overflow with s².
pub(super) struct Distance<F> {
    /// u.
    pub u: F,
    /// Whether s > 1.
    pub far: bool,
    /// s or, far out, 1/s.
    pub ratio: F,
    /// 1 + `ratio`².
    pub above_one: F,
}

impl<F: Real> Distance<F> {
    #[inline(always)]
    pub fn new(x: F, df: F, loc: F, scale: F) -> Self {
        let u = (x - loc) / scale;
        let (distance, root) = (u.abs(), df.sqrt());
        let far = distance > root;
        let ratio = if far { root / distance } else { distance / root };
        Distance { u, far, ratio, above_one: F::one() + ratio * ratio }
    }

    /// s²/(1 + s²).
    #[inline(always)]
    pub fn share(&self) -> F {
        if self.far { self.above_one.recip() } else { self.ratio * self.ratio / self.above_one }
    }

    /// 1/(1 + s²).
    #[inline(always)]
    pub fn rest(&self) -> F {
        if self.far { self.ratio * self.ratio / self.above_one } else { self.above_one.recip() }
    }

    /// ν s²/(1 + s²) = u²/(1 + s²).
    #[inline(always)]
    pub fn weight(&self, df: F) -> F {
        if self.far { df / self.above_one } else { self.u * self.u / self.above_one }
    }

    /// ln(1 + s²).
    #[inline(always)]
    pub fn log(&self) -> F {
        let log = (self.ratio * self.ratio).fast_ln_1p_unit();
        log - if self.far { self.ratio.fast_ln() * F::of(2.0) } else { F::zero() }
    }

    /// ½ (ν + 1) ln(1 + s²), where s² is small as ½ (1 + 1/ν) u² times ln(1 + s²)/s².
    #[inline(always)]
    pub fn loss(&self, df: F) -> F {
        let (one, half) = (F::one(), F::of(0.5));
        let square = self.ratio * self.ratio;
        let slope = if square < F::epsilon() { one } else { square.fast_ln_1p_unit() / square };
        let near = (one + df.recip()) * (self.u * self.u) * slope;
        half * if self.far { (df + one) * self.log() } else { near }
    }
}
