//! Names in assertions: what qualifies a name is a part of it, who confirms is shown, and a session that is over is refused.

mod common;

use std::time::{Duration, SystemTime};

use common::issued::sign_by_hand;
use common::*;
use ws_security::c14n::{Budget, Document, Limits};
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::tokens::{Assertion, AssertionSpan, TokenError, format_instant};
use ws_security::{
    AssertionTrust, ConfirmationMethod, DangerousNoReplayCache, IssuedAssertion, NewAssertion, OpenError, SamlName,
    SamlVersion,
};

const ISSUER: &str = "https://idp.example";
const BOTH: [SamlVersion; 2] = [SamlVersion::V1_1, SamlVersion::V2_0];

/// An assertion about Ann, whose key is Dave's, changed before Carol signs it.
fn issued(version: SamlVersion, has_attributes: bool, change: impl Fn(String) -> String) -> String {
    let assertion = NewAssertion::new(version, ISSUER, "ann").audience("urn:bank").holder_of_key(&certificate("dave"));
    let assertion = if has_attributes { assertion.attribute("role", ["teller"]) } else { assertion };
    sign_by_hand(&change(assertion.unsigned(SystemTime::now(), &SystemRandom).expect("written")), version)
}

fn message(assertion: &str) -> String {
    let signing = Signing::with(&identity("dave")).holder_of_key().parts([Part::Body, Part::Timestamp]);
    recipe().token(assertion).sign(signing).secured(&envelope(SOAP11))
}

fn service() -> Receiver {
    let issuers = AssertionTrust::for_audience("urn:bank").issuer(ISSUER, Trust::pins([certificate("carol")]));
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    Receiver::new(trust(), requirements, DangerousNoReplayCache).assertions(issuers)
}

fn said(assertion: &str) -> IssuedAssertion {
    let opened = service().open(message(assertion)).unwrap_or_else(|error| panic!("{error}\n{assertion}"));
    opened.assertions()[0].assertion().clone()
}

fn refused(assertion: &str) -> TokenError {
    match service().open(message(assertion)).map(drop) {
        Err(OpenError::Token(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn name_element(version: SamlVersion) -> &'static str {
    match version {
        SamlVersion::V1_1 => "<saml:NameIdentifier>",
        SamlVersion::V2_0 => "<saml2:NameID>",
    }
}

/// The name of the subject with these attributes.
fn named(version: SamlVersion, attributes: &str) -> SamlName {
    let element = name_element(version);
    let with = element.replace('>', &format!(" {attributes}>"));
    let assertion = issued(version, false, |written| written.replacen(element, &with, 1));
    assert!(assertion.contains(attributes), "{assertion}");
    said(&assertion).subject().expect("a name").clone()
}

#[test]
fn two_names_of_other_qualifiers_or_formats_are_not_the_same_name() {
    for version in BOTH {
        let plain = said(&issued(version, false, |written| written)).subject().expect("a name").clone();
        assert_eq!((plain.value(), plain.unqualified()), ("ann", Some("ann")));
        let mut names = vec![plain];
        for attributes in [
            "NameQualifier=\"urn:a\"",
            "NameQualifier=\"urn:b\"",
            "Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\"",
            "Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\" NameQualifier=\"urn:a\"",
        ] {
            names.push(named(version, attributes));
        }
        if version == SamlVersion::V2_0 {
            names.push(named(version, "SPNameQualifier=\"urn:a\""));
        }
        for (at, name) in names.iter().enumerate() {
            assert_eq!(name.value(), "ann");
            assert_eq!(name.unqualified(), (at == 0).then_some("ann"), "{name:?}");
            assert!(names.iter().enumerate().all(|(other, known)| (other == at) == (known == name)), "{names:?}");
        }
        assert_eq!(names[4].qualifier(), Some("urn:a"));
        assert_eq!(names[4].format(), Some("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"));
        let unspecified = named(version, "Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\"");
        assert_eq!(unspecified.unqualified(), Some("ann"));
    }
}

/// SAML 1.1 core §2.4: an assertion with several subjects says nothing of one.
#[test]
fn statements_about_one_name_of_two_domains_are_about_two_subjects() {
    let version = SamlVersion::V1_1;
    let twice = |first: &str, second: &str| {
        issued(version, true, |written| {
            let from = written.find("<saml:AttributeStatement").expect("a statement");
            let to = written.find("</saml:AttributeStatement>").expect("its end") + "</saml:AttributeStatement>".len();
            let statement = |of: &str| {
                let name = name_element(version).replace('>', &format!("{of}>"));
                written[from..to].replacen(name_element(version), &name, 1)
            };
            format!("{}{}{}{}", &written[..from], statement(first), statement(second), &written[to..])
        })
    };
    let domain = |name: &str| format!(" NameQualifier=\"{name}\"");
    assert_eq!(said(&twice(&domain("a"), &domain("a"))).subject().expect("a name").qualifier(), Some("a"));
    for (first, second) in [(domain("a"), domain("b")), (String::new(), domain("b"))] {
        // Our own sender does not carry it either.
        let assertion = twice(&first, &second);
        let document = Document::parse(assertion.as_str(), &Limits::default()).expect("well-formed");
        let error = Assertion::parse(document.root(), &Budget::dangerous_unbounded()).map(drop).expect_err("refused");
        let error = error.to_string();
        assert!(error.contains("several subjects"), "{error}");
    }
}

/// SAML 1.1 core §2.4.2: a statement is confirmed as its own subject says.
#[test]
fn no_statement_is_confirmed_by_the_subject_of_another() {
    let confirmed = |method: &str| {
        let method =
            format!("<saml:ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:{method}</saml:ConfirmationMethod>");
        format!("<saml:SubjectConfirmation>{method}</saml:SubjectConfirmation>")
    };
    let first = |wrap: &dyn Fn(&str, &str) -> String| {
        issued(SamlVersion::V1_1, true, |written| {
            let from = written.find("<saml:Subject>").expect("a subject");
            let to = written.find("</saml:Subject>").expect("its end") + "</saml:Subject>".len();
            let attributes = written.find("<saml:AttributeStatement").expect("a statement");
            let own = &written[from..to];
            format!("{}{}{}", &written[..attributes], wrap(own, name_of(own)), &written[attributes..])
        })
    };
    let statement = |name: &str, subject: &str| {
        format!(
            "<{name} AuthenticationMethod='urn:a' AuthenticationInstant='2020-01-01T00:00:00Z'><saml:Subject \
             xmlns:saml='urn:oasis:names:tc:SAML:1.0:assertion'>{subject}</saml:Subject></{name}>"
        )
    };
    let authentication = |subject: &str| statement("saml:AuthenticationStatement", subject);
    for method in ["bearer", "sender-vouches", "holder-of-key"] {
        let mixed = first(&|_, name| authentication(&format!("{name}{}", confirmed(method))));
        // Our own sender does not carry it either.
        let document = Document::parse(mixed.as_str(), &Limits::default()).expect("well-formed");
        let error = Assertion::parse(document.root(), &Budget::dangerous_unbounded()).map(drop).expect_err("refused");
        let error = error.to_string();
        assert!(error.contains("not all confirmed in the same way"), "{method}: {error}");
    }
    // One that names the same subject says nothing else of it, and what is no statement has none.
    for same in [first(&|_, name| authentication(name)), first(&|own, _| authentication(inside(own)))] {
        assert_eq!(said(&same).subject().expect("a name").value(), "ann");
    }
    let other = first(&|_, name| {
        statement("x:Other xmlns:x='urn:x'", &format!("{name}{}", confirmed("bearer")))
            .replace("</x:Other xmlns:x='urn:x'>", "</x:Other>")
    });
    assert!(said(&other).methods().iter().all(|method| *method == ConfirmationMethod::HolderOfKey));
}

fn name_of(subject: &str) -> &str {
    let to = subject.find("</saml:NameIdentifier>").expect("a name") + "</saml:NameIdentifier>".len();
    &subject[subject.find("<saml:NameIdentifier").expect("a name")..to]
}

fn inside(subject: &str) -> &str {
    subject.strip_prefix("<saml:Subject>").and_then(|rest| rest.strip_suffix("</saml:Subject>")).expect("a subject")
}

/// SAML 2.0 core §2.4.1.1: the name in a confirmation is that of who confirms.
#[test]
fn who_confirms_for_the_subject_is_shown() {
    let confirmed = |identifier: &str| {
        issued(SamlVersion::V2_0, false, |written| {
            let at = written.find("<saml2:SubjectConfirmationData").expect("a confirmation");
            format!("{}{identifier}{}", &written[..at], &written[at..])
        })
    };
    let opened = service().open(message(&confirmed("<saml2:NameID NameQualifier=\"urn:b\">proxy</saml2:NameID>")));
    let opened = opened.unwrap_or_else(|error| panic!("{error}"));
    let assertion = &opened.assertions()[0];
    let confirmers: Vec<_> = assertion.confirmers().map(|name| (name.value(), name.qualifier())).collect();
    assert_eq!(confirmers, [("proxy", Some("urn:b"))]);
    assert_eq!(assertion.assertion().subject().map(SamlName::value), Some("ann"));
    assert_eq!(assertion.assertion().confirmers(ConfirmationMethod::Bearer).count(), 0);
    let shown = opened.signer().to_string();
    assert!(shown.contains("ann") && shown.contains("confirmed by proxy"), "{shown}");
    // The subject itself.
    let own = service().open(message(&confirmed("<saml2:NameID>ann</saml2:NameID>"))).expect("opens");
    assert_eq!(own.assertions()[0].confirmers().count(), 0);
    // Ann of another domain is somebody else.
    let other = service().open(message(&confirmed("<saml2:NameID NameQualifier=\"x\">ann</saml2:NameID>")));
    assert_eq!(other.expect("opens").assertions()[0].confirmers().count(), 1);
    // A name that cannot be read might be anyone's.
    refused(&confirmed("<saml2:BaseID NameQualifier=\"urn:b\"></saml2:BaseID>"));
}

#[test]
fn the_addresses_from_which_it_may_come_are_shown() {
    let element = "<saml2:SubjectConfirmationData";
    let from = format!("{element} Address=\"192.0.2.7\"");
    let assertion = issued(SamlVersion::V2_0, false, |written| written.replacen(element, &from, 1));
    assert_eq!(said(&assertion).addresses(), ["192.0.2.7"]);
    assert!(said(&issued(SamlVersion::V2_0, false, |written| written)).addresses().is_empty());
}

fn at(seconds: i64) -> SystemTime {
    let now = SystemTime::now();
    let by = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { now - by } else { now + by }
}

/// SAML 2.0 core §2.7.2.
#[test]
fn a_session_that_is_over_is_refused() {
    let until = |seconds: i64| {
        issued(SamlVersion::V2_0, false, |written| {
            let end = format!("<saml2:AuthnStatement SessionNotOnOrAfter=\"{}\"", format_instant(at(seconds)));
            written.replacen("<saml2:AuthnStatement", &end, 1)
        })
    };
    assert!(said(&until(60)).session_until().is_some());
    assert!(said(&until(-30)).session_until().is_some(), "clocks differ by less than the skew");
    assert_eq!(said(&issued(SamlVersion::V2_0, false, |written| written)).session_until(), None);
    let error = refused(&until(-90));
    assert!(matches!(error, TokenError::AssertionOver { what: AssertionSpan::Session, .. }), "{error:?}");
    assert!(error.to_string().contains("ask its issuer for a new assertion"), "{error}");
    // The first session that ends counts.
    let twice = issued(SamlVersion::V2_0, false, |written| {
        let from = written.find("<saml2:AuthnStatement").expect("a statement");
        let to = written.find("</saml2:AuthnStatement>").expect("its end") + "</saml2:AuthnStatement>".len();
        let of = |seconds: i64| {
            let end = format!("<saml2:AuthnStatement SessionNotOnOrAfter=\"{}\"", format_instant(at(seconds)));
            written[from..to].replacen("<saml2:AuthnStatement", &end, 1)
        };
        format!("{}{}{}{}", &written[..from], of(600), of(-600), &written[to..])
    });
    assert!(matches!(refused(&twice), TokenError::AssertionOver { what: AssertionSpan::Session, .. }));
}

#[test]
fn nobody_authenticates_in_the_future() {
    for version in BOTH {
        let written_at = |seconds: i64| {
            issued(version, false, |written| {
                let name = if version == SamlVersion::V2_0 { "AuthnInstant=\"" } else { "AuthenticationInstant=\"" };
                let from = written.find(name).expect("an instant") + name.len();
                let to = from + written[from..].find('"').expect("its end");
                format!("{}{}{}", &written[..from], format_instant(at(seconds)), &written[to..])
            })
        };
        assert!(service().open(message(&written_at(-86_400))).is_ok());
        let error = refused(&written_at(3_600));
        let is_of_session = matches!(error, TokenError::AssertionEarly { what: AssertionSpan::Session, .. });
        assert!(is_of_session && error.to_string().contains("skew"), "{error}");
    }
}

/// A refusal says which condition or which check of the confirmation it is, and how to go on.
#[test]
fn an_error_names_the_condition_that_is_not_met() {
    let with_data = |attribute: String| {
        issued(SamlVersion::V2_0, false, |written| {
            written.replacen(
                "<saml2:SubjectConfirmationData",
                &format!("<saml2:SubjectConfirmationData {attribute}"),
                1,
            )
        })
    };
    let limited = |name: &str, seconds: i64| with_data(format!("{name}=\"{}\"", format_instant(at(seconds))));
    let issuers = AssertionTrust::for_audience("urn:bank").issuer(ISSUER, Trust::pins([certificate("carol")]));
    let us = issuers.clone().recipient("https://us").in_response_to("_1");
    let elsewhere = AssertionTrust::for_audience("urn:shop").issuer(ISSUER, Trust::pins([certificate("carol")]));
    let plain = issued(SamlVersion::V2_0, false, |written| written);
    let now = "and it is now";
    let unknown = issued(SamlVersion::V2_0, false, |written| written.replace("cm:holder-of-key", "cm:unheard-of"));
    let endless = issued(SamlVersion::V2_0, false, |written| {
        let from = written.find(" NotOnOrAfter=\"").expect("an end");
        let len = written[from + 15..].find('"').expect("its quotation mark") + 16;
        let instant = format!("IssueInstant=\"{}\"", format_instant(at(-3_600)));
        let issue = written.find("IssueInstant=\"").expect("an instant");
        let issue_len = written[issue + 14..].find('"').expect("its quotation mark") + 15;
        let without = format!("{}{}", &written[..from], &written[from + len..]);
        without.replacen(&written[issue..issue + issue_len], &instant, 1)
    });
    for (what, assertion, issuers, words) in [
        (
            "a confirmation that is over",
            limited("NotOnOrAfter", -600),
            &issuers,
            ["time of its confirmation ended", now],
        ),
        ("a confirmation to come", limited("NotBefore", 600), &issuers, ["time of its confirmation begins", now]),
        (
            "of somebody else",
            with_data("Recipient=\"https://b\"".into()),
            &us,
            ["Recipient", "AssertionTrust::recipient"],
        ),
        (
            "of another request",
            with_data("InResponseTo=\"_2\"".into()),
            &us,
            ["InResponseTo", "`AssertionTrust::in_res"],
        ),
        ("another audience", plain, &elsewhere, ["another audience", "`AssertionTrust::audience`"]),
        ("an unknown method", unknown, &issuers, ["no SubjectConfirmation", "holder-of-key"]),
        ("an old one without an end", endless, &issuers, ["without an end of its own", "`AssertionTrust::max_age`"]),
    ] {
        let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
        let receiver = Receiver::new(trust(), requirements, DangerousNoReplayCache).assertions((*issuers).clone());
        let error = receiver.open(message(&assertion)).map(drop).expect_err(what).to_string();
        assert!(words.iter().all(|words| error.contains(words)), "{what}: {error}");
    }
}

/// Of two attributes of one name and of different formats, neither is what the issuer says of the subject.
#[test]
fn an_attribute_is_what_one_of_its_name_and_format_says() {
    for version in BOTH {
        let (open, close, plain, other) = match version {
            SamlVersion::V1_1 => {
                ("<saml:Attribute ", "</saml:Attribute>", "AttributeNamespace=\"\"", "AttributeNamespace=\"urn:b\"")
            }
            SamlVersion::V2_0 => ("<saml2:Attribute ", "</saml2:Attribute>", "Name=", "NameFormat=\"urn:b\" Name="),
        };
        let said = said(&issued(version, true, |written| {
            let start = written.find(open).expect("an attribute");
            let end = written.find(close).expect("its end") + close.len();
            let one = &written[start..end];
            let second = one.replace(plain, other).replace("teller", "auditor");
            let third = one.replace("role", "branch");
            format!("{}{one}{second}{third}{}", &written[..start], &written[end..])
        }));
        assert_eq!(said.attributes().len(), 3, "{said:?}");
        assert_eq!(said.attribute("branch").expect("stated"), ["teller"]);
        assert_eq!((said.attribute("role"), said.attribute("Branch"), said.attribute("")), (None, None, None));
        assert_eq!(said.attribute_of_format("role", Some("urn:b")).expect("stated"), ["auditor"]);
        let format = said.attributes()[0].format();
        assert_eq!(said.attribute_of_format("role", format).expect("stated"), ["teller"]);
        assert_eq!(said.attribute_of_format("role", Some("urn:a")), None);
        assert_eq!(said.attribute_of_format("branch", Some("urn:b")), None);
    }
}
