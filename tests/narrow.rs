//! Requirements that say *if present*, *every*, *any of* or *only*: each with a message that meets it, and one that does not.

mod common;

use common::*;
use ws_security::attachments::{Attachment, Package};
use ws_security::prelude::*;
use ws_security::{
    ContentEncryption, DangerousNoReplayCache, DigestMethod, ElementPath, Limits, NameForm, OpenError, PlanError,
    ReferenceForm, RequiredToken, RequirementError, SamlVersion, Secret, SecureError, SignatureMethod, X509Item,
};

fn demands() -> Requirements {
    Requirements::signed([Part::Body, Part::Timestamp])
}

fn of(requirements: Requirements) -> Receiver {
    Receiver::new(trust().known([certificate("alice")]), requirements, DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
}

fn sign(parts: impl IntoIterator<Item = Part>) -> Signing {
    Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]).parts(parts)
}

fn refused(requirements: Requirements, message: &str) -> RequirementError {
    match refuse(&of(requirements), message) {
        OpenError::Requirement(error) => error,
        error => panic!("{error}"),
    }
}

fn opens(requirements: Requirements, message: &str) {
    let opened = of(requirements).open(message);
    assert!(opened.is_ok(), "{:?}\n{message}", opened.err());
}

/// The envelope without its Action.
fn without_action() -> String {
    let message = envelope(SOAP11).replacen("<a:Action>urn:pay</a:Action>", "", 1);
    assert!(!message.contains("Action"));
    message
}

fn amount() -> Part {
    Part::element(ElementPath::in_body([("urn:p", "Pay"), ("urn:p", "Amount")]))
}

#[test]
fn what_is_present_must_be_signed_and_what_is_not_is_not_missed() {
    let with = recipe().sign(sign([action()])).secured(&envelope(SOAP11));
    let unsigned = recipe().sign(sign([])).secured(&envelope(SOAP11));
    let absent = recipe().sign(sign([])).secured(&without_action());
    let requirements = || demands().signed_if_present([action()]);
    opens(requirements(), &with);
    opens(requirements(), &absent);
    assert!(matches!(refused(requirements(), &unsigned), RequirementError::NotSigned { .. }));
    // It cannot be removed, nor hidden.
    let removed = with.replacen("</a:Action>", "</a:Action><gone/>", 1);
    let (before, rest) = removed.split_once("<a:Action").expect("a block");
    let (block, after) = rest.split_once("<gone/>").expect("its end");
    refuse(&of(requirements()), &format!("{before}{after}"));
    let hidden = format!("{before}<w xmlns=\"urn:w\"><a:Action{block}</w>{after}");
    assert!(matches!(refuse(&of(requirements()), &hidden), OpenError::UnnamedElement { .. }));
    // An element, a token and attachments.
    let other = ElementPath::in_body([("urn:p", "Pay"), ("urn:p", "Other")]);
    opens(demands().signed_if_present([Part::element(other), Part::UsernameToken, Part::Attachments]), &unsigned);
    let user = recipe().username_digest("ann", "s3cret").sign(sign([])).secured(&envelope(SOAP11));
    let error = refused(demands().signed_if_present([Part::UsernameToken]), &user);
    assert_eq!(error, RequirementError::NotSigned { missing: vec![Part::UsernameToken], absent: Vec::new() });
}

#[test]
fn an_element_that_is_present_must_be_signed() {
    let parts = || Requirements::signed([Part::Timestamp]).signed_if_present([amount()]);
    let signing = |parts: &[Part]| Signing::with(&identity("alice")).parts(parts.to_vec());
    let with = recipe().sign(signing(&[Part::Timestamp, amount()])).secured(&envelope(SOAP11));
    assert!(of(parts()).open_parts(&with).expect("opens").elements(amount_path()).count() == 1);
    let unsigned = recipe().sign(signing(&[Part::Timestamp])).secured(&envelope(SOAP11));
    let error = of(parts()).open_parts(&unsigned).expect_err("refused");
    assert!(matches!(error, OpenError::Requirement(RequirementError::NotSigned { .. })), "{error}");
    let absent = unsigned.replace("p:Amount", "p:Other");
    assert!(of(parts()).open_parts(&absent).is_ok());
}

fn amount_path() -> &'static ElementPath {
    static PATH: std::sync::OnceLock<ElementPath> = std::sync::OnceLock::new();
    PATH.get_or_init(|| ElementPath::in_body([("urn:p", "Pay"), ("urn:p", "Amount")]))
}

#[test]
fn what_is_present_must_be_encrypted() {
    let encrypting = || Encrypting::to(&certificate("bob")).parts([action()]);
    let encrypted = recipe().sign(sign([])).encrypt(encrypting()).secured(&envelope(SOAP11));
    let clear = recipe().sign(sign([])).secured(&envelope(SOAP11));
    let absent = recipe().sign(sign([])).secured(&without_action());
    let requirements = || demands().encrypted_if_present([action()]);
    opens(requirements(), &encrypted);
    opens(requirements(), &absent);
    assert_eq!(refused(requirements(), &clear), RequirementError::NotEncrypted { part: action() });
}

#[test]
fn what_is_always_there_is_not_required_if_present() {
    let message = recipe().sign(sign([])).secured(&envelope(SOAP11));
    for part in [Part::Body, Part::Signature, Part::SigningToken, Part::Id("x".to_owned())] {
        let error = refused(demands().signed_if_present([part.clone()]), &message);
        assert_eq!(error, RequirementError::NotOptional { part: part.clone() });
    }
    for part in [Part::Body, Part::Timestamp, Part::Id("x".to_owned())] {
        let planned = recipe().sign(sign([action()]).parts_if_present([part.clone()])).plan();
        assert!(matches!(planned, Err(PlanError::CannotBe { .. })), "{part}");
    }
    let twice = recipe().sign(sign([action()]).parts_if_present([action()])).plan();
    assert!(matches!(twice, Err(PlanError::TwiceInOneStep { .. })));
}

#[test]
fn a_sender_signs_and_encrypts_what_is_present() {
    let every = || Part::every_header_block(WSA, "Action");
    let two = envelope(SOAP11).replacen("<a:To>", "<a:Action>urn:also</a:Action><a:To>", 1);
    for (source, count) in [(without_action(), 0), (envelope(SOAP11), 1), (two, 2)] {
        let encrypting = Encrypting::to(&certificate("bob")).parts_if_present([every()]);
        let recipe = recipe().sign(sign([]).parts_if_present([every()])).encrypt(encrypting);
        let message = recipe.secured(&source);
        assert_eq!(message.matches("<wsse11:EncryptedHeader").count(), count, "{message}");
        let requirements = demands().signed_if_present([every()]).encrypted_if_present([every()]);
        let opened = of(requirements).open(&message).unwrap_or_else(|error| panic!("{error}\n{message}"));
        assert_eq!(opened.header_blocks(WSA, "Action").count(), count);
    }
}

#[test]
fn every_block_of_a_name_is_signed_or_the_message_is_refused() {
    let every = || Part::every_header_block(WSA, "Action");
    let requirements = || demands().also_signed([every()]);
    let message = recipe().sign(sign([every()])).secured(&envelope(SOAP11));
    opens(requirements(), &message);
    opens(requirements(), &recipe().sign(sign([action()])).secured(&envelope(SOAP11)));
    let more = message.replacen("<a:To>", "<a:Action>urn:forged</a:Action><a:To>", 1);
    assert_ne!(more, message);
    let one = demands().also_signed([action()]);
    assert!(matches!(refused(one, &more), RequirementError::NotOneElement { found: 2, .. }));
    assert!(matches!(refused(requirements(), &more), RequirementError::NotSigned { .. }));
    let none = recipe().sign(sign([])).secured(&without_action());
    assert!(matches!(refused(requirements(), &none), RequirementError::NotOneElement { found: 0, .. }));
    let plan = recipe().sign(sign([every()])).plan().expect("a plan");
    assert!(matches!(plan.message(&without_action()).secure(), Err(SecureError::NoSuchPart { .. })));
    assert_eq!(Part::parse(&every().to_string()), Some(every()));
}

#[test]
fn one_of_several_tokens_must_authenticate() {
    let by_certificate = recipe().sign(sign([])).secured(&envelope(SOAP11));
    let with_user =
        recipe().username_digest("ann", "s3cret").sign(sign([Part::UsernameToken])).secured(&envelope(SOAP11));
    opens(demands().any_token_of([RequiredToken::Username, RequiredToken::X509]), &by_certificate);
    opens(demands().any_token_of([RequiredToken::Username, RequiredToken::Kerberos]), &with_user);
    let others = [RequiredToken::Username, RequiredToken::Kerberos, RequiredToken::Saml(SamlVersion::V2_0)];
    let error = refused(demands().any_token_of(others), &by_certificate);
    assert_eq!(error, RequirementError::NoneOfTokens { tokens: "username, Kerberos, SAML 2.0".into() });
    let both = demands().any_token_of([RequiredToken::X509]).any_token_of([RequiredToken::Username]);
    opens(both.clone(), &with_user);
    refused(both, &by_certificate);
    refused(demands().any_token_of([]), &with_user);
}

#[test]
fn the_token_itself_is_signed() {
    let signed = recipe().sign(sign([Part::SigningToken])).secured(&envelope(SOAP11));
    let unsigned = recipe().sign(sign([])).secured(&envelope(SOAP11));
    let requirements = || demands().also_signed([Part::SigningToken]);
    opens(requirements(), &signed);
    assert_eq!(
        refused(requirements(), &unsigned),
        RequirementError::NotSigned { missing: vec![Part::SigningToken], absent: Vec::new() }
    );
    let user = |parts: &[Part]| {
        recipe().username_digest("ann", "s3cret").sign(sign(parts.to_vec())).secured(&envelope(SOAP11))
    };
    let requirements = || demands().also_signed([Part::UsernameToken]);
    opens(requirements(), &user(&[Part::UsernameToken]));
    assert_eq!(
        refused(requirements(), &user(&[])),
        RequirementError::NotSigned { missing: vec![Part::UsernameToken], absent: Vec::new() }
    );
}

#[test]
fn only_digest_passwords_are_accepted() {
    let encrypting = || Encrypting::to(&certificate("bob")).parts([Part::UsernameToken]);
    let digest = recipe().username_digest("ann", "s3cret").sign(sign([Part::UsernameToken]));
    let text = recipe().username_text("ann", "s3cret").sign(sign([Part::UsernameToken])).encrypt(encrypting());
    let (digest, text) = (digest.secured(&envelope(SOAP11)), text.secured(&envelope(SOAP11)));
    opens(demands().username_token().digest_passwords(), &digest);
    opens(demands().username_token(), &text);
    assert_eq!(refused(demands().username_token().digest_passwords(), &text), RequirementError::ClearTextPassword);
}

#[test]
fn attachments_are_signed_with_their_headers() {
    let package = |complete: bool| {
        let photo = Attachment::new("photo@a", "image/png", b"png".to_vec()).expect("an attachment");
        let signing = sign([Part::Attachments]);
        let signing = if complete { signing.complete_attachments() } else { signing };
        let plan = recipe().sign(signing).plan().expect("a plan");
        let package = plan.message(&envelope(SOAP11)).attachments(vec![photo]).secure().expect("secured").message;
        (package.content_type(), package.write(Vec::new()).expect("written"))
    };
    let receiver = of(demands().also_signed([Part::Attachments]).complete_attachments());
    let open = |receiver: &Receiver, (content_type, octets): &(String, Vec<u8>)| {
        let package = Package::parse_body(content_type, octets, &Limits::default()).expect("a package");
        receiver.open(&package).map(|opened| opened.attachments().len())
    };
    assert_eq!(open(&receiver, &package(true)), Ok(1));
    let refused = open(&receiver, &package(false));
    let incomplete = RequirementError::IncompleteAttachment { content_id: "photo@a".into() };
    assert_eq!(refused, Err(OpenError::Requirement(incomplete)));
    assert_eq!(open(&of(demands().also_signed([Part::Attachments])), &package(false)), Ok(1));
    // If present: an attachment that nobody signed.
    let unsigned = {
        let photo = Attachment::new("photo@a", "image/png", b"png".to_vec()).expect("an attachment");
        let plan = recipe().sign(sign([])).plan().expect("a plan");
        let package = plan.message(&envelope(SOAP11)).attachments(vec![photo]).secure().expect("secured").message;
        (package.content_type(), package.write(Vec::new()).expect("written"))
    };
    let if_present = of(demands().signed_if_present([Part::Attachments]));
    assert_eq!(open(&if_present, &package(false)), Ok(1));
    assert!(matches!(open(&if_present, &unsigned), Err(OpenError::Requirement(RequirementError::NotSigned { .. }))));
}

#[test]
fn a_timestamp_says_when_it_expires() {
    let message = recipe().sign(sign([])).secured(&envelope(SOAP11));
    opens(demands().expires(), &message);
    let none = Recipe::new().sign(Signing::with(&identity("alice")).parts([Part::Body])).secured(&envelope(SOAP11));
    let body = Requirements::signed([Part::Body]);
    opens(body.clone(), &none);
    assert_eq!(refused(body.clone().expires(), &none), RequirementError::NoExpires);
    // Created alone, in a timestamp that nobody signed.
    let (before, rest) = message.split_once("<wsu:Expires>").expect("an end");
    let (_, after) = rest.split_once("</wsu:Expires>").expect("its end");
    refuse(&of(demands().expires()), &format!("{before}{after}"));
    let signing = Signing::with(&identity("alice")).parts([Part::Body]);
    let unsigned = recipe().sign(signing).secured(&envelope(SOAP11));
    let (before, rest) = unsigned.split_once("<wsu:Expires>").expect("an end");
    let (_, after) = rest.split_once("</wsu:Expires>").expect("its end");
    let created_alone = format!("{before}{after}");
    opens(body.clone(), &created_alone);
    assert_eq!(refused(body.expires(), &created_alone), RequirementError::NoExpires);
}

#[test]
fn requirements_narrow_the_algorithms() {
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let message = recipe().sign(sign([])).encrypt(encrypting).secured(&envelope(SOAP11));
    let (rsa, pss) = (SignatureMethod::RsaSha256, SignatureMethod::RsaPssSha256);
    opens(demands().signature_methods([rsa, pss]).content_ciphers([ContentEncryption::Aes256Gcm]), &message);
    let error = refused(demands().signature_methods([pss]), &message);
    let words = format!("the signature method is {:?}, and required is {}: ", rsa.uri(), pss.uri());
    assert!(error.to_string().starts_with(&words), "{error}");
    let error = refused(demands().content_ciphers([ContentEncryption::Aes128Gcm]), &message);
    let (used, other) = (ContentEncryption::Aes256Gcm.uri(), ContentEncryption::Aes128Gcm.uri());
    assert!(error.to_string().starts_with(&format!("the cipher is {used:?}, and required is {other}: ")), "{error}");
    // They admit nothing that the policy does not.
    let sha1 = Recipe::new().allow_legacy_algorithms().timestamp(std::time::Duration::from_secs(300));
    let sha1 = sha1.sign(sign([]).method(SignatureMethod::RsaSha1)).secured(&envelope(SOAP11));
    let error = refuse(&of(demands().signature_methods([SignatureMethod::RsaSha1])), &sha1);
    assert!(matches!(error, OpenError::Verify(_)), "{error}");
}

#[test]
fn requirements_narrow_the_digests_and_the_reference_to_the_signer() {
    let message = |form| recipe().sign(sign([]).reference(form)).secured(&envelope(SOAP11));
    let direct = message(ReferenceForm::Direct);
    opens(demands().digest_methods([DigestMethod::Sha256]), &direct);
    let error = refused(demands().digest_methods([DigestMethod::Sha512]), &direct);
    let (used, other) = (DigestMethod::Sha256.uri(), DigestMethod::Sha512.uri());
    assert!(error.to_string().starts_with(&format!("the digest is {used:?}, and required is {other}: ")), "{error}");
    let forms = [
        ReferenceForm::Direct,
        ReferenceForm::DirectPath,
        ReferenceForm::DirectPkcs7,
        ReferenceForm::IssuerSerial,
        ReferenceForm::SubjectKeyIdentifier,
        ReferenceForm::Thumbprint,
        ReferenceForm::Embedded,
    ];
    for form in forms {
        opens(demands().signer_references([form]), &message(form));
        let others = forms.into_iter().filter(|other| *other != form);
        let error = refused(demands().signer_references(others), &message(form));
        assert!(error.to_string().contains(&format!("by {form}, and required is ")), "{error}");
    }
    // In which spelling a name was meant, nobody sees.
    let java = message(ReferenceForm::IssuerSerialAs(NameForm::Java));
    opens(demands().signer_references([ReferenceForm::IssuerSerial]), &java);
    // So it is without a reference.
    let items = [
        X509Item::Certificate,
        X509Item::IssuerSerial(NameForm::Dotnet),
        X509Item::SubjectKeyIdentifier,
        X509Item::SubjectName(NameForm::Java),
        X509Item::Digest(DigestMethod::Sha512),
    ];
    let bare =
        items.map(ReferenceForm::X509Data).into_iter().chain([ReferenceForm::KeyName, ReferenceForm::DerKeyValue]);
    let bare: Vec<_> = bare.collect();
    for form in &bare {
        let recipe = recipe().waive(ws_security::bsp::Rule::R5417).sign(sign([]).reference(*form));
        let message = recipe.secured(&envelope(SOAP11));
        opens(demands().signer_references([*form]), &message);
        let others = bare.iter().copied().filter(|other| other != form).chain(forms);
        let error = refused(demands().signer_references(others), &message);
        assert!(matches!(error, RequirementError::OtherReference { .. }), "{form:?}: {error}");
    }
    opens(demands().signer_references([ReferenceForm::X509Data(X509Item::Path)]), &{
        let recipe = recipe().waive(ws_security::bsp::Rule::R5417);
        recipe.sign(sign([]).reference(ReferenceForm::X509Data(X509Item::Certificate))).secured(&envelope(SOAP11))
    });
}
