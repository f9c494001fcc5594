//! Clues: the prefixes that a sender uses, as a message shows them.

use std::collections::BTreeSet;

use wss_c14n::{Document, name};

use super::places::is_id;

/// The largest number of clues of each kind.
const MOST: usize = 32;
/// The largest number of octets of a name.
const LONGEST: usize = 128;

/// The prefixes in a message, outside of the element that is searched.
#[derive(Debug, Default)]
pub(super) struct Clues {
    /// Prefixes with the namespaces that they are bound to, anywhere in the message.
    pub(super) bound: BTreeSet<(String, String)>,
    /// Prefixes that are not bound in the message, and that a PrefixList names, or a value uses as the prefix of a
    /// type: the sender's document bound them.
    pub(super) unbound: BTreeSet<String>,
    /// Every Id of the message.
    pub(super) ids: BTreeSet<String>,
    /// The hosts of addresses in header blocks, each with its scheme.
    pub(super) hosts: BTreeSet<String>,
}

impl Clues {
    /// Reads the clues from a message.
    pub(super) fn of(document: &Document<'_>) -> Self {
        let mut clues = Self::default();
        let mut named: BTreeSet<String> = BTreeSet::new();
        for element in document.elements() {
            let here = element.name();
            let is_list = here.local == "InclusiveNamespaces";
            let prefix = element.qualified_name().split_once(':').map_or("", |(prefix, _)| prefix);
            if here.namespace.len() + prefix.len() < LONGEST && clues.bound.len() < MOST {
                clues.bound.insert((prefix.to_owned(), here.namespace.to_owned()));
            }
            if here.namespace.ends_with("/addressing") && clues.hosts.len() < MOST {
                clues.hosts.extend(element.text_if_plain().as_deref().and_then(host_of));
            }
            for (attribute, value) in element.attributes() {
                if value.len() > LONGEST {
                    continue;
                }
                if is_id(attribute.local) && clues.ids.len() < MOST {
                    clues.ids.insert(value.to_string());
                }
                let is_type = attribute.namespace == name::XSI.uri && attribute.local == "type";
                if is_list && attribute.local == "PrefixList" {
                    named.extend(value.split_whitespace().filter(|prefix| *prefix != "#default").map(str::to_owned));
                } else if let (true, Some((prefix, _))) = (is_type, value.split_once(':')) {
                    named.insert(prefix.to_owned());
                }
            }
        }
        named.retain(|prefix| !clues.bound.iter().any(|(bound, _)| bound == prefix));
        clues.unbound = named.into_iter().take(MOST).collect();
        clues
    }

    /// Other prefixes that the message has for a namespace, and those that are no longer bound.
    pub(super) fn for_namespace(&self, uri: &str) -> Vec<&str> {
        let bound = self.bound.iter().filter(|(_, bound)| bound == uri).map(|(prefix, _)| prefix.as_str());
        bound.chain(self.unbound.iter().map(String::as_str)).collect()
    }
}

/// The scheme and the host of an address.
fn host_of(address: &str) -> Option<String> {
    let address = address.trim();
    let (scheme, rest) = address.split_once("://").filter(|_| address.len() < LONGEST)?;
    Some(format!("{scheme}://{}", rest.split(['/', '?']).next().unwrap_or(rest)))
}
