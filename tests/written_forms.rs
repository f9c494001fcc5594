//! Prefixes, Ids and KeyInfo in the form that a peer demands.

mod common;

use common::*;
use ws_security::bsp::Rule;
use ws_security::c14n::{Budget, Document, Limits, name};
use ws_security::prelude::*;
use ws_security::{
    DigestMethod, NameForm, PlanError, ProtectionToken, ReferenceForm, SecureConversation, SecureError, X509Item,
};

fn prefixed(recipe: Recipe) -> Recipe {
    recipe
        .prefix(name::DS.uri, "")
        .prefix(name::XENC.uri, "e")
        .prefix(name::WSSE.uri, "sec")
        .prefix(name::WSU.uri, "util")
}

#[test]
fn chosen_prefixes_are_written_everywhere_and_open_with_nothing_configured() {
    let token = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
    let parts = [Part::Body, Part::Timestamp, Part::SigningToken, action()];
    let alice = || Signing::with(&identity("alice")).parts(parts.clone());
    let encrypting = || Encrypting::to(&certificate("bob"));
    for (what, recipe) in [
        ("sign", recipe().sign(alice())),
        ("sign, encrypt", recipe().sign(alice()).encrypt(encrypting().parts([Part::Body, Part::Signature]))),
        ("encrypt, sign", recipe().encrypt(encrypting().parts([Part::Body, action()])).sign(alice())),
        ("by reference", recipe().sign(alice().reference(ReferenceForm::Thumbprint).token_by_reference())),
        ("direct, by reference", recipe().sign(alice().token_by_reference())),
        ("user", recipe().username_digest("ann", "s3cret").sign(alice().parts([Part::UsernameToken]))),
        (
            "symmetric",
            recipe()
                .sign(Signing::with_token(&token).parts(parts.clone()))
                .sign(Signing::with(&identity("alice")).parts([Part::Signature, Part::Timestamp]))
                .encrypt(Encrypting::with_token(&token).parts([Part::Body, Part::Signature])),
        ),
    ] {
        let message = prefixed(recipe).secured(&envelope(SOAP11));
        for usual in ["ds:", "xenc:", "wsse:", "wsu:"] {
            assert!(!message.contains(usual), "{what}: {usual} in {message}");
        }
        let receiver = receiver().decrypt_with(identity("bob"));
        let receiver =
            Receiver::clone(&receiver).passwords(|_: &str| Some(ws_security::Secret::new(b"s3cret".to_vec())));
        let trust = trust().known([certificate("alice")]);
        let known = Receiver::new(
            trust,
            Requirements::signed([Part::Body, Part::Timestamp]),
            ws_security::DangerousNoReplayCache,
        );
        let receiver = if what == "by reference" { known } else { receiver };
        let opened = receiver.open(&message);
        assert!(opened.is_ok(), "{what}: {:?}\n{message}", opened.err());
        refuse(&receiver, &message.replacen("util:Created>2", "util:Created>1", 1));
    }
}

#[test]
fn chosen_ids_are_given_and_no_other_element_may_have_one() {
    let chosen = || recipe().id(Part::Timestamp, "_0").id(Part::Body, "body").id(action(), "act").sign(signing());
    let message = chosen().secured(&envelope(SOAP11));
    for id in ["_0", "body", "act"] {
        assert!(message.contains(&format!("URI=\"#{id}\"")) && message.contains(&format!(":Id=\"{id}\"")), "{message}");
    }
    assert!(receiver().open(&message).is_ok());
    let taken = envelope(SOAP11).replace("<p:To>", &format!("<p:To xmlns:u=\"{}\" u:Id=\"body\">", name::WSU.uri));
    let refused = chosen().plan().expect("a plan").message(&taken).secure().map(drop);
    assert!(matches!(refused, Err(SecureError::IdTaken { .. })), "{refused:?}");
    for wrong in [chosen().id(Part::Body, "_0"), chosen().id(Part::Body, "a:b"), chosen().id(Part::Body, "")] {
        assert!(matches!(wrong.plan(), Err(PlanError::Id { .. })));
    }
    assert!(matches!(chosen().id(Part::Attachments, "s").plan(), Err(PlanError::CannotBe { .. })));
    // The first token that is sent has it, and not the first signature.
    let by_serial = || Signing::with(&identity("bob")).reference(ReferenceForm::IssuerSerial).parts([Part::Body]);
    let both = recipe().id(Part::SigningToken, "CertId-1").sign(by_serial()).sign(signing());
    assert_eq!(both.secured(&envelope(SOAP11)).matches("URI=\"#CertId-1\"").count(), 1);
    // A timestamp that is there already has none.
    let existing = Recipe::new().timestamp_without_expires().secured(&envelope(SOAP11));
    let of_existing = Recipe::new().id(Part::Timestamp, "TS-1").sign(signing()).secured(&existing);
    assert!(of_existing.contains("URI=\"#TS-1\"") && of_existing.contains("wsu:Id=\"TS-1\""), "{of_existing}");
    // What the recipe neither makes nor signs.
    for (recipe, part) in [
        (chosen(), Part::UsernameToken),
        (Recipe::new().sign(Signing::with(&identity("alice")).parts([Part::Body])), Part::Timestamp),
        (recipe(), Part::Signature),
        (recipe(), Part::Body),
        (recipe().sign(by_serial()), Part::SigningToken),
        (chosen(), Part::HeaderBlock { namespace: "urn:p".into(), local: "Absent".into() }),
    ] {
        let refused = recipe.id(part.clone(), "unused").plan();
        assert!(matches!(&refused, Err(PlanError::IdOfNothing { part: of }) if *of == part), "{part}: {refused:?}");
    }
    // The signature and its token; a second signature has an Id of its own.
    let named = chosen().id(Part::Signature, "SIG-1").id(Part::SigningToken, "CertId-1").sign(signing());
    let message = named.secured(&envelope(SOAP11));
    assert_eq!(message.matches(" Id=\"SIG-1\"").count(), 1, "{message}");
    assert_eq!(message.matches(" wsu:Id=\"CertId-1\"").count(), 1, "{message}");
    assert_eq!(message.matches("URI=\"#CertId-1\"").count(), 1, "{message}");
    assert!(receiver().open(&message).is_ok(), "{:?}", receiver().open(&message).err());
}

#[test]
fn prefixes_that_cannot_be_are_found_by_the_plan() {
    for (namespace, prefix) in [
        (name::WSSE.uri, ""),
        (name::DS.uri, "a:b"),
        (name::DS.uri, "xmlns"),
        (name::DS.uri, "wsse"),
        (name::XENC.uri, "1"),
    ] {
        let refused = recipe().sign(signing()).prefix(namespace, prefix).plan();
        assert!(matches!(refused, Err(PlanError::Prefix { .. })), "{prefix}: {refused:?}");
    }
    let twice = recipe().sign(signing()).prefix(name::DS.uri, "a").prefix(name::XENC.uri, "a").plan();
    assert!(matches!(twice, Err(PlanError::Prefix { .. })));
}

#[test]
fn further_forms_of_key_info_open() {
    let known = trust().known([certificate("alice")]);
    let receiver = Receiver::new(known, Requirements::signed([Part::Body]), ws_security::DangerousNoReplayCache);
    let of = ReferenceForm::X509Data;
    for (form, rule, has) in [
        (ReferenceForm::Certificate, Rule::R5206, "#X509v3\">MII"),
        (ReferenceForm::KeyName, Rule::R5417, "<ds:KeyInfo><ds:KeyName>CN="),
        (ReferenceForm::KeyValue, Rule::R5417, "<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue>"),
        (ReferenceForm::DerKeyValue, Rule::R5417, "<ds:KeyInfo><dsig11:DEREncodedKeyValue "),
        (of(X509Item::Certificate), Rule::R5417, "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>"),
        (of(X509Item::Path), Rule::R5417, "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>"),
        (of(X509Item::IssuerSerial(NameForm::Java)), Rule::R5417, "<ds:KeyInfo><ds:X509Data><ds:X509IssuerSerial>"),
        (of(X509Item::SubjectKeyIdentifier), Rule::R5417, "<ds:KeyInfo><ds:X509Data><ds:X509SKI>"),
        (of(X509Item::SubjectName(NameForm::Java)), Rule::R5417, "<ds:KeyInfo><ds:X509Data><ds:X509SubjectName>"),
        (of(X509Item::Digest(DigestMethod::Sha512)), Rule::R5417, "<ds:KeyInfo><ds:X509Data><dsig11:X509Digest "),
    ] {
        let recipe = recipe().sign(signing().reference(form));
        assert!(matches!(recipe.clone().plan(), Err(PlanError::Bsp { rule: found, .. }) if found == rule), "{form:?}");
        let message = recipe.waive(rule).secured(&envelope(SOAP11));
        assert!(message.contains(has), "{message}");
        let opened = receiver.open(&message);
        assert!(opened.is_ok(), "{form:?}: {:?}", opened.err());
        refuse(&receiver, &message.replace(AMOUNT, "1.00"));
    }
    // Nobody can name a certificate by an identifier that it does not have.
    for form in [ReferenceForm::SubjectKeyIdentifier, of(X509Item::SubjectKeyIdentifier)] {
        let v1 = Signing::with(&identity("v1")).parts([Part::Body]).reference(form);
        assert_eq!(recipe().waive(Rule::R5417).sign(v1).plan().map(drop), Err(PlanError::ReferenceForm), "{form:?}");
    }
    let beside = recipe().sign(signing().x509_data_beside());
    assert!(matches!(beside.clone().plan(), Err(PlanError::Bsp { rule: Rule::R5402, .. })));
    let message = beside.waive(Rule::R5402).secured(&envelope(SOAP11));
    assert!(message.contains("</wsse:SecurityTokenReference><ds:X509Data>"), "{message}");
    assert!(receiver.open(&message).is_ok());
}

/// A token of a type that nobody here knows, and an element of one's own, are signed children of the header.
#[test]
fn other_children_of_the_header_are_signed_by_their_ids() {
    let own = format!(
        "<?xml version=\"1.0\"?><c:Context xmlns:c=\"urn:c\" xmlns:u=\"{}\" u:Id=\"C-1\">4711</c:Context>",
        name::WSU.uri
    );
    let attached = || recipe().attach_binary("LTPA-1", "urn:example#LTPAv2", b"token").attach(own.clone());
    let ticket = || signing().parts([Part::Id("LTPA-1".to_owned())]);
    let message = attached().sign(ticket()).secured(&envelope(SOAP11));
    assert!(message.contains("ValueType=\"urn:example#LTPAv2\"") && message.contains(">4711<"), "{message}");
    let opened = receiver().open(&message);
    assert!(opened.is_ok(), "{:?}\n{message}", opened.err());
    refuse(&receiver(), &message.replace("urn:example#LTPAv2", "urn:example#LTPAv1"));
    // A peer may demand that the other child is signed, too. Our receiver cannot tell it from a block that was moved there,
    // unless it is told so.
    let both = attached().sign(ticket().parts([Part::Id("C-1".to_owned())])).secured(&envelope(SOAP11));
    assert!(both.contains("URI=\"#C-1\""), "{both}");
    assert!(matches!(refuse(&receiver(), &both), ws_security::OpenError::UnknownKind { .. }));
    assert!(receiver().accept_signed_children_of_unknown_kinds().open(&both).is_ok());
    for wrong in [
        "",
        "<a/><b/>",
        "<p:a/>",
        "<wsu:Timestamp xmlns:wsu='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'/>",
    ] {
        assert!(matches!(recipe().attach(wrong).plan(), Err(PlanError::Attached { .. })), "{wrong}");
    }
}

/// Whatever the prefix of the envelope means in the header, its attributes are those of SOAP.
#[test]
fn attributes_of_the_header_are_those_of_soap() {
    let plain = envelope(SOAP11);
    let of_wsse = plain.replace("<s:", "<wsse:").replace("</s:", "</wsse:").replace("xmlns:s=", "xmlns:wsse=");
    let rebound = plain
        .replace("<s:Header>", &format!("<h:Header xmlns:h=\"{SOAP11}\" xmlns:s=\"urn:other\">"))
        .replace("</s:Header>", "</h:Header>");
    let default = plain.replace("<s:", "<").replace("</s:", "</").replace("xmlns:s=", "xmlns=");
    for (what, recipe, plain) in [
        ("a chosen prefix", recipe().prefix(name::WSSE.uri, "s"), &plain),
        ("the usual prefix", recipe(), &of_wsse),
        ("a prefix that means something else", recipe(), &rebound),
        ("none", recipe(), &default),
    ] {
        let message = recipe.sign(signing()).secured(plain);
        let document = Document::parse(&message, &Limits::default()).expect("well-formed");
        let header = document.elements().find(|element| element.is(name::WSSE.uri, "Security")).expect("the header");
        assert_eq!(header.attribute(SOAP11, "mustUnderstand").as_deref(), Some("1"), "{what}: {message}");
        assert!(receiver().open(&message).is_ok(), "{what}: {:?}", receiver().open(&message).err());
    }
}

/// A prefix for XML Signature, or none, changes nothing of what is digested in place of a reference.
#[test]
fn a_token_is_signed_through_its_reference_under_any_prefix() {
    let plain = envelope(SOAP11);
    let default = plain.replace("<s:", "<").replace("</s:", "</").replace("xmlns:s=", "xmlns=");
    let digests = |message: &str| -> Vec<String> {
        let document = Document::parse(message, &Limits::default()).expect("well-formed");
        let values = document.elements().filter(|element| element.is(name::DS.uri, "DigestValue"));
        values.map(|value| value.text().expect("text").into_owned()).collect()
    };
    for (plain, form) in [
        (&plain, ReferenceForm::Direct),
        (&plain, ReferenceForm::SubjectKeyIdentifier),
        (&default, ReferenceForm::Direct),
        (&default, ReferenceForm::SubjectKeyIdentifier),
    ] {
        let by = || {
            let signing = Signing::with(&identity("alice")).reference(form).token_by_reference();
            let ids = recipe().id(Part::SigningToken, "Token-1");
            if form == ReferenceForm::Direct { ids } else { recipe() }
                .sign(signing.parts([Part::SigningToken, Part::Body]))
        };
        let all = ["", "q", "ds"].map(|prefix| by().prefix(name::DS.uri, prefix).secured(plain));
        let of_token = all.each_ref().map(|message| digests(message).first().cloned());
        assert!(of_token.iter().all(|digest| *digest == of_token[2] && digest.is_some()), "{form:?}: {all:?}");
    }
}

/// The default namespace of an envelope does not reach what is put into its header: an issuer signed that elsewhere.
#[test]
fn what_the_caller_gives_keeps_its_names_under_a_default_namespace() {
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    let plain = format!("<Envelope xmlns=\"{soap}\"><Body><a xmlns=\"urn:a\"/></Body></Envelope>");
    let child = "<c:child xmlns:c=\"urn:c\"><value>1</value></c:child>";
    let assertion = "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"a1\" Version=\"2.0\" \
         IssueInstant=\"2026-01-01T00:00:00Z\"><saml:Issuer>i</saml:Issuer><saml:Subject><saml:NameID>n</saml:NameID>\
         <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"/></saml:Subject><saml:AttributeStatement>\
         <saml:Attribute Name=\"b\"><saml:AttributeValue><value>1</value></saml:AttributeValue></saml:Attribute>\
         </saml:AttributeStatement></saml:Assertion>";
    let parts = [Part::Body, Part::Timestamp, Part::Assertion];
    let message =
        recipe().attach(child).token(assertion).sign(Signing::with(&identity("alice")).parts(parts)).secured(&plain);
    let document = Document::parse(&message, &Limits::default()).expect("well-formed");
    let canonical = |text: &str, local: &str| {
        let document = Document::parse(text, &Limits::default()).expect("well-formed");
        let element = document.elements().find(|element| element.name().local == local).expect("the element");
        element.canonical(&Budget::dangerous_unbounded()).expect("canonical")
    };
    assert_eq!(document.elements().filter(|element| element.is("", "value")).count(), 2, "{message}");
    assert_eq!(canonical(&message, "child"), canonical(child, "child"));
    assert_eq!(canonical(&message, "Assertion"), canonical(assertion, "Assertion"));
}
