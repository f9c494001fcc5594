//! `cid:` URLs, by which an envelope names an attachment (RFC 2392).

use super::field::percent_decoded;
use super::part::MimePart;

/// The Content-ID that a `cid:` URL names: without the angle brackets, percent-decoded once (RFC 2392).
///
/// ```
/// use wss_soap::mime::content_id_of;
///
/// assert_eq!(content_id_of("cid:a%40x").as_deref(), Some("a@x"));
/// assert_eq!(content_id_of("http://example.org/a"), None);
/// ```
#[must_use]
pub fn content_id_of(url: &str) -> Option<String> {
    let octets = percent_decoded(url.strip_prefix("cid:")?)?;
    String::from_utf8(octets).ok().filter(|id| !id.is_empty())
}

/// The attachment that a `cid:` URL names.
#[must_use]
pub fn named_by<'p, 'm>(attachments: &'p [MimePart<'m>], url: &str) -> Option<&'p MimePart<'m>> {
    let id = content_id_of(url)?;
    attachments.iter().find(|part| part.content_id() == Some(&id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cid_url_is_decoded_once_and_exactly() {
        assert_eq!(content_id_of("cid:a%40b").as_deref(), Some("a@b"));
        assert_eq!(content_id_of("cid:a%2Bb+c").as_deref(), Some("a+b+c"));
        assert_eq!(content_id_of("cid:a%2540b").as_deref(), Some("a%40b"));
        for wrong in ["cid:", "cid:%4", "cid:%zz", "cid:%ff", "CID:a", "a@b", "#a"] {
            assert_eq!(content_id_of(wrong), None, "{wrong}");
        }
    }
}
