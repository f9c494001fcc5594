//! Slices that are always within their text or octets, and entries that are always in their table.

use std::slice::SliceIndex;

/// A slice whose range was computed from the same text or octets, so that it is always inside.
///
/// A range outside would be a fault of this library. A debug build stops then, as all tests and all fuzzing do; a
/// release build returns an empty slice, since nothing in a message may stop a receiver.
pub trait Slice {
    /// The slice in this range.
    ///
    /// ```
    /// use wss_text::Slice as _;
    ///
    /// let text = "wsu:Id";
    /// let colon = text.find(':').expect("a colon");
    /// assert_eq!(text.slice(colon + 1..), "Id");
    /// ```
    fn slice<I: SliceIndex<Self, Output = Self>>(&self, range: I) -> &Self;
}

/// An entry at an index that the same table gave, so that it is always there.
///
/// Another index would be a fault of this library. A debug build stops then; a release build returns the entry of zeros, for the
/// reason that [`Slice`] has.
pub trait At<T> {
    /// The entry at this index.
    ///
    /// ```
    /// use wss_text::At as _;
    ///
    /// let ends = [3, 7];
    /// assert_eq!(ends.at(1), 7);
    /// ```
    fn at(&self, index: usize) -> T;
}

/// As [`Slice`], to be written to.
pub trait SliceMut {
    /// The slice in this range.
    fn slice_mut<I: SliceIndex<Self, Output = Self>>(&mut self, range: I) -> &mut Self;
}

impl Slice for str {
    #[inline]
    fn slice<I: SliceIndex<str, Output = str>>(&self, range: I) -> &str {
        let slice = self.get(range);
        debug_assert!(slice.is_some(), "a range outside of its text");
        slice.unwrap_or_default()
    }
}

impl<T> Slice for [T] {
    #[inline]
    fn slice<I: SliceIndex<[T], Output = [T]>>(&self, range: I) -> &[T] {
        let slice = self.get(range);
        debug_assert!(slice.is_some(), "a range outside of its slice");
        slice.unwrap_or_default()
    }
}

impl<T: Copy + Default> At<T> for [T] {
    #[inline]
    fn at(&self, index: usize) -> T {
        let entry = self.get(index).copied();
        debug_assert!(entry.is_some(), "an index outside of its table");
        entry.unwrap_or_default()
    }
}

impl<T> SliceMut for [T] {
    #[inline]
    fn slice_mut<I: SliceIndex<[T], Output = [T]>>(&mut self, range: I) -> &mut [T] {
        let slice = self.get_mut(range);
        debug_assert!(slice.is_some(), "a range outside of its slice");
        slice.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_inside_is_the_slice() {
        assert_eq!("Säule".slice(0..3), "Sä");
        assert_eq!([1, 2, 3].slice(1..), [2, 3]);
        assert_eq!([1, 2, 3].slice_mut(..=1), [1, 2]);
    }

    #[test]
    #[cfg(debug_assertions)]
    fn a_range_outside_stops_a_debug_build() {
        assert!(std::panic::catch_unwind(|| "Säule".slice(..2).len()).is_err());
        assert!(std::panic::catch_unwind(|| [1, 2, 3].slice(2..5).len()).is_err());
    }
}
