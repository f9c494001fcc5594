//! Document type declarations: the internal subset is taken out of a document before it is read.
//!
//! SOAP forbids a DOCTYPE, and [`Document::parse`](crate::Document::parse) refuses it. Where a caller admits one, its
//! declarations of attributes are honoured: defaults are written into the start tags, values of tokenized types are
//! normalised, and attributes of type ID are Ids. The text that results has no DOCTYPE, and goes through the same strict reader
//! as any other. Entities, parameter entities and external subsets are refused, so that nothing is expanded or fetched.
//!
//! # Specification
//! XML 1.0 (fifth edition) §2.8, §3.3.

use std::collections::{HashMap, HashSet};

use wss_budget::{Budget, Exceeded, Limit, Limits};
use wss_text::Slice as _;

use crate::chars::{decode_value, is_blank, no_reference, reference};
use crate::error::{ParseError, Problem, malformed};
use crate::name::is_ncname;
use crate::write::escape;

/// The attributes of type ID of each element, by their names as written.
pub(crate) type DeclaredIds = HashMap<String, Vec<String>>;

/// Removes the DOCTYPE from `source`, and applies what it declares. Returns `None` if `source` has no DOCTYPE. The text that
/// results is no longer than a document may be, and than `budget` has [`Limit::ParsedOctets`] left; it is not charged. What is
/// added is charged to [`Limit::DefaultedOctets`] before it is written.
pub(crate) fn applied(source: &str, budget: &Budget) -> Result<Option<(String, DeclaredIds)>, ParseError> {
    let limits = budget.limits();
    if source.len() > limits.size(Limit::DocumentOctets) {
        return Err(over(limits, Limit::DocumentOctets));
    }
    let Some(start) = find(source) else { return Ok(None) };
    let mut parser =
        Parser { source, at: start + "<!DOCTYPE".len(), limits, lists: HashMap::new(), ids: HashMap::new() };
    parser.declaration()?;
    let Parser { at: end, lists, ids, .. } = parser;
    let (before, after) = (source.slice(..start), source.slice(end..));
    let mut counted = Text::counting(budget, before.len() + after.len());
    counted.push(before)?;
    rewrite(after, &lists, &mut counted)?;
    budget.charge(Limit::DefaultedOctets, counted.len.saturating_sub(before.len() + after.len()) as u64)?;
    let mut text = counted.for_writing();
    text.push(before)?;
    rewrite(after, &lists, &mut text)?;
    Ok(Some((text.written, ids)))
}

#[cold]
fn over(limits: &Limits, limit: Limit) -> ParseError {
    Exceeded { limit, allowed: limits.get(limit) }.into()
}

/// The text that is written, or only counted. A text that would become too long is refused before it is written.
struct Text<'l> {
    written: String,
    len: usize,
    is_written: bool,
    most: usize,
    /// The limit that is charged.
    limit: Limit,
    limits: &'l Limits,
}

impl<'l> Text<'l> {
    /// Counts a text that has so many octets before anything is added.
    fn counting(budget: &'l Budget, octets: usize) -> Self {
        let limits = budget.limits();
        let left = |limit| usize::try_from(budget.left(limit)).unwrap_or(usize::MAX);
        let bounds = [
            (limits.size(Limit::DocumentOctets), Limit::DocumentOctets),
            (left(Limit::ParsedOctets), Limit::ParsedOctets),
            (left(Limit::DefaultedOctets).saturating_add(octets), Limit::DefaultedOctets),
        ];
        let (most, limit) = bounds.into_iter().min_by_key(|(most, _)| *most).expect("there are three");
        Self { written: String::new(), len: 0, is_written: false, most, limit, limits }
    }

    /// The same text, to be written now.
    fn for_writing(self) -> Self {
        Self { written: String::with_capacity(self.len), len: 0, is_written: true, ..self }
    }

    fn push(&mut self, piece: &str) -> Result<(), ParseError> {
        self.len = self.len.saturating_add(piece.len());
        if self.len > self.most {
            return Err(over(self.limits, self.limit));
        }
        if self.is_written {
            self.written.push_str(piece);
        }
        Ok(())
    }
}

/// The offset of the DOCTYPE. Only comments, processing instructions and white space may precede it.
fn find(source: &str) -> Option<usize> {
    let mut at = if source.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    loop {
        let rest = source.get(at..)?;
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        at += blanks;
        let rest = source.get(at..)?;
        at += match rest {
            _ if rest.starts_with("<!DOCTYPE") => return Some(at),
            _ if rest.starts_with("<!--") => rest.get(4..)?.find("-->")? + 7,
            _ if rest.starts_with("<?") => rest.find("?>")? + 2,
            _ => return None,
        };
    }
}

/// The declared attributes of one element, by their names as written.
#[derive(Debug, Default)]
struct List {
    /// All declared attributes.
    names: HashSet<String>,
    /// The attributes whose type is not CDATA: their values are tokenized.
    tokenized: HashSet<String>,
    /// The default values, escaped for double quotes.
    defaults: Vec<(String, String)>,
}

/// The lists, by the names of the elements as written.
type Lists = HashMap<String, List>;

struct Parser<'s, 'l> {
    source: &'s str,
    at: usize,
    limits: &'l Limits,
    lists: Lists,
    ids: DeclaredIds,
}

impl<'s> Parser<'s, '_> {
    fn rest(&self) -> &'s str {
        self.source.slice(self.at..)
    }

    fn broken(&self) -> ParseError {
        malformed(self.at, Problem::Doctype)
    }

    fn refused(&self, what: &'static str) -> ParseError {
        ParseError::Doctype { offset: self.at, what }
    }

    /// Skips white space. Returns whether there was any.
    fn blanks(&mut self) -> bool {
        let start = self.at;
        while self.source.as_bytes().get(self.at).copied().is_some_and(is_blank) {
            self.at += 1;
        }
        self.at > start
    }

    fn take(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        if is_next {
            self.at += text.len();
        }
        is_next
    }

    fn demand(&mut self, text: &str) -> Result<(), ParseError> {
        if self.take(text) { Ok(()) } else { Err(self.broken()) }
    }

    fn demand_blanks(&mut self) -> Result<(), ParseError> {
        if self.blanks() { Ok(()) } else { Err(self.broken()) }
    }

    /// Skips to the text after `end`.
    fn skip(&mut self, end: &str) -> Result<(), ParseError> {
        let length = self.rest().find(end).ok_or_else(|| self.broken())?;
        self.at += length + end.len();
        Ok(())
    }

    /// A name, or a name token.
    fn word(&mut self) -> Result<&'s str, ParseError> {
        let rest = self.rest();
        let is_end = |c: char| c.is_ascii() && !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'));
        let word = rest.slice(..rest.find(is_end).unwrap_or(rest.len()));
        if word.is_empty() || word.len() > self.limits.size(Limit::NameOctets) {
            return Err(self.broken());
        }
        self.at += word.len();
        Ok(word)
    }

    fn name(&mut self) -> Result<&'s str, ParseError> {
        let start = self.at;
        let word = self.word()?;
        let is_name = match word.split_once(':') {
            Some((prefix, local)) => is_ncname(prefix) && is_ncname(local),
            None => is_ncname(word),
        };
        if is_name { Ok(word) } else { Err(malformed(start, Problem::Name)) }
    }

    // doctypedecl ::= '<!DOCTYPE' S Name (S ExternalID)? S? ('[' intSubset ']' S?)? '>'

    fn declaration(&mut self) -> Result<(), ParseError> {
        self.demand_blanks()?;
        self.name()?;
        self.blanks();
        if self.rest().starts_with("SYSTEM") || self.rest().starts_with("PUBLIC") {
            return Err(self.refused("an external subset"));
        }
        if self.take("[") {
            while !self.take("]") {
                self.markup()?;
            }
            self.blanks();
        }
        self.demand(">")
    }

    /// One declaration of the internal subset, or white space.
    fn markup(&mut self) -> Result<(), ParseError> {
        if self.blanks() {
            return Ok(());
        }
        if self.rest().starts_with('%') {
            return Err(self.refused("a parameter entity"));
        }
        if self.take("<!--") {
            let start = self.at;
            self.skip("--")?;
            return if self.take(">") { Ok(()) } else { Err(malformed(start, Problem::Comment)) };
        }
        if self.take("<?") {
            return self.skip("?>");
        }
        if self.rest().starts_with("<!ENTITY") {
            return Err(self.refused("an entity declaration"));
        }
        if self.rest().starts_with("<![") {
            return Err(self.refused("a conditional section"));
        }
        if self.take("<!ATTLIST") {
            return self.attributes();
        }
        if self.take("<!ELEMENT") || self.take("<!NOTATION") {
            return self.other();
        }
        Err(self.broken())
    }

    /// The rest of a declaration that changes nothing: up to `>` outside of quotes.
    fn other(&mut self) -> Result<(), ParseError> {
        self.demand_blanks()?;
        loop {
            let rest = self.rest();
            let length = rest.find(['>', '"', '\'', '%', '<']).ok_or_else(|| self.broken())?;
            self.at += length;
            match self.source.as_bytes().get(self.at) {
                Some(b'>') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'%') => return Err(self.refused("a parameter entity")),
                Some(b'"' | b'\'') => {
                    self.quoted()?;
                }
                _ => return Err(self.broken()),
            }
        }
    }

    fn quoted(&mut self) -> Result<&'s str, ParseError> {
        let quote = self.rest().chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or_else(|| self.broken())?;
        let inside = self.rest().slice(1..);
        let length = inside.find(quote).ok_or_else(|| self.broken())?;
        self.at += length + 2;
        Ok(inside.slice(..length))
    }

    // AttlistDecl ::= '<!ATTLIST' S Name AttDef* S? '>'

    fn attributes(&mut self) -> Result<(), ParseError> {
        self.demand_blanks()?;
        let element = self.name()?;
        loop {
            let has_blanks = self.blanks();
            if self.take(">") {
                return Ok(());
            }
            if !has_blanks {
                return Err(self.broken());
            }
            self.attribute(element)?;
        }
    }

    // AttDef ::= S Name S AttType S DefaultDecl

    fn attribute(&mut self, element: &str) -> Result<(), ParseError> {
        let name = self.name()?;
        self.demand_blanks()?;
        let (is_tokenized, is_id) = self.kind()?;
        self.demand_blanks()?;
        let has_default = !(self.take("#REQUIRED") || self.take("#IMPLIED"));
        let mut default = None;
        if has_default {
            if self.take("#FIXED") {
                self.demand_blanks()?;
            }
            default = Some(self.default(is_tokenized)?);
        }
        let list = self.lists.entry(element.to_owned()).or_default();
        // The first declaration of an attribute counts.
        if !list.names.insert(name.to_owned()) {
            return Ok(());
        }
        if list.names.len() > self.limits.size(Limit::Attributes) {
            return Err(over(self.limits, Limit::Attributes));
        }
        if is_tokenized {
            list.tokenized.insert(name.to_owned());
        }
        list.defaults.extend(default.map(|default| (name.to_owned(), default)));
        if is_id {
            self.ids.entry(element.to_owned()).or_default().push(name.to_owned());
        }
        Ok(())
    }

    /// An `AttType`: whether its values are normalised further than those of CDATA, and whether it is ID.
    fn kind(&mut self) -> Result<(bool, bool), ParseError> {
        if !self.rest().starts_with('(') {
            let is_notation = match self.word()? {
                "CDATA" => return Ok((false, false)),
                "ID" => return Ok((true, true)),
                "IDREF" | "IDREFS" | "ENTITY" | "ENTITIES" | "NMTOKEN" | "NMTOKENS" => return Ok((true, false)),
                "NOTATION" => self.blanks(),
                _ => false,
            };
            if !is_notation {
                return Err(self.broken());
            }
        }
        self.demand("(")?;
        loop {
            self.blanks();
            self.word()?;
            self.blanks();
            if self.take(")") {
                return Ok((true, false));
            }
            self.demand("|")?;
        }
    }

    /// An `AttValue`, normalised and escaped for double quotes.
    fn default(&mut self, is_tokenized: bool) -> Result<String, ParseError> {
        let start = self.at;
        let raw = self.quoted()?;
        if raw.len() > self.limits.size(Limit::ValueOctets) {
            return Err(over(self.limits, Limit::ValueOctets));
        }
        if raw.contains('<') {
            return Err(malformed(start, Problem::LessThanInValue));
        }
        let mut at = 0;
        while let Some(found) = raw.get(at..).and_then(|rest| rest.find('&')) {
            let rest = raw.as_bytes().get(at + found..).unwrap_or_default();
            let (_, length) = reference(rest).ok_or_else(|| malformed(start, no_reference(rest)))?;
            at += found + length;
        }
        let value = decode_value(raw);
        Ok(escape(&if is_tokenized { tokens(&value) } else { value }))
    }
}

/// Spaces at the ends removed, and each run of spaces replaced by one (XML 1.0 §3.3.3).
fn tokens(value: &str) -> String {
    value.split(' ').filter(|token| !token.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Writes the text after a DOCTYPE, with the declarations of the DOCTYPE applied to the start tags. A tag that is not
/// well-formed is copied: the reader refuses it.
fn rewrite(source: &str, lists: &Lists, text: &mut Text<'_>) -> Result<(), ParseError> {
    let mut at = 0;
    while let Some(found) = source.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + found;
        text.push(source.slice(at..start))?;
        let rest = source.slice(start..);
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("</", ">")];
        let length = match skipped.into_iter().find(|(opening, _)| rest.starts_with(opening)) {
            Some((opening, closing)) => {
                let inside = rest.slice(opening.len()..);
                let length = inside.find(closing).map(|length| opening.len() + length + closing.len());
                text.push(rest.slice(..length.unwrap_or_default()))?;
                length
            }
            None => match StartTag::read(rest) {
                Some(tag) => {
                    tag.write(rest, lists, text)?;
                    Some(tag.end)
                }
                None => None,
            },
        };
        let Some(length) = length else {
            at = start;
            break;
        };
        at = start + length;
    }
    text.push(source.slice(at..))
}

/// A start tag at the front of a text.
struct StartTag<'s> {
    name: &'s str,
    /// The attributes as written, and the spans of their values with the quotes.
    values: Vec<(&'s str, std::ops::Range<usize>)>,
    end: usize,
}

impl<'s> StartTag<'s> {
    /// Reads it; `None` if it is not well-formed.
    fn read(source: &'s str) -> Option<Self> {
        let is_end = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '/' | '>' | '=' | '<' | '"' | '\'');
        let name = source.get(1..)?.split(is_end).next()?;
        let mut values: Vec<(&str, std::ops::Range<usize>)> = Vec::new();
        let mut at = 1 + name.len();
        let skip_blanks =
            |at: usize| source.len() - source.slice(at..).trim_start_matches([' ', '\t', '\n', '\r']).len();
        loop {
            at = skip_blanks(at);
            let rest = source.get(at..)?;
            if rest.starts_with('>') || rest.starts_with("/>") {
                at += if rest.starts_with('>') { 1 } else { 2 };
                return Some(Self { name, values, end: at });
            }
            let attribute = rest.split(is_end).next().filter(|attribute| !attribute.is_empty())?;
            at = skip_blanks(at + attribute.len());
            source.get(at..)?.strip_prefix('=')?;
            at = skip_blanks(at + 1);
            let quote = source.get(at..)?.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let length = source.get(at + 1..)?.find(quote)?;
            values.push((attribute, at..at + length + 2));
            at += length + 2;
        }
    }

    /// Writes the tag, with the declarations of its attributes applied.
    fn write(&self, source: &str, lists: &Lists, text: &mut Text<'_>) -> Result<(), ParseError> {
        let piece = |range: std::ops::Range<usize>| source.slice(range);
        let name_end = 1 + self.name.len();
        text.push(piece(0..name_end))?;
        let Some(list) = lists.get(self.name) else { return text.push(piece(name_end..self.end)) };
        let present: HashSet<&str> = self.values.iter().map(|(attribute, _)| *attribute).collect();
        for (attribute, default) in list.defaults.iter().filter(|(attribute, _)| !present.contains(&**attribute)) {
            [" ", attribute, "=\"", default, "\""].into_iter().try_for_each(|piece| text.push(piece))?;
        }
        let mut copied = name_end;
        for (attribute, value) in &self.values {
            let decoded = || decode_value(piece(value.start + 1..value.end - 1));
            if list.tokenized.contains(*attribute) && decoded() != tokens(&decoded()) {
                text.push(piece(copied..value.start))?;
                text.push(&["\"", &escape(&tokens(&decoded())), "\""].concat())?;
                copied = value.end;
            }
        }
        text.push(piece(copied..self.end))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Budget, Document, IdIndex, Limit, Limits, ParseError};

    fn read(text: &str) -> Result<Document<'_>, ParseError> {
        Document::parse_with_doctype(text, &Budget::new(&Limits::default(), text.len() as u64))
    }

    /// XML 1.0 §3.3.2 and §3.3.3.
    #[test]
    fn defaults_are_written_and_tokens_normalised() {
        for (text, expected) in [
            ("<!DOCTYPE a><a/>", "<a/>"),
            ("<!DOCTYPE a [ ]><a/>", "<a/>"),
            ("<!DOCTYPE a [<!ATTLIST a b CDATA 'x' c CDATA #IMPLIED>]><a/>", "<a b=\"x\"/>"),
            ("<!DOCTYPE a [<!ATTLIST a b CDATA 'x'><!ATTLIST a b CDATA 'y'>]><a/>", "<a b=\"x\"/>"),
            ("<!DOCTYPE a [<!ATTLIST a b CDATA #FIXED '&lt;\"'>]><a/>", "<a b=\"&lt;&quot;\"/>"),
            ("<!DOCTYPE a [<!ATTLIST a b CDATA 'x'>]><a b='y>'><a></a></a>", "<a b='y>'><a b=\"x\"></a></a>"),
            ("<!DOCTYPE a [<!ATTLIST a b NMTOKENS #IMPLIED>]><a b=' x  y '/>", "<a b=\"x y\"/>"),
            ("<!DOCTYPE a [<!ATTLIST a b (x|y) 'x'>]><a/>", "<a b=\"x\"/>"),
            ("<!DOCTYPE a [<!ATTLIST a xmlns:p CDATA #FIXED 'urn:p'>]><a p:b=''/>", "<a xmlns:p=\"urn:p\" p:b=''/>"),
            (
                "<!DOCTYPE a [<!ATTLIST a b CDATA 'x'>]><a><!-- <a> --><![CDATA[<a>]]><?p <a>?></a>",
                "<a b=\"x\"><!-- <a> --><![CDATA[<a>]]><?p <a>?></a>",
            ),
            (
                "<!-- <!DOCTYPE --><!DOCTYPE a [<!-- ]> --><?p ]>?><!ELEMENT a (b|c)*><!NOTATION n SYSTEM ']>'>]><a/>",
                "<!-- <!DOCTYPE --><a/>",
            ),
        ] {
            assert_eq!(read(text).map(Document::into_source).as_deref(), Ok(expected), "{text}");
        }
    }

    /// Defaults make a small document large: a text above a limit is not written, however little of it is read.
    #[test]
    fn defaults_are_charged_before_they_are_written() {
        let value = "v".repeat(60_000);
        for (elements, times) in [(1_000, 1), (8_000, 1), (1, 200)] {
            let attributes: String = (0..times).map(|nth| format!(" x{nth} CDATA '{value}'")).collect();
            let text = format!("<!DOCTYPE r [<!ATTLIST a{attributes}>]><r>{}</r>", "<a/>".repeat(elements));
            for (least, named) in [(Limit::ParsedOctets, "parsed-octets"), (Limit::DefaultedOctets, "defaulted-octets")]
            {
                let high = Limits::default().with(Limit::DocumentOctets, 64 << 20);
                let high = high.with(Limit::ParsedOctets, 10_000).with(Limit::DefaultedOctets, 10_000);
                let budget = Budget::new(&high.with(least, 1), 64 << 10);
                let refused = Document::parse_with_doctype(&*text, &budget).expect_err("too long").to_string();
                // A long list of declarations is longer than all that may be parsed.
                assert!(refused.contains(named), "{refused}");
            }
        }
        // Twice the document is added, and no octet more.
        let twice = |value: usize| {
            let text =
                format!("<!DOCTYPE r [<!ATTLIST a x CDATA '{}'>]><r>{}</r>", "v".repeat(value), "<a/>".repeat(100));
            let budget = Budget::new(&Limits::default(), text.len() as u64);
            Document::parse_with_doctype(text, &budget).map(|_| budget.used(Limit::DefaultedOctets))
        };
        assert_eq!(twice(600), Ok(100 * 605));
        assert!(twice(1_000).is_err_and(|error| error.to_string().contains("defaulted-octets")));
    }

    #[test]
    fn ids_are_those_that_are_declared() {
        let document =
            read("<!DOCTYPE a [<!ATTLIST b name ID #IMPLIED>]><a name='x'><b name=' y '/></a>").expect("read");
        let ids = IdIndex::build(&document).expect("Ids");
        assert!(ids.get("x").is_none());
        assert_eq!(ids.get("y").map(|element| element.qualified_name()), Some("b"));
        let twice = read("<!DOCTYPE a [<!ATTLIST a i ID #IMPLIED>]><a i='x'><a i='x'/></a>").expect("read");
        assert!(IdIndex::build(&twice).is_err());
    }

    #[test]
    fn entities_and_what_is_outside_are_refused_and_so_is_a_doctype_by_default() {
        for text in [
            "<!DOCTYPE a [<!ENTITY e 'x'>]><a/>",
            "<!DOCTYPE a [<!ENTITY % e 'x'>%e;]><a/>",
            "<!DOCTYPE a [%e;]><a/>",
            "<!DOCTYPE a [<!ELEMENT a %e;>]><a/>",
            "<!DOCTYPE a SYSTEM 'http://example.org/'><a/>",
            "<!DOCTYPE a PUBLIC 'p' 's' []><a/>",
            "<!DOCTYPE a [<![INCLUDE[ ]]>]><a/>",
        ] {
            assert!(matches!(read(text), Err(ParseError::Doctype { .. })), "{text}");
        }
        for text in [
            "<!DOCTYPE a [<!ATTLIST a b CDATA '&e;'>]><a/>",
            "<!DOCTYPE a [<!ATTLIST a b CDATA '<'>]><a/>",
            "<!DOCTYPE a [<!ATTLIST a b CDATA>]><a/>",
            "<!DOCTYPE a [<!ATTLIST a b ()>]><a/>",
            "<!DOCTYPE a [<!UNKNOWN>]><a/>",
            "<!DOCTYPE a [",
            "<!DOCTYPE a",
            "<!DOCTYPE a><!DOCTYPE a><a/>",
            "<a><!DOCTYPE a></a>",
            "<!DOCTYPE a [<!ATTLIST a b CDATA 'x'>]><a b='1' b='2'/>",
            "<!DOCTYPE a [<!ATTLIST a b CDATA 'x'>]><a b=1/>",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(matches!(Document::parse("<!DOCTYPE a><a/>", &Limits::default()), Err(ParseError::Dtd { .. })));
    }

    /// A short document whose defaults make it long is refused by the limit of its octets, before the long text is
    /// made.
    #[test]
    fn defaults_are_no_bomb() {
        let text =
            format!("<!DOCTYPE a [<!ATTLIST a b CDATA '{}'>]><r>{}</r>", "x".repeat(60_000), "<a/>".repeat(2_000));
        assert!(matches!(read(&text), Err(ParseError::Limit(_))));
    }
}
