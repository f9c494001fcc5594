//! Edits of messages: a small language, so that a table of them can be read.

use ws_security::c14n::base64_encode;

/// URIs that edits name in short, between percent signs.
const NAMES: [(&str, &str); 24] = [
    ("WSSE", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"),
    ("WSU", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"),
    ("WSSE11", "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"),
    ("DS", "http://www.w3.org/2000/09/xmldsig#"),
    ("XENC", "http://www.w3.org/2001/04/xmlenc#"),
    ("SAML", "urn:oasis:names:tc:SAML:1.0:assertion"),
    ("SAML2", "urn:oasis:names:tc:SAML:2.0:assertion"),
    ("WSC", "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512"),
    ("EXC", "http://www.w3.org/2001/10/xml-exc-c14n#"),
    ("B64", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"),
    ("STRT", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform"),
    ("X509", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#"),
    ("USER", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#"),
    ("SMS11", "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#"),
    ("KRB", "http://docs.oasis-open.org/wss/oasis-wss-kerberos-token-profile-1.1#"),
    ("SAML10P", "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#"),
    ("SAML11P", "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#"),
    ("REL", "http://docs.oasis-open.org/wss/oasis-wss-rel-token-profile-1.0.pdf#"),
    ("SWA", "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#"),
    ("GCM", "http://www.w3.org/2009/xmlenc11#aes256-gcm"),
    ("FILTER", "http://www.w3.org/2002/06/xmldsig-filter2"),
    (
        "STR",
        "<wsse:SecurityTokenReference xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" xmlns:wsse11=\"http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd\"",
    ),
    ("/STR", "</wsse:SecurityTokenReference>"),
    ("END", "</wsse:Security>"),
];

fn expand(text: &str) -> String {
    NAMES.iter().fold(text.to_owned(), |text, (short, long)| text.replace(&format!("%{short}%"), long))
}

/// Replaces the first text that matches `from` by `to`. In `from`, `…` matches any text, as short as possible. In `to`,
/// `{1}` is the text that the first `…` matched.
pub(crate) fn replace(message: &str, from: &str, to: &str) -> String {
    try_replace(message, from, to).unwrap_or_else(|| panic!("no {from:?} in {message}"))
}

/// As [`replace`]; `None` if nothing matches.
pub(crate) fn try_replace(message: &str, from: &str, to: &str) -> Option<String> {
    let (from, mut to) = (expand(from), expand(to));
    let pieces: Vec<&str> = from.split('…').collect();
    let first = pieces.first()?;
    let mut at = message.find(first)?;
    let start = at;
    at += first.len();
    for (nth, piece) in pieces.iter().enumerate().skip(1) {
        let rest = &message[at..];
        let len = rest.find(piece)?;
        to = to.replace(&format!("{{{nth}}}"), &rest[..len]);
        to = to.replace(&format!("%BASE64 OF {nth}%"), &base64_encode(&rest.as_bytes()[..len]));
        at += len + piece.len();
    }
    Some(format!("{}{to}{}", &message[..start], &message[at..]))
}
