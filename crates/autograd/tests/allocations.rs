//! What a training step allocates: next to nothing once the tape has seen its shapes.

// A global allocator cannot be written without.
#![allow(unsafe_code)]

use autograd::ops::function;
use autograd::prelude::*;
use std::alloc::{GlobalAlloc, Layout as Memory, System};
use std::cell::Cell;

/// What this thread has allocated since it last looked.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    /// Bytes in all.
    bytes: usize,
    /// Bytes of the largest allocation.
    largest: usize,
    /// Bytes allocated less bytes freed.
    growth: isize,
}

thread_local! {
    static COUNT: Cell<Count> = const { Cell::new(Count { bytes: 0, largest: 0, growth: 0 }) };
}

struct Counting;

impl Counting {
    fn note(&self, grown: usize, shrunk: usize) {
        // Not while the thread's variables are being destroyed.
        let _ = COUNT.try_with(|count| {
            let Count { bytes, largest, growth } = count.get();
            let growth = growth + grown as isize - shrunk as isize;
            count.set(Count { bytes: bytes + grown, largest: largest.max(grown), growth });
        });
    }
}

// SAFETY: every call goes to the system's allocator as it came; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, memory: Memory) -> *mut u8 {
        self.note(memory.size(), 0);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(memory) }
    }

    unsafe fn dealloc(&self, at: *mut u8, memory: Memory) {
        self.note(0, memory.size());
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, memory) }
    }

    unsafe fn realloc(&self, at: *mut u8, memory: Memory, size: usize) -> *mut u8 {
        self.note(size, memory.size());
        // SAFETY: the caller's promise.
        unsafe { System.realloc(at, memory, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `f` allocates.
fn counted<R>(f: impl FnOnce() -> R) -> (Count, R) {
    COUNT.set(Count::default());
    let result = f();
    (COUNT.get(), result)
}

const FEATURES: usize = 64;
const HIDDEN: usize = 48;
const CLASSES: usize = 40;

struct Net {
    params: [Param<f32>; 4],
}

impl Net {
    fn new() -> Net {
        let wave = |shape: [usize; 2]| Param::new(Tensor::from_fn(shape, |i| 0.1 * (i as f32 * 0.37).sin()));
        let zero = |n: usize| Param::new(Tensor::zeros([n]));
        Net { params: [wave([HIDDEN, FEATURES]), zero(HIDDEN), wave([CLASSES, HIDDEN]), zero(CLASSES)] }
    }

    /// A loss that uses most kinds of operations.
    fn loss<'t>(&self, tape: &'t Tape<f32>, x: &Tensor<f32>, classes: &Tensor<f32>) -> Var<'t, f32> {
        let [w0, b0, w1, b1] = self.params.each_ref().map(|p| tape.param(p));
        let x = tape.constant(x);
        let noise = tape.fill(x.shape(), |u| u.iter_mut().enumerate().for_each(|(i, u)| *u = 1e-3 * i as f32));
        let h = (x + noise).affine(&w0, &b0).softplus();
        let h = h * h.detach().tanh() - h.mean_keep(-1) / (h.var_keep(-1) + 1.0).sqrt();
        let logits = h.affine(&w1, &b1);
        let samples = logits.repeat(2) * 0.5;
        let folded = samples.reshape([2 * samples.shape()[1], CLASSES]).slice(-1, ..CLASSES / 2);
        let both = Var::concat(&[&folded, &folded.maximum(&folded.exp()), &folded.transpose().transpose()], -1);
        let extra = both.logsumexp(-1).mean_all() + both.take(&[0, 1, 1]).max(0).sum_all() * 1e-3;
        let small = w0.matmul_t(&w0).slice(0, ..8).slice(1, ..8) + tape.constant(&Tensor::eye(8));
        let factor = small.cholesky();
        let solved = factor.solve_lower(&factor.diagonal()).softmax(-1).sum_all();
        -logits.log_softmax(-1).gather(classes).mean_all() + extra * 0.1 + solved * 0.01 + logits.logsumexp(0).mean(-1)
    }

    /// One step of gradient descent, in place.
    fn step(&mut self, tape: &mut Tape<f32>, x: &Tensor<f32>, classes: &Tensor<f32>) -> f32 {
        let (loss, gradients) = tape.value_and_grad(|tape| self.loss(tape, x, classes));
        let norm = gradients.norm();
        gradients.scale(1.0 / norm.max(1.0));
        for p in &mut self.params {
            let g = gradients.get(p).expect("every parameter is used");
            p.value_mut().data_mut().iter_mut().zip(g.data()).for_each(|(p, g)| *p -= 0.1 * g);
        }
        loss
    }

    fn pointers(&self) -> [*const f32; 4] {
        self.params.each_ref().map(|p| p.value().data().as_ptr())
    }
}

fn batch(rows: usize) -> (Tensor<f32>, Tensor<f32>) {
    let x = Tensor::from_fn([rows, FEATURES], |i| (i as f32 * 0.11).cos());
    (x, Tensor::from_fn([rows], |i| (i % CLASSES) as f32))
}

/// Asserts the promise for one step: nothing above 1 KB, at most 4 KB in all, nothing left behind.
fn assert_light(count: Count, step: usize) {
    assert!(count.largest <= 1024, "step {step}: {count:?}");
    assert!(count.bytes <= 4096, "step {step}: {count:?}");
}

#[test]
fn a_step_allocates_next_to_nothing() {
    let (mut net, mut tape, (x, classes)) = (Net::new(), Tape::new(), batch(32));
    let pointers = net.pointers();
    let mut growth = 0;
    for step in 1..=50 {
        let (count, loss) = counted(|| net.step(&mut tape, &x, &classes));
        assert!(loss.is_finite());
        assert_eq!(net.pointers(), pointers, "step {step} copied a parameter");
        if step >= 3 {
            assert_light(count, step);
            growth += count.growth;
        }
    }
    assert_eq!(growth, 0, "bytes more after 50 steps than after two");
}

/// Columns and frames of images lie in the thread's memory, also where batches differ.
#[test]
fn convolutions_allocate_next_to_nothing() {
    let wave = |shape: [usize; 4]| Param::new(Tensor::from_fn(shape, |i| 0.1 * (i as f32 * 0.37).sin()));
    let (down, up) = (wave([6, 2, 4, 4]), wave([6, 2, 4, 4]));
    let biases = [6, 2].map(|n| Param::new(Tensor::from_fn([n], |i| i as f32)));
    let images = [7, 3].map(|rows| Tensor::from_fn([rows, 2, 12, 12], |i| (i as f32 * 0.11).cos()));
    let halving = Window { stride: [2, 2], padding: [1, 1], ..Window::default() };
    let mut tape = Tape::new();
    let mut growth = 0;
    for step in 1..=20 {
        let x = &images[step % 2];
        let (count, loss) = counted(|| {
            let loss = tape.value_and_grad(|tape| {
                let [down, up, b0, b1] = [&down, &up, &biases[0], &biases[1]].map(|p| tape.param(p));
                let h = tape.constant(x).conv2d_with(&down, &b0, halving, function::Gelu {});
                let pooled = h.max_pool2d([2, 2], [2, 2], [0, 0]) + h.avg_pool2d([2, 2], [2, 2], [0, 0]);
                let y = h.conv_transpose2d(&up, &b1, halving, [0, 0]);
                (y - tape.constant(x)).square().mean_all() + pooled.mean_all()
            });
            loss.0
        });
        assert!(loss.is_finite());
        // The third step of each size.
        if step > 4 {
            assert_light(count, step);
            growth += count.growth;
        }
    }
    assert_eq!(growth, 0);
}

#[test]
fn two_batch_sizes_in_turn() {
    let (mut net, mut tape) = (Net::new(), Tape::new());
    let batches = [batch(32), batch(20)];
    let pointers = net.pointers();
    let mut growth = 0;
    for step in 1..=50 {
        let (x, classes) = &batches[step % 2];
        let (count, _) = counted(|| net.step(&mut tape, x, classes));
        assert_eq!(net.pointers(), pointers, "step {step} copied a parameter");
        // The third step of each size.
        if step > 4 {
            assert_light(count, step);
            growth += count.growth;
        }
    }
    assert_eq!(growth, 0);
}

#[test]
fn evaluation_allocates_next_to_nothing() {
    let (net, mut tape, (x, classes)) = (Net::new(), Tape::new(), batch(32));
    for step in 1..=50 {
        let (count, _) = counted(|| tape.evaluate(|tape| net.loss(tape, &x, &classes).item()));
        if step >= 3 {
            assert_light(count, step);
            assert_eq!(count.growth, 0, "step {step}");
        }
    }
}

/// Data that a step makes for itself and drops do not pile up in the tape, also where other buffers have their length.
#[test]
fn constants_made_in_the_loss_do_not_pile_up() {
    let (mut net, mut tape) = (Net::new(), Tape::new());
    let mut growth = 0;
    for step in 1..=50 {
        let (count, _) = counted(|| {
            let (x, classes) = batch(32);
            tape.value_and_grad(|tape| {
                let twice = tape.constant(&(&x * 2.0)) + tape.constant(&(&x * -1.0));
                (net.loss(tape, &x, &classes) + twice.square().mean_all()) * 1.0
            });
            net.step(&mut tape, &x, &classes)
        });
        if step >= 3 {
            growth += count.growth;
        }
    }
    assert_eq!(growth, 0, "bytes more after 50 steps than after two");
}

/// Values taken out of the tape cost their own size, and nothing that lasts.
#[test]
fn values_taken_out() {
    let (net, mut tape, (x, classes)) = (Net::new(), Tape::new(), batch(32));
    let mut growth = 0;
    for step in 1..=50 {
        let (count, kept) = counted(|| {
            let kept = tape.evaluate(|tape| net.loss(tape, &x, &classes).tape().constant(&x).exp().value());
            kept.data()[0]
        });
        assert!(kept > 0.0);
        if step >= 3 {
            // A buffer has less than a cache line more, so that it can begin at one.
            let own = 32 * FEATURES * 4 + 64;
            assert!(count.largest < own && count.bytes < own + 4096, "{count:?}");
            growth += count.growth;
        }
    }
    assert_eq!(growth, 0);
}
