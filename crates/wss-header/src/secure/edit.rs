//! Edits of an envelope: insertions, replacements and new Ids, as splices over its source.

use wss_c14n::{Element, Splices, Writer, name};
use wss_soap::Envelope;

/// Inserts blocks at the front of the SOAP Header. It makes the Header if the envelope lacks it.
pub(crate) fn insert_blocks(envelope: Envelope<'_>, blocks: &str, splices: &mut Splices) {
    let Some(header) = envelope.header else {
        let qualified = match envelope.root.prefix() {
            "" => "Header".to_owned(),
            prefix => format!("{prefix}:Header"),
        };
        let mut writer = Writer::new();
        writer.start_as(&qualified);
        writer.raw(blocks);
        writer.end();
        return splices.insert(envelope.body.span().start, writer.finish());
    };
    insert_content(header, blocks, splices);
}

/// Inserts at the front of an element's content. An empty-element tag becomes a start tag and an end tag.
pub(super) fn insert_content(element: Element<'_>, content: &str, splices: &mut Splices) {
    if element.is_empty_tag() {
        replace_content(element, content, splices);
    } else {
        splices.insert(element.content_span().start, content);
    }
}

pub(super) fn replace_content(element: Element<'_>, content: &str, splices: &mut Splices) {
    if element.is_empty_tag() {
        // The text from the slash on is replaced; insertions into the tag before it stay.
        let end = element.span().end;
        splices.replace(end - 2..end, format!(">{content}</{}>", element.qualified_name()));
    } else {
        splices.replace(element.content_span(), content);
    }
}

/// Adds `wsu:Id` to a start tag, with a prefix that does not change the meaning of its content.
pub(super) fn give_id(element: Element<'_>, id: &str, preferred: &str, splices: &mut Splices) {
    let in_scope = element.namespaces_in_scope();
    let bound = in_scope.iter().find(|(prefix, uri)| !prefix.is_empty() && *uri == name::WSU.uri);
    let attribute = match bound {
        Some((prefix, _)) => format!(" {prefix}:Id=\"{id}\""),
        None => {
            let mut candidates = std::iter::once(preferred.to_owned()).chain((1..).map(|n| format!("{preferred}{n}")));
            // If no declaration in scope binds a prefix, the content uses it only where it binds the prefix itself.
            let is_free = |prefix: &String| in_scope.iter().all(|(known, _)| known != prefix);
            let prefix = candidates.find(is_free).unwrap_or_default();
            format!(" xmlns:{prefix}=\"{}\" {prefix}:Id=\"{id}\"", name::WSU.uri)
        }
    };
    splices.insert(element.span().start + 1 + element.qualified_name().len(), attribute);
}
