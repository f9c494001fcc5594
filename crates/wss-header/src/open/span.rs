//! Spans: the places of elements in a revision, in octets of its text.

use std::ops::Range;

use wss_c14n::Element;

/// Whether `span` is inside `around`, or is equal to it.
pub(crate) fn is_within(span: &Range<usize>, around: &Range<usize>) -> bool {
    around.start <= span.start && span.end <= around.end
}

/// The elements that are inside no other of `elements`. They come in document order: what begins before the last one
/// ends is inside it.
pub(crate) fn outermost<'d>(elements: impl Iterator<Item = Element<'d>>) -> impl Iterator<Item = Element<'d>> {
    let mut end = 0;
    elements.filter(move |element| {
        let is_outermost = element.span().start >= end;
        end = end.max(element.span().end);
        is_outermost
    })
}
