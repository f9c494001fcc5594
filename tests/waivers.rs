//! Everything that weakens a receiver's default shows in the evidence. The public calls that configure a receiver are read
//! off the source: each is opened with here, and its waiver looked for, or listed as harmless with the reason.

mod common;
#[path = "common/public_calls.rs"]
mod public_calls;

use std::collections::BTreeSet;
use std::time::Duration;

use common::*;
use public_calls::{public_calls, sources, word};
use ws_security::TransportFacts;
use ws_security::c14n::CanonicalizationMethod;
use ws_security::crypto::KeyWrap;
use ws_security::prelude::*;
use ws_security::xmlenc::Agreement;
use ws_security::{
    AlgorithmPolicy, AssertionTrust, ContentEncryption, DigestMethod, Evidence, ExtendedKeyUsage, KeyTransport, Limit,
    Limits, Revocation, SignatureMethod, Waiver,
};

/// The types whose calls decide what a receiver accepts.
const CONFIGURED: [(&str, &str); 7] = [
    ("wss-header", "Receiver"),
    ("wss-header", "Requirements"),
    ("wss-header", "AlgorithmPolicy"),
    ("xmldsig", "AlgorithmPolicy"),
    ("xmlenc", "AlgorithmPolicy"),
    ("tokens", "Trust"),
    ("tokens", "AssertionTrust"),
];

/// Calls that accept nothing more than the default, unless the caller names whom or what to trust.
const HARMLESS: &[(&str, &str)] = &[
    ("tokens AssertionTrust::only", "accepts fewer assertions"),
    ("wss-header Requirements::endorsed_by", "demands more"),
    ("wss-header Requirements::signed_with_secret", "demands more"),
    ("wss-header Receiver::new", "the default"),
    ("wss-header Receiver::decrypt_with", "a key of the caller's"),
    ("wss-header Receiver::keep_body_as_sent", "keeps more"),
    ("wss-header Receiver::decrypt_elsewhere", "a key of the caller's"),
    ("wss-header Receiver::shared_secret", "a secret of the caller's"),
    (
        "wss-header Receiver::key_name",
        "a name selects among certificates that the trust judges, and keys of the caller's",
    ),
    ("wss-header Receiver::security_contexts", "secrets of the caller's"),
    ("wss-header Receiver::assertions", "what it trusts is an argument, whose calls are judged"),
    ("wss-header Receiver::kerberos", "tickets for the caller's own key"),
    ("wss-header Receiver::licenses", "whom a license names is the caller's to say"),
    ("wss-header Receiver::passwords", "users of the caller's"),
    ("wss-header Receiver::algorithms", "an argument, whose calls are judged"),
    ("wss-header Receiver::bsp", "refuses more, or reports"),
    ("wss-header Receiver::answering", "opens the reply to one request"),
    ("wss-header Receiver::clock", "the time, not what is done with it"),
    ("wss-header Receiver::actor", "another header"),
    ("wss-header Receiver::forwards", "hands out more that is said to be unverified"),
    ("wss-header Receiver::understands", "what the application handles"),
    ("wss-header Receiver::understands_addressing", "the same for the blocks of WS-Addressing"),
    ("wss-header Requirements::signed", "demands more"),
    ("wss-header Requirements::signed_body_and", "demands more"),
    ("wss-header Requirements::also_signed", "demands more"),
    ("wss-header Requirements::encrypted", "demands more"),
    ("wss-header Requirements::signed_if_present", "demands more"),
    ("wss-header Requirements::encrypted_if_present", "demands more"),
    ("wss-header Requirements::present", "demands more"),
    ("wss-header Requirements::any_token_of", "demands more"),
    ("wss-header Requirements::digest_passwords", "demands more"),
    ("wss-header Requirements::complete_attachments", "demands more"),
    ("wss-header Requirements::expires", "demands more"),
    ("wss-header Requirements::signature_methods", "demands more"),
    ("wss-header Requirements::content_ciphers", "demands more"),
    ("wss-header Requirements::digest_methods", "demands more"),
    ("wss-header Requirements::signer_references", "demands more"),
    ("wss-header Requirements::username_token", "demands more"),
    ("wss-header Requirements::saml_token", "demands more"),
    ("wss-header Requirements::kerberos_token", "demands more"),
    ("wss-header Requirements::x509_token", "demands more"),
    ("wss-header Requirements::signature_confirmation", "demands more"),
    ("xmldsig AlgorithmPolicy::empty", "admits nothing"),
    ("xmldsig AlgorithmPolicy::modern_2026", "the default"),
    ("xmldsig AlgorithmPolicy::admit_transform", "a header refuses filters under every policy: `tests/filters.rs`"),
    (
        "xmldsig AlgorithmPolicy::admit_truncated_macs_for_legacy_use_only",
        "a header refuses cut MACs under every policy: `tests/filters.rs`",
    ),
    (
        "xmldsig AlgorithmPolicy::admit_other_pss_parameters_for_legacy_use_only",
        "a header refuses such parameters under every policy: `tests/attacks_policy.rs`",
    ),
    (
        "xmldsig AlgorithmPolicy::dangerous_admit_macs_cut_to",
        "a header refuses cut MACs under every policy: `tests/filters.rs`",
    ),
    (
        "xmldsig AlgorithmPolicy::dangerous_admit_retired",
        "a header refuses what is retired under every policy: `tests/filters.rs`",
    ),
    ("xmldsig AlgorithmPolicy::without_retired", "admits less"),
    (
        "xmlenc AlgorithmPolicy::dangerous_admit_retired",
        "a header refuses what is retired under every policy: `tests/filters.rs`",
    ),
    ("xmlenc AlgorithmPolicy::without_retired", "admits less"),
    ("xmlenc AlgorithmPolicy::empty", "admits nothing"),
    ("xmlenc AlgorithmPolicy::modern_2026", "the default"),
    ("tokens Trust::anchors", "needs a rule, which is judged"),
    ("tokens Trust::anchors_pem", "needs a rule, which is judged"),
    ("tokens Trust::pins", "names exactly whom to trust"),
    ("tokens Trust::pin", "names exactly whom to trust"),
    ("tokens Trust::no_certificates", "trusts nobody"),
    ("tokens Trust::also", "a rule, which is judged"),
    ("tokens Trust::intermediates", "a path must still lead to an anchor"),
    ("tokens Trust::known", "known is not trusted"),
    ("tokens Trust::crls", "refuses more"),
    ("tokens Trust::ocsp_response", "refuses more"),
    ("tokens Trust::stapled", "as responses that the caller gives, for one message"),
    ("tokens Trust::max_response_age", "refuses more"),
    ("tokens Trust::fetched", "refuses more"),
    ("tokens Trust::revocation", "an argument, whose variants are judged"),
    ("tokens Trust::extended_key_usage", "refuses more"),
    ("tokens AssertionTrust::for_audience", "the default"),
    ("tokens AssertionTrust::audience", "names exactly whom assertions may be meant for"),
    ("tokens AssertionTrust::issuer", "names exactly whom to trust"),
    ("tokens AssertionTrust::sender_vouches", "names exactly who may vouch"),
    ("tokens AssertionTrust::stapled", "as responses that the caller gives, for one message"),
    ("tokens AssertionTrust::recipient", "names this service"),
    ("tokens AssertionTrust::in_response_to", "names a request of this service"),
];

type Case = (&'static str, fn() -> Evidence, Waiver);

/// Rows for calls of the receiver that take nothing.
macro_rules! of_receiver {
    ($($call:ident => $waiver:ident),* $(,)?) => {
        &[$((concat!("wss-header Receiver::", stringify!($call)), || open(&strict().$call()), Waiver::$waiver)),*]
    };
}

/// Calls of the receiver that accept more, and the waiver of each.
const ACCEPTING: &[Case] = of_receiver![
    accept_forward_references => ForwardReferences,
    accept_inclusive_canonicalization => InclusiveCanonicalization,
    accept_absent_transforms => AbsentTransforms,
    accept_local_times => LocalTimes,
    accept_derived_keys_typed_as_encrypted_keys => DerivedKeysTypedAsEncryptedKeys,
    accept_longer_secrets => LongerSecrets,
    accept_repeated_encrypted_keys => RepeatedEncryptedKeys,
    accept_ciphers_by_key_length => CiphersByKeyLength,
    accept_times_without_zone => TimesWithoutZone,
    accept_password_types_by_name => PasswordTypesByName,
    accept_token_types_by_name => TokenTypesByName,
    accept_uncovered_holder_tokens => UncoveredHolderTokens,
    accept_white_space_around_identifiers => WhiteSpaceAroundIdentifiers,
    accept_algorithms_in_other_namespaces => AlgorithmsInOtherNamespaces,
    accept_unjudged_signatures => UnjudgedSignatures,
    accept_objects_in_signatures => ObjectsInSignatures,
    accept_signatures_over_the_whole_document => WholeDocumentSignatures,
    accept_digests_without_nonce => DigestsWithoutNonce,
    dangerous_accept_digests_without_created => DigestsWithoutCreated,
    accept_unlisted_encrypted_data => UnlistedEncryptedData,
    accept_encrypted_keys_outside_the_header => EncryptedKeysOutsideTheHeader,
    accept_encrypted_data_without_type => EncryptedDataWithoutType,
    accept_encrypted_data_as_header_blocks => EncryptedDataAsHeaderBlocks,
    accept_lengths_of_whole_macs => LengthsOfWholeMacs,
    accept_other_ecdsa_values => OtherEcdsaValues,
    accept_hexadecimal_identifiers => HexadecimalIdentifiers,
    accept_certificates_in_pem => CertificatesInPem,
    accept_element_paths_in_references => ElementPathsInReferences,
    accept_references_without_hash => ReferencesWithoutHash,
    accept_timestamps_without_created => TimestampsWithoutCreated,
    accept_signed_children_of_unknown_kinds => SignedChildrenOfUnknownKinds,
    accept_interchangeable_elements => InterchangeableElements,
    accept_other_encodings => OtherEncodings,
    accept_x509_version_1_for_legacy_use_only => X509Version1,
    over_protected_transport => ProtectedTransport,
    dangerous_decrypt_cbc_before_verification => CbcBeforeVerification,
    dangerous_accept_cbc_under_unsigned_keys => CbcUnderUnsignedKeys,
    dangerous_accept_unsigned_namespaces_of_plaintext => UnsignedNamespacesOfPlaintext,
    accept_untold_absence_of_default_namespace => UntoldAbsenceOfDefaultNamespace,
    accept_one_key_to_sign_and_encrypt => OneKeyToSignAndEncrypt,
    dangerous_accept_either_direction => EitherDirection,
    dangerous_accept_unrelated_replies => UnrelatedReplies,
    accept_ciphertext_for_others => CiphertextForOthers,
    accept_short_secrets_for_legacy_use_only => ShortSecrets,
    accept_empty_line_after_attachment_headers => EmptyLineAfterAttachmentHeaders,
    dangerous_accept_unsigned_encrypted_data_of_attachments => UnsignedEncryptedDataOfAttachments,
    accept_fields_in_other_namespaces => FieldsInOtherNamespaces,
    accept_ids_by_other_names => IdsByOtherNames,
    accept_references_of_other_forms => ReferencesOfOtherForms,
    accept_key_info_of_other_shapes => KeyInfoOfOtherShapes,
    accept_implied_derived_keys => ImpliedDerivedKeys,
    accept_timestamps_of_other_shapes => TimestampsOfOtherShapes,
];

/// Calls that weaken the default, and the waiver of each.
const WEAKENING: &[Case] = &[
    (
        "wss-header Receiver::limits",
        || open(&strict().limits(Limits::default().with(Limit::Tokens, 17).with(Limit::Depth, 9))),
        Waiver::RaisedLimit { limit: Limit::Tokens, allowed: 17 },
    ),
    ("wss-header Requirements::dangerous_unsigned", || unsigned(&lax()), Waiver::UnsignedBody),
    ("wss-header Requirements::dangerous_unsigned", || unsigned(&lax()), Waiver::NoSignedTimestamp),
    (
        "wss-header Requirements::dangerous_anonymous",
        || with_requirements(demands().dangerous_anonymous()),
        Waiver::AnonymousSender,
    ),
    (
        "wss-header Receiver::window",
        || open(&strict().window(Duration::from_secs(301), Duration::from_secs(60))),
        Waiver::WideWindow { max_age: Duration::from_secs(301), clock_skew: Duration::from_secs(60) },
    ),
    (
        "wss-header Receiver::window",
        || open(&strict().window(Duration::from_secs(10), Duration::from_secs(61))),
        Waiver::WideWindow { max_age: Duration::from_secs(10), clock_skew: Duration::from_secs(61) },
    ),
    (
        "wss-header AlgorithmPolicy::everything_for_legacy_use_only",
        || admitting(|policy| *policy = AlgorithmPolicy::everything_for_legacy_use_only()),
        Waiver::Algorithm { uri: "http://www.w3.org/2001/04/xmlenc#rsa-1_5" },
    ),
    (
        "wss-header AlgorithmPolicy::everything_for_legacy_use_only",
        || admitting(|policy| *policy = AlgorithmPolicy::everything_for_legacy_use_only()),
        Waiver::WeakKeys,
    ),
    ("wss-header AlgorithmPolicy::admit_cbc", || admitting(|policy| *policy = policy.clone().admit_cbc()), CBC),
    ("wss-header AlgorithmPolicy::admit_uri", || admitting(|policy| assert!(policy.admit_uri(CBC_URI))), CBC),
    (
        "xmldsig AlgorithmPolicy::everything_for_legacy_use_only",
        || {
            admitting(|policy| {
                policy.signature = ws_security::xmldsig::AlgorithmPolicy::everything_for_legacy_use_only()
            })
        },
        Waiver::Algorithm { uri: "http://www.w3.org/2000/09/xmldsig#sha1" },
    ),
    (
        "xmldsig AlgorithmPolicy::admit_signature",
        || admitting(|policy| policy.signature = policy.signature.clone().admit_signature(SignatureMethod::RsaSha1)),
        Waiver::Algorithm { uri: "http://www.w3.org/2000/09/xmldsig#rsa-sha1" },
    ),
    (
        "xmldsig AlgorithmPolicy::admit_digest",
        || admitting(|policy| policy.signature = policy.signature.clone().admit_digest(DigestMethod::Sha1)),
        Waiver::Algorithm { uri: "http://www.w3.org/2000/09/xmldsig#sha1" },
    ),
    (
        "xmldsig AlgorithmPolicy::admit_canonicalization",
        || {
            let method = CanonicalizationMethod::Inclusive;
            admitting(|policy| policy.signature = policy.signature.clone().admit_canonicalization(method))
        },
        Waiver::Algorithm { uri: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315" },
    ),
    (
        "xmldsig AlgorithmPolicy::admit_weak_keys_for_legacy_use_only",
        || admitting(|policy| policy.signature = policy.signature.clone().admit_weak_keys_for_legacy_use_only()),
        Waiver::WeakKeys,
    ),
    (
        "xmldsig AlgorithmPolicy::admit_uri",
        || admitting(|policy| assert!(policy.signature.admit_uri("http://www.w3.org/2000/09/xmldsig#sha1"))),
        Waiver::Algorithm { uri: "http://www.w3.org/2000/09/xmldsig#sha1" },
    ),
    (
        "xmlenc AlgorithmPolicy::everything_for_legacy_use_only",
        || {
            admitting(|policy| {
                policy.encryption = ws_security::xmlenc::AlgorithmPolicy::everything_for_legacy_use_only()
            })
        },
        Waiver::Algorithm { uri: "http://www.w3.org/2001/04/xmlenc#rsa-1_5" },
    ),
    (
        "xmlenc AlgorithmPolicy::admit_cbc",
        || admitting(|policy| policy.encryption = policy.encryption.clone().admit_cbc()),
        CBC,
    ),
    (
        "xmlenc AlgorithmPolicy::admit_content",
        || {
            let cbc = ContentEncryption::Aes256Cbc;
            admitting(|policy| policy.encryption = policy.encryption.clone().admit_content(cbc))
        },
        CBC,
    ),
    (
        "xmlenc AlgorithmPolicy::admit_transport",
        || {
            let rsa = KeyTransport::Rsa15;
            admitting(|policy| policy.encryption = policy.encryption.clone().admit_transport(&rsa))
        },
        Waiver::Algorithm { uri: "http://www.w3.org/2001/04/xmlenc#rsa-1_5" },
    ),
    (
        "xmlenc AlgorithmPolicy::admit_agreement",
        || {
            let agreement = Agreement { wrap: KeyWrap::TripleDes, ..Agreement::default() };
            admitting(|policy| policy.encryption = policy.encryption.clone().admit_agreement(&agreement))
        },
        Waiver::Algorithm { uri: "http://www.w3.org/2001/04/xmlenc#kw-tripledes" },
    ),
    ("xmlenc AlgorithmPolicy::admit_uri", || admitting(|policy| assert!(policy.encryption.admit_uri(CBC_URI))), CBC),
    (
        "tokens Trust::dangerous_unchecked_anchors",
        || {
            let unchecked = Trust::dangerous_unchecked_anchors([certificate("ca")]).expect("anchors");
            let rule = SignerRule::Certificate(certificate("alice"));
            open(&Receiver::new(unchecked.signer(rule), demands(), MemoryReplayCache::default()))
        },
        Waiver::UncheckedAnchors,
    ),
    (
        "tokens Trust::accept_lists_after_their_end",
        || {
            let day = Duration::from_secs(86_400);
            let anchors = Trust::anchors([certificate("ca")]).expect("anchors");
            let trust = anchors.signer(SignerRule::Certificate(certificate("alice"))).accept_lists_after_their_end(day);
            open(&Receiver::new(trust, demands(), MemoryReplayCache::default()))
        },
        Waiver::ListsAfterTheirEnd { longest: Duration::from_secs(86_400) },
    ),
    (
        "tokens Trust::dangerous_old_path_signatures",
        || {
            let anchors = Trust::anchors([certificate("ca")]).expect("anchors");
            let trust = anchors.signer(SignerRule::Certificate(certificate("alice"))).dangerous_old_path_signatures();
            open(&Receiver::new(trust, demands(), MemoryReplayCache::default()))
        },
        Waiver::OldPathSignatures,
    ),
    (
        "tokens Trust::accept_authorities_as_signers",
        || {
            let anchors = Trust::anchors([certificate("ca")]).expect("anchors");
            let trust = anchors.signer(SignerRule::Certificate(certificate("alice"))).accept_authorities_as_signers();
            open(&Receiver::new(trust, demands(), MemoryReplayCache::default()))
        },
        Waiver::AuthoritiesAsSigners,
    ),
    (
        "tokens Trust::accept_certificates_of_version_1",
        || {
            let anchors = Trust::anchors([certificate("ca")]).expect("anchors");
            let trust =
                anchors.signer(SignerRule::Certificate(certificate("alice"))).accept_certificates_of_version_1();
            open(&Receiver::new(trust, demands(), MemoryReplayCache::default()))
        },
        Waiver::CertificatesOfVersion1,
    ),
    (
        "tokens Trust::accept_any_key_usage",
        || {
            let trust = Trust::pins([certificate("alice")]).accept_any_key_usage();
            open(&Receiver::new(trust, demands(), MemoryReplayCache::default()))
        },
        Waiver::AnyKeyUsage,
    ),
    (
        "tokens AssertionTrust::dangerous_for_any_audience",
        || open(&strict().assertions(AssertionTrust::dangerous_for_any_audience())),
        Waiver::AnyAudience,
    ),
    (
        "tokens AssertionTrust::issuer_of_any_name",
        || open(&strict().assertions(assertions().issuer_of_any_name(Trust::pins([certificate("carol")])))),
        Waiver::IssuerOfAnyName,
    ),
    (
        "tokens AssertionTrust::accept_bearer",
        || open(&strict().assertions(assertions().accept_bearer())),
        Waiver::BearerAssertions,
    ),
    (
        "tokens AssertionTrust::accept_id_cards",
        || open(&strict().assertions(assertions().accept_id_cards(3))),
        Waiver::IdCards,
    ),
    (
        "tokens AssertionTrust::max_age",
        || open(&strict().assertions(assertions().max_age(Duration::from_secs(301)))),
        Waiver::OldAssertions { max_age: Duration::from_secs(301) },
    ),
];

const CBC_URI: &str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";
const CBC: Waiver = Waiver::Algorithm { uri: CBC_URI };

fn demands() -> Requirements {
    Requirements::signed([Part::Body, Part::Timestamp])
}

/// The strictest receiver that opens the message at all.
fn strict() -> Receiver {
    Receiver::new(Trust::pins([certificate("alice")]), demands(), MemoryReplayCache::default())
}

fn lax() -> Receiver {
    let nobody = Trust::pins([certificate("alice")]);
    Receiver::new(nobody, Requirements::dangerous_unsigned(), MemoryReplayCache::default())
}

fn assertions() -> AssertionTrust {
    AssertionTrust::for_audience("urn:bank")
}

fn open(receiver: &Receiver) -> Evidence {
    receiver.open(signed(SOAP11)).expect("opens").evidence().clone()
}

fn unsigned(receiver: &Receiver) -> Evidence {
    receiver.open_unsigned(signed(SOAP11), TransportFacts::dangerous_unprotected()).expect("opens").evidence().clone()
}

fn with_requirements(requirements: Requirements) -> Evidence {
    open(&Receiver::new(Trust::pins([certificate("alice")]), requirements, MemoryReplayCache::default()))
}

fn admitting(change: impl FnOnce(&mut AlgorithmPolicy)) -> Evidence {
    let mut policy = AlgorithmPolicy::default();
    change(&mut policy);
    open(&strict().algorithms(policy))
}

fn weakening() -> impl Iterator<Item = &'static Case> {
    WEAKENING.iter().chain(ACCEPTING)
}

#[test]
fn every_call_that_weakens_the_default_shows_in_the_evidence() {
    let already = open(&strict()).waived;
    for (call, opened, waiver) in weakening() {
        let waived = opened().waived;
        assert!(waived.contains(waiver), "{call} does not show: {waived:?}");
        assert!(!already.contains(waiver), "{call}: {waiver:?} shows without it");
    }
}

#[test]
fn every_public_call_that_configures_a_receiver_is_judged_here() {
    let judged: BTreeSet<&str> =
        HARMLESS.iter().map(|(call, _)| *call).chain(weakening().map(|(call, ..)| *call)).collect();
    let of_type = |(crate_name, type_name): (&str, &str)| {
        public_calls(crate_name, type_name).into_iter().map(|call| format!("{crate_name} {call}")).collect::<Vec<_>>()
    };
    let public: BTreeSet<String> = CONFIGURED.into_iter().flat_map(of_type).collect();
    assert!(public.len() > 60, "the source is read: {}", public.len());
    let unjudged: Vec<&String> = public.iter().filter(|call| !judged.contains(call.as_str())).collect();
    assert!(unjudged.is_empty(), "give each a waiver, or say why it is harmless: {unjudged:#?}");
    let gone: Vec<&&str> = judged.iter().filter(|call| !public.contains(**call)).collect();
    assert!(gone.is_empty(), "no such call any more: {gone:#?}");
}

#[test]
fn whom_to_expect_and_what_to_remember_show_in_the_evidence_too() {
    let anyone = Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(SignerRule::AnyBelowTheAnchors);
    let receiver = Receiver::new(anyone, demands(), MemoryReplayCache::default());
    assert!(open(&receiver).waived.contains(&Waiver::AnySignerBelowTheAnchors));
    let attesters = Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(SignerRule::AnyBelowTheAnchors);
    let receiver = strict().assertions(assertions().sender_vouches(attesters));
    assert!(open(&receiver).waived.contains(&Waiver::AnySignerBelowTheAnchors), "attesters sign messages too");
    assert!(open(&common::receiver()).waived.contains(&Waiver::NoReplayCache));
    assert!(!open(&strict()).waived.contains(&Waiver::NoReplayCache));
    let wide = Requirements::signed([Part::Body]);
    assert!(with_requirements(wide).waived.contains(&Waiver::NoSignedTimestamp));
}

#[test]
fn each_variant_that_opts_out_is_known_here() {
    let mut found = BTreeSet::new();
    for (path, source) in sources(&["crypto", "replay", "tokens", "wss-header", "xmldsig", "xmlenc"]) {
        let types = source.lines().filter_map(|line| line.strip_prefix("pub struct Dangerous"));
        found.extend(types.map(|rest| format!("Dangerous{}", word(rest))));
        if path.ends_with("tokens/src/trust.rs") {
            let rules = source.split("pub enum SignerRule {").nth(1).expect("the rules");
            let rules = rules.split("\n}").next().expect("its end");
            // The fields of a variant are indented deeper.
            let is_variant =
                |line: &&str| line.strip_prefix("    ").is_some_and(|rest| rest.starts_with(char::is_uppercase));
            let variants = rules.lines().filter(is_variant);
            found.extend(variants.map(|line| format!("SignerRule::{}", word(line.trim()))));
        }
    }
    // Of the rules, only the one that expects everyone is a waiver, alone and among others.
    let known = [
        "DangerousNoReplayCache",
        "SignerRule::All",
        "SignerRule::Alternative",
        "SignerRule::AnyBelowTheAnchors",
        "SignerRule::Attribute",
        "SignerRule::Certificate",
        "SignerRule::Policy",
        "SignerRule::Subject",
    ];
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), known, "judge the new one in this file");
}

#[test]
fn what_is_not_judged_of_a_path_shows_in_the_evidence() {
    let rule = || SignerRule::Certificate(certificate("alice"));
    let trust = || Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(rule());
    let waived = |trust: Trust| open(&Receiver::new(trust, demands(), MemoryReplayCache::default())).waived;
    let judged = [Waiver::NoRevocationCheck, Waiver::AnyExtendedKeyUsage];
    assert_eq!(waived(trust()), judged);
    let with_list = || trust().crls(&file("ca.crl")).expect("a list");
    let purpose = ExtendedKeyUsage::email_protection();
    assert_eq!(waived(with_list().extended_key_usage([purpose.clone()])), []);
    let strictest = || with_list().extended_key_usage([purpose.clone()]);
    assert_eq!(waived(strictest().revocation(Revocation::WholePath)), []);
    assert_eq!(waived(strictest().revocation(Revocation::EndEntity)), [Waiver::EndEntityRevocationOnly]);
    assert_eq!(waived(strictest().revocation(Revocation::UnknownIsGood)), [Waiver::UnknownRevocationIsGood]);
    let untold = trust().revocation(Revocation::UnknownIsGood).extended_key_usage([purpose]);
    assert_eq!(waived(untold), [Waiver::UnknownRevocationIsGood, Waiver::RevocationNotTold]);
}

#[test]
fn narrow_configurations_waive_nothing_more() {
    let plain = open(&strict()).waived;
    let narrow = strict()
        .window(Duration::from_secs(30), Duration::from_secs(5))
        .assertions(assertions().max_age(Duration::from_secs(60)))
        .decrypt_with(identity("bob"));
    assert_eq!(open(&narrow).waived, plain);
}
