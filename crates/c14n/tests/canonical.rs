//! Canonical form: published check values, the traps of exclusive canonicalisation, and what has no canonical form.

use wss_c14n::{
    Budget, Canonicalization, CanonicalizationMethod, CanonicalizeError, Document, Limits, Spliced, Splices, Subset,
    Writer, name,
};

fn canonical(
    source: &str,
    method: CanonicalizationMethod,
    prefixes: &str,
    apex: Option<&str>,
) -> Result<String, CanonicalizeError> {
    let document = Document::parse(source, &Limits::default()).expect("well-formed");
    let subset = match apex {
        None => Subset::document(&document),
        Some(apex) => Subset::subtree(document.elements().find(|e| e.qualified_name() == apex).expect("an apex")),
    };
    let octets = Canonicalization::new(method)
        .inclusive_prefixes(prefixes)
        .to_octets(&subset, &Budget::dangerous_unbounded())?;
    Ok(String::from_utf8(octets).expect("UTF-8"))
}

fn exclusive(source: &str, apex: Option<&str>) -> String {
    canonical(source, CanonicalizationMethod::Exclusive, "", apex).expect("canonical form")
}

#[test]
fn check_values_made_with_libxml2() {
    let escapes = "<a x=\"&gt;&#39;&quot;&lt;&amp;&#9;&#10;&#13;\">&gt;&#13;</a>";
    assert_eq!(exclusive(escapes, None), "<a x=\">'&quot;&lt;&amp;&#x9;&#xA;&#xD;\">&gt;&#xD;</a>");
    let nested = "<a xmlns=\"urn:u\"><b xmlns=\"\"><c xmlns=\"urn:u\"/></b></a>";
    assert_eq!(exclusive(nested, None), "<a xmlns=\"urn:u\"><b xmlns=\"\"><c xmlns=\"urn:u\"></c></b></a>");
    assert_eq!(exclusive(nested, Some("b")), "<b><c xmlns=\"urn:u\"></c></b>");
    let listed = "<a xmlns:p=\"urn:1\" xmlns=\"urn:d\"><b><c xmlns:p=\"urn:2\"/></b></a>";
    assert_eq!(
        canonical(listed, CanonicalizationMethod::Exclusive, "p", Some("b")).expect("canonical form"),
        "<b xmlns=\"urn:d\" xmlns:p=\"urn:1\"><c xmlns:p=\"urn:2\"></c></b>"
    );
    let prefixes = "<a xmlns:p=\"urn:1\" xmlns:q=\"urn:2\" xml:lang=\"de\"><p:b q:x=\"1\" y=\"2\"><p:c xmlns:p=\"urn:3\"/><p:d/></p:b></a>";
    assert_eq!(
        exclusive(prefixes, Some("p:b")),
        "<p:b xmlns:p=\"urn:1\" xmlns:q=\"urn:2\" y=\"2\" q:x=\"1\"><p:c xmlns:p=\"urn:3\"></p:c><p:d></p:d></p:b>"
    );
    let order = "<r xmlns:b=\"urn:a\" xmlns:a=\"urn:b\"><e a:x=\"1\" b:x=\"2\" z=\"0\"/></r>";
    assert_eq!(exclusive(order, Some("e")), "<e xmlns:a=\"urn:b\" xmlns:b=\"urn:a\" z=\"0\" b:x=\"2\" a:x=\"1\"></e>");
    let outside = "<?pi1 d?><!--c--><a><?e?></a><!--d--><?pi2?>";
    assert_eq!(
        canonical(outside, CanonicalizationMethod::ExclusiveWithComments, "", None).expect("canonical form"),
        "<?pi1 d?>\n<!--c-->\n<a><?e?></a>\n<!--d-->\n<?pi2?>"
    );
    assert_eq!(exclusive("<?pi1 d?><!--c--><a/><!--d--><?pi2?>", None), "<?pi1 d?>\n<a></a>\n<?pi2?>");
}

#[test]
fn relative_namespace_names_have_no_canonical_form() {
    for method in CanonicalizationMethod::ALL {
        for source in ["<a xmlns=\"u\"/>", "<a xmlns:p=\"1\"><p:b/></a>", "<a><b xmlns:unused=\"../x\"/></a>"] {
            assert!(canonical(source, method, "", None).is_err(), "{method:?} {source}");
        }
    }
    // Declared outside the apex and not used inside, it is not in the subset of an exclusive method.
    assert_eq!(exclusive("<a xmlns:p=\"1\"><b/></a>", Some("b")), "<b></b>");
}

#[test]
fn a_subset_without_its_apex_is_an_error_and_not_empty() {
    let document = Document::parse("<a><b/></a>", &Limits::default()).expect("well-formed");
    let root = document.root();
    let nothing = Subset::subtree(root).without(root);
    assert_eq!(
        Canonicalization::default().to_octets(&nothing, &Budget::dangerous_unbounded()),
        Err(CanonicalizeError::EmptySubset)
    );
    let without_b = Subset::subtree(root).without(root.children().next().expect("b"));
    assert_eq!(
        Canonicalization::default().to_octets(&without_b, &Budget::dangerous_unbounded()).expect("canonical form"),
        b"<a></a>"
    );
}

#[test]
fn prefixes_are_rendered_per_path_and_restored() {
    // Rebound in a descendant, used in a grandchild, and back in a sibling.
    let source = "<p:a xmlns:p='urn:1'><p:b xmlns:p='urn:2'><p:c/></p:b><p:d/><q xmlns:p='urn:3' p:x='1'/><p:e/></p:a>";
    assert_eq!(
        exclusive(source, None),
        "<p:a xmlns:p=\"urn:1\"><p:b xmlns:p=\"urn:2\"><p:c></p:c></p:b><p:d></p:d>\
         <q xmlns:p=\"urn:3\" p:x=\"1\"></q><p:e></p:e></p:a>"
    );
    // Declared above, first used below: rendered where it is used, by each sibling again.
    assert_eq!(
        exclusive("<a xmlns:p='urn:1'><b><p:c/></b><p:d/></a>", None),
        "<a><b><p:c xmlns:p=\"urn:1\"></p:c></b><p:d xmlns:p=\"urn:1\"></p:d></a>"
    );
}

#[test]
fn inclusive_methods_take_over_the_context() {
    let source =
        "<a xmlns='urn:d' xmlns:p='urn:p' xml:lang='de' xml:id='i' xml:base='http://x/y/'><b xml:base='../z'/></a>";
    assert_eq!(
        canonical(source, CanonicalizationMethod::Inclusive, "", Some("b")).expect("canonical form"),
        "<b xmlns=\"urn:d\" xmlns:p=\"urn:p\" xml:base=\"../z\" xml:id=\"i\" xml:lang=\"de\"></b>"
    );
    assert_eq!(
        canonical(source, CanonicalizationMethod::Inclusive11, "", Some("b")).expect("canonical form"),
        "<b xmlns=\"urn:d\" xmlns:p=\"urn:p\" xml:base=\"http://x/z\" xml:lang=\"de\"></b>"
    );
}

#[test]
fn what_the_writer_writes_is_canonical_already() {
    let mut writer = Writer::new();
    writer.start(name::DS, "Signature");
    writer.attribute_in(name::WSU, "Id", "a<b\"&\t\n\r>");
    writer.attribute("Id", "x");
    writer.start(name::XENC, "EncryptedKey");
    writer.text("<&>\r\n\"'");
    writer.end();
    writer.leaf(name::DS, "DigestValue", "");
    writer.end();
    let written = writer.finish();
    assert_eq!(exclusive(&written, None), written);
}

#[test]
fn splices_over_an_empty_tag_and_their_moves() {
    let mut splices = Splices::new();
    splices.insert(3, "x");
    splices.insert(3, "y");
    splices.replace(5..7, "");
    let Spliced { text: next, moved } = splices.apply("0123456789");
    assert_eq!(next, "012xy34789");
    assert_eq!(moved.span(&(0..10)), Some(0..10));
    assert_eq!(moved.span(&(4..5)), Some(6..7));
    assert_eq!(moved.span(&(6..8)), None, "cut in two");
    assert_eq!(moved.replaced(&(5..7)), Some(7..7));
}

/// Every element and attribute of a document: the expanded name and the value, as another reader finds them.
fn assert_reads_as_roxmltree(source: &str) {
    let expected = roxmltree::Document::parse(source).expect("well-formed");
    let document = Document::parse(source, &Limits::default()).expect("well-formed");
    let theirs = expected.descendants().filter(|node| node.is_element()).map(|node| {
        let name = (node.tag_name().namespace().unwrap_or_default(), node.tag_name().name());
        let mut attributes: Vec<_> = node
            .attributes()
            .map(|a| (a.namespace().unwrap_or_default().to_owned(), a.name().to_owned(), a.value().to_owned()))
            .collect();
        attributes.sort();
        (name, attributes)
    });
    let ours = document.elements().map(|element| {
        let mut attributes: Vec<_> = element
            .attributes()
            .map(|(name, value)| (name.namespace.to_owned(), name.local.to_owned(), value.into_owned()))
            .collect();
        attributes.sort();
        ((element.name().namespace, element.name().local), attributes)
    });
    assert_eq!(ours.collect::<Vec<_>>(), theirs.collect::<Vec<_>>(), "{source}");
}

/// Names are known by their first 16 octets.
#[test]
fn names_that_begin_with_the_same_16_octets_are_not_mistaken() {
    for (first, second) in [
        ("abcdefghijklmnop:x", "abcdefghijklmnop"),
        ("abcdefghijklmnop", "abcdefghijklmnop:x"),
        ("abcdefghijklmnop:x", "abcdefghijklmnop:y"),
        ("abcdefghijklmnopq", "abcdefghijklmnop"),
        ("b:abcdefghijklmnop", "b:abcdefghijklmn"),
    ] {
        let root = "<r xmlns:abcdefghijklmnop=\"urn:long\" xmlns:b=\"urn:b\"";
        assert_reads_as_roxmltree(&format!("{root}><{first}/><{second}/><{first}/></r>"));
        assert_reads_as_roxmltree(&format!("{root}><e {first}=\"1\"/><e {second}=\"2\"/><e {second} = \"3\"/></r>"));
        assert_reads_as_roxmltree(&format!("{root}><e a=\"0\" {first}=\"1\" {second}=\"2\" z=\"3\"/></r>"));
        assert_reads_as_roxmltree(&format!("{root}><e a=\"0\" {second}=\"1\" {first} = \"2\"/></r>"));
    }
}

/// What a name is guessed to be followed by stays right if many other names take its place.
#[test]
fn attributes_are_sorted_whatever_their_first_octets_tell() {
    // Canonical XML 1.0 §2.2: by namespace name, none first, then by local name. Each order of the same attributes is one form.
    let sorted = ["a", "longername", "longername1", "longername2", "m"];
    let form = |names: &[&str]| {
        let attributes: String = names.iter().map(|name| format!(" {name}=\"{name}\"")).collect();
        format!("<x{attributes}></x>")
    };
    for first in 0..sorted.len() {
        for second in 0..sorted.len() {
            let mut names = sorted;
            names.swap(first, second);
            names[..4].rotate_left(second.min(3));
            assert_eq!(exclusive(&form(&names), None), form(&sorted), "{names:?}");
        }
    }
    let three = "<x m=\"m\" longername2=\"longername2\" longername1=\"longername1\"/>";
    assert_eq!(exclusive(three, None), form(&sorted[2..]));
}

#[test]
fn names_are_read_right_among_many_that_begin_alike() {
    let mut random = 7u64;
    let mut below = |end: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % end
    };
    for _ in 0..300 {
        let mut source = String::from("<r xmlns:abcdefghijklmnop=\"urn:long\" xmlns:b=\"urn:b\">");
        for _ in 0..60 {
            source.push_str("<e");
            let first = below(400);
            for at in 0..below(6) {
                let prefix = ["", "b:", "abcdefghijklmnop:", "abcdefghijklmno"][below(4) as usize];
                let equals = ["=\"", "=\"", " = \"", "=\n\""][below(4) as usize];
                source.push_str(&format!(" {prefix}n{}{equals}v=&quot;\"", first * 7 + at));
            }
            source.push_str("/>");
        }
        source.push_str("</r>");
        assert_reads_as_roxmltree(&source);
    }
}
