//! Errors of tokens and of references to tokens. Those of trust are in `trust_error`.

use std::time::{Duration, SystemTime};

use thiserror::Error;
use wss_c14n::{Exceeded, LeafError};
use wss_crypto::LoadError;
use wss_text::{WireText, seconds};
use wss_xmldsig::{SignatureError, VerifyError};

use crate::assertion_error::AssertionError;
use crate::assertion_span::AssertionSpan;
use crate::assertion_type::is_assertion_type;
use crate::trust_error::TrustError;
use crate::written_instant::format_instant;

/// Why a token or a reference to one was not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TokenError {
    /// *Malformed.* The structure is not the one of its profile.
    #[error(transparent)]
    Structure(#[from] LeafError),
    /// *Malformed.* The certificate in a token cannot be read.
    #[error("the certificate of the token: {0}")]
    Certificate(#[from] LoadError),
    /// *Refused.* A token type or reference form that is not supported.
    #[error(
        "{uri:?} is not a supported token or reference type: have the peer write the type that its token profile has"
    )]
    Unsupported {
        /// The identifier, or the name of the element.
        uri: WireText,
    },
    /// *Refused or malformed.* The name of a certificate or a key cannot be read.
    #[error("the reference to the key: {0}")]
    KeyInfo(Box<SignatureError>),
    /// *Malformed.* An encoding other than base64.
    #[error(
        "encoding {uri:?} is not supported: have the peer write {}base64, and the identifier that ends in #Base64Binary",
        if uri.as_str().ends_with("HexBinary") { "the octets not in hexadecimal but in " } else { "" }
    )]
    Encoding {
        /// The identifier.
        uri: WireText,
    },
    /// *Malformed.* A `wsse:Nonce` without octets, which would make all tokens of one instant and password the same.
    #[error("wsse:Nonce is empty: have the peer send 16 random octets, or leave it out beside a password in text")]
    EmptyNonce,
    /// *Malformed.* The type or the encoding of a token is absent or a name in place of an identifier.
    #[error(
        "the binary token is of type {value_type:?} in the encoding {encoding:?}, where the identifiers that end in #X509v3 and \
         #Base64Binary belong: have the peer write them, or call `accept_token_types_by_name` if the token is a certificate"
    )]
    ByName {
        /// Its `ValueType`; empty if it has none.
        value_type: WireText,
        /// Its `EncodingType`.
        encoding: WireText,
    },
    /// *Malformed.* A token holds another kind of certificates than its type says.
    #[error(
        "the binary token is of type {stated:?}, and what it holds is of type {held:?}: have the peer write that, or call \
         `accept_token_types_by_name`"
    )]
    OtherContent {
        /// Its `ValueType`.
        stated: &'static str,
        /// The type of the certificates that it holds.
        held: &'static str,
    },
    /// *Malformed.* A PKIPath does not have the certificate of its signer last (X.509 §7.7, X.509 Token Profile §3.1).
    #[error(
        "the PKIPath of the token ends with {last:?}, which issued {issued:?} before it: have the peer write the path from the \
         authority down, with the certificate of its signer last"
    )]
    PathOrder {
        /// The subject of its last certificate.
        last: WireText,
        /// The subject of another certificate, which the last one issued.
        issued: WireText,
    },
    /// *Malformed.* The type in the reference is another type of certificates than that of the token.
    #[error(
        "the reference expects a token of type {expected:?}, and the token is of type {actual:?}: have the peer write the same \
         type in both, or call `accept_token_types_by_name`"
    )]
    OtherType {
        /// The type in the reference.
        expected: WireText,
        /// The type of the token.
        actual: &'static str,
    },
    /// *Malformed.* The ValueType of a reference is not its TokenType.
    #[error(
        "the reference has the ValueType {value_type:?} and the TokenType {token_type:?}: have the peer write one type in both{}",
        if [value_type, token_type].iter().all(|uri| is_assertion_type(uri.as_str())) {
            ", or call `accept_token_types_by_name`"
        } else {
            ""
        }
    )]
    TwoTypes {
        /// `@ValueType`.
        value_type: WireText,
        /// `@wsse11:TokenType`.
        token_type: WireText,
    },
    /// *Malformed.* A token or a reference holds PEM, with its lines BEGIN and END, or base64 of that, and it is not that of one
    /// certificate.
    #[error("the token holds PEM that is not one certificate: have the peer send one, in base64 without BEGIN and END")]
    Armour,
    /// *Malformed.* The type in the reference is not the type of the token.
    #[error(
        "the reference expects a token of type {expected:?}{}",
        if is_type_by_name(expected.as_str()) {
            ", which is a name and no identifier of a profile: have the peer write the identifier, which ends in # and that \
             name, or call `accept_token_types_by_name`"
        } else {
            ", and the token is of another: have the peer write the type of the token"
        }
    )]
    TypeMismatch {
        /// The type in the reference.
        expected: WireText,
    },
    /// *Malformed.* The message does not contain the target of a reference.
    #[error(
        "reference {uri:?} names no token of the Security header that can be used there: have the peer put the token into the header, with \
         this Id"
    )]
    Dangling {
        /// The reference.
        uri: WireText,
    },
    /// *Malformed.* A reference precedes its token (BSP R5205).
    #[error("reference {uri:?} points forward: have the peer put the token first, or call `accept_forward_references`")]
    Forward {
        /// The reference.
        uri: WireText,
    },
    /// *Refused.* A reference to something that is neither in the message nor known to the receiver. Nothing is ever
    /// fetched.
    #[error("reference {uri:?} leads out of the message to something this receiver does not know")]
    Elsewhere {
        /// The target of the reference.
        uri: WireText,
    },
    /// *Refused.* A `wsc:Nonce` on a reference means an implied derived key. Without the nonce, another key would be used.
    #[error(
        "the reference implies a derived key: have the peer send a wsc:DerivedKeyToken, or call \
         `accept_implied_derived_keys`"
    )]
    ImpliedDerivedKey,
    /// *Malformed.* The type of a `wsse:KeyIdentifier` is absent, a name, or another URI that ends like an identifier.
    #[error(
        "the wsse:KeyIdentifier has {}: have the peer write the identifiers of the profile, or call `accept_token_types_by_name`",
        match value_type.as_str() {
            "" => "no ValueType, which says whether it is the subject key identifier of a certificate or the Id of an assertion".to_owned(),
            _ => format!("the ValueType {value_type:?} or an EncodingType that is no identifier of the profile"),
        }
    )]
    IdentifierByName {
        /// Its `ValueType`; empty if it has none.
        value_type: WireText,
    },
    /// *Malformed.* An item of a `ds:X509Data` names a key of the receiver, if it is read in hexadecimal.
    #[error(
        "ds:X509Data names the key in hexadecimal: have the peer write {right}, or call `accept_hexadecimal_identifiers`"
    )]
    HexadecimalItem {
        /// The right value for that place: the serial number in decimal, or base64.
        right: WireText,
    },
    /// *Malformed.* The value of a `wsse:KeyIdentifier` is in hexadecimal.
    #[error(
        "the wsse:KeyIdentifier is in hexadecimal: have the peer write base64 of the octets, or call \
         `accept_hexadecimal_identifiers`"
    )]
    Hexadecimal,
    /// *Malformed.* A `wsse:KeyIdentifier` of type `#ThumbprintSHA1` with a digest by another method.
    #[error(
        "the wsse:KeyIdentifier of type #ThumbprintSHA1 has {octets} octets, as {} has, where SHA-1 has 20: have the peer write \
         SHA-1, or call `accept_token_types_by_name`",
        name.replace("SHA", "SHA-")
    )]
    OtherThumbprint {
        /// Its octets.
        octets: usize,
        /// The digest method with values of this length, as in `SHA256`.
        name: &'static str,
    },
    /// *Malformed.* The value of a `wsse:KeyIdentifier` that is SHA-1 of something has another length.
    #[error(
        "the wsse:KeyIdentifier has {octets} octets{} where SHA-1 has 20: have the peer write SHA-1, or refer to its key in another \
         way",
        if *octets == 32 { ", as SHA-256 has," } else { "" }
    )]
    NotSha1 {
        /// Its octets.
        octets: usize,
    },
    /// *Malformed.* References to the key in another shape than that of the profile.
    #[error(
        "ds:KeyInfo has {what}, where one wsse:SecurityTokenReference with one reference belongs: have the peer write \
         that, or call `accept_key_info_of_other_shapes`"
    )]
    KeyInfoShape {
        /// The content of the `ds:KeyInfo`, in words.
        what: WireText,
    },
    /// *Malformed.* A reference to the key of a signature without `ds:KeyInfo` around it.
    #[error(
        "the ds:Signature has a wsse:SecurityTokenReference without ds:KeyInfo around it: have the peer write ds:KeyInfo, or \
         call `accept_key_info_of_other_shapes`"
    )]
    NoKeyInfo,
    /// *Refused.* A derived key outside the bounds, or of an algorithm that is not supported.
    #[error("the derived key is refused: {0}")]
    DerivedKey(&'static str),
    /// *Refused.* A `wsse:Password` of a type that no profile has, so that nothing says how to check it.
    #[error(
        "the Type of the wsse:Password is {uri:?}, which is of no profile: have the peer send the password as text or as a digest, with \
         the identifier that ends in #PasswordText or #PasswordDigest"
    )]
    PasswordType {
        /// Its `Type`.
        uri: WireText,
    },
    /// *Refused.* A username token whose key parameters are outside the bounds.
    #[error("the key of the username token is refused: {0}")]
    PasswordKey(&'static str),
    /// *Refused or malformed.* A SAML assertion that is not accepted.
    #[error("the assertion is refused: {0}")]
    Assertion(&'static str),
    /// *Refused or malformed.* An assertion whose shape, issuer or audience is not accepted.
    #[error(transparent)]
    AssertionRefused(#[from] AssertionError),
    /// *Refused.* A span of time that an assertion states is over.
    #[error(
        "the assertion is refused: {what} ended at {}, and it is now {}, where clocks may differ by {}: {}",
        format_instant(*ended), format_instant(*now), seconds(*skew), what.way_out()
    )]
    AssertionOver {
        /// The span of time that is over.
        what: AssertionSpan,
        /// The time at which it ended.
        ended: SystemTime,
        /// The time of the receiver's clock.
        now: SystemTime,
        /// The largest difference between clocks that is accepted.
        skew: Duration,
    },
    /// *Refused.* A span of time that an assertion states has not begun.
    #[error(
        "the assertion is refused: {what} begins at {}, and it is now {}, where clocks may differ by {}: check the clocks, or \
         raise the clock skew of `window`",
        format_instant(*begins), format_instant(*now), seconds(*skew)
    )]
    AssertionEarly {
        /// The span of time that has not begun.
        what: AssertionSpan,
        /// The time at which it begins.
        begins: SystemTime,
        /// The time of the receiver's clock.
        now: SystemTime,
        /// The largest difference between clocks that is accepted.
        skew: Duration,
    },
    /// *Failed.* The issuer's signature on an assertion does not verify.
    #[error("the signature of the assertion: {0}")]
    AssertionSignature(Box<VerifyError>),
    /// *Failed.* The certificate of an assertion's issuer is not trusted to issue.
    #[error("{}", of_issuer(.0))]
    AssertionTrust(Box<TrustError>),
    /// *Refused.* The token exceeds a limit.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// *Malformed.* Not exactly one certificate of a bag is an end entity.
    #[error(
        "the PKCS#7 token has no one end-entity certificate: have the peer send a PKIPath, or its certificate alone"
    )]
    Bag,
    /// *Refused.* A version 1 certificate, which does not say what it may be used for.
    #[error(
        "the token carries a version 1 certificate: have the peer renew it, or call \
         `accept_x509_version_1_for_legacy_use_only`, and pin it or call `Trust::accept_certificates_of_version_1`"
    )]
    Version1,
    /// *Malformed.* An instant that is not `YYYY-MM-DDThh:mm:ss[.f]Z`.
    #[error(
        "{} is not a UTC instant: write it as 2026-01-31T12:00:00Z",
        match of.as_str() {
            "" => format!("{text:?}"),
            of => format!("{of} is {text:?}, which"),
        }
    )]
    Instant {
        /// The element or attribute that has the text, as in `wsu:Created`; empty if the text is of no message.
        of: WireText,
        /// The text.
        text: WireText,
    },
    /// *Malformed.* A timestamp that expires before it is created, or at the same instant.
    #[error(
        "the timestamp expires at {}, which is not after it was created at {}: have the peer write an Expires after its \
         Created, both in UTC",
        format_instant(*expires), format_instant(*created)
    )]
    ExpiresBeforeCreated {
        /// `wsu:Created`.
        created: SystemTime,
        /// `wsu:Expires`.
        expires: SystemTime,
    },
    /// *Malformed.* An element of a timestamp that is not one of the schema, or Created behind Expires (BSP R3222, R3221).
    #[error(
        "wsu:Timestamp has no place for {name:?}: have the peer write wsu:Created, then wsu:Expires and nothing else, or \
         call `accept_timestamps_of_other_shapes`"
    )]
    ChildOfTimestamp {
        /// The element.
        name: WireText,
    },
    /// *Malformed.* An instant of a timestamp in another namespace.
    #[error(
        "wsu:Timestamp has {name:?}, which is not in the namespace of wsu:Timestamp: have the peer write it there, or call \
         `accept_fields_in_other_namespaces`"
    )]
    TimeInOtherNamespace {
        /// The element.
        name: WireText,
    },
}

impl From<SignatureError> for TokenError {
    fn from(error: SignatureError) -> Self {
        match error {
            SignatureError::Structure(error) => Self::Structure(error),
            SignatureError::Limit(exceeded) => Self::Limit(exceeded),
            other => Self::KeyInfo(Box::new(other)),
        }
    }
}

impl From<TrustError> for TokenError {
    fn from(error: TrustError) -> Self {
        match error {
            TrustError::Exceeded(exceeded) => Self::Limit(exceeded),
            other => Self::AssertionTrust(Box::new(other)),
        }
    }
}

impl From<VerifyError> for TokenError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Limit(exceeded) => Self::Limit(exceeded),
            other => Self::AssertionSignature(Box::new(other)),
        }
    }
}

/// The error for an issuer that is not trusted. Advice about anchors of signers does not fit: trust in signers and
/// trust in issuers are separate.
fn of_issuer(error: &TrustError) -> String {
    match error {
        TrustError::NoPath { subject, .. } => format!(
            "{subject:?} signed the assertion, and is none of its issuers: name this certificate with `AssertionTrust::issuer`, \
             if it may issue under that name"
        ),
        error => format!("the issuer of the assertion: {error}"),
    }
}

/// Whether a type of a token is a name, as in `wsse:X509v3`, and no absolute identifier.
fn is_type_by_name(written: &str) -> bool {
    !written.contains("//") && !written.starts_with("urn:") && !written.is_empty()
}
