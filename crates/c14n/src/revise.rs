//! Revising: a document and splices give the next document, of which only the changed part is read.
//!
//! Most of a message is the content of one element that no splice touches. The rest of the next revision is read without
//! it, as a document of its own, and the tape of the content is put in at its place: its offsets move, its names stay.

use std::borrow::Cow;

use wss_budget::{Budget, Limit};

use crate::document::{Document, NodeId};
use crate::error::ParseError;
use crate::graft::{Moved, Scope, fits, grafted};
use crate::reader;
use crate::splice::{Spliced, Splices};

/// A longer text around the content, which is longer than the content itself, is not read beside the tape of the content:
/// both tapes would take more memory than that of the whole text.
const LONG: usize = 64 << 10;

impl Document<'_> {
    /// This document after some splices. The content of the element `kept` is not read again if no splice touches it and
    /// its namespaces in scope stay the same.
    ///
    /// The octets that are read are charged to `budget`, and its limits hold for the whole document.
    ///
    /// # Errors
    /// As [`Document::parse_within`], if the splices break a rule of XML, or if the document is then over a limit.
    ///
    /// # Panics
    /// As [`Splices::apply`].
    ///
    /// ```
    /// use wss_c14n::{Budget, Document, Limits, Splices};
    ///
    /// let budget = Budget::new(&Limits::default(), 1_000);
    /// let document = Document::parse_within("<a><b><c/></b></a>", &budget)?;
    /// let kept = document.root().children().next().expect("one child");
    /// let mut splices = Splices::new();
    /// splices.insert(kept.span().start, "<new/>");
    /// let kept = kept.id();
    /// let next = document.revised(splices, kept, &budget)?;
    /// assert_eq!(next.source(), "<a><new/><b><c/></b></a>");
    /// assert_eq!(next.elements().count(), 4);
    /// # Ok::<(), wss_c14n::ParseError>(())
    /// ```
    pub fn revised(self, splices: Splices, kept: NodeId, budget: &Budget) -> Result<Document<'static>, ParseError> {
        let content = self.element(kept).filter(|kept| !kept.is_empty_tag()).map(|kept| kept.content_span());
        let content = content.filter(|content| !content.is_empty() && !splices.touch(content));
        let Document { source, tape, declared_ids, identifiers } = self;
        let around = source.len() - content.as_ref().map_or(0, ExactSizeIterator::len);
        let content = content.filter(|content| around <= LONG.max(content.len()));
        // What is read again needs no tape while there are two texts.
        let tape = content.is_some().then_some(tape);
        let Spliced { text: next, moved } = splices.apply(&source);
        drop(source);
        let kept_text = content.and_then(|old| Some(Moved { next: &next, new: moved.span(&old)?, old }));
        let limits = budget.limits();
        limits.check(Limit::DocumentOctets, next.len())?;
        let around = kept_text.as_ref().map_or(next.len(), |Moved { new, .. }| next.len() - new.len());
        budget.charge(Limit::ParsedOctets, around as u64)?;
        let grafted = kept_text.zip(tape).and_then(|(text, tape)| grafted(tape, kept, text, Scope::Wider, limits));
        let tape = match grafted.filter(|tape| fits(tape, next.len(), limits)) {
            Some(tape) => tape,
            None => {
                budget.charge(Limit::ParsedOctets, (next.len() - around) as u64)?;
                reader::read(&next, limits)?
            }
        };
        Ok(Document { source: Cow::Owned(next), tape, declared_ids, identifiers })
    }

    /// The source text after some splices, for a revision that is not read as XML.
    ///
    /// # Panics
    /// As [`Splices::apply`].
    #[must_use]
    pub fn spliced(self, splices: Splices) -> String {
        let Document { source, tape, .. } = self;
        // The new text is made in the room of the old one.
        drop(tape);
        splices.apply(&source).text
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use wss_budget::Limits;

    use super::*;
    use crate::tape::Node;

    const MESSAGE: &str = "<?pi one?><e:E xmlns:e='urn:e' xmlns:q='urn:q&amp;q'><e:H><h xmlns='urn:h' a='1' e:b='2'>x&gt;</h></e:H>\
        <!--c--><e:B e:k='v'> t&amp;t <o xmlns='urn:o' z='1' a='2' q:m='3'><i/><i xmlns='' q:n='4'/><q:j xmlns:q='urn:r'/>\
        <![CDATA[<x/>]]></o><?p i?><e:l  b='1'/>tail</e:B ><e:T t='1'/><!--d--></e:E><!--end-->";

    /// The whole content of the tape, with names in place of their ids.
    pub(crate) fn told(document: &Document<'_>) -> Vec<String> {
        let tape = &document.tape;
        let name = |pair: u32| {
            let pair = tape.pair(pair);
            (tape.prefix(pair.prefix), tape.uri(pair.uri), pair.relative, pair.escape)
        };
        let of_node = |index: u32, node: &Node| {
            let attributes: Vec<_> = tape
                .attributes_of(index)
                .iter()
                .map(|a| (a.name_span(), a.value_span(), name(a.name.pair), a.name.written.rewrites_value()))
                .collect();
            let declared: Vec<_> = tape.declarations_of(index).iter().map(|d| name(d.pair)).collect();
            let Node { start, tag_end, end, next, parent, pair, name_len, kind, flags, .. } = *node;
            let place = (start, tag_end, end, next, parent, name_len, kind, flags);
            format!("{place:?} {:?} {attributes:?} {declared:?}", name(pair))
        };
        let nodes = (0u32..).zip(&*tape.nodes).map(|(index, node)| of_node(index, node));
        nodes.chain([format!("{} {}", tape.root, tape.instructions)]).collect()
    }

    fn unbounded() -> Budget {
        Budget::dangerous_unbounded()
    }

    fn read(text: &str) -> Result<Document<'_>, ParseError> {
        Document::parse(text, &Limits::dangerous_unbounded())
    }

    /// The ids of all elements.
    fn elements(text: &str) -> Vec<NodeId> {
        read(text).expect("well-formed").elements().map(|element| element.id()).collect()
    }

    #[test]
    fn a_revision_is_what_would_be_read_wherever_something_is_inserted() {
        let inserted = [
            "/",
            "<n xmlns='urn:e' e:u='1'/>",
            " xmlns:z='urn:z'",
            " xmlns='urn:new'",
            " xmlns:q='urn:r' ",
            "t&gt;",
            "<!--",
        ];
        let (mut same, mut refused) = (0, 0);
        for text in inserted {
            for at in (0..=MESSAGE.len()).filter(|at| MESSAGE.is_char_boundary(*at)) {
                let next = [&MESSAGE[..at], text, &MESSAGE[at..]].concat();
                let wanted = read(&next).map(|document| told(&document));
                for kept in elements(MESSAGE) {
                    let mut splices = Splices::new();
                    splices.insert(at, text);
                    let revised = read(MESSAGE).expect("well-formed").revised(splices, kept, &unbounded());
                    match (&wanted, revised) {
                        (Ok(wanted), Ok(revised)) => {
                            assert_eq!(*wanted, told(&revised), "{text} at {at}, {kept:?}");
                            same += 1;
                        }
                        (Err(wanted), Err(error)) => {
                            assert_eq!(wanted.to_string(), error.to_string(), "{text} at {at}, {kept:?}");
                            refused += 1;
                        }
                        (wanted, _) => panic!("{text} at {at}, {kept:?}: one of two is refused: {wanted:?}"),
                    }
                }
            }
        }
        assert!(same > 3_000 && refused > 3_000, "{same}, {refused}");
    }

    #[test]
    fn what_was_in_an_element_that_is_now_empty_is_beside_it() {
        let document = read("<a><a><c/></a></a>").expect("well-formed");
        let kept = document.root().children().next().expect("one child").id();
        let mut splices = Splices::new();
        splices.insert("<a><a".len(), "/");
        splices.replace("<a><a><c/></a>".len().."<a><a><c/></a></a>".len(), "");
        let next = document.revised(splices, kept, &unbounded()).expect("well-formed");
        assert_eq!(next.source(), "<a><a/><c/></a>");
        assert_eq!(told(&next), told(&read("<a><a/><c/></a>").expect("well-formed")));
    }

    #[test]
    fn names_of_what_was_replaced_are_not_declared() {
        let document = read("<a><b xmlns='rel'/><k><c/></k></a>").expect("well-formed");
        let (replaced, kept) = {
            let mut children = document.root().children();
            (children.next().expect("b").span(), children.next().expect("k").id())
        };
        assert!(document.relative_namespace() == Some("rel") && document.declares("rel"));
        let mut splices = Splices::new();
        splices.replace(replaced, "<d/>");
        let next = document.revised(splices, kept, &unbounded()).expect("well-formed");
        assert!(next.relative_namespace().is_none() && !next.declares("rel"));
    }

    #[test]
    fn revisions_follow_each_other() {
        let mut document =
            read(MESSAGE).expect("well-formed").revised(Splices::new(), NodeId(0), &unbounded()).expect("the same");
        let body = |document: &Document<'_>| document.root().children().nth(1).expect("the Body").id();
        for round in 0..40 {
            let spans: Vec<_> = document.root().children().map(|child| child.span()).collect();
            let [header, body_span, last] = spans.as_slice() else { panic!("three children: {spans:?}") };
            let mut splices = Splices::new();
            splices
                .replace(header.clone(), format!("<e:H xmlns:p{round}='urn:{round}'><p{round}:h a='{round}'/></e:H>"));
            splices.insert(body_span.start + "<e:B".len(), format!(" a{round}='{round}'"));
            splices.replace(last.clone(), format!("<e:T t='{round}'>&amp;<u/></e:T>"));
            let kept = body(&document);
            document = document.revised(splices, kept, &unbounded()).expect("well-formed");
            let again = read(document.source()).expect("well-formed");
            assert_eq!(told(&again), told(&document), "{round}");
        }
    }

    #[test]
    fn content_is_kept_only_where_its_names_mean_the_same() {
        let source = "<a xmlns:p='urn:p'><b><p:c/><d/></b></a>";
        let keeps = |at: &str, text: &str| {
            let document = read(source).expect("well-formed");
            let kept = document.root().children().next().expect("one child");
            let (kept, old) = (kept.id(), kept.content_span());
            let mut splices = Splices::new();
            splices.insert(source.find(at).expect("there"), text);
            assert!(!splices.touch(&old));
            let Spliced { text: next, moved } = splices.apply(source);
            let new = moved.span(&old).expect("not replaced");
            let text = Moved { next: &next, new, old };
            grafted(document.tape, kept, text, Scope::Wider, &Limits::dangerous_unbounded()).is_some()
        };
        assert!(keeps("<b>", "<new xmlns='urn:x'/>"));
        assert!(keeps("><b>", " xmlns:q='urn:q' r='1'"));
        assert!(keeps("</a>", "<new/>"));
        // The default namespace, or the prefix `p`, is another one.
        assert!(!keeps("><b>", " xmlns='urn:x'"));
        assert!(!keeps("><p:c", " xmlns='urn:x'"));
        assert!(!keeps("><p:c", " xmlns:p='urn:x'"));
        // The text is no longer markup.
        assert!(!keeps("<b>", "<!--"));
    }
}
