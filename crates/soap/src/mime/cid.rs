//! `cid:` URLs, by which an envelope names an attachment (RFC 2392).

use wss_text::{after_cid, percent_decoded};

use super::part::MimePart;

/// The Content-ID that a `cid:` URL names: without the angle brackets, percent-decoded once (RFC 2392), and without the blanks
/// that a Content-ID cannot have, as [`Fields::content_id`](super::Fields::content_id) reads it (RFC 5322 §3.6.4).
///
/// ```
/// use wss_soap::mime::content_id_of;
///
/// assert_eq!(content_id_of("cid:a%40x").as_deref(), Some("a@x"));
/// assert_eq!(content_id_of("http://example.org/a"), None);
/// ```
#[must_use]
pub fn content_id_of(url: &str) -> Option<String> {
    let octets = percent_decoded(after_cid(url)?)?;
    String::from_utf8(octets).ok().map(|id| id.replace([' ', '\t'], "")).filter(|id| !id.is_empty())
}

/// The `cid:` URL of a Content-ID without angle brackets (RFC 2392). Characters that peers decode as form data are encoded.
///
/// ```
/// use wss_soap::mime::url_of;
///
/// assert_eq!(url_of("a+b@x"), "cid:a%2Bb@x");
/// ```
#[must_use]
pub fn url_of(content_id: &str) -> String {
    let mut url = String::from("cid:");
    for octet in content_id.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~@".contains(&octet) {
            url.push(char::from(octet));
        } else {
            url.push_str(&format!("%{octet:02X}"));
        }
    }
    url
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
    fn a_content_id_is_that_of_its_url() {
        for id in ["a@b", "ab%c+d@x", "%40", "ä/ö:;&"] {
            assert_eq!(content_id_of(&url_of(id)).as_deref(), Some(id));
        }
    }

    #[test]
    fn a_cid_url_is_decoded_once_and_exactly() {
        assert_eq!(content_id_of("cid:a%40b").as_deref(), Some("a@b"));
        assert_eq!(content_id_of("cid:a%2Bb+c").as_deref(), Some("a+b+c"));
        assert_eq!(content_id_of("cid:a%2540b").as_deref(), Some("a%40b"));
        assert_eq!(content_id_of("CID:a%40b").as_deref(), Some("a@b"));
        for with_blanks in ["cid:a%20b@x", "cid:a b@x", "cid:%09ab@x "] {
            assert_eq!(content_id_of(with_blanks).as_deref(), Some("ab@x"));
        }
        for wrong in ["cid:", "cid:%20", "cid:%4", "cid:%zz", "cid:%ff", "a@b", "#a"] {
            assert_eq!(content_id_of(wrong), None, "{wrong}");
        }
    }
}
