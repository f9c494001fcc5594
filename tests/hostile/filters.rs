//! Selections by XPath, where a policy admits them: what trees, lists and strings take is as little as all else takes.

use ws_security::c14n::Limits;
use ws_security::xmldsig::{AlgorithmPolicy, FilterMethod};

use super::filtered::{ORDER, signed_with, transform, verified};
use super::measured;

struct Shape {
    name: &'static str,
    filter: String,
    /// Of the order: what is in it, so many times.
    content: String,
    attributes: String,
}

fn of(name: &'static str, filter: String, (piece, times): (&str, usize), attributes: &str) -> Shape {
    Shape { name, filter, content: piece.repeat(times), attributes: attributes.to_owned() }
}

fn xpath(text: &str) -> String {
    transform(FilterMethod::XPath, &format!("<ds:XPath>{text}</ds:XPath>"))
}

fn filter2(text: &str) -> String {
    let namespace = FilterMethod::XPathFilter2.uri();
    let bearer = format!("<XPath xmlns=\"{namespace}\" Filter=\"intersect\">{text}</XPath>");
    transform(FilterMethod::XPathFilter2, &bearer)
}

/// Different scopes at many elements.
fn declarations(count: usize) -> String {
    (0..count).map(|at| format!("<a xmlns='n{at}'/>")).collect()
}

fn shapes() -> Vec<Shape> {
    let namespaces: String = (0..58).map(|at| format!(" xmlns:p{at}='urn:{at}'")).collect();
    let element = "<a></a>";
    let canonical = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform>";
    vec![
        of("namespaces in scope", xpath("true()"), (element, 6_000), &namespaces),
        of("more of them", xpath("true()"), (element, 60_000), &namespaces),
        of("their nodes", filter2("//namespace::*"), (element, 6_000), &namespaces),
        of("other scopes", xpath("true()"), (&declarations(2_000), 1), &namespaces),
        of("many other scopes", xpath("true()"), (&declarations(15_000), 1), &namespaces),
        of("a plain tree", xpath("true()"), (element, 200_000), ""),
        of("two trees", format!("{0}{canonical}{0}", xpath("true()")), (element, 100_000), ""),
        of("a tree of comments", xpath("true()"), ("<!---->", 100_000), ""),
        of("a tree of texts", xpath("true()"), ("<a/>bbb", 100_000), ""),
        of("a tree of attributes", xpath("true()"), ("<a b='' c=''/>", 50_000), ""),
        of("long attributes", xpath("true()"), (&format!("<a b='{}'/>", "&#98;".repeat(1_000)), 100), ""),
        of("a long list", filter2("//node()/following::node()"), (element, 2_000), ""),
        of("a list of many", filter2("//node()/ancestor-or-self::node()/preceding::node()"), (element, 20_000), ""),
        of("lists inside lists", filter2("//node()[//node()[//node()[//node()]]]"), (element, 20_000), ""),
        of("a union", filter2(&["//node()"; 200].join("|")), (element, 20_000), ""),
        of("siblings", filter2("//a/preceding-sibling::a[last()]"), (element, 20_000), ""),
        of("two sets", xpath("//node() = //@*"), (element, 20_000), ""),
        of("a long string", xpath(&format!("concat({}'')", "string(/),".repeat(150))), ("x", 100_000), ""),
        of("a long string of nodes", xpath(&format!("concat({}'')", "/,".repeat(1_000))), ("x", 100_000), ""),
        of("a string inside strings", xpath(&nested("normalize-space(", "string(/)", ")")), ("x ", 50_000), ""),
        of("words", xpath("normalize-space(/)"), ("x ", 50_000), ""),
        of("ids", xpath("id(/)"), ("x ", 50_000), ""),
        of("a string that grows", xpath("translate(/, 'x', '\u{1D538}')"), ("x", 100_000), ""),
        of("a part of a string", xpath("substring(/, 2)"), ("x", 100_000), ""),
    ]
}

fn nested(start: &str, inside: &str, end: &str) -> String {
    format!("{}{inside}{}", start.repeat(30), end.repeat(30))
}

#[test]
fn a_selection_takes_little_memory() {
    let only = std::env::var("WSS_HOSTILE").unwrap_or_default();
    let policy = || FilterMethod::ALL.into_iter().fold(AlgorithmPolicy::default(), AlgorithmPolicy::admit_transform);
    let mut failures = Vec::new();
    for shape in shapes().iter().filter(|shape| shape.name.contains(&only)) {
        let order = format!("<order{}>{}", shape.attributes, shape.content);
        let text = signed_with("", &shape.filter, ORDER).replacen("<order>", &order, 1);
        let (outcome, cost) = measured(|| verified(&text, policy(), Limits::default()).map(drop));
        let times = cost.peak as f64 / text.len() as f64;
        let said = outcome.map_or_else(|error| error.to_string(), |()| "verified".to_owned());
        println!("{}: {} octets, {:?}, peak {} ({times:.1}): {said:.90}", shape.name, text.len(), cost.took, cost.peak);
        if cost.peak > 12 * text.len() + (1 << 20) {
            failures.push(format!("{}: {} octets take {}", shape.name, text.len(), cost.peak));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
