//! Hostile documents: each ends in a typed error, or in time linear in its size.

use std::time::Duration;

use cpu_time::ThreadTime;

use wss_c14n::{
    Budget, Canonicalization, CanonicalizationMethod, Count, Document, IdIndex, Limit, Limits, NodeSet, ParseError,
    Problem, Subset, Tree, TreeKind, TreeNode,
};

fn shapes(size: usize) -> Vec<(&'static str, String)> {
    let many = |count: usize, text: &dyn Fn(usize) -> String| (0..count).map(text).collect::<String>();
    vec![
        ("depth", format!("{}{}", "<a>".repeat(size), "</a>".repeat(size))),
        ("attributes", format!("<a{}/>", many(size, &|n| format!(" a{n}='v'")))),
        (
            "attributes with one long beginning",
            format!("<a{}/>", many(size / 10, &|n| format!(" {}{n}='v'", "x".repeat(200)))),
        ),
        ("declarations on one element", format!("<a{}/>", many(size, &|n| format!(" xmlns:a{n}='urn:{n}'")))),
        (
            "declarations spelled with references",
            format!("<a{}/>", many(size / 2, &|n| format!(" xmlns:a{n}='urn:&#65;{n}'"))),
        ),
        (
            "redeclared at each level",
            format!("{}{}", many(size / 4, &|n| format!("<a xmlns:p='urn:{n}'>")), "</a>".repeat(size / 4)),
        ),
        (
            "a thousand prefixes above redeclaring siblings",
            format!(
                "<r{}>{}</r>",
                many(1_000, &|n| format!(" xmlns:a{n}='urn:{n}'")),
                "<b xmlns='urn:x'/>".repeat(size / 4)
            ),
        ),
        ("references", format!("<a>{}</a>", "&#10;".repeat(size))),
        ("returns", format!("<a>{}</a>", "\r".repeat(size))),
        ("brackets", format!("<a>{}</a>", "]]".repeat(size))),
        ("quotes", format!("<a b='{}'/>", "\"".repeat(size))),
        ("comments", format!("<a>{}</a>", "<!---->".repeat(size))),
        ("unclosed comment", format!("<a>{}", "<!-- ".repeat(size))),
        ("CDATA", format!("<a>{}</a>", "<![CDATA[]]>".repeat(size))),
        ("unclosed reference", format!("<a>{}</a>", "&".repeat(size))),
        ("spaced end tags", format!("{}{}", "<a>".repeat(size), "</a >".repeat(size))),
    ]
}

/// Reads, indexes and canonicalises.
fn work(source: &str) -> Result<(), ParseError> {
    let document = Document::parse(source, &Limits::dangerous_unbounded())?;
    let _ids = IdIndex::build(&document).is_ok();
    for method in [CanonicalizationMethod::Exclusive, CanonicalizationMethod::Inclusive] {
        let mut count = Count::default();
        let listed = Canonicalization::new(method).inclusive_prefixes(&"p ".repeat(1_000));
        assert!(listed.write(&Subset::document(&document), &mut count).is_ok());
    }
    Ok(())
}

/// What the work makes, and the shortest time of three runs.
fn fastest<T>(work: impl Fn() -> T) -> (T, Duration) {
    let run = || {
        let started = ThreadTime::now();
        (work(), started.elapsed())
    };
    let runs = [run(), run(), run()];
    runs.into_iter().min_by_key(|(_, time)| *time).expect("three runs")
}

#[test]
fn every_shape_is_linear() {
    for ((what, small), (_, large)) in shapes(10_000).into_iter().zip(shapes(80_000)) {
        let time = |source: &str| fastest(|| work(source)).1;
        let (small, large) = (time(&small), time(&large));
        // The size is eight times as large: a quadratic cost is 64 times as large. Thirty times leaves room for a busy machine.
        let bound = small.max(Duration::from_millis(2)) * 30;
        assert!(large < bound, "{what}: {small:?} for one, {large:?} for eight times the size");
    }
}

/// An element inside ancestors with many attributes of the `xml` namespace, and with a base each.
fn ancestors(size: usize) -> Vec<(&'static str, String)> {
    let inside = |start: String, count: usize| format!("{start}<b Id='b' xml:base='c'/>{}", "</a>".repeat(count));
    let levels = 50;
    let attributes = |level: usize| (0..size / levels).map(|n| format!(" xml:a{level}-{n}=''")).collect::<String>();
    let many = (0..levels).map(|level| format!("<a{}>", attributes(level))).collect();
    let siblings = format!("<a{}>{}</a>", attributes(0), "<b/>".repeat(size / 50));
    vec![
        ("attributes of ancestors", inside(many, levels)),
        ("bases of ancestors", inside("<a xml:base='d/e/'>".repeat(size / 20), size / 20)),
        ("long bases of ancestors", inside(format!("<a xml:base='{}'>", "d/".repeat(size / 100)).repeat(50), 50)),
        ("siblings in an omitted element", siblings),
        (
            "siblings that replace a long base",
            format!("<a xml:base='{}'>{}</a>", "d/".repeat(size / 20), "<b xml:base='/'/>".repeat(size / 20)),
        ),
        (
            "omitted siblings that replace a long base",
            format!("<a xml:base='{}'>{}</a>", "d/".repeat(size / 20), "<x xml:base='/'><b/></x>".repeat(size / 20)),
        ),
    ]
}

/// What an element inherits from ancestors that are left out, in subtrees and in node-sets.
fn inherit(source: &str) -> usize {
    let document = Document::parse(source, &Limits::dangerous_unbounded()).expect("well-formed");
    let tree = Tree::new(&document, &Budget::dangerous_unbounded()).expect("within the limits");
    let innermost = document.elements().last().expect("an element");
    let mut set = NodeSet::empty(&tree);
    let is_b = |node: &TreeNode| tree.kind(*node) == TreeKind::Element && tree.qualified_name(*node) == "b";
    tree.nodes().filter(is_b).for_each(|node| set.insert(node));
    let mut octets = 0_u64;
    for method in [CanonicalizationMethod::Inclusive, CanonicalizationMethod::Inclusive11] {
        let canonicalization = Canonicalization::new(method);
        let mut count = Count::default();
        canonicalization.write(&Subset::subtree(innermost), &mut count).expect("canonical");
        octets += count.0;
        let mut count = Count::default();
        canonicalization.write_nodes(&tree, &set, &mut count).expect("canonical");
        octets += count.0;
    }
    usize::try_from(octets).expect("a length")
}

#[test]
fn what_is_inherited_is_linear() {
    for ((what, small), (_, large)) in ancestors(10_000).into_iter().zip(ancestors(80_000)) {
        // Time for each octet of source and of result.
        let time = |source: &str| {
            let (octets, time) = fastest(|| inherit(source));
            time.as_secs_f64() / (source.len() + octets) as f64
        };
        let (small_time, large_time) = (time(&small), time(&large));
        assert!(
            large_time < small_time * 4.0,
            "{what}: {small_time:e} for an octet, {large_time:e} in eight times the size"
        );
    }
}

#[test]
fn the_default_limits_refuse_with_the_limit_named() {
    let refused = |source: String| Document::parse(source, &Limits::default()).expect_err("refused");
    let expect = |source: String, limit: Limit| match refused(source) {
        ParseError::Limit(exceeded) => assert_eq!(exceeded.limit, limit),
        other => panic!("{other}"),
    };
    let depth = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
    assert!(Document::parse(depth(100), &Limits::default()).is_ok());
    expect(depth(101), Limit::Depth);
    let attributes = |count: usize| format!("<a{}/>", (0..count).map(|n| format!(" a{n}=''")).collect::<String>());
    assert!(Document::parse(attributes(256), &Limits::default()).is_ok());
    expect(attributes(257), Limit::Attributes);
    let declared =
        |count: usize| format!("<a{}/>", (0..count).map(|n| format!(" xmlns:a{n}='urn:a'")).collect::<String>());
    assert!(Document::parse(declared(63), &Limits::default()).is_ok());
    expect(declared(65), Limit::Declarations);
    let scope = format!(
        "<a{}><b{}/></a>",
        &declared(50)[2..declared(50).len() - 2],
        &declared(60).replace(":a", ":b")[2..declared(60).len() - 2]
    );
    expect(scope, Limit::NamespacesInScope);
    expect(format!("<a>{}</a>", "x".repeat(4 << 20)), Limit::DocumentOctets);
    expect(format!("<{}/>", "x".repeat(1_025)), Limit::NameOctets);
    expect(format!("<a b='{}'/>", "x".repeat((64 << 10) + 1)), Limit::ValueOctets);
    expect(format!("<a b{}='x'/>", " ".repeat(17)), Limit::EqualsBlanks);
    expect(format!("<a>{}</a>", "<bcdefghi/>".repeat(250_000)), Limit::Nodes);
    expect(format!("<a>{}</a>", "<b/>".repeat(250_000)), Limit::NodesPerKibibyte);
}

#[test]
fn what_peers_let_through_is_refused() {
    for (source, problem) in [
        ("<r xmlns='urn:a' xmlns='urn:b'/>", Problem::DuplicateAttribute),
        ("<r xmlns:p='urn:a' xmlns:q='urn:a' p:x='' q:x=''/>", Problem::DuplicateAttribute),
        ("<p:c xmlns:p=''/>", Problem::EmptyNamespace),
        ("<r>&#xD800;</r>", Problem::CharacterReference),
        ("<r>&#x110000;</r>", Problem::CharacterReference),
        ("<r>&#x1;</r>", Problem::CharacterReference),
        ("<:a/>", Problem::Name),
        ("<a:/>", Problem::QName),
        ("<a:b:c xmlns:a='urn:a'/>", Problem::QName),
        ("<r>&nbsp;</r>", Problem::Entity),
        ("<r a='&copy;'/>", Problem::Entity),
        ("<r>A & B</r>", Problem::Ampersand),
        ("<r a='x=1&y=2'/>", Problem::Ampersand),
        ("<?XML data?><a/>", Problem::ReservedTarget),
        ("<?Xml version='1.0'?><a/>", Problem::ReservedTarget),
        ("<a><?xml version='1.0'?><b/></a>", Problem::LateDeclaration),
        ("<?xml version='1.0'?><?xml version='1.0'?><a/>", Problem::LateDeclaration),
        ("<a><?b:c?></a>", Problem::ProcessingInstruction),
        ("<r xmlns:xmlns='urn:a'/>", Problem::ReservedNamespace),
        ("<xmlns:r/>", Problem::UnboundPrefix),
        // Which of the two it is, only the reader knew.
        ("<r><p:a xmlns:p='urn:p' xmlns:q='urn:q'/><p:b q:c='1'/></r>", Problem::UnboundPrefix),
        ("<r xmlns='http://www.w3.org/2000/xmlns/'/>", Problem::ReservedNamespace),
        ("<r xmlns:x='http://www.w3.org/XML/1998/namespace'/>", Problem::ReservedNamespace),
        ("<?xml version='1.1'?><a/>", Problem::Version),
        ("<?xml\tversion='9'?><a/>", Problem::Version),
        ("<?xml?><a/>", Problem::NoVersion),
        ("<?xml ?><a/>", Problem::NoVersion),
        ("<?xml encoding='UTF-8'?><a/>", Problem::NoVersion),
        ("<?xml standalone='yes'?><a/>", Problem::NoVersion),
        ("<?xml standalone='yes' version='1.0'?><a/>", Problem::DeclarationOrder),
        ("<?xml encoding='UTF-8' standalone='no' version='1.0'?><a/>", Problem::DeclarationOrder),
        ("<?xml version='1.0' standalone='yes' encoding='UTF-8'?><a/>", Problem::DeclarationOrder),
        ("<?xml version='1.0' standalone='true'?><a/>", Problem::Standalone),
        ("<?xml version='1.0' encoding=UTF-8?><a/>", Problem::Declaration),
        ("<?xml version=1.0?><a/>", Problem::Declaration),
        ("<?xml version='1.0'><a/>", Problem::DeclarationOpen),
        ("x<a/>", Problem::BeforeRoot),
        ("<a/>x", Problem::AfterRoot),
        ("\u{FEFF}\u{FEFF}<a/>", Problem::InnerMark),
        ("<a/>\u{FEFF}<b/>", Problem::InnerMark),
        ("<a>x\0</a>", Problem::Nul),
        ("<a/>\0\0\0", Problem::Nul),
        ("<a>\u{8}</a>", Problem::Character),
        ("<a>]]></a>", Problem::CDataEnd),
        ("<a b='<'/>", Problem::LessThanInValue),
        ("<a b='1'c='2'/>", Problem::WhiteSpace),
        ("<a/><b/>", Problem::SecondRoot),
        ("<a></a <b/>>", Problem::EndTag),
        ("<a>\u{FFFF}</a>", Problem::Character),
        ("", Problem::NoRoot),
    ] {
        match Document::parse(source, &Limits::default()) {
            Err(ParseError::Malformed { problem: found, .. }) => {
                let same =
                    found == problem || (problem == Problem::ProcessingInstruction && found == Problem::WhiteSpace);
                assert!(same, "{source}: {found:?}");
            }
            other => panic!("{source}: {other:?}"),
        }
    }
    for (source, at, named) in [
        ("<r foo:xmlns='urn:evil'/>", 0, "foo"),
        ("<r><wsu:a>1</wsu:a></r>", 3, "wsu"),
        ("<r a='1' é:b = '2'/>", 0, "é"),
        ("<p:r xmlns:p='urn:p'><p:a/><q:a></q:a></p:r>", 27, "q"),
        ("<p:r xmlns:p='urn:p'><p:a x='>' p:y='q:z' q:b='1'/></p:r>", 21, "q"),
        // A declaration that is no longer in scope.
        ("<r><p:a xmlns:p='urn:p'/><p:b c='1'/></r>", 25, "p"),
    ] {
        let expected = ParseError::Unbound { offset: at, prefix: named.into() };
        assert_eq!(Document::parse(source, &Limits::default()).map(drop), Err(expected), "{source}");
    }
    for (source, offset, end, start, start_offset) in [
        ("<a><b></a></b>", 6, "a", "b", 3),
        ("<s:a xmlns:s='urn:s'><s:b>1</s:bb></s:a>", 27, "s:bb", "s:b", 21),
        ("<a> </ a>", 4, "", "a", 0),
    ] {
        let expected = ParseError::EndTag { offset, names: Box::new([end.into(), start.into()]), start_offset };
        assert_eq!(Document::parse(source, &Limits::default()).map(drop), Err(expected), "{source}");
    }
    for (source, start, start_offset) in [("<a><b c='1'>text", "b", 3), ("<a><b/>x &am", "a", 0)] {
        let expected = ParseError::Unclosed { offset: source.len(), start: start.into(), start_offset };
        assert_eq!(Document::parse(source, &Limits::default()).map(drop), Err(expected), "{source}");
    }
    assert!(matches!(Document::parse("<!DOCTYPE a><a/>", &Limits::default()), Err(ParseError::Dtd { .. })));
    // An ordinary attribute, in a namespace of its own.
    let document = Document::parse("<r xmlns:foo='urn:z' foo:xmlns='urn:u'/>", &Limits::default()).expect("accepted");
    assert_eq!(document.root().name().namespace, "");
    assert_eq!(document.root().attribute("urn:z", "xmlns").as_deref(), Some("urn:u"));
}
