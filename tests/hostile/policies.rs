//! Hostile policies and descriptions: read, listed, and refused or judged within the same bounds as messages.

use ws_security::policy::{Message, PolicyLimits, PolicyReader};
use ws_security::{Limit, Limits};

use super::shapes::{self, Shape};
use super::{Door, judge};

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

/// So many operations, whose requests have a token that replies do not have, beside these assertions.
fn apart(count: usize, assertions: &str) -> String {
    let token = "<p:Policy><s:X509Token/></p:Policy>";
    let tokens = format!("<s:SignedSupportingTokens>{token}</s:SignedSupportingTokens>");
    operations(count, "<input/><output/>", &format!("<p:Policy>{tokens}{assertions}</p:Policy>"))
}

/// Many ports of one binding, and what the service, the definitions and the binding have beside them.
fn ports(count: usize, service: &str, port_type: &str, binding: &str) -> String {
    let port_type = if port_type.is_empty() { "<portType name='T'/>" } else { port_type };
    let all = numbered(count, |at| format!("<port name='P{at}' binding='t:B'/>"));
    definitions(&format!(
        "{port_type}<binding name='B' type='t:T'>{binding}</binding><service name='S'>{service}{all}</service>"
    ))
}

/// Many of these references to a policy of many assertions, which no alternative has.
fn beside_nothing(count: usize, reference: &str) -> String {
    let named = format!("<p:Policy u:Id='a'>{}</p:Policy>", "<s:Wss10/>".repeat(count));
    let all = reference.repeat(20 * count);
    definitions(&format!(
        "{named}<portType name='T'/><binding name='B' type='t:T'><p:Policy><p:ExactlyOne/>{all}</p:Policy></binding>"
    ))
}

/// An assertion that is in force for messages which have policies of their own.
fn for_many_messages(count: usize, assertion: &str) -> String {
    operations(count, "<input><p:Policy><s:Wss11/></p:Policy></input>", &format!("<p:Policy>{assertion}</p:Policy>"))
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
        of("paths to elements", 200, |count| {
            let paths = numbered(count, |at| format!("<s:XPath>/e:Envelope/e:Body/b{at}</s:XPath>"));
            let soap = "xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'";
            policy(&format!("<s:SignedElements {soap}>{paths}</s:SignedElements>"))
        }),
        of("supporting tokens beside paths", 50, |count| {
            let (tokens, path) = ("<s:X509Token/>".repeat(count), "<s:XPath>/e:Envelope/e:Body/b</s:XPath>");
            let paths = format!("<s:SignedElements>{}</s:SignedElements>", path.repeat(count));
            let soap = "xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'";
            let all = format!("<p:Policy {soap}>{tokens}{paths}</p:Policy>");
            policy(&format!("<s:EndorsingSupportingTokens>{all}</s:EndorsingSupportingTokens>"))
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
        of("references with digests of policies one inside another", 100, |count| {
            let (start, end) = (numbered(count, |at| format!("<p:Policy u:Id='a{at}'>")), "</p:Policy>".repeat(count));
            let references = numbered(count, |at| format!("<p:PolicyReference URI='#a{at}' Digest='AAAA'/>"));
            definitions(&format!(
                "{start}{}{end}<portType name='T'/><binding name='B' type='t:T'>{references}</binding>",
                "<s:Wss10/>".repeat(count)
            ))
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
        of("ports of a port type of many operations", 1_000, |count| {
            ports(count, "", &format!("<portType name='T'>{}</portType>", "<operation name='o'/>".repeat(count)), "")
        }),
        of("ports of a service of many policies", 1_000, |count| ports(count, &"<p:Policy/>".repeat(count), "", "")),
        of("ports of a binding of many children", 2_000, |count| ports(count, "", "", &"<x/>".repeat(count))),
        of("ports under a long namespace", 2_000, |count| {
            ports(count, "", "", "").replace("urn:t", &format!("urn:{}", "t".repeat(5 * count)))
        }),
        of("operations of one name with inputs of many", 300, |count| {
            let all =
                |count: usize| numbered(count, |at| format!("<operation name='o'><input name='{at}'/></operation>"));
            definitions(&format!(
                "<portType name='T'>{}</portType><binding name='B' type='t:T'>{}</binding>",
                all(10 * count),
                all(count)
            ))
        }),
        of("operations of a long action for many ports", 10, |count| {
            let soap = "xmlns:w='http://schemas.xmlsoap.org/wsdl/soap/'";
            let one = format!("<w:operation {soap} soapAction='{}'/><input/>", "a".repeat(4_000));
            let all = numbered(20, |at| format!("<operation name='o{at}'>{one}</operation>"));
            ports(count, "", &format!("<portType name='T'>{}</portType>", all.replace(&one, "")), &all)
        }),
        of("references beside a choice of nothing", 500, |count| {
            beside_nothing(count, "<p:PolicyReference URI='#a'/>")
        }),
        of("choices of references beside a choice of nothing", 500, |count| {
            beside_nothing(count, "<p:ExactlyOne><p:PolicyReference URI='#a'/></p:ExactlyOne>")
        }),
        of("a long path for many messages", 200, |count| {
            let path = format!(
                "/*[namespace-uri()='urn:{}' and local-name()='a']/*[namespace-uri()='' and local-name()='b']",
                "b".repeat(40 * count)
            );
            for_many_messages(count, &format!("<s:SignedElements><s:XPath>{path}</s:XPath></s:SignedElements>"))
        }),
        of("a long namespace of a header for many messages", 200, |count| {
            let header = format!("<s:Header Namespace='urn:{}' Name='a'/>", "b".repeat(40 * count));
            for_many_messages(count, &format!("<s:SignedParts>{header}</s:SignedParts>"))
        }),
        of("assertions that the two directions judge apart", 1_700, |count| apart(1, &"<s:Wss10/>".repeat(count))),
        of("alternatives that the two directions judge apart", 400, |count| {
            let both = format!("<s:Wss11/>{}", "<s:Wss10/>".repeat(count));
            apart(1, &format!("<p:ExactlyOne>{}</p:ExactlyOne>", format!("<p:All>{both}</p:All>").repeat(4)))
        }),
        of("operations that the two directions judge apart", 25, |count| {
            apart(count, &"<s:Wss10/>".repeat(40 * count))
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

/// A message whose header has many children, and one with many references to the last of them.
#[test]
fn the_layout_of_a_header_is_checked_in_linear_time() {
    let message = |count: usize| {
        let references = "<e:Reference URI='#last'/>".repeat(count);
        shapes::header(&format!("<n:a>{references}</n:a>{}<n:a u:Id='last'/>", "<n:a/>".repeat(count)))
    };
    let strict = "<s:TransportBinding><p:Policy><s:Layout><p:Policy><s:Strict/></p:Policy></s:Layout></p:Policy>\
                  </s:TransportBinding>";
    let checked = |documents: Limits| {
        let limits = PolicyLimits::default().documents(documents);
        let strict = PolicyReader::new().limits(limits).read(&policy(strict)).expect("a policy");
        move |text: &[u8]| {
            let breaches = strict.check("", Message::Request, std::str::from_utf8(text).expect("UTF-8"));
            breaches
                .map_or_else(|error| error.to_string(), |breaches| breaches.iter().map(ToString::to_string).collect())
        }
    };
    let texts: Vec<Vec<u8>> = [1, 2, 4].iter().map(|times| message(2_000 * times)).collect();
    let usual = checked(Limits::default());
    assert!(texts.iter().all(|text| usual(text).contains("Limit::HeaderChildren")));
    let raised = checked(Limits::default().with(Limit::HeaderChildren, 1_000_000));
    assert!(raised(&texts[0]).contains("after its use"));
    let failures = judge("layout", &("check", Box::new(raised)), &texts, false);
    assert!(failures.is_empty(), "{failures:?}");
}
