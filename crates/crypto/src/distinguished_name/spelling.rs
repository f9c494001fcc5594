//! Names in references, as peers write them: also root first, with slashes, with `UNDEF=`, and with commas that are not
//! escaped.
//!
//! Such a text may mean several names. It is only compared with the names of known certificates, to choose one of them,
//! and never with the signers that the caller trusts.

use wss_text::Slice as _;

use super::{
    Attribute, BLANKS, DistinguishedName, KEY_OCTETS, Value, attribute_type, attribute_value, check_size, take,
};
use crate::error::LoadError;

impl DistinguishedName {
    /// Reads the name of a reference in any spelling that peers send: as [`DistinguishedName::parse`] does; otherwise
    /// OpenSSL's line with slashes (`/C=DE/CN=a`), types that OpenSSL did not know (`UNDEF=a`), and values with
    /// separators that are not escaped (`O=A, Inc,C=DE`). Compare it with [`DistinguishedName::is_spelled`].
    ///
    /// # Errors
    /// [`LoadError::Name`]; [`LoadError::TooLarge`] above 8 KiB or 64 attributes.
    pub fn parse_spelled(text: &str) -> Result<Self, LoadError> {
        match Self::parse(text) {
            Err(LoadError::Name { .. }) => {}
            read => return read,
        }
        check_size(text.len())?;
        let mut rdns = spelled(text)?.ok_or_else(|| LoadError::Name { name: text.into() })?;
        rdns.reverse();
        Ok(Self::new(rdns))
    }

    /// Whether `written`, of [`DistinguishedName::parse_spelled`], spells this name: the RDNs may be in either order,
    /// and a type that its writer did not know may be any.
    #[must_use]
    pub fn is_spelled(&self, written: &Self) -> bool {
        if self == written {
            return true;
        }
        let fits = |(own, other): (&Vec<Attribute>, &Vec<Attribute>)| is_rdn_spelled(own, other);
        let (own, other) = (&self.rdns, &written.rdns);
        own.len() == other.len() && (own.iter().zip(other).all(fits) || own.iter().zip(other.iter().rev()).all(fits))
    }
}

/// Whether the attributes of an RDN are those that are written, in any order. Several attributes are sorted: a name
/// from a message may have all of them in one RDN.
fn is_rdn_spelled(own: &[Attribute], written: &[Attribute]) -> bool {
    match (own, written) {
        ([own], [written]) => own.key_as(written) == written.key_as(written),
        _ if own.len() != written.len() => false,
        _ if written.iter().all(|written| !written.oid.is_empty()) => {
            sorted(own, Attribute::whole_key) == sorted(written, Attribute::whole_key)
        }
        _ => {
            let (known, values) = (sorted(own, Attribute::whole_key), sorted(own, Attribute::key_of_value));
            written.iter().all(|written| match written.oid.is_empty() {
                true => values.binary_search(&written.key_of_value()).is_ok(),
                false => known.binary_search(&written.whole_key()).is_ok(),
            })
        }
    }
}

fn sorted(rdn: &[Attribute], part: fn(&Attribute) -> &[u8]) -> Vec<&[u8]> {
    let mut parts: Vec<&[u8]> = rdn.iter().map(part).collect();
    parts.sort_unstable();
    parts
}

impl Attribute {
    /// The key to compare with that of `written`: if `written` has no type, the key of the value alone.
    fn key_as(&self, written: &Self) -> &[u8] {
        if written.oid.is_empty() { self.key_of_value() } else { self.whole_key() }
    }

    fn whole_key(&self) -> &[u8] {
        &self.key
    }

    /// The part of the key after the type.
    fn key_of_value(&self) -> &[u8] {
        self.key.slice(KEY_OCTETS + self.oid.len()..)
    }
}

/// `Ok(None)` if it is not a name. A separator ends a value only if the type of another attribute follows.
fn spelled(text: &str) -> Result<Option<Vec<Vec<Attribute>>>, LoadError> {
    let text = text.trim_matches(BLANKS);
    let (separators, mut rest) = match text.strip_prefix('/') {
        Some(rest) => (['/', '+', '/'], rest),
        None => ([',', '+', ';'], text),
    };
    let (mut rdns, mut rdn, mut count) = (Vec::new(), Vec::new(), 0);
    while let Some((oid, after)) = type_at(rest) {
        let end = end_of_value(after, separators);
        let (value, separator) = end.map_or((after, None), |at| (after.slice(..at), after.slice(at..).chars().next()));
        take(&mut rdn, Attribute::new(oid, value_of(value)), &mut count)?;
        if separator != Some('+') {
            rdns.push(std::mem::take(&mut rdn));
        }
        match end {
            Some(at) => rest = after.slice(at + 1..),
            None => return Ok(Some(rdns)),
        }
    }
    Ok(None)
}

/// The offset of the separator that ends the value at the front of `text`: no type contains a separator, so that it is
/// the last one before the equals sign of the next attribute. Each part of `text` is looked at once, however many of
/// them there are.
fn end_of_value(text: &str, separators: [char; 3]) -> Option<usize> {
    let mut from = 0;
    for (equals, _) in text.match_indices('=') {
        let separator = text.slice(from..equals).rfind(separators).map(|at| from + at);
        if let Some(at) = separator.filter(|at| type_at(text.slice(at + 1..=equals)).is_some()) {
            return Some(at);
        }
        from = equals + 1;
    }
    None
}

/// The type of an attribute at the front of `text`, and the text after its equals sign. The type is empty if the writer
/// did not know it.
fn type_at(text: &str) -> Option<(Vec<u8>, &str)> {
    let (name, after) = text.split_once('=')?;
    let name = name.trim_matches(BLANKS);
    let is_unknown = name.eq_ignore_ascii_case("UNDEF");
    let oid = if is_unknown { Vec::new() } else { attribute_type(name)? };
    Some((oid, after))
}

/// A value unchanged, unless all of it is quoted, escaped or in hexadecimal.
fn value_of(text: &str) -> Value {
    let text = text.trim_matches(BLANKS);
    match attribute_value(text) {
        Some((value, "")) => value,
        _ => Value::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::DistinguishedName;

    fn name(text: &str) -> DistinguishedName {
        DistinguishedName::parse(text).expect("a name")
    }

    #[test]
    fn every_spelling_of_a_peer_picks_the_name_and_no_other() {
        let known = name("E=a@b.example,CN=CA 1,2.5.4.97=#0c0756415445532d41,O=A\\, S.A.,C=ES");
        for spelling in [
            "EMAILADDRESS=a@b.example, CN=CA 1, OID.2.5.4.97=VATES-A, O=\"A, S.A.\", C=ES",
            "C=ES,O=A\\, S.A.,2.5.4.97=VATES-A,CN=CA 1,E=a@b.example",
            "/C=ES/O=A, S.A./2.5.4.97=VATES-A/CN=CA 1/emailAddress=a@b.example",
            "/C=ES/O=A, S.A./UNDEF=VATES-A/CN=CA 1/emailAddress=a@b.example",
            "emailAddress=a@b.example,CN=CA 1,UNDEF=VATES-A,O=A\\, S.A.,C=ES",
            "E=a@b.example, CN=CA 1, organizationIdentifier=VATES-A, O=A, S.A., C=ES",
        ] {
            let written = DistinguishedName::parse_spelled(spelling).expect(spelling);
            assert!(known.is_spelled(&written), "{spelling}: {written:?}");
        }
        for other in [
            "C=ES,O=A\\, S.A.,2.5.4.97=VATES-B,CN=CA 1,E=a@b.example",
            "/C=ES/O=A, S.A./UNDEF=VATES-B/CN=CA 1/emailAddress=a@b.example",
            "/C=ES/O=A, S.A./CN=CA 1/emailAddress=a@b.example",
            "CN=CA 1,C=ES,O=A\\, S.A.,2.5.4.97=VATES-A,E=a@b.example",
            "C=ES",
        ] {
            let written = DistinguishedName::parse_spelled(other).expect(other);
            assert!(!known.is_spelled(&written), "{other}");
        }
        let wide = name("CN=a+OU=b,C=ES");
        for (spelling, is_it) in [
            ("OU=b+CN=a, C=ES", true),
            ("C=ES, OU=b+CN=a", true),
            ("UNDEF=b+CN=a, C=ES", true),
            ("CN=a+CN=a, C=ES", false),
            ("UNDEF=c+CN=a, C=ES", false),
            ("CN=a, C=ES", false),
        ] {
            let written = DistinguishedName::parse_spelled(spelling).expect(spelling);
            assert_eq!(wide.is_spelled(&written), is_it, "{spelling}");
        }
        for no_name in ["", "/", "/C", "plain", "CN", "XYZ=a"] {
            let read = DistinguishedName::parse_spelled(no_name);
            assert!(read.is_err() || read.is_ok_and(|read| !known.is_spelled(&read)), "{no_name}");
        }
    }

    #[test]
    fn a_name_is_trusted_in_its_own_order_alone() {
        assert_ne!(name("C=ES,CN=a"), name("CN=a,C=ES"));
        assert!(DistinguishedName::parse("/C=ES/CN=a").is_err() && DistinguishedName::parse("UNDEF=a").is_err());
    }
}
