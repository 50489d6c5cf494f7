//! What an optimiser's step allocates.

use autograd::prelude::*;
use nn::{Activation, Adam, Mlp, Module, Optimizer, Sgd};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator as it is; the counter allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block came from `alloc` above, that is from the system's allocator.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `f` allocates, on this thread.
fn allocations(f: impl FnOnce()) -> usize {
    let before = COUNT.get();
    f();
    COUNT.get() - before
}

fn check(mut optimizer: impl Optimizer<f32>) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut model = Mlp::<f32>::new(&[20, 30, 10], Activation::Relu, &mut rng);
    let x = nn::init::normal([8, 20], 0.0, 1.0, &mut rng);
    let mut tape = Tape::new();
    let pointers = |model: &Mlp<f32>| -> Vec<*const f32> {
        model.named_params().iter().map(|(_, p)| p.value().data().as_ptr()).collect()
    };
    let before = pointers(&model);
    for step in 0..4 {
        let (_, gradients) = tape.value_and_grad(|tape| model.forward(tape.constant(&x)).square().sum_all());
        let count = allocations(|| optimizer.step(&mut model, gradients));
        assert!(if step == 0 { count > 0 } else { count == 0 }, "{count} allocations in step {step}");
    }
    assert_eq!(pointers(&model), before, "parameters are written in place");
}

#[test]
fn a_step_allocates_nothing_and_writes_in_place() {
    check(Adam::new(1e-3));
    check(Sgd::new(1e-3).with_momentum(0.9));
}
