//! A steady training step allocates next to nothing, and writes parameters in place.

#![allow(unsafe_code, reason = "an allocator that counts")]

use crate::common::{Case, Size, stream};
use autograd::prelude::*;
use nn::Adam;
use std::alloc::{GlobalAlloc, Layout as Block, System};
use std::cell::Cell;
use vae::models::{ConvConfig, ConvVae, LikelihoodFamily, LinearGaussian, MlpConfig, MlpVae, PosteriorFamily};
use vae::objective::ImportanceWeighted;
use vae::train::Settings;
use vae::{Elbo, Objective, Threads, Trainer, Vae};

thread_local! {
    /// What this thread asked for: bytes in all, and the largest piece.
    static TOTAL: Cell<usize> = const { Cell::new(0) };
    static LARGEST: Cell<usize> = const { Cell::new(0) };
    /// Bytes asked for and not given back.
    static HELD: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator, with a count for each thread.
struct Counting;

fn count(asked: usize, returned: usize) {
    TOTAL.set(TOTAL.get() + asked);
    LARGEST.set(LARGEST.get().max(asked));
    HELD.set(HELD.get() + asked as isize - returned as isize);
}

// SAFETY: everything is passed on as it came; the counters are plain numbers, which allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, block: Block) -> *mut u8 {
        count(block.size(), 0);
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(block) }
    }

    unsafe fn dealloc(&self, at: *mut u8, block: Block) {
        count(0, block.size());
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(at, block) }
    }

    unsafe fn realloc(&self, at: *mut u8, block: Block, size: usize) -> *mut u8 {
        count(size, block.size());
        // SAFETY: as promised by the caller.
        unsafe { System.realloc(at, block, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// From the third step on: nothing above 1 KB, at most 4 KB in all a step, nothing kept, and every parameter where it was.
///
/// With a bound on the gradient's norm and without one, where gradients of weights are never whole.
fn check<F, M, O>(what: &str, model: M, objective: O, x: &Tensor<F>, shards: usize)
where
    F: Real,
    M: Vae<F> + Clone,
    O: Objective<F, M> + Copy,
{
    for clip in [Some(10.0), None] {
        let settings = Settings { seed: 91, shards: Some(shards), clip };
        steps(&format!("{what}, clipped to {clip:?}"), model.clone(), objective, x, settings);
    }
}

fn steps<F: Real, M: Vae<F>>(what: &str, model: M, objective: impl Objective<F, M>, x: &Tensor<F>, settings: Settings) {
    let mut trainer = Trainer::new(model, objective, Adam::new(1e-3), settings, Threads::new(1));
    let rows: Vec<usize> = (0..x.shape()[0]).collect();
    let pointers = |model: &M| -> Vec<*const F> {
        model.named_params().into_iter().map(|(_, p)| p.value().data().as_ptr()).collect()
    };
    let mut before = Vec::new();
    for step in 0..200 {
        TOTAL.set(0);
        LARGEST.set(0);
        HELD.set(0);
        trainer.step(x, &rows).expect("the bound stays finite");
        if step == 0 {
            // A clone of a model has buffers of its own from the first time on that they are written.
            before = pointers(trainer.model());
        }
        let (total, largest, held) = (TOTAL.get(), LARGEST.get(), HELD.get());
        if step >= 2 {
            assert!(largest <= 1024, "{what}: a piece of {largest} bytes at step {step}");
            assert!(total <= 4096, "{what}: {total} bytes at step {step}");
            assert!(held <= 0, "{what}: {held} bytes more at the end of step {step} than before it");
        }
    }
    assert_eq!(pointers(trainer.model()), before, "{what}: parameters are written in place");
}

/// A small version of the usual network on images.
fn network(likelihood: LikelihoodFamily, posterior: PosteriorFamily) -> MlpVae<f32> {
    let config = MlpConfig { hidden: vec![120], latent: 20, likelihood, posterior, ..MlpConfig::default() };
    MlpVae::new(196, &config, &mut stream(92))
}

fn images() -> Tensor<f32> {
    binary(64, 196)
}

fn binary(rows: usize, features: usize) -> Tensor<f32> {
    Tensor::from_fn([rows, features], |i| (i * i % 11 % 2) as f32)
}

#[test]
fn the_elbo_of_a_network() {
    let model = network(LikelihoodFamily::Bernoulli, PosteriorFamily::Diagonal);
    check("Bernoulli, diagonal", model, Elbo { samples: 1 }, &images(), 1);
}

#[test]
fn the_elbo_of_a_network_in_shards() {
    let model = network(LikelihoodFamily::Bernoulli, PosteriorFamily::Diagonal);
    check("3 shards", model, Elbo { samples: 2 }, &images(), 3);
}

#[test]
fn the_importance_weighted_bound_of_a_network() {
    let model = network(LikelihoodFamily::Gaussian, PosteriorFamily::Diagonal);
    check("importance-weighted", model, ImportanceWeighted { samples: 5 }, &images(), 1);
}

#[test]
fn a_full_covariance() {
    let model = network(LikelihoodFamily::Gaussian, PosteriorFamily::Full);
    check("full covariance", model, Elbo { samples: 1 }, &images(), 1);
}

#[test]
fn convolutions() {
    let config = ConvConfig { channels: vec![8, 20], hidden: vec![30], latent: 4, ..ConvConfig::default() };
    let model = |image| ConvVae::<f32>::new(image, &config, &mut stream(95)).expect("the images fit");
    check("convolutions", model([1, 12, 16]), Elbo { samples: 1 }, &binary(64, 192), 1);
    check("3 shards of convolutions", model([3, 8, 8]), ImportanceWeighted { samples: 3 }, &binary(20, 192), 3);
}

#[test]
fn the_linear_model() {
    let x = Case::random(93, Size { d: 30, k: 3, rows: 100 }).data();
    let model = LinearGaussian::random(30, 12, PosteriorFamily::Full, &mut stream(94));
    check("linear", model, Elbo { samples: 4 }, &x, 1);
}
