//! Memory for packed operands, which each thread keeps: once it has seen its largest product, nothing is allocated.

use std::cell::Cell;

/// A cache line, so that packed rows start where vector loads like it.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line(#[allow(dead_code, reason = "bytes that are only seen through pointers")] [u8; 64]);

thread_local! {
    static SCRATCH: Cell<Vec<Line>> = const { Cell::new(Vec::new()) };
}

/// Calls `f` with room for arrays of so many elements, each of which starts on a cache line.
pub(super) fn with<F: Copy, R, const N: usize>(lengths: [usize; N], f: impl FnOnce([*mut F; N]) -> R) -> R {
    let lines = lengths.map(|length| (length * size_of::<F>()).div_ceil(size_of::<Line>()));
    let mut scratch = SCRATCH.take();
    let needed = lines.iter().sum();
    if scratch.len() < needed {
        scratch.resize(needed, Line([0; 64]));
    }
    let (start, mut at) = (scratch.as_mut_ptr(), 0);
    let result = f(lines.map(|lines| {
        let array = start.wrapping_add(at);
        at += lines;
        array.cast()
    }));
    SCRATCH.set(scratch);
    result
}
