//! A counting allocator: what a piece of work allocates on its thread, and how much it holds at most.
//!
//! A reallocation counts as a new block beside the old one. What C libraries allocate is not counted.
#![allow(dead_code, reason = "every test binary uses a part of this")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

use cpu_time::ThreadTime;

/// Counts what is allocated on each thread.
struct Counting;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
    static OCTETS: Cell<usize> = const { Cell::new(0) };
    static BLOCKS: Cell<usize> = const { Cell::new(0) };
}

fn allocated(size: usize) {
    // Threads that end have no counter.
    let _gone = LIVE.try_with(|live| {
        live.set(live.get().wrapping_add(size));
        let _gone = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
    });
    let _gone = OCTETS.try_with(|octets| octets.set(octets.get() + size));
    let _gone = BLOCKS.try_with(|blocks| blocks.set(blocks.get() + 1));
}

fn freed(size: usize) {
    // What another thread allocated was never counted here.
    let _gone = LIVE.try_with(|live| live.set(live.get().saturating_sub(size)));
}

#[allow(unsafe_code, reason = "an allocator is; it hands everything to that of the system")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        allocated(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        allocated(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        freed(layout.size());
        unsafe { System.dealloc(at, layout) }
    }
    // `realloc` is that of the trait: it allocates, copies and frees.
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a piece of work cost.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// The most octets held beyond those before.
    pub(crate) peak: usize,
    pub(crate) took: Duration,
    /// Octets and blocks that were allocated, whether they were freed or not.
    pub(crate) octets: usize,
    pub(crate) blocks: usize,
}

/// Without memory that is kept from other documents, which would make a cost depend on what came before.
pub(crate) fn measured<T>(run: impl FnOnce() -> T) -> (T, Cost) {
    ws_security::c14n::keep_spare_memory(false);
    let (before, octets, blocks) = (LIVE.get(), OCTETS.get(), BLOCKS.get());
    PEAK.set(before);
    let started = ThreadTime::now();
    let result = run();
    let took = started.elapsed();
    let cost = Cost { peak: PEAK.get() - before, took, octets: OCTETS.get() - octets, blocks: BLOCKS.get() - blocks };
    (result, cost)
}
