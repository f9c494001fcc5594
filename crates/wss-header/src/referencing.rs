//! Referencing: the form in which a signature refers to a part.

use wss_c14n::Canonicalization;
use wss_crypto::DigestMethod;

/// The form in which a signature refers to a part: the transforms of its `ds:Reference`, and the digest. For
/// [`Signing::part_as`] and [`Signing::referencing`].
///
/// Other forms than exclusive canonicalisation without comments break BSP R5423 and R5412, a reference without
/// transforms R5416: [waive](crate::Recipe::waive) them. Attachments, and tokens that are signed by the STR-Transform,
/// keep their own transforms.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use wss_c14n::Canonicalization;
/// use wss_crypto::{DigestMethod, Identity};
/// use wss_header::{Part, Recipe, Referencing, Signing};
///
/// let alice = Identity::from_pem(&file("alice.pem"), &file("alice.key"))?;
/// let signing = Signing::with(&alice)
///     .part_as(Part::Body, Referencing::new(Canonicalization::default().inclusive_prefixes("xs xsi")))
///     .part_as(Part::Timestamp, Referencing::default().digest(DigestMethod::Sha512));
/// Recipe::new().timestamp(std::time::Duration::from_secs(300)).sign(signing).plan()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`Signing::part_as`]: crate::Signing::part_as
/// [`Signing::referencing`]: crate::Signing::referencing
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referencing {
    /// `None` for a reference without transforms, which means inclusive canonicalisation.
    pub(crate) canonicalization: Option<Canonicalization>,
    /// The digest; `None` for that of the step.
    pub(crate) digest: Option<DigestMethod>,
}

impl Default for Referencing {
    /// Exclusive canonicalisation without comments, and the digest of the step.
    fn default() -> Self {
        Self::new(Canonicalization::default())
    }
}

impl Referencing {
    /// References with this canonicalisation as the only transform. A part that is referred to by its Id has no
    /// comments under any method (XML Signature 1.1 §4.4.3.3).
    #[must_use]
    pub fn new(canonicalization: Canonicalization) -> Self {
        Self { canonicalization: Some(canonicalization), digest: None }
    }

    /// References without `ds:Transforms`, as old clients of .NET and Metro send them. The part is then signed in
    /// Canonical XML 1.0. The receiver must call
    /// [`Receiver::accept_absent_transforms`](crate::Receiver::accept_absent_transforms).
    #[must_use]
    pub fn without_transforms() -> Self {
        Self { canonicalization: None, digest: None }
    }

    /// The digest of the part, if it is not that of the step.
    #[must_use]
    pub fn digest(mut self, digest: DigestMethod) -> Self {
        self.digest = Some(digest);
        self
    }

    /// Whether the octets of an element depend on the elements around it.
    pub(crate) fn needs_context(&self) -> bool {
        self.canonicalization.as_ref().is_none_or(needs_context)
    }
}

/// Whether canonical octets depend on the elements around an element.
pub(crate) fn needs_context(canonicalization: &Canonicalization) -> bool {
    !canonicalization.method().is_exclusive() || !canonicalization.prefixes().is_empty()
}

/// Whether a list of prefixes has a meaning for the method.
pub(crate) fn has_fitting_prefixes(canonicalization: &Canonicalization) -> bool {
    canonicalization.method().is_exclusive() || canonicalization.prefixes().is_empty()
}
