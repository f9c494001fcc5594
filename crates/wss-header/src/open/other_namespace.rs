//! Elements of WS-Security in a namespace where nobody reads them, or in none. Peers that build XML by hand lose prefixes. Such
//! an element is overlooked, as an extension is; these words say so in errors and reports, and no decision depends on them.

use wss_c14n::name::{self, Namespace};
use wss_c14n::{Element, name::DSIG11};
use wss_text::WireText;

use crate::error::is_almost_ours;

/// What an element in another namespace is, and where it belongs, as in "Signature in no namespace, which nobody reads (have the
/// peer write it in …)". `None` if its local name has no such `home`, or it is there.
pub(super) fn told(element: Element<'_>, home: impl Fn(&str) -> Option<Namespace>) -> Option<String> {
    let expanded = element.name();
    let namespace = home(expanded.local).filter(|home| home.uri != expanded.namespace)?;
    let found = match expanded.namespace {
        "" => "no namespace".to_owned(),
        other => format!("the namespace {other:?}"),
    };
    let name = element.qualified_name();
    Some(format!("{name} in {found}, which nobody reads (have the peer write it in {:?})", namespace.uri))
}

/// As [`told`], of a child of a Security header. An extension may have any name in a namespace of its own.
pub(super) fn child_told(child: Element<'_>) -> Option<WireText> {
    let namespace = child.name().namespace;
    let is_family = [name::WSSE, name::WSSE11, name::WSU, name::DS, name::XENC].iter().any(|one| one.uri == namespace);
    let is_meant = namespace.is_empty() || is_family || is_almost_ours(namespace);
    told(child, home_of_child).filter(|_| is_meant).map(WireText::from)
}

/// The namespace in which a way to name a key is read.
pub(super) fn home_of_key(local: &str) -> Option<Namespace> {
    match local {
        "X509Data" | "X509IssuerSerial" | "X509SKI" | "X509SubjectName" | "X509Certificate" | "KeyName"
        | "KeyValue" => Some(name::DS),
        "X509Digest" | "DEREncodedKeyValue" => Some(DSIG11),
        "SecurityTokenReference" | "KeyIdentifier" | "BinarySecurityToken" => Some(name::WSSE),
        _ => None,
    }
}

/// The namespace in which a child of a Security header is read.
fn home_of_child(local: &str) -> Option<Namespace> {
    match local {
        "Timestamp" => Some(name::WSU),
        "Signature" => Some(name::DS),
        "UsernameToken" | "BinarySecurityToken" => Some(name::WSSE),
        "EncryptedKey" | "EncryptedData" | "ReferenceList" => Some(name::XENC),
        "SignatureConfirmation" => Some(name::WSSE11),
        "DerivedKeyToken" | "SecurityContextToken" => Some(name::WSC13),
        _ => None,
    }
}
