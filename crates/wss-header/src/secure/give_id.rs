//! New Ids of elements, as splices over the source of an envelope.

use wss_c14n::{Element, Splices, attribute, name};

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
