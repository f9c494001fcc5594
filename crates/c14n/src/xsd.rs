//! Values of leaves, as their schema types have them (XML Schema part 2, §4.3.6: `whiteSpace`).
//!
//! Names that say who someone is must have one spelling. A value is therefore changed as far as its type says, and no
//! further: an `xs:string` not at all, the others by the blanks of XML around them. Those are U+0020, U+0009, U+000A and
//! U+000D; what Unicode calls white space beside them, such as U+00A0, is part of the value everywhere. Case, and whether
//! an accent is a character of its own, belong to the value, too.
//!
//! Serialisers that indent, and people, write line breaks around values. Around an `xs:string` they are significant: such
//! a name is another name here, and nobody's, where peers that trim (OpenSAML, WSS4J) take it for the name inside. Whoever
//! must accept such a sender lists the name as it is sent.
//!
//! `xs:base64Binary` is [`Element::base64`]. Instants are the business of `wss-tokens`: WS-Security gives them the type
//! `xs:string`, and their one form has no blanks.

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

    /// Its text as `xs:NCName`: without the blanks around it. Whether its characters are those of names is not judged,
    /// since it is there to be compared.
    ///
    /// # Errors
    /// As [`Element::any_uri`].
    pub fn nc_name(self) -> Result<Cow<'a, str>, LeafError> {
        self.without_blanks("a name without white space")
    }

    /// Its text as `xs:unsignedLong`, in digits alone.
    ///
    /// # Errors
    /// As [`Element::text`]; [`LeafError::Missing`] if it is no such number.
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
