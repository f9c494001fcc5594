//! What a piece of a document takes from around it, and what a canonical form tells of it, beside slow readings.

use std::collections::BTreeSet;

use proptest::prelude::*;
use wss_c14n::{
    Budget, Canonicalization, CanonicalizationMethod, Document, Element, Exceeded, Limit, Limits, SelfContained,
    Spliced, Splices, Subset, TakeAlong,
};

const PREFIXES: [&str; 3] = ["", "p", "q"];

/// A random element whose prefixes are bound at the root.
fn element(depth: u32) -> BoxedStrategy<String> {
    let name = prop::sample::select(vec!["a", "b", "p:x", "q:y"]);
    let attributes = prop::sample::subsequence(vec!["z='1'", "p:w='2'", "q:v='3'", "xml:lang='en'"], 0..3);
    let uri = || prop::sample::select(vec!["urn:1", "urn:2", "urn:a&amp;b"]);
    let declarations = (prop::option::weighted(0.2, uri()), prop::option::weighted(0.2, uri()), 0u8..12, uri());
    let content = match depth {
        0 => Just(String::new()).boxed(),
        depth => prop::collection::vec(prop_oneof![3 => element(depth - 1), 1 => Just("t".to_owned())], 0..4)
            .prop_map(|pieces| pieces.concat())
            .boxed(),
    };
    (name, attributes, declarations, content)
        .prop_map(|(name, attributes, (p, q, default, uri), content)| {
            let mut tag = format!("<{name}");
            for attribute in attributes {
                tag.push_str(&format!(" {attribute}"));
            }
            for (prefix, uri) in [("p", p), ("q", q)] {
                if let Some(uri) = uri {
                    tag.push_str(&format!(" xmlns:{prefix}=\"{uri}\""));
                }
            }
            match default {
                0 => tag.push_str(" xmlns=\"\""),
                1 | 2 => tag.push_str(&format!(" xmlns=\"{uri}\"")),
                _ => {}
            }
            if content.is_empty() { format!("{tag}/>") } else { format!("{tag}>{content}</{name}>") }
        })
        .boxed()
}

fn document() -> BoxedStrategy<String> {
    (element(3), element(3), prop::sample::select(vec!["", " xmlns='urn:r'"]))
        .prop_map(|(first, second, default)| {
            format!("<r:r xmlns:r='urn:r' xmlns:p='urn:p' xmlns:q='urn:q'{default}>{first}{second}</r:r>")
        })
        .boxed()
}

fn parse(source: &str) -> Document<'_> {
    Document::parse(source, &Limits::default()).unwrap_or_else(|error| panic!("{error}: {source}"))
}

fn octets(canonicalization: &Canonicalization, apex: Element<'_>) -> Vec<u8> {
    canonicalization.to_octets(&Subset::subtree(apex), &Budget::dangerous_unbounded()).expect("canonical form")
}

fn canonicalizations() -> Vec<Canonicalization> {
    let exclusive = |list: &str| Canonicalization::default().inclusive_prefixes(list);
    vec![
        exclusive(""),
        exclusive("p"),
        exclusive("#default"),
        exclusive("p q #default"),
        Canonicalization::new(CanonicalizationMethod::Inclusive),
        Canonicalization::new(CanonicalizationMethod::Inclusive11),
    ]
}

fn written(cut: Result<SelfContained<'_>, Exceeded>) -> String {
    let cut = cut.expect("within the limits");
    let mut text = String::new();
    cut.push_to(&mut text);
    assert!(text.len() <= cut.most_octets(), "{text}: {}", cut.most_octets());
    text
}

fn content(of: Element<'_>, along: TakeAlong) -> String {
    written(of.self_contained_content(along, &Budget::new(&Limits::default(), 0)))
}

fn element_of(element: Element<'_>, along: TakeAlong) -> String {
    written(element.self_contained(along, &Budget::new(&Limits::default(), 0)))
}

/// The prefixes that names use and that no element from `top` down declares.
fn slowly_taken<'a>(of: Element<'a>) -> BTreeSet<&'a str> {
    let inside = of.descendants_and_self().skip(1);
    let uses = inside.flat_map(|element| PREFIXES.map(|prefix| (element, prefix)));
    let uses = uses.filter(|(element, prefix)| element.visibly_utilizes(prefix));
    let is_free = |(element, prefix): &(Element<'_>, &str)| {
        !element.ancestors_and_self().take_while(|outer| *outer != of).any(|outer| outer.declares(prefix))
    };
    uses.filter(is_free).map(|(_, prefix)| prefix).collect()
}

/// Every document that differs in one declaration: one added, one rebound, one taken away.
fn edits(document: &Document<'_>) -> Vec<Splices> {
    let mut all = Vec::new();
    for element in document.elements() {
        let tag = &document.source()[element.start_tag_span()];
        let name_end = element.span().start + 1 + element.qualified_name().len();
        for prefix in PREFIXES {
            let written = if prefix.is_empty() { " xmlns=".to_owned() } else { format!(" xmlns:{prefix}=") };
            let mut values = vec!["urn:1", "urn:other"];
            if prefix.is_empty() {
                values.push("");
            }
            for value in values.iter().map(|value| format!("{written}\"{value}\"")).chain([String::new()]) {
                let mut splices = Splices::new();
                match tag.find(&written) {
                    Some(at) => {
                        let quote = at + written.len();
                        let end = quote + 1 + tag[quote + 1..].find(&tag[quote..=quote]).expect("closed") + 1;
                        splices.replace(element.span().start + at..element.span().start + end, value);
                    }
                    None if value.is_empty() => continue,
                    None => splices.insert(name_end, value),
                }
                all.push(splices);
            }
        }
    }
    all
}

/// Documents that differ in one declaration, together with copies of the old binding on the children, so that nothing
/// but the element itself changes its scope.
fn hidden_change(element: Element<'_>, prefix: &str) -> Splices {
    let mut splices = Splices::new();
    let declare = |element: Element<'_>, uri: &str, splices: &mut Splices| {
        let written = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
        splices.insert(element.span().start + 1 + element.qualified_name().len(), format!(" {written}=\"{uri}\""));
    };
    declare(element, "urn:hidden", &mut splices);
    let old = element.namespace_of_prefix(prefix).unwrap_or_default().replace('&', "&amp;");
    for child in element.children().filter(|child| !child.declares(prefix)) {
        declare(child, &old, &mut splices);
    }
    splices
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn prefixes_taken_from_around_are_those_a_slow_reading_finds(source in document()) {
        let document = parse(&source);
        for element in document.elements() {
            let found: Vec<&str> = element.prefixes_taken_by_content();
            let unique: BTreeSet<&str> = found.iter().copied().filter(|prefix| *prefix != "r").collect();
            prop_assert_eq!(found.len(), unique.len());
            prop_assert_eq!(unique, slowly_taken(element), "{:?} of {}", element, source);
        }
    }

    /// Sound: what is told cannot be changed by any one declaration while the canonical octets stay.
    #[test]
    fn a_namespace_that_is_told_cannot_be_changed_under_the_same_octets(source in document(), at in any::<prop::sample::Index>()) {
        let document = parse(&source);
        let all: Vec<Element<'_>> = document.elements().collect();
        let apex = *at.get(&all);
        for canonicalization in canonicalizations() {
            let before = octets(&canonicalization, apex);
            for splices in edits(&document) {
                let Spliced { text: next, moved } = splices.apply(&source);
                let Ok(changed) = Document::parse(next.as_str(), &Limits::default()) else { continue };
                let find = |element: Element<'_>| {
                    let span = moved.span(&element.span()).expect("an element");
                    changed.element_at(span.start).expect("an element")
                };
                if octets(&canonicalization, find(apex)) != before {
                    continue;
                }
                for (element, prefix) in apex.descendants_and_self().flat_map(|e| PREFIXES.map(|prefix| (e, prefix))) {
                    if canonicalization.tells_namespace(prefix, element) {
                        prop_assert_eq!(
                            element.namespace_of_prefix(prefix),
                            find(element).namespace_of_prefix(prefix),
                            "{:?} {:?} {:?} in\n{}\n{}", canonicalization, prefix, element, source, next
                        );
                    }
                }
            }
        }
    }

    /// Complete: what is not told can be changed while the canonical octets stay.
    #[test]
    fn a_namespace_that_is_not_told_can_be_changed_under_the_same_octets(source in document()) {
        let document = parse(&source);
        let apex = document.root();
        for canonicalization in canonicalizations() {
            let before = octets(&canonicalization, apex);
            for (element, prefix) in apex.descendants_and_self().flat_map(|e| PREFIXES.map(|prefix| (e, prefix))) {
                if canonicalization.tells_namespace(prefix, element) || element.declares(prefix) {
                    continue;
                }
                // A prefix cannot be unbound on the children.
                prop_assume!(prefix.is_empty() || element.namespace_of_prefix(prefix).is_some());
                let next = hidden_change(element, prefix).apply(&source).text;
                let changed = parse(&next);
                prop_assert_eq!(
                    octets(&canonicalization, changed.root()),
                    before.clone(), "{:?} {:?} in {}", canonicalization, element, next
                );
            }
        }
    }

    /// A text that is cut out reads the same at any place; put back in its old place, it changes no canonical form.
    #[test]
    fn what_is_cut_out_means_the_same_anywhere(source in document(), at in any::<prop::sample::Index>(), kind in 0..3) {
        let document = parse(&source);
        let all: Vec<Element<'_>> = document.elements().collect();
        let piece = *at.get(&all);
        let whole = kind > 0;
        prop_assume!(whole || !piece.is_empty_tag());
        let (span, text) = match kind {
            0 => (piece.content_span(), content(piece, TakeAlong::Namespaces)),
            1 => (piece.span(), element_of(piece, TakeAlong::Namespaces)),
            _ => (piece.span(), piece.standalone()),
        };
        let mut splices = Splices::new();
        splices.replace(span.clone(), text.clone());
        let next = splices.apply(&source).text;
        let again = parse(&next);
        for canonicalization in canonicalizations() {
            for apex in [document.root(), piece] {
                let found = again.element_at(apex.span().start).expect("an element");
                prop_assert_eq!(octets(&canonicalization, found), octets(&canonicalization, apex), "{}", next);
            }
        }
        let elsewhere = format!("<e xmlns='urn:e' xmlns:p='urn:e' xmlns:q='urn:e'>{text}</e>");
        let elsewhere = parse(&elsewhere);
        let from = if whole { vec![piece] } else { piece.children().collect() };
        prop_assert!(elsewhere.root().prefixes_taken_by_content().is_empty(), "{}", text);
        for (found, genuine) in elsewhere.root().children().zip(from) {
            let exclusive = Canonicalization::default();
            prop_assert_eq!(octets(&exclusive, found), octets(&exclusive, genuine), "{}", text);
        }
    }
}

#[test]
fn xml_attributes_are_taken_along_but_not_from_what_stays() {
    let source =
        "<e xml:lang='en' xml:space='preserve' xml:base='http://h/d/'><b xml:lang='de'>x<c xml:base='f'/><d/></b></e>";
    let document = parse(source);
    let body = document.root().children().next().expect("b");
    let along = TakeAlong::NamespacesAndXmlAttributes;
    let content = "x<c xmlns=\"\" xml:space=\"preserve\" xml:base=\"http://h/d/f\" />\
                   <d xmlns=\"\" xml:space=\"preserve\" xml:base=\"http://h/d/\"/>";
    assert_eq!(self::content(body, along), content);
    let inner = body.children().last().expect("d");
    let attributes = "xml:lang=\"de\" xml:space=\"preserve\" xml:base=\"http://h/d/\"";
    assert_eq!(element_of(inner, along), format!("<d xmlns=\"\" {attributes}/>"));
    assert_eq!(element_of(inner, TakeAlong::Namespaces), "<d xmlns=\"\"/>");
}

#[test]
fn bases_of_children_are_joined_each_and_what_stays_is_in_them() {
    let source =
        "<e xml:base='http://h/d/' xml:lang='a&amp;b'><b xml:base='x/'><c/><d xml:base='y' xml:lang='de'/></b></e>";
    let document = parse(source);
    let body = document.root().children().next().expect("b");
    let along = TakeAlong::NamespacesAndXmlAttributes;
    let wanted = "<c xmlns=\"\" xml:lang=\"a&amp;b\" xml:base=\"http://h/d/x/\"/>\
                  <d xmlns=\"\" xml:base=\"http://h/d/x/y\"  xml:lang='de'/>";
    assert_eq!(content(body, along), wanted);
    let outer =
        "<b xmlns=\"\" xml:lang=\"a&amp;b\" xml:base=\"http://h/d/x/\" ><c/><d xml:base='y' xml:lang='de'/></b>";
    assert_eq!(element_of(body, along), outer);
    // The base of what stays is not repeated alone.
    let document = parse("<e><b xml:base='x/'><c/></b></e>");
    assert_eq!(content(document.root().children().next().expect("b"), along), "<c xmlns=\"\"/>");
}

/// Everywhere a value may use the prefix `pay`, or another one that is bound at the root.
#[test]
fn a_prefix_is_taken_along_wherever_a_value_may_use_it() {
    let long = |text: &str| [&"lorem ipsum ".repeat(800), text, &" dolor sit".repeat(800)].concat();
    let uses = [
        ("<o:a xmlns:o='urn:o' type='pay:Type'/>", true),
        ("<o:a xmlns:o='urn:o'>pay:Type</o:a>", true),
        ("<o:a xmlns:o='urn:o'> pay:Type </o:a>", true),
        ("<o:a xmlns:o='urn:o'>s pay o</o:a>", true),
        ("<o:a xmlns:o='urn:o' list='s o pay'/>", true),
        ("<o:a xmlns:o='urn:o'><o:b>//pay:Pay[@pay:to='1']</o:b></o:a>", true),
        ("<o:a xmlns:o='urn:o'>1-pay:x</o:a>", true),
        ("<o:a xmlns:o='urn:o'>..pay:x</o:a>", true),
        ("<o:a xmlns:o='urn:o'>x\u{201C}pay:x\u{201D}</o:a>", true),
        ("<o:a xmlns:o='urn:o'>p&#x61;y:x</o:a>", true),
        ("<o:a xmlns:o='urn:o'>&lt;pay:x&gt;</o:a>", true),
        ("<o:a xmlns:o='urn:o' b='&#112;ay:x'/>", true),
        ("<o:a xmlns:o='urn:o' b='x&#10;pay:x'/>", true),
        ("<o:a xmlns:o='urn:o'>pa<!-- -->y:x</o:a>", true),
        ("<o:a xmlns:o='urn:o'>pa<?p i?>y:x</o:a>", true),
        ("<o:a xmlns:o='urn:o'>p<![CDATA[a]]>y:x</o:a>", true),
        ("<o:a xmlns:o='urn:o'><![CDATA[pay:x]]></o:a>", true),
        ("<o:a xmlns:o='urn:o'><![CDATA[&pay;]]></o:a>", true),
        ("<o:a xmlns:o='urn:o'><?xpath pay:x?></o:a>", true),
        ("<o:a xmlns:o='urn:o'><o:b/>tail pay:x</o:a>", true),
        ("<o:a xmlns:o='urn:o'><o:b></o:b >pay</o:a>", true),
        ("<o:a xmlns:o='urn:o'>{pay}x</o:a>", true),
        ("<o:a xmlns:o='urn:o'><o:b pay:c=''/></o:a>", true),
        ("<o:a xmlns:o='urn:o'>payment repay pay-off pay1 x.pay</o:a>", false),
        ("<o:a xmlns:o='urn:o'>pa<o:b/>y</o:a>", false),
        ("<o:a xmlns:o='urn:o'>pay\u{E9}</o:a>", false),
        ("<o:a xmlns:o='urn:o'>p&#x61;yment pa&#32;y</o:a>", false),
        ("<o:a xmlns:o='urn:o'><o:pay pay='1'/></o:a>", false),
        ("<o:a xmlns:o='urn:o' xmlns:pay='urn:own'>pay:x</o:a>", false),
    ];
    let mut cases: Vec<(String, bool)> = uses.iter().map(|(text, is_use)| ((*text).to_owned(), *is_use)).collect();
    for (text, is_use) in [
        (long("pay:x"), true),
        (long("1-pay"), true),
        (long("\u{201C}pay:x"), true),
        (long("payment repay pay-off -xpay pay\u{E9}"), false),
        ([&"lorem ipsum ".repeat(800), "pay"].concat(), true),
        ([&"lorem ipsum ".repeat(800), "pa<!---->y"].concat(), true),
        ([&"lorem ipsum ".repeat(800), "x\u{201C}pay"].concat(), true),
        ([&"lorem ipsum ".repeat(800), "pay<o:b/>ment"].concat(), true),
        ([&"lorem ipsum ".repeat(800), "pay<!---->ment"].concat(), false),
        ("lorem".repeat(8_000), false),
        (["1".repeat(8_000).as_str(), "pay"].concat(), true),
    ] {
        cases.push((format!("<o:a xmlns:o='urn:o'>{text}</o:a>"), is_use));
    }
    // What is long is read in another way. A prefix that is only declared anew inside may be taken along.
    let padded: Vec<(String, bool)> = cases
        .iter()
        .filter(|(text, _)| !text.contains("xmlns:pay"))
        .map(|(text, is_use)| {
            (format!("<w xmlns='urn:w'>{}{text}{0}</w>", "<v>lorem &lt;&#10; ipsum</v>".repeat(200)), *is_use)
        })
        .collect();
    for (text, is_use) in cases.into_iter().chain(padded) {
        let source = format!("<s:e xmlns:s='urn:s' xmlns:pay='urn:pay' xmlns:unused='urn:u'>{text}</s:e>");
        let document = parse(&source);
        let cut = content(document.root(), TakeAlong::Namespaces);
        assert_eq!(cut.contains(" xmlns:pay=\"urn:pay\""), is_use, "{text:.200}");
        assert!(!cut.contains("urn:u"), "{text:.200}");
        assert_eq!(cut, element_of(document.root().children().next().expect("a"), TakeAlong::Namespaces));
    }
}

/// A value without a prefix may be a QName, too.
#[test]
fn a_default_namespace_is_taken_along_where_a_name_may_use_it() {
    for (text, is_use) in [
        ("<o:a xmlns:o='urn:o'/>", false),
        ("<o:a xmlns:o='urn:o'>4711 17.50 --</o:a>", false),
        ("<o:a xmlns:o='urn:o' b='4711'/>", false),
        ("<o:a xmlns:o='urn:o'>Retail</o:a>", true),
        ("<o:a xmlns:o='urn:o' type='Retail'/>", true),
        ("<o:a xmlns:o='urn:o' list='#default'/>", true),
        ("<o:a xmlns:o='urn:o'><b/></o:a>", true),
        ("<o:a xmlns:o='urn:o'>&#x52;</o:a>", true),
        ("<o:a xmlns:o='urn:o' xmlns='urn:own'>Retail<b/></o:a>", false),
    ] {
        for (default, written) in [("", " xmlns=\"\""), ("xmlns='urn:d&amp;e'", " xmlns=\"urn:d&amp;e\"")] {
            let source = format!("<s:e xmlns:s='urn:s' {default}>{text}</s:e>");
            let document = parse(&source);
            let cut = content(document.root(), TakeAlong::Namespaces);
            assert_eq!(cut.contains(written), is_use, "{source}: {cut}");
        }
    }
    // It is undeclared between: that is the absence that the piece uses.
    let document = parse("<s:e xmlns:s='urn:s' xmlns='urn:d'><s:f xmlns=''><a/></s:f></s:e>");
    let inner = document.root().children().next().expect("f");
    assert_eq!(content(inner, TakeAlong::Namespaces), "<a xmlns=\"\"/>");
}

#[test]
fn what_is_taken_along_is_charged_before_it_is_written() {
    let cut = |attributes: &str, child: &str, limits: Limits| {
        let source = format!("<s:e xmlns:s='urn:s' {attributes}>{}</s:e>", child.repeat(1_000));
        let document = Document::parse(source.as_str(), &Limits::dangerous_unbounded()).expect("well-formed");
        let budget = Budget::new(&limits, source.len() as u64);
        let along = TakeAlong::NamespacesAndXmlAttributes;
        document.root().self_contained_content(along, &budget).map(|cut| cut.most_octets()).map_err(|error| error.limit)
    };
    let long = format!("xmlns:n='urn:{}'", "n".repeat(10_000));
    let usual = Limits::default();
    assert_eq!(cut(&long, "<n:a/>", usual), Err(Limit::TakenAlongOctets));
    assert_eq!(cut(&long, "<s:a/>", usual), Ok(6_000 + 1_000 * " xmlns:s=\"urn:s\"".len()));
    assert_eq!(cut(&format!("xmlns='{}'", "n".repeat(10_000)), "<a/>", usual), Err(Limit::TakenAlongOctets));
    assert!(cut(&long, "<n:a/>", usual.with(Limit::TakenAlongOctets, 1_000)).is_ok());
    assert_eq!(cut("", "<a/>", usual.with(Limit::AllDeclarations, 1_000)), Err(Limit::AllDeclarations));
    assert_eq!(cut("", "<a/>", usual.with(Limit::AllDeclarations, 1_001)), Ok(4_000 + 1_000 * " xmlns=\"\"".len()));
    assert_eq!(cut("", "<a/>", usual.with(Limit::Declarations, 0)), Err(Limit::Declarations));
    assert_eq!(cut("", "<s:a b='1'/>", usual.with(Limit::Attributes, 0)), Err(Limit::Attributes));
}
