//! Subject alternative names (RFC 5280 §4.2.1.6), and certificate policies (§4.2.1.4).

use wss_text::shown;

use crate::der;
use crate::x509::URI;

/// The largest number of names and policies that are kept from a certificate.
const MAX_ENTRIES: usize = 32;
/// `[1]` and `[2] IMPLICIT IA5String`.
const RFC822: u8 = 0x81;
const DNS: u8 = 0x82;

/// Another name of a certificate's subject, as text that its issuer wrote. Other kinds of names are not read.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AlternativeName {
    /// The name of a host.
    Dns(String),
    /// An address of electronic mail.
    Email(String),
    /// A URI.
    Uri(String),
}

impl std::fmt::Debug for AlternativeName {
    /// A name of a certificate is escaped, and cut if it is long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Dns(name) => f.debug_tuple("Dns").field(&shown(name)).finish(),
            Self::Email(name) => f.debug_tuple("Email").field(&shown(name)).finish(),
            Self::Uri(name) => f.debug_tuple("Uri").field(&shown(name)).finish(),
        }
    }
}

/// The names of GeneralNames that are text, of which the first 32 are read; `None` if they are malformed.
pub(crate) fn names(content: &[u8]) -> Option<Vec<AlternativeName>> {
    let mut names = der::Reader::new(content);
    let mut all = Vec::new();
    while !names.is_empty() && all.len() < MAX_ENTRIES {
        let (tag, value) = names.next()?;
        let kind: fn(String) -> AlternativeName = match tag {
            DNS => AlternativeName::Dns,
            RFC822 => AlternativeName::Email,
            URI => AlternativeName::Uri,
            _ => continue,
        };
        // IA5String: ASCII.
        let text = std::str::from_utf8(value).ok().filter(|text| text.is_ascii())?;
        all.push(kind(text.to_owned()));
    }
    Some(all)
}

/// The policies, each as the content octets of its OBJECT IDENTIFIER; `None` if they are malformed.
pub(crate) fn policies(content: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut policies = der::Reader::new(content);
    let mut all = Vec::new();
    while !policies.is_empty() && all.len() < MAX_ENTRIES {
        // Qualifiers may follow.
        all.push(der::Reader::new(policies.expect(der::SEQUENCE)?).expect(der::OID)?.to_vec());
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::{AlternativeName, names, policies};
    use crate::der::{OID, element, sequence};

    #[test]
    fn names_that_are_text_are_read_and_others_passed_over() {
        let dns = element(0x82, b"example.org");
        let mail = element(0x81, b"a@example.org");
        let address = element(0x87, &[127, 0, 0, 1]);
        let content = [dns.clone(), address, mail].concat();
        let found = names(&content).expect("names");
        assert_eq!(
            found,
            [AlternativeName::Dns("example.org".to_owned()), AlternativeName::Email("a@example.org".to_owned())]
        );
        assert_eq!(names(&dns[..dns.len() - 1]), None, "cut");
        assert_eq!(names(&element(0x82, &[0xC3, 0xA9])), None, "not ASCII");
        assert_eq!(names(&dns.repeat(100)).map(|names| names.len()), Some(32));
    }

    #[test]
    fn policies_are_read_with_their_qualifiers_left() {
        let policy = sequence(&[&element(OID, &[0x2A, 3]), &sequence(&[])]);
        assert_eq!(policies(&policy.repeat(2)), Some(vec![vec![0x2A, 3]; 2]));
        assert_eq!(policies(&element(OID, &[0x2A, 3])), None, "no sequence");
    }
}
