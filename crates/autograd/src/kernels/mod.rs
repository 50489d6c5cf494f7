//! Loops over slices: no tape, no shapes to judge. The only place with `unsafe`.
//!
//! Loops are compiled for several instruction sets by [`multiversion`], and the best one is chosen when the program
//! runs; a plain `cargo build --release` is therefore fast on every processor. What a loop calls must be
//! `#[inline(always)]`, or it is left out of that.

/// Whether the version of a kernel in which this stands is for processors with fused multiply-adds.
macro_rules! fuses {
    () => {
        multiversion::target::target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"))
    };
}

pub(crate) mod affine;
pub(crate) mod ahead;
mod chunks;
pub(crate) mod conv;
mod cut;
pub(crate) mod fused;
pub(crate) mod gemm;
pub(crate) mod map;
pub(crate) mod math;
pub(crate) mod permute;
pub(crate) mod reduce;
pub(crate) mod scratch;
pub(crate) mod share;
pub(crate) mod softmax;
pub(crate) mod team;
pub(crate) mod walk;
