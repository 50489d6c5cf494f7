//! Adam.

use super::slots::{Slot, Slots};
use super::{Optimizer, State, Update, least_average, zero_below};
use crate::Module;
use autograd::{Param, Real, will_write};
use multiversion::multiversion;

/// Adam: D. P. Kingma and J. Ba, *Adam: a method for stochastic optimization*, 2015, Algorithm 1. With gradient g at step t,
///
/// ```text
/// m ← β₁ m + (1 − β₁) g        m̂ = m / (1 − β₁ᵗ)
/// v ← β₂ v + (1 − β₂) g²       v̂ = v / (1 − β₂ᵗ)
/// p ← p − α m̂ / (√v̂ + ε)
/// ```
///
/// t counts the steps of each parameter on its own: one that had no gradient for a while is not taken for one whose
/// averages are settled. (PyTorch's Adam does the same.)
///
/// A checkpoint holds it as the tensors `adam.m.<name>` and `adam.v.<name>` and the metadata `adam.steps`, which is t of
/// each parameter in declaration order.
///
/// ```
/// use autograd::prelude::*;
/// use nn::{Adam, Optimizer};
///
/// // The first step is α long in every direction with a gradient, whatever its scale.
/// let mut p = Param::new(Tensor::from([1.0, 2.0]));
/// let (mut tape, mut adam) = (Tape::new(), Adam::new(0.1));
/// let (_, gradients) = tape.value_and_grad(|t| (t.param(&p) * t.constant(&Tensor::from([1e3, -1e-3]))).sum_all());
/// adam.step(&mut p, gradients);
/// assert!((p.value().data()[0] - 0.9_f64).abs() < 1e-6 && (p.value().data()[1] - 2.1).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct Adam<F = f32> {
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    /// m and v.
    slots: Slots<F, 2>,
}

impl<F: Real> Adam<F> {
    /// Adam with the paper's β₁ = 0.9, β₂ = 0.999 and ε = 10⁻⁸.
    ///
    /// # Panics
    /// If the learning rate is negative or not finite.
    #[track_caller]
    pub fn new(learning_rate: f64) -> Adam<F> {
        let slots = Slots::new("adam", ["m", "v"]);
        let mut adam = Adam { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, slots };
        adam.set_learning_rate(learning_rate);
        adam
    }

    /// The same with other β₁ and β₂.
    ///
    /// # Panics
    /// If one is not in [0, 1).
    #[must_use]
    #[track_caller]
    pub fn with_betas(mut self, beta1: f64, beta2: f64) -> Adam<F> {
        let inside = |b| (0.0..1.0).contains(&b);
        assert!(inside(beta1) && inside(beta2), "Adam's betas lie in [0, 1), not at {beta1} and {beta2}");
        (self.beta1, self.beta2) = (beta1, beta2);
        self
    }

    /// The same with another ε.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[must_use]
    #[track_caller]
    pub fn with_epsilon(mut self, epsilon: f64) -> Adam<F> {
        assert!(epsilon >= 0.0 && epsilon.is_finite(), "Adam's epsilon is not negative: {epsilon}");
        self.epsilon = epsilon;
        self
    }

    /// α.
    pub fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    /// Sets α for the steps to come.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn set_learning_rate(&mut self, learning_rate: f64) {
        assert!(learning_rate >= 0.0 && learning_rate.is_finite(), "a learning rate is not negative: {learning_rate}");
        self.learning_rate = learning_rate;
    }
}

impl<F: Real> Optimizer<F> for Adam<F> {
    type Update<'a> = AdamUpdate<'a, F>;

    #[track_caller]
    fn begin_step<'a, M: Module<F> + ?Sized, G>(
        &'a mut self,
        model: &'a mut M,
        mut gradient: impl FnMut(&Param<F>) -> Option<G>,
        mut each: impl FnMut(AdamUpdate<'a, F>, G),
    ) {
        let (alpha, betas, epsilon) = (self.learning_rate, [self.beta1, self.beta2], self.epsilon);
        // Next to always all parameters are at the same step.
        let mut last = None;
        self.slots.each(model, |param, slot| {
            let Some(g) = gradient(param) else { return };
            let Slot { steps, kept: [m, v], .. } = slot;
            *steps += 1;
            let rule = match last {
                Some((t, rule)) if t == *steps => rule,
                _ => Rule::at(*steps, alpha, betas, epsilon),
            };
            last = Some((*steps, rule));
            each(AdamUpdate { rule, p: param.value_mut().data_mut(), m: m.data_mut(), v: v.data_mut() }, g);
        });
    }

    fn state<M: Module<F> + ?Sized>(&self, model: &M) -> State<F> {
        self.slots.state(model)
    }

    fn restore<M: Module<F> + ?Sized>(&mut self, model: &M, state: State<F>) -> Result<(), String> {
        self.slots.restore(model, state)
    }
}

/// One step of [`Adam`] on one parameter or a range of it, ready for the gradient: see [`Optimizer::begin_step`].
#[derive(Debug)]
#[must_use = "the step was counted; apply it"]
pub struct AdamUpdate<'a, F> {
    rule: Rule<F>,
    p: &'a mut [F],
    m: &'a mut [F],
    v: &'a mut [F],
}

impl<F: Real> Update<F> for AdamUpdate<'_, F> {
    fn len(&self) -> usize {
        self.p.len()
    }

    #[track_caller]
    fn split_at(self, n: usize) -> (Self, Self) {
        let (p, m, v) = (self.p.split_at_mut(n), self.m.split_at_mut(n), self.v.split_at_mut(n));
        let rule = self.rule;
        (AdamUpdate { rule, p: p.0, m: m.0, v: v.0 }, AdamUpdate { rule, p: p.1, m: m.1, v: v.1 })
    }

    #[track_caller]
    fn apply(self, g: &[F]) -> bool {
        assert_eq!(g.len(), self.p.len(), "the gradient has {} elements, the update {}", g.len(), self.p.len());
        adam(self.rule, self.p, g, self.m, self.v)
    }
}

/// What the formula needs beside the arrays.
#[derive(Clone, Copy, Debug)]
struct Rule<F> {
    beta1: F,
    beta2: F,
    /// 1 − β₁ and 1 − β₂.
    weight1: F,
    weight2: F,
    /// α / (1 − β₁ᵗ).
    step: F,
    /// 1 / √(1 − β₂ᵗ).
    root: F,
    epsilon: F,
    /// A smaller gradient counts as 0: its square, weighted, is no normal number.
    least: F,
    /// A smaller m is 0.
    floor: F,
}

impl<F: Real> Rule<F> {
    /// The rule at step `t`.
    fn at(t: u64, alpha: f64, [beta1, beta2]: [f64; 2], epsilon: f64) -> Rule<F> {
        let t = t as f64;
        Rule {
            beta1: F::of(beta1),
            beta2: F::of(beta2),
            weight1: F::of(1.0 - beta1),
            weight2: F::of(1.0 - beta2),
            step: F::of(alpha / (1.0 - beta1.powf(t))),
            root: F::of((1.0 - beta2.powf(t)).sqrt().recip()),
            epsilon: F::of(epsilon),
            least: F::of((F::min_positive_value().as_f64() / (1.0 - beta2)).sqrt()),
            floor: least_average(alpha),
        }
    }
}

/// Numbers that the loop takes at a time, and how far ahead of them it asks for parameters.
const PIECE: usize = 64;
const AHEAD: usize = 4 * PIECE;

/// One pass over all four arrays. Elements do not see each other, and nothing is contracted to fused operations, so
/// neither the instruction set nor the ranges change a bit.
///
/// What is too small to move a parameter is 0: see [`least_average`].
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn adam<F: Real>(rule: Rule<F>, p: &mut [F], g: &[F], m: &mut [F], v: &mut [F]) -> bool {
    let n = p.len();
    let (g, m, v) = (&g[..n], &mut m[..n], &mut v[..n]);
    let mut finite = true;
    for start in (0..n).step_by(PIECE) {
        // All threads have read them.
        will_write(&p[n.min(start + AHEAD)..n.min(start + AHEAD + PIECE)]);
        for i in start..n.min(start + PIECE) {
            finite &= g[i].is_finite();
            let g = zero_below(rule.least, g[i]);
            m[i] = zero_below(rule.floor, rule.beta1 * m[i] + rule.weight1 * g);
            v[i] = zero_below(F::min_positive_value(), rule.beta2 * v[i] + rule.weight2 * (g * g));
            p[i] -= rule.step * m[i] / (v[i].sqrt() * rule.root + rule.epsilon);
        }
    }
    finite
}
