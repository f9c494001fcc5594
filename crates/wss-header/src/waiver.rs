//! Waivers: what a receiver was told to accept beyond its strict default.
//!
//! Each public call that weakens the default has its waiver here, with its row: a word for programs and a sentence for
//! the log. A receiver holds the set of those that its calls gave it. `tests/waivers.rs` goes through the public calls
//! and fails for one that is neither here nor listed there as harmless.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use wss_c14n::Limit;

use crate::window::{CLOCK_SKEW, MAX_AGE};

/// A safety rule that the receiver was told to waive. Its Display is a sentence for the log; [`Waiver::word`] is for
/// programs.
///
/// ```
/// use wss_header::Waiver;
///
/// assert_eq!(Waiver::NoReplayCache.word(), "no-replay-cache");
/// assert_eq!(Waiver::NoReplayCache.to_string(), "no replay cache is used: a message can be delivered again");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Waiver {
    /// [`Receiver::open_unsigned`](crate::Receiver::open_unsigned).
    UnsignedBody,
    /// [`Requirements::dangerous_anonymous`](crate::Requirements::dangerous_anonymous).
    AnonymousSender,
    /// The requirements do not name [`Part::Timestamp`](crate::Part::Timestamp).
    NoSignedTimestamp,
    /// [`DangerousNoReplayCache`](crate::DangerousNoReplayCache), or a cache of the application that remembers nothing.
    NoReplayCache,
    /// [`Receiver::window`](crate::Receiver::window) with more than 300 seconds of age or 60 of skew.
    WideWindow {
        /// How old a message may be.
        max_age: Duration,
        /// How far clocks may differ.
        clock_skew: Duration,
    },
    /// Certificates are trusted below anchors, and no revocation list was given.
    NoRevocationCheck,
    /// [`Revocation::EndEntity`](wss_tokens::Revocation::EndEntity).
    EndEntityRevocationOnly,
    /// [`Revocation::UnknownIsGood`](wss_tokens::Revocation::UnknownIsGood).
    UnknownRevocationIsGood,
    /// Lists were given, but none covers a certificate of this message or an authority on its path: the certificate is
    /// pinned, or the receiver was told to accept that.
    RevocationNotTold,
    /// Certificates are trusted below anchors, and [`Trust::extended_key_usage`](wss_tokens::Trust::extended_key_usage)
    /// was not called.
    AnyExtendedKeyUsage,
    /// [`Trust::dangerous_unchecked_anchors`](wss_tokens::Trust::dangerous_unchecked_anchors).
    UncheckedAnchors,
    /// [`SignerRule::AnyBelowTheAnchors`](wss_tokens::SignerRule::AnyBelowTheAnchors).
    AnySignerBelowTheAnchors,
    /// An algorithm outside the modern set, admitted by name.
    Algorithm {
        /// Its identifier.
        uri: &'static str,
    },
    /// RSA keys of 1,024 bits and small exponents.
    WeakKeys,
    /// [`Receiver::dangerous_decrypt_cbc_before_verification`](crate::Receiver::dangerous_decrypt_cbc_before_verification).
    CbcBeforeVerification,
    /// [`Receiver::dangerous_accept_cbc_under_unsigned_keys`](crate::Receiver::dangerous_accept_cbc_under_unsigned_keys).
    CbcUnderUnsignedKeys,
    /// [`Receiver::dangerous_accept_unsigned_namespaces_of_plaintext`](crate::Receiver::dangerous_accept_unsigned_namespaces_of_plaintext).
    UnsignedNamespacesOfPlaintext,
    /// [`Receiver::accept_untold_absence_of_default_namespace`](crate::Receiver::accept_untold_absence_of_default_namespace).
    UntoldAbsenceOfDefaultNamespace,
    /// [`Receiver::accept_one_key_to_sign_and_encrypt`](crate::Receiver::accept_one_key_to_sign_and_encrypt).
    OneKeyToSignAndEncrypt,
    /// [`Receiver::dangerous_accept_either_direction`](crate::Receiver::dangerous_accept_either_direction).
    EitherDirection,
    /// [`Receiver::accept_ciphertext_for_others`](crate::Receiver::accept_ciphertext_for_others).
    CiphertextForOthers,
    /// [`Receiver::accept_short_secrets_for_legacy_use_only`](crate::Receiver::accept_short_secrets_for_legacy_use_only).
    ShortSecrets,
    /// [`Receiver::dangerous_accept_unsigned_encrypted_data_of_attachments`](crate::Receiver::dangerous_accept_unsigned_encrypted_data_of_attachments).
    UnsignedEncryptedDataOfAttachments,
    /// [`Receiver::accept_empty_line_after_attachment_headers`](crate::Receiver::accept_empty_line_after_attachment_headers).
    EmptyLineAfterAttachmentHeaders,
    /// [`Receiver::accept_forward_references`](crate::Receiver::accept_forward_references).
    ForwardReferences,
    /// [`Receiver::accept_inclusive_canonicalization`](crate::Receiver::accept_inclusive_canonicalization).
    InclusiveCanonicalization,
    /// [`Receiver::accept_absent_transforms`](crate::Receiver::accept_absent_transforms).
    AbsentTransforms,
    /// [`Receiver::accept_local_times`](crate::Receiver::accept_local_times).
    LocalTimes,
    /// [`Receiver::accept_derived_keys_typed_as_encrypted_keys`](crate::Receiver::accept_derived_keys_typed_as_encrypted_keys).
    DerivedKeysTypedAsEncryptedKeys,
    /// [`Receiver::accept_longer_secrets`](crate::Receiver::accept_longer_secrets).
    LongerSecrets,
    /// [`Receiver::accept_unlisted_encrypted_data`](crate::Receiver::accept_unlisted_encrypted_data).
    UnlistedEncryptedData,
    /// [`Receiver::accept_encrypted_keys_outside_the_header`](crate::Receiver::accept_encrypted_keys_outside_the_header).
    EncryptedKeysOutsideTheHeader,
    /// [`Receiver::accept_encrypted_data_without_type`](crate::Receiver::accept_encrypted_data_without_type).
    EncryptedDataWithoutType,
    /// [`Receiver::accept_x509_version_1_for_legacy_use_only`](crate::Receiver::accept_x509_version_1_for_legacy_use_only).
    X509Version1,
    /// [`Receiver::over_protected_transport`](crate::Receiver::over_protected_transport), or
    /// [`TransportFacts::server_authenticated_tls`](crate::TransportFacts::server_authenticated_tls).
    ProtectedTransport,
    /// [`AssertionTrust::dangerous_for_any_audience`](wss_tokens::AssertionTrust::dangerous_for_any_audience).
    AnyAudience,
    /// [`AssertionTrust::issuer_of_any_name`](wss_tokens::AssertionTrust::issuer_of_any_name).
    IssuerOfAnyName,
    /// [`AssertionTrust::accept_bearer`](wss_tokens::AssertionTrust::accept_bearer).
    BearerAssertions,
    /// [`AssertionTrust::max_age`](wss_tokens::AssertionTrust::max_age) with more than 300 seconds.
    OldAssertions {
        /// The highest age of an assertion without an end of validity.
        max_age: Duration,
    },
    /// [`Receiver::limits`](crate::Receiver::limits) with a limit above its default.
    RaisedLimit {
        /// The limit.
        limit: Limit,
        /// Its value.
        allowed: u64,
    },
}

impl Waiver {
    /// A stable name for programs: lower case, words joined by hyphens.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.row().0
    }

    /// Its word, and its sentence.
    fn row(self) -> (&'static str, Cow<'static, str>) {
        match self {
            Self::UnsignedBody => row("unsigned-body", "the Body need not be signed: anyone may have written it"),
            Self::AnonymousSender => {
                row("anonymous-sender", "the sender need not be known: anyone may have written the message")
            }
            Self::NoSignedTimestamp => row(
                "no-signed-timestamp",
                "no signed timestamp is required: once the replay window is over, an old message counts as new",
            ),
            Self::NoReplayCache => row("no-replay-cache", "no replay cache is used: a message can be delivered again"),
            Self::WideWindow { max_age, clock_skew } => row(
                "wide-window",
                format!(
                    "messages may be {} seconds old where the default is {}, and clocks may differ by {} seconds \
                     where the default is {}",
                    max_age.as_secs(),
                    MAX_AGE.as_secs(),
                    clock_skew.as_secs(),
                    CLOCK_SKEW.as_secs()
                ),
            ),
            Self::NoRevocationCheck => row("no-revocation-check", "revocation is not checked: no CRL was given"),
            Self::EndEntityRevocationOnly => {
                row("end-entity-revocation-only", "an authority that no revocation list tells of counts as not revoked")
            }
            Self::UnknownRevocationIsGood => row(
                "unknown-revocation-is-good",
                "a certificate that no revocation list tells of counts as not revoked",
            ),
            Self::RevocationNotTold => row(
                "revocation-not-told",
                "no revocation list tells whether a certificate of this message or of its path is revoked",
            ),
            Self::AnyExtendedKeyUsage => {
                row("any-extended-key-usage", "extended key usages of certificates are not judged")
            }
            Self::UncheckedAnchors => {
                row("unchecked-anchors", "anchors are trusted that are expired or do not say that they are authorities")
            }
            Self::AnySignerBelowTheAnchors => row(
                "any-signer-below-the-anchors",
                "no signer is expected by name: every certificate below the anchors is accepted",
            ),
            Self::Algorithm { uri } => {
                row("algorithm", format!("the algorithm {uri} is admitted, which the modern set is without"))
            }
            Self::WeakKeys => row("weak-keys", "RSA keys of less than 2048 bits are admitted"),
            Self::CbcBeforeVerification => row(
                "cbc-before-verification",
                "CBC ciphertext is decrypted before a signature over it is verified: answers to changed messages can \
                 reveal the plaintext",
            ),
            Self::CbcUnderUnsignedKeys => row(
                "cbc-under-unsigned-keys",
                "signed CBC ciphertext counts though what leads to its key is not signed: whoever replaces the key \
                 makes another plaintext",
            ),
            Self::UnsignedNamespacesOfPlaintext => row(
                "unsigned-namespaces-of-plaintext",
                "signed ciphertext counts though its plaintext takes namespaces from around it that are not signed: \
                 whoever changes their declarations changes what the plaintext means",
            ),
            Self::UntoldAbsenceOfDefaultNamespace => row(
                "untold-absence-of-default-namespace",
                "signed ciphertext counts though the signature does not tell that there was no default namespace \
                 around it: whoever removed one changed what the plaintext means",
            ),
            Self::OneKeyToSignAndEncrypt => row(
                "one-key-to-sign-and-encrypt",
                "one key may sign and encrypt, where it came in an EncryptedKey or with a Kerberos ticket",
            ),
            Self::EitherDirection => row(
                "either-direction",
                "under keys that both sides have, requests and replies are not told apart: one's own message may come \
                 back",
            ),
            Self::CiphertextForOthers => {
                row("ciphertext-for-others", "parts may hold ciphertext that nobody opened: the evidence lists it")
            }
            Self::ShortSecrets => {
                row("short-secrets", "secrets of fewer than 16 octets are accepted: they can be guessed")
            }
            Self::UnsignedEncryptedDataOfAttachments => row(
                "unsigned-encrypted-data-of-attachments",
                "the xenc:EncryptedData of an attachment need not be signed: it says how the attachment is read",
            ),
            Self::EmptyLineAfterAttachmentHeaders => row(
                "empty-line-after-attachment-headers",
                "a second form of attachment digests is accepted: with an empty line after the headers",
            ),
            Self::ForwardReferences => row("forward-references", "references to tokens that follow them are accepted"),
            Self::InclusiveCanonicalization => {
                row("inclusive-canonicalization", "inclusive canonicalisation is accepted in signatures")
            }
            Self::AbsentTransforms => row("absent-transforms", "references without ds:Transforms are accepted"),
            Self::LocalTimes => {
                row("local-times", "timestamps and username tokens may give their times with an offset from UTC")
            }
            Self::DerivedKeysTypedAsEncryptedKeys => row(
                "derived-keys-typed-as-encrypted-keys",
                "references to derived keys may have the type of the EncryptedKey",
            ),
            Self::LongerSecrets => row(
                "longer-secrets",
                "secrets may be longer than their cipher takes, which then uses the leading octets",
            ),
            Self::UnlistedEncryptedData => {
                row("unlisted-encrypted-data", "encrypted data is decrypted that no list names before it")
            }
            Self::EncryptedKeysOutsideTheHeader => {
                row("encrypted-keys-outside-the-header", "keys may be taken from outside the Security header")
            }
            Self::EncryptedDataWithoutType => row(
                "encrypted-data-without-type",
                "encrypted data without a type is taken for content in the Body, and for an element in the header",
            ),
            Self::X509Version1 => row("x509-version-1", "pinned certificates of version 1 are accepted"),
            Self::ProtectedTransport => row(
                "protected-transport",
                "the caller declares that the transport is protected: passwords in the clear are accepted, and a \
                 username token can name the sender",
            ),
            Self::AnyAudience => row("any-audience", "assertions that are meant for other services are accepted"),
            Self::IssuerOfAnyName => row(
                "issuer-of-any-name",
                "the name of an assertion's issuer is not compared: one issuer can use another's name",
            ),
            Self::BearerAssertions => {
                row("bearer-assertions", "whoever presents a bearer assertion first counts as its subject")
            }
            Self::OldAssertions { max_age } => row(
                "old-assertions",
                format!(
                    "assertions without an end may be {} seconds old where the default is {}",
                    max_age.as_secs(),
                    MAX_AGE.as_secs()
                ),
            ),
            Self::RaisedLimit { limit, allowed } => row(
                "raised-limit",
                format!(
                    "a message may have {allowed} {limit} where the default is {}: it may cost more",
                    limit.default_value()
                ),
            ),
        }
    }
}

impl fmt::Display for Waiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.row().1)
    }
}

fn row(word: &'static str, sentence: impl Into<Cow<'static, str>>) -> (&'static str, Cow<'static, str>) {
    (word, sentence.into())
}
