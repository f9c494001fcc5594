//! Values of `ds:DigestValue` that are the right digest written otherwise, or no digest at all.

use wss_c14n::base64_encode;
use wss_crypto::DigestMethod;

use super::cause::Cause;
use super::explanation::Verdict;
use super::reading::ReadReference;

/// The fewest octets of a digest that are no chance.
const LEAST: usize = 4;

/// How the value is the right digest, `found`, and written otherwise; `None` if it is not that digest.
pub(super) fn written_otherwise(read: &ReadReference<'_>, found: &[u8]) -> Option<Cause> {
    if is_in_another_case(read, found) {
        return Some(encoded("with letters in another case, which base64 tells apart"));
    }
    let octets = read.octets.as_deref().filter(|octets| octets.len() >= LEAST && *octets != found)?;
    let turned = |group: usize| -> Vec<u8> { found.chunks(group).flat_map(|one| one.iter().rev().copied()).collect() };
    if octets == turned(found.len()) {
        return Some(Cause::Reversed);
    }
    if let Some(group) = [4, 8].into_iter().find(|group| octets == turned(*group)) {
        return Some(encoded(&format!("with each group of {group} octets in reverse order")));
    }
    let how = match (found.starts_with(octets), found.ends_with(octets)) {
        (true, _) => "they are the first of the right digest, so that the value was cut off",
        (_, true) => "they are the last of the right digest, so that the value was cut off",
        _ if octets.strip_suffix(found).is_some_and(is_digest_info) => {
            "the DigestInfo of a signature is in front of the right digest"
        }
        _ if octets.ends_with(found) => "something is in front of the right digest",
        _ if octets.starts_with(found) => "something is behind the right digest",
        _ => return None,
    };
    Some(length(octets.len(), found.len(), how))
}

fn encoded(how: &str) -> Cause {
    Cause::ValueEncoding { how: how.into() }
}

fn is_digest_info(octets: &[u8]) -> bool {
    DigestMethod::ALL.iter().any(|method| method.digest_info() == octets)
}

fn length(octets: usize, expected: usize, how: &str) -> Cause {
    let (octets, expected) = (octets.to_string().into(), expected.to_string().into());
    Cause::ValueLength { octets, expected, how: how.into() }
}

/// Whether the value has the letters of the right digest, but not their case.
fn is_in_another_case(read: &ReadReference<'_>, found: &[u8]) -> bool {
    let shown = read.shown.as_str();
    let right = base64_encode(found);
    shown != right && shown.eq_ignore_ascii_case(&right) && !shown.bytes().all(|octet| octet.is_ascii_hexdigit())
}

/// The verdict on a value that has the length of no supported digest.
pub(super) fn of_no_length(read: &ReadReference<'_>) -> Verdict {
    let Some(method) = read.method else {
        return Verdict::Unknown { why: "the digest method is not supported".into() };
    };
    let empty = read.shown.as_str().trim().is_empty().then_some(&[][..]);
    let Some(octets) = read.octets.as_deref().or(empty) else {
        return Verdict::Unknown { why: "ds:DigestValue is no digest in base64".into() };
    };
    let how = match octets.len() {
        0 => "it is empty: the sender did not fill it in",
        16 => "as many as MD5 gives, or a value that was cut off",
        less if less < method.output_len() => "the value was cut off, or is of another method",
        _ => "something was added to the value, or it is of another method",
    };
    let causes = vec![length(octets.len(), method.output_len(), how)];
    Verdict::Differs { causes, tried: 0, stopped: None }
}

/// What to say of a value that has the length of another method than the message says.
pub(super) fn note_of_length(read: &ReadReference<'_>) -> Option<String> {
    let (octets, method) = (read.octets.as_deref()?.len(), read.method?);
    let usual = read.digests.iter().filter(|digest| digest.causes.is_empty() && digest.octets.len() == octets);
    let names: Vec<&str> = usual.map(|digest| digest.method.name()).collect();
    (octets != method.output_len() && !names.is_empty()).then(|| {
        let expected = method.output_len();
        format!("the value has {octets} octets, as a digest by {} has, in place of {expected}", names.join(" or "))
    })
}
