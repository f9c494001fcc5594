//! The values of leaves by their schema types (XML Schema part 2, §4.3.6: `whiteSpace`).
//!
//! A name that identifies someone must have one spelling. A value is therefore normalised only as its type says: an
//! `xs:string` not at all, the other types by removing the blanks of XML around them. These are U+0020, U+0009, U+000A
//! and U+000D. Other white space of Unicode, such as U+00A0, is always part of the value. Case, and whether an accent
//! is a separate character, are part of the value, too.
//!
//! Serialisers that indent, and people, write line breaks around values. Around an `xs:string` they are significant:
//! such a name is a different name here and belongs to nobody, while peers that trim (OpenSAML, WSS4J) accept it as the
//! trimmed name. To accept such a sender, list the name as it is sent.
//!
//! [`Element::base64`] reads `xs:base64Binary`. `wss-tokens` reads instants: WS-Security gives them the type
//! `xs:string`, and their only form has no blanks.

use std::borrow::Cow;

use crate::chars::is_blank;
use crate::element::Element;
use crate::error::LeafError;
pub use crate::lexical::collapsed;

impl<'a> Element<'a> {
    /// Its text as `xs:string`: white space is preserved.
    ///
    /// # Errors
    /// As [`Element::text`].
    pub fn string(self) -> Result<Cow<'a, str>, LeafError> {
        self.text()
    }

    /// Its text as `xs:anyURI`: without the blanks around it.
    ///
    /// # Errors
    /// As [`Element::text`]; [`LeafError::Missing`] if blanks are inside.
    pub fn any_uri(self) -> Result<Cow<'a, str>, LeafError> {
        self.without_blanks("a URI without white space")
    }

    /// Its text as `xs:NCName`: without the blanks around it. Its characters are not checked, since it is only
    /// compared.
    ///
    /// # Errors
    /// As [`Element::any_uri`].
    pub fn nc_name(self) -> Result<Cow<'a, str>, LeafError> {
        self.without_blanks("a name without white space")
    }

    /// Its text as `xs:unsignedLong`: digits only.
    ///
    /// # Errors
    /// As [`Element::text`]; [`LeafError::Missing`] if it is not such a number.
    pub fn unsigned(self) -> Result<u64, LeafError> {
        let text = self.text()?;
        let digits = collapsed(&text);
        let number = Some(digits).filter(|digits| digits.bytes().all(|octet| octet.is_ascii_digit()));
        number.and_then(|digits| digits.parse().ok()).ok_or_else(|| self.missing("an unsigned number"))
    }

    fn without_blanks(self, wanted: &'static str) -> Result<Cow<'a, str>, LeafError> {
        let value = match self.text()? {
            Cow::Borrowed(text) => Cow::Borrowed(collapsed(text)),
            Cow::Owned(text) => Cow::Owned(collapsed(&text).to_owned()),
        };
        if value.bytes().any(is_blank) { Err(self.missing(wanted)) } else { Ok(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Limits};

    /// The four readings of one content.
    fn readings(content: &str) -> [Option<String>; 4] {
        let source = format!("<v>{content}</v>");
        let document = Document::parse(source.as_str(), &Limits::default()).expect("a document");
        let root = document.root();
        [
            root.string().ok().map(Cow::into_owned),
            root.any_uri().ok().map(Cow::into_owned),
            root.nc_name().ok().map(Cow::into_owned),
            root.unsigned().ok().map(|number| number.to_string()),
        ]
    }

    #[test]
    fn only_the_blanks_of_xml_are_removed_and_only_where_the_type_says_so() {
        let some = |text: &str| Some(text.to_owned());
        for blank in [" ", "\t", "\n", "&#13;", "&#x20;", " \n\t "] {
            let [string, uri, name, number] = readings(&format!("{blank}12{blank}"));
            assert_ne!(string, some("12"), "{blank:?}");
            assert_eq!([uri, name, number], [some("12"), some("12"), some("12")], "{blank:?}");
        }
        for other in ["\u{A0}", "\u{85}", "\u{2003}", "\u{200B}", "\u{3000}", "\u{FEFF}", "\u{2028}"] {
            let kept = format!("{other}12{other}");
            assert_eq!(readings(&kept), [some(&kept), some(&kept), some(&kept), None], "{other:?}");
        }
        assert_eq!(readings("1 2"), [some("1 2"), None, None, None]);
    }

    #[test]
    fn what_is_not_text_alone_has_no_value() {
        for content in ["a<!---->b", "a<?p?>b", "<b/>"] {
            assert_eq!(readings(content), [const { None }; 4], "{content}");
        }
        assert_eq!(readings("<![CDATA[a]]>b")[0].as_deref(), Some("ab"));
    }

    #[test]
    fn case_and_combining_characters_are_part_of_a_value() {
        let all = ["é", "e\u{301}", "É", "E\u{301}", "e"].map(|content| readings(content)[0].clone());
        for (at, value) in all.iter().enumerate() {
            assert!(value.is_some() && !all[at + 1..].contains(value));
        }
    }

    #[test]
    fn numbers_are_digits() {
        for content in ["+1", "-1", "1.0", "0x1", "", " ", "18446744073709551616", "١"] {
            assert_eq!(readings(content)[3], None, "{content:?}");
        }
        assert_eq!(readings("007")[3].as_deref(), Some("7"));
    }
}
