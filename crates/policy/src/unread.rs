//! Policies of a description that are not read: at places without a message, and in other namespaces.

use wss_c14n::Element;
use wss_c14n::name::ExpandedName;

use crate::names::{self, WSDL};

/// The elements of WSDL whose policies are read. `wsdl:definitions` has policies only for others to refer to.
const SUBJECTS: [&str; 8] = ["service", "port", "binding", "portType", "operation", "input", "output", "message"];

/// Names of WS-Policy. In another namespace they are refused, and not ignored: the namespace is misspelt, or of a
/// version that is not read.
const LOCAL_NAMES: [&str; 5] = ["Policy", "PolicyReference", "PolicyAttachment", "ExactlyOne", "PolicyURIs"];

/// A part of a policy that is not read.
pub(crate) enum Unread<'d> {
    /// A policy that is attached to no message that is read: the element that has it.
    Elsewhere(Element<'d>),
    /// A policy that is attached to a `wsdl:fault`: the element that has it.
    OfFault(Element<'d>),
    /// A `wsp:PolicyAttachment`.
    Attachment(Element<'d>),
    /// An element or attribute that looks as if it were of WS-Policy, in another namespace.
    OtherNamespace(Element<'d>),
}

/// The policies of a description that are not read.
pub(crate) fn unread(root: Element<'_>) -> Vec<Unread<'_>> {
    let mut found = Vec::new();
    let mut inside = 0;
    for element in root.descendants_and_self() {
        let start = element.span().start;
        if start < inside {
            continue;
        }
        let name = element.name();
        let is_policy = names::is_policy(name.namespace);
        match name.local {
            "PolicyAttachment" if is_policy => found.push(Unread::Attachment(element)),
            _ if is_policy => {}
            // A policy inside a schema or a text is not about messages.
            "types" | "documentation" if name.namespace == WSDL => {}
            _ => {
                let is_other = |namespace: &str, local: &str| {
                    LOCAL_NAMES.contains(&local) && !namespace.is_empty() && !names::is_policy(namespace)
                };
                if is_other(name.namespace, name.local)
                    || element.attributes().any(|(name, _)| is_other(name.namespace, name.local))
                {
                    found.push(Unread::OtherNamespace(element));
                }
                let is_subject = name.namespace == WSDL && SUBJECTS.contains(&name.local);
                // Those beside one another in the document element are there for references, in a WSDL and in any other file.
                let names = if element == root { &REFERENCES[..] } else { &POLICIES };
                if !is_subject && has_policy(element, names) {
                    let is_fault = name.namespace == WSDL && name.local == "fault";
                    found.push(if is_fault { Unread::OfFault(element) } else { Unread::Elsewhere(element) });
                }
                continue;
            }
        }
        inside = element.span().end;
    }
    found
}

/// The names of WS-Policy, as children or attributes, that attach a policy to an element.
const POLICIES: [&str; 3] = ["Policy", "PolicyReference", "PolicyURIs"];
/// The names of those that refer to a policy elsewhere.
const REFERENCES: [&str; 2] = ["PolicyReference", "PolicyURIs"];

fn has_policy(element: Element<'_>, locals: &[&str]) -> bool {
    let is_one = |name: ExpandedName<'_>| names::is_policy(name.namespace) && locals.contains(&name.local);
    element.children().any(|child| is_one(child.name())) || element.attributes().any(|(name, _)| is_one(name))
}
