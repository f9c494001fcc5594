//! Shapes of tokens, references and values that peers send and the profiles allow: they open with nothing configured, and
//! what differs from them in substance does not.

mod common;

use common::*;
use ws_security::c14n::{base64_encode, name};
use ws_security::crypto::{CertificateBundle, Digest};
use ws_security::prelude::*;
use ws_security::tokens::{PasswordError, password_digest};
use ws_security::{
    AssertionTrust, DangerousNoReplayCache, DigestMethod, LoadError, NewAssertion, OpenError, ReferenceForm,
    RequirementError, SamlVersion, Secret, TransportFacts,
};

/// What Alice signed, with another content of `ds:KeyInfo`.
fn with_key_info(content: &str) -> String {
    let message = recipe().sign(signing().reference(ReferenceForm::Thumbprint)).secured(&envelope(SOAP11));
    let (before, rest) = message.split_once("<ds:KeyInfo>").expect("a KeyInfo");
    let (_, after) = rest.split_once("</ds:KeyInfo>").expect("its end");
    format!("{before}<ds:KeyInfo>{content}</ds:KeyInfo>{after}")
}

/// Forms that name the certificate.
fn forms(certificate: &Certificate) -> Vec<(&'static str, String)> {
    let (wsse, wsu, dsig11) = (name::WSSE.uri, name::WSU.uri, name::DSIG11.uri);
    let data = |content: &str| format!("<ds:X509Data>{content}</ds:X509Data>");
    let der = base64_encode(certificate.der());
    let ski = base64_encode(certificate.subject_key_identifier().expect("one"));
    let ski = format!("<ds:X509SKI>\n {ski}\n</ds:X509SKI>");
    let digest = base64_encode(Digest::of(DigestMethod::Sha256, certificate.der()).as_octets());
    let method = "Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"";
    let digest11 = format!("<d:X509Digest xmlns:d=\"{dsig11}\" {method}>{digest}</d:X509Digest>");
    let whole = format!("<ds:X509Certificate>{der}</ds:X509Certificate>");
    let serial = format!(
        "<ds:X509IssuerSerial><ds:X509IssuerName>{}</ds:X509IssuerName><ds:X509SerialNumber> {}\n</ds:X509SerialNumber>\
         </ds:X509IssuerSerial>",
        certificate.issuer(),
        certificate.serial_decimal()
    );
    let subject = format!("<ds:X509SubjectName>{}</ds:X509SubjectName>", certificate.subject());
    let key_name = "<ds:KeyName>some name</ds:KeyName>";
    let reference = |content: &str| {
        format!(
            "<w:SecurityTokenReference xmlns:w=\"{wsse}\" xmlns:u=\"{wsu}\" u:Id=\"STR-own\">{content}\
             </w:SecurityTokenReference>"
        )
    };
    let x509v3 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
    let by_value = format!("<w:KeyIdentifier ValueType=\"{x509v3}\">{der}</w:KeyIdentifier>");
    vec![
        ("X509SKI", data(&ski)),
        ("dsig11:X509Digest", data(&digest11)),
        ("ds:X509Digest", data(&digest11.replace("d:X509Digest", "ds:X509Digest"))),
        ("two X509Data", data(&serial) + &data(&whole)),
        ("a path in two X509Data", data(&whole) + &data(&whole_of(&self::certificate("ca")))),
        ("two items", data(&format!("{subject}{serial}"))),
        ("KeyName beside X509Data", format!("{key_name}{}", data(&serial))),
        ("KeyName beside a reference", format!("{key_name}{}", reference(&data(&serial)))),
        ("X509SKI in a reference with an Id", reference(&data(&ski))),
        ("X509Digest in a reference", reference(&data(&digest11))),
        ("KeyIdentifier of the whole certificate", reference(&by_value)),
    ]
}

fn whole_of(certificate: &Certificate) -> String {
    format!("<ds:X509Certificate>{}</ds:X509Certificate>", base64_encode(certificate.der()))
}

#[test]
fn every_form_that_names_a_certificate_opens_by_it_and_by_no_other() {
    let receiver = || {
        let trust = trust().known([certificate("alice"), certificate("bob"), certificate("carol")]);
        Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
    };
    for (form, key_info) in forms(&certificate("alice")) {
        let opened = receiver().open(with_key_info(&key_info)).unwrap_or_else(|error| panic!("{form}: {error}"));
        assert_eq!(opened.signer().certificate(), Some(&certificate("alice")), "{form}");
    }
    for other in ["bob", "carol"] {
        for (form, key_info) in forms(&certificate(other)) {
            let error = refuse(&receiver(), &with_key_info(&key_info));
            assert!(matches!(error, OpenError::Trust(_)), "{form}: {error}");
        }
    }
    // Two that are trusted: which one is meant is not guessed.
    let both = format!(
        "<ds:X509Data>{}</ds:X509Data><ds:X509Data>{}</ds:X509Data>",
        whole_of(&certificate("alice")),
        whole_of(&certificate("bob"))
    );
    let trust = trust().pin(certificate("bob"));
    let two = Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache);
    assert!(matches!(refuse(&two, &with_key_info(&both)), OpenError::AmbiguousKey));
}

const PASSWORD_TYPE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#Password";

/// A message with a Security header that holds only a username token with this content.
fn with_username(content: &str) -> String {
    let (wsse, wsu) = (name::WSSE.uri, name::WSU.uri);
    envelope(SOAP11).replacen(
        "<s:Header>",
        &format!(
            "<s:Header><w:Security xmlns:w=\"{wsse}\" xmlns:u=\"{wsu}\"><w:UsernameToken><w:Username>ann</w:Username>\
             {content}</w:UsernameToken></w:Security>"
        ),
        1,
    )
}

fn users(stored: &'static [u8]) -> Receiver {
    let requirements = Requirements::dangerous_unsigned().username_token();
    Receiver::new(Trust::no_certificates(), requirements, MemoryReplayCache::default())
        .passwords(move |user: &str| (user == "ann").then(|| Secret::new(stored.to_vec())))
        .over_protected_transport()
}

fn user_of(receiver: &Receiver, message: &str) -> Result<Option<String>, OpenError> {
    let opened = receiver.open_unsigned(message, TransportFacts::dangerous_unprotected())?;
    Ok(opened.user().map(|user| user.username().to_owned()))
}

fn now() -> String {
    ws_security::tokens::format_instant(std::time::SystemTime::now())
}

/// A digest password: of this nonce, instant and password; with `around` around the values.
fn digest(nonce: &[u8], created: &str, digested: &str, password: &[u8], around: &str) -> String {
    let digest = base64_encode(&password_digest(nonce, digested, &Secret::new(password.to_vec())));
    format!(
        "<w:Password Type=\"{PASSWORD_TYPE}Digest\">{around}{digest}{around}</w:Password><w:Nonce>{around}{}{around}\
         </w:Nonce><u:Created>{created}</u:Created>",
        base64_encode(nonce)
    )
}

#[test]
fn username_tokens_in_the_shapes_of_peers_authenticate() {
    let ann = || Ok(Some("ann".to_owned()));
    let (text, time) = ("<w:Password>s3cret</w:Password>", now());
    let nonce = "<w:Nonce>AAECAwQFBgcICQoLDA0ODw==</w:Nonce>";
    for content in [
        text.to_owned(),
        format!("<w:Password Type=\"{PASSWORD_TYPE}Text\">s3cret</w:Password>{nonce}"),
        format!("{text}<u:Created>\n  {time}\n</u:Created>"),
        format!("{text}{nonce}<u:Created>{time}</u:Created>"),
        digest(b"0123456789abcdef", &time, &time, b"s3cret", ""),
        digest(b"0123456789abcdef", &time, &time, b"s3cret", "\n   "),
        // Digested as written, and as what wrote it had it before it was indented.
        digest(b"0123456789abcdef", &format!("\n {time} "), &format!("\n {time} "), b"s3cret", ""),
        digest(b"0123456789abcdef", &format!("\n {time} "), &time, b"s3cret", ""),
    ] {
        assert_eq!(user_of(&users(b"s3cret"), &with_username(&content)), ann(), "{content}");
        assert!(user_of(&users(b"s3cret "), &with_username(&content)).is_err(), "{content}");
    }
    // A password is a string: blanks are a part of it.
    let blank = with_username("<w:Password> s3cret</w:Password>");
    assert_eq!(user_of(&users(b"s3cret"), &blank), Err(OpenError::Password(PasswordError::WrongPassword)));
}

/// Drafts and early WCF have the Type in the namespace of its element, and some clients write it in other letters, or make a
/// nonce of random letters: openLiberty/open-liberty#12523.
#[test]
fn username_tokens_of_other_spellings_open_by_a_call() {
    let strict = || users(b"s3cret");
    let accepting = || strict().accept_password_types_by_name();
    let time = now();
    let whole = digest(&[1; 16], &time, &time, b"s3cret", "");
    let (nonce, bits) = (base64_encode(&[1; 16]), format!("{}R==", &base64_encode(&[1; 16])[..21]));
    let with_bits = |from: &str| {
        let changed = from.replace(&nonce, &bits);
        assert_ne!(changed, *from);
        changed
    };
    let kind = format!(" Type=\"{PASSWORD_TYPE}Digest\"");
    for content in [
        whole.replace(" Type=", " w:Type="),
        whole.replace(&kind, " w:Type=\"w:PasswordDigest\""),
        whole.replace("#PasswordDigest", "#passwordDigest"),
        with_bits(&whole),
        with_bits(&format!("<w:Password>s3cret</w:Password><w:Nonce>{nonce}</w:Nonce>")),
    ] {
        let message = with_username(&content);
        let error = user_of(&strict(), &message).expect_err(&content).to_string();
        assert!(error.contains("`accept_password_types_by_name`"), "{error}");
        assert_eq!(user_of(&accepting(), &message), Ok(Some("ann".to_owned())), "{content}");
        assert!(user_of(&users(b"other").accept_password_types_by_name(), &message).is_err(), "{content}");
    }
    for wrong in [
        whole.replace(&kind, &format!("{kind} w:Type=\"w:PasswordText\"")),
        whole.replace(&kind, " Type=\"w:PasswordHash\""),
        whole.replace(&nonce, "AQEBAQEBAQEBAQEBAQEBAR="),
        whole.replace(&nonce, "AQEBAQEBAQEBAQEBAQEBA!=="),
        whole.replace(&nonce, "AQEBAQEBAQEBAQEBAQEBA"),
        whole.replace(&nonce, "=="),
    ] {
        assert!(user_of(&accepting(), &with_username(&wrong)).is_err(), "{wrong}");
    }
    // Bits that are left over make no other nonce: the token is seen before.
    let cache = accepting();
    assert!(user_of(&cache, &with_username(&whole)).is_ok());
    assert!(user_of(&cache, &with_username(&with_bits(&whole))).is_err());
    // White space around an identifier is no part of it.
    assert!(user_of(&strict(), &with_username(&whole.replace("Digest\">", "Digest \">"))).is_ok());
}

/// Services that store base64 of a hash: the source of passwords gives what is digested, or compared.
#[test]
fn a_source_of_passwords_gives_what_is_digested() {
    // `printf secret | openssl sha1 -binary | base64`
    const STORED: &str = "5en6G6MezRroT3XKqkdPOmY/BfQ=";
    let time = now();
    let content = digest(b"0123456789abcdef", &time, &time, STORED.as_bytes(), "");
    let text = format!("<w:Password>{STORED}</w:Password>");
    for content in [content, text] {
        assert_eq!(user_of(&users(STORED.as_bytes()), &with_username(&content)), Ok(Some("ann".to_owned())));
        assert!(user_of(&users(b"secret"), &with_username(&content)).is_err());
    }
}

#[test]
fn a_digest_with_blanks_around_its_instant_counts_once_however_it_is_written() {
    let time = now();
    let receiver = users(b"s3cret");
    let written = |created: &str| with_username(&digest(b"0123456789abcdef", created, &time, b"s3cret", ""));
    assert!(user_of(&receiver, &written(&time)).is_ok());
    for created in [time.clone(), format!(" {time}"), format!("{time}\n"), format!("\t {time} ")] {
        let again = user_of(&receiver, &written(&created));
        assert!(matches!(again, Err(OpenError::Replay(_))), "{created:?}: {again:?}");
    }
    // An octet that moves from the nonce to Created.
    let spaced = with_username(&digest(b"0123456789abcde ", &time, &time, b"s3cret", ""));
    assert!(user_of(&receiver, &spaced).is_ok());
    let moved = digest(b"0123456789abcde", &format!(" {time}"), &format!(" {time}"), b"s3cret", "");
    assert!(matches!(user_of(&receiver, &with_username(&moved)), Err(OpenError::Replay(_))));
}

#[test]
fn a_token_without_password_names_a_user_that_nothing_proves() {
    let bare = with_username("");
    let error = user_of(&users(b"s3cret"), &bare).expect_err("a user is required");
    assert_eq!(error, OpenError::Password(PasswordError::NoPassword));
    let anyone = Receiver::new(Trust::no_certificates(), Requirements::dangerous_unsigned(), DangerousNoReplayCache)
        .passwords(|_: &str| Some(Secret::new(b"s3cret".to_vec())))
        .over_protected_transport();
    assert_eq!(user_of(&anyone, &bare), Ok(None));
    assert!(user_of(&anyone, &with_username("<w:Password></w:Password>")).is_err());
}

#[test]
fn an_empty_nonce_is_refused() {
    let time = now();
    for nonce in ["", " \n"] {
        let content = digest(b"", &time, &time, b"s3cret", nonce);
        let error = user_of(&users(b"s3cret"), &with_username(&content)).expect_err("refused");
        assert!(error.to_string().contains("wsse:Nonce is empty: have the peer send"), "{error}");
        let text = format!("<w:Password>s3cret</w:Password><w:Nonce>{nonce}</w:Nonce>");
        assert!(user_of(&users(b"s3cret"), &with_username(&text)).is_err());
    }
}

fn issued(version: SamlVersion) -> String {
    let assertion = NewAssertion::new(version, "urn:idp", "uid=zoe").audience("urn:bank").bearer();
    let random = ws_security::crypto::SystemRandom;
    assertion.sign(&identity("carol"), std::time::SystemTime::now(), &random).expect("signed").as_str().to_owned()
}

/// Where no assertion is asked for, one with other Ids does not refuse the message; where one is, it is read by its own id.
#[test]
fn assertions_with_other_ids_are_no_reason_to_refuse_the_message() {
    let wsu = format!("xmlns:u=\"{}\" u:Id=\"other\"", name::WSU.uri);
    let trusting = || {
        let trust = AssertionTrust::for_audience("urn:bank").issuer("urn:idp", Trust::pins([certificate("carol")]));
        receiver().assertions(trust.accept_bearer())
    };
    for (version, own) in [(SamlVersion::V1_1, "AssertionID="), (SamlVersion::V2_0, "ID=")] {
        let plain = issued(version);
        let message = |token: &str| signed(SOAP11).replacen("</wsse:Security>", &format!("{token}</wsse:Security>"), 1);
        let beside = plain.replacen(own, &format!("{wsu} {own}"), 1);
        let lower = plain.replacen(own, "id=", 1);
        assert!(receiver().open(message(&plain)).is_ok());
        assert!(trusting().open(message(&plain)).is_ok());
        for changed in [&beside, &lower] {
            assert_ne!(*changed, plain);
            assert!(receiver().open(message(changed)).is_ok(), "{changed}");
        }
        assert!(trusting().open(message(&lower)).is_ok(), "it is of no use, and harms nobody");
        // The issuer did not sign the other Id.
        assert!(trusting().open(message(&beside)).is_err());
        let requirements = Requirements::signed([Part::Body, Part::Timestamp]).saml_token(version);
        let demanding = Receiver::new(trust(), requirements, DangerousNoReplayCache)
            .assertions(AssertionTrust::for_audience("urn:bank"));
        assert!(matches!(refuse(&demanding, &message(&lower)), OpenError::Token(_)));
        // Both are Ids of the message: neither may be on another element.
        let twice = message(&beside).replacen("<a:To", "<a:To Id=\"other\"", 1);
        assert!(matches!(refuse(&receiver(), &twice), OpenError::Envelope(_)));
    }
}

/// Replies that carry only a Timestamp: signed, or plain over a transport that the caller vouches for.
#[test]
fn replies_with_a_timestamp_alone_open_without_a_body_that_is_vouched_for() {
    let plain = recipe().secured(&envelope(SOAP11));
    let requirements = || Requirements::dangerous_unsigned();
    let anyone = Receiver::new(trust(), requirements(), DangerousNoReplayCache);
    let opened = anyone.open_unsigned(&plain, TransportFacts::dangerous_unprotected()).expect("opens");
    assert!(opened.evidence().timestamp.is_some());
    let stamped = recipe().sign(Signing::with(&identity("alice")).parts([Part::Timestamp])).secured(&envelope(SOAP11));
    let signed = Receiver::new(trust(), requirements().also_signed([Part::Timestamp]), DangerousNoReplayCache);
    assert!(signed.open_unsigned(&stamped, TransportFacts::dangerous_unprotected()).is_ok());
    let later = stamped.replacen("<wsu:Expires>2", "<wsu:Expires>3", 1);
    assert!(signed.open_unsigned(&later, TransportFacts::dangerous_unprotected()).is_err());
    let refused = signed.open_unsigned(&plain, TransportFacts::dangerous_unprotected()).map(drop);
    assert!(matches!(refused, Err(OpenError::Requirement(RequirementError::NotSigned { .. }))));
    refuse(&receiver(), &stamped);
}

/// A file of authorities with one whose key is not supported: it is skipped and told, and no path leads to it.
#[test]
fn a_bundle_with_one_certificate_of_an_unknown_kind_is_read_without_it() {
    let bundle = [file("unsupported.pem"), file("ca.pem")].concat();
    let anchors = Trust::anchors_pem(&bundle).expect("anchors");
    let [skipped] = anchors.skipped() else { panic!("{:?}", anchors.skipped()) };
    assert_eq!((skipped.position, &skipped.why), (1, &LoadError::UnsupportedKey));
    assert!(skipped.to_string().contains("certificate 1 of the file is skipped"), "{skipped}");
    let rule = SignerRule::Certificate(certificate("alice"));
    let receiver = Receiver::new(
        anchors.signer(rule),
        Requirements::signed([Part::Body, Part::Timestamp]),
        DangerousNoReplayCache,
    );
    assert!(receiver.open(signed(SOAP11)).is_ok());
    // By itself it is no bundle, and what is malformed is not skipped.
    assert_eq!(CertificateBundle::from_pem(&file("unsupported.pem")).map(drop), Err(LoadError::UnsupportedKey));
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(CertificateBundle::from_pem(&[file("ca.pem"), broken.into()].concat()).is_err());
    // The first of a file is the one that is asked for.
    assert!(Certificate::from_pem(&[file("ca.pem"), file("unsupported.pem")].concat()).is_ok());
    assert!(Certificate::from_pem(&bundle).is_err());
}
