//! What a loop tells the processor of its future.

#![allow(unsafe_code, reason = "an instruction that there is no function for")]

use super::scratch::Line;
use crate::Real;

/// Asks for the cache lines of numbers that will soon be written, so that no other core has them by then. Where threads have read what
/// one of them writes, such as the parameters of a model, it waits for a message to the others at each line otherwise.
///
/// It is a hint: nothing changes but the time that it takes, and that on x86-64 alone.
#[inline(always)]
pub fn will_write<F: Real>(x: &[F]) {
    #[cfg(target_arch = "x86_64")]
    for line in x.chunks(size_of::<Line>() / size_of::<F>()) {
        // SAFETY: it reads and writes nothing. Every processor of this kind has the instruction, if only to ignore it.
        unsafe {
            std::arch::asm!("prefetchw [{}]", in(reg) line.as_ptr(), options(nostack, preserves_flags, readonly));
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = x;
}
