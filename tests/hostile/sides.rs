//! Both sides of hostile policies: what a client and a service are made of takes as little as reading the policy.

use ws_security::policy::{Keys, Policy};

use super::measured;
use super::policy_shapes::Shape;
use crate::common::*;

/// A policy that can be used, with so many of these in place of what it has at a mark.
fn grown(shape: Shape, mark: &str, more: impl Fn(usize) -> String) -> impl Fn(usize) -> String {
    let policy = shape.policy();
    assert!(policy.contains(mark), "{mark} is not in {policy}");
    let mark = mark.to_owned();
    move |count| policy.replacen(&mark, &format!("{mark}{}", more(count)), 1)
}

fn numbered(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

/// So many steps more in the path of a policy, with these prefixes declared.
fn longer(step: &'static str, declarations: String) -> impl Fn(usize) -> String {
    let policy = Shape::default().with("signed", "Body and element").policy();
    let start = policy.find("<sp:XPath").expect("a path");
    let content = start + policy[start..].find('>').expect("its start") + 1;
    let end = content + policy[content..].find('<').expect("its end");
    let name = "<sp:XPath".len();
    move |count| {
        let (before, rest, after) = (&policy[..start + name], &policy[start + name..end], &policy[end..]);
        format!("{before}{declarations}{rest}{}{after}", step.repeat(count))
    }
}

/// So many endorsing tokens, and header blocks that each of them signs.
fn beside_tokens(tokens: usize) -> impl Fn(usize) -> String {
    let policy = Shape::default().with("supporting", "endorsing").policy();
    let (start, end) = ("<sp:EndorsingSupportingTokens><wsp:Policy>", "</wsp:Policy></sp:EndorsingSupportingTokens>");
    let from = policy.find(start).expect("a token") + start.len();
    let to = from + policy[from..].find(end).expect("its end");
    move |count| {
        let headers = numbered(count, |at| format!("<sp:Header Name=\"a{at}\" Namespace=\"urn:a\"/>"));
        let all = policy[from..to].repeat(tokens);
        format!("{}{all}<sp:SignedParts>{headers}</sp:SignedParts>{}", &policy[..from], &policy[to..])
    }
}

/// A policy of a size.
type Make = Box<dyn Fn(usize) -> String>;

fn shapes() -> Vec<(&'static str, usize, Make)> {
    let plain = Shape::default;
    let path = || Shape::default().with("signed", "Body and element");
    let namespace = |octets: usize| format!(" xmlns:n=\"urn:{}\"", "n".repeat(octets));
    let header = |at: usize| format!("<sp:Header Name=\"a{at}\" Namespace=\"urn:a\"/>");
    let xpath = |at: usize| format!("<sp:XPath>/s:Envelope/s:Body/b:pay/b:a{at}</sp:XPath>");
    vec![
        ("parts", 3_400, Box::new(grown(plain(), "<sp:Body/>", |count| "<sp:Body/>".repeat(count)))),
        ("headers", 3_400, Box::new(grown(plain(), "<sp:Body/>", move |count| numbered(count, header)))),
        (
            "headers in no namespace",
            5_000,
            Box::new(grown(plain(), "<sp:Body/>", |count| {
                numbered(count, |at| format!("<sp:Header Name=\"a{at}\"/>"))
            })),
        ),
        (
            "assertions",
            5_000,
            Box::new(grown(plain(), "<sp:Body/></sp:SignedParts>", |count| {
                "<sp:SignedParts><sp:Body/></sp:SignedParts>".repeat(count)
            })),
        ),
        ("tokens beside parts", 100, Box::new(beside_tokens(5))),
        ("many tokens beside parts", 100, Box::new(beside_tokens(100))),
        ("paths", 500, Box::new(grown(path(), "</sp:XPath>", move |count| numbered(count, xpath)))),
        ("steps", 500, Box::new(longer("/b:pay", String::new()))),
        ("many steps", 3_000, Box::new(longer("/b:pay", String::new()))),
        ("more steps", 20_000, Box::new(longer("/b:pay", String::new()))),
        ("short steps", 3_000, Box::new(longer("/a", String::new()))),
        ("steps of a long namespace", 500, Box::new(longer("/n:a", namespace(1_000)))),
        ("steps of a longer namespace", 10_000, Box::new(longer("/n:a", namespace(20_000)))),
    ]
}

#[test]
fn both_sides_of_a_policy_take_little_memory() {
    let only = std::env::var("WSS_HOSTILE").unwrap_or_default();
    let shape = Shape::default();
    let client = shape.client(identity("alice"), certificate("bob"), certificate("ca"));
    let service = shape.service(identity("bob"), certificate("alice"), certificate("ca"));
    let outcome = |text: &str, side: Option<(&str, &Keys)>| match (Policy::from_wsdl(text), side) {
        (Err(error), _) => error.to_string(),
        (Ok(policy), None) => format!("{} messages", policy.listing().count()),
        (Ok(policy), Some(("client", keys))) => {
            policy.client(keys).map_or_else(|e| e.to_string(), |_| "a client".into())
        }
        (Ok(policy), Some((_, keys))) => policy.service(keys).map_or_else(|e| e.to_string(), |_| "a service".into()),
    };
    let mut failures = Vec::new();
    for (name, count, make) in shapes().iter().filter(|(name, ..)| name.contains(&only)) {
        for count in [*count, 2 * count] {
            let text = make(count);
            for side in [None, Some(("client", &client)), Some(("service", &service))] {
                let (said, cost) = measured(|| outcome(&text, side));
                let (door, times) = (side.map_or("listing", |(door, _)| door), cost.peak as f64 / text.len() as f64);
                println!(
                    "{name}: {door}: {} octets, {:?}, peak {} ({times:.1}): {said:.90}",
                    text.len(),
                    cost.took,
                    cost.peak
                );
                if cost.peak > 12 * text.len() + (1 << 20) || cost.took.as_millis() > 1_000 {
                    failures.push(format!("{name}: {door}: {} octets take {}, {:?}", text.len(), cost.peak, cost.took));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
