//! Policies of a description that are not read: at places without a message, and in other namespaces.

use wss_c14n::Element;

use crate::names::{self, WSDL};

/// The elements of WSDL whose policies are read.
const SUBJECTS: [&str; 9] =
    ["definitions", "service", "port", "binding", "portType", "operation", "input", "output", "message"];

/// Names of WS-Policy. In another namespace they are refused, and not passed over: it is misspelt, or of a version that is not
/// read.
const LOCAL_NAMES: [&str; 5] = ["Policy", "PolicyReference", "PolicyAttachment", "ExactlyOne", "PolicyURIs"];

/// Something of a policy that is not read.
pub(crate) enum Unread<'d> {
    /// It is about no message that is read: the element that has it.
    Elsewhere(Element<'d>),
    /// A `wsp:PolicyAttachment`.
    Attachment(Element<'d>),
    /// It looks as if it were of WS-Policy, and its namespace is not.
    OtherNamespace(Element<'d>),
}

/// What is not read of the policies of a description.
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
            // What a schema or a text says of policies is not said of messages.
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
                // A description has policies for references, and is none of what they are about.
                let is_root = name.namespace == WSDL && name.local == "definitions";
                let has_policy = if is_root { refers_to_policy(element) } else { !is_subject && has_policy(element) };
                if has_policy {
                    found.push(Unread::Elsewhere(element));
                }
                continue;
            }
        }
        inside = element.span().end;
    }
    found
}

fn refers_to_policy(element: Element<'_>) -> bool {
    let is_reference =
        |child: Element<'_>| names::is_policy(child.name().namespace) && child.name().local == "PolicyReference";
    element.children().any(is_reference)
        || element.attributes().any(|(name, _)| names::is_policy(name.namespace) && name.local == "PolicyURIs")
}

fn has_policy(element: Element<'_>) -> bool {
    let is_reference = |name: wss_c14n::name::ExpandedName<'_>| {
        names::is_policy(name.namespace) && ["Policy", "PolicyReference", "PolicyURIs"].contains(&name.local)
    };
    element.children().any(|child| is_reference(child.name()))
        || element.attributes().any(|(name, _)| is_reference(name))
}
