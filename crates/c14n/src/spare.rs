//! Memory that is kept for the next large document.
//!
//! What a document of a megabyte needs is returned to the system by many allocators as soon as it is freed, and comes back page
//! by page: that costs as much as reading it. So the vectors of a large tape, and large wiped buffers, are kept when they are
//! dropped. The memory that is kept is bounded for the whole process, whatever came: [`KEPT`] vectors of each kind, of at most
//! [`MOST`] octets each. It holds no text of a message: tapes are offsets, and buffers were overwritten.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Octets below which a vector is not kept: allocators keep small memory themselves.
const LEAST: usize = 64 << 10;
/// Octets above which a vector is not kept.
const MOST: usize = 2 << 20;
/// The number of vectors of one kind that are kept.
const KEPT: usize = 4;

/// Whether vectors are kept.
static IS_ON: AtomicBool = AtomicBool::new(true);

/// Switches keeping on or off.
pub(crate) fn switch(is_on: bool) {
    IS_ON.store(is_on, Ordering::Relaxed);
}

/// The members of a vector that is kept.
pub(crate) trait Sparable: Sized + 'static {
    /// How many times the capacity that is asked for a kept vector may have. What is overwritten on drop must not be much larger.
    const AT_MOST_TIMES: usize;

    /// The vectors that are kept, all of them empty.
    fn kept() -> &'static Mutex<Vec<Vec<Self>>>;
}

/// Says of members that their vectors are kept, and how many times the capacity that is asked for one may have.
macro_rules! sparable {
    ($member:ty, $at_most_times:expr) => {
        impl $crate::spare::Sparable for $member {
            const AT_MOST_TIMES: usize = $at_most_times;

            fn kept() -> &'static std::sync::Mutex<Vec<Vec<Self>>> {
                static KEPT: std::sync::Mutex<Vec<Vec<$member>>> = std::sync::Mutex::new(Vec::new());
                &KEPT
            }
        }
    };
}

pub(crate) use sparable;

/// An empty vector with at least this capacity: one that was kept, if one fits.
pub(crate) fn take<T: Sparable>(capacity: usize) -> Vec<T> {
    let found = (capacity.saturating_mul(size_of::<T>()) >= LEAST).then(|| {
        // Nobody waits for another thread here: memory can be had elsewhere.
        let mut kept = T::kept().try_lock().ok()?;
        let most = capacity.saturating_mul(T::AT_MOST_TIMES);
        let fits = |vector: &Vec<T>| (capacity..=most).contains(&vector.capacity());
        let at = kept.iter().position(fits)?;
        Some(kept.swap_remove(at))
    });
    found.flatten().unwrap_or_else(|| Vec::with_capacity(capacity))
}

/// Keeps the memory of a vector, or frees it.
pub(crate) fn keep<T: Sparable>(mut vector: Vec<T>) {
    let octets = vector.capacity().saturating_mul(size_of::<T>());
    if !(LEAST..=MOST).contains(&octets) {
        return;
    }
    vector.clear();
    // The switch is read under the lock: a vector that is kept before it is turned off is released by whoever turns it off.
    if let Ok(mut kept) = T::kept().try_lock()
        && IS_ON.load(Ordering::Relaxed)
    {
        // The oldest gives way, so that documents of another size soon find theirs.
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push(vector);
    }
}

/// Frees all vectors that are kept.
pub(crate) fn release<T: Sparable>() {
    T::kept().lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// A vector whose memory is kept when it is dropped.
#[derive(Debug)]
pub(crate) struct Spare<T: Sparable>(Vec<T>);

impl<T: Sparable> Spare<T> {
    /// An empty vector with at least this capacity.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(take(capacity))
    }
}

impl<T: Sparable> Default for Spare<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Sparable> Deref for Spare<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T: Sparable> DerefMut for Spare<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

impl<T: Sparable> Drop for Spare<T> {
    fn drop(&mut self) {
        keep(std::mem::take(&mut self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Members that no other test keeps.
    struct Alone;
    struct Crowded;
    struct Wide(#[expect(dead_code, reason = "only its size counts")] [u8; 64]);

    sparable!(Alone, usize::MAX);
    sparable!(Crowded, usize::MAX);
    sparable!(Wide, 2);

    #[test]
    fn a_vector_that_fits_is_found_again_and_no_other() {
        let taken = |capacity: usize| take::<Wide>(capacity).capacity();
        keep(Vec::<Wide>::with_capacity(4_000));
        assert_eq!(taken(4_001), 4_001, "the one that is kept is too small");
        assert_eq!(taken(1_999), 1_999, "it is too large");
        let found = take::<Wide>(2_000);
        assert_eq!((found.capacity(), found.len()), (4_000, 0));
        assert_eq!(taken(2_000), 2_000, "it is not kept twice");
        keep(found);
        release::<Wide>();
        assert_eq!(taken(2_000), 2_000, "it is released");
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        // Members without octets are never kept, whatever their number.
        keep(Vec::<Alone>::with_capacity(1_000));
        assert!(Alone::kept().lock().expect("no test panics with it").is_empty());
        keep(Vec::<Crowded>::new());
        assert!(Crowded::kept().lock().expect("no test panics with it").is_empty());
        for octets in [LEAST - 1, MOST + 1] {
            keep(Vec::<u8>::with_capacity(octets));
            let kept = u8::kept().lock().expect("no test panics with it");
            assert!(kept.iter().all(|kept| kept.capacity() != octets), "{octets}");
        }
        for octets in (LEAST..).step_by(4_096).take(3 * KEPT) {
            keep(vec![1u8; octets]);
            let kept = u8::kept().lock().expect("no test panics with it");
            assert!(kept.len() <= KEPT && kept.iter().all(Vec::is_empty));
        }
    }
}
