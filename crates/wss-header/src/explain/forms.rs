//! The canonical forms of an element: the one that the message names, and those that peers use instead.

use wss_c14n::{
    Budget, Canonicalization, CanonicalizationMethod, Charged, Document, Element, Limit, Limits, Sink, Subset, escape,
    name,
};
use wss_text::Slice as _;

use super::cause::Cause;
use super::edit::Out;
use super::token::{Tag, Token, tokens};

/// The largest number of prefixes that are tried one by one.
const PREFIXES: usize = 16;

/// The input of canonicalisation: an element, or the document, without some subtrees.
#[derive(Clone)]
pub(super) struct Target<'d> {
    document: &'d Document<'d>,
    pub(super) apex: Option<Element<'d>>,
    without: Vec<Element<'d>>,
}

impl<'d> Target<'d> {
    pub(super) fn element(apex: Element<'d>) -> Self {
        Self { document: apex.document(), apex: Some(apex), without: Vec::new() }
    }

    pub(super) fn document(document: &'d Document<'d>) -> Self {
        Self { document, apex: None, without: Vec::new() }
    }

    /// Leaves out the subtree of `element`, if the target contains it and is not `element` itself.
    pub(super) fn without(mut self, element: Element<'d>) -> Self {
        let contains = self.apex.is_none_or(|apex| apex.contains(element) && apex != element);
        if contains {
            self.without.push(element);
        }
        self
    }

    /// The root of the subset that is canonicalised.
    pub(super) fn root(&self) -> Element<'d> {
        self.apex.unwrap_or_else(|| self.document.root())
    }

    /// Whether it is an element that was probably a document once: inside the Body of an envelope, inside another document, or
    /// with its own signature inside, as an assertion.
    pub(super) fn is_wrapped(&self) -> bool {
        let Some(apex) = self.apex else { return false };
        if !self.without.is_empty() || is_of_own_signature(apex) {
            return apex.parent().is_some();
        }
        let is_soap =
            |element: Element<'_>, local| element.is(name::SOAP11.uri, local) || element.is(name::SOAP12.uri, local);
        let is_message = is_soap(self.document.root(), "Envelope");
        let mut around = apex.ancestors_and_self().skip(1);
        if is_message { around.any(|outer| is_soap(outer, "Body")) } else { around.next().is_some() }
    }

    /// The namespaces in scope around the document that it probably was, or is of: prefixes with escaped names.
    pub(super) fn scope_around(&self) -> Vec<(String, String)> {
        let own =
            self.apex.map(|apex| if is_of_own_signature(apex) { apex.ancestors_and_self().nth(2) } else { Some(apex) });
        let around = own.flatten().and_then(Element::parent);
        let scope = around.map(|around| around.namespaces_in_scope()).unwrap_or_default();
        scope.iter().map(|(prefix, uri)| ((*prefix).to_owned(), escape(uri).to_string())).collect()
    }

    /// The number of octets of its source.
    pub(super) fn source_len(&self) -> usize {
        self.source().len()
    }

    /// Its source as it came.
    pub(super) fn source(&self) -> &'d str {
        let source = self.document.source();
        self.apex.map_or(source, |apex| source.slice(apex.span()))
    }

    /// Its source with the declarations that are in scope around it in its start tag: in the orders of libraries.
    pub(super) fn sources_alone(&self) -> Vec<String> {
        let Some(apex) = self.apex.filter(|_| self.without.is_empty()) else { return Vec::new() };
        let source = self.source();
        let tag_len = tag_len(source);
        let (tag, content) = source.split_at_checked(tag_len).unwrap_or((source, ""));
        let own = format!("<{}", apex.qualified_name());
        let Some(rest) = tag.strip_prefix(own.as_str()) else { return Vec::new() };
        let mut seen: Vec<String> = vec![rest.to_owned()];
        let mut declarations: Vec<String> = Vec::new();
        let around: Vec<Element<'_>> = apex.ancestors_and_self().skip(1).take(DEEPEST).collect();
        for outer in around {
            for declaration in declarations_of(outer) {
                let (name, _) = declaration.split_once('=').unwrap_or((declaration.as_str(), ""));
                if !seen.iter().any(|seen| seen.contains(&format!("{name}="))) {
                    seen.push(declaration.clone());
                    declarations.push(declaration);
                }
            }
        }
        if declarations.is_empty() {
            return Vec::new();
        }
        let write = |all: &[String]| [all.concat().as_str(), rest].map(str::to_owned);
        let mut sorted = declarations.clone();
        sorted.sort();
        let reversed: Vec<String> = declarations.iter().rev().cloned().collect();
        let behind = [
            rest.trim_end_matches(['/', '>']),
            &declarations.concat(),
            rest.slice(rest.trim_end_matches(['/', '>']).len()..),
        ]
        .concat();
        let mut all: Vec<String> = [declarations, sorted, reversed].iter().map(|all| write(all).concat()).collect();
        all.push(behind);
        all.into_iter().map(|tag| [own.as_str(), &tag, content].concat()).collect()
    }

    /// A canonical form of it with the attributes of each tag in the order of the source; `None` without an apex.
    pub(super) fn in_order_of_source(&self, canonical: &str) -> Option<String> {
        let mut elements = self.apex?.descendants_and_self();
        let mut written = String::with_capacity(canonical.len());
        for token in tokens(canonical) {
            let Token::Start(start) = token else {
                written.push_str(token.as_str());
                continue;
            };
            let mut tag = Tag::read(start);
            if let (Some(element), true) = (elements.next(), tag.attributes.len() > 1) {
                let source = element.document().source().slice(element.span());
                let source = source.slice(..tag_len(source));
                let place = |name: &str| {
                    let mut places = source.match_indices(name);
                    places.find(|(at, _)| source.slice(..*at).ends_with(char::is_whitespace)).map(|(at, _)| at)
                };
                tag.attributes.sort_by_cached_key(|(name, _)| place(&format!("{name}=")).or_else(|| place(name)));
            }
            tag.write(&mut |piece| written.push_str(piece));
        }
        Some(written)
    }

    fn subset(&self, comments: bool) -> Subset<'d> {
        let subset = self.apex.map_or_else(|| Subset::document(self.document), Subset::subtree);
        let subset = self.without.iter().fold(subset, |subset, element| subset.without(*element));
        if comments { subset } else { subset.without_comments() }
    }

    /// Writes a form; octets beyond `most` are not written.
    pub(super) fn write(&self, form: &Form, out: Out<'_>, most: &Budget) -> bool {
        let mut sink = Charged::new(Pieces(out), most, Limit::KeptOctets);
        let written = form.by.write(&self.subset(form.comments), &mut sink);
        written.is_ok() && sink.finish().is_ok()
    }

    /// A form as text, if it has no more octets than `most` has left.
    pub(super) fn text(&self, form: &Form, most: &Budget) -> Option<String> {
        let mut octets = Vec::with_capacity(self.source_len() + self.source_len() / 4 + 256);
        let is_whole = self.write(form, &mut |piece| octets.extend_from_slice(piece), most);
        String::from_utf8(octets).ok().filter(|_| is_whole)
    }
}

/// The most elements around one whose declarations are looked for.
const DEEPEST: usize = 16;

/// The number of octets of the start tag at the front of a source.
fn tag_len(source: &str) -> usize {
    let mut quote = None;
    let end = source.bytes().position(|octet| match (quote, octet) {
        (Some(open), octet) if open == octet => {
            quote = None;
            false
        }
        (None, b'"' | b'\'') => {
            quote = Some(octet);
            false
        }
        (None, b'>') => true,
        _ => false,
    });
    end.map_or(source.len(), |end| end + 1)
}

/// The declarations of an element as they are written, each with a space in front.
fn declarations_of(element: Element<'_>) -> Vec<String> {
    let source = element.document().source().slice(element.span());
    let tag = source.slice(..tag_len(source));
    let mut all = Vec::new();
    let mut rest = tag;
    while let Some(at) = rest.find("xmlns") {
        let from = rest.slice(at..);
        let mut quoted = from.splitn(3, ['"', '\'']);
        let (Some(name), Some(value)) = (quoted.next(), quoted.next()) else { break };
        let name = name.trim_end_matches(|c: char| c.is_whitespace() || c == '=');
        if !name.contains(char::is_whitespace) {
            all.push(format!(" {name}=\"{value}\""));
        }
        rest = quoted.next().unwrap_or_default();
    }
    all
}

/// Whether it is the `ds:SignedInfo` of a signature inside what it signs, and not in a Security header.
fn is_of_own_signature(apex: Element<'_>) -> bool {
    let holder = apex.parent().filter(|_| apex.is(name::DS.uri, "SignedInfo")).and_then(Element::parent);
    holder.is_some_and(|holder| !holder.is(name::WSSE.uri, "Security"))
}

/// A budget for one form of at most `most` octets.
pub(super) fn cap(most: usize) -> Budget {
    Budget::new(&Limits::default().with(Limit::KeptOctets, 1), most as u64)
}

struct Pieces<'o>(Out<'o>);

impl Sink for Pieces<'_> {
    fn put(&mut self, octets: &[u8]) {
        (self.0)(octets);
    }
}

/// A way to canonicalise.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) by: Canonicalization,
    /// Whether comments are in the octets, if the method writes them.
    pub(super) comments: bool,
    pub(super) causes: Vec<Cause>,
}

impl Form {
    /// The form that a message names. References leave comments out whatever the method is.
    pub(super) fn said(by: Canonicalization, comments: bool) -> Self {
        Self { by, comments, causes: Vec::new() }
    }

    /// The forms that peers use instead of this one, for an element at `place`: the most usual first.
    pub(super) fn others(&self, place: Element<'_>) -> Vec<Self> {
        let said = self.by.method();
        let other = |by: Canonicalization, comments: bool, cause: Cause| Self { by, comments, causes: vec![cause] };
        let mut forms = Vec::new();
        forms.push(match self.comments && said.with_comments() {
            true => other(self.by.clone(), false, Cause::CommentsLeftOut),
            false => other(with_method(&self.by, said.commented()), true, Cause::CommentsKept),
        });
        if said.is_exclusive() {
            forms.extend(self.short_lists(place));
        }
        for method in
            [CanonicalizationMethod::Exclusive, CanonicalizationMethod::Inclusive, CanonicalizationMethod::Inclusive11]
        {
            if method.commented() != said.commented() {
                let used = || Cause::OtherCanonicalization { used: method.uri().into() };
                forms.push(other(Canonicalization::new(method), false, used()));
                let mut with_comments = other(Canonicalization::new(method.commented()), true, used());
                with_comments.causes.push(Cause::CommentsKept);
                forms.push(with_comments);
            }
        }
        if said.is_exclusive() {
            forms.extend(self.longer_lists(place));
        }
        forms
    }

    /// The forms in which other elements are tried: this one, exclusive and inclusive.
    pub(super) fn for_other_elements(&self) -> Vec<Self> {
        let mut forms = vec![self.clone()];
        for method in [CanonicalizationMethod::Exclusive, CanonicalizationMethod::Inclusive] {
            if method.commented() != self.by.method().commented() || !self.by.prefixes().is_empty() {
                let causes = match method.commented() == self.by.method().commented() {
                    true => vec![Cause::PrefixListIgnored],
                    false => vec![Cause::OtherCanonicalization { used: method.uri().into() }],
                };
                forms.push(Self { by: Canonicalization::new(method), comments: false, causes });
            }
        }
        forms
    }

    /// The same form with another list of prefixes.
    fn listing(&self, prefixes: &[&str], cause: Cause) -> Self {
        let by = Canonicalization::new(self.by.method()).inclusive_prefixes(&prefixes.join(" "));
        Self { by, comments: self.comments, causes: vec![cause] }
    }

    /// The prefixes of the list, as they are written.
    fn listed(&self) -> Vec<&str> {
        self.by.prefixes().iter().map(|prefix| if prefix.is_empty() { "#default" } else { prefix }).collect()
    }

    /// Forms without the list, and with the default namespace in it.
    fn short_lists(&self, place: Element<'_>) -> Vec<Self> {
        let listed = self.listed();
        let mut forms = Vec::new();
        if !listed.is_empty() {
            forms.push(self.listing(&[], Cause::PrefixListIgnored));
        }
        if !listed.contains(&"#default") && place.namespace_of_prefix("").is_some() {
            forms.push(self.listing(&[listed.as_slice(), &["#default"]].concat(), Cause::DefaultNotListed));
        }
        forms
    }

    /// Forms with each prefix that is in scope, and with all of them, in the list.
    fn longer_lists(&self, place: Element<'_>) -> Vec<Self> {
        let listed = self.listed();
        let in_scope = place.namespaces_in_scope();
        let mut more: Vec<&str> = in_scope.iter().map(|(prefix, _)| *prefix).collect();
        more.retain(|prefix| !prefix.is_empty() && !listed.contains(prefix));
        let with = |prefixes: &[&str]| {
            let cause = Cause::PrefixesNotListed { prefixes: prefixes.join(", ").into() };
            self.listing(&[listed.as_slice(), prefixes].concat(), cause)
        };
        let mut forms: Vec<Self> = more.iter().take(PREFIXES).map(|prefix| with(&[prefix])).collect();
        if more.len() > 1 {
            forms.push(with(&more));
        }
        forms
    }
}

fn with_method(by: &Canonicalization, method: CanonicalizationMethod) -> Canonicalization {
    let prefixes = by.prefixes().iter().map(|prefix| if prefix.is_empty() { "#default" } else { prefix });
    Canonicalization::new(method).inclusive_prefixes(&prefixes.collect::<Vec<_>>().join(" "))
}
