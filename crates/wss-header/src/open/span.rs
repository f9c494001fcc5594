//! Spans: where things are in a revision, in octets of its text.

use std::ops::Range;

/// Whether `span` is all inside `around`, or the same.
pub(crate) fn is_within(span: &Range<usize>, around: &Range<usize>) -> bool {
    around.start <= span.start && span.end <= around.end
}
