//! A slow and simple canonicaliser, written from the specifications: the oracle of the fast one.
//!
//! It reads documents that the strict reader accepted, into a tree that owns its text, and walks it by recursion.
//! Canonical XML 1.0 and 1.1, Exclusive XML Canonicalization 1.0; section numbers are theirs.

use std::collections::BTreeMap;

use ws_security::c14n::CanonicalizationMethod;

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text, with references and sections resolved.
    Text(String),
    /// A comment.
    Comment(String),
    /// A processing instruction: target and data.
    Instruction(String, String),
}

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The name as written.
    pub name: String,
    /// Attributes as written, without declarations.
    pub attributes: Vec<(String, String)>,
    /// Its declarations: prefix and namespace name.
    pub declared: BTreeMap<String, String>,
    /// The namespaces in scope: prefix and namespace name, including an empty default.
    pub in_scope: BTreeMap<String, String>,
    /// Its content.
    pub children: Vec<Node>,
}

/// The top level of a document that is known to be well-formed.
#[must_use]
pub fn read(source: &str) -> Vec<Node> {
    // XML 1.0 §2.11: line ends are normalised before anything else.
    let text = source.trim_start_matches('\u{FEFF}').replace("\r\n", "\n").replace('\r', "\n");
    let mut rest = text.as_str();
    if rest.starts_with("<?xml ") || rest.starts_with("<?xml\t") || rest.starts_with("<?xml\n") {
        rest = &rest[rest.find("?>").expect("its end") + 2..];
    }
    let mut nodes = content(&mut rest, &BTreeMap::new());
    nodes.retain(|node| !matches!(node, Node::Text(_)));
    nodes
}

/// Content up to an end tag or the end of the input.
fn content(rest: &mut &str, scope: &BTreeMap<String, String>) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut text = String::new();
    while !rest.is_empty() && !rest.starts_with("</") {
        if let Some(after) = rest.strip_prefix("<![CDATA[") {
            text.push_str(until(after, rest, "]]>"));
            continue;
        }
        if !rest.starts_with('<') {
            let end = rest.find('<').unwrap_or(rest.len());
            text.push_str(&resolved(&rest[..end]));
            *rest = &rest[end..];
            continue;
        }
        if !text.is_empty() {
            nodes.push(Node::Text(std::mem::take(&mut text)));
        }
        if let Some(after) = rest.strip_prefix("<!--") {
            nodes.push(Node::Comment(until(after, rest, "-->").to_owned()));
        } else if let Some(after) = rest.strip_prefix("<?") {
            let instruction = until(after, rest, "?>");
            let (target, data) = instruction.split_once(SPACE).unwrap_or((instruction, ""));
            nodes.push(Node::Instruction(target.to_owned(), data.trim_start_matches(SPACE).to_owned()));
        } else {
            nodes.push(Node::Element(element(rest, scope)));
        }
    }
    if !text.is_empty() {
        nodes.push(Node::Text(text));
    }
    nodes
}

const SPACE: [char; 3] = [' ', '\t', '\n'];

/// The text before `end`; `rest` continues after it.
fn until<'t>(after: &'t str, rest: &mut &'t str, end: &str) -> &'t str {
    let (found, behind) = after.split_once(end).expect("well-formed");
    *rest = behind;
    found
}

fn element(rest: &mut &str, scope: &BTreeMap<String, String>) -> Element {
    let mut at = &rest[1..];
    let name = take_while(&mut at, |c| !SPACE.contains(&c) && c != '>' && c != '/').to_owned();
    let mut attributes = Vec::new();
    let mut declared = BTreeMap::new();
    loop {
        at = at.trim_start_matches(SPACE);
        if at.starts_with('>') || at.starts_with('/') {
            break;
        }
        let attribute = take_while(&mut at, |c| !SPACE.contains(&c) && c != '=').to_owned();
        at = at.trim_start_matches(SPACE).strip_prefix('=').expect("well-formed").trim_start_matches(SPACE);
        let quote = at.chars().next().expect("well-formed");
        at = &at[1..];
        let raw = take_while(&mut at, |c| c != quote).to_owned();
        at = &at[1..];
        // XML 1.0 §3.3.3: literal white space becomes a space; white space from a reference stays.
        let value = resolved(&raw.replace(['\t', '\n'], " "));
        match attribute.strip_prefix("xmlns:") {
            Some(prefix) => drop(declared.insert(prefix.to_owned(), value)),
            None if attribute == "xmlns" => drop(declared.insert(String::new(), value)),
            None => attributes.push((attribute, value)),
        }
    }
    let mut in_scope = scope.clone();
    in_scope.extend(declared.clone());
    let mut children = Vec::new();
    if let Some(after) = at.strip_prefix("/>") {
        *rest = after;
    } else {
        *rest = at.strip_prefix('>').expect("well-formed");
        children = content(rest, &in_scope);
        *rest = rest.split_once('>').expect("well-formed").1;
    }
    Element { name, attributes, declared, in_scope, children }
}

fn take_while<'t>(at: &mut &'t str, accept: impl Fn(char) -> bool) -> &'t str {
    let end = at.find(|c| !accept(c)).unwrap_or(at.len());
    let (taken, behind) = at.split_at(end);
    *at = behind;
    taken
}

/// Text with its references replaced.
fn resolved(text: &str) -> String {
    let mut pieces = text.split('&');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, behind) = piece.split_once(';').expect("well-formed");
        let number = name.strip_prefix('#').map(|number| match number.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16).expect("well-formed"),
            None => number.parse().expect("well-formed"),
        });
        out.push(match (name, number) {
            ("lt", _) => '<',
            ("gt", _) => '>',
            ("amp", _) => '&',
            ("apos", _) => '\'',
            ("quot", _) => '"',
            (_, number) => char::from_u32(number.expect("a number")).expect("a character"),
        });
        out.push_str(behind);
    }
    out
}

/// The data to canonicalise.
#[derive(Debug, Clone)]
pub struct Wanted<'w> {
    /// The method.
    pub method: CanonicalizationMethod,
    /// `PrefixList`; the empty string is `#default`.
    pub prefixes: &'w [String],
    /// The number of the apex element in document order; `None` is the whole document.
    pub apex: Option<usize>,
    /// The number of an element that is left out with its content.
    pub excluded: Option<usize>,
    /// Comments are left out even if the method writes them.
    pub without_comments: bool,
}

struct Walk<'w> {
    wanted: &'w Wanted<'w>,
    comments: bool,
    /// The number of the next element.
    number: usize,
    out: String,
}

/// The canonical form.
#[must_use]
pub fn canonical(document: &[Node], wanted: &Wanted<'_>) -> String {
    let comments = wanted.method.with_comments() && !wanted.without_comments;
    let mut walk = Walk { wanted, comments, number: 0, out: String::new() };
    let mut behind_root = false;
    for node in document {
        let start = walk.out.len();
        match node {
            Node::Element(root) => {
                walk.element(root, &mut Vec::new(), wanted.apex.is_none(), &BTreeMap::new());
                behind_root = true;
                continue;
            }
            // §2.2: comments and instructions outside the document element are each on a separate line.
            node if wanted.apex.is_none() => walk.other(node),
            _ => {}
        }
        if walk.out.len() > start {
            let at = if behind_root { start } else { walk.out.len() };
            walk.out.insert(at, '\n');
        }
    }
    walk.out
}

impl Walk<'_> {
    /// `rendered` has the declarations of output ancestors. `is_in` says whether the element is in the node-set.
    fn element<'e>(
        &mut self,
        element: &'e Element,
        ancestors: &mut Vec<&'e Element>,
        is_in: bool,
        rendered: &BTreeMap<String, String>,
    ) {
        let number = self.number;
        self.number += 1;
        let is_apex = self.wanted.apex == Some(number);
        let is_in = (is_in || is_apex) && self.wanted.excluded != Some(number);
        let mut rendered = rendered.clone();
        if is_in {
            self.start_tag(element, ancestors, is_apex, &mut rendered);
        }
        ancestors.push(element);
        for child in &element.children {
            match child {
                Node::Element(child) => self.element(child, ancestors, is_in, &rendered),
                other if is_in => self.other(other),
                _ => {}
            }
        }
        ancestors.pop();
        if is_in {
            self.out.push_str(&format!("</{}>", element.name));
        }
    }

    fn start_tag(
        &mut self,
        element: &Element,
        ancestors: &[&Element],
        is_apex: bool,
        rendered: &mut BTreeMap<String, String>,
    ) {
        self.out.push_str(&format!("<{}", element.name));
        let mut prefixes: Vec<&String> = element.in_scope.keys().collect();
        let empty = String::new();
        // An undeclared default namespace is a binding like others: to no namespace.
        if !element.in_scope.contains_key("") {
            prefixes.push(&empty);
        }
        prefixes.sort();
        for prefix in prefixes {
            let uri = element.in_scope.get(prefix).map_or("", String::as_str);
            let wanted = !self.wanted.method.is_exclusive()
                || self.wanted.prefixes.contains(prefix)
                || visibly_utilized(element, prefix);
            let known = rendered.get(prefix).map_or("", String::as_str);
            if prefix == "xml" || !wanted || known == uri {
                continue;
            }
            let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
            self.out.push_str(&format!(" {name}=\"{}\"", attribute_value(uri)));
            rendered.insert(prefix.clone(), uri.to_owned());
        }
        let mut attributes = element.attributes.clone();
        if is_apex {
            attributes.extend(inherited(element, ancestors, self.wanted.method));
        }
        attributes.sort_by_key(|(name, _)| expanded(element, name));
        for (name, value) in attributes {
            self.out.push_str(&format!(" {name}=\"{}\"", attribute_value(&value)));
        }
        self.out.push('>');
    }

    fn other(&mut self, node: &Node) {
        match node {
            Node::Text(text) => self
                .out
                .push_str(&text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#xD;")),
            Node::Comment(text) if self.comments => self.out.push_str(&format!("<!--{text}-->")),
            Node::Instruction(target, data) if data.is_empty() => self.out.push_str(&format!("<?{target}?>")),
            Node::Instruction(target, data) => self.out.push_str(&format!("<?{target} {data}?>")),
            Node::Comment(_) | Node::Element(_) => {}
        }
    }
}

/// Exclusive §1.1: the prefix of the name or of an attribute. Attributes without a prefix utilize nothing.
fn visibly_utilized(element: &Element, prefix: &str) -> bool {
    let of = |name: &str| name.split_once(':').map_or(String::new(), |(prefix, _)| prefix.to_owned());
    of(&element.name) == prefix || element.attributes.iter().any(|(name, _)| name.contains(':') && of(name) == prefix)
}

fn expanded(element: &Element, name: &str) -> (String, String) {
    match name.split_once(':') {
        Some(("xml", local)) => ("http://www.w3.org/XML/1998/namespace".to_owned(), local.to_owned()),
        Some((prefix, local)) => (element.in_scope.get(prefix).cloned().unwrap_or_default(), local.to_owned()),
        None => (String::new(), name.to_owned()),
    }
}

/// 1.0 §2.4 and 1.1 §2.4: the `xml` attributes that an apex inherits. The vectors of the specification test `xml:base`
/// under 1.1; these documents do not use it there.
fn inherited(element: &Element, ancestors: &[&Element], method: CanonicalizationMethod) -> Vec<(String, String)> {
    use CanonicalizationMethod as Method;
    let is_taken = |name: &str| match method {
        Method::Exclusive | Method::ExclusiveWithComments => false,
        Method::Inclusive | Method::InclusiveWithComments => name.starts_with("xml:"),
        Method::Inclusive11 | Method::Inclusive11WithComments => ["xml:lang", "xml:space"].contains(&name),
        other => panic!("the reference does not know {other:?}"),
    };
    let mut found: Vec<(String, String)> = Vec::new();
    for (name, value) in ancestors.iter().rev().flat_map(|ancestor| &ancestor.attributes) {
        let known = element.attributes.iter().chain(&found).any(|(known, _)| known == name);
        if is_taken(name) && !known {
            found.push((name.clone(), value.clone()));
        }
    }
    found
}

fn attribute_value(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
        .replace('\t', "&#x9;")
        .replace('\n', "&#xA;")
        .replace('\r', "&#xD;")
}
