//! Errors of signatures.

use thiserror::Error;
use wss_c14n::{CanonicalizationMethod, CanonicalizeError, Exceeded, LeafError};
use wss_crypto::{CryptoError, DigestMethod, KeyKind, LoadError, SignatureMethod};
use wss_text::{WireText, after_cid, nearest_identifier};
use wss_xpath::XPathError;

use crate::algorithm_role::AlgorithmRole;

/// Why a `ds:Signature` was not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// *Malformed.* The structure is not that of XML Signature §4.
    #[error(transparent)]
    Structure(#[from] LeafError),
    /// *Refused.* An algorithm or transform that is not supported.
    #[error("the {role} {uri:?} is not supported{}: have the peer use one that is, such as {}", near_algorithm(uri), role.usual())]
    UnknownAlgorithm {
        /// What it is for.
        role: AlgorithmRole,
        /// The identifier.
        uri: WireText,
    },
    /// *Refused.* XSLT is never run, under no policy (BSP R5423).
    #[error("XSLT is refused: it runs a program of the sender; have the document signed without it")]
    Xslt,
    /// *Refused.* A MAC must not be truncated (BSP R5401).
    #[error(
        "ds:HMACOutputLength says that the MAC was cut, so that it proves less: have the peer send the whole MAC and leave that \
         out; only in a document, `AlgorithmPolicy::admit_truncated_macs_for_legacy_use_only` takes half of it and more"
    )]
    TruncatedMac,
    /// *Refused.* RSASSA-PSS has another digest of its mask than that of the message, or a salt that is not as long as the
    /// digest.
    #[error(
        "RSA-PSS has another digest for its mask than for the message, or a salt that is not as long as the digest: have the peer \
         use a method without parameters, such as sha256-rsa-MGF1; only in a document, \
         `AlgorithmPolicy::admit_other_pss_parameters_for_legacy_use_only` accepts them"
    )]
    OtherPss,
    /// *Refused.* A MAC is cut to less than half of it, or to less than 128 bits.
    #[error(
        "the MAC is cut to {bits} bits, where {least} are the least: have the peer leave ds:HMACOutputLength out; only in an old \
         document, `AlgorithmPolicy::dangerous_admit_macs_cut_to` takes fewer, 40 at least"
    )]
    ShortMac {
        /// The bits that `ds:HMACOutputLength` says.
        bits: u64,
        /// The least that are accepted in a document.
        least: u64,
    },
    /// *Malformed.* `ds:HMACOutputLength` says another length than the value has.
    #[error("ds:HMACOutputLength says {said} bits, and ds:SignatureValue has {found}: have the peer write the same")]
    MacLength {
        /// The bits that `ds:HMACOutputLength` says.
        said: u64,
        /// The bits of the value.
        found: u64,
    },
    /// *Refused.* A name in `ds:X509Data` that no certificate has.
    #[error("ds:X509Data: {0}")]
    KeyInfo(#[from] LoadError),
    /// *Malformed.* A `ds:X509SerialNumber` is no serial number of a certificate.
    #[error(
        "the ds:X509IssuerSerial of issuer {issuer:?} has the serial number {serial:?}, and not an integer of at most 20 octets (RFC \
         5280): have the peer write the serial number of the certificate in decimal"
    )]
    SerialNumber {
        /// The name of the issuer, as written.
        issuer: WireText,
        /// The serial number, as written.
        serial: WireText,
    },
    /// *Malformed.* A `ds:X509Certificate` holds PEM, with its lines BEGIN and END, or base64 of that, and it is not that of one
    /// certificate.
    #[error(
        "ds:X509Certificate holds PEM that is not one certificate: have the peer send one, in base64 without BEGIN and END"
    )]
    Armour,
    /// *Malformed.* A `ds:RetrievalMethod` or `dsig11:KeyInfoReference` leads back to itself.
    #[error(
        "the key information at {uri:?} leads back to itself: have the peer write the key or its certificate there"
    )]
    KeyCircle {
        /// The URI.
        uri: WireText,
    },
    /// *Malformed.* The target of a `ds:RetrievalMethod` is no document.
    #[error("what a ds:RetrievalMethod leads to cannot be read: {why}")]
    Unread {
        /// The error of the document.
        why: WireText,
    },
    /// *Malformed.* A digest value has another length than its algorithm produces.
    #[error(
        "ds:DigestValue of {uri:?} {}, where its ds:DigestMethod, {}, has {}: {}",
        lengthy(*octets), method.name(), method.output_len(), advice_on_length(*octets)
    )]
    DigestLength {
        /// The reference.
        uri: WireText,
        /// The octets of its digest value.
        octets: usize,
        /// Its digest method.
        method: DigestMethod,
    },
    /// *Malformed.* A digest value is not base64 of the octets of the digest, but of something that spells them.
    #[error("ds:DigestValue of {uri:?} is {written}: have the peer write base64 of the octets of the digest, once")]
    DigestSpelling {
        /// The reference.
        uri: WireText,
        /// The form of its digest value.
        written: &'static str,
    },
    /// *Malformed.* `ds:SignedInfo` without a `ds:Reference`.
    #[error("the signature has no ds:Reference: it signs nothing; have the peer refer to what it signs")]
    NoReference,
    /// *Refused.* The signature exceeds a limit.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// *Malformed.* A parameter does not belong to its algorithm.
    #[error(
        "the parameters of {uri:?} are not supported: have the peer leave them out, or write those that its specification has"
    )]
    Parameters {
        /// The algorithm.
        uri: WireText,
    },
    /// *Malformed.* An exclusive canonicalisation has another parameter than `ec:InclusiveNamespaces` (Exclusive XML
    /// Canonicalization §4).
    #[error(
        "the exclusive canonicalisation has the parameter {found}, and its only one is {{{}}}InclusiveNamespaces: have the peer write \
         that, in this namespace, once, or leave it out",
        wss_c14n::name::EC.uri
    )]
    OtherParameter {
        /// The expanded name of the parameter.
        found: WireText,
    },
    /// *Malformed.* An STR-Transform does not say how its token is canonicalised (BSP R3065).
    #[error(
        "the STR-Transform has no wsse:TransformationParameters with one ds:CanonicalizationMethod alone, which says how the token is \
         canonicalised: have the peer write it"
    )]
    NoTokenCanonicalization,
}

/// Why a signature does not verify.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// *Malformed.* The signature is not well-formed.
    #[error(transparent)]
    Malformed(#[from] SignatureError),
    /// *Refused.* The policy does not admit an algorithm the signature uses.
    #[error(
        "algorithm {uri:?} is not admitted: admit it with `AlgorithmPolicy::admit_uri` if the peer cannot do better"
    )]
    NotAdmitted {
        /// The identifier.
        uri: &'static str,
    },
    /// *Refused.* The algorithm, or a key of this size, is broken.
    #[error(
        "{what} is retired, and proves nothing about who signed: sign anew; only in an old document, `dangerous_admit_retired` reads it"
    )]
    Retired {
        /// The identifier of the algorithm, or the key.
        what: &'static str,
    },
    /// *Refused.* The key is weaker than the policy admits.
    #[error(
        "the signing key is too weak: {}; have the peer take a stronger one, or admit it with \
         `AlgorithmPolicy::admit_weak_keys_for_legacy_use_only`",
        weakness(*key)
    )]
    WeakKey {
        /// The kind of the key.
        key: KeyKind,
    },
    /// *Failed.* The key cannot run the signature method.
    #[error(
        "the key cannot run the signature method: have the peer name the method of its key, or refer to the key that signed"
    )]
    KeyMismatch,
    /// *Failed.* `ds:SignatureValue` does not verify. Deliberately without a cause.
    #[error("signature value does not verify")]
    SignatureMismatch,
    /// *Refused.* The value of an ECDSA signature is an ASN.1 sequence, or its numbers have other leading zeros: not r and s,
    /// each as wide as the curve (XML Signature 1.1 §6.4.3).
    #[error(
        "the ECDSA value is not r and s as wide as the curve, but an ASN.1 sequence, longer or shorter: have it written as XML \
         Signature says, or call `accept_other_ecdsa_values`"
    )]
    EcdsaValue,
    /// *Malformed.* A reference has no target, or one that is not dereferenced here.
    #[error(
        "reference {uri:?} cannot be dereferenced: {}",
        if uri.as_str().starts_with("#xpointer(id(") {
            "no element has this Id in an attribute that is known to be an Id, such as wsu:Id and xml:id; in a document, \
             `SameDocument::with_id_attributes` reads other attributes; in a message XPointers are not followed: have the peer write \
             `#` and the Id alone"
        } else if uri.as_str().starts_with('#') && uri.as_str().contains('(') {
            "an XPointer is not followed here: have the peer write `#` and the Id alone"
        } else if after_cid(uri.as_str()).is_some() {
            "no attachment has this Content-ID: give the whole MIME message, with the header that has its Content-Type, or have the \
             peer send what it signed"
        } else if uri.as_str().starts_with('#') {
            "no element has this Id in an attribute that is one without its schema (wsu:Id, xml:id, and those of signatures, \
             encryption and SAML): have the peer write it there; in a document, `SameDocument::with_id_attributes` reads other \
             attributes"
        } else {
            "the caller gave nothing for it; elements of the same document are named by `#` and their Id"
        }
    )]
    Dereference {
        /// The reference.
        uri: WireText,
    },
    /// *Malformed.* A reference with an STR-Transform leads to a `wsse:SecurityTokenReference` whose token is not there.
    #[error(
        "reference {uri:?} is to a token by its wsse:SecurityTokenReference, and that names no token that is here: have the peer send \
         the token, or sign the reference alone, without the STR-Transform"
    )]
    TokenAbsent {
        /// The reference.
        uri: WireText,
    },
    /// *Malformed.* A reference that is not to an attachment has a transform of attachments.
    #[error(
        "reference {uri:?} has a transform of attachments, and is not to one: have the peer name the attachment by the URL of its \
         Content-ID, as in cid:a@b, or canonicalise the element"
    )]
    NotAnAttachment {
        /// The reference.
        uri: WireText,
    },
    /// *Refused.* A reference to something outside, which is never fetched (XML Signature Best Practices, best practice 5).
    #[error(
        "reference {uri:?} leads outside, and nothing is fetched: give what it means by `Dereference::external`; on the command \
         line, --map URI=FILE names it, and --base is where files are read"
    )]
    NotFetched {
        /// The reference.
        uri: WireText,
    },
    /// *Refused.* A reference without a URI, and the application gave no data for it (XML Signature 1.1 §4.4.3.1).
    #[error(
        "a reference has no URI, and the application must know what it means: give it by `Dereference::external`; on the \
         command line, --map =FILE"
    )]
    Unnamed,
    /// *Malformed or refused.* An expression of XPath, in a transform or an XPointer.
    #[error("reference {uri:?}: {error}")]
    XPath {
        /// The reference.
        uri: WireText,
        /// The error of the expression.
        error: Box<XPathError>,
    },
    /// *Malformed or refused.* The path in a filter of XPath Filter 2.0 does not name one element.
    #[error(
        "the XPath {path:?} does not name exactly one element by the names and positions of children from the root, as in \
         /s:Envelope/s:Body/p:Order[2]: have the peer write that, or give the element an Id and refer to it"
    )]
    ChildPath {
        /// The expression.
        path: WireText,
    },
    /// *Refused.* The filters of every reference leave nothing: such a signature fits every document of which they
    /// leave nothing.
    #[error(
        "reference {uri:?} selects nothing, and no other one covers anything, so the signature says nothing about the document: the sender must sign something that is there"
    )]
    NothingSelected {
        /// The first reference.
        uri: WireText,
    },
    /// *Malformed.* The base64 transform is applied to data that is not base64.
    #[error(
        "the base64 transform of reference {uri:?} gets something that is not base64: have the peer leave that transform out"
    )]
    Base64 {
        /// The reference.
        uri: WireText,
    },
    /// *Refused.* A chain of transforms is not on the closed list.
    #[error(
        "the transforms of reference {uri:?} are refused, since together they are none of the chains that are known: have the peer send \
         one canonicalisation, after enveloped-signature or base64 if it needs them"
    )]
    Transform {
        /// The reference.
        uri: WireText,
    },
    /// *Failed.* The transformed octets do not digest to `ds:DigestValue` (XML Signature §3.2.1).
    #[error("digest of {uri:?} does not match")]
    DigestMismatch {
        /// The reference.
        uri: WireText,
    },
    /// *Refused.* The signature asks for more work than is left of the budget.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// *Malformed.* The canonical form of the referenced data is undefined.
    #[error(transparent)]
    Canonicalize(CanonicalizeError),
}

impl From<CanonicalizeError> for VerifyError {
    fn from(error: CanonicalizeError) -> Self {
        match error {
            CanonicalizeError::Limit(exceeded) => Self::Limit(exceeded),
            other => Self::Canonicalize(other),
        }
    }
}

impl From<CryptoError> for VerifyError {
    fn from(error: CryptoError) -> Self {
        match error {
            CryptoError::KeyMismatch => Self::KeyMismatch,
            _ => Self::SignatureMismatch,
        }
    }
}

/// Why a signature was not made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignError {
    /// *Misuse.* The data to be signed cannot be canonicalised.
    #[error(transparent)]
    Canonicalize(#[from] CanonicalizeError),
    /// *Misuse or failure.* The key cannot run the method, or its holder gave no signature.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// *Misuse.* The Id to be referenced is not in the document.
    #[error("no element has the Id {id:?}: give the element to be signed an Id")]
    NoSuchId {
        /// The Id.
        id: WireText,
    },
    /// *Misuse.* The document has no element at the chosen place of the signature, or would not be well-formed with it.
    #[error("the document has no place for the signature: name an element of it with `place`")]
    NoPlace,
    /// *Misuse.* The prefix is no name.
    #[error("{prefix:?} is no prefix: give a name without a colon, or an empty one for the default namespace")]
    Prefix {
        /// The prefix.
        prefix: WireText,
    },
}

/// The weakness of a key, in words.
fn weakness(key: KeyKind) -> String {
    match key {
        KeyKind::Rsa { bits, .. } | KeyKind::RsaPss { bits, .. } if bits < 2_048 => {
            format!("an RSA key of {bits} bits, where 2048 are the least")
        }
        KeyKind::Rsa { .. } | KeyKind::RsaPss { .. } => {
            "an RSA key whose public exponent is below 65537, which is the least".to_owned()
        }
        KeyKind::Dsa { bits, subgroup_bits } => {
            format!("a DSA key of {bits} and {subgroup_bits} bits, where 2048 and 224 are the least")
        }
        KeyKind::Ec(curve) => format!("an EC key on the legacy curve {curve:?}"),
        other => format!("a key of the kind {other:?}"),
    }
}

/// The known identifier of which an unknown one is a misspelling, among all that a signature can have.
fn near_algorithm(uri: &WireText) -> String {
    let signatures = SignatureMethod::ALL.iter().map(SignatureMethod::uri);
    let digests = DigestMethod::ALL.iter().map(DigestMethod::uri);
    let transforms = CanonicalizationMethod::ALL.into_iter().map(CanonicalizationMethod::uri);
    nearest_identifier(uri.as_str(), signatures.chain(digests).chain(transforms))
}

/// What the peer should do about a digest value of a wrong length.
const fn advice_on_length(octets: usize) -> &'static str {
    match octets {
        0 => "the template of the signature was not filled in; have the peer sign the message before it sends it",
        _ => "have the peer write the digest of that method, or name the method of its digest",
    }
}

/// The length of a digest value, with the digest methods that have it.
fn lengthy(octets: usize) -> String {
    if octets == 0 {
        return "is empty".to_owned();
    }
    let fitting: Vec<&str> =
        DigestMethod::ALL.iter().filter(|method| method.output_len() == octets).map(|method| method.name()).collect();
    match fitting[..] {
        [] => format!("has {octets} octets, as no digest here has"),
        _ => format!("has {octets} octets, as {} has", fitting.join(" or ")),
    }
}
