//! The tape: what was computed, in order, so that it can be walked back.

use crate::array::refuse;
use crate::backward::sweep;
use crate::buffer::{Buffer, unique};
use crate::op::{Op, in_slice};
use crate::param::ParamId;
use crate::pool::Pool;
use crate::product::Product;
use crate::{Gradients, Param, Real, Shape, Tensor, Var};
use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

/// Records computations and differentiates them.
///
/// A tape is kept for the whole of a training run: its buffers are used again at each step, so that from the third
/// step of the same shape on next to nothing is allocated. Variables borrow the tape, and the methods that let go of
/// the recording take `&mut self`; so no variable outlives its step.
///
/// ```
/// use autograd::prelude::*;
///
/// let mut w = Param::new(Tensor::from([1.0, 2.0]));
/// let mut tape = Tape::new();
/// let (value, gradients) = tape.value_and_grad(|tape| tape.param(&w).square().sum_all());
/// assert_eq!(value, 5.0);
/// assert_eq!(gradients.get(&w).unwrap().data(), &[2.0, 4.0]);
/// ```
#[derive(Debug)]
pub struct Tape<F = f32> {
    recording: RefCell<Recording<F>>,
    gradients: Gradients<F>,
}

/// One value of a recording and where it came from.
#[derive(Debug)]
pub(crate) struct Node<F> {
    pub value: Tensor<F>,
    /// What the operation kept for its derivative.
    pub keep: Option<Buffer<F>>,
    /// Whether a parameter stands behind it.
    pub needs_grad: bool,
    /// The inputs: a range of [`Recording::edges`]; empty for constants and parameters.
    pub inputs: (u32, u32),
    /// The parameter's name, if it is one.
    name: Option<Arc<str>>,
}

#[derive(Debug)]
pub(crate) struct Recording<F> {
    pub nodes: Vec<Node<F>>,
    /// The operation of the node with the same number. Boxes outlive the recording: the next one most likely puts the
    /// same kind of operation in the same place.
    pub ops: Vec<Option<Box<dyn Op<F>>>>,
    pub edges: Vec<u32>,
    /// Parameters recorded so far and their nodes, sorted by id.
    pub params: Vec<(ParamId, u32)>,
    /// Cotangents during the sweep, by node.
    pub cotangents: Vec<Option<Buffer<F>>>,
    /// Gradients during the sweep that are left as products, by the parameter's node.
    pub products: Vec<(u32, Product<F>)>,
    /// Whether they are.
    pub lazy: bool,
    pub pool: Pool<F>,
    /// Whether to keep what a sweep needs.
    graph: bool,
}

impl<F: Real> Tape<F> {
    /// An empty tape.
    pub fn new() -> Tape<F> {
        Tape::with(false)
    }

    /// An empty tape that leaves the gradients of large weights of affine maps as the products Gᵀ·X that they are, of the
    /// cotangents G and the inputs X of a batch, until they are read.
    ///
    /// An optimiser that reads them by [`Gradients::sum_rows`] takes each part while it is in the cache, and on several threads
    /// if it likes; all of a gradient is never in memory. The numbers have the same bits. Whoever reads a whole gradient
    /// is better off with [`new`](Tape::new): here memory for it is allocated each time.
    pub fn lazy() -> Tape<F> {
        Tape::with(true)
    }

    fn with(lazy: bool) -> Tape<F> {
        Tape {
            recording: RefCell::new(Recording {
                nodes: Vec::new(),
                ops: Vec::new(),
                edges: Vec::new(),
                params: Vec::new(),
                cotangents: Vec::new(),
                products: Vec::new(),
                lazy,
                pool: Pool::new(),
                graph: true,
            }),
            gradients: Gradients::new(),
        }
    }

    /// A variable that nothing is differentiated by. The tensor's buffer is shared, not copied.
    pub fn constant(&self, x: &Tensor<F>) -> Var<'_, F> {
        self.var(|r| r.push(x.clone(), None, false, (0, 0), None))
    }

    /// The variable of a parameter. The same parameter gives the same variable.
    pub fn param(&self, p: &Param<F>) -> Var<'_, F> {
        self.var(|r| match r.params.binary_search_by_key(&p.id(), |(id, _)| *id) {
            Ok(i) => r.params[i].1,
            Err(i) => {
                let node = r.push(p.value().clone(), None, r.graph, (0, 0), p.shared_name());
                r.params.insert(i, (p.id(), node));
                node
            }
        })
    }

    /// A constant in a buffer of the tape, which `f` writes: noise, masks. Every element must be written.
    #[track_caller]
    pub fn fill(&self, shape: impl Into<Shape>, f: impl FnOnce(&mut [F])) -> Var<'_, F> {
        let shape = shape.into();
        // `f` is foreign code and may use the tape: it is not called while the recording is borrowed.
        let mut buffer = self.recording.borrow_mut().pool.take(shape.size());
        f(unique(&mut buffer));
        self.var(|r| r.push(Tensor::from_buffer(shape, buffer), None, false, (0, 0), None))
    }

    /// Records an operation on variables of this tape.
    ///
    /// # Panics
    /// If the operation does not take these shapes, or if a variable belongs to another tape.
    #[track_caller]
    pub fn apply<O: Op<F>>(&self, op: O, inputs: &[&Var<'_, F>]) -> Var<'_, F> {
        for x in inputs {
            assert!(std::ptr::eq(x.tape(), self), "{}: a variable belongs to another tape", op.name());
        }
        let mut recording = self.recording.borrow_mut();
        let index = recording.apply(&op, inputs);
        if recording.nodes[index as usize].needs_grad {
            put(&mut recording.ops[index as usize], op);
        }
        Var::new(self, index)
    }

    /// Records the loss, sweeps back through it, and lets go of the recording.
    /// Returns the loss and its gradients, which stay until the next call.
    ///
    /// When it returns the tape holds no parameter's buffer, so that an optimiser can write parameters in place.
    ///
    /// # Panics
    /// If the loss is not a single number.
    #[track_caller]
    pub fn value_and_grad<L>(&mut self, loss: L) -> (F, &mut Gradients<F>)
    where
        L: for<'t> FnOnce(&'t Tape<F>) -> Var<'t, F>,
    {
        self.reset();
        self.gradients.recycle(&mut self.recording.get_mut().pool);
        let root = loss(self).index();
        (self.swept(root), &mut self.gradients)
    }

    /// The loss, after the sweep. This is compiled once for all formulas, which are many.
    #[track_caller]
    fn swept(&mut self, root: u32) -> F {
        let recording = self.recording.get_mut();
        let loss = &recording.nodes[root as usize].value;
        let shape = loss.shape();
        assert!(shape.size() == 1, "a loss must be a single number; its shape is {shape} (sum or average it)");
        let value = loss.item();
        sweep(recording, root, &mut self.gradients);
        recording.release();
        value
    }

    /// The gradients that the last [`value_and_grad`](Tape::value_and_grad) found.
    pub fn gradients(&self) -> &Gradients<F> {
        &self.gradients
    }

    /// The same, for writing.
    pub fn gradients_mut(&mut self) -> &mut Gradients<F> {
        &mut self.gradients
    }

    /// Runs formulas without keeping what a sweep would need.
    pub fn evaluate<R>(&mut self, f: impl FnOnce(&Tape<F>) -> R) -> R {
        self.reset();
        self.recording.get_mut().graph = false;
        let result = f(self);
        self.reset();
        result
    }

    /// Lets go of the recording; the buffers stay for the next one.
    pub fn reset(&mut self) {
        let recording = self.recording.get_mut();
        recording.release();
        recording.graph = true;
    }

    /// Adds a node while the recording is borrowed.
    fn var(&self, push: impl FnOnce(&mut Recording<F>) -> u32) -> Var<'_, F> {
        Var::new(self, push(&mut self.recording.borrow_mut()))
    }

    /// Reads a node's value.
    pub(crate) fn with_value<R>(&self, index: u32, f: impl FnOnce(&Tensor<F>) -> R) -> R {
        f(&self.recording.borrow().nodes[index as usize].value)
    }
}

impl<F: Real> Default for Tape<F> {
    fn default() -> Self {
        Tape::new()
    }
}

impl<F: Real> Recording<F> {
    /// Adds the result of an operation. This is compiled once for all operations, which are many.
    #[track_caller]
    fn apply(&mut self, op: &dyn Op<F>, inputs: &[&Var<'_, F>]) -> u32 {
        let Recording { nodes, pool, .. } = self;
        let node = |i: usize| &nodes[inputs[i].index() as usize];
        let judged = in_slice(
            inputs.len(),
            |i| node(i).value.shape(),
            |shapes| op.shape(shapes).map(|shape| (shape, op.keeps(shapes))),
        );
        // Not in a closure: the message is to name the caller's line.
        let (shape, keeps) = match judged {
            Ok(judged) => judged,
            Err(why) => {
                let named = |i| (node(i).value.shape(), node(i).name.as_deref().unwrap_or(""));
                refuse(op.name(), &why, (0..inputs.len()).map(named))
            }
        };
        let needs_grad = self.graph && (0..inputs.len()).any(|i| node(i).needs_grad);

        let mut keep = (keeps > 0).then(|| pool.take(keeps));
        let value = if op.shares_input() {
            node(0).value.share(shape)
        } else {
            let mut y = pool.take(shape.size());
            let kept = keep.as_mut().map_or(&mut [][..], unique);
            in_slice(inputs.len(), |i| &node(i).value, |inputs| op.forward(inputs, unique(&mut y), kept));
            Tensor::from_buffer(shape, y)
        };
        if !needs_grad {
            keep.take().into_iter().for_each(|k| pool.give(k));
            return self.push(value, None, false, (0, 0), None);
        }
        let from = self.edges.len() as u32;
        self.edges.extend(inputs.iter().map(|x| x.index()));
        self.push(value, keep, true, (from, self.edges.len() as u32), None)
    }

    fn push(
        &mut self,
        value: Tensor<F>,
        keep: Option<Buffer<F>>,
        needs_grad: bool,
        inputs: (u32, u32),
        name: Option<Arc<str>>,
    ) -> u32 {
        let index = self.nodes.len();
        self.nodes.push(Node { value, keep, needs_grad, inputs, name });
        if self.ops.len() == index {
            self.ops.push(None);
        }
        index as u32
    }

    /// Every buffer that nobody else holds goes back to the pool.
    fn release(&mut self) {
        for node in self.nodes.drain(..) {
            self.pool.give(node.value.into_buffer());
            node.keep.into_iter().for_each(|k| self.pool.give(k));
        }
        self.edges.clear();
        self.params.clear();
        self.pool.step();
    }
}

/// Puts an operation into a box, the old one if it held the same kind.
fn put<F: Real, O: Op<F>>(slot: &mut Option<Box<dyn Op<F>>>, op: O) {
    if let Some(old) = slot {
        let old: &mut dyn Any = &mut **old;
        if let Some(place) = old.downcast_mut::<O>() {
            *place = op;
            return;
        }
    }
    *slot = Some(Box::new(op));
}
