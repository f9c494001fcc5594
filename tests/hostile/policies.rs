//! Hostile policies and descriptions: read, listed, and refused or judged within the same bounds as messages.

use ws_security::policy::PolicyReader;

use super::{Door, judge, shapes::Shape};

const NAMES: &str = "xmlns='http://schemas.xmlsoap.org/wsdl/' xmlns:p='http://www.w3.org/ns/ws-policy' \
     xmlns:s='http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702' xmlns:t='urn:t' \
     xmlns:u='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'";

fn policy(inside: &str) -> String {
    format!("<p:Policy {NAMES}>{inside}</p:Policy>")
}

fn definitions(inside: &str) -> String {
    format!("<definitions {NAMES} targetNamespace='urn:t'>{inside}</definitions>")
}

fn numbered(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

/// Many operations under one policy.
fn operations(count: usize, inside: &str, policy: &str) -> String {
    let all = numbered(count, |at| format!("<operation name='o{at}'>{inside}</operation>"));
    let port_type = all.replace(inside, "<input/><output/>");
    definitions(&format!(
        "<portType name='T'>{port_type}</portType><binding name='B' type='t:T'>{policy}{all}</binding>\
         <service name='S'><port name='P' binding='t:B'/></service>"
    ))
}

const PATHS: &str =
    "<p:Policy><s:SignedElements><s:XPath>/a/b</s:XPath><s:XPath>/a/c</s:XPath></s:SignedElements></p:Policy>";

fn shapes() -> Vec<Shape> {
    let of = |name, count, make: fn(usize) -> String| Shape {
        name,
        count,
        make: Box::new(move |count| make(count).into_bytes()),
    };
    vec![
        of("optional ones", 1_000, |count| policy(&"<s:Wss10 p:Optional='1'/>".repeat(count))),
        of("optional ones inside one another", 8, |count| {
            let (start, end) =
                ("<s:Wss10 p:Optional='1'><p:Policy>".repeat(count), "</p:Policy></s:Wss10>".repeat(count));
            policy(&format!("{start}{end}"))
        }),
        of("choices", 1_000, |count| policy(&"<p:ExactlyOne><p:All/><s:Wss10/></p:ExactlyOne>".repeat(count))),
        of("assertions", 2_000, |count| policy(&"<s:Wss10/>".repeat(count))),
        of("unknown assertions of a long namespace", 2_000, |count| {
            policy(&"<x:a/>".repeat(count)).replacen(
                "<p:Policy",
                &format!("<p:Policy xmlns:x='urn:{}'", "x".repeat(4_000)),
                1,
            )
        }),
        of("assertions in two alternatives", 2_000, |count| {
            policy(&format!("<p:ExactlyOne><p:All/><s:Wss11/></p:ExactlyOne>{}", "<s:Wss10/>".repeat(count)))
        }),
        of("paths", 2_000, |count| {
            let paths = numbered(count, |at| format!("<s:XPath>/a/b{at}</s:XPath>"));
            policy(&format!("<s:SignedElements>{paths}</s:SignedElements>"))
        }),
        of("paths under many namespaces", 2_000, |count| {
            let names = numbered(60, |at| format!(" xmlns:n{at}='urn:{}'", "x".repeat(400)));
            let paths = "<s:XPath>/a</s:XPath>".repeat(count);
            policy(&format!("<s:SignedElements{names}>{paths}</s:SignedElements>"))
        }),
        of("paths of long names", 1_000, |count| {
            let paths = "<s:XPath>/n:a/n:b/n:c</s:XPath>".repeat(count);
            policy(&format!("<s:SignedElements xmlns:n='urn:{}'>{paths}</s:SignedElements>", "x".repeat(4_000)))
        }),
        of("parameters far inside", 4_000, |count| {
            let name = "N".repeat(64);
            let (start, end) =
                (format!("<s:{name}><p:Policy>").repeat(14), format!("</p:Policy></s:{name}>").repeat(14));
            policy(&format!("{start}<s:P>{}</s:P>{end}", "<xxxx/>".repeat(count)))
        }),
        of("operators far inside", 500, |count| {
            policy(&format!("{}{}", "<p:All>".repeat(count), "</p:All>".repeat(count)))
        }),
        of("references to one policy", 500, |count| {
            let named = format!("<p:Policy u:Id='a'>{}</p:Policy>", "<s:Wss10/>".repeat(100));
            let references = "<p:PolicyReference URI='#a'/>".repeat(count);
            definitions(&format!("{named}<portType name='T'/><binding name='B' type='t:T'>{references}</binding>"))
        }),
        of("references in a row", 1_000, |count| {
            let chain = numbered(count, |at| {
                format!("<p:Policy u:Id='a{at}'><p:PolicyReference URI='#a{}'/></p:Policy>", at + 1)
            });
            definitions(&format!(
                "{chain}<portType name='T'/><binding name='B' type='t:T'><p:PolicyReference URI='#a0'/></binding>"
            ))
        }),
        of("references to nothing", 2_000, |count| policy(&"<p:PolicyReference URI='#a'/>".repeat(count))),
        of("references to files that are not given", 2_000, |count| {
            policy(&numbered(count, |at| format!("<p:PolicyReference URI='l{at}#a'/>")))
        }),
        of("attributes that are not read", 1_000, |count| {
            policy(&"<s:Wss10 a='1' t:b='1' x='2' xmlns:t='urn:t'/>".repeat(count))
        }),
        of("assertions that contradict one another", 500, |count| {
            policy(&format!("<s:Layout><p:Policy>{}</p:Policy></s:Layout>", "<s:Strict/><s:Lax/>".repeat(count)))
        }),
        of("policies with names", 4_000, |count| {
            definitions(&numbered(count, |at| format!("<p:Policy u:Id='a{at}' Name='a{at}'/>")))
        }),
        of("operations under one policy", 1_000, |count| operations(count, "<input/><output/>", PATHS)),
        of("operations with policies", 500, |count| {
            operations(count, &format!("<input>{PATHS}</input><output/>"), PATHS)
        }),
        of("operations of one name", 1_000, |count| operations(count, "<input/>", "").replace("name='o1", "name='o")),
        of("ports of one binding", 50, |count| {
            let ports = numbered(count, |at| format!("<port name='P{at}' binding='t:B'/>"));
            operations(count, "<input/><output/>", PATHS).replace("<port name='P' binding='t:B'/>", &ports)
        }),
        of("messages", 4_000, |count| definitions(&numbered(count, |at| format!("<message name='m{at}'/>")))),
        of("imports", 1_000, |count| {
            definitions(&numbered(count, |at| format!("<import location='l{at}' namespace='urn:t'/>")))
        }),
        of("imports that are given", 8, |count| {
            definitions(&numbered(count, |at| format!("<import location='given{at}' namespace='urn:t'/>")))
        }),
        of("policies elsewhere", 2_000, |count| definitions(&"<x><p:Policy/></x>".repeat(count))),
        of("lines", 50_000, |count| policy(&"\n".repeat(count))),
    ]
}

fn listed(text: &[u8]) -> String {
    let text = std::str::from_utf8(text).expect("UTF-8");
    let imported = |location: &str, _: &str| {
        location.starts_with("given").then(|| definitions(&format!("<message name='{location}'/>")))
    };
    match PolicyReader::new().imports(imported).read(text) {
        Ok(policy) => {
            let assertions: usize =
                policy.listing().map(|listed| listed.alternatives.iter().map(Vec::len).sum::<usize>()).sum();
            format!("{assertions} assertions")
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn every_hostile_policy_is_linear_and_small_in_memory() {
    let only = std::env::var("WSS_HOSTILE").unwrap_or_default();
    let door: Door<'_> = ("policy", Box::new(listed));
    let mut failures = Vec::new();
    for shape in shapes().iter().filter(|shape| shape.name.contains(&only)) {
        let texts: Vec<Vec<u8>> = [1, 2, 4].iter().map(|times| (shape.make)(shape.count * times)).collect();
        failures.extend(judge(shape.name, &door, &texts, !only.is_empty()));
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
