//! Namespaces that somebody took for those of WS-Security, in words for an error.

use wss_c14n::name;

/// A remark, in parentheses, about a namespace that somebody took for one of WS-Security; empty if nothing is known of
/// it.
pub(super) fn kind_of_namespace(written: &str) -> &'static str {
    match written {
        _ if written == name::WSSE11.uri => " (which is that of WS-Security 1.1, for what 1.1 added)",
        _ if is_draft(written) => " (which is of a draft of 2002 or 2003)",
        _ if is_almost_ours(written) => " (which is almost it)",
        _ => "",
    }
}

fn is_draft(written: &str) -> bool {
    written.starts_with("http://schemas.xmlsoap.org/ws/200")
}

/// Whether a namespace is of a draft of WS-Security, or one of its namespaces with a few letters changed.
pub(crate) fn is_almost_ours(written: &str) -> bool {
    is_draft(written) || [name::WSSE, name::WSU].iter().any(|ours| is_near(written, ours.uri))
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
