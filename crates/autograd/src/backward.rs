//! The sweep back through a recording, and where cotangents are gathered.

use crate::buffer::{Buffer, unique};
use crate::gradients::Gradient;
use crate::kernels::{map, reduce};
use crate::op::{Point, in_slice};
use crate::pool::Pool;
use crate::product::Product;
use crate::tape::{Node, Recording};
use crate::{Gradients, Real, Shape, Tensor};

/// Where an operation's derivative puts the cotangents of its inputs.
///
/// Everything that rules have in common happens here and nowhere else: inputs that need no gradient are skipped, the
/// first contribution is stored and later ones are added, and broadcasting is undone.
pub struct Cotangents<'a, F: Real> {
    nodes: &'a [Node<F>],
    inputs: &'a [u32],
    output: Shape,
    slots: &'a mut [Option<Buffer<F>>],
    pool: &'a mut Pool<F>,
    passed: Option<usize>,
    /// Products that are left as they are, by the number of the parameter's node; nothing if none are to be left.
    products: Option<&'a mut Vec<(u32, Product<F>)>>,
    /// The product to leave: the inputs that are its weight and its other factor.
    left: Option<[usize; 2]>,
}

/// Weights of fewer elements get their gradient at once.
const LEFT_LEAST: usize = 4096;
/// Multiply-adds from which on a product of data is looked at for zeros.
const MUCH: usize = 1 << 22;

impl<F: Real> Cotangents<'_, F> {
    /// Whether anything is differentiated by input `i`. The other methods ask by themselves.
    pub fn needs(&self, i: usize) -> bool {
        self.nodes[self.inputs[i] as usize].needs_grad
    }

    /// Input `i` gets what `f` writes, in the input's shape. Every element must be written.
    pub fn with(&mut self, i: usize, f: impl FnOnce(&mut [F])) {
        if self.needs(i) {
            let mut d = self.pool.take(self.shape(i).size());
            f(unique(&mut d));
            self.gather(i, d);
        }
    }

    /// Inputs `i` and `j`, both of which are needed and which may be the same, get what `f` writes, each as by
    /// [`with`](Cotangents::with): for what is best computed together.
    pub fn with_both(&mut self, [i, j]: [usize; 2], f: impl FnOnce(&mut [F], &mut [F])) {
        let mut d = [i, j].map(|i| self.pool.take(self.shape(i).size()));
        let [a, b] = &mut d;
        f(unique(a), unique(b));
        let [a, b] = d;
        self.gather(i, a);
        self.gather(j, b);
    }

    /// Input `i` gets what `f` writes in the *result's* shape, summed over what was broadcast.
    pub fn with_broadcast(&mut self, i: usize, f: impl FnOnce(&mut [F])) {
        if self.shape(i) == self.output {
            self.with(i, f);
        } else if self.needs(i) {
            let mut d = self.pool.take(self.output.size());
            f(unique(&mut d));
            self.add(i, unique(&mut d));
            self.pool.give(d);
        }
    }

    /// Input `i` gets `g`, which has the result's shape, summed over what was broadcast.
    pub fn add(&mut self, i: usize, g: &[F]) {
        let (shape, output) = (self.shape(i), self.output);
        assert_eq!(g.len(), output.size(), "a cotangent of shape {output} has another number of elements");
        if shape.size() == output.size() {
            self.with(i, |d| d.copy_from_slice(g));
        } else {
            self.with(i, |d| {
                d.fill(F::zero());
                reduce::unbroadcast(g, output, d, shape);
            });
        }
    }

    /// Input `i` gets the buffer `g` itself, as the rule leaves it; to be called at most once by a rule.
    pub fn pass(&mut self, i: usize) {
        assert!(self.passed.replace(i).is_none(), "a cotangent can be passed on only once");
    }

    /// Leaves the cotangent of input `i`, the weight `[n, k]` of an affine map, as the product Gᵀ·X of G `[rows, n]`, as the
    /// rule leaves it, and X `[rows, k]`, which is input `j`; says whether it does so.
    ///
    /// It does on a lazy tape, if input `i` is a large parameter that has nothing from elsewhere, unless X is much data: data
    /// are often mostly zeros, and it is best to find out once for all of a product where they are.
    pub(crate) fn leave_product(&mut self, i: usize, j: usize) -> bool {
        let Some(products) = &self.products else { return false };
        let (node, x) = (self.inputs[i], &self.nodes[self.inputs[j] as usize]);
        let Node { value, inputs: (from, to), needs_grad, .. } = &self.nodes[node as usize];
        let large = *needs_grad && from == to && value.shape().size() >= LEFT_LEAST;
        let free = self.slots[node as usize].is_none() && products.iter().all(|(other, _)| *other != node);
        let data = !x.needs_grad && x.value.shape().size() * value.shape()[0] >= MUCH;
        let leaves = large && free && !data;
        if leaves {
            self.left = Some([i, j]);
        }
        leaves
    }

    fn shape(&self, i: usize) -> Shape {
        self.nodes[self.inputs[i] as usize].value.shape()
    }

    /// Stores the first contribution, adds later ones.
    fn gather(&mut self, i: usize, d: Buffer<F>) {
        match &mut self.slots[self.inputs[i] as usize] {
            Some(sum) => {
                map::add_assign(unique(sum), &d);
                self.pool.give(d);
            }
            empty => *empty = Some(d),
        }
    }

    /// Carries out [`pass`](Cotangents::pass) and [`leave_product`](Cotangents::leave_product) once the rule has returned.
    fn finish(mut self, mut g: Buffer<F>) {
        if let Some(([i, j], products)) = self.left.zip(self.products.take()) {
            let [weight, x] = [i, j].map(|i| self.inputs[i]);
            let value = |node: u32| &self.nodes[node as usize].value;
            products.push((weight, Product::new(value(weight).shape(), g, value(x).clone())));
            return;
        }
        match self.passed {
            Some(i) if self.needs(i) && self.shape(i).size() == self.output.size() => self.gather(i, g),
            Some(i) => {
                self.add(i, unique(&mut g));
                self.pool.give(g);
            }
            None => self.pool.give(g),
        }
    }
}

/// Differentiates the node `root` by every parameter of the recording.
pub(crate) fn sweep<F: Real>(recording: &mut Recording<F>, root: u32, gradients: &mut Gradients<F>) {
    let Recording { nodes, ops, edges, params, cotangents: slots, products, lazy, pool, .. } = recording;
    slots.clear();
    slots.resize(root as usize + 1, None);
    if nodes[root as usize].needs_grad {
        let mut one = pool.take(1);
        unique(&mut one)[0] = F::one();
        slots[root as usize] = Some(one);
    }
    for index in (0..=root as usize).rev() {
        let node = &nodes[index];
        let inputs = &edges[node.inputs.0 as usize..node.inputs.1 as usize];
        // Parameters have no inputs: their cotangents stay where they are.
        if inputs.is_empty() {
            continue;
        }
        let Some(mut g) = slots[index].take() else { continue };
        let op = ops[index].as_ref().expect("a node with inputs has an operation");
        let products = lazy.then_some(&mut *products);
        let output = node.value.shape();
        let mut dx = Cotangents { nodes, inputs, output, slots, pool, passed: None, products, left: None };
        in_slice(
            inputs.len(),
            |i| &nodes[inputs[i] as usize].value,
            |inputs| {
                let keep = node.keep.as_ref().map_or(&[][..], |k| &k[..]);
                op.vjp(&Point { inputs, output: &node.value, keep }, unique(&mut g), &mut dx);
            },
        );
        dx.finish(g);
    }
    for &(id, node) in params.iter() {
        // The root's own slots only: parameters recorded after the loss do not count.
        let slot = slots.get_mut(node as usize).and_then(Option::take);
        let product = products.iter().position(|(of, _)| *of == node).map(|i| products.swap_remove(i).1);
        let gradient = match (slot, product) {
            (None, None) => continue,
            (None, Some(product)) => Gradient::Product(product),
            (Some(mut g), product) => {
                if let Some(product) = product {
                    product.add_to(0..product.shape()[0], unique(&mut g));
                    product.recycle(pool);
                }
                Gradient::Whole(Tensor::from_buffer(nodes[node as usize].value.shape(), g))
            }
        };
        gradients.insert(id, gradient);
    }
}
