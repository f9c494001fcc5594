//! Distinguished names: read from DER or from any spelling in use, compared as RDN sequences, and written (`written`).
//!
//! `ds:X509IssuerName` holds issuer names as strings, and every stack spells them in its own way. Names are therefore
//! parsed and compared by structure (RFC 5280 §7.1). Strings are only written, never compared.

mod spelling;
mod written;

pub use written::NameForm;

use std::borrow::Cow;

use wss_text::{Slice as _, hex_octet, octets_of_hex};

use crate::der;
use crate::error::LoadError;

/// The largest number of octets of a name: in DER, or as text.
const MAX_OCTETS: usize = 8 << 10;
/// The largest number of attributes of a name. Real names have about six.
const MAX_ATTRIBUTES: usize = 64;
/// The largest number of octets of an attribute type.
const MAX_OID: usize = 64;
/// The number of octets of a kind and a length, before each piece of a key.
const KEY_OCTETS: usize = 5;

/// A distinguished name: RDNs in the order of the certificate, most significant first.
///
/// Two names are equal if their RDNs are equal in order. The attributes of a multi-valued RDN can be in any order.
/// Values are compared without regard to case and to the amount of white space (RFC 5280 §7.1).
///
/// ```
/// use wss_crypto::{DistinguishedName, NameForm};
///
/// // Java, .NET and OpenSSL spell one name in three ways.
/// let name = DistinguishedName::parse(r#"CN=Alice, O="Example, Inc", C=DE"#)?;
/// assert_eq!(name, DistinguishedName::parse(r"CN=alice,O=Example\, Inc,C=DE")?);
/// assert_eq!(name.written(NameForm::Rfc4514), r"CN=Alice,O=Example\, Inc,C=DE");
/// assert_eq!(name.written(NameForm::Java), r#"CN=Alice, O="Example, Inc", C=DE"#);
/// # Ok::<(), wss_crypto::LoadError>(())
/// ```
#[derive(Clone)]
pub struct DistinguishedName {
    rdns: Vec<Vec<Attribute>>,
    /// The octets that are compared. They are made once, so that a comparison is cheap.
    key: Vec<u8>,
}

#[derive(Clone)]
struct Attribute {
    /// Content octets of the OBJECT IDENTIFIER.
    oid: Vec<u8>,
    value: Value,
    /// The octets that are compared.
    key: Box<[u8]>,
}

#[derive(Clone)]
enum Value {
    /// A character string, of any string type.
    Text(String),
    /// The whole DER of any other value.
    Der(Vec<u8>),
}

impl Attribute {
    fn new(oid: Vec<u8>, value: Value) -> Self {
        let key = value.key(&oid);
        Self { oid, value, key }
    }
}

impl Value {
    /// The octets that are compared (RFC 5280 §7.1, RFC 4518): case is folded, inner white space is collapsed, where
    /// U+00A0 and the other spaces of Unicode count as white space, and the ends are trimmed. Unicode is not
    /// normalised: a character is compared in the form that it has. Every piece follows its kind and length, so that no
    /// two different attributes have the same key.
    fn key(&self, oid: &[u8]) -> Box<[u8]> {
        let (kind, value) = match self {
            Self::Text(text) => {
                let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
                (b'T', Cow::Owned(words.join(" ").into_bytes()))
            }
            Self::Der(der) => (b'D', Cow::Borrowed(der.as_slice())),
        };
        let mut key = Vec::with_capacity(value.len() + oid.len() + 2 * KEY_OCTETS);
        for (kind, piece) in [(b'O', oid), (kind, &value)] {
            key.push(kind);
            key.extend((piece.len() as u32).to_be_bytes());
            key.extend_from_slice(piece);
        }
        key.into_boxed_slice()
    }
}

impl PartialEq for DistinguishedName {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for DistinguishedName {}

impl std::hash::Hash for DistinguishedName {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl DistinguishedName {
    fn new(rdns: Vec<Vec<Attribute>>) -> Self {
        let mut key = Vec::new();
        for rdn in &rdns {
            let mut attributes: Vec<&[u8]> = rdn.iter().map(|attribute| &*attribute.key).collect();
            attributes.sort_unstable();
            key.push(b'R');
            key.extend((attributes.len() as u32).to_be_bytes());
            key.extend(attributes.concat());
        }
        Self { rdns, key }
    }

    /// Reads the DER of a Name.
    ///
    /// # Errors
    /// [`LoadError::Malformed`]; [`LoadError::TooLarge`] above 8 KiB or 64 attributes.
    pub fn from_der(octets: &[u8]) -> Result<Self, LoadError> {
        check_size(octets.len())?;
        let rdns = parse_der(octets)?.ok_or(LoadError::Malformed { what: "distinguished name" })?;
        Ok(Self::new(rdns))
    }

    /// Reads a string: RFC 4514, RFC 2253 and RFC 1779 forms, in the spellings of Java, .NET and OpenSSL's RFC 2253
    /// mode. The first RDN of the string becomes the last of the name.
    ///
    /// # Errors
    /// [`LoadError::Name`]; [`LoadError::TooLarge`] above 8 KiB or 64 attributes.
    pub fn parse(text: &str) -> Result<Self, LoadError> {
        check_size(text.len())?;
        let mut rdns = parse_text(text)?.ok_or_else(|| LoadError::Name { name: text.into() })?;
        rdns.reverse();
        Ok(Self::new(rdns))
    }

    /// The text of its attributes of this type, an OBJECT IDENTIFIER in dotted decimal, in the order of the certificate.
    ///
    /// ```
    /// use wss_crypto::DistinguishedName;
    ///
    /// let name = DistinguishedName::parse("CN=POP000123,OU=PEPPOL PRODUCTION AP,C=DE")?;
    /// assert_eq!(name.values("2.5.4.3").collect::<Vec<_>>(), ["POP000123"]);
    /// assert_eq!(name.values("2.5.4.5").count(), 0);
    /// # Ok::<(), wss_crypto::LoadError>(())
    /// ```
    pub fn values(&self, oid: &str) -> impl Iterator<Item = &str> {
        let oid = object_identifier(oid);
        let attributes = self.rdns.iter().flatten();
        attributes.filter(move |attribute| oid.as_ref() == Some(&attribute.oid)).filter_map(
            |attribute| match &attribute.value {
                Value::Text(text) => Some(text.as_str()),
                Value::Der(_) => None,
            },
        )
    }

    /// Whether it has no RDN.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }
}

/// Short names. All are read; the first of an OID is written if RFC 4514 §3 lists it.
const SHORT_NAMES: &[(&str, &[u8], bool)] = &[
    ("CN", &[0x55, 4, 3], true),
    ("L", &[0x55, 4, 7], true),
    ("ST", &[0x55, 4, 8], true),
    ("S", &[0x55, 4, 8], false),
    ("SP", &[0x55, 4, 8], false),
    ("O", &[0x55, 4, 10], true),
    ("OU", &[0x55, 4, 11], true),
    ("C", &[0x55, 4, 6], true),
    ("STREET", &[0x55, 4, 9], true),
    ("DC", DOMAIN_COMPONENT, true),
    ("UID", &[0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 1, 1], true),
    ("E", EMAIL, false),
    ("EMAIL", EMAIL, false),
    ("EMAILADDRESS", EMAIL, false),
    ("SERIALNUMBER", &[0x55, 4, 5], false),
    ("T", &[0x55, 4, 12], false),
    ("TITLE", &[0x55, 4, 12], false),
    ("SN", &[0x55, 4, 4], false),
    ("SURNAME", &[0x55, 4, 4], false),
    ("G", &[0x55, 4, 42], false),
    ("GN", &[0x55, 4, 42], false),
    ("GIVENNAME", &[0x55, 4, 42], false),
    ("I", &[0x55, 4, 43], false),
    ("INITIALS", &[0x55, 4, 43], false),
    ("GENERATION", &[0x55, 4, 44], false),
    ("DNQ", &[0x55, 4, 46], false),
    ("DNQUALIFIER", &[0x55, 4, 46], false),
    ("POSTALCODE", &[0x55, 4, 17], false),
    ("ORGANIZATIONIDENTIFIER", &[0x55, 4, 97], false),
];

const EMAIL: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 1];
const DOMAIN_COMPONENT: &[u8] = &[0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 1, 25];
const UTF8_STRING: u8 = 0x0C;
const IA5_STRING: u8 = 0x16;

fn check_size(octets: usize) -> Result<(), LoadError> {
    if octets > MAX_OCTETS {
        return Err(LoadError::TooLarge { what: "distinguished name", allowed: MAX_OCTETS });
    }
    Ok(())
}

/// Adds `attribute` to `rdn`, unless the name then has too many.
fn take(rdn: &mut Vec<Attribute>, attribute: Attribute, count: &mut usize) -> Result<(), LoadError> {
    *count += 1;
    if *count > MAX_ATTRIBUTES {
        return Err(LoadError::TooLarge { what: "list of attributes in a name", allowed: MAX_ATTRIBUTES });
    }
    rdn.push(attribute);
    Ok(())
}

/// `Ok(None)` if it is malformed.
fn parse_der(octets: &[u8]) -> Result<Option<Vec<Vec<Attribute>>>, LoadError> {
    let Some(content) = der::Reader::new(octets).only(der::SEQUENCE) else { return Ok(None) };
    let mut sequence = der::Reader::new(content);
    let mut rdns = Vec::new();
    let mut count = 0;
    while !sequence.is_empty() {
        let Some(set) = sequence.expect(der::SET) else { return Ok(None) };
        let mut set = der::Reader::new(set);
        let mut rdn = Vec::new();
        while !set.is_empty() {
            let Some(attribute) = set.expect(der::SEQUENCE).and_then(attribute_from_der) else { return Ok(None) };
            take(&mut rdn, attribute, &mut count)?;
        }
        if rdn.is_empty() {
            return Ok(None);
        }
        rdns.push(rdn);
    }
    Ok(Some(rdns))
}

fn attribute_from_der(content: &[u8]) -> Option<Attribute> {
    let mut pair = der::Reader::new(content);
    let oid = pair.expect(der::OID).filter(|oid| is_oid(oid))?.to_vec();
    let value = value_from_der(pair.next_whole()?)?;
    pair.is_empty().then(|| Attribute::new(oid, value))
}

/// Whether every arc is complete, without leading zeros, and fits 126 bits, as almost all arcs made of UUIDs do.
fn is_oid(oid: &[u8]) -> bool {
    let is_complete = oid.last().is_some_and(|last| last & 0x80 == 0);
    let mut arcs = oid.split_inclusive(|octet| octet & 0x80 == 0);
    is_complete && oid.len() <= MAX_OID && arcs.all(|arc| arc.len() <= 19 && arc.first() != Some(&0x80))
}

/// Character strings become text; other values stay DER. Text with a NUL stays DER, so that it equals no string.
fn value_from_der(whole: &[u8]) -> Option<Value> {
    let mut reader = der::Reader::new(whole);
    let (tag, content) = reader.next()?;
    if !reader.is_empty() {
        return None;
    }
    let text = match tag {
        UTF8_STRING => String::from_utf8(content.to_vec()).ok(),
        // PrintableString, NumericString, IA5String, VisibleString.
        0x13 | 0x12 | IA5_STRING | 0x1A => content.is_ascii().then(|| content.iter().map(|b| *b as char).collect()),
        // TeletexString, in practice Latin-1.
        0x14 => Some(content.iter().map(|b| *b as char).collect()),
        // BMPString.
        0x1E => {
            let (units, rest) = content.as_chunks::<2>();
            let text =
                char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit))).collect::<Result<_, _>>().ok();
            text.filter(|_| rest.is_empty())
        }
        // UniversalString.
        0x1C => {
            let (units, rest) = content.as_chunks::<4>();
            let text = units.iter().map(|unit| char::from_u32(u32::from_be_bytes(*unit))).collect();
            rest.is_empty().then_some(text).flatten()
        }
        _ => None,
    };
    Some(match text.filter(|text: &String| !text.contains('\0')) {
        Some(text) => Value::Text(text),
        None => Value::Der(whole.to_vec()),
    })
}

/// Blanks around separators: RFC 2253 §4 allows spaces, and XML is indented.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// Reads a name as text (RFC 4514, RFC 2253); `Ok(None)` if it is malformed.
fn parse_text(text: &str) -> Result<Option<Vec<Vec<Attribute>>>, LoadError> {
    let mut rest = text.trim_matches(BLANKS);
    let mut rdns = Vec::new();
    if rest.is_empty() {
        return Ok(Some(rdns));
    }
    let mut rdn = Vec::new();
    let mut count = 0;
    loop {
        let Some((attribute, after)) = attribute_from_text(rest) else { return Ok(None) };
        take(&mut rdn, attribute, &mut count)?;
        let after = after.trim_start_matches(BLANKS);
        match after.chars().next() {
            None => {
                rdns.push(rdn);
                return Ok(Some(rdns));
            }
            Some('+') => {}
            Some(',' | ';') => rdns.push(std::mem::take(&mut rdn)),
            Some(_) => return Ok(None),
        }
        rest = after.slice(1..).trim_start_matches(BLANKS);
    }
}

/// The attribute at the front of `text`, and the rest.
fn attribute_from_text(text: &str) -> Option<(Attribute, &str)> {
    let (name, after) = text.split_once('=')?;
    let oid = attribute_type(name.trim_matches(BLANKS))?;
    let (value, after) = attribute_value(after.trim_start_matches(BLANKS))?;
    Some((Attribute::new(oid, value), after))
}

fn attribute_type(name: &str) -> Option<Vec<u8>> {
    let upper = name.to_ascii_uppercase();
    if let Some((_, oid, _)) = SHORT_NAMES.iter().find(|(short, ..)| *short == upper) {
        return Some(oid.to_vec());
    }
    // Old WSS4J writes `.2.5.4.97`.
    object_identifier(upper.strip_prefix("OID.").or(upper.strip_prefix('.')).unwrap_or(&upper))
}

/// The content octets of an OBJECT IDENTIFIER in dotted decimal; `None` if the text is none, or has more than 64
/// octets.
#[must_use]
pub fn object_identifier(dotted: &str) -> Option<Vec<u8>> {
    let mut arcs = dotted.split('.').map(|arc| {
        // `parse` would accept a sign.
        let is_number = !arc.is_empty() && arc.bytes().all(|digit| digit.is_ascii_digit());
        arc.parse::<u128>().ok().filter(|_| is_number)
    });
    let (root, second) = (arcs.next()??, arcs.next()??);
    // Roots 0 and 1 have 40 arcs each, and one octet holds both (X.690 §8.19.4).
    if root > 2 || (root < 2 && second >= 40) {
        return None;
    }
    let first = (root * 40).checked_add(second)?;
    let mut oid = Vec::new();
    for arc in std::iter::once(Some(first)).chain(arcs) {
        let arc = arc?;
        let groups = (128 - arc.leading_zeros()).div_ceil(7).max(1);
        for group in (0..groups).rev() {
            let more = if group > 0 { 0x80 } else { 0 };
            oid.push((arc >> (7 * group)) as u8 & 0x7F | more);
        }
    }
    is_oid(&oid).then_some(oid)
}

/// The value at the front of `text`, and the rest.
fn attribute_value(text: &str) -> Option<(Value, &str)> {
    if let Some(hex) = text.strip_prefix('#') {
        let end = hex.find([',', '+', ';', ' ']).unwrap_or(hex.len());
        let (digits, rest) = hex.split_at(end);
        return Some((value_from_der(&octets_of_hex(digits)?)?, rest));
    }
    let quoted = text.starts_with('"');
    let mut octets = Vec::new();
    // The start of the trailing spaces that no escape protects.
    let mut significant = 0;
    let mut at = usize::from(quoted);
    let source = text.as_bytes();
    loop {
        match source.get(at) {
            None if quoted => return None,
            None => break,
            // .NET doubles a quote inside quotes.
            Some(b'"') if quoted && source.get(at + 1) == Some(&b'"') => {
                octets.push(b'"');
                at += 2;
            }
            Some(b'"') if quoted => {
                significant = octets.len();
                at += 1;
                break;
            }
            Some(b',' | b'+' | b';') if !quoted => break,
            Some(b'"') => return None,
            Some(b'\\') => {
                let of_hex = match source.get(at + 1..at + 3) {
                    Some([high, low]) => hex_octet(*high, *low),
                    _ => None,
                };
                match of_hex {
                    Some(octet) => {
                        octets.push(octet);
                        at += 3;
                    }
                    None => {
                        octets.push(*source.get(at + 1)?);
                        at += 2;
                    }
                }
                significant = octets.len();
            }
            Some(octet) => {
                octets.push(*octet);
                at += 1;
                if *octet != b' ' {
                    significant = octets.len();
                }
            }
        }
    }
    octets.truncate(significant);
    Some((Value::Text(String::from_utf8(octets).ok()?), text.get(at..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> DistinguishedName {
        DistinguishedName::parse(text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn reads_every_spelling_of_one_name() {
        let expected = name("CN=leaf,O=A\\, Inc,ST=Bayern,C=DE,1.2.840.113549.1.9.1=#160161");
        for spelling in [
            "CN=leaf, O=\"A, Inc\", S=Bayern, C=DE, E=a",
            "cn=Leaf,o=A\\2C Inc,st=BAYERN,c=de,EMAILADDRESS=a",
            "CN=leaf;O=A\\,  Inc;ST=Bayern;C=DE;OID.1.2.840.113549.1.9.1=a",
        ] {
            assert_eq!(name(spelling), expected, "{spelling}");
        }
    }

    #[test]
    fn tells_look_alikes_apart() {
        assert_ne!(name("CN=a\\,O=b"), name("CN=a,O=b"));
        assert_ne!(name("CN=a,O=b"), name("O=b,CN=a"));
        assert_ne!(name("CN=a"), name("CN=a,O=b"));
        assert_ne!(name("CN=a"), name("OU=a"));
    }

    #[test]
    fn compares_multi_valued_rdns_as_sets() {
        assert_eq!(name("CN=a+UID=b,O=c"), name("UID=b+CN=a,O=c"));
        assert_ne!(name("CN=a+UID=b,O=c"), name("CN=a,UID=b,O=c"));
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["CN=\\ leaf\\20", "CN=a\\+b\\\\c\\=d", "O=\\#x,C=DE", "CN=M\u{fc}ller"] {
            assert_eq!(name(&name(text).to_string()), name(text), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_name() {
        for text in ["CN", "CN=a,", "CN=\"a", "XYZ=a", "CN=#zz", "CN=a\\"] {
            assert!(DistinguishedName::parse(text).is_err(), "{text}");
        }
    }

    fn der_of(rdns: &[&[(&[u8], &[u8])]]) -> Vec<u8> {
        let pair = |(oid, value): &(&[u8], &[u8])| der::sequence(&[&der::element(der::OID, oid), value]);
        let set = |rdn: &&[(&[u8], &[u8])]| der::element(der::SET, &rdn.iter().map(pair).collect::<Vec<_>>().concat());
        der::element(der::SEQUENCE, &rdns.iter().map(set).collect::<Vec<_>>().concat())
    }

    fn utf8(text: &str) -> Vec<u8> {
        der::element(UTF8_STRING, text.as_bytes())
    }

    #[test]
    fn a_nul_inside_a_value_equals_no_spelling_without_it() {
        const CN: &[u8] = &[0x55, 4, 3];
        let with_nul = DistinguishedName::from_der(&der_of(&[&[(CN, &utf8("bank\0.evil"))]])).expect("a name");
        for text in ["CN=bank", "CN=bank.evil", "CN=bank\\00.evil", "CN=bank .evil"] {
            assert_ne!(name(text), with_nul, "{text}");
        }
        assert_eq!(DistinguishedName::parse(&with_nul.to_string()).expect("read again"), with_nul);
    }

    #[test]
    fn pieces_of_a_name_never_add_up_to_another() {
        for (l, r) in [
            ("CN=ab,O=c", "CN=a,O=bc"),
            ("CN=a+O=b,OU=c", "CN=a,O=b+OU=c"),
            ("CN=a+O=b", "CN=a\\+O\\=b"),
            ("CN=a,CN=a", "CN=a+CN=a"),
            ("OID.1.5=a", "OID.0.5=a"),
            ("CN=#0401ff", "CN=#0402ffff"),
            ("CN=a", "CN=#160161,O=a"),
        ] {
            assert_ne!(name(l), name(r));
        }
        assert!(DistinguishedName::parse("OID.0.45=a").is_err(), "0.45 and 1.5 would be one");
        assert!(DistinguishedName::parse("OID.1.+5=a").is_err());
    }

    /// apache/santuario-xml-security-java#446: old WSS4J and Axis write a dot before an attribute type for which they
    /// have no name.
    #[test]
    fn an_attribute_type_with_a_dot_before_it_is_the_same_one() {
        for (dotted, plain) in [
            (".2.5.4.97=VATES-Q2826004J,O=a", "2.5.4.97=VATES-Q2826004J,O=a"),
            ("CN=a, .2.5.4.97=#130161", "CN=a,OID.2.5.4.97=a"),
        ] {
            assert_eq!(name(dotted), name(plain));
        }
        assert_ne!(name(".2.5.4.97=a"), name("2.5.4.98=a"));
        for broken in ["..2.5.4.97=a", ".CN=a", ".=a", "OID..2.5.4.97=a", ".OID.2.5.4.97=a", "2.5.4.97.=a"] {
            assert!(DistinguishedName::parse(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn attribute_types_made_of_uuids_are_read_and_written() {
        let text = "2.25.42526471472366917043735284166186234=#0c0161";
        assert_eq!(name(text).to_string(), text);
        let too_long = format!("{}=a", "9".repeat(39).replacen('9', "2.25.9", 1));
        assert!(DistinguishedName::parse(&too_long).is_err());
        for oid in [&[0x80, 1][..], &[0x55, 0x80], &[0xFF; 20], &[1; 65], &[]] {
            assert!(DistinguishedName::from_der(&der_of(&[&[(oid, &utf8("a"))]])).is_err(), "{oid:?}");
        }
    }

    #[test]
    fn names_larger_than_any_real_one_are_refused_before_they_are_read() {
        let too_large =
            |result: Result<DistinguishedName, LoadError>| matches!(result, Err(LoadError::TooLarge { .. }));
        let many: Vec<String> = (0..65).map(|n| format!("CN={n}")).collect();
        assert!(too_large(DistinguishedName::parse(&many.join(","))));
        assert!(too_large(DistinguishedName::parse(&many.join("+"))));
        assert!(DistinguishedName::parse(&many[..64].join(",")).is_ok());
        assert!(too_large(DistinguishedName::parse(&format!("CN={}", "a".repeat(4 << 20)))));
        let value = utf8("a");
        let pair: (&[u8], &[u8]) = (&[0x55, 4, 3], &value);
        assert!(too_large(DistinguishedName::from_der(&der_of(&[&[pair; 65]]))));
        let single: &[(&[u8], &[u8])] = &[pair];
        assert!(too_large(DistinguishedName::from_der(&der_of(&[single; 65]))));
        assert!(too_large(DistinguishedName::from_der(&der_of(&[&[(&[0x55, 4, 3], &utf8(&"a".repeat(9_000)))]]))));
    }
}
