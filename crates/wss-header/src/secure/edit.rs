//! Edits of an envelope: insertions, replacements and new Ids, as splices over its source.

use wss_c14n::{Element, Splices, Writer, attribute, name};
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
    splices.insert_content(header, blocks);
}

/// Adds `wsu:Id` to a start tag, with a prefix that does not change the meaning of its content.
pub(super) fn give_id(element: Element<'_>, id: &str, preferred: &str, splices: &mut Splices) {
    let in_scope = element.namespaces_in_scope();
    let bound = in_scope.iter().find(|(prefix, uri)| !prefix.is_empty() && *uri == name::WSU.uri);
    let at = element.span().start + 1 + element.qualified_name().len();
    let prefix = match bound {
        Some((prefix, _)) => (*prefix).to_owned(),
        None => {
            let candidates = std::iter::once(preferred.to_owned()).chain((1..).map(|n| format!("{preferred}{n}")));
            // If no declaration in scope binds a prefix, the content uses it only where it binds the prefix itself.
            let is_free = |prefix: &String| in_scope.iter().all(|(known, _)| known != prefix);
            let prefix = candidates.into_iter().find(is_free).expect("as many candidates as one likes");
            splices.insert(at, attribute(&format!("xmlns:{prefix}"), name::WSU.uri));
            prefix
        }
    };
    splices.insert(at, attribute(&format!("{prefix}:Id"), id));
}
