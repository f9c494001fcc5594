//! Namespaces that somebody took for those of WS-Security, in words for an error.

use std::borrow::Cow;

use wss_c14n::name;
use wss_text::front;

/// A remark, in parentheses, about a namespace that somebody took for one of WS-Security; empty if nothing is known of
/// it.
pub(super) fn kind_of_namespace(written: &str) -> Cow<'static, str> {
    let month = |month| format!(" (which is of the draft of {month}, before the standard)").into();
    match draft(written) {
        Some("2002/04") => month("April 2002"),
        Some("2002/07") => month("July 2002"),
        Some("2002/12") => month("December 2002"),
        Some("2003/06") => month("June 2003"),
        Some(_) => " (which is of a draft, before the standard)".into(),
        None if written == name::WSSE11.uri => " (which is that of WS-Security 1.1, for what 1.1 added)".into(),
        None if written == name::WSSE.uri => " (which is that of the Security header)".into(),
        None if written == name::WSU.uri => " (which is that of Ids and timestamps)".into(),
        None if is_almost_ours(written) => " (which is almost it)".into(),
        None => "".into(),
    }
}

/// The year and the month in a namespace of a draft of WS-Security.
fn draft(written: &str) -> Option<&str> {
    let dated = written.strip_prefix("http://schemas.xmlsoap.org/ws/")?;
    dated.starts_with("200").then(|| front(dated, "2002/07".len()))
}

/// Whether a namespace is of a draft of WS-Security, or one of its namespaces with a few letters changed.
pub(crate) fn is_almost_ours(written: &str) -> bool {
    draft(written).is_some() || [name::WSSE, name::WSU].iter().any(|ours| is_near(written, ours.uri))
}

/// Whether two identifiers differ by a few letters in one place.
fn is_near(written: &str, known: &str) -> bool {
    let same = |one: &mut dyn Iterator<Item = u8>, other: &mut dyn Iterator<Item = u8>| {
        one.zip(other).take_while(|(one, other)| one.eq_ignore_ascii_case(other)).count()
    };
    let start = same(&mut written.bytes(), &mut known.bytes());
    let end = same(&mut written.bytes().rev(), &mut known.bytes().rev());
    written.len().abs_diff(known.len()) <= 8 && start + end + 8 >= known.len()
}
