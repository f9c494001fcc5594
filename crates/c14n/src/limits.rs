//! What one document may cost.

/// Bounds on a document, charged while it is read.
///
/// Every bound has a default that ordinary messages never meet. Setters take and return `self`:
///
/// ```
/// let limits = wss_c14n::Limits::default().octets(16 << 20).nodes(1_000_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub(crate) octets: usize,
    pub(crate) depth: usize,
    pub(crate) nodes: usize,
    pub(crate) attributes: usize,
    pub(crate) declarations: usize,
    pub(crate) in_scope: usize,
    pub(crate) total_declarations: usize,
    pub(crate) name_octets: usize,
    pub(crate) value_octets: usize,
}

impl Default for Limits {
    /// 4 MiB, 100 levels, 250 000 nodes, 256 attributes, 64 namespaces, names of 1 KiB, values of 64 KiB.
    fn default() -> Self {
        Self {
            octets: 4 << 20,
            depth: 100,
            nodes: 250_000,
            attributes: 256,
            declarations: 64,
            in_scope: 64,
            total_declarations: 16_384,
            name_octets: 1_024,
            value_octets: 64 << 10,
        }
    }
}

impl Limits {
    /// Nothing bounded but what the tape itself can count: documents below 4 GiB, names below 64 KiB.
    ///
    /// For documents the caller made itself, such as test data and benchmarks.
    #[must_use]
    pub fn dangerous_unbounded() -> Self {
        Self {
            octets: u32::MAX as usize - 1,
            depth: usize::MAX,
            nodes: u32::MAX as usize - 1,
            attributes: usize::MAX,
            declarations: usize::MAX,
            in_scope: usize::MAX,
            total_declarations: usize::MAX,
            name_octets: u16::MAX as usize,
            value_octets: usize::MAX,
        }
    }

    /// Octets of the UTF-8 source; at most 4 GiB less two.
    #[must_use]
    pub fn octets(mut self, octets: usize) -> Self {
        self.octets = octets.min(u32::MAX as usize - 1);
        self
    }

    /// The bound on octets of the source.
    #[must_use]
    pub fn max_octets(&self) -> usize {
        self.octets
    }

    /// Elements open at one time.
    #[must_use]
    pub fn depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// Elements, comments, processing instructions, and texts that are not canonical as they stand.
    #[must_use]
    pub fn nodes(mut self, nodes: usize) -> Self {
        self.nodes = nodes.min(u32::MAX as usize - 1);
        self
    }

    /// Attributes on one element.
    #[must_use]
    pub fn attributes(mut self, attributes: usize) -> Self {
        self.attributes = attributes;
        self
    }

    /// Namespace declarations: on one element, in scope at one place, in the whole document.
    #[must_use]
    pub fn namespaces(mut self, on_one_element: usize, in_scope: usize, in_total: usize) -> Self {
        self.declarations = on_one_element;
        self.in_scope = in_scope;
        self.total_declarations = in_total;
        self
    }

    /// Octets of a qualified name (at most 65 535), and of an attribute value.
    #[must_use]
    pub fn name_and_value_octets(mut self, name: usize, value: usize) -> Self {
        self.name_octets = name.min(u16::MAX as usize);
        self.value_octets = value;
        self
    }
}
