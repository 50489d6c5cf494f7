//! Memory for what is rearranged on the way, which each thread keeps: once it has seen its largest case, nothing is
//! allocated.

#![allow(unsafe_code, reason = "one piece of memory for numbers of either type")]

use crate::Real;
use std::cell::Cell;
use std::slice;
use std::thread::LocalKey;

/// A cache line, so that arrays start where vector loads like it.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Line(#[allow(dead_code, reason = "bytes that are only seen through pointers")] [u8; 64]);

/// A thread's memory for one purpose. While it is in use for that, there is none: purposes within each other have one each.
pub(crate) type Scratch = Cell<Vec<Line>>;

/// Calls `f` with room for arrays of so many elements, each of which starts on a cache line.
pub(crate) fn with<F: Copy, R, const N: usize>(
    scratch: &'static LocalKey<Scratch>,
    lengths: [usize; N],
    f: impl FnOnce([*mut F; N]) -> R,
) -> R {
    let lines = lengths.map(|length| (length * size_of::<F>()).div_ceil(size_of::<Line>()));
    let mut memory = scratch.take();
    let needed = lines.iter().sum();
    if memory.len() < needed {
        memory.resize(needed, Line([0; 64]));
    }
    let (start, mut at) = (memory.as_mut_ptr(), 0);
    let result = f(lines.map(|lines| {
        let array = start.wrapping_add(at);
        at += lines;
        array.cast()
    }));
    scratch.set(memory);
    result
}

/// Calls `f` with arrays of so many numbers, which hold old ones.
pub(crate) fn arrays<F: Real, R, const N: usize>(
    scratch: &'static LocalKey<Scratch>,
    lengths: [usize; N],
    f: impl FnOnce([&mut [F]; N]) -> R,
) -> R {
    with(scratch, lengths, |starts: [*mut F; N]| {
        let mut lengths = lengths.into_iter();
        // SAFETY: each start has room for its length and is aligned to a cache line, the arrays do not overlap, and nobody
        // else has the memory. All of it was written, as zeros at first, and any bits are a number of either type.
        f(starts.map(|start| unsafe { slice::from_raw_parts_mut(start, lengths.next().unwrap_or(0)) }))
    })
}
