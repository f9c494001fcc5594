//! The examples of the recommendation, and what it says in words; expectations are its own, or those of libxml2.

use wss_c14n::{Budget, Document, IdIndex, Limit, Limits, Tree, TreeKind, TreeNode};
use wss_xpath::{Context, Expression, Value, XPathError};

const DOCUMENT: &str = "<?before x?><doc xmlns:p='urn:p' xml:lang='en'>\
    <chapter xml:id='one'><title>Introduction</title><para type='warning'>1</para><para>2</para><para type='warning'>3</para></chapter>\
    <chapter><title>End</title><!-- note --><para xml:lang='de-AT'>4</para></chapter>\
    <p:employee secretary='s' assistant='a'/><empty xmlns='urn:d'/></doc>";

fn evaluated(text: &str, limits: &Limits) -> Result<String, XPathError> {
    let document = Document::parse(DOCUMENT, &Limits::default()).expect("a document");
    let budget = Budget::new(limits, DOCUMENT.len() as u64);
    let tree = Tree::new(&document, &Budget::dangerous_unbounded()).expect("a tree");
    let ids = IdIndex::build(&document).expect("Ids");
    let context = Context::new(&tree, &budget).ids(&ids).here(tree.of(document.root()));
    let namespaces = [("q", "urn:p"), ("d", "urn:d")];
    let value = Expression::parse(text, &namespaces, &budget)?.evaluate(&context, TreeNode::ROOT)?;
    Ok(match &value {
        Value::Nodes(nodes) => {
            let shown = |node: &TreeNode| match tree.kind(*node) {
                TreeKind::Element => format!("<{}>", tree.qualified_name(*node)),
                TreeKind::Attribute => format!("@{}", tree.qualified_name(*node)),
                TreeKind::Root => "/".to_owned(),
                _ => tree.value(*node).to_owned(),
            };
            nodes.iter().map(shown).collect::<Vec<_>>().join(" ")
        }
        Value::Boolean(_) | Value::Number(_) | Value::Text(_) => value.to_text(&tree),
    })
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(evaluated(text, &Limits::default()).as_deref(), Ok(*expected), "{text}");
    }
}

/// §2.1 and §2.5: location paths, abbreviated and not.
#[test]
fn paths_select_what_the_recommendation_says() {
    check(&[
        ("/", "/"),
        ("/doc/chapter[2]/title", "<title>"),
        ("/child::doc/child::chapter[position()=2]/child::title/text()", "End"),
        ("/doc/chapter/para[@type='warning']", "<para> <para>"),
        ("/doc/chapter[1]/para[@type='warning'][2]/text()", "3"),
        ("/doc/chapter[1]/para[2][@type='warning']", ""),
        ("//para[last()]/text()", "3 4"),
        ("(//para)[last()]/text()", "4"),
        ("//title/..", "<chapter> <chapter>"),
        ("//q:employee[@secretary and @assistant]/@*", "@assistant @secretary"),
        ("//employee", ""),
        ("//empty", ""),
        ("//d:empty", "<empty>"),
        ("//d:*", "<empty>"),
        ("/doc/*", "<chapter> <chapter> <p:employee> <empty>"),
        ("//comment()", " note "),
        ("//processing-instruction()", "x"),
        ("/processing-instruction('before')", "x"),
        ("/processing-instruction('after')", ""),
        ("id('one')/title/text()", "Introduction"),
        ("id('one')|//q:employee", "<chapter> <p:employee>"),
        ("id(//title)", ""),
        ("here()", "<doc>"),
        ("/doc/chapter[title='End']/para/text()", "4"),
        ("//para[1]/following::para/text()", "2 3 4"),
        ("//para[. = 4]/preceding::para[1]/text()", "3"),
        ("//para[. = 2]/following-sibling::para/text()", "3"),
        ("//para[. = 3]/preceding-sibling::*[1]/text()", "2"),
        ("//para[. = 3]/preceding-sibling::*[last()]/text()", "Introduction"),
        ("//para[. = 4]/ancestor::*", "<doc> <chapter>"),
        ("//para[. = 4]/ancestor::*[1]", "<chapter>"),
        ("//para[. = 4]/ancestor-or-self::*[2]", "<chapter>"),
        ("//@xml:lang/..", "<doc> <para>"),
        ("//chapter/descendant::para[2]/text()", "2"),
        ("/descendant::para[2]/text()", "2"),
        ("self::node()/doc/self::doc", "<doc>"),
        ("//@type/self::node()", "@type @type"),
        ("//@type/descendant-or-self::node()", "@type @type"),
        ("//@type/following-sibling::node()", ""),
        ("/doc/namespace::q", ""),
        ("/doc/namespace::p", "urn:p"),
        ("count(//namespace::node())", "23"),
    ]);
}

/// §3.4, §3.5: comparisons and numbers.
#[test]
fn operators_are_those_of_the_recommendation() {
    check(&[
        ("5 mod 2", "1"),
        ("5 mod -2", "1"),
        ("-5 mod 2", "-1"),
        ("-5 mod -2", "-1"),
        ("1.5 mod .5", "0"),
        ("1 div 0", "Infinity"),
        ("-1 div 0", "-Infinity"),
        ("0 div 0", "NaN"),
        ("2 + 3 * 4 - 1", "13"),
        ("(2 + 3) * 4", "20"),
        ("- - 2", "2"),
        ("1 = 1 = true()", "true"),
        ("3 > 2 > 1", "false"),
        ("1 < 2 and 2 <= 2 or 1 div 0", "true"),
        ("//para = 4", "true"),
        ("//para != 4", "true"),
        ("not(//para = 5)", "true"),
        ("//para > 3", "true"),
        ("5 > //para", "true"),
        ("//para >= //para[. = 4]", "true"),
        ("//para > //para[. = 4]", "false"),
        ("//para = //title", "false"),
        ("//title != //title", "true"),
        ("//title[1] != //title[. = 'none']", "false"),
        ("//none = true()", "false"),
        ("//none = false()", "true"),
        ("//none = ''", "false"),
        ("'1' = 1", "true"),
        ("'a' = 1", "false"),
        ("'a' != 1", "true"),
        ("true() = 'false'", "true"),
        ("'2' < '10'", "true"),
        ("'a' < 'b'", "false"),
    ]);
}

/// §4: the examples of every function.
#[test]
fn functions_are_those_of_the_recommendation() {
    check(&[
        ("substring('12345', 2, 3)", "234"),
        ("substring('12345', 2)", "2345"),
        ("substring('12345', 1.5, 2.6)", "234"),
        ("substring('12345', 0, 3)", "12"),
        ("substring('12345', 0 div 0, 3)", ""),
        ("substring('12345', 1, 0 div 0)", ""),
        ("substring('12345', -42, 1 div 0)", "12345"),
        ("substring('12345', -1 div 0, 1 div 0)", ""),
        ("substring-before('1999/04/01', '/')", "1999"),
        ("substring-after('1999/04/01', '/')", "04/01"),
        ("substring-after('1999/04/01', '19')", "99/04/01"),
        ("translate('bar', 'abc', 'ABC')", "BAr"),
        ("translate('--aaa--', 'abc-', 'ABC')", "AAA"),
        ("translate('aa', 'aa', 'xy')", "xx"),
        ("normalize-space('  a  b\t c ')", "a b c"),
        ("concat('a', 1, true())", "a1true"),
        ("starts-with('abc', 'ab')", "true"),
        ("contains('abc', 'd')", "false"),
        ("contains('abc', '')", "true"),
        ("string-length('ünï')", "3"),
        ("string(1 div 3)", "0.3333333333333333"),
        ("string(//title)", "Introduction"),
        ("number('  -2.50 ')", "-2.5"),
        ("number('1e1')", "NaN"),
        ("number(true())", "1"),
        ("sum(//para)", "10"),
        ("count(//para | //para[1])", "4"),
        ("floor(-1.5)", "-2"),
        ("ceiling(1.2)", "2"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-2"),
        ("round(0.49999999999999994)", "0"),
        ("boolean('false')", "true"),
        ("boolean(0 div 0)", "false"),
        ("name(//q:employee)", "p:employee"),
        ("local-name(//q:employee)", "employee"),
        ("namespace-uri(//q:employee)", "urn:p"),
        ("name(/doc/@xml:lang)", "xml:lang"),
        ("name(//processing-instruction())", "before"),
        ("name(/doc/namespace::p)", "p"),
        ("name(/)", ""),
        ("count(//para[lang('en')])", "3"),
        ("count(//para[lang('DE')])", "1"),
        ("count(//para[lang('d')])", "0"),
        ("count(//@type[lang('en')])", "2"),
    ]);
}

#[test]
fn what_is_no_expression_is_refused() {
    for text in [
        "",
        "/doc[",
        "a b",
        "a::b",
        "1 +",
        "//",
        "foo()",
        "q:foo()",
        "last(1)",
        "count()",
        "concat('a')",
        "(1",
        "'a",
        "@",
        "a/",
        "..[1]",
        "text('a')",
        "node(1)",
        "a:b:c",
        "1 = ",
        "count(1)",
        "1 | 2",
        "'a'/b",
        "a//",
        "/ /",
    ] {
        assert!(evaluated(text, &Limits::default()).is_err(), "{text}");
    }
    assert!(matches!(evaluated("$x", &Limits::default()), Err(XPathError::Variable { .. })));
    assert!(matches!(evaluated("x:a", &Limits::default()), Err(XPathError::Prefix { .. })));
}

/// What an expression asks for is refused by its limit before it is done.
#[test]
fn every_cost_is_charged() {
    let long = format!("'{}'", "x".repeat(5_000));
    let deep = format!("{}1{}", "(".repeat(40), ")".repeat(40));
    let wide = format!("1{}", " + 1".repeat(1_000));
    let cubic = "count(//*[//*[//*[//*[//*[//*[//*]]]]]])";
    let doubled = (0..20).fold("'0123456789abcdef'".to_owned(), |text, _| format!("concat(string(/), {text})"));
    for (text, limit) in [
        (long.as_str(), Limit::XPathOctets),
        (deep.as_str(), Limit::XPathDepth),
        (cubic, Limit::XPathNodes),
        (doubled.as_str(), Limit::XPathStrings),
    ] {
        let limits = Limits::default().with(Limit::XPathNodes, 20_000).with(Limit::XPathStrings, 500);
        match evaluated(text, &limits) {
            Err(XPathError::Limit(exceeded)) => assert_eq!(exceeded.limit, limit, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert_eq!(evaluated(&wide, &Limits::default()).as_deref(), Ok("1001"));
    // Each number and operator for itself, where no node is visited.
    match evaluated(&wide, &Limits::default().with(Limit::XPathNodes, 1_000)) {
        Err(XPathError::Limit(exceeded)) => assert_eq!(exceeded.limit, Limit::XPathNodes),
        other => panic!("{other:?}"),
    }
}

/// A long namespace costs what its comparisons do, one of usual length nothing.
#[test]
fn comparisons_of_long_namespaces_are_charged() {
    let charged = |octets: usize, expression: &str| {
        let namespace = "x".repeat(octets);
        let xml = format!("<a xmlns='{namespace}'>{}</a>", "<a/>".repeat(100));
        let document = Document::parse(&xml, &Limits::default()).expect("a document");
        let budget = Budget::new(&Limits::default(), xml.len() as u64);
        let tree = Tree::new(&document, &budget).expect("a tree");
        let expression = Expression::parse(expression, &[("p", &namespace)], &budget).expect("an expression");
        let before = budget.used(Limit::XPathNodes);
        let found = expression.select(&Context::new(&tree, &budget), TreeNode::ROOT).expect("nodes");
        (found.len(), budget.used(Limit::XPathNodes) - before)
    };
    for expression in ["//p:a", "//p:*"] {
        let ((usual, few), (long, many)) = (charged(100, expression), charged(51_200, expression));
        assert_eq!((usual, long), (101, 101), "{expression}");
        assert_eq!(many - few, 101 * 200, "{expression}");
    }
    // Another local name is not compared further.
    assert_eq!(charged(51_200, "//p:b"), (0, charged(100, "//p:b").1));
}
