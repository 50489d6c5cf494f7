//! What optimisers keep for each parameter.

use super::State;
use crate::Module;
use autograd::{Param, Real, Shape, Tensor};
use std::collections::BTreeMap;

/// `N` tensors in the shape of one parameter, and how often it was moved.
#[derive(Clone, Debug)]
pub(super) struct Slot<F, const N: usize> {
    name: String,
    pub steps: u64,
    pub kept: [Tensor<F>; N],
}

/// One slot for each parameter, in declaration order.
#[derive(Clone, Debug)]
pub(super) struct Slots<F, const N: usize> {
    /// The rule's name, which names in a [`State`] begin with.
    rule: &'static str,
    /// The names of the tensors kept.
    labels: [&'static str; N],
    slots: Vec<Slot<F, N>>,
}

impl<F: Real, const N: usize> Slots<F, N> {
    pub fn new(rule: &'static str, labels: [&'static str; N]) -> Self {
        Slots { rule, labels, slots: Vec::new() }
    }

    /// Calls `each` with every parameter and its slot.
    #[track_caller]
    pub fn each<'a, M: Module<F> + ?Sized>(
        &'a mut self,
        model: &'a mut M,
        mut each: impl FnMut(&'a mut Param<F>, &'a mut Slot<F, N>),
    ) {
        if self.slots.is_empty() {
            self.slots = fresh(model);
        }
        let rule = self.rule;
        let mut slots = self.slots.iter_mut();
        model.for_each_param_mut(&mut |path, param| {
            let slot = slots.next();
            let expected = slot.as_ref().map(|slot| slot.kept[0].shape());
            if expected != Some(param.value().shape()) {
                refuse(rule, &path.to_string(), param.value().shape(), expected);
            }
            each(param, slot.expect("compared"));
        });
        if let Some(slot) = slots.next() {
            panic!("{rule}: the model has no parameter `{}`, which it had at the step before", slot.name);
        }
    }

    /// The slots for saving, zeros before the first step.
    pub fn state<M: Module<F> + ?Sized>(&self, model: &M) -> State<F> {
        let made;
        let slots = if self.slots.is_empty() {
            made = fresh(model);
            &made
        } else {
            &self.slots
        };
        let tensors =
            (0..N).flat_map(|k| slots.iter().map(move |slot| (self.key(k, &slot.name), slot.kept[k].clone())));
        let steps: Vec<String> = slots.iter().map(|slot| slot.steps.to_string()).collect();
        State { tensors: tensors.collect(), metadata: BTreeMap::from([(self.steps_key(), steps.join(" "))]) }
    }

    /// Takes over a state, or changes nothing.
    pub fn restore<M: Module<F> + ?Sized>(&mut self, model: &M, state: State<F>) -> Result<(), String> {
        let mut slots = fresh(model);
        let key = self.steps_key();
        let steps = state.metadata.get(&key).ok_or_else(|| format!("the metadata `{key}` is missing"))?;
        let counts: Vec<u64> = steps.split_whitespace().map_while(|n| n.parse().ok()).collect();
        if counts.len() != slots.len() || steps.split_whitespace().count() != slots.len() {
            return Err(format!("the metadata `{key}` is not {} counts: `{steps}`", slots.len()));
        }
        let mut tensors: BTreeMap<String, Tensor<F>> = state.tensors.into_iter().collect();
        for (slot, steps) in slots.iter_mut().zip(counts) {
            slot.steps = steps;
            for k in 0..N {
                let key = self.key(k, &slot.name);
                let found = tensors.remove(&key).filter(|t| t.shape() == slot.kept[k].shape());
                slot.kept[k] = found.ok_or_else(|| format!("`{key}` is missing or has another shape"))?;
            }
        }
        self.slots = slots;
        Ok(())
    }

    fn key(&self, k: usize, name: &str) -> String {
        format!("{}.{}.{name}", self.rule, self.labels[k])
    }

    fn steps_key(&self) -> String {
        format!("{}.steps", self.rule)
    }
}

/// Slots of zeros.
fn fresh<F: Real, M: Module<F> + ?Sized, const N: usize>(model: &M) -> Vec<Slot<F, N>> {
    let mut slots = Vec::new();
    model.for_each_param(&mut |path, param| {
        let kept = std::array::from_fn(|_| Tensor::zeros(param.value().shape()));
        slots.push(Slot { name: path.to_string(), steps: 0, kept });
    });
    slots
}

/// Says how the model differs from the one that the slots were made for.
#[cold]
#[track_caller]
fn refuse(rule: &str, name: &str, shape: Shape, expected: Option<Shape>) -> ! {
    match expected {
        Some(expected) => {
            panic!("{rule}: parameter `{name}` has shape {shape}; in its place was one of shape {expected}")
        }
        None => panic!("{rule}: parameter `{name}` was not in the model at the step before"),
    }
}
