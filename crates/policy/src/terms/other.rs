//! Assertions that are not of WS-SecurityPolicy, or that are at a place where WS-SecurityPolicy does not allow them.

use crate::assertion::Assertion;
use crate::names;
use crate::standing::Notes;

/// An assertion outside WS-SecurityPolicy.
pub(super) fn other(assertion: &Assertion, notes: &mut Notes) {
    let namespace = &*assertion.written.namespace;
    match names::other_domain(namespace) {
        Some(domain) => notes.all_not_ours(assertion, domain),
        None if names::is_policy(namespace) => {
            let uri = assertion.attribute("URI").unwrap_or_default();
            let place = match uri.split_once('#') {
                Some(("", _)) => {
                    "no file that was read has one policy with this Id: give the file that has it with `imports`"
                }
                _ => "no file that was read has this policy: give the file of this location with `imports`",
            };
            notes.refused(assertion, format!("{uri:?}: {place}"));
        }
        None if assertion.written.is_ignorable => {
            notes.all_not_ours(assertion, "of a domain that is not known; it is ignorable, as it or the caller says");
        }
        None if names::is_wcf_security(namespace) => {
            let why = match assertion.local() {
                "RsaToken" => "WCF's key without a certificate says nothing of who has it",
                "SslContextToken" => "WCF's TLS inside SOAP negotiates in messages of its own",
                _ => "no assertion of WCF's security domain that is known here has this name at this place",
            };
            notes.refused(assertion, why);
        }
        None if names::is_other_security(namespace) => {
            let why = "it says something of security in words of one product, which are not read: have the service publish a policy \
                       of WS-SecurityPolicy";
            notes.refused(assertion, why);
        }
        None => {
            let domain = shortened(namespace);
            let why = format!(
                "the domain {domain} is not known: if it says nothing of security, `PolicyReader::not_ours` passes over it"
            );
            notes.refused(assertion, why);
        }
    }
}

/// Assertions inside one whose nested policy has no room for them.
pub(super) fn unexpected(assertion: &Assertion, notes: &mut Notes) {
    if names::is_security(&assertion.written.namespace) {
        notes.refused(assertion, "no assertion of WS-SecurityPolicy at this place has this name");
    } else {
        other(assertion, notes);
    }
}

/// Assertions of another domain in a binding, beside a token or inside it. They say something about the protection of
/// the message, or are a token, so that it is not enough to know their domain.
pub(super) fn foreign(assertion: &Assertion, notes: &mut Notes) {
    let namespace = &*assertion.written.namespace;
    let is_known = names::other_domain(namespace).is_some();
    if is_known && !assertion.written.is_ignorable {
        let why = "what an assertion of another domain says at this place is not known: leave it out, or mark it wsp:Ignorable; \
             `PolicyReader::not_ours` does that for a namespace";
        return notes.refused(assertion, why);
    }
    unexpected(assertion, notes);
}

/// The beginning of a namespace, as long as one line of a listing has room for.
fn shortened(namespace: &str) -> String {
    const MOST: usize = 80;
    match namespace.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", namespace.get(..end).unwrap_or_default()),
        None => namespace.to_owned(),
    }
}
