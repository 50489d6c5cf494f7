//! Gradients of a loss by its parameters.

use crate::kernels::{map, reduce};
use crate::param::ParamId;
use crate::pool::Pool;
use crate::product::Product;
use crate::{Param, Real, Shape, Tensor};
use std::ops::Range;

/// The gradients of one loss by the parameters it touched; a parameter that it did not touch has none.
///
/// Those of a [lazy](crate::Tape::lazy) tape are multiplied out when they are read.
#[derive(Clone, Debug)]
pub struct Gradients<F = f32> {
    /// Sorted by id, that is in the order in which the parameters were made.
    entries: Vec<(ParamId, Gradient<F>)>,
}

/// The gradient by one parameter.
#[derive(Clone, Debug)]
pub(crate) enum Gradient<F> {
    Whole(Tensor<F>),
    Product(Product<F>),
}

impl<F: Real> Gradient<F> {
    fn shape(&self) -> Shape {
        match self {
            Gradient::Whole(g) => g.shape(),
            Gradient::Product(product) => product.shape(),
        }
    }

    fn whole(&self) -> &Tensor<F> {
        match self {
            Gradient::Whole(g) => g,
            Gradient::Product(product) => product.whole(),
        }
    }

    /// Writes some of its rows.
    fn write(&self, rows: Range<usize>, out: &mut [F]) {
        match self {
            Gradient::Whole(g) => out.copy_from_slice(some_rows(g, rows)),
            Gradient::Product(product) => product.write(rows, out),
        }
    }

    /// Adds some of its rows.
    fn add_to(&self, rows: Range<usize>, sum: &mut [F]) {
        match self {
            Gradient::Whole(g) => map::add_assign(sum, some_rows(g, rows)),
            Gradient::Product(product) => product.add_to(rows, sum),
        }
    }

    fn whole_mut(&mut self) -> &mut Tensor<F> {
        if let Gradient::Product(product) = self {
            *self = Gradient::Whole(product.clone().into_whole());
        }
        match self {
            Gradient::Whole(g) => g,
            Gradient::Product(_) => unreachable!("it was formed"),
        }
    }
}

impl<F: Real> Gradients<F> {
    pub(crate) fn new() -> Self {
        Gradients { entries: Vec::new() }
    }

    /// The gradient by a parameter, in its shape, if the loss touched it.
    pub fn get(&self, param: &Param<F>) -> Option<&Tensor<F>> {
        self.find(param.id()).ok().map(|i| self.entries[i].1.whole())
    }

    /// Whether the loss touched the parameter with this id.
    pub fn contains(&self, id: ParamId) -> bool {
        self.find(id).is_ok()
    }

    /// Rows, along the first axis, of the sum of several losses' gradients by a parameter, in their order: for optimisers that go
    /// through it part by part. A loss that did not touch the parameter adds nothing.
    ///
    /// A single gradient is read where it lies; a sum, and what a [lazy](crate::Tape::lazy) tape left to be computed, is
    /// written to `room`. The bits do not depend on how the rows are cut.
    ///
    /// # Panics
    /// If no loss touched the parameter, if the rows are not there, or if `room` has another length than they have.
    #[track_caller]
    pub fn sum_rows<'a>(all: &[&'a Gradients<F>], id: ParamId, rows: Range<usize>, room: &'a mut [F]) -> &'a [F] {
        let mut terms = all.iter().filter_map(|all| all.find(id).ok().map(|i| &all.entries[i].1));
        match (terms.next().expect("a loss touched the parameter"), terms.next()) {
            (Gradient::Whole(g), None) => return some_rows(g, rows),
            (Gradient::Whole(g), Some(Gradient::Whole(h))) => {
                map::add(some_rows(g, rows.clone()), some_rows(h, rows.clone()), room);
            }
            (first, second) => {
                first.write(rows.clone(), room);
                second.into_iter().for_each(|g| g.add_to(rows.clone(), room));
            }
        }
        terms.for_each(|g| g.add_to(rows.clone(), room));
        room
    }

    /// The gradients, in the order in which the parameters were made.
    pub fn iter(&self) -> impl Iterator<Item = (ParamId, &Tensor<F>)> {
        self.entries.iter().map(|(id, g)| (*id, g.whole()))
    }

    /// The gradients for writing, in the order in which the parameters were made.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (ParamId, &mut Tensor<F>)> {
        self.entries.iter_mut().map(|(id, g)| (*id, g.whole_mut()))
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
                    map::add_assign(sum.whole_mut().data_mut(), g.whole().data());
                }
                Err(i) => self.entries.insert(i, (*id, g.clone())),
            }
        }
    }

    /// Multiplies every gradient by `c`.
    pub fn scale(&mut self, c: F) {
        for (_, g) in self.iter_mut() {
            map::scale(g.data_mut(), c);
        }
    }

    /// The Euclidean norm over all gradients together.
    pub fn norm(&self) -> F {
        self.iter().map(|(_, g)| reduce::sum_of_squares(g.data())).sum::<F>().sqrt()
    }

    fn find(&self, id: ParamId) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&id, |(id, _)| *id)
    }

    pub(crate) fn insert(&mut self, id: ParamId, g: Gradient<F>) {
        match self.find(id) {
            Ok(i) => self.entries[i].1 = g,
            Err(i) => self.entries.insert(i, (id, g)),
        }
    }

    /// Forgets everything; the buffers go back to the pool.
    pub(crate) fn recycle(&mut self, pool: &mut Pool<F>) {
        for (_, g) in self.entries.drain(..) {
            match g {
                Gradient::Whole(g) => pool.give(g.into_buffer()),
                Gradient::Product(product) => product.recycle(pool),
            }
        }
    }
}

/// Rows along the first axis.
fn some_rows<F: Real>(g: &Tensor<F>, rows: Range<usize>) -> &[F] {
    let row = g.shape().dims().iter().skip(1).product::<usize>();
    &g.data()[rows.start * row..rows.end * row]
}
