//! Waivers: what a receiver was told to accept beyond its strict default.
//!
//! Each public call that weakens the default has its waiver here. [`Waiver::of`] reads them from a receiver's
//! configuration. `tests/waivers.rs` goes through the public calls and fails for one that is neither here nor listed
//! there as harmless.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use wss_c14n::Limit;
use wss_tokens::Revocation;

use crate::part::Part;
use crate::receiver::{CLOCK_SKEW, MAX_AGE, Receiver};
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
    pub const fn word(self) -> &'static str {
        match self {
            Self::UnsignedBody => "unsigned-body",
            Self::AnonymousSender => "anonymous-sender",
            Self::NoSignedTimestamp => "no-signed-timestamp",
            Self::NoReplayCache => "no-replay-cache",
            Self::WideWindow { .. } => "wide-window",
            Self::NoRevocationCheck => "no-revocation-check",
            Self::EndEntityRevocationOnly => "end-entity-revocation-only",
            Self::UnknownRevocationIsGood => "unknown-revocation-is-good",
            Self::RevocationNotTold => "revocation-not-told",
            Self::AnyExtendedKeyUsage => "any-extended-key-usage",
            Self::UncheckedAnchors => "unchecked-anchors",
            Self::AnySignerBelowTheAnchors => "any-signer-below-the-anchors",
            Self::Algorithm { .. } => "algorithm",
            Self::WeakKeys => "weak-keys",
            Self::CbcBeforeVerification => "cbc-before-verification",
            Self::CbcUnderUnsignedKeys => "cbc-under-unsigned-keys",
            Self::UnsignedNamespacesOfPlaintext => "unsigned-namespaces-of-plaintext",
            Self::UntoldAbsenceOfDefaultNamespace => "untold-absence-of-default-namespace",
            Self::OneKeyToSignAndEncrypt => "one-key-to-sign-and-encrypt",
            Self::EitherDirection => "either-direction",
            Self::CiphertextForOthers => "ciphertext-for-others",
            Self::ShortSecrets => "short-secrets",
            Self::UnsignedEncryptedDataOfAttachments => "unsigned-encrypted-data-of-attachments",
            Self::EmptyLineAfterAttachmentHeaders => "empty-line-after-attachment-headers",
            Self::ForwardReferences => "forward-references",
            Self::InclusiveCanonicalization => "inclusive-canonicalization",
            Self::AbsentTransforms => "absent-transforms",
            Self::LocalTimes => "local-times",
            Self::DerivedKeysTypedAsEncryptedKeys => "derived-keys-typed-as-encrypted-keys",
            Self::LongerSecrets => "longer-secrets",
            Self::UnlistedEncryptedData => "unlisted-encrypted-data",
            Self::EncryptedKeysOutsideTheHeader => "encrypted-keys-outside-the-header",
            Self::EncryptedDataWithoutType => "encrypted-data-without-type",
            Self::X509Version1 => "x509-version-1",
            Self::ProtectedTransport => "protected-transport",
            Self::AnyAudience => "any-audience",
            Self::IssuerOfAnyName => "issuer-of-any-name",
            Self::BearerAssertions => "bearer-assertions",
            Self::OldAssertions { .. } => "old-assertions",
            Self::RaisedLimit { .. } => "raised-limit",
        }
    }

    /// The waivers of a receiver that requires signatures over `demanded`. [`Waiver::NoReplayCache`] is not among them:
    /// it is noted when a store is asked.
    pub(crate) fn of(receiver: &Receiver, demanded: &BTreeSet<Part>, is_protected: bool) -> Vec<Self> {
        let mut waived = Vec::new();
        let mut note = |applies: bool, waiver: Self| {
            if applies && !waived.contains(&waiver) {
                waived.push(waiver);
            }
        };
        let (max_age, clock_skew) = (receiver.max_age, receiver.clock_skew);
        note(receiver.requirements.anonymous, Self::AnonymousSender);
        note(!demanded.contains(&Part::Timestamp), Self::NoSignedTimestamp);
        note(max_age > MAX_AGE || clock_skew > CLOCK_SKEW, Self::WideWindow { max_age, clock_skew });
        for trust in receiver.trusts() {
            note(!trust.checks_revocation(), Self::NoRevocationCheck);
            let demanded = trust.demanded_revocation();
            note(demanded == Some(Revocation::EndEntity), Self::EndEntityRevocationOnly);
            note(demanded == Some(Revocation::UnknownIsGood), Self::UnknownRevocationIsGood);
            note(!trust.checks_extended_key_usage(), Self::AnyExtendedKeyUsage);
            note(trust.has_unchecked_anchors(), Self::UncheckedAnchors);
            note(trust.expects_anyone(), Self::AnySignerBelowTheAnchors);
        }
        for uri in receiver.policy.beyond_modern() {
            note(true, Self::Algorithm { uri });
        }
        note(receiver.policy.signature.admits_weak_keys(), Self::WeakKeys);
        note(receiver.unauthenticated_cbc, Self::CbcBeforeVerification);
        note(receiver.unsigned_keys, Self::CbcUnderUnsignedKeys);
        note(receiver.unsigned_namespaces, Self::UnsignedNamespacesOfPlaintext);
        note(receiver.untold_absence, Self::UntoldAbsenceOfDefaultNamespace);
        note(receiver.one_key, Self::OneKeyToSignAndEncrypt);
        note(receiver.either_direction, Self::EitherDirection);
        note(receiver.ciphertext_for_others, Self::CiphertextForOthers);
        note(receiver.short_secrets, Self::ShortSecrets);
        note(receiver.unsigned_data, Self::UnsignedEncryptedDataOfAttachments);
        note(receiver.empty_line, Self::EmptyLineAfterAttachmentHeaders);
        note(receiver.forward_references, Self::ForwardReferences);
        note(receiver.inclusive_canonicalization, Self::InclusiveCanonicalization);
        note(receiver.absent_transforms, Self::AbsentTransforms);
        note(receiver.local_times, Self::LocalTimes);
        note(receiver.derived_keys_by_source_type, Self::DerivedKeysTypedAsEncryptedKeys);
        note(receiver.longer_secrets, Self::LongerSecrets);
        note(receiver.unlisted_data, Self::UnlistedEncryptedData);
        note(receiver.keys_outside, Self::EncryptedKeysOutsideTheHeader);
        note(receiver.untyped_data, Self::EncryptedDataWithoutType);
        note(receiver.version_1, Self::X509Version1);
        note(is_protected, Self::ProtectedTransport);
        if let Some(assertions) = &receiver.assertions {
            let max_age = assertions.longest_age();
            note(assertions.is_for_any_audience(), Self::AnyAudience);
            note(assertions.accepts_any_issuer_name(), Self::IssuerOfAnyName);
            note(assertions.accepts_bearer(), Self::BearerAssertions);
            note(max_age > MAX_AGE, Self::OldAssertions { max_age });
        }
        for limit in Limit::ALL.iter().copied() {
            let allowed = receiver.limits.get(limit);
            note(allowed > limit.default_value(), Self::RaisedLimit { limit, allowed });
        }
        waived
    }
}

impl fmt::Display for Waiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnsignedBody => f.write_str("the Body need not be signed: anyone may have written it"),
            Self::AnonymousSender => f.write_str("the sender need not be known: anyone may have written the message"),
            Self::NoSignedTimestamp => f.write_str(
                "no signed timestamp is required: once the replay window is over, an old message counts as new",
            ),
            Self::NoReplayCache => f.write_str("no replay cache is used: a message can be delivered again"),
            Self::WideWindow { max_age, clock_skew } => write!(
                f,
                "messages may be {} seconds old where the default is {}, and clocks may differ by {} seconds where the \
                 default is {}",
                max_age.as_secs(),
                MAX_AGE.as_secs(),
                clock_skew.as_secs(),
                CLOCK_SKEW.as_secs()
            ),
            Self::NoRevocationCheck => f.write_str("revocation is not checked: no CRL was given"),
            Self::EndEntityRevocationOnly => {
                f.write_str("an authority that no revocation list tells of counts as not revoked")
            }
            Self::UnknownRevocationIsGood => {
                f.write_str("a certificate that no revocation list tells of counts as not revoked")
            }
            Self::RevocationNotTold => {
                f.write_str("no revocation list tells whether a certificate of this message or of its path is revoked")
            }
            Self::AnyExtendedKeyUsage => f.write_str("extended key usages of certificates are not judged"),
            Self::UncheckedAnchors => {
                f.write_str("anchors are trusted that are expired or do not say that they are authorities")
            }
            Self::AnySignerBelowTheAnchors => {
                f.write_str("no signer is expected by name: every certificate below the anchors is accepted")
            }
            Self::Algorithm { uri } => write!(f, "the algorithm {uri} is admitted, which the modern set is without"),
            Self::WeakKeys => f.write_str("RSA keys of less than 2048 bits are admitted"),
            Self::CbcBeforeVerification => f.write_str(
                "CBC ciphertext is decrypted before a signature over it is verified: answers to changed messages can \
                 reveal the plaintext",
            ),
            Self::CbcUnderUnsignedKeys => f.write_str(
                "signed CBC ciphertext counts though what leads to its key is not signed: whoever replaces the key makes \
                 another plaintext",
            ),
            Self::UnsignedNamespacesOfPlaintext => f.write_str(
                "signed ciphertext counts though its plaintext takes namespaces from around it that are not signed: \
                 whoever changes their declarations changes what the plaintext means",
            ),
            Self::UntoldAbsenceOfDefaultNamespace => f.write_str(
                "signed ciphertext counts though the signature does not tell that there was no default namespace around \
                 it: whoever removed one changed what the plaintext means",
            ),
            Self::OneKeyToSignAndEncrypt => f.write_str(
                "one key may sign and encrypt, where it came in an EncryptedKey or with a Kerberos ticket",
            ),
            Self::EitherDirection => f.write_str(
                "under keys that both sides have, requests and replies are not told apart: one's own message may come back",
            ),
            Self::CiphertextForOthers => {
                f.write_str("parts may hold ciphertext that nobody opened: the evidence lists it")
            }
            Self::ShortSecrets => f.write_str("secrets of fewer than 16 octets are accepted: they can be guessed"),
            Self::UnsignedEncryptedDataOfAttachments => f.write_str(
                "the xenc:EncryptedData of an attachment need not be signed: it says how the attachment is read",
            ),
            Self::EmptyLineAfterAttachmentHeaders => {
                f.write_str("a second form of attachment digests is accepted: with an empty line after the headers")
            }
            Self::ForwardReferences => f.write_str("references to tokens that follow them are accepted"),
            Self::InclusiveCanonicalization => f.write_str("inclusive canonicalisation is accepted in signatures"),
            Self::AbsentTransforms => f.write_str("references without ds:Transforms are accepted"),
            Self::LocalTimes => f.write_str("timestamps and username tokens may give their times with an offset from UTC"),
            Self::DerivedKeysTypedAsEncryptedKeys => {
                f.write_str("references to derived keys may have the type of the EncryptedKey")
            }
            Self::LongerSecrets => f.write_str("secrets may be longer than their cipher takes, which then uses the leading octets"),
            Self::UnlistedEncryptedData => f.write_str("encrypted data is decrypted that no list names before it"),
            Self::EncryptedKeysOutsideTheHeader => f.write_str("keys may be taken from outside the Security header"),
            Self::EncryptedDataWithoutType => f.write_str("encrypted data without a type is taken for content in the Body, and for an element in the header"),
            Self::X509Version1 => f.write_str("pinned certificates of version 1 are accepted"),
            Self::ProtectedTransport => f.write_str(
                "the caller declares that the transport is protected: passwords in the clear are accepted, and a \
                 username token can name the sender",
            ),
            Self::AnyAudience => f.write_str("assertions that are meant for other services are accepted"),
            Self::IssuerOfAnyName => {
                f.write_str("the name of an assertion's issuer is not compared: one issuer can use another's name")
            }
            Self::BearerAssertions => f.write_str("whoever presents a bearer assertion first counts as its subject"),
            Self::OldAssertions { max_age } => write!(
                f,
                "assertions without an end may be {} seconds old where the default is {}",
                max_age.as_secs(),
                MAX_AGE.as_secs()
            ),
            Self::RaisedLimit { limit, allowed } => write!(
                f,
                "a message may have {allowed} {limit} where the default is {}: it may cost more",
                limit.default_value()
            ),
        }
    }
}
