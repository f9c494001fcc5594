//! Errors of a document, a subset or a leaf.

use thiserror::Error;
use wss_budget::Exceeded;
use wss_text::WireText;

/// Why a document was not read.
///
/// Offsets count octets of the UTF-8 source from its first octet.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParseError {
    /// *Malformed.* The octets are not UTF-8 (XML 1.0 §4.3.3); transcode other encodings first.
    #[error(
        "octet {offset} is not UTF-8: have the sender write UTF-8, or declare its encoding in the XML declaration; `Document::parse_transcoding` reads UTF-16"
    )]
    NotUtf8 {
        /// The first octet that is not part of a character.
        offset: usize,
    },
    /// *Refused.* The declared or detected encoding is not supported.
    #[error("the encoding {encoding:?} is not read here: have the peer send UTF-8")]
    Encoding {
        /// The name of the encoding as declared.
        encoding: WireText,
    },
    /// *Malformed.* Octets that the declared encoding does not have.
    #[error("the document is not in the encoding {encoding:?} that it is said to be in: have the peer send UTF-8")]
    NotInEncoding {
        /// The name of the encoding as declared.
        encoding: WireText,
    },
    /// *Refused.* A document type declaration. SOAP forbids it, and so does this reader.
    #[error(
        "document type declaration at octet {offset}: remove the DOCTYPE, SOAP messages have none; for other documents, \
         `wss c14n`, `dsig` and `xenc` have --allow-doctype"
    )]
    Dtd {
        /// The offset of `<!DOCTYPE`.
        offset: usize,
    },
    /// *Refused.* A part of a document type declaration that is never read.
    #[error("document type declaration at octet {offset}: {what} is never read, so remove it")]
    Doctype {
        /// The octet at which the part begins.
        offset: usize,
        /// The name of the part, in words.
        what: &'static str,
    },
    /// *Malformed.* A rule of XML 1.0 (fifth edition) or Namespaces in XML 1.0 is broken.
    #[error("not well-formed at octet {offset}: {problem}")]
    Malformed {
        /// The octet at which the rule is broken.
        offset: usize,
        /// The rule that is broken.
        problem: Problem,
    },
    /// *Malformed.* A prefix is used where nothing binds it to a namespace (Namespaces in XML 1.0 §5).
    #[error(
        "not well-formed at octet {offset}: the prefix {prefix:?} is not bound to a namespace: have the sender declare it there, \
         or around it"
    )]
    Unbound {
        /// The octet at which the name with the prefix begins.
        offset: usize,
        /// The prefix.
        prefix: WireText,
    },
    /// *Malformed.* An end tag of another element than the one that is open (XML 1.0 §3.1).
    #[error(
        "not well-formed at octet {offset}: the end tag {:?} does not match the start tag {:?} at octet {start_offset}: an end tag \
         is missing or misplaced, or the message was cut and joined",
        names[0], names[1]
    )]
    EndTag {
        /// The octet at which the end tag begins.
        offset: usize,
        /// The name in the end tag, and that of the element that is open.
        names: Box<[WireText; 2]>,
        /// The octet at which that element begins.
        start_offset: usize,
    },
    /// *Malformed.* The document ends while an element is open (XML 1.0 §3.1).
    #[error(
        "not well-formed at octet {offset}: the document ends inside the element {start:?}, which begins at octet \
         {start_offset}: it was cut off on the way, or its end tag is missing"
    )]
    Unclosed {
        /// The octet after the last one.
        offset: usize,
        /// The name of the innermost element that is open.
        start: WireText,
        /// The octet at which that element begins.
        start_offset: usize,
    },
    /// *Refused.* The document exceeds a limit.
    #[error(transparent)]
    Limit(#[from] Exceeded),
}

impl ParseError {
    /// Names the prefix that is not bound, if this tag of `source` and the text before it show which one that is.
    #[cold]
    pub(crate) fn naming(self, source: &str) -> Self {
        let Self::Malformed { offset, problem: Problem::UnboundPrefix } = self else { return self };
        let (before, rest) = source.split_at_checked(offset).unwrap_or_default();
        let (names, tag_len) = names_of_tag(rest);
        // The tag has more names than are compared: another one may be meant.
        if names.len() >= MOST_NAMES {
            return self;
        }
        let mut prefixes: Vec<&str> = names.into_iter().filter_map(|name| Some(name.split_once(':')?.0)).collect();
        prefixes.retain(|prefix| !prefix.is_empty() && !["xml", "xmlns"].contains(prefix));
        prefixes.dedup();
        let seen = [before, rest.get(..tag_len).unwrap_or_default()];
        let is_declared = |prefix: &&&str| seen.iter().any(|text| text.contains(&format!("xmlns:{prefix}")));
        let unbound = match prefixes.as_slice() {
            [only] => Some(only),
            several => several.iter().find(|prefix| !is_declared(prefix)),
        };
        match unbound {
            Some(prefix) => Self::Unbound { offset, prefix: WireText::from(*prefix) },
            None => self,
        }
    }
}

/// The largest number of names of one tag that are compared.
const MOST_NAMES: usize = 64;

/// The names of the element and of the attributes in a tag at the front of `text`, and its length.
fn names_of_tag(text: &str) -> (Vec<&str>, usize) {
    let is_end = |c: char| c.is_whitespace() || "<>=/'\"".contains(c);
    let (mut names, mut rest) = (Vec::new(), text.strip_prefix('<').unwrap_or(text));
    while names.len() < MOST_NAMES {
        let (name, after) = rest.split_at(rest.find(is_end).unwrap_or(rest.len()));
        names.push(name);
        // The position after the value of an attribute, if it has one.
        let after = after.trim_start();
        let value = after.strip_prefix('=').map(str::trim_start);
        let quote = value.and_then(|value| value.chars().next()).filter(|quote| "'\"".contains(*quote));
        rest = match (value, quote) {
            (Some(value), Some(quote)) => value.splitn(3, quote).nth(2).unwrap_or_default().trim_start(),
            _ => after,
        };
        if rest.is_empty() || rest.starts_with(is_end) {
            break;
        }
    }
    (names, text.len() - rest.len())
}

/// The name at an octet of a source, for people: as far as it goes, within bounds.
#[cold]
pub(crate) fn name_at(octets: &[u8], at: usize) -> WireText {
    let is_end = |octet: &u8| octet.is_ascii_whitespace() || b"<>/=".contains(octet);
    let rest = octets.get(at..).unwrap_or_default();
    let len = rest.iter().take(256).position(is_end).unwrap_or(rest.len().min(256));
    String::from_utf8_lossy(rest.get(..len).unwrap_or_default()).into()
}

/// The well-formedness and namespace rules a document can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each variant's message is its documentation")]
pub enum Problem {
    #[error("a character that XML does not have (XML 1.0 section 2.2): have the sender leave it out")]
    Character,
    #[error(
        "a NUL, which XML does not have: the octets are padded, come from a buffer of fixed length, or are UTF-16 or UTF-32"
    )]
    Nul,
    #[error("name expected")]
    Name,
    #[error("qualified name with a misplaced colon")]
    QName,
    #[error("white space expected before an attribute: have the sender write it between them")]
    WhiteSpace,
    #[error("`=` expected after the attribute name: have the sender write name=\"value\"")]
    Equals,
    #[error("quoted attribute value expected: have the sender write name=\"value\"")]
    Quote,
    #[error("< in an attribute value: have the sender write it as &lt;, or close the quotation before it")]
    LessThanInValue,
    #[error("tag not closed: have the sender write > at its end")]
    Tag,
    #[error("an end tag is not closed by > behind its name: something was put into it")]
    EndTag,
    #[error("attribute or declaration given twice: have the sender write it once")]
    DuplicateAttribute,
    #[error("prefix is not bound to a namespace")]
    UnboundPrefix,
    #[error("reserved prefix or namespace name misused")]
    ReservedNamespace,
    #[error("prefix bound to the empty namespace name: have the sender leave the declaration out")]
    EmptyNamespace,
    #[error("& that begins no reference: have the sender write it as &amp;")]
    Ampersand,
    #[error(
        "a reference to an entity that XML does not have, such as those of HTML: have the sender write the character itself"
    )]
    Entity,
    #[error(
        "a character reference to what is no character of XML, such as NUL or half of a surrogate pair: have the sender write \
         the character itself, or leave it out"
    )]
    CharacterReference,
    #[error("]]> in character data: have the sender write it as ]]&gt;")]
    CDataEnd,
    #[error("CDATA section not closed by ]]>")]
    CData,
    #[error("comment not closed, or `--` inside")]
    Comment,
    #[error("processing instruction without a name, or not closed by ?>")]
    ProcessingInstruction,
    #[error("the name xml of a processing instruction is reserved: an XML declaration has it in lower case, <?xml")]
    ReservedTarget,
    #[error("an XML declaration inside the document: whoever put one document into another must leave it out")]
    LateDeclaration,
    #[error(
        "XML declaration malformed: have the sender write <?xml version=\"1.0\" encoding=\"UTF-8\"?>, or leave it out"
    )]
    Declaration,
    #[error("XML declaration not closed by ?>")]
    DeclarationOpen,
    #[error(
        "the XML declaration has no version: have the sender write version=\"1.0\" first, or leave the declaration out"
    )]
    NoVersion,
    #[error(
        "the XML declaration says another version than 1.0: have the sender write version=\"1.0\"; SOAP has no XML 1.1"
    )]
    Version,
    #[error(
        "the XML declaration is in another order than version, encoding, standalone: have the sender write them so"
    )]
    DeclarationOrder,
    #[error("standalone in the XML declaration is neither yes nor no: have the sender leave it out")]
    Standalone,
    #[error("text before the document element: remove it")]
    BeforeRoot,
    #[error("text after the document element: remove it")]
    AfterRoot,
    #[error(
        "a byte order mark that is not at the start of the octets: it was written twice, or two files were joined; remove it"
    )]
    InnerMark,
    #[error("a second document element: give one message alone")]
    SecondRoot,
    #[error("no document element: there is no message")]
    NoRoot,
    #[error("the document ends inside an element: it was cut off on the way")]
    UnexpectedEnd,
    #[error("unknown markup declaration")]
    Markup,
    #[error("document type declaration malformed")]
    Doctype,
}

/// Why a subset was not canonicalised.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CanonicalizeError {
    /// *Refused.* A namespace name in the subset is a relative URI (Canonical XML 1.1 §2.1).
    #[error("namespace name {uri:?} is a relative URI: canonical form is not defined for it, use an absolute URI")]
    RelativeNamespace {
        /// The namespace name.
        uri: WireText,
    },
    /// *Refused.* The canonical form has more octets than are left of the budget.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// *Misuse.* The subset excludes its own apex, so nothing would be written.
    #[error("the document subset is empty: its apex element is excluded")]
    EmptySubset,
}

/// Why a leaf (an element or attribute that holds one value) was not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LeafError {
    /// *Malformed.* The element holds an element, a comment or a processing instruction.
    #[error("element {element} holds more than text: have the peer write its value as plain text")]
    NotText {
        /// The path of the element.
        element: WireText,
    },
    /// *Malformed.* The text is not canonical base64 (RFC 4648 §3.5 and §4).
    #[error("element {element} is not base64{but}: have the peer encode its octets so")]
    Base64 {
        /// The path of the element.
        element: WireText,
        /// What its text looks like, in words; empty if it looks like nothing that is known.
        but: &'static str,
    },
    /// *Refused.* The value is longer than its limit.
    #[error("element {element} is longer than {allowed} octets: have the peer write fewer")]
    TooLong {
        /// The path of the element.
        element: WireText,
        /// The configured value.
        allowed: usize,
    },
    /// *Refused.* The value is longer than a limit of the message.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// *Malformed.* A required child element or attribute is missing.
    #[error("element {element} lacks {missing}: have the peer write it")]
    Missing {
        /// The path of the element.
        element: WireText,
        /// The name of the missing child element or attribute.
        missing: &'static str,
    },
    /// *Malformed.* A required child element has the right local name, in another namespace or in none.
    #[error("element {element} has {found}, which belongs in {namespace:?}: have the peer write it there")]
    OtherNamespace {
        /// The path of the element.
        element: WireText,
        /// The qualified name of the child and its namespace.
        found: WireText,
        /// The namespace of the child that is required.
        namespace: Box<WireText>,
    },
    /// *Malformed.* A child element or attribute appears where the structure has no place for it.
    #[error("element {element} contains {unexpected} where it must not: have the peer leave it out")]
    Unexpected {
        /// The path of the element.
        element: WireText,
        /// The name of the child element or attribute that was found.
        unexpected: WireText,
    },
    /// *Malformed.* The children have a fixed order, and another one is where this one belongs.
    #[error(
        "element {element} has {found} where {expected} belongs: have the peer write the children in the order of the schema"
    )]
    OutOfOrder {
        /// The path of the element.
        element: WireText,
        /// The qualified name of the child that was found, with its namespace if only that differs.
        found: WireText,
        /// The local name of the child that belongs there.
        expected: &'static str,
    },
}

/// Why Ids cannot be looked up in a document.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IdError {
    /// *Malformed.* Two elements have the same Id. All kinds of Ids count (BSP R3204).
    #[error(
        "the Id {id:?} is on two elements, {} and {}: have the peer give each its own, since Ids must be unique in the message",
        places[0], places[1]
    )]
    Duplicate {
        /// The value of both Ids.
        id: WireText,
        /// The paths of both elements.
        places: Box<[WireText; 2]>,
    },
    /// *Malformed.* White space is inside an Id. The type `xs:ID` allows it around an Id without being part of it, so
    /// that some would read two Ids as one.
    #[error("the Id {id:?} has white space: have the peer write it without")]
    Blank {
        /// The value.
        id: WireText,
    },
    /// *Malformed.* One element carries two Id attributes other than `Id` and `wsu:Id`.
    #[error("element {element} has two attributes that are Ids: have the peer write one of them")]
    TwoOnOneElement {
        /// The path of the element.
        element: WireText,
    },
    /// *Malformed.* An Id is empty or longer than its limit.
    #[error(
        "an Id on element {element} is empty or longer than {allowed} octets: have the peer write a shorter one, or none"
    )]
    Length {
        /// The path of the element.
        element: WireText,
        /// The longest Id accepted.
        allowed: usize,
    },
}

#[cold]
pub(crate) fn malformed(offset: usize, problem: Problem) -> ParseError {
    ParseError::Malformed { offset, problem }
}
