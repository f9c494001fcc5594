//! The departures from the strict default that a receiver accepts. Each key has the name of its call.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use wss_header::Receiver;

/// A call of the receiver that accepts more, and its key, which is spelled with the same words.
pub(crate) struct Accepted {
    call: &'static str,
    apply: fn(Receiver) -> Receiver,
    help: &'static str,
}

/// Rows of the table: the help of the key, and the call.
macro_rules! rows {
    ($($(#[doc = $help:literal])+ $call:ident),* $(,)?) => {
        &[$(Accepted {
            call: stringify!($call),
            apply: Receiver::$call,
            help: concat!($($help),+).trim_ascii_start(),
        }),*]
    };
}

const CALLS: &[Accepted] = rows![
    /// Accept references that precede their tokens, against BSP R5205
    accept_forward_references,
    /// Accept one key that signs and encrypts, if it came in an EncryptedKey or with a Kerberos ticket
    accept_one_key_to_sign_and_encrypt,
    /// Accept ciphertext for other receivers in the result
    accept_ciphertext_for_others,
    /// Accept secrets of fewer than 16 octets
    accept_short_secrets_for_legacy_use_only,
    /// Accept inclusive canonicalisation of SignedInfo and of what is signed, against BSP R5404 and R5423
    accept_inclusive_canonicalization,
    /// Accept references whose Transforms is absent or empty, against BSP R5416
    accept_absent_transforms,
    /// Accept times with an offset from UTC, as in +01:00 or +0100, against BSP R3217 and R3223
    accept_local_times,
    /// Accept references to derived keys that have the type of their EncryptedKey, as streaming CXF sends them
    accept_derived_keys_typed_as_encrypted_keys,
    /// Accept secrets with more octets than the cipher takes, of which it uses the leading ones
    accept_longer_secrets,
    /// Accept an encrypted key that came in an earlier message, as peers send that encrypt several messages with one key
    accept_repeated_encrypted_keys,
    /// Accept keys with fewer octets than their cipher takes: AES-128 where AES-256 is named, as Rampart sends it
    accept_ciphers_by_key_length,
    /// Accept times without a zone, and read them as UTC, against BSP R3217 and R3223
    accept_times_without_zone,
    /// Accept passwords whose Type, and nonces whose EncodingType, is a name, as wsse:PasswordDigest, in place of the
    /// identifier of the profile, or in its namespace, and nonces whose base64 ends within an octet
    accept_password_types_by_name,
    /// Accept a BinarySecurityToken with certificates whose ValueType or EncodingType is absent, a name, as wsse:X509v3, or that
    /// of other certificates, a reference with such a type, a KeyIdentifier whose types are absent or names, or that is a
    /// thumbprint by another digest than SHA-1, and a reference to an assertion with a type of another version of SAML
    accept_token_types_by_name,
    /// Ignore signatures by methods or signers that are not known, beside one that proves what is required
    accept_unjudged_signatures,
    /// Accept white space around the identifiers of algorithms and types, and around the URIs of references, as their schema has
    /// it
    accept_white_space_around_identifiers,
    /// Accept a digest or signature method that is named in the namespace of another specification, as
    /// http://www.w3.org/2000/09/xmldsig#sha256
    accept_algorithms_in_other_namespaces,
    /// Accept a serial number, a thumbprint, a digest or a subject key identifier in hexadecimal where a reference to a key has
    /// it
    accept_hexadecimal_identifiers,
    /// Accept a certificate in PEM, or in base64 of PEM, in a BinarySecurityToken, a KeyIdentifier or an X509Certificate
    accept_certificates_in_pem,
    /// Accept ds:HMACOutputLength with the length of the whole MAC, against BSP R5401; a MAC that was cut stays refused
    accept_lengths_of_whole_macs,
    /// Accept an ECDSA value as an ASN.1 sequence (DER), or with more or fewer leading zeros
    accept_other_ecdsa_values,
    /// Accept a signature by the holder of an assertion or license that it does not cover, where each key has one such token
    accept_uncovered_holder_tokens,
    /// Accept ds:Object in a signature, as XAdES writes it, against BSP R3102; what is in it is not judged
    accept_objects_in_signatures,
    /// Accept a signature over the whole document but itself: URI="", or the Id of the Envelope, and enveloped-signature
    accept_signatures_over_the_whole_document,
    /// Accept a Nonce, Created or Expires in another namespace than that of the schema, as in wsse:Created
    accept_fields_in_other_namespaces,
    /// Accept password digests without Nonce, each once
    accept_digests_without_nonce,
    /// Accept password digests without Created: whoever saw one can send it again after the replay window
    dangerous_accept_digests_without_created,
    /// Accept EncryptedData that no ReferenceList names before it, its key in its own KeyInfo or named there
    accept_unlisted_encrypted_data,
    /// Accept EncryptedKeys outside the Security header: inside the KeyInfo of their data, or elsewhere by their Id
    accept_encrypted_keys_outside_the_header,
    /// Accept EncryptedData without Type: content in the Body, one element in the header
    accept_encrypted_data_without_type,
    /// Accept EncryptedData among the header blocks, as WS-Security 1.0 encrypts them, without EncryptedHeader around it
    accept_encrypted_data_as_header_blocks,
    /// Accept references that name an element by one path of XPath Filter 2.0, as in /s:Envelope/s:Body
    accept_element_paths_in_references,
    /// Accept references to an Id without `#` before it
    accept_references_without_hash,
    /// Accept a Timestamp without Created, which must then expire within --max-age
    accept_timestamps_without_created,
    /// Accept Id, ID or id in any namespace as the Id of the Body, a header block, a timestamp or a token
    accept_ids_by_other_names,
    /// Accept references of the form http://a.example/b#Body, #xpointer(id('Body')) or #K%C3%B6rper to elements of the message
    accept_references_of_other_forms,
    /// Accept a KeyInfo that is empty, has several references, or has a token or reference without what belongs around it
    accept_key_info_of_other_shapes,
    /// Accept references with wsc:Nonce, which mean a derived key
    accept_implied_derived_keys,
    /// Accept a Timestamp with Expires before Created, or with other elements, which are ignored
    accept_timestamps_of_other_shapes,
    /// Accept signatures over children of the Security header of unknown kinds, which are ignored
    accept_signed_children_of_unknown_kinds,
    /// Accept elements of one name that are signed at several places, which the signature does not tell apart
    accept_interchangeable_elements,
    /// Accept envelopes in the encoding that their XML declaration names, as in ISO-8859-1 or windows-1252, UTF-8 that it calls
    /// UTF-16, and UTF-16 without a byte order mark
    accept_other_encodings,
    /// Accept pinned certificates of version 1
    accept_x509_version_1_for_legacy_use_only,
    /// Accept digests of complete attachments with an empty line after the header, as Metro makes them
    accept_empty_line_after_attachment_headers,
    /// Accept signed ciphertext whose signature does not show that there was no default namespace around it
    accept_untold_absence_of_default_namespace,
    /// Accept replies without confirmation, and replies in place of requests: one's own message may come back
    dangerous_accept_either_direction,
    /// Accept replies that relate to another request than that of --request, or whose signed ciphertext that no key opened may
    /// say what they answer
    dangerous_accept_unrelated_replies,
    /// Decrypt CBC ciphertext that no verified signature covers, if --allow admits the cipher: whoever can send messages can
    /// find out plaintexts by the answers
    dangerous_decrypt_cbc_before_verification,
    /// Accept signed CBC ciphertext whose key is not signed: whoever replaces the key makes another plaintext
    dangerous_accept_cbc_under_unsigned_keys,
    /// Accept signed ciphertext whose plaintext uses namespaces of its context that are not signed
    dangerous_accept_unsigned_namespaces_of_plaintext,
    /// Accept attachments that were signed as ciphertext without their EncryptedData, which says how to read them
    dangerous_accept_unsigned_encrypted_data_of_attachments,
    /// The transport protected the message: accept passwords in clear text, and let username tokens and bearer
    /// assertions identify the sender
    over_protected_transport,
];

impl Accepted {
    fn key(&self) -> String {
        self.call.replace('_', "-")
    }
}

/// What is accepted beyond the strict default: a key for each call of the receiver, as in `accept-local-times = true`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AcceptOptions {
    given: BTreeSet<&'static str>,
}

impl AcceptOptions {
    /// The calls of [`Receiver`] that have a key, by name.
    pub fn calls() -> impl Iterator<Item = &'static str> {
        CALLS.iter().map(|row| row.call)
    }

    /// The receiver after the calls of the given keys.
    #[must_use]
    pub fn apply(&self, receiver: Receiver) -> Receiver {
        let given = CALLS.iter().filter(|row| self.given.contains(row.call));
        given.fold(receiver, |receiver, row| (row.apply)(receiver))
    }
}

impl Serialize for AcceptOptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.given.len()))?;
        for row in CALLS.iter().filter(|row| self.given.contains(row.call)) {
            map.serialize_entry(&row.key(), &true)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for AcceptOptions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = BTreeMap::<String, Value>::deserialize(deserializer)?;
        let mut given = BTreeSet::new();
        for row in CALLS {
            match all.get(&row.key()) {
                None | Some(Value::Bool(false)) => {}
                Some(Value::Bool(true)) => drop(given.insert(row.call)),
                Some(_) => return Err(D::Error::custom("expected true or false")),
            }
        }
        Ok(Self { given })
    }
}

impl JsonSchema for AcceptOptions {
    fn schema_name() -> Cow<'static, str> {
        "AcceptOptions".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let row = |row: &Accepted| {
            let schema = serde_json::json!({ "type": "boolean", "default": false, "description": row.help });
            (row.key(), schema)
        };
        let properties: serde_json::Map<String, Value> = CALLS.iter().map(row).collect();
        json_schema!({ "type": "object", "properties": properties })
    }
}

#[cfg(feature = "clap")]
mod options {
    use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

    use super::{AcceptOptions, CALLS};

    impl FromArgMatches for AcceptOptions {
        fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
            Ok(Self { given: CALLS.iter().map(|row| row.call).filter(|call| matches.get_flag(call)).collect() })
        }

        fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
            *self = Self::from_arg_matches(matches)?;
            Ok(())
        }
    }

    impl Args for AcceptOptions {
        fn augment_args(command: Command) -> Command {
            let heading = "What is accepted beyond the strict default";
            command.args(CALLS.iter().map(|row| {
                Arg::new(row.call).long(row.key()).action(ArgAction::SetTrue).help(row.help).help_heading(heading)
            }))
        }

        fn augment_args_for_update(command: Command) -> Command {
            Self::augment_args(command)
        }
    }
}
