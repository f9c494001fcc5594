//! Documents, splices and pieces for the target `graft`, and everything that a caller can see of a document.
//!
//! `Draft` writes well-formed XML most of the time: it knows which prefixes are bound. `Edits` are splices as the
//! library's callers make them, at the ends of elements, of their content and of their names, and sometimes anywhere.
//! [`seen`] is what must be the same of two documents with one text.

use std::ops::Range;

use ws_security::c14n::{
    Budget, Canonicalization, CanonicalizationMethod, Document, Element, IdIndex, Limits, NodeSet, Piece, Splices,
    Subset, TakeAlong, Tree, Wiped, id_of_other_name, indexed_id_of, name,
};

use crate::choices::Choices;

/// The namespaces, as they are written; two are the same.
const URIS: [&str; 10] = [
    "urn:a",
    "urn:b",
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
    "http://www.w3.org/2000/09/xmldsig#",
    "urn:&#97;",
    "urn:ä&amp;b",
    "rel",
    "http://www.w3.org/2003/05/soap-envelope",
    " urn:a",
];
const PREFIXES: [&str; 5] = ["p", "q", "wsu", "ünï", "long-prefix-of-many-octets"];
const LOCALS: [&str; 9] =
    ["a", "b", "Envelope", "Header", "Body", "Signature", "ü", "a.b-c", "a-name-longer-than-sixteen-octets"];
const ATTRIBUTES: [&str; 11] =
    ["Id", "z", "y", "ID", "id", "w", "AssertionID", "ä", "zz", "y-name-longer-than-sixteen", "Ab"];
const VALUES: [&str; 12] =
    ["", "1", "i1", "i2", "i3", "a&lt;b", "\t&#9;\r\n", "é>", "&quot;'", " x ", "&#x10FFFF;", "i4"];
const TEXTS: [&str; 18] = [
    "text",
    " ",
    "\r\n",
    "\r",
    "&#13;",
    "&lt;&amp;&gt;",
    "ä€𝄞",
    "<![CDATA[<&>\r\n]]>",
    "<![CDATA[]]>",
    "]]",
    "a>b",
    ">",
    "&#xD;",
    "\u{2028}\u{85}",
    "\n",
    "\"'",
    "&#65;",
    "dGV4dA==",
];
const MISC: [&str; 9] = [
    "<!-- c -->",
    "<!--\r\nä-->",
    "<?p?>",
    "<?p d?>",
    "<?p  d \r\n?>",
    "<!---->",
    "<?ünï ?>",
    "<!-- </a> -->",
    "<?a-b\t?x?>",
];
/// What is put at any place, to break something.
const ANYTHING: [&str; 14] =
    ["<", ">", "/", "<!--", "-->", "<![CDATA[", "]]>", "<?p ", "\"", "\r", "\u{1}", "]", " xmlns:p='urn:b'", "-"];

/// XML that is written by decisions.
struct Draft<'c, 'o> {
    choices: &'c mut Choices<'o>,
    out: String,
    /// Prefixes that are bound; the empty one always is.
    bound: Vec<String>,
    /// How many elements may still be written.
    left: usize,
}

/// A document.
#[must_use]
pub fn document(choices: &mut Choices<'_>) -> String {
    let declaration = choices.pick(&[
        "",
        "",
        "",
        "\u{FEFF}",
        "<?xml version=\"1.0\" encoding='UTF-8'?>\n",
        "<?xml version='1.0' encoding='US-ascii'?>",
        "\u{FEFF}<?xml version='1.0' encoding='us-ascii'?>",
    ]);
    let mut draft = Draft { choices, out: declaration.to_owned(), bound: Vec::new(), left: 14 };
    draft.misc();
    draft.element(0);
    draft.misc();
    draft.out
}

/// Content for a place where some prefixes are bound.
#[must_use]
pub fn content(choices: &mut Choices<'_>, bound: Vec<String>) -> String {
    let mut draft = Draft { choices, out: String::new(), bound, left: 5 };
    match draft.choices.below(3) {
        0 => draft.element(3),
        _ => draft.content(3),
    }
    draft.out
}

impl Draft<'_, '_> {
    fn misc(&mut self) {
        for _ in 0..self.choices.below(3) {
            self.out.push_str(self.choices.pick(&MISC));
            self.out.push_str(self.choices.pick(&["", "\n", "\r\n"]));
        }
    }

    fn content(&mut self, depth: usize) {
        for _ in 0..self.choices.below(4) {
            match self.choices.below(8) {
                0..4 if depth < 8 => self.element(depth + 1),
                4 => self.out.push_str(self.choices.pick(&MISC)),
                _ => self.out.push_str(self.choices.pick(&TEXTS)),
            }
        }
    }

    fn element(&mut self, depth: usize) {
        let Some(left) = self.left.checked_sub(1) else { return };
        self.left = left;
        let outside = self.bound.len();
        let mut declared: Vec<&str> = Vec::new();
        let mut tag = String::new();
        let declarations = if depth == 0 { 1 + self.choices.below(4) } else { self.choices.below(5).saturating_sub(2) };
        for _ in 0..declarations {
            let prefix = if self.choices.one_in(3) { "" } else { self.choices.pick(&PREFIXES) };
            if declared.contains(&prefix) {
                continue;
            }
            declared.push(prefix);
            let uri = if prefix.is_empty() && self.choices.one_in(3) { "" } else { self.choices.pick(&URIS) };
            let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
            self.attribute(&name, uri, &mut tag);
            if !prefix.is_empty() {
                self.bound.push(prefix.to_owned());
            }
        }
        let mut names: Vec<String> = Vec::new();
        for _ in 0..self.choices.below(4) {
            let name = match self.choices.below(6) {
                0 => self.choices.pick(&["xml:id", "xml:lang", "xml:space", "xml:base"]).to_owned(),
                1 | 2 => {
                    let local = self.choices.pick(&ATTRIBUTES);
                    self.prefixed(local)
                }
                _ => self.choices.pick(&ATTRIBUTES).to_owned(),
            };
            if names.contains(&name) {
                continue;
            }
            let value = self.choices.pick(&VALUES);
            self.attribute(&name, value, &mut tag);
            names.push(name);
        }
        let local = self.choices.pick(&LOCALS);
        let name = self.prefixed(local);
        self.out.push_str(&format!("<{name}{tag}"));
        if self.choices.one_in(4) {
            self.out.push_str(self.choices.pick(&["/>", " />"]));
        } else {
            self.out.push_str(self.choices.pick(&[">", ">", "\n>"]));
            self.content(depth);
            self.out.push_str(&format!("</{name}{}", self.choices.pick(&[">", ">", " >"])));
        }
        self.bound.truncate(outside);
    }

    /// A name with a prefix that is bound, or without one; seldom with one that may not be bound.
    fn prefixed(&mut self, local: &str) -> String {
        let count = self.bound.len() + 1;
        let prefix = match self.choices.below(count + 1) {
            0 => "",
            at if at < count => self.bound[at - 1].as_str(),
            _ if self.choices.one_in(12) => "r",
            _ => "",
        };
        if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") }
    }

    fn attribute(&mut self, name: &str, value: &str, tag: &mut String) {
        // Most are written as in canonical form.
        if self.choices.one_in(3) {
            let space = self.choices.pick(&[" ", "\n", "\t ", "\r\n"]);
            let equals = self.choices.pick(&["=", " = "]);
            let quote = if value.contains('\'') { "\"" } else { self.choices.pick(&["'", "\""]) };
            tag.push_str(&format!("{space}{name}{equals}{quote}{value}{quote}"));
        } else {
            tag.push_str(&format!(" {name}=\"{value}\""));
        }
    }
}

/// What replaces a span.
#[derive(Debug, Clone)]
enum Text {
    Given(String),
    /// Content, and the text of a root element around it.
    Read(String, String),
}

impl Text {
    fn as_str(&self) -> &str {
        match self {
            Self::Given(text) | Self::Read(text, _) => text,
        }
    }
}

/// Splices that can be made again, as `Splices` cannot be copied.
#[derive(Debug, Default)]
pub struct Edits {
    edits: Vec<(Range<usize>, Text)>,
}

impl Edits {
    /// Up to three changes to a document, with pieces that were read if `budget` is there to read them.
    #[must_use]
    pub fn new(document: &Document<'_>, choices: &mut Choices<'_>, budget: Option<&Budget>) -> Self {
        let mut edits = Self::default();
        let elements: Vec<Element<'_>> = document.elements().collect();
        let count = if budget.is_some() { 1 + choices.below(3) } else { choices.below(4) };
        for at in 0..count {
            let element = *choices.one_of(&elements);
            match budget {
                Some(budget) if at == 0 || choices.one_in(2) => edits.read(element, choices, budget),
                _ => edits.change(element, choices),
            }
        }
        edits
    }

    /// Replaces an element, its content or what is beside it by a piece, as a decryption does.
    fn read(&mut self, element: Element<'_>, choices: &mut Choices<'_>, budget: &Budget) {
        let (span, around) = match choices.below(4) {
            0 | 1 if !element.is_empty_tag() => (element.content_span(), Some(element)),
            2 => (element.span().end..element.span().end, element.parent()),
            _ => (element.span(), element.parent()),
        };
        let text = content(choices, around.map(bound_at).unwrap_or_default());
        let declared = match choices.below(8) {
            // As a caller must not do it.
            7 => " xmlns='urn:b' xmlns:p='urn:a'".to_owned(),
            6 => choices.one_of(&element.document().elements().collect::<Vec<_>>()).declarations_in_scope(),
            _ => around.map(Element::declarations_in_scope).unwrap_or_default(),
        };
        let root = format!("<plaintext{declared}>{text}</plaintext>");
        // What is not well-formed is no piece.
        let piece = Piece::read(Wiped::from(root.as_str()), budget.limits());
        if piece.is_ok_and(|piece| piece.text() == text) {
            self.push(span, Text::Read(text, root));
        }
    }

    /// Inserts or replaces at a place that an element tells, and sometimes anywhere.
    fn change(&mut self, element: Element<'_>, choices: &mut Choices<'_>) {
        let (whole, content, tag) = (element.span(), element.content_span(), element.start_tag_span());
        let name_end = whole.start + 1 + element.qualified_name().len();
        let outside = element.parent().map(bound_at).unwrap_or_default();
        let empty = |at: usize| at..at;
        let (span, text) = match choices.below(11) {
            0 => (empty(whole.start), self::content(choices, outside)),
            1 => (empty(whole.end), self::content(choices, outside)),
            2 if !element.is_empty_tag() => (empty(content.start), self::content(choices, bound_at(element))),
            3 if !element.is_empty_tag() => (empty(content.end), self::content(choices, bound_at(element))),
            4 => {
                let value = choices.pick(&VALUES);
                let name = choices.pick(&["Id", "xml:id", "n", "p:n", "wsu:Id"]);
                (empty(name_end), format!(" {name}=\"{value}\""))
            }
            5 => {
                let prefix = choices.pick(&["", ":p", ":q", ":n", ":wsu"]);
                (empty(name_end), format!(" xmlns{prefix}=\"{}\"", choices.pick(&URIS)))
            }
            6 => (whole, self::content(choices, outside)),
            7 => (content, self::content(choices, bound_at(element))),
            8 => (tag, element.document().source()[element.document().root().start_tag_span()].to_owned()),
            9 => {
                let source = element.document().source();
                let at = choices.below(source.len() + 1);
                let at = (at..=source.len()).find(|at| source.is_char_boundary(*at)).unwrap_or(0);
                (empty(at), choices.pick(&ANYTHING).to_owned())
            }
            _ => (whole, String::new()),
        };
        self.push(span, Text::Given(text));
    }

    /// Leaves out what overlaps another change, which is the caller's mistake.
    fn push(&mut self, span: Range<usize>, text: Text) {
        let overlaps = |other: &Range<usize>| {
            let is_within = |at: usize, range: &Range<usize>| range.start < at && at < range.end;
            match (span.is_empty(), other.is_empty()) {
                (true, true) => false,
                (true, false) => is_within(span.start, other),
                (false, true) => is_within(other.start, &span),
                (false, false) => span.start < other.end && other.start < span.end,
            }
        };
        // Two changes of one span have no order.
        if !self.edits.iter().any(|(other, _)| overlaps(other)) {
            self.edits.push((span, text));
        }
    }

    /// The splices of all changes. A piece of XML is read as it was when the change was added.
    #[must_use]
    pub fn splices(&self) -> Splices {
        let mut splices = Splices::new();
        for (span, text) in &self.edits {
            match text {
                Text::Given(text) if span.is_empty() => splices.insert(span.start, text.as_str()),
                Text::Given(text) => splices.replace(span.clone(), text.as_str()),
                Text::Read(_, root) => {
                    let budget = Budget::dangerous_unbounded();
                    let piece = Piece::read(Wiped::from(root.as_str()), budget.limits()).expect("read before");
                    splices.replace_by(span.clone(), piece);
                }
            }
        }
        splices
    }

    /// What the splices make of the text.
    #[must_use]
    pub fn applied(&self, source: &str) -> String {
        self.applied_where(source, 0..source.len(), |_| true)
    }

    /// What the splices make of the text of an element that none of them cuts. What is inserted at its ends is beside it.
    #[must_use]
    pub fn applied_within(&self, source: &str, part: Range<usize>) -> String {
        self.applied_where(source, part.clone(), |span| match span.is_empty() {
            true => part.start < span.start && span.start < part.end,
            false => part.start <= span.start && span.end <= part.end,
        })
    }

    fn applied_where(&self, source: &str, part: Range<usize>, is_meant: impl Fn(&Range<usize>) -> bool) -> String {
        let mut edits: Vec<_> = self.edits.iter().filter(|(span, _)| is_meant(span)).collect();
        edits.sort_by_key(|(span, _)| (span.start, span.end));
        let mut next = source[part.clone()].to_owned();
        // From the end, so that the offsets before it stay as they are.
        for (span, text) in edits.into_iter().rev() {
            next.replace_range(span.start - part.start..span.end - part.start, text.as_str());
        }
        next
    }

    /// Whether a part of the text is inside of what one of the splices replaces, or is cut by it.
    #[must_use]
    pub fn cut(&self, part: &Range<usize>) -> bool {
        let overlaps = |span: &Range<usize>| span.start < part.end && part.start < span.end;
        let is_inside = |span: &Range<usize>| part.start <= span.start && span.end <= part.end;
        self.edits.iter().any(|(span, _)| !span.is_empty() && overlaps(span) && !is_inside(span))
    }
}

/// The prefixes that are bound in an element.
fn bound_at(element: Element<'_>) -> Vec<String> {
    let bound = element.namespaces_in_scope().into_iter().map(|(prefix, _)| prefix.to_owned());
    bound.filter(|prefix| !prefix.is_empty()).collect()
}

/// Everything that a caller can see of a document, and its canonical forms.
#[must_use]
pub fn seen(document: &Document<'_>) -> Vec<String> {
    let mut seen = Vec::new();
    let declared: Vec<bool> = URIS.iter().map(|uri| document.declares(uri)).collect();
    let relative = document.relative_namespace();
    let instructions = document.has_processing_instruction();
    seen.push(format!("{} {relative:?} {instructions} {declared:?}", document.node_count()));
    seen.push(format!("{:?}", document.root().id()));
    for element in document.elements() {
        seen.extend(seen_of(element));
    }
    let more = ["z", "y"];
    for index in
        [IdIndex::build(document), IdIndex::build_with_other_names(document), IdIndex::build_with(document, &more)]
    {
        seen.push(match index {
            Ok(index) => {
                let mut ids: Vec<_> = index.ids().map(|id| (id, index.get(id).map(Element::id))).collect();
                ids.sort();
                format!("{ids:?}")
            }
            Err(error) => error.to_string(),
        });
    }
    seen_as_tree(document, &mut seen);
    canonical_forms(document, &mut seen);
    seen
}

fn seen_of(element: Element<'_>) -> Vec<String> {
    let document = element.document();
    let ids = |elements: &mut dyn Iterator<Item = Element<'_>>| elements.map(Element::id).collect::<Vec<_>>();
    let prefixes = ["", "xml", "xmlns", "p", "q", "wsu", "ünï", "n", "none"];
    let text = |text: Result<std::borrow::Cow<'_, str>, ws_security::c14n::LeafError>| match text {
        Ok(text) => format!("{text:?}"),
        Err(error) => error.to_string(),
    };
    vec![
        format!("{:?} {} {:?} {:?}", element.id(), element.path(), element.qualified_name(), element.name()),
        format!("{:?} {:?} {:?}", element.span(), element.content_span(), element.start_tag_span()),
        format!("{:?}", element.attributes().collect::<Vec<_>>()),
        format!("{:?} {:?}", element.parent().map(Element::id), ids(&mut element.children())),
        format!("{:?}", ids(&mut element.descendants_and_self())),
        format!("{:?}", ids(&mut document.elements_within(element.content_span()))),
        format!("{:?}", document.element_at(element.span().start).map(Element::id)),
        format!("{} {}", text(element.text()), text(element.text_around_comments())),
        format!("{} {} {:?}", element.is_empty_tag(), element.has_character_data(), element.base64(64).ok()),
        format!("{:?} {}", element.namespaces_in_scope(), element.declarations_in_scope()),
        format!("{:?}", prefixes.map(|prefix| element.namespace_of_prefix(prefix))),
        format!("{:?}", prefixes.map(|prefix| (element.declares(prefix), element.visibly_utilizes(prefix)))),
        format!("{:?}", element.prefixes_taken_by_content()),
        format!("{:?} {:?}", indexed_id_of(element), id_of_other_name(element)),
        format!("{:?}", element.attribute(name::WSU.uri, "Id")),
        element.standalone(),
        self_contained(element),
    ]
}

/// The content of `element` with what it takes along.
fn self_contained(element: Element<'_>) -> String {
    let mut text = String::new();
    let content = element
        .self_contained_content(TakeAlong::NamespacesAndXmlAttributes, &Budget::dangerous_unbounded())
        .expect("without limits");
    content.push_to(&mut text);
    assert!(text.len() <= content.most_octets(), "{text}");
    text
}

fn seen_as_tree(document: &Document<'_>, seen: &mut Vec<String>) {
    let budget = Budget::dangerous_unbounded();
    let tree = match Tree::new(document, &budget) {
        Ok(tree) => tree,
        Err(error) => return seen.push(error.to_string()),
    };
    for node in tree.nodes() {
        let (kind, name, written) = (tree.kind(node), tree.name(node), tree.qualified_name(node));
        seen.push(format!("{kind:?} {name:?} {written} {:?} {:?}", tree.subtree(node), tree.value(node)));
    }
    let set = NodeSet::of(&tree, &Subset::document(document));
    for method in CanonicalizationMethod::ALL {
        let octets = Canonicalization::new(method).nodes_to_octets(&tree, &set, &budget);
        seen.push(
            octets.map_or_else(|error| error.to_string(), |octets| String::from_utf8_lossy(&octets).into_owned()),
        );
    }
}

fn canonical_forms(document: &Document<'_>, seen: &mut Vec<String>) {
    let budget = Budget::dangerous_unbounded();
    let root = document.root();
    for method in CanonicalizationMethod::ALL {
        for list in ["", "p #default wsu"] {
            if !list.is_empty() && !method.is_exclusive() {
                continue;
            }
            let canonicalization = Canonicalization::new(method).inclusive_prefixes(list);
            let mut push = |subset: &Subset<'_>| {
                let text = canonicalization.to_text(subset, &budget);
                seen.push(text.unwrap_or_else(|error| error.to_string()));
            };
            push(&Subset::document(document));
            for element in document.elements() {
                push(&Subset::subtree(element));
                if element != root {
                    push(&Subset::subtree(root).without(element));
                }
            }
        }
    }
}

/// The limits of the reader, some of them so low that a small document meets them.
#[must_use]
pub fn limits(choices: &mut Choices<'_>) -> Limits {
    use ws_security::c14n::Limit;
    let limits = Limits::default();
    let few = 1 + choices.below(12) as u64;
    match choices.below(16) {
        1 => limits.with(Limit::Depth, few),
        2 => limits.with(Limit::Nodes, few + 8),
        3 => limits.with(Limit::AllDeclarations, few),
        4 => limits.with(Limit::NamespacesInScope, few),
        5 => limits.with(Limit::Attributes, few),
        6 => limits.with(Limit::DocumentOctets, few * 64),
        7 => limits.with(Limit::Declarations, few),
        _ => limits,
    }
}
