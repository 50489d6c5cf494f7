//! Stochastic gradient descent.

use super::slots::Slots;
use super::{Optimizer, State, Update, least_average, zero_below};
use crate::Module;
use autograd::{Param, Real};
use multiversion::multiversion;

/// Stochastic gradient descent with momentum, in PyTorch's convention: with gradient g,
///
/// ```text
/// u ← μ u + g        p ← p − α u
/// ```
///
/// from u = 0. The learning rate stands outside the velocity u, unlike in I. Sutskever et al., *On the importance of
/// initialization and momentum in deep learning*, 2013: a change of α takes effect at once.
///
/// A checkpoint holds it as the tensors `sgd.velocity.<name>` and the metadata `sgd.steps`, which counts the steps of
/// each parameter.
#[derive(Clone, Debug)]
pub struct Sgd<F = f32> {
    learning_rate: f64,
    momentum: f64,
    /// u.
    slots: Slots<F, 1>,
}

impl<F: Real> Sgd<F> {
    /// Without momentum.
    ///
    /// # Panics
    /// If the learning rate is negative or not finite.
    #[track_caller]
    pub fn new(learning_rate: f64) -> Sgd<F> {
        let mut sgd = Sgd { learning_rate, momentum: 0.0, slots: Slots::new("sgd", ["velocity"]) };
        sgd.set_learning_rate(learning_rate);
        sgd
    }

    /// The same with momentum μ.
    ///
    /// # Panics
    /// If it is not in [0, 1).
    #[must_use]
    #[track_caller]
    pub fn with_momentum(mut self, momentum: f64) -> Sgd<F> {
        assert!((0.0..1.0).contains(&momentum), "a momentum lies in [0, 1), not at {momentum}");
        self.momentum = momentum;
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

impl<F: Real> Optimizer<F> for Sgd<F> {
    type Update<'a> = SgdUpdate<'a, F>;

    #[track_caller]
    fn begin_step<'a, M: Module<F> + ?Sized, G>(
        &'a mut self,
        model: &'a mut M,
        mut gradient: impl FnMut(&Param<F>) -> Option<G>,
        mut each: impl FnMut(SgdUpdate<'a, F>, G),
    ) {
        let (alpha, mu, floor) = (F::of(self.learning_rate), F::of(self.momentum), least_average(self.learning_rate));
        self.slots.each(model, |param, slot| {
            let Some(g) = gradient(param) else { return };
            slot.steps += 1;
            each(SgdUpdate { alpha, mu, floor, p: param.value_mut().data_mut(), u: slot.kept[0].data_mut() }, g);
        });
    }

    fn state<M: Module<F> + ?Sized>(&self, model: &M) -> State<F> {
        self.slots.state(model)
    }

    fn restore<M: Module<F> + ?Sized>(&mut self, model: &M, state: State<F>) -> Result<(), String> {
        self.slots.restore(model, state)
    }
}

/// One step of [`Sgd`] on one parameter or a range of it, ready for the gradient: see [`Optimizer::begin_step`].
#[derive(Debug)]
#[must_use = "the step was counted; apply it"]
pub struct SgdUpdate<'a, F> {
    alpha: F,
    mu: F,
    floor: F,
    p: &'a mut [F],
    u: &'a mut [F],
}

impl<F: Real> Update<F> for SgdUpdate<'_, F> {
    fn len(&self) -> usize {
        self.p.len()
    }

    #[track_caller]
    fn split_at(self, n: usize) -> (Self, Self) {
        let SgdUpdate { alpha, mu, floor, .. } = self;
        let (p, u) = (self.p.split_at_mut(n), self.u.split_at_mut(n));
        (SgdUpdate { alpha, mu, floor, p: p.0, u: u.0 }, SgdUpdate { alpha, mu, floor, p: p.1, u: u.1 })
    }

    #[track_caller]
    fn apply(self, g: &[F]) -> bool {
        assert_eq!(g.len(), self.p.len(), "the gradient has {} elements, the update {}", g.len(), self.p.len());
        sgd(self.alpha, self.mu, self.floor, self.p, g, self.u)
    }
}

/// One pass over all three arrays. What is too small to move a parameter is 0: see [`least_average`].
#[multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn sgd<F: Real>(alpha: F, mu: F, floor: F, p: &mut [F], g: &[F], u: &mut [F]) -> bool {
    let n = p.len();
    let (g, u) = (&g[..n], &mut u[..n]);
    let mut finite = true;
    for i in 0..n {
        finite &= g[i].is_finite();
        u[i] = zero_below(floor, mu * u[i] + g[i]);
        p[i] -= alpha * u[i];
    }
    finite
}
