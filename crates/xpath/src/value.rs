//! Values and their conversions (XPath 1.0 §4).

use wss_c14n::{Tree, TreeNode};
use wss_text::shown;

/// The value of an expression.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// A node-set, in document order and without repetition.
    Nodes(Vec<TreeNode>),
    /// A boolean.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
}

impl std::fmt::Debug for Value {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nodes(nodes) => f.debug_tuple("Nodes").field(&nodes.len()).finish(),
            Self::Boolean(value) => f.debug_tuple("Boolean").field(value).finish(),
            Self::Number(value) => f.debug_tuple("Number").field(value).finish(),
            Self::Text(text) => f.debug_tuple("Text").field(&shown(text)).finish(),
        }
    }
}

impl Value {
    /// The value as the function `boolean()` converts it.
    #[must_use]
    pub fn to_boolean(&self) -> bool {
        match self {
            Self::Nodes(nodes) => !nodes.is_empty(),
            Self::Boolean(boolean) => *boolean,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
        }
    }

    /// The value as the function `number()` converts it. Nodes are of `tree`.
    #[must_use]
    pub fn to_number(&self, tree: &Tree<'_>) -> f64 {
        match self {
            Self::Nodes(nodes) => nodes.first().map_or(f64::NAN, |node| number_of(tree.value(*node))),
            Self::Boolean(boolean) => f64::from(u8::from(*boolean)),
            Self::Number(number) => *number,
            Self::Text(text) => number_of(text),
        }
    }

    /// The value as the function `string()` converts it. Nodes are of `tree`.
    #[must_use]
    pub fn to_text(&self, tree: &Tree<'_>) -> String {
        match self {
            Self::Nodes(nodes) => nodes.first().map_or("", |node| tree.value(*node)).to_owned(),
            Self::Boolean(boolean) => boolean.to_string(),
            Self::Number(number) => text_of(*number),
            Self::Text(text) => text.clone(),
        }
    }
}

/// The number that a text means. A text that is not an optional minus sign and a `Number` is NaN.
pub(crate) fn number_of(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.')
        && digits.bytes().any(|octet| octet.is_ascii_digit())
        && digits.bytes().filter(|octet| *octet == b'.').count() <= 1;
    if is_number { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// A number in decimal form, without an exponent.
pub(crate) fn text_of(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    match number.is_infinite() {
        true if number > 0.0 => "Infinity".to_owned(),
        true => "-Infinity".to_owned(),
        false => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{number_of, text_of};

    /// XPath 1.0 §4.2 and §4.4.
    #[test]
    fn numbers_and_texts_convert_as_the_recommendation_says() {
        for (text, number) in [(" 12 ", 12.0), ("-.5", -0.5), ("5.", 5.0), ("0", 0.0)] {
            assert_eq!(number_of(text), number, "{text}");
        }
        for text in ["", ".", "-", "+1", "1e3", "1 2", "--1", "1.2.3", "NaN", "Infinity", "inf"] {
            assert!(number_of(text).is_nan(), "{text}");
        }
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (1e21, "1000000000000000000000"),
            (0.1, "0.1"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(text_of(number), text);
        }
    }
}
