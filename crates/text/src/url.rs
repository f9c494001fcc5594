//! URLs that name a part of the message.

/// What follows the scheme of a `cid:` URL, which names a part of a package (RFC 2392); `None` for any other URL. The letters of
/// a scheme are of either case (RFC 3986 §3.1).
///
/// ```
/// assert_eq!(wss_text::after_cid("cid:a@b"), Some("a@b"));
/// assert_eq!(wss_text::after_cid("CID:a@b"), Some("a@b"));
/// assert_eq!(wss_text::after_cid("#cid:a"), None);
/// ```
#[must_use]
pub fn after_cid(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once(':')?;
    scheme.eq_ignore_ascii_case("cid").then_some(rest)
}
