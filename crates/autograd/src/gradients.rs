//! Gradients of a loss by its parameters.

use crate::kernels::{map, reduce};
use crate::param::ParamId;
use crate::pool::Pool;
use crate::{Param, Real, Tensor};

/// The gradients of one loss by the parameters it touched; a parameter that it did not touch has none.
#[derive(Clone, Debug)]
pub struct Gradients<F = f32> {
    /// Sorted by id, that is in the order in which the parameters were made.
    entries: Vec<(ParamId, Tensor<F>)>,
}

impl<F: Real> Gradients<F> {
    pub(crate) fn new() -> Self {
        Gradients { entries: Vec::new() }
    }

    /// The gradient by a parameter, in its shape, if the loss touched it.
    pub fn get(&self, param: &Param<F>) -> Option<&Tensor<F>> {
        self.by_id(param.id())
    }

    /// The gradient by the parameter with this id, if the loss touched it.
    pub fn by_id(&self, id: ParamId) -> Option<&Tensor<F>> {
        self.find(id).ok().map(|i| &self.entries[i].1)
    }

    /// The gradients, in the order in which the parameters were made.
    pub fn iter(&self) -> impl Iterator<Item = (ParamId, &Tensor<F>)> {
        self.entries.iter().map(|(id, g)| (*id, g))
    }

    /// The gradients for writing, in the order in which the parameters were made.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (ParamId, &mut Tensor<F>)> {
        self.entries.iter_mut().map(|(id, g)| (*id, g))
    }

    /// Adds another loss's gradients to these.
    ///
    /// # Panics
    /// If a parameter has another shape there.
    #[track_caller]
    pub fn add(&mut self, other: &Gradients<F>) {
        for (id, g) in &other.entries {
            match self.find(*id) {
                Ok(i) => {
                    let sum = &mut self.entries[i].1;
                    assert!(sum.shape() == g.shape(), "gradients of one parameter differ in shape");
                    map::add_assign(sum.data_mut(), g.data());
                }
                Err(i) => self.entries.insert(i, (*id, g.clone())),
            }
        }
    }

    /// Multiplies every gradient by `c`.
    pub fn scale(&mut self, c: F) {
        for (_, g) in &mut self.entries {
            map::scale(g.data_mut(), c);
        }
    }

    /// The Euclidean norm over all gradients together.
    pub fn norm(&self) -> F {
        self.entries.iter().map(|(_, g)| reduce::sum_of_squares(g.data())).sum::<F>().sqrt()
    }

    fn find(&self, id: ParamId) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&id, |(id, _)| *id)
    }

    pub(crate) fn insert(&mut self, id: ParamId, g: Tensor<F>) {
        match self.find(id) {
            Ok(i) => self.entries[i].1 = g,
            Err(i) => self.entries.insert(i, (id, g)),
        }
    }

    /// Forgets everything; the buffers go back to the pool.
    pub(crate) fn recycle(&mut self, pool: &mut Pool<F>) {
        for (_, g) in self.entries.drain(..) {
            pool.give(g.into_buffer());
        }
    }
}
