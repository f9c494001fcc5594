//! Reading: attachment, normal form, bounds, and what becomes of each assertion.

use ws_security::MemoryReplayCache;
use ws_security::Trust;
use ws_security::policy::{Keys, Policy, PolicyError, PolicyLimits, PolicyReader, Standing};

use crate::common::*;
use crate::shapes::{SP, Shape, policy};

const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";

/// A description whose binding, operation and messages have these policies.
pub(crate) fn wsdl(binding: &str, input: &str, output: &str) -> String {
    format!(
        "<d:definitions xmlns:d=\"{WSDL}\" xmlns:wsp=\"http://www.w3.org/ns/ws-policy\" xmlns:sp=\"{SP}\" \
         xmlns:soap=\"{WSDL}soap/\" xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" \
         xmlns:b=\"urn:bank\" targetNamespace=\"urn:bank\">\n{binding}<d:portType name=\"T\"><d:operation name=\"pay\"><d:input/><d:output/>\
         </d:operation></d:portType>\n<d:binding name=\"B\" type=\"b:T\"><wsp:PolicyReference URI=\"#binding\"/>\
         <d:operation name=\"pay\"><soap:operation soapAction=\"urn:pay\"/><d:input>{input}</d:input><d:output>{output}</d:output>\
         </d:operation></d:binding><d:service name=\"S\"><d:port name=\"P\" binding=\"b:B\"/></d:service></d:definitions>"
    )
}

pub(crate) fn with_id(policy: &str, id: &str) -> String {
    let utility = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    policy.replacen("<wsp:Policy ", &format!("<wsp:Policy xmlns:u=\"{utility}\" u:Id=\"{id}\" "), 1)
}

#[test]
fn a_policy_is_found_at_binding_and_message_and_each_assertion_has_its_place() {
    let parts = "<wsp:Policy><sp:SignedParts><sp:Body/></sp:SignedParts></wsp:Policy>";
    let whole = Shape::default().policy();
    let start = whole.find("<sp:SignedParts>").expect("parts");
    let binding = format!("{}</wsp:All></wsp:ExactlyOne></wsp:Policy>", &whole[..start]);
    let text = wsdl(&with_id(&binding, "binding"), parts, "");
    let policy = Policy::from_wsdl(&text).expect("a policy");
    let listing: Vec<_> = policy.listing().collect();
    assert_eq!(listing.len(), 2, "request and reply");
    let has_parts = |at: usize| listing[at].alternatives[0].iter().any(|judged| &*judged.name == "SignedParts");
    assert!(has_parts(0) && !has_parts(1));
    assert_eq!((listing[0].port, listing[0].action), ("P", Some("urn:pay")));
    for judged in &listing[0].alternatives[0] {
        let line = text.lines().nth(judged.place.line() - 1).expect("the line");
        assert!(line[judged.place.column() - 1..].starts_with(&format!("<sp:{}", judged.name)), "{judged:?}");
    }
}

#[test]
fn every_optional_assertion_doubles_the_alternatives_up_to_the_limit() {
    let optional = |count: usize| policy(&"<sp:Wss10 wsp:Optional=\"true\"/>".repeat(count));
    for (count, is_read) in [(6, true), (7, false), (5_000, false)] {
        let read = Policy::from_wsdl(&optional(count));
        match read {
            Ok(read) => assert!(is_read && read.listing().all(|listed| listed.alternatives.len() == 1 << count)),
            Err(error) => assert!(!is_read && matches!(error, PolicyError::Exceeded { .. }), "{error}"),
        }
    }
    let more = PolicyReader::new().limits(PolicyLimits::default().alternatives(128));
    assert!(more.read(&optional(7)).is_ok());
}

#[test]
fn a_policy_of_many_assertions_in_many_alternatives_is_bounded() {
    let one = format!("<wsp:All>{}</wsp:All>", "<sp:Wss10/>".repeat(60));
    let choice = format!("<wsp:ExactlyOne>{}</wsp:ExactlyOne>", one.repeat(60));
    let references = "<wsp:PolicyReference URI=\"#binding\"/>".repeat(400);
    let text = wsdl(&with_id(&policy(&choice), "binding"), "", "")
        .replace("<d:input></d:input>", &format!("<d:input/>{references}"));
    assert!(matches!(Policy::from_wsdl(&text), Err(PolicyError::Exceeded { .. })));
    let deep = format!("{}{}", "<wsp:All>".repeat(60), "</wsp:All>".repeat(60));
    assert!(matches!(Policy::from_wsdl(&policy(&deep)), Err(PolicyError::Malformed { .. })));
}

#[test]
fn a_policy_that_refers_to_itself_or_to_nothing_is_refused() {
    let circle = with_id(&policy("<wsp:PolicyReference URI=\"#binding\"/>"), "binding");
    assert!(matches!(Policy::from_wsdl(&wsdl(&circle, "", "")), Err(PolicyError::Circle { .. })));
    let twice = with_id(&policy(""), "binding").repeat(2);
    for text in [wsdl("", "", ""), wsdl(&twice, "", "")] {
        let read = Policy::from_wsdl(&text).expect("a policy");
        let listing: Vec<_> = read.listing().collect();
        assert!(!listing[0].is_usable(), "the reference is judged, and with it its operation");
        assert!(listing[0].alternatives[0][0].standing.what().contains("imports"));
    }
    assert!(matches!(Policy::from_wsdl("<a/>"), Err(PolicyError::NotWsdl { .. })));
}

#[test]
fn imports_are_given_by_the_caller_and_never_read_otherwise() {
    let text = wsdl("<d:import location=\"policies.wsdl\" namespace=\"urn:bank\"/>", "", "");
    let imported = format!(
        "<d:definitions xmlns:d=\"{WSDL}\" xmlns:wsp=\"http://www.w3.org/ns/ws-policy\">{}</d:definitions>",
        with_id(&Shape::default().policy(), "binding")
    );
    let alone = Policy::from_wsdl(&text).expect("a policy");
    assert_eq!(
        (alone.unread(), alone.listing().all(|listed| listed.is_usable())),
        (&["policies.wsdl".to_owned()][..], false)
    );
    let reader = PolicyReader::new().imports(|location, _| (location == "policies.wsdl").then(|| imported.clone()));
    let policy = reader.read(&text).expect("a policy");
    assert!(policy.unread().is_empty());
    let first = policy.listing().next().expect("a message");
    assert_eq!(first.alternatives[0][0].place.file(), "policies.wsdl");
}

#[test]
fn no_assertion_is_passed_over() {
    let unknown = [
        "<sp:Unknown/>",
        "<x:Foreign xmlns:x=\"urn:x\"/>",
        "<sp:SignedElements><sp:XPath>//a</sp:XPath></sp:SignedElements>",
        "<sp:SignedParts><sp:Header Namespace=\"urn:x\"/></sp:SignedParts>",
        "<sp:SupportingTokens><wsp:Policy><sp:SpnegoContextToken/></wsp:Policy></sp:SupportingTokens>",
        "<sp:Wss11><wsp:Policy><sp:Unknown/></wsp:Policy></sp:Wss11>",
        "<sp:Wss11><sp:RequireSignatureConfirmation/></sp:Wss11>",
        "<sp:Wss11><x:Policy xmlns:x=\"urn:x\"><sp:RequireSignatureConfirmation/></x:Policy></sp:Wss11>",
        "<sp:Wss11><wsp:Policy><sp:RequireSignatureConfirmation><sp:Unknown/></sp:RequireSignatureConfirmation></wsp:Policy></sp:Wss11>",
        "<sp:Wss11><wsp:Policy><sp:MustSupportRefThumbprint><wsp:Policy><sp:Unknown/></wsp:Policy></sp:MustSupportRefThumbprint></wsp:Policy></sp:Wss11>",
    ];
    for assertion in unknown {
        let read = Policy::from_wsdl(&policy(assertion)).expect("a policy");
        let listing: Vec<_> = read.listing().collect();
        assert!(!listing[0].is_usable(), "{assertion}");
        let judged = &listing[0].alternatives[0];
        assert!(judged.iter().any(|judged| matches!(judged.standing, Standing::Refused(_))), "{judged:?}");
    }
    let others = [
        "<a:Addressing xmlns:a=\"http://www.w3.org/2007/05/addressing/metadata\"/>",
        "<x:Foreign xmlns:x=\"urn:x\" wsp:Ignorable=\"true\"/>",
        "<sp:Trust13><wsp:Policy><sp:MustSupportIssuedTokens/></wsp:Policy></sp:Trust13>",
    ];
    for assertion in others {
        let read = Policy::from_wsdl(&policy(assertion)).expect("a policy");
        let listing: Vec<_> = read.listing().collect();
        assert!(listing[0].is_usable(), "{assertion}");
        assert!(matches!(listing[0].alternatives[0][0].standing, Standing::NotOurs(_)), "{assertion}");
    }
}

#[test]
fn the_first_alternative_that_the_keys_allow_is_used_and_the_others_say_why_not() {
    let of = |shape: Shape| {
        let text = shape.policy();
        let (start, end) = (text.find("<wsp:All>").expect("one"), text.rfind("</wsp:ExactlyOne>").expect("one"));
        text[start..end].to_owned()
    };
    let both = of(Shape::default()) + &of(Shape::default().with("binding", "derived"));
    let text = policy("").replace("<wsp:All></wsp:All>", &both);
    let policy = Policy::from_wsdl(&text).expect("a policy");
    let shape = Shape::default();
    let keys = shape.client(identity("alice"), certificate("bob"), certificate("ca"));
    assert_eq!(policy.client(&keys).expect("a client").exchanges()[0].alternative(), 1);
    let without =
        shape.agreed(Keys::new(Trust::no_certificates(), MemoryReplayCache::default()).partner(certificate("bob")));
    let client = policy.client(&without).expect("a client");
    assert_eq!(client.exchanges()[0].alternative(), 2);
    assert!(client.exchanges()[0].skipped()[0].to_string().contains("Keys::identity"));
    // Nothing is agreed to unless a call says so.
    let strict = Keys::new(Trust::no_certificates(), MemoryReplayCache::default())
        .identity(identity("alice"))
        .partner(certificate("bob"));
    let refused = policy.client(&strict).expect_err("legacy").to_string();
    assert!(refused.contains("Keys::allow_legacy_algorithms"), "{refused}");
}

#[test]
fn an_alternative_without_protection_is_never_chosen_for_want_of_keys() {
    let text = policy("").replace("<wsp:All></wsp:All>", "<wsp:All/>");
    let optional = Shape::default().policy().replace("<wsp:ExactlyOne>", "<wsp:ExactlyOne><wsp:All/>");
    let keys = Keys::new(Trust::no_certificates(), MemoryReplayCache::default());
    assert!(Policy::from_wsdl(&text).expect("a policy").client(&keys).is_ok(), "nothing is demanded");
    let optional = Policy::from_wsdl(&optional).expect("a policy");
    let refused = optional.client(&keys).expect_err("refused").to_string();
    assert!(refused.contains("Keys::dangerous_unprotected"), "{refused}");
    let client = optional.client(&keys.dangerous_unprotected()).expect("agreed");
    assert!(client.exchanges()[0].plan().is_none());
}

/// Each policy refers to the one below it four times, and the last says nothing.
#[test]
fn policies_that_refer_to_one_another_many_times_are_bounded() {
    for (depth, is_bounded) in [(4, false), (14, true)] {
        let all: String = (0..depth)
            .map(|at| {
                let below = format!("<wsp:PolicyReference URI=\"#p{}\"/>", at + 1).repeat(4);
                format!("<wsp:Policy wsu:Id=\"p{at}\">{below}</wsp:Policy>")
            })
            .collect();
        let wsu = ws_security::c14n::name::WSU.uri;
        let text = policy(&format!(
            "<x:unused xmlns:x=\"urn:x\" xmlns:wsu=\"{wsu}\"><wsp:PolicyReference URI=\"#p0\"/>{all}<wsp:Policy \
             wsu:Id=\"p{depth}\"/></x:unused>"
        ));
        let read = Policy::from_wsdl(&text);
        match read {
            Err(error @ PolicyError::Exceeded { .. }) if is_bounded => {
                assert!(
                    error.to_string().contains("`PolicyLimits::assertions` (`--policy-limit assertions=…`)"),
                    "{error}"
                );
            }
            read => assert!(!is_bounded && read.is_ok(), "{depth}: {read:?}"),
        }
    }
}
