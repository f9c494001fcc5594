//! Tags as serialisers write them that do not canonicalise: declarations and attributes in another order, other quotes.

use super::super::cause::Cause;
use super::super::edit::{Edit, steps};
use super::super::sketch::Sketch;
use super::super::token::{Tag, Token};

/// The most declarations of the apex of which every order is tried.
const DECLARATIONS: usize = 4;

/// How a tag is written.
#[derive(Clone, Default)]
struct Style {
    attributes_first: bool,
    /// Declarations in the reverse order.
    reverse: bool,
    attributes_reversed: bool,
    apostrophes: bool,
    /// The order of the declarations of the apex, by their numbers in the order of the canonical form.
    order: Vec<usize>,
}

/// Every style that may matter.
pub(super) fn all(sketch: &Sketch) -> Vec<Edit> {
    let style = Style::default();
    let mut edits = vec![
        edit(
            "attributes are in front of the namespace declarations",
            Style { attributes_first: true, ..style.clone() },
        ),
        edit("the namespace declarations are in the reverse order", Style { reverse: true, ..style.clone() }),
        edit(
            "attributes are in front of the namespace declarations, which are in the reverse order",
            Style { attributes_first: true, reverse: true, ..style.clone() },
        ),
        edit("the attributes are in the reverse order", Style { attributes_reversed: true, ..style.clone() }),
        edit("the values of attributes are in apostrophes", Style { apostrophes: true, ..style.clone() }),
    ];
    let count = sketch.at_apex.len();
    if (3..=DECLARATIONS).contains(&count) {
        let how = "the namespace declarations are in another order";
        edits.extend(orders(count).into_iter().map(|order| edit(how, Style { order, ..style.clone() })));
    }
    edits
}

/// Every order of so many things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    (0..count).fold(vec![Vec::new()], |orders, next| {
        let with_next = |order: Vec<usize>| {
            (0..=order.len()).map(move |at| {
                [order.get(..at), Some(&[next][..]), order.get(at..)].into_iter().flatten().collect::<Vec<_>>().concat()
            })
        };
        orders.into_iter().flat_map(with_next).collect()
    })
}

fn edit(how: &str, style: Style) -> Edit {
    Edit::new(Cause::NotCanonicalized { how: how.into() }, move |canonical, out| {
        steps(canonical, |step| match step.token {
            Token::Start(start) => out(written(&Tag::read(start), &style, step.depth == 0).as_bytes()),
            token => out(token.as_str().as_bytes()),
        });
    })
}

fn written(tag: &Tag<'_>, style: &Style, is_apex: bool) -> String {
    let quote = if style.apostrophes { '\'' } else { '"' };
    let pair = |name: &str, value: &str| format!(" {name}={quote}{value}{quote}");
    let declaration = |prefix: &str| if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
    let mut declarations: Vec<String> =
        tag.namespaces.iter().map(|(prefix, uri)| pair(&declaration(prefix), uri)).collect();
    let mut attributes: Vec<String> = tag.attributes.iter().map(|(name, value)| pair(name, value)).collect();
    if style.reverse {
        declarations.reverse();
    }
    if is_apex && style.order.len() == declarations.len() {
        declarations = style.order.iter().filter_map(|at| declarations.get(*at).cloned()).collect();
    }
    if style.attributes_reversed {
        attributes.reverse();
    }
    let (first, second) = if style.attributes_first { (attributes, declarations) } else { (declarations, attributes) };
    format!("<{}{}{}>", tag.name, first.concat(), second.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_written_once() {
        assert_eq!(orders(3).len(), 6);
        let form = "<a xmlns:p=\"1\" xmlns:q=\"2\" xmlns:r=\"3\" b=\"4\" c=\"5\"></a>";
        let all: Vec<String> = all(&Sketch::of(form)).iter().filter_map(|edit| edit.text(form)).collect();
        for expected in [
            "<a b=\"4\" c=\"5\" xmlns:p=\"1\" xmlns:q=\"2\" xmlns:r=\"3\"></a>",
            "<a xmlns:q=\"2\" xmlns:p=\"1\" xmlns:r=\"3\" b=\"4\" c=\"5\"></a>",
            "<a xmlns:p='1' xmlns:q='2' xmlns:r='3' b='4' c='5'></a>",
        ] {
            assert!(all.iter().any(|text| text == expected), "{expected}: {all:#?}");
        }
    }
}
