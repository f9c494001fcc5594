//! Content keys that are agreed on with EC, X25519 and X448 keys, in the Security header.

mod common;

use common::*;
use ws_security::crypto::{KeyAgreement, KeyDerivation, KeyWrap, OtherInfo};
use ws_security::prelude::*;
use ws_security::xmlenc::Agreement;
use ws_security::{
    AlgorithmPolicy, ContentEncryption, DangerousNoReplayCache, DigestMethod, Limit, Limits, PlanError, ReferenceForm,
    X509Item,
};

const RECIPIENTS: [(&str, KeyAgreement); 6] = [
    ("ka-ec256", KeyAgreement::EcdhEs),
    ("ka-ec384", KeyAgreement::EcdhEs),
    ("ka-ec521", KeyAgreement::EcdhEs),
    ("ka-x25519", KeyAgreement::X25519),
    ("ka-x448", KeyAgreement::X448),
    ("ka-bp256", KeyAgreement::EcdhEs),
];

fn to(name: &str) -> Encrypting {
    Encrypting::to(&certificate(name)).parts([Part::Body])
}

fn secured(encrypting: Encrypting) -> String {
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
    let plan = recipe().sign(signing).encrypt(encrypting).plan().expect("a plan");
    plan.message(&envelope(SOAP12)).secure().expect("secured").message
}

fn receiver(name: &str) -> Receiver {
    let anchors = Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(SignerRule::AnyBelowTheAnchors);
    let required = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]);
    Receiver::new(anchors, required, DangerousNoReplayCache).decrypt_with(identity(name))
}

#[test]
fn the_kind_of_the_key_picks_the_agreement() {
    for (name, agreement) in RECIPIENTS {
        // The recipient is in an xenc:RecipientKeyInfo: no rule of BSP wants a reference there.
        let bare = [ReferenceForm::X509Data(X509Item::SubjectKeyIdentifier), ReferenceForm::DerKeyValue];
        let forms = [ReferenceForm::IssuerSerial, ReferenceForm::SubjectKeyIdentifier, ReferenceForm::Direct];
        for form in forms.into_iter().chain(bare) {
            let message = secured(to(name).reference(form));
            let written = format!("<xenc:AgreementMethod Algorithm=\"{}\">", agreement.uri());
            assert!(message.contains(&written), "{name}");
            let opened = receiver(name).open(&message).unwrap_or_else(|error| panic!("{name} {form:?}: {error}"));
            assert!(opened.body().xml().contains(AMOUNT));
            assert_eq!(opened.evidence().decrypted[0].key.algorithm(), Some(agreement.uri()));
        }
        let message = secured(to(name));
        for (other, _) in RECIPIENTS.into_iter().filter(|(other, _)| *other != name) {
            refuse(&receiver(other), &message);
        }
        refuse(&receiver("bob"), &message);
    }
}

#[test]
fn the_suites_of_networks_open() {
    let suites = [
        ("ka-x25519", Agreement::edelivery_2()),
        ("ka-ec256", Agreement::edelivery_2()),
        ("ka-bp256", Agreement::bdew_1_2()),
    ];
    for (name, agreement) in suites {
        let message = secured(to(name).content(ContentEncryption::Aes128Gcm).agreement(agreement.clone()));
        assert!(message.contains(agreement.derivation.method().uri()) && message.contains(KeyWrap::Aes128.uri()));
        assert!(receiver(name).open(&message).is_ok(), "{name}");
    }
    // AS4-Profil 1.1 of BDEW, §2.2.6.2.2; as senders with WSS4J have it, it opens as well.
    let named = to("ka-bp256").reference(ReferenceForm::X509Data(X509Item::SubjectKeyIdentifier));
    let message = secured(named.clone().agreement(Agreement::bdew_1_2()));
    assert!(message.contains("AlgorithmID=\"\" PartyUInfo=\"\" PartyVInfo=\"\""), "{message}");
    assert!(message.contains("<xenc:RecipientKeyInfo><ds:X509Data><ds:X509SKI>"), "{message}");
    let other_info = OtherInfo { algorithm_id: vec![0], ..OtherInfo::default() };
    let derivation = KeyDerivation::ConcatKdf { digest: DigestMethod::Sha256, other_info };
    let message = secured(named.agreement(Agreement { derivation, wrap: KeyWrap::Aes128, ..Agreement::default() }));
    assert!(message.contains("AlgorithmID=\"0000\"") && receiver("ka-bp256").open(&message).is_ok());
}

#[test]
fn every_message_has_a_fresh_pair_of_keys() {
    for (name, _) in RECIPIENTS {
        let originator = |message: &str| {
            let start = message.find("<xenc:OriginatorKeyInfo").expect("an originator");
            message[start..message.find("</xenc:OriginatorKeyInfo>").expect("its end")].to_owned()
        };
        assert_ne!(originator(&secured(to(name))), originator(&secured(to(name))), "{name}");
    }
}

#[test]
fn another_originator_gives_another_key() {
    for (name, _) in RECIPIENTS {
        let (one, other) = (secured(to(name)), secured(to(name)));
        let value = |message: &str| {
            let start = message.find("<xenc:OriginatorKeyInfo").expect("an originator");
            let end = message.find("</xenc:OriginatorKeyInfo>").expect("its end");
            (start, end)
        };
        let ((start, end), (from, to)) = (value(&one), value(&other));
        let swapped = [&one[..start], &other[from..to], &one[end..]].concat();
        assert!(receiver(name).open(&one).is_ok());
        refuse(&receiver(name), &swapped);
    }
}

#[test]
fn certificates_that_may_not_agree_are_no_recipients() {
    for name in ["ec256", "ed25519", "nosign"] {
        let plan = recipe().encrypt(to(name)).plan();
        let may = name == "nosign";
        assert_eq!(plan.map(drop).err(), (!may).then_some(PlanError::Recipient), "{name}");
    }
}

#[test]
fn an_agreement_is_an_operation_with_a_private_key() {
    let message = secured(to("ka-x25519"));
    let limits = |count| Limits::default().with(Limit::PrivateKeyOperations, count);
    assert!(receiver("ka-x25519").limits(limits(1)).open(&message).is_ok());
    refuse(&receiver("ka-x25519").limits(limits(0)), &message);
}

#[test]
fn pbkdf2_is_admitted_by_name_and_costs_its_iterations() {
    let derivation = KeyDerivation::Pbkdf2 { prf: DigestMethod::Sha256, salt: vec![7; 16], iterations: 1_000 };
    let message =
        secured(to("ka-x25519").agreement(Agreement { derivation, wrap: KeyWrap::Aes256, ..Agreement::default() }));
    refuse(&receiver("ka-x25519"), &message);
    let mut policy = AlgorithmPolicy::default();
    assert!(policy.admit_uri("http://www.w3.org/2009/xmlenc11#pbkdf2"));
    let admitting = || receiver("ka-x25519").algorithms(policy.clone());
    assert!(admitting().open(&message).is_ok());
    let limits = Limits::default().with(Limit::DerivationIterations, 999);
    refuse(&admitting().limits(limits), &message);
}

/// A key that does not fit is said to be for its recipient, and not for the originator; one that is agreed on in place of an
/// encrypted key, and one that is agreed on twice, are told apart from that.
#[test]
fn errors_name_the_recipient_of_an_agreement() {
    let said = |message: &str| receiver("ka-ec256").open(message).map(drop).expect_err("refused").to_string();
    let message = secured(to("ka-x25519"));
    assert!(said(&message).contains("issuer"), "{}", said(&message));
    let own = secured(to("ka-ec256"));
    let (from, end) = ("<xenc:AgreementMethod", "</xenc:AgreementMethod>");
    let start = own.find(from).expect("an agreement");
    let stop = own.find(end).expect("its end") + end.len();
    let agreement = &own[start..stop];
    let twice = format!("{}{agreement}{}", &own[..stop], &own[stop..]);
    assert!(said(&twice).contains("AgreementMethod"), "{}", said(&twice));
    // As XML Encryption 1.1 §5.6 has it.
    let key = own.find("<xenc:EncryptedKey").expect("a key")..own.find("</xenc:EncryptedKey>").expect("its end") + 20;
    let id = own.split("DataReference URI=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a reference");
    let list = format!("<xenc:ReferenceList><xenc:DataReference URI=\"{id}\"/></xenc:ReferenceList>");
    let list = list.replacen('>', " xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\">", 1);
    let direct = own.replace(&own[key], &list).replacen(
        "<xenc:CipherData>",
        &format!("{KEY_INFO}{agreement}</ds:KeyInfo><xenc:CipherData>"),
        1,
    );
    assert!(
        said(&direct).contains("without an xenc:EncryptedKey, which is not supported"),
        "{}\n{direct}",
        said(&direct)
    );
}

const KEY_INFO: &str = "<ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" \
                        xmlns:xenc11=\"http://www.w3.org/2009/xmlenc11#\">";
