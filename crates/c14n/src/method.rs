//! The six canonicalisation methods, one row each. No other code compares their URIs.

use wss_text::all_shown;

/// A canonicalisation algorithm, as `ds:CanonicalizationMethod` or `ds:Transform` names it.
///
/// ```
/// use wss_c14n::CanonicalizationMethod;
///
/// let method = CanonicalizationMethod::from_uri("http://www.w3.org/2001/10/xml-exc-c14n#").expect("a known method");
/// assert_eq!(method, CanonicalizationMethod::Exclusive);
/// assert!(method.is_exclusive() && !method.with_comments());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CanonicalizationMethod {
    /// Exclusive XML Canonicalization 1.0, comments omitted. BSP requires this one (R5404).
    Exclusive,
    /// Exclusive XML Canonicalization 1.0 with comments.
    ExclusiveWithComments,
    /// Canonical XML 1.0, comments omitted.
    Inclusive,
    /// Canonical XML 1.0 with comments.
    InclusiveWithComments,
    /// Canonical XML 1.1, comments omitted.
    Inclusive11,
    /// Canonical XML 1.1 with comments.
    Inclusive11WithComments,
}

impl CanonicalizationMethod {
    /// Every method.
    pub const ALL: [Self; 6] = [
        Self::Exclusive,
        Self::ExclusiveWithComments,
        Self::Inclusive,
        Self::InclusiveWithComments,
        Self::Inclusive11,
        Self::Inclusive11WithComments,
    ];

    /// The identifier.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Exclusive => "http://www.w3.org/2001/10/xml-exc-c14n#",
            Self::ExclusiveWithComments => "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
            Self::Inclusive => "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            Self::InclusiveWithComments => "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
            Self::Inclusive11 => "http://www.w3.org/2006/12/xml-c14n11",
            Self::Inclusive11WithComments => "http://www.w3.org/2006/12/xml-c14n11#WithComments",
        }
    }

    /// The method an identifier names, compared octet by octet.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.uri() == uri)
    }

    /// Whether namespaces are rendered only where they are visibly utilized.
    #[must_use]
    pub const fn is_exclusive(self) -> bool {
        matches!(self, Self::Exclusive | Self::ExclusiveWithComments)
    }

    /// The method of the same family that writes comments.
    #[must_use]
    pub const fn commented(self) -> Self {
        match self {
            Self::Exclusive | Self::ExclusiveWithComments => Self::ExclusiveWithComments,
            Self::Inclusive | Self::InclusiveWithComments => Self::InclusiveWithComments,
            Self::Inclusive11 | Self::Inclusive11WithComments => Self::Inclusive11WithComments,
        }
    }

    /// Whether comments are written.
    #[must_use]
    pub const fn with_comments(self) -> bool {
        matches!(self, Self::ExclusiveWithComments | Self::InclusiveWithComments | Self::Inclusive11WithComments)
    }
}

/// A method and its parameter.
///
/// ```
/// use wss_c14n::{Budget, Canonicalization, CanonicalizationMethod, Document, Limits, Subset};
///
/// let document = Document::parse("<a xmlns:p='urn:p' xmlns:q='urn:q'><b q:x=''/></a>", &Limits::default())?;
/// let subset = Subset::subtree(document.root().children().next().expect("one child"));
/// let budget = Budget::new(&Limits::default(), 64);
///
/// let exclusive = Canonicalization::default();
/// assert_eq!(exclusive.to_text(&subset, &budget)?, r#"<b xmlns:q="urn:q" q:x=""></b>"#);
/// // A prefix that only values use must be listed, or its binding is not signed.
/// let listed = Canonicalization::default().inclusive_prefixes("p");
/// assert_eq!(listed.to_text(&subset, &budget)?, r#"<b xmlns:p="urn:p" xmlns:q="urn:q" q:x=""></b>"#);
/// let inclusive = Canonicalization::new(CanonicalizationMethod::Inclusive11);
/// assert_eq!(inclusive.to_text(&subset, &budget)?, r#"<b xmlns:p="urn:p" xmlns:q="urn:q" q:x=""></b>"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Canonicalization {
    method: CanonicalizationMethod,
    inclusive_prefixes: Vec<String>,
}

impl std::fmt::Debug for Canonicalization {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Canonicalization")
            .field("method", &self.method)
            .field("inclusive_prefixes", &all_shown(&self.inclusive_prefixes))
            .finish()
    }
}

impl Default for Canonicalization {
    /// Exclusive, comments omitted, no inclusive prefixes.
    fn default() -> Self {
        Self::new(CanonicalizationMethod::Exclusive)
    }
}

impl Canonicalization {
    /// `method` without parameters.
    #[must_use]
    pub fn new(method: CanonicalizationMethod) -> Self {
        Self { method, inclusive_prefixes: Vec::new() }
    }

    /// Treats the prefixes of a `PrefixList` as inclusive canonicalisation does. `#default` means the default
    /// namespace. Prefixes are separated by white space, and their order does not matter. Has no effect on inclusive
    /// methods.
    ///
    /// # Specification
    /// Exclusive XML Canonicalization 1.0 §3, `InclusiveNamespaces PrefixList`.
    #[must_use]
    pub fn inclusive_prefixes(mut self, prefix_list: &str) -> Self {
        self.inclusive_prefixes = prefix_list
            .split([' ', '\t', '\r', '\n'])
            .filter(|prefix| !prefix.is_empty())
            .map(|prefix| if prefix == "#default" { String::new() } else { prefix.to_owned() })
            .collect();
        self
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> CanonicalizationMethod {
        self.method
    }

    /// The prefixes treated as inclusive; the empty string means `#default`.
    #[must_use]
    pub fn prefixes(&self) -> &[String] {
        &self.inclusive_prefixes
    }
}
