//! Answers of a security token service, and faults: as many of each of their elements, through their readers.

use ws_security::sts::{Issue, TokenType, TrustVersion, Validate};
use ws_security::{Limits, UnauthenticatedFault};

use super::{Door, judge};
use crate::common::SOAP12;

/// The content of a Body, of a size.
type Make = fn(usize) -> String;

fn response(content: &str) -> String {
    format!("<w:RequestSecurityTokenResponse>{content}</w:RequestSecurityTokenResponse>")
}

fn token(content: &str) -> String {
    response(&format!("<w:RequestedSecurityToken>{content}</w:RequestedSecurityToken>"))
}

fn fault(reason: &str, detail: &str) -> String {
    let code = "<s:Code><s:Value>s:Sender</s:Value></s:Code>";
    format!("<s:Fault>{code}<s:Reason>{reason}</s:Reason><s:Detail>{detail}</s:Detail></s:Fault>")
}

const SHAPES: [(&str, Make); 10] = [
    ("nothing but children", |n| response(&"<w:A/>".repeat(n))),
    ("responses", |n| {
        format!(
            "<w:RequestSecurityTokenResponseCollection>{}</w:RequestSecurityTokenResponseCollection>",
            response("").repeat(n)
        )
    }),
    ("children of a token", |n| token(&format!("<w:A>{}</w:A>", "<w:B/>".repeat(n)))),
    ("tokens", |n| token(&"<w:A/>".repeat(n))),
    ("a long token type", |n| response(&format!("<w:TokenType>{}</w:TokenType>", "a&#98;".repeat(n)))),
    ("a long secret", |n| {
        response(&format!(
            "<w:RequestedProofToken><w:BinarySecret>{}</w:BinarySecret></w:RequestedProofToken>",
            "AAAA".repeat(n)
        ))
    }),
    ("a long reason of a status", |n| {
        response(&format!("<w:Status><w:Code>a</w:Code><w:Reason>{}</w:Reason></w:Status>", "&#98;".repeat(n)))
    }),
    ("texts of a fault", |n| fault(&"<s:Text xml:lang='en'>a</s:Text>".repeat(n), "")),
    ("a long text of a fault", |n| fault(&format!("<s:Text xml:lang='en'>{}</s:Text>", "&#98;".repeat(n)), "")),
    ("the detail of a fault", |n| fault("<s:Text xml:lang='en'>a</s:Text>", &"<a b='c'/>".repeat(n))),
];

#[test]
fn an_answer_or_a_fault_takes_little() {
    let body = |content: &str| {
        let wst = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
        format!("<s:Body xmlns:s='{SOAP12}' xmlns:w='{wst}'>{content}</s:Body>")
    };
    let issue = Issue::new(TrustVersion::V1_3, TokenType::Saml2).bearer();
    let validate = Validate::new(TrustVersion::V1_3, "<a/>").expect("a request");
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).expect("text");
    let doors: [Door<'_>; 3] = [
        (
            "Issue",
            Box::new(|octets| {
                issue.answer(&text(octets), &Limits::default()).map_or_else(|e| e.to_string(), |_| "a token".into())
            }),
        ),
        (
            "Validate",
            Box::new(|octets| {
                validate.answer(&text(octets), &Limits::default()).map_or_else(|e| e.to_string(), |_| "a status".into())
            }),
        ),
        (
            "fault",
            Box::new(|octets| {
                let envelope = format!("<s:Envelope xmlns:s='{SOAP12}'>{}</s:Envelope>", text(octets));
                UnauthenticatedFault::read(&envelope).map_or_else(|| "none".into(), |fault| fault.to_string())
            }),
        ),
    ];
    let mut failures = Vec::new();
    for (name, make) in SHAPES {
        let messages: Vec<Vec<u8>> = [1, 2, 4].map(|times| body(&make(4_000 * times)).into_bytes()).into();
        for door in &doors {
            failures.extend(judge(name, door, &messages, false));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
