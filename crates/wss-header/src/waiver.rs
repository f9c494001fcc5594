//! Waivers: the departures from its strict default that a receiver was told to accept.
//!
//! Each public call that weakens the default has its waiver here, with its row: a word for programs and a sentence for
//! the log. A receiver holds the set of waivers that its calls noted. `tests/waivers.rs` goes through the public calls
//! and fails for one that is neither here nor listed there as harmless.

use std::fmt;
use std::time::Duration;

use wss_c14n::Limit;

use crate::window::{CLOCK_SKEW, MAX_AGE};

/// Makes [`Waiver`] of its rows: the meaning, the word for programs, the sentence for the log.
macro_rules! waivers {
    ($(
        $(#[$doc:meta])*
        $waiver:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty),* })? = $word:literal
        ($($sentence:tt)+);
    )*) => {
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
            $(
                $(#[$doc])*
                $waiver $({ $($(#[$field_doc])* $field: $type),* })?,
            )*
        }

        impl Waiver {
            /// A stable name for programs: lower case, words joined by hyphens.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$waiver { .. } => $word,)*
                }
            }
        }

        impl fmt::Display for Waiver {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$waiver $({ $($field),* })? => write!(f, $($sentence)+),)*
                }
            }
        }
    };
}

waivers! {
    /// [`Receiver::open_unsigned`](crate::Receiver::open_unsigned).
    UnsignedBody = "unsigned-body"
        ("the Body need not be signed: anyone may have written it");
    /// [`Requirements::dangerous_anonymous`](crate::Requirements::dangerous_anonymous).
    AnonymousSender = "anonymous-sender"
        ("the sender need not be known: anyone may have written the message");
    /// The requirements do not name [`Part::Timestamp`](crate::Part::Timestamp).
    NoSignedTimestamp = "no-signed-timestamp"
        ("no signed timestamp is required: once the replay window is over, an old message counts as new");
    /// [`DangerousNoReplayCache`](crate::DangerousNoReplayCache), or a cache of the application that remembers nothing.
    NoReplayCache = "no-replay-cache"
        ("no replay cache is used: a message can be delivered again");
    /// [`Receiver::window`](crate::Receiver::window) with more than 300 seconds of age or 60 of skew.
    WideWindow {
        /// The highest age of a message.
        max_age: Duration,
        /// The largest difference between clocks that is accepted.
        clock_skew: Duration
    } = "wide-window"
        ("messages may be {} seconds old where the default is {}, and clocks may differ by {} seconds where the \
          default is {}",
         max_age.as_secs(), MAX_AGE.as_secs(), clock_skew.as_secs(), CLOCK_SKEW.as_secs());
    /// Certificates are trusted below anchors, and no revocation list or OCSP response was given.
    NoRevocationCheck = "no-revocation-check"
        ("revocation is not checked: no CRL and no OCSP response was given");
    /// [`Revocation::EndEntity`](wss_tokens::Revocation::EndEntity).
    EndEntityRevocationOnly = "end-entity-revocation-only"
        ("an authority that no revocation list or OCSP response tells of counts as not revoked");
    /// [`Revocation::UnknownIsGood`](wss_tokens::Revocation::UnknownIsGood).
    UnknownRevocationIsGood = "unknown-revocation-is-good"
        ("a certificate that no revocation list or OCSP response tells of counts as not revoked");
    /// Lists or responses were given, but none covers a certificate of this message or an authority on its path: the certificate
    /// is pinned, or the receiver was told to accept that.
    RevocationNotTold = "revocation-not-told"
        ("no revocation list or OCSP response tells whether a certificate of this message or of its path is revoked");
    /// Certificates are trusted below anchors, and [`Trust::extended_key_usage`](wss_tokens::Trust::extended_key_usage)
    /// was not called.
    AnyExtendedKeyUsage = "any-extended-key-usage"
        ("extended key usages of certificates are not judged");
    /// [`Trust::dangerous_unchecked_anchors`](wss_tokens::Trust::dangerous_unchecked_anchors).
    UncheckedAnchors = "unchecked-anchors"
        ("anchors are trusted that are expired or do not say that they are authorities");
    /// [`Trust::accept_authorities_as_signers`](wss_tokens::Trust::accept_authorities_as_signers).
    AuthoritiesAsSigners = "authorities-as-signers"
        ("a certificate of an authority is accepted as that of a signer");
    /// [`Trust::accept_certificates_of_version_1`](wss_tokens::Trust::accept_certificates_of_version_1).
    CertificatesOfVersion1 = "certificates-of-version-1"
        ("a certificate of version 1, which says nothing of its purpose, is accepted as that of a signer");
    /// [`Trust::accept_any_key_usage`](wss_tokens::Trust::accept_any_key_usage).
    AnyKeyUsage = "any-key-usage"
        ("a certificate whose key usage does not permit signatures is accepted as that of a signer");
    /// [`Trust::accept_lists_after_their_end`](wss_tokens::Trust::accept_lists_after_their_end).
    ListsAfterTheirEnd {
        /// How long they count.
        longest: Duration
    } = "lists-after-their-end"
        ("revocation lists count for {} seconds after the next one was due", longest.as_secs());
    /// [`Trust::dangerous_old_path_signatures`](wss_tokens::Trust::dangerous_old_path_signatures).
    OldPathSignatures = "old-path-signatures"
        ("paths that are signed with MD5, SHA-1, a digest of 224 bits or DSA, or by keys of RSA below 2048 bits or on P-224, are accepted");
    /// [`SignerRule::AnyBelowTheAnchors`](wss_tokens::SignerRule::AnyBelowTheAnchors).
    AnySignerBelowTheAnchors = "any-signer-below-the-anchors"
        ("no signer is expected by name: every certificate below the anchors is accepted");
    /// An algorithm outside the modern set, admitted by name.
    Algorithm {
        /// Its identifier.
        uri: &'static str
    } = "algorithm"
        ("the algorithm {uri} is admitted, which the modern set is without");
    /// RSA keys of 1,024 bits and small exponents, and keys on legacy curves.
    WeakKeys = "weak-keys"
        ("RSA keys of less than 2048 bits and keys on legacy curves are admitted");
    /// [`Receiver::dangerous_decrypt_cbc_before_verification`](crate::Receiver::dangerous_decrypt_cbc_before_verification).
    CbcBeforeVerification = "cbc-before-verification"
        ("CBC ciphertext is decrypted before a signature over it is verified: answers to changed messages can \
          reveal the plaintext");
    /// [`Receiver::dangerous_accept_cbc_under_unsigned_keys`](crate::Receiver::dangerous_accept_cbc_under_unsigned_keys).
    CbcUnderUnsignedKeys = "cbc-under-unsigned-keys"
        ("signed CBC ciphertext counts though what leads to its key is not signed: whoever replaces the key makes \
          another plaintext");
    /// [`Receiver::dangerous_accept_unsigned_namespaces_of_plaintext`](crate::Receiver::dangerous_accept_unsigned_namespaces_of_plaintext).
    UnsignedNamespacesOfPlaintext = "unsigned-namespaces-of-plaintext"
        ("signed ciphertext counts though its plaintext takes namespaces from around it that are not signed: \
          whoever changes their declarations changes what the plaintext means");
    /// [`Receiver::accept_untold_absence_of_default_namespace`](crate::Receiver::accept_untold_absence_of_default_namespace).
    UntoldAbsenceOfDefaultNamespace = "untold-absence-of-default-namespace"
        ("signed ciphertext counts though the signature does not tell that there was no default namespace around \
          it: whoever removed one changed what the plaintext means");
    /// [`Receiver::accept_one_key_to_sign_and_encrypt`](crate::Receiver::accept_one_key_to_sign_and_encrypt).
    OneKeyToSignAndEncrypt = "one-key-to-sign-and-encrypt"
        ("one key may sign and encrypt, where it came in an EncryptedKey or with a Kerberos ticket");
    /// [`Receiver::dangerous_accept_either_direction`](crate::Receiver::dangerous_accept_either_direction).
    EitherDirection = "either-direction"
        ("under keys that both sides have, requests and replies are not told apart: one's own message may come back");
    /// [`Receiver::dangerous_accept_unrelated_replies`](crate::Receiver::dangerous_accept_unrelated_replies).
    UnrelatedReplies = "unrelated-replies"
        ("a reply that relates to another request is accepted");
    /// [`Receiver::accept_ciphertext_for_others`](crate::Receiver::accept_ciphertext_for_others).
    CiphertextForOthers = "ciphertext-for-others"
        ("parts may hold ciphertext that nobody opened: the evidence lists it");
    /// [`Receiver::accept_short_secrets_for_legacy_use_only`](crate::Receiver::accept_short_secrets_for_legacy_use_only).
    ShortSecrets = "short-secrets"
        ("secrets of fewer than 16 octets are accepted: they can be guessed");
    /// [`Receiver::dangerous_accept_unsigned_encrypted_data_of_attachments`](crate::Receiver::dangerous_accept_unsigned_encrypted_data_of_attachments).
    UnsignedEncryptedDataOfAttachments = "unsigned-encrypted-data-of-attachments"
        ("the xenc:EncryptedData of an attachment need not be signed: it says how the attachment is read");
    /// [`Receiver::accept_empty_line_after_attachment_headers`](crate::Receiver::accept_empty_line_after_attachment_headers).
    EmptyLineAfterAttachmentHeaders = "empty-line-after-attachment-headers"
        ("a second form of attachment digests is accepted, with an empty line after the headers: whether the content begins with \
         one is not proven");
    /// [`Receiver::accept_forward_references`](crate::Receiver::accept_forward_references).
    ForwardReferences = "forward-references"
        ("references to tokens that follow them are accepted");
    /// [`Receiver::accept_inclusive_canonicalization`](crate::Receiver::accept_inclusive_canonicalization).
    InclusiveCanonicalization = "inclusive-canonicalization"
        ("inclusive canonicalisation is accepted in signatures");
    /// [`Receiver::accept_absent_transforms`](crate::Receiver::accept_absent_transforms).
    AbsentTransforms = "absent-transforms"
        ("references without ds:Transforms are accepted");
    /// [`Receiver::accept_local_times`](crate::Receiver::accept_local_times).
    LocalTimes = "local-times"
        ("timestamps, username tokens and assertions may give their times with an offset from UTC");
    /// [`Receiver::accept_derived_keys_typed_as_encrypted_keys`](crate::Receiver::accept_derived_keys_typed_as_encrypted_keys).
    DerivedKeysTypedAsEncryptedKeys = "derived-keys-typed-as-encrypted-keys"
        ("references to derived keys may have the type of the EncryptedKey");
    /// [`Receiver::accept_longer_secrets`](crate::Receiver::accept_longer_secrets).
    LongerSecrets = "longer-secrets"
        ("secrets may be longer than their cipher takes, which then uses the leading octets");
    /// [`Receiver::accept_repeated_encrypted_keys`](crate::Receiver::accept_repeated_encrypted_keys).
    RepeatedEncryptedKeys = "repeated-encrypted-keys"
        ("an encrypted key may have come in an earlier message");
    /// [`Receiver::accept_ciphers_by_key_length`](crate::Receiver::accept_ciphers_by_key_length).
    CiphersByKeyLength = "ciphers-by-key-length"
        ("a key may be shorter than its cipher takes: the cipher that takes as many octets runs");
    /// [`Receiver::accept_times_without_zone`](crate::Receiver::accept_times_without_zone).
    TimesWithoutZone = "times-without-zone"
        ("timestamps, username tokens and assertions may give their times without a zone, which are read as UTC");
    /// [`Receiver::accept_password_types_by_name`](crate::Receiver::accept_password_types_by_name).
    PasswordTypesByName = "password-types-by-name"
        ("the type of a password, and the encoding of a nonce, may be a name in place of its identifier");
    /// [`Receiver::accept_fields_in_other_namespaces`](crate::Receiver::accept_fields_in_other_namespaces).
    FieldsInOtherNamespaces = "fields-in-other-namespaces"
        ("the nonce and the instants of tokens and timestamps may be in other namespaces than those of the schema");
    /// [`Receiver::accept_digests_without_nonce`](crate::Receiver::accept_digests_without_nonce).
    DigestsWithoutNonce = "digests-without-nonce"
        ("password digests may be made without a nonce");
    /// [`Receiver::dangerous_accept_digests_without_created`](crate::Receiver::dangerous_accept_digests_without_created).
    DigestsWithoutCreated = "digests-without-created"
        ("password digests may be made without an instant: once the replay window is over, any digest that was seen \
          counts as new");
    /// [`Receiver::accept_unlisted_encrypted_data`](crate::Receiver::accept_unlisted_encrypted_data).
    UnlistedEncryptedData = "unlisted-encrypted-data"
        ("encrypted data is decrypted that no list names before it");
    /// [`Receiver::accept_encrypted_keys_outside_the_header`](crate::Receiver::accept_encrypted_keys_outside_the_header).
    EncryptedKeysOutsideTheHeader = "encrypted-keys-outside-the-header"
        ("keys may be taken from outside the Security header");
    /// [`Receiver::accept_encrypted_data_without_type`](crate::Receiver::accept_encrypted_data_without_type).
    EncryptedDataWithoutType = "encrypted-data-without-type"
        ("encrypted data without a type is taken for content in the Body, and for an element in the header");
    /// [`Receiver::accept_element_paths_in_references`](crate::Receiver::accept_element_paths_in_references).
    ElementPathsInReferences = "element-paths-in-references"
        ("references may name elements by paths of XPath Filter 2.0, whose prefixes are bound where no signature covers it");
    /// [`Receiver::accept_references_without_hash`](crate::Receiver::accept_references_without_hash).
    ReferencesWithoutHash = "references-without-hash"
        ("references may name an element by its Id without a hash");
    /// [`Receiver::accept_unjudged_signatures`](crate::Receiver::accept_unjudged_signatures).
    UnjudgedSignatures = "unjudged-signatures"
        ("signatures by methods or signers that the receiver does not know are ignored: they prove nothing");
    /// [`Receiver::accept_white_space_around_identifiers`](crate::Receiver::accept_white_space_around_identifiers).
    WhiteSpaceAroundIdentifiers = "white-space-around-identifiers"
        ("white space around the identifiers of algorithms and types, and around the URIs of references, is left out, as their \
         schema says");
    /// [`Receiver::accept_algorithms_in_other_namespaces`](crate::Receiver::accept_algorithms_in_other_namespaces).
    AlgorithmsInOtherNamespaces = "algorithms-in-other-namespaces"
        ("digest and signature methods may be named in the namespace of another specification than their own");
    /// [`Receiver::accept_token_types_by_name`](crate::Receiver::accept_token_types_by_name).
    TokenTypesByName = "token-types-by-name"
        ("the type of a token with certificates may be absent, a name, or that of other certificates, that of a key \
          identifier absent, a name, or a thumbprint by another digest, and that of an assertion the one of another version");
    /// [`Receiver::accept_uncovered_holder_tokens`](crate::Receiver::accept_uncovered_holder_tokens).
    UncoveredHolderTokens = "uncovered-holder-tokens"
        ("the signature of a holder of key need not cover its assertion or license: whoever saw another token for the same \
          key can put that one in its place");
    /// [`Receiver::accept_objects_in_signatures`](crate::Receiver::accept_objects_in_signatures).
    ObjectsInSignatures = "objects-in-signatures"
        ("a signature may carry ds:Object, as XAdES does: what is in it is not judged");
    /// [`Receiver::accept_signatures_over_the_whole_document`](crate::Receiver::accept_signatures_over_the_whole_document).
    WholeDocumentSignatures = "whole-document-signatures"
        ("a signature of the Security header may be over the whole document, without itself");
    /// [`Receiver::accept_timestamps_without_created`](crate::Receiver::accept_timestamps_without_created).
    TimestampsWithoutCreated = "timestamps-without-created"
        ("a timestamp may say only when it expires");
    /// [`Receiver::accept_hexadecimal_identifiers`](crate::Receiver::accept_hexadecimal_identifiers).
    HexadecimalIdentifiers = "hexadecimal-identifiers"
        ("a reference may have a serial number, a thumbprint or a key identifier in hexadecimal");
    /// [`Receiver::accept_certificates_in_pem`](crate::Receiver::accept_certificates_in_pem).
    CertificatesInPem = "certificates-in-pem"
        ("a token or a reference may hold a certificate in PEM, or in base64 of PEM");
    /// [`Receiver::accept_lengths_of_whole_macs`](crate::Receiver::accept_lengths_of_whole_macs).
    LengthsOfWholeMacs = "lengths-of-whole-macs"
        ("a signature may say the length of its MAC, if that is whole");
    /// [`Receiver::accept_other_ecdsa_values`](crate::Receiver::accept_other_ecdsa_values).
    OtherEcdsaValues = "other-ecdsa-values"
        ("an ECDSA value may be an ASN.1 sequence, or have more or fewer leading zeros");
    /// [`Receiver::accept_encrypted_data_as_header_blocks`](crate::Receiver::accept_encrypted_data_as_header_blocks).
    EncryptedDataAsHeaderBlocks = "encrypted-data-as-header-blocks"
        ("encrypted data may be a header block itself, without an element around it that says for whom it is");
    /// [`Receiver::accept_ids_by_other_names`](crate::Receiver::accept_ids_by_other_names).
    IdsByOtherNames = "ids-by-other-names"
        ("an attribute Id, ID or id in any namespace may be the Id of the Body, a header block, a timestamp or a token");
    /// [`Receiver::accept_references_of_other_forms`](crate::Receiver::accept_references_of_other_forms).
    ReferencesOfOtherForms = "references-of-other-forms"
        ("references may name an element of the message behind an absolute URI, or by an XPointer");
    /// [`Receiver::accept_key_info_of_other_shapes`](crate::Receiver::accept_key_info_of_other_shapes).
    KeyInfoOfOtherShapes = "key-info-of-other-shapes"
        ("ds:KeyInfo may name the key in other shapes than one reference, or not at all");
    /// [`Receiver::accept_implied_derived_keys`](crate::Receiver::accept_implied_derived_keys).
    ImpliedDerivedKeys = "implied-derived-keys"
        ("a reference to a token may mean a key that is derived from its secret");
    /// [`Receiver::accept_timestamps_of_other_shapes`](crate::Receiver::accept_timestamps_of_other_shapes).
    TimestampsOfOtherShapes = "timestamps-of-other-shapes"
        ("a timestamp may have its instants in another order, and other elements, which are ignored");
    /// [`Receiver::accept_signed_children_of_unknown_kinds`](crate::Receiver::accept_signed_children_of_unknown_kinds).
    SignedChildrenOfUnknownKinds = "signed-children-of-unknown-kinds"
        ("a signature may cover children of the Security header of unknown kinds, which are ignored: header blocks may \
          have been moved there");
    /// [`Receiver::accept_interchangeable_elements`](crate::Receiver::accept_interchangeable_elements).
    InterchangeableElements = "interchangeable-elements"
        ("elements of one name may be signed at several places, which the signature does not tell apart: one may have \
          been moved to the place of another");
    /// [`Receiver::accept_other_encodings`](crate::Receiver::accept_other_encodings).
    OtherEncodings = "other-encodings"
        ("envelopes may have encodings that SOAP does not know, which others may read differently");
    /// [`Receiver::accept_x509_version_1_for_legacy_use_only`](crate::Receiver::accept_x509_version_1_for_legacy_use_only).
    X509Version1 = "x509-version-1"
        ("pinned certificates of version 1 are accepted");
    /// [`Receiver::over_protected_transport`](crate::Receiver::over_protected_transport), or
    /// [`TransportFacts::server_authenticated_tls`](crate::TransportFacts::server_authenticated_tls).
    ProtectedTransport = "protected-transport"
        ("the caller declares that the transport is protected: passwords in the clear are accepted, and a username \
          token can name the sender");
    /// [`AssertionTrust::dangerous_for_any_audience`](wss_tokens::AssertionTrust::dangerous_for_any_audience).
    AnyAudience = "any-audience"
        ("assertions that are meant for other services are accepted");
    /// [`AssertionTrust::issuer_of_any_name`](wss_tokens::AssertionTrust::issuer_of_any_name).
    IssuerOfAnyName = "issuer-of-any-name"
        ("the name of an assertion's issuer is not compared: one issuer can use another's name");
    /// [`AssertionTrust::accept_bearer`](wss_tokens::AssertionTrust::accept_bearer).
    BearerAssertions = "bearer-assertions"
        ("whoever presents a bearer assertion first counts as its subject");
    /// [`AssertionTrust::accept_id_cards`](wss_tokens::AssertionTrust::accept_id_cards).
    IdCards = "id-cards"
        ("whoever has an id-card of Den Gode Webservice counts as its subject, as often as it is presented until it ends");
    /// [`AssertionTrust::max_age`](wss_tokens::AssertionTrust::max_age) with more than 300 seconds.
    OldAssertions {
        /// The highest age of an assertion without an end of validity.
        max_age: Duration
    } = "old-assertions"
        ("assertions without an end may be {} seconds old where the default is {}",
         max_age.as_secs(), MAX_AGE.as_secs());
    /// [`Receiver::limits`](crate::Receiver::limits) with a limit above its default.
    RaisedLimit {
        /// The limit.
        limit: Limit,
        /// Its value.
        allowed: u64
    } = "raised-limit"
        ("a message may have {allowed} {limit} where the default is {}: it may cost more", limit.default_value());
}
