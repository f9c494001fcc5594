//! The parts of a long text that are kept.

/// The number of characters that are kept from the beginning of a long text.
const HEAD: usize = 192;
/// The number of characters that are kept from its end, which is the most useful part of a path.
const TAIL: usize = 64;

/// The beginning of a text: at most `most` octets, in whole characters.
///
/// ```
/// assert_eq!(wss_text::front("Säule", 2), "S");
/// ```
#[must_use]
pub fn front(text: &str, most: usize) -> &str {
    let end = (0..=text.len().min(most)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// The beginning of a text and, if it is long, the number of omitted octets and the end.
pub(crate) fn parts(text: &str) -> (&str, Option<(usize, &str)>) {
    if text.len() <= HEAD + TAIL || text.chars().nth(HEAD + TAIL).is_none() {
        return (text, None);
    }
    let head = text.char_indices().nth(HEAD).map_or(text.len(), |(at, _)| at);
    let tail = text.char_indices().nth_back(TAIL - 1).map_or(head, |(at, _)| at);
    (&text[..head], Some((tail - head, &text[tail..])))
}
