//! Conformant messages, one for each kind of header, from which the broken ones are made.

use std::time::SystemTime;

use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::{
    Correlation, DangerousNoReplayCache, KerberosTicket, NewAssertion, ProtectionToken, ReferenceForm, SamlVersion,
    Secret, SecureConversation,
};

use crate::common::*;
use crate::edit::replace;

const LICENSE: &str = "<r:license xmlns:r=\"urn:mpeg:mpeg21:2003:01-REL-R-NS\" \
    xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" \
    licenseId=\"urn:license:7\" wsu:Id=\"license-7\"><r:grant/><r:issuer><ds:Signature \
    xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/></r:issuer></r:license>";

/// An AP-REQ in the framing of the GSS-API. No rule looks inside.
pub(crate) fn ticket() -> Option<KerberosTicket> {
    let mechanism = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02, 0x01, 0x00];
    let content = [mechanism.as_slice(), &[0x6E, 3, 1, 2, 3]].concat();
    let gss_token = [&[0x60, u8::try_from(content.len()).expect("short")], content.as_slice()].concat();
    Some(KerberosTicket { gss_token, key: Secret::new((0..32).collect()) })
}

pub(crate) fn passwords(user: &str) -> Option<Secret> {
    (user == "ann").then(|| Secret::new(b"s3cret".to_vec()))
}

/// Bob, who has every key, password and certificate of the goldens.
pub(crate) fn bob() -> Receiver {
    let trust = Trust::pins([certificate("v1"), certificate("dave")]);
    Receiver::new(trust, Requirements::signed([Part::Body]), DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .passwords(passwords)
}

fn with(recipe: Recipe) -> String {
    recipe.secured(&envelope(SOAP11))
}

fn parts() -> [Part; 3] {
    [Part::Body, Part::Timestamp, Part::SigningToken]
}

fn by(form: ReferenceForm) -> Signing {
    Signing::with(&identity("alice")).reference(form).parts([Part::Body, Part::Timestamp])
}

fn assertion(version: SamlVersion) -> String {
    let assertion = NewAssertion::new(version, "https://idp.example", "uid=ann").audience("urn:bank");
    let assertion = assertion.holder_of_key(&certificate("alice"));
    assertion.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("signed")
}

fn by_subject(version: SamlVersion) -> String {
    with(recipe().token(assertion(version)).sign(by(ReferenceForm::Direct).holder_of_key()))
}

/// The signature does not cover the assertion, which edits then change or take away.
fn by_uncovered_subject(version: SamlVersion) -> String {
    with(recipe().token(assertion(version)).sign(by(ReferenceForm::Direct).holder_of_key_uncovered()))
}

/// The golden message of this name.
pub(crate) fn golden(name: &str) -> String {
    let derived = || ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
    match name {
        // Signed, then encrypted.
        "x509" => with(
            recipe()
                .sign(Signing::with(&identity("alice")).parts(parts()))
                .encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body])),
        ),
        // Encrypted, then signed: two steps of encryption, one of a header block.
        "encrypted" => with(
            recipe()
                .encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body, action()]))
                .sign(Signing::with(&identity("alice")).parts(parts())),
        ),
        // A gateway signs the Body in its own header.
        "two headers" => {
            let plan = Recipe::new().actor("urn:gateway").sign(Signing::with(&identity("dave")).parts([Part::Body]));
            plan.secured(&golden("username"))
        }
        "endorsed" => with(
            recipe()
                .sign(Signing::with(&identity("alice")).parts(parts()))
                .sign(Signing::with(&identity("carol")).parts([Part::Signature, Part::SigningToken])),
        ),
        "signature encrypted" => with(
            recipe()
                .sign(Signing::with(&identity("alice")).parts(parts()))
                .encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body, Part::Signature])),
        ),
        "issuer and serial" => with(recipe().sign(by(ReferenceForm::IssuerSerial))),
        "key identifier" => {
            let signing = Signing::with(&identity("dave")).reference(ReferenceForm::SubjectKeyIdentifier);
            with(recipe().sign(signing.parts([Part::Body, Part::Timestamp])))
        }
        "thumbprint" => {
            let signing = Signing::with(&identity("v1")).reference(ReferenceForm::Thumbprint);
            with(recipe().sign(signing.parts([Part::Body, Part::Timestamp])))
        }
        "alice by thumbprint" => with(recipe().sign(by(ReferenceForm::Thumbprint))),
        "embedded" => with(
            recipe()
                .sign(by(ReferenceForm::Embedded))
                .sign(Signing::with(&identity("carol")).parts([Part::Signature, Part::SigningToken])),
        ),
        "path" => with(recipe().sign(by(ReferenceForm::DirectPath))),
        "pkcs7" => with(recipe().sign(by(ReferenceForm::DirectPkcs7))),
        "str-transform" => {
            with(recipe().sign(by(ReferenceForm::Direct).parts([Part::SigningToken]).token_by_reference()))
        }
        "username" => with(recipe().username_digest("ann", "s3cret").sign(Signing::with(&identity("alice")).parts([
            Part::Body,
            Part::Timestamp,
            Part::UsernameToken,
        ]))),
        "password key" => {
            with(recipe().sign(Signing::with_token(&ProtectionToken::username("ann", "s3cret")).parts(parts())))
        }
        "symmetric" | "symmetric body" => {
            let token = derived();
            let mut encrypted = vec![Part::Body];
            encrypted.extend((name == "symmetric").then(action));
            with(
                recipe()
                    .sign(Signing::with_token(&token).parts([Part::Timestamp, Part::SigningToken]))
                    .encrypt(Encrypting::with_token(&token).parts(encrypted)),
            )
        }
        // No key is derived: the data and the MAC share one.
        "encrypted key" => {
            with(recipe().sign(Signing::with_token(&ProtectionToken::encrypted_to(&certificate("bob"))).parts(parts())))
        }
        "reply" => {
            let token = ProtectionToken::encrypted_to(&certificate("bob"));
            let request = recipe().sign(Signing::with_token(&token).parts(parts())).plan().expect("a plan");
            let exchange = request.message(&envelope(SOAP11)).secure().expect("secured").correlation;
            reply(&exchange)
        }
        "saml 1.1" => by_subject(SamlVersion::V1_1),
        "saml 2.0" => by_subject(SamlVersion::V2_0),
        "saml 1.1 uncovered" => by_uncovered_subject(SamlVersion::V1_1),
        "saml 2.0 uncovered" => by_uncovered_subject(SamlVersion::V2_0),
        "kerberos" => with(recipe().sign(Signing::with_token(&ProtectionToken::kerberos(ticket)).parts(parts()))),
        "license" => with(recipe().token(LICENSE).sign(by(ReferenceForm::Direct).holder_of_key())),
        "license uncovered" => with(recipe().token(LICENSE).sign(by(ReferenceForm::Direct).holder_of_key_uncovered())),
        name => {
            let (of, edits) = edited(name);
            edits.iter().fold(golden(of), |message, (from, to)| replace(&message, from, to))
        }
    }
}

fn reply(request: &Correlation) -> String {
    let signing = Signing::with_token(&ProtectionToken::of_request()).parts([Part::Body, Part::Timestamp]);
    let plan = recipe().signature_confirmation().sign(signing).plan().expect("a plan");
    plan.message(&envelope(SOAP11)).answering(request).secure().expect("secured").message
}

type Edits = &'static [(&'static str, &'static str)];

/// Forms that we do not write, made from those that we write.
fn edited(name: &str) -> (&'static str, Edits) {
    match name {
        "typed" => (
            "x509",
            &[(
                "<ds:KeyInfo><wsse:SecurityTokenReference xmlns:wsse=\"%WSSE%\">",
                "<ds:KeyInfo>%STR% wsse11:TokenType=\"%X509%X509v3\">",
            )],
        ),
        "xpath" => (
            "issuer and serial",
            &[(
                "URI=\"#TS-…\"><ds:Transforms>",
                "URI=\"\"><ds:Transforms><ds:Transform Algorithm=\"%FILTER%\"></ds:Transform>",
            )],
        ),
        "header by data" => ("encrypted", &[("<wsse11:EncryptedHeader… wsu:Id=\"…\"", "<wsse11:EncryptedHeader{1}")]),
        "header by itself" => (
            "encrypted",
            &[(
                "#ED-…\"…#ED-…\"…wsu:Id=\"EH-…\"…<xenc:EncryptedData xmlns:xenc=\"…\" Id=\"…\"",
                "#ED-{1}\"{2}#EH-{5}\"{4}wsu:Id=\"EH-{5}\"{6}<xenc:EncryptedData xmlns:xenc=\"{7}\"",
            )],
        ),
        "key references" => (
            "symmetric",
            &[(
                "<xenc:EncryptedKey…Id=\"…\"…</xenc:ReferenceList>",
                "<xenc:EncryptedKey{1}Id=\"{2}\"{3}<xenc:KeyReference URI=\"#{2}\"></xenc:KeyReference></xenc:ReferenceList>",
            )],
        ),
        "key references of a key" => (
            "encrypted",
            &[(
                "<xenc:EncryptedKey…Id=\"…\"…</xenc:ReferenceList>",
                "<xenc:EncryptedKey{1}Id=\"{2}\"{3}<xenc:KeyReference URI=\"#{2}\"></xenc:KeyReference></xenc:ReferenceList>",
            )],
        ),
        "wrapped key" => (
            "encrypted",
            &[(
                "<xenc:EncryptionMethod Algorithm=\"%XENC%rsa-oaep-mgf1p\">…</xenc:EncryptionMethod>",
                "<xenc:EncryptionMethod Algorithm=\"%XENC%kw-aes128\"></xenc:EncryptionMethod>",
            )],
        ),
        "kerberos elsewhere" => (
            "kerberos",
            &[
                ("<wsse:BinarySecurityToken…</wsse:BinarySecurityToken>", ""),
                (
                    "<wsse:Reference…</wsse:Reference>",
                    "<wsse:KeyIdentifier EncodingType=\"%B64%\" ValueType=\"%KRB%Kerberosv5APREQSHA1\">AAAA\
                     </wsse:KeyIdentifier>",
                ),
            ],
        ),
        "saml 2.0 direct" => (
            "saml 2.0 uncovered",
            &[("<wsse:KeyIdentifier…>…</wsse:KeyIdentifier>", "<wsse:Reference URI=\"#{2}\"></wsse:Reference>")],
        ),
        "saml 1.1 elsewhere" => (
            "saml 1.1 uncovered",
            &[
                ("<saml:Assertion…</saml:Assertion>", ""),
                (
                    "<wsse:KeyIdentifier",
                    "<saml:AuthorityBinding xmlns:saml=\"%SAML%\" AuthorityKind=\"saml:AssertionIDReference\" \
                     Binding=\"urn:b\" Location=\"urn:l\"></saml:AuthorityBinding><wsse:KeyIdentifier",
                ),
            ],
        ),
        "saml 2.0 elsewhere" => (
            "saml 2.0 uncovered",
            &[
                ("<saml2:Assertion…</saml2:Assertion>", ""),
                (
                    "<wsse:KeyIdentifier…>…</wsse:KeyIdentifier>",
                    "<wsse:Reference URI=\"https://idp.example/?ID={2}\" ValueType=\"%SAML11P%SAMLV2.0\">\
                     </wsse:Reference>",
                ),
            ],
        ),
        "saml embedded" => (
            "saml 2.0 uncovered",
            &[
                ("URI=\"#TS-…\"", "URI=\"#str-e\""),
                (
                    "%END%",
                    "%STR% xmlns:wsu=\"%WSU%\" wsu:Id=\"str-e\" wsse11:TokenType=\"%SAML11P%SAMLV2.0\"><wsse:Embedded>\
                     <saml2:Assertion xmlns:saml2=\"%SAML2%\" ID=\"_e\"></saml2:Assertion></wsse:Embedded>%/STR%%END%",
                ),
            ],
        ),
        "attachments" => (
            "encrypted",
            &[
                (
                    "<ds:Reference",
                    "<ds:Reference URI=\"cid:a@b\"><ds:Transforms><ds:Transform \
                     Algorithm=\"%SWA%Attachment-Content-Signature-Transform\"></ds:Transform></ds:Transforms><ds:DigestMethod \
                     Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod><ds:DigestValue>\
                     47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</ds:DigestValue></ds:Reference><ds:Reference",
                ),
                (
                    "</xenc:ReferenceList></xenc:EncryptedKey>",
                    "<xenc:DataReference URI=\"#att\"></xenc:DataReference></xenc:ReferenceList></xenc:EncryptedKey>\
                     <xenc:EncryptedData xmlns:xenc=\"%XENC%\" Id=\"att\" Type=\"%SWA%Attachment-Content-Only\">\
                     <xenc:EncryptionMethod Algorithm=\"%GCM%\"></xenc:EncryptionMethod><xenc:CipherData>\
                     <xenc:CipherReference URI=\"cid:a@b\"><xenc:Transforms><ds:Transform xmlns:ds=\"%DS%\" \
                     Algorithm=\"%SWA%Attachment-Ciphertext-Transform\"></ds:Transform></xenc:Transforms>\
                     </xenc:CipherReference></xenc:CipherData></xenc:EncryptedData>",
                ),
            ],
        ),
        other => panic!("no golden message {other:?}"),
    }
}
