//! libxml2 (through lxml) beside our XPath: random expressions over random documents have the same value.

use ws_security::c14n::{Budget, Document, Limits, Tree, base64_decode, base64_encode};
use ws_security::xpath::{Context, Expression};

use crate::driver::Driver;
use crate::peer;
use crate::random::Random;

fn element(random: &mut Random, depth: usize, out: &mut String) {
    let name = random.pick(&["a", "b", "p:a", "q:b"]);
    out.push_str(&format!("<{name}"));
    if random.below(2) == 0 {
        out.push_str(&format!(" x=\"{}\"", random.pick(&["1", "2", "abc", ""])));
    }
    if random.below(4) == 0 {
        out.push_str(&format!(" p:x=\"{}\"", random.pick(&["3", "b c"])));
    }
    if random.below(5) == 0 {
        out.push_str(&format!(" xml:lang=\"{}\"", random.pick(&["en", "de-AT"])));
    }
    out.push('>');
    for _ in 0..random.below(5) {
        match random.below(3) {
            0 if depth > 0 => element(random, depth - 1, out),
            1 => out.push_str(random.pick(&["<!--c-->", "<?t d?>", "<?u?>"])),
            _ => out.push_str(random.pick(&["1", "2", " x ", "abc", "&amp;", "<![CDATA[<]]>"])),
        }
    }
    out.push_str(&format!("</{name}>"));
}

fn path(random: &mut Random, depth: usize) -> String {
    let mut text = random.pick(&["/", "//", "", "/*/"]).to_owned();
    for step in 0..=random.below(3) {
        if step > 0 {
            text.push_str(random.pick(&["/", "//", "/"]));
        }
        let axis = random.pick(&[
            "",
            "",
            "",
            "ancestor::",
            "ancestor-or-self::",
            "child::",
            "descendant::",
            "descendant-or-self::",
            "following::",
            "following-sibling::",
            "parent::",
            "preceding::",
            "preceding-sibling::",
            "self::",
            "@",
            "namespace::",
        ]);
        text.push_str(axis);
        let tests: &[&str] = match axis {
            "namespace::" => &["*", "p", "node()"],
            "@" => &["*", "x", "p:x", "node()"],
            _ => &["*", "a", "b", "p:a", "q:*", "node()", "text()", "comment()", "processing-instruction()"],
        };
        text.push_str(random.pick(tests));
        if random.below(3) == 0 && depth > 0 {
            text.push_str(&format!("[{}]", scalar(random, depth - 1)));
        }
    }
    text
}

/// An expression whose value is not a node-set.
fn scalar(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return random.pick(&["1", "2", "position()", "last()", "true()", "'abc'", "@x", "lang('de')"]).to_owned();
    }
    let nodes = |random: &mut Random| match random.below(4) {
        0 => format!("({} | {})", path(random, depth - 1), path(random, depth - 1)),
        1 => format!("({})[{}]", path(random, depth - 1), random.pick(&["1", "2", "last()", "@x"])),
        _ => path(random, depth - 1),
    };
    let (left, right) = (nodes(random), nodes(random));
    let inner = scalar(random, depth - 1);
    let operator = random.pick(&["=", "!=", "<", "<=", ">", ">="]);
    match random.below(14) {
        0 | 1 => format!("count({left})"),
        2 => format!("string({left})"),
        3 => format!("name({left})"),
        4 => format!("local-name({left})"),
        5 => format!("namespace-uri({left})"),
        6 => format!("({left} {operator} {right})"),
        7 => format!("({left} {operator} {inner})"),
        8 => format!("({inner} {operator} {})", scalar(random, depth - 1)),
        9 => format!("({inner} {} {})", random.pick(&["and", "or"]), scalar(random, depth - 1)),
        10 => format!("not({inner})"),
        11 => format!(
            "(count({left}) {} {})",
            random.pick(&["+", "-", "*", "mod"]),
            random.pick(&["2", "3", "count(//a)"])
        ),
        12 => format!(
            "substring(string({left}), {}, {})",
            random.pick(&["1", "2", "0", "1.5"]),
            random.pick(&["1", "2", "10"])
        ),
        _ => format!(
            "{}(string({left}), {})",
            random.pick(&["contains", "starts-with", "substring-before", "substring-after"]),
            random.pick(&["'1'", "'b'", "''"])
        ),
    }
}

/// The value as a string; `None` if the expression is refused.
fn ours(document: &str, expression: &str) -> Option<String> {
    let budget = Budget::dangerous_unbounded();
    let document = Document::parse(document, &Limits::default()).expect("a document");
    let tree = Tree::new(&document, &budget).expect("a tree");
    let expression = Expression::parse(expression, &[("p", "urn:p"), ("q", "urn:q")], &budget).ok()?;
    // The context of lxml is the document element.
    let value = expression.evaluate(&Context::new(&tree, &budget), tree.of(document.root())?).ok()?;
    Some(value.to_text(&tree))
}

#[test]
fn expressions_have_the_values_of_libxml2() {
    if !peer::wanted() {
        return;
    }
    let mut libxml2 = Driver::python("xpath.py");
    let mut random = Random(7);
    let (mut wrong, mut explained) = (Vec::new(), 0);
    for _ in 0..8_000 {
        let mut document = "<r xmlns:p=\"urn:p\" xmlns:q=\"urn:q\">".to_owned();
        element(&mut random, 3, &mut document);
        document.push_str("</r>");
        let expression = format!("string({})", scalar(&mut random, 3));
        let question = format!("{} {}", base64_encode(document.as_bytes()), base64_encode(expression.as_bytes()));
        let line = libxml2.line(&question);
        let theirs = match line.trim() {
            "ERR" => None,
            "=" => Some(String::new()),
            value => base64_decode(value, usize::MAX / 2).and_then(|octets| String::from_utf8(octets).ok()),
        };
        let found = ours(&document, &expression);
        // Outside of a predicate, libxml2 has no position. The order of the namespaces of an element is left open, and in
        // libxml2 they have no nodes before and after them.
        let has_position = expression.contains("position()") || expression.contains("last()");
        let is_explained =
            found != theirs && (expression.contains("namespace::") || (theirs.is_none() && has_position));
        explained += usize::from(is_explained);
        if found != theirs && !is_explained {
            wrong.push(format!("{document}\n{expression}\nours {found:?}\ntheirs {theirs:?}"));
        }
    }
    println!("libxml2: {} expressions of 8000 have another value, {explained} for a known reason", wrong.len());
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.into_iter().take(6).collect::<Vec<_>>().join("\n\n")
    );
}
