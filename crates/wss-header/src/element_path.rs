//! Element paths: elements inside the Body or a header block, addressed by their names from the Envelope down.
//!
//! WS-SecurityPolicy has `SignedElements` and `EncryptedElements` for such parts, with an XPath expression for each. Here
//! a path has one step for each element on the way, and each step is an expanded name. There are no positions,
//! predicates or wildcards, so a path can be checked in one walk, and the order of elements decides nothing.

use std::fmt;
use std::sync::Arc;

use smallvec::SmallVec;
use thiserror::Error;
use wss_c14n::{Budget, Element, Exceeded, Limit, name};
use wss_soap::{Envelope, Role, SoapVersion};
use wss_text::{WireText, shown};

/// The path of an element inside the Body or a header block.
///
/// As text, it is the expanded name of each element from the Envelope down, each as `{namespace}local` and separated by
/// slashes. An element in no namespace is `local` or `{}local`. A path that begins with `Body` or `Header` fits either
/// version of SOAP. One that names the Envelope is for its version: a receiver that requires it, even only if the
/// element is present, refuses messages of the other version.
///
/// ```
/// use wss_header::ElementPath;
///
/// let path = ElementPath::parse("Body/{urn:x}order/{urn:x}card")?;
/// assert_eq!(path, ElementPath::in_body([("urn:x", "order"), ("urn:x", "card")]));
/// // The same, only in SOAP 1.1.
/// let soap = "http://schemas.xmlsoap.org/soap/envelope/";
/// let whole = ElementPath::parse(&format!("{{{soap}}}Envelope/{{{soap}}}Body/{{urn:x}}order/{{urn:x}}card"))?;
/// assert!(whole.to_string().ends_with("Body/{urn:x}order/{urn:x}card"));
/// // The Body itself is a part of its own.
/// assert!(ElementPath::parse("Body").is_err());
/// # Ok::<(), wss_header::ElementPathError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ElementPath {
    /// The namespace of the envelope; `None` for either version of SOAP.
    soap: Option<&'static str>,
    under: Under,
    /// The names below the Body or the Header, the outermost first. All copies of a path share them.
    steps: Arc<[PathStep]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Under {
    Body,
    Header,
}

/// The expanded name of one element.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct PathStep {
    /// That of the step before, where it is the same.
    namespace: Arc<str>,
    local: Box<str>,
}

impl PathStep {
    fn new((namespace, local): (&str, &str)) -> Self {
        Self { namespace: namespace.into(), local: local.into() }
    }

    /// A step after others.
    fn after(before: &[Self], (namespace, local): (&str, &str)) -> Self {
        match before.last().filter(|last| *last.namespace == *namespace) {
            Some(last) => Self { namespace: Arc::clone(&last.namespace), local: local.into() },
            None => Self::new((namespace, local)),
        }
    }

    fn of(element: Element<'_>) -> Self {
        Self::new((element.name().namespace, element.name().local))
    }

    fn names(&self, element: Element<'_>) -> bool {
        element.is(&self.namespace, &self.local)
    }

    fn is(&self, namespace: &str, local: &str) -> bool {
        *self.namespace == *namespace && *self.local == *local
    }
}

/// Why a text is not the path of an element. Each is *misuse*.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ElementPathError {
    /// A step is not `{namespace}local`, or the path does not begin at an Envelope.
    #[error(
        "{path:?} is not a path of expanded names from the Envelope: write Body/{{namespace}}local/… or \
         Header/{{namespace}}block/{{namespace}}local/…"
    )]
    Syntax {
        /// The text.
        path: WireText,
    },
    /// The path ends at the Body, the Header or a header block.
    #[error(
        "{path:?} has no element inside the Body or a header block: the Body and header blocks are parts of their own, \
         `Body` and `{{namespace}}local`"
    )]
    TooShort {
        /// The text.
        path: WireText,
    },
    /// The path leads into a Security header.
    #[error("{path:?} leads into a Security header, whose children are parts of their own, such as `Timestamp`")]
    Security {
        /// The text.
        path: WireText,
    },
}

impl ElementPath {
    /// The element with these names below the Body, the outermost first, in either version of SOAP. An empty list does
    /// not compile.
    #[must_use]
    pub fn in_body<const N: usize>(steps: [(&str, &str); N]) -> Self {
        const { assert!(N > 0, "name at least one element inside the Body") };
        Self { soap: None, under: Under::Body, steps: steps.map(PathStep::new).into() }
    }

    /// The element with these names below the Header, in either version of SOAP: a header block, and the elements
    /// inside it, the outermost first. Fewer than two names do not compile.
    ///
    /// Blocks of another receiver (its actor or role) are left out, and Security headers, too.
    #[must_use]
    pub fn in_header<const N: usize>(steps: [(&str, &str); N]) -> Self {
        const { assert!(N > 1, "name a header block and an element inside it") };
        Self { soap: None, under: Under::Header, steps: steps.map(PathStep::new).into() }
    }

    /// Reads a path, as in `Body/{urn:x}order/{urn:x}card`, or with the expanded names of Envelope and Body.
    ///
    /// # Errors
    /// [`ElementPathError`].
    pub fn parse(text: &str) -> Result<Self, ElementPathError> {
        let path = || WireText::from(text);
        let names = parse_steps(text).ok_or_else(|| ElementPathError::Syntax { path: path() })?;
        Self::of_names(&names, path)
    }

    /// The path of these names, expanded, of each element from the Envelope down.
    ///
    /// # Errors
    /// [`ElementPathError`].
    ///
    /// ```
    /// use wss_header::ElementPath;
    ///
    /// let path = ElementPath::from_names(&[("", "Body"), ("urn:x", "order")])?;
    /// assert_eq!(path, ElementPath::parse("Body/{urn:x}order")?);
    /// # Ok::<(), wss_header::ElementPathError>(())
    /// ```
    pub fn from_names(names: &[(&str, &str)]) -> Result<Self, ElementPathError> {
        let written = |(namespace, local): &(&str, &str)| format!("{{{namespace}}}{local}");
        Self::of_names(names, || names.iter().map(written).collect::<Vec<_>>().join("/").into())
    }

    fn of_names(names: &[(&str, &str)], path: impl Fn() -> WireText) -> Result<Self, ElementPathError> {
        let (soap, under, names) = from_envelope(names).ok_or_else(|| ElementPathError::Syntax { path: path() })?;
        let mut steps = Vec::with_capacity(names.len());
        for name in names {
            steps.push(PathStep::after(&steps, *name));
        }
        if steps.len() < under.least_steps() {
            return Err(ElementPathError::TooShort { path: path() });
        }
        let is_security = |block: &PathStep| under == Under::Header && block.is(name::WSSE.uri, "Security");
        if steps.first().is_some_and(is_security) {
            return Err(ElementPathError::Security { path: path() });
        }
        Ok(Self { soap, under, steps: steps.into() })
    }

    /// Whether an element is inside the Body or a header block other than a Security header, and so has a path.
    pub(crate) fn is_of(element: Element<'_>, envelope: Envelope<'_>) -> bool {
        under(element, envelope).is_some_and(|(under, steps)| steps.len() >= under.least_steps())
    }

    /// Whether a receiver with this role looks for such an element: the header block around it is for that receiver.
    pub(crate) fn is_for(element: Element<'_>, envelope: Envelope<'_>, role: &Role) -> bool {
        under(element, envelope)
            .is_some_and(|(under, steps)| steps.len() >= under.least_steps() && is_found(under, &steps, envelope, role))
    }

    /// The path of an element, for either version of SOAP; `None` if [`ElementPath::is_of`] is false. It has the
    /// namespace of every element on the way, and each namespace may be longer than all text inside the element: the
    /// path is charged before it is made.
    ///
    /// # Errors
    /// [`Exceeded`].
    pub(crate) fn of(element: Element<'_>, envelope: Envelope<'_>, budget: &Budget) -> Result<Option<Self>, Exceeded> {
        let Some((under, steps)) = under(element, envelope).filter(|(under, steps)| steps.len() >= under.least_steps())
        else {
            return Ok(None);
        };
        let octets = |step: &Element<'_>| step.name().namespace.len() + step.name().local.len();
        budget.charge(Limit::KeptOctets, steps.iter().map(octets).sum::<usize>() as u64)?;
        Ok(Some(Self { soap: None, under, steps: steps.into_iter().map(PathStep::of).collect() }))
    }

    /// The elements of an envelope that have this path, in document order: under the Body, or under header blocks for
    /// the receiver with this role.
    #[must_use]
    pub fn find<'d>(&self, envelope: Envelope<'d>, role: &Role) -> Vec<Element<'d>> {
        if !self.fits(envelope.version) {
            return Vec::new();
        }
        let mut found: Vec<Element<'d>> = match self.under {
            Under::Body => vec![envelope.body],
            Under::Header => envelope.header.into_iter().collect(),
        };
        for (depth, step) in self.steps.iter().enumerate() {
            let is_next = |child: &Element<'d>| {
                step.names(*child)
                    && (depth > 0 || self.under == Under::Body || is_block_for(*child, envelope.version, role))
            };
            found = found.into_iter().flat_map(Element::children).filter(is_next).collect();
        }
        found
    }

    /// Whether `element` has this path.
    pub(crate) fn names(&self, element: Element<'_>, envelope: Envelope<'_>, role: &Role) -> bool {
        self.ends_at(element, &self.steps, envelope, role)
    }

    /// Whether `element` is a child of the element in which this path ends.
    pub(crate) fn names_sibling_of(&self, element: Element<'_>, envelope: Envelope<'_>, role: &Role) -> bool {
        let around = self.steps.split_last().map(|(_, around)| around).unwrap_or_default();
        element.parent().is_some_and(|parent| self.ends_at(parent, around, envelope, role))
    }

    /// Whether `element` is the one to which `steps` lead from the Body or the Header.
    fn ends_at(&self, element: Element<'_>, steps: &[PathStep], envelope: Envelope<'_>, role: &Role) -> bool {
        let Some((under, on_the_way)) = under(element, envelope) else { return false };
        under == self.under
            && is_found(under, &on_the_way, envelope, role)
            && self.fits(envelope.version)
            && on_the_way.len() == steps.len()
            && on_the_way.iter().zip(steps).all(|(element, step)| step.names(*element))
    }

    /// Whether its last step names `element`.
    pub(crate) fn ends_in(&self, element: Element<'_>) -> bool {
        self.steps.last().is_some_and(|last| last.names(element))
    }

    /// Whether it leads under the Body.
    #[must_use]
    pub fn is_in_body(&self) -> bool {
        self.under == Under::Body
    }

    /// The version of SOAP that the path is for; `None` for either.
    #[must_use]
    pub fn version(&self) -> Option<SoapVersion> {
        [SoapVersion::V11, SoapVersion::V12].into_iter().find(|version| self.soap == Some(version.namespace()))
    }

    /// The same path, for either version of SOAP.
    #[must_use]
    pub fn in_either_version(&self) -> Self {
        Self { soap: None, ..self.clone() }
    }

    /// Whether a message of this version may have the element.
    pub(crate) fn fits(&self, version: SoapVersion) -> bool {
        self.soap.is_none_or(|namespace| namespace == version.namespace())
    }
}

impl Under {
    /// The smallest number of names below the Body or the Header. Children of the Header are parts of their own.
    fn least_steps(self) -> usize {
        match self {
            Self::Body => 1,
            Self::Header => 2,
        }
    }

    fn local(self) -> &'static str {
        match self {
            Self::Body => "Body",
            Self::Header => "Header",
        }
    }

    fn of(local: &str) -> Option<Self> {
        [Self::Body, Self::Header].into_iter().find(|under| under.local() == local)
    }
}

/// Whether the Body or a header block other than a Security header contains `element`, and the elements from there down
/// to it: an empty list for the Body itself.
fn under<'d>(element: Element<'d>, envelope: Envelope<'_>) -> Option<(Under, SmallVec<[Element<'d>; 8]>)> {
    let mut steps = SmallVec::new();
    for around in element.ancestors_and_self() {
        if around == envelope.body {
            steps.reverse();
            return Some((Under::Body, steps));
        }
        if envelope.header == Some(around) {
            steps.reverse();
            let is_security = steps.first().is_none_or(|block: &Element<'_>| block.is(name::WSSE.uri, "Security"));
            return (!is_security).then_some((Under::Header, steps));
        }
        steps.push(around);
    }
    None
}

/// Whether the content of the Body, or of the first of these elements, a header block, is for the receiver with this
/// role.
fn is_found(under: Under, on_the_way: &[Element<'_>], envelope: Envelope<'_>, role: &Role) -> bool {
    match (under, on_the_way.first()) {
        (Under::Header, Some(block)) => is_block_for(*block, envelope.version, role),
        (Under::Header, None) => false,
        (Under::Body, _) => true,
    }
}

/// Whether a header block may be for the receiver with this role: it names that role, the next receiver, or none. A
/// Security header is not such a block.
pub(crate) fn is_block_for(block: Element<'_>, version: SoapVersion, role: &Role) -> bool {
    let other = Role::of(block, version);
    let is_ours = other == *role || other == Role::UltimateReceiver || other.is_next();
    is_ours && !block.is(name::WSSE.uri, "Security")
}

/// The namespace of the envelope, whether the path leads under its Body or its Header, and the names below that.
fn from_envelope<'n, 't>(names: &'n [(&'t str, &'t str)]) -> Option<FromEnvelope<'n, 't>> {
    match names {
        [("", under), names @ ..] => Some((None, Under::of(under)?, names)),
        [(soap, "Envelope"), (second, under), names @ ..] if soap == second => {
            let versions = [SoapVersion::V11, SoapVersion::V12].map(SoapVersion::namespace);
            let soap = versions.into_iter().find(|version| version == soap)?;
            Some((Some(soap), Under::of(under)?, names))
        }
        _ => None,
    }
}

type FromEnvelope<'n, 't> = (Option<&'static str>, Under, &'n [(&'t str, &'t str)]);

/// The names of a path; `None` if one is not `{namespace}local` or `local`.
fn parse_steps(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut steps = Vec::new();
    // A namespace may have slashes, so a step is read before the slash after it is looked for.
    let mut rest = text;
    loop {
        let (namespace, after) = match rest.strip_prefix('{') {
            Some(braced) => braced.split_once('}')?,
            None => ("", rest),
        };
        let (local, next) = match after.split_once('/') {
            Some((local, next)) => (local, Some(next)),
            None => (after, None),
        };
        if !name::is_ncname(local) || namespace.contains('{') {
            return None;
        }
        steps.push((namespace, local));
        match next {
            Some(next) => rest = next,
            None => return Some(steps),
        }
    }
}

impl fmt::Display for ElementPath {
    /// Writes the form that [`ElementPath::parse`] reads. Names that are long or not plainly visible are cut and
    /// escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.soap {
            Some(soap) => write!(f, "{{{soap}}}Envelope/{{{soap}}}{}", self.under.local())?,
            None => f.write_str(self.under.local())?,
        }
        self.steps.iter().try_for_each(|step| write!(f, "/{{{}}}{}", shown(&step.namespace), shown(&step.local)))
    }
}

impl fmt::Debug for ElementPath {
    /// As in its Display.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::{ElementPath, ElementPathError};
    use wss_c14n::{Budget, Document, Limits, name};
    use wss_soap::{Envelope, Role};

    const SOAP: &str = name::SOAP11.uri;

    #[test]
    fn a_path_is_read_as_it_is_written() {
        for text in [
            "Body/{urn:x}order",
            "Body/{urn:x}order/{http://x.example/a/b}card/{}plain",
            "Header/{urn:x}Customer/{urn:x}card",
        ] {
            let path = ElementPath::parse(text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(path.to_string(), text);
        }
        let whole = format!("{{{SOAP}}}Envelope/{{{SOAP}}}Body/{{urn:x}}order");
        assert_eq!(ElementPath::parse(&whole).map(|path| path.to_string()), Ok(whole));
        assert_eq!(ElementPath::parse("Body/plain"), ElementPath::parse("Body/{}plain"));
    }

    #[test]
    fn what_is_no_path_of_an_element_inside_a_part_is_refused() {
        for text in ["", "Body/", "/Body/a", "Body//a", "Body/{urn:x", "Body/{u}a b", "Body/{u}a[1]", "Body/*", "a/b"] {
            assert!(matches!(ElementPath::parse(text), Err(ElementPathError::Syntax { .. })), "{text}");
        }
        let other = format!("{{{SOAP}}}Envelope/{{{}}}Body/a", name::SOAP12.uri);
        assert!(matches!(ElementPath::parse(&other), Err(ElementPathError::Syntax { .. })));
        for text in ["Body", "Header", "Header/{urn:x}block"] {
            assert!(matches!(ElementPath::parse(text), Err(ElementPathError::TooShort { .. })), "{text}");
        }
        let security = format!("Header/{{{}}}Security/{{urn:x}}card", name::WSSE.uri);
        assert!(matches!(ElementPath::parse(&security), Err(ElementPathError::Security { .. })));
    }

    /// Every element that a path finds has that path, and no other element has it.
    #[test]
    fn a_path_finds_the_elements_that_it_names() {
        let message = format!(
            "<s:Envelope xmlns:s='{SOAP}' xmlns='urn:x' xmlns:w='{}'><s:Header><b><c/></b><b s:actor='urn:other'><c/></b>\
             <b s:actor='http://schemas.xmlsoap.org/soap/actor/next'><c/></b><w:Security><b><c/></b></w:Security>\
             </s:Header><s:Body><b><c/><s:Body><b><c/></b></s:Body></b><b><c/><c xmlns=''/></b><c/></s:Body></s:Envelope>",
            name::WSSE.uri
        );
        let document = Document::parse(message.as_str(), &Limits::default()).expect("well-formed");
        let envelope = Envelope::locate(&document).expect("an envelope");
        let role = Role::UltimateReceiver;
        for (text, count) in [
            ("Body/{urn:x}b/{urn:x}c", 2),
            ("Body/{urn:x}b/c", 1),
            ("Body/{urn:x}b", 2),
            ("Body/{urn:x}c", 1),
            ("Body/{urn:y}c", 0),
            ("Header/{urn:x}b/{urn:x}c", 2),
            (
                "{http://schemas.xmlsoap.org/soap/envelope/}Envelope/{http://schemas.xmlsoap.org/soap/envelope/}Body/{urn:x}c",
                1,
            ),
            (
                "{http://www.w3.org/2003/05/soap-envelope}Envelope/{http://www.w3.org/2003/05/soap-envelope}Body/{urn:x}c",
                0,
            ),
        ] {
            let path = ElementPath::parse(text).expect("a path");
            let found = path.find(envelope, &role);
            assert_eq!(found.len(), count, "{text}");
            let named: Vec<_> = document.elements().filter(|element| path.names(*element, envelope, &role)).collect();
            assert_eq!(named, found, "{text}");
            for element in found {
                let of = ElementPath::of(element, envelope, &Budget::dangerous_unbounded());
                let of = of.expect("unbounded").expect("inside a part");
                assert!(
                    of.names(element, envelope, &role) && path.names_sibling_of(element, envelope, &role),
                    "{text}"
                );
            }
        }
        let own = ElementPath::parse("Header/{urn:x}b/{urn:x}c").expect("a path");
        assert_eq!(own.find(envelope, &Role::Uri("urn:other".to_owned())).len(), 3);
    }
}
