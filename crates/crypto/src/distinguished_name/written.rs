//! Writing: a distinguished name in the spelling of RFC 4514, Java or .NET.

use std::fmt;

use wss_text::is_plain;

use super::{Attribute, DistinguishedName, EMAIL, IA5_STRING, SHORT_NAMES, UTF8_STRING, Value};
use crate::der;

impl DistinguishedName {
    /// The name in one spelling, for writing only. Compare names as values, not as strings.
    #[must_use]
    pub fn written(&self, form: NameForm) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _infallible = self.write(form, &mut out);
        out
    }

    fn write(&self, form: NameForm, f: &mut dyn fmt::Write) -> fmt::Result {
        for (index, rdn) in self.rdns.iter().rev().enumerate() {
            if index > 0 {
                f.write_str(form.separator())?;
            }
            for (index, attribute) in rdn.iter().enumerate() {
                if index > 0 {
                    f.write_str(if form.separator() == "," { "+" } else { " + " })?;
                }
                write_attribute(attribute, form, f)?;
            }
        }
        Ok(())
    }
}

/// A spelling of distinguished names, for peers that compare strings instead of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum NameForm {
    /// RFC 4514, with only the short names of its table, as XML Signature asks.
    #[default]
    Rfc4514,
    /// RFC 2253, as OpenSSL's `-nameopt RFC2253` and Java's `getName()` write it.
    Rfc2253,
    /// The form of `toString` of Java's X500Principal: `CN=a, O="b, c", EMAILADDRESS=d`.
    Java,
    /// The form of .NET and WCF: `CN=a, O="b, c", S=d, E=e`.
    Dotnet,
}

impl NameForm {
    const fn separator(self) -> &'static str {
        match self {
            Self::Rfc4514 | Self::Rfc2253 => ",",
            Self::Java | Self::Dotnet => ", ",
        }
    }

    /// The name of an attribute type in this form, if RFC 4514 gives it another name or none.
    fn short_name(self, oid: &[u8]) -> Option<&'static str> {
        const STATE: &[u8] = &[0x55, 4, 8];
        const SERIAL: &[u8] = &[0x55, 4, 5];
        match self {
            Self::Java if oid == EMAIL => Some("EMAILADDRESS"),
            Self::Dotnet if oid == EMAIL => Some("E"),
            Self::Dotnet if oid == STATE => Some("S"),
            Self::Java if JAVA_NAMES.iter().any(|(_, known)| *known == oid) => {
                JAVA_NAMES.iter().find(|(_, known)| *known == oid).map(|(name, _)| *name)
            }
            Self::Java | Self::Dotnet if oid == SERIAL => Some("SERIALNUMBER"),
            _ => SHORT_NAMES.iter().find(|(_, known, written)| *written && *known == oid).map(|(name, ..)| *name),
        }
    }

    fn write_value(self, text: &str, f: &mut dyn fmt::Write) -> fmt::Result {
        match self {
            Self::Rfc4514 => write_escaped(text, "\\20", f),
            Self::Rfc2253 => write_escaped(text, "\\ ", f),
            Self::Java | Self::Dotnet => {
                let special = |c| matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' | '#' | '\n' | '\r');
                // Java escapes blanks, too, if they follow one another.
                let has_blanks = self == Self::Java && text.contains("  ");
                if !text.contains(special) && !has_blanks && text.trim() == text && !text.is_empty() {
                    return f.write_str(text);
                }
                let doubled = match self {
                    Self::Dotnet => text.replace('"', "\"\""),
                    _ => text.replace('\\', "\\\\").replace('"', "\\\""),
                };
                write!(f, "\"{doubled}\"")
            }
        }
    }
}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl fmt::Display for DistinguishedName {
    /// RFC 4514: the most specific RDN is first. Only the short names of its table are used; other types are written as
    /// OID and DER. Characters that a reader could mistake or not see are written as hex pairs of their octets, which
    /// are read back as the same name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(NameForm::default(), &mut HexPairs(f))
    }
}

/// Writes characters that are not plainly visible as hex pairs (RFC 4514 §2.4).
struct HexPairs<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl fmt::Write for HexPairs<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut buffer = [0; 4];
        text.chars().try_for_each(|c| match is_plain(c) {
            true => self.0.write_char(c),
            false => c.encode_utf8(&mut buffer).bytes().try_for_each(|octet| write!(self.0, "\\{octet:02X}")),
        })
    }
}

/// The names that Java has beyond RFC 4514; other types are OIDs, with the value as text.
const JAVA_NAMES: &[(&str, &[u8])] = &[
    ("T", &[0x55, 4, 12]),
    ("SURNAME", &[0x55, 4, 4]),
    ("GIVENNAME", &[0x55, 4, 42]),
    ("INITIALS", &[0x55, 4, 43]),
    ("GENERATION", &[0x55, 4, 44]),
    ("DNQ", &[0x55, 4, 46]),
];

fn write_attribute(attribute: &Attribute, form: NameForm, f: &mut dyn fmt::Write) -> fmt::Result {
    match (form.short_name(&attribute.oid), &attribute.value) {
        (Some(name), Value::Text(text)) => {
            write!(f, "{name}=")?;
            form.write_value(text, f)
        }
        (None, Value::Text(text)) if matches!(form, NameForm::Dotnet | NameForm::Java) => {
            f.write_str("OID.")?;
            write_dotted(&attribute.oid, f)?;
            f.write_str("=")?;
            form.write_value(text, f)
        }
        (_, value) => {
            if form == NameForm::Java {
                f.write_str("OID.")?;
            }
            write_dotted(&attribute.oid, f)?;
            f.write_str("=#")?;
            let der = match value {
                Value::Der(der) => der.clone(),
                Value::Text(text) => {
                    let ia5 = attribute.oid == EMAIL && text.is_ascii();
                    der::element(if ia5 { IA5_STRING } else { UTF8_STRING }, text.as_bytes())
                }
            };
            der.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
        }
    }
}

fn write_dotted(oid: &[u8], f: &mut dyn fmt::Write) -> fmt::Result {
    // No arc of an attribute type has more than 19 groups of seven bits.
    let mut arc = 0u128;
    let mut first = true;
    for octet in oid {
        arc = arc << 7 | u128::from(octet & 0x7F);
        if octet & 0x80 == 0 {
            if first {
                let root = (arc / 40).min(2);
                write!(f, "{root}.{}", arc - root * 40)?;
                first = false;
            } else {
                write!(f, ".{arc}")?;
            }
            arc = 0;
        }
    }
    Ok(())
}

/// RFC 4514 §2.4, with control characters as hex pairs, as XML Signature asks.
fn write_escaped(text: &str, blank: &str, f: &mut dyn fmt::Write) -> fmt::Result {
    let last = text.chars().count().saturating_sub(1);
    for (index, c) in text.chars().enumerate() {
        match c {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' => write!(f, "\\{c}")?,
            '#' if index == 0 => f.write_str("\\#")?,
            ' ' if index == 0 || index == last => f.write_str(blank)?,
            '\0'..='\u{1F}' | '\u{7F}' => write!(f, "\\{:02X}", c as u32)?,
            c => write!(f, "{c}")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{DistinguishedName, NameForm};

    /// One name as OpenSSL, the JDK and .NET print it.
    #[test]
    fn writes_the_spelling_a_peer_compares() {
        use NameForm::{Dotnet, Java, Rfc2253, Rfc4514};
        let name = DistinguishedName::parse("CN= leaf,O=A\\, \\\"Inc\\\",ST=Bayern,C=DE,1.2.840.113549.1.9.1=#160161")
            .expect("a name");
        for (form, expected) in [
            (Rfc4514, "CN=leaf,O=A\\, \\\"Inc\\\",ST=Bayern,C=DE,1.2.840.113549.1.9.1=#160161"),
            (Rfc2253, "CN=leaf,O=A\\, \\\"Inc\\\",ST=Bayern,C=DE,1.2.840.113549.1.9.1=#160161"),
            (Java, "CN=leaf, O=\"A, \\\"Inc\\\"\", ST=Bayern, C=DE, EMAILADDRESS=a"),
            (Dotnet, "CN=leaf, O=\"A, \"\"Inc\"\"\", S=Bayern, C=DE, E=a"),
        ] {
            let written = name.written(form);
            assert_eq!(written, expected, "{form:?}");
            assert_eq!(DistinguishedName::parse(&written).expect("read again"), name);
        }
    }

    /// `toString` of X500Principal in JDK 17 for names that OpenSSL made: Spanish and German qualified certificates.
    #[test]
    fn java_writes_types_without_a_name_as_oids_with_text() {
        for (rfc2253, java) in [
            (
                "1.2.840.113549.1.9.1=#16066140622e6573,CN=ANF AC  dos,2.5.4.5=#130849444345532d3132,\
                 2.5.4.97=#0c0f56415445532d413339323030303139,O=Agencia\\, \\\"X\\\" S.A.,C=ES",
                "EMAILADDRESS=a@b.es, CN=\"ANF AC  dos\", SERIALNUMBER=IDCES-12, OID.2.5.4.97=VATES-A39200019, \
                 O=\"Agencia, \\\"X\\\" S.A.\", C=ES",
            ),
            (
                "CN=x,2.5.4.44=#0c03494949,2.5.4.43=#0c024142,ST=Bay,1.2.840.113549.1.9.2=#160175,2.5.4.41=#0c026e6d,\
                 2.5.4.17=#0c053132333435",
                "CN=x, GENERATION=III, INITIALS=AB, ST=Bay, OID.1.2.840.113549.1.9.2=u, OID.2.5.4.41=nm, \
                 OID.2.5.4.17=12345",
            ),
        ] {
            let name = DistinguishedName::parse(rfc2253).expect("a name");
            assert_eq!(name.written(NameForm::Java), java);
        }
    }
}
