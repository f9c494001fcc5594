//! A signature, read as far as possible: its algorithms need not be supported, nor its values well-formed.

use std::borrow::Cow;

use wss_c14n::{Budget, Canonicalization, CanonicalizationMethod, Element, Limit, base64_encode, name};
use wss_crypto::{DigestMethod, SignatureFamily, SignatureMethod};
use wss_text::{Slice as _, WireText};
use wss_xmldsig::{ATTACHMENT_COMPLETE, ATTACHMENT_CONTENT, ENVELOPED_SIGNATURE, STR_TRANSFORM};

use super::cause::Cause;
use super::spelled::{BASE64_OF_DIGITS, Spelled, spelled};

/// A `ds:Signature` as it is written.
pub(super) struct ReadSignature<'d> {
    pub(super) element: Element<'d>,
    pub(super) signed_info: Option<Element<'d>>,
    /// The identifier of the canonicalisation method, as written; empty if the message has none.
    pub(super) canonicalization_uri: Cow<'d, str>,
    /// The identifier of the signature method, as written; empty if the message has none.
    pub(super) method_uri: Cow<'d, str>,
    pub(super) canonicalization: Option<Canonicalization>,
    /// The method, if it is one that is not retired.
    pub(super) method: Option<SignatureMethod>,
    /// The method that the message says, if it is any.
    pub(super) declared: Option<SignatureMethod>,
    /// The readings of the value: as base64 first.
    pub(super) values: Vec<Spelled>,
    pub(super) key_info: Option<Element<'d>>,
    pub(super) references: Vec<ReadReference<'d>>,
}

/// A `ds:Reference` as it is written.
pub(super) struct ReadReference<'d> {
    pub(super) uri: Option<Cow<'d, str>>,
    pub(super) transforms: Vec<ReadTransform<'d>>,
    pub(super) method_uri: Cow<'d, str>,
    pub(super) method: Option<DigestMethod>,
    /// The digest as text, for people.
    pub(super) shown: WireText,
    /// The readings that have the length of a digest: as base64 first.
    pub(super) digests: Vec<ReadDigest>,
    /// The octets of the first reading, whatever their length; `None` if it is no base64.
    pub(super) octets: Option<Vec<u8>>,
}

/// A reading of a digest value that has the length of a digest, by one of the methods of that length.
pub(super) struct ReadDigest {
    pub(super) octets: Vec<u8>,
    /// A method whose digests have this length.
    pub(super) method: DigestMethod,
    /// The causes if it is not written as it should be.
    pub(super) causes: Vec<Cause>,
}

/// A `ds:Transform` as it is written.
pub(super) struct ReadTransform<'d> {
    pub(super) uri: Cow<'d, str>,
    pub(super) kind: Kind,
}

/// The kind of a transform.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Canonicalization(Canonicalization),
    EnvelopedSignature,
    /// The STR-Transform, with the canonicalisation of the token.
    SecurityTokenReference(Canonicalization),
    Attachment {
        complete: bool,
    },
    Unsupported,
}

impl<'d> ReadSignature<'d> {
    /// Reads a `ds:Signature`, with as many references as the limit allows.
    pub(super) fn read(element: Element<'d>, budget: &Budget) -> Self {
        let signed_info = child(element, "SignedInfo");
        let algorithm = |local| signed_info.and_then(|info| child(info, local)).map(algorithm).unwrap_or_default();
        let canonicalization_uri = algorithm("CanonicalizationMethod");
        let method_uri = algorithm("SignatureMethod");
        let declared = SignatureMethod::from_uri(&method_uri);
        let by = signed_info.and_then(|info| child(info, "CanonicalizationMethod"));
        let value = child(element, "SignatureValue").and_then(|value| value.text().ok());
        let most = budget.limits().size(Limit::SignatureValueOctets);
        Self {
            element,
            signed_info,
            canonicalization: by.and_then(canonicalization),
            method: declared.filter(|method| !method.is_retired()),
            declared,
            canonicalization_uri,
            method_uri,
            values: value.map(|text| spelled(&text, most)).unwrap_or_default(),
            key_info: child(element, "KeyInfo"),
            references: signed_info.map(|info| ReadReference::all(info, budget)).unwrap_or_default(),
        }
    }
}

impl ReadSignature<'_> {
    /// Whether a secret may have made the value: the method says so, or is not known.
    pub(super) fn may_be_mac(&self) -> bool {
        self.declared.is_none_or(|method| method.family() == SignatureFamily::Hmac)
    }
}

impl<'d> ReadReference<'d> {
    /// The references of a `ds:SignedInfo`, as many as the limit allows.
    pub(super) fn all(signed_info: Element<'d>, budget: &Budget) -> Vec<Self> {
        let references = signed_info.children().filter(|child| child.is(name::DS.uri, "Reference"));
        references.take(budget.limits().size(Limit::References)).map(Self::read).collect()
    }

    /// Whether this digest is the one of the message, written as it should be.
    pub(super) fn is_expected(&self, digest: &[u8]) -> bool {
        self.digests.iter().any(|read| read.octets == digest && read.causes.is_empty())
    }

    fn read(element: Element<'d>) -> Self {
        let transforms = child(element, "Transforms").into_iter().flat_map(Element::children).take(8);
        let method_uri = child(element, "DigestMethod").map(algorithm).unwrap_or_default();
        let text = child(element, "DigestValue").and_then(|value| value.text().ok()).unwrap_or_default();
        Self {
            uri: element.attribute("", "URI"),
            transforms: transforms.map(ReadTransform::read).collect(),
            method: DigestMethod::from_uri(&method_uri).filter(|method| !method.is_retired()),
            method_uri,
            shown: text.trim().into(),
            digests: ReadDigest::read(&text),
            octets: spelled(&text, 256).into_iter().next().map(|spelled| spelled.octets),
        }
    }
}

impl ReadDigest {
    fn read(text: &str) -> Vec<Self> {
        let readings = spelled(text, 256).into_iter();
        let of_digest = |cause: Cause| match &cause {
            Cause::ValueEncoding { how } if how.as_str() == BASE64_OF_DIGITS => Cause::HexDigest,
            _ => cause,
        };
        let of_length = |Spelled { octets, causes }: Spelled| {
            let causes: Vec<Cause> = causes.into_iter().map(of_digest).collect();
            // SHA-2 and SHA-3 have digests of the same lengths.
            let methods =
                DigestMethod::ALL.iter().filter(|method| !method.is_retired() && method.output_len() == octets.len());
            let read = |method| Self { octets: octets.clone(), method, causes: causes.clone() };
            methods.map(read).collect::<Vec<_>>()
        };
        readings.flat_map(of_length).collect()
    }

    /// The value as base64 of its octets.
    pub(super) fn base64(&self) -> String {
        base64_encode(&self.octets)
    }
}

impl<'d> ReadTransform<'d> {
    fn read(element: Element<'d>) -> Self {
        let uri = algorithm(element);
        let parameters =
            || element.children().next().and_then(|parameters| child(parameters, "CanonicalizationMethod"));
        let kind = match uri.as_ref() {
            ENVELOPED_SIGNATURE => Kind::EnvelopedSignature,
            ATTACHMENT_CONTENT => Kind::Attachment { complete: false },
            ATTACHMENT_COMPLETE => Kind::Attachment { complete: true },
            STR_TRANSFORM => {
                parameters().and_then(canonicalization).map_or(Kind::Unsupported, Kind::SecurityTokenReference)
            }
            _ => canonicalization(element).map_or(Kind::Unsupported, Kind::Canonicalization),
        };
        Self { uri, kind }
    }

    /// Its identifier, with the list of prefixes.
    pub(super) fn described(&self) -> WireText {
        let prefixes = match &self.kind {
            Kind::Canonicalization(by) | Kind::SecurityTokenReference(by) => by.prefixes(),
            _ => &[],
        };
        let spelled: Vec<&str> =
            prefixes.iter().map(|prefix| if prefix.is_empty() { "#default" } else { prefix }).collect();
        match spelled.is_empty() {
            true => self.uri.as_ref().into(),
            false => format!("{} with the prefixes {}", self.uri, spelled.join(" ")).into(),
        }
    }
}

/// A child of `ds`.
fn child<'d>(element: Element<'d>, local: &str) -> Option<Element<'d>> {
    element.children().find(|child| child.is(name::DS.uri, local))
}

fn algorithm<'d>(element: Element<'d>) -> Cow<'d, str> {
    element.attribute("", "Algorithm").unwrap_or_default()
}

/// A canonicalisation with its list of prefixes, on the element that names it.
fn canonicalization(element: Element<'_>) -> Option<Canonicalization> {
    let method = CanonicalizationMethod::from_uri(&algorithm(element))?;
    let list = element.children().find(|child| child.name().local == "InclusiveNamespaces");
    let list = list.and_then(|list| list.attribute("", "PrefixList")).unwrap_or_default();
    let most = list.char_indices().nth(2_048).map_or(list.len(), |(at, _)| at);
    Some(Canonicalization::new(method).inclusive_prefixes(list.slice(..most)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_read_in_every_spelling() {
        let digest = [0xFB_u8; 32];
        let usual = base64_encode(&digest);
        let url = usual.replace('+', "-").replace('/', "_").replace('=', "");
        let digits = base64_encode("fb".repeat(32).as_bytes());
        for (text, causes) in [(usual, 0), (url, 1), (digits, 1), ("FB".repeat(32), 1)] {
            let read = ReadDigest::read(&text);
            let read = read.iter().find(|read| read.octets == digest).expect("a digest");
            assert_eq!(read.causes.len(), causes, "{text}");
            assert_eq!(read.method.output_len(), 32);
        }
        for other in ["", "AAAA", "é", "=", "A"] {
            assert!(ReadDigest::read(other).is_empty(), "{other}");
        }
    }
}
