//! Messages whose references name elements by paths of XPath Filter 2.0.

use ws_security::c14n::name;

use crate::common::{SOAP11, WSA};
use crate::signed_again::signed_again;

/// The namespace of the filter.
pub(crate) const FILTER2: &str = "http://www.w3.org/2002/06/xmldsig-filter2";

/// The `ds:Transform` with one `XPath`; `soap`, `wsa`, `wsse` and `wsu` are prefixes.
pub(crate) fn filter(operation: &str, expression: &str) -> String {
    format!(
        "<ds:Transform Algorithm=\"{FILTER2}\"><XPath xmlns=\"{FILTER2}\" xmlns:wsse=\"{}\" xmlns:wsu=\"{}\" \
         xmlns:soap=\"{SOAP11}\" xmlns:wsa=\"{WSA}\" Filter=\"{operation}\">{expression}</XPath></ds:Transform>",
        name::WSSE.uri,
        name::WSU.uri
    )
}

/// The message with these transforms in front where its signature refers to the element `start`, and no URI; signed again.
pub(crate) fn with_transforms(message: &str, start: &str, transforms: &str) -> String {
    let element = message.split_once(start).expect("the element").1;
    let id = element.split_once("wsu:Id=\"").and_then(|(_, rest)| rest.split_once('"')).expect("an Id").0;
    let reference = format!("<ds:Reference URI=\"#{id}\"><ds:Transforms>");
    let changed = message.replacen(&reference, &format!("<ds:Reference URI=\"\"><ds:Transforms>{transforms}"), 1);
    assert_ne!(changed, message, "{start} is not signed");
    signed_again(&changed).expect("signed again")
}

/// The message whose signature names the element `start` by `path`.
pub(crate) fn by_path(message: &str, start: &str, path: &str) -> String {
    with_transforms(message, start, &filter("intersect", path))
}
