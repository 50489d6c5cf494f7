//! What a loop tells the processor of its future.

#![allow(unsafe_code, reason = "an instruction that there is no function for")]

use crate::Real;

/// Asks for the cache lines of numbers that will soon be written, so that no other core has them by then. Where other threads have read
/// what a thread writes, such as the parameters of a model, their cores have to be told at each line, and the thread waits for that.
///
/// It is a hint: nothing changes but the time that it takes, and that on x86-64 alone.
#[inline(always)]
pub fn will_write<F: Real>(x: &[F]) {
    #[cfg(target_arch = "x86_64")]
    for line in x.chunks(size_of::<super::scratch::Line>() / size_of::<F>()) {
        // SAFETY: it reads and writes nothing. Processors of this kind have the instruction or take it for none.
        unsafe {
            std::arch::asm!("prefetchw [{}]", in(reg) line.as_ptr(), options(nostack, preserves_flags, readonly));
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = x;
}
