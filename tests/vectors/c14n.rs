//! Canonical octets.

use ws_security::c14n::{
    Budget, Canonicalization, CanonicalizationMethod, Document, Element, IdIndex, NodeSet, Subset, Tree, TreeNode,
    remove_dot_segments,
};
use ws_security::xmldsig::DereferencedToken;
use ws_security::xpath::{Context, Expression};

use crate::corpus::{self, Case};

#[test]
fn canonical_octets_are_as_published() {
    corpus::run("c14n", |case| match case.get("operation") {
        "remove-dot-segments" => dot_segments(case),
        "c14n" | "c14n-str-transform" => canonical(case),
        other => Err(format!("operation {other} is not one of this layer")),
    });
}

fn dot_segments(case: &Case) -> Result<(), String> {
    let text = |column| String::from_utf8(corpus::read(case.get(column))).expect("UTF-8");
    for (input, expected) in text("input").lines().zip(text("expected").lines()) {
        let found = remove_dot_segments(input);
        if found != expected {
            return Err(format!("{input:?} gives {found:?}, not {expected:?}"));
        }
    }
    Ok(())
}

fn canonical(case: &Case) -> Result<(), String> {
    let octets = corpus::read(case.get("input"));
    let method = CanonicalizationMethod::from_uri(case.get("method")).ok_or("unknown method")?;
    let canonicalization =
        Canonicalization::new(method).inclusive_prefixes(case.param("prefixlist").unwrap_or_default());
    if let Some(path) = case.param("xpath") {
        return selected(case, &octets, &canonicalization, path);
    }
    let found = corpus::document(&octets).map_err(|e| e.to_string()).and_then(|document| {
        let subset = match (case.param("apex-id"), case.param("apex")) {
            (Some(id), _) => Subset::subtree(by_id(&document, id).ok_or("no such apex")?),
            (_, Some(path)) => {
                let name = path.split('\'').nth(1).ok_or("an XPath other than a local name")?;
                let apex = document.elements().find(|element| element.name().local == name);
                Subset::subtree(apex.ok_or("no such apex")?)
            }
            _ => Subset::document(&document),
        };
        if case.get("operation") == "c14n-str-transform" {
            // What the STR-Transform puts out for a token of the message.
            let token = subset.apex().ok_or("no apex")?;
            let readings =
                DereferencedToken::Element(token).readings(token, &canonicalization, &Budget::dangerous_unbounded());
            return readings.map_err(|e| e.to_string())?.into_iter().next().ok_or("no reading".to_owned());
        }
        canonicalization.to_octets(&subset, &Budget::dangerous_unbounded()).map_err(|e| e.to_string())
    });
    judged(case, found)
}

/// The subset that an expression of XPath selects, as text or in an element `XPath` that binds its prefixes.
fn selected(case: &Case, octets: &[u8], canonicalization: &Canonicalization, path: &str) -> Result<(), String> {
    let budget = Budget::dangerous_unbounded();
    let text = String::from_utf8(corpus::read(path)).map_err(|error| error.to_string())?;
    let expression = if text.trim_start().starts_with('<') {
        let bearer = corpus::document(text.trim().as_bytes()).map_err(|error| error.to_string())?;
        Expression::of(bearer.root(), &budget)
    } else {
        let bound = case.param("xpath-ns").and_then(|bound| bound.split_once(':'));
        Expression::parse(&text, &bound.into_iter().collect::<Vec<_>>(), &budget)
    };
    let expression = expression.map_err(|error| error.to_string())?;
    let document = corpus::document(octets).map_err(|error| error.to_string())?;
    let tree = Tree::new(&document, &budget).map_err(|error| error.to_string())?;
    let ids = IdIndex::build(&document).map_err(|error| error.to_string())?;
    let context = Context::new(&tree, &budget).ids(&ids);
    let mut set = NodeSet::empty(&tree);
    for node in expression.select(&context, TreeNode::ROOT).map_err(|error| error.to_string())? {
        set.insert(node);
    }
    judged(case, canonicalization.nodes_to_octets(&tree, &set, &budget).map_err(|error| error.to_string()))
}

fn judged(case: &Case, found: Result<Vec<u8>, String>) -> Result<(), String> {
    match (case.get("expected"), found) {
        ("error", Err(_)) => Ok(()),
        ("error", Ok(_)) => Err("canonicalised".to_owned()),
        (_, Err(error)) => Err(error),
        (path, Ok(found)) => {
            let expected = corpus::read(path);
            if found == expected {
                return Ok(());
            }
            Err(format!("found\n{}\nexpected\n{}", String::from_utf8_lossy(&found), String::from_utf8_lossy(&expected)))
        }
    }
}

fn by_id<'a>(document: &'a Document<'a>, id: &str) -> Option<Element<'a>> {
    document
        .elements()
        .find(|e| e.attributes().any(|(name, value)| name.local.eq_ignore_ascii_case("id") && value == id))
}
