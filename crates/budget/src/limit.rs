//! Every limit, one row each, and the configuration, which has a value for each.

/// Defines the enum, its rows and their number from one list.
macro_rules! limits {
    ($($limit:ident = $name:literal $default:literal $scope:ident $counts:literal;)*) => {
        /// A quantity that is bounded. Every limit has a default that ordinary messages do not meet, and
        /// [`Limits::with`] raises it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Limit {
            $(#[doc = concat!("Bounds the number of ", $counts, ". The default is ", stringify!($default), ".")] $limit,)*
        }

        impl Limit {
            /// Every limit.
            pub const ALL: &'static [Self] = &[$(Self::$limit),*];

            const fn row(self) -> (&'static str, u64, Scope, &'static str) {
                match self {
                    $(Self::$limit => ($name, $default, Scope::$scope, $counts),)*
                }
            }
        }
    };
}

/// The quantity that a limit is compared with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Each thing of the kind separately.
    Each,
    /// All things of the kind in the message together.
    Message,
    /// All things of the kind in the message together, for each octet of the message.
    PerOctet,
}

limits! {
    // One document: charged while it is read.
    DocumentOctets = "document-octets" 4_194_304 Each "octets of one XML document";
    Depth = "depth" 100 Each "elements open at one time";
    Nodes = "nodes" 250_000 Each "nodes of one document";
    NodesPerKibibyte = "nodes-per-kibibyte" 170 Each "nodes for each kibibyte of one document, beyond its first 16384 nodes";
    Attributes = "attributes" 256 Each "attributes on one element";
    Declarations = "declarations" 64 Each "namespace declarations on one element";
    NamespacesInScope = "namespaces-in-scope" 64 Each "namespaces in scope at one place";
    AllDeclarations = "all-declarations" 16_384 Each "namespace declarations in one document";
    NameOctets = "name-octets" 1_024 Each "octets of one qualified name";
    ValueOctets = "value-octets" 65_536 Each "octets of one attribute value";
    EqualsBlanks = "equals-blanks" 16 Each "blanks around one `=`";
    // Work on the whole message.
    ParsedOctets = "parsed-octets" 6 PerOctet "octets parsed for each octet of the message";
    DefaultedOctets = "defaulted-octets" 2 PerOctet "octets of attributes that a DOCTYPE adds for each octet of the message";
    DigestedOctets = "digested-octets" 4 PerOctet "octets digested for each octet of the message";
    KeptOctets = "kept-octets" 4 PerOctet "octets of canonical forms, paths and names kept in memory for each octet of the message";
    PlaintextOctets = "plaintext-octets" 4_194_304 Message "octets of plaintext";
    TakenAlongOctets = "taken-along-octets" 1 PerOctet "octets of declarations and attributes that are copied into the parts to encrypt, for each octet of the message";
    // Explanations.
    CauseOctets = "cause-octets" 16 PerOctet "octets that the search for causes reads, for each octet of the message";
    // The Security header.
    SecurityHeaders = "security-headers" 8 Each "Security headers in one message";
    HeaderChildren = "header-children" 64 Each "children of our Security header";
    Tokens = "tokens" 16 Each "tokens in our Security header, apart from keys and username tokens";
    UsernameTokens = "username-tokens" 2 Message "username tokens in our Security header";
    Signatures = "signatures" 8 Message "signatures, those of assertions included";
    Confirmations = "confirmations" 8 Message "signature confirmations";
    // A signature.
    References = "references" 64 Each "references in one signature, or parts that a signature over the whole document covers";
    Transforms = "transforms" 3 Each "transforms on one reference";
    PrefixListOctets = "prefix-list-octets" 2_048 Each "octets of one PrefixList";
    Prefixes = "prefixes" 64 Each "prefixes in one PrefixList";
    SignatureValueOctets = "signature-value-octets" 50_000 Each "octets of one decoded signature value";
    UriOctets = "uri-octets" 2_048 Each "octets of one URI";
    // XPath, where a policy admits it.
    XPathOctets = "xpath-octets" 4_096 Each "octets of one XPath expression";
    XPathDepth = "xpath-depth" 32 Each "XPath expressions inside one another";
    XPathNodes = "xpath-nodes" 4_000_000 Message "nodes that XPath visits, and expressions that it evaluates";
    XPathStrings = "xpath-strings" 16_777_216 Message "octets of strings that XPath makes and compares";
    XPathHeld = "xpath-held" 2 PerOctet "octets of lists and strings that XPath holds at one time, for each octet of the message";
    // Keys, and hints to keys.
    KeyInfoChildren = "key-info-children" 8 Each "children of one ds:KeyInfo";
    X509Entries = "x509-entries" 16 Each "entries of one ds:X509Data";
    SecurityTokenReferences = "security-token-references" 128 Message "security token references that are read";
    CertificateOctets = "certificate-octets" 65_536 Each "octets of one decoded certificate or path of certificates";
    Certificates = "certificates" 64 Message "certificates that are parsed";
    PathCertificates = "path-certificates" 6 Each "certificates in one PkiPath";
    BagCertificates = "bag-certificates" 16 Each "certificates in one PKCS#7 bag";
    Paths = "paths" 16 Message "certificates whose path is validated";
    PublicKeyOperations = "public-key-operations" 64 Message "operations with public keys";
    PrivateKeyOperations = "private-key-operations" 4 Message "operations with private keys";
    Derivations = "derivations" 2 Each "keys in one chain of derivations";
    DerivationIterations = "derivation-iterations" 100_000 Message "iterations of PBKDF2, counted again for each digest that a key needs";
    KeysDerived = "keys-derived" 64 Message "keys derived from a password or another key";
    // Encryption.
    EncryptedKeys = "encrypted-keys" 8 Message "encrypted keys";
    KeysTried = "keys-tried" 128 Message "RSA keys that are tried on the encrypted keys of a document";
    EncryptedData = "encrypted-data" 64 Message "encrypted data";
    DataReferences = "data-references" 64 Each "references in one xenc:ReferenceList";
    Revisions = "revisions" 8 Message "decryption steps";
    NestedEncryption = "nested-encryption" 2 Each "encryptions inside one another";
    // Assertions.
    Audiences = "audiences" 64 Each "conditions and audiences of one assertion";
    SubjectConfirmations = "subject-confirmations" 16 Each "subject confirmations of one assertion";
    AssertionAttributes = "assertion-attributes" 512 Each "attributes and attribute values of one assertion";
    // Header blocks of AS4.
    MessagingEntries = "messaging-entries" 512 Each "party identifiers, properties, parts and errors of one eb:Messaging";
    // Packages with attachments.
    MimeParts = "mime-parts" 64 Each "parts of one package";
    MimeHeaderOctets = "mime-header-octets" 16_384 Each "octets of one MIME header";
    MimeFields = "mime-fields" 64 Each "fields and parameters of one MIME header";
    IncludedOctets = "included-octets" 2 PerOctet "octets that xop:Include elements put back, for each octet of the package";
    PackagedEnvelopeOctets = "packaged-envelope-octets" 16_777_216 Each "octets of the envelope in one package";
    PackageOctets = "package-octets" 268_435_456 Each "octets of all parts of one package";
}

impl Limit {
    /// Its name, as the command line takes it: `--limit NAME=VALUE`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// The limit of this name.
    ///
    /// ```
    /// use wss_budget::Limit;
    ///
    /// assert_eq!(Limit::from_name("references"), Some(Limit::References));
    /// assert_eq!(Limit::References.default_value(), 64);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|limit| limit.name() == name)
    }

    /// Its value if the configuration does not set one.
    #[must_use]
    pub const fn default_value(self) -> u64 {
        self.row().1
    }

    /// The greatest value that it can have.
    const fn most(self) -> u64 {
        match self {
            Self::DocumentOctets | Self::Nodes => u32::MAX as u64 - 1,
            Self::NameOctets => u16::MAX as u64,
            _ => u64::MAX,
        }
    }

    /// Whether the value is multiplied by the octets of the message.
    #[must_use]
    pub const fn is_per_octet(self) -> bool {
        matches!(self.row().2, Scope::PerOctet)
    }

    /// Whether it bounds the total of a message, and not each thing separately.
    #[must_use]
    pub const fn is_per_message(self) -> bool {
        !matches!(self.row().2, Scope::Each)
    }
}

impl std::fmt::Display for Limit {
    /// The counted quantity, in words.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.row().3)
    }
}

const COUNT: usize = Limit::ALL.len();

/// One value for each [`Limit`].
pub(crate) type PerLimit<T> = [T; COUNT];

/// The configuration: a value for every [`Limit`].
///
/// ```
/// use wss_budget::{Limit, Limits};
///
/// let limits = Limits::default().with(Limit::DocumentOctets, 16 << 20).with(Limit::Nodes, 1_000_000);
/// assert_eq!(limits.get(Limit::Nodes), 1_000_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits(PerLimit<u64>);

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Limits {
    const DEFAULT: Self = Self::of_all(false);
    const UNBOUNDED: Self = Self::of_all(true);

    /// Each limit at its default value, or at its greatest.
    const fn of_all(greatest: bool) -> Self {
        let mut values = [0; COUNT];
        let mut at = 0;
        while at < COUNT {
            let limit = Limit::ALL[at];
            values[at] = if greatest { limit.most() } else { limit.default_value() };
            at += 1;
        }
        Self(values)
    }

    /// Sets no bounds except those of the parser itself: documents below 4 GiB, names below 64 KiB.
    ///
    /// No limits, for documents that the caller made itself, such as test data and benchmarks.
    #[must_use]
    pub fn dangerous_unbounded() -> Self {
        Self::UNBOUNDED
    }

    /// Sets one limit. A document is always below 4 GiB and 4 Gi nodes, and a name below 64 KiB.
    #[must_use]
    pub fn with(mut self, limit: Limit, value: u64) -> Self {
        if let Some(known) = self.0.get_mut(limit as usize) {
            *known = value.min(limit.most());
        }
        self
    }

    /// The value of one limit.
    #[must_use]
    #[inline]
    pub fn get(&self, limit: Limit) -> u64 {
        self.0.get(limit as usize).copied().unwrap_or(0)
    }

    /// The value of one limit, as a `usize`.
    #[must_use]
    #[inline]
    pub fn size(&self, limit: Limit) -> usize {
        usize::try_from(self.get(limit)).unwrap_or(usize::MAX)
    }

    /// Compares the number of one kind of thing with its limit.
    ///
    /// # Errors
    /// [`Exceeded`].
    #[inline]
    pub fn check(&self, limit: Limit, count: usize) -> Result<(), Exceeded> {
        let allowed = self.get(limit);
        if count as u64 > allowed { Err(Exceeded { limit, allowed }) } else { Ok(()) }
    }
}

/// *Refused.* A limit is exceeded: the message costs more than its receiver allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// The limit that was exceeded.
    pub limit: Limit,
    /// The configured value.
    pub allowed: u64,
}

impl std::fmt::Display for Exceeded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { limit, allowed } = self;
        let purpose = if *limit == Limit::CauseOctets { "to search on" } else { "if such messages are expected" };
        write!(f, "more than {allowed} {limit}: {purpose}, raise the limit with ")?;
        write!(f, "`Limits::with(Limit::{limit:?}, …)`, or with `--limit {}=…` on the command line", limit.name())
    }
}

impl std::error::Error for Exceeded {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_the_order_of_the_enum_and_have_names_of_their_own() {
        for (at, limit) in Limit::ALL.iter().enumerate() {
            assert_eq!(*limit as usize, at);
            assert_eq!(Limit::from_name(limit.name()), Some(*limit), "{limit:?}");
            assert_eq!(Limits::default().get(*limit), limit.default_value());
            assert_eq!(Limits::default().with(*limit, 7).get(*limit), 7);
        }
        assert_eq!(Limit::from_name("unknown"), None);
    }
}
