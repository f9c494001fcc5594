//! Names of a description: each is that of its namespace, and one that is not found is an error; and namespaces of WS-Policy.

use ws_security::policy::{CheckError, Message, Policy, PolicyError, PolicyReader};

use crate::shapes::{SP, Shape, policy};
use crate::{REQUEST, says};

const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
const UTILITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

/// A description in `namespace`.
fn definitions(namespace: &str, content: &str) -> String {
    format!(
        "<d:definitions xmlns:d=\"{WSDL}\" xmlns:wsp=\"http://www.w3.org/ns/ws-policy\" xmlns:u=\"{UTILITY}\" \
         xmlns:one=\"urn:one\" xmlns:two=\"urn:two\" targetNamespace=\"{namespace}\">{content}</d:definitions>"
    )
}

/// Everything that a port refers to, in one namespace: the message with this policy.
fn bound(prefix: &str, policy: &str) -> String {
    let operation = "<d:operation name=\"pay\">";
    format!(
        "<d:message name=\"M\">{policy}</d:message><d:portType name=\"T\">{operation}<d:input message=\"{prefix}:M\"/></d:operation>\
         </d:portType><d:binding name=\"B\" type=\"{prefix}:T\">{operation}<d:input/></d:operation></d:binding>"
    )
}

fn port(binding: &str) -> String {
    format!("<d:service name=\"S\"><d:port name=\"P\" binding=\"{binding}\"/></d:service>")
}

const IMPORT: &str = "<d:import namespace=\"urn:two\" location=\"two.wsdl\"/>";

fn read(text: &str, files: &[(&str, String)]) -> Result<Policy, PolicyError> {
    let give =
        |location: &str, _: &str| files.iter().find(|(known, _)| *known == location).map(|(_, text)| text.clone());
    PolicyReader::new().imports(give).read(text)
}

/// Whether the first operation has a policy.
fn demands(policy: &Policy) -> bool {
    let listing: Vec<_> = policy.listing().collect();
    assert_eq!(listing.len(), 1);
    !listing[0].alternatives[0].is_empty()
}

#[test]
fn a_name_is_looked_up_in_its_namespace_and_not_in_that_of_another_file() {
    let strong = definitions("urn:two", &bound("two", &Shape::default().policy()));
    let files = [("two.wsdl", strong)];
    let weak = definitions("urn:one", &format!("{IMPORT}{}{}", bound("one", ""), port("two:B")));
    assert!(demands(&read(&weak, &files).expect("a policy")));
    let own = definitions("urn:one", &format!("{IMPORT}{}{}", bound("one", ""), port("one:B")));
    assert!(!demands(&read(&own, &files).expect("a policy")));
    // The names of each step: the binding is ours, and its port type or its message is not.
    for (from, to) in [("type=\"one:T\"", "type=\"two:T\""), ("message=\"one:M\"", "message=\"two:M\"")] {
        assert!(demands(&read(&own.replace(from, to), &files).expect("a policy")), "{to}");
    }
    // Without a prefix, a name is in the default namespace.
    let bare = own.replace("binding=\"one:B\"", "xmlns=\"urn:two\" binding=\"B\"");
    assert!(demands(&read(&bare, &files).expect("a policy")));
}

#[test]
fn a_name_that_no_file_has_is_an_error_that_names_the_import_and_the_option() {
    let text = definitions("urn:one", &format!("{IMPORT}{}{}", bound("one", ""), port("one:B")));
    let replaced = [
        ("binding=\"one:B\"", "binding=\"two:B\"", "wsdl:binding {urn:two}B"),
        ("type=\"one:T\"", "type=\"two:T\"", "wsdl:portType {urn:two}T"),
        ("message=\"one:M\"", "message=\"two:M\"", "wsdl:message {urn:two}M"),
    ];
    for (from, to, what) in replaced {
        let error = read(&text.replace(from, to), &[]).expect_err(to).to_string();
        for said in [what, "\"two.wsdl\"", "PolicyReader::imports", "--import"] {
            assert!(error.contains(said), "{to}: {error}");
        }
        let error = read(&text.replace(IMPORT, "").replace(from, to), &[]).expect_err(to).to_string();
        assert!(error.contains("correct the name"), "{error}");
    }
    let other = text.replacen("<d:operation name=\"pay\">", "<d:operation name=\"other\">", 1);
    assert!(matches!(read(&other, &[]), Err(PolicyError::Unresolved { .. })), "the port type has no such operation");
    let twice = text.replace("<d:message", "<d:message name=\"M\"/><d:message");
    assert!(matches!(read(&twice, &[]), Err(PolicyError::Malformed { .. })));
}

#[test]
fn of_several_operations_of_one_name_the_policy_is_that_of_the_same_input() {
    let strong = Shape::default().policy();
    let operation = |input: &str, inside: &str| {
        format!("<d:operation name=\"pay\"><d:input name=\"{input}\">{inside}</d:input></d:operation>")
    };
    let text = |bound: &str| {
        let types = format!("<d:portType name=\"T\">{}{}</d:portType>", operation("a", ""), operation("b", &strong));
        let binding = format!("<d:binding name=\"B\" type=\"one:T\">{bound}</d:binding>");
        definitions("urn:one", &format!("{types}{binding}{}", port("one:B")))
    };
    assert!(!demands(&read(&text(&operation("a", "")), &[]).expect("a policy")));
    assert!(demands(&read(&text(&operation("b", "")), &[]).expect("a policy")));
    let unnamed = "<d:operation name=\"pay\"><d:input/></d:operation>";
    assert!(matches!(read(&text(unnamed), &[]), Err(PolicyError::Malformed { .. })));
}

#[test]
fn a_reference_is_to_the_policy_of_its_own_file_or_to_the_only_one_of_that_id() {
    let named = |policy: &str| policy.replacen("<wsp:Policy ", "<wsp:Policy u:Id=\"P\" Name=\"urn:p\" ", 1);
    let (empty, strong) = (named("<wsp:Policy />"), named(&Shape::default().policy()));
    let import =
        "<d:import namespace=\"urn:two\" location=\"two.wsdl\"/><d:import namespace=\"urn:x\" location=\"x.wsdl\"/>";
    let text = |uri: &str, own: &str| {
        let reference = format!("<wsp:PolicyReference URI=\"{uri}\"/>");
        definitions("urn:one", &format!("{import}{own}{}{}", bound("one", &reference), port("one:B")))
    };
    let files = [("two.wsdl", definitions("urn:two", &strong)), ("x.wsdl", definitions("urn:x", &empty))];
    let usable =
        |text: &str, files: &[_]| read(text, files).expect("a policy").listing().all(|listed| listed.is_usable());
    assert!(!usable(&text("#P", ""), &files), "two files have it");
    assert!(!demands(&read(&text("#P", &empty), &files).expect("a policy")), "its own file has it");
    assert!(demands(&read(&text("#P", ""), &files[..1]).expect("a policy")), "one file has it");
    assert!(demands(&read(&text("two.wsdl#P", ""), &files).expect("a policy")));
    assert!(!demands(&read(&text("x.wsdl#P", ""), &files).expect("a policy")));
    assert!(!usable(&text("urn:p", ""), &files), "two policies have the Name");
    assert!(demands(&read(&text("urn:p", ""), &files[..1]).expect("a policy")));
    assert!(!usable(&text("P", ""), &files[..1]), "an Id is no Name");
}

/// Of a policy in another file that no `wsdl:import` names: by Id, as a whole, and through a chain.
#[test]
fn a_reference_to_another_file_is_followed_where_the_caller_gives_that_file() {
    let utility = "xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\"";
    let of_id = Shape::default().policy().replacen("<wsp:Policy ", &format!("<wsp:Policy {utility} u:Id=\"p\" "), 1);
    let to = |uri: &str| policy(&format!("<wsp:PolicyReference URI=\"{uri}\"/>"));
    let chain =
        to("http://a.example/p.xml#p").replacen("<wsp:Policy ", &format!("<wsp:Policy {utility} u:Id=\"q\" "), 1);
    let files = [("http://a.example/p.xml", of_id), ("chain.xml", chain)];
    for uri in ["http://a.example/p.xml#p", "http://a.example/p.xml", "chain.xml#q", "chain.xml"] {
        let policy = read(&to(uri), &files).expect("a policy");
        assert!(policy.listing().all(|listed| listed.is_usable()), "{uri}");
        let first = policy.listing().next().expect("a message");
        assert_eq!(first.alternatives[0][0].place.file(), "http://a.example/p.xml", "{uri}");
        let alone = Policy::from_wsdl(&to(uri)).expect("a policy");
        let first = alone.listing().next().expect("a message");
        assert!(!first.is_usable() && first.alternatives[0][0].standing.what().contains("`imports`"), "{uri}");
    }
    let other = read(&to("http://a.example/p.xml#other"), &files).expect("a policy");
    assert!(!other.listing().next().expect("a message").is_usable());
    // Each reference leads to the other file.
    let circle = [("b.xml", to("c.xml")), ("c.xml", to("b.xml"))];
    assert!(matches!(read(&to("b.xml"), &circle), Err(PolicyError::Circle { .. })));
}

#[test]
fn a_policy_of_another_version_of_ws_policy_is_read_or_refused() {
    let text = definitions("urn:one", &format!("{}{}", bound("one", &Shape::default().policy()), port("one:B")));
    let of = |namespace: &str| text.replace("http://www.w3.org/ns/ws-policy", namespace);
    for known in ["http://www.w3.org/2006/07/ws-policy", "http://schemas.xmlsoap.org/ws/2004/09/policy"] {
        assert!(demands(&read(&of(known), &[]).expect("a policy")), "{known}");
    }
    for other in ["http://schemas.xmlsoap.org/ws/2002/12/policy", "http://www.w3.org/ns/ws-policy/", "urn:policy"] {
        let error = read(&of(other), &[]).expect_err(other).to_string();
        assert!(error.contains("Policy") && error.contains("http://www.w3.org/ns/ws-policy"), "{error}");
        let uris = text.replace("<d:input/>", &format!("<d:input xmlns:p=\"{other}\" p:PolicyURIs=\"#P\"/>"));
        says(read(&uris, &[]), "http://www.w3.org/ns/ws-policy");
    }
    let elsewhere = text.replace("<d:input/>", "<d:input><x:body xmlns:x=\"urn:x\"><wsp:Policy/></x:body></d:input>");
    assert!(read(&elsewhere, &[]).expect("a policy").unread()[0].contains("none is in force"));
    let schema = text.replace("<d:message", "<d:types><x:Policy xmlns:x=\"urn:x\"/></d:types><d:message");
    assert!(read(&schema, &[]).expect("a policy").unread().is_empty());
}

#[test]
fn a_check_says_what_it_cannot_judge() {
    let unknown = policy("").replace(SP, "http://schemas.xmlsoap.org/ws/2002/12/secext");
    let unknown = unknown.replace("<wsp:All>", "<wsp:All><sp:SignedParts><sp:Body/></sp:SignedParts>");
    let policy = Policy::from_wsdl(&unknown).expect("a policy");
    let error = policy.check("", Message::Request, REQUEST).expect_err("nothing can be judged");
    assert!(matches!(error, CheckError::Unjudged(_)));
    assert!(error.to_string().contains("SignedParts cannot be judged"), "{error}");
    // Another alternative that the message fits is enough.
    let either = unknown.replace("<wsp:ExactlyOne>", "<wsp:ExactlyOne><wsp:All/>");
    let policy = Policy::from_wsdl(&either).expect("a policy");
    assert_eq!(policy.check("", Message::Request, REQUEST), Ok(Vec::new()));
}
