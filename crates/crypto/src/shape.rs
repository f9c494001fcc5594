//! What octets are that were given as a certificate and are none. No decision depends on it: it makes the words of an error.

use crate::der;

/// What octets are that were given as a certificate, in words, if their outermost structure shows it.
pub(crate) fn shape_of(octets: &[u8]) -> Option<&'static str> {
    let lost = octets.windows(3).filter(|window| *window == "\u{FFFD}".as_bytes()).count();
    if lost > 4 {
        return Some(
            "it was read as text on the way, which lost octets (U+FFFD is in it): have the octets encoded as they are",
        );
    }
    if let [der::SEQUENCE, b'?', ..] = octets
        && octets.is_ascii()
    {
        return Some(
            "it was read as ASCII on the way, where every octet above 127 became a question mark: have the octets encoded as they are",
        );
    }
    if let [der::SEQUENCE, 0xC2, 0x80..=0x84, ..] = octets
        && std::str::from_utf8(octets).is_ok()
    {
        return Some("it was read as ISO-8859-1 and written as UTF-8 on the way: have the octets encoded as they are");
    }
    if octets.trim_ascii_start().starts_with(b"-----BEGIN") {
        return Some("it is PEM, so have the base64 between BEGIN and END sent, once");
    }
    if let [der::SEQUENCE, 0x82, high, low, content @ ..] = octets
        && content.len() < usize::from(u16::from_be_bytes([*high, *low]))
    {
        return Some("it is cut off: it has fewer octets than it says");
    }
    let mut outer = der::Reader::new(octets);
    let content = outer.expect(der::SEQUENCE)?;
    if outer.peek() == Some(der::SEQUENCE) {
        return Some(
            "another structure follows it, as where two certificates are put together: have that of the signer sent alone",
        );
    }
    let mut fields = der::Reader::new(content);
    Some(match (fields.next()?, fields.next()) {
        ((der::INTEGER, [3]), Some((der::SEQUENCE, _))) => {
            "it is a PKCS#12 key store, which may have a private key in it: have the certificate alone sent"
        }
        ((der::INTEGER, [0 | 1]), Some((der::SEQUENCE | der::INTEGER | der::OCTET_STRING, _))) => {
            "it is a private key, which must never be sent: have the certificate sent, and the key replaced"
        }
        ((der::INTEGER, _), Some((der::INTEGER, _))) if fields.is_empty() => {
            "it is a public key alone (PKCS#1): have the whole certificate sent"
        }
        ((der::SEQUENCE, _), Some((der::BIT_STRING, _))) if fields.is_empty() => {
            "it is a public key alone (SubjectPublicKeyInfo): have the whole certificate sent"
        }
        ((der::OID, _), _) => "it is PKCS#7: have the certificate alone sent, or the type of PKCS#7 written",
        ((der::SEQUENCE, signed), Some((der::SEQUENCE, _))) => of_signed(signed)?,
        _ => return None,
    })
}

/// What a signed structure is, if it is no certificate.
fn of_signed(signed: &[u8]) -> Option<&'static str> {
    let mut fields = der::Reader::new(signed);
    let first = fields.next()?;
    let names_are_next = fields.expect(der::SEQUENCE).is_some_and(|name| name.first() == Some(&der::SET));
    match first {
        (der::INTEGER, [0]) if names_are_next => {
            Some("it is a request for a certificate (PKCS#10): have the certificate itself sent")
        }
        (der::SEQUENCE, _) => Some(
            "it is a list of certificates (PKIPath): have the certificate alone sent, or the type of a path written",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structures_that_are_no_certificate_are_named() {
        let algorithm = der::sequence(&[&der::element(der::OID, &[42, 3])]);
        let number = |value: u8| der::element(der::INTEGER, &[value]);
        let key = der::sequence(&[&algorithm, &der::element(der::BIT_STRING, &[0, 1])]);
        let name = der::sequence(&[&der::element(der::SET, &[])]);
        let request = der::sequence(&[&number(0), &name, &key]);
        let request = der::sequence(&[&request, &algorithm, &der::element(der::BIT_STRING, &[0])]);
        for (octets, words) in [
            (key.clone(), "SubjectPublicKeyInfo"),
            (der::sequence(&[&number(3), &algorithm]), "PKCS#12"),
            (der::sequence(&[&number(0), &algorithm]), "private key"),
            (der::sequence(&[&number(5), &number(3)]), "PKCS#1"),
            (algorithm.clone(), "PKCS#7"),
            (request, "PKCS#10"),
            (b"0?\x03?0?\x02".to_vec(), "read as ASCII"),
            ("0\u{82}\u{3}".as_bytes().to_vec(), "written as UTF-8"),
            ([key.clone(), key].concat(), "two certificates"),
            (vec![der::SEQUENCE, 0x82, 1, 0, 5], "cut off"),
            (b"-----BEGIN CERTIFICATE-----".to_vec(), "PEM"),
            ("0\u{FFFD}".repeat(6).into_bytes(), "read as text"),
        ] {
            let told = shape_of(&octets).unwrap_or_default();
            assert!(told.contains(words), "{words}: {told}");
        }
        assert_eq!(shape_of(b"x"), None);
    }
}
